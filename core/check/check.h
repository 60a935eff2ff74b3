/*
 * core/check - are two labelled transition systems branching bisimilar, and if
 * not, why not? Knows LTSs only: no specifications, stores or files.
 */
#ifndef CHECK_H
#define CHECK_H

#include "model/lts.h"
#include "spex.h"

/* LEFT is the specification, RIGHT the implementation, wherever that matters. */
enum side { LEFT = 0, RIGHT = 1 };

enum equivalence { EQUIVALENCE_BRANCHING = 0 };

/* Reported now and then by long checks; answers false to cancel. May be NULL. */
struct progress {
    bool (*report)(void *context, const char *what, double part);
    void *context;
};

struct explanation;

/* *equivalent tells the verdict. With `explanation` not NULL and a "no", *explanation
 * says why (free with explanation_free); after a "yes" it is NULL. Labels match by
 * name, across both symbol tables. Errors: CANCELLED, MEMORY, INTERNAL (an
 * explanation that does not replay: never shown). */
int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error);

/* For each state of both sides the number of its equivalence class, 0 .. *count - 1,
 * the same numbers on both sides. classes[side] has state_count elements, given by
 * the caller. Errors: CANCELLED, MEMORY. */
int check_classes(const struct lts *left, const struct lts *right, const struct progress *progress,
                  uint32_t *classes[2], uint32_t *count, spex_error *error);

/* States that can be reached from the initial one; reached has state_count elements. */
int check_reachable(const struct lts *lts, bool *reached, spex_error *error);

/* ---------------------------------------------------------- explanations */

/* Steps of one side, in order; label numbers are that side's own. */
struct path {
    struct lts_transition *steps;
    size_t count;
};

enum explanation_kind {
    /* `side` has a trace of visible actions that the other has not. path[side] runs
     * through it, to and including the last step; path[other] is the other side's
     * run through all but that last action (internal steps included). `offered` are
     * the actions (label numbers of the other side) that it could do there instead,
     * over all states it may be in. */
    EXPLANATION_TRACE,
    /* The traces agree; what differs is what remains possible. Both paths lead,
     * with the same visible actions, to two states from which the rounds differ. */
    EXPLANATION_CHOICE
};

/* One move of the play: `attacker` takes `attack` (internal steps, then one step);
 * the other side's best answer, or none: then the play is decided. */
struct round {
    enum side attacker;
    struct path attack;
    bool answered;
    struct path answer;
    size_t other_answers; /* how many further answers lose sooner or as soon */
};

struct explanation {
    enum explanation_kind kind;
    enum side side; /* who has the trace; who moves first */
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
