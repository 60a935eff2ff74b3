/* Which events are shown: the filter language, as far as it speaks of events. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/events.h"
#include "views/filter_completion.h"
#include "views/filters.h"

void events_apply(struct events *events, const char *typed)
{
    struct filter *filter;
    spex_error error;
    if (filter_parse_for(FILTER_OF_EVENTS, &filter, typed, NULL, &error)) {
        explorer_message(events->explorer, ROLE_WARNING, "%s", error.message);
        return;
    }
    filter_free(filter);
    char *copy = memory_copy_text(typed);
    bool same = copy && events->typed && strcmp(copy, events->typed) == 0;
    free(events->typed);
    events->typed = copy;
    if (same)
        return;
    events->scroll = (struct scroll){0};
    events_reload(events);
}

static void changed(void *context, const char *text)
{
    events_apply(context, text);
}

static void cancelled(void *context)
{
    events_apply(context, "");
}

static void typed(void *context, const char *text)
{
    struct events *events = context;
    history_note(&events->explorer->filters->events, text);
}

static bool mistake(void *context, const char *text, size_t *start, size_t *length)
{
    struct filter *filter;
    struct filter_mistake wrong = {0, 0};
    (void)context;
    bool found =
        filter_parse_for(FILTER_OF_EVENTS, &filter, text, &wrong, NULL) == SPEX_ERROR_SYNTAX;
    filter_free(filter);
    *start = wrong.start;
    *length = wrong.length;
    return found;
}

static void complete(void *context, struct line_editor *editor)
{
    struct events *events = context;
    filter_complete(events->explorer, FILTER_OF_EVENTS, NULL, editor);
}

static void recall(void *context, struct line_editor *editor, bool older)
{
    struct events *events = context;
    history_recall(&events->explorer->filters->events, editor, older);
}

void events_ask_filter(struct events *events)
{
    struct overlay_calls calls = {.changed = changed,
                                  .typed = typed,
                                  .cancelled = cancelled,
                                  .complete = complete,
                                  .recall = recall,
                                  .mistake = mistake,
                                  .escape = "clear",
                                  .context = events};
    struct text text = {0};
    /* What is typed next is a word of its own. */
    text_append(&text, events->typed ? events->typed : "");
    if (text.length && text.data[text.length - 1] != ' ')
        text_append_char(&text, ' ');
    history_begin(&events->explorer->filters->events);
    overlay_line(&events->explorer->overlay, "/", text_value(&text), &calls);
    text_release(&text);
}
