#include "check/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/levels.h"
#include "check/play.h"
#include "check/quotient.h"
#include "check/subset.h"
#include "check/walker.h"

void explanation_free(struct explanation *explanation)
{
    if (!explanation)
        return;
    free(explanation->path[LEFT].steps);
    free(explanation->path[RIGHT].steps);
    for (size_t i = 0; i < explanation->round_count; i++) {
        free(explanation->rounds[i].attack.steps);
        free(explanation->rounds[i].answer.steps);
        free(explanation->rounds[i].offered);
    }
    free(explanation->rounds);
    free(explanation->offered);
    free(explanation);
}

static int explain_trace(struct walker *walker, const struct trace *trace,
                         struct explanation *explanation, spex_error *error)
{
    enum side other = trace->side == LEFT ? RIGHT : LEFT;
    explanation->kind = EXPLANATION_TRACE;
    explanation->side = trace->side;
    int status = SPEX_OK;
    for (int side = LEFT; !status && side <= RIGHT; side++) {
        uint32_t state = walker->merged->sides[side]->initial;
        status = walker_follow(walker, (enum side)side, &trace->routes[side], &state,
                               &explanation->path[side], error);
    }
    if (status)
        return status;
    explanation->offered = memory_resize(NULL, trace->offered_count, sizeof *explanation->offered);
    if (!explanation->offered)
        return error_memory(error);
    for (size_t i = 0; i < trace->offered_count; i++)
        explanation->offered[i] = walker->own_labels[other][trace->offered[i]];
    explanation->offered_count = trace->offered_count;
    return SPEX_OK;
}

static int explain_choice(const struct quotient *quotient, struct walker *walker,
                          const struct progress *progress, struct explanation *explanation,
                          bool *found, spex_error *error)
{
    struct levels levels;
    int status = levels_build(&levels, quotient, progress, found, error);
    if (status || !*found)
        return status;
    explanation->kind = EXPLANATION_CHOICE;
    status = play(quotient, &levels, walker, explanation, error);
    levels_release(&levels);
    return status;
}

static int build(const struct quotient *quotient, struct walker *walker,
                 const struct progress *progress, struct explanation *explanation, bool *found,
                 spex_error *error)
{
    struct trace trace;
    enum trace_search result;
    int status = subset_search(quotient, progress, &result, &trace, error);
    if (status)
        return status;
    *found = result == TRACES_DIFFER;
    explanation->same_traces = result == TRACES_AGREE;
    if (*found)
        status = explain_trace(walker, &trace, explanation, error);
    else
        status = explain_choice(quotient, walker, progress, explanation, found, error);
    trace_release(&trace);
    if (!status && *found)
        status = explanation_verify(explanation, walker->merged->sides[LEFT],
                                    walker->merged->sides[RIGHT], walker->steps, error);
    return status;
}

int explain(const struct merged *merged, const uint32_t *component, const struct graph *graph,
            const struct partition *partition, const struct progress *progress,
            struct explanation **explanation, spex_error *error)
{
    struct quotient quotient;
    struct walker walker = {0};
    bool found = false;
    int status = quotient_build(&quotient, merged, component, graph, partition, false, error);
    if (status)
        return status;
    status = walker_init(&walker, merged, &quotient, error);
    if (!status) {
        *explanation = memory_allocate(1, sizeof **explanation);
        status = *explanation ? build(&quotient, &walker, progress, *explanation, &found, error)
                              : error_memory(error);
        walker_release(&walker);
    }
    if (status || !found) {
        explanation_free(*explanation);
        *explanation = NULL;
    }
    quotient_release(&quotient);
    return status;
}
