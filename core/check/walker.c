#include "check/walker.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

int walker_init(struct walker *walker, const struct merged *merged, const struct quotient *quotient,
                spex_error *error)
{
    memset(walker, 0, sizeof *walker);
    walker->merged = merged;
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
static bool append_step(struct path *path, uint32_t from, uint32_t label, uint32_t to)
{
    if ((path->count & (path->count - 1)) == 0) {
        struct lts_transition *steps =
            memory_resize(path->steps, path->count ? path->count * 2 : 1, sizeof *steps);
        if (!steps)
            return false;
        path->steps = steps;
    }
    path->steps[path->count++] = (struct lts_transition){from, label, to};
    return true;
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

/* The nearest state, by internal steps within the class of `start`, that has the step. */
static uint32_t search_step(struct walker *walker, enum side side, uint32_t start, uint32_t label,
                            uint32_t class, uint32_t *target)
{
    const struct graph *steps = &walker->steps[side];
    const uint32_t *class_of = walker->quotient->class_of + walker->merged->shift[side];
    if (++walker->search == 0) {
        uint32_t states = walker->merged->sides[side]->state_count;
        memset(walker->seen, 0, states * sizeof *walker->seen);
        walker->search = 1;
    }
    size_t count = 0;
    walker->queue[count++] = start;
    walker->seen[start] = walker->search;
    walker->parent[start] = SYMBOL_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t state = walker->queue[i];
        *target = find_step(walker, side, state, label, class);
        if (*target != SYMBOL_NONE)
            return state;
        for (uint32_t j = steps->first[state]; j < steps->first[state + 1]; j++) {
            uint32_t next = edge_target(steps->edges[j]);
            if (edge_label(steps->edges[j]) != LTS_INTERNAL)
                break;
            if (class_of[next] != class_of[start] || walker->seen[next] == walker->search)
                continue;
            walker->seen[next] = walker->search;
            walker->parent[next] = state;
            walker->queue[count++] = next;
        }
    }
    return SYMBOL_NONE;
}

int walker_take(struct walker *walker, enum side side, uint64_t edge, uint32_t *state,
                struct path *path, spex_error *error)
{
    uint32_t label = walker->own_labels[side][edge_label(edge)], target = SYMBOL_NONE;
    uint32_t source = SYMBOL_NONE;
    if (label != SYMBOL_NONE)
        source = search_step(walker, side, *state, label, edge_target(edge), &target);
    if (source == SYMBOL_NONE)
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "a step of the explanation was not found among the transitions");
    size_t length = 0;
    for (uint32_t at = source; at != *state; at = walker->parent[at])
        walker->queue[length++] = at; /* the search is over: its queue is free */
    for (uint32_t from = *state; length > 0; from = walker->queue[length])
        if (!append_step(path, from, LTS_INTERNAL, walker->queue[--length]))
            return error_memory(error);
    if (!append_step(path, source, label, target))
        return error_memory(error);
    *state = target;
    return SPEX_OK;
}

int walker_follow(struct walker *walker, enum side side, const struct route *route, uint32_t *state,
                  struct path *path, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < route->count; i++)
        status = walker_take(walker, side, route->edges[i], state, path, error);
    return status;
}
