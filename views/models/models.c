/* Models: the difference between an implementation model and its specification, as a list,
 * and what is changed of it. */
#include "views/models/models.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

size_t models_count(const struct explorer *explorer, const struct models *models)
{
    const char *name = explorer->selection.specification;
    bool selected = name && models->entry && strcmp(models->entry->specification->name, name) == 0;
    return selected ? models->count : 0;
}

static bool models_command(struct explorer *explorer, void *state, enum command command)
{
    struct models *models = state;
    struct model_line none = {0};
    size_t cursor = models->scroll.cursor, count = models_count(explorer, models);
    const struct model_line *line = cursor < count ? &models->lines[cursor] : &none;
    if (model_edit_command(explorer, command, line))
        return true;
    switch (command) {
    case COMMAND_NEXT_SPECIFICATION:
    case COMMAND_RIGHT:
        explorer_move_specification(explorer, 1);
        return true;
    case COMMAND_PREVIOUS_SPECIFICATION:
    case COMMAND_LEFT:
        explorer_move_specification(explorer, -1);
        return true;
    case COMMAND_OPEN:
        explorer_open(explorer, VIEW_GRAPHS);
        return true;
    case COMMAND_BACK:
    case COMMAND_LEAVE:
        return model_edit_leave(explorer);
    default:
        return scroll_command(&models->scroll, command, count,
                              models->rows > 0 ? (size_t)models->rows : 1);
    }
}

static bool models_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct models *models = state;
    return explorer_press(explorer, &models->scroll, key, models_count(explorer, models));
}

static void forget_lines(struct models *models)
{
    free(models->lines);
    snapshot_drop(models->snapshot);
    snapshot_drop(models->files);
    models->lines = NULL;
    models->snapshot = models->files = NULL;
    models->entry = NULL;
    models->count = 0;
}

static void models_release(void *state)
{
    struct models *models = state;
    forget_lines(models);
    snapshot_drop(models->asked);
}

/* -------------------------------------------------------- making the lines */

struct lines_job {
    struct job job;
    struct models *models;
    uint64_t generation;
    struct snapshot *snapshot;
    struct snapshot *files;            /* what is edited is marked against these */
    const struct project_entry *entry; /* the snapshot's */
    struct model_line *lines;
    size_t count;
};

static void lines_run(struct job *job)
{
    struct lines_job *self = (struct lines_job *)job;
    const struct project_entry *before =
        project_find(&self->files->project, self->entry->specification->name);
    model_lines(self->entry->specification, self->entry->model, before ? before->model : NULL,
                &self->lines, &self->count, NULL);
}

static bool same_line(const struct model_line *left, const struct model_line *right)
{
    return strcmp(left->from, right->from) == 0 && strcmp(left->action, right->action) == 0 &&
           strcmp(left->to, right->to) == 0;
}

/* The cursor stays on its transition, wherever that goes. */
static void keep_cursor(struct models *models, const struct lines_job *next)
{
    const char *name = next->entry->specification->name;
    size_t cursor = models->scroll.cursor;
    if (!models->entry || strcmp(models->entry->specification->name, name) != 0) {
        models->scroll.cursor = models->scroll.top = 0;
        return;
    }
    for (size_t i = 0; cursor < models->count && i < next->count; i++)
        if (same_line(&next->lines[i], &models->lines[cursor]))
            models->scroll.cursor = i;
}

static void lines_finish(struct job *job)
{
    struct lines_job *self = (struct lines_job *)job;
    struct models *models = self->models;
    if (!self->lines || self->generation != models->generation)
        return;
    keep_cursor(models, self);
    forget_lines(models);
    models->snapshot = snapshot_keep(self->snapshot);
    models->files = snapshot_keep(self->files);
    models->entry = self->entry;
    models->lines = self->lines;
    models->count = self->count;
    self->lines = NULL;
}

static void lines_release(struct job *job)
{
    struct lines_job *self = (struct lines_job *)job;
    snapshot_drop(self->snapshot);
    snapshot_drop(self->files);
    free(self->lines);
    free(self);
}

static void ask_for_lines(struct explorer *explorer, struct models *models)
{
    struct lines_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    const struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, models->asked_entry->specification->name);
    self->job = (struct job){.what = "comparing the models",
                             .lane = LANE_STORE,
                             .run = lines_run,
                             .finish = lines_finish,
                             .release = lines_release,
                             .part = -1};
    self->models = models;
    self->generation = models->generation;
    self->snapshot = snapshot_keep(models->asked);
    self->files = snapshot_keep(edit && edit->removed   ? edit->before
                                : self->snapshot->files ? self->snapshot->files
                                                        : self->snapshot);
    self->entry = models->asked_entry;
    jobs_submit(explorer->jobs, &self->job);
}

static void models_refresh(struct explorer *explorer, void *state)
{
    struct models *models = state;
    struct snapshot *snapshot = explorer->workspace->snapshot;
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry =
        summary && summary->entry && summary->entry->specification ? summary->entry : NULL;
    if (models->asked == snapshot && models->asked_entry == entry)
        return;
    snapshot_drop(models->asked);
    models->asked = snapshot_keep(snapshot);
    models->asked_entry = entry;
    models->generation++;
    if (entry)
        ask_for_lines(explorer, models);
    else
        forget_lines(models);
}

static const char *models_hint(const struct explorer *explorer, const void *state,
                               enum command command)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry = summary ? summary->entry : NULL;
    const struct model_edit *edit =
        summary ? model_edits_find(explorer->workspace->edits, summary->name) : NULL;
    bool specified = entry && entry->specification;
    bool edited = specified && !entry->lts && !entry->model_error.status;
    (void)state;
    switch (command) {
    case COMMAND_ADD:
    case COMMAND_REMOVE:
    case COMMAND_FREEZE:
    case COMMAND_LEARN:
        return edited ? NULL : "";
    case COMMAND_UNDO:
        return edit && edit->taken ? NULL : "";
    case COMMAND_SAVE:
        return model_edit_unsaved(edit) ? NULL : "";
    case COMMAND_OPEN:
        return specified ? NULL : "";
    default:
        return NULL;
    }
}

const struct view_operations models_view = {
    .title = "Models",
    .about = "The implementation model beside its specification, transition by transition: first "
             "what only the model has (+), then what it has not (?), then what both have. "
             "Names are compared here; whether the difference matters, the verdict above says. "
             "What is changed here is checked and drawn at once, and written to the file by W, "
             "which keeps the file before as NAME.spex~.",
    .open_word = "graphs",
    .hint = models_hint,
    .hints = {COMMAND_ADD, COMMAND_REMOVE, COMMAND_FREEZE, COMMAND_LEARN, COMMAND_UNDO,
              COMMAND_SAVE, COMMAND_OPEN, COMMAND_NEXT_SPECIFICATION, COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct models),
    .draw = models_draw,
    .command = models_command,
    .mouse = models_mouse,
    .refresh = models_refresh,
    .release = models_release,
};
