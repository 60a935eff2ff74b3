/* Two LTSs as one numbered system: the states of the left, then those of the right;
 * labels with the same name are the same label. What the equivalence makes of the internal
 * action is settled here and in components.h; all that follows is branching bisimilarity. */
#ifndef CHECK_MERGE_H
#define CHECK_MERGE_H

#include "base/arena.h"
#include "check/check.h"

struct merged {
    enum equivalence equivalence; /* BRANCHING, DIVERGENCE or STRONG */
    const struct lts *sides[2];
    uint32_t shift[2]; /* a side's state s is number shift[side] + s */
    uint32_t state_count;
    uint32_t initial[2];
    uint32_t label_count;
    uint32_t *labels[2]; /* a side's label -> common label; STRONG: none is LTS_INTERNAL */
    uint32_t divergence; /* DIVERGENCE: the label of "internal steps for ever" */
};

/* In the arena. Errors: MEMORY, INTERNAL (an LTS that names states or labels it does not
 * have). */
int merge(struct merged *merged, struct arena *arena, const struct lts *left,
          const struct lts *right, enum equivalence equivalence, spex_error *error);
/* The other direction; own[common label] is SYMBOL_NONE where the side has no such label.
 * NULL when memory is out; free(). */
uint32_t *merge_own_labels(const struct merged *merged, enum side side);

#endif
