/* What still holds after a "no": the other equivalences, tried within a bound. */
#include "base/error.h"
#include "check/explain.h"

/* A few tenths of a second at most. */
enum { MOST_TRANSITIONS = 200000, MOST_REPORTS = 100 };

struct patience {
    const struct progress *progress; /* the caller's own */
    unsigned reports;
    bool cancelled;
};

static bool report(void *context, const char *what, double part)
{
    struct patience *patience = context;
    const struct progress *progress = patience->progress;
    (void)what;
    if (progress && progress->report &&
        !progress->report(progress->context, "what still holds", part))
        patience->cancelled = true;
    return !patience->cancelled && ++patience->reports < MOST_REPORTS;
}

/* Whether the first implies the second. */
static bool implies(enum equivalence finer, enum equivalence coarser)
{
    static const enum equivalence next[EQUIVALENCES] = {
        [EQUIVALENCE_STRONG] = EQUIVALENCE_DIVERGENCE,
        [EQUIVALENCE_DIVERGENCE] = EQUIVALENCE_BRANCHING,
        [EQUIVALENCE_BRANCHING] = EQUIVALENCE_WEAK,
        [EQUIVALENCE_WEAK] = EQUIVALENCE_WEAK_TRACE,
        [EQUIVALENCE_TRACE] = EQUIVALENCE_WEAK_TRACE,
        [EQUIVALENCE_WEAK_TRACE] = EQUIVALENCE_WEAK_TRACE};
    if (finer == EQUIVALENCE_STRONG && coarser == EQUIVALENCE_TRACE)
        return true;
    while (finer != coarser && next[finer] != finer)
        finer = next[finer];
    return finer == coarser;
}

/* From fine to coarse; weak bisimilarity before traces, which neither implies. */
static const enum equivalence order[EQUIVALENCES] = {EQUIVALENCE_STRONG,    EQUIVALENCE_DIVERGENCE,
                                                     EQUIVALENCE_BRANCHING, EQUIVALENCE_WEAK,
                                                     EQUIVALENCE_TRACE,     EQUIVALENCE_WEAK_TRACE};

enum equivalence explanation_still_holds(const struct explanation *explanation)
{
    for (int i = 0; i < EQUIVALENCES; i++)
        if (explanation->holds[order[i]])
            return order[i];
    return (enum equivalence)EQUIVALENCES;
}

/* What is known without trying. */
static void begin(const struct explanation *explanation, bool *known, bool *holds)
{
    bool internal_counts = explanation->equivalence == EQUIVALENCE_STRONG ||
                           explanation->equivalence == EQUIVALENCE_TRACE;
    enum equivalence traces = internal_counts ? EQUIVALENCE_TRACE : EQUIVALENCE_WEAK_TRACE;
    for (int i = 0; i < EQUIVALENCES; i++) {
        enum equivalence each = (enum equivalence)i;
        bool no_trace = explanation->kind == EXPLANATION_TRACE && implies(each, traces);
        bool agree = explanation->kind != EXPLANATION_TRACE && explanation->same_traces;
        known[i] =
            implies(each, explanation->equivalence) || no_trace || (agree && implies(traces, each));
        holds[i] = agree && implies(traces, each);
    }
}

int explanation_find_holding(struct explanation *explanation, const struct lts *left,
                             const struct lts *right, const struct progress *progress,
                             spex_error *error)
{
    bool known[EQUIVALENCES];
    begin(explanation, known, explanation->holds);
    if (left->transition_count + right->transition_count > MOST_TRANSITIONS)
        return SPEX_OK;
    for (int i = 0; i < EQUIVALENCES; i++) {
        enum equivalence tried = order[i];
        struct patience patience = {.progress = progress};
        struct progress bounded = {report, &patience};
        bool holds = false;
        if (known[tried])
            continue;
        int status = check_equivalence(left, right, tried, &bounded, &holds, NULL, error);
        if (patience.cancelled)
            return status ? status
                          : error_set(error, SPEX_ERROR_CANCELLED, "the comparison was cancelled");
        if (status) /* it would take too long, or too much */
            continue;
        for (int k = 0; k < EQUIVALENCES; k++) {
            enum equivalence other = (enum equivalence)k;
            if (known[k] || !(holds ? implies(tried, other) : implies(other, tried)))
                continue;
            known[k] = true;
            explanation->holds[k] = holds;
        }
    }
    return SPEX_OK;
}
