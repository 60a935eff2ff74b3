/* A formula of minimal depth from the levels at which classes part. */
#ifndef CHECK_FORMULA_FIND_H
#define CHECK_FORMULA_FIND_H

#include "check/formula.h"
#include "check/game_private.h"

/* The game's levels must be there. *formula stays NULL where it would be too large. Errors:
 * MEMORY, INTERNAL. */
int formula_find(struct game *game, struct formula **formula, spex_error *error);

#endif
