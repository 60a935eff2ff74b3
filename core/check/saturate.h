/* Weak bisimilarity is strong bisimilarity of the saturated graph: an edge with an action
 * wherever internal steps, the action and internal steps lead, and an edge with the label
 * SATURATED_INTERNAL wherever internal steps lead, staying included. */
#ifndef CHECK_SATURATE_H
#define CHECK_SATURATE_H

#include "check/graph.h"

#define SATURATED_INTERNAL (UINT32_MAX - 1)

/* Every internal edge of the graph must lead to a smaller number. Errors: CANCELLED, MEMORY
 * (also where the saturated graph would be too large). */
int saturate(const struct graph *graph, const struct progress *progress, struct graph *saturated,
             spex_error *error);

#endif
