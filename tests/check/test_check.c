#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/check.h"
#include "tests/check/reference.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static bool equivalent(const struct lts *left, const struct lts *right)
{
    bool verdict = false;
    spex_error error;
    ASSERT_OK(check_equivalence(left, right, EQUIVALENCE_BRANCHING, NULL, &verdict, NULL, &error),
              error);
    return verdict;
}

/* ------------------------------------------------------------ verdicts */

static void known_pairs(void)
{
    static const struct {
        const char *left, *right;
        bool verdict;
    } pairs[] = {
        {"0;1;", "0;1;", true},
        {"0;1;", "0;2;0:tau:1", true},
        {"0;1;", "0;1;0:tau:0", true},
        {"0;2;0:a:1", "0;2;0:b:1", false},
        {"0;2;0:a:1", "1;2;1:a:0", true},
        {"0;2;0:a:1", "0;2;0:a:1 0:a:1", true},
        {"0;2;0:a:1", "0;3;0:a:1 2:b:0", true},
        /* a.tau.b = a.b */
        {"0;4;0:a:1 1:tau:2 2:b:3", "0;3;0:a:1 1:b:2", true},
        /* a.(tau.(x+y)+x) = a.(x+y) */
        {"0;4;0:a:1 1:tau:2 1:x:3 2:x:3 2:y:3", "0;3;0:a:1 1:x:2 1:y:2", true},
        /* tau.a + b is not a + b */
        {"0;3;0:tau:1 1:a:2 0:b:2", "0;2;0:a:1 0:b:1", false},
        /* a.(b+c) is not a.b + a.c */
        {"0;4;0:a:1 1:b:2 1:c:3", "0;5;0:a:1 0:a:2 1:b:3 2:c:4", false},
        /* weakly, but not branching bisimilar */
        {"0;4;0:a:1 1:tau:2 1:c:3 2:b:3 0:a:2", "0;4;0:a:1 1:tau:2 1:c:3 2:b:3", false},
        /* an internal cycle is left at any of its states */
        {"0;4;0:tau:1 1:tau:0 0:a:2 1:b:3", "0;2;0:a:1 0:b:1", true},
        /* only plain branching bisimilarity: divergence does not count */
        {"0;2;0:tau:0 0:a:1", "0;2;0:a:1", true},
        /* a visible label that only looks internal */
        {"0;2;0:i:1", "0;1;", false},
        {"0;2;0:τ:1", "0;2;0:tau:1", false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct lts left, right;
        system_read_row(&left, pairs[i].left);
        system_read_row(&right, pairs[i].right);
        CU_ASSERT_EQUAL(reference_equivalent(&left, &right), pairs[i].verdict);
        CU_ASSERT_EQUAL(equivalent(&left, &right), pairs[i].verdict);
        CU_ASSERT_EQUAL(equivalent(&right, &left), pairs[i].verdict);
        CU_ASSERT_TRUE(equivalent(&left, &left));
        lts_release(&left);
        lts_release(&right);
    }
}

static void random_pairs_agree_with_the_definition(void)
{
    struct random random = {1};
    unsigned verdicts[2] = {0};
    for (uint32_t round = 0; round < 10000; round++) {
        struct lts left, right;
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        bool expected = reference_equivalent(&left, &right);
        verdicts[expected]++;
        CU_ASSERT_EQUAL(equivalent(&left, &right), expected);
        system_shuffle(&random, &left);
        system_shuffle(&random, &right);
        CU_ASSERT_EQUAL(equivalent(&right, &left), expected);
        if (round % SYSTEM_KINDS == 1 || round % SYSTEM_KINDS == 4)
            CU_ASSERT_TRUE(expected);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(verdicts[false] > 2000 && verdicts[true] > 2000);
}

static void classes_agree_with_the_definition(void)
{
    struct random random = {2};
    struct reference *reference = malloc(sizeof *reference);
    for (uint32_t round = 0; round < 2000; round++) {
        struct lts left, right;
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        reference_find(reference, &left, &right);
        uint32_t numbers[REFERENCE_STATES], count, largest = 0;
        uint32_t *classes[2] = {numbers, numbers + left.state_count};
        spex_error error;
        ASSERT_OK(
            check_classes(&left, &right, EQUIVALENCE_BRANCHING, NULL, classes, &count, &error),
            error);
        for (uint32_t i = 0; i < reference->states; i++) {
            if (numbers[i] > largest)
                largest = numbers[i];
            for (uint32_t j = 0; j < reference->states; j++)
                if ((numbers[i] == numbers[j]) != reference->related[i][j])
                    CU_FAIL("a class is not what the definition says");
        }
        CU_ASSERT_EQUAL(count, largest + 1);
        lts_release(&left);
        lts_release(&right);
    }
    free(reference);
}

/* --------------------------------------------------------------- sizes */

static void chains_of_any_length(void)
{
    enum { LENGTH = 2000000 };
    struct lts chain, cycle, one;
    system_read_row(&one, "0;2;0:a:1");
    system_read_row(&chain, "0;1;");
    system_read_row(&cycle, "0;1;");
    uint32_t action = symbols_intern(&chain.labels, "a");
    symbols_intern(&cycle.labels, "a");
    for (uint32_t i = 0; i < LENGTH; i++) {
        system_add(&chain, i, LTS_INTERNAL, i + 1);
        system_add(&cycle, i, LTS_INTERNAL, i + 1);
    }
    system_add(&cycle, LENGTH, LTS_INTERNAL, 0);
    system_add(&chain, LENGTH, action, LENGTH + 1);
    system_add(&cycle, LENGTH / 2, action, LENGTH + 1);
    CU_ASSERT_TRUE(equivalent(&chain, &one));
    CU_ASSERT_TRUE(equivalent(&one, &cycle));
    CU_ASSERT_TRUE(equivalent(&cycle, &chain));
    system_add(&chain, LENGTH + 1, action, LENGTH + 1);
    CU_ASSERT_FALSE(equivalent(&chain, &one));
    lts_release(&chain);
    lts_release(&cycle);
    lts_release(&one);
}

/* Each state of the chain is a class of its own: with a look at every state for each of
 * them this would take hours. */
static void long_chains_part_one_by_one(void)
{
    enum { LENGTH = 200000 };
    struct lts left, right;
    system_read_row(&left, "0;1;");
    system_read_row(&right, "0;1;");
    uint32_t labels[2] = {symbols_intern(&left.labels, "a"), symbols_intern(&left.labels, "b")};
    symbols_intern(&right.labels, "a");
    symbols_intern(&right.labels, "b");
    for (uint32_t i = 0; i < LENGTH; i++) {
        system_add(&left, i, labels[i % 2], i + 1);
        if (i % 2)
            system_add(&left, i, LTS_INTERNAL, i - 1);
        system_add(&right, LENGTH - i, labels[i % 2], LENGTH - i - 1);
        if (i % 2)
            system_add(&right, LENGTH - i, LTS_INTERNAL, LENGTH - i + 1);
    }
    right.initial = LENGTH;
    CU_ASSERT_TRUE(equivalent(&left, &right));
    right.initial = LENGTH - 2;
    CU_ASSERT_FALSE(equivalent(&left, &right));
    lts_release(&left);
    lts_release(&right);
}

/* -------------------------------------------------------------- failures */

static bool count_down(void *context, const char *what, double part)
{
    CU_ASSERT_TRUE(what && part >= 0 && part <= 1);
    return --*(unsigned *)context > 0;
}

static void a_comparison_can_be_cancelled(void)
{
    struct random random = {3};
    struct lts left;
    system_random(&random, &left, 200000, 600000, 3, 40);
    bool verdict;
    spex_error error;
    for (unsigned asked = 1; asked <= 3; asked++) { /* the first time both sides are searched */
        unsigned calls = asked;
        struct progress progress = {count_down, &calls};
        CU_ASSERT_EQUAL(check_equivalence(&left, &left, EQUIVALENCE_BRANCHING, &progress, &verdict,
                                          NULL, &error),
                        SPEX_ERROR_CANCELLED);
        ASSERT_CONTAINS(error.message, "cancelled");
        CU_ASSERT_EQUAL(calls, 0);
    }
    lts_release(&left);
}

static void bad_systems_are_refused(void)
{
    struct lts good, bad;
    bool verdict;
    spex_error error;
    system_read_row(&good, "0;2;0:a:1");
    system_read_row(&bad, "0;2;0:a:2");
    CU_ASSERT_EQUAL(
        check_equivalence(&good, &bad, EQUIVALENCE_BRANCHING, NULL, &verdict, NULL, &error),
        SPEX_ERROR_INTERNAL);
    ASSERT_CONTAINS(error.message, "right");
    lts_release(&bad);
    system_read_row(&bad, "2;2;0:a:1");
    CU_ASSERT_EQUAL(
        check_equivalence(&bad, &good, EQUIVALENCE_BRANCHING, NULL, &verdict, NULL, &error),
        SPEX_ERROR_INTERNAL);
    ASSERT_CONTAINS(error.message, "left");
    CU_ASSERT_EQUAL(
        check_equivalence(&good, &good, (enum equivalence)77, NULL, &verdict, NULL, &error),
        SPEX_ERROR_USAGE);
    lts_release(&good);
    lts_release(&bad);
}

static void reachable_states_are_found(void)
{
    struct lts lts;
    bool reached[5];
    spex_error error;
    system_read_row(&lts, "1;5;0:a:1 1:tau:3 3:b:1 4:a:4");
    ASSERT_OK(check_reachable(&lts, reached, &error), error);
    CU_ASSERT_TRUE(!reached[0] && reached[1] && !reached[2] && reached[3] && !reached[4]);
    lts_release(&lts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"known pairs", known_pairs},
        {"random pairs agree with the definition", random_pairs_agree_with_the_definition},
        {"classes agree with the definition", classes_agree_with_the_definition},
        {"chains of any length", chains_of_any_length},
        {"long chains part one by one", long_chains_part_one_by_one},
        {"a comparison can be cancelled", a_comparison_can_be_cancelled},
        {"bad systems are refused", bad_systems_are_refused},
        {"reachable states are found", reachable_states_are_found},
        {0},
    };
    return suite_run("check", tests, argc, argv);
}
