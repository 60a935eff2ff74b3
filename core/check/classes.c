/* Classes as an answer of their own: which states are equivalent, and the quotient. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/check.h"
#include "check/comparison.h"

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

/* coarser[class of branching bisimilarity] = class of weak bisimilarity, in the arena. */
static int join_weakly(struct comparison *comparison, const struct progress *progress,
                       uint32_t **coarser, spex_error *error)
{
    const struct merged *merged = &comparison->merged;
    uint32_t *class_of_class;
    struct quotient quotient;
    int status = quotient_build(&quotient, merged, comparison->component, &comparison->graph,
                                &comparison->partition, true, error);
    if (status)
        return status;
    status = refine_weakly(&quotient, NULL, &comparison->arena, progress, &class_of_class, error);
    if (!status) {
        *coarser =
            arena_take(&comparison->arena, comparison->partition.block_count, sizeof **coarser);
        if (!*coarser)
            status = error_memory(error);
    }
    for (uint32_t state = 0; !status && state < merged->state_count; state++)
        (*coarser)[class_of(comparison, state)] = class_of_class[quotient.class_of[state]];
    quotient_release(&quotient);
    return status;
}

int check_classes(const struct lts *left, const struct lts *right, enum equivalence equivalence,
                  const struct progress *progress, uint32_t *classes[2], uint32_t *count,
                  spex_error *error)
{
    if (!equivalence_known(equivalence) || equivalence == EQUIVALENCE_TRACE ||
        equivalence == EQUIVALENCE_WEAK_TRACE)
        return error_set(error, SPEX_ERROR_USAGE, "states have no classes under equivalence '%s'",
                         equivalence_known(equivalence) ? equivalence_name(equivalence) : "?");
    struct comparison comparison = {.arena = arena_make(NULL, 0)};
    uint32_t *coarser = NULL;
    int status = compare(&comparison, left, right, equivalence_base(equivalence), progress, error);
    if (!status && equivalence == EQUIVALENCE_WEAK)
        status = join_weakly(&comparison, progress, &coarser, error);
    if (!status)
        status = number_classes(&comparison, coarser, classes, count, error);
    comparison_release(&comparison);
    return status;
}

/* -------------------------------------------------------------- quotient */

struct reduction {
    const struct lts *lts;
    struct comparison comparison;
    struct quotient classes;
    uint32_t *number;       /* of each class: its number as a state of the reduced LTS */
    uint32_t *own_label;    /* of each common label */
    uint32_t *label_places; /* where each of the LTS's labels stands among all by name */
};

static int compare_labels(const void *left, const void *right, void *names)
{
    const char *const *all = names;
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    if (one == LTS_INTERNAL || other == LTS_INTERNAL)
        return (one > other) - (one < other);
    return strcmp(all[one], all[other]);
}

static bool order_labels(struct reduction *reduction)
{
    const struct symbols *labels = &reduction->lts->labels;
    uint32_t *sorted = memory_resize(NULL, labels->count, sizeof *sorted);
    reduction->label_places = memory_resize(NULL, labels->count, sizeof *sorted);
    if (!sorted || !reduction->label_places) {
        free(sorted);
        return false;
    }
    for (uint32_t i = 0; i < labels->count; i++)
        sorted[i] = i;
    qsort_r(sorted, labels->count, sizeof *sorted, compare_labels, labels->names);
    for (uint32_t i = 0; i < labels->count; i++)
        reduction->label_places[sorted[i]] = i;
    free(sorted);
    return true;
}

static int compare_transitions(const void *left, const void *right, void *places)
{
    const struct lts_transition *one = left, *other = right;
    const uint32_t *place = places;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    if (one->label != other->label)
        return place[one->label] < place[other->label] ? -1 : 1;
    return (one->to > other->to) - (one->to < other->to);
}

/* States in the order of their first members: what is reduced already keeps its numbers. */
static bool number_states(struct reduction *reduction, struct lts *reduced, uint32_t *state_of)
{
    uint32_t classes = reduction->classes.graph.state_count;
    reduction->number = memory_resize(NULL, classes, sizeof *reduction->number);
    if (!reduction->number)
        return false;
    for (uint32_t class = 0; class < classes; class ++)
        reduction->number[class] = NO_CLASS;
    for (uint32_t state = 0; state < reduction->lts->state_count; state++) {
        uint32_t class = reduction->classes.class_of[state];
        if (class != NO_CLASS && reduction->number[class] == NO_CLASS)
            reduction->number[class] = reduced->state_count++;
        state_of[state] = class == NO_CLASS ? NO_CLASS : reduction->number[class];
    }
    reduced->initial = state_of[reduction->lts->initial];
    return true;
}

/* A class is called like the initial state if that is in it, else like the first of its
 * members that can be reached. */
static int name_states(const struct reduction *reduction, struct lts *reduced,
                       const uint32_t *state_of, spex_error *error)
{
    const struct lts *lts = reduction->lts;
    if (!lts->state_names.count)
        return SPEX_OK;
    uint32_t *member = memory_resize(NULL, reduced->state_count, sizeof *member);
    bool *reached = memory_allocate(lts->state_count, sizeof *reached);
    int status = member && reached ? check_reachable(lts, reached, error) : error_memory(error);
    for (uint32_t state = lts->state_count; !status && state-- > 0;)
        if (reached[state])
            member[state_of[state]] = state;
    if (!status)
        member[reduced->initial] = lts->initial;
    for (uint32_t i = 0; !status && i < reduced->state_count; i++)
        if (symbols_intern(&reduced->state_names, lts->state_names.names[member[i]]) == SYMBOL_NONE)
            status = error_memory(error);
    free(member);
    free(reached);
    return status;
}

static int add_transitions(struct reduction *reduction, struct lts *reduced, spex_error *error)
{
    const struct merged *merged = &reduction->comparison.merged;
    const struct graph *graph = &reduction->classes.graph;
    for (uint32_t class = 0; class < graph->state_count; class ++)
        for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
            uint32_t common = edge_label(graph->edges[i]), label = LTS_INTERNAL;
            if (common != merged->divergence || merged->equivalence != EQUIVALENCE_DIVERGENCE)
                label = reduction->own_label[common];
            int status = lts_add(reduced, reduction->number[class], label,
                                 reduction->number[edge_target(graph->edges[i])], error);
            if (status)
                return status;
        }
    if (reduced->transition_count)
        qsort_r(reduced->transitions, reduced->transition_count, sizeof *reduced->transitions,
                compare_transitions, reduction->label_places);
    return SPEX_OK;
}

static int fill(struct reduction *reduction, struct lts *reduced, uint32_t *state_of,
                spex_error *error)
{
    reduction->own_label = merge_own_labels(&reduction->comparison.merged, LEFT);
    symbols_release(&reduced->labels);
    if (!symbols_copy(&reduced->labels, &reduction->lts->labels) || !reduction->own_label ||
        !order_labels(reduction) || !number_states(reduction, reduced, state_of))
        return error_memory(error);
    if (reduction->comparison.merged.equivalence != EQUIVALENCE_STRONG)
        reduction->own_label[LTS_INTERNAL] = LTS_INTERNAL;
    int status = name_states(reduction, reduced, state_of, error);
    return status ? status : add_transitions(reduction, reduced, error);
}

/* The LTS is compared with a single state: that way its classes are found, and the classes
 * that its own initial state does not reach are left out. */
int check_reduce(const struct lts *lts, enum equivalence equivalence,
                 const struct progress *progress, struct lts *reduced, uint32_t *state_of,
                 spex_error *error)
{
    if (!equivalence_known(equivalence) || equivalence_base(equivalence) != equivalence)
        return error_set(error, SPEX_ERROR_USAGE, "there is no reduction for equivalence number %d",
                         (int)equivalence);
    struct reduction reduction = {.lts = lts};
    struct lts nothing;
    int status = lts_init(&nothing, error);
    if (status) {
        lts_release(&nothing);
        return status;
    }
    nothing.state_count = 1;
    struct comparison *comparison = &reduction.comparison;
    status = lts_init(reduced, error);
    if (!status)
        status = compare(comparison, lts, &nothing, equivalence, progress, error);
    if (!status) {
        comparison->merged.initial[RIGHT] = comparison->merged.initial[LEFT];
        status = quotient_build(&reduction.classes, &comparison->merged, comparison->component,
                                &comparison->graph, &comparison->partition, false, error);
    }
    if (!status)
        status = fill(&reduction, reduced, state_of, error);
    comparison_release(comparison);
    quotient_release(&reduction.classes);
    free(reduction.number);
    free(reduction.own_label);
    free(reduction.label_places);
    lts_release(&nothing);
    if (status)
        lts_release(reduced);
    return status;
}
