#include "graph/neighbourhood.h"

#include <stdlib.h>

#include "base/base.h"

/* Transitions by state, whatever their direction: adjacent[first[s] .. first[s + 1] - 1]. */
struct adjacency {
    size_t *first;
    uint32_t *adjacent;
};

static bool adjacency_build(struct adjacency *adjacency, const struct lts *lts)
{
    adjacency->first = memory_allocate((size_t)lts->state_count + 2, sizeof *adjacency->first);
    adjacency->adjacent = memory_allocate(lts->transition_count * 2, sizeof *adjacency->adjacent);
    if (!adjacency->first || !adjacency->adjacent)
        return false;
    size_t *count = adjacency->first + 2;
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        if (t->from + 1 < lts->state_count)
            count[t->from]++;
        if (t->to + 1 < lts->state_count)
            count[t->to]++;
    }
    for (uint32_t s = 1; s + 1 < lts->state_count; s++)
        count[s] += count[s - 1];
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        adjacency->adjacent[adjacency->first[t->from + 1]++] = t->to;
        adjacency->adjacent[adjacency->first[t->to + 1]++] = t->from;
    }
    return true;
}

/* Breadth first; fills order[] with the states and number[] with their place in it. */
static uint32_t collect(const struct adjacency *adjacency, uint32_t centre, uint32_t limit,
                        uint32_t *order, uint32_t *number, uint32_t *steps)
{
    uint32_t count = 1, level_end = 1;
    *steps = 0;
    order[0] = centre;
    number[centre] = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i == level_end) {
            (*steps)++;
            level_end = count;
        }
        uint32_t state = order[i];
        for (size_t k = adjacency->first[state]; k < adjacency->first[state + 1]; k++) {
            uint32_t next = adjacency->adjacent[k];
            if (number[next] != SYMBOL_NONE)
                continue;
            if (count == limit)
                return count;
            number[next] = count;
            order[count++] = next;
        }
    }
    (*steps)++;
    return count;
}

static int copy_part(struct lts *part, const struct lts *whole, const uint32_t *order,
                     uint32_t count, const uint32_t *number, spex_error *error)
{
    int status = lts_init(part, error);
    part->state_count = count;
    part->initial = number[whole->initial] == SYMBOL_NONE ? 0 : number[whole->initial];
    for (uint32_t i = 0; !status && i < count; i++) {
        char buffer[16];
        if (symbols_intern(&part->state_names, lts_state_name(whole, order[i], buffer)) ==
            SYMBOL_NONE)
            status = error_memory(error);
    }
    for (size_t i = 0; !status && i < whole->transition_count; i++) {
        const struct lts_transition *t = &whole->transitions[i];
        if (number[t->from] == SYMBOL_NONE || number[t->to] == SYMBOL_NONE)
            continue;
        uint32_t label = symbols_intern(&part->labels, symbols_name(&whole->labels, t->label));
        status = lts_add(part, number[t->from], label, number[t->to], error);
    }
    if (status)
        lts_release(part);
    return status;
}

int lts_neighbourhood(struct lts *part, const struct lts *whole, uint32_t centre, uint32_t limit,
                      uint32_t *origin, uint32_t *steps, spex_error *error)
{
    struct adjacency adjacency = {0};
    uint32_t *order = memory_allocate(limit, sizeof *order);
    uint32_t *number = memory_allocate(whole->state_count, sizeof *number);
    int status = SPEX_OK;
    if (!order || !number || !adjacency_build(&adjacency, whole)) {
        status = error_memory(error);
        goto out;
    }
    for (uint32_t s = 0; s < whole->state_count; s++)
        number[s] = SYMBOL_NONE;
    uint32_t count = collect(&adjacency, centre, limit, order, number, steps);
    status = copy_part(part, whole, order, count, number, error);
    for (uint32_t i = 0; !status && origin && i < count; i++)
        origin[i] = order[i];
out:
    free(adjacency.first);
    free(adjacency.adjacent);
    free(order);
    free(number);
    return status;
}
