#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/coverage.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static void find(const struct lts *specification, const struct lts *model,
                 struct coverage *coverage)
{
    struct fraction transitions;
    spex_error error;
    ASSERT_OK(coverage_find(specification, model, true, NULL, coverage, &error), error);
    ASSERT_OK(coverage_of(specification, model, NULL, &transitions, &error), error);
    CU_ASSERT_EQUAL(transitions.covered, coverage->transition_count.covered);
    CU_ASSERT_EQUAL(transitions.total, coverage->transition_count.total);
    CU_ASSERT_TRUE(coverage->pair_count.covered <= coverage->pair_count.total);
    CU_ASSERT_TRUE(coverage->state_count.covered <= coverage->state_count.total);
}

static bool same_step(const struct lts_transition *one, const struct lts_transition *other)
{
    return one->from == other->from && one->label == other->label && one->to == other->to;
}

static size_t find_step(const struct lts *lts, const struct lts_transition *step)
{
    for (size_t i = 0; i < lts->transition_count; i++)
        if (same_step(&lts->transitions[i], step))
            return i;
    return SIZE_MAX;
}

/* The runs are runs, they take all that is missing, and none is for nothing. Answers how
 * many there are. */
static size_t assert_runs(const struct lts *lts, const struct coverage *coverage)
{
    struct path *runs;
    size_t count, left;
    spex_error error;
    ASSERT_OK(coverage_runs(lts, coverage, NULL, &runs, &count, &left, &error), error);
    CU_ASSERT_EQUAL(left, 0);
    bool *taken = calloc(lts->transition_count + 1, sizeof *taken);
    for (size_t i = 0; i < count; i++) {
        uint32_t state = lts->initial;
        bool useful = false;
        for (size_t k = 0; k < runs[i].count; k++) {
            size_t number = find_step(lts, &runs[i].steps[k]);
            CU_ASSERT_EQUAL(runs[i].steps[k].from, state);
            CU_ASSERT_NOT_EQUAL_FATAL(number, SIZE_MAX);
            state = runs[i].steps[k].to;
            useful |= !taken[number] && coverage->transitions[number] == COVERING_NOT;
            taken[number] = true;
        }
        CU_ASSERT_TRUE(useful);
    }
    for (size_t i = 0; i < lts->transition_count; i++)
        CU_ASSERT_TRUE(coverage->transitions[i] != COVERING_NOT || taken[i]);
    free(taken);
    coverage_runs_free(runs, count);
    return count;
}

/* As a specification's transitions are: each once. */
static void make_distinct(struct lts *lts)
{
    size_t kept = 0;
    for (size_t i = 0; i < lts->transition_count; i++)
        if (find_step(lts, &lts->transitions[i]) >= kept)
            lts->transitions[kept++] = lts->transitions[i];
    lts->transition_count = kept;
}

/* ------------------------------------------------------------ definitions */

static void what_is_equivalent_is_covered(void)
{
    struct random random = {11};
    unsigned equivalent = 0;
    for (uint32_t round = 0; round < suite_count(2000, 40000); round++) {
        struct lts left, right;
        struct coverage coverage;
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        make_distinct(&left);
        find(&left, &right, &coverage);
        if (coverage.equivalent) {
            equivalent++;
            CU_ASSERT_EQUAL(coverage.transition_count.covered, coverage.transition_count.total);
            CU_ASSERT_EQUAL(coverage.state_count.covered, coverage.state_count.total);
            CU_ASSERT_EQUAL(coverage.pair_count.covered, coverage.pair_count.total);
        }
        CU_ASSERT_EQUAL(assert_runs(&left, &coverage) == 0,
                        coverage.transition_count.covered == coverage.transition_count.total);
        coverage_release(&coverage);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(equivalent > 500);
}

static void name_states(struct lts *lts)
{
    char name[24];
    for (uint32_t i = 0; i < lts->state_count; i++) {
        snprintf(name, sizeof name, "state %u", i);
        symbols_intern(&lts->state_names, name);
    }
}

/* The model is a part of the specification, with the same names: just what can be reached of
 * it is covered, and just the pairs in it. */
static void what_a_part_shows_is_covered(void)
{
    struct random random = {12};
    unsigned parts = 0;
    for (uint32_t round = 0; round < suite_count(2000, 40000); round++) {
        struct lts whole, part;
        struct coverage coverage;
        system_random(&random, &whole, 1 + random_below(&random, 8), random_below(&random, 20), 3,
                      20);
        make_distinct(&whole);
        system_copy(&part, &whole);
        name_states(&whole);
        name_states(&part);
        for (uint32_t i = random_below(&random, 4); i > 0 && part.transition_count; i--) {
            uint32_t place = random_below(&random, (uint32_t)part.transition_count);
            part.transitions[place] = part.transitions[--part.transition_count];
        }
        find(&whole, &part, &coverage);
        bool reached[8];
        spex_error error;
        ASSERT_OK(check_reachable(&part, reached, &error), error);
        for (size_t i = 0; !coverage.equivalent && i < whole.transition_count; i++) {
            size_t number = find_step(&part, &whole.transitions[i]);
            bool shown = number != SIZE_MAX && reached[whole.transitions[i].from];
            CU_ASSERT_EQUAL(coverage.transitions[i] == COVERING_COVERED, shown);
        }
        for (uint32_t state = 0; !coverage.equivalent && state < whole.state_count; state++)
            CU_ASSERT_EQUAL(coverage.states[state] == COVERING_COVERED, reached[state]);
        parts += !coverage.equivalent;
        assert_runs(&whole, &coverage);
        coverage_release(&coverage);
        lts_release(&whole);
        lts_release(&part);
    }
    CU_ASSERT_TRUE(parts > 500);
}

/* --------------------------------------------------------------- by hand */

static void read_pair(struct lts *specification, struct lts *model, const char *one,
                      const char *other)
{
    system_read_row(specification, one);
    system_read_row(model, other);
}

static void assert_counts(const char *one, const char *other, unsigned transitions, unsigned states,
                          unsigned pairs, unsigned runs)
{
    struct lts specification, model;
    struct coverage coverage;
    read_pair(&specification, &model, one, other);
    find(&specification, &model, &coverage);
    CU_ASSERT_EQUAL(coverage.transition_count.covered, transitions);
    CU_ASSERT_EQUAL(coverage.state_count.covered, states);
    CU_ASSERT_EQUAL(coverage.pair_count.covered, pairs);
    CU_ASSERT_EQUAL(assert_runs(&specification, &coverage), runs);
    coverage_release(&coverage);
    lts_release(&specification);
    lts_release(&model);
}

static void small_examples(void)
{
    /* Nothing was seen. */
    assert_counts("0;3;0:a:1 1:b:2", "0;1;", 0, 1, 0, 1);
    assert_counts("0;3;0:a:1 1:b:2", "0;2;0:a:1", 1, 2, 0, 1);
    assert_counts("0;3;0:a:1 1:b:2", "0;3;0:a:1 1:b:2", 2, 3, 1, 0);
    /* A loop: a and b were seen, but never a behind b. */
    assert_counts("0;2;0:a:1 1:b:0", "0;3;0:a:1 1:b:2", 2, 2, 1, 0);
    /* One run takes the loop before what ends it. */
    assert_counts("0;4;0:end:1 0:a:2 2:b:0 2:c:3 3:d:0", "0;1;", 0, 1, 0, 1);
    /* Two ends take two runs. */
    assert_counts("0;3;0:a:1 0:b:2", "0;1;", 0, 1, 0, 2);
    /* Internal steps on the way are covered with what is behind them. */
    assert_counts("0;4;0:tau:1 1:a:2 0:b:3", "0;2;0:a:1", 2, 3, 1, 1);
    /* What cannot be reached does not count. */
    assert_counts("0;3;0:a:1 2:b:1", "0;2;0:a:1", 1, 2, 0, 0);
    /* An initialisation is no transition to be covered. */
    assert_counts("0;3;0:__initialisation__:1 1:a:2", "0;2;0:__initialisation__:1", 0, 1, 0, 1);
    assert_counts("0;3;0:__initialisation__:1 1:a:2", "0;3;0:__initialisation__:1 1:a:2", 1, 2, 0,
                  0);
}

/* Behind a step that is not allowed it goes on in the state of that name. */
static void a_deviation_is_jumped_over(void)
{
    struct lts specification, model;
    struct coverage coverage;
    read_pair(&specification, &model, "0;4;0:a:1 1:b:2 2:c:3", "0;4;0:x:2 2:c:3");
    name_states(&specification);
    name_states(&model);
    find(&specification, &model, &coverage);
    CU_ASSERT_FALSE(coverage.equivalent);
    CU_ASSERT_EQUAL(coverage.transitions[0], COVERING_NOT);
    CU_ASSERT_EQUAL(coverage.transitions[1], COVERING_NOT);
    CU_ASSERT_EQUAL(coverage.transitions[2], COVERING_COVERED);
    CU_ASSERT_EQUAL(coverage.state_count.covered, 3);
    coverage_release(&coverage);
    lts_release(&specification);
    lts_release(&model);
}

/* ---------------------------------------------------------------- limits */

static void long_specifications_are_planned(void)
{
    enum { LENGTH = 20000 };
    struct lts specification, model;
    struct coverage coverage;
    read_pair(&specification, &model, "0;1;", "0;1;");
    uint32_t a = symbols_intern(&specification.labels, "a");
    for (uint32_t i = 0; i < LENGTH; i++)
        system_add(&specification, i, i % 3 ? a : LTS_INTERNAL, i + 1);
    find(&specification, &model, &coverage);
    CU_ASSERT_EQUAL(coverage.transition_count.total, LENGTH);
    struct path *runs;
    size_t count, left;
    spex_error error;
    ASSERT_OK(coverage_runs(&specification, &coverage, NULL, &runs, &count, &left, &error), error);
    /* Bounded work: what is in no run is said. */
    size_t taken = count ? runs[0].count : 0;
    CU_ASSERT_TRUE(count == 1 && taken > 100 && taken + left == LENGTH);
    coverage_runs_free(runs, count);
    coverage_release(&coverage);
    lts_release(&specification);
    lts_release(&model);
}

static bool never(void *context, const char *what, double part)
{
    (void)context;
    CU_ASSERT_TRUE(what && part >= 0 && part <= 1);
    return false;
}

static void it_can_be_cancelled_and_fail(void)
{
    struct lts specification, model;
    struct coverage coverage = {0};
    spex_error error;
    struct progress progress = {never, NULL};
    struct random random = {13};
    system_random(&random, &specification, 3000, 300000, 3, 10);
    system_copy(&model, &specification);
    /* Where there is no difference there is nothing to walk through. */
    model.transitions[0].label = symbols_intern(&model.labels, "another");
    CU_ASSERT_EQUAL(coverage_find(&specification, &model, true, &progress, &coverage, &error),
                    SPEX_ERROR_CANCELLED);
    CU_ASSERT_PTR_NULL(coverage.transitions);
    lts_release(&specification);
    lts_release(&model);
    read_pair(&specification, &model, "0;4;0:tau:1 1:a:2 0:b:3 2:b:0", "0;2;0:a:1");
    bool failed = true;
    long k = 1;
    for (; failed && k < 1000; k++) {
        struct path *runs = NULL;
        size_t count = 0, left;
        memory_fail_after(k);
        int status = coverage_find(&specification, &model, true, NULL, &coverage, &error);
        if (!status)
            status = coverage_runs(&specification, &coverage, NULL, &runs, &count, &left, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        failed = status != SPEX_OK;
        coverage_runs_free(runs, count);
        coverage_release(&coverage);
    }
    CU_ASSERT_TRUE(k > 20 && !failed);
    lts_release(&specification);
    lts_release(&model);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"what is equivalent is covered", what_is_equivalent_is_covered},
        {"what a part shows is covered", what_a_part_shows_is_covered},
        {"small examples", small_examples},
        {"a deviation is jumped over", a_deviation_is_jumped_over},
        {"long specifications are planned", long_specifications_are_planned},
        {"it can be cancelled and fail", it_can_be_cancelled_and_fail},
        {0},
    };
    return suite_run("coverage", tests, argc, argv);
}
