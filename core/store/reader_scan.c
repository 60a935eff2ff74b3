/* A page by looking at all rows, a portion of each shard in turn, keeping the first ones. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_page.h"

/* Few enough that what is found shows at once, and that being cancelled is seen. */
enum { PORTION = 20000 };

struct scanned {
    sqlite3_stmt *statement;
    bool portions; /* else all of it at once */
    int64_t next, last;
};

/* In order of identifiers, each match as it is found. */
static void compose_along(struct query *query, const struct reading *reading)
{
    text_append(&query->sql, "SELECT " INSTANCE_COLUMNS
                             " FROM instance INDEXED BY sqlite_autoindex_instance_1 WHERE ");
    query_filter(query, reading->filter, reading->now);
    if (reading->request->anchor)
        reader_order_anchor(query, reading->request->order, reading->rising,
                            reading->request->anchor);
}

static void compose_portion(struct query *query, const struct reading *reading,
                            const struct scanned *scanned)
{
    const struct page_request *request = reading->request;
    const struct page *page = reading->page;
    text_append(&query->sql, "SELECT " INSTANCE_COLUMNS " FROM instance NOT INDEXED WHERE key > ");
    query_number(query, scanned->next);
    text_append(&query->sql, " AND key <= ");
    query_number(query, scanned->next + PORTION);
    if (page->count == request->limit) /* what comes behind all of them is not looked at */
        reader_order_anchor(query, request->order, !reading->rising, page->rows[page->count - 1]);
    text_append(&query->sql, " AND ");
    query_filter(query, reading->filter, reading->now);
    if (request->anchor)
        reader_order_anchor(query, request->order, reading->rising, request->anchor);
    reader_order_by(query, request->order, reading->rising);
    text_append(&query->sql, " LIMIT ");
    query_number(query, request->limit < INT64_MAX ? (int64_t)request->limit : INT64_MAX);
}

static int open_shard(const struct reading *reading, const struct plan *plan, unsigned index,
                      struct scanned *scanned, spex_error *error)
{
    struct connection *connection = reading_shard(reading, index);
    struct query last = {0}, query = {0};
    scanned->portions = !plan->along_identifiers;
    text_append(&last.sql, "SELECT max(key) FROM instance");
    int status = reader_number(connection, &last, &scanned->last, error);
    if (status || scanned->portions)
        return status;
    compose_along(&query, reading);
    status = query_prepare(&query, connection, &scanned->statement, error);
    query_release(&query);
    return status;
}

static int open_portion(const struct reading *reading, unsigned index, struct scanned *scanned,
                        spex_error *error)
{
    struct query query = {0};
    compose_portion(&query, reading, scanned);
    sqlite3_finalize(scanned->statement);
    int status = query_prepare(&query, reading_shard(reading, index), &scanned->statement, error);
    query_release(&query);
    return status;
}

static int scan_portion(struct reading *reading, unsigned index, struct scanned *scanned,
                        spex_error *error)
{
    struct connection *connection = reading_shard(reading, index);
    bool portions = scanned->portions;
    int status = portions ? open_portion(reading, index, scanned, error) : SPEX_OK;
    sqlite3_stmt *statement = scanned->statement;
    scanned->next = portions ? scanned->next + PORTION : scanned->last;
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        spex_instance instance;
        column_instance(statement, 0, reading->now, &instance);
        status = reading_insert(reading, &instance, error);
        if (!portions)
            reading_show(reading, -1);
    }
    sqlite3_reset(statement);
    return status;
}

/* How much of all was looked at. */
static double part_of(const struct scanned *scanned, unsigned shards)
{
    double all = 0, done = 0;
    for (unsigned i = 0; i < shards; i++) {
        all += (double)scanned[i].last;
        done += (double)(scanned[i].next < scanned[i].last ? scanned[i].next : scanned[i].last);
    }
    return all > 0 ? done / all : 1;
}

static bool scan_all(struct reading *reading, struct scanned *scanned)
{
    unsigned shards = reading->reader->store.shards;
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < shards; i++) {
            if (!reading_shard(reading, i) || scanned[i].next >= scanned[i].last)
                continue;
            spex_error failure;
            int status = scan_portion(reading, i, &scanned[i], &failure);
            if (!reading_note(reading, i, status, &failure))
                return false;
            reading_show(reading, reading->texts ? -1 : part_of(scanned, shards));
            more |= scanned[i].next < scanned[i].last;
        }
    }
    return true;
}

bool reading_scan(struct reading *reading, const struct plan *plan)
{
    unsigned shards = reading->reader->store.shards;
    struct scanned *scanned = memory_allocate(shards, sizeof *scanned);
    bool going = scanned != NULL;
    if (!going)
        reading->partial = error_memory(reading->error);
    for (unsigned i = 0; going && i < shards; i++) {
        spex_error failure;
        if (reading_shard(reading, i))
            going = reading_note(reading, i, open_shard(reading, plan, i, &scanned[i], &failure),
                                 &failure);
    }
    going = going && scan_all(reading, scanned);
    for (unsigned i = 0; scanned && i < shards; i++)
        sqlite3_finalize(scanned[i].statement);
    free(scanned);
    return going;
}
