#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check/components.h"
#include "check/deterministic.h"
#include "check/merge.h"
#include "check/numbering.h"
#include "check/refine.h"
#include "check/signatures.h"
#include "check/splitters.h"
#include "tests/check/systems.h"
#include "tests/suite.h"

static unsigned deterministic_graphs, parted;

/* All ways of refining find the same classes: by signatures (which the other suites hold
 * against the definitions), in rounds first, by splitters, and by splitters that take over in the
 * middle. */

static void make_graph(struct arena *arena, const struct lts *left, const struct lts *right,
                       enum equivalence notion, struct graph *graph)
{
    struct merged merged;
    uint32_t *component;
    spex_error error;
    if (merge(&merged, arena, left, right, notion, &error) ||
        components_build(&merged, NULL, arena, NULL, &component, graph, &error))
        abort();
}

static bool same_classes(uint32_t states, const uint32_t *one, uint32_t one_count,
                         const uint32_t *other, uint32_t other_count)
{
    uint32_t *match = malloc(one_count * sizeof *match);
    memset(match, 0xFF, one_count * sizeof *match);
    bool same = one_count == other_count;
    for (uint32_t state = 0; same && state < states; state++) {
        if (match[one[state]] == UINT32_MAX)
            match[one[state]] = other[state];
        same = match[one[state]] == other[state];
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

/* From where internal steps within its block of the level lead, with the label into the block;
 * an internal step only into another block. */
static bool can(const struct graph *graph, const struct levels *levels, uint32_t level,
                uint32_t state, uint32_t label, uint32_t block)
{
    uint32_t own = levels_block(levels, state, level);
    for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++) {
        uint32_t target = edge_target(graph->edges[i]);
        uint32_t after = levels_block(levels, target, level);
        bool within = edge_label(graph->edges[i]) == LTS_INTERNAL && after == own;
        if (within ? can(graph, levels, level, target, label, block)
                   : edge_label(graph->edges[i]) == label && after == block)
            return true;
    }
    return false;
}

/* Whether one state can do something that the other cannot, in the blocks of the level. */
static bool can_more(const struct graph *graph, const struct levels *levels, uint32_t level,
                     uint32_t one, uint32_t other)
{
    for (uint32_t i = 0; i < graph->first[graph->state_count]; i++) {
        uint32_t label = edge_label(graph->edges[i]);
        uint32_t block = levels_block(levels, edge_target(graph->edges[i]), level);
        if (can(graph, levels, level, one, label, block) &&
            !can(graph, levels, level, other, label, block))
            return true;
    }
    return false;
}

/* The same classes, and wherever two states part there was a reason. */
static void assert_order(const struct graph *graph, const uint32_t *classes, uint32_t count)
{
    struct levels levels;
    spex_error error;
    uint32_t states = graph->state_count;
    CU_ASSERT_TRUE_FATAL(levels_begin(&levels, states));
    ASSERT_OK(split_in_order(graph, NULL, NULL, &levels, &error), error);
    CU_ASSERT_TRUE(sound(&levels.partition));
    CU_ASSERT_TRUE(same_classes(states, classes, count, levels.partition.block_of,
                                levels.partition.block_count));
    for (uint32_t one = 0; one < states && states <= 24; one++)
        for (uint32_t other = 0; other < one; other++) {
            uint32_t level = levels_apart(&levels, one, other);
            CU_ASSERT_EQUAL(level == 0, classes[one] == classes[other]);
            CU_ASSERT_TRUE(!level || can_more(graph, &levels, level - 1, one, other) ||
                           can_more(graph, &levels, level - 1, other, one));
            parted += level > 1;
        }
    levels_release(&levels);
}

static void assert_all_ways(const struct graph *graph, size_t patience, struct arena *arena)
{
    struct partition splitters;
    uint32_t *signatures, *rounds, *both, count, rounds_count, both_count;
    uint32_t states = graph->state_count;
    spex_error error;
    ASSERT_OK(refine(graph, SIZE_MAX, false, NULL, arena, NULL, &signatures, &count, &error),
              error);
    ASSERT_OK(refine(graph, SIZE_MAX, true, NULL, arena, NULL, &rounds, &rounds_count, &error),
              error);
    CU_ASSERT_TRUE(same_classes(states, signatures, count, rounds, rounds_count));
    CU_ASSERT_TRUE_FATAL(partition_init(&splitters, states));
    ASSERT_OK(split(graph, NULL, NULL, &splitters, &error), error);
    CU_ASSERT_TRUE(sound(&splitters));
    CU_ASSERT_TRUE(
        same_classes(states, signatures, count, splitters.block_of, splitters.block_count));
    assert_order(graph, signatures, count);
    ASSERT_OK(refine(graph, patience, patience % 2, NULL, arena, NULL, &both, &both_count, &error),
              error);
    CU_ASSERT_TRUE(same_classes(states, signatures, count, both, both_count));
    if (deterministic(graph)) {
        bool equivalent;
        uint32_t pair[2] = {states / 3, states - 1};
        ASSERT_OK(deterministic_compare(graph, pair, arena, NULL, &equivalent, &error), error);
        CU_ASSERT_EQUAL(equivalent, signatures[pair[0]] == signatures[pair[1]]);
        deterministic_graphs++;
    }
    partition_release(&splitters);
}

static void small_systems(void)
{
    struct random random = {21};
    unsigned rounds = suite_count(10000, 200000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        struct graph graph;
        struct arena arena = arena_make(NULL, 0);
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        make_graph(&arena, &left, &right, (enum equivalence)(round % (EQUIVALENCE_STRONG + 1)),
                   &graph);
        assert_all_ways(&graph, random_below(&random, 40), &arena);
        arena_release(&arena);
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
        struct arena arena = arena_make(NULL, 0);
        uint32_t states = 20 + random_below(&random, 300);
        system_random(&random, &left, states, states + random_below(&random, 2 * states),
                      1 + random_below(&random, 3), 10 * random_below(&random, 10));
        system_copy(&right, &left);
        system_disguise(&random, &right, random_below(&random, states));
        if (round % 2)
            system_mutate(&random, &right);
        make_graph(&arena, &left, &right, (enum equivalence)(round % (EQUIVALENCE_STRONG + 1)),
                   &graph);
        assert_all_ways(&graph, random_below(&random, 2000), &arena);
        arena_release(&arena);
        lts_release(&left);
        lts_release(&right);
    }
}

/* Internal steps downwards only, so that no cycle is contracted; hardly any visible ones, in every
 * other system downwards too: then every way ends. */
static void deep_systems(void)
{
    struct random random = {23};
    unsigned rounds = suite_count(500, 10000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts lts;
        struct graph graph;
        struct arena arena = arena_make(NULL, 0);
        system_read_row(&lts, "0;1;");
        uint32_t states = 10 + random_below(&random, 150), near = 1 + random_below(&random, 20);
        symbols_intern(&lts.labels, "a");
        symbols_intern(&lts.labels, "b");
        for (uint32_t i = 1; i < states; i++)
            for (uint32_t k = random_below(&random, 4); k-- > 0;)
                system_add(&lts, i, LTS_INTERNAL,
                           i - 1 - random_below(&random, i < near ? i : near));
        for (uint32_t i = random_below(&random, states); i-- > 0;) {
            uint32_t from = 1 + random_below(&random, states - 1);
            system_add(&lts, from, 1 + random_below(&random, 2),
                       random_below(&random, round % 2 ? from : states));
        }
        make_graph(&arena, &lts, &lts, EQUIVALENCE_BRANCHING, &graph);
        assert_all_ways(&graph, random_below(&random, 500), &arena);
        arena_release(&arena);
        lts_release(&lts);
    }
}

/* At most one step an action, and states enough to be numbered along the steps. */
static void deterministic_systems(void)
{
    struct random random = {24};
    unsigned before = deterministic_graphs, rounds = suite_count(200, 4000);
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        struct graph graph;
        struct arena arena = arena_make(NULL, 0);
        system_read_row(&left, "0;1;");
        symbols_intern(&left.labels, "a");
        symbols_intern(&left.labels, "b");
        uint32_t states = round % 50 ? 2 + random_below(&random, 60) : 10000;
        left.state_count = states;
        for (uint32_t i = 0; i < 2 * states; i++)
            if (random_below(&random, 4))
                system_add(&left, i / 2, 1 + i % 2, random_below(&random, states));
        system_copy(&right, &left);
        system_shuffle(&random, &right);
        if (round % 2)
            system_mutate(&random, &right);
        make_graph(&arena, &left, &right, EQUIVALENCE_BRANCHING, &graph);
        assert_all_ways(&graph, random_below(&random, 2000), &arena);
        arena_release(&arena);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(deterministic_graphs - before > rounds / 4);
}

/* States that nothing leads to, as many as make a system large: cycles of internal steps, chains,
 * steps to anywhere, and one state with a step to each of them. */
static void pad(struct random *random, struct lts *lts)
{
    enum { MORE = 9000 };
    uint32_t known = lts->state_count, action = symbols_intern(&lts->labels, "a");
    for (uint32_t i = 0; i < MORE; i++) {
        uint32_t state = known + i, near = state > 3 ? state - random_below(random, 3) : state;
        system_add(lts, state, random_below(random, 2) ? LTS_INTERNAL : action,
                   random_below(random, 3) ? near : random_below(random, state + 1));
        if (random_below(random, 8) == 0)
            system_add(lts, state, LTS_INTERNAL, random_below(random, state + 1));
        system_add(lts, known, action, state);
    }
}

static int compare_sources(const void *one, const void *other)
{
    uint32_t left = ((const struct lts_transition *)one)->from;
    uint32_t right = ((const struct lts_transition *)other)->from;
    return (left > right) - (left < right);
}

/* The same verdicts as where they are small, which the other suites hold against the
 * definitions; and numbers for states are all different. */
static void large_systems(void)
{
    struct random random = {25};
    unsigned rounds = suite_count(100, 3000), yes = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        struct lts left, right;
        struct graph graph;
        spex_error error;
        bool small, large;
        enum equivalence notion = (enum equivalence)(round % (EQUIVALENCE_STRONG + 1));
        system_random_pair(&random, round % SYSTEM_KINDS, &left, &right);
        ASSERT_OK(check_equivalence(&left, &right, notion, NULL, &small, NULL, &error), error);
        pad(&random, &left);
        pad(&random, &right);
        system_shuffle(&random, round % 2 ? &left : &right);
        if (round % 4 < 2) /* their place serves for the edges */
            qsort(left.transitions, left.transition_count, sizeof *left.transitions,
                  compare_sources);
        ASSERT_OK(check_equivalence(&left, &right, notion, NULL, &large, NULL, &error), error);
        CU_ASSERT_EQUAL(large, small);
        yes += small;

        uint32_t states = left.state_count;
        uint32_t *order = malloc(states * sizeof *order), *number = malloc(states * sizeof *number);
        ASSERT_OK(graph_of_lts(&graph, &left, &error), error);
        ASSERT_OK(numbering_near(&graph, order, number, NULL, &error), error);
        for (uint32_t i = 0; i < states; i++)
            if (order[i] >= states || number[order[i]] != i)
                CU_FAIL("not a numbering");
        free(order);
        free(number);
        graph_release(&graph);

        bool consuming;
        ASSERT_OK(check_consuming(&left, &right, notion, NULL, &consuming, &error), error);
        CU_ASSERT_EQUAL(consuming, small);
        CU_ASSERT_PTR_NULL(left.transitions);
        CU_ASSERT_EQUAL(right.transition_count, 0);
        lts_release(&left);
        lts_release(&right);
    }
    CU_ASSERT_TRUE(yes > rounds / 5 && yes < rounds - rounds / 5);
}

enum { SIGNATURES = 4000, SIGNATURE_LENGTH = 3, SIGNATURE_KINDS = 18 };

/* A signature, and which of all that can be. */
static uint32_t write_signature(struct random *random, uint64_t *room)
{
    uint32_t which = 0;
    for (int k = 0; k < SIGNATURE_LENGTH; k++) {
        room[k] = random_below(random, SIGNATURE_KINDS);
        which = which * SIGNATURE_KINDS + (uint32_t)room[k];
    }
    return which;
}

/* The first ones are asked for one by one, the others several at once. */
static void number_signatures(uint32_t expected, uint32_t one_by_one)
{
    struct arena arena = arena_make(NULL, 0);
    struct random random = {expected};
    struct signatures signatures;
    uint32_t numbers[SIGNATURE_KINDS * SIGNATURE_KINDS * SIGNATURE_KINDS], count = 0;
    static uint32_t wanted[SIGNATURES], found[SIGNATURES];
    memset(numbers, 0xFF, sizeof numbers);
    CU_ASSERT_TRUE_FATAL(
        signatures_init(&signatures, &arena, SIGNATURES, SIGNATURE_LENGTH * SIGNATURES));
    signatures_begin(&signatures, SIGNATURES, expected);
    for (uint32_t i = 0; i < SIGNATURES; i++) {
        uint64_t *room = signatures_room(&signatures);
        uint32_t which = write_signature(&random, room);
        if (numbers[which] == UINT32_MAX)
            numbers[which] = count++;
        wanted[i] = numbers[which];
        uint32_t near = expected < SIGNATURES ? SIGNATURES_ANYWHERE : (uint32_t)room[0];
        if (i < one_by_one)
            found[i] = signatures_intern(&signatures, SIGNATURE_LENGTH, near);
        else
            signatures_queue(&signatures, SIGNATURE_LENGTH, &found[i]);
    }
    signatures_settle(&signatures);
    CU_ASSERT_EQUAL(signatures.count, count);
    CU_ASSERT_EQUAL(memcmp(found, wanted, sizeof found), 0);
    signatures_release(&signatures, &arena);
    arena_release(&arena);
}

/* However many there turn out to be, each has one number. */
static void signatures_are_numbered_once(void)
{
    static const uint32_t expectations[] = {1, 9, 30, 900, SIGNATURES};
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++)
        number_signatures(expectations[i], SIGNATURES);
    for (size_t i = 0; i + 1 < sizeof expectations / sizeof *expectations; i++)
        for (uint32_t one_by_one = 0; one_by_one < 12; one_by_one++)
            number_signatures(expectations[i], one_by_one);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"small systems", small_systems},
        {"larger systems", larger_systems},
        {"deep systems", deep_systems},
        {"deterministic systems", deterministic_systems},
        {"large systems", large_systems},
        {"signatures are numbered once", signatures_are_numbered_once},
        {0},
    };
    return suite_run("refine", tests, argc, argv);
}
