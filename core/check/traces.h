/* The traces of actions that the two sides have. Internal edges do not show in them. */
#ifndef CHECK_TRACES_H
#define CHECK_TRACES_H

#include "check/quotient.h"

/* Do both sides have the same? Errors: CANCELLED, MEMORY (also where there are too many sets
 * of classes to be told apart). */
int traces_compare(const struct quotient *quotient, const struct progress *progress,
                   bool *equivalent, spex_error *error);

enum trace_search { TRACES_INCLUDED, TRACES_DIFFER, TRACES_UNDECIDED };

/* A shortest trace that one side has and the other has not. */
struct trace {
    enum trace_search search; /* whether there is one; if not, the rest is empty */
    enum side side;           /* who has it */
    size_t length;            /* in actions */
    struct route routes[2];   /* the side that has it: through its last action; the other: to
                                 where it cannot follow */
    uint32_t *offered;        /* what the other side can do there: common labels, ascending */
    size_t offered_count;
};

/* What is looked for. */
struct trace_question {
    uint32_t ending; /* a label that only ends a trace, SYMBOL_NONE: none; ... */
    bool ended;      /* ... and whether it counts, or is as if it were not there */
    bool patient;    /* the answer is worth as long as it takes, not just a second or two */
    bool *too_deep;  /* set where the two part too deep for levels_build(); NULL: never mind */
};

/* One for each side that has the trace. To be released, also after an error. Errors:
 * CANCELLED, MEMORY. */
int traces_search(const struct quotient *quotient, const struct trace_question *question,
                  const struct progress *progress, struct trace traces[2], spex_error *error);
void trace_release(struct trace *trace);

#endif
