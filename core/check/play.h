/* The play: how one side shows, move by move, that the other does not keep up. */
#ifndef CHECK_PLAY_H
#define CHECK_PLAY_H

#include "check/game_private.h"

/* Fills the explanation's paths, rounds and `side`: the game from its start, each move
 * answered as well as can be; not to its end where there is too much to look at. Errors:
 * MEMORY, INTERNAL, CANCELLED. */
int play(struct game *game, const struct progress *progress, struct explanation *explanation,
         spex_error *error);

#endif
