/* The strongly connected components of a graph's internal edges, after Pearce, in an order in which
 * every internal edge from one to another leads to an earlier one. In a large graph those that
 * visible edges join are near each other, and equal graphs get much the same order. */
#ifndef CHECK_STRONG_COMPONENTS_H
#define CHECK_STRONG_COMPONENTS_H

#include "check/graph.h"

/* Where the search is in a state. */
struct frame {
    uint32_t state, number;
    uint32_t edge, end; /* the next edge to look at */
};

struct strong_components {
    uint32_t *component; /* of each state */
    uint32_t *members;   /* of one component after the other */
    uint32_t count;
    struct frame *frames; /* room for all states, or NULL: from the heap as it is needed */
    uint32_t *queue;      /* in a large graph room for all states, else NULL */
};

/* From the state `first` on, then the rest; the arrays are the caller's.
 * Errors: MEMORY, CANCELLED. */
int strong_components_find(struct strong_components *components, const struct graph *graph,
                           uint32_t first, const struct progress *progress, spex_error *error);

#endif
