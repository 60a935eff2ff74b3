/* Explanations looked at with other eyes: sets of states and label names only, nothing
 * of core/check but its header. */
#ifndef TESTS_CHECK_REPLAY_H
#define TESTS_CHECK_REPLAY_H

#include "check/check.h"
#include "tests/check/reference.h"

/* NULL, or what is wrong with it as its header describes it. */
const char *replay_fault(const struct explanation *explanation, const struct lts *left,
                         const struct lts *right);
/* For small systems: as above for the rounds, and no round starts in two states that are
 * related. */
const char *replay_related(const struct explanation *explanation, const struct lts *left,
                           const struct lts *right, const struct reference *reference);
/* The length in visible actions of a shortest trace that only one side has; 0: none.
 * At most 64 states a side. */
unsigned replay_shortest(const struct lts *left, const struct lts *right);
/* The fewest rounds in which the attacker can win from the initial states, against
 * every answer; 0: never. Small systems. */
unsigned replay_rounds(const struct lts *left, const struct lts *right);

#endif
