#include "check/strong_components.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

/* Instead of a state's component: */
#define UNSEEN UINT32_MAX
#define QUEUED (UINT32_MAX - 1)

/* With stacks of its own: a chain may be millions of steps long. In the place of its component
 * a state on the way has a number, counted downwards from the top; it takes over the largest one
 * that it reaches, and who keeps its own is the root of a component. */
struct search {
    const struct graph *graph;
    uint32_t *component;
    uint32_t components;
    uint32_t *members;
    uint32_t found;
    uint32_t open; /* so many at the end of `members`: left, their component not complete */
    struct frame *frames;
    size_t frame_capacity;
    uint32_t depth;
    uint32_t *queue; /* states that visible edges lead to */
    uint32_t queue_begin, queue_end;
};

static void ask_for_targets(const struct search *search, uint32_t state)
{
    enum { FEW = 8 };
    const struct graph *graph = search->graph;
    const uint32_t *first = graph->first;
    for (uint32_t i = first[state]; i < first[state + 1] && i < first[state] + FEW; i++) {
        __builtin_prefetch(&search->component[edge_target(graph->edges[i])], 1);
        __builtin_prefetch(&first[edge_target(graph->edges[i])]);
    }
    keep_asking();
}

static bool enter(struct search *search, uint32_t state)
{
    if (search->depth == search->frame_capacity &&
        !memory_reserve(&search->frames, &search->frame_capacity, (size_t)search->depth + 1,
                        sizeof *search->frames))
        return false;
    const uint32_t *first = search->graph->first;
    uint32_t number = QUEUED - 1 - search->open - search->depth;
    search->component[state] = number;
    search->frames[search->depth++] = (struct frame){state, number, first[state], first[state + 1]};
    if (search->queue && search->depth > 1)
        ask_for_targets(search, state);
    return true;
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

static void enqueue(struct search *search, uint32_t state)
{
    search->component[state] = QUEUED;
    search->queue[search->queue_end++] = state;
}

static bool visit_from(struct search *search, uint32_t start)
{
    const uint64_t *edges = search->graph->edges;
    uint32_t *component = search->component;
    bool fine = enter(search, start);
    while (fine && search->depth) {
        struct frame *frame = &search->frames[search->depth - 1];
        if (frame->edge == frame->end) {
            leave(search);
            continue;
        }
        uint64_t edge = edges[frame->edge++];
        uint32_t target = edge_target(edge);
        if (edge_label(edge) == LTS_INTERNAL) {
            uint32_t seen = component[target];
            if (seen >= QUEUED)
                fine = enter(search, target);
            else if (seen > component[frame->state])
                component[frame->state] = seen;
        } else if (search->queue && component[target] == UNSEEN &&
                   graph_has_few(search->graph, frame->state)) {
            enqueue(search, target);
        }
    }
    return fine;
}

static void ask_for_queued(const struct search *search)
{
    enum { COMPONENT = 24, EDGES = 16, TARGETS = 8 };
    const uint32_t *queued = &search->queue[search->queue_begin], *first = search->graph->first;
    if (search->queue_begin + COMPONENT >= search->queue_end)
        return;
    __builtin_prefetch(&search->component[queued[COMPONENT]], 1);
    __builtin_prefetch(&first[queued[COMPONENT]]);
    __builtin_prefetch(&search->graph->edges[first[queued[EDGES]]]);
    ask_for_targets(search, queued[TARGETS]);
}

/* The next one that it is worth to begin at; UNSEEN: there is none. */
static uint32_t next_start(struct search *search, uint32_t first, uint32_t *started)
{
    if (search->queue_begin < search->queue_end) {
        ask_for_queued(search);
        return search->queue[search->queue_begin++];
    }
    if (*started > search->graph->state_count)
        return UNSEEN;
    uint32_t state = *started ? *started - 1 : first;
    ++*started;
    return state;
}

int strong_components_find(struct strong_components *components, const struct graph *graph,
                           uint32_t first, const struct progress *progress, spex_error *error)
{
    uint32_t states = graph->state_count, reported = 0, started = 0;
    struct search search = {.graph = graph,
                            .component = components->component,
                            .members = components->members,
                            .frames = components->frames,
                            .frame_capacity = components->frames ? states : 0,
                            .queue = components->queue};
    int status = SPEX_OK;
    memset(components->component, 0xFF, states * sizeof *components->component);
    for (uint32_t state; !status && (state = next_start(&search, first, &started)) != UNSEEN;) {
        if (search.component[state] >= QUEUED && !visit_from(&search, state))
            status = error_memory(error);
        if (status || search.found - reported < PROGRESS_INTERVAL)
            continue;
        reported = search.found;
        status = progress_report(progress, "states", (double)reported / states, error);
    }
    components->count = search.components;
    if (!components->frames)
        free(search.frames);
    return status;
}
