/* The part of a large LTS that lies around one state, small enough to be drawn. */
#ifndef GRAPH_NEIGHBOURHOOD_H
#define GRAPH_NEIGHBOURHOOD_H

#include "model/lts.h"

/* The at most `limit` states nearest to `centre` (steps counted in both directions),
 * with all transitions between them; states keep their names (or numbers, as names).
 * *steps: how far all states are included. origin (limit elements, may be NULL): which
 * state of the whole each one is. Errors: MEMORY. */
int lts_neighbourhood(struct lts *part, const struct lts *whole, uint32_t centre, uint32_t limit,
                      uint32_t *origin, uint32_t *steps, spex_error *error);

#endif
