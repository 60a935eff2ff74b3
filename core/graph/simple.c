#include "graph/simple.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { SWEEPS = 8, SPACE = 2 };

struct simple {
    const struct lts *lts;
    struct layout *layout;
    uint32_t *queue;      /* states in the order they were found */
    size_t *first, *next; /* transitions by source: next[first[s] ..] are numbers */
    uint32_t *by_rank;    /* states, rank by rank, in order */
    uint32_t *rank_first;
    double *centre;
    uint32_t *weight;
    struct wanted *wanted;
};

struct wanted {
    double centre;
    uint32_t position, state;
};

static int prepare(struct simple *simple, spex_error *error)
{
    const struct lts *lts = simple->lts;
    size_t states = lts->state_count, count = lts->transition_count;
    simple->queue = memory_allocate(states, sizeof *simple->queue);
    simple->first = memory_allocate(states + 2, sizeof *simple->first);
    simple->next = memory_allocate(count, sizeof *simple->next);
    simple->by_rank = memory_allocate(states, sizeof *simple->by_rank);
    simple->rank_first = memory_allocate(states + 2, sizeof *simple->rank_first);
    simple->centre = memory_allocate(states, sizeof *simple->centre);
    simple->weight = memory_allocate(states, sizeof *simple->weight);
    simple->wanted = memory_allocate(states, sizeof *simple->wanted);
    if (!simple->queue || !simple->first || !simple->next || !simple->by_rank ||
        !simple->rank_first || !simple->centre || !simple->weight || !simple->wanted)
        return error_memory(error);
    for (size_t i = 0; i < count; i++)
        simple->first[lts->transitions[i].from + 2]++;
    for (size_t s = 0; s < states; s++)
        simple->first[s + 2] += simple->first[s + 1];
    for (size_t i = 0; i < count; i++)
        simple->next[simple->first[lts->transitions[i].from + 1]++] = i;
    return SPEX_OK;
}

static void release(struct simple *simple)
{
    free(simple->queue);
    free(simple->first);
    free(simple->next);
    free(simple->by_rank);
    free(simple->rank_first);
    free(simple->centre);
    free(simple->weight);
    free(simple->wanted);
}

/* Breadth first from `start`, over states that have no rank yet. */
static uint32_t spread(struct simple *simple, uint32_t start, uint32_t found)
{
    struct layout_node *nodes = simple->layout->nodes;
    uint32_t at = found;
    nodes[start].rank = 0;
    simple->queue[found++] = start;
    for (; at < found; at++) {
        uint32_t state = simple->queue[at];
        for (size_t k = simple->first[state]; k < simple->first[state + 1]; k++) {
            uint32_t to = simple->lts->transitions[simple->next[k]].to;
            if (nodes[to].rank != SYMBOL_NONE)
                continue;
            nodes[to].rank = nodes[state].rank + 1;
            simple->queue[found++] = to;
        }
    }
    return found;
}

static void assign_ranks(struct simple *simple)
{
    struct layout_node *nodes = simple->layout->nodes;
    uint32_t states = simple->lts->state_count, found = 0;
    for (uint32_t s = 0; s < states; s++) {
        nodes[s].rank = SYMBOL_NONE;
        simple->weight[s] = 0;
    }
    found = spread(simple, simple->lts->initial, found);
    for (size_t i = 0; i < simple->lts->transition_count; i++)
        if (simple->lts->transitions[i].from != simple->lts->transitions[i].to)
            simple->weight[simple->lts->transitions[i].to]++;
    /* what cannot be reached: first from states nothing leads to, then the rest */
    for (int round = 0; round < 2; round++)
        for (uint32_t s = 0; s < states; s++)
            if (nodes[s].rank == SYMBOL_NONE && (round || !simple->weight[s]))
                found = spread(simple, s, found);
    simple->layout->rank_count = 0;
    for (uint32_t s = 0; s < states; s++)
        if (nodes[s].rank >= simple->layout->rank_count)
            simple->layout->rank_count = nodes[s].rank + 1;
}

/* by_rank and the orders, from the order the states were found in. */
static void first_order(struct simple *simple)
{
    struct layout *layout = simple->layout;
    for (uint32_t s = 0; s < layout->node_count; s++)
        simple->rank_first[layout->nodes[s].rank + 2]++;
    for (uint32_t r = 0; r < layout->rank_count; r++)
        simple->rank_first[r + 2] += simple->rank_first[r + 1];
    for (uint32_t i = 0; i < layout->node_count; i++) {
        uint32_t s = simple->queue[i];
        uint32_t *end = &simple->rank_first[layout->nodes[s].rank + 1];
        layout->nodes[s].order = *end - simple->rank_first[layout->nodes[s].rank];
        simple->by_rank[(*end)++] = s;
    }
}

/* Packs each rank from the left, then centres it over the widest. */
static void pack(struct simple *simple, const int *widths)
{
    struct layout *layout = simple->layout;
    double widest = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t r = 0; r < layout->rank_count; r++) {
            uint32_t first = simple->rank_first[r], end = simple->rank_first[r + 1];
            double width = -SPACE;
            for (uint32_t i = first; i < end; i++)
                width += widths[simple->by_rank[i]] + SPACE;
            double x = (widest - width) / 2;
            widest = width > widest ? width : widest;
            for (uint32_t i = first; pass && i < end; i++) {
                uint32_t s = simple->by_rank[i];
                layout->nodes[s].order = i - first;
                layout->nodes[s].x = x + widths[s] / 2.0;
                x += widths[s] + SPACE;
            }
        }
}

static void average_neighbours(struct simple *simple, bool down)
{
    const struct layout *layout = simple->layout;
    for (uint32_t s = 0; s < layout->node_count; s++) {
        simple->centre[s] = 0;
        simple->weight[s] = 0;
    }
    for (size_t i = 0; i < simple->lts->transition_count; i++) {
        const struct lts_transition *t = &simple->lts->transitions[i];
        const struct layout_node *from = &layout->nodes[t->from], *to = &layout->nodes[t->to];
        if (from->rank == to->rank)
            continue;
        bool forward = from->rank < to->rank;
        uint32_t moved = forward == down ? t->to : t->from;
        simple->centre[moved] += (moved == t->to ? from : to)->x;
        simple->weight[moved]++;
    }
    for (uint32_t s = 0; s < layout->node_count; s++)
        if (simple->weight[s])
            simple->centre[s] /= simple->weight[s];
        else
            simple->centre[s] = layout->nodes[s].x;
}

static int compare_wanted(const void *left, const void *right)
{
    const struct wanted *a = left, *b = right;
    if (a->centre != b->centre)
        return a->centre < b->centre ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

/* Sorts each rank by the mean x of its neighbours above (down) or below. */
static void sweep(struct simple *simple, bool down, const int *widths)
{
    average_neighbours(simple, down);
    for (uint32_t r = 0; r < simple->layout->rank_count; r++) {
        uint32_t *states = simple->by_rank + simple->rank_first[r];
        uint32_t count = simple->rank_first[r + 1] - simple->rank_first[r];
        for (uint32_t i = 0; i < count; i++)
            simple->wanted[i] = (struct wanted){simple->centre[states[i]], i, states[i]};
        if (count > 1)
            qsort(simple->wanted, count, sizeof *simple->wanted, compare_wanted);
        for (uint32_t i = 0; i < count; i++)
            states[i] = simple->wanted[i].state;
    }
    pack(simple, widths);
}

int simple_layout(struct layout *layout, const struct lts *lts, const int *widths,
                  spex_error *error)
{
    struct simple simple = {.lts = lts, .layout = layout};
    int status = prepare(&simple, error);
    if (!status) {
        assign_ranks(&simple);
        first_order(&simple);
        pack(&simple, widths);
        for (int i = 0; i < SWEEPS; i++)
            sweep(&simple, i % 2 == 0, widths);
    }
    release(&simple);
    return status;
}
