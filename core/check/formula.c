#include "check/formula.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/graph.h"

void formula_free(struct formula *formula)
{
    if (!formula)
        return;
    free(formula->nodes);
    free(formula->parts);
    free(formula);
}

struct evaluation {
    const struct formula *formula;
    const struct lts *lts;
    struct graph graph;
    struct reverse reverse;
    bool **holds; /* by node */
    bool *after, *before;
    uint32_t *queue;
    uint32_t *left; /* internal steps that stay within a set */
};

/* set: the states in which all these parts are true. */
static void all_of(const struct evaluation *evaluation, uint32_t first, uint32_t count, bool *set)
{
    for (uint32_t state = 0; state < evaluation->lts->state_count; state++) {
        set[state] = true;
        for (uint32_t i = first; set[state] && i < first + count; i++) {
            struct formula_part part = evaluation->formula->parts[i];
            set[state] = evaluation->holds[part.node][state] != part.negated;
        }
    }
}

/* Adds to the set whoever gets into it by internal steps. */
static void close_backwards(struct evaluation *evaluation, bool *set)
{
    const struct reverse *reverse = &evaluation->reverse;
    uint32_t count = 0;
    for (uint32_t state = 0; state < evaluation->lts->state_count; state++)
        if (set[state])
            evaluation->queue[count++] = state;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = evaluation->queue[i];
        for (uint32_t j = reverse->first[state]; j < reverse->visible[state]; j++)
            if (!set[reverse->sources[j]]) {
                set[reverse->sources[j]] = true;
                evaluation->queue[count++] = reverse->sources[j];
            }
    }
}

/* Leaves in the set whoever can take internal steps for ever without leaving it. */
static void keep_endless(struct evaluation *evaluation, bool *set)
{
    const struct graph *graph = &evaluation->graph;
    const struct reverse *reverse = &evaluation->reverse;
    uint32_t count = 0;
    for (uint32_t state = 0; state < graph->state_count; state++) {
        evaluation->left[state] = 0;
        for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++)
            evaluation->left[state] +=
                edge_label(graph->edges[i]) == LTS_INTERNAL && set[edge_target(graph->edges[i])];
    }
    for (uint32_t state = 0; state < graph->state_count; state++)
        if (set[state] && !evaluation->left[state])
            evaluation->queue[count++] = state;
    for (uint32_t i = 0; i < count; i++)
        set[evaluation->queue[i]] = false;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = reverse->first[evaluation->queue[i]];
             j < reverse->visible[evaluation->queue[i]]; j++) {
            uint32_t source = reverse->sources[j];
            if (--evaluation->left[source] == 0 && set[source]) {
                set[source] = false;
                evaluation->queue[count++] = source;
            }
        }
}

/* Whether the state has a step with the label into the set. */
static bool steps_into(const struct evaluation *evaluation, uint32_t state, uint32_t label,
                       const bool *set)
{
    const struct graph *graph = &evaluation->graph;
    for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++)
        if (edge_label(graph->edges[i]) == label && set[edge_target(graph->edges[i])])
            return true;
    return false;
}

static void evaluate(struct evaluation *evaluation, uint32_t number)
{
    const struct formula_node *node = &evaluation->formula->nodes[number];
    enum equivalence equivalence = evaluation->formula->equivalence;
    bool *holds = evaluation->holds[number], *after = evaluation->after;
    uint32_t label = LTS_INTERNAL;
    if (node->step == FORMULA_ACTION)
        label = symbols_find(&evaluation->lts->labels, node->action);
    all_of(evaluation, node->after, node->after_count, after);
    all_of(evaluation, node->before, node->before_count, evaluation->before);
    if (equivalence == EQUIVALENCE_WEAK)
        close_backwards(evaluation, after);
    if (node->step == FORMULA_FOREVER) {
        memcpy(holds, evaluation->before, evaluation->lts->state_count * sizeof *holds);
        keep_endless(evaluation, holds);
    } else {
        bool may_stay = node->step == FORMULA_INTERNAL && equivalence != EQUIVALENCE_STRONG;
        for (uint32_t state = 0; state < evaluation->lts->state_count; state++)
            holds[state] =
                evaluation->before[state] &&
                ((may_stay && after[state]) || steps_into(evaluation, state, label, after));
    }
    if (equivalence != EQUIVALENCE_STRONG)
        close_backwards(evaluation, holds);
}

int formula_holds(const struct formula *formula, const struct lts *lts, bool *holds,
                  spex_error *error)
{
    struct evaluation evaluation = {.formula = formula, .lts = lts};
    size_t states = lts->state_count;
    bool *truths = memory_allocate((size_t)formula->node_count * states, sizeof *truths);
    int status = graph_of_lts(&evaluation.graph, lts, error);
    if (status) {
        free(truths);
        return status;
    }
    evaluation.holds = memory_allocate(formula->node_count, sizeof *evaluation.holds);
    evaluation.after = memory_allocate(states, sizeof *evaluation.after);
    evaluation.before = memory_allocate(states, sizeof *evaluation.before);
    evaluation.queue = memory_allocate(states, sizeof *evaluation.queue);
    evaluation.left = memory_allocate(states, sizeof *evaluation.left);
    if (!truths || !evaluation.holds || !evaluation.after || !evaluation.before ||
        !evaluation.queue || !evaluation.left ||
        !reverse_build(&evaluation.reverse, &evaluation.graph)) {
        status = error_memory(error);
    } else {
        for (uint32_t i = 0; i < formula->node_count; i++) {
            evaluation.holds[i] = truths + i * states;
            evaluate(&evaluation, i);
        }
        memcpy(holds, evaluation.holds[formula->node_count - 1], states * sizeof *holds);
    }
    free(truths);
    free(evaluation.holds);
    free(evaluation.after);
    free(evaluation.before);
    free(evaluation.queue);
    free(evaluation.left);
    reverse_release(&evaluation.reverse);
    graph_release(&evaluation.graph);
    return status;
}
