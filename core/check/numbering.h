/* Numbers for the states of a large graph, such that those which edges join have numbers near each
 * other: whoever then goes along edges goes through memory in order, or nearly so. */
#ifndef CHECK_NUMBERING_H
#define CHECK_NUMBERING_H

#include "check/graph.h"

/* order[number] = state, number[state]: both with room for all states. What comes out depends on
 * the graph alone. Errors: MEMORY, CANCELLED. */
int numbering_near(const struct graph *graph, uint32_t *order, uint32_t *number,
                   const struct progress *progress, spex_error *error);

#endif
