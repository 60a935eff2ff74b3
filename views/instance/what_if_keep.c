/* Recording simulated steps, one after the other, as if they had happened now. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"
#include "views/instance/what_if.h"

struct keep_job {
    struct job job;
    struct explorer *explorer;
    struct snapshot *snapshot;
    char *identifier;
    char **names;             /* action and state in turn */
    size_t count;             /* of steps */
    struct expected expected; /* its state is `start` at first, then a recorded step's */
    char *start;
    size_t recorded;
    bool refused; /* the last of them, all the same */
    bool lost;    /* the instance moved on, or is gone: what is left does not follow */
    int status;
    spex_error error;
};

static bool stopped(struct keep_job *self)
{
    if (!atomic_load(&self->job.cancelled))
        return false;
    self->status = error_set(&self->error, SPEX_ERROR_CANCELLED, "cancelled");
    return true;
}

static void keep_run(struct job *job)
{
    struct keep_job *self = (struct keep_job *)job;
    struct spex_manager *manager;
    self->status =
        workspace_manager(self->explorer->workspace, self->snapshot, false, &manager, &self->error);
    while (!self->status && self->recorded < self->count && !stopped(self)) {
        spex_observation observation = {0};
        char *const *step = &self->names[2 * self->recorded];
        int64_t now = workspace_now(self->explorer->workspace);
        self->status = manager_transition_expected(manager, self->identifier, step[0], step[1], now,
                                                   &self->expected, (spex_place){"spex-tui", 0},
                                                   &observation, &self->error);
        self->lost = self->status == SPEX_ERROR_NOT_FOUND;
        if (!observation.transitions)
            break;
        self->refused = self->status == SPEX_ERROR_REFUSED;
        self->recorded++;
        self->expected = (struct expected){observation.transitions, step[1], now};
    }
}

/* What was recorded is not simulated any more; what is left follows it, or stays as it was judged
 * where nothing follows any more. */
static void settle(const struct keep_job *self, struct what_if *what_if)
{
    char *start = self->recorded ? memory_copy_text(self->names[2 * self->recorded - 1]) : NULL;
    for (size_t i = 0; i < self->recorded; i++) {
        free(what_if->steps[i].action);
        free(what_if->steps[i].state);
    }
    what_if->count -= self->recorded;
    what_if->taken -= self->recorded;
    memmove(what_if->steps, what_if->steps + self->recorded,
            what_if->count * sizeof *what_if->steps);
    what_if->transitions = self->expected.transitions;
    what_if->since = self->expected.since;
    what_if->lost = self->lost;
    if (start) {
        free(what_if->start);
        what_if->start = start;
    }
    what_if_base_drop(what_if->base);
    what_if->base = NULL;
    if (self->lost) {
        what_if->error = self->error;
        return;
    }
    for (size_t i = 0; i < what_if->count; i++)
        what_if->steps[i].judged = false;
    what_if_judge(what_if);
}

static void tell(const struct keep_job *self)
{
    struct text words = {0};
    text_printf(&words, "Recorded %zu of %zu step%s of %s", self->recorded, self->count,
                self->count == 1 ? "" : "s", self->identifier);
    if (self->status && self->refused)
        text_printf(&words, "; the policy does not accept the last one: %s", self->error.message);
    else if (self->status)
        text_printf(&words, ": %s", self->error.message);
    explorer_message(self->explorer, self->status ? ROLE_BAD : ROLE_GOOD, "%s%s",
                     text_value(&words), self->status ? "" : ".");
    text_release(&words);
}

static void keep_finish(struct job *job)
{
    struct keep_job *self = (struct keep_job *)job;
    struct explorer *explorer = self->explorer;
    struct what_if *what_if = explorer->what_if;
    explorer->writing--;
    what_if->keeping = false; /* it stayed, because of that */
    if (self->recorded == self->count) {
        what_if_free(what_if);
        explorer->what_if = NULL;
    } else {
        settle(self, what_if);
    }
    tell(self);
    workspace_refresh(explorer->workspace, REFRESH_CHANGED);
    explorer_refresh_views(explorer);
}

static void keep_release(struct job *job)
{
    struct keep_job *self = (struct keep_job *)job;
    file_list_free(self->names, 2 * self->count);
    snapshot_drop(self->snapshot);
    free(self->identifier);
    free(self->start);
    free(self);
}

static bool copy_steps(struct keep_job *self, const struct what_if *what_if)
{
    self->names = memory_allocate(2 * what_if->taken, sizeof *self->names);
    if (!self->names)
        return false;
    self->count = what_if->taken;
    bool good = true;
    for (size_t i = 0; i < self->count; i++) {
        self->names[2 * i] = memory_copy_text(what_if->steps[i].action);
        self->names[2 * i + 1] = memory_copy_text(what_if->steps[i].state);
        good = good && self->names[2 * i] && self->names[2 * i + 1];
    }
    return good;
}

static void keep_confirmed(void *context)
{
    struct explorer *explorer = context;
    struct what_if *what_if = what_if_shown(explorer);
    struct keep_job *self = what_if ? memory_allocate(1, sizeof *self) : NULL;
    if (!what_if)
        what_if_tell_deleted(explorer);
    if (!self)
        return;
    self->job = (struct job){.what = "recording what was simulated",
                             .lane = LANE_WRITE,
                             .may_end = true,
                             .run = keep_run,
                             .finish = keep_finish,
                             .release = keep_release,
                             .part = -1};
    self->explorer = explorer;
    self->snapshot = snapshot_keep(explorer->workspace->snapshot);
    if (!(self->identifier = memory_copy_text(what_if->identifier)) ||
        (what_if->start && !(self->start = memory_copy_text(what_if->start))) ||
        !copy_steps(self, what_if)) {
        keep_release(&self->job);
        return;
    }
    self->expected = (struct expected){what_if->transitions, self->start, what_if->since};
    what_if->keeping = true;
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}

static void keep_declined(void *context)
{
    explorer_message(context, ROLE_DIM, "Not recorded: what is simulated is still there.");
}

/* The first of the steps that recording would end at; SIZE_MAX: none. */
static size_t first_refused(const struct what_if *what_if)
{
    for (size_t i = 0; i < what_if->taken; i++)
        if (what_if->steps[i].judged && what_if->steps[i].refused)
            return i;
    return SIZE_MAX;
}

void what_if_keep(struct what_if *what_if)
{
    struct explorer *explorer = what_if->explorer;
    size_t refused = first_refused(what_if);
    if (what_if_overtaken(what_if)) {
        explorer_message(explorer, ROLE_WARNING,
                         "%s took steps of its own meanwhile: these do not follow any more; w "
                         "begins anew.",
                         what_if->identifier);
        return;
    }
    if (!what_if->taken) {
        explorer_message(explorer, ROLE_DIM, "Nothing is simulated that could be kept.");
        return;
    }
    struct text question = {0};
    text_printf(&question, "Record %zu step%s of %s?", what_if->taken,
                what_if->taken == 1 ? "" : "s", what_if->identifier);
    if (refused != SIZE_MAX && what_if->taken > 1)
        text_printf(&question, " It ends with step %zu, which the policy does not accept.",
                    refused + 1);
    else if (refused != SIZE_MAX)
        text_append(&question, " The policy does not accept it.");
    struct overlay_calls calls = {
        .confirmed = keep_confirmed, .cancelled = keep_declined, .context = explorer};
    overlay_question(&explorer->overlay, text_value(&question), &calls);
    text_release(&question);
}
