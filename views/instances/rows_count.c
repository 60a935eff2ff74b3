/* How many instances match, and how many of them come before the window. */
#include "views/instances/rows.h"

#include <stdlib.h>

#include "base/base.h"

struct count_job {
    struct job job;
    struct rows *rows;
    struct filter *filter;
    enum instance_order order;
    bool descending, wants_base;
    spex_instance *first; /* whose number is wanted too, or NULL */
    uint64_t generation, total, before;
    bool counted, placed;
    int64_t cost;
};

static void count_run(struct job *job)
{
    struct count_job *self = (struct count_job *)job;
    struct explorer *explorer = self->rows->explorer;
    struct reader *reader;
    int64_t started = rows_moment(self->rows);
    if (workspace_reader(explorer->workspace, LANE_COUNT, &reader, NULL))
        return;
    reader_watch(reader, job_cancelled, job);
    struct page_request request = {
        .filter = self->filter, .order = self->order, .descending = self->descending};
    self->counted = reader_count(reader, self->filter, &self->total, NULL) == SPEX_OK;
    self->placed =
        self->first && reader_before(reader, &request, self->first, &self->before, NULL) == SPEX_OK;
    reader_watch(reader, NULL, NULL);
    self->cost = rows_moment(self->rows) - started;
}

static void count_finish(struct job *job)
{
    struct count_job *self = (struct count_job *)job;
    struct rows *rows = self->rows;
    rows->counting = NULL;
    rows->count_cost = self->cost;
    rows->counted_at = rows_moment(rows);
    if (self->generation != rows->generation) {
        rows->recount = true;
        if (!rows->stale && !rows->searching)
            rows_count(rows);
        return;
    }
    if (self->counted) {
        rows->total = self->total;
        rows->counted = true;
    }
    if (self->placed) {
        rows->base = (size_t)self->before;
        rows->base_known = true;
    } else if (rows->at_end && rows->counted && rows->total >= rows->count) {
        rows->base = (size_t)rows->total - rows->count;
        rows->base_known = true;
    }
}

static void count_release(struct job *job)
{
    struct count_job *self = (struct count_job *)job;
    filter_free(self->filter);
    spex_instance_free(self->first);
    free(self);
}

void rows_count(struct rows *rows)
{
    bool all = !rows->anchor && rows->at_end;
    bool rested = rows_moment(rows) - rows->counted_at >= rows->count_cost * ROWS_REST;
    rows->recount = !all && (rows->counting || (rows->counted && rows->base_known && !rested));
    if (all || rows->recount)
        return;
    struct count_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "counting",
                             .lane = LANE_COUNT,
                             .run = count_run,
                             .finish = count_finish,
                             .release = count_release,
                             .may_end = true,
                             .part = -1};
    self->rows = rows;
    self->filter = filter_copy(rows->filter);
    self->order = rows->order;
    self->descending = rows->descending;
    self->generation = rows->generation;
    bool wanted = rows->anchor && !rows->at_end && rows->count && !rows->base_known;
    self->first = wanted ? instance_copy(rows->items[0]) : NULL;
    if (rows->filter && !self->filter) {
        count_release(&self->job);
        return;
    }
    rows->counting = self;
    jobs_submit(rows->explorer->jobs, &self->job);
}

void rows_stop_counting(struct rows *rows)
{
    if (rows->counting)
        atomic_store(&rows->counting->job.cancelled, true);
}
