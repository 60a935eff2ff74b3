#include "check/saturate.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

/* A saturated graph can have as many edges as there are pairs of states, for each label. */
#define MOST_EDGES ((size_t)1 << 27)

struct saturation {
    const struct graph *graph;
    uint32_t internal;
    const struct progress *progress;
    size_t *first;     /* what internal steps lead to from s: closure[first[s]] up to */
    uint32_t *closure; /* closure[first[s + 1]] */
    size_t closure_capacity;
    uint64_t *steps; /* the visible edges of all that internal steps lead to */
    size_t step_count, step_capacity;
    struct graph *saturated;
    size_t edge_count, edge_capacity;
    uint32_t *seen; /* by state: the last list that it was put into */
    uint32_t list;
    size_t work;
};

static int too_large(spex_error *error)
{
    return error_set(error, SPEX_ERROR_MEMORY,
                     "weak bisimilarity would take more than %zu combined steps here; branching "
                     "bisimilarity does without",
                     MOST_EDGES);
}

/* Half of the progress is for the closures, half for the edges. */
static int report(struct saturation *saturation, uint32_t state, double done, spex_error *error)
{
    if (saturation->work < PROGRESS_INTERVAL)
        return SPEX_OK;
    saturation->work = 0;
    double part = (double)state / saturation->graph->state_count;
    return progress_report(saturation->progress, "combined steps", (done + part) / 2, error);
}

static bool fresh(struct saturation *saturation, uint32_t state)
{
    bool is_fresh = saturation->seen[state] != saturation->list;
    saturation->seen[state] = saturation->list;
    return is_fresh;
}

/* Internal edges lead to smaller numbers, whose closures are there. */
static int close_state(struct saturation *saturation, uint32_t state, spex_error *error)
{
    const struct graph *graph = saturation->graph;
    const size_t *first = saturation->first;
    size_t count = first[state];
    saturation->list++;
    for (uint32_t i = graph->first[state + 1]; i-- > graph->first[state];) {
        uint32_t target = edge_target(graph->edges[i]);
        if (edge_label(graph->edges[i]) != LTS_INTERNAL ||
            saturation->seen[target] == saturation->list)
            continue; /* not internal, or in a closure that was put here already */
        size_t size = first[target + 1] - first[target];
        if (!memory_reserve(&saturation->closure, &saturation->closure_capacity, count + size,
                            sizeof *saturation->closure))
            return error_memory(error);
        for (size_t k = first[target]; k < first[target + 1]; k++)
            if (fresh(saturation, saturation->closure[k]))
                saturation->closure[count++] = saturation->closure[k];
        saturation->work += size;
    }
    if (!memory_reserve(&saturation->closure, &saturation->closure_capacity, count + 1,
                        sizeof *saturation->closure))
        return error_memory(error);
    saturation->closure[count++] = state;
    saturation->first[state + 1] = count;
    saturation->work++;
    return count > MOST_EDGES ? too_large(error) : SPEX_OK;
}

static int collect_steps(struct saturation *saturation, uint32_t state, spex_error *error)
{
    const struct graph *graph = saturation->graph;
    saturation->step_count = 0;
    for (size_t i = saturation->first[state]; i < saturation->first[state + 1]; i++) {
        uint32_t between = saturation->closure[i];
        uint32_t size = graph->first[between + 1] - graph->first[between];
        if (!memory_reserve(&saturation->steps, &saturation->step_capacity,
                            saturation->step_count + size + 1, sizeof *saturation->steps))
            return error_memory(error);
        for (uint32_t k = graph->first[between]; k < graph->first[between + 1]; k++)
            if (edge_label(graph->edges[k]) != LTS_INTERNAL)
                saturation->steps[saturation->step_count++] = graph->edges[k];
        saturation->work += size + 1;
    }
    /* Staying: an internal step to itself, so that its closure is put as any other. */
    saturation->steps[saturation->step_count++] = edge_make(saturation->internal, state);
    sort_edges(saturation->steps, saturation->step_count);
    return SPEX_OK;
}

/* The steps and what internal steps lead to from their targets. */
static int put_edges(struct saturation *saturation, uint32_t state, spex_error *error)
{
    struct graph *saturated = saturation->saturated;
    int status = collect_steps(saturation, state, error);
    size_t begin = saturation->edge_count;
    uint32_t last = LTS_INTERNAL;
    /* Downwards: then the closure of a target seen already is a part of another. */
    for (size_t i = saturation->step_count; !status && i-- > 0;) {
        uint32_t label = edge_label(saturation->steps[i]);
        uint32_t target = edge_target(saturation->steps[i]);
        if (label != last)
            saturation->list++;
        last = label;
        if (saturation->seen[target] == saturation->list)
            continue;
        size_t size = saturation->first[target + 1] - saturation->first[target];
        if (!memory_reserve(&saturated->edges, &saturation->edge_capacity,
                            saturation->edge_count + size, sizeof *saturated->edges))
            return error_memory(error);
        for (size_t k = saturation->first[target]; k < saturation->first[target + 1]; k++)
            if (fresh(saturation, saturation->closure[k]))
                saturated->edges[saturation->edge_count++] =
                    edge_make(label, saturation->closure[k]);
        saturation->work += size;
        if (saturation->edge_count > MOST_EDGES)
            status = too_large(error);
    }
    if (status)
        return status;
    sort_edges(saturated->edges + begin, saturation->edge_count - begin);
    saturated->first[state + 1] = (uint32_t)saturation->edge_count;
    return SPEX_OK;
}

static int run(struct saturation *saturation, spex_error *error)
{
    uint32_t states = saturation->graph->state_count;
    int status = SPEX_OK;
    for (uint32_t state = 0; !status && state < states; state++) {
        status = close_state(saturation, state, error);
        if (!status)
            status = report(saturation, state, 0, error);
    }
    memset(saturation->seen, 0, states * sizeof *saturation->seen);
    saturation->list = 0;
    for (uint32_t state = 0; !status && state < states; state++) {
        status = put_edges(saturation, state, error);
        if (!status)
            status = report(saturation, state, 1, error);
    }
    return status;
}

int saturate(const struct graph *graph, uint32_t internal, const struct progress *progress,
             struct graph *saturated, spex_error *error)
{
    struct saturation saturation = {
        .graph = graph, .internal = internal, .progress = progress, .saturated = saturated};
    size_t states = graph->state_count;
    saturation.first = memory_allocate(states + 1, sizeof *saturation.first);
    saturation.seen = memory_allocate(states, sizeof *saturation.seen);
    int status = SPEX_OK;
    if (!graph_begin(saturated, graph->state_count) || !saturation.first || !saturation.seen)
        status = error_memory(error);
    if (!status)
        status = run(&saturation, error);
    free(saturation.first);
    free(saturation.closure);
    free(saturation.steps);
    free(saturation.seen);
    if (status)
        graph_release(saturated);
    return status;
}
