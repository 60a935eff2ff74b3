/* Help: the keys of the view one came from, then those that work everywhere. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

struct help {
    int skip;
    int lines;
};

static enum view_id view_explained(const struct explorer *explorer)
{
    return explorer->depth > 1 ? explorer->stack[explorer->depth - 2] : VIEW_OVERVIEW;
}

/* Words below words, behind the columns of keys and names. */
static void append_help(struct text *text, const char *help, int width)
{
    enum { INDENT = 32, LEAST = 16 };
    int room = width - INDENT, column = 0;
    for (size_t length; *help; help += length + (help[length] == ' ')) {
        length = strcspn(help, " ");
        bool fits = room < LEAST || column + 1 + (int)length <= room;
        if (column)
            text_append(text, fits ? " " : "\n");
        if (column && !fits)
            text_printf(text, "%*s", INDENT, "");
        column = column && fits ? column + 1 + (int)length : (int)length;
        text_append_bytes(text, help, length);
    }
}

static void list_commands(struct text *text, const struct keymap *keymap, enum view_id view,
                          bool general, int width)
{
    for (int i = 0; i < COMMANDS; i++) {
        const struct command_entry *entry = command_entry((enum command)i);
        if (!(entry->views & 1u << view) || command_general((enum command)i) != general)
            continue;
        struct text keys = {0};
        keymap_all(keymap, view, (enum command)i, &keys);
        text_printf(text, "  %-13s %-15s ", text_value(&keys), entry->name);
        append_help(text, entry->help, width);
        text_append_char(text, '\n');
        text_release(&keys);
    }
}

static void help_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                      struct area area)
{
    struct help *help = state;
    enum view_id view = view_explained(explorer);
    const struct view_operations *operations = view_operations(view);
    struct text text = {0};
    text_printf(&text, "%s\n\n%s\n\n", operations->title, operations->about);
    struct text own = {0};
    struct area inner = {area.x + 2, area.y + 1, area.width - 4, area.height - 2};
    list_commands(&own, explorer->keymap, view, false, inner.width);
    if (own.length)
        text_printf(&text, "Here\n%s\n", text_value(&own));
    text_append(&text, "Everywhere\n");
    list_commands(&text, explorer->keymap, view, true, inner.width);
    help->lines = canvas_wrap(canvas, inner, help->skip, ROLE_NORMAL, text_value(&text));
    int most = help->lines > inner.height ? help->lines - inner.height : 0;
    if (help->skip > most)
        help->skip = most;
    if (help->skip < most)
        canvas_print(canvas, area.width - 10, area.y + area.height - 1, 9, ROLE_DIM, "%s more",
                     canvas_sign(canvas, SIGN_DOWN));
    if (help->skip == 0)
        canvas_tint(canvas, (struct area){inner.x, inner.y, inner.width, 1}, ROLE_TITLE);
    text_release(&own);
    text_release(&text);
}

static bool help_command(struct explorer *explorer, void *state, enum command command)
{
    struct help *help = state;
    struct scroll scroll = {.cursor = (size_t)help->skip, .top = (size_t)help->skip};
    if (command == COMMAND_HELP) {
        explorer_command(explorer, COMMAND_BACK);
        return true;
    }
    int page = explorer->page_height - 2;
    int most = help->lines > page ? help->lines - page : 0;
    if (!scroll_command(&scroll, command, (size_t)most + 1, (size_t)(page > 1 ? page : 1)))
        return false;
    help->skip = (int)scroll.cursor;
    return true;
}

static void help_refresh(struct explorer *explorer, void *state)
{
    (void)explorer;
    ((struct help *)state)->skip = 0;
}

const struct view_operations help_view = {
    .title = "Help",
    .about = "",
    .hints = {COMMAND_DOWN, COMMAND_UP, COMMAND_PAGE_DOWN, COMMAND_NONE},
    .state_size = sizeof(struct help),
    .draw = help_draw,
    .command = help_command,
    .refresh = help_refresh,
};
