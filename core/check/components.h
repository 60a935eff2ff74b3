/* States on a cycle of internal steps are branching bisimilar: each such component
 * becomes one state. Components are numbered so that every internal step leads to a
 * smaller number; nothing after this needs to care about internal cycles. For strong
 * bisimilarity no step is internal, and each state is a component of its own. */
#ifndef CHECK_COMPONENTS_H
#define CHECK_COMPONENTS_H

#include "check/graph.h"
#include "check/merge.h"

/* component[state of merged]; free(). Errors: MEMORY, CANCELLED. */
int components_find(const struct merged *merged, const struct progress *progress,
                    uint32_t **component, uint32_t *count, spex_error *error);
/* The graph of the components; internal steps inside one are gone, or where divergence
 * counts become one visible step to itself. Errors: MEMORY. */
int components_contract(const struct merged *merged, const uint32_t *component, uint32_t count,
                        struct graph *graph, spex_error *error);

#endif
