/* Branching bisimilarity classes by splitters, the smaller half at a time: for graphs whose
 * signatures take too long. */
#ifndef CHECK_SPLITTERS_H
#define CHECK_SPLITTERS_H

#include "check/graph.h"
#include "check/levels.h"
#include "check/partition.h"

/* Refines the partition, which may be any one that is not finer than the result; `apart` as in
 * refine(). Errors: MEMORY, CANCELLED. */
int split(const struct graph *graph, const uint32_t *apart, const struct progress *progress,
          struct partition *partition, spex_error *error);
/* The same from one block, the partition of *levels, which levels_begin() made. Tells also in
 * which order the blocks parted, each time in two: either part has, from where it can stay within
 * the block of before, a step that the other has not. */
int split_in_order(const struct graph *graph, const uint32_t *apart,
                   const struct progress *progress, struct levels *levels, spex_error *error);

#endif
