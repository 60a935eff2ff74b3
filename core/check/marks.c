#include "check/marks.h"

/* At most once each, so that there is room for all. */
static void enqueue(struct refinement *refinement, uint32_t block)
{
    uint32_t room = refinement->graph->state_count;
    uint32_t place = refinement->queue_first < room - refinement->queued
                         ? refinement->queue_first + refinement->queued
                         : refinement->queue_first - (room - refinement->queued);
    refinement->queue[place] = block;
    refinement->queued++;
}

/* The one that waits so many places behind the next. */
static const struct block *queued_block(const struct refinement *refinement, uint32_t behind)
{
    uint32_t until_end = refinement->graph->state_count - refinement->queue_first;
    uint32_t place = behind < until_end ? refinement->queue_first + behind : behind - until_end;
    return &refinement->blocks[refinement->queue[place]];
}

/* Mostly a block has a few marked states, and what is known of them lies anywhere: for blocks that
 * wait, step by step, what the step before brought says where to go on. */
static void ask_for_queued(const struct refinement *refinement)
{
    enum { TARGETS = 4, EDGES = 8, NODES = 12, ELEMENTS = 16, BLOCKS = 20, FEW = 4, NEAR = 6 };
    if (refinement->queued <= BLOCKS)
        return;
    const struct node *nodes = refinement->nodes;
    const uint64_t *edges = refinement->graph->edges;
    const uint32_t *elements = refinement->elements, *sources = refinement->sources;
    __builtin_prefetch(queued_block(refinement, BLOCKS), 1);
    __builtin_prefetch(&elements[queued_block(refinement, ELEMENTS)->marked], 1);
    const struct block *block = queued_block(refinement, NODES);
    for (uint32_t i = block->marked; i < block->end && i < block->marked + FEW; i++)
        __builtin_prefetch(&nodes[elements[i]]);
    block = queued_block(refinement, EDGES);
    for (uint32_t i = block->marked; i < block->end && i < block->marked + FEW; i++) {
        __builtin_prefetch(&edges[nodes[elements[i]].first]);
        __builtin_prefetch(&sources[nodes[elements[i]].sources]);
    }
    block = queued_block(refinement, TARGETS);
    for (uint32_t i = block->marked; i < block->end && i < block->marked + FEW; i++) {
        const struct node *node = &nodes[elements[i]];
        for (uint32_t k = node->first; k < node[1].first && k < node->first + NEAR; k++)
            __builtin_prefetch(&refinement->block_of[edge_target(edges[k])]);
        for (uint32_t k = node->sources; k < node[1].sources && k < node->sources + NEAR; k++) {
            __builtin_prefetch(&refinement->block_of[sources[k]]);
            __builtin_prefetch(&refinement->standings[sources[k]], 1);
        }
    }
    keep_asking();
}

uint32_t marks_next(struct refinement *refinement)
{
    ask_for_queued(refinement);
    uint32_t block = refinement->queue[refinement->queue_first++];
    if (refinement->queue_first == refinement->graph->state_count)
        refinement->queue_first = 0;
    refinement->queued--;
    return block;
}

/* A state that is alone in its block stays so. */
static inline void mark(struct refinement *refinement, uint32_t state)
{
    uint32_t number = refinement->block_of[state];
    struct block *block = &refinement->blocks[number];
    if (block->end - block->begin == 1)
        return;
    uint32_t old = refinement->standings[state].place;
    if (old >= block->marked)
        return;
    if (block->marked == block->end)
        enqueue(refinement, number);
    uint32_t place = --block->marked;
    uint32_t other = refinement->elements[place];
    refinement->elements[place] = state;
    refinement->elements[old] = other;
    refinement->standings[other].place = old;
    refinement->standings[state].place = place;
}

/* The states whose edges are followed next, who has these edges, and the blocks of those. */
static void ask_ahead(const struct refinement *refinement, const uint32_t *later)
{
    enum { FEW = 4, SOURCES = 24, OTHERS = 16, BLOCKS = 8 };
    const struct node *nodes = refinement->nodes, *node = &nodes[later[SOURCES]];
    __builtin_prefetch(&nodes[later[NODE_AHEAD]]);
    __builtin_prefetch(&refinement->sources[node->sources]);
    node = &nodes[later[OTHERS]];
    for (uint32_t k = node->sources; k < node[1].sources && k < node->sources + FEW; k++)
        __builtin_prefetch(&refinement->block_of[refinement->sources[k]]);
    node = &nodes[later[BLOCKS]];
    for (uint32_t k = node->sources; k < node[1].sources && k < node->sources + FEW; k++)
        __builtin_prefetch(&refinement->blocks[refinement->block_of[refinement->sources[k]]], 1);
    keep_asking();
}

bool marks_close(struct refinement *refinement, uint32_t number)
{
    bool any = false;
    for (uint32_t i = refinement->blocks[number].end; i-- > refinement->blocks[number].marked;) {
        const struct node *node = &refinement->nodes[refinement->elements[i]];
        for (uint32_t k = node->sources; k < node->visible; k++)
            if (refinement->block_of[refinement->sources[k]] == number) {
                any = true;
                mark(refinement, refinement->sources[k]);
            }
        refinement->work += node->visible - node->sources;
    }
    return any;
}

void marks_block(struct refinement *refinement, uint32_t number)
{
    struct block *block = &refinement->blocks[number];
    if (block->marked == block->end)
        enqueue(refinement, number);
    block->marked = block->begin;
}

/* More is looked at than has to be, but in order. It parts nothing that belongs together, as
 * of no block a state is left out. Only after most states have come into another block: each
 * comes into one of half the size, so that is not often. */
static void mark_all(struct refinement *refinement)
{
    for (uint32_t number = 0; number < refinement->block_count; number++)
        if (refinement->blocks[number].end - refinement->blocks[number].begin > 1)
            marks_block(refinement, number);
    refinement->work += refinement->block_count;
}

void marks_sources(struct refinement *refinement, uint32_t parted, uint32_t first_new)
{
    uint32_t *states = refinement->states, count = 0;
    /* Marking moves the elements of the very blocks that are walked. */
    for (uint32_t fresh = first_new; fresh < refinement->block_count; fresh++)
        for (uint32_t i = refinement->blocks[fresh].begin; i < refinement->blocks[fresh].end; i++)
            states[count++] = refinement->elements[i];
    if (count > refinement->graph->state_count / 2) {
        mark_all(refinement);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct node *node = &refinement->nodes[states[i]];
        if (i + NODE_AHEAD < count)
            ask_ahead(refinement, states + i);
        for (uint32_t k = node->sources; k < node->visible; k++) {
            uint32_t home = refinement->block_of[refinement->sources[k]];
            if (parted == MARKS_ANYWHERE ? home != refinement->block_of[states[i]]
                                         : home != parted && home < first_new)
                mark(refinement, refinement->sources[k]);
        }
        for (uint32_t k = node->visible; k < node[1].sources; k++)
            mark(refinement, refinement->sources[k]);
        refinement->work += node[1].sources - node->sources + 1;
    }
}
