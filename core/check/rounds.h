/* The first rounds of a refinement, in which most states come into another block. */
#ifndef CHECK_ROUNDS_H
#define CHECK_ROUNDS_H

#include "base/arena.h"
#include "check/graph.h"

struct rounds {
    uint32_t *block_of; /* of each state; the caller's memory */
    uint32_t count;     /* of blocks */
    uint32_t first_new; /* those from here on were parted from others in the last round */
};

/* Not for a few states; and where some have no edge, others are known from these on without any
 * rounds. */
bool rounds_pay(const struct graph *graph);

/* Looks at all states in turn, again while most of them come into small blocks. The graph is as for
 * `refine`. `done`: the blocks are the classes, or the states apart[0] and apart[1], where `apart`
 * is not NULL, are in different ones. Errors: MEMORY, CANCELLED. */
int rounds_take(struct rounds *rounds, const struct graph *graph, const uint32_t *apart,
                struct arena *arena, const struct progress *progress, bool *done,
                spex_error *error);

#endif
