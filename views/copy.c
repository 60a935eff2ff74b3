/* What is selected, for the terminal's clipboard. */
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

enum { LONGEST = 64 << 10 /* what terminals take at once */ };

/* Pasted into a shell, a line break would be Enter: each line is made harmless by itself. */
static void make_safe(struct text *text)
{
    struct text safe = {0};
    for (char *line = text->data, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        text_append_visible(&safe, line);
        if (next && *next)
            text_append_char(&safe, '\n');
    }
    text_release(text);
    *text = safe;
}

void copy_selected(struct explorer *explorer)
{
    enum view_id view = explorer_view(explorer);
    const struct view_operations *operations = view_operations(view);
    struct text *text = &explorer->clipboard;
    text_clear(text);
    if (operations->copy)
        operations->copy(explorer, explorer->states[view], text);
    else
        text_append(text, text_value(&explorer->selected_row));
    make_safe(text);
    if (!text->length) {
        explorer_message(explorer, ROLE_DIM, "Nothing is selected here that could be copied.");
    } else if (text->length > LONGEST || text->failed) {
        explorer_message(explorer, ROLE_WARNING,
                         "That is too much for a clipboard (%zu bytes, at most %d).", text->length,
                         LONGEST);
        text_clear(text);
    } else {
        const char *newline = strchr(text_value(text), '\n');
        explorer_message(explorer, ROLE_GOOD, "Copied %.*s%s",
                         newline ? (int)(newline - text_value(text)) : (int)text->length,
                         text_value(text), newline ? " ..." : "");
        explorer->effect = EFFECT_COPY;
    }
}
