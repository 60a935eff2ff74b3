#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/step_judge.h"
#include "tests/suite.h"

/* A step judged by what is kept of its model, against a full check of model, earlier
 * deviations and step together. */

static const char *const states[] = {"a", "b", "c", "d", "nil", "before initialisation"};
static const char *const actions[] = {"go", "stop", SPEX_INTERNAL};

static const char *some_state(struct random *random, uint32_t among)
{
    return states[random_below(random, among)];
}

static struct spex_specification *make_specification(struct random *random)
{
    struct spex_specification *specification;
    spex_error error;
    if (spex_specification_create(&specification, "Order", &error))
        abort();
    for (uint32_t i = 1 + random_below(random, 7); i-- > 0;)
        if (spex_specification_add(specification, some_state(random, 5),
                                   actions[random_below(random, 2 + (i == 0))],
                                   some_state(random, 5), &error))
            abort();
    return specification;
}

static void add(struct spex_model *model, const char *from, const char *action, const char *to)
{
    if (model_add(model, from, action, to, NULL, NULL))
        abort();
}

/* Most often what the specification says, all of it or most. */
static struct spex_model *make_model(struct random *random,
                                     const struct spex_specification *specification)
{
    struct spex_model *model = model_create("Order", false);
    uint32_t missing = random_below(random, 2) ? UINT32_MAX : random_below(random, 8);
    add(model, SPEX_NIL, SPEX_INITIALISATION, specification->states.names[0]);
    for (uint32_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *step = &specification->transitions[i];
        if (i != missing)
            add(model, specification->states.names[step->from],
                specification->actions.names[step->action], specification->states.names[step->to]);
    }
    return model;
}

static void judge_one(struct random *random, struct step_judge *judges,
                      const struct workflow *workflow, unsigned verdicts[2])
{
    struct spex_model *overlay = model_create("Order", false);
    for (uint32_t i = random_below(random, 3); i-- > 0;)
        add(overlay, some_state(random, 6), actions[random_below(random, 3)],
            some_state(random, 6));
    bool first = random_below(random, 6) == 0;
    const char *from = first ? SPEX_NIL : some_state(random, 6), *to = some_state(random, 6);
    const char *action = first ? SPEX_INITIALISATION : actions[random_below(random, 3)];
    spex_verdict verdict, expected;
    spex_error error;
    ASSERT_OK(step_judge(judges, workflow, overlay, from, action, to, &verdict, &error), error);
    if (model_merge(overlay, workflow->model, NULL))
        abort();
    add(overlay, from, action, to);
    ASSERT_OK(judge_model(workflow->specification, overlay, from, first, &expected, &error), error);
    CU_ASSERT_EQUAL(verdict, expected);
    verdicts[expected == SPEX_VERDICT_STILL_EQUIVALENT]++;
    spex_model_free(overlay);
}

static void steps_are_judged_as_in_full(void)
{
    struct random random = {41};
    unsigned rounds = suite_count(1500, 30000), verdicts[2] = {0};
    struct step_judge *judges = step_judges_make();
    CU_ASSERT_PTR_NOT_NULL_FATAL(judges);
    for (uint32_t round = 0; round < rounds; round++) {
        struct spex_specification *specification = make_specification(&random);
        struct spex_model *model = make_model(&random, specification);
        struct workflow workflow = {.name = model->name,
                                    .specification = specification,
                                    .model = model,
                                    .model_number = round + 1};
        for (int i = 0; i < 6; i++)
            judge_one(&random, judges, &workflow, verdicts);
        spex_model_free(model);
        spex_specification_free(specification);
    }
    step_judges_free(judges);
    CU_ASSERT_TRUE(verdicts[true] > rounds / 4 && verdicts[false] > rounds);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"steps are judged as in full", steps_are_judged_as_in_full},
        {0},
    };
    return suite_run("judging", tests, argc, argv);
}
