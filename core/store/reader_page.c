/* Pages of instances over all shards, in order. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/query.h"
#include "store/reader_private.h"

enum {
    PROGRESS_STEPS = 2000, /* of SQLite's machine, between two looks at `cancelled` */
    FEW = 5000,            /* up to so many are sorted instead of looked for in order */
    MANY_STATES = 64       /* from so many on, all rows are looked at */
};

/* --------------------------------------------------------------- one shard */

/* Rows of the page, one at a time: a shard's, or those of one state in it. */
struct head {
    struct connection *connection;
    sqlite3_stmt *statement;
    spex_instance instance;
    bool row;
    char *specification; /* of one state: its name */
    char *state;
};

struct heads {
    struct head *items;
    size_t count;
    size_t capacity;
};

static int heads_add(struct heads *heads, struct connection *connection, const char *specification,
                     const char *state, spex_error *error)
{
    if (!memory_reserve(&heads->items, &heads->capacity, heads->count + 1, sizeof *heads->items))
        return error_memory(error);
    struct head *head = &heads->items[heads->count++];
    *head = (struct head){.connection = connection};
    if (specification && (!(head->specification = memory_copy_text(specification)) ||
                          !(head->state = memory_copy_text(state))))
        return error_memory(error);
    return SPEX_OK;
}

static void heads_cut(struct heads *heads, size_t count)
{
    while (heads->count > count) {
        struct head *head = &heads->items[--heads->count];
        sqlite3_finalize(head->statement);
        free(head->specification);
        free(head->state);
    }
}

static int few_overdue(struct connection *connection, int64_t now, bool *few, spex_error *error)
{
    struct query query = {0};
    text_append(&query.sql,
                "SELECT count(*) FROM (SELECT 1 FROM instance WHERE due > 0 AND due < ");
    query_number(&query, now);
    text_append(&query.sql, " LIMIT ");
    query_number(&query, FEW);
    text_append_char(&query.sql, ')');
    int64_t count;
    int status = reader_number(connection, &query, &count, error);
    *few = !status && count < FEW;
    return status;
}

/* The states that the filter is about, a head each; the tally knows them. *chosen false:
 * they are too many, or not to be told from no state. */
static int add_states(struct heads *heads, struct connection *connection,
                      const struct common *common, bool *chosen, spex_error *error)
{
    struct query query = {0};
    size_t start = heads->count;
    text_append(&query.sql, "SELECT specification, state");
    reader_tally_condition(&query, common);
    sqlite3_stmt *statement;
    int status = query_prepare(&query, connection, &statement, error);
    *chosen = true;
    for (bool row = true; !status && *chosen;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        const char *state = column_text(statement, 1);
        *chosen = *state && heads->count - start < MANY_STATES;
        if (*chosen)
            status = heads_add(heads, connection, column_text(statement, 0), state, error);
    }
    sqlite3_finalize(statement);
    query_release(&query);
    if (!*chosen)
        heads_cut(heads, start);
    return status;
}

/* Whether so few are left by an index that they may be sorted into another order. */
static int is_few(struct connection *connection, const struct page_request *request,
                  const struct common *common, const char *column, bool *few, spex_error *error)
{
    int64_t sum = 0;
    if (request->order == ORDER_IDENTIFIER) { /* the indexes' own order */
        *few = true;
        return SPEX_OK;
    }
    int status = reader_tally_sum(connection, common, column, &sum, error);
    *few = !status && sum <= FEW;
    return status;
}

/* Where to look: a small index of what is rare, the states asked for, or the order's own. */
static int plan(struct heads *heads, struct connection *connection,
                const struct page_request *request, int64_t now, const char **index,
                spex_error *error)
{
    struct common common = reader_common(request->filter);
    bool few = false;
    int status = SPEX_OK;
    *index = request->order == ORDER_CHANGED ? " INDEXED BY instance_since" : "";
    if (common.overdue) {
        status = few_overdue(connection, now, &few, error);
        if (few)
            *index = " INDEXED BY instance_due";
    }
    if (!status && !few && common.deviated) {
        status = is_few(connection, request, &common, "deviated", &few, error);
        if (few)
            *index = " INDEXED BY instance_deviated";
    }
    if (!status && !few && common.mocked) {
        status = is_few(connection, request, &common, "mocked", &few, error);
        if (few)
            *index = " INDEXED BY instance_mocked";
    }
    if (!status && !few && (common.specification || common.state)) {
        status = is_few(connection, request, &common, "instances", &few, error);
        bool chosen = false;
        if (few)
            status = add_states(heads, connection, &common, &chosen, error);
        if (chosen) {
            *index = " INDEXED BY instance_state";
            return status;
        }
    }
    return status ? status : heads_add(heads, connection, NULL, NULL, error);
}

static void compose(struct query *query, const char *index, const struct page_request *request,
                    const struct head *head, int64_t now)
{
    bool rising = request->descending == request->backwards;
    const spex_instance *anchor = request->anchor;
    struct text *sql = &query->sql;
    text_printf(sql, "SELECT " INSTANCE_COLUMNS " FROM instance%s WHERE ", index);
    query_filter(query, request->filter, now);
    if (head->specification) {
        text_append(sql, " AND specification = ");
        query_text(query, head->specification);
        text_append(sql, " AND state = ");
        query_text(query, head->state);
    }
    if (anchor && request->order == ORDER_IDENTIFIER) {
        text_append(sql, rising ? " AND identifier > " : " AND identifier < ");
        query_text(query, anchor->identifier);
    } else if (anchor) {
        text_append(sql, rising ? " AND (since, identifier) > (" : " AND (since, identifier) < (");
        query_number(query, anchor->since);
        text_append(sql, ", ");
        query_text(query, anchor->identifier);
        text_append_char(sql, ')');
    }
    const char *direction = rising ? "ASC" : "DESC";
    if (request->order == ORDER_CHANGED)
        text_printf(sql, " ORDER BY since %s, identifier %s", direction, direction);
    else
        text_printf(sql, " ORDER BY identifier %s", direction);
    text_append(sql, " LIMIT ");
    query_number(query, request->limit < INT64_MAX ? (int64_t)request->limit : INT64_MAX);
}

static int head_advance(struct head *head, int64_t now, spex_error *error)
{
    int status = statement_step(head->connection, head->statement, &head->row, error);
    if (head->row)
        column_instance(head->statement, 0, now, &head->instance);
    return status;
}

static int head_open(struct head *head, const char *index, const struct page_request *request,
                     int64_t now, spex_error *error)
{
    struct query query = {0};
    compose(&query, index, request, head, now);
    int status = query_prepare(&query, head->connection, &head->statement, error);
    if (!status)
        status = head_advance(head, now, error);
    query_release(&query);
    return status;
}

/* The heads of one shard, on their first rows; none if it fails. */
static int open_heads(struct heads *heads, struct connection *connection,
                      const struct page_request *request, int64_t now, spex_error *error)
{
    const char *index;
    size_t start = heads->count;
    /* One snapshot for the tally and the rows. */
    int status = connection_execute(connection, "BEGIN", error);
    if (!status)
        status = plan(heads, connection, request, now, &index, error);
    for (size_t i = start; !status && i < heads->count; i++)
        status = head_open(&heads->items[i], index, request, now, error);
    if (status)
        heads_cut(heads, start);
    return status;
}

/* --------------------------------------------------------------- all shards */

static bool before(const struct page_request *request, const spex_instance *left,
                   const spex_instance *right)
{
    int order = 0;
    if (request->order == ORDER_CHANGED && left->since != right->since)
        order = left->since < right->since ? -1 : 1;
    if (order == 0)
        order = strcmp(left->identifier, right->identifier);
    return request->descending == request->backwards ? order < 0 : order > 0;
}

static int cancelled(void *context)
{
    const struct page_request *request = context;
    return request->cancelled && request->cancelled(request->context);
}

static int page_add(struct page *page, size_t *capacity, const spex_instance *instance,
                    spex_error *error)
{
    if (!memory_reserve(&page->rows, capacity, page->count + 1, sizeof *page->rows) ||
        !(page->rows[page->count] = instance_copy(instance)))
        return error_memory(error);
    page->count++;
    return SPEX_OK;
}

/* Takes the first of all heads until the page is full. */
static void merge(const struct heads *heads, const struct page_request *request, int64_t now,
                  struct page *page, int *partial, spex_error *error)
{
    size_t capacity = 0;
    while (page->count < request->limit) {
        struct head *first = NULL;
        for (size_t i = 0; i < heads->count; i++)
            if (heads->items[i].row &&
                (!first || before(request, &heads->items[i].instance, &first->instance)))
                first = &heads->items[i];
        if (!first)
            break;
        spex_error failure;
        int status = page_add(page, &capacity, &first->instance, &failure);
        if (!status)
            status = head_advance(first, now, &failure);
        if (!reader_goes_on(status, &failure, partial, error))
            break;
    }
}

static void reverse(struct page *page)
{
    for (size_t i = 0; i < page->count / 2; i++) {
        spex_instance *kept = page->rows[i];
        page->rows[i] = page->rows[page->count - 1 - i];
        page->rows[page->count - 1 - i] = kept;
    }
}

int reader_page(struct reader *reader, const struct page_request *request, struct page *page,
                spex_error *error)
{
    memset(page, 0, sizeof *page);
    struct heads heads = {0};
    int64_t now = reader_now(reader);
    int partial = reader_partial(reader, error);
    bool going = true;
    for (unsigned i = 0; going && i < reader->store.shards; i++) {
        if (!reader->shards[i].open)
            continue;
        struct connection *connection = &reader->shards[i].connection;
        if (request->cancelled)
            sqlite3_progress_handler(connection->database, PROGRESS_STEPS, cancelled,
                                     (void *)(uintptr_t)request);
        spex_error failure;
        int status = open_heads(&heads, connection, request, now, &failure);
        going = reader_goes_on(status, &failure, &partial, error);
    }
    if (going)
        merge(&heads, request, now, page, &partial, error);
    heads_cut(&heads, 0);
    free(heads.items);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        sqlite3 *database = reader->shards[i].connection.database;
        if (!reader->shards[i].open)
            continue;
        sqlite3_progress_handler(database, 0, NULL, NULL);
        if (!sqlite3_get_autocommit(database))
            connection_execute(&reader->shards[i].connection, "ROLLBACK", NULL);
    }
    if (partial && partial != SPEX_ERROR_STORE)
        page_release(page);
    if (request->backwards)
        reverse(page);
    return partial;
}

void page_release(struct page *page)
{
    for (size_t i = 0; i < page->count; i++)
        spex_instance_free(page->rows[i]);
    free(page->rows);
    memset(page, 0, sizeof *page);
}
