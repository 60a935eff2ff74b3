/* The files with what is edited in them: a large model takes longer to copy than a key may wait. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/models/model_edit.h"
#include "views/workspace/workspace_internal.h"

struct show_job {
    struct job job;
    struct workspace *workspace;
    uint64_t show; /* which of the workspace's it is */
    struct snapshot *files, *shown;
    struct model_edits *edits; /* a copy */
};

/* The same entries, but for models that are edited. */
static struct snapshot *apply_all(const struct model_edits *edits, struct snapshot *files)
{
    struct snapshot *shown = memory_allocate(1, sizeof *shown);
    if (!shown)
        return NULL;
    size_t count = files->project.count;
    atomic_init(&shown->references, 1);
    shown->files = snapshot_keep(files);
    shown->project.entries = memory_allocate(count, sizeof *files->project.entries);
    if (!shown->project.entries) {
        snapshot_drop(shown);
        return NULL;
    }
    shown->project.count = count;
    shown->project.orphans = files->project.orphans;
    memcpy(shown->project.entries, files->project.entries, count * sizeof *files->project.entries);
    for (size_t i = 0; i < count; i++) {
        struct project_entry *entry = &shown->project.entries[i];
        const struct model_edit *edit =
            entry->specification ? model_edits_find(edits, entry->specification->name) : NULL;
        struct spex_model *model =
            edit && !entry->model_error.status ? model_edit_apply(edit, entry) : NULL;
        if (model)
            entry->model = model;
    }
    return shown;
}

static void show_run(struct job *job)
{
    struct show_job *self = (struct show_job *)job;
    self->shown = apply_all(self->edits, self->files);
}

static void install(struct workspace *workspace, struct snapshot *shown)
{
    snapshot_drop(workspace->snapshot);
    workspace->snapshot = shown;
    workspace_check_changed(workspace);
}

static void show_finish(struct job *job)
{
    struct show_job *self = (struct show_job *)job;
    if (!self->shown || self->show != self->workspace->shows)
        return; /* a newer one is on its way */
    install(self->workspace, self->shown);
    self->shown = NULL;
    workspace_summarise(self->workspace);
}

static void show_release(struct job *job)
{
    struct show_job *self = (struct show_job *)job;
    snapshot_drop(self->files);
    snapshot_drop(self->shown);
    model_edits_free(self->edits);
    free(self);
}

static void submit(struct workspace *workspace)
{
    struct show_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "showing the changes",
                             .lane = LANE_STORE,
                             .run = show_run,
                             .finish = show_finish,
                             .release = show_release,
                             .part = -1};
    self->workspace = workspace;
    self->show = workspace->shows;
    self->files = snapshot_keep(workspace->files);
    self->edits = model_edits_copy(workspace->edits);
    if (self->edits)
        jobs_submit(workspace->jobs, &self->job);
    else
        show_release(&self->job);
}

/* Where nothing is edited there is nothing to make. */
static void show(struct workspace *workspace)
{
    workspace->shows++;
    if (model_edits_look(workspace->edits, workspace->files))
        submit(workspace);
    else
        install(workspace, snapshot_keep(workspace->files));
}

void workspace_take(struct workspace *workspace, struct snapshot *files)
{
    snapshot_drop(workspace->files);
    workspace->files = files;
    show(workspace);
}

void workspace_show(struct workspace *workspace)
{
    show(workspace);
    workspace_summarise(workspace);
}
