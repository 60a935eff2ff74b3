#include "check/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/formula_find.h"
#include "check/play.h"
#include "check/traces.h"

/* States times nodes: beyond that a formula takes too long to be verified. */
#define MOST_TRUTHS ((size_t)1 << 28)

void explanation_free(struct explanation *explanation)
{
    if (!explanation)
        return;
    free(explanation->path[LEFT].steps);
    free(explanation->path[RIGHT].steps);
    free(explanation->cycle.steps);
    for (size_t i = 0; i < explanation->round_count; i++)
        round_release(&explanation->rounds[i]);
    free(explanation->rounds);
    free(explanation->offered);
    explanation_free(explanation->also);
    formula_free(explanation->formula);
    free(explanation);
}

static bool has_traces_only(enum equivalence equivalence)
{
    return equivalence == EQUIVALENCE_TRACE || equivalence == EQUIVALENCE_WEAK_TRACE;
}

/* ---------------------------------------------------------------- traces */

static int fill_offered(struct game *game, const struct trace *trace,
                        struct explanation *explanation, spex_error *error)
{
    enum side other = trace->side == LEFT ? RIGHT : LEFT;
    explanation->offered = memory_resize(NULL, trace->offered_count, sizeof *explanation->offered);
    if (!explanation->offered)
        return error_memory(error);
    for (size_t i = 0; i < trace->offered_count; i++)
        explanation->offered[i] = game->walker.own_labels[other][trace->offered[i]];
    explanation->offered_count = trace->offered_count;
    return SPEX_OK;
}

static int explain_trace(struct game *game, struct trace *trace, struct explanation *explanation,
                         spex_error *error)
{
    struct route *route = &trace->routes[trace->side];
    bool divergence = edge_label(route->edges[route->count - 1]) == game_divergence(game);
    explanation->kind = divergence ? EXPLANATION_DIVERGENCE : EXPLANATION_TRACE;
    explanation->side = trace->side;
    route->count -= divergence;
    int status = SPEX_OK;
    for (int side = LEFT; !status && side <= RIGHT; side++) {
        uint32_t state = game->merged.sides[side]->initial;
        status = walker_follow(&game->walker, (enum side)side, &trace->routes[side], &state,
                               &explanation->path[side], error);
        if (!status && divergence && explanation->side == (enum side)side)
            status = walker_circle(&game->walker, (enum side)side, &state, &explanation->path[side],
                                   &explanation->cycle, error);
    }
    if (!status && !divergence)
        status = fill_offered(game, trace, explanation, error);
    return status;
}

/* One side has a trace; the other has one, too. */
static int explain_also(struct game *game, struct trace *trace, struct explanation *explanation,
                        spex_error *error)
{
    struct explanation *also = explanation->also = memory_allocate(1, sizeof *also);
    if (!also)
        return error_memory(error);
    also->equivalence = explanation->equivalence;
    return explain_trace(game, trace, also, error);
}

/* The side whose trace is shorter; what the implementation does beyond its specification,
 * before what it lacks. NULL: neither has one that the other has not. */
static struct trace *shorter(struct trace traces[2])
{
    bool left = traces[LEFT].search == TRACES_DIFFER, right = traces[RIGHT].search == TRACES_DIFFER;
    if (right && (!left || traces[RIGHT].length <= traces[LEFT].length))
        return &traces[RIGHT];
    return left ? &traces[LEFT] : NULL;
}

static int search(struct game *game, const struct trace_question *question,
                  const struct progress *progress, struct explanation *explanation, bool *found,
                  spex_error *error)
{
    struct trace traces[2];
    int status = traces_search(&game->quotient, question, progress, traces, error);
    struct trace *one = status ? NULL : shorter(traces);
    struct trace *other = one == &traces[LEFT] ? &traces[RIGHT] : &traces[LEFT];
    *found = one != NULL;
    if (one)
        status = explain_trace(game, one, explanation, error);
    if (one && !status && !question->ended && other->search == TRACES_DIFFER)
        status = explain_also(game, other, explanation, error);
    if (!question->ended)
        explanation->same_traces =
            traces[LEFT].search == TRACES_INCLUDED && traces[RIGHT].search == TRACES_INCLUDED;
    trace_release(&traces[LEFT]);
    trace_release(&traces[RIGHT]);
    return status;
}

static int explain_by_traces(struct game *game, const struct progress *progress,
                             struct explanation *explanation, bool *found, spex_error *error)
{
    struct trace_question question = {.ending = game_divergence(game),
                                      .patient = has_traces_only(game->equivalence),
                                      .too_deep = game_weak(game) ? NULL : &game->too_deep};
    int status = search(game, &question, progress, explanation, found, error);
    if (status || *found || game_divergence(game) == SYMBOL_NONE)
        return status;
    question.ended = true;
    return search(game, &question, progress, explanation, found, error);
}

/* --------------------------------------------------------------- choices */

/* The play where traces did not tell, and in any case the formula. */
static int explain_choice(struct game *game, const struct progress *progress,
                          struct explanation *explanation, bool *found, spex_error *error)
{
    const struct merged *merged = &game->merged;
    int status = game_level(game, progress, error);
    if (status || !game->leveled)
        return status;
    if (!*found) {
        explanation->kind = EXPLANATION_CHOICE;
        explanation->shortest = game->shortest;
        status = play(game, progress, explanation, error);
        *found = !status;
    }
    if (!status && game->shortest)
        status = formula_find(game, &explanation->formula, error);
    struct formula *formula = explanation->formula;
    if (!status && formula && (size_t)formula->node_count * merged->state_count > MOST_TRUTHS) {
        formula_free(formula);
        explanation->formula = NULL;
    }
    return status;
}

static int build(struct game *game, const struct progress *progress,
                 struct explanation *explanation, bool *found, spex_error *error)
{
    const struct lts *left = game->merged.sides[LEFT], *right = game->merged.sides[RIGHT];
    explanation->equivalence = game->equivalence;
    int status = explain_by_traces(game, progress, explanation, found, error);
    if (!status && has_traces_only(game->equivalence) && explanation->same_traces)
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "the traces differ and yet none is found that only one side has");
    if (!status && !has_traces_only(game->equivalence))
        status = explain_choice(game, progress, explanation, found, error);
    if (!status && *found)
        status = explanation_verify(explanation, left, right, game->walker.steps, error);
    if (!status && *found)
        status = explanation_find_holding(explanation, left, right, progress, error);
    return status;
}

int game_explain(struct game *game, const struct progress *progress,
                 struct explanation **explanation, spex_error *error)
{
    bool found = false;
    *explanation = memory_allocate(1, sizeof **explanation);
    int status =
        *explanation ? build(game, progress, *explanation, &found, error) : error_memory(error);
    if (status || !found) {
        explanation_free(*explanation);
        *explanation = NULL;
    }
    return status;
}
