/* States on a cycle of internal steps are branching bisimilar: each such component
 * becomes one state. Components are numbered so that every internal step leads to a
 * smaller number; nothing after this needs to care about internal cycles. For strong
 * bisimilarity no step is internal, and each state is a component of its own. */
#ifndef CHECK_COMPONENTS_H
#define CHECK_COMPONENTS_H

#include "base/arena.h"
#include "check/graph.h"
#include "check/merge.h"

/* component[state of merged], and the graph of the components, both in the arena; internal
 * steps inside a component are gone, or where divergence counts become one visible step
 * to itself. In a large graph states that are near each other have numbers near each
 * other, and the sides are dealt with at once, each on a thread of its own. `consumed`, if not
 * NULL, are the sides: their transitions are given back on the way, to make room. Errors: MEMORY,
 * CANCELLED. */
int components_build(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                     const struct progress *progress, uint32_t **component, struct graph *graph,
                     spex_error *error);

#endif
