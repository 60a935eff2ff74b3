#include "views/instances/rows.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum {
    WINDOW = 400,
    MARGIN = 100,
    SHOWN = 100,          /* rows of what is found so far */
    SOON = 10000,         /* microseconds until the first of them shows, */
    AGAIN = 60000,        /* and then again */
    PATIENCE = 150000,    /* how long the rows before stay until there are others */
    OFTEN_ENOUGH = 200000 /* and is not read more often than that */
};

struct rows_job {
    struct job job;
    struct rows *rows;
    struct page_request request;
    struct filter *filter;
    spex_instance *anchor;
    char *keep;
    bool moved; /* the page is around what was kept: `anchor` is the row before it */
    struct page page;
    int64_t cost;
    spex_error error;
    /* What was found so far, copied for the loop's thread. */
    bool streams;
    int64_t started, last_shown;
    pthread_mutex_t lock;
    struct page found;
    double part;
};

int64_t rows_moment(const struct rows *rows)
{
    const spex_clock *clock = &rows->explorer->workspace->options.clock;
    return clock->monotonic(clock->context);
}

/* --------------------------------------------------- on the rows' lane */

static void found(void *context, spex_instance *const *items, size_t count, double part)
{
    struct rows_job *self = context;
    int64_t now = rows_moment(self->rows);
    /* Nothing yet is worth showing only when it takes long. */
    if (!self->streams || (count == 0 && now - self->started < PATIENCE) ||
        now - (self->last_shown ? self->last_shown : self->started) <
            (self->last_shown ? AGAIN : SOON))
        return;
    self->last_shown = now;
    pthread_mutex_lock(&self->lock);
    page_release(&self->found);
    size_t shown = count < SHOWN ? count : SHOWN;
    self->found.rows = memory_allocate(shown, sizeof *self->found.rows);
    for (size_t i = 0; self->found.rows && i < shown; i++)
        if ((self->found.rows[self->found.count] = instance_copy(items[i])))
            self->found.count++;
    self->part = part >= 0 ? part : self->part; /* it may show rows and not know */
    self->job.part = self->part;
    pthread_mutex_unlock(&self->lock);
    jobs_show(self->rows->explorer->jobs, &self->job);
}

static bool page_has(const struct page *page, const char *identifier)
{
    for (size_t i = 0; i < page->count; i++)
        if (strcmp(page->rows[i]->identifier, identifier) == 0)
            return true;
    return false;
}

/* The row that is kept, if it still matches. */
static spex_instance *find_kept(struct rows_job *self, struct reader *reader)
{
    char *names[] = {self->keep};
    struct filter id = {.kind = FILTER_TEST,
                        .key = FILTER_IDENTIFIER,
                        .comparison = FILTER_IS,
                        .names = names,
                        .name_count = 1};
    struct filter *parts[] = {&id, self->filter};
    struct filter both = {.kind = FILTER_AND, .parts = parts, .part_count = self->filter ? 2 : 1};
    struct page_request request = {
        .filter = &both, .limit = 1, .cancelled = job_cancelled, .context = &self->job};
    struct page page;
    spex_error error;
    if (reader_page(reader, &request, &page, &error) || !page.count) {
        page_release(&page);
        return NULL;
    }
    spex_instance *row = page.rows[0];
    page.count = 0;
    page_release(&page);
    return row;
}

/* The window moves to where the kept row went. */
static void follow_kept(struct rows_job *self, struct reader *reader)
{
    spex_instance *row = find_kept(self, reader);
    if (!row)
        return;
    struct page_request request = self->request;
    struct page before = {0}, page = {0};
    spex_error error;
    request.found = NULL;
    request.anchor = row;
    request.backwards = !self->request.backwards;
    request.limit = WINDOW / 2;
    request.backwards = true;
    int status = reader_page(reader, &request, &before, &error);
    request.backwards = false;
    request.anchor = before.count == WINDOW / 2 ? before.rows[0] : NULL;
    request.limit = WINDOW + 1;
    if (!status)
        status = reader_page(reader, &request, &page, &error);
    if (!status && page_has(&page, self->keep)) {
        page_release(&self->page);
        self->page = page;
        page = (struct page){0};
        spex_instance_free(self->anchor);
        self->anchor = request.anchor ? instance_copy(request.anchor) : NULL;
        self->moved = true;
    }
    page_release(&page);
    page_release(&before);
    spex_instance_free(row);
}

static void rows_run(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    struct reader *reader;
    self->started = rows_moment(self->rows);
    if (job_cancelled(job)) {
        error_set(&self->error, SPEX_ERROR_CANCELLED, "cancelled");
        return;
    }
    if (workspace_reader(self->rows->explorer->workspace, LANE_ROWS, &reader, &self->error))
        return;
    int status = reader_page(reader, &self->request, &self->page, &self->error);
    if (!status && self->keep && !page_has(&self->page, self->keep))
        follow_kept(self, reader);
    self->cost = rows_moment(self->rows) - self->started;
}

/* ------------------------------------------------------------ the window */

static void free_items(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        spex_instance_free(rows->items[i]);
    free(rows->items);
    free(rows->fresh);
    spex_instance_free(rows->anchor);
    rows->items = NULL;
    rows->fresh = NULL;
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

static void request(struct rows *rows, const spex_instance *anchor, bool backwards, bool first);

static void take_page(struct rows *rows, struct rows_job *self)
{
    char *middle = rows->count ? memory_copy_text(rows->items[rows->count / 2]->identifier) : NULL;
    size_t middle_number = rows->base + rows->count / 2;
    bool was_known = middle && rows->base_known && !rows->searching;
    struct rows old = *rows;
    bool comparable = !rows->stale && !rows->searching;
    rows->items = NULL;
    rows->fresh = NULL;
    rows->anchor = NULL;
    if (self->request.backwards && !self->moved)
        take_backward(rows, self);
    else
        take_forward(rows, self);
    rows->items = self->page.rows;
    rows->count = self->page.count;
    self->page = (struct page){0};
    if (!rows->anchor && rows->at_end) {
        rows->total = rows->count;
        rows->counted = true;
    }
    place_window(rows, middle, middle_number, was_known);
    rows_mark_fresh(rows, comparable ? &old : NULL, rows->stale ? 0 : rows->read_at);
    free(middle);
    old.filter = NULL;
    free_items(&old);
}

static void found_so_far(struct rows *rows, struct page *page);

static void rows_finish(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    struct rows *rows = self->rows;
    if (rows->job != self)
        return; /* something else was asked since */
    rows->job = NULL;
    rows->error = self->error;
    if (self->error.status == SPEX_ERROR_CANCELLED) {
        /* What was found so far stays, and says that it is not all. */
        if (rows->stale)
            found_so_far(rows, &(struct page){0});
        return;
    }
    take_page(rows, self);
    rows->cost = self->cost;
    rows->read_at = rows_moment(rows);
    rows->stale = rows->searching = false;
    rows->part = -1;
    rows->generation++;
    bool again = rows->again;
    rows->again = false;
    rows_count(rows);
    rows->changed(rows->context);
    if (again && !rows->job)
        rows_reload(rows);
}

/* What was found so far takes the window's place. */
static void found_so_far(struct rows *rows, struct page *page)
{
    free_items(rows);
    rows->items = page->rows;
    rows->count = page->count;
    rows->at_end = true;
    rows->searching = true;
    rows->stale = rows->base_known = rows->counted = false;
    rows->changed(rows->context);
}

/* On the loop's thread. */
static void rows_show(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    struct rows *rows = self->rows;
    if (rows->job != self)
        return;
    pthread_mutex_lock(&self->lock);
    struct page page = self->found;
    self->found = (struct page){0};
    rows->part = self->part;
    pthread_mutex_unlock(&self->lock);
    found_so_far(rows, &page);
}

static void rows_job_release(struct job *job)
{
    struct rows_job *self = (struct rows_job *)job;
    page_release(&self->page);
    page_release(&self->found);
    spex_instance_free(self->anchor);
    filter_free(self->filter);
    free(self->keep);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

/* One more than the window is asked for: the row before a window that does not begin at
 * the start. `first`: these are the first rows of a new question. */
static void request(struct rows *rows, const spex_instance *anchor, bool backwards, bool first)
{
    struct rows_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "looking for instances",
                             .lane = LANE_ROWS,
                             .run = rows_run,
                             .show = rows_show,
                             .finish = rows_finish,
                             .release = rows_job_release,
                             .may_end = true,
                             .part = -1};
    pthread_mutex_init(&self->lock, NULL);
    self->rows = rows;
    self->streams = first;
    self->part = -1;
    self->filter = filter_copy(rows->filter);
    self->anchor = anchor ? instance_copy(anchor) : NULL;
    self->keep = rows->keep && !backwards && !first ? memory_copy_text(rows->keep) : NULL;
    self->request = (struct page_request){.filter = self->filter,
                                          .order = rows->order,
                                          .descending = rows->descending,
                                          .backwards = backwards,
                                          .anchor = self->anchor,
                                          .limit = WINDOW + 1,
                                          .cancelled = job_cancelled,
                                          .found = first ? found : NULL,
                                          .context = &self->job};
    if ((rows->filter && !self->filter) || (anchor && !self->anchor)) {
        rows_job_release(&self->job);
        return;
    }
    /* One question at a time: what was asked before is given up. */
    if (rows->job)
        atomic_store(&rows->job->job.cancelled, true);
    rows->job = self;
    jobs_submit(rows->explorer->jobs, &self->job);
}

/* --------------------------------------------------------------- questions */

bool rows_loading(const struct rows *rows)
{
    return rows->job != NULL;
}

static void restart(struct rows *rows)
{
    rows->base_known = rows->counted = false;
    rows->again = false;
    rows->stale = true;
    rows->part = -1;
    rows->count_cost = rows->cost = 0;
    rows->asked_at = rows_moment(rows);
    rows->searching = false;
    rows->generation++;
    rows_stop_counting(rows);
    request(rows, NULL, false, true);
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
    if (rows->error.status == SPEX_ERROR_CANCELLED)
        return; /* it was too long for whoever looks */
    int64_t rest = rows->cost * ROWS_REST;
    bool rested = rows_moment(rows) - rows->read_at >= rest || rest < OFTEN_ENOUGH;
    if (rows->job || !rested)
        rows->again = true;
    else
        request(rows, rows->anchor, false, false);
}

bool rows_tick(struct rows *rows)
{
    if (rows->again && !rows->job) {
        rows->again = false;
        rows_reload(rows);
    }
    if (rows->recount && !rows->counting && !rows->job && !rows->stale && !rows->searching)
        rows_count(rows);
    bool changed = false;
    int64_t now = rows_moment(rows);
    /* Rows of the question before do not stand for the answer for long. */
    if (rows->stale && rows->job && now - rows->asked_at > PATIENCE) {
        found_so_far(rows, &(struct page){0});
        changed = true;
    }
    return rows_forget_fresh(rows) || changed;
}

void rows_around(struct rows *rows, size_t cursor)
{
    if (rows->job || rows->searching || rows->count == 0)
        return;
    if (cursor + MARGIN > rows->count && !rows->at_end && cursor > MARGIN)
        request(rows, rows->items[cursor - MARGIN], false, false);
    else if (cursor < MARGIN && rows->anchor && cursor + MARGIN < rows->count)
        request(rows, rows->items[cursor + MARGIN], true, false);
}

void rows_first(struct rows *rows)
{
    if (rows->anchor && !rows->stale)
        request(rows, NULL, false, false);
}

void rows_last(struct rows *rows)
{
    if (!rows->at_end && !rows->stale)
        request(rows, NULL, true, false);
}

void rows_keep(struct rows *rows, const char *identifier)
{
    if (rows->keep && identifier && strcmp(rows->keep, identifier) == 0)
        return;
    char *copy = identifier ? memory_copy_text(identifier) : NULL;
    free(rows->keep);
    rows->keep = copy;
}

void rows_release(struct rows *rows)
{
    free_items(rows);
    filter_free(rows->filter);
    free(rows->keep);
}
