/* Saving an edited model, off the loop. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/model_save.h"
#include "views/models/model_edit.h"

struct write_job {
    struct job job;
    struct explorer *explorer;
    struct snapshot *files;
    struct model_edit *edit; /* a copy */
    const char *directory;   /* the workspace's */
    uint64_t expected;
    struct model_save save;
    int status;
    spex_error error;
};

static void write_run(struct job *job)
{
    struct write_job *self = (struct write_job *)job;
    const struct project_entry *entry =
        project_find(&self->files->project, self->edit->specification);
    struct spex_model *model = model_edit_apply(self->edit, entry);
    self->status = model ? model_save(model, self->directory, self->expected, self->edit->mode,
                                      &self->save, &self->error)
                         : error_memory(&self->error);
    spex_model_free(model);
}

static void tell_changed(struct explorer *explorer, uint64_t content, const char *path)
{
    explorer_message(explorer, ROLE_BAD,
                     "Not saved: somebody else has %s %s. Look at it, and save again.",
                     content ? "changed" : "removed", path);
}

static void tell(const struct write_job *self)
{
    struct explorer *explorer = self->explorer;
    if (self->status)
        explorer_message(explorer, ROLE_BAD, "Not saved: %s", self->error.message);
    else if (self->save.changed)
        tell_changed(explorer, self->save.content, self->save.path);
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
    struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, self->edit->specification);
    explorer->writing--;
    edit->saving = false;
    if (!self->status && !self->save.changed) {
        edit->saved = self->edit->taken;
        edit->content = self->save.content;
        edit->changed = edit->removed = false;
    }
    tell(self);
    /* What is shown has the changes already; the file is read with them. */
    workspace_refresh(explorer->workspace, REFRESH_ALL);
}

static void write_release(struct job *job)
{
    struct write_job *self = (struct write_job *)job;
    snapshot_drop(self->files);
    model_save_release(&self->save);
    model_edit_free(self->edit);
    free(self);
}

static void submit(struct explorer *explorer, struct model_edit *edit)
{
    struct workspace *workspace = explorer->workspace;
    struct write_job *self = memory_allocate(1, sizeof *self);
    const struct project_entry *file =
        project_find(&workspace->files->project, edit->specification);
    if (!self || !file) {
        free(self);
        return;
    }
    self->job = (struct job){.what = "writing the model",
                             .lane = LANE_WRITE,
                             .run = write_run,
                             .finish = write_finish,
                             .release = write_release,
                             .part = -1};
    self->explorer = explorer;
    self->files = snapshot_keep(workspace->files);
    self->edit = model_edit_copy(edit);
    self->directory = workspace->options.project.impl_models_dir;
    self->expected = edit->asked;
    if (!self->edit) {
        write_release(&self->job);
        return;
    }
    edit->saving = true;
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}

/* As it was last read. */
static const struct spex_model *model_in_file(const struct explorer *explorer,
                                              const struct model_edit *edit)
{
    const struct project_entry *entry =
        project_find(&explorer->workspace->files->project, edit->specification);
    return entry ? entry->model : NULL;
}

static void save_confirmed(void *context)
{
    struct explorer *explorer = context;
    struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, explorer->selection.specification);
    const struct spex_model *file = edit ? model_in_file(explorer, edit) : NULL;
    if (!edit || !model_edit_unsaved(edit) || edit->saving)
        return;
    /* Changed once more while the question stood: the answer was not about that. */
    if ((file ? file->content : 0) != edit->asked)
        tell_changed(explorer, file ? file->content : 0, file ? file->source : "its file");
    else
        submit(explorer, edit);
}

void model_edit_save(struct explorer *explorer, struct model_edit *edit)
{
    const struct project_entry *file =
        edit ? project_find(&explorer->workspace->files->project, edit->specification) : NULL;
    struct overlay_calls calls = {.confirmed = save_confirmed, .context = explorer};
    if (file)
        edit->asked = file->model ? file->model->content : 0;
    if (!model_edit_unsaved(edit))
        explorer_message(explorer, ROLE_DIM, "Nothing is unsaved here.");
    else if (edit->saving)
        explorer_message(explorer, ROLE_WARNING, "The model is being saved.");
    else if (!file || file->model_error.status)
        explorer_message(explorer, ROLE_BAD, "%s",
                         file ? file->model_error.message : "Its specification is gone.");
    else if (edit->changed)
        overlay_question(&explorer->overlay,
                         edit->removed ? "The file was removed by somebody else. Write it again, "
                                         "with your changes?"
                                       : "The file was changed by somebody else. Write it with "
                                         "your changes?",
                         &calls);
    else
        submit(explorer, edit);
}
