/* Deleting, pruning or mocking many instances, on the lane that writes. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"
#include "views/instances/bulk_private.h"
#include "views/screen/format.h"

static const char *done_word(enum bulk_kind kind)
{
    static const char *const words[] = {"Deleted", "Pruned", "Mocked"};
    return words[kind];
}

struct bulk_job {
    struct job job;
    struct bulk *bulk;
    struct snapshot *snapshot;
    uint64_t done, gone; /* of those that were asked for; not there any more */
    spex_error error;
};

static void progress(struct bulk_job *self)
{
    if (self->bulk->total)
        atomic_store(&self->job.part, (double)self->done / (double)self->bulk->total);
}

static bool going(void *context, uint64_t deleted)
{
    struct bulk_job *self = context;
    self->done = deleted;
    progress(self);
    return !job_cancelled(self);
}

static bool named(const struct bulk *bulk, const char *identifier)
{
    return bulk->name_count &&
           bsearch(&identifier, bulk->names, bulk->name_count, sizeof *bulk->names, text_compare);
}

static int do_one(struct bulk_job *self, struct spex_manager *manager, const spex_instance *row)
{
    const struct bulk *bulk = self->bulk;
    bool there = true;
    int status = bulk->kind == BULK_MOCK
                     ? spex_mock(manager, row->specification, row->identifier, row->meta,
                                 bulk->state, &self->error)
                     : spex_delete(manager, row->identifier, &there, &self->error);
    self->done += !status && there;
    self->gone += !status && !there;
    progress(self);
    return status;
}

/* Page by page in order of identifiers, so that what changes on the way is in nobody's way. */
static int do_pages(struct bulk_job *self, struct spex_manager *manager, struct reader *reader,
                    const struct filter *filter, bool exceptions)
{
    struct page page = {0};
    int status = SPEX_OK;
    for (bool more = true; more && !status;) {
        struct page next = {0};
        struct page_request request = {.filter = filter,
                                       .limit = BULK_PAGE,
                                       .anchor = page.count ? page.rows[page.count - 1] : NULL,
                                       .cancelled = job_cancelled,
                                       .context = &self->job};
        status = reader_page(reader, &request, &next, &self->error);
        page_release(&page);
        page = next;
        for (size_t i = 0; !status && i < page.count; i++) {
            if (exceptions && named(self->bulk, page.rows[i]->identifier))
                continue;
            status = job_cancelled(self)
                         ? error_set(&self->error, SPEX_ERROR_CANCELLED, "cancelled")
                         : do_one(self, manager, page.rows[i]);
        }
        more = page.count == BULK_PAGE;
    }
    page_release(&page);
    return status;
}

struct naming {
    struct bulk_job *self;
    struct spex_manager *manager;
    struct reader *reader;
};

static int do_names(void *context, const struct filter *filter)
{
    struct naming *naming = context;
    return do_pages(naming->self, naming->manager, naming->reader, filter, false);
}

static int do_all(struct bulk_job *self, struct spex_manager *manager, struct reader *reader)
{
    struct bulk *bulk = self->bulk;
    if (!bulk->all) {
        struct naming naming = {self, manager, reader};
        return bulk_each_names(bulk, do_names, &naming);
    }
    if (bulk->kind == BULK_MOCK || bulk->name_count)
        return do_pages(self, manager, reader, bulk->filter, true);
    struct sweep_watch watch = {going, self};
    uint64_t deleted = 0;
    int status = manager_delete_matching(manager, bulk->filter, &watch, &deleted, &self->error);
    self->done = deleted;
    return status;
}

static void bulk_run(struct job *job)
{
    struct bulk_job *self = (struct bulk_job *)job;
    struct workspace *workspace = self->bulk->explorer->workspace;
    struct spex_manager *manager;
    struct reader *reader;
    if (workspace_manager(workspace, self->snapshot, false, &manager, &self->error) ||
        workspace_reader(workspace, LANE_WRITE, &reader, &self->error))
        return;
    do_all(self, manager, reader);
}

static void bulk_finish(struct job *job)
{
    struct bulk_job *self = (struct bulk_job *)job;
    const struct bulk *bulk = self->bulk;
    struct explorer *explorer = bulk->explorer;
    explorer->writing--;
    char done[32], total[32];
    format_count(self->done, false, done);
    format_count(bulk->total, false, total);
    if (self->error.status == SPEX_ERROR_CANCELLED)
        explorer_message(explorer, ROLE_BAD,
                         "Ended: %s %s of %s instances; the others are as before.",
                         done_word(bulk->kind), done, total);
    else if (self->error.status)
        explorer_message(explorer, ROLE_BAD, "%s %s of %s instances, then: %s",
                         done_word(bulk->kind), done, total, self->error.message);
    else
        explorer_message(explorer, ROLE_GOOD, "%s %s instance%s.", done_word(bulk->kind), done,
                         self->done == 1 ? "" : "s");
    explorer->marks_done = true;
    explorer_select_instance(explorer, NULL, NULL);
    workspace_refresh(explorer->workspace, REFRESH_CHANGED);
}

static void bulk_release(struct job *job)
{
    struct bulk_job *self = (struct bulk_job *)job;
    snapshot_drop(self->snapshot);
    bulk_free(self->bulk);
    free(self);
}

void bulk_start(struct bulk *bulk)
{
    static const char *const what[] = {"deleting instances", "pruning instances",
                                       "mocking instances"};
    struct explorer *explorer = bulk->explorer;
    struct bulk_job *self = memory_allocate(1, sizeof *self);
    if (!self) {
        bulk_free(bulk);
        return;
    }
    self->job = (struct job){.what = what[bulk->kind],
                             .lane = LANE_WRITE,
                             .run = bulk_run,
                             .finish = bulk_finish,
                             .release = bulk_release,
                             .may_end = true,
                             .part = 0};
    self->bulk = bulk;
    if (bulk->name_count)
        qsort(bulk->names, bulk->name_count, sizeof *bulk->names, text_compare);
    self->snapshot = snapshot_keep(explorer->workspace->snapshot);
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}
