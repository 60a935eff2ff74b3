/* Choosing how a page is read: by which index, in which order, or by looking at all rows. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_page.h"

enum {
    FEW = 5000,         /* so many rows are fetched and sorted without a thought */
    MANY_PAIRS = 64,    /* more statements than that at once are worse than one that sorts */
    SAMPLE = 400,       /* rows at each end of each shard that are tried */
    FETCH_COST = 12,    /* a row by an index, */
    DISORDER_COST = 12, /* a row along an index that has another order than the rows lie in, */
    NEAR_COST = 2,      /* a row in order of identifiers, where scanning past a row costs one */
    SHORT_WALK = 20000, /* rows that any walk may look at, */
    FAR_WALK = 32,      /* and else this part of all, */
    NEAR_WALK = 4       /* in order of identifiers this */
};

/* The identifiers' index, which SQLite made for UNIQUE. */
#define BY_IDENTIFIER " INDEXED BY sqlite_autoindex_instance_1"

/* How many rows there are, and how many an index leaves; the best index so far. */
struct estimate {
    int64_t total;
    int64_t fewest; /* by the index; total: there is none */
    const char *index;
    bool pairs, in_order; /* the index gives identifiers in their order */
    double part;          /* of all rows that match, as sampled */
};

static bool add_segment(struct plan *plan, const char *specification, const char *state,
                        enum due_part due)
{
    if (!memory_reserve(&plan->segments, &plan->capacity, plan->count + 1, sizeof *plan->segments))
        return false;
    struct segment *segment = &plan->segments[plan->count++];
    *segment =
        (struct segment){.due = due,
                         .specification = specification ? memory_copy_text(specification) : NULL,
                         .state = state ? memory_copy_text(state) : NULL};
    return (!specification || segment->specification) && (!state || segment->state);
}

static void cut_segments(struct plan *plan, size_t count)
{
    while (plan->count > count) {
        struct segment *segment = &plan->segments[--plan->count];
        free(segment->specification);
        free(segment->state);
    }
}

void reading_plan_release(struct plan *plan)
{
    cut_segments(plan, 0);
    free(plan->segments);
    memset(plan, 0, sizeof *plan);
}

/* ------------------------------------------------------------ from the tally */

/* Calls for each row of the tally that the filter may be about. */
static int each_pair(struct reading *reading, unsigned shard, const struct common *common,
                     int (*call)(struct plan *plan, const char *specification, const char *state),
                     struct plan *plan, spex_error *error)
{
    struct query query = {0};
    struct connection *connection = reading_shard(reading, shard);
    text_append(&query.sql, "SELECT specification, state");
    reader_tally_condition(&query, common);
    sqlite3_stmt *statement;
    int status = query_prepare(&query, connection, &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        status = call(plan, column_text(statement, 0), column_text(statement, 1));
        if (status)
            error_memory(error);
    }
    sqlite3_finalize(statement);
    query_release(&query);
    return status;
}

static int add_pair(struct plan *plan, const char *specification, const char *state)
{
    return add_segment(plan, specification, state, DUE_ANY) ? SPEX_OK : SPEX_ERROR_MEMORY;
}

static int compare_by_specification(const void *left, const void *right)
{
    const struct segment *a = left, *b = right;
    int order = strcmp(a->specification, b->specification);
    return order ? order : strcmp(a->state, b->state);
}

static int compare_by_state(const void *left, const void *right)
{
    const struct segment *a = left, *b = right;
    int order = strcmp(a->state, b->state);
    return order ? order : strcmp(a->specification, b->specification);
}

/* The pairs of specification and state of all shards, each once, in order. */
static bool list_pairs(struct reading *reading, const struct common *common, struct plan *plan)
{
    int (*compare)(const void *, const void *) =
        reading->request->order == ORDER_STATE ? compare_by_state : compare_by_specification;
    for (unsigned i = 0; i < reading->reader->store.shards; i++) {
        spex_error failure;
        if (reading_shard(reading, i) &&
            !reading_note(reading, i, each_pair(reading, i, common, add_pair, plan, &failure),
                          &failure))
            return false;
    }
    if (plan->count)
        qsort(plan->segments, plan->count, sizeof *plan->segments, compare);
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct segment *segment = &plan->segments[i];
        if (kept && compare(&plan->segments[kept - 1], segment) == 0) {
            free(segment->specification);
            free(segment->state);
        } else {
            plan->segments[kept++] = *segment;
        }
    }
    plan->count = kept;
    return true;
}

/* --------------------------------------------------------------- estimating */

static int count_overdue(struct connection *connection, int64_t now, int64_t *count,
                         spex_error *error)
{
    struct query query = {0};
    text_append(&query.sql, "SELECT count(*) FROM (SELECT 1 FROM instance" READER_BY_DUE
                            " WHERE due > 0" READER_BY_DUE_TOO " AND due < ");
    query_number(&query, now);
    text_append(&query.sql, " LIMIT ");
    query_number(&query, 2 * FEW);
    text_append_char(&query.sql, ')');
    return reader_number(connection, &query, count, error);
}

static int count_age(struct connection *connection, const struct filter *age, int64_t now,
                     int64_t *count, spex_error *error)
{
    struct query query = {0};
    text_append(&query.sql,
                "SELECT count(*) FROM (SELECT 1 FROM instance INDEXED BY instance_since WHERE ");
    query_filter(&query, age, now);
    text_append(&query.sql, " LIMIT ");
    query_number(&query, 2 * FEW);
    text_append_char(&query.sql, ')');
    return reader_number(connection, &query, count, error);
}

/* What one shard has of each index's rows. */
struct sizes {
    int64_t total, pairs, deviated, mocked, overdue, age;
};

static int measure(struct reading *reading, struct connection *connection,
                   const struct common *common, struct sizes *sizes, spex_error *error)
{
    static const struct common all = {0};
    int64_t found;
    int status = reader_tally_sum(connection, &all, "instances", &found, error);
    sizes->total += found;
    if (!status && (common->specification || common->state)) {
        status = reader_tally_sum(connection, common, "instances", &found, error);
        sizes->pairs += found;
    }
    if (!status && common->deviated) {
        status = reader_tally_sum(connection, &all, "deviated", &found, error);
        sizes->deviated += found;
    }
    if (!status && common->mocked) {
        status = reader_tally_sum(connection, &all, "mocked", &found, error);
        sizes->mocked += found;
    }
    if (!status && common->overdue) {
        status = count_overdue(connection, reading->now, &found, error);
        sizes->overdue += found;
    }
    if (!status && common->age) {
        status = count_age(connection, common->age, reading->now, &found, error);
        sizes->age += found;
    }
    return status;
}

static void offer(struct estimate *estimate, bool asked, int64_t count, const char *index,
                  bool pairs, bool in_order)
{
    if (!asked || count >= estimate->fewest)
        return;
    estimate->fewest = count;
    estimate->index = index;
    estimate->pairs = pairs;
    estimate->in_order = in_order;
}

static bool choose_index(struct reading *reading, const struct common *common,
                         struct estimate *estimate)
{
    struct sizes sizes = {0};
    for (unsigned i = 0; i < reading->reader->store.shards; i++) {
        spex_error failure;
        struct connection *connection = reading_shard(reading, i);
        if (connection &&
            !reading_note(reading, i, measure(reading, connection, common, &sizes, &failure),
                          &failure))
            return false;
    }
    *estimate = (struct estimate){.total = sizes.total, .fewest = sizes.total, .index = ""};
    offer(estimate, common->identifier != NULL,
          common->identifier ? (int64_t)common->identifier->name_count : 0, BY_IDENTIFIER, false,
          true);
    offer(estimate, common->deviated, sizes.deviated, " INDEXED BY instance_deviated", false, true);
    offer(estimate, common->mocked, sizes.mocked, " INDEXED BY instance_mocked", false, true);
    offer(estimate, common->specification || common->state, sizes.pairs,
          " INDEXED BY instance_state", true, true);
    offer(estimate, common->overdue, sizes.overdue, READER_BY_DUE, false, false);
    offer(estimate, common->age != NULL, sizes.age, " INDEXED BY instance_since", false, false);
    return true;
}

/* How many of some rows at one end of the shard match. */
static int sample_end(struct reading *reading, struct connection *connection, bool last,
                      int64_t counts[2], spex_error *error)
{
    struct query query = {0};
    sqlite3_stmt *statement;
    bool row = false;
    text_append(&query.sql, "SELECT count(*), ifnull(sum(");
    query_filter(&query, reading->filter, reading->now);
    text_printf(&query.sql,
                "), 0) FROM (SELECT * FROM instance ORDER BY key%s LIMIT %d) AS instance",
                last ? " DESC" : "", SAMPLE);
    int status = query_prepare(&query, connection, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    for (int i = 0; row && i < 2; i++)
        counts[i] += sqlite3_column_int64(statement, i);
    sqlite3_finalize(statement);
    query_release(&query);
    return status;
}

static bool sample(struct reading *reading, struct estimate *estimate)
{
    int64_t counts[2] = {0, 0};
    for (unsigned i = 0; i < reading->reader->store.shards; i++) {
        for (int end = 0; end < 2; end++) {
            spex_error failure;
            struct connection *connection = reading_shard(reading, i);
            if (connection &&
                !reading_note(reading, i,
                              sample_end(reading, connection, end == 1, counts, &failure),
                              &failure))
                return false;
        }
    }
    estimate->part = ((double)counts[1] + 0.5) / ((double)counts[0] + 1);
    return true;
}

/* ----------------------------------------------------------------- choosing */

static bool add_single(struct plan *plan)
{
    cut_segments(plan, 0);
    return add_segment(plan, NULL, NULL, DUE_ANY);
}

/* By the index that leaves few; in its order, or sorted into the wanted one. */
static bool use_index(struct reading *reading, const struct common *common,
                      const struct estimate *estimate, struct plan *plan)
{
    plan->index = estimate->index;
    if (!estimate->pairs)
        return add_single(plan);
    if (!list_pairs(reading, common, plan))
        return false;
    enum instance_order order = reading->request->order;
    if (order == ORDER_SPECIFICATION || order == ORDER_STATE) {
        plan->by = ORDER_IDENTIFIER; /* one pair after the other */
        return true;
    }
    plan->by_pairs = plan->count <= MANY_PAIRS;
    return plan->by_pairs || add_single(plan);
}

/* Along the index that is in the wanted order. */
static bool use_order(struct reading *reading, const struct common *common, struct plan *plan)
{
    bool made = true;
    switch (reading->request->order) {
    case ORDER_SPECIFICATION:
    case ORDER_STATE:
        plan->index = "";
        plan->by = ORDER_IDENTIFIER;
        return list_pairs(reading, common, plan);
    case ORDER_CHANGED:
        plan->index = " INDEXED BY instance_since";
        return add_single(plan);
    case ORDER_OVERDUE:
        plan->index = "";
        made = add_segment(plan, NULL, NULL, DUE_SOME);
        if (made && !common->overdue)
            made = add_segment(plan, NULL, NULL, DUE_NEVER);
        return made;
    default:
        plan->index = BY_IDENTIFIER;
        return add_single(plan);
    }
}

static int64_t patience_for(const struct estimate *estimate, enum instance_order order)
{
    enum { STEPS_A_ROW = 10 };
    int64_t rows = estimate->total / (order == ORDER_IDENTIFIER ? NEAR_WALK : FAR_WALK);
    return (rows < SHORT_WALK ? SHORT_WALK : rows) * STEPS_A_ROW / READER_STEPS;
}

static bool choose(struct reading *reading, const struct common *common,
                   const struct estimate *estimate, struct plan *plan)
{
    enum instance_order order = reading->request->order;
    double total = (double)estimate->total, limit = (double)reading->request->limit;
    double looked_at = limit / estimate->part < total ? limit / estimate->part : total;
    double walk = looked_at * (order == ORDER_IDENTIFIER ? NEAR_COST : DISORDER_COST);
    /* An index that was not counted to its end has at least what matches. */
    double matches = total * estimate->part;
    double fetch = (double)estimate->fewest > matches ? (double)estimate->fewest : matches;
    if (estimate->in_order && order == ORDER_IDENTIFIER && looked_at < fetch)
        fetch = looked_at;
    fetch *= FETCH_COST;
    bool indexed = *estimate->index != '\0';
    bool walks = order != ORDER_HISTORY;
    if (order == ORDER_OVERDUE && common->overdue)
        return use_order(reading, common, plan);
    if (indexed && (estimate->fewest <= FEW || (fetch <= total && (!walks || fetch <= walk))))
        return use_index(reading, common, estimate, plan);
    /* Identifiers alone decide: their index has a fraction of the rows' bytes. */
    bool rare = common->part_of_identifier && looked_at >= total / NEAR_WALK;
    plan->along_identifiers = rare;
    if (rare) {
        plan->hint = common->part_of_identifier;
        reading->texts = (uint64_t)estimate->total * plan->hint->name_count;
    }
    if (rare && order == ORDER_IDENTIFIER)
        return use_order(reading, common, plan);
    plan->scan = !walks || rare || walk > total;
    plan->patience = reading->filter ? patience_for(estimate, order) : -1;
    return plan->scan || use_order(reading, common, plan);
}

bool reading_plan(struct reading *reading, struct plan *plan)
{
    struct common common = reader_common(reading->filter);
    struct estimate estimate = {.index = "", .part = 1};
    bool going = true;
    *plan = (struct plan){.index = "", .by = reading->request->order, .patience = -1};
    if (reading->filter)
        going = choose_index(reading, &common, &estimate);
    bool few = *estimate.index && estimate.fewest <= FEW;
    if (going && reading->filter && !few)
        going = sample(reading, &estimate);
    if (!going)
        return false;
    if (!choose(reading, &common, &estimate, plan)) {
        if (!reading->partial || reading->partial == SPEX_ERROR_STORE)
            reading->partial = error_memory(reading->error);
        return false;
    }
    return true;
}
