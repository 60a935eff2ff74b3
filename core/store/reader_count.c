/* How many instances match a filter, and what of that the tally knows without looking. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_private.h"

static void add_common(struct common *common, const struct filter *test)
{
    bool names = test->kind == FILTER_TEST && test->comparison == FILTER_IS;
    enum filter_key key = test->kind == FILTER_TEST ? test->key : FILTER_TEXT;
    if (names && key == FILTER_SPECIFICATION && !common->specification)
        common->specification = test;
    else if (names && key == FILTER_STATE && !common->state)
        common->state = test;
    else if (names && key == FILTER_IDENTIFIER && !common->identifier)
        common->identifier = test, common->whole = false;
    else if (key == FILTER_IDENTIFIER && test->comparison == FILTER_CONTAINS)
        common->part_of_identifier = test, common->whole = false;
    else if (key == FILTER_AGE && !common->age)
        common->age = test, common->whole = false;
    else if (key == FILTER_OVERDUE)
        common->overdue = true;
    else if (key == FILTER_DEVIATED)
        common->deviated = true;
    else if (key == FILTER_MOCKED)
        common->mocked = true;
    else
        common->whole = false;
}

struct common reader_common(const struct filter *filter)
{
    struct common common = {.whole = true};
    if (filter && filter->kind == FILTER_AND)
        for (size_t i = 0; i < filter->part_count; i++)
            add_common(&common, filter->parts[i]);
    else if (filter)
        add_common(&common, filter);
    return common;
}

void reader_tally_condition(struct query *query, const struct common *common)
{
    text_append(&query->sql, " FROM tally WHERE instances > 0 AND ");
    query_filter(query, common->specification, 0);
    text_append(&query->sql, " AND ");
    query_filter(query, common->state, 0);
}

int reader_number(struct connection *connection, struct query *query, int64_t *number,
                  spex_error *error)
{
    sqlite3_stmt *statement;
    bool row = false;
    int status = query_prepare(query, connection, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    *number = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    query_release(query);
    return status;
}

int reader_tally_sum(struct connection *connection, const struct common *common, const char *column,
                     int64_t *sum, spex_error *error)
{
    struct query query = {0};
    text_printf(&query.sql, "SELECT ifnull(sum(%s), 0)", column);
    reader_tally_condition(&query, common);
    return reader_number(connection, &query, sum, error);
}

/* Whether specification and state decide. */
static bool of_kinds(const struct filter *filter)
{
    if (filter && filter->kind == FILTER_TEST)
        return filter->key == FILTER_SPECIFICATION || filter->key == FILTER_STATE;
    for (size_t i = 0; filter && i < filter->part_count; i++)
        if (!of_kinds(filter->parts[i]))
            return false;
    return true;
}

static void compose_count(struct query *query, const struct filter *filter, int64_t now)
{
    struct common common = reader_common(filter);
    struct text *sql = &query->sql;
    if (of_kinds(filter)) {
        text_append(sql, "SELECT ifnull(sum(instances), 0) FROM tally WHERE ");
        query_filter(query, filter, now);
    } else if (common.whole && !common.overdue && common.deviated != common.mocked) {
        text_printf(sql, "SELECT ifnull(sum(%s), 0)", common.deviated ? "deviated" : "mocked");
        reader_tally_condition(query, &common);
    } else {
        text_printf(sql, "SELECT count(*) FROM instance%s WHERE ",
                    common.overdue ? READER_BY_DUE : "");
        query_filter(query, filter, now);
        text_append(sql, common.overdue ? READER_BY_DUE_TOO : "");
    }
}

/* Sums what a query answers in every shard. */
struct counting {
    struct reader *reader;
    const struct filter *filter;
    const struct page_request *request; /* NULL: all are counted */
    const spex_instance *row;
    int64_t now;
};

static void compose_before(struct query *query, const struct counting *counting)
{
    const struct page_request *request = counting->request;
    text_append(&query->sql, "SELECT count(*) FROM instance WHERE ");
    query_filter(query, counting->filter, counting->now);
    reader_order_anchor(query, request->order, request->descending, counting->row);
}

static int count_all(const struct counting *counting, uint64_t *count, spex_error *error)
{
    struct reader *reader = counting->reader;
    int partial = reader_partial(reader, error);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        struct connection *connection = reader_shard(reader, i);
        if (!connection)
            continue;
        spex_error failure;
        struct query query = {0};
        int64_t matching = 0;
        if (counting->request)
            compose_before(&query, counting);
        else
            compose_count(&query, counting->filter, counting->now);
        int status = reader_number(connection, &query, &matching, &failure);
        *count += (uint64_t)matching;
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    return partial;
}

static int count_simply(struct counting *counting, const struct filter *filter, uint64_t *count,
                        spex_error *error)
{
    struct filter *simple = NULL;
    *count = 0;
    counting->now = reader_now(counting->reader);
    reader_begin(counting->reader, NULL, NULL);
    int status = reader_simplify(counting->reader, filter, &simple, error);
    counting->filter = simple;
    if (!status)
        status = count_all(counting, count, error);
    reader_end(counting->reader);
    filter_free(simple);
    return status;
}

int reader_count(struct reader *reader, const struct filter *filter, uint64_t *count,
                 spex_error *error)
{
    struct counting counting = {.reader = reader};
    return count_simply(&counting, filter, count, error);
}

int reader_before(struct reader *reader, const struct page_request *request,
                  const spex_instance *row, uint64_t *count, spex_error *error)
{
    struct counting counting = {.reader = reader, .request = request, .row = row};
    return count_simply(&counting, request->filter, count, error);
}

/* --------------------------------------------------------- simpler filters */

/* Whether some specification or state contains one of the texts; when in doubt it does. */
static bool tally_contains(struct reader *reader, const struct filter *test)
{
    for (unsigned i = 0; i < reader->store.shards; i++) {
        struct connection *connection = reader_shard(reader, i);
        struct query query = {0};
        int64_t found = 0;
        if (!connection)
            continue;
        text_append(&query.sql, "SELECT EXISTS (SELECT 1 FROM tally WHERE instances > 0 AND (0");
        for (size_t k = 0; k < test->name_count; k++) {
            text_append(&query.sql, " OR contains(specification, ");
            query_text(&query, test->names[k]);
            text_append(&query.sql, ") OR contains(state, ");
            query_text(&query, test->names[k]);
            text_append_char(&query.sql, ')');
        }
        text_append(&query.sql, "))");
        if (reader_number(connection, &query, &found, NULL) || found)
            return true;
    }
    return false;
}

static bool part_of_identifier(const struct filter *filter)
{
    return filter->kind == FILTER_TEST && filter->key == FILTER_IDENTIFIER &&
           filter->comparison == FILTER_CONTAINS;
}

/* One part of identifiers or another: a single test, which identifiers alone decide. */
static void join_tests(struct filter *filter)
{
    size_t count = 0;
    for (size_t i = 0; i < filter->part_count; i++) {
        if (!part_of_identifier(filter->parts[i]))
            return;
        count += filter->parts[i]->name_count;
    }
    if (!memory_reserve(&filter->names, &filter->name_capacity, count, sizeof *filter->names))
        return;
    while (filter->part_count) {
        struct filter *part = filter->parts[--filter->part_count];
        for (size_t i = 0; i < part->name_count; i++)
            filter->names[filter->name_count++] = part->names[i];
        part->name_count = 0;
        filter_free(part);
    }
    filter->kind = FILTER_TEST;
    filter->key = FILTER_IDENTIFIER;
    filter->comparison = FILTER_CONTAINS;
}

/* Text that no specification and no state contains is looked for in identifiers alone. */
static void simplify(struct reader *reader, struct filter *filter)
{
    for (size_t i = 0; i < filter->part_count; i++)
        simplify(reader, filter->parts[i]);
    if (filter->kind == FILTER_OR)
        join_tests(filter);
    if (filter->kind == FILTER_TEST && filter->key == FILTER_TEXT &&
        !tally_contains(reader, filter))
        filter->key = FILTER_IDENTIFIER;
}

int reader_simplify(struct reader *reader, const struct filter *filter, struct filter **simple,
                    spex_error *error)
{
    *simple = filter_copy(filter);
    if (filter && !*simple)
        return error_memory(error);
    if (filter)
        simplify(reader, *simple);
    return SPEX_OK;
}

/* ---------------------------------------------------------- of which kinds */

struct kind_list {
    struct state_count *items;
    size_t count, capacity;
};

static int add_kind(struct kind_list *list, sqlite3_stmt *statement, spex_error *error)
{
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    struct state_count *item = &list->items[list->count++];
    *item = (struct state_count){.specification = memory_copy_text(column_text(statement, 0)),
                                 .state = memory_copy_text(column_text(statement, 1)),
                                 .instances = (uint64_t)sqlite3_column_int64(statement, 2),
                                 .overdue = (uint64_t)sqlite3_column_int64(statement, 3),
                                 .deviated = (uint64_t)sqlite3_column_int64(statement, 4),
                                 .mocked = (uint64_t)sqlite3_column_int64(statement, 5)};
    return item->specification && item->state ? SPEX_OK : error_memory(error);
}

static int add_kinds(struct kind_list *list, struct connection *connection,
                     const struct filter *filter, int64_t now, spex_error *error)
{
    struct query query = {0};
    text_append(&query.sql, "SELECT specification, state, count(*),"
                            " sum(due > 0 AND due < ");
    query_number(&query, now);
    text_append(&query.sql, "), sum(deviations > 0), sum(mocked) FROM instance WHERE ");
    query_filter(&query, filter, now);
    text_append(&query.sql, " GROUP BY specification, state"); /* as an index has them */
    sqlite3_stmt *statement;
    int status = query_prepare(&query, connection, &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        status = add_kind(list, statement, error);
    }
    sqlite3_finalize(statement);
    query_release(&query);
    return status;
}

int reader_kinds(struct reader *reader, const struct filter *filter, struct state_count **kinds,
                 size_t *count, spex_error *error)
{
    struct kind_list list = {0};
    int64_t now = reader_now(reader);
    int partial = reader_partial(reader, error);
    reader_begin(reader, NULL, NULL);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        if (!reader->shards[i].open)
            continue;
        spex_error failure;
        int status = add_kinds(&list, &reader->shards[i].connection, filter, now, &failure);
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    reader_end(reader);
    if (partial && partial != SPEX_ERROR_STORE) {
        state_counts_free(list.items, list.count);
        list = (struct kind_list){0};
    }
    list.count = state_counts_sum(list.items, list.count);
    *kinds = list.items;
    *count = list.count;
    return partial;
}
