/* What one LTS has and the other has not, state by state name. */
#ifndef GRAPH_DIFFERENCE_H
#define GRAPH_DIFFERENCE_H

#include "model/lts.h"

/* matched[i] tells whether `other` has transition i of `own`: states and label of the same
 * names (the internal action is the internal action). Errors: MEMORY. */
int lts_matched(const struct lts *own, const struct lts *other, bool *matched, spex_error *error);
/* Adds the `wanted` transitions of `other` to `lts`, with states it has not, as far as they
 * hang on states it has: behind its own ones, so everything from the old counts on is new.
 * Errors: MEMORY. */
int lts_add_ghosts(struct lts *lts, const struct lts *other, const bool *wanted, spex_error *error);

#endif
