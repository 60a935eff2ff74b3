/* Judging simulated steps, off the loop. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instance/what_if.h"

/* What steps are judged by, made by the first job that needs it. Jobs of one lane take turns,
 * and nobody else looks inside. */
struct what_if_base {
    atomic_int references;
    struct snapshot *snapshot;
    struct simulation *simulation;
};

struct what_if_job {
    struct job job;
    struct explorer *explorer;
    struct what_if_base *base;
    char *identifier, *specification;
    uint64_t generation, transitions;
    int64_t since;
    struct simulated_step *steps; /* copies */
    size_t count, taken;
    struct possible_states possible[2];
    int status;
    spex_error error;
};

void what_if_base_drop(struct what_if_base *base)
{
    if (!base || atomic_fetch_sub(&base->references, 1) != 1)
        return;
    simulation_close(base->simulation);
    snapshot_drop(base->snapshot);
    free(base);
}

/* The instance as it is stored, with all it did. */
static int read_instance(const struct what_if_job *self, spex_instance **instance,
                         struct spex_model *deviations, spex_error *error)
{
    struct reader *reader;
    *instance = NULL;
    int status = workspace_reader(self->explorer->workspace, LANE_WORK, &reader, error);
    if (!status)
        status = reader_instance(reader, self->identifier, 0, instance, error);
    if (!status)
        status = reader_deviations(reader, self->identifier, deviations, error);
    if (!status &&
        ((*instance)->transitions != self->transitions || (*instance)->since != self->since))
        status = error_set(error, SPEX_ERROR_USAGE, "%s moved on meanwhile", self->identifier);
    return status;
}

static int open_base(const struct what_if_job *self, spex_error *error)
{
    const struct project_entry *entry =
        project_find(&self->base->snapshot->project, self->specification);
    if (!entry || !entry->specification)
        return error_set(error, SPEX_ERROR_NOT_FOUND, "%s is no longer loaded",
                         self->specification);
    if (entry->model_error.status)
        return error_set(error, entry->model_error.status, "%s", entry->model_error.message);
    spex_instance *instance = NULL;
    struct spex_model *deviations = model_create(self->specification, false);
    int status =
        deviations ? read_instance(self, &instance, deviations, error) : error_memory(error);
    if (!status)
        return simulation_open(&self->base->simulation, entry->specification, entry->model,
                               instance, deviations, error);
    spex_instance_free(instance);
    spex_model_free(deviations);
    return status;
}

static void what_if_run(struct job *job)
{
    struct what_if_job *self = (struct what_if_job *)job;
    int status = SPEX_OK;
    if (atomic_load(&job->cancelled))
        status = error_set(&self->error, SPEX_ERROR_CANCELLED, "judging was cancelled");
    if (!status && !self->base->simulation)
        status = open_base(self, &self->error);
    if (!status)
        status = simulation_judge(self->base->simulation, self->steps, self->count, &self->error);
    for (int side = LEFT; !status && side <= RIGHT; side++)
        status = simulation_possible(self->base->simulation, (enum side)side, self->steps,
                                     self->taken, &self->possible[side], &self->error);
    self->status = status;
}

static void what_if_finish(struct job *job)
{
    struct what_if_job *self = (struct what_if_job *)job;
    struct what_if *what_if = self->explorer->what_if;
    if (!what_if || what_if->base != self->base || what_if->generation != self->generation)
        return;
    error_clear(&what_if->error);
    if (self->status) {
        what_if->error = self->error;
        explorer_refresh_views(self->explorer);
        return;
    }
    for (size_t i = 0; i < self->count; i++) {
        struct simulated_step *step = &what_if->steps[i];
        char *action = step->action, *state = step->state;
        *step = self->steps[i];
        step->action = action;
        step->state = state;
    }
    for (int side = LEFT; side <= RIGHT; side++) {
        struct possible_states before = what_if->possible[side];
        what_if->possible[side] = self->possible[side];
        self->possible[side] = before;
    }
    what_if->known = true;
    explorer_refresh_views(self->explorer);
}

static void what_if_release(struct job *job)
{
    struct what_if_job *self = (struct what_if_job *)job;
    for (int side = LEFT; side <= RIGHT; side++)
        file_list_free(self->possible[side].names, self->possible[side].count);
    for (size_t i = 0; self->steps && i < self->count; i++) {
        free(self->steps[i].action);
        free(self->steps[i].state);
    }
    free(self->steps);
    what_if_base_drop(self->base);
    free(self->identifier);
    free(self->specification);
    free(self);
}

static bool copy_steps(struct what_if_job *self, const struct what_if *what_if)
{
    self->steps = memory_allocate(what_if->count, sizeof *self->steps);
    bool good = self->steps;
    for (size_t i = 0; good && i < what_if->count; i++, self->count++) {
        self->steps[i] = what_if->steps[i];
        self->steps[i].action = memory_copy_text(what_if->steps[i].action);
        self->steps[i].state = memory_copy_text(what_if->steps[i].state);
        good = self->steps[i].action && self->steps[i].state;
    }
    return good;
}

/* A base for the files as they are now, by which the manager judges too, whatever is edited; what
 * was judged by others is judged again. */
static bool take_base(struct what_if *what_if)
{
    struct snapshot *snapshot = what_if->explorer->workspace->files;
    if (what_if->base && what_if->base->snapshot == snapshot)
        return true;
    what_if_base_drop(what_if->base);
    what_if->base = memory_allocate(1, sizeof *what_if->base);
    if (!what_if->base)
        return false;
    atomic_init(&what_if->base->references, 1);
    what_if->base->snapshot = snapshot_keep(snapshot);
    for (size_t i = 0; i < what_if->count; i++)
        what_if->steps[i].judged = false;
    return true;
}

void what_if_refresh(struct explorer *explorer)
{
    struct what_if *what_if = what_if_shown(explorer);
    if (what_if && what_if->base && what_if->base->snapshot != explorer->workspace->files)
        what_if_judge(what_if);
}

void what_if_judge(struct what_if *what_if)
{
    struct what_if_job *self = memory_allocate(1, sizeof *self);
    what_if->generation++;
    what_if->known = false;
    error_clear(&what_if->error);
    if (!self)
        return;
    self->job = (struct job){.what = "judging what was simulated",
                             .lane = LANE_WORK,
                             .run = what_if_run,
                             .finish = what_if_finish,
                             .release = what_if_release,
                             .part = -1};
    self->explorer = what_if->explorer;
    self->generation = what_if->generation;
    self->transitions = what_if->transitions;
    self->since = what_if->since;
    self->taken = what_if->taken;
    self->identifier = memory_copy_text(what_if->identifier);
    self->specification = memory_copy_text(what_if->specification);
    bool good =
        self->identifier && self->specification && take_base(what_if) && copy_steps(self, what_if);
    if (what_if->base && good) {
        self->base = what_if->base;
        atomic_fetch_add(&self->base->references, 1);
        jobs_submit(what_if->explorer->jobs, &self->job);
    } else {
        what_if_release(&self->job);
    }
}
