/* What is drawn of an LTS: all of it, what lies around one state, or its classes. */
#ifndef GRAPH_PART_H
#define GRAPH_PART_H

#include "model/lts.h"

/* Each array says SYMBOL_NONE where there is no such thing. */
struct lts_part {
    struct lts lts;          /* states keep their names (or numbers, as names) */
    uint32_t *state_of;      /* state of the whole -> state here */
    uint32_t *transition_of; /* transition of the whole -> transition here */
    uint32_t *origin;        /* state here -> state of the whole; of a class its first one */
    bool initial;            /* the initial state is among them; else lts.initial is the state
                                that is nearest to it */
    uint32_t steps;          /* of a neighbourhood: how far all states are included */
};
void part_release(struct lts_part *part);

/* All states and transitions, in their order. Errors: MEMORY. */
int part_all(struct lts_part *part, const struct lts *whole, spex_error *error);
/* The at most `limit` states nearest to `centre`, none more than `most_steps` away (steps
 * counted in both directions), with all transitions between them. Errors: MEMORY. */
int part_neighbourhood(struct lts_part *part, const struct lts *whole, uint32_t centre,
                       uint32_t most_steps, uint32_t limit, spex_error *error);
/* A state a class (numbered 0 .. class_count - 1), named as the first one of the class; no
 * internal transitions inside of classes, each other transition once. Errors: MEMORY. */
int part_quotient(struct lts_part *part, const struct lts *whole, const uint32_t *classes,
                  uint32_t class_count, spex_error *error);

#endif
