/* The whole screen: tabs, the view, what lies over it, a message, the next keys. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

/* Without colours, which say which of the tabs is in front. */
static void draw_title(const struct explorer *explorer, struct canvas *canvas)
{
    enum view_id view = explorer_view(explorer);
    const char *title = view_operations(view)->title;
    if (view == VIEW_HELP)
        canvas_put(canvas, 1, 0, canvas->width - 1, ROLE_TITLE, title);
    else
        canvas_print(canvas, 1, 0, canvas->width - 1, ROLE_TITLE, "%s, view %d of %d", title,
                     (int)view + 1, (int)VIEW_HELP);
}

static void draw_tabs(struct explorer *explorer, struct canvas *canvas)
{
    int x = 0;
    canvas_fill(canvas, (struct area){0, 0, canvas->width, 1}, ROLE_TAB);
    bool short_form = canvas->width < (explorer_view(explorer) == VIEW_HELP ? 87 : 79);
    for (int i = 0; i < VIEWS; i++) {
        bool current = explorer_view(explorer) == (enum view_id)i;
        explorer->tabs[i] = x;
        const char *title = view_operations((enum view_id)i)->title;
        enum role role = current ? ROLE_TAB_CURRENT : ROLE_TAB;
        if (i == VIEW_HELP && !current)
            continue;
        if (i == VIEW_HELP)
            x += canvas_put(canvas, x + 1, 0, canvas->width - x - 1, role, "? Help") + 1;
        else if (short_form && !current)
            x += canvas_print(canvas, x + 1, 0, canvas->width - x - 1, role, "%d", i + 1) + 1;
        else
            x +=
                canvas_print(canvas, x + 1, 0, canvas->width - x - 1, role, "%d %s", i + 1, title) +
                1;
    }
}

/* What a key does now, in a word; "": nothing. */
static const char *hint_word(const struct explorer *explorer, enum command command)
{
    enum view_id view = explorer_view(explorer);
    const struct view_operations *operations = view_operations(view);
    const char *word =
        operations->hint ? operations->hint(explorer, explorer->states[view], command) : NULL;
    if (command == COMMAND_NEXT_SPECIFICATION && !explorer_other_specification(explorer))
        return "";
    if (!word && command == COMMAND_OPEN)
        word = operations->open_word;
    return word ? word : command_entry(command)->name;
}

/* A press on it is as the key; answers where the next one begins. */
static int draw_hint(struct explorer *explorer, struct canvas *canvas, int x, const char *key,
                     const char *word, enum command command)
{
    int begin = x, y = canvas->height - 1, width = canvas->width;
    x += canvas_put(canvas, x, y, width - x, ROLE_KEY, key) + 1;
    x += canvas_put(canvas, x, y, width - x, ROLE_DIM, word);
    if (explorer->hint_count < sizeof explorer->hints / sizeof *explorer->hints) {
        struct hint *hint = &explorer->hints[explorer->hint_count++];
        *hint = (struct hint){.shown = {begin, y, x - begin, 1}, .command = command};
        snprintf(hint->key, sizeof hint->key, "%s", key);
    }
    return x + 2;
}

static void draw_keys(struct explorer *explorer, struct canvas *canvas)
{
    const enum command *hints = view_operations(explorer_view(explorer))->hints;
    static const enum command always[] = {COMMAND_HELP, COMMAND_LEAVE};
    int x = 1, width = canvas->width;
    int reserved = explorer_view(explorer) == VIEW_HELP ? 8 : 15;
    for (int i = 0; hints[i] != COMMAND_NONE; i++) {
        char key[16];
        keymap_first(explorer->keymap, explorer_view(explorer), hints[i], key);
        const char *name = hint_word(explorer, hints[i]);
        if (!*key || !*name)
            continue;
        int needed = utf8_width(key) + 1 + utf8_width(name);
        if (x + needed > width - reserved - 1)
            break;
        x = draw_hint(explorer, canvas, x, key, name, hints[i]);
    }
    x = width - reserved;
    for (int i = explorer_view(explorer) == VIEW_HELP; i < 2; i++) {
        char key[16];
        keymap_first(explorer->keymap, explorer_view(explorer), always[i], key);
        bool quits = i == 1 && explorer->depth == 1;
        x = draw_hint(explorer, canvas, x, key,
                      i == 0  ? "help"
                      : quits ? "quit"
                              : "back",
                      always[i]);
    }
}

static void draw_overlay_keys(struct explorer *explorer, struct canvas *canvas)
{
    static const char *const keys[][3][2] = {
        [OVERLAY_LINE] = {{"Enter", "done"}, {"Esc", "cancel"}, {"Tab", "complete"}},
        [OVERLAY_MENU] = {{"Enter", "choose"}, {"1-9", "choose"}, {"Esc", "cancel"}},
        [OVERLAY_QUESTION] = {{"y", "yes"}, {"n", "no"}, {"Esc", "cancel"}},
        [OVERLAY_NOTICE] = {{"any key", "go on"}},
    };
    const struct overlay *overlay = &explorer->overlay;
    bool completes = overlay->calls.complete || overlay->calls.suggest;
    int count = overlay->kind == OVERLAY_NOTICE               ? 1
                : overlay->kind == OVERLAY_LINE && !completes ? 2
                                                              : 3;
    int x = 1, y = canvas->height - 1, room = canvas->width - 2;
    if (explorer->message.length && utf8_width(text_value(&explorer->message)) <= room) {
        canvas_put(canvas, x, y, room, explorer->message_role, text_value(&explorer->message));
        return;
    }
    for (int i = 0; i < count; i++) {
        const char *const *pair = keys[overlay->kind][i];
        const char *escape = overlay->calls.escape;
        bool own = escape && strcmp(pair[0], "Esc") == 0;
        x = draw_hint(explorer, canvas, x, pair[0], own ? escape : pair[1], COMMAND_NONE);
    }
}

/* Above the line that is typed, where it is longer than a row. */
static void draw_long_message(const struct explorer *explorer, struct canvas *canvas,
                              struct area over)
{
    const char *message = text_value(&explorer->message);
    int room = over.width - 2;
    if (utf8_width(message) <= canvas->width - 2)
        return;
    int height = canvas_wrap(canvas, (struct area){1, 0, room, 0}, 0, ROLE_NORMAL, message);
    if (height > over.height)
        height = over.height;
    struct area shown = {over.x, over.y + over.height - height, over.width, height};
    canvas_fill(canvas, shown, explorer->message_role);
    shown.x++;
    shown.width = room;
    canvas_wrap(canvas, shown, 0, explorer->message_role, message);
}

enum role explorer_state_of_things(struct explorer *explorer, struct text *text)
{
    double part = -1;
    bool cancellable = false;
    const char *running = jobs_running(explorer->jobs, 300000, &part, &cancellable);
    const char *end = cancellable ? ", C-c ends it" : "";
    const char *sign = explorer->ascii ? "!" : "▲";
    const struct workspace *workspace = explorer->workspace;
    if (running && part >= 0)
        text_printf(text, "%s: %d %%%s", running, (int)(part * 100), end);
    else if (running)
        text_printf(text, "%s %s%s", running, explorer->ascii ? "..." : "…", end);
    else if (workspace->shard_fault_count)
        text_printf(text, "%s partial: %s", sign, workspace->shard_faults[0]);
    else if (workspace->store_error.status == SPEX_ERROR_NOT_FOUND && workspace->store_seen)
        text_printf(text, "%s The store %s was removed.", sign,
                    workspace->options.project.store_dir);
    else if (workspace->store_error.status && workspace->store_error.status != SPEX_ERROR_NOT_FOUND)
        text_printf(text, "%s %s", sign, workspace->store_error.message);
    return running ? ROLE_WARNING : ROLE_BAD;
}

/* What has no room says with which key it can be read. */
static void draw_message(struct explorer *explorer, struct canvas *canvas, int y)
{
    struct text text = {0}, more = {0};
    enum role role = explorer->message_role;
    int room = canvas->width - 2;
    char key[16];
    if (explorer->message.length)
        text_append(&text, text_value(&explorer->message));
    else
        role = explorer_state_of_things(explorer, &text);
    keymap_first(explorer->keymap, explorer_view(explorer), COMMAND_MESSAGE, key);
    if (utf8_width(text_value(&text)) > room && *key) {
        text_printf(&more, " %s more", key);
        room -= utf8_width(text_value(&more));
        canvas_put(canvas, 1 + room, y, canvas->width - 2 - room, ROLE_KEY, text_value(&more));
    }
    canvas_put(canvas, 1, y, room, role, text_value(&text));
    text_release(&text);
    text_release(&more);
}

/* What `y` copies where a view does not know better. */
static void note_selected_row(struct explorer *explorer, const struct canvas *canvas)
{
    int x, y;
    text_clear(&explorer->selected_row);
    if (!canvas_selection(canvas, &x, &y))
        return;
    struct text row = {0};
    const char *sign = canvas_sign(canvas, SIGN_CURSOR);
    canvas_row(canvas, y, &row);
    const char *value = text_value(&row);
    value += strspn(value, " ");
    if (strncmp(value, sign, strlen(sign)) == 0)
        value += strlen(sign);
    text_append(&explorer->selected_row, value + strspn(value, " "));
    text_release(&row);
}

void explorer_draw(struct explorer *explorer, struct canvas *canvas)
{
    canvas->ascii = explorer->ascii;
    canvas->plain = explorer->screen_reader;
    canvas_clear(canvas);
    explorer->hint_count = 0;
    if (canvas->width < 20 || canvas->height < 6) {
        canvas_put(canvas, 0, 0, canvas->width, ROLE_WARNING, "too small");
        if (canvas->height > 1)
            canvas_put(canvas, 0, 1, canvas->width, ROLE_DIM, "20x6 needed");
        return;
    }
    if (canvas->plain)
        draw_title(explorer, canvas);
    else
        draw_tabs(explorer, canvas);
    struct area area = {0, 1, canvas->width, canvas->height - 3};
    explorer->page_height = area.height;
    enum view_id view = explorer_view(explorer);
    view_operations(view)->draw(explorer, explorer->states[view], canvas, area);
    note_selected_row(explorer, canvas);
    struct area line = {1, canvas->height - 2, canvas->width - 2, 1};
    if (explorer->overlay.kind == OVERLAY_NONE) {
        draw_message(explorer, canvas, line.y);
        draw_keys(explorer, canvas);
    } else {
        overlay_draw(&explorer->overlay, canvas, area, line);
        draw_long_message(explorer, canvas, area);
        draw_overlay_keys(explorer, canvas);
    }
    /* Who listens hears the line that the cursor is on. */
    if (canvas->plain && canvas->cursor_x < 0)
        canvas_selection(canvas, &canvas->cursor_x, &canvas->cursor_y);
}
