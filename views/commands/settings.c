#include "views/commands/settings.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/lines.h"
#include "views/commands/keys.h"

enum { LARGEST = 1 << 20 };

struct reading {
    struct settings *settings;
    struct lines lines;
    struct settings_assignments keys;
    bool out_of_memory;
    unsigned told; /* the last line with a mistake */
};

static void add_mistake(struct settings *settings, const spex_error *error)
{
    settings->mistake_count++;
    text_printf(&settings->mistakes, "%s\n", error->message);
}

void settings_mistake(struct settings *settings, unsigned line, const char *format, ...)
{
    spex_error error;
    struct text words = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&words, format, arguments);
    va_end(arguments);
    error_place(&error, settings->path, line, 1, "%s", text_value(&words));
    add_mistake(settings, &error);
    text_release(&words);
}

/* At the value if `value`, else at the beginning of the line. */
static void mistake(struct reading *reading, bool value, const char *words)
{
    const char *at = reading->lines.line, *end = at + reading->lines.length;
    const char *sign = value ? memchr(at, '=', reading->lines.length) : NULL;
    if (sign)
        at = sign + 1;
    while (at < end && blank(*at))
        at++;
    spex_error error;
    lines_error(&reading->lines, at, &error, "%s", words);
    add_mistake(reading->settings, &error);
    reading->told = reading->lines.number;
}

static void mistake_in(struct reading *reading, bool value, const char *before, const char *found,
                       const char *const *candidates, size_t count)
{
    char words[400], hint[SUGGESTION_SIZE];
    suggestion(hint, found, strlen(found), candidates, count);
    snprintf(words, sizeof words, "%s '%.60s'%s", before, found, hint);
    mistake(reading, value, words);
}

/* ------------------------------------------------------------------- keys */

static bool command_named(struct reading *reading, const char *name, enum view_id view,
                          enum command *command)
{
    const char *names[COMMANDS];
    size_t count = 0;
    for (int i = 0; i < COMMANDS; i++) {
        const struct command_entry *entry = command_entry((enum command)i);
        bool here = view == VIEWS || entry->views & 1u << view;
        if (here && strcmp(entry->name, name) == 0) {
            *command = (enum command)i;
            return true;
        }
        if (here)
            names[count++] = entry->name;
    }
    char before[80];
    snprintf(before, sizeof before, "%s%s has no command", view == VIEWS ? "spex-tui" : "the view ",
             view == VIEWS ? "" : view_name(view));
    mistake_in(reading, false, before, name, names, count);
    return false;
}

static void take_keys(struct reading *reading, enum view_id view, const char *name,
                      const char *value)
{
    struct settings_assignment wanted = {.view = view, .line = reading->lines.number};
    char words[1200];
    spex_error error;
    if (!command_named(reading, name, view, &wanted.command))
        return;
    for (size_t i = 0; i < reading->keys.count; i++) {
        const struct settings_assignment *before = &reading->keys.items[i];
        if (before->view == view && before->command == wanted.command) {
            snprintf(words, sizeof words, "'%s' stands already in line %u", name, before->line);
            mistake(reading, false, words);
            return;
        }
    }
    for (const char *place = value; *place;) {
        size_t length = strcspn(place, " \t");
        if (wanted.count == sizeof wanted.keys / sizeof *wanted.keys) {
            mistake(reading, true, "a command can have at most 8 keys");
            return;
        }
        if (key_parse(place, length, &wanted.keys[wanted.count++], &error)) {
            mistake(reading, true, error.message);
            return;
        }
        place += length;
        place += strspn(place, " \t");
    }
    if (memory_reserve(&reading->keys.items, &reading->keys.capacity, reading->keys.count + 1,
                       sizeof *reading->keys.items))
        reading->keys.items[reading->keys.count++] = wanted;
    else
        reading->out_of_memory = true;
}

/* ---------------------------------------------------------------- the rest */

static const char *const theme_names[THEMES] = {"dark", "light", "high-contrast", "none"};
static const char *const colour_names[COLOUR_CHOICES] = {"auto", "8", "256", "true"};

bool settings_theme(const char *name, enum theme_name *theme)
{
    for (int i = 0; i < THEMES; i++)
        if (strcmp(theme_names[i], name) == 0) {
            *theme = (enum theme_name)i;
            return true;
        }
    return false;
}

/* The number of the word; -1: it is none of them, which is told. */
static int one_of(struct reading *reading, const char *value, const char *const *words,
                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], value) == 0)
            return (int)i;
    struct text expected = {0};
    for (size_t i = 0; i < count; i++)
        text_printf(&expected, "%s%s",
                    i == 0           ? "expected "
                    : i + 1 == count ? " or "
                                     : ", ",
                    words[i]);
    text_append(&expected, ", found");
    mistake_in(reading, true, text_value(&expected), value, words, count);
    text_release(&expected);
    return -1;
}

static const struct switch_name {
    const char *section, *name;
    size_t place;
} switches[] = {{"screen", "mouse", offsetof(struct settings, mouse)},
                {"screen", "ascii", offsetof(struct settings, ascii)},
                {"screen", "screen-reader", offsetof(struct settings, screen_reader)},
                {"session", "keep", offsetof(struct settings, session)}};

static void take_option(struct reading *reading, const char *section, const char *name,
                        const char *value)
{
    static const char *const on_off[] = {"off", "on"}, *const theme_options[] = {"name", "colours"};
    const char *names[4];
    size_t count = 0;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(switches[i].section, section) != 0)
            continue;
        names[count++] = switches[i].name;
        if (strcmp(switches[i].name, name) != 0)
            continue;
        int chosen = one_of(reading, value, on_off, 2);
        if (chosen >= 0)
            *(bool *)((char *)reading->settings + switches[i].place) = chosen == 1;
        return;
    }
    int chosen = -1;
    if (strcmp(section, "theme") == 0 && strcmp(name, "name") == 0) {
        if ((chosen = one_of(reading, value, theme_names, THEMES)) >= 0)
            reading->settings->theme = (enum theme_name)chosen;
    } else if (strcmp(section, "theme") == 0 && strcmp(name, "colours") == 0) {
        if ((chosen = one_of(reading, value, colour_names, COLOUR_CHOICES)) >= 0)
            reading->settings->colours = (enum colours)chosen;
    } else if (count) {
        mistake_in(reading, false, "unknown option", name, names, count);
    } else {
        mistake_in(reading, false, "unknown option", name, theme_options, 2);
    }
}

/* The view of [keys.VIEW], VIEWS for [keys]; -1: another section. */
static int keys_section(const char *section)
{
    if (strcmp(section, "keys") == 0)
        return VIEWS;
    for (int view = 0; view < VIEWS; view++)
        if (strncmp(section, "keys.", 5) == 0 &&
            strcmp(section + 5, view_name((enum view_id)view)) == 0)
            return view;
    return -1;
}

static int take_value(void *user, const char *section, const char *name, const char *value)
{
    static const char *const sections[] = {
        "keys",       "keys.overview", "keys.instances", "keys.instance", "keys.graphs",
        "keys.check", "keys.models",   "keys.events",    "keys.export",   "keys.help",
        "theme",      "screen",        "session"};
    struct reading *reading = user;
    int view = keys_section(section);
    if (view >= 0)
        take_keys(reading, (enum view_id)view, name, value);
    else if (strcmp(section, "theme") == 0 || strcmp(section, "screen") == 0 ||
             strcmp(section, "session") == 0)
        take_option(reading, section, name, value);
    else
        mistake_in(reading, false, "unknown section", section, sections,
                   sizeof sections / sizeof *sections);
    return 1;
}

/* For inih: a line without leading blanks, which it would take for a continuation. */
static char *next_line(char *buffer, int size, void *stream)
{
    struct reading *reading = stream;
    if (!lines_next(&reading->lines))
        return NULL;
    const char *line = reading->lines.line;
    size_t length = reading->lines.length;
    trim(&line, &length);
    if (length + 2 > (size_t)size) {
        mistake(reading, false, "this line is too long");
        length = 0;
    }
    bool empty = length == 0 || *line == '#' || *line == ';';
    if (!empty && *line != '[' && !memchr(line, '=', length)) {
        mistake(reading, false, "expected NAME = VALUE or [SECTION]");
        length = 0;
    } else if (!empty && *line == '[' && !memchr(line, ']', length)) {
        mistake(reading, false, "this section is not closed by ]");
        length = 0;
    }
    memcpy(buffer, line, length);
    memcpy(buffer + length, "\n", 2);
    return buffer;
}

bool settings_read(struct settings *settings, const char *bytes, size_t length)
{
    spex_error error;
    struct reading reading = {.settings = settings};
    if (lines_start(&reading.lines, settings->path, bytes, length, &error))
        add_mistake(settings, &error);
    else
        ini_parse_stream(next_line, &reading, take_value, &reading);
    bool read = !reading.out_of_memory && settings_apply_keys(settings, &reading.keys);
    free(reading.keys.items);
    return read;
}

static bool read_file(struct settings *settings)
{
    char *bytes;
    size_t length;
    spex_error error;
    int status = file_read_regular(settings->path, LARGEST, &bytes, &length, &error);
    if (status) {
        add_mistake(settings, &error);
        return status != SPEX_ERROR_MEMORY;
    }
    bool read = settings_read(settings, bytes, length);
    free(bytes);
    return read;
}

bool settings_open(struct settings *settings)
{
    *settings = (struct settings){.mouse = true, .session = true};
    return keymap_open(&settings->keymap);
}

bool settings_load(struct settings *settings, const char *directory)
{
    bool loaded = settings_open(settings);
    if (loaded && directory) {
        settings->path = file_join(directory, "spex-tui.ini");
        loaded = settings->path != NULL;
        settings->there = loaded && access(settings->path, F_OK) == 0;
        loaded = loaded && (!settings->there || read_file(settings));
    }
    if (!loaded)
        settings_release(settings);
    return loaded;
}

void settings_release(struct settings *settings)
{
    keymap_release(&settings->keymap);
    free(settings->path);
    text_release(&settings->mistakes);
    *settings = (struct settings){0};
}
