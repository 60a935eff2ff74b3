/* Hopcroft and Karp: what has to be equivalent is joined, until something cannot be. */
#include "check/deterministic.h"

#include "base/error.h"
#include "check/progress.h"

bool deterministic(const struct graph *graph)
{
    for (uint32_t state = 0; state < graph->state_count; state++)
        for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++)
            if (edge_label(graph->edges[i]) == LTS_INTERNAL ||
                (i > graph->first[state] &&
                 edge_label(graph->edges[i]) == edge_label(graph->edges[i - 1])))
                return false;
    return true;
}

static uint32_t find(uint32_t *parents, uint32_t state)
{
    while (parents[state] != state)
        state = parents[state] = parents[parents[state]];
    return state;
}

int deterministic_compare(const struct graph *graph, const uint32_t states[2], struct arena *arena,
                          const struct progress *progress, bool *equivalent, spex_error *error)
{
    uint32_t *parents = arena_take(arena, graph->state_count, sizeof *parents);
    /* Every join takes the edges of one state; of the rest nothing is touched. */
    uint64_t *pairs =
        arena_take(arena, (size_t)graph->first[graph->state_count] + 1, sizeof *pairs);
    if (!parents || !pairs)
        return error_memory(error);
    for (uint32_t i = 0; i < graph->state_count; i++)
        parents[i] = i;
    size_t count = 0, joined = 0;
    int status = SPEX_OK;
    pairs[count++] = edge_make(states[0], states[1]);
    *equivalent = true;
    while (!status && *equivalent && count) {
        uint64_t pair = pairs[--count];
        uint32_t one = edge_label(pair), other = edge_target(pair);
        uint32_t root = find(parents, one), other_root = find(parents, other);
        if (root == other_root)
            continue;
        parents[root] = other_root;
        uint32_t size = graph->first[one + 1] - graph->first[one];
        *equivalent = size == graph->first[other + 1] - graph->first[other];
        const uint64_t *edges = graph->edges + graph->first[one];
        const uint64_t *others = graph->edges + graph->first[other];
        for (uint32_t i = 0; *equivalent && i < size; i++) {
            *equivalent = edge_label(edges[i]) == edge_label(others[i]);
            pairs[count++] = edge_make(edge_target(edges[i]), edge_target(others[i]));
        }
        if (++joined % PROGRESS_INTERVAL == 0)
            status = progress_report(progress, "pairs of states",
                                     (double)joined / graph->state_count, error);
    }
    arena_drop(arena, parents);
    arena_drop(arena, pairs);
    return status;
}
