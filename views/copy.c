/* What goes to the terminal's clipboard. */
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

enum { LONGEST = 64 << 10 /* what terminals take at once */ };

void explorer_copy(struct explorer *explorer, const char *what, const char *text)
{
    struct text *clipboard = &explorer->clipboard;
    text_clear(clipboard);
    text_append_visible_lines(clipboard, text);
    const char *copied = text_value(clipboard), *newline = strchr(copied, '\n');
    if (clipboard->length > LONGEST || clipboard->failed) {
        explorer_message(explorer, ROLE_WARNING,
                         "Too much for a clipboard (%zu bytes, at most %d): write it to a file.",
                         clipboard->length, LONGEST);
        text_clear(clipboard);
        return;
    }
    if (what)
        explorer_message(explorer, ROLE_GOOD,
                         "Copied %s, if the terminal lets its programs do that.", what);
    else
        explorer_message(explorer, ROLE_GOOD, "Copied %.*s%s",
                         newline ? (int)(newline - copied) : (int)clipboard->length, copied,
                         newline ? " ..." : "");
    explorer->effect = EFFECT_COPY;
}

void copy_selected(struct explorer *explorer)
{
    enum view_id view = explorer_view(explorer);
    const struct view_operations *operations = view_operations(view);
    struct text text = {0};
    if (operations->copy)
        operations->copy(explorer, explorer->states[view], &text);
    else
        text_append(&text, text_value(&explorer->selected_row));
    /* Pasted into a shell, the last line break would be Enter. */
    if (text.length && text.data[text.length - 1] == '\n')
        text.data[--text.length] = '\0';
    if (text.length) {
        explorer_copy(explorer, NULL, text_value(&text));
    } else {
        text_clear(&explorer->clipboard);
        explorer_message(explorer, ROLE_DIM, "Nothing is selected here that could be copied.");
    }
    text_release(&text);
}
