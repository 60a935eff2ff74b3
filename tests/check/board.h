/* The play from its definition, for small systems: how many rounds the attacker needs from
 * each pair of states. Shares nothing with core/check but its headers. */
#ifndef TESTS_CHECK_BOARD_H
#define TESTS_CHECK_BOARD_H

#include "check/game.h"

enum { BOARD_STATES = 64 }; /* of each system */

struct board {
    const struct lts *sides[2];
    enum equivalence equivalence; /* not one of traces */
    bool silently[2][BOARD_STATES][BOARD_STATES];
    bool circles[2][BOARD_STATES]; /* on a cycle of internal steps */
    /* Within so many rounds the attacker wins from (left, right), against every answer;
     * 0: never. */
    unsigned wins[BOARD_STATES][BOARD_STATES];
};

/* free() */
struct board *board_create(const struct lts *left, const struct lts *right,
                           enum equivalence equivalence);
/* From the initial states. */
unsigned board_rounds(const struct board *board);
/* How long the defender can hold out after the round's attack, at best; 0: no answer. */
unsigned board_best_answer(const struct board *board, const struct round *round);

#endif
