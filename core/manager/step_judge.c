#include "manager/step_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/incremental.h"

/* A server has few models at work at a time. */
enum { JUDGES = 16 };

struct step_judge {
    uint64_t model_number; /* 0: none */
    struct incremental *incremental;
    struct symbols states; /* the model's, number for number */
};

struct step_judge *step_judges_make(void)
{
    return memory_allocate(JUDGES, sizeof(struct step_judge));
}

static void release(struct step_judge *judge)
{
    incremental_free(judge->incremental);
    symbols_release(&judge->states);
    *judge = (struct step_judge){0};
}

void step_judges_free(struct step_judge *judges)
{
    for (size_t i = 0; judges && i < JUDGES; i++)
        release(&judges[i]);
    free(judges);
}

/* The judge by the workflow's model; another model's gives way. */
static int find(struct step_judge *judges, const struct workflow *workflow,
                struct step_judge **found, spex_error *error)
{
    struct step_judge *judge = *found = &judges[workflow->model_number % JUDGES];
    struct lts specification = {0}, model = {0};
    if (judge->incremental && judge->model_number == workflow->model_number)
        return SPEX_OK;
    release(judge);
    int status = lts_from_specification(&specification, workflow->specification, true, error);
    if (!status)
        status = lts_from_model(&model, workflow->model, true, error);
    if (!status)
        status = incremental_create(&judge->incremental, &specification, &model,
                                    EQUIVALENCE_BRANCHING, error);
    if (!status && !symbols_copy(&judge->states, &model.state_names))
        status = error_memory(error);
    judge->model_number = workflow->model_number;
    lts_release(&specification);
    lts_release(&model);
    if (status)
        release(judge);
    return status;
}

/* States that the model does not have are numbered behind its own. LTS_BEFORE is no state
 * that a step could name, whatever it is called. */
static uint32_t number_state(const struct step_judge *judge, struct symbols *others,
                             const char *name)
{
    uint32_t known = symbols_find(&judge->states, name);
    if (known != SYMBOL_NONE && known != LTS_BEFORE)
        return known;
    uint32_t other = symbols_intern(others, name);
    return other == SYMBOL_NONE ? SYMBOL_NONE : judge->states.count + other;
}

static bool number_step(const struct step_judge *judge, struct symbols *others, const char *from,
                        const char *action, const char *to, struct incremental_step *step)
{
    bool first = strcmp(from, SPEX_NIL) == 0 && strcmp(action, SPEX_INITIALISATION) == 0;
    step->from = first ? LTS_BEFORE : number_state(judge, others, from);
    step->action = action;
    step->to = number_state(judge, others, to);
    return step->from != SYMBOL_NONE && step->to != SYMBOL_NONE;
}

bool step_judged(const struct workflow *workflow, bool learning, const char *from,
                 const char *action, const char *to, spex_verdict *verdict)
{
    *verdict = SPEX_VERDICT_NOT_EQUIVALENT;
    if (learning)
        *verdict = SPEX_VERDICT_LEARNED;
    else if (model_has(workflow->model, from, action, to))
        *verdict = SPEX_VERDICT_CONFORMS;
    else
        return !workflow->specification;
    return true;
}

int step_judge(struct step_judge *judges, const struct workflow *workflow,
               const struct spex_model *overlay, const char *from, const char *action,
               const char *to, spex_verdict *verdict, spex_error *error)
{
    struct step_judge *judge;
    int status = find(judges, workflow, &judge, error);
    if (status)
        return status;
    struct symbols others = {0};
    size_t count = overlay->transition_count;
    struct incremental_step *steps = memory_resize(NULL, count + 1, sizeof *steps);
    bool good = steps, reached = true, equivalent = false;
    for (size_t i = 0; good && i < count; i++)
        good = number_step(judge, &others, overlay->transitions[i].from,
                           overlay->transitions[i].action, overlay->transitions[i].to, &steps[i]);
    good = good && number_step(judge, &others, from, action, to, &steps[count]);
    status = good ? incremental_reaches(judge->incremental, steps, count + 1, steps[count].from,
                                        &reached, error)
                  : error_memory(error);
    /* A step from where nobody gets to would change no verdict. */
    if (!status && reached)
        status = incremental_ask(judge->incremental, steps, count + 1, &equivalent, NULL, error);
    *verdict = equivalent ? SPEX_VERDICT_STILL_EQUIVALENT : SPEX_VERDICT_NOT_EQUIVALENT;
    symbols_release(&others);
    free(steps);
    return status;
}
