/* The layout without Graphviz: ranks by distance from the initial state, a few
 * sweeps for the order, packed from the left. */
#ifndef GRAPH_SIMPLE_H
#define GRAPH_SIMPLE_H

#include "graph/graph.h"

/* Fills in nodes (given) and rank_count. Errors: MEMORY. */
int simple_layout(struct layout *layout, const struct lts *lts, const int *widths,
                  spex_error *error);

#endif
