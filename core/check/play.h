/* The play: how one side shows, move by move, that the other does not keep up. */
#ifndef CHECK_PLAY_H
#define CHECK_PLAY_H

#include "check/levels.h"
#include "check/walker.h"

/* Fills the explanation's paths, rounds, `side` and `offered`. Errors: MEMORY, INTERNAL. */
int play(const struct quotient *quotient, const struct levels *levels, struct walker *walker,
         struct explanation *explanation, spex_error *error);

#endif
