/* Branching bisimilarity straight from its definition, for small systems: the greatest
 * relation that is one, found by striking out pairs. Shares nothing with core/check. */
#ifndef TESTS_CHECK_REFERENCE_H
#define TESTS_CHECK_REFERENCE_H

#include "model/lts.h"

enum { REFERENCE_STATES = 96 }; /* of both systems together */

/* related[s][t]: both numbered through, the left's states first. */
struct reference {
    uint32_t shift; /* of the right's states */
    uint32_t states;
    bool related[REFERENCE_STATES][REFERENCE_STATES];
};

void reference_find(struct reference *reference, const struct lts *left, const struct lts *right);
bool reference_equivalent(const struct lts *left, const struct lts *right);

#endif
