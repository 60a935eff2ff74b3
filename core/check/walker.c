#include "check/walker.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

int walker_init(struct walker *walker, const struct merged *merged, const uint32_t *component,
                const struct quotient *quotient, spex_error *error)
{
    memset(walker, 0, sizeof *walker);
    walker->merged = merged;
    walker->component = component;
    walker->quotient = quotient;
    uint32_t most = merged->sides[LEFT]->state_count;
    if (merged->sides[RIGHT]->state_count > most)
        most = merged->sides[RIGHT]->state_count;
    walker->seen = memory_allocate(most, sizeof *walker->seen);
    walker->parent = memory_resize(NULL, most, sizeof *walker->parent);
    walker->queue = memory_resize(NULL, most, sizeof *walker->queue);
    int status = walker->seen && walker->parent && walker->queue ? SPEX_OK : error_memory(error);
    for (int side = LEFT; !status && side <= RIGHT; side++) {
        status = graph_of_lts(&walker->steps[side], merged->sides[side], error);
        walker->own_labels[side] = status ? NULL : merge_own_labels(merged, (enum side)side);
        if (!status && !walker->own_labels[side])
            status = error_memory(error);
    }
    if (status)
        walker_release(walker);
    return status;
}

void walker_release(struct walker *walker)
{
    for (int side = LEFT; side <= RIGHT; side++) {
        graph_release(&walker->steps[side]);
        free(walker->own_labels[side]);
    }
    free(walker->seen);
    free(walker->parent);
    free(walker->queue);
    memset(walker, 0, sizeof *walker);
}

/* Room for twice as many whenever the count is a power of two. */
bool path_append(struct path *path, struct lts_transition step)
{
    if ((path->count & (path->count - 1)) == 0) {
        struct lts_transition *steps =
            memory_resize(path->steps, path->count ? path->count * 2 : 1, sizeof *steps);
        if (!steps)
            return false;
        path->steps = steps;
    }
    path->steps[path->count++] = step;
    return true;
}

static bool append_step(struct path *path, uint32_t from, uint32_t label, uint32_t to)
{
    return path_append(path, (struct lts_transition){from, label, to});
}

/* The state's own step with this label into this class; SYMBOL_NONE where it has none. */
static uint32_t find_step(const struct walker *walker, enum side side, uint32_t state,
                          uint32_t label, uint32_t class)
{
    const struct graph *steps = &walker->steps[side];
    const uint32_t *class_of = walker->quotient->class_of + walker->merged->shift[side];
    uint32_t low = steps->first[state], high = steps->first[state + 1], end = high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (edge_label(steps->edges[middle]) < label)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < end && edge_label(steps->edges[low]) == label; low++)
        if (class_of[edge_target(steps->edges[low])] == class)
            return edge_target(steps->edges[low]);
    return SYMBOL_NONE;
}

/* What a search looks for: a state with a step, or one on a cycle of internal steps. */
struct goal {
    uint32_t label, class; /* the step's own label, and the class it leads into */
    bool cycle;
};

/* An internal step to a state of the same component, which has a way back. */
static uint32_t find_circle(const struct walker *walker, enum side side, uint32_t state)
{
    const struct graph *steps = &walker->steps[side];
    const uint32_t *component = walker->component + walker->merged->shift[side];
    for (uint32_t i = steps->first[state]; i < steps->first[state + 1]; i++) {
        if (edge_label(steps->edges[i]) != LTS_INTERNAL)
            break;
        if (component[edge_target(steps->edges[i])] == component[state])
            return edge_target(steps->edges[i]);
    }
    return SYMBOL_NONE;
}

static uint32_t find_goal(const struct walker *walker, enum side side, uint32_t state,
                          const struct goal *goal)
{
    return goal->cycle ? find_circle(walker, side, state)
                       : find_step(walker, side, state, goal->label, goal->class);
}

static void begin_search(struct walker *walker, enum side side, uint32_t start)
{
    if (++walker->search == 0) {
        uint32_t states = walker->merged->sides[side]->state_count;
        memset(walker->seen, 0, states * sizeof *walker->seen);
        walker->search = 1;
    }
    walker->queue[0] = start;
    walker->seen[start] = walker->search;
    walker->parent[start] = SYMBOL_NONE;
}

/* Puts what internal steps within the class lead to into the queue. */
static size_t search_on(struct walker *walker, enum side side, uint32_t state, size_t count)
{
    const struct graph *steps = &walker->steps[side];
    const uint32_t *class_of = walker->quotient->class_of + walker->merged->shift[side];
    for (uint32_t i = steps->first[state]; i < steps->first[state + 1]; i++) {
        uint32_t next = edge_target(steps->edges[i]);
        if (edge_label(steps->edges[i]) != LTS_INTERNAL)
            break;
        if (class_of[next] != class_of[state] || walker->seen[next] == walker->search)
            continue;
        walker->seen[next] = walker->search;
        walker->parent[next] = state;
        walker->queue[count++] = next;
    }
    return count;
}

/* The nearest state, by internal steps within the class of `start`, that has the goal;
 * *target is where its step leads. */
static uint32_t search_goal(struct walker *walker, enum side side, uint32_t start,
                            const struct goal *goal, uint32_t *target)
{
    size_t count = 1;
    begin_search(walker, side, start);
    for (size_t i = 0; i < count; i++) {
        *target = find_goal(walker, side, walker->queue[i], goal);
        if (*target != SYMBOL_NONE)
            return walker->queue[i];
        count = search_on(walker, side, walker->queue[i], count);
    }
    return SYMBOL_NONE;
}

/* The internal steps that the search took from `start` to `end`. */
static bool append_found(struct walker *walker, uint32_t start, uint32_t end, struct path *path)
{
    size_t length = 0;
    for (uint32_t at = end; at != start; at = walker->parent[at])
        walker->queue[length++] = at; /* the search is over: its queue is free */
    for (uint32_t from = start; length > 0; from = walker->queue[length])
        if (!append_step(path, from, LTS_INTERNAL, walker->queue[--length]))
            return false;
    return true;
}

static int not_found(spex_error *error)
{
    return error_set(error, SPEX_ERROR_INTERNAL,
                     "a step of the explanation was not found among the transitions");
}

int walker_take(struct walker *walker, enum side side, uint64_t edge, uint32_t *state,
                struct path *path, spex_error *error)
{
    struct goal goal = {walker->own_labels[side][edge_label(edge)], edge_target(edge), false};
    uint32_t target = SYMBOL_NONE, source = SYMBOL_NONE;
    if (goal.label != SYMBOL_NONE)
        source = search_goal(walker, side, *state, &goal, &target);
    if (source == SYMBOL_NONE)
        return not_found(error);
    if (!append_found(walker, *state, source, path) ||
        !append_step(path, source, goal.label, target))
        return error_memory(error);
    *state = target;
    return SPEX_OK;
}

int walker_circle(struct walker *walker, enum side side, uint32_t *state, struct path *path,
                  struct path *cycle, spex_error *error)
{
    const struct goal goal = {.cycle = true};
    uint32_t second, first = search_goal(walker, side, *state, &goal, &second);
    if (first == SYMBOL_NONE)
        return not_found(error);
    if (!append_found(walker, *state, first, path) ||
        !append_step(cycle, first, LTS_INTERNAL, second))
        return error_memory(error);
    *state = first;
    if (second == first)
        return SPEX_OK;
    size_t count = 1;
    begin_search(walker, side, second);
    for (size_t i = 0; i < count && walker->seen[first] != walker->search; i++)
        count = search_on(walker, side, walker->queue[i], count);
    if (walker->seen[first] != walker->search)
        return not_found(error);
    return append_found(walker, second, first, cycle) ? SPEX_OK : error_memory(error);
}

int walker_follow(struct walker *walker, enum side side, const struct route *route, uint32_t *state,
                  struct path *path, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < route->count; i++)
        status = walker_take(walker, side, route->edges[i], state, path, error);
    return status;
}
