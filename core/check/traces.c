#include "check/traces.h"

#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/inclusion.h"

/* Most searches end at once; one that does not is worth what it takes to be guided. */
enum { SEARCHES = 4, IMPATIENT_SEARCHES = 2 };
static const size_t most_work[SEARCHES] = {1 << 25, 1 << 26, 1 << 28, SIZE_MAX};

/* A search from either side, again with more patience where it was undecided. */
struct searches {
    const struct quotient *quotient;
    const struct progress *progress;
    struct inclusion inclusion;
    struct levels levels;
    bool too_deep; /* they took too long, before the two parted */
    enum inclusion_answer answers[2];
    uint32_t last; /* as of inclusion_find, of the latest that was NOT_INCLUDED */
    uint64_t edge;
};

static enum side other_side(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

static int searches_begin(struct searches *searches, const struct quotient *quotient,
                          const struct progress *progress, spex_error *error)
{
    *searches = (struct searches){.quotient = quotient,
                                  .progress = progress,
                                  .answers = {INCLUSION_UNDECIDED, INCLUSION_UNDECIDED}};
    return inclusion_prepare(&searches->inclusion, &quotient->graph) ? SPEX_OK
                                                                     : error_memory(error);
}

static void searches_end(struct searches *searches)
{
    inclusion_release(&searches->inclusion);
    levels_release(&searches->levels);
}

/* The nth search of the side's traces among those of the other. */
static int search_side(struct searches *searches, int number, enum side side,
                       struct inclusion_question question, spex_error *error)
{
    struct inclusion *inclusion = &searches->inclusion;
    const uint32_t *initial = searches->quotient->initial;
    if (number > 0 && !inclusion->levels) {
        int status =
            levels_build_whole(&searches->levels, searches->quotient, searches->progress, error);
        if (status)
            return status;
        inclusion->levels = &searches->levels;
        searches->too_deep = !levels_apart(&searches->levels, initial[LEFT], initial[RIGHT]);
    }
    question.one = initial[side];
    question.other = initial[other_side(side)];
    question.most_work = most_work[number];
    return inclusion_find(inclusion, &question, searches->progress, &searches->answers[side],
                          &searches->last, &searches->edge, error);
}

int traces_compare(const struct quotient *quotient, const struct progress *progress,
                   bool *equivalent, spex_error *error)
{
    const struct inclusion_question question = {.ending = SYMBOL_NONE};
    struct searches searches;
    const enum inclusion_answer *answers = searches.answers;
    int status = searches_begin(&searches, quotient, progress, error);
    bool different = false;
    for (int i = 0; i < SEARCHES; i++)
        for (int side = LEFT; !status && !different && side <= RIGHT; side++)
            if (answers[side] == INCLUSION_UNDECIDED) {
                status = search_side(&searches, i, (enum side)side, question, error);
                different = answers[side] == NOT_INCLUDED;
            }
    *equivalent = answers[LEFT] == INCLUDED && answers[RIGHT] == INCLUDED;
    if (!status && !different && !*equivalent)
        status = error_set(error, SPEX_ERROR_MEMORY,
                           "comparing the traces would take more than %" PRIu32
                           " sets of states; a bisimilarity does without them",
                           searches.inclusion.sets.count);
    searches_end(&searches);
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
    const struct inclusion_question each = {.ending = question->ending, .ended = question->ended};
    struct searches searches;
    int status = searches_begin(&searches, quotient, progress, error);
    memset(traces, 0, 2 * sizeof *traces);
    traces[LEFT].search = traces[RIGHT].search = TRACES_UNDECIDED;
    bool found = false;
    for (int i = 0; i < (question->patient ? SEARCHES : IMPATIENT_SEARCHES); i++)
        for (int side = LEFT; !status && side <= RIGHT; side++) {
            /* Who is known to differ is not asked for ever what the other lacks. */
            if (traces[side].search != TRACES_UNDECIDED || (found && i == SEARCHES - 1))
                continue;
            status = search_side(&searches, i, (enum side)side, each, error);
            enum inclusion_answer answer = searches.answers[side];
            if (status || answer == INCLUSION_UNDECIDED)
                continue;
            traces[side].side = (enum side)side;
            traces[side].search = answer == INCLUDED ? TRACES_INCLUDED : TRACES_DIFFER;
            found |= answer == NOT_INCLUDED;
            if (answer == NOT_INCLUDED)
                status = build_trace(&searches.inclusion, (enum side)side,
                                     quotient->initial[other_side((enum side)side)], searches.last,
                                     searches.edge, question, &traces[side], error);
        }
    if (question->too_deep)
        *question->too_deep |= searches.too_deep;
    searches_end(&searches);
    return status;
}

void trace_release(struct trace *trace)
{
    route_release(&trace->routes[LEFT]);
    route_release(&trace->routes[RIGHT]);
    free(trace->offered);
    memset(trace, 0, sizeof *trace);
}
