#include <stdlib.h>

#include "base/base.h"
#include "check/comparison.h"
#include "check/inclusion.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

/* What only one side can do is found by any search, and is as short. */

static void make_quotient(struct comparison *comparison, const struct lts *left,
                          const struct lts *right, enum equivalence base, struct quotient *quotient)
{
    spex_error error;
    comparison->arena = arena_make(NULL, 0);
    if (compare(comparison, left, right, base, NULL, &error) ||
        quotient_build(quotient, &comparison->merged, comparison->component, &comparison->graph,
                       &comparison->partition, false, &error))
        abort();
}

static uint32_t length_of(const struct inclusion *inclusion, uint32_t pair)
{
    uint32_t length = 1;
    for (; inclusion->pairs[pair].parent != NO_PAIR; pair = inclusion->pairs[pair].parent)
        length += inclusion->pairs[pair].label != LTS_INTERNAL;
    return length;
}

/* The length of a trace that only the one side has; 0: there is none. */
static uint32_t search(struct inclusion *inclusion, const struct quotient *quotient, enum side side,
                       const struct levels *levels)
{
    enum inclusion_answer answer;
    uint32_t last;
    uint64_t edge;
    spex_error error;
    struct inclusion_question question = {.one = quotient->initial[side],
                                          .other = quotient->initial[side == LEFT ? RIGHT : LEFT],
                                          .ending = SYMBOL_NONE,
                                          .most_work = SIZE_MAX};
    inclusion->levels = levels;
    ASSERT_OK(inclusion_find(inclusion, &question, NULL, &answer, &last, &edge, &error), error);
    CU_ASSERT_NOT_EQUAL(answer, INCLUSION_UNDECIDED);
    return answer == INCLUDED ? 0 : length_of(inclusion, last);
}

static struct {
    unsigned told, included, spared;
} seen;

static void assert_alike(const struct lts *left, const struct lts *right, enum equivalence base)
{
    struct comparison comparison;
    struct quotient quotient;
    struct levels levels;
    struct inclusion inclusion;
    spex_error error;
    make_quotient(&comparison, left, right, base, &quotient);
    ASSERT_OK(levels_build_whole(&levels, &quotient, NULL, &error), error);
    CU_ASSERT_TRUE_FATAL(inclusion_prepare(&inclusion, &quotient.graph));
    for (int side = LEFT; side <= RIGHT; side++) {
        uint32_t length = search(&inclusion, &quotient, (enum side)side, NULL);
        uint32_t pairs = inclusion.pair_count;
        CU_ASSERT_EQUAL(search(&inclusion, &quotient, (enum side)side, &levels), length);
        seen.told += length > 1;
        seen.included += length == 0;
        seen.spared += inclusion.pair_count < pairs;
    }
    /* Levels that were given up early guide as well. */
    levels_release(&levels);
    bool found;
    ASSERT_OK(levels_build(&levels, &quotient, false, NULL, &found, &error), error);
    for (int side = LEFT; side <= RIGHT && found; side++)
        CU_ASSERT_EQUAL(search(&inclusion, &quotient, (enum side)side, &levels),
                        search(&inclusion, &quotient, (enum side)side, NULL));
    inclusion_release(&inclusion);
    levels_release(&levels);
    quotient_release(&quotient);
    comparison_release(&comparison);
}

static bool apart(const struct lts *left, const struct lts *right, enum equivalence base)
{
    bool equivalent;
    spex_error error;
    ASSERT_OK(check_equivalence(left, right, base, NULL, &equivalent, NULL, &error), error);
    return !equivalent;
}

static void guided_searches(void)
{
    static const enum equivalence bases[] = {EQUIVALENCE_STRONG, EQUIVALENCE_BRANCHING};
    struct random random = {25};
    for (uint32_t i = 0; i < suite_count(4000, 100000); i++) {
        struct lts left, right;
        if (i % 2) {
            system_random_pair(&random, i / 2 % SYSTEM_KINDS, &left, &right);
        } else {
            uint32_t states = 10 + random_below(&random, 30);
            system_random(&random, &left, states, 2 * states, 3, 20);
            system_copy(&right, &left);
            system_mutate(&random, &right);
            system_shuffle(&random, &right);
        }
        for (size_t k = 0; k < sizeof bases / sizeof *bases; k++)
            if (apart(&left, &right, bases[k]))
                assert_alike(&left, &right, bases[k]);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(seen.told > 100);
    CU_ASSERT_TRUE(seen.included > 100);
    CU_ASSERT_TRUE(seen.spared > 100);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"guided searches", guided_searches}, {0}};
    return suite_run("traces", tests, argc, argv);
}
