/*
 * The difference as a game, for who wants to try: the attacker makes the moves that tell
 * the two systems apart, the defender answers for the other one, and loses.
 *
 *     game_open, position = game_start; then again and again game_round at the position:
 *     it says what the attacker does and what can be answered, and where each answer leads.
 */
#ifndef CHECK_GAME_H
#define CHECK_GAME_H

#include "check/explanation.h"

struct game;

/* *game stays NULL where the two are equivalent and, for weak bisimilarity, where the game takes
 * too much memory. The LTSs must outlive the game. Errors: as check_equivalence;
 * USAGE too for equivalences of traces, which have no game. */
int game_open(struct game **game, const struct lts *left, const struct lts *right,
              enum equivalence equivalence, const struct progress *progress, spex_error *error);
void game_close(struct game *game);
/* Where the game begins: both initial states. */
struct position game_start(const struct game *game);
/* The same for any two states that differ; rounds is 0 where these two are not told apart
 * within the rounds that the game itself takes. */
struct position game_position(const struct game *game, uint32_t left, uint32_t right);
/* The attacker's move and all answers. Free with round_release. Errors: MEMORY, USAGE (no
 * such position), INTERNAL. */
int game_round(struct game *game, struct position position, struct round *round, spex_error *error);

#endif
