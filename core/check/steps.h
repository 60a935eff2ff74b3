/* The transitions of an LTS as a graph, by source but in no order otherwise. */
#ifndef CHECK_STEPS_H
#define CHECK_STEPS_H

#include "check/graph.h"

/* Whether most transitions lead to a state near their source or near where one of those before led
 * to, as programs that explore a system write them: such numbers need not be made better.
 * *in_order: then they stand in the order of their sources, too. */
bool steps_lie_near(const struct lts *lts, bool *in_order);

/* Into the graph, whose memory is there; label[lts's label] is the graph's. Answers whether
 * some are internal. */
bool steps_build(struct graph *steps, const struct lts *lts, const uint32_t *label);
/* For those in order: the graph's edges take the place of the transitions, which the LTS loses;
 * they are the caller's to free(). */
bool steps_build_in_place(struct graph *steps, struct lts *lts, const uint32_t *label);

#endif
