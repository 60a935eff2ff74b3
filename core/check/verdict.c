#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/check.h"
#include "check/components.h"
#include "check/explain.h"
#include "check/merge.h"
#include "check/refine.h"

/* Everything between two LTSs and their classes. */
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
                   bool whole, const struct progress *progress, spex_error *error)
{
    memset(comparison, 0, sizeof *comparison);
    uint32_t count;
    int status = merge(&comparison->merged, left, right, error);
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

int check_equivalence(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                      const struct progress *progress, bool *equivalent,
                      struct explanation **explanation, spex_error *error)
{
    if (explanation)
        *explanation = NULL;
    if (equivalence != EQUIVALENCE_BRANCHING)
        return error_set(error, SPEX_ERROR_USAGE, "there is no equivalence number %d",
                         (int)equivalence);
    struct comparison comparison;
    int status = compare(&comparison, left, right, explanation != NULL, progress, error);
    if (!status) {
        *equivalent = class_of(&comparison, comparison.merged.initial[LEFT]) ==
                      class_of(&comparison, comparison.merged.initial[RIGHT]);
        if (!*equivalent && explanation)
            status = explain(&comparison.merged, comparison.component, &comparison.graph,
                             &comparison.partition, progress, explanation, error);
    }
    comparison_release(&comparison);
    return status;
}

int check_classes(const struct lts *left, const struct lts *right, const struct progress *progress,
                  uint32_t *classes[2], uint32_t *count, spex_error *error)
{
    struct comparison comparison;
    int status = compare(&comparison, left, right, true, progress, error);
    uint32_t *number = NULL;
    if (!status) {
        number = memory_resize(NULL, comparison.partition.block_count, sizeof *number);
        if (!number)
            status = error_memory(error);
    }
    if (!status) {
        for (uint32_t i = 0; i < comparison.partition.block_count; i++)
            number[i] = UINT32_MAX;
        /* In order of first appearance, so that numbers do not depend on the refinement. */
        *count = 0;
        for (int side = LEFT; side <= RIGHT; side++)
            for (uint32_t state = 0; state < comparison.merged.sides[side]->state_count; state++) {
                uint32_t class = class_of(&comparison, comparison.merged.shift[side] + state);
                if (number[class] == UINT32_MAX)
                    number[class] = (*count)++;
                classes[side][state] = number[class];
            }
    }
    free(number);
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
