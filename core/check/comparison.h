/* The way from two LTSs to classes of states: merged, contracted, refined. */
#ifndef CHECK_COMPARISON_H
#define CHECK_COMPARISON_H

#include "check/graph.h"
#include "check/merge.h"
#include "check/partition.h"
#include "check/quotient.h"

struct comparison {
    struct arena arena; /* made by the caller; the rest is in it */
    struct merged merged;
    uint32_t *component;        /* of each state of merged */
    struct graph graph;         /* of the components */
    struct partition partition; /* only the blocks' number and block_of */
};
/* Enough for a hundred states on each side. */
enum { COMPARISON_ROOM = 1 << 16 };

/* What is decided first: BRANCHING, DIVERGENCE or STRONG; it implies the equivalence. */
enum equivalence equivalence_base(enum equivalence equivalence);

/* `base` is BRANCHING, DIVERGENCE or STRONG. To be released whatever it answers. Errors:
 * CANCELLED, MEMORY, INTERNAL. */
int compare(struct comparison *comparison, const struct lts *left, const struct lts *right,
            enum equivalence base, const struct progress *progress, spex_error *error);
/* Whether the initial states are equivalent: the partition is not, or not all, made.
 * `consumed` as in components.h. */
int compare_verdict(struct comparison *comparison, const struct lts *left, const struct lts *right,
                    struct lts *consumed[2], enum equivalence base, const struct progress *progress,
                    bool *equivalent, spex_error *error);
void comparison_release(struct comparison *comparison);

static inline uint32_t class_of(const struct comparison *comparison, uint32_t state)
{
    return comparison->partition.block_of[comparison->component[state]];
}

/* Weak bisimilarity of the classes of branching bisimilarity; with `apart` not NULL only as
 * far as to tell these two apart. *class_of is in the arena. Errors: CANCELLED, MEMORY. */
int refine_weakly(const struct quotient *quotient, const uint32_t *apart, struct arena *arena,
                  const struct progress *progress, uint32_t **class_of, spex_error *error);

#endif
