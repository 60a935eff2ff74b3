#include "views/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instance/what_if.h"

enum { STEPS_SHOWN = 2000 };

struct instance_job {
    struct job job;
    struct explorer *explorer;
    char *identifier;
    spex_instance *instance;
    spex_error error;
};

static void replace(char **place, const char *value)
{
    if (*place && value && strcmp(*place, value) == 0)
        return;
    char *copy = value ? memory_copy_text(value) : NULL;
    free(*place);
    *place = copy;
}

static void instance_run(struct job *job)
{
    struct instance_job *self = (struct instance_job *)job;
    struct reader *reader;
    if (!workspace_reader(self->explorer->workspace, LANE_STORE, &reader, &self->error))
        reader_instance(reader, self->identifier, STEPS_SHOWN, &self->instance, &self->error);
}

/* The newest step that is not later. */
static void travel_to_moment(struct explorer *explorer)
{
    struct selection *selection = &explorer->selection;
    const spex_instance *instance = selection->instance;
    size_t step = 0;
    while (step < instance->step_count && instance->steps[step].at > selection->moment)
        step++;
    selection->moment = 0;
    if (step < instance->step_count)
        selection->travel = step;
    else if (instance->step_count)
        explorer_message(explorer, ROLE_WARNING,
                         "That was before the %zu newest steps, which are shown.",
                         instance->step_count);
}

static void instance_finish(struct job *job)
{
    struct instance_job *self = (struct instance_job *)job;
    struct selection *selection = &self->explorer->selection;
    if (!selection->identifier || strcmp(selection->identifier, self->identifier) != 0)
        return;
    /* Looking at a past step stays there when newer ones come in. */
    if (selection->instance && self->instance && selection->travel > 0 &&
        self->instance->transitions > selection->instance->transitions)
        selection->travel +=
            (size_t)(self->instance->transitions - selection->instance->transitions);
    if (!self->instance || selection->travel > self->instance->step_count)
        selection->travel = 0;
    spex_instance_free(selection->instance);
    selection->instance = self->instance;
    selection->instance_error = self->error;
    selection->loading = false;
    self->instance = NULL;
    if (selection->moment && selection->instance)
        travel_to_moment(self->explorer);
    if (selection->instance)
        replace(&selection->specification, selection->instance->specification);
    explorer_refresh_views(self->explorer);
    enum command pending = self->explorer->pending;
    self->explorer->pending = COMMAND_NONE;
    if (pending != COMMAND_NONE && selection->instance)
        explorer_command(self->explorer, pending);
}

static void instance_release(struct job *job)
{
    struct instance_job *self = (struct instance_job *)job;
    spex_instance_free(self->instance);
    free(self->identifier);
    free(self);
}

static void load(struct explorer *explorer)
{
    struct instance_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.what = "reading the instance",
                             .lane = LANE_STORE,
                             .run = instance_run,
                             .finish = instance_finish,
                             .release = instance_release,
                             .part = -1};
    self->explorer = explorer;
    self->identifier = memory_copy_text(explorer->selection.identifier);
    if (!self->identifier) {
        instance_release(&self->job);
        return;
    }
    explorer->selection.loading = true;
    jobs_submit(explorer->jobs, &self->job);
}

/* A file that cannot be read is called by its own name, until it is mended. */
static const char *find_renamed(const struct workspace *workspace, const char *name)
{
    for (size_t i = 0; name && i < workspace->summary_count; i++) {
        const struct project_entry *entry = workspace->summaries[i].entry;
        if (entry && (entry->lts || strcmp(file_name(entry->path), name) == 0))
            return workspace->summaries[i].name;
    }
    return NULL;
}

void selection_follow(struct explorer *explorer)
{
    struct selection *selection = &explorer->selection;
    struct workspace *workspace = explorer->workspace;
    if (workspace->summary_count && !workspace_find(workspace, selection->specification)) {
        const char *renamed = find_renamed(workspace, selection->specification);
        if (renamed || explorer->restored)
            replace(&selection->specification, renamed);
    }
    if (workspace->summary_count)
        explorer->restored = false;
    if (!selection->specification && workspace->summary_count)
        replace(&selection->specification, workspace->summaries[0].name);
    if (selection->identifier)
        load(explorer);
}

void selection_release(struct selection *selection)
{
    free(selection->specification);
    free(selection->identifier);
    spex_instance_free(selection->instance);
    memset(selection, 0, sizeof *selection);
}

void explorer_select_specification(struct explorer *explorer, const char *name)
{
    struct selection *selection = &explorer->selection;
    if (selection->instance && strcmp(selection->instance->specification, name) != 0)
        explorer_select_instance(explorer, NULL, name);
    replace(&selection->specification, name);
    explorer_refresh_views(explorer);
}

void explorer_select_instance(struct explorer *explorer, const char *identifier,
                              const char *specification)
{
    struct selection *selection = &explorer->selection;
    bool same =
        identifier && selection->identifier && strcmp(identifier, selection->identifier) == 0;
    replace(&selection->identifier, identifier);
    if (specification)
        replace(&selection->specification, specification);
    if (!same) {
        spex_instance_free(selection->instance);
        selection->instance = NULL;
        error_clear(&selection->instance_error);
        selection->travel = 0;
    }
    selection->moment = 0;
    if (identifier)
        load(explorer);
}

void explorer_travel_to(struct explorer *explorer, int64_t moment)
{
    explorer->selection.moment = moment;
}

void explorer_move_specification(struct explorer *explorer, int by)
{
    struct workspace *workspace = explorer->workspace;
    size_t count = 0, current = 0;
    for (size_t i = 0; i < workspace->summary_count; i++) {
        const struct summary *summary = &workspace->summaries[i];
        if (!summary->entry || !summary->entry->specification)
            continue;
        if (summary == explorer_summary(explorer))
            current = count;
        count++;
    }
    if (count)
        explorer_select_specification(
            explorer,
            workspace->summaries[(current + count + (size_t)(by + (int)count)) % count].name);
}

bool explorer_other_specification(const struct explorer *explorer)
{
    const struct workspace *workspace = explorer->workspace;
    for (size_t i = 0; i < workspace->summary_count; i++) {
        const struct summary *summary = &workspace->summaries[i];
        if (summary != explorer_summary(explorer) && summary->entry &&
            summary->entry->specification)
            return true;
    }
    return false;
}

const struct summary *explorer_summary(const struct explorer *explorer)
{
    return workspace_find(explorer->workspace, explorer->selection.specification);
}

const spex_step *explorer_travel_step(const struct explorer *explorer)
{
    const struct selection *selection = &explorer->selection;
    if (!selection->instance || selection->travel >= selection->instance->step_count)
        return NULL;
    return &selection->instance->steps[selection->travel];
}

const char *explorer_travel_state(const struct explorer *explorer)
{
    const struct selection *selection = &explorer->selection;
    if (!selection->instance)
        return NULL;
    if (what_if_shown(explorer))
        return what_if_state(explorer->what_if);
    const spex_step *step = explorer_travel_step(explorer);
    if (step)
        return step->state;
    return selection->travel == 0 ? selection->instance->state : NULL;
}

bool explorer_travel(struct explorer *explorer, enum command command)
{
    struct selection *selection = &explorer->selection;
    if (command != COMMAND_OLDER && command != COMMAND_NEWER)
        return false;
    if (what_if_shown(explorer))
        return what_if_command(explorer, command == COMMAND_OLDER ? COMMAND_UNDO : COMMAND_REDO);
    if (!selection->instance) {
        explorer_message(explorer, ROLE_WARNING, "No instance is selected; 2 lists them.");
        return true;
    }
    if (command == COMMAND_NEWER && selection->travel > 0)
        selection->travel--;
    else if (command == COMMAND_OLDER && selection->travel + 1 < selection->instance->step_count)
        selection->travel++;
    else
        explorer_message(explorer, ROLE_DIM,
                         command == COMMAND_NEWER ? "This is the newest step."
                                                  : "This is the oldest step.");
    explorer_refresh_views(explorer);
    return true;
}
