/* Which states an LTS may be in after what was seen of a run: visible actions, between which
 * it may have taken internal steps that nobody saw. */
#ifndef CHECK_POSSIBLE_H
#define CHECK_POSSIBLE_H

#include "check/graph.h"

struct possible {
    const struct lts *lts; /* the caller's, unchanged meanwhile */
    struct graph steps;
    uint32_t *states; /* those it may be in, ascending */
    size_t count;
    uint32_t *next; /* room to work in */
    bool *seen;     /* all false between calls */
};

/* In the initial state, or where internal steps lead from there. Errors: MEMORY. */
int possible_begin(struct possible *possible, const struct lts *lts, spex_error *error);
void possible_release(struct possible *possible);
/* It is in this state, whatever was before; SYMBOL_NONE: in none. */
void possible_place(struct possible *possible, uint32_t state);
/* An action was seen (SPEX_INTERNAL: one that is nobody's to see). The set may become empty:
 * the LTS has no such run. */
void possible_take(struct possible *possible, const char *action);

#endif
