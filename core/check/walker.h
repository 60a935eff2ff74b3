/* From classes back to states: real steps of one side's own LTS along a route. */
#ifndef CHECK_WALKER_H
#define CHECK_WALKER_H

#include "check/explanation.h"
#include "check/quotient.h"

struct walker {
    const struct merged *merged;
    const uint32_t *component; /* of each state of merged */
    const struct quotient *quotient;
    struct graph steps[2]; /* each side's own states and labels */
    uint32_t *own_labels[2];
    /* While looking for a state of a class that has the step wanted: */
    uint32_t *seen; /* the number of the search that saw the state */
    uint32_t search;
    uint32_t *parent;
    uint32_t *queue;
};

/* False when memory is out. */
bool path_append(struct path *path, struct lts_transition step);

/* Errors: MEMORY. */
int walker_init(struct walker *walker, const struct merged *merged, const uint32_t *component,
                const struct quotient *quotient, spex_error *error);
void walker_release(struct walker *walker);
/* Appends to `path` the side's steps from *state along the route, internal steps within
 * classes included, and moves *state to where they lead. Errors: MEMORY, INTERNAL. */
int walker_follow(struct walker *walker, enum side side, const struct route *route, uint32_t *state,
                  struct path *path, spex_error *error);
int walker_take(struct walker *walker, enum side side, uint64_t edge, uint32_t *state,
                struct path *path, spex_error *error);
/* Appends the internal steps, within its class, from *state to where a cycle of internal
 * steps begins, and that cycle to `cycle`. Errors: MEMORY, INTERNAL. */
int walker_circle(struct walker *walker, enum side side, uint32_t *state, struct path *path,
                  struct path *cycle, spex_error *error);

#endif
