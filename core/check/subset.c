#include "check/subset.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"
#include "check/sequences.h"

enum { MOST_PAIRS = 200000, MOST_BYTES = 1 << 28, MOST_WORK = 1 << 28, SOME_WORK = 1 << 25 };

/* The classes the two sides may be in after the same visible actions, as set numbers. */
struct pair {
    uint32_t sets[2];
    uint32_t parent;
    uint32_t label; /* that led here from the parent */
};

struct edges {
    uint64_t *items;
    size_t count, capacity;
};

struct subsets {
    const struct graph *graph;
    const struct trace_question *question;
    struct sequences sets; /* closed under internal steps, ascending */
    struct pair *pairs;
    size_t pair_count, pair_capacity;
    /* Sets found to need no further comparing with each other: a forest by number. Two
     * sets joined by a chain of pairs differ no sooner than one of these pairs does. */
    uint32_t *joined;
    size_t joined_count, joined_capacity;
    struct sequences known; /* one-sided: the pairs themselves; inclusions do not chain */
    struct edges edges[2];  /* the visible edges of the pair at hand */
    uint32_t *seen;         /* the number of the search that saw the class */
    uint32_t search;
    uint32_t *queue, *scratch, *parent;
    size_t work;
};

static void next_search(struct subsets *subsets)
{
    if (++subsets->search == 0) {
        memset(subsets->seen, 0, subsets->graph->state_count * sizeof *subsets->seen);
        subsets->search = 1;
    }
}

static size_t enter(struct subsets *subsets, uint32_t class, uint32_t parent, size_t count)
{
    if (subsets->seen[class] == subsets->search)
        return count;
    subsets->seen[class] = subsets->search;
    subsets->parent[class] = parent;
    subsets->queue[count] = class;
    return count + 1;
}

/* Goes on from the first `count` classes of the queue over internal edges. */
static size_t close_queue(struct subsets *subsets, size_t count)
{
    const struct graph *graph = subsets->graph;
    for (size_t i = 0; i < count; i++) {
        uint32_t class = subsets->queue[i];
        for (uint32_t j = graph->first[class]; j < graph->first[class + 1]; j++) {
            if (edge_label(graph->edges[j]) != LTS_INTERNAL)
                break;
            count = enter(subsets, edge_target(graph->edges[j]), class, count);
        }
    }
    subsets->work += count;
    return count;
}

static bool intern_queue(struct subsets *subsets, size_t count, uint32_t *set)
{
    sort_numbers(subsets->queue, subsets->scratch, count);
    if (!sequences_intern(&subsets->sets, subsets->queue, count * sizeof *subsets->queue, set) ||
        !memory_reserve(&subsets->joined, &subsets->joined_capacity, subsets->sets.count,
                        sizeof *subsets->joined))
        return false;
    while (subsets->joined_count < subsets->sets.count) {
        subsets->joined[subsets->joined_count] = (uint32_t)subsets->joined_count;
        subsets->joined_count++;
    }
    return true;
}

static uint32_t root_of(struct subsets *subsets, uint32_t set)
{
    while (subsets->joined[set] != set) {
        subsets->joined[set] = subsets->joined[subsets->joined[set]];
        set = subsets->joined[set];
    }
    return set;
}

/* The visible edges of all classes of the set, ascending. */
static bool gather(struct subsets *subsets, uint32_t set, struct edges *edges)
{
    const struct graph *graph = subsets->graph;
    size_t size;
    const uint32_t *classes = sequences_bytes(&subsets->sets, set, &size);
    edges->count = 0;
    for (size_t i = 0; i < size / sizeof *classes; i++) {
        uint32_t first = graph->first[classes[i]], end = graph->first[classes[i] + 1];
        while (first < end && edge_label(graph->edges[first]) == LTS_INTERNAL)
            first++;
        if (!memory_reserve(&edges->items, &edges->capacity, edges->count + (end - first),
                            sizeof *edges->items))
            return false;
        for (; first < end; first++)
            if (subsets->question->ended ||
                edge_label(graph->edges[first]) != subsets->question->ending)
                edges->items[edges->count++] = graph->edges[first];
    }
    subsets->work += edges->count + size / sizeof *classes;
    sort_edges(edges->items, edges->count);
    return true;
}

static size_t end_of_label(const struct edges *edges, size_t begin)
{
    size_t end = begin;
    while (end < edges->count && edge_label(edges->items[end]) == edge_label(edges->items[begin]))
        end++;
    return end;
}

/* A label that the pair's one side has and the other not; the right's, what the
 * implementation does beyond its specification, before the left's. */
static bool find_difference(const struct subsets *subsets, enum side *side, uint32_t *label)
{
    const struct edges *left = &subsets->edges[LEFT], *right = &subsets->edges[RIGHT];
    const struct trace_question *question = subsets->question;
    bool found = false;
    for (size_t i = 0, j = 0; i < left->count || j < right->count;) {
        uint32_t one = i < left->count ? edge_label(left->items[i]) : UINT32_MAX;
        uint32_t other = j < right->count ? edge_label(right->items[j]) : UINT32_MAX;
        if (one > other && !(question->one_sided && question->side == LEFT)) {
            *side = RIGHT;
            *label = other;
            return true;
        }
        if (one < other && !found && !(question->one_sided && question->side == RIGHT)) {
            *side = LEFT;
            *label = one;
            found = true;
        }
        if (one <= other)
            i = end_of_label(left, i);
        if (other <= one)
            j = end_of_label(right, j);
    }
    return found;
}

/* Whether nothing new is to be learned from comparing the two sets. */
static bool is_known(struct subsets *subsets, const uint32_t sets[2], bool *known)
{
    uint32_t one = root_of(subsets, sets[LEFT]), other = root_of(subsets, sets[RIGHT]);
    *known = one == other;
    if (*known)
        return true;
    if (subsets->question->one_sided) {
        uint32_t before = subsets->known.count, number;
        if (!sequences_intern(&subsets->known, sets, 2 * sizeof *sets, &number))
            return false;
        *known = number < before;
        return true;
    }
    subsets->joined[one > other ? one : other] = one > other ? other : one;
    return true;
}

static bool add_pair(struct subsets *subsets, const uint32_t sets[2], uint32_t parent,
                     uint32_t label)
{
    bool known;
    if (!is_known(subsets, sets, &known))
        return false;
    if (known)
        return true;
    if (!memory_reserve(&subsets->pairs, &subsets->pair_capacity, subsets->pair_count + 1,
                        sizeof *subsets->pairs))
        return false;
    subsets->pairs[subsets->pair_count++] = (struct pair){{sets[LEFT], sets[RIGHT]}, parent, label};
    return true;
}

/* The set that the edges of one label lead to; *begin moves behind them. */
static bool follow_label(struct subsets *subsets, const struct edges *edges, size_t *begin,
                         uint32_t *set)
{
    size_t end = end_of_label(edges, *begin), count = 0;
    next_search(subsets);
    for (size_t i = *begin; i < end; i++)
        count = enter(subsets, edge_target(edges->items[i]), NO_CLASS, count);
    *begin = end;
    return intern_queue(subsets, close_queue(subsets, count), set);
}

/* The pairs that the labels lead to which both sides have here. */
static bool add_successors(struct subsets *subsets, uint32_t parent)
{
    const struct edges *left = &subsets->edges[LEFT], *right = &subsets->edges[RIGHT];
    for (size_t i = 0, j = 0; i < left->count && j < right->count;) {
        uint32_t sets[2];
        uint32_t label = edge_label(left->items[i]), other = edge_label(right->items[j]);
        if (label != other || label == subsets->question->ending) {
            i = label <= other ? end_of_label(left, i) : i;
            j = other <= label ? end_of_label(right, j) : j;
        } else if (!follow_label(subsets, left, &i, &sets[LEFT]) ||
                   !follow_label(subsets, right, &j, &sets[RIGHT]) ||
                   !add_pair(subsets, sets, parent, label)) {
            return false;
        }
    }
    return true;
}

/* Looks in the classes of `set` for the last part of a route: from a class where `label`
 * enters the set (from `previous`; or from `start`, where that is NO_SET) internally to
 * one with the edge `goal` (any at all where it is 0). Appends to the route, last edge
 * first, and answers the entry in *entry. */
#define NO_SET UINT32_MAX

static bool has_goal(const struct subsets *subsets, uint32_t class, uint64_t goal)
{
    return goal == 0 || graph_has(subsets->graph, class, goal);
}

static int trace_back(struct subsets *subsets, uint32_t previous, uint32_t label, uint32_t start,
                      uint64_t goal, struct route *route, uint32_t *entry, spex_error *error)
{
    size_t count = 0;
    next_search(subsets);
    if (previous == NO_SET) {
        count = enter(subsets, start, NO_CLASS, count);
    } else {
        if (!gather(subsets, previous, &subsets->edges[0]))
            return error_memory(error);
        for (size_t i = 0; i < subsets->edges[0].count; i++)
            if (edge_label(subsets->edges[0].items[i]) == label)
                count = enter(subsets, edge_target(subsets->edges[0].items[i]), NO_CLASS, count);
    }
    count = close_queue(subsets, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t class = subsets->queue[i];
        if (!has_goal(subsets, class, goal))
            continue;
        for (; subsets->parent[class] != NO_CLASS; class = subsets->parent[class])
            if (!route_append(route, edge_make(LTS_INTERNAL, class)))
                return error_memory(error);
        *entry = class;
        return SPEX_OK;
    }
    return error_set(error, SPEX_ERROR_INTERNAL, "the steps of a trace do not connect");
}

/* One side's route along the actions that led to the pair, and then to a class that has
 * the edge `goal`. */
static int build_route(struct subsets *subsets, enum side side, uint32_t start, uint32_t last,
                       uint64_t goal, struct route *route, spex_error *error)
{
    int status = SPEX_OK;
    if (goal && !route_append(route, goal))
        return error_memory(error);
    for (uint32_t at = last; !status; at = subsets->pairs[at].parent) {
        const struct pair *pair = &subsets->pairs[at];
        uint32_t previous = at ? subsets->pairs[pair->parent].sets[side] : NO_SET, entry = start;
        status = trace_back(subsets, previous, pair->label, start, goal, route, &entry, error);
        if (at == 0)
            break;
        goal = edge_make(pair->label, entry);
        if (!status && !route_append(route, goal))
            status = error_memory(error);
    }
    route_reverse(route);
    return status;
}

static int fill_offered(struct trace *trace, const struct edges *edges, spex_error *error)
{
    trace->offered = memory_resize(NULL, edges->count, sizeof *trace->offered);
    if (!trace->offered)
        return error_memory(error);
    for (size_t i = 0; i < edges->count; i = end_of_label(edges, i))
        trace->offered[trace->offered_count++] = edge_label(edges->items[i]);
    return SPEX_OK;
}

static int build_trace(struct subsets *subsets, const struct quotient *quotient, uint32_t last,
                       uint32_t label, struct trace *trace, spex_error *error)
{
    enum side other = trace->side == LEFT ? RIGHT : LEFT;
    const struct edges *edges = &subsets->edges[trace->side];
    uint64_t goal = 0;
    for (size_t i = 0; !goal && i < edges->count; i++)
        if (edge_label(edges->items[i]) == label)
            goal = edges->items[i];
    int status = fill_offered(trace, &subsets->edges[other], error);
    if (!status)
        status = build_route(subsets, trace->side, quotient->initial[trace->side], last, goal,
                             &trace->routes[trace->side], error);
    if (!status)
        status = build_route(subsets, other, quotient->initial[other], last, 0,
                             &trace->routes[other], error);
    return status;
}

static bool prepare(struct subsets *subsets, const struct quotient *quotient)
{
    uint32_t classes = quotient->graph.state_count, sets[2];
    subsets->graph = &quotient->graph;
    subsets->seen = memory_allocate(classes, sizeof *subsets->seen);
    subsets->queue = memory_resize(NULL, classes, sizeof *subsets->queue);
    subsets->scratch = memory_resize(NULL, classes, sizeof *subsets->scratch);
    subsets->parent = memory_resize(NULL, classes, sizeof *subsets->parent);
    if (!subsets->seen || !subsets->queue || !subsets->scratch || !subsets->parent)
        return false;
    for (int side = LEFT; side <= RIGHT; side++) {
        next_search(subsets);
        size_t count = enter(subsets, quotient->initial[side], NO_CLASS, 0);
        if (!intern_queue(subsets, close_queue(subsets, count), &sets[side]))
            return false;
    }
    return add_pair(subsets, sets, 0, LTS_INTERNAL);
}

static bool exhausted(const struct subsets *subsets)
{
    return subsets->pair_count > MOST_PAIRS || subsets->sets.pool_used > MOST_BYTES ||
           subsets->work > (subsets->question->patient ? MOST_WORK : SOME_WORK);
}

static int search(struct subsets *subsets, const struct quotient *quotient,
                  const struct progress *progress, enum trace_search *result, struct trace *trace,
                  spex_error *error)
{
    size_t reported = 0;
    for (uint32_t i = 0; i < subsets->pair_count; i++) {
        uint32_t label;
        for (int side = LEFT; side <= RIGHT; side++)
            if (!gather(subsets, subsets->pairs[i].sets[side], &subsets->edges[side]))
                return error_memory(error);
        if (find_difference(subsets, &trace->side, &label)) {
            *result = TRACES_DIFFER;
            return build_trace(subsets, quotient, i, label, trace, error);
        }
        if (!add_successors(subsets, i))
            return error_memory(error);
        if (exhausted(subsets)) {
            *result = TRACES_UNDECIDED;
            return SPEX_OK;
        }
        if (subsets->work - reported >= PROGRESS_INTERVAL) {
            reported = subsets->work;
            int status = progress_report(progress, "traces", (double)i / MOST_PAIRS, error);
            if (status)
                return status;
        }
    }
    *result = TRACES_AGREE;
    return SPEX_OK;
}

int subset_search(const struct quotient *quotient, const struct trace_question *question,
                  const struct progress *progress, enum trace_search *result, struct trace *trace,
                  spex_error *error)
{
    struct subsets subsets = {.question = question};
    memset(trace, 0, sizeof *trace);
    int status = prepare(&subsets, quotient)
                     ? search(&subsets, quotient, progress, result, trace, error)
                     : error_memory(error);
    sequences_release(&subsets.sets);
    sequences_release(&subsets.known);
    free(subsets.pairs);
    free(subsets.joined);
    free(subsets.edges[LEFT].items);
    free(subsets.edges[RIGHT].items);
    free(subsets.seen);
    free(subsets.queue);
    free(subsets.scratch);
    free(subsets.parent);
    if (status)
        trace_release(trace);
    return status;
}

void trace_release(struct trace *trace)
{
    route_release(&trace->routes[LEFT]);
    route_release(&trace->routes[RIGHT]);
    free(trace->offered);
    memset(trace, 0, sizeof *trace);
}
