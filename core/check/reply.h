/*
 * Where two systems are branching bisimilar, whatever one does the other can answer: after
 * internal steps that decide nothing it does the same, into an equivalent state.
 */
#ifndef CHECK_REPLY_H
#define CHECK_REPLY_H

#include "check/explanation.h"

struct replier;

/* The LTSs must outlive it; they need not be equivalent. Errors: as check_classes. */
int replier_open(struct replier **replier, const struct lts *left, const struct lts *right,
                 const struct progress *progress, spex_error *error);
void replier_close(struct replier *replier);
bool replier_equivalent(const struct replier *replier, uint32_t left, uint32_t right);
/* The transitions that leave the state, as indices. */
const uint32_t *replier_steps(const struct replier *replier, enum side side, uint32_t state,
                              size_t *count);
/* The attacker's transition leaves its state of the position, whose states are equivalent.
 * *round becomes that step with the one answer, as if it had been a round of a game; its
 * `next` is equivalent again. Free with round_release. Errors: USAGE (no such step or
 * position), MEMORY, INTERNAL. */
int replier_answer(struct replier *replier, struct position position, enum side attacker,
                   uint32_t transition, struct round *round, spex_error *error);

#endif
