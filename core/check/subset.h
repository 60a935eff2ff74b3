/* A shortest trace of visible actions that only one side has: both sides' sets of
 * possible classes walked through in step. */
#ifndef CHECK_SUBSET_H
#define CHECK_SUBSET_H

#include "check/quotient.h"

enum trace_search { TRACES_AGREE, TRACES_DIFFER, TRACES_UNDECIDED };

struct trace {
    enum side side;         /* who has it */
    struct route routes[2]; /* the side that has it: through its last action; the other: to
                               where it cannot follow */
    uint32_t *offered;      /* what the other side can do there: common labels, ascending */
    size_t offered_count;
};

/* What is looked for. */
struct trace_question {
    uint32_t ending; /* a label that only ends a trace, SYMBOL_NONE: none; ... */
    bool ended;      /* ... and whether it counts, or is as if it were not there */
    bool one_sided;  /* only a trace that `side` has and the other has not */
    enum side side;
    bool patient; /* the answer is worth a second or two, not just some tenths of one */
};

/* Where traces agree or there were too many to tell, *trace stays empty. Errors: MEMORY,
 * CANCELLED. */
int subset_search(const struct quotient *quotient, const struct trace_question *question,
                  const struct progress *progress, enum trace_search *result, struct trace *trace,
                  spex_error *error);
void trace_release(struct trace *trace);

#endif
