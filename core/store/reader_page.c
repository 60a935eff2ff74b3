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

bool reader_is_cancelled(const struct reader *reader)
{
    return reader->cancelled && reader->cancelled(reader->cancel_context);
}

/* How far a reading is that finds nothing to show. */
static void tell_part(const struct reading *reading)
{
    double looked_at = 0;
    for (unsigned i = 0; i < reading->reader->store.shards; i++)
        looked_at += (double)reading->reader->shards[i].connection.looked_at;
    double part = looked_at / (double)reading->texts;
    reading_show(reading, part < 1 ? part : 1);
}

static int is_cancelled(void *context)
{
    struct reader *reader = context;
    if (reader->reading && reader->reading->texts)
        tell_part(reader->reading);
    if (reader->patience >= 0 && --reader->patience < 0) {
        reader->patience = 0;
        return 1;
    }
    return reader_is_cancelled(reader);
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
        connection->looked_at = 0;
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

/* What was seen and what the page has, in one order and each once. */
static size_t merge_seen(const struct reading *reading, spex_instance **merged, size_t limit)
{
    const struct page *seen = &reading->seen, *page = reading->page;
    size_t count = 0, i = 0, k = 0;
    while (count < limit && (i < seen->count || k < page->count)) {
        bool both = i < seen->count && k < page->count;
        bool first = both ? reading_before(reading, seen->rows[i], page->rows[k]) : i < seen->count;
        bool same = both && !first && !reading_before(reading, page->rows[k], seen->rows[i]);
        merged[count++] = first ? seen->rows[i++] : page->rows[k++];
        i += same;
    }
    return count;
}

void reading_show(const struct reading *reading, double part)
{
    const struct page_request *request = reading->request;
    const struct page *page = reading->page;
    if (!request->found)
        return;
    spex_instance **merged =
        reading->seen.count ? memory_allocate(reading->seen.count + page->count, sizeof *merged)
                            : NULL;
    if (merged)
        request->found(request->context, merged, merge_seen(reading, merged, request->limit), part);
    else
        request->found(request->context, page->rows, page->count, part);
    free(merged);
}

/* Puts a row into its place among those of the page, which stays as long as `limit`. */
static int insert(const struct reading *reading, struct page *page, size_t *capacity,
                  const spex_instance *row, spex_error *error)
{
    size_t low = 0, high = page->count, limit = reading->request->limit;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading_before(reading, page->rows[middle], row))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == limit)
        return SPEX_OK;
    spex_instance *copy = instance_copy(row);
    if (!copy || !memory_reserve(&page->rows, capacity, page->count + 1, sizeof *page->rows)) {
        spex_instance_free(copy);
        return error_memory(error);
    }
    if (page->count == limit)
        spex_instance_free(page->rows[--page->count]);
    memmove(&page->rows[low + 1], &page->rows[low], (page->count - low) * sizeof *page->rows);
    page->rows[low] = copy;
    page->count++;
    return SPEX_OK;
}

int reading_insert(struct reading *reading, const spex_instance *row, spex_error *error)
{
    return insert(reading, reading->page, &reading->capacity, row, error);
}

int reading_note_seen(struct reading *reading, const spex_instance *row, spex_error *error)
{
    for (size_t i = 0; i < reading->seen.count; i++)
        if (strcmp(reading->seen.rows[i]->identifier, row->identifier) == 0)
            return SPEX_OK;
    return insert(reading, &reading->seen, &reading->seen_capacity, row, error);
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
        if (plan.hint && reading->request->found)
            reading_hint(reading, plan.hint);
        reading->reader->reading = reading;
        if (plan.scan)
            reading_scan(reading, &plan);
        else
            walk_or_scan(reading, &plan);
    }
    reading->reader->reading = NULL;
    reading_plan_release(&plan);
    page_release(&reading->seen);
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
