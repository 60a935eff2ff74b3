#include "check/components.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/numbering.h"
#include "check/steps.h"
#include "check/strong_components.h"

/* From so many states on memory is far away: it is worth to number the states anew, and to ask for
 * them ahead. */
enum { LARGE = 1 << 14 };

/* What is made of one side. The sides have no edge between them, so both can be at work at once:
 * states and components have their side's own numbers until both are done. */
struct half {
    const struct merged *merged;
    const struct lts *lts;
    struct lts *consumed; /* or NULL */
    const uint32_t *labels;
    const struct progress *progress;
    struct graph steps;  /* of the states */
    struct arena arena;  /* in a large one: for what follows */
    uint64_t *in_place;  /* NULL, or the steps' edges, where the transitions were */
    struct graph near;   /* the steps once they are numbered anew, */
    uint32_t *number;    /* and of each state, there, then its component; else NULL */
    uint32_t *component; /* of each state of steps */
    uint32_t *members;
    bool large;
    struct frame *frames; /* in one that is not, */
    uint32_t *queue;      /* and in one that is; else NULL */
    bool internal;        /* some steps are: there are components to be found */
    uint32_t count;       /* of components */
    uint32_t *first;      /* of each component's edges, in */
    uint64_t *edges;
    int status;
    spex_error *error; /* NULL on a thread of its own */
};

/* From `steps`, whose memory serves for the components of the new numbers; `members`: which state
 * has a number. */
static void number_anew(struct half *half)
{
    const struct graph *steps = &half->steps;
    const uint32_t *order = half->members, *first = steps->first, *number = half->number;
    struct graph *near = &half->near;
    uint32_t states = steps->state_count, put = 0;
    for (uint32_t i = 0; i < states; i++) {
        if (i + 3 * GRAPH_AHEAD < states) {
            uint32_t soon = order[i + GRAPH_AHEAD];
            __builtin_prefetch(&first[order[i + 3 * GRAPH_AHEAD]]);
            __builtin_prefetch(&steps->edges[first[order[i + 2 * GRAPH_AHEAD]]]);
            for (uint32_t edge = first[soon]; edge < first[soon + 1] && edge < first[soon] + 8;
                 edge++)
                __builtin_prefetch(&number[edge_target(steps->edges[edge])]);
        }
        near->first[i] = put;
        for (uint32_t edge = first[order[i]]; edge < first[order[i] + 1]; edge++)
            near->edges[put++] =
                edge_make(edge_label(steps->edges[edge]), number[edge_target(steps->edges[edge])]);
    }
    near->first[states] = put;
    half->component = half->steps.first;
    half->steps = *near;
}

/* What follows may lie where the transitions were. */
static void consume(struct half *half)
{
    struct lts *lts = half->consumed;
    if (!lts || !lts->transitions)
        return;
    if (half->large)
        arena_adopt(&half->arena, lts->transitions,
                    lts->transition_capacity * sizeof *lts->transitions);
    else
        free(lts->transitions);
    lts->transitions = NULL;
    lts->transition_count = lts->transition_capacity = 0;
}

/* In a large one, whose states have numbers that lie near. */
static bool keep_numbers(struct half *half, bool in_order)
{
    if (half->consumed && in_order) {
        half->internal = steps_build_in_place(&half->steps, half->consumed, half->labels);
        half->in_place = half->steps.edges;
        return true;
    }
    half->steps.edges =
        arena_take(&half->arena, half->lts->transition_count, sizeof *half->steps.edges);
    if (!half->steps.edges)
        return false;
    half->internal = steps_build(&half->steps, half->lts, half->labels);
    consume(half);
    return true;
}

static int find_numbers(struct half *half)
{
    struct arena *arena = &half->arena;
    uint32_t states = half->steps.state_count;
    size_t edges = half->lts->transition_count;
    half->internal = steps_build(&half->steps, half->lts, half->labels);
    consume(half);
    half->near =
        (struct graph){states, arena_take(arena, (size_t)states + 1, sizeof *half->near.first),
                       arena_take(arena, edges, sizeof *half->near.edges)};
    half->members = arena_take(arena, states, sizeof *half->members);
    if (!half->near.first || !half->near.edges || !half->members)
        return error_memory(half->error);
    half->number = half->component;
    int status =
        numbering_near(&half->steps, half->members, half->number, half->progress, half->error);
    if (!status)
        number_anew(half);
    return status;
}

static int make_steps(struct half *half)
{
    bool in_order;
    if (half->large && steps_lie_near(half->lts, &in_order))
        return keep_numbers(half, in_order) ? SPEX_OK : error_memory(half->error);
    if (half->large)
        return find_numbers(half);
    half->internal = steps_build(&half->steps, half->lts, half->labels);
    consume(half);
    return SPEX_OK;
}

static int find_components(struct half *half)
{
    uint32_t states = half->steps.state_count, initial = half->lts->initial;
    if (half->large) {
        half->queue = arena_take(&half->arena, states, sizeof *half->queue);
        if (!half->members)
            half->members = arena_take(&half->arena, states, sizeof *half->members);
        if (!half->queue || !half->members)
            return error_memory(half->error);
    }
    struct strong_components components = {.component = half->component,
                                           .members = half->members,
                                           .frames = half->frames,
                                           .queue = half->queue};
    int status = strong_components_find(&components, &half->steps,
                                        half->number ? half->number[initial] : initial,
                                        half->progress, half->error);
    half->count = components.count;
    return status;
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
    *edge = edge_make(label, to);
    return true;
}

/* Members come one after the other, from `next` on; their edges lie anywhere, and what is known of
 * the targets too. */
static void ask_for_members(const struct half *half, const uint32_t *next)
{
    enum { FEW = 8 };
    const struct graph *steps = &half->steps;
    const uint32_t *first = steps->first, soon = next[GRAPH_AHEAD];
    __builtin_prefetch(&first[next[3 * GRAPH_AHEAD]]);
    __builtin_prefetch(&half->component[next[3 * GRAPH_AHEAD]]);
    __builtin_prefetch(&steps->edges[first[next[2 * GRAPH_AHEAD]]]);
    for (uint32_t edge = first[soon]; edge < first[soon + 1] && edge < first[soon] + FEW; edge++)
        __builtin_prefetch(&half->component[edge_target(steps->edges[edge])]);
    keep_asking();
}

/* The edges of the component whose members begin at *place, which goes on to the next one. */
static uint32_t contract_component(const struct half *half, uint32_t *place, uint64_t *edges)
{
    const uint32_t *members = half->members, *first = half->steps.first;
    uint32_t states = half->steps.state_count, number = half->component[members[*place]];
    uint32_t all = 0, count = 0, end = *place;
    for (; end < states && half->component[members[end]] == number; end++)
        all += first[members[end] + 1] - first[members[end]];
    bool few = all <= FEW_EDGES;
    for (; *place < end; ++*place) {
        uint32_t member = members[*place];
        if (*place + 3 * GRAPH_AHEAD < states)
            ask_for_members(half, members + *place);
        for (uint32_t i = first[member]; i < first[member + 1]; i++) {
            uint64_t edge = half->steps.edges[i];
            if (i + GRAPH_AHEAD < first[member + 1])
                __builtin_prefetch(
                    &half->component[edge_target(half->steps.edges[i + GRAPH_AHEAD])]);
            if (!contract_edge(half, number, &edge))
                continue;
            if (few)
                count = insert_edge(edges, count, edge);
            else
                edges[count++] = edge;
        }
    }
    return few ? count : order_edges(edges, count);
}

static void contract(struct half *half)
{
    uint32_t place = 0, kept = 0;
    for (uint32_t number = 0; number < half->count; number++) {
        half->first[number] = kept;
        kept += contract_component(half, &place, half->edges + kept);
    }
    half->first[half->count] = kept;
}

/* Where no step is internal each state is a component of its own. */
static void keep_states(struct half *half)
{
    const uint32_t *first = half->steps.first;
    uint32_t kept = 0;
    half->count = half->steps.state_count;
    for (uint32_t state = 0; state < half->count; state++) {
        const uint64_t *edges = half->steps.edges + first[state];
        uint32_t all = first[state + 1] - first[state], count = 0;
        half->first[state] = kept;
        if (all <= FEW_EDGES)
            for (uint32_t i = 0; i < all; i++)
                count = insert_edge(half->edges + kept, count, edges[i]);
        else
            count = order_edges(memcpy(half->edges + kept, edges, all * sizeof *edges), all);
        kept += count;
    }
    half->first[half->count] = kept;
    for (uint32_t state = 0; !half->number && state < half->count; state++)
        half->component[state] = state;
}

static void number_components(struct half *half)
{
    uint32_t states = half->steps.state_count;
    for (uint32_t state = 0; half->number && state < states; state++) {
        if (state + GRAPH_AHEAD < states)
            __builtin_prefetch(&half->component[half->number[state + GRAPH_AHEAD]]);
        half->number[state] = half->component[half->number[state]];
    }
}

static void *make_half(void *context)
{
    struct half *half = context;
    half->status = make_steps(half);
    if (!half->status && half->internal)
        half->status = find_components(half);
    if (!half->status && half->internal) {
        contract(half);
        number_components(half);
    } else if (!half->status) {
        keep_states(half);
    }
    arena_release(&half->arena);
    free(half->in_place);
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
static void make_both(struct half halves[2])
{
    bool more = halves[LEFT].lts->transition_count >= halves[RIGHT].lts->transition_count;
    struct half *own = &halves[more ? LEFT : RIGHT], *other = &halves[more ? RIGHT : LEFT];
    atomic_bool unwanted = false;
    struct progress asked = {is_wanted, &unwanted};
    const struct progress *progress = other->progress;
    pthread_t thread;
    spex_error *error = other->error;
    other->progress = &asked;
    other->error = NULL;
    if (own->large && pthread_create(&thread, NULL, make_half, other) == 0) {
        make_half(own);
        atomic_store(&unwanted, own->status != SPEX_OK);
        pthread_join(thread, NULL);
        other->progress = progress;
        other->error = error;
        return;
    }
    other->progress = progress;
    other->error = error;
    make_half(own);
    if (!own->status)
        make_half(other);
}

/* What is known of the right side, with numbers that go on after those of the left side. */
static void join(const struct half halves[2], struct graph *graph)
{
    const struct half *left = &halves[LEFT], *right = &halves[RIGHT];
    uint32_t shift = left->count, kept = graph->first[shift];
    uint32_t *component = right->number ? right->number : right->component;
    graph->state_count = shift + right->count;
    for (uint32_t i = 0; i < right->first[right->count]; i++)
        graph->edges[kept + i] = right->edges[i] + shift; /* of an edge, to the target */
    for (uint32_t number = 0; number <= right->count; number++)
        graph->first[shift + number] = kept + right->first[number];
    for (uint32_t state = 0; state < right->lts->state_count; state++)
        component[state] += shift;
}

/* Room for the steps and the search in both halves, whose pointers are into it. */
struct room {
    uint32_t *first, *component;
    uint64_t *edges;
    uint32_t *members; /* where the sides are not large */
    struct frame *frames;
};

/* In large ones the graph's edges come to where nothing is, or where the steps were before they
 * were numbered anew. */
static bool take_room(struct room *room, struct graph *graph, struct arena *arena, size_t states,
                      size_t edges)
{
    *room = (struct room){.first = arena_take(arena, states + 2, sizeof *room->first),
                          .component = arena_take(arena, states, sizeof *room->component),
                          .edges = arena_take(arena, edges, sizeof *room->edges)};
    graph->first = arena_take(arena, states + 2, sizeof *graph->first);
    graph->edges = room->edges;
    if (!room->first || !room->component || !room->edges || !graph->first)
        return false;
    if (states >= LARGE)
        return true;
    graph->edges = arena_take(arena, edges, sizeof *graph->edges);
    room->members = arena_take(arena, states, sizeof *room->members);
    room->frames = arena_take(arena, states, sizeof *room->frames);
    return graph->edges && room->members && room->frames;
}

static void drop_room(const struct room *room, const struct graph *graph, struct arena *arena)
{
    arena_drop(arena, room->first);
    if (room->edges == graph->edges)
        return;
    arena_drop(arena, room->edges);
    arena_drop(arena, room->members);
}

static struct half half_of(const struct merged *merged, enum side side, const struct room *room,
                           const struct graph *graph)
{
    uint32_t shift = merged->shift[side], states = merged->sides[side]->state_count;
    size_t edges = side == RIGHT ? merged->sides[LEFT]->transition_count : 0;
    bool large = !room->frames;
    return (struct half){.merged = merged,
                         .lts = merged->sides[side],
                         .labels = merged->labels[side],
                         .steps = {states, room->first + shift + side, room->edges + edges},
                         .component = room->component + shift,
                         .large = large,
                         .members = large ? NULL : room->members + shift,
                         .frames = large ? NULL : room->frames + shift,
                         .first = graph->first + shift + side,
                         .edges = graph->edges + edges};
}

int components_build(const struct merged *merged, struct lts *consumed[2], struct arena *arena,
                     const struct progress *progress, uint32_t **component, struct graph *graph,
                     spex_error *error)
{
    size_t edges = merged->sides[LEFT]->transition_count + merged->sides[RIGHT]->transition_count;
    struct room room;
    struct half halves[2];
    if (!take_room(&room, graph, arena, merged->state_count, edges))
        return error_memory(error);
    for (enum side side = LEFT; side <= RIGHT; side++) {
        halves[side] = half_of(merged, side, &room, graph);
        halves[side].consumed = consumed ? consumed[side] : NULL;
        halves[side].progress = progress;
        halves[side].error = error;
    }
    make_both(halves);
    if (halves[LEFT].status == SPEX_ERROR_MEMORY || halves[RIGHT].status == SPEX_ERROR_MEMORY)
        return error_memory(error);
    if (halves[LEFT].status || halves[RIGHT].status)
        return SPEX_ERROR_CANCELLED;
    join(halves, graph);
    *component = room.component;
    drop_room(&room, graph, arena);
    if (halves[LEFT].large) /* what comes next takes other sizes */
        arena_trim(arena);
    return SPEX_OK;
}
