/* LTSs for the tests: written as lines "from --[action]-> to", or drawn at random. */
#ifndef TESTS_GRAPH_EXAMPLES_H
#define TESTS_GRAPH_EXAMPLES_H

#include "model/lts.h"
#include "tests/suite.h"

struct example {
    const char *name; /* of the golden file too */
    const char *lines;
};
extern const struct example examples[]; /* ended by {0} */

/* "__internal__" is the internal action; "state" alone on a line: a state. */
void example_lts(struct lts *lts, const char *lines);

/* 1..states states, up to `transitions` transitions; self-loops, parallel and internal
 * ones, states nothing leads to, wide and combining names. */
void random_lts(struct lts *lts, struct random *random, uint32_t states, uint32_t transitions);

#endif
