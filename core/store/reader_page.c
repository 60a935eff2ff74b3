/* Pages of instances over all shards, in order. */
#include "store/reader_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct connection *reader_shard(const struct reader *reader, unsigned index)
{
    return reader->shards[index].open ? &reader->shards[index].connection : NULL;
}

void reader_watch(struct reader *reader, bool (*cancelled)(void *context), void *context)
{
    reader->cancelled = cancelled;
    reader->cancel_context = context;
}

static int is_cancelled(void *context)
{
    struct reader *reader = context;
    if (reader->patience >= 0 && --reader->patience < 0) {
        reader->patience = 0;
        return 1;
    }
    return reader->cancelled && reader->cancelled(reader->cancel_context);
}

void reader_begin(struct reader *reader, bool (*cancelled)(void *context), void *context)
{
    if (cancelled)
        reader_watch(reader, cancelled, context);
    reader->patience = -1;
    for (unsigned i = 0; i < reader->store.shards; i++) {
        struct connection *connection = reader_shard(reader, i);
        if (!connection)
            continue;
        sqlite3_progress_handler(connection->database, READER_STEPS, is_cancelled, reader);
        /* One snapshot for the tally and the rows. What fails here fails again below. */
        connection_execute(connection, "BEGIN", NULL);
    }
}

void reader_end(struct reader *reader)
{
    for (unsigned i = 0; i < reader->store.shards; i++) {
        struct connection *connection = reader_shard(reader, i);
        if (!connection)
            continue;
        sqlite3_progress_handler(connection->database, 0, NULL, NULL);
        if (!sqlite3_get_autocommit(connection->database))
            connection_execute(connection, "ROLLBACK", NULL);
    }
}

/* --------------------------------------------------------------- one reading */

struct connection *reading_shard(const struct reading *reading, unsigned index)
{
    return reading->failed[index] ? NULL : reader_shard(reading->reader, index);
}

bool reading_note(struct reading *reading, unsigned index, int status, const spex_error *failure)
{
    reading->failed[index] |= status != SPEX_OK;
    return reader_goes_on(status, failure, &reading->partial, reading->error);
}

bool reading_before(const struct reading *reading, const spex_instance *left,
                    const spex_instance *right)
{
    int order = instance_order_compare(reading->request->order, left, right);
    return reading->rising ? order < 0 : order > 0;
}

void reading_show(const struct reading *reading, const spex_instance *extra, double part)
{
    const struct page_request *request = reading->request;
    if (!request->found)
        return;
    spex_instance *only[] = {(spex_instance *)(uintptr_t)extra};
    if (extra)
        request->found(request->context, only, 1, part);
    else
        request->found(request->context, reading->page->rows, reading->page->count, part);
}

int reading_insert(struct reading *reading, const spex_instance *row, spex_error *error)
{
    struct page *page = reading->page;
    size_t low = 0, high = page->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading_before(reading, page->rows[middle], row))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == reading->request->limit)
        return SPEX_OK;
    spex_instance *copy = instance_copy(row);
    if (!copy ||
        !memory_reserve(&page->rows, &reading->capacity, page->count + 1, sizeof *page->rows)) {
        spex_instance_free(copy);
        return error_memory(error);
    }
    if (page->count == reading->request->limit)
        spex_instance_free(page->rows[--page->count]);
    memmove(&page->rows[low + 1], &page->rows[low], (page->count - low) * sizeof *page->rows);
    page->rows[low] = copy;
    page->count++;
    return SPEX_OK;
}

static void reverse(struct page *page)
{
    for (size_t i = 0; i < page->count / 2; i++) {
        spex_instance *kept = page->rows[i];
        page->rows[i] = page->rows[page->count - 1 - i];
        page->rows[page->count - 1 - i] = kept;
    }
}

/* A walk that turned out to be long is given up for a scan: what matches may lie all at the
 * other end of the order, which no sample tells. */
static void walk_or_scan(struct reading *reading, struct plan *plan)
{
    struct reader *reader = reading->reader;
    spex_error kept = {0};
    if (reading->error)
        kept = *reading->error;
    int partial = reading->partial;
    reader->patience = plan->patience;
    reading_walk(reading, plan);
    bool given_up = reader->patience == 0 && reading->partial == SPEX_ERROR_CANCELLED;
    reader->patience = -1;
    if (!given_up)
        return;
    page_release(reading->page);
    reading->capacity = 0;
    memset(reading->failed, 0, reader->store.shards * sizeof *reading->failed);
    reading->partial = partial;
    if (reading->error)
        *reading->error = kept;
    reading_scan(reading, plan);
}

static void read_page(struct reading *reading)
{
    struct plan plan = {0};
    if (reading->request->limit && reading_plan(reading, &plan)) {
        if (plan.scan)
            reading_scan(reading, &plan);
        else
            walk_or_scan(reading, &plan);
    }
    reading_plan_release(&plan);
}

int reader_page(struct reader *reader, const struct page_request *request, struct page *page,
                spex_error *error)
{
    memset(page, 0, sizeof *page);
    struct filter *filter = NULL;
    struct reading reading = {.reader = reader,
                              .request = request,
                              .now = reader_now(reader),
                              .rising = request->descending == request->backwards,
                              .page = page,
                              .failed = memory_allocate(reader->store.shards, sizeof(bool)),
                              .partial = reader_partial(reader, error),
                              .error = error};
    if (!reading.failed)
        return error_memory(error);
    bool (*watching)(void *) = reader->cancelled;
    void *watch_context = reader->cancel_context;
    reader_begin(reader, request->cancelled, request->context);
    spex_error failure;
    int status = reader_simplify(reader, request->filter, &filter, &failure);
    reading.filter = filter;
    if (reader_goes_on(status, &failure, &reading.partial, error))
        read_page(&reading);
    reader_end(reader);
    reader_watch(reader, watching, watch_context);
    filter_free(filter);
    free(reading.failed);
    if (reading.partial && reading.partial != SPEX_ERROR_STORE)
        page_release(page);
    if (request->backwards)
        reverse(page);
    return reading.partial;
}

void page_release(struct page *page)
{
    for (size_t i = 0; i < page->count; i++)
        spex_instance_free(page->rows[i]);
    free(page->rows);
    memset(page, 0, sizeof *page);
}
