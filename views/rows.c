#include "views/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { WINDOW = 400, MARGIN = 100 };

struct rows_job {
    struct job job;
    struct rows *rows;
    uint64_t generation;
    struct filter *filter;
    enum instance_order order;
    bool descending, backwards, count;
    spex_instance *anchor;
    struct page page;
    uint64_t total;
    bool counted;
    spex_error error;
};

static bool cancelled(void *context)
{
    return atomic_load(&((struct job *)context)->cancelled);
}

static void rows_run(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    struct reader *reader;
    if (workspace_reader(self->rows->explorer->workspace, &reader, &self->error))
        return;
    /* One more than the window: the row before a window that does not begin at the start. */
    struct page_request request = {.filter = self->filter,
                                   .order = self->order,
                                   .descending = self->descending,
                                   .backwards = self->backwards,
                                   .anchor = self->anchor,
                                   .limit = WINDOW + 1,
                                   .cancelled = cancelled,
                                   .context = job};
    reader_page(reader, &request, &self->page, &self->error);
    spex_error counting;
    self->counted = reader_count(reader, self->filter, &self->total, &counting) == SPEX_OK;
}

static void free_items(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        spex_instance_free(rows->items[i]);
    free(rows->items);
    spex_instance_free(rows->anchor);
    rows->items = NULL;
    rows->anchor = NULL;
    rows->count = 0;
}

static void take_forward(struct rows *rows, struct rows_job *self)
{
    struct page *page = &self->page;
    rows->at_end = page->count <= WINDOW;
    if (!rows->at_end)
        spex_instance_free(page->rows[--page->count]);
    rows->anchor = self->anchor;
    self->anchor = NULL;
}

static void take_backward(struct rows *rows, struct rows_job *self)
{
    struct page *page = &self->page;
    if (page->count > WINDOW) {
        rows->anchor = page->rows[0];
        page->count--;
        memmove(&page->rows[0], &page->rows[1], page->count * sizeof *page->rows);
    }
    rows->at_end = !self->anchor;
}

/* The number of the first row, where it can be known: at the start, at the end, or by a
 * row that was shown before. */
static void place_window(struct rows *rows, const char *known, size_t known_number, bool was_known)
{
    rows->base_known = true;
    if (!rows->anchor) {
        rows->base = 0;
        return;
    }
    for (size_t i = 0; was_known && i < rows->count; i++)
        if (strcmp(rows->items[i]->identifier, known) == 0 && known_number >= i) {
            rows->base = known_number - i;
            return;
        }
    rows->base_known = rows->at_end && rows->counted && rows->total >= rows->count;
    rows->base = rows->base_known ? (size_t)rows->total - rows->count : 0;
}

static void request(struct rows *rows, const spex_instance *anchor, bool backwards);

static void rows_finish(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    struct rows *rows = self->rows;
    if (self->generation != rows->generation)
        return;
    rows->loading = false;
    if (rows->restart) {
        rows->restart = false;
        request(rows, NULL, false);
        return;
    }
    rows->stale = false;
    rows->error = self->error;
    if (self->error.status == SPEX_ERROR_CANCELLED)
        return;
    char *known = rows->count ? memory_copy_text(rows->items[rows->count / 2]->identifier) : NULL;
    size_t known_number = rows->base + rows->count / 2;
    bool was_known = known && rows->base_known;
    free_items(rows);
    if (self->backwards)
        take_backward(rows, self);
    else
        take_forward(rows, self);
    rows->items = self->page.rows;
    rows->count = self->page.count;
    self->page = (struct page){0};
    rows->total = self->total;
    rows->counted = self->counted;
    place_window(rows, known, known_number, was_known);
    free(known);
    bool again = rows->again;
    rows->again = false;
    rows->changed(rows->context);
    if (again && !rows->loading)
        rows_reload(rows);
}

static void rows_job_release(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    page_release(&self->page);
    spex_instance_free(self->anchor);
    filter_free(self->filter);
    free(self);
}

static void request(struct rows *rows, const spex_instance *anchor, bool backwards)
{
    struct rows_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "reading instances",
                             .lane = LANE_STORE,
                             .run = rows_run,
                             .finish = rows_finish,
                             .release = rows_job_release,
                             .part = -1};
    self->rows = rows;
    self->generation = ++rows->generation;
    self->order = rows->order;
    self->descending = rows->descending;
    self->backwards = backwards;
    self->anchor = anchor ? instance_copy(anchor) : NULL;
    self->filter = filter_copy(rows->filter);
    if ((rows->filter && !self->filter) || (anchor && !self->anchor)) {
        rows_job_release(&self->job);
        return;
    }
    rows->loading = true;
    jobs_submit(rows->explorer->jobs, &self->job);
}

static void restart(struct rows *rows)
{
    rows->base_known = false;
    rows->again = false;
    rows->stale = true;
    /* One question at a time: typing fast asks the last one only. */
    if (rows->loading)
        rows->restart = true;
    else
        request(rows, NULL, false);
}

void rows_filter(struct rows *rows, struct filter *filter)
{
    filter_free(rows->filter);
    rows->filter = filter;
    restart(rows);
}

void rows_order(struct rows *rows, enum instance_order order, bool descending)
{
    rows->order = order;
    rows->descending = descending;
    restart(rows);
}

void rows_reload(struct rows *rows)
{
    if (rows->loading)
        rows->again = true;
    else
        request(rows, rows->anchor, false);
}

void rows_around(struct rows *rows, size_t cursor)
{
    if (rows->loading || rows->count == 0)
        return;
    if (cursor + MARGIN > rows->count && !rows->at_end && cursor > MARGIN)
        request(rows, rows->items[cursor - MARGIN], false);
    else if (cursor < MARGIN && rows->anchor && cursor + MARGIN < rows->count)
        request(rows, rows->items[cursor + MARGIN], true);
}

void rows_first(struct rows *rows)
{
    if (rows->anchor && !rows->stale)
        request(rows, NULL, false);
}

void rows_last(struct rows *rows)
{
    if (!rows->at_end && !rows->stale)
        request(rows, NULL, true);
}

void rows_release(struct rows *rows)
{
    free_items(rows);
    filter_free(rows->filter);
}
