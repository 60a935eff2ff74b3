/* Without internal steps, and with at most one step an action from each state, two states
 * are equivalent in every sense as soon as neither can do what the other cannot. */
#ifndef CHECK_DETERMINISTIC_H
#define CHECK_DETERMINISTIC_H

#include "base/arena.h"
#include "check/graph.h"

bool deterministic(const struct graph *graph);
/* Are the two states of such a graph equivalent? In nearly linear time. Errors: MEMORY,
 * CANCELLED. */
int deterministic_compare(const struct graph *graph, const uint32_t states[2], struct arena *arena,
                          const struct progress *progress, bool *equivalent, spex_error *error);

#endif
