/* Pages of instances over all shards, in order; how many match a filter. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_private.h"

enum {
    PROGRESS_STEPS = 2000, /* of SQLite's machine, between two looks at `cancelled` */
    FEW = 5000,            /* up to so many are sorted instead of looked for in order */
    MANY_STATES = 64       /* from so many on, all rows are looked at */
};

void conditions_number(struct text *sql, struct conditions *conditions, int64_t number)
{
    conditions->values[conditions->count++] = NUMBER(number);
    text_printf(sql, "?%zu", conditions->count);
}

void conditions_text(struct text *sql, struct conditions *conditions, const char *text)
{
    conditions->values[conditions->count++] = TEXT(text);
    text_printf(sql, "?%zu", conditions->count);
}

void conditions_append(struct text *sql, struct conditions *conditions, const spex_filter *filter,
                       int64_t now)
{
    if (filter->specification) {
        text_append(sql, " AND specification = ");
        conditions_text(sql, conditions, filter->specification);
    }
    if (filter->state) {
        text_append(sql, *filter->state ? " AND state = " : " AND ifnull(state, '') = ");
        conditions_text(sql, conditions, filter->state);
    }
    if (filter->overdue) {
        text_append(sql, " AND due > 0 AND due < ");
        conditions_number(sql, conditions, now);
    }
    if (filter->deviated)
        text_append(sql, " AND deviations > 0");
    if (filter->mocked)
        text_append(sql, " AND mocked = 1");
    if (filter->text && *filter->text) {
        text_append(sql, " AND (contains(identifier, ");
        conditions_text(sql, conditions, filter->text);
        size_t part = conditions->count;
        text_printf(sql, ") OR contains(specification, ?%zu) OR contains(ifnull(state, ''), ?%zu))",
                    part, part);
    }
}

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

static int prepare(struct connection *connection, const struct text *sql,
                   const struct conditions *conditions, sqlite3_stmt **statement, spex_error *error)
{
    *statement = NULL;
    if (sql->failed)
        return error_memory(error);
    int code = sqlite3_prepare_v2(connection->database, text_value(sql), -1, statement, NULL);
    if (code)
        return connection_error(connection, code, error);
    return statement_bind(connection, *statement, conditions->values, conditions->count, error);
}

/* The one number that the query answers; takes its text over. */
static int select_number(struct connection *connection, struct text *sql,
                         struct conditions *conditions, int64_t *number, spex_error *error)
{
    sqlite3_stmt *statement;
    bool row = false;
    int status = prepare(connection, sql, conditions, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    *number = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    text_release(sql);
    return status;
}

static int few_overdue(struct connection *connection, int64_t now, bool *few, spex_error *error)
{
    struct text sql = {0};
    struct conditions conditions = {0};
    text_append(&sql, "SELECT count(*) FROM (SELECT 1 FROM instance WHERE due > 0 AND due < ");
    conditions_number(&sql, &conditions, now);
    text_append(&sql, " LIMIT ");
    conditions_number(&sql, &conditions, FEW);
    text_append_char(&sql, ')');
    int64_t count;
    int status = select_number(connection, &sql, &conditions, &count, error);
    *few = !status && count < FEW;
    return status;
}

/* How many the filter's specification and state have of something, after the tally. */
static int tally_sum(struct connection *connection, const spex_filter *filter, const char *column,
                     int64_t *sum, spex_error *error)
{
    struct text sql = {0};
    struct conditions conditions = {0};
    text_printf(&sql, "SELECT ifnull(sum(%s), 0) FROM tally WHERE 1", column);
    conditions_append(
        &sql, &conditions,
        &(spex_filter){.specification = filter->specification, .state = filter->state}, 0);
    return select_number(connection, &sql, &conditions, sum, error);
}

/* The states that the filter is about, a head each; the tally knows them. *chosen false:
 * they are too many, or not to be told from no state. */
static int add_states(struct heads *heads, struct connection *connection, const spex_filter *filter,
                      bool *chosen, spex_error *error)
{
    struct text sql = {0};
    struct conditions conditions = {0};
    size_t start = heads->count;
    text_append(&sql, "SELECT specification, state FROM tally WHERE instances > 0");
    conditions_append(
        &sql, &conditions,
        &(spex_filter){.specification = filter->specification, .state = filter->state}, 0);
    sqlite3_stmt *statement;
    int status = prepare(connection, &sql, &conditions, &statement, error);
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
    text_release(&sql);
    if (!*chosen)
        heads_cut(heads, start);
    return status;
}

/* Whether so few are left by an index that they may be sorted into another order. */
static int is_few(struct connection *connection, const struct page_request *request,
                  const char *column, bool *few, spex_error *error)
{
    int64_t sum = 0;
    if (request->order == ORDER_IDENTIFIER) { /* the indexes' own order */
        *few = true;
        return SPEX_OK;
    }
    int status = tally_sum(connection, &request->filter, column, &sum, error);
    *few = !status && sum <= FEW;
    return status;
}

/* Where to look: a small index of what is rare, the states asked for, or the order's own. */
static int plan(struct heads *heads, struct connection *connection,
                const struct page_request *request, int64_t now, const char **index,
                spex_error *error)
{
    const spex_filter *filter = &request->filter;
    bool few = false;
    int status = SPEX_OK;
    *index = request->order == ORDER_CHANGED ? " INDEXED BY instance_since" : "";
    if (filter->overdue) {
        status = few_overdue(connection, now, &few, error);
        if (few)
            *index = " INDEXED BY instance_due";
    }
    if (!status && !few && filter->deviated) {
        status = is_few(connection, request, "deviated", &few, error);
        if (few)
            *index = " INDEXED BY instance_deviated";
    }
    if (!status && !few && filter->mocked) {
        status = is_few(connection, request, "mocked", &few, error);
        if (few)
            *index = " INDEXED BY instance_mocked";
    }
    if (!status && !few && (filter->specification || filter->state)) {
        status = is_few(connection, request, "instances", &few, error);
        bool chosen = false;
        if (few)
            status = add_states(heads, connection, filter, &chosen, error);
        if (chosen) {
            *index = " INDEXED BY instance_state";
            return status;
        }
    }
    return status ? status : heads_add(heads, connection, NULL, NULL, error);
}

static void compose(struct text *sql, struct conditions *conditions, const char *index,
                    const struct page_request *request, const struct head *head, int64_t now)
{
    bool rising = request->descending == request->backwards;
    const spex_instance *anchor = request->anchor;
    text_printf(sql, "SELECT " INSTANCE_COLUMNS " FROM instance%s WHERE 1", index);
    if (anchor && request->order == ORDER_IDENTIFIER) {
        text_append(sql, rising ? " AND identifier > " : " AND identifier < ");
        conditions_text(sql, conditions, anchor->identifier);
    } else if (anchor) {
        text_append(sql, rising ? " AND (since, identifier) > (" : " AND (since, identifier) < (");
        conditions_number(sql, conditions, anchor->since);
        text_append(sql, ", ");
        conditions_text(sql, conditions, anchor->identifier);
        text_append_char(sql, ')');
    }
    spex_filter filter = request->filter;
    if (head->specification) {
        filter.specification = head->specification;
        filter.state = head->state;
    }
    conditions_append(sql, conditions, &filter, now);
    const char *direction = rising ? "ASC" : "DESC";
    if (request->order == ORDER_CHANGED)
        text_printf(sql, " ORDER BY since %s, identifier %s", direction, direction);
    else
        text_printf(sql, " ORDER BY identifier %s", direction);
    text_append(sql, " LIMIT ");
    conditions_number(sql, conditions,
                      request->limit < INT64_MAX ? (int64_t)request->limit : INT64_MAX);
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
    struct text sql = {0};
    struct conditions conditions = {0};
    compose(&sql, &conditions, index, request, head, now);
    int status = prepare(head->connection, &sql, &conditions, &head->statement, error);
    if (!status)
        status = head_advance(head, now, error);
    text_release(&sql);
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

/* --------------------------------------------------------------- counting */

/* Whether the tally knows the answer, and then how. */
static bool tally_sql(const spex_filter *filter, struct text *sql, struct conditions *conditions)
{
    if ((filter->text && *filter->text) || filter->overdue || (filter->deviated && filter->mocked))
        return false;
    text_printf(sql, "SELECT ifnull(sum(%s), 0) FROM tally WHERE 1",
                filter->deviated ? "deviated"
                : filter->mocked ? "mocked"
                                 : "instances");
    if (filter->specification) {
        text_append(sql, " AND specification = ");
        conditions_text(sql, conditions, filter->specification);
    }
    if (filter->state) {
        text_append(sql, " AND state = ");
        conditions_text(sql, conditions, filter->state);
    }
    return true;
}

static int count_shard(struct connection *connection, const struct text *sql,
                       const struct conditions *conditions, uint64_t *count, spex_error *error)
{
    sqlite3_stmt *statement;
    bool row = false;
    int status = prepare(connection, sql, conditions, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    if (row)
        *count += (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

int reader_count(struct reader *reader, const spex_filter *filter, uint64_t *count,
                 spex_error *error)
{
    static const spex_filter everything;
    if (!filter)
        filter = &everything;
    *count = 0;
    struct text sql = {0};
    struct conditions conditions = {0};
    if (!tally_sql(filter, &sql, &conditions)) {
        text_append(&sql, "SELECT count(*) FROM instance WHERE 1");
        conditions_append(&sql, &conditions, filter, reader_now(reader));
    }
    if (sql.failed) {
        text_release(&sql);
        return error_memory(error);
    }
    int partial = reader_partial(reader, error);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        if (!reader->shards[i].open)
            continue;
        spex_error failure;
        int status = count_shard(&reader->shards[i].connection, &sql, &conditions, count, &failure);
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    text_release(&sql);
    return partial;
}
