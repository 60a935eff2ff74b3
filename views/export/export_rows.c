#include "views/export/export_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "views/events/events.h"
#include "views/instances/instances.h"

enum { PAGE = 1000 };

bool export_rows_take(struct export_rows *rows, const struct explorer *explorer)
{
    const struct instances *instances = explorer->states[VIEW_INSTANCES];
    const struct rows *shown = &instances->rows;
    const char *identifier = explorer->selection.identifier;
    rows->workspace = explorer->workspace;
    rows->filter = filter_copy(shown->filter);
    rows->order = shown->order;
    rows->descending = shown->descending;
    rows->total = shown->counted ? shown->total : 0;
    rows->identifier = identifier ? memory_copy_text(identifier) : NULL;
    const struct events *events = explorer->states[VIEW_EVENTS];
    if (events->typed && *events->typed &&
        filter_parse_for(FILTER_OF_EVENTS, &rows->events, events->typed, NULL, NULL))
        return false;
    return (rows->filter || !shown->filter) && (rows->identifier || !identifier);
}

void export_rows_release(struct export_rows *rows)
{
    filter_free(rows->filter);
    filter_free(rows->events);
    free(rows->identifier);
}

static bool stopped(const struct export_rows *rows, spex_error *error)
{
    if (!job_cancelled(rows->job))
        return false;
    error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
    return true;
}

static int put_row(struct export_rows *rows, struct text *text, struct file_stream *stream,
                   spex_error *error)
{
    rows->count++;
    if (rows->total)
        atomic_store(&rows->job->part,
                     rows->count < rows->total ? (double)rows->count / (double)rows->total : 1.0);
    return file_stream_put(stream, text, error);
}

static int put_end(const struct export_rows *rows, struct text *text, struct file_stream *stream,
                   spex_error *error)
{
    text_append(text, rows->count ? "]\n" : "[]\n");
    return file_stream_put(stream, text, error);
}

/* ------------------------------------------------------------- instances */

static int put_page(struct export_rows *rows, const struct page *page, struct text *text,
                    struct file_stream *stream, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < page->count; i++) {
        text_append(text, rows->count ? ",\n " : "[");
        if (json_write_instance(page->rows[i], false, text))
            return error_memory(error);
        status = put_row(rows, text, stream, error);
    }
    return status;
}

/* Page by page, each from the last row of the one before. Shards that cannot be read make it
 * partial, which *partial tells, and do not end it. */
static int put_pages(struct export_rows *rows, struct reader *reader, struct text *text,
                     struct file_stream *stream, spex_error *partial, spex_error *error)
{
    struct page_request request = {.filter = rows->filter,
                                   .order = rows->order,
                                   .descending = rows->descending,
                                   .limit = PAGE,
                                   .cancelled = job_cancelled,
                                   .context = rows->job};
    struct page page = {0};
    int status = SPEX_OK;
    for (bool more = true; !status && more;) {
        struct page next = {0};
        spex_error failure;
        if (stopped(rows, error)) {
            status = SPEX_ERROR_CANCELLED;
            break;
        }
        request.anchor = page.count ? page.rows[page.count - 1] : NULL;
        status = reader_page(reader, &request, &next, &failure);
        page_release(&page);
        page = next;
        if (status)
            *(status == SPEX_ERROR_STORE ? partial : error) = failure;
        if (status == SPEX_ERROR_STORE)
            status = SPEX_OK;
        if (!status)
            status = put_page(rows, &page, text, stream, error);
        more = page.count == PAGE;
    }
    page_release(&page);
    return status;
}

int export_write_instances(struct export_rows *rows, struct file_stream *stream, spex_error *error)
{
    struct reader *reader;
    struct text text = {0};
    spex_error partial = {0};
    int status = workspace_reader(rows->workspace, LANE_WORK, &reader, error);
    if (!status)
        status = put_pages(rows, reader, &text, stream, &partial, error);
    if (!status)
        status = put_end(rows, &text, stream, error);
    text_release(&text);
    if (!status && partial.status)
        *error = partial;
    return status ? status : (int)partial.status;
}

/* ---------------------------------------------------------------- events */

int export_write_events(struct export_rows *rows, struct file_stream *stream, spex_error *error)
{
    struct reader *reader;
    struct event *events = NULL;
    struct text text = {0};
    size_t count = 0;
    spex_error partial = {0};
    int status = workspace_reader(rows->workspace, LANE_WORK, &reader, error);
    if (!status)
        status = reader_events(reader, (size_t)INT32_MAX, &events, &count, &partial);
    if (status && partial.status && status != SPEX_ERROR_STORE)
        *error = partial;
    if (status == SPEX_ERROR_STORE && partial.status)
        status = SPEX_OK;
    int64_t now = workspace_now(rows->workspace);
    rows->total = count;
    for (size_t i = 0; !status && i < count; i++) {
        if (stopped(rows, error)) {
            status = SPEX_ERROR_CANCELLED;
            break;
        }
        if (rows->events && !event_matches(rows->events, &events[i], now))
            continue;
        text_append(&text, rows->count ? ",\n " : "[");
        event_write_json(&events[i], &text);
        status = put_row(rows, &text, stream, error);
    }
    events_free(events, count);
    if (!status)
        status = put_end(rows, &text, stream, error);
    text_release(&text);
    if (!status && partial.status)
        *error = partial;
    return status ? status : (int)partial.status;
}

/* -------------------------------------------------------------- instance */

int export_write_instance(struct export_rows *rows, struct file_stream *stream, spex_error *error)
{
    struct reader *reader;
    spex_instance *instance = NULL;
    struct text text = {0};
    int status = workspace_reader(rows->workspace, LANE_WORK, &reader, error);
    if (!status)
        status = reader_instance(reader, rows->identifier, 0, &instance, error);
    if (!status && json_write_instance(instance, true, &text))
        status = error_memory(error);
    text_append_char(&text, '\n');
    if (!status)
        status = file_stream_put(stream, &text, error);
    spex_instance_free(instance);
    text_release(&text);
    return status;
}
