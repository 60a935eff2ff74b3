/* LTSs for the tests: written in a row, read from files, made at random. */
#ifndef TESTS_CHECK_SYSTEMS_H
#define TESTS_CHECK_SYSTEMS_H

#include "model/lts.h"
#include "tests/suite.h"

/* "initial;states;0:a:1 1:tau:2": `tau` is the internal action. Aborts on a mistake. */
void system_read_row(struct lts *lts, const char *row);
/* An .aut file, through `xz -dc` where its name ends in .xz; `tau` is internal. The
 * trusted verdicts take `a|b` for the multi-action of a and b, so the parts of a label are
 * put in order: `b|a` is read as `a|b`. */
bool system_read_file(struct lts *lts, const char *path);

/* An LTS with labels a, b, c (fewer with a smaller `labels`) and `states` states. */
void system_random(struct random *random, struct lts *lts, uint32_t states, uint32_t transitions,
                   uint32_t labels, uint32_t internal_percent);
void system_copy(struct lts *copy, const struct lts *lts);
/* The same behaviour in other words: internal steps that decide nothing, internal
 * cycles, doubled states, unreachable states. */
void system_disguise(struct random *random, struct lts *lts, uint32_t times);
/* One transition more, less or elsewhere. */
void system_mutate(struct random *random, struct lts *lts);
/* Other state numbers, other label numbers, another order of transitions. */
void system_shuffle(struct random *random, struct lts *lts);

/* A pair of small systems: unrelated, disguised, mutated, both, disguised twice. */
enum { SYSTEM_KINDS = 5 };
void system_random_pair(struct random *random, uint32_t kind, struct lts *left, struct lts *right);

/* A transition, and the states it needs. */
void system_add(struct lts *lts, uint32_t from, uint32_t label, uint32_t to);

#endif
