/* Why two systems are not equivalent: a trace that one side lacks, or else the play. */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "check/graph.h"
#include "check/merge.h"
#include "check/partition.h"

/* From the finished partition in which the initial states are in different blocks.
 * *explanation stays NULL where none is found within bounds. Errors: MEMORY, CANCELLED,
 * INTERNAL. */
int explain(const struct merged *merged, const uint32_t *component, const struct graph *graph,
            const struct partition *partition, const struct progress *progress,
            struct explanation **explanation, spex_error *error);

/* Replays the explanation on the two LTSs, given as graphs of their own states and
 * labels; knows nothing of how it was found. Errors: INTERNAL, MEMORY. */
int explanation_verify(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const struct graph steps[2], spex_error *error);

#endif
