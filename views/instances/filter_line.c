#include "views/instances/filter_line.h"

#include <stdlib.h>

#include "base/base.h"
#include "views/instances/filter_completion.h"

static void changed(void *context, const char *text)
{
    const struct filter_line *line = context;
    line->apply(line->view, text);
}

static void cancelled(void *context)
{
    changed(context, "");
}

static void typed(void *context, const char *text)
{
    const struct filter_line *line = context;
    history_note(line->history, text);
}

static bool mistake(void *context, const char *text, size_t *start, size_t *length)
{
    const struct filter_line *line = context;
    struct filter *filter;
    struct filter_mistake wrong = {0, 0};
    bool found = filter_parse_for(line->subject, &filter, text, &wrong, NULL) == SPEX_ERROR_SYNTAX;
    filter_free(filter);
    *start = wrong.start;
    *length = wrong.length;
    return found;
}

static void complete(void *context, struct line_editor *editor)
{
    const struct filter_line *line = context;
    filter_complete(line->explorer, line->subject, line->meta_paths, editor);
}

static void recall(void *context, struct line_editor *editor, bool older)
{
    const struct filter_line *line = context;
    history_recall(line->history, editor, older);
}

void filter_line_open(const struct filter_line *line, const char *typed_before)
{
    struct filter_line *own = memory_allocate(1, sizeof *own);
    if (!own)
        return;
    *own = *line;
    struct overlay_calls calls = {.changed = changed,
                                  .typed = typed,
                                  .cancelled = cancelled,
                                  .complete = complete,
                                  .recall = recall,
                                  .mistake = mistake,
                                  .escape = "clear",
                                  .release = free,
                                  .context = own};
    /* What is typed next is a word of its own. */
    struct text text = {0};
    text_append(&text, typed_before ? typed_before : "");
    if (text.length && text.data[text.length - 1] != ' ')
        text_append_char(&text, ' ');
    history_begin(line->history);
    overlay_line(&line->explorer->overlay, "/", text_value(&text), &calls);
    text_release(&text);
}
