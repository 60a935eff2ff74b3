/* get, instances, overdue, events: looking at a store, which they never change. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "format/format.h"

/* Rows fetched at a time. */
#define PAGE 1000

static int64_t wall(void)
{
    spex_clock clock = clock_system();
    return clock.wall(clock.context);
}

/* Options and reader of a verb that only looks. */
static enum answer look(const struct invocation *invocation, struct reader **reader)
{
    struct project_options options;
    *reader = NULL;
    enum answer answer = open_options(invocation, &options);
    if (answer)
        return answer;
    answer = open_reader(invocation, &options, reader);
    project_options_release(&options);
    return answer;
}

/* ------------------------------------------------------------------- get */

static void append_gap(struct text *text, int64_t later, int64_t earlier)
{
    char gap[DURATION_TEXT_SIZE];
    duration_format_short(later - earlier, gap);
    text_append(text, gap);
}

static void append_state(struct text *text, const spex_instance *instance, bool utc)
{
    text_append_visible(text, instance->identifier);
    text_append(text, "\nspecification  ");
    text_append_visible(text, instance->specification);
    text_append(text, "\nstate          ");
    text_append_visible(text, instance->state ? instance->state : "- (not initialised)");
    text_append(text, "\nsince          ");
    append_time(text, instance->since, utc);
    if (instance->due) {
        text_append(text, instance->overdue ? "\noverdue since  " : "\ndue            ");
        append_time(text, instance->due, utc);
    }
    if (instance->mocked)
        text_append(text, "\nmocked         placed here by mock, no transition since");
    if (instance->deviations)
        text_printf(text, "\ndeviations     %" PRIu64, instance->deviations);
    if (instance->meta) {
        text_append(text, "\nmeta           ");
        text_append_visible(text, instance->meta);
    }
    text_append_char(text, '\n');
}

static bool print_history(const spex_instance *instance, bool utc)
{
    static const char *const headers[] = {"TIME", "AFTER", "ACTION", "STATE", "VERDICT"};
    struct table table;
    table_start(&table, headers, 5);
    for (size_t i = instance->step_count; i-- > 0;) {
        const spex_step *step = &instance->steps[i];
        struct text time = {0}, gap = {0};
        append_time(&time, step->at, utc);
        if (i + 1 < instance->step_count)
            append_gap(&gap, step->at, instance->steps[i + 1].at);
        table_cell(&table, text_value(&time));
        table_cell(&table, text_value(&gap));
        table_cell(&table, step->action);
        table_cell(&table, step->state);
        table_cell(&table, spex_verdict_name(step->verdict));
        text_release(&time);
        text_release(&gap);
    }
    if (instance->step_count)
        putchar('\n');
    return table_end(&table);
}

static enum answer print_instance(const struct invocation *invocation,
                                  const spex_instance *instance)
{
    struct text text = {0};
    bool utc = option_given(invocation, "utc");
    if (invocation->json) {
        bool printed = json_write_instance(instance, true, &text) == SPEX_OK;
        text_append_char(&text, '\n');
        return output_text(&text) && printed ? ANSWER_YES : ANSWER_BROKEN;
    }
    append_state(&text, instance, utc);
    return output_text(&text) && print_history(instance, utc) ? ANSWER_YES : ANSWER_BROKEN;
}

static enum answer get(const struct invocation *invocation)
{
    struct reader *reader;
    spex_instance *instance = NULL;
    spex_error error;
    enum answer answer = look(invocation, &reader);
    if (answer)
        return answer;
    /* It may be on a shard that cannot be read: then "not found" is not the answer. */
    int status = reader_instance(reader, invocation->arguments[0], 0, &instance, &error);
    answer = reader_finish(invocation, reader, status, &error);
    if (!status)
        answer = worse(answer, print_instance(invocation, instance));
    spex_instance_free(instance);
    return answer;
}

#define UTC_OPTION                                                                                 \
    {                                                                                              \
        "utc", 'u', NULL, "times in UTC, not in the local time zone"                               \
    }
static const struct cli_option get_options[] = {UTC_OPTION, {NULL, 0, NULL, NULL}};

const struct verb get_verb = {.name = "get",
                              .usage = "[PROJECT_DIR] ID",
                              .summary = "one instance with its history",
                              .options = get_options,
                              .minimum = 1,
                              .maximum = 1,
                              .folder = FOLDER_SURPLUS,
                              .run = get};

/* ------------------------------------------------------------- instances */

struct listing {
    const struct invocation *invocation;
    struct reader *reader;
    struct page_request request;
    struct table table;
    int64_t now;
    uint64_t shown, limit; /* limit 0: all */
    bool broken;
};

static void list_row(struct listing *listing, const spex_instance *instance)
{
    struct text age = {0}, count = {0}, marks = {0};
    append_gap(&age, listing->now, instance->since);
    text_printf(&count, "%" PRIu64, instance->transitions);
    if (instance->overdue) {
        text_append(&marks, "overdue by ");
        append_gap(&marks, listing->now, instance->due);
    }
    if (instance->deviations)
        text_append(&marks, marks.length ? ", deviated" : "deviated");
    if (instance->mocked)
        text_append(&marks, marks.length ? ", mocked" : "mocked");
    table_cell(&listing->table, instance->identifier);
    table_cell(&listing->table, instance->specification);
    table_cell(&listing->table, instance->state ? instance->state : "-");
    table_cell(&listing->table, text_value(&age));
    table_cell(&listing->table, text_value(&count));
    table_cell(&listing->table, text_value(&marks));
    text_release(&age);
    text_release(&count);
    text_release(&marks);
}

static void list_json(struct listing *listing, const spex_instance *instance)
{
    struct text text = {0};
    text_append(&text, listing->shown ? ",\n " : "[");
    listing->broken |= json_write_instance(instance, false, &text) != SPEX_OK;
    listing->broken |= !output_text(&text);
}

static void list_page(struct listing *listing, const struct page *page)
{
    for (size_t i = 0; i < page->count; i++, listing->shown++)
        if (listing->invocation->json)
            list_json(listing, page->rows[i]);
        else
            list_row(listing, page->rows[i]);
    table_flush(&listing->table);
    listing->broken |= listing->table.failed || ferror(stdout);
}

/* Page by page, each from the last row of the one before. A shard that cannot be read
 * makes the answer partial, but does not end it. */
static int list_pages(struct listing *listing, spex_error *error)
{
    struct page page = {0};
    int worst = SPEX_OK;
    for (bool more = true; more && !listing->broken;) {
        struct page next = {0};
        uint64_t left = listing->limit ? listing->limit - listing->shown : PAGE;
        listing->request.limit = left < PAGE ? (size_t)left : PAGE;
        listing->request.anchor = page.count ? page.rows[page.count - 1] : NULL;
        int status = reader_page(listing->reader, &listing->request, &next, error);
        worst = status ? status : worst;
        page_release(&page);
        page = next;
        list_page(listing, &page);
        more = (!status || status == SPEX_ERROR_STORE) && page.count == listing->request.limit &&
               (!listing->limit || listing->shown < listing->limit);
    }
    page_release(&page);
    return worst;
}

static enum answer list(const struct invocation *invocation, const struct page_request *request,
                        uint64_t *shown)
{
    static const char *const headers[] = {"ID", "SPECIFICATION", "STATE", "FOR", "STEPS", "MARKS"};
    struct listing listing = {.invocation = invocation, .request = *request, .now = wall()};
    spex_error error;
    *shown = 0;
    if (!option_number(invocation, "limit", 1, 0, &listing.limit))
        return ANSWER_WRONG;
    enum answer answer = look(invocation, &listing.reader);
    if (answer)
        return answer;
    table_start(&listing.table, headers, 6);
    int status = list_pages(&listing, &error);
    if (!table_end(&listing.table) || listing.broken)
        answer = ANSWER_BROKEN;
    if (invocation->json)
        printf(listing.shown ? "]\n" : "[]\n");
    *shown = listing.shown;
    return worse(answer, reader_finish(invocation, listing.reader, status, &error));
}

/* False: complained about. */
static bool read_order(const struct invocation *invocation, struct page_request *request)
{
    const char *name = option_value(invocation, "sort");
    if (name && option_given(invocation, "recent")) {
        complain(invocation, "--recent is an order of its own, like --sort changed --reverse");
        return false;
    }
    request->descending ^= option_given(invocation, "reverse");
    if (!name || instance_order_named(name, &request->order))
        return true;
    char nearest[200];
    struct suggestion suggestion = {.wanted = name};
    struct text names = {0};
    for (int i = 0; i < INSTANCE_ORDERS; i++) {
        suggestion_offer(&suggestion, instance_order_names[i]);
        text_printf(&names, "%s%s", i ? ", " : "", instance_order_names[i]);
    }
    complain(invocation, "--sort wants one of %s, not '%s'%s", text_value(&names), name,
             suggestion_text(&suggestion, nearest));
    text_release(&names);
    return false;
}

static enum answer instances(const struct invocation *invocation)
{
    struct page_request request = {.order = ORDER_IDENTIFIER};
    spex_filter wanted = filter_of(invocation);
    struct filter *filter;
    uint64_t shown;
    enum answer answer = read_filter(invocation, &wanted, &filter);
    if (answer)
        return answer;
    if (option_given(invocation, "recent")) {
        request.order = ORDER_CHANGED;
        request.descending = true;
    }
    request.filter = filter;
    if (read_order(invocation, &request))
        answer = list(invocation, &request, &shown);
    else
        answer = ANSWER_WRONG;
    filter_free(filter);
    return answer;
}

static const struct cli_option instances_options[] = {
    FILTER_OPTIONS,
    {"sort", 0, "ORDER", "by id, spec, state, changed, history or overdue"},
    {"reverse", 0, NULL, "in the opposite order"},
    {"recent", 'r', NULL, "in order of change, newest first (else by identifier)"},
    {"limit", 'n', "N", "at most N rows"},
    {NULL, 0, NULL, NULL}};

const struct verb instances_verb = {.name = "instances",
                                    .usage = "[PROJECT_DIR]",
                                    .summary = "the instances, all or those that match",
                                    .options = instances_options,
                                    .folder = FOLDER_SURPLUS,
                                    .run = instances};

/* --------------------------------------------------------------- overdue */

static enum answer overdue(const struct invocation *invocation)
{
    struct page_request request = {.order = ORDER_CHANGED};
    spex_filter wanted = filter_of(invocation);
    struct filter *filter;
    uint64_t shown;
    wanted.overdue = true;
    enum answer answer = read_filter(invocation, &wanted, &filter);
    if (answer)
        return answer;
    request.filter = filter;
    answer = list(invocation, &request, &shown);
    if (shown && option_given(invocation, "fail"))
        answer = worse(answer, ANSWER_NO);
    filter_free(filter);
    return answer;
}

static const struct cli_option overdue_options[] = {
    {"fail", 'f', NULL, "exit with 1 if there is one"},
    WHERE_OPTION,
    {"spec", 's', "NAME", "only instances of this specification"},
    {"state", 0, "STATE", "only instances in this state"},
    {"text", 't', "TEXT", "only where identifier, specification or state contain TEXT"},
    {"limit", 'n', "N", "at most N rows"},
    {NULL, 0, NULL, NULL}};

const struct verb overdue_verb = {.name = "overdue",
                                  .usage = "[PROJECT_DIR]",
                                  .summary = "instances whose next transition should have come",
                                  .options = overdue_options,
                                  .folder = FOLDER_SURPLUS,
                                  .run = overdue};
