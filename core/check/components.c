#include "check/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "check/progress.h"

#define NO_COMPONENT UINT32_MAX
/* From so many states on memory is far away: then the numbering is worth a search. */
enum { LARGE = 1 << 14 };

/* What the search knows of a state, in one place: it waits for memory most of the time. */
struct visit {
    uint32_t number; /* order of visits, from 1; 0: not visited; CLOSED: has its component */
    uint32_t low;    /* the lowest number known to be reached */
    uint32_t edge;   /* the next edge to look at */
    uint32_t end;
};
#define CLOSED UINT32_MAX

/* Tarjan's algorithm with its own stacks: a chain may be millions of steps long. */
struct search {
    const struct graph *graph; /* of the states */
    struct visit *visits;
    uint32_t *path; /* from the root of the search to where it is */
    uint32_t *open; /* visited, component not complete */
    uint32_t *component;
    size_t path_length, open_count;
    uint32_t visited, components;
};

static void enter(struct search *search, uint32_t state)
{
    const uint32_t *first = search->graph->first;
    __builtin_prefetch(&search->graph->edges[first[state]]);
    uint32_t number = ++search->visited;
    search->visits[state] = (struct visit){number, number, first[state], first[state + 1]};
    search->path[search->path_length++] = state;
    search->open[search->open_count++] = state;
}

static void leave(struct search *search, uint32_t state)
{
    const struct visit *visit = &search->visits[state];
    search->path_length--;
    if (visit->low == visit->number) {
        uint32_t member;
        do {
            member = search->open[--search->open_count];
            search->component[member] = search->components;
            search->visits[member].number = CLOSED;
        } while (member != state);
        search->components++;
    } else { /* so it is not the root of the search: it has a parent */
        struct visit *parent = &search->visits[search->path[search->path_length - 1]];
        if (visit->low < parent->low)
            parent->low = visit->low;
    }
}

/* Along internal edges, which come first. */
static void visit_from(struct search *search, uint32_t start)
{
    const struct graph *graph = search->graph;
    enter(search, start);
    while (search->path_length) {
        uint32_t state = search->path[search->path_length - 1];
        struct visit *visit = &search->visits[state];
        if (visit->edge == visit->end || edge_label(graph->edges[visit->edge]) != LTS_INTERNAL) {
            leave(search, state);
            continue;
        }
        uint32_t target = edge_target(graph->edges[visit->edge++]);
        uint32_t number = search->visits[target].number;
        if (!number)
            enter(search, target);
        else if (number < visit->low)
            visit->low = number;
    }
}

/* Components in the order in which a walk along all edges meets them. */
struct walk {
    uint32_t *stack;
    bool *met;
    size_t count;
};

static void meet(struct walk *walk, uint32_t state)
{
    if (walk->met[state])
        return;
    walk->met[state] = true;
    walk->stack[walk->count++] = state;
}

static void number_state(struct search *search, bool internal, uint32_t state)
{
    if (search->component[state] != NO_COMPONENT)
        return;
    if (internal)
        visit_from(search, state);
    else
        search->component[state] = search->components++;
}

static int number_states(struct search *search, struct walk *walk, const struct merged *merged,
                         bool internal, const struct progress *progress, spex_error *error)
{
    const struct graph *graph = search->graph;
    uint32_t states = graph->state_count, reported = 0;
    for (uint32_t i = 0; i < states + 2; i++) {
        uint32_t root = i < 2 ? merged->initial[i] : i - 2;
        if (!walk) {
            number_state(search, internal, root);
            continue;
        }
        meet(walk, root);
        while (walk->count) {
            uint32_t state = walk->stack[--walk->count];
            uint32_t begin = graph->first[state], end = graph->first[state + 1];
            for (uint32_t k = begin; k < end; k++)
                __builtin_prefetch(&walk->met[edge_target(graph->edges[k])], 1);
            number_state(search, internal, state);
            for (uint32_t k = begin; k < end; k++) {
                __builtin_prefetch(&graph->first[edge_target(graph->edges[k])]);
                meet(walk, edge_target(graph->edges[k]));
            }
            if (search->components - reported < PROGRESS_INTERVAL)
                continue;
            reported = search->components;
            int status = progress_report(progress, "states", (double)reported / states, error);
            if (status)
                return status;
        }
    }
    return SPEX_OK;
}

static int find(const struct merged *merged, const struct graph *graph, bool internal,
                struct arena *arena, const struct progress *progress, uint32_t *component,
                uint32_t *count, spex_error *error)
{
    size_t states = graph->state_count;
    struct search search = {.graph = graph, .component = component};
    struct walk walk = {0};
    bool large = states >= LARGE, good = true;
    memset(component, 0xFF, states * sizeof *component);
    if (large) {
        walk.stack = arena_take(arena, states, sizeof *walk.stack);
        walk.met = arena_clear(arena, states, sizeof *walk.met);
        good = walk.stack && walk.met;
    }
    if (internal) {
        search.visits = arena_clear(arena, states, sizeof *search.visits);
        search.path = arena_take(arena, states, sizeof *search.path);
        search.open = arena_take(arena, states, sizeof *search.open);
        good = good && search.visits && search.path && search.open;
    }
    int status =
        good ? number_states(&search, large ? &walk : NULL, merged, internal, progress, error)
             : error_memory(error);
    *count = search.components;
    void *const done[] = {walk.stack, walk.met, search.visits, search.path, search.open};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (done[i])
            arena_drop(arena, done[i]);
    return status;
}

/* All transitions of both sides; *internal: some are. With `consumed` they are given back
 * as soon as they are taken over. */
static bool build_steps(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                        struct graph *graph, bool *internal)
{
    size_t edges = merged->sides[LEFT]->transition_count + merged->sides[RIGHT]->transition_count;
    graph->state_count = merged->state_count;
    graph->first = arena_clear(arena, (size_t)merged->state_count + 2, sizeof *graph->first);
    graph->edges = arena_take(arena, edges, sizeof *graph->edges);
    *internal = false;
    if (!graph->first || !graph->edges)
        return false;
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct lts *lts = merged->sides[side];
        const uint32_t *first = graph->first + merged->shift[side];
        for (size_t i = 0; i < lts->transition_count; i++) {
            if (i + GRAPH_AHEAD < lts->transition_count)
                __builtin_prefetch(&first[lts->transitions[i + GRAPH_AHEAD].from + 2], 1);
            *internal = *internal || lts->transitions[i].label == LTS_INTERNAL;
            graph_count(graph, lts->transitions[i].from + merged->shift[side]);
        }
    }
    graph_begin_edges(graph);
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct lts *lts = merged->sides[side];
        const uint32_t *first = graph->first + merged->shift[side];
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (i + 2 * GRAPH_AHEAD < lts->transition_count) {
                __builtin_prefetch(&first[step[2 * GRAPH_AHEAD].from + 1], 1);
                __builtin_prefetch(&graph->edges[first[step[GRAPH_AHEAD].from + 1]], 1);
            }
            graph_put(graph, step->from + merged->shift[side],
                      edge_make(merged->labels[side][step->label], step->to + merged->shift[side]));
        }
        if (consumed) {
            free(consumed[side]->transitions);
            consumed[side]->transitions = NULL;
            consumed[side]->transition_count = consumed[side]->transition_capacity = 0;
        }
    }
    if (merged->equivalence == EQUIVALENCE_STRONG)
        *internal = false;
    graph_finish(graph);
    return true;
}

/* What becomes of the edge between components; false: nothing. */
static bool contract_edge(const struct merged *merged, const uint32_t *component, uint32_t from,
                          uint64_t *edge)
{
    uint32_t label = edge_label(*edge), to = component[edge_target(*edge)];
    if (label == LTS_INTERNAL && from == to) {
        if (merged->equivalence != EQUIVALENCE_DIVERGENCE)
            return false;
        label = merged->divergence;
    }
    *edge = edge_make(label, to);
    return true;
}

static bool contract(const struct merged *merged, const uint32_t *component, uint32_t count,
                     const struct graph *steps, struct arena *arena, struct graph *graph)
{
    graph->state_count = count;
    graph->first = arena_clear(arena, (size_t)count + 2, sizeof *graph->first);
    uint32_t edges = steps->first[steps->state_count];
    graph->edges = arena_take(arena, edges, sizeof *graph->edges);
    if (!graph->first || !graph->edges)
        return false;
    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            graph_begin_edges(graph);
        for (uint32_t state = 0; state < steps->state_count; state++)
            for (uint32_t i = steps->first[state]; i < steps->first[state + 1]; i++) {
                uint64_t edge = steps->edges[i];
                if (i + GRAPH_AHEAD < edges)
                    __builtin_prefetch(&component[edge_target(steps->edges[i + GRAPH_AHEAD])]);
                if (!contract_edge(merged, component, component[state], &edge))
                    continue;
                if (pass)
                    graph_put(graph, component[state], edge);
                else
                    graph_count(graph, component[state]);
            }
    }
    graph_finish(graph);
    return true;
}

int components_build(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                     const struct progress *progress, uint32_t **component, struct graph *graph,
                     spex_error *error)
{
    struct graph steps;
    bool internal;
    uint32_t count;
    *component = arena_take(arena, merged->state_count, sizeof **component);
    if (!*component || !build_steps(merged, consumed, arena, &steps, &internal))
        return error_memory(error);
    if (!internal && merged->state_count < LARGE) {
        for (uint32_t i = 0; i < merged->state_count; i++)
            (*component)[i] = i;
        *graph = steps;
        return SPEX_OK;
    }
    int status = find(merged, &steps, internal, arena, progress, *component, &count, error);
    if (!status && !contract(merged, *component, count, &steps, arena, graph))
        status = error_memory(error);
    arena_drop(arena, steps.first);
    arena_drop(arena, steps.edges);
    return status;
}
