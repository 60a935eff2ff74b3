/* Weak bisimilarity is strong bisimilarity of the saturated graph: an edge with an action
 * wherever internal steps, the action and internal steps lead, and an edge with a label of
 * their own wherever internal steps lead, staying included. */
#ifndef CHECK_SATURATE_H
#define CHECK_SATURATE_H

#include "check/graph.h"

/* Every internal edge of the graph must lead to a smaller number; `internal` is a label
 * that the graph does not have. Errors: CANCELLED, MEMORY
 * (also where the saturated graph would be too large). */
int saturate(const struct graph *graph, uint32_t internal, const struct progress *progress,
             struct graph *saturated, spex_error *error);

#endif
