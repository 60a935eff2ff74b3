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

struct explanation;

/* *equivalent tells the verdict. With `explanation` not NULL and a "no", *explanation
 * says why (free with explanation_free); after a "yes" it is NULL. It stays NULL after a
 * "no" too where the difference is too entangled to be found within bounds on time and
 * memory (millions of states apart only in their choices), and for equivalences other than
 * branching bisimilarity. Labels match by name, across both symbol tables. Errors: CANCELLED,
 * MEMORY (also where weak bisimilarity or traces take more than they may), USAGE (no such
 * equivalence), INTERNAL (an explanation that does not replay: never shown; or an LTS that
 * names states or labels it does not have). */
int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error);

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

/* ---------------------------------------------------------- explanations */

/* Steps of one side, in order; label numbers are that side's own. */
struct path {
    struct lts_transition *steps;
    size_t count;
};

enum explanation_kind {
    /* `side` has a trace of visible actions that the other has not. path[side] starts in
     * its initial state and runs through it, to and including the last step; path[other]
     * starts in the other's initial state and is its run through all but that last action
     * (internal steps included). `offered` are the actions (label numbers of the other
     * side) that it could do there instead, over all states it may be in. No shorter
     * trace is had by one side only. */
    EXPLANATION_TRACE,
    /* What differs is what remains possible. The paths, with the same visible actions,
     * start in the initial states and lead to the two states where the rounds start; on
     * the way the other side had no choice of answer, and often they are empty. */
    EXPLANATION_CHOICE
};

/* One move of the play, from the two states where the game stands: `attacker` takes
 * `attack` (internal steps, then one step with some action); the other side's best answer
 * does internal steps, then a step with the same action. An internal last step may also
 * be answered by internal steps alone, or by staying (an empty path). Unanswered: there is
 * no such step, and the play is decided. The next round starts where both paths end; or,
 * with `before`, where both stood before their last step: already there they differ. */
struct round {
    enum side attacker;
    struct path attack;
    bool answered;
    struct path answer;
    size_t answer_before; /* steps of the answer before the one that answers: count - 1, or
                             count where an internal step is answered without one */
    bool before;
    size_t other_answers; /* how many further answers lose sooner or as soon */
    uint32_t *offered;    /* unanswered: what the side that cannot answer can do instead, also
                             after internal steps (its label numbers, no internal ones) */
    size_t offered_count;
};

struct explanation {
    enum explanation_kind kind;
    enum side side;   /* who has the trace; who moves first */
    bool same_traces; /* EXPLANATION_CHOICE: known to have the same traces; else there were
                         too many to compare */
    struct path path[2];
    uint32_t *offered;
    size_t offered_count;
    struct round *rounds; /* EXPLANATION_CHOICE only; the last one is unanswered */
    size_t round_count;
};

void explanation_free(struct explanation *explanation);

/* The explanation in plain words, several lines, names as given ("specification",
 * "implementation", or file names). Appended to text. */
struct text;
void explanation_print(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const char *left_name, const char *right_name,
                       struct text *text);

#endif
