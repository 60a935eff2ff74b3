#include "check/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/graph.h"
#include "check/progress.h"
#include "check/sequences.h"

enum { NO_TRANSITION = UINT32_MAX };

/* Transitions by their source, in the order of the LTS. */
struct outgoing {
    uint32_t *first;
    uint32_t *numbers;
};

/* Where both may be after the same steps, and the specification's last transition. */
struct node {
    uint32_t last; /* NO_TRANSITION: none, or pairs are not counted */
    uint32_t state, model_state;
};

/* A transition that may be what the model's step shows. */
struct candidate {
    uint32_t transition; /* NO_TRANSITION: none, the specification stays where it is */
    uint32_t state;      /* where it leads */
    uint32_t entry;      /* in `queue`: where it starts, after internal steps */
    uint32_t distance;
};

struct coverer {
    const struct lts *specification, *model;
    const struct progress *progress;
    struct coverage *coverage;
    bool pairs;
    struct outgoing own, others; /* of the specification, of the model */
    uint32_t *labels;            /* the model's label -> the specification's, SYMBOL_NONE */
    uint32_t *named;             /* the model's state -> the specification's of that name */
    uint32_t *classes[2];
    struct sequences nodes;   /* struct node: found, in the order they are looked at */
    struct sequences couples; /* pairs of transitions that are covered */
    /* What internal steps of the specification lead to from the node at hand: */
    uint32_t *queue, *distance, *seen;
    uint32_t *parent; /* by queue entry: the transition that led here */
    uint32_t *before; /* by queue entry: the entry it came from */
    uint32_t search;
    struct candidate *candidates;
    size_t candidate_count, candidate_capacity;
    size_t work;
};

/* ----------------------------------------------------------------- ground */

static bool outgoing_build(struct outgoing *outgoing, const struct lts *lts)
{
    outgoing->first = memory_allocate((size_t)lts->state_count + 2, sizeof *outgoing->first);
    outgoing->numbers = memory_resize(NULL, lts->transition_count, sizeof *outgoing->numbers);
    if (!outgoing->first || !outgoing->numbers)
        return false;
    for (size_t i = 0; i < lts->transition_count; i++)
        outgoing->first[lts->transitions[i].from + 2]++;
    for (size_t i = 2; i < (size_t)lts->state_count + 2; i++)
        outgoing->first[i] += outgoing->first[i - 1];
    for (size_t i = 0; i < lts->transition_count; i++)
        outgoing->numbers[outgoing->first[lts->transitions[i].from + 1]++] = (uint32_t)i;
    return true;
}

static void outgoing_release(struct outgoing *outgoing)
{
    free(outgoing->first);
    free(outgoing->numbers);
}

static bool is_start(const struct lts *lts, const struct lts_transition *transition)
{
    return transition->label != LTS_INTERNAL &&
           strcmp(symbols_name(&lts->labels, transition->label), SPEX_INITIALISATION) == 0;
}

/* Whether every step away from the state is an initialisation. */
static bool is_before_start(const struct lts *lts, const struct outgoing *outgoing, uint32_t state)
{
    bool any = false;
    for (uint32_t i = outgoing->first[state]; i < outgoing->first[state + 1]; i++) {
        if (!is_start(lts, &lts->transitions[outgoing->numbers[i]]))
            return false;
        any = true;
    }
    return any && state == lts->initial;
}

static bool match_names(struct coverer *coverer)
{
    const struct lts *specification = coverer->specification, *model = coverer->model;
    coverer->labels = memory_resize(NULL, model->labels.count, sizeof *coverer->labels);
    coverer->named = memory_resize(NULL, model->state_count, sizeof *coverer->named);
    if (!coverer->labels || !coverer->named)
        return false;
    for (uint32_t i = 0; i < model->labels.count; i++)
        coverer->labels[i] = i == LTS_INTERNAL
                                 ? LTS_INTERNAL
                                 : symbols_find(&specification->labels, model->labels.names[i]);
    bool names = specification->state_names.count && model->state_names.count;
    for (uint32_t i = 0; i < model->state_count; i++)
        coverer->named[i] =
            names ? symbols_find(&specification->state_names, model->state_names.names[i])
                  : SYMBOL_NONE;
    return true;
}

static int prepare(struct coverer *coverer, spex_error *error)
{
    const struct lts *specification = coverer->specification, *model = coverer->model;
    uint32_t states = specification->state_count, count;
    coverer->classes[LEFT] = memory_allocate(states, sizeof(uint32_t));
    coverer->classes[RIGHT] = memory_allocate(model->state_count, sizeof(uint32_t));
    coverer->queue = memory_resize(NULL, states, sizeof *coverer->queue);
    coverer->distance = memory_resize(NULL, states, sizeof *coverer->distance);
    coverer->parent = memory_resize(NULL, states, sizeof *coverer->parent);
    coverer->before = memory_resize(NULL, states, sizeof *coverer->before);
    coverer->seen = memory_allocate(states, sizeof *coverer->seen);
    if (!coverer->classes[LEFT] || !coverer->classes[RIGHT] || !coverer->queue ||
        !coverer->distance || !coverer->parent || !coverer->before || !coverer->seen ||
        !match_names(coverer) || !outgoing_build(&coverer->own, specification) ||
        !outgoing_build(&coverer->others, model))
        return error_memory(error);
    int status = check_classes(specification, model, EQUIVALENCE_BRANCHING, coverer->progress,
                               coverer->classes, &count, error);
    if (!status)
        coverer->coverage->equivalent = coverer->classes[LEFT][specification->initial] ==
                                        coverer->classes[RIGHT][model->initial];
    return status;
}

static void coverer_release(struct coverer *coverer)
{
    outgoing_release(&coverer->own);
    outgoing_release(&coverer->others);
    free(coverer->labels);
    free(coverer->named);
    free(coverer->classes[LEFT]);
    free(coverer->classes[RIGHT]);
    sequences_release(&coverer->nodes);
    sequences_release(&coverer->couples);
    free(coverer->queue);
    free(coverer->distance);
    free(coverer->parent);
    free(coverer->before);
    free(coverer->seen);
    free(coverer->candidates);
}

/* --------------------------------------------------------------- covering */

static bool cover(struct coverer *coverer, uint32_t before, uint32_t transition)
{
    const struct lts_transition *step = &coverer->specification->transitions[transition];
    enum covering *covering = &coverer->coverage->transitions[transition];
    if (*covering == COVERING_NOT)
        *covering = COVERING_COVERED;
    if (coverer->coverage->states[step->to] == COVERING_NOT)
        coverer->coverage->states[step->to] = COVERING_COVERED;
    uint32_t couple[2] = {before, transition}, number;
    return !coverer->pairs || before == NO_TRANSITION ||
           coverer->coverage->transitions[before] == COVERING_START ||
           sequences_intern(&coverer->couples, couple, sizeof couple, &number);
}

static bool reach(struct coverer *coverer, uint32_t last, uint32_t state, uint32_t model_state)
{
    struct node node = {coverer->pairs ? last : NO_TRANSITION, state, model_state};
    uint32_t number;
    return sequences_intern(&coverer->nodes, &node, sizeof node, &number);
}

/* Covers the internal steps on the way to the entry; *last is then the last of them. */
static bool cover_way(struct coverer *coverer, uint32_t entry, uint32_t *last)
{
    uint32_t first = *last;
    if (entry)
        *last = coverer->parent[entry];
    for (; entry; entry = coverer->before[entry]) {
        uint32_t before = coverer->before[entry];
        if (!cover(coverer, before ? coverer->parent[before] : first, coverer->parent[entry]))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------- candidates */

static bool add_candidate(struct coverer *coverer, struct candidate candidate)
{
    if (!memory_reserve(&coverer->candidates, &coverer->candidate_capacity,
                        coverer->candidate_count + 1, sizeof *coverer->candidates))
        return false;
    coverer->candidates[coverer->candidate_count++] = candidate;
    return true;
}

/* The specification's states that internal steps lead to: entry 0 is the state itself. */
static uint32_t find_silent(struct coverer *coverer, uint32_t state)
{
    const struct lts *lts = coverer->specification;
    uint32_t count = 0;
    if (++coverer->search == 0) {
        memset(coverer->seen, 0, lts->state_count * sizeof *coverer->seen);
        coverer->search = 1;
    }
    coverer->queue[count] = state;
    coverer->distance[count++] = 0;
    coverer->seen[state] = coverer->search;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = coverer->queue[i];
        for (uint32_t k = coverer->own.first[from]; k < coverer->own.first[from + 1]; k++) {
            uint32_t number = coverer->own.numbers[k], to = lts->transitions[number].to;
            if (lts->transitions[number].label != LTS_INTERNAL ||
                coverer->seen[to] == coverer->search)
                continue;
            coverer->seen[to] = coverer->search;
            coverer->parent[count] = number;
            coverer->before[count] = i;
            coverer->distance[count] = coverer->distance[i] + 1;
            coverer->queue[count++] = to;
        }
    }
    coverer->work += count;
    return count;
}

/* All that the specification can do with the label, after internal steps. An internal step of
 * the model may also show nothing. */
static bool find_candidates(struct coverer *coverer, uint32_t state, uint32_t label)
{
    const struct lts *lts = coverer->specification;
    uint32_t count = find_silent(coverer, state);
    coverer->candidate_count = 0;
    if (label == LTS_INTERNAL &&
        !add_candidate(coverer, (struct candidate){NO_TRANSITION, state, 0, 0}))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = coverer->queue[i];
        for (uint32_t k = coverer->own.first[from]; k < coverer->own.first[from + 1]; k++) {
            uint32_t number = coverer->own.numbers[k];
            if (lts->transitions[number].label == label &&
                !add_candidate(coverer, (struct candidate){number, lts->transitions[number].to, i,
                                                           coverer->distance[i]}))
                return false;
        }
    }
    coverer->work += coverer->candidate_count;
    return true;
}

enum fitting {
    FIT_NAME,   /* leads into the state with the name of the model's */
    FIT_CLASS,  /* into an equivalent state */
    FIT_NEAREST /* with the fewest internal steps on the way */
};

static bool fits(const struct coverer *coverer, const struct candidate *candidate,
                 uint32_t model_state, enum fitting fitting, uint32_t nearest)
{
    switch (fitting) {
    case FIT_NAME:
        return candidate->state == coverer->named[model_state];
    case FIT_CLASS:
        return coverer->classes[LEFT][candidate->state] == coverer->classes[RIGHT][model_state];
    default:
        return candidate->distance == nearest;
    }
}

/* Keeps those that fit. */
static void keep_fitting(struct coverer *coverer, uint32_t model_state, enum fitting fitting)
{
    size_t kept = 0;
    uint32_t nearest = UINT32_MAX;
    for (size_t i = 0; i < coverer->candidate_count; i++)
        if (coverer->candidates[i].distance < nearest)
            nearest = coverer->candidates[i].distance;
    for (size_t i = 0; i < coverer->candidate_count; i++)
        if (fits(coverer, &coverer->candidates[i], model_state, fitting, nearest))
            coverer->candidates[kept++] = coverer->candidates[i];
    coverer->candidate_count = kept;
}

static bool any_fits(const struct coverer *coverer, uint32_t model_state, enum fitting fitting)
{
    for (size_t i = 0; i < coverer->candidate_count; i++)
        if (fits(coverer, &coverer->candidates[i], model_state, fitting, 0))
            return true;
    return false;
}

/* What the model's step into `model_state` shows, as said in the header. */
static void choose(struct coverer *coverer, uint32_t model_state)
{
    if (coverer->named[model_state] != SYMBOL_NONE)
        keep_fitting(coverer, model_state, FIT_NAME);
    else if (any_fits(coverer, model_state, FIT_CLASS))
        keep_fitting(coverer, model_state, FIT_CLASS);
    keep_fitting(coverer, model_state, FIT_NEAREST);
}

/* ------------------------------------------------------------------- walk */

static bool take_candidate(struct coverer *coverer, const struct node *node,
                           const struct candidate *candidate, uint32_t model_state)
{
    uint32_t last = node->last;
    if (!cover_way(coverer, candidate->entry, &last))
        return false;
    if (candidate->transition != NO_TRANSITION) {
        if (!cover(coverer, last, candidate->transition))
            return false;
        last = candidate->transition;
    }
    return reach(coverer, last, candidate->state, model_state);
}

/* The specification has no such step: where it knows the state, it goes on from there. */
static bool jump(struct coverer *coverer, uint32_t model_state)
{
    uint32_t state = coverer->named[model_state];
    if (state == SYMBOL_NONE)
        return true;
    if (coverer->coverage->states[state] == COVERING_NOT)
        coverer->coverage->states[state] = COVERING_COVERED;
    return reach(coverer, NO_TRANSITION, state, model_state);
}

static bool take_step(struct coverer *coverer, const struct node *node,
                      const struct lts_transition *step)
{
    uint32_t label = coverer->labels[step->label];
    coverer->candidate_count = 0;
    if (label != SYMBOL_NONE) {
        if (!find_candidates(coverer, node->state, label))
            return false;
        choose(coverer, step->to);
    }
    for (size_t i = 0; i < coverer->candidate_count; i++)
        if (!take_candidate(coverer, node, &coverer->candidates[i], step->to))
            return false;
    return coverer->candidate_count > 0 || jump(coverer, step->to);
}

static int walk(struct coverer *coverer, spex_error *error)
{
    size_t reported = 0;
    if (!reach(coverer, NO_TRANSITION, coverer->specification->initial, coverer->model->initial))
        return error_memory(error);
    for (uint32_t i = 0; i < coverer->nodes.count; i++) {
        size_t size;
        struct node node = *(const struct node *)sequences_bytes(&coverer->nodes, i, &size);
        for (uint32_t k = coverer->others.first[node.model_state];
             k < coverer->others.first[node.model_state + 1]; k++)
            if (!take_step(coverer, &node,
                           &coverer->model->transitions[coverer->others.numbers[k]]))
                return error_memory(error);
        coverer->work++;
        if (coverer->work - reported >= PROGRESS_INTERVAL) {
            reported = coverer->work;
            int status = progress_report(coverer->progress, "coverage",
                                         (double)i / coverer->nodes.count, error);
            if (status)
                return status;
        }
    }
    return SPEX_OK;
}

/* Where the two are equivalent, the model has, for each state that the specification gets to, an
 * equivalent one that does what this does, perhaps after internal steps that decide nothing. */
static void cover_all(struct coverer *coverer)
{
    const struct lts *lts = coverer->specification;
    struct coverage *coverage = coverer->coverage;
    for (size_t i = 0; i < lts->transition_count; i++)
        if (coverage->transitions[i] == COVERING_NOT)
            coverage->transitions[i] = COVERING_COVERED;
    for (uint32_t state = 0; state < lts->state_count; state++)
        if (coverage->states[state] == COVERING_NOT)
            coverage->states[state] = COVERING_COVERED;
}

/* ----------------------------------------------------------------- counts */

/* What is not covered or cannot be; the initial state is covered by being there. */
static int begin(struct coverer *coverer, spex_error *error)
{
    const struct lts *lts = coverer->specification;
    struct coverage *coverage = coverer->coverage;
    coverage->transitions = memory_allocate(lts->transition_count, sizeof *coverage->transitions);
    coverage->states = memory_allocate(lts->state_count, sizeof *coverage->states);
    bool *reached = memory_allocate(lts->state_count, sizeof *reached);
    int status = coverage->transitions && coverage->states && reached
                     ? check_reachable(lts, reached, error)
                     : error_memory(error);
    for (uint32_t state = 0; !status && state < lts->state_count; state++)
        coverage->states[state] = is_before_start(lts, &coverer->own, state) ? COVERING_START
                                  : !reached[state]                          ? COVERING_UNREACHABLE
                                  : state == lts->initial                    ? COVERING_COVERED
                                                                             : COVERING_NOT;
    for (size_t i = 0; !status && i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        coverage->transitions[i] = is_start(lts, transition)    ? COVERING_START
                                   : !reached[transition->from] ? COVERING_UNREACHABLE
                                                                : COVERING_NOT;
    }
    free(reached);
    return status;
}

static void add(struct fraction *fraction, enum covering covering)
{
    fraction->covered += covering == COVERING_COVERED;
    fraction->total += covering == COVERING_COVERED || covering == COVERING_NOT;
}

static void count(struct coverer *coverer)
{
    const struct lts *lts = coverer->specification;
    struct coverage *coverage = coverer->coverage;
    for (uint32_t state = 0; state < lts->state_count; state++)
        add(&coverage->state_count, coverage->states[state]);
    for (size_t i = 0; i < lts->transition_count; i++) {
        uint32_t to = lts->transitions[i].to;
        add(&coverage->transition_count, coverage->transitions[i]);
        if (coverer->pairs && coverage->transitions[i] < COVERING_UNREACHABLE)
            coverage->pair_count.total += coverer->own.first[to + 1] - coverer->own.first[to];
    }
    coverage->pair_count.covered =
        coverage->equivalent ? coverage->pair_count.total : coverer->couples.count;
}

int coverage_find(const struct lts *specification, const struct lts *model, bool pairs,
                  const struct progress *progress, struct coverage *coverage, spex_error *error)
{
    struct coverer coverer = {.specification = specification,
                              .model = model,
                              .progress = progress,
                              .coverage = coverage,
                              .pairs = pairs};
    memset(coverage, 0, sizeof *coverage);
    int status = prepare(&coverer, error);
    if (!status)
        status = begin(&coverer, error);
    if (!status && coverage->equivalent)
        cover_all(&coverer);
    else if (!status)
        status = walk(&coverer, error);
    if (!status)
        count(&coverer);
    coverer_release(&coverer);
    if (status)
        coverage_release(coverage);
    return status;
}

void coverage_release(struct coverage *coverage)
{
    free(coverage->transitions);
    free(coverage->states);
    memset(coverage, 0, sizeof *coverage);
}

int coverage_of(const struct lts *specification, const struct lts *model,
                const struct progress *progress, struct fraction *transitions, spex_error *error)
{
    struct coverage coverage;
    int status = coverage_find(specification, model, false, progress, &coverage, error);
    *transitions = coverage.transition_count;
    coverage_release(&coverage);
    return status;
}
