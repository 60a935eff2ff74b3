/* What the files that explain a "no" share: the game with all that it is played on. */
#ifndef CHECK_GAME_PRIVATE_H
#define CHECK_GAME_PRIVATE_H

#include "check/comparison.h"
#include "check/game.h"
#include "check/levels.h"
#include "check/merge.h"
#include "check/observe.h"
#include "check/quotient.h"
#include "check/walker.h"

struct game {
    enum equivalence equivalence;
    struct arena arena; /* where these two are */
    struct merged merged;
    uint32_t *component;
    struct quotient quotient;
    struct walker walker;
    struct levels levels; /* once game_level found them */
    bool leveled;
    bool too_deep; /* known already: for the levels */
    bool shortest; /* as the levels are the number of rounds */
    struct observer observer;
    struct view views[2];
    size_t observed;      /* observations made, for all views so far */
    size_t most_observed; /* so many end a play that is not known to be the shortest */
};

/* Takes over what it needs of the comparison, whose partition is that of the equivalence's
 * base, with the initial states in different blocks. Errors: MEMORY. */
int game_build(struct game **game, enum equivalence equivalence, struct comparison *comparison,
               spex_error *error);
/* Finds out how deep differences lie; where that takes too long, an order to tell classes apart.
 * `leveled` stays false where that takes too much memory: for weak bisimilarity, with tens of
 * millions of combined steps. Errors: MEMORY, CANCELLED, INTERNAL. */
int game_level(struct game *game, const struct progress *progress, spex_error *error);
/* The order in any case. Errors: as above. */
int game_order(struct game *game, const struct progress *progress, spex_error *error);
static inline bool game_weak(const struct game *game)
{
    return game->equivalence == EQUIVALENCE_WEAK || game->equivalence == EQUIVALENCE_WEAK_TRACE;
}
/* The label of the quotient that stands for internal steps for ever; SYMBOL_NONE: none. */
static inline uint32_t game_divergence(const struct game *game)
{
    return game->equivalence == EQUIVALENCE_DIVERGENCE ? game->merged.divergence : SYMBOL_NONE;
}

#endif
