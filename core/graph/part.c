#include "graph/part.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void part_release(struct lts_part *part)
{
    lts_release(&part->lts);
    free(part->state_of);
    free(part->transition_of);
    free(part->origin);
    memset(part, 0, sizeof *part);
}

static uint32_t *numbers(size_t count)
{
    uint32_t *array = memory_allocate(count, sizeof *array);
    if (array && count)
        memset(array, 0xff, count * sizeof *array);
    return array;
}

static int prepare(struct lts_part *part, const struct lts *whole, uint32_t most, spex_error *error)
{
    memset(part, 0, sizeof *part);
    int status = lts_init(&part->lts, error);
    if (status)
        return status;
    part->state_of = numbers(whole->state_count);
    part->transition_of = numbers(whole->transition_count);
    part->origin = numbers(most);
    return part->state_of && part->transition_of && part->origin ? SPEX_OK : error_memory(error);
}

static void take_state(struct lts_part *part, uint32_t state)
{
    part->origin[part->lts.state_count] = state;
    part->state_of[state] = part->lts.state_count++;
}

static int name_states(struct lts_part *part, const struct lts *whole, spex_error *error)
{
    for (uint32_t s = 0; s < part->lts.state_count; s++) {
        char number[16];
        if (symbols_intern(&part->lts.state_names,
                           lts_state_name(whole, part->origin[s], number)) == SYMBOL_NONE)
            return error_memory(error);
    }
    return SPEX_OK;
}

/* ---------------------------------------------------------------- adjacency */

enum direction { FORWARDS = 1, BOTH_WAYS = 3 };

/* Neighbours by state: adjacent[first[s] .. first[s + 1] - 1]. */
struct adjacency {
    size_t *first;
    uint32_t *adjacent;
};

static void adjacency_release(struct adjacency *adjacency)
{
    free(adjacency->first);
    free(adjacency->adjacent);
}

static bool adjacency_build(struct adjacency *adjacency, const struct lts *lts,
                            enum direction direction)
{
    bool both = direction == BOTH_WAYS;
    adjacency->first = memory_allocate((size_t)lts->state_count + 2, sizeof *adjacency->first);
    adjacency->adjacent =
        memory_allocate(lts->transition_count * (both ? 2 : 1), sizeof *adjacency->adjacent);
    if (!adjacency->first || !adjacency->adjacent)
        return false;
    for (size_t i = 0; i < lts->transition_count; i++) {
        adjacency->first[lts->transitions[i].from + 2]++;
        if (both)
            adjacency->first[lts->transitions[i].to + 2]++;
    }
    for (uint32_t s = 2; s < lts->state_count + 2; s++)
        adjacency->first[s] += adjacency->first[s - 1];
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        adjacency->adjacent[adjacency->first[t->from + 1]++] = t->to;
        if (both)
            adjacency->adjacent[adjacency->first[t->to + 1]++] = t->from;
    }
    return true;
}

/* Breadth first from `centre`, to at most `limit` states at most `most_steps` away. */
static void collect(struct lts_part *part, const struct adjacency *adjacency, uint32_t centre,
                    uint32_t most_steps, uint32_t limit)
{
    take_state(part, centre);
    uint32_t level_end = 1;
    for (uint32_t i = 0; i < part->lts.state_count; i++) {
        if (i == level_end) {
            part->steps++;
            level_end = part->lts.state_count;
        }
        if (part->steps == most_steps)
            return;
        uint32_t state = part->origin[i];
        for (size_t k = adjacency->first[state]; k < adjacency->first[state + 1]; k++) {
            if (part->state_of[adjacency->adjacent[k]] != SYMBOL_NONE)
                continue;
            if (part->lts.state_count == limit)
                return;
            take_state(part, adjacency->adjacent[k]);
        }
    }
    part->steps++;
}

static int ascending(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* In the order of the whole, so that the picture does not turn around with the centre. */
static void sort_states(struct lts_part *part)
{
    if (part->lts.state_count)
        qsort(part->origin, part->lts.state_count, sizeof *part->origin, ascending);
    for (uint32_t s = 0; s < part->lts.state_count; s++)
        part->state_of[part->origin[s]] = s;
}

/* Where one comes in from the initial state: the first of the part that is reached. */
static int find_entry(struct lts_part *part, const struct lts *whole, spex_error *error)
{
    struct adjacency adjacency = {0};
    uint32_t *queue = memory_allocate(whole->state_count, sizeof *queue);
    bool *seen = memory_allocate(whole->state_count, sizeof *seen);
    int status = SPEX_OK;
    uint32_t count = 0;
    if (!queue || !seen || !adjacency_build(&adjacency, whole, FORWARDS)) {
        status = error_memory(error);
        goto out;
    }
    queue[count++] = whole->initial;
    seen[whole->initial] = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = queue[i];
        if (part->state_of[state] != SYMBOL_NONE) {
            part->lts.initial = part->state_of[state];
            break;
        }
        for (size_t k = adjacency.first[state]; k < adjacency.first[state + 1]; k++)
            if (!seen[adjacency.adjacent[k]]) {
                seen[adjacency.adjacent[k]] = true;
                queue[count++] = adjacency.adjacent[k];
            }
    }
out:
    adjacency_release(&adjacency);
    free(queue);
    free(seen);
    return status;
}

/* --------------------------------------------------------------- transitions */

struct numbered {
    struct lts_transition transition; /* its states are those of the part */
    uint32_t number;
};

static int compare(const void *left, const void *right)
{
    const struct numbered *a = left, *b = right;
    if (a->transition.from != b->transition.from)
        return a->transition.from < b->transition.from ? -1 : 1;
    if (a->transition.label != b->transition.label)
        return a->transition.label < b->transition.label ? -1 : 1;
    if (a->transition.to != b->transition.to)
        return a->transition.to < b->transition.to ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool same(const struct numbered *a, const struct numbered *b)
{
    return a->transition.from == b->transition.from && a->transition.to == b->transition.to &&
           a->transition.label == b->transition.label;
}

/* Those of the whole between states of the part, with `once` each only one time; in the
 * order they are mentioned. */
static int take_transitions(struct lts_part *part, const struct lts *whole, bool once,
                            spex_error *error)
{
    struct numbered *sorted = memory_allocate(whole->transition_count, sizeof *sorted);
    uint32_t *first = numbers(whole->transition_count);
    int status = sorted && first ? SPEX_OK : error_memory(error);
    size_t count = 0;
    for (size_t i = 0; !status && i < whole->transition_count; i++) {
        const struct lts_transition *t = &whole->transitions[i];
        uint32_t from = part->state_of[t->from], to = part->state_of[t->to];
        if (from == SYMBOL_NONE || to == SYMBOL_NONE ||
            (once && from == to && t->label == LTS_INTERNAL))
            continue;
        first[i] = (uint32_t)i;
        sorted[count++] = (struct numbered){{from, t->label, to}, (uint32_t)i};
    }
    if (!status && once && count) {
        qsort(sorted, count, sizeof *sorted, compare);
        for (size_t i = 1; i < count; i++)
            if (same(&sorted[i - 1], &sorted[i]))
                first[sorted[i].number] = first[sorted[i - 1].number];
    }
    for (size_t i = 0; !status && i < whole->transition_count; i++) {
        const struct lts_transition *t = &whole->transitions[i];
        if (first[i] == SYMBOL_NONE)
            continue;
        if (first[i] == i) {
            uint32_t label =
                symbols_intern(&part->lts.labels, symbols_name(&whole->labels, t->label));
            part->transition_of[i] = (uint32_t)part->lts.transition_count;
            status = label == SYMBOL_NONE ? error_memory(error)
                                          : lts_add(&part->lts, part->state_of[t->from], label,
                                                    part->state_of[t->to], error);
        } else {
            part->transition_of[i] = part->transition_of[first[i]];
        }
    }
    free(sorted);
    free(first);
    return status;
}

static int finish(struct lts_part *part, const struct lts *whole, bool once, int status,
                  spex_error *error)
{
    if (!status)
        status = name_states(part, whole, error);
    if (!status)
        status = take_transitions(part, whole, once, error);
    if (!status) {
        part->initial = part->state_of[whole->initial] != SYMBOL_NONE;
        if (part->initial)
            part->lts.initial = part->state_of[whole->initial];
        else
            status = find_entry(part, whole, error);
    }
    if (status)
        part_release(part);
    return status;
}

/* --------------------------------------------------------------------- parts */

int part_all(struct lts_part *part, const struct lts *whole, spex_error *error)
{
    int status = prepare(part, whole, whole->state_count, error);
    for (uint32_t s = 0; !status && s < whole->state_count; s++)
        take_state(part, s);
    return finish(part, whole, false, status, error);
}

int part_neighbourhood(struct lts_part *part, const struct lts *whole, uint32_t centre,
                       uint32_t most_steps, uint32_t limit, spex_error *error)
{
    uint32_t most = limit < whole->state_count ? limit : whole->state_count;
    struct adjacency adjacency = {0};
    int status = prepare(part, whole, most, error);
    if (!status && !adjacency_build(&adjacency, whole, BOTH_WAYS))
        status = error_memory(error);
    if (!status)
        collect(part, &adjacency, centre, most_steps, most);
    if (!status)
        sort_states(part);
    adjacency_release(&adjacency);
    return finish(part, whole, false, status, error);
}

int part_quotient(struct lts_part *part, const struct lts *whole, const uint32_t *classes,
                  uint32_t class_count, spex_error *error)
{
    uint32_t *state_of_class = numbers(class_count);
    int status = prepare(part, whole, class_count, error);
    if (!status && !state_of_class)
        status = error_memory(error);
    for (uint32_t s = 0; !status && s < whole->state_count; s++) {
        uint32_t *known = &state_of_class[classes[s]];
        if (*known == SYMBOL_NONE) {
            *known = part->lts.state_count;
            take_state(part, s);
        }
        part->state_of[s] = *known;
    }
    free(state_of_class);
    return finish(part, whole, true, status, error);
}
