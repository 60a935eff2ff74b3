/*
 * After Blom and van de Pol: every state gets a new block by its signature, in one go through the
 * graph from its beginning to its end. That needs no edges backwards and no order of the states by
 * block, and it is the fastest way through memory; but a round looks at all states. Where blocks
 * are large it is better to take them one by one, as each has news of those before it.
 */
#include "check/rounds.h"

#include <string.h>

#include "base/error.h"
#include "check/progress.h"
#include "check/signatures.h"

/* Instead of a label, and larger than any: an internal step within the block, to a state with this
 * new block; and the state's own old block, the last element of every signature. */
#define WITHIN (UINT32_MAX - 1)
#define HOME UINT32_MAX

#define UNKNOWN UINT32_MAX

struct round {
    const struct graph *graph;
    const uint32_t *block_of;
    uint32_t *next; /* of each state, its new block */
    struct signatures signatures;
    uint32_t *sizes;   /* of each new block */
    uint32_t *largest; /* of each old block, the largest new one */
    size_t work;
};

static bool prepare(struct round *round, const struct graph *graph, struct arena *arena)
{
    uint32_t states = graph->state_count, elements = graph->first[states] + states;
    *round = (struct round){.graph = graph,
                            .next = arena_take(arena, states, sizeof *round->next),
                            .sizes = arena_take(arena, states, sizeof *round->sizes),
                            .largest = arena_take(arena, states, sizeof *round->largest)};
    bool fit = elements >= states; /* else it went round, and rounds_pay says no */
    return fit && round->next && round->sizes && round->largest &&
           signatures_init(&round->signatures, arena, states, elements);
}

static void release(struct round *round, struct arena *arena)
{
    void *const memory[] = {round->next, round->sizes, round->largest};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (memory[i])
            arena_drop(arena, memory[i]);
    signatures_release(&round->signatures, arena);
}

/* The new blocks of those that the state reaches within its block are needed now. */
static void settle_within(struct round *round, uint32_t state)
{
    const struct graph *graph = round->graph;
    for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++) {
        uint32_t target = edge_target(graph->edges[i]);
        if (edge_label(graph->edges[i]) != LTS_INTERNAL) /* they come first */
            return;
        if (round->block_of[target] == round->block_of[state] && round->next[target] == UNKNOWN)
            signatures_settle(&round->signatures);
    }
}

/* Without the state's own block. */
static uint32_t take_signature(const struct round *round, uint32_t state, uint64_t *signature)
{
    enum { AHEAD = 2 * GRAPH_AHEAD };
    const uint64_t *edges = round->graph->edges;
    const uint32_t *block_of = round->block_of, *first = round->graph->first;
    uint32_t length = 0, all = first[round->graph->state_count];
    bool few = first[state + 1] - first[state] <= FEW_EDGES;
    for (uint32_t i = first[state]; i < first[state + 1]; i++) {
        uint32_t label = edge_label(edges[i]), target = edge_target(edges[i]);
        if (i + AHEAD < all) {
            __builtin_prefetch(&block_of[edge_target(edges[i + AHEAD])]);
            __builtin_prefetch(&round->next[edge_target(edges[i + AHEAD])]);
        }
        uint64_t element = edge_make(label, block_of[target]);
        if (label == LTS_INTERNAL && block_of[target] == block_of[state])
            element = edge_make(WITHIN, round->next[target]);
        if (few)
            length = insert_edge(signature, length, element);
        else
            signature[length++] = element;
    }
    return few ? length : order_edges(signature, length);
}

/* As in refine.c, a state whose other steps are all among those of the latest that it reaches
 * within its block is in the same new block as that one. */
static void find_block(struct round *round, uint32_t state)
{
    struct signatures *signatures = &round->signatures;
    settle_within(round, state);
    uint64_t *signature = signatures_room(signatures);
    uint32_t length = take_signature(round, state, signature);
    if (length && edge_label(signature[length - 1]) == WITHIN) {
        uint32_t latest = edge_target(signature[length - 1]);
        if (signatures_include(signatures, latest, signature, length - 1)) {
            round->next[state] = latest;
            return;
        }
    }
    signature[length++] = edge_make(HOME, round->block_of[state]);
    round->next[state] = UNKNOWN;
    signatures_queue(signatures, length, &round->next[state]);
}

static int find_blocks(struct round *round, uint32_t expected, const struct progress *progress,
                       spex_error *error)
{
    const struct graph *graph = round->graph;
    size_t reported = round->work;
    signatures_begin(&round->signatures, graph->state_count, expected);
    for (uint32_t state = 0; state < graph->state_count; state++) {
        find_block(round, state);
        round->work += graph->first[state + 1] - graph->first[state] + 1;
        if (round->work - reported < PROGRESS_INTERVAL)
            continue;
        reported = round->work;
        int status = progress_report(progress, "states", (double)state / graph->state_count, error);
        if (status)
            return status;
    }
    signatures_settle(&round->signatures);
    return SPEX_OK;
}

static uint32_t home_of(const struct round *round, uint32_t block)
{
    const struct signature *item = &round->signatures.items[block];
    return edge_target(round->signatures.pool[item->begin + item->length - 1]);
}

/* How many states are in another block now than the largest part of their old one. */
static uint32_t count_moved(struct round *round, uint32_t old_count)
{
    uint32_t states = round->graph->state_count, count = round->signatures.count, stay = 0;
    uint32_t *sizes = round->sizes, *largest = round->largest;
    memset(sizes, 0, count * sizeof *sizes);
    memset(largest, 0xFF, old_count * sizeof *largest);
    for (uint32_t state = 0; state < states; state++) {
        if (state + GRAPH_AHEAD < states)
            __builtin_prefetch(&sizes[round->next[state + GRAPH_AHEAD]], 1);
        sizes[round->next[state]]++;
    }
    for (uint32_t block = 0; block < count; block++) {
        uint32_t *best = &largest[home_of(round, block)];
        if (*best == UNKNOWN || sizes[block] > sizes[*best])
            *best = block;
    }
    for (uint32_t home = 0; home < old_count; home++)
        stay += sizes[largest[home]];
    return states - stay;
}

/* The largest part keeps its block's number. */
static void take_over(struct round *round, struct rounds *rounds)
{
    uint32_t states = round->graph->state_count, count = round->signatures.count;
    uint32_t *number = round->sizes;
    rounds->first_new = rounds->count;
    for (uint32_t block = 0; block < count; block++) {
        uint32_t home = home_of(round, block);
        number[block] = round->largest[home] == block ? home : rounds->count++;
    }
    for (uint32_t state = 0; state < states; state++) {
        if (state + GRAPH_AHEAD < states)
            __builtin_prefetch(&number[round->next[state + GRAPH_AHEAD]]);
        rounds->block_of[state] = number[round->next[state]];
    }
}

bool rounds_pay(const struct graph *graph)
{
    enum { FEW = 32 };
    uint32_t states = graph->state_count, state = 0;
    if (states <= FEW || (uint64_t)graph->first[states] + states > UINT32_MAX)
        return false;
    while (state < states && graph->first[state] < graph->first[state + 1])
        state++;
    return state == states;
}

/* Most states are in a new block, and these are small. */
static bool goes_on(const struct rounds *rounds, uint32_t states, uint32_t moved)
{
    enum { SMALL = 32 };
    return moved > states / 2 && states / rounds->count < SMALL;
}

int rounds_take(struct rounds *rounds, const struct graph *graph, const uint32_t *apart,
                struct arena *arena, const struct progress *progress, bool *done, spex_error *error)
{
    enum { EXPECTED = 1 << 10 };
    const uint32_t *block_of = rounds->block_of;
    uint32_t states = graph->state_count, moved = states;
    struct round round;
    int status = prepare(&round, graph, arena) ? SPEX_OK : error_memory(error);
    memset(rounds->block_of, 0, states * sizeof *rounds->block_of);
    rounds->count = 1;
    round.block_of = block_of;
    *done = false;
    while (!status && !*done && (rounds->count == 1 || goes_on(rounds, states, moved))) {
        uint32_t expected = rounds->count > EXPECTED ? rounds->count : EXPECTED;
        status = find_blocks(&round, expected, progress, error);
        if (status)
            break;
        moved = count_moved(&round, rounds->count);
        take_over(&round, rounds);
        *done = !moved || (apart && block_of[apart[0]] != block_of[apart[1]]);
    }
    release(&round, arena);
    return status;
}
