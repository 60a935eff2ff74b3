/* A graph with labelled edges, kept by source: what every part of the checker walks. */
#ifndef CHECK_GRAPH_H
#define CHECK_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/check.h"

/* Label and target as one number, so that sorting puts internal edges first. */
static inline uint64_t edge_make(uint32_t label, uint32_t target)
{
    return (uint64_t)label << 32 | target;
}

static inline uint32_t edge_label(uint64_t edge)
{
    return (uint32_t)(edge >> 32);
}

static inline uint32_t edge_target(uint64_t edge)
{
    return (uint32_t)edge;
}

struct graph {
    uint32_t state_count;
    uint32_t *first; /* the edges of s: edges[first[s]] up to edges[first[s + 1]] */
    uint64_t *edges; /* of one source: ascending, without duplicates */
};

/* Many edges of one state lead to places that are far apart. */
static inline bool graph_has_few(const struct graph *graph, uint32_t state)
{
    enum { MANY = 32 };
    return graph->first[state + 1] - graph->first[state] <= MANY;
}

/* Built in two passes over the same edges: graph_begin, graph_count each edge's source,
 * graph_allocate, graph_put each edge, graph_finish. False when memory is out. */
bool graph_begin(struct graph *graph, uint32_t state_count);
bool graph_allocate(struct graph *graph);
/* The same for a graph whose memory is there: instead of graph_allocate. */
void graph_begin_edges(struct graph *graph);
void graph_finish(struct graph *graph);
void graph_release(struct graph *graph);

static inline void graph_count(struct graph *graph, uint32_t source)
{
    graph->first[source + 2]++;
}

static inline void graph_put(struct graph *graph, uint32_t source, uint64_t edge)
{
    graph->edges[graph->first[source + 1]++] = edge;
}

/* Going through memory in no order takes the time of waiting for it: what comes so many
 * steps later is asked for ahead. */
enum { GRAPH_AHEAD = 16 };
/* The compiler drops the calls of a function that does nothing but ask: not of one with this. */
static inline void keep_asking(void)
{
    __asm__ volatile("");
}

/* All transitions of an LTS. Errors: MEMORY. */
int graph_of_lts(struct graph *graph, const struct lts *lts, spex_error *error);
bool graph_has(const struct graph *graph, uint32_t source, uint64_t edge);

/* Who has an edge to a state, with no word on its label but whether it is internal. */
struct reverse {
    uint32_t *first;
    uint32_t *visible; /* where the sources of visible edges begin */
    uint32_t *sources;
};
bool reverse_build(struct reverse *reverse, const struct graph *graph);
void reverse_release(struct reverse *reverse);

/* Ascending. sort_numbers needs `scratch` of the same size. */
void sort_edges(uint64_t *edges, size_t count);
/* Sorted, and without duplicates; answers how many are left. */
uint32_t order_edges(uint64_t *edges, uint32_t count);

/* So few are sorted by insertion. */
enum { FEW_EDGES = 32 };

/* Into such few; answers how many there are then: as before if it was one of them. */
static inline uint32_t insert_edge(uint64_t *edges, uint32_t count, uint64_t edge)
{
    uint32_t place = count;
    while (place > 0 && edges[place - 1] > edge)
        place--;
    if (place > 0 && edges[place - 1] == edge)
        return count;
    for (uint32_t i = count; i > place; i--)
        edges[i] = edges[i - 1];
    edges[place] = edge;
    return count + 1;
}
void sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t count);

#endif
