#include "check/components.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

/* From so many states on memory is far away: it is worth to number states in the order in
 * which they are met, and to ask for them ahead. */
enum { LARGE = 1 << 14 };

/* What is made of one side. The sides have no edge between them, so both can be at work at once;
 * states have their own numbers here, and so have components until both are known. */
struct half {
    const struct merged *merged;
    const struct lts *lts;
    struct lts *consumed; /* or NULL */
    const uint32_t *labels;
    const struct progress *progress;
    struct graph steps;
    uint32_t *component, *members;
    uint32_t *queue;      /* in a large one, */
    struct frame *frames; /* and in one that is not; else NULL */
    bool internal;        /* some steps are */
    uint32_t count;       /* of components */
    uint32_t first;       /* the number of the first of them, and of its edges, for both sides */
    uint32_t edges, edges_end;
    struct graph *graph; /* of the components of both sides */
    uint32_t kept;       /* edges of the side's */
    int status;
    spex_error *error; /* NULL on a thread of its own */
};

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
    uint32_t open;        /* so many at the end of `members`: left, their component not complete */
    struct frame *frames; /* in a large graph they get more room when they need it */
    size_t frame_capacity;
    uint32_t depth;
    uint32_t *queue; /* in a large graph: states that visible edges lead to */
    uint32_t queue_begin, queue_end;
};

static bool enter(struct search *search, uint32_t state)
{
    if (search->depth == search->frame_capacity &&
        !memory_reserve(&search->frames, &search->frame_capacity, (size_t)search->depth + 1,
                        sizeof *search->frames))
        return false;
    const struct graph *graph = search->graph;
    uint32_t number = QUEUED - 1 - search->open - search->depth;
    uint32_t begin = graph->first[state], end = graph->first[state + 1];
    search->component[state] = number;
    search->frames[search->depth++] = (struct frame){state, number, begin, end};
    for (uint32_t i = begin; search->queue && i < end && i < begin + GRAPH_AHEAD; i++) {
        __builtin_prefetch(&search->component[edge_target(graph->edges[i])], 1);
        __builtin_prefetch(&graph->first[edge_target(graph->edges[i])]);
    }
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
        uint32_t target = edge_target(edge), seen = component[target];
        if (edge_label(edge) == LTS_INTERNAL) {
            if (seen >= QUEUED)
                fine = enter(search, target);
            else if (seen > component[frame->state])
                component[frame->state] = seen;
        } else if (search->queue && seen == UNSEEN) {
            component[target] = QUEUED;
            search->queue[search->queue_end++] = target;
        }
    }
    return fine;
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

/* From the initial state on along all edges, then the rest. */
static void find(struct half *half)
{
    struct search search = {.graph = &half->steps,
                            .component = half->component,
                            .members = half->members,
                            .frames = half->frames,
                            .frame_capacity = half->frames ? half->steps.state_count : 0,
                            .queue = half->queue};
    uint32_t states = half->steps.state_count, reported = 0, started = 0;
    memset(half->component, 0xFF, states * sizeof *half->component);
    while (!half->status && (search.queue_begin < search.queue_end || started <= states)) {
        uint32_t state;
        if (search.queue_begin < search.queue_end) {
            ask_for_queued(&search);
            state = search.queue[search.queue_begin++];
        } else {
            state = started ? started - 1 : half->lts->initial;
            started++;
        }
        if (search.component[state] >= QUEUED && !visit_from(&search, state))
            half->status = error_memory(half->error);
        if (half->status || search.found - reported < PROGRESS_INTERVAL)
            continue;
        reported = search.found;
        half->status =
            progress_report(half->progress, "states", (double)reported / states, half->error);
    }
    half->count = search.components;
    if (!half->frames)
        free(search.frames);
}

/* The side's transitions by source, in no order. */
static void build_steps(struct half *half)
{
    uint32_t *first = half->steps.first, states = half->steps.state_count;
    uint64_t *edges = half->steps.edges;
    const struct lts_transition *step = half->lts->transitions;
    size_t count = half->lts->transition_count;
    bool internal = false;
    memset(first, 0, ((size_t)states + 1) * sizeof *first);
    for (size_t i = 0; i < count; i++) {
        if (i + GRAPH_AHEAD < count)
            __builtin_prefetch(&first[step[i + GRAPH_AHEAD].from], 1);
        internal |= step[i].label == LTS_INTERNAL;
        first[step[i].from]++;
    }
    for (uint32_t state = 0, begin = 0; state <= states; state++) {
        uint32_t size = first[state];
        first[state] = begin;
        begin += size;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + 2 * GRAPH_AHEAD < count) {
            __builtin_prefetch(&first[step[i + 2 * GRAPH_AHEAD].from], 1);
            __builtin_prefetch(&edges[first[step[i + GRAPH_AHEAD].from]], 1);
        }
        edges[first[step[i].from]++] = edge_make(half->labels[step[i].label], step[i].to);
    }
    /* Now the edges of s end at first[s]. */
    memmove(first + 1, first, states * sizeof *first);
    first[0] = 0;
    half->internal = internal && half->merged->equivalence != EQUIVALENCE_STRONG;
}

static void *begin_half(void *context)
{
    struct half *half = context;
    build_steps(half);
    if (half->consumed) {
        free(half->consumed->transitions);
        half->consumed->transitions = NULL;
        half->consumed->transition_count = half->consumed->transition_capacity = 0;
    }
    if (half->internal || half->queue) {
        find(half);
        return NULL;
    }
    half->count = half->steps.state_count;
    for (uint32_t state = 0; state < half->count; state++)
        half->component[state] = half->members[state] = state;
    return NULL;
}

/* What becomes of the edge between components; false: nothing. */
static bool contract_edge(const struct half *half, uint32_t from, uint64_t *edge)
{
    uint32_t label = edge_label(*edge), to = half->component[edge_target(*edge)];
    if (label == LTS_INTERNAL && from == to) {
        if (half->merged->equivalence != EQUIVALENCE_DIVERGENCE)
            return false;
        label = half->merged->divergence;
    }
    *edge = edge_make(label, half->first + to);
    return true;
}

/* The edges of each component's members, not yet contracted. */
static void gather(const struct half *half)
{
    const uint32_t *component = half->component, *members = half->members;
    const struct graph *steps = &half->steps;
    uint32_t *first = half->graph->first + half->first, put = half->edges, number = 0;
    for (uint32_t i = 0; i < steps->state_count; i++) {
        uint32_t member = members[i];
        if (i + 2 * GRAPH_AHEAD < steps->state_count) {
            __builtin_prefetch(&component[members[i + 2 * GRAPH_AHEAD]]);
            __builtin_prefetch(&steps->first[members[i + 2 * GRAPH_AHEAD]]);
            __builtin_prefetch(&steps->edges[steps->first[members[i + GRAPH_AHEAD]]]);
        }
        for (; number <= component[member]; number++)
            first[number] = put;
        for (uint32_t edge = steps->first[member]; edge < steps->first[member + 1]; edge++)
            half->graph->edges[put++] = steps->edges[edge];
    }
}

static void contract(struct half *half)
{
    uint32_t *first = half->graph->first + half->first, kept = half->edges;
    uint64_t *edges = half->graph->edges;
    for (uint32_t number = 0, begin = half->edges; number < half->count; number++) {
        uint32_t end = number + 1 < half->count ? first[number + 1] : half->edges_end, count = 0;
        bool few = end - begin <= FEW_EDGES;
        for (uint32_t i = begin; i < end; i++) {
            uint64_t edge = edges[i];
            if (i + GRAPH_AHEAD < half->edges_end)
                __builtin_prefetch(&half->component[edge_target(edges[i + GRAPH_AHEAD])]);
            if (!contract_edge(half, number, &edge))
                continue;
            if (few)
                count = insert_edge(edges + kept, count, edge);
            else
                edges[kept + count++] = edge;
        }
        first[number] = kept;
        kept += few ? count : order_edges(edges + kept, count);
        begin = end;
    }
    half->kept = kept - half->edges;
}

static void *end_half(void *context)
{
    struct half *half = context;
    gather(half);
    contract(half);
    for (uint32_t state = 0; half->first && state < half->steps.state_count; state++)
        half->component[state] += half->first;
    return NULL;
}

/* Where the other side's thread asks whether to go on. */
static bool is_wanted(void *context, const char *what, double part)
{
    (void)what, (void)part;
    return !atomic_load((atomic_bool *)context);
}

/* Both halves, at once where they are large. This thread takes the larger one, and alone it
 * reports how far it is. */
static void for_both(struct half halves[2], void *(*work)(void *))
{
    bool more = halves[LEFT].edges_end - halves[LEFT].edges >=
                halves[RIGHT].edges_end - halves[RIGHT].edges;
    struct half *own = &halves[more ? LEFT : RIGHT], *other = &halves[more ? RIGHT : LEFT];
    atomic_bool unwanted = false;
    struct progress asked = {is_wanted, &unwanted};
    const struct progress *progress = other->progress;
    pthread_t thread;
    spex_error *error = other->error;
    other->progress = &asked;
    other->error = NULL;
    if (own->queue && pthread_create(&thread, NULL, work, other) == 0) {
        work(own);
        atomic_store(&unwanted, own->status != SPEX_OK);
        pthread_join(thread, NULL);
        other->progress = progress;
        other->error = error;
        return;
    }
    other->progress = progress;
    other->error = error;
    work(own);
    if (!own->status)
        work(other);
}

/* The right side's edges come behind those of the left side. */
static void close_gap(const struct half halves[2])
{
    const struct half *left = &halves[LEFT], *right = &halves[RIGHT];
    struct graph *graph = left->graph;
    uint32_t gap = right->edges - left->kept;
    for (uint32_t number = right->first; gap && number < graph->state_count; number++)
        graph->first[number] -= gap;
    if (gap)
        memmove(graph->edges + left->kept, graph->edges + right->edges,
                right->kept * sizeof *graph->edges);
    graph->first[graph->state_count] = left->kept + right->kept;
}

/* Room for the steps and the search; the halves' pointers are into it. */
struct room {
    uint32_t *first, *component, *members, *queue;
    uint64_t *edges;
    struct frame *frames;
};

static bool prepare(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                    const struct progress *progress, struct room *room, struct half halves[2],
                    spex_error *error)
{
    size_t states = merged->state_count;
    size_t edges = merged->sides[LEFT]->transition_count + merged->sides[RIGHT]->transition_count;
    bool large = states >= LARGE;
    room->first = arena_take(arena, states + 2, sizeof *room->first);
    room->edges = arena_take(arena, edges, sizeof *room->edges);
    room->component = arena_take(arena, states, sizeof *room->component);
    room->members = arena_take(arena, states, sizeof *room->members);
    room->queue = large ? arena_take(arena, states, sizeof *room->queue) : NULL;
    room->frames = large ? NULL : arena_take(arena, states, sizeof *room->frames);
    if (!room->first || !room->edges || !room->component || !room->members ||
        (large ? !room->queue : !room->frames))
        return false;
    for (uint32_t side = LEFT, edge = 0; side <= RIGHT; side++) {
        const struct lts *lts = merged->sides[side];
        uint32_t shift = merged->shift[side];
        halves[side] = (struct half){.merged = merged,
                                     .lts = lts,
                                     .consumed = consumed ? consumed[side] : NULL,
                                     .labels = merged->labels[side],
                                     .progress = progress,
                                     .steps = {.state_count = lts->state_count,
                                               .first = room->first + shift + side,
                                               .edges = room->edges + edge},
                                     .component = room->component + shift,
                                     .members = room->members + shift,
                                     .queue = large ? room->queue + shift : NULL,
                                     .frames = large ? NULL : room->frames + shift,
                                     .edges = edge,
                                     .error = error};
        edge += (uint32_t)lts->transition_count;
        halves[side].edges_end = edge;
    }
    return true;
}

int components_build(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                     const struct progress *progress, uint32_t **component, struct graph *graph,
                     spex_error *error)
{
    struct room room;
    struct half halves[2];
    if (!prepare(merged, consumed, arena, progress, &room, halves, error))
        return error_memory(error);
    *component = room.component;
    for_both(halves, begin_half);
    if (halves[LEFT].status == SPEX_ERROR_MEMORY || halves[RIGHT].status == SPEX_ERROR_MEMORY)
        return error_memory(error);
    if (halves[LEFT].status || halves[RIGHT].status)
        return SPEX_ERROR_CANCELLED;
    if (room.queue)
        arena_drop(arena, room.queue);
    halves[RIGHT].first = halves[LEFT].count;
    graph->state_count = halves[LEFT].count + halves[RIGHT].count;
    graph->first = arena_take(arena, (size_t)graph->state_count + 1, sizeof *graph->first);
    graph->edges = arena_take(arena, halves[RIGHT].edges_end, sizeof *graph->edges);
    if (!graph->first || !graph->edges)
        return error_memory(error);
    halves[LEFT].graph = halves[RIGHT].graph = graph;
    for_both(halves, end_half);
    arena_drop(arena, room.members);
    arena_drop(arena, room.first);
    arena_drop(arena, room.edges);
    close_gap(halves);
    return SPEX_OK;
}
