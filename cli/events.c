/* events: deviations, timeouts and refused calls, as any process reported them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"

struct event_listing {
    const struct invocation *invocation;
    struct table table;
    const char *specification, *identifier, *reason;
    struct filter *filter;
    int64_t now;
    uint64_t limit, shown;
    bool broken;
};

static bool same(const char *wanted, const char *value)
{
    return !wanted || (value && strcmp(wanted, value) == 0);
}

static void event_row(struct event_listing *listing, const struct event *event)
{
    struct text time = {0}, step = {0};
    append_time(&time, event->at, option_given(listing->invocation, "utc"));
    if (event->action)
        text_printf(&step, "%s --[%s]-> %s", event->from ? event->from : SPEX_NIL, event->action,
                    event->to ? event->to : "?");
    else if (event->from)
        text_append(&step, event->from);
    table_cell(&listing->table, text_value(&time));
    table_cell(&listing->table, spex_reason_name(event->reason));
    table_cell(&listing->table, event->specification ? event->specification : "-");
    table_cell(&listing->table, event->identifier ? event->identifier : "-");
    table_cell(&listing->table, text_value(&step));
    text_release(&time);
    text_release(&step);
}

static void event_json(struct event_listing *listing, const struct event *event)
{
    struct text text = {0};
    text_append(&text, listing->shown ? ",\n " : "[");
    event_write_json(event, &text);
    listing->broken |= !output_text(&text);
}

static void list_events(struct event_listing *listing, const struct event *events, size_t count)
{
    for (size_t i = 0; i < count && (!listing->limit || listing->shown < listing->limit); i++) {
        const struct event *event = &events[i];
        if (!same(listing->specification, event->specification) ||
            !same(listing->identifier, event->identifier) ||
            !same(listing->reason, spex_reason_name(event->reason)) ||
            !event_matches(listing->filter, event, listing->now))
            continue;
        if (listing->invocation->json)
            event_json(listing, event);
        else
            event_row(listing, event);
        listing->shown++;
    }
    if (listing->invocation->json)
        printf(listing->shown ? "]\n" : "[]\n");
}

static bool reason_known(const struct invocation *invocation, const char *reason)
{
    struct suggestion suggestion = {.wanted = reason ? reason : ""};
    char nearest[200];
    for (int i = 1; i < SPEX_REASON_COUNT; i++) {
        if (same(reason, spex_reason_name((spex_reason)i)))
            return true;
        suggestion_offer(&suggestion, spex_reason_name((spex_reason)i));
    }
    complain(invocation, "there is no reason '%s'%s", reason,
             suggestion_text(&suggestion, nearest));
    return false;
}

static enum answer print_events(struct event_listing *listing, struct reader *reader)
{
    static const char *const headers[] = {"TIME", "REASON", "SPECIFICATION", "ID", "TRANSITION"};
    struct event *found = NULL;
    size_t count = 0;
    spex_error error;
    /* With a filter, every event has to be seen. */
    bool filtered =
        listing->specification || listing->identifier || listing->reason || listing->filter;
    size_t fetched = listing->limit && !filtered && listing->limit < SIZE_MAX
                         ? (size_t)listing->limit
                         : (size_t)INT32_MAX;
    int status = reader_events(reader, fetched, &found, &count, &error);
    enum answer answer = ANSWER_YES;
    table_start(&listing->table, headers, 5);
    list_events(listing, found, count);
    if (!table_end(&listing->table) || listing->broken)
        answer = ANSWER_BROKEN;
    events_free(found, count);
    return worse(answer, reader_finish(listing->invocation, reader, status, &error));
}

static enum answer events(const struct invocation *invocation)
{
    struct event_listing listing = {.invocation = invocation,
                                    .specification = option_value(invocation, "spec"),
                                    .identifier = option_value(invocation, "id"),
                                    .reason = option_value(invocation, "reason")};
    if (!reason_known(invocation, listing.reason) ||
        !option_number(invocation, "limit", 1, 0, &listing.limit))
        return ANSWER_WRONG;
    struct project_options options;
    struct reader *reader = NULL;
    spex_clock clock = clock_system();
    listing.now = clock.wall(clock.context);
    enum answer answer =
        read_event_filter(invocation, option_value(invocation, "where"), &listing.filter);
    if (answer)
        return answer;
    answer = open_options(invocation, &options);
    if (!answer) {
        answer = open_reader(invocation, &options, &reader);
        if (!answer)
            answer = print_events(&listing, reader);
        project_options_release(&options);
    }
    filter_free(listing.filter);
    return answer;
}

static const struct cli_option events_options[] = {
    {"where", 'w', "FILTER", "only those it chooses: \"reason:timeout age<2h\", see spex(5)"},
    {"spec", 's', "NAME", "only of this specification"},
    {"id", 'i', "ID", "only of this instance"},
    {"reason", 0, "REASON", "only of this kind, e.g. deviation_not_equivalent"},
    {"limit", 'n', "N", "at most N, the newest"},
    {"utc", 'u', NULL, "times in UTC, not in the local time zone"},
    {NULL, 0, NULL, NULL}};

const struct verb events_verb = {.name = "events",
                                 .usage = "[PROJECT_DIR]",
                                 .summary = "deviations, timeouts and refused calls, newest first",
                                 .options = events_options,
                                 .folder = FOLDER_SURPLUS,
                                 .run = events};
