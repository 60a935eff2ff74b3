#include "graph/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct lts_transition));
}

/* The number in `own` of each of other's names; SYMBOL_NONE: not there. */
static uint32_t *translate(const struct lts *own, const struct lts *other, bool labels)
{
    uint32_t count = labels ? other->labels.count : other->state_count;
    uint32_t *numbers = memory_allocate(count, sizeof *numbers);
    for (uint32_t i = 0; numbers && i < count; i++) {
        char number[16];
        numbers[i] = labels ? symbols_find(&own->labels, symbols_name(&other->labels, i))
                            : lts_find_state(own, lts_state_name(other, i, number));
    }
    return numbers;
}

int lts_matched(const struct lts *own, const struct lts *other, bool *matched, spex_error *error)
{
    struct lts_transition *known = memory_allocate(other->transition_count, sizeof *known);
    uint32_t *states = translate(own, other, false), *labels = translate(own, other, true);
    int status = known && states && labels ? SPEX_OK : error_memory(error);
    size_t count = 0;
    for (size_t i = 0; !status && i < other->transition_count; i++) {
        const struct lts_transition *t = &other->transitions[i];
        struct lts_transition own_numbers = {states[t->from], labels[t->label], states[t->to]};
        if (own_numbers.from != SYMBOL_NONE && own_numbers.label != SYMBOL_NONE &&
            own_numbers.to != SYMBOL_NONE)
            known[count++] = own_numbers;
    }
    if (!status && count)
        qsort(known, count, sizeof *known, compare);
    for (size_t i = 0; !status && i < own->transition_count; i++)
        matched[i] =
            count && bsearch(&own->transitions[i], known, count, sizeof *known, compare) != NULL;
    free(known);
    free(states);
    free(labels);
    return status;
}

/* ------------------------------------------------------------------- ghosts */

struct ghosts {
    struct lts *lts;
    const struct lts *other;
    uint32_t *state_of; /* state of `other` -> of `lts`; SYMBOL_NONE: not there yet */
    uint32_t *queue;    /* states of `other` that are there */
    uint32_t count;
    size_t *first; /* wanted transitions by source: by_source[first[s] .. first[s + 1] - 1] */
    uint32_t *by_source;
};

static bool sort_by_source(struct ghosts *ghosts, const bool *wanted)
{
    const struct lts *other = ghosts->other;
    ghosts->first = memory_allocate((size_t)other->state_count + 2, sizeof *ghosts->first);
    ghosts->by_source = memory_allocate(other->transition_count, sizeof *ghosts->by_source);
    if (!ghosts->first || !ghosts->by_source)
        return false;
    for (size_t i = 0; i < other->transition_count; i++)
        ghosts->first[other->transitions[i].from + 2] += wanted[i];
    for (uint32_t s = 2; s < other->state_count + 2; s++)
        ghosts->first[s] += ghosts->first[s - 1];
    for (size_t i = 0; i < other->transition_count; i++)
        if (wanted[i])
            ghosts->by_source[ghosts->first[other->transitions[i].from + 1]++] = (uint32_t)i;
    return true;
}

static int add_ghost(struct ghosts *ghosts, const struct lts_transition *t, spex_error *error)
{
    struct lts *lts = ghosts->lts;
    if (ghosts->state_of[t->to] == SYMBOL_NONE) {
        char number[16];
        uint32_t state =
            symbols_intern(&lts->state_names, lts_state_name(ghosts->other, t->to, number));
        if (state == SYMBOL_NONE)
            return error_memory(error);
        lts->state_count = lts->state_names.count;
        ghosts->state_of[t->to] = state;
        ghosts->queue[ghosts->count++] = t->to;
    }
    uint32_t label = symbols_intern(&lts->labels, symbols_name(&ghosts->other->labels, t->label));
    if (label == SYMBOL_NONE)
        return error_memory(error);
    return lts_add(lts, ghosts->state_of[t->from], label, ghosts->state_of[t->to], error);
}

int lts_add_ghosts(struct lts *lts, const struct lts *other, const bool *wanted, spex_error *error)
{
    struct ghosts ghosts = {.lts = lts, .other = other};
    ghosts.state_of = translate(lts, other, false);
    ghosts.queue = memory_allocate(other->state_count, sizeof *ghosts.queue);
    int status = SPEX_OK;
    if (!ghosts.state_of || !ghosts.queue || !sort_by_source(&ghosts, wanted))
        status = error_memory(error);
    for (uint32_t s = 0; !status && s < other->state_count; s++)
        if (ghosts.state_of[s] != SYMBOL_NONE)
            ghosts.queue[ghosts.count++] = s;
    for (uint32_t i = 0; !status && i < ghosts.count; i++) {
        uint32_t state = ghosts.queue[i];
        for (size_t k = ghosts.first[state]; !status && k < ghosts.first[state + 1]; k++)
            status = add_ghost(&ghosts, &other->transitions[ghosts.by_source[k]], error);
    }
    free(ghosts.state_of);
    free(ghosts.queue);
    free(ghosts.first);
    free(ghosts.by_source);
    return status;
}
