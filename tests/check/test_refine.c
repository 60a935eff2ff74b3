#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/components.h"
#include "check/merge.h"
#include "check/refine.h"
#include "check/splitters.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

/* Both ways of refining find the same classes: by signatures (which the other suites hold
 * against the definitions), by splitters, and by splitters that take over in the middle. */

static void make_graph(const struct lts *left, const struct lts *right, enum equivalence notion,
                       struct graph *graph)
{
    struct merged merged;
    uint32_t *component, count;
    spex_error error;
    if (merge(&merged, left, right, notion, &error) ||
        components_find(&merged, NULL, &component, &count, &error) ||
        components_contract(&merged, component, count, graph, &error))
        abort();
    free(component);
    merge_release(&merged);
}

static bool same_classes(const struct partition *one, const struct partition *other)
{
    if (one->block_count != other->block_count)
        return false;
    uint32_t *match = malloc(one->block_count * sizeof *match);
    memset(match, 0xFF, one->block_count * sizeof *match);
    bool same = true;
    for (uint32_t state = 0; same && state < one->state_count; state++) {
        uint32_t *block = &match[one->block_of[state]];
        if (*block == UINT32_MAX)
            *block = other->block_of[state];
        same = *block == other->block_of[state];
    }
    free(match);
    return same;
}

/* Blocks as ranges of elements, block_of and positions say the same. */
static bool sound(const struct partition *partition)
{
    for (uint32_t i = 0; i < partition->state_count; i++)
        if (partition->elements[partition->positions[i]] != i)
            return false;
    uint32_t states = 0;
    for (uint32_t block = 0; block < partition->block_count; block++)
        for (uint32_t i = partition->blocks[block].begin; i < partition->blocks[block].end;
             i++, states++)
            if (partition->block_of[partition->elements[i]] != block)
                return false;
    return states == partition->state_count;
}

static void assert_all_ways(const struct graph *graph, size_t patience)
{
    struct partition signatures, splitters, both;
    spex_error error;
    ASSERT_OK(refine(graph, SIZE_MAX, NULL, NULL, &signatures, &error), error);
    CU_ASSERT_TRUE_FATAL(partition_init(&splitters, graph->state_count));
    ASSERT_OK(split(graph, NULL, NULL, &splitters, &error), error);
    CU_ASSERT_TRUE(sound(&splitters) && same_classes(&signatures, &splitters));
    ASSERT_OK(refine(graph, patience, NULL, NULL, &both, &error), error);
    CU_ASSERT_TRUE(sound(&both) && same_classes(&signatures, &both));
    partition_release(&signatures);
    partition_release(&splitters);
    partition_release(&both);
}

static void small_systems(void)
{
    struct random random = {21};
    unsigned rounds = suite_count(10000, 200000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        struct graph graph;
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        make_graph(&left, &right, (enum equivalence)(round % (EQUIVALENCE_STRONG + 1)), &graph);
        assert_all_ways(&graph, random_below(&random, 40));
        graph_release(&graph);
        lts_release(&left);
        lts_release(&right);
    }
}

static void larger_systems(void)
{
    struct random random = {22};
    unsigned rounds = suite_count(300, 5000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        struct graph graph;
        uint32_t states = 20 + random_below(&random, 300);
        system_random(&random, &left, states, states + random_below(&random, 2 * states),
                      1 + random_below(&random, 3), 10 * random_below(&random, 10));
        system_copy(&right, &left);
        system_disguise(&random, &right, random_below(&random, states));
        if (round % 2)
            system_mutate(&random, &right);
        make_graph(&left, &right, (enum equivalence)(round % (EQUIVALENCE_STRONG + 1)), &graph);
        assert_all_ways(&graph, random_below(&random, 2000));
        graph_release(&graph);
        lts_release(&left);
        lts_release(&right);
    }
}

/* Internal steps downwards only, so that no cycle is contracted; hardly any visible ones. */
static void deep_systems(void)
{
    struct random random = {23};
    unsigned rounds = suite_count(500, 10000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts lts;
        struct graph graph;
        system_read_row(&lts, "0;1;");
        uint32_t states = 10 + random_below(&random, 150), near = 1 + random_below(&random, 20);
        symbols_intern(&lts.labels, "a");
        symbols_intern(&lts.labels, "b");
        for (uint32_t i = 1; i < states; i++)
            for (uint32_t k = random_below(&random, 4); k-- > 0;)
                system_add(&lts, i, LTS_INTERNAL,
                           i - 1 - random_below(&random, i < near ? i : near));
        for (uint32_t i = random_below(&random, states); i-- > 0;)
            system_add(&lts, random_below(&random, states), 1 + random_below(&random, 2),
                       random_below(&random, states));
        make_graph(&lts, &lts, EQUIVALENCE_BRANCHING, &graph);
        assert_all_ways(&graph, random_below(&random, 500));
        graph_release(&graph);
        lts_release(&lts);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"small systems", small_systems},
        {"larger systems", larger_systems},
        {"deep systems", deep_systems},
        {0},
    };
    return suite_run("refine", tests, argc, argv);
}
