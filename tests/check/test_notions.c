#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/check.h"
#include "tests/check/reference.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

/* Every equivalence against its definition, and the reductions. */

static bool holds(enum equivalence equivalence, const struct lts *left, const struct lts *right)
{
    bool verdict = false;
    spex_error error;
    ASSERT_OK(check_equivalence(left, right, equivalence, NULL, &verdict, NULL, &error), error);
    return verdict;
}

static void random_pairs_agree_with_the_definitions(void)
{
    struct random random = {11};
    unsigned yes[EQUIVALENCES] = {0}, rounds = suite_count(5000, 100000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        bool expected[EQUIVALENCES];
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        for (int i = 0; i < EQUIVALENCES; i++) {
            expected[i] = reference_holds((enum equivalence)i, &left, &right);
            CU_ASSERT_EQUAL(holds((enum equivalence)i, &left, &right), expected[i]);
            yes[i] += expected[i];
        }
        system_shuffle(&random, &left);
        system_shuffle(&random, &right);
        for (int i = 0; i < EQUIVALENCES; i++)
            CU_ASSERT_EQUAL(holds((enum equivalence)i, &right, &left), expected[i]);
        lts_release(&left);
        lts_release(&right);
    }
    for (int i = 0; i < EQUIVALENCES; i++)
        CU_ASSERT_TRUE(yes[i] > rounds / 20 && yes[i] < rounds - rounds / 20);
    /* They are different notions: each pair of neighbours was told apart. */
    CU_ASSERT_TRUE(yes[EQUIVALENCE_STRONG] < yes[EQUIVALENCE_DIVERGENCE]);
    CU_ASSERT_TRUE(yes[EQUIVALENCE_DIVERGENCE] < yes[EQUIVALENCE_BRANCHING]);
    CU_ASSERT_TRUE(yes[EQUIVALENCE_BRANCHING] < yes[EQUIVALENCE_WEAK]);
    CU_ASSERT_TRUE(yes[EQUIVALENCE_WEAK] < yes[EQUIVALENCE_WEAK_TRACE]);
    CU_ASSERT_TRUE(yes[EQUIVALENCE_STRONG] < yes[EQUIVALENCE_TRACE]);
}

static void classes_agree_with_the_definitions(void)
{
    static const enum equivalence notions[] = {EQUIVALENCE_BRANCHING, EQUIVALENCE_DIVERGENCE,
                                               EQUIVALENCE_STRONG, EQUIVALENCE_WEAK};
    struct random random = {12};
    struct reference *reference = malloc(sizeof *reference);
    unsigned rounds = suite_count(1000, 20000);
    for (uint32_t round = 0; round < 4 * rounds; round++) {
        struct lts left, right;
        enum equivalence notion = notions[round % 4];
        system_random_pair(&random, round / 4 % SYSTEM_KINDS, &left, &right);
        reference_relate(reference, notion, &left, &right);
        uint32_t numbers[REFERENCE_STATES], count, largest = 0;
        uint32_t *classes[2] = {numbers, numbers + left.state_count};
        spex_error error;
        ASSERT_OK(check_classes(&left, &right, notion, NULL, classes, &count, &error), error);
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

/* -------------------------------------------------------------- reduction */

static void reduce(const struct lts *lts, enum equivalence notion, struct lts *reduced,
                   uint32_t *state_of)
{
    spex_error error;
    if (!ASSERT_OK(check_reduce(lts, notion, NULL, reduced, state_of, &error), error))
        abort();
}

static bool same_system(const struct lts *one, const struct lts *other)
{
    if (one->state_count != other->state_count || one->initial != other->initial ||
        one->transition_count != other->transition_count)
        return false;
    for (size_t i = 0; i < one->transition_count; i++) {
        const struct lts_transition *left = &one->transitions[i], *right = &other->transitions[i];
        if (left->from != right->from || left->to != right->to ||
            strcmp(one->labels.names[left->label], other->labels.names[right->label]) != 0)
            return false;
    }
    return true;
}

/* It says the same, and no two of its states do. */
static void assert_reduced(const struct lts *lts, const struct lts *reduced,
                           enum equivalence notion, const uint32_t *state_of)
{
    CU_ASSERT_TRUE(reference_holds(notion, lts, reduced));
    struct reference *reference = malloc(sizeof *reference);
    reference_relate(reference, notion, lts, reduced);
    for (uint32_t i = 0; i < reduced->state_count; i++)
        for (uint32_t j = 0; j < i; j++)
            CU_ASSERT_FALSE(reference->related[reference->shift + i][reference->shift + j]);
    for (uint32_t i = 0; i < lts->state_count; i++)
        for (uint32_t j = 0; j < reduced->state_count; j++)
            CU_ASSERT_EQUAL(reference->related[i][reference->shift + j], state_of[i] == j);
    free(reference);
    bool reached[REFERENCE_STATES];
    spex_error error;
    ASSERT_OK(check_reachable(reduced, reached, &error), error);
    for (uint32_t i = 0; i < reduced->state_count; i++)
        CU_ASSERT_TRUE(reached[i]);
}

static void name_states(struct lts *lts)
{
    char name[24];
    for (uint32_t i = 0; i < lts->state_count; i++) {
        snprintf(name, sizeof name, "state %u", i);
        symbols_intern(&lts->state_names, name);
    }
}

static void assert_named(const struct lts *lts, const struct lts *reduced, const uint32_t *state_of)
{
    bool reached[REFERENCE_STATES];
    spex_error error;
    ASSERT_OK(check_reachable(lts, reached, &error), error);
    CU_ASSERT_EQUAL(reduced->state_names.count, reduced->state_count);
    for (uint32_t i = 0; i < reduced->state_count; i++) {
        uint32_t member = symbols_find(&lts->state_names, reduced->state_names.names[i]);
        CU_ASSERT_TRUE(member < lts->state_count && state_of[member] == i && reached[member]);
    }
    ASSERT_TEXT(reduced->state_names.names[reduced->initial], lts->state_names.names[lts->initial]);
}

static void random_reductions(void)
{
    struct random random = {13};
    unsigned rounds = suite_count(3000, 60000), smaller = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts lts, other, reduced, again;
        uint32_t state_of[REFERENCE_STATES], same[REFERENCE_STATES];
        enum equivalence notion = (enum equivalence)(round % (EQUIVALENCE_STRONG + 1));
        system_random_pair(&random, round % SYSTEM_KINDS, &other, &lts);
        if (round % 2)
            name_states(&lts);
        reduce(&lts, notion, &reduced, state_of);
        assert_reduced(&lts, &reduced, notion, state_of);
        if (round % 2)
            assert_named(&lts, &reduced, state_of);
        smaller += reduced.state_count < lts.state_count;
        reduce(&reduced, notion, &again, same);
        CU_ASSERT_TRUE(same_system(&reduced, &again));
        lts_release(&lts);
        lts_release(&other);
        lts_release(&reduced);
        lts_release(&again);
    }
    CU_ASSERT_TRUE(smaller > rounds / 4);
}

/* The columns of the table of trusted sizes: file, plain, strong, bb, dpbb. Where some states
 * cannot be reached its sizes count those too: then only the classes are comparable. */
static void check_size(const struct lts *lts, enum equivalence notion, const char *size)
{
    struct lts reduced;
    uint32_t *classes = calloc(lts->state_count, sizeof *classes), count;
    bool *reached = calloc(lts->state_count, sizeof *reached), all = true;
    char found[40];
    spex_error error;
    ASSERT_OK(check_reachable(lts, reached, &error), error);
    for (uint32_t i = 0; i < lts->state_count; i++)
        all = all && reached[i];
    if (all) {
        reduce(lts, notion, &reduced, classes);
        snprintf(found, sizeof found, "%u/%zu", reduced.state_count, reduced.transition_count);
        ASSERT_TEXT(found, size);
        lts_release(&reduced);
    } else {
        ASSERT_OK(check_classes(lts, lts, notion, NULL, (uint32_t *[2]){classes, classes}, &count,
                                &error),
                  error);
        CU_ASSERT_EQUAL(count, (uint32_t)strtoul(size, NULL, 10));
    }
    free(classes);
    free(reached);
}

static void sizes_of_the_research_data(void)
{
    static const enum equivalence columns[] = {EQUIVALENCE_STRONG, EQUIVALENCE_BRANCHING,
                                               EQUIVALENCE_DIVERGENCE};
    const char *path = suite_shared("data/lts/textbook/reduced_sizes.tsv");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return;
    char *line = NULL;
    size_t size = 0;
    unsigned sizes = 0;
    CU_ASSERT_TRUE(getline(&line, &size, file) > 0);
    while (getline(&line, &size, file) > 0) {
        char *rest = line, *fields[5], name[256];
        for (int i = 0; i < 5; i++)
            fields[i] = strsep(&rest, "\t");
        CU_ASSERT_PTR_NOT_NULL_FATAL(fields[4]);
        if (fields[1][0] == '-')
            continue;
        struct lts lts;
        snprintf(name, sizeof name, "data/lts/textbook/%s", fields[0]);
        CU_ASSERT_TRUE_FATAL(system_read_file(&lts, suite_shared(name)));
        for (int i = 0; i < 3; i++, sizes++)
            check_size(&lts, columns[i], fields[2 + i]);
        lts_release(&lts);
    }
    CU_ASSERT_EQUAL(sizes, 87);
    free(line);
    fclose(file);
}

/* ---------------------------------------------------------------- bounds */

/* The traces in which the last but n-th action was an x: with a set of states for each word
 * of n actions. `ending` is what such a trace can be followed by. */
static void remember(struct lts *lts, uint32_t length, const char *ending)
{
    system_read_row(lts, "0;1;");
    uint32_t x = symbols_intern(&lts->labels, "x"), y = symbols_intern(&lts->labels, "y");
    system_add(lts, 0, x, 0);
    system_add(lts, 0, y, 0);
    system_add(lts, 0, x, 1);
    for (uint32_t i = 1; i < length; i++) {
        system_add(lts, i, x, i + 1);
        system_add(lts, i, y, i + 1);
    }
    system_add(lts, length, symbols_intern(&lts->labels, ending), length + 1);
}

/* Whether it was an x and whether it was a y: neither set is among the other. With an `end` where
 * nothing more can be done no states before it are equivalent to those without. */
static void remember_both(struct lts *lts, uint32_t length, bool end)
{
    remember(lts, length, "e");
    uint32_t x = symbols_intern(&lts->labels, "x"), y = symbols_intern(&lts->labels, "y");
    uint32_t first = length + 2;
    system_add(lts, 0, y, first);
    for (uint32_t i = first; i + 1 < first + length; i++) {
        system_add(lts, i, x, i + 1);
        system_add(lts, i, y, i + 1);
    }
    system_add(lts, first + length - 1, symbols_intern(&lts->labels, "f"), length + 1);
    if (end)
        system_add(lts, length, LTS_INTERNAL, first + length);
}

static void what_explodes_is_given_up(void)
{
    struct lts one, other;
    bool verdict;
    spex_error error;
    remember(&one, 12, "e");
    remember(&other, 12, "e");
    /* No state of one is a state of the other; their traces are the same. */
    system_add(&other, 13, symbols_intern(&other.labels, "f"), 13);
    system_add(&one, 13, symbols_intern(&one.labels, "f"), 14);
    system_add(&one, 14, symbols_intern(&one.labels, "f"), 13);
    system_add(&one, 14, symbols_intern(&one.labels, "f"), 15);
    CU_ASSERT_TRUE(holds(EQUIVALENCE_TRACE, &one, &other) ==
                   reference_holds(EQUIVALENCE_TRACE, &one, &other));
    lts_release(&one);
    lts_release(&other);
    if (suite_count(0, 1)) { /* takes half a gigabyte and some seconds */
        remember_both(&one, 40, false);
        remember_both(&other, 40, true);
        CU_ASSERT_EQUAL(
            check_equivalence(&one, &other, EQUIVALENCE_WEAK_TRACE, NULL, &verdict, NULL, &error),
            SPEX_ERROR_MEMORY);
        ASSERT_CONTAINS(error.message, "traces");
        lts_release(&one);
        lts_release(&other);
    }
    /* Internal steps that cannot be left out, and everything reaches everything. */
    enum { LENGTH = 20000 };
    system_read_row(&one, "0;1;");
    char name[16];
    for (uint32_t i = 0; i < LENGTH; i++) {
        snprintf(name, sizeof name, "a%u", i);
        system_add(&one, i, LTS_INTERNAL, i + 1);
        system_add(&one, i, symbols_intern(&one.labels, name), LENGTH);
    }
    system_copy(&other, &one);
    CU_ASSERT_TRUE(holds(EQUIVALENCE_WEAK, &one, &other));
    other.transitions[1].label = other.transitions[3].label;
    CU_ASSERT_EQUAL(check_equivalence(&one, &other, EQUIVALENCE_WEAK, NULL, &verdict, NULL, &error),
                    SPEX_ERROR_MEMORY);
    ASSERT_CONTAINS(error.message, "weak bisimilarity");
    CU_ASSERT_FALSE(holds(EQUIVALENCE_WEAK_TRACE, &one, &other));
    lts_release(&one);
    lts_release(&other);
}

static void memory_may_run_out(void)
{
    for (int notion = 0; notion < EQUIVALENCES; notion++) {
        struct lts left, right;
        system_read_row(&left, "0;4;0:a:1 1:tau:2 1:c:3 2:b:3 0:a:2 3:tau:3");
        system_read_row(&right, "0;4;0:a:1 1:tau:2 1:c:3 2:b:3");
        name_states(&left);
        bool failed = true;
        long k = 1;
        for (; failed && k < 1000; k++) {
            uint32_t numbers[8], *classes[2] = {numbers, numbers + 4}, count;
            struct lts reduced = {0};
            bool verdict;
            spex_error error;
            memory_fail_after(k);
            int status = check_equivalence(&left, &right, (enum equivalence)notion, NULL, &verdict,
                                           NULL, &error);
            if (!status && notion <= EQUIVALENCE_WEAK)
                status = check_classes(&left, &right, (enum equivalence)notion, NULL, classes,
                                       &count, &error);
            if (!status && notion <= EQUIVALENCE_STRONG)
                status =
                    check_reduce(&left, (enum equivalence)notion, NULL, &reduced, numbers, &error);
            memory_fail_after(0);
            CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
            failed = status != SPEX_OK;
            lts_release(&reduced);
        }
        CU_ASSERT_TRUE(k > 10 && !failed);
        lts_release(&left);
        lts_release(&right);
    }
}

static bool count_down(void *context, const char *what, double part)
{
    CU_ASSERT_TRUE(what && part >= 0 && part <= 1);
    return --*(unsigned *)context > 0;
}

static void every_notion_can_be_cancelled(void)
{
    struct random random = {14};
    for (int notion = 0; notion < EQUIVALENCES; notion++) {
        struct lts left, right;
        system_random(&random, &left, 100000, 250000, 3, 20);
        system_copy(&right, &left);
        system_shuffle(&random, &right);
        system_mutate(&random, &right);
        unsigned most = 0;
        for (unsigned calls = 1; calls < 200; calls += 1 + calls / 2) {
            unsigned left_calls = calls;
            struct progress progress = {count_down, &left_calls};
            bool verdict;
            spex_error error;
            int status = check_equivalence(&left, &right, (enum equivalence)notion, &progress,
                                           &verdict, NULL, &error);
            if (status != SPEX_ERROR_CANCELLED)
                break;
            most = calls;
        }
        CU_ASSERT_TRUE(most > 1);
        lts_release(&left);
        lts_release(&right);
    }
}

static void wrong_use_is_refused(void)
{
    struct lts lts, reduced;
    uint32_t numbers[4], *classes[2] = {numbers, numbers + 2}, count;
    spex_error error;
    system_read_row(&lts, "0;2;0:a:1");
    for (int notion = EQUIVALENCE_TRACE; notion <= EQUIVALENCES; notion++)
        CU_ASSERT_EQUAL(
            check_classes(&lts, &lts, (enum equivalence)notion, NULL, classes, &count, &error),
            SPEX_ERROR_USAGE);
    for (int notion = EQUIVALENCE_WEAK; notion <= EQUIVALENCES; notion++)
        CU_ASSERT_EQUAL(
            check_reduce(&lts, (enum equivalence)notion, NULL, &reduced, numbers, &error),
            SPEX_ERROR_USAGE);
    CU_ASSERT_PTR_NULL(equivalence_name((enum equivalence)EQUIVALENCES));
    lts_release(&lts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"random pairs agree with the definitions", random_pairs_agree_with_the_definitions},
        {"classes agree with the definitions", classes_agree_with_the_definitions},
        {"random reductions", random_reductions},
        {"sizes of the research data", sizes_of_the_research_data},
        {"what explodes is given up", what_explodes_is_given_up},
        {"memory may run out", memory_may_run_out},
        {"every notion can be cancelled", every_notion_can_be_cancelled},
        {"wrong use is refused", wrong_use_is_refused},
        {0},
    };
    return suite_run("notions", tests, argc, argv);
}
