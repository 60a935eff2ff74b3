/* A page along an index, all shards merged. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_page.h"

/* Rows in order, one at a time: a shard's, or a part of them. */
struct head {
    unsigned shard;
    struct connection *connection;
    sqlite3_stmt *statement;
    spex_instance instance;
    bool row;
};

struct heads {
    struct head *items;
    size_t count;
    size_t capacity;
};

static void heads_release(struct heads *heads)
{
    for (size_t i = 0; i < heads->count; i++)
        sqlite3_finalize(heads->items[i].statement);
    free(heads->items);
    memset(heads, 0, sizeof *heads);
}

/* What rows of the head have beside what the filter asks for. */
struct part {
    const char *specification, *state; /* NULL: any */
    enum due_part due;
    int reported; /* negative: any */
};

static void compose(struct query *query, const struct reading *reading, const struct plan *plan,
                    const struct part *part, const spex_instance *anchor)
{
    const struct page_request *request = reading->request;
    struct text *sql = &query->sql;
    const char *index = part->reported >= 0 ? READER_BY_DUE
                        : part->state       ? " INDEXED BY instance_state"
                                            : plan->index;
    enum instance_order by = part->due == DUE_NEVER ? ORDER_IDENTIFIER : plan->by;
    text_printf(sql, "SELECT " INSTANCE_COLUMNS " FROM instance%s WHERE ", index);
    query_filter(query, reading->filter, reading->now);
    if (strcmp(index, READER_BY_DUE) == 0 && part->reported < 0)
        text_append(sql, READER_BY_DUE_TOO);
    if (part->specification) {
        text_append(sql, " AND specification = ");
        query_text(query, part->specification);
    }
    if (part->state) {
        /* "" is no state, or the state of that name */
        text_append(sql, *part->state ? " AND state = " : " AND ifnull(state, '') = ");
        query_text(query, part->state);
    }
    if (part->due)
        text_append(sql, part->due == DUE_SOME ? " AND due > 0" : " AND due = 0");
    if (part->reported >= 0)
        text_printf(sql, " AND reported = %d", part->reported);
    if (anchor)
        reader_order_anchor(query, by, reading->rising, anchor);
    if (part->reported >= 0) /* the index's own order: "due = 0" is known */
        text_printf(sql, " ORDER BY due %s, identifier %s", reading->rising ? "ASC" : "DESC",
                    reading->rising ? "ASC" : "DESC");
    else
        reader_order_by(query, by, reading->rising);
    text_append(sql, " LIMIT ");
    query_number(query, request->limit < INT64_MAX ? (int64_t)request->limit : INT64_MAX);
}

static int head_advance(struct head *head, int64_t now, spex_error *error)
{
    int status = statement_step(head->connection, head->statement, &head->row, error);
    if (status)
        head->row = false;
    if (head->row)
        column_instance(head->statement, 0, now, &head->instance);
    return status;
}

static int open_head(struct heads *heads, struct reading *reading, const struct plan *plan,
                     unsigned shard, const struct part *part, const spex_instance *anchor,
                     spex_error *error)
{
    if (!memory_reserve(&heads->items, &heads->capacity, heads->count + 1, sizeof *heads->items))
        return error_memory(error);
    struct head *head = &heads->items[heads->count++];
    *head = (struct head){.shard = shard, .connection = reading_shard(reading, shard)};
    struct query query = {0};
    compose(&query, reading, plan, part, anchor);
    int status = query_prepare(&query, head->connection, &head->statement, error);
    if (!status)
        status = head_advance(head, reading->now, error);
    query_release(&query);
    if (!status && head->row && reading->page->count == 0 && reading->request->found) {
        status = reading_note_seen(reading, &head->instance, error);
        reading_show(reading, -1);
    }
    return status;
}

/* The due ones of each specification, reported or not: what the index begins with. */
static int open_due(struct heads *heads, struct reading *reading, const struct plan *plan,
                    unsigned shard, const spex_instance *anchor, spex_error *error)
{
    struct connection *connection = reading_shard(reading, shard);
    struct common common = reader_common(reading->filter);
    struct query query = {0};
    text_append(&query.sql, "SELECT DISTINCT specification");
    reader_tally_condition(&query, &(struct common){.specification = common.specification});
    sqlite3_stmt *statement;
    int status = query_prepare(&query, connection, &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        struct part part = {.specification = column_text(statement, 0), .due = DUE_SOME};
        for (part.reported = 0; !status && part.reported < 2; part.reported++)
            status = open_head(heads, reading, plan, shard, &part, anchor, error);
    }
    sqlite3_finalize(statement);
    query_release(&query);
    return status;
}

static int open_heads(struct heads *heads, struct reading *reading, const struct plan *plan,
                      const struct segment *segment, unsigned shard, const spex_instance *anchor,
                      spex_error *error)
{
    struct part part = {segment->specification, segment->state, segment->due, -1};
    if (segment->due == DUE_SOME)
        return open_due(heads, reading, plan, shard, anchor, error);
    if (!plan->by_pairs)
        return open_head(heads, reading, plan, shard, &part, anchor, error);
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < plan->count; i++) {
        struct part pair = {plan->segments[i].specification, plan->segments[i].state, DUE_ANY, -1};
        status = open_head(heads, reading, plan, shard, &pair, anchor, error);
    }
    return status;
}

/* ------------------------------------------------------------------ merging */

static void fail_shard(struct heads *heads, unsigned shard)
{
    for (size_t i = 0; i < heads->count; i++)
        if (heads->items[i].shard == shard)
            heads->items[i].row = false;
}

static int page_add(struct reading *reading, const spex_instance *instance, spex_error *error)
{
    struct page *page = reading->page;
    if (!memory_reserve(&page->rows, &reading->capacity, page->count + 1, sizeof *page->rows) ||
        !(page->rows[page->count] = instance_copy(instance)))
        return error_memory(error);
    page->count++;
    reading_show(reading, -1);
    return SPEX_OK;
}

/* Takes the first of all heads until the page is full or they are at their ends. */
static bool merge(struct reading *reading, struct heads *heads)
{
    while (reading->page->count < reading->request->limit) {
        struct head *first = NULL;
        for (size_t i = 0; i < heads->count; i++) {
            struct head *head = &heads->items[i];
            if (head->row && (!first || reading_before(reading, &head->instance, &first->instance)))
                first = head;
        }
        if (!first)
            break;
        spex_error failure;
        int status = page_add(reading, &first->instance, &failure);
        if (!status)
            status = head_advance(first, reading->now, &failure);
        if (status)
            fail_shard(heads, first->shard);
        if (!reading_note(reading, first->shard, status, &failure))
            return false;
    }
    return true;
}

/* Where the anchor stands to the whole segment, in the direction of reading: behind it
 * (positive: nothing of it is wanted), before it (negative: all of it), inside (0). */
static int side_of_anchor(const struct reading *reading, const struct plan *plan,
                          const struct segment *segment)
{
    const spex_instance *anchor = reading->request->anchor;
    if (!anchor)
        return -1;
    int order = 0;
    if (segment->due) {
        order = (anchor->due == 0) - (segment->due == DUE_NEVER);
    } else if (segment->specification && !plan->by_pairs) {
        spex_instance first = {.identifier = anchor->identifier,
                               .specification = segment->specification,
                               .state = segment->state};
        order = instance_order_compare(reading->request->order, anchor, &first);
    }
    return reading->rising ? order : -order;
}

static bool walk_segment(struct reading *reading, const struct plan *plan,
                         const struct segment *segment)
{
    int side = side_of_anchor(reading, plan, segment);
    if (side > 0)
        return true;
    const spex_instance *anchor = side == 0 ? reading->request->anchor : NULL;
    struct heads heads = {0};
    bool going = true;
    for (unsigned i = 0; going && i < reading->reader->store.shards; i++) {
        if (!reading_shard(reading, i))
            continue;
        spex_error failure;
        int status = open_heads(&heads, reading, plan, segment, i, anchor, &failure);
        if (status)
            fail_shard(&heads, i);
        going = reading_note(reading, i, status, &failure);
    }
    going = going && merge(reading, &heads);
    heads_release(&heads);
    return going;
}

bool reading_walk(struct reading *reading, const struct plan *plan)
{
    size_t count = plan->by_pairs && plan->count ? 1 : plan->count;
    for (size_t i = 0; i < count && reading->page->count < reading->request->limit; i++) {
        const struct segment *segment = &plan->segments[reading->rising ? i : count - 1 - i];
        if (!walk_segment(reading, plan, segment))
            return false;
    }
    return true;
}
