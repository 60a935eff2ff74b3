/* Which events are shown: the filter language, as far as it speaks of events. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/events/events.h"
#include "views/instances/filter_line.h"
#include "views/instances/filters.h"

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

static void apply(void *view, const char *typed)
{
    events_apply(view, typed);
}

void events_ask_filter(struct events *events)
{
    struct filter_line line = {.explorer = events->explorer,
                               .subject = FILTER_OF_EVENTS,
                               .history = &events->explorer->filters->events,
                               .apply = apply,
                               .view = events};
    filter_line_open(&line, events->typed);
}
