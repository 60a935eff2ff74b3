/* Why two systems are not equivalent, as a value: what is shown to people and written as JSON. */
#ifndef CHECK_EXPLANATION_H
#define CHECK_EXPLANATION_H

#include "check/check.h"

/* Steps of one side, in order; label numbers are that side's own. */
struct path {
    struct lts_transition *steps;
    size_t count;
};

enum explanation_kind {
    /* `side` has a trace of actions that the other has not. path[side] starts in its initial
     * state and runs through it, to and including the last step; path[other] starts in the
     * other's initial state and is its run through all but that last action (internal steps
     * included). `offered` are the actions (label numbers of the other side) that it could
     * do there instead, over all states it may be in. `side` has no shorter trace that the
     * other has not. */
    EXPLANATION_TRACE,
    /* Only where divergence counts. After the same actions `side` can take internal steps
     * for ever, round the `cycle` that begins where path[side] ends; the other, wherever it
     * may be then, cannot. path[other] is its run through the same actions. */
    EXPLANATION_DIVERGENCE,
    /* What differs is what remains possible. The paths, with the same actions, start in the
     * initial states and lead to the two states where the rounds start: `chooser` went
     * there, and the other had no choice of answer. Often they are empty. */
    EXPLANATION_CHOICE
};

/* Two states, one of each side, that differ: the attacker wins from here within `rounds`. */
struct position {
    uint32_t states[2];
    uint32_t rounds;
};

/* Internal steps, then a step with the attack's action (where an internal step is attacked,
 * internal steps alone or none at all will do; where weak bisimilarity is asked for, internal
 * steps may follow). It does not save the defender: at `next` the two differ again, which is
 * where both paths end or, with `before`, where both stood before the step itself. */
struct defence {
    struct path path;
    size_t before_count; /* steps of the path before the one that answers */
    struct path cycle;   /* answers internal steps for ever: with these, from the path's end */
    bool before;
    struct position next;
};

/* One move of the play: from `position` the attacker takes `attack` (internal steps, then a
 * step with some action; or, where divergence counts, internal steps to where the `cycle`
 * begins and round it for ever). Without an answer the play is decided. */
struct round {
    struct position position;
    enum side attacker;
    struct path attack;
    size_t attack_before; /* steps of the attack before the one that is to be answered */
    struct path cycle;
    struct defence *answers; /* the one that holds out longest first; one of each outcome */
    size_t answer_count;
    size_t more_answers; /* left out, beyond a few hundred */
    uint32_t *offered;   /* unanswered: what the defender can do instead, also after internal
                            steps (its label numbers) */
    size_t offered_count;
};
void round_release(struct round *round);

struct formula;
struct explanation {
    enum explanation_kind kind;
    enum equivalence equivalence; /* which was asked for */
    enum side side;               /* who has the trace, the divergence; who moves first */
    bool shortest;    /* EXPLANATION_CHOICE: no play takes fewer rounds; else that was too much
                         to find out */
    bool same_traces; /* EXPLANATION_CHOICE: known to have the same traces; else there were
                         too many to compare */
    struct path path[2];
    struct path cycle;
    enum side chooser; /* EXPLANATION_CHOICE: whose choice the paths are */
    uint32_t *offered;
    size_t offered_count;
    struct round *rounds; /* EXPLANATION_CHOICE only; each goes on from the first answer of
                             the one before, the last has no answer */
    size_t round_count;
    uint32_t rounds_left;     /* not 0: there was too much to look at; the play goes on behind the
                                 last round's first answer, and is decided within so many more */
    struct explanation *also; /* EXPLANATION_TRACE: a shortest trace that only the other side
                                 has; NULL where there is none or none was found */
    struct formula *formula;  /* true of one initial state and not of the other (formula.h);
                                 NULL where equivalence is of traces, or too large */
    bool holds[EQUIVALENCES]; /* which others hold all the same, as far as that could be found
                                 out in a moment */
};

void explanation_free(struct explanation *explanation);
/* The finest of those that hold all the same (weak before trace); EQUIVALENCES: none. */
enum equivalence explanation_still_holds(const struct explanation *explanation);

/* The explanation in plain words (NULL: that there is none), several lines, names as given
 * ("specification", "implementation", or file names). Appended to text. */
struct text;
void explanation_print(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const char *left_name, const char *right_name,
                       struct text *text);

#endif
