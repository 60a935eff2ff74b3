/* Whether an event is what a filter asks for. */
#include "model/filter.h"
#include "store/reader.h"

static bool names(const struct filter *test, const char *value)
{
    return value && filter_test_name(test, value);
}

static bool any_reason(const struct filter *test, spex_reason reason)
{
    for (size_t i = 0; i < test->name_count; i++)
        if (text_contains(spex_reason_name(reason), test->names[i]))
            return true;
    return false;
}

static bool test_matches(const struct filter *test, const void *subject, int64_t now)
{
    const struct event *event = subject;
    switch (test->key) {
    case FILTER_TEXT:
        return names(test, event->identifier) || names(test, event->specification) ||
               names(test, event->from) || names(test, event->action) || names(test, event->to) ||
               names(test, event->message) || names(test, spex_reason_name(event->reason));
    case FILTER_SPECIFICATION:
        return names(test, event->specification);
    case FILTER_STATE:
        return names(test, event->from) || names(test, event->to);
    case FILTER_ACTION:
        return names(test, event->action);
    case FILTER_IDENTIFIER:
        return names(test, event->identifier);
    case FILTER_REASON:
        return any_reason(test, event->reason);
    case FILTER_AGE:
        return filter_test_number(test, now - event->at);
    case FILTER_OVERDUE:
        return event->reason == SPEX_REASON_TRANSITION_TIMEOUT;
    case FILTER_DEVIATED:
        return event->reason == SPEX_REASON_STILL_EQUIVALENT ||
               event->reason == SPEX_REASON_NOT_EQUIVALENT;
    case FILTER_META:
    case FILTER_HISTORY:
    case FILTER_DEVIATIONS:
    case FILTER_MOCKED:
    case FILTER_KEYS:
        break;
    }
    return false;
}

bool event_matches(const struct filter *filter, const struct event *event, int64_t now)
{
    return filter_holds(filter, test_matches, event, now);
}
