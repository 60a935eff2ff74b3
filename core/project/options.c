/*
 * The options of a project. spex.ini holds NAME = VALUE lines, alone or under [spex];
 * its folder is what relative paths in it and the default folders start from.
 */
#include "project/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/lines.h"
#include "project/elixir_project.h"

#define INI_NAME "./spex.ini"
enum { INI_FILE_MAX = 1 << 20, SHARDS_MAX = 1024 };

enum outcome { VALUE_SET, VALUE_WRONG, VALUE_MEMORY };

static enum outcome set_text(char **place, const char *value, const char *folder)
{
    if (!*value)
        return VALUE_WRONG;
    char *text = folder && *value != '/' ? file_join(folder, value) : memory_copy_text(value);
    if (!text)
        return VALUE_MEMORY;
    free(*place);
    *place = text;
    return VALUE_SET;
}

static enum outcome set_specs_dir(struct project_options *options, const char *value,
                                  const char *folder)
{
    return set_text(&options->specs_dir, value, folder);
}

static enum outcome set_impl_models_dir(struct project_options *options, const char *value,
                                        const char *folder)
{
    return set_text(&options->impl_models_dir, value, folder);
}

static enum outcome set_store_dir(struct project_options *options, const char *value,
                                  const char *folder)
{
    return set_text(&options->store_dir, value, folder);
}

/* A whole number from 1 to `most`. */
static bool read_number(const char *value, uint64_t most, uint64_t *number)
{
    char *end;
    if (*value < '0' || *value > '9')
        return false;
    errno = 0;
    *number = strtoull(value, &end, 10);
    return !errno && !*end && *number >= 1 && *number <= most;
}

static enum outcome set_distribution_factor(struct project_options *options, const char *value,
                                            const char *folder)
{
    (void)folder;
    uint64_t number;
    if (!read_number(value, SHARDS_MAX, &number))
        return VALUE_WRONG;
    options->distribution_factor = (unsigned)number;
    return VALUE_SET;
}

static enum outcome set_check_on_start(struct project_options *options, const char *value,
                                       const char *folder)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    (void)folder;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(value, words[i]) == 0) {
            options->check_transition_timeouts_on_start = i % 2 == 1;
            return VALUE_SET;
        }
    return VALUE_WRONG;
}

static enum outcome set_prune_interval(struct project_options *options, const char *value,
                                       const char *folder)
{
    (void)folder;
    int64_t interval;
    if (!duration_parse(value, &interval) || interval == 0)
        return VALUE_WRONG;
    options->prune_interval = interval;
    return VALUE_SET;
}

static enum outcome set_durability(struct project_options *options, const char *value,
                                   const char *folder)
{
    (void)folder;
    if (strcmp(value, "normal") == 0)
        options->durability = SPEX_DURABILITY_NORMAL;
    else if (strcmp(value, "full") == 0)
        options->durability = SPEX_DURABILITY_FULL;
    else
        return VALUE_WRONG;
    return VALUE_SET;
}

static enum outcome set_event_limit(struct project_options *options, const char *value,
                                    const char *folder)
{
    (void)folder;
    uint64_t number;
    if (!read_number(value, INT64_MAX, &number))
        return VALUE_WRONG;
    options->event_limit = number;
    return VALUE_SET;
}

struct option {
    const char *name;
    const char *variable;
    const char *expected;
    enum outcome (*set)(struct project_options *options, const char *value, const char *folder);
};
static const struct option table[] = {
    {"specs_dir", "SPEX_SPECS_DIR", "a folder", set_specs_dir},
    {"impl_models_dir", "SPEX_IMPL_MODELS_DIR", "a folder", set_impl_models_dir},
    {"store_dir", "SPEX_STORE_DIR", "a folder", set_store_dir},
    {"distribution_factor", "SPEX_DISTRIBUTION_FACTOR", "a positive integer, at most 1024",
     set_distribution_factor},
    {"check_transition_timeouts_on_start", "SPEX_CHECK_TRANSITION_TIMEOUTS_ON_START",
     "true or false", set_check_on_start},
    {"prune_interval", "SPEX_PRUNE_INTERVAL", "a duration, such as 30m, 6h or infinity",
     set_prune_interval},
    {"durability", "SPEX_DURABILITY", "normal or full", set_durability},
    {"event_limit", "SPEX_EVENT_LIMIT", "a positive number of events", set_event_limit},
};
enum { OPTIONS = sizeof table / sizeof *table };

static const struct option *find_option(const char *name)
{
    for (int i = 0; i < OPTIONS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static void suggest_option(char hint[SUGGESTION_SIZE], const char *name)
{
    const char *names[OPTIONS];
    for (int i = 0; i < OPTIONS; i++)
        names[i] = table[i].name;
    suggestion(hint, name, strlen(name), names, OPTIONS);
}

/* ----------------------------------------------------------- spex.ini */

struct ini_reading {
    struct project_options *options;
    const char *folder; /* NULL: the current one */
    struct lines lines;
    unsigned seen[OPTIONS]; /* the line an option stands in; 0: none yet */
    int status;
    unsigned error_line;
    spex_error *error;
};

static int fail(struct ini_reading *reading, int status)
{
    reading->status = status;
    reading->error_line = reading->lines.number;
    return 0;
}

/* For inih: a line without leading blanks, which it would take for a continuation. */
static char *next_ini_line(char *buffer, int size, void *stream)
{
    struct ini_reading *reading = stream;
    struct lines *lines = &reading->lines;
    if (!lines_next(lines))
        return NULL;
    const char *line = lines->line;
    size_t length = lines->length;
    trim(&line, &length);
    if (length + 2 > (size_t)size) {
        if (!reading->status)
            fail(reading, lines_error(lines, line + size - 2, reading->error,
                                      "expected a line of less than %d bytes", size - 1));
        length = 0;
    }
    memcpy(buffer, line, length);
    memcpy(buffer + length, "\n", 2);
    return buffer;
}

static int wrong_value(struct ini_reading *reading, const struct option *option, const char *value)
{
    const struct lines *lines = &reading->lines;
    const char *at = lines->line, *end = at + lines->length;
    while (at < end && *at != '=' && *at != ':')
        at++;
    at += at < end;
    while (at < end && blank(*at))
        at++;
    return lines_error(lines, at, reading->error, "expected %s for %s, found '%.100s'",
                       option->expected, option->name, value);
}

static int take_ini_value(void *user, const char *section, const char *name, const char *value)
{
    struct ini_reading *reading = user;
    struct lines *lines = &reading->lines;
    const char *line = lines->line;
    size_t length = lines->length;
    if (reading->status)
        return 0;
    trim(&line, &length);
    if (*section && strcmp(section, "spex") != 0)
        return fail(reading, lines_error(lines, line, reading->error,
                                         "expected no section but [spex]; this line stands in [%s]",
                                         section));
    const struct option *option = find_option(name);
    if (!option) {
        char hint[SUGGESTION_SIZE];
        suggest_option(hint, name);
        return fail(reading, lines_error(lines, line, reading->error, "unknown option '%.100s'%s",
                                         name, hint));
    }
    unsigned *seen = &reading->seen[option - table];
    if (*seen)
        return fail(reading, lines_error(lines, line, reading->error,
                                         "'%s' stands already in line %u", name, *seen));
    *seen = lines->number;
    switch (option->set(reading->options, value, reading->folder)) {
    case VALUE_SET:
        return 1;
    case VALUE_MEMORY:
        return fail(reading, error_memory(reading->error));
    case VALUE_WRONG:
    default:
        return fail(reading, wrong_value(reading, option, value));
    }
}

static int parse_ini(struct project_options *options, const char *path, const char *folder,
                     const char *bytes, size_t length, spex_error *error)
{
    struct ini_reading reading = {.options = options, .folder = folder, .error = error};
    int status = lines_start(&reading.lines, path, bytes, length, error);
    if (status)
        return status;
    int line = ini_parse_stream(next_ini_line, &reading, take_ini_value, &reading);
    if (line < 0)
        return error_memory(error);
    /* inih tells the first line it could not read, which may stand before our error. */
    if (line > 0 && (!reading.status || reading.error_line > (unsigned)line))
        return error_place(error, path, (unsigned)line, 1, "expected NAME = VALUE or [spex]");
    return reading.status;
}

/* The folder of a file, freed with free(); NULL when memory is out. */
static char *folder_of(const char *path)
{
    size_t length = (size_t)(file_name(path) - path);
    if (length == 0)
        return memory_copy_text(".");
    return memory_copy_bytes(path, length > 1 ? length - 1 : 1);
}

static int load_ini(struct project_options *options, const char *path, const char *folder,
                    spex_error *error)
{
    char *bytes;
    size_t length;
    /* Whatever keeps it from being read: it is input that cannot be read. */
    int status = file_check_regular(path, error);
    if (!status)
        status = file_read(path, INI_FILE_MAX, &bytes, &length, error);
    if (status == SPEX_ERROR_SYSTEM && error)
        error->status = SPEX_ERROR_SYNTAX;
    if (status)
        return status == SPEX_ERROR_SYSTEM ? SPEX_ERROR_SYNTAX : status;
    status = parse_ini(options, path, folder, bytes, length, error);
    free(bytes);
    return status;
}

/* ------------------------------------------------------------- loading */

static int set_defaults(struct project_options *options, const char *folder, spex_error *error)
{
    *options = (struct project_options){.check_transition_timeouts_on_start = true,
                                        .prune_interval = INT64_C(6) * 3600 * 1000,
                                        .durability = SPEX_DURABILITY_NORMAL,
                                        .event_limit = 10000};
    const char *start = folder ? folder : ".";
    options->specs_dir = file_join(start, "specs");
    options->impl_models_dir = file_join(start, "spex_impl_models");
    options->store_dir = file_join(start, "spex_store");
    if (!options->specs_dir || !options->impl_models_dir || !options->store_dir)
        return error_memory(error);
    return SPEX_OK;
}

static int load_environment(struct project_options *options, spex_error *error)
{
    for (int i = 0; i < OPTIONS; i++) {
        const char *value = getenv(table[i].variable);
        if (!value || !*value)
            continue;
        enum outcome outcome = table[i].set(options, value, NULL);
        if (outcome == VALUE_MEMORY)
            return error_memory(error);
        if (outcome == VALUE_WRONG)
            return error_set(error, SPEX_ERROR_SYNTAX,
                             "the environment variable %s: expected %s, found '%.100s'",
                             table[i].variable, table[i].expected, value);
    }
    return SPEX_OK;
}

int project_options_load(struct project_options *options, const char *ini, spex_error *error)
{
    char *folder = NULL;
    *options = (struct project_options){0};
    if (ini && !(folder = folder_of(ini)))
        return error_memory(error);
    int status = set_defaults(options, folder, error);
    if (!status && (ini || access(INI_NAME, F_OK) == 0 || errno != ENOENT))
        status = load_ini(options, ini ? ini : INI_NAME, folder, error);
    if (!status)
        status = load_environment(options, error);
    free(folder);
    if (status)
        project_options_release(options);
    return status;
}

int elixir_project_options(const char *folder, const struct elixir_project *project,
                           struct project_options *options, spex_error *error)
{
    *options = (struct project_options){0};
    char *ini = file_join(folder, file_name(INI_NAME));
    int status = ini ? set_defaults(options, folder, error) : error_memory(error);
    if (!status && set_text(&options->impl_models_dir, project->impl_models_dir, NULL) != VALUE_SET)
        status = error_memory(error);
    if (!status && (access(ini, F_OK) == 0 || errno != ENOENT))
        status = load_ini(options, ini, folder, error);
    if (!status)
        status = load_environment(options, error);
    free(ini);
    if (status)
        project_options_release(options);
    return status;
}

int project_options_set(struct project_options *options, const char *name, const char *value,
                        spex_error *error)
{
    const struct option *option = find_option(name);
    if (!option) {
        char hint[SUGGESTION_SIZE];
        suggest_option(hint, name);
        return error_set(error, SPEX_ERROR_USAGE, "unknown option '%.100s'%s", name, hint);
    }
    switch (option->set(options, value, NULL)) {
    case VALUE_SET:
        return SPEX_OK;
    case VALUE_MEMORY:
        return error_memory(error);
    case VALUE_WRONG:
    default:
        return error_set(error, SPEX_ERROR_USAGE, "expected %s for %s, found '%.100s'",
                         option->expected, name, value);
    }
}

void project_options_release(struct project_options *options)
{
    free(options->specs_dir);
    free(options->impl_models_dir);
    free(options->store_dir);
    *options = (struct project_options){0};
}

void project_manager_options(const struct project_options *options, spex_manager_options *manager)
{
    manager->impl_models_dir = options->impl_models_dir;
    manager->store_dir = options->store_dir;
    manager->distribution_factor = options->distribution_factor;
    manager->check_transition_timeouts_on_start = options->check_transition_timeouts_on_start;
    manager->prune_interval = options->prune_interval;
    manager->durability = options->durability;
    manager->event_limit = options->event_limit;
}

/* ------------------------------------------------------ the public calls */

int spex_manager_options_load(spex_manager_options *options, const char *ini, spex_error *error)
{
    struct project_options *loaded = memory_allocate(1, sizeof *loaded);
    if (!loaded)
        return error_memory(error);
    int status = project_options_load(loaded, ini, error);
    if (status) {
        free(loaded);
        return status;
    }
    spex_manager_options_release(options);
    project_manager_options(loaded, options);
    options->loaded = loaded;
    return SPEX_OK;
}

void spex_manager_options_release(spex_manager_options *options)
{
    struct project_options *loaded = options->loaded;
    if (!loaded)
        return;
    project_options_release(loaded);
    free(loaded);
    options->loaded = NULL;
}
