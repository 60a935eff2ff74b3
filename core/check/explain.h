/* Why two systems are not equivalent: a trace that one side lacks, or else the play. */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "check/game_private.h"

/* *explanation stays NULL where none is found within bounds. Errors: MEMORY, CANCELLED,
 * INTERNAL. */
int game_explain(struct game *game, const struct progress *progress,
                 struct explanation **explanation, spex_error *error);

/* Replays the explanation on the two LTSs, given as graphs of their own states and
 * labels; knows nothing of how it was found. Errors: INTERNAL, MEMORY. */
int explanation_verify(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const struct graph steps[2], spex_error *error);

/* Finds out which other equivalences hold, within a bound on the work. Errors: MEMORY,
 * CANCELLED. */
int explanation_find_holding(struct explanation *explanation, const struct lts *left,
                             const struct lts *right, const struct progress *progress,
                             spex_error *error);

#endif
