#include "check/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "check/progress.h"

/* From so many states on memory is far away: it is worth to number states in the order in
 * which they are met, and to ask for them ahead. */
enum { LARGE = 1 << 14 };

/* Instead of a state's component: */
#define UNSEEN UINT32_MAX
#define QUEUED (UINT32_MAX - 1)

/* Where the search along internal edges is in a state. */
struct frame {
    uint32_t state, number;
    uint32_t edge, end; /* the next edge to look at */
};

/* After Pearce, with stacks of its own: a chain may be millions of steps long. In the place
 * of its component a state on the way has a number, counted downwards from the top; it takes
 * over the largest one that it reaches, and who keeps its own is the root of a component. */
struct search {
    const struct graph *graph; /* of the states */
    uint32_t *component;
    uint32_t components;
    uint32_t *members; /* from the front: of one component after the other */
    uint32_t found;
    uint32_t open; /* so many at the end of `members`: left, their component not complete */
    struct frame *frames;
    uint32_t depth;
    uint32_t *queue; /* in a large graph: states that visible edges lead to */
    uint32_t queue_begin, queue_end;
};

static void enter(struct search *search, uint32_t state)
{
    const struct graph *graph = search->graph;
    uint32_t number = QUEUED - 1 - search->open - search->depth;
    uint32_t begin = graph->first[state], end = graph->first[state + 1];
    search->component[state] = number;
    search->frames[search->depth++] = (struct frame){state, number, begin, end};
    for (uint32_t i = begin; search->queue && i < end && i < begin + GRAPH_AHEAD; i++) {
        __builtin_prefetch(&search->component[edge_target(graph->edges[i])], 1);
        __builtin_prefetch(&graph->first[edge_target(graph->edges[i])]);
    }
}

static void leave(struct search *search)
{
    uint32_t *component = search->component, *members = search->members;
    const struct frame *frame = &search->frames[--search->depth];
    uint32_t states = search->graph->state_count;
    if (component[frame->state] == frame->number) {
        members[search->found++] = frame->state;
        component[frame->state] = search->components;
        while (search->open && component[members[states - search->open]] <= frame->number) {
            uint32_t member = members[states - search->open--];
            members[search->found++] = member;
            component[member] = search->components;
        }
        search->components++;
    } else { /* so it is not where the search began */
        const struct frame *parent = frame - 1;
        members[states - ++search->open] = frame->state;
        if (component[frame->state] > component[parent->state])
            component[parent->state] = component[frame->state];
    }
}

static void visit_from(struct search *search, uint32_t start)
{
    const uint64_t *edges = search->graph->edges;
    uint32_t *component = search->component;
    enter(search, start);
    while (search->depth) {
        struct frame *frame = &search->frames[search->depth - 1];
        if (frame->edge == frame->end) {
            leave(search);
            continue;
        }
        uint64_t edge = edges[frame->edge++];
        uint32_t target = edge_target(edge), seen = component[target];
        if (edge_label(edge) == LTS_INTERNAL) {
            if (seen >= QUEUED)
                enter(search, target);
            else if (seen > component[frame->state])
                component[frame->state] = seen;
        } else if (search->queue && seen == UNSEEN) {
            component[target] = QUEUED;
            search->queue[search->queue_end++] = target;
        }
    }
}

static void ask_for_queued(const struct search *search)
{
    const struct graph *graph = search->graph;
    const uint32_t *queued = &search->queue[search->queue_begin];
    if (search->queue_begin + GRAPH_AHEAD >= search->queue_end)
        return;
    __builtin_prefetch(&search->component[queued[GRAPH_AHEAD]], 1);
    __builtin_prefetch(&graph->first[queued[GRAPH_AHEAD]]);
    __builtin_prefetch(&graph->edges[graph->first[queued[GRAPH_AHEAD / 2]]]);
}

/* From one initial state on along all edges, then from the other one, then the rest. */
static int visit_all(struct search *search, const struct merged *merged,
                     const struct progress *progress, spex_error *error)
{
    uint32_t states = merged->state_count, reported = 0, started = 0;
    int status = SPEX_OK;
    while (!status && (search->queue_begin < search->queue_end || started < states + 2)) {
        uint32_t state;
        if (search->queue_begin < search->queue_end) {
            ask_for_queued(search);
            state = search->queue[search->queue_begin++];
        } else {
            state = started < 2 ? merged->initial[started] : started - 2;
            started++;
        }
        if (search->component[state] >= QUEUED)
            visit_from(search, state);
        if (search->found - reported < PROGRESS_INTERVAL)
            continue;
        reported = search->found;
        status = progress_report(progress, "states", (double)reported / states, error);
    }
    return status;
}

static int find(const struct merged *merged, const struct graph *graph, struct arena *arena,
                const struct progress *progress, uint32_t *component, uint32_t *members,
                uint32_t *count, spex_error *error)
{
    size_t states = graph->state_count;
    bool large = states >= LARGE;
    struct search search = {.graph = graph, .component = component, .members = members};
    memset(component, 0xFF, states * sizeof *component);
    search.frames = arena_take(arena, states, sizeof *search.frames);
    if (large)
        search.queue = arena_take(arena, states, sizeof *search.queue);
    int status = !search.frames || (large && !search.queue)
                     ? error_memory(error)
                     : visit_all(&search, merged, progress, error);
    *count = search.components;
    if (search.queue)
        arena_drop(arena, search.queue);
    if (search.frames)
        arena_drop(arena, search.frames);
    return status;
}

/* All transitions of both sides, in no order; *internal: some are. With `consumed` they are given
 * back as soon as they are taken over. */
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

/* The edges of each component's members, not yet contracted. */
static void gather(const uint32_t *component, const uint32_t *members, const struct graph *steps,
                   struct graph *graph)
{
    uint32_t put = 0, number = 0;
    for (uint32_t i = 0; i < steps->state_count; i++) {
        uint32_t member = members[i];
        if (i + 2 * GRAPH_AHEAD < steps->state_count) {
            __builtin_prefetch(&component[members[i + 2 * GRAPH_AHEAD]]);
            __builtin_prefetch(&steps->first[members[i + 2 * GRAPH_AHEAD]]);
            __builtin_prefetch(&steps->edges[steps->first[members[i + GRAPH_AHEAD]]]);
        }
        for (; number <= component[member]; number++)
            graph->first[number] = put;
        for (uint32_t edge = steps->first[member]; edge < steps->first[member + 1]; edge++)
            graph->edges[put++] = steps->edges[edge];
    }
    graph->first[number] = put;
}

static void contract(const struct merged *merged, const uint32_t *component, struct graph *graph)
{
    uint32_t kept = 0, edges = graph->first[graph->state_count];
    for (uint32_t number = 0, begin = 0; number < graph->state_count; number++) {
        uint32_t end = graph->first[number + 1], put = kept;
        for (uint32_t i = begin; i < end; i++) {
            uint64_t edge = graph->edges[i];
            if (i + GRAPH_AHEAD < edges)
                __builtin_prefetch(&component[edge_target(graph->edges[i + GRAPH_AHEAD])]);
            if (contract_edge(merged, component, number, &edge))
                graph->edges[put++] = edge;
        }
        graph->first[number] = kept;
        kept += order_edges(graph->edges + kept, put - kept);
        begin = end;
    }
    graph->first[graph->state_count] = kept;
}

int components_build(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                     const struct progress *progress, uint32_t **component, struct graph *graph,
                     spex_error *error)
{
    struct graph steps;
    bool internal;
    uint32_t states = merged->state_count, count;
    *component = arena_take(arena, states, sizeof **component);
    if (!*component || !build_steps(merged, consumed, arena, &steps, &internal))
        return error_memory(error);
    if (!internal && states < LARGE) {
        for (uint32_t i = 0; i < states; i++)
            (*component)[i] = i;
        graph_finish(&steps);
        *graph = steps;
        return SPEX_OK;
    }
    uint32_t *members = arena_take(arena, states, sizeof *members);
    if (!members)
        return error_memory(error);
    int status = find(merged, &steps, arena, progress, *component, members, &count, error);
    if (status)
        return status;
    graph->state_count = count;
    graph->first = arena_take(arena, (size_t)count + 1, sizeof *graph->first);
    graph->edges = arena_take(arena, steps.first[states], sizeof *graph->edges);
    if (!graph->first || !graph->edges)
        return error_memory(error);
    gather(*component, members, &steps, graph);
    arena_drop(arena, members);
    arena_drop(arena, steps.first);
    arena_drop(arena, steps.edges);
    contract(merged, *component, graph);
    return SPEX_OK;
}
