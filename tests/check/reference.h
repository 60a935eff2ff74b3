/* The equivalences straight from their definitions, for small systems: the greatest
 * relation that is such a bisimulation, found by striking out pairs; for traces, both sides
 * walked through in step. Shares nothing with core/check but the names of the notions. */
#ifndef TESTS_CHECK_REFERENCE_H
#define TESTS_CHECK_REFERENCE_H

#include "check/check.h"

enum { REFERENCE_STATES = 96 }; /* of both systems together */

/* related[s][t]: both numbered through, the left's states first. */
struct reference {
    uint32_t shift; /* of the right's states */
    uint32_t states;
    bool related[REFERENCE_STATES][REFERENCE_STATES];
};

/* Not for traces. */
void reference_relate(struct reference *reference, enum equivalence equivalence,
                      const struct lts *left, const struct lts *right);
bool reference_holds(enum equivalence equivalence, const struct lts *left, const struct lts *right);
/* Branching bisimilarity. */
void reference_find(struct reference *reference, const struct lts *left, const struct lts *right);
bool reference_equivalent(const struct lts *left, const struct lts *right);

#endif
