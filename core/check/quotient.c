#include "check/quotient.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/*
 * The state of a block with the smallest number has no internal step within the block
 * and so can itself do all that the block can do: it stands for it. For the same
 * reason the order of these states is one in which internal edges go down.
 */
struct selection {
    const struct graph *graph;
    const struct partition *partition;
    uint32_t *smallest; /* of each block */
    uint32_t *number;   /* of each block, NO_CLASS where it is not reached */
    uint32_t *queue;
    uint32_t reached;
};

static void select_block(struct selection *selection, uint32_t block)
{
    if (selection->number[block] != NO_CLASS)
        return;
    selection->number[block] = 0;
    selection->queue[selection->reached++] = block;
}

static bool select_blocks(struct selection *selection, const uint32_t starts[2], bool whole)
{
    const struct graph *graph = selection->graph;
    const uint32_t *block_of = selection->partition->block_of;
    uint32_t blocks = selection->partition->block_count;
    selection->smallest = memory_resize(NULL, blocks, sizeof *selection->smallest);
    selection->number = memory_resize(NULL, blocks, sizeof *selection->number);
    selection->queue = memory_resize(NULL, blocks, sizeof *selection->queue);
    if (!selection->smallest || !selection->number || !selection->queue)
        return false;
    for (uint32_t state = graph->state_count; state-- > 0;)
        selection->smallest[block_of[state]] = state;
    for (uint32_t block = 0; block < blocks; block++)
        selection->number[block] = NO_CLASS;
    for (uint32_t block = 0; whole && block < blocks; block++)
        select_block(selection, block);
    for (int side = LEFT; side <= RIGHT; side++)
        select_block(selection, block_of[starts[side]]);
    for (uint32_t i = 0; i < selection->reached; i++) {
        uint32_t state = selection->smallest[selection->queue[i]];
        for (uint32_t j = graph->first[state]; j < graph->first[state + 1]; j++)
            select_block(selection, block_of[edge_target(graph->edges[j])]);
    }
    /* The queue becomes the list of the states that stand for the classes, in order. */
    uint32_t classes = 0;
    for (uint32_t state = 0; state < graph->state_count; state++)
        if (selection->number[block_of[state]] != NO_CLASS &&
            selection->smallest[block_of[state]] == state) {
            selection->number[block_of[state]] = classes;
            selection->queue[classes++] = state;
        }
    return true;
}

static bool build_graph(struct quotient *quotient, const struct selection *selection)
{
    const struct graph *graph = selection->graph;
    const uint32_t *block_of = selection->partition->block_of;
    if (!graph_begin(&quotient->graph, selection->reached))
        return false;
    for (uint32_t class = 0; class < selection->reached; class ++) {
        uint32_t state = selection->queue[class];
        for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++)
            graph_count(&quotient->graph, class);
    }
    if (!graph_allocate(&quotient->graph))
        return false;
    for (uint32_t class = 0; class < selection->reached; class ++) {
        uint32_t state = selection->queue[class];
        for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++) {
            uint32_t target = selection->number[block_of[edge_target(graph->edges[i])]];
            graph_put(&quotient->graph, class, edge_make(edge_label(graph->edges[i]), target));
        }
    }
    graph_finish(&quotient->graph);
    return true;
}

int quotient_build(struct quotient *quotient, const struct merged *merged,
                   const uint32_t *component, const struct graph *graph,
                   const struct partition *partition, bool whole, spex_error *error)
{
    struct selection selection = {.graph = graph, .partition = partition};
    uint32_t starts[2] = {component[merged->initial[LEFT]], component[merged->initial[RIGHT]]};
    memset(quotient, 0, sizeof *quotient);
    int status = SPEX_OK;
    quotient->label_count = merged->label_count;
    quotient->class_of = memory_resize(NULL, merged->state_count, sizeof *quotient->class_of);
    if (!quotient->class_of || !select_blocks(&selection, starts, whole) ||
        !build_graph(quotient, &selection)) {
        quotient_release(quotient);
        status = error_memory(error);
    } else {
        for (uint32_t state = 0; state < merged->state_count; state++)
            quotient->class_of[state] = selection.number[partition->block_of[component[state]]];
        for (int side = LEFT; side <= RIGHT; side++)
            quotient->initial[side] = quotient->class_of[merged->initial[side]];
    }
    free(selection.smallest);
    free(selection.number);
    free(selection.queue);
    return status;
}

void quotient_release(struct quotient *quotient)
{
    graph_release(&quotient->graph);
    free(quotient->class_of);
    memset(quotient, 0, sizeof *quotient);
}

bool route_append(struct route *route, uint64_t edge)
{
    if (!memory_reserve(&route->edges, &route->capacity, route->count + 1, sizeof *route->edges))
        return false;
    route->edges[route->count++] = edge;
    return true;
}

void route_reverse(struct route *route)
{
    for (size_t i = 0; i < route->count / 2; i++) {
        uint64_t edge = route->edges[i];
        route->edges[i] = route->edges[route->count - 1 - i];
        route->edges[route->count - 1 - i] = edge;
    }
}

void route_release(struct route *route)
{
    free(route->edges);
    memset(route, 0, sizeof *route);
}
