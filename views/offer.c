/* The offer to import the instances of an Elixir project into a store of its own. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "import/import.h"
#include "views/explorer.h"

struct offer_job {
    struct job job;
    struct explorer *explorer;
    struct snapshot *snapshot;
    struct import_report report;
    size_t unreadable;
    int status;
    spex_error error;
};

/* A whole import is never cut short by leaving: what is committed stays. */
static bool note_progress(const char *path, double part, uint64_t found, void *context)
{
    struct offer_job *self = context;
    (void)path;
    (void)found;
    self->job.part = part;
    return true;
}

static void offer_run(struct job *job)
{
    struct offer_job *self = (struct offer_job *)job;
    const struct workspace_options *workspace = &self->explorer->workspace->options;
    struct import_options options = {
        .store_dir = workspace->project.store_dir,
        .shards = workspace->project.distribution_factor,
        .durability = workspace->project.durability,
        .event_limit = workspace->project.event_limit,
        .project = self->snapshot ? &self->snapshot->project : NULL,
        .progress = note_progress,
        .context = self,
    };
    self->status = import_run(workspace->tables, workspace->table_count, &options, &self->report,
                              &self->error);
    for (size_t i = 0; i < self->report.file_count; i++)
        self->unreadable += self->report.files[i].error.status != SPEX_OK;
}

static void offer_finish(struct job *job)
{
    struct offer_job *self = (struct offer_job *)job;
    struct explorer *explorer = self->explorer;
    const struct import_report *report = &self->report;
    explorer->writing--;
    if (self->status)
        explorer_message(explorer, ROLE_BAD, "%s", self->error.message);
    else if (report->note_total || self->unreadable)
        explorer_message(explorer, ROLE_WARNING,
                         "%" PRIu64 " instances imported; %zu tables could not be read, %" PRIu64
                         " places were given up (spex import tells which).",
                         report->created + report->extended, self->unreadable, report->note_total);
    else
        explorer_message(explorer, ROLE_GOOD, "%" PRIu64 " instances imported.",
                         report->created + report->extended);
    workspace_refresh(explorer->workspace, REFRESH_ALL);
}

static void offer_release(struct job *job)
{
    struct offer_job *self = (struct offer_job *)job;
    import_report_release(&self->report);
    snapshot_drop(self->snapshot);
    free(self);
}

static void offer_accepted(void *context)
{
    struct explorer *explorer = context;
    struct offer_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "importing instances",
                             .lane = LANE_WRITE,
                             .run = offer_run,
                             .finish = offer_finish,
                             .release = offer_release,
                             .part = -1};
    self->explorer = explorer;
    self->snapshot =
        explorer->workspace->snapshot ? snapshot_keep(explorer->workspace->snapshot) : NULL;
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}

static void offer_declined(void *context)
{
    explorer_message(context, ROLE_DIM, "Nothing imported; `spex import` does it at any time.");
}

void offer_import(struct explorer *explorer)
{
    const struct workspace_options *options = &explorer->workspace->options;
    if (!options->table_count)
        return;
    char *manifest = file_join(options->project.store_dir, "store.ini");
    bool there = !manifest || access(manifest, F_OK) == 0;
    free(manifest);
    if (there)
        return;
    struct text question = {0};
    text_printf(&question, "Import the instances of this Elixir project (%zu DETS %s)?",
                options->table_count, options->table_count == 1 ? "table" : "tables");
    struct overlay_calls calls = {
        .confirmed = offer_accepted, .cancelled = offer_declined, .context = explorer};
    if (!question.failed)
        overlay_question(&explorer->overlay, text_value(&question), &calls);
    text_release(&question);
}
