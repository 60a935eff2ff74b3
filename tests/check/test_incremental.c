#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/incremental.h"
#include "tests/check/reference.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

/* Asked step by step, or for several steps at once, the answer is the definition's. */

enum { MOST_STEPS = 4 };

static void add_step(struct lts *lts, const struct incremental_step *step)
{
    bool internal = strcmp(step->action, SPEX_INTERNAL) == 0;
    system_add(lts, step->from,
               internal ? LTS_INTERNAL : symbols_intern(&lts->labels, step->action), step->to);
}

/* A specification, and a model of it: mostly the same behaviour in other words. */
static void make_pair(struct random *random, uint32_t round, struct lts *specification,
                      struct lts *model)
{
    if (round % 2) { /* deterministic, as most are */
        uint32_t states = 2 + random_below(random, 6);
        system_read_row(specification, "0;1;");
        symbols_intern(&specification->labels, "a");
        symbols_intern(&specification->labels, "b");
        for (uint32_t i = 0; i < 2 * states; i++)
            if (random_below(random, 3))
                system_add(specification, i / 2, 1 + i % 2, random_below(random, states));
        if (specification->state_count < states)
            specification->state_count = states;
    } else {
        system_random(random, specification, 1 + random_below(random, 7), random_below(random, 14),
                      2, 10 * random_below(random, 5));
    }
    system_copy(model, specification);
    if (random_below(random, 3))
        system_disguise(random, model, random_below(random, 4));
    if (random_below(random, 8) == 0)
        system_mutate(random, model);
}

static struct incremental_step random_step(struct random *random, const struct lts *model)
{
    static const char *const actions[] = {"a", "b", "a", "b", "new", SPEX_INTERNAL};
    uint32_t states = model->state_count + 1;
    return (struct incremental_step){random_below(random, states), actions[random_below(random, 6)],
                                     random_below(random, states)};
}

static void check_asked(const struct incremental *incremental, const struct lts *specification,
                        const struct lts *model, enum equivalence notion,
                        const struct incremental_step *steps, size_t count, unsigned tally[2][2])
{
    struct lts grown;
    bool equivalent, checked, reaches;
    spex_error error;
    system_copy(&grown, model);
    for (size_t i = 0; i < count; i++)
        add_step(&grown, &steps[i]);
    ASSERT_OK(incremental_ask(incremental, steps, count, &equivalent, &checked, &error), error);
    CU_ASSERT_EQUAL(equivalent, reference_holds(notion, specification, &grown));
    tally[checked][equivalent]++;
    bool *reached = calloc(grown.state_count + 1, sizeof *reached);
    ASSERT_OK(check_reachable(&grown, reached, &error), error);
    for (uint32_t state = 0; state <= grown.state_count; state++) {
        ASSERT_OK(incremental_reaches(incremental, steps, count, state, &reaches, &error), error);
        CU_ASSERT_EQUAL(reaches, reached[state]);
    }
    free(reached);
    lts_release(&grown);
}

static void answers_are_the_definitions(void)
{
    struct random random = {31};
    unsigned rounds = suite_count(4000, 100000), tally[2][2] = {{0}};
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts specification, model;
        struct incremental *incremental;
        struct incremental_step steps[MOST_STEPS];
        enum equivalence notion = round / 2 % 2 ? EQUIVALENCE_DIVERGENCE : EQUIVALENCE_BRANCHING;
        spex_error error;
        make_pair(&random, round, &specification, &model);
        if (!ASSERT_OK(incremental_create(&incremental, &specification, &model, notion, &error),
                       error))
            abort();
        for (int question = 0; question < 6; question++) {
            size_t count = question < 4 ? 1 : random_below(&random, MOST_STEPS + 1);
            for (size_t i = 0; i < count; i++)
                steps[i] = random_step(&random, &model);
            check_asked(incremental, &specification, &model, notion, steps, count, tally);
        }
        incremental_free(incremental);
        lts_release(&specification);
        lts_release(&model);
    }
    /* The rules decide most, and both ways. */
    CU_ASSERT_TRUE(tally[false][true] > rounds && tally[false][false] > rounds / 2);
    CU_ASSERT_TRUE(tally[true][true] > 10 && tally[true][false] > rounds / 4);
    printf("     by rules %u yes, %u no; in full %u yes, %u no\n", tally[false][true],
           tally[false][false], tally[true][true], tally[true][false]);
}

/* What an instance does in a state that the model does not have is not accepted blindly. */
static void unknown_states(void)
{
    struct lts specification, model;
    struct incremental *incremental;
    bool equivalent, checked;
    spex_error error;
    system_read_row(&specification, "0;3;0:a:1 1:b:2");
    system_read_row(&model, "0;3;0:a:1 1:b:2");
    ASSERT_OK(
        incremental_create(&incremental, &specification, &model, EQUIVALENCE_BRANCHING, &error),
        error);
    const struct incremental_step steps[] = {{1, "b", 3}, {3, "c", 3}, {3, "c", 4}};
    ASSERT_OK(incremental_ask(incremental, steps, 1, &equivalent, &checked, &error), error);
    CU_ASSERT_TRUE(equivalent && !checked); /* another end */
    ASSERT_OK(incremental_ask(incremental, steps, 2, &equivalent, &checked, &error), error);
    CU_ASSERT_TRUE(!equivalent && !checked);
    ASSERT_OK(incremental_ask(incremental, steps, 3, &equivalent, &checked, &error), error);
    CU_ASSERT_TRUE(!equivalent && checked);
    ASSERT_OK(incremental_ask(incremental, NULL, 0, &equivalent, &checked, &error), error);
    CU_ASSERT_TRUE(equivalent && !checked);
    incremental_free(incremental);
    CU_ASSERT_EQUAL(
        incremental_create(&incremental, &specification, &model, EQUIVALENCE_WEAK, &error),
        SPEX_ERROR_USAGE);
    lts_release(&specification);
    lts_release(&model);
}

static void memory_may_run_out(void)
{
    struct lts specification, model;
    system_read_row(&specification, "0;3;0:a:1 1:b:2 0:tau:1");
    system_read_row(&model, "0;3;0:a:1 1:b:2 0:tau:1");
    const struct incremental_step steps[] = {{1, "c", 3}, {4, "a", 2}};
    bool failed = true;
    long k = 1;
    for (; failed && k < 1000; k++) {
        struct incremental *incremental = NULL;
        bool equivalent, reaches;
        spex_error error;
        memory_fail_after(k);
        int status =
            incremental_create(&incremental, &specification, &model, EQUIVALENCE_BRANCHING, &error);
        if (!status)
            status = incremental_ask(incremental, steps, 2, &equivalent, NULL, &error);
        if (!status)
            status = incremental_reaches(incremental, steps, 2, 4, &reaches, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        failed = status != SPEX_OK;
        incremental_free(incremental);
    }
    CU_ASSERT_TRUE(k > 20 && !failed);
    lts_release(&specification);
    lts_release(&model);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"answers are the definition's", answers_are_the_definitions},
        {"unknown states", unknown_states},
        {"memory may run out", memory_may_run_out},
        {0},
    };
    return suite_run("incremental", tests, argc, argv);
}
