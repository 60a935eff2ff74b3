#include "check/possible.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static void add(struct possible *possible, size_t *count, uint32_t state)
{
    if (possible->seen[state])
        return;
    possible->seen[state] = true;
    possible->next[(*count)++] = state;
}

/* `next` becomes the set, with all that internal steps lead to. */
static void close_set(struct possible *possible, size_t count)
{
    const struct graph *steps = &possible->steps;
    for (size_t i = 0; i < count; i++) {
        uint32_t state = possible->next[i];
        for (uint32_t e = steps->first[state]; e < steps->first[state + 1]; e++)
            if (edge_label(steps->edges[e]) == LTS_INTERNAL)
                add(possible, &count, edge_target(steps->edges[e]));
    }
    uint32_t *states = possible->next;
    possible->next = possible->states;
    possible->states = states;
    possible->count = count;
    sort_numbers(states, possible->next, count);
    for (size_t i = 0; i < count; i++)
        possible->seen[states[i]] = false;
}

int possible_begin(struct possible *possible, const struct lts *lts, spex_error *error)
{
    memset(possible, 0, sizeof *possible);
    possible->lts = lts;
    possible->states = memory_allocate(lts->state_count, sizeof *possible->states);
    possible->next = memory_allocate(lts->state_count, sizeof *possible->next);
    possible->seen = memory_allocate(lts->state_count, sizeof *possible->seen);
    int status =
        possible->states && possible->next && possible->seen ? SPEX_OK : error_memory(error);
    if (!status)
        status = graph_of_lts(&possible->steps, lts, error);
    if (!status)
        possible_place(possible, lts->initial);
    else
        possible_release(possible);
    return status;
}

void possible_release(struct possible *possible)
{
    graph_release(&possible->steps);
    free(possible->states);
    free(possible->next);
    free(possible->seen);
    memset(possible, 0, sizeof *possible);
}

void possible_place(struct possible *possible, uint32_t state)
{
    size_t count = 0;
    if (state != SYMBOL_NONE)
        add(possible, &count, state);
    close_set(possible, count);
}

void possible_take(struct possible *possible, const char *action)
{
    const struct graph *steps = &possible->steps;
    uint32_t label = symbols_find(&possible->lts->labels, action);
    size_t count = 0;
    if (label == LTS_INTERNAL)
        return; /* it was taken in already */
    for (size_t i = 0; label != SYMBOL_NONE && i < possible->count; i++) {
        uint32_t state = possible->states[i];
        for (uint32_t e = steps->first[state]; e < steps->first[state + 1]; e++)
            if (edge_label(steps->edges[e]) == label)
                add(possible, &count, edge_target(steps->edges[e]));
    }
    close_set(possible, count);
}
