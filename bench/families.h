/* Families of labelled transition systems of any size, for timing: the shapes that real
 * models have, and those on which one way of refining or another is known to be slow. */
#ifndef BENCH_FAMILIES_H
#define BENCH_FAMILIES_H

#include "model/lts.h"

/* The names; NULL ends the list. */
extern const char *const families[];
/* A member with about so many transitions. Aborts when memory is out or there is no such
 * family. */
void family_make(struct lts *lts, const char *name, uint64_t transitions);
/* The same with other state numbers and its transitions in another order. */
void family_shuffle(struct lts *lts, uint64_t seed);

#endif
