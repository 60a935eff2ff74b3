#include "check/steps.h"

#include <string.h>

#include "base/memory.h"

static bool is_near(uint32_t one, uint32_t other)
{
    enum { NEAR = 1 << 12 };
    return one - other + NEAR <= 2 * NEAR; /* round about 0 */
}

static bool are_in_order(const struct lts *lts)
{
    const struct lts_transition *step = lts->transitions;
    size_t i = 1;
    while (i < lts->transition_count && step[i - 1].from <= step[i].from)
        i++;
    return i >= lts->transition_count;
}

/* A look at some of them, piece by piece, is enough. */
bool steps_lie_near(const struct lts *lts, bool *in_order)
{
    enum { LAST = 4, PIECE = 32, EVERY = 512 };
    const struct lts_transition *step = lts->transitions;
    size_t near = 0, far = 0;
    for (size_t begin = LAST; begin + PIECE <= lts->transition_count; begin += EVERY)
        for (size_t i = begin; i < begin + PIECE; i++) {
            bool any = is_near(step[i].to, step[i].from);
            for (size_t last = 1; last <= LAST; last++)
                any |= is_near(step[i].to, step[i - last].to);
            near += any;
            far += !any;
        }
    bool lie_near = far < near;
    *in_order = lie_near && are_in_order(lts);
    return lie_near;
}

bool steps_build(struct graph *steps, const struct lts *lts, const uint32_t *label)
{
    uint32_t *first = steps->first, states = steps->state_count;
    uint64_t *edges = steps->edges;
    const struct lts_transition *step = lts->transitions;
    size_t count = lts->transition_count;
    bool internal = false;
    memset(first, 0, ((size_t)states + 1) * sizeof *first);
    for (size_t i = 0; i < count; i++) {
        if (i + GRAPH_AHEAD < count)
            __builtin_prefetch(&first[step[i + GRAPH_AHEAD].from], 1);
        first[step[i].from]++;
    }
    for (uint32_t state = 0, begin = 0; state <= states; state++) {
        uint32_t size = first[state];
        first[state] = begin;
        begin += size;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + 2 * GRAPH_AHEAD < count) {
            __builtin_prefetch(&first[step[i + 2 * GRAPH_AHEAD].from], 1);
            __builtin_prefetch(&edges[first[step[i + GRAPH_AHEAD].from]], 1);
        }
        edges[first[step[i].from]++] = edge_make(label[step[i].label], step[i].to);
        internal |= label[step[i].label] == LTS_INTERNAL;
    }
    /* Now the edges of s end at first[s]. */
    memmove(first + 1, first, states * sizeof *first);
    first[0] = 0;
    return internal;
}

bool steps_build_in_place(struct graph *steps, struct lts *lts, const uint32_t *label)
{
    char *memory = (char *)lts->transitions;
    size_t count = lts->transition_count;
    uint32_t state = 0;
    bool internal = false;
    _Static_assert(sizeof *steps->edges <= sizeof(struct lts_transition), "what is read is over");
    for (size_t i = 0; i < count; i++) {
        struct lts_transition step;
        memcpy(&step, memory + i * sizeof step, sizeof step);
        for (; state <= step.from; state++)
            steps->first[state] = (uint32_t)i;
        internal |= label[step.label] == LTS_INTERNAL;
        uint64_t edge = edge_make(label[step.label], step.to);
        memcpy(memory + i * sizeof edge, &edge, sizeof edge);
    }
    for (; state <= steps->state_count; state++)
        steps->first[state] = (uint32_t)count;
    /* What is left behind them; it stays where it is when it cannot be given back. */
    steps->edges = memory_resize(memory, count, sizeof *steps->edges);
    if (!steps->edges)
        steps->edges = (uint64_t *)memory;
    lts->transitions = NULL;
    lts->transition_count = lts->transition_capacity = 0;
    return internal;
}
