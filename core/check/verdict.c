#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/check.h"
#include "check/comparison.h"
#include "check/explain.h"
#include "check/traces.h"

static const struct {
    const char *name;
    enum equivalence base; /* what is decided first; it implies the equivalence */
} equivalences[EQUIVALENCES] = {
    [EQUIVALENCE_BRANCHING] = {"branching", EQUIVALENCE_BRANCHING},
    [EQUIVALENCE_DIVERGENCE] = {"divergence", EQUIVALENCE_DIVERGENCE},
    [EQUIVALENCE_STRONG] = {"strong", EQUIVALENCE_STRONG},
    [EQUIVALENCE_WEAK] = {"weak", EQUIVALENCE_BRANCHING},
    [EQUIVALENCE_TRACE] = {"trace", EQUIVALENCE_STRONG},
    [EQUIVALENCE_WEAK_TRACE] = {"weak-trace", EQUIVALENCE_BRANCHING},
};

bool equivalence_known(enum equivalence equivalence)
{
    return (unsigned)equivalence < EQUIVALENCES;
}

enum equivalence equivalence_base(enum equivalence equivalence)
{
    return equivalences[equivalence].base;
}

static bool is_base(enum equivalence equivalence)
{
    return equivalences[equivalence].base == equivalence;
}

const char *equivalence_name(enum equivalence equivalence)
{
    return equivalence_known(equivalence) ? equivalences[equivalence].name : NULL;
}

static int compare_weakly(struct comparison *comparison, const struct quotient *quotient,
                          const struct progress *progress, bool *equivalent, spex_error *error)
{
    uint32_t *class_of;
    const uint32_t *initial = quotient->initial;
    int status = refine_weakly(quotient, initial, &comparison->arena, progress, &class_of, error);
    if (!status)
        *equivalent = class_of[initial[LEFT]] == class_of[initial[RIGHT]];
    return status;
}

/* The initial states are in different classes of the base equivalence, which is finer. */
static int compare_coarser(struct comparison *comparison, enum equivalence equivalence,
                           const struct progress *progress, bool *equivalent, spex_error *error)
{
    struct quotient quotient;
    int status = quotient_build(&quotient, &comparison->merged, comparison->component,
                                &comparison->graph, &comparison->partition, false, error);
    if (status)
        return status;
    if (equivalence == EQUIVALENCE_WEAK)
        status = compare_weakly(comparison, &quotient, progress, equivalent, error);
    else
        status = traces_compare(&quotient, progress, equivalent, error);
    quotient_release(&quotient);
    return status;
}

static int explain_comparison(struct comparison *comparison, enum equivalence equivalence,
                              const struct progress *progress, struct explanation **explanation,
                              spex_error *error)
{
    struct game *game = NULL;
    int status = game_build(&game, equivalence, comparison, error);
    if (!status)
        status = game_explain(game, progress, explanation, error);
    game_close(game);
    return status;
}

/* With all classes, which coarser equivalences and explanations start from. */
static int compare_whole(struct comparison *comparison, const struct lts *left,
                         const struct lts *right, enum equivalence equivalence,
                         const struct progress *progress, bool *equivalent,
                         struct explanation **explanation, spex_error *error)
{
    const struct merged *merged = &comparison->merged;
    int status = compare(comparison, left, right, equivalence_base(equivalence), progress, error);
    if (status)
        return status;
    *equivalent =
        class_of(comparison, merged->initial[LEFT]) == class_of(comparison, merged->initial[RIGHT]);
    if (!*equivalent && !is_base(equivalence))
        status = compare_coarser(comparison, equivalence, progress, equivalent, error);
    if (!status && !*equivalent && explanation)
        status = explain_comparison(comparison, equivalence, progress, explanation, error);
    return status;
}

static int decide(const struct lts *left, const struct lts *right, struct lts *consumed[2],
                  enum equivalence equivalence, const struct progress *progress, bool *equivalent,
                  struct explanation **explanation, spex_error *error)
{
    if (!equivalence_known(equivalence))
        return error_set(error, SPEX_ERROR_USAGE, "there is no equivalence number %d",
                         (int)equivalence);
    _Alignas(16) char room[COMPARISON_ROOM];
    struct comparison comparison;
    comparison.arena = arena_make(room, sizeof room);
    int status = is_base(equivalence) && !explanation
                     ? compare_verdict(&comparison, left, right, consumed, equivalence, progress,
                                       equivalent, error)
                     : compare_whole(&comparison, left, right, equivalence, progress, equivalent,
                                     explanation, error);
    comparison_release(&comparison);
    return status;
}

int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error)
{
    if (explanation)
        *explanation = NULL;
    return decide(left, right, NULL, equivalence, progress, equivalent, explanation, error);
}

int check_consuming(struct lts *left, struct lts *right, enum equivalence equivalence,
                    const struct progress *progress, bool *equivalent, spex_error *error)
{
    struct lts *consumed[2] = {left, right};
    return decide(left, right, left == right ? NULL : consumed, equivalence, progress, equivalent,
                  NULL, error);
}

int check_reachable(const struct lts *lts, bool *reached, spex_error *error)
{
    struct graph graph;
    int status = graph_of_lts(&graph, lts, error);
    if (status)
        return status;
    uint32_t *queue = memory_resize(NULL, lts->state_count, sizeof *queue);
    if (!queue) {
        graph_release(&graph);
        return error_memory(error);
    }
    memset(reached, 0, lts->state_count * sizeof *reached);
    uint32_t count = 0;
    queue[count++] = lts->initial;
    reached[lts->initial] = true;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = graph.first[queue[i]]; j < graph.first[queue[i] + 1]; j++) {
            uint32_t target = edge_target(graph.edges[j]);
            if (!reached[target]) {
                reached[target] = true;
                queue[count++] = target;
            }
        }
    free(queue);
    graph_release(&graph);
    return status;
}
