/*
 * The rules presuppose that model and specification are equivalent. Then a step between two
 * states changes nothing if some state equivalent to the first can do it already, to a state
 * equivalent to the second: the classes stay what they are. Where the classes are
 * deterministic, any other step makes a difference.
 */
#include "check/incremental.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/graph.h"

#define NONE UINT32_MAX

/* Some state of class `from` has a step with the label to some state of class `to`. */
struct class_step {
    uint32_t from, label, to;
};

struct incremental {
    enum equivalence equivalence;
    struct lts specification, model; /* without names of states */
    struct symbols labels;           /* of both */
    bool equivalent;
    uint32_t *classes;        /* of the model's states */
    struct class_step *steps; /* ascending; no internal ones within a class */
    size_t step_count, step_capacity;
    bool deterministic; /* and without internal ones */
    uint32_t terminal;  /* the class of a state that can do nothing; NONE: there is none */
    struct graph graph; /* of the model */
    bool *reached;      /* which of the model's states are */
};

/* --------------------------------------------------------------- creation */

static bool copy_lts(struct lts *copy, const struct lts *lts)
{
    *copy = (struct lts){.state_count = lts->state_count, .initial = lts->initial};
    if (!symbols_copy(&copy->labels, &lts->labels) ||
        !memory_reserve(&copy->transitions, &copy->transition_capacity, lts->transition_count + 1,
                        sizeof *copy->transitions))
        return false;
    if (lts->transition_count)
        memcpy(copy->transitions, lts->transitions,
               lts->transition_count * sizeof *lts->transitions);
    copy->transition_count = lts->transition_count;
    return true;
}

static int compare_steps(const void *left, const void *right)
{
    const struct class_step *one = left, *other = right;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    if (one->label != other->label)
        return one->label < other->label ? -1 : 1;
    return (one->to > other->to) - (one->to < other->to);
}

/* What the states of a class can do: something; nothing at all, not even internally (then
 * the class is not divergent). */
enum { ACTS = 1, RESTS = 2 };

static bool note_rests(const struct lts *lts, const uint32_t *classes, unsigned char *flags)
{
    bool *inner = memory_allocate(lts->state_count, sizeof *inner);
    if (!inner)
        return false;
    for (size_t i = 0; i < lts->transition_count; i++)
        inner[lts->transitions[i].from] = true;
    for (uint32_t state = 0; state < lts->state_count; state++)
        if (!inner[state])
            flags[classes[state]] |= RESTS;
    free(inner);
    return true;
}

static bool add_steps(struct incremental *incremental, const struct lts *lts,
                      const uint32_t *classes, unsigned char *flags)
{
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        uint32_t label = symbols_intern(&incremental->labels, lts->labels.names[step->label]);
        uint32_t from = classes[step->from], to = classes[step->to];
        if (label == SYMBOL_NONE)
            return false;
        if (step->label == LTS_INTERNAL && from == to)
            continue;
        if (!memory_reserve(&incremental->steps, &incremental->step_capacity,
                            incremental->step_count + 1, sizeof *incremental->steps))
            return false;
        incremental->steps[incremental->step_count++] = (struct class_step){from, label, to};
        flags[from] |= ACTS;
    }
    return note_rests(lts, classes, flags);
}

static void sort_steps(struct incremental *incremental)
{
    struct class_step *steps = incremental->steps;
    size_t kept = 0;
    if (incremental->step_count)
        qsort(steps, incremental->step_count, sizeof *steps, compare_steps);
    incremental->deterministic = true;
    for (size_t i = 0; i < incremental->step_count; i++) {
        if (kept && compare_steps(&steps[kept - 1], &steps[i]) == 0)
            continue;
        if (steps[i].label == LTS_INTERNAL || (kept && steps[kept - 1].from == steps[i].from &&
                                               steps[kept - 1].label == steps[i].label))
            incremental->deterministic = false;
        steps[kept++] = steps[i];
    }
    incremental->step_count = kept;
}

static int learn_classes(struct incremental *incremental, spex_error *error)
{
    const struct lts *specification = &incremental->specification, *model = &incremental->model;
    uint32_t *own = memory_resize(NULL, specification->state_count, sizeof *own), count;
    unsigned char *flags = NULL;
    incremental->classes = memory_resize(NULL, model->state_count, sizeof *incremental->classes);
    int status = own && incremental->classes ? SPEX_OK : error_memory(error);
    if (!status)
        status = check_classes(specification, model, incremental->equivalence, NULL,
                               (uint32_t *[2]){own, incremental->classes}, &count, error);
    if (!status) {
        incremental->equivalent =
            own[specification->initial] == incremental->classes[model->initial];
        flags = memory_allocate(count, sizeof *flags);
        if (!flags || !add_steps(incremental, specification, own, flags) ||
            !add_steps(incremental, model, incremental->classes, flags))
            status = error_memory(error);
    }
    incremental->terminal = NONE;
    for (uint32_t class = 0; !status && class < count; class ++)
        if (flags[class] == RESTS ||
            (!(flags[class] & ACTS) && incremental->equivalence != EQUIVALENCE_DIVERGENCE))
            incremental->terminal = class;
    if (!status)
        sort_steps(incremental);
    free(own);
    free(flags);
    return status;
}

int incremental_create(struct incremental **incremental, const struct lts *specification,
                       const struct lts *model, enum equivalence equivalence, spex_error *error)
{
    *incremental = NULL;
    if (equivalence != EQUIVALENCE_BRANCHING && equivalence != EQUIVALENCE_DIVERGENCE)
        return error_set(error, SPEX_ERROR_USAGE,
                         "steps can be judged one by one only under "
                         "branching bisimilarity");
    struct incremental *made = memory_allocate(1, sizeof *made);
    if (!made)
        return error_memory(error);
    made->equivalence = equivalence;
    int status = SPEX_OK;
    if (!copy_lts(&made->specification, specification) || !copy_lts(&made->model, model) ||
        !symbols_copy(&made->labels, &specification->labels))
        status = error_memory(error);
    if (!status)
        status = learn_classes(made, error);
    made->reached = memory_allocate(model->state_count, sizeof *made->reached);
    if (!status && !made->reached)
        status = error_memory(error);
    if (!status)
        status = check_reachable(&made->model, made->reached, error);
    if (!status)
        status = graph_of_lts(&made->graph, &made->model, error);
    if (status)
        incremental_free(made);
    else
        *incremental = made;
    return status;
}

void incremental_free(struct incremental *incremental)
{
    if (!incremental)
        return;
    lts_release(&incremental->specification);
    lts_release(&incremental->model);
    symbols_release(&incremental->labels);
    free(incremental->classes);
    free(incremental->steps);
    graph_release(&incremental->graph);
    free(incremental->reached);
    free(incremental);
}

/* ------------------------------------------------------------------ rules */

static bool has_class_step(const struct incremental *incremental, struct class_step step)
{
    return incremental->step_count &&
           bsearch(&step, incremental->steps, incremental->step_count, sizeof step, compare_steps);
}

/* A state that the model does not have can do nothing, as far as the steps accepted go. */
static uint32_t class_of_state(const struct incremental *incremental, uint32_t state)
{
    return state < incremental->model.state_count ? incremental->classes[state]
                                                  : incremental->terminal;
}

/* The step changes no class. */
static bool accepted(const struct incremental *incremental, const struct incremental_step *step)
{
    uint32_t label = symbols_find(&incremental->labels, step->action);
    uint32_t from = class_of_state(incremental, step->from);
    uint32_t to = class_of_state(incremental, step->to);
    if (label == SYMBOL_NONE || from == NONE || to == NONE)
        return false;
    /* An internal step within a class could close a cycle. */
    if (label == LTS_INTERNAL && from == to)
        return incremental->equivalence != EQUIVALENCE_DIVERGENCE;
    return has_class_step(incremental, (struct class_step){from, label, to});
}

/* ----------------------------------------------------------- reachability */

struct reaching {
    const struct incremental *incremental;
    const struct incremental_step *steps;
    size_t count;
    bool *seen;
    uint32_t *queue;
    uint32_t begin, end;
};

static void reach(struct reaching *reaching, uint32_t state)
{
    if (reaching->seen[state])
        return;
    reaching->seen[state] = true;
    reaching->queue[reaching->end++] = state;
}

static void walk(struct reaching *reaching)
{
    const struct graph *graph = &reaching->incremental->graph;
    while (reaching->begin < reaching->end) {
        uint32_t state = reaching->queue[reaching->begin++];
        for (size_t i = 0; i < reaching->count; i++)
            if (reaching->steps[i].from == state)
                reach(reaching, reaching->steps[i].to);
        if (state >= graph->state_count)
            continue;
        for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++)
            reach(reaching, edge_target(graph->edges[i]));
    }
}

static uint32_t states_with(const struct incremental *incremental,
                            const struct incremental_step *steps, size_t count)
{
    uint32_t states = incremental->model.state_count;
    for (size_t i = 0; i < count; i++) {
        states = steps[i].from >= states ? steps[i].from + 1 : states;
        states = steps[i].to >= states ? steps[i].to + 1 : states;
    }
    return states;
}

int incremental_reaches(const struct incremental *incremental, const struct incremental_step *steps,
                        size_t count, uint32_t state, bool *reaches, spex_error *error)
{
    uint32_t states = states_with(incremental, steps, count),
             known = incremental->model.state_count;
    *reaches = state < known && incremental->reached[state];
    if (*reaches || state >= states)
        return SPEX_OK;
    struct reaching reaching = {incremental, steps, count, NULL, NULL, 0, 0};
    reaching.seen = memory_allocate(states, sizeof *reaching.seen);
    reaching.queue = memory_resize(NULL, states, sizeof *reaching.queue);
    int status = SPEX_OK;
    if (!reaching.seen || !reaching.queue) {
        status = error_memory(error);
    } else {
        memcpy(reaching.seen, incremental->reached, known * sizeof *reaching.seen);
        for (size_t i = 0; i < count; i++)
            if (steps[i].from < known && incremental->reached[steps[i].from])
                reach(&reaching, steps[i].to);
        walk(&reaching);
        *reaches = reaching.seen[state];
    }
    free(reaching.seen);
    free(reaching.queue);
    return status;
}

/* ---------------------------------------------------------------- asking */

static int check_in_full(const struct incremental *incremental,
                         const struct incremental_step *steps, size_t count, bool *equivalent,
                         spex_error *error)
{
    struct lts model = incremental->model; /* borrows the labels while it needs no others */
    struct symbols labels = {0};
    bool good = true;
    for (size_t i = 0; good && i < count && !labels.count; i++)
        if (symbols_find(&model.labels, steps[i].action) == SYMBOL_NONE)
            good = symbols_copy(&labels, &model.labels);
    if (labels.count)
        model.labels = labels;
    model.transitions =
        memory_resize(NULL, model.transition_count + count, sizeof *model.transitions);
    good = good && model.transitions;
    if (good && model.transition_count)
        memcpy(model.transitions, incremental->model.transitions,
               model.transition_count * sizeof *model.transitions);
    for (size_t i = 0; good && i < count; i++) {
        uint32_t label = labels.count ? symbols_intern(&model.labels, steps[i].action)
                                      : symbols_find(&model.labels, steps[i].action);
        good = label != SYMBOL_NONE;
        model.transitions[model.transition_count++] =
            (struct lts_transition){steps[i].from, label, steps[i].to};
    }
    model.state_count = states_with(incremental, steps, count);
    int status = good ? check_equivalence(&incremental->specification, &model,
                                          incremental->equivalence, NULL, equivalent, NULL, error)
                      : error_memory(error);
    free(model.transitions);
    if (labels.count)
        symbols_release(&model.labels);
    return status;
}

/* All but one are accepted: that one decides, if it is reached at all and can be told by
 * its class alone. */
static int judge_last(const struct incremental *incremental, const struct incremental_step *steps,
                      size_t count, const struct incremental_step *last, bool *equivalent,
                      bool *decided, spex_error *error)
{
    bool reached;
    int status = incremental_reaches(incremental, steps, count, last->from, &reached, error);
    *equivalent = !reached;
    *decided = !reached || (incremental->deterministic && strcmp(last->action, SPEX_INTERNAL) != 0);
    return status;
}

int incremental_ask(const struct incremental *incremental, const struct incremental_step *steps,
                    size_t count, bool *equivalent, bool *checked, spex_error *error)
{
    const struct incremental_step *last = NULL;
    size_t open = incremental->equivalent ? 0 : 2;
    bool decided = false;
    int status = SPEX_OK;
    for (size_t i = 0; open < 2 && i < count; i++)
        if (!accepted(incremental, &steps[i])) {
            last = &steps[i];
            open++;
        }
    *equivalent = decided = open == 0;
    if (open == 1)
        status = judge_last(incremental, steps, count, last, equivalent, &decided, error);
    if (!status && !decided)
        status = check_in_full(incremental, steps, count, equivalent, error);
    if (checked)
        *checked = !decided;
    return status;
}
