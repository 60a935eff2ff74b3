/* Branching bisimilarity classes of a graph without internal cycles. */
#ifndef CHECK_REFINE_H
#define CHECK_REFINE_H

#include "base/arena.h"
#include "check/graph.h"
#include "check/partition.h"

/* Signatures are the faster way, unless long ones are taken again and again: after so many
 * steps splitters take over. The usual number leaves the whole in time m log n. */
size_t refine_patience(const struct graph *graph);

/* `in_rounds`: as rounds.h says; rounds_pay tells where it is faster, it is right everywhere.
 * Every internal edge of the graph must lead to a smaller number. *class_of, in the arena,
 * is the number of each state's class, below *count. With `apart` not NULL it stops as soon
 * as the two states apart[0] and apart[1] are in different classes; they are then too
 * coarse for anything else. Errors: MEMORY, CANCELLED. */
int refine(const struct graph *graph, size_t patience, bool in_rounds, const uint32_t *apart,
           struct arena *arena, const struct progress *progress, uint32_t **class_of,
           uint32_t *count, spex_error *error);

#endif
