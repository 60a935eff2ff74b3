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

int reader_tally_sum(struct connection *connection, const struct common *common,
                            const char *column, int64_t *sum, spex_error *error)
{
    struct query query = {0};
    text_printf(&query.sql, "SELECT ifnull(sum(%s), 0)", column);
    reader_tally_condition(&query, common);
    return reader_number(connection, &query, sum, error);
}

static void compose_count(struct query *query, const struct filter *filter, int64_t now)
{
    struct common common = reader_common(filter);
    if (common.whole && !common.overdue && !(common.deviated && common.mocked)) {
        text_printf(&query->sql, "SELECT ifnull(sum(%s), 0)",
                    common.deviated ? "deviated"
                    : common.mocked ? "mocked"
                                    : "instances");
        reader_tally_condition(query, &common);
        return;
    }
    text_append(&query->sql, "SELECT count(*) FROM instance WHERE ");
    query_filter(query, filter, now);
}

int reader_count(struct reader *reader, const struct filter *filter, uint64_t *count,
                 spex_error *error)
{
    *count = 0;
    int64_t now = reader_now(reader);
    int partial = reader_partial(reader, error);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        if (!reader->shards[i].open)
            continue;
        spex_error failure;
        struct query query = {0};
        int64_t matching = 0;
        compose_count(&query, filter, now);
        int status = reader_number(&reader->shards[i].connection, &query, &matching, &failure);
        *count += (uint64_t)matching;
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    return partial;
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
    text_append(&query.sql, "SELECT specification, ifnull(state, ''), count(*),"
                            " sum(due > 0 AND due < ");
    query_number(&query, now);
    text_append(&query.sql, "), sum(deviations > 0), sum(mocked) FROM instance WHERE ");
    query_filter(&query, filter, now);
    text_append(&query.sql, " GROUP BY 1, 2");
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
    for (unsigned i = 0; i < reader->store.shards; i++) {
        if (!reader->shards[i].open)
            continue;
        spex_error failure;
        int status = add_kinds(&list, &reader->shards[i].connection, filter, now, &failure);
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    if (partial && partial != SPEX_ERROR_STORE) {
        state_counts_free(list.items, list.count);
        list = (struct kind_list){0};
    }
    list.count = state_counts_sum(list.items, list.count);
    *kinds = list.items;
    *count = list.count;
    return partial;
}
