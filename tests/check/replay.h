/* Explanations looked at with other eyes: sets of states and label names only, nothing
 * of core/check but its headers. */
#ifndef TESTS_CHECK_REPLAY_H
#define TESTS_CHECK_REPLAY_H

#include "check/explanation.h"
#include "check/formula.h"

/* NULL, or what is wrong with it as its header describes it. */
const char *replay_fault(const struct explanation *explanation, const struct lts *left,
                         const struct lts *right);
const char *replay_round(const struct round *round, enum equivalence equivalence,
                         const struct lts *left, const struct lts *right);
const char *replay_formula(const struct formula *formula, const struct lts *left,
                           const struct lts *right);
/* The length of a shortest trace that only `side` has, as the equivalence counts: visible
 * actions, or for strong bisimilarity and traces all; 0: none. At most 64 states a side. */
unsigned replay_shortest(const struct lts *left, const struct lts *right,
                         enum equivalence equivalence, enum side side);

#endif
