/* Branching bisimilarity classes by splitters, the smaller half at a time: for graphs whose
 * signatures take too long. */
#ifndef CHECK_SPLITTERS_H
#define CHECK_SPLITTERS_H

#include "check/graph.h"
#include "check/partition.h"

/* Refines the partition, which may be any one that is not finer than the result; `apart` as in
 * refine(). Errors: MEMORY, CANCELLED. */
int split(const struct graph *graph, const uint32_t *apart, const struct progress *progress,
          struct partition *partition, spex_error *error);

#endif
