/* What is cut out of an LTS, and what two differ in: against the plainest definitions. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/difference.h"
#include "graph/part.h"
#include "tests/graph/examples.h"
#include "tests/suite.h"

/* Steps between all states, in both directions, by trying every way; UINT32_MAX: none. */
static uint32_t *distances(const struct lts *lts)
{
    uint32_t n = lts->state_count;
    uint32_t *far = malloc((size_t)n * n * sizeof *far);
    memset(far, 0xff, (size_t)n * n * sizeof *far);
    for (uint32_t s = 0; s < n; s++)
        far[s * n + s] = 0;
    for (uint32_t round = 0; round < n; round++)
        for (uint32_t s = 0; s < n; s++)
            for (size_t i = 0; i < lts->transition_count; i++) {
                uint32_t *a = &far[s * n + lts->transitions[i].from];
                uint32_t *b = &far[s * n + lts->transitions[i].to];
                if (*a != UINT32_MAX && *b > *a + 1)
                    *b = *a + 1;
                if (*b != UINT32_MAX && *a > *b + 1)
                    *a = *b + 1;
            }
    return far;
}

static bool is_there(const struct lts *lts, uint32_t from, const char *label, uint32_t to)
{
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        if (t->from == from && t->to == to &&
            strcmp(symbols_name(&lts->labels, t->label), label) == 0)
            return true;
    }
    return false;
}

/* Names, transitions and the maps between part and whole fit together. */
static void expect_consistent(const struct lts_part *part, const struct lts *whole)
{
    for (uint32_t s = 0; s < part->lts.state_count; s++) {
        char own[16], other[16];
        ASSERT_TEXT(lts_state_name(&part->lts, s, own),
                    lts_state_name(whole, part->origin[s], other));
        CU_ASSERT_EQUAL(part->state_of[part->origin[s]], s);
    }
    for (size_t i = 0; i < whole->transition_count; i++) {
        const struct lts_transition *t = &whole->transitions[i];
        uint32_t from = part->state_of[t->from], to = part->state_of[t->to];
        uint32_t here = part->transition_of[i];
        bool both = from != SYMBOL_NONE && to != SYMBOL_NONE;
        if (here == SYMBOL_NONE) {
            CU_ASSERT_TRUE(!both || (from == to && t->label == LTS_INTERNAL));
            continue;
        }
        CU_ASSERT_TRUE(both && part->lts.transitions[here].from == from &&
                       part->lts.transitions[here].to == to);
        ASSERT_TEXT(symbols_name(&part->lts.labels, part->lts.transitions[here].label),
                    symbols_name(&whole->labels, t->label));
    }
    CU_ASSERT_EQUAL(part->initial, part->state_of[whole->initial] != SYMBOL_NONE);
    CU_ASSERT_TRUE(part->lts.initial < part->lts.state_count);
}

static void neighbourhoods(void)
{
    struct random random = {5};
    for (unsigned round = 0; round < 400; round++) {
        struct lts lts;
        struct lts_part part;
        spex_error error;
        random_lts(&lts, &random, 14, 20);
        uint32_t n = lts.state_count, centre = random_below(&random, n);
        uint32_t steps = random_below(&random, 5), limit = 1 + random_below(&random, 14);
        uint32_t *far = distances(&lts);
        if (ASSERT_OK(part_neighbourhood(&part, &lts, centre, steps, limit, &error), error)) {
            expect_consistent(&part, &lts);
            CU_ASSERT_TRUE(part.lts.state_count <= limit);
            CU_ASSERT_TRUE(part.state_of[centre] != SYMBOL_NONE);
            uint32_t within = 0;
            for (uint32_t s = 0; s < n; s++) {
                uint32_t away = far[centre * n + s];
                bool there = part.state_of[s] != SYMBOL_NONE;
                within += away <= steps && away != UINT32_MAX;
                CU_ASSERT_TRUE(!there || away <= steps);
                /* all that are as near as is said, none that is farther but the next ones */
                CU_ASSERT_TRUE(there || away > part.steps || away == UINT32_MAX ||
                               part.steps > steps);
                CU_ASSERT_TRUE(!there || away <= part.steps + 1);
            }
            CU_ASSERT_EQUAL(part.lts.state_count, within < limit ? within : limit);
            part_release(&part);
        }
        free(far);
        lts_release(&lts);
    }
}

static void quotients_and_all(void)
{
    struct random random = {6};
    for (unsigned round = 0; round < 400; round++) {
        struct lts lts;
        struct lts_part part;
        spex_error error;
        random_lts(&lts, &random, 14, 30);
        uint32_t classes[14], count = 1 + random_below(&random, 6);
        for (uint32_t s = 0; s < lts.state_count; s++)
            classes[s] = random_below(&random, count);
        if (ASSERT_OK(part_quotient(&part, &lts, classes, count, &error), error)) {
            expect_consistent(&part, &lts);
            for (uint32_t s = 0; s < lts.state_count; s++)
                CU_ASSERT_EQUAL(classes[part.origin[part.state_of[s]]], classes[s]);
            /* each step between classes, and each only once */
            for (size_t i = 0; i < part.lts.transition_count; i++)
                for (size_t k = 0; k < i; k++)
                    CU_ASSERT_TRUE(memcmp(&part.lts.transitions[i], &part.lts.transitions[k],
                                          sizeof part.lts.transitions[i]) != 0);
            part_release(&part);
        }
        if (ASSERT_OK(part_all(&part, &lts, &error), error)) {
            expect_consistent(&part, &lts);
            CU_ASSERT_EQUAL(part.lts.state_count, lts.state_count);
            CU_ASSERT_EQUAL(part.lts.transition_count, lts.transition_count);
            part_release(&part);
        }
        lts_release(&lts);
    }
}

static void differences_and_ghosts(void)
{
    struct lts left, right;
    spex_error error;
    bool matched[8], wanted[8];
    example_lts(&left, "a --[go]-> b\nb --[__internal__]-> c\nc --[on]-> d\nd --[back]-> a\n"
                       "x --[alone]-> y\n");
    example_lts(&right, "a --[go]-> b\nb --[__internal__]-> c\nb --[go]-> a\n");
    ASSERT_OK(lts_matched(&left, &right, matched, &error), error);
    static const bool expected[] = {true, true, false, false, false};
    for (int i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(matched[i], expected[i]);
        wanted[i] = !matched[i];
    }
    ASSERT_OK(lts_matched(&right, &left, matched, &error), error);
    CU_ASSERT_TRUE(matched[0] && matched[1] && !matched[2]);
    /* d comes with what leads there and on; x hangs on nothing */
    ASSERT_OK(lts_add_ghosts(&right, &left, wanted, &error), error);
    CU_ASSERT_EQUAL(right.state_count, 4);
    CU_ASSERT_EQUAL(right.transition_count, 5);
    uint32_t c = lts_find_state(&right, "c"), d = lts_find_state(&right, "d");
    CU_ASSERT_EQUAL(d, 3);
    CU_ASSERT_TRUE(is_there(&right, c, "on", d));
    CU_ASSERT_TRUE(is_there(&right, d, "back", lts_find_state(&right, "a")));
    lts_release(&left);
    lts_release(&right);
}

/* Whichever allocation fails: an error and nothing left. */
static void memory_may_run_out(void)
{
    struct lts lts;
    uint32_t classes[32] = {0};
    example_lts(&lts, examples[0].lines);
    for (int what = 0; what < 2; what++) {
        int status = SPEX_ERROR_MEMORY, refused = 0;
        for (long k = 1; status && k < 1000; k++) {
            struct lts_part part;
            spex_error error;
            memory_fail_after(k);
            status = what ? part_quotient(&part, &lts, classes, 1, &error)
                          : part_neighbourhood(&part, &lts, 1, 2, 3, &error);
            memory_fail_after(0);
            CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
            refused += status != SPEX_OK;
            if (!status)
                part_release(&part);
        }
        CU_ASSERT_TRUE(refused > 5);
    }
    lts_release(&lts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"neighbourhoods", neighbourhoods},
                                        {"quotients, and all", quotients_and_all},
                                        {"differences and ghosts", differences_and_ghosts},
                                        {"memory may run out", memory_may_run_out},
                                        {NULL, NULL}};
    return suite_run("parts", tests, argc, argv);
}
