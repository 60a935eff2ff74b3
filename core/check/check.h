/*
 * core/check - are two labelled transition systems equivalent, and if not, why not?
 * Knows LTSs only: no specifications, stores or files.
 */
#ifndef CHECK_H
#define CHECK_H

#include "base/progress.h"
#include "model/lts.h"
#include "spex.h"

/* LEFT is the specification, RIGHT the implementation, wherever that matters. */
enum side { LEFT = 0, RIGHT = 1 };

enum equivalence {
    EQUIVALENCE_BRANCHING,  /* branching bisimilarity */
    EQUIVALENCE_DIVERGENCE, /* the same, and internal steps for ever are told apart */
    EQUIVALENCE_STRONG,     /* strong bisimilarity: the internal action is one like any other */
    EQUIVALENCE_WEAK,       /* weak bisimilarity */
    EQUIVALENCE_TRACE,      /* the same traces, internal actions among them */
    EQUIVALENCE_WEAK_TRACE  /* the same traces of visible actions */
};
enum { EQUIVALENCES = EQUIVALENCE_WEAK_TRACE + 1 };
bool equivalence_known(enum equivalence equivalence);
/* "branching", "divergence", "strong", "weak", "trace", "weak-trace"; NULL beyond these. */
const char *equivalence_name(enum equivalence equivalence);

struct explanation; /* explanation.h */

/* *equivalent tells the verdict. With `explanation` not NULL and a "no", *explanation
 * says why (free with explanation_free); after a "yes" it is NULL. It stays NULL after a
 * "no" too where that would take too much memory: for weak bisimilarity, where both sides have
 * the same traces and tens of millions of combined steps. Labels match by name, across
 * both symbol tables. Errors: CANCELLED, MEMORY (also where weak bisimilarity or traces take
 * more than they may), USAGE (no such equivalence), INTERNAL (an explanation that does not
 * replay: never shown; or an LTS that names states or labels it does not have). */
int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error);

/* The verdict alone; the transitions of both sides may be given back on the way, so that
 * large ones take less memory. */
int check_consuming(struct lts *left, struct lts *right, enum equivalence equivalence,
                    const struct progress *progress, bool *equivalent, spex_error *error);

/* For each state of both sides the number of its equivalence class, 0 .. *count - 1,
 * the same numbers on both sides. classes[side] has state_count elements, given by
 * the caller. Not for equivalences of traces. Errors: CANCELLED, MEMORY, USAGE. */
int check_classes(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                  const struct progress *progress, uint32_t *classes[2], uint32_t *count,
                  spex_error *error);

/* The quotient of what the initial state reaches, for branching, divergence and strong: a
 * smallest LTS that is equivalent. Divergence becomes an internal step to itself. States
 * are numbered in the order of their first members and named after one of them; the
 * labels are those of `lts`, transitions ascend by state, label's name and target.
 * state_of[state of lts], given by the caller, becomes the state that stands for it,
 * UINT32_MAX for none. Errors: CANCELLED, MEMORY, USAGE, INTERNAL. */
int check_reduce(const struct lts *lts, enum equivalence equivalence,
                 const struct progress *progress, struct lts *reduced, uint32_t *state_of,
                 spex_error *error);

/* States that can be reached from the initial one; reached has state_count elements. */
int check_reachable(const struct lts *lts, bool *reached, spex_error *error);

#endif
