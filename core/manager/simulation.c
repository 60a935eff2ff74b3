#include "manager/simulation.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/possible.h"
#include "manager/manager.h"
#include "manager/step_judge.h"
#include "store/shard.h"

struct simulation {
    struct workflow workflow;
    spex_instance *instance;
    struct spex_model *deviations;
    struct step_judge *judges;
};

int simulation_open(struct simulation **simulation, const struct spex_specification *specification,
                    const struct spex_model *model, spex_instance *instance,
                    struct spex_model *deviations, spex_error *error)
{
    struct simulation *made = *simulation = memory_allocate(1, sizeof *made);
    if (!made) {
        spex_instance_free(instance);
        spex_model_free(deviations);
        return error_memory(error);
    }
    /* Neither is changed: a workflow of the manager's owns them. */
    made->workflow = (struct workflow){.name = specification->name,
                                       .specification = (void *)(uintptr_t)specification,
                                       .model = (void *)(uintptr_t)model,
                                       .model_number = 1};
    made->instance = instance;
    made->deviations = deviations;
    made->judges = step_judges_make();
    if (made->judges)
        return SPEX_OK;
    simulation_close(made);
    *simulation = NULL;
    return error_memory(error);
}

void simulation_close(struct simulation *simulation)
{
    if (!simulation)
        return;
    spex_instance_free(simulation->instance);
    spex_model_free(simulation->deviations);
    step_judges_free(simulation->judges);
    free(simulation);
}

/* ------------------------------------------------------------------ judging */

static bool accepts(const struct simulation *simulation, spex_reason reason)
{
    return simulation->workflow.specification->policy.accept >> reason & 1;
}

/* Without a model the first step starts one, if that is accepted. */
static bool judge_unmodelled(const struct simulation *simulation, struct simulated_step *step)
{
    if (simulation->workflow.model)
        return false;
    step->recorded = accepts(simulation, SPEX_REASON_MODEL_NOT_FOUND);
    step->refused = !step->recorded;
    step->verdict = SPEX_VERDICT_LEARNED;
    return true;
}

static int judge_step(struct simulation *simulation, const struct spex_model *deviations,
                      const char *from, struct simulated_step *step, spex_error *error)
{
    const struct workflow *workflow = &simulation->workflow;
    step->judged = step->recorded = true;
    step->refused = false;
    if (judge_unmodelled(simulation, step) ||
        step_judged(workflow, workflow->model->learning, from, step->action, step->state,
                    &step->verdict))
        return SPEX_OK;
    int status = SPEX_OK;
    /* As judge does: so far from the model that one step more changes nothing. */
    if (deviations->transition_count < SHARD_OVERLAY_MAX)
        status = step_judge(simulation->judges, workflow, deviations, from, step->action,
                            step->state, &step->verdict, error);
    step->judged = status == SPEX_OK;
    step->refused = !accepts(simulation, step->verdict == SPEX_VERDICT_STILL_EQUIVALENT
                                             ? SPEX_REASON_STILL_EQUIVALENT
                                             : SPEX_REASON_NOT_EQUIVALENT);
    return status;
}

int simulation_judge(struct simulation *simulation, struct simulated_step *steps, size_t count,
                     spex_error *error)
{
    const char *from = simulation->instance->state ? simulation->instance->state : SPEX_NIL;
    struct spex_model *deviations = model_copy(simulation->deviations);
    int status = deviations ? SPEX_OK : error_memory(error);
    for (size_t i = 0; !status && i < count; i++) {
        struct simulated_step *step = &steps[i];
        if (!step->judged)
            status = judge_step(simulation, deviations, from, step, error);
        bool deviates = step->verdict >= SPEX_VERDICT_STILL_EQUIVALENT;
        if (!status && deviates && deviations->transition_count < SHARD_OVERLAY_MAX)
            status = model_add(deviations, from, step->action, step->state, NULL, error);
        if (step->recorded)
            from = step->state;
    }
    spex_model_free(deviations);
    return status;
}

/* ---------------------------------------------------------- possible states */

/* LTS_BEFORE is no state that a step could name, whatever it is called. */
static uint32_t named(const struct lts *lts, const char *name)
{
    uint32_t state = lts_find_state(lts, name);
    return state == LTS_BEFORE ? SYMBOL_NONE : state;
}

/* Where an instance began is known by its name; what it did from there may have led to several
 * states. */
static void walk_history(struct possible *possible, const spex_instance *instance)
{
    size_t left = instance->step_count;
    const char *start = left ? instance->steps[left - 1].state : instance->state;
    if (!start)
        return; /* before its initialisation */
    possible_place(possible, named(possible->lts, start));
    for (left -= left > 0; left-- > 0;)
        possible_take(possible, instance->steps[left].action);
}

static void walk_steps(struct possible *possible, const struct simulated_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].recorded && strcmp(steps[i].action, SPEX_INITIALISATION) == 0)
            possible_place(possible, named(possible->lts, steps[i].state));
        else if (steps[i].recorded)
            possible_take(possible, steps[i].action);
}

/* The model as it would be, with all that was learned on the way. */
static int grown_model(const struct simulation *simulation, const struct simulated_step *steps,
                       size_t count, struct spex_model **grown, spex_error *error)
{
    const struct spex_model *model = simulation->workflow.model;
    const char *from = simulation->instance->state ? simulation->instance->state : SPEX_NIL;
    *grown = model ? model_copy(model) : model_create(simulation->workflow.name, true);
    int status = *grown ? SPEX_OK : error_memory(error);
    for (size_t i = 0; !status && i < count; i++) {
        if (!steps[i].recorded)
            continue;
        if (steps[i].verdict == SPEX_VERDICT_LEARNED)
            status = model_add(*grown, from, steps[i].action, steps[i].state, NULL, error);
        from = steps[i].state;
    }
    return status;
}

static int make_side(const struct simulation *simulation, enum side side,
                     const struct simulated_step *steps, size_t count, struct lts *lts,
                     spex_error *error)
{
    struct spex_model *model = NULL;
    if (side == LEFT)
        return lts_from_specification(lts, simulation->workflow.specification, true, error);
    int status = grown_model(simulation, steps, count, &model, error);
    if (!status)
        status = lts_from_model(lts, model, true, error);
    spex_model_free(model);
    return status;
}

static int take_names(const struct possible *possible, struct possible_states *states,
                      spex_error *error)
{
    states->names = memory_allocate(possible->count, sizeof *states->names);
    bool taken = states->names;
    for (size_t i = 0; taken && i < possible->count; i++) {
        char number[16];
        char *name = memory_copy_text(lts_state_name(possible->lts, possible->states[i], number));
        taken = name != NULL;
        if (taken)
            states->names[states->count++] = name;
    }
    return taken ? SPEX_OK : error_memory(error);
}

int simulation_possible(const struct simulation *simulation, enum side side,
                        const struct simulated_step *steps, size_t count,
                        struct possible_states *states, spex_error *error)
{
    struct lts lts = {0};
    struct possible possible = {0};
    *states = (struct possible_states){0};
    int status = make_side(simulation, side, steps, count, &lts, error);
    if (!status)
        status = possible_begin(&possible, &lts, error);
    if (!status) {
        walk_history(&possible, simulation->instance);
        walk_steps(&possible, steps, count);
        status = take_names(&possible, states, error);
    }
    possible_release(&possible);
    lts_release(&lts);
    if (status) {
        file_list_free(states->names, states->count);
        *states = (struct possible_states){0};
    }
    return status;
}
