/*
 * What of a specification its model has shown, and which runs would show the rest.
 *
 * Where the two are branching bisimilar, a transition is covered if the model has one like it:
 * from an equivalent state, perhaps after internal steps that decide nothing, with the
 * same action, into an equivalent state; and of each there is one. Where they are not, both are
 * walked through in step from their initial states: a step of the model covers the
 * specification's transition with the same action into the state of the same name; or, if the
 * specification has no state of that name, into an equivalent state; or, failing that, any with
 * the same action there. Behind a step that the specification does not have it goes on in the
 * state of that name.
 */
#ifndef CHECK_COVERAGE_H
#define CHECK_COVERAGE_H

#include "check/explanation.h"

/* An initialisation (SPEX_INITIALISATION) is taken, but counts as nothing. */
enum covering {
    COVERING_NOT, /* it can be reached and is not covered */
    COVERING_COVERED,
    COVERING_UNREACHABLE, /* no run of the specification gets to it: not counted */
    COVERING_START        /* an initialisation: not counted */
};

struct fraction {
    uint64_t covered, total;
};

struct coverage {
    bool equivalent;
    enum covering *transitions; /* of each transition of the specification, in its order */
    enum covering *states;      /* of each state; START: the one before initialisation */
    struct fraction transition_count, state_count;
    struct fraction pair_count; /* two transitions one behind the other: "1-switch" */
};

/* With `pairs` false without counting pairs, which takes less time. Zero what is given back
 * with coverage_release. Errors: CANCELLED, MEMORY, INTERNAL. */
int coverage_find(const struct lts *specification, const struct lts *model, bool pairs,
                  const struct progress *progress, struct coverage *coverage, spex_error *error);
void coverage_release(struct coverage *coverage);
/* Only how many transitions are covered, for an overview. */
int coverage_of(const struct lts *specification, const struct lts *model,
                const struct progress *progress, struct fraction *transitions, spex_error *error);

/* Runs of the specification, each from its initial state, that together take every transition
 * which is not covered; few of them, each as long as it finds something new nearby. Where
 * that takes too long, *left is how many transitions are in none of them. Free with
 * coverage_runs_free. Errors: CANCELLED, MEMORY. */
int coverage_runs(const struct lts *specification, const struct coverage *coverage,
                  const struct progress *progress, struct path **runs, size_t *count, size_t *left,
                  spex_error *error);
void coverage_runs_free(struct path *runs, size_t count);

#endif
