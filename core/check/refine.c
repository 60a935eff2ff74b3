/*
 * Partition refinement by inductive signatures. The signature of a state is the set of
 * (label, block) pairs it can do; an internal step within the block counts as a step to
 * the *new* key of its target, computed just before because internal steps lead to smaller
 * numbers. A state whose other steps are all among those of such a key has that key
 * itself: the internal step decides nothing. Only states with an edge into a block that
 * was parted, and those that can reach one internally within their block, are looked at again.
 */
#include "check/refine.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/founded.h"
#include "check/progress.h"
#include "check/marks.h"
#include "check/rounds.h"
#include "check/splitters.h"

/* Stands for "internally, within the block"; larger than any label, so it sorts last. */
#define WITHIN UINT32_MAX

/* ------------------------------------------------------------- signatures */

static uint32_t take_signature(struct refinement *refinement, uint32_t state, uint64_t *signature)
{
    const uint64_t *edges = refinement->graph->edges;
    const struct node *nodes = refinement->nodes;
    const uint32_t *block_of = refinement->block_of;
    uint32_t own = block_of[state], length = 0;
    bool few = nodes[state + 1].first - nodes[state].first <= FEW_EDGES;
    for (uint32_t i = nodes[state].first; i < nodes[state + 1].first; i++) {
        uint32_t label = edge_label(edges[i]), target = edge_target(edges[i]);
        if (i + GRAPH_AHEAD < nodes[state + 1].first)
            __builtin_prefetch(&block_of[edge_target(edges[i + GRAPH_AHEAD])]);
        uint64_t element = edge_make(label, block_of[target]);
        if (label == LTS_INTERNAL && block_of[target] == own && is_marked(refinement, target))
            element = edge_make(WITHIN, refinement->standings[target].key);
        if (few)
            length = insert_edge(signature, length, element);
        else
            signature[length++] = element;
    }
    refinement->work += nodes[state + 1].first - nodes[state].first + 1;
    return few ? length : order_edges(signature, length);
}

/* Only the latest of the keys that a state reaches within its block can take it in: the
 * other keys that it reaches would have to be reached by that one too. */
static void find_key(struct refinement *refinement, uint32_t state)
{
    struct signatures *signatures = &refinement->signatures;
    struct standing *standing = &refinement->standings[state];
    uint64_t *signature = signatures_room(signatures);
    uint32_t length = take_signature(refinement, state, signature);
    if (length && edge_label(signature[length - 1]) == WITHIN) {
        uint32_t latest = edge_target(signature[length - 1]);
        if (signatures_include(signatures, latest, signature, length - 1)) {
            standing->key = latest;
            return;
        }
    }
    standing->key = signatures_intern(signatures, length, SIGNATURES_ANYWHERE);
}

/* ---------------------------------------------------------------- parting */

static void add_block(struct refinement *refinement, uint32_t begin, uint32_t end)
{
    refinement->blocks[refinement->block_count] = (struct block){begin, end, end};
    for (uint32_t i = begin; i < end; i++)
        refinement->block_of[refinement->elements[i]] = refinement->block_count;
    refinement->block_count++;
}

/* The marked states in order of their key; ends[key]: where those with the key end. */
static void sort_by_key(struct refinement *refinement, const struct block *block, uint32_t keys,
                        uint32_t *ends)
{
    uint32_t count = block->end - block->marked;
    uint32_t *states = refinement->states, *elements = refinement->elements + block->marked;
    struct standing *standings = refinement->standings;
    memset(ends, 0, ((size_t)keys + 1) * sizeof *ends);
    memcpy(states, elements, count * sizeof *states);
    for (uint32_t i = 0; i < count; i++)
        ends[standings[states[i]].key + 1]++;
    for (uint32_t key = 1; key <= keys; key++)
        ends[key] += ends[key - 1];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = ends[standings[states[i]].key]++;
        elements[place] = states[i];
        standings[states[i]].place = block->marked + place;
    }
    for (uint32_t key = 0; key < keys; key++)
        ends[key] += block->marked;
}

/* Part 0 are the unmarked states, part k + 1 those with key k. The largest part keeps the
 * block's number, the others are the new blocks at the end. */
static void part(struct refinement *refinement, uint32_t number, uint32_t keys)
{
    struct block block = refinement->blocks[number];
    uint32_t *ends = refinement->scratch, largest = 0, largest_size = block.marked - block.begin;
    sort_by_key(refinement, &block, keys, ends);
    for (uint32_t key = 0, begin = block.marked; key < keys; key++) {
        if (ends[key] - begin > largest_size) {
            largest = key + 1;
            largest_size = ends[key] - begin;
        }
        begin = ends[key];
    }
    for (uint32_t part = 0, begin = block.begin, end; part <= keys; part++, begin = end) {
        end = part ? ends[part - 1] : block.marked;
        if (part == largest)
            refinement->blocks[number] = (struct block){begin, end, end};
        else if (begin < end)
            add_block(refinement, begin, end);
    }
}

/* Ascending into `states`. */
static void sort_states(struct refinement *refinement, const uint32_t *marked, uint32_t count)
{
    enum { SHORT = 16, BITS = 64 };
    uint32_t words = refinement->graph->state_count / BITS + 1, *states = refinement->states;
    if (count <= SHORT || count < words) {
        memcpy(states, marked, count * sizeof *states);
        sort_numbers(states, refinement->scratch, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        refinement->set[marked[i] / BITS] |= UINT64_C(1) << marked[i] % BITS;
    uint32_t put = 0;
    for (uint32_t i = 0; i < words; i++) {
        for (uint64_t word = refinement->set[i]; word; word &= word - 1)
            states[put++] = i * BITS + (uint32_t)__builtin_ctzll(word);
        refinement->set[i] = 0;
    }
}

/* The keys of the block's marked states; answers how many there are. */
static uint32_t find_keys(struct refinement *refinement, const struct block *block, bool within)
{
    enum { FEW = 6, EXPECTED = 1 << 10 };
    uint32_t count = block->end - block->marked;
    uint32_t *states = refinement->elements + block->marked;
    if (count == 1 && block->marked > block->begin) { /* it differs from the others */
        refinement->standings[*states].key = 0;
        return 1;
    }
    if (within) { /* internal steps first come to those they lead to */
        sort_states(refinement, states, count);
        states = refinement->states;
    }
    signatures_begin(&refinement->signatures, count, EXPECTED);
    const struct node *nodes = refinement->nodes;
    const uint64_t *edges = refinement->graph->edges;
    for (uint32_t i = 0; i < count; i++) {
        if (i + GRAPH_AHEAD < count) {
            __builtin_prefetch(&nodes[states[i + GRAPH_AHEAD]]);
            __builtin_prefetch(&edges[nodes[states[i + GRAPH_AHEAD / 2]].first]);
            const struct node *soon = &nodes[states[i + GRAPH_AHEAD / 4]];
            for (uint32_t k = soon->first; k < soon[1].first && k < soon->first + FEW; k++)
                __builtin_prefetch(&refinement->block_of[edge_target(edges[k])]);
        }
        find_key(refinement, states[i]);
    }
    return refinement->signatures.count;
}

static void refine_block(struct refinement *refinement, uint32_t number)
{
    bool within = marks_close(refinement, number);
    struct block block = refinement->blocks[number];
    uint32_t keys = find_keys(refinement, &block, within), first_new = refinement->block_count;
    if (keys == 1 && block.marked == block.begin) {
        refinement->blocks[number].marked = block.end;
        return;
    }
    part(refinement, number, keys);
    marks_sources(refinement, number, first_new);
}

/* --------------------------------------------------------------- the whole */

static void link_backwards(struct refinement *refinement)
{
    const struct graph *graph = refinement->graph;
    struct node *nodes = refinement->nodes;
    uint32_t states = graph->state_count, edges = graph->first[states], begin = 0;
    for (uint32_t i = 0; i < edges; i++) {
        struct node *target = &nodes[edge_target(graph->edges[i])];
        if (i + GRAPH_AHEAD < edges)
            __builtin_prefetch(&nodes[edge_target(graph->edges[i + GRAPH_AHEAD])], 1);
        target->sources++;
        target->visible += edge_label(graph->edges[i]) == LTS_INTERNAL;
    }
    for (uint32_t state = 0; state <= states; state++) {
        uint32_t count = nodes[state].sources;
        nodes[state].sources = begin;
        nodes[state].visible += begin;
        begin += count;
    }
    /* `sources` goes over the internal ones that are put, `first` counts the visible ones. */
    for (uint32_t source = 0; source < states; source++)
        for (uint32_t i = graph->first[source]; i < graph->first[source + 1]; i++) {
            struct node *target = &nodes[edge_target(graph->edges[i])];
            if (i + GRAPH_AHEAD < edges)
                __builtin_prefetch(&nodes[edge_target(graph->edges[i + GRAPH_AHEAD])], 1);
            bool internal = edge_label(graph->edges[i]) == LTS_INTERNAL;
            refinement->sources[internal ? target->sources++ : target->visible + target->first++] =
                source;
        }
    for (uint32_t state = 0, start = 0; state <= states; state++) {
        uint32_t end = nodes[state].visible + nodes[state].first;
        nodes[state].sources = start;
        nodes[state].first = graph->first[state];
        start = end;
    }
}

static bool prepare(struct refinement *refinement)
{
    const struct graph *graph = refinement->graph;
    struct arena *arena = refinement->arena;
    size_t states = graph->state_count, edges = graph->first[states];
    refinement->nodes = arena_clear(arena, states + 1, sizeof *refinement->nodes);
    refinement->sources = arena_take(arena, edges, sizeof *refinement->sources);
    refinement->standings = arena_take(arena, states, sizeof *refinement->standings);
    refinement->elements = arena_take(arena, states, sizeof *refinement->elements);
    refinement->states = arena_take(arena, states, sizeof *refinement->states);
    /* Of these no more is touched than there are blocks. */
    refinement->blocks = arena_take(arena, states, sizeof *refinement->blocks);
    refinement->queue = arena_take(arena, states, sizeof *refinement->queue);
    refinement->scratch = arena_take(arena, states + 1, sizeof *refinement->scratch);
    refinement->set = arena_clear(arena, states / 64 + 1, sizeof *refinement->set);
    if (!refinement->set || !refinement->nodes || !refinement->sources || !refinement->standings ||
        !refinement->elements || !refinement->blocks || !refinement->queue || !refinement->states ||
        !refinement->scratch ||
        !signatures_init(&refinement->signatures, arena, graph->state_count, (uint32_t)edges))
        return false;
    link_backwards(refinement);
    return true;
}

static void release(struct refinement *refinement)
{
    void *const memory[] = {refinement->set,       refinement->nodes,    refinement->sources,
                            refinement->standings, refinement->elements, refinement->blocks,
                            refinement->queue,     refinement->states,   refinement->scratch};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (memory[i])
            arena_drop(refinement->arena, memory[i]);
    signatures_release(&refinement->signatures, refinement->arena);
}

/* Where the states of each block begin, in order of the blocks. */
static void count_states(const struct refinement *refinement, uint32_t count, uint32_t *begins)
{
    uint32_t states = refinement->graph->state_count;
    memset(begins, 0, ((size_t)count + 1) * sizeof *begins);
    for (uint32_t state = 0; state < states; state++)
        begins[refinement->block_of[state] + 1]++;
    for (uint32_t block = 0; block < count; block++)
        begins[block + 1] += begins[block];
}

/* What `block_of` says; no state is marked. */
static void set_blocks(struct refinement *refinement, uint32_t count)
{
    uint32_t states = refinement->graph->state_count, *places = refinement->scratch;
    bool one = count == 1; /* needs no counting */
    if (!one)
        count_states(refinement, count, places);
    for (uint32_t block = 0; block < count; block++) {
        uint32_t begin = one ? 0 : places[block], end = one ? states : places[block + 1];
        refinement->blocks[block] = (struct block){begin, end, end};
    }
    for (uint32_t state = 0; state < states; state++) {
        uint32_t place = one ? state : places[refinement->block_of[state]]++;
        refinement->elements[place] = state;
        refinement->standings[state].place = place;
    }
    refinement->block_count = count;
    refinement->queue_first = refinement->queued = 0;
}

static bool told_apart(const struct refinement *refinement)
{
    const uint32_t *apart = refinement->apart;
    return apart && refinement->block_of[apart[0]] != refinement->block_of[apart[1]];
}

static int take_signatures(struct refinement *refinement, size_t most_work,
                           const struct progress *progress, spex_error *error)
{
    size_t reported = refinement->work, begun = reported;
    while (refinement->queued && !told_apart(refinement) && refinement->work - begun <= most_work) {
        refine_block(refinement, marks_next(refinement));
        if (refinement->work - reported < PROGRESS_INTERVAL)
            continue;
        reported = refinement->work;
        int status = progress_report(
            progress, "classes", (double)refinement->block_count / refinement->graph->state_count,
            error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

/* Splitters compare hashes: afterwards one look at every signature makes sure. */
static int take_splitters(struct refinement *refinement, const struct progress *progress,
                          spex_error *error)
{
    const struct graph *graph = refinement->graph;
    struct partition partition;
    if (!partition_init(&partition, graph->state_count))
        return error_memory(error);
    for (uint32_t block = 1; block < refinement->block_count; block++)
        if (!partition_add(&partition)) {
            partition_release(&partition);
            return error_memory(error);
        }
    memcpy(partition.blocks, refinement->blocks,
           refinement->block_count * sizeof *partition.blocks);
    size_t size = graph->state_count * sizeof *partition.elements;
    memcpy(partition.elements, refinement->elements, size);
    memcpy(partition.block_of, refinement->block_of, size);
    for (uint32_t place = 0; place < graph->state_count; place++)
        partition.positions[partition.elements[place]] = place;
    release(refinement);
    arena_trim(refinement->arena);
    *refinement = (struct refinement){.graph = graph,
                                      .apart = refinement->apart,
                                      .arena = refinement->arena,
                                      .block_of = refinement->block_of};
    int status = split(graph, refinement->apart, progress, &partition, error);
    if (!status && !prepare(refinement))
        status = error_memory(error);
    if (!status) {
        memcpy(refinement->block_of, partition.block_of, size);
        set_blocks(refinement, partition.block_count);
        for (uint32_t block = 0; block < partition.block_count; block++)
            marks_block(refinement, block);
    }
    partition_release(&partition);
    return status ? status : take_signatures(refinement, SIZE_MAX, progress, error);
}

size_t refine_patience(const struct graph *graph)
{
    size_t size = (size_t)graph->state_count + graph->first[graph->state_count], times = 8;
    for (uint32_t states = graph->state_count; states; states /= 2)
        times++;
    return size * times + PROGRESS_INTERVAL;
}

/* In rounds; what they leave undone is marked. */
static int take_rounds(struct refinement *refinement, const struct progress *progress,
                       spex_error *error)
{
    struct rounds rounds = {.block_of = refinement->block_of};
    bool done;
    int status = rounds_take(&rounds, refinement->graph, refinement->apart, refinement->arena,
                             progress, &done, error);
    refinement->block_count = rounds.count;
    if (status || done)
        return status;
    if (!prepare(refinement))
        return error_memory(error);
    set_blocks(refinement, rounds.count);
    marks_sources(refinement, MARKS_ANYWHERE, rounds.first_new);
    return SPEX_OK;
}

/* What is left then, unless that decides nothing, is a block whose states are all marked. */
static int take_founded(struct refinement *refinement, const struct progress *progress,
                        spex_error *error)
{
    const uint32_t *apart = refinement->apart, *block_of = refinement->block_of;
    uint32_t rest;
    if (!prepare(refinement))
        return error_memory(error);
    int status = founded_settle(refinement, &rest, progress, error);
    uint32_t last = refinement->block_count - 1;
    if (status || !rest || (apart && (block_of[apart[0]] != last || block_of[apart[1]] != last)))
        return status;
    set_blocks(refinement, refinement->block_count);
    marks_block(refinement, last);
    return SPEX_OK;
}

int refine(const struct graph *graph, size_t patience, bool in_rounds, const uint32_t *apart,
           struct arena *arena, const struct progress *progress, uint32_t **class_of,
           uint32_t *count, spex_error *error)
{
    struct refinement refinement = {.graph = graph, .apart = apart, .arena = arena};
    *class_of = refinement.block_of = arena_take(arena, graph->state_count, sizeof **class_of);
    int status = *class_of ? SPEX_OK : error_memory(error);
    if (!status)
        status = in_rounds ? take_rounds(&refinement, progress, error)
                           : take_founded(&refinement, progress, error);
    if (!status && patience)
        status = take_signatures(&refinement, patience, progress, error);
    if (!status && refinement.queued && !told_apart(&refinement))
        status = take_splitters(&refinement, progress, error);
    *count = refinement.block_count;
    release(&refinement);
    return status;
}
