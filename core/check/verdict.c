#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/check.h"
#include "check/components.h"
#include "check/explain.h"
#include "check/merge.h"
#include "check/refine.h"
#include "check/saturate.h"
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

static bool is_known(enum equivalence equivalence)
{
    return (unsigned)equivalence < EQUIVALENCES;
}

static bool is_base(enum equivalence equivalence)
{
    return equivalences[equivalence].base == equivalence;
}

const char *equivalence_name(enum equivalence equivalence)
{
    return is_known(equivalence) ? equivalences[equivalence].name : NULL;
}

/* Everything between two LTSs and their classes under the base equivalence. */
struct comparison {
    struct merged merged;
    uint32_t *component;
    struct graph graph;
    struct partition partition;
};

static void comparison_release(struct comparison *comparison)
{
    merge_release(&comparison->merged);
    free(comparison->component);
    graph_release(&comparison->graph);
    partition_release(&comparison->partition);
}

/* With `whole` false only as far as the verdict needs. */
static int compare(struct comparison *comparison, const struct lts *left, const struct lts *right,
                   enum equivalence base, bool whole, const struct progress *progress,
                   spex_error *error)
{
    memset(comparison, 0, sizeof *comparison);
    uint32_t count;
    int status = merge(&comparison->merged, left, right, base, error);
    if (status)
        return status;
    status = components_find(&comparison->merged, progress, &comparison->component, &count, error);
    if (!status)
        status = components_contract(&comparison->merged, comparison->component, count,
                                     &comparison->graph, error);
    if (status)
        return status;
    uint32_t starts[2] = {comparison->component[comparison->merged.initial[LEFT]],
                          comparison->component[comparison->merged.initial[RIGHT]]};
    return refine(&comparison->graph, whole ? NULL : starts, progress, &comparison->partition,
                  error);
}

static uint32_t class_of(const struct comparison *comparison, uint32_t state)
{
    return comparison->partition.block_of[comparison->component[state]];
}

/* Weak bisimilarity of the classes of branching bisimilarity; with `apart` not NULL only
 * as far as to tell these two apart. */
static int refine_weakly(const struct quotient *quotient, const uint32_t *apart,
                         const struct progress *progress, struct partition *partition,
                         spex_error *error)
{
    struct graph saturated;
    int status = saturate(&quotient->graph, progress, &saturated, error);
    if (status)
        return status;
    status = refine(&saturated, apart, progress, partition, error);
    graph_release(&saturated);
    return status;
}

static int compare_weakly(const struct quotient *quotient, const struct progress *progress,
                          bool *equivalent, spex_error *error)
{
    struct partition partition = {0};
    const uint32_t *initial = quotient->initial;
    int status = refine_weakly(quotient, initial, progress, &partition, error);
    if (!status)
        *equivalent = partition.block_of[initial[LEFT]] == partition.block_of[initial[RIGHT]];
    partition_release(&partition);
    return status;
}

/* The initial states are in different classes of the base equivalence, which is finer. */
static int compare_coarser(const struct comparison *comparison, enum equivalence equivalence,
                           const struct progress *progress, bool *equivalent, spex_error *error)
{
    struct quotient quotient;
    int status = quotient_build(&quotient, &comparison->merged, comparison->component,
                                &comparison->graph, &comparison->partition, false, error);
    if (status)
        return status;
    if (equivalence == EQUIVALENCE_WEAK)
        status = compare_weakly(&quotient, progress, equivalent, error);
    else
        status = traces_compare(&quotient, progress, equivalent, error);
    quotient_release(&quotient);
    return status;
}

int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error)
{
    if (explanation)
        *explanation = NULL;
    if (!is_known(equivalence))
        return error_set(error, SPEX_ERROR_USAGE, "there is no equivalence number %d",
                         (int)equivalence);
    struct comparison comparison;
    bool explained = explanation && equivalence == EQUIVALENCE_BRANCHING;
    int status = compare(&comparison, left, right, equivalences[equivalence].base,
                         explained || !is_base(equivalence), progress, error);
    if (!status) {
        *equivalent = class_of(&comparison, comparison.merged.initial[LEFT]) ==
                      class_of(&comparison, comparison.merged.initial[RIGHT]);
        if (!*equivalent && !is_base(equivalence))
            status = compare_coarser(&comparison, equivalence, progress, equivalent, error);
        if (!status && !*equivalent && explained)
            status = explain(&comparison.merged, comparison.component, &comparison.graph,
                             &comparison.partition, progress, explanation, error);
    }
    comparison_release(&comparison);
    return status;
}

/* ---------------------------------------------------------------- classes */

/* The number of each state's class, in order of first appearance, so that numbers do not
 * depend on the refinement. `coarser` is a partition of the classes themselves, or NULL. */
static int number_classes(const struct comparison *comparison, const uint32_t *coarser,
                          uint32_t *classes[2], uint32_t *count, spex_error *error)
{
    uint32_t blocks = comparison->partition.block_count;
    uint32_t *number = memory_resize(NULL, blocks, sizeof *number);
    if (!number)
        return error_memory(error);
    for (uint32_t i = 0; i < blocks; i++)
        number[i] = UINT32_MAX;
    *count = 0;
    for (int side = LEFT; side <= RIGHT; side++)
        for (uint32_t state = 0; state < comparison->merged.sides[side]->state_count; state++) {
            uint32_t class = class_of(comparison, comparison->merged.shift[side] + state);
            if (coarser)
                class = coarser[class];
            if (number[class] == UINT32_MAX)
                number[class] = (*count)++;
            classes[side][state] = number[class];
        }
    free(number);
    return SPEX_OK;
}

/* coarser[class of branching bisimilarity] = class of weak bisimilarity; free(). */
static int join_weakly(const struct comparison *comparison, const struct progress *progress,
                       uint32_t **coarser, spex_error *error)
{
    const struct merged *merged = &comparison->merged;
    struct partition partition = {0};
    struct quotient quotient;
    int status = quotient_build(&quotient, merged, comparison->component, &comparison->graph,
                                &comparison->partition, true, error);
    if (status)
        return status;
    status = refine_weakly(&quotient, NULL, progress, &partition, error);
    if (!status) {
        *coarser = memory_resize(NULL, comparison->partition.block_count, sizeof **coarser);
        if (!*coarser)
            status = error_memory(error);
    }
    for (uint32_t state = 0; !status && state < merged->state_count; state++)
        (*coarser)[class_of(comparison, state)] = partition.block_of[quotient.class_of[state]];
    partition_release(&partition);
    quotient_release(&quotient);
    return status;
}

int check_classes(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                  const struct progress *progress, uint32_t *classes[2], uint32_t *count,
                  spex_error *error)
{
    if (!is_known(equivalence) || equivalence == EQUIVALENCE_TRACE ||
        equivalence == EQUIVALENCE_WEAK_TRACE)
        return error_set(error, SPEX_ERROR_USAGE, "states have no classes under equivalence '%s'",
                         is_known(equivalence) ? equivalence_name(equivalence) : "?");
    struct comparison comparison;
    uint32_t *coarser = NULL;
    int status =
        compare(&comparison, left, right, equivalences[equivalence].base, true, progress, error);
    if (!status && equivalence == EQUIVALENCE_WEAK)
        status = join_weakly(&comparison, progress, &coarser, error);
    if (!status)
        status = number_classes(&comparison, coarser, classes, count, error);
    free(coarser);
    comparison_release(&comparison);
    return status;
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
