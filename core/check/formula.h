/*
 * A distinguishing formula: true of one side's initial state, false of the other's. Its
 * nodes are steps ("it can do this, so that then ..."), each kept once however often it
 * is used, so that what would explode as a tree stays small.
 */
#ifndef CHECK_FORMULA_H
#define CHECK_FORMULA_H

#include "check/check.h"

/* What a node says a state can do. */
enum formula_step {
    FORMULA_ACTION,   /* the action */
    FORMULA_INTERNAL, /* an internal step, or none at all; STRONG: one */
    FORMULA_FOREVER   /* internal steps for ever */
};

/* A node of the formula, or that it does not hold. */
struct formula_part {
    uint32_t node;
    bool negated;
};

/*
 * Branching and divergence: after internal steps a state is reached of which all parts of
 * `before` are true and that can do the step into one of which all parts of `after` are.
 * Weak: internal steps, the step and internal steps lead to one of which all of `after` are
 * true. Strong: a step does. Parts have smaller numbers than the node.
 */
struct formula_node {
    enum formula_step step;
    const char *action;          /* FORMULA_ACTION: its name, owned by one of the two LTSs */
    uint32_t after, after_count; /* in parts[] */
    uint32_t before, before_count;
    uint32_t depth; /* steps inside one another, at most */
    uint32_t uses;  /* how many parts name it */
};

struct formula {
    enum equivalence equivalence;
    enum side side;             /* of which it is true */
    struct formula_node *nodes; /* the last one is the formula */
    uint32_t node_count;
    struct formula_part *parts;
    uint32_t part_count;
};
void formula_free(struct formula *formula);

/* In one line a definition, as described in spex(5). Appended to text. */
struct text;
void formula_print(const struct formula *formula, struct text *text);
/* In words, what follows "it can": in one line, or in up to `lines` more, indented by
 * `indent`. False where it takes more of them: nothing was appended. */
bool formula_tell(const struct formula *formula, unsigned indent, unsigned lines,
                  struct text *text);

/* Of the other side, in words, where the formula says of its own no more than that after some
 * steps it cannot do something: "whenever SUBJECT does this, then it can do that". False where
 * it says anything else, or as above. */
bool formula_tell_other(const struct formula *formula, const char *subject, unsigned indent,
                        unsigned lines, struct text *text);

/* holds[state] for every state of the LTS, from the meaning above. Knows nothing of how the
 * formula was found. Errors: MEMORY. */
int formula_holds(const struct formula *formula, const struct lts *lts, bool *holds,
                  spex_error *error);

#endif
