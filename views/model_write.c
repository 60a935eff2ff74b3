/* Saving an edited model, off the loop. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/model_save.h"
#include "views/model_edit.h"

struct write_job {
    struct job job;
    struct explorer *explorer;
    struct snapshot *snapshot; /* whose model it is */
    char *specification;
    const char *directory; /* the workspace's */
    uint64_t expected;
    size_t taken;
    struct model_save save;
    int status;
    spex_error error;
};

static void write_run(struct job *job)
{
    struct write_job *self = (struct write_job *)job;
    const struct project_entry *entry = project_find(&self->snapshot->project, self->specification);
    self->status =
        model_save(entry->model, self->directory, self->expected, &self->save, &self->error);
}

static void tell(const struct write_job *self)
{
    struct explorer *explorer = self->explorer;
    if (self->status)
        explorer_message(explorer, ROLE_BAD, "Not saved: %s", self->error.message);
    else if (self->save.changed)
        explorer_message(explorer, ROLE_BAD,
                         "Not saved: somebody else has changed %s. Look at it, and save again.",
                         self->save.path);
    else if (self->save.backup)
        explorer_message(explorer, ROLE_GOOD, "Wrote %s; the one before is %s.",
                         file_name(self->save.path), file_name(self->save.backup));
    else
        explorer_message(explorer, ROLE_GOOD, "Wrote %s.", self->save.path);
}

static void write_finish(struct job *job)
{
    struct write_job *self = (struct write_job *)job;
    struct explorer *explorer = self->explorer;
    struct model_edit *edit = model_edits_find(explorer->workspace->edits, self->specification);
    explorer->writing--;
    edit->saving = false;
    if (!self->status && !self->save.changed) {
        edit->saved = self->taken;
        edit->content = self->save.content;
        edit->changed = false;
    }
    tell(self);
    /* What is shown has the changes already; the file is read with them. */
    workspace_refresh(explorer->workspace, REFRESH_ALL);
}

static void write_release(struct job *job)
{
    struct write_job *self = (struct write_job *)job;
    snapshot_drop(self->snapshot);
    model_save_release(&self->save);
    free(self->specification);
    free(self);
}

static void submit(struct explorer *explorer, struct model_edit *edit)
{
    struct workspace *workspace = explorer->workspace;
    struct write_job *self = memory_allocate(1, sizeof *self);
    const struct project_entry *file =
        project_find(&workspace->files->project, edit->specification);
    if (!self || !file)
        return;
    self->job = (struct job){.what = "writing the model",
                             .lane = LANE_WRITE,
                             .run = write_run,
                             .finish = write_finish,
                             .release = write_release,
                             .part = -1};
    self->explorer = explorer;
    self->snapshot = snapshot_keep(workspace->snapshot);
    self->specification = memory_copy_text(edit->specification);
    self->directory = workspace->options.project.impl_models_dir;
    self->expected = file->model ? file->model->content : 0;
    self->taken = edit->taken;
    if (!self->specification) {
        write_release(&self->job);
        return;
    }
    edit->saving = true;
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}

static void save_confirmed(void *context)
{
    struct explorer *explorer = context;
    struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, explorer->selection.specification);
    if (edit && model_edit_unsaved(edit) && !edit->saving)
        submit(explorer, edit);
}

void model_edit_save(struct explorer *explorer, struct model_edit *edit)
{
    const struct summary *summary = explorer_summary(explorer);
    struct overlay_calls calls = {.confirmed = save_confirmed, .context = explorer};
    if (!model_edit_unsaved(edit))
        explorer_message(explorer, ROLE_DIM, "Nothing is unsaved here.");
    else if (edit->saving)
        explorer_message(explorer, ROLE_WARNING, "The model is being saved.");
    else if (!summary->entry->model || summary->entry->model_error.status)
        explorer_message(explorer, ROLE_BAD, "%s", summary->entry->model_error.message);
    else if (edit->changed)
        overlay_question(&explorer->overlay,
                         "The file was changed by somebody else. Write it with your changes?",
                         &calls);
    else
        submit(explorer, edit);
}
