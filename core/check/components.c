#include "check/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

static bool internal_graph(const struct merged *merged, struct graph *graph)
{
    if (!graph_begin(graph, merged->state_count))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        if (pass && !graph_allocate(graph)) {
            graph_release(graph);
            return false;
        }
        for (int side = LEFT; side <= RIGHT; side++) {
            const struct lts *lts = merged->sides[side];
            for (size_t i = 0; i < lts->transition_count; i++) {
                const struct lts_transition *transition = &lts->transitions[i];
                if (transition->label != LTS_INTERNAL)
                    continue;
                uint32_t from = transition->from + merged->shift[side];
                if (pass)
                    graph_put(graph, from, transition->to + merged->shift[side]);
                else
                    graph_count(graph, from);
            }
        }
    }
    return true;
}

/* Tarjan's algorithm with its own stacks: a chain may be millions of steps long. */
struct search {
    const struct graph *graph;
    uint32_t *number; /* order of visits, from 1; 0: not visited */
    uint32_t *low;    /* the lowest number known to be reached */
    uint32_t *cursor; /* the next edge to look at */
    uint32_t *path;   /* from the root of the search to where it is */
    uint32_t *open;   /* visited, component not complete */
    uint32_t *component;
    size_t path_length, open_count;
    uint32_t visits, components;
};

#define NO_COMPONENT UINT32_MAX

static void enter(struct search *search, uint32_t state)
{
    search->number[state] = search->low[state] = ++search->visits;
    search->cursor[state] = search->graph->first[state];
    search->path[search->path_length++] = state;
    search->open[search->open_count++] = state;
}

static void leave(struct search *search, uint32_t state)
{
    search->path_length--;
    if (search->low[state] == search->number[state]) {
        uint32_t member;
        do {
            member = search->open[--search->open_count];
            search->component[member] = search->components;
        } while (member != state);
        search->components++;
    } else { /* so it is not the root of the search: it has a parent */
        uint32_t parent = search->path[search->path_length - 1];
        if (search->low[state] < search->low[parent])
            search->low[parent] = search->low[state];
    }
}

static void visit_from(struct search *search, uint32_t start)
{
    const struct graph *graph = search->graph;
    enter(search, start);
    while (search->path_length) {
        uint32_t state = search->path[search->path_length - 1];
        if (search->cursor[state] == graph->first[state + 1]) {
            leave(search, state);
            continue;
        }
        uint32_t target = edge_target(graph->edges[search->cursor[state]++]);
        if (!search->number[target])
            enter(search, target);
        else if (search->component[target] == NO_COMPONENT &&
                 search->number[target] < search->low[state])
            search->low[state] = search->number[target];
    }
}

static int run_search(struct search *search, const struct progress *progress, spex_error *error)
{
    uint32_t states = search->graph->state_count;
    search->number = memory_allocate(states, sizeof *search->number);
    search->low = memory_resize(NULL, states, sizeof *search->low);
    search->cursor = memory_resize(NULL, states, sizeof *search->cursor);
    search->path = memory_resize(NULL, states, sizeof *search->path);
    search->open = memory_resize(NULL, states, sizeof *search->open);
    int status = SPEX_OK;
    if (!search->number || !search->low || !search->cursor || !search->path || !search->open)
        status = error_memory(error);
    uint32_t reported = 0;
    for (uint32_t state = 0; !status && state < states; state++) {
        if (!search->number[state])
            visit_from(search, state);
        if (search->visits - reported >= PROGRESS_INTERVAL) {
            reported = search->visits;
            status = progress_report(progress, "internal cycles", (double)reported / states, error);
        }
    }
    free(search->number);
    free(search->low);
    free(search->cursor);
    free(search->path);
    free(search->open);
    return status;
}

static bool any_internal(const struct merged *merged)
{
    if (merged->equivalence == EQUIVALENCE_STRONG)
        return false;
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct lts *lts = merged->sides[side];
        for (size_t i = 0; i < lts->transition_count; i++)
            if (lts->transitions[i].label == LTS_INTERNAL)
                return true;
    }
    return false;
}

int components_find(const struct merged *merged, const struct progress *progress,
                    uint32_t **component, uint32_t *count, spex_error *error)
{
    struct graph graph = {0};
    bool internal = any_internal(merged);
    *component = memory_resize(NULL, merged->state_count, sizeof **component);
    if (!*component || (internal && !internal_graph(merged, &graph))) {
        free(*component);
        *component = NULL;
        return error_memory(error);
    }
    int status = SPEX_OK;
    for (uint32_t i = 0; i < merged->state_count; i++)
        (*component)[i] = internal ? NO_COMPONENT : i;
    *count = merged->state_count;
    if (internal) {
        struct search search = {.graph = &graph, .component = *component};
        status = run_search(&search, progress, error);
        *count = search.components;
    }
    graph_release(&graph);
    if (status) {
        free(*component);
        *component = NULL;
    }
    return status;
}

int components_contract(const struct merged *merged, const uint32_t *component, uint32_t count,
                        struct graph *graph, spex_error *error)
{
    if (!graph_begin(graph, count))
        return error_memory(error);
    for (int pass = 0; pass < 2; pass++) {
        if (pass && !graph_allocate(graph)) {
            graph_release(graph);
            return error_memory(error);
        }
        for (int side = LEFT; side <= RIGHT; side++) {
            const struct lts *lts = merged->sides[side];
            const uint32_t *own = component + merged->shift[side];
            for (size_t i = 0; i < lts->transition_count; i++) {
                const struct lts_transition *transition = &lts->transitions[i];
                uint32_t from = own[transition->from], to = own[transition->to];
                uint32_t label = merged->labels[side][transition->label];
                if (label == LTS_INTERNAL && from == to) {
                    if (merged->equivalence != EQUIVALENCE_DIVERGENCE)
                        continue;
                    label = merged->divergence;
                }
                if (pass)
                    graph_put(graph, from, edge_make(label, to));
                else
                    graph_count(graph, from);
            }
        }
    }
    graph_finish(graph);
    return SPEX_OK;
}
