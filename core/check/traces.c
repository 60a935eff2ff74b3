#include "check/traces.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/inclusion.h"

enum { MUCH_WORK = 1 << 28, SOME_WORK = 1 << 25 };

static enum side other_side(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

int traces_compare(const struct quotient *quotient, const struct progress *progress,
                   bool *equivalent, spex_error *error)
{
    struct inclusion inclusion;
    enum inclusion_answer answer = INCLUDED;
    uint32_t last;
    uint64_t edge;
    int status = inclusion_prepare(&inclusion, &quotient->graph) ? SPEX_OK : error_memory(error);
    for (int side = LEFT; !status && answer == INCLUDED && side <= RIGHT; side++) {
        struct inclusion_question question = {.one = quotient->initial[side],
                                              .other =
                                                  quotient->initial[other_side((enum side)side)],
                                              .ending = SYMBOL_NONE,
                                              .most_work = SIZE_MAX};
        status = inclusion_find(&inclusion, &question, progress, &answer, &last, &edge, error);
    }
    if (!status && answer == INCLUSION_UNDECIDED)
        status = error_set(error, SPEX_ERROR_MEMORY,
                           "comparing the traces would take more than %" PRIu32
                           " sets of states; a bisimilarity does without them",
                           inclusion.sets.count);
    *equivalent = answer == INCLUDED;
    inclusion_release(&inclusion);
    return status;
}

/* ---------------------------------------------------------- the route of a trace */

/* Of the side that has it, class by class. */
static bool follow_classes(const struct inclusion *inclusion, uint32_t last, uint64_t edge,
                           struct route *route)
{
    bool fine = route_append(route, edge);
    for (uint32_t i = last; fine && inclusion->pairs[i].parent != NO_PAIR;
         i = inclusion->pairs[i].parent)
        fine = route_append(route, edge_make(inclusion->pairs[i].label, inclusion->pairs[i].class));
    route_reverse(route);
    return fine;
}

/* Where the members of a set came from internally; NO_CLASS: with the action itself. */
static void add_from(struct inclusion *inclusion, uint32_t *origins, uint32_t class,
                     uint32_t origin)
{
    if (inclusion_add(inclusion, class))
        origins[class] = origin;
}

/* The classes in which `label` enters from a set, as the first members of the next. */
static void enter_set(struct inclusion *inclusion, uint32_t *origins, uint32_t set, uint32_t label)
{
    const struct graph *graph = inclusion->graph;
    size_t size;
    const uint32_t *classes = sequences_bytes(&inclusion->sets, set, &size);
    for (size_t i = 0; i < size / sizeof *classes; i++)
        for (uint32_t k = graph->first[classes[i]]; k < graph->first[classes[i] + 1]; k++)
            if (edge_label(graph->edges[k]) == label)
                add_from(inclusion, origins, edge_target(graph->edges[k]), NO_CLASS);
}

/* From one of the members on internally to a class with the edge `goal`, or to any where it is
 * 0. Appends to the route, last edge first; *entry is the member that it began in. */
static int reach_goal(struct inclusion *inclusion, uint32_t *origins, uint64_t goal,
                      struct route *route, uint32_t *entry, spex_error *error)
{
    const struct graph *graph = inclusion->graph;
    for (uint32_t i = 0; i < inclusion->member_count; i++) {
        uint32_t class = inclusion->members[i];
        if (goal && !graph_has(graph, class, goal)) {
            for (uint32_t k = graph->first[class];
                 k < graph->first[class + 1] && edge_label(graph->edges[k]) == LTS_INTERNAL; k++)
                add_from(inclusion, origins, edge_target(graph->edges[k]), class);
            continue;
        }
        for (; origins[class] != NO_CLASS; class = origins[class])
            if (!route_append(route, edge_make(LTS_INTERNAL, class)))
                return error_memory(error);
        *entry = class;
        return SPEX_OK;
    }
    return error_set(error, SPEX_ERROR_INTERNAL, "the steps of a trace do not connect");
}

/* Of the other side, along the same actions set by set, from the last to the first. */
static int follow_sets(struct inclusion *inclusion, uint32_t *origins, uint32_t start,
                       uint32_t last, struct route *route, spex_error *error)
{
    uint64_t goal = 0;
    uint32_t entry = start;
    int status = SPEX_OK;
    for (uint32_t i = last; !status; i = inclusion->pairs[i].parent) {
        const struct inclusion_pair *pair = &inclusion->pairs[i];
        if (pair->parent != NO_PAIR && pair->label == LTS_INTERNAL)
            continue;
        inclusion_begin_set(inclusion);
        if (pair->parent == NO_PAIR)
            add_from(inclusion, origins, start, NO_CLASS);
        else
            enter_set(inclusion, origins, inclusion->pairs[pair->parent].set, pair->label);
        status = reach_goal(inclusion, origins, goal, route, &entry, error);
        if (status || pair->parent == NO_PAIR)
            break;
        goal = edge_make(pair->label, entry);
        if (!route_append(route, goal))
            status = error_memory(error);
    }
    route_reverse(route);
    return status;
}

static bool fill_offered(const struct inclusion *inclusion, uint32_t set,
                         const struct trace_question *question, struct trace *trace)
{
    struct inclusion_span span = inclusion->spans[set];
    trace->offered = memory_resize(NULL, span.end - span.begin, sizeof *trace->offered);
    for (size_t i = span.begin; trace->offered && i < span.end; i++)
        if (question->ended || edge_label(inclusion->moves[i]) != question->ending)
            trace->offered[trace->offered_count++] = edge_label(inclusion->moves[i]);
    return trace->offered != NULL;
}

static int build_trace(struct inclusion *inclusion, enum side side, uint32_t start, uint32_t last,
                       uint64_t edge, const struct trace_question *question, struct trace *trace,
                       spex_error *error)
{
    struct route *route = &trace->routes[side];
    uint32_t *origins = memory_resize(NULL, inclusion->graph->state_count, sizeof *origins);
    int status = SPEX_OK;
    if (!origins || !follow_classes(inclusion, last, edge, route) ||
        !fill_offered(inclusion, inclusion->pairs[last].set, question, trace))
        status = error_memory(error);
    if (!status)
        status =
            follow_sets(inclusion, origins, start, last, &trace->routes[other_side(side)], error);
    for (size_t i = 0; !status && i < route->count; i++)
        trace->length += edge_label(route->edges[i]) != LTS_INTERNAL;
    free(origins);
    return status;
}

int traces_search(const struct quotient *quotient, const struct trace_question *question,
                  const struct progress *progress, struct trace traces[2], spex_error *error)
{
    struct inclusion inclusion;
    int status = inclusion_prepare(&inclusion, &quotient->graph) ? SPEX_OK : error_memory(error);
    memset(traces, 0, 2 * sizeof *traces);
    for (int side = LEFT; !status && side <= RIGHT; side++) {
        uint32_t start = quotient->initial[other_side((enum side)side)], last;
        struct inclusion_question each = {.one = quotient->initial[side],
                                          .other = start,
                                          .ending = question->ending,
                                          .ended = question->ended,
                                          .most_work = question->patient ? MUCH_WORK : SOME_WORK};
        enum inclusion_answer answer;
        uint64_t edge;
        status = inclusion_find(&inclusion, &each, progress, &answer, &last, &edge, error);
        if (status)
            break;
        traces[side].side = (enum side)side;
        traces[side].search = answer == INCLUDED       ? TRACES_INCLUDED
                              : answer == NOT_INCLUDED ? TRACES_DIFFER
                                                       : TRACES_UNDECIDED;
        if (answer == NOT_INCLUDED)
            status = build_trace(&inclusion, (enum side)side, start, last, edge, question,
                                 &traces[side], error);
    }
    inclusion_release(&inclusion);
    return status;
}

void trace_release(struct trace *trace)
{
    route_release(&trace->routes[LEFT]);
    route_release(&trace->routes[RIGHT]);
    free(trace->offered);
    memset(trace, 0, sizeof *trace);
}
