#include "check/comparison.h"

#include "check/components.h"
#include "check/deterministic.h"
#include "check/refine.h"
#include "check/rounds.h"
#include "check/saturate.h"

void comparison_release(struct comparison *comparison)
{
    arena_release(&comparison->arena);
}

static int build(struct comparison *comparison, const struct lts *left, const struct lts *right,
                 struct lts *consumed[2], enum equivalence base, const struct progress *progress,
                 uint32_t starts[2], spex_error *error)
{
    struct merged *merged = &comparison->merged;
    struct arena *arena = &comparison->arena;
    int status = merge(merged, arena, left, right, base, error);
    if (!status)
        status = components_build(merged, consumed, arena, progress, &comparison->component,
                                  &comparison->graph, error);
    for (int side = LEFT; !status && side <= RIGHT; side++)
        starts[side] = comparison->component[merged->initial[side]];
    return status;
}

static int classify(struct comparison *comparison, const uint32_t *apart,
                    const struct progress *progress, spex_error *error)
{
    const struct graph *graph = &comparison->graph;
    struct partition *partition = &comparison->partition;
    *partition = (struct partition){.state_count = graph->state_count};
    int status = refine(graph, refine_patience(graph), rounds_pay(graph), apart, &comparison->arena,
                        progress, &partition->block_of, &partition->block_count, error);
    arena_trim(&comparison->arena);
    return status;
}

int compare(struct comparison *comparison, const struct lts *left, const struct lts *right,
            enum equivalence base, const struct progress *progress, spex_error *error)
{
    uint32_t starts[2];
    int status = build(comparison, left, right, NULL, base, progress, starts, error);
    return status ? status : classify(comparison, NULL, progress, error);
}

int compare_verdict(struct comparison *comparison, const struct lts *left, const struct lts *right,
                    struct lts *consumed[2], enum equivalence base, const struct progress *progress,
                    bool *equivalent, spex_error *error)
{
    uint32_t starts[2];
    int status = build(comparison, left, right, consumed, base, progress, starts, error);
    if (status)
        return status;
    if (deterministic(&comparison->graph))
        return deterministic_compare(&comparison->graph, starts, &comparison->arena, progress,
                                     equivalent, error);
    status = classify(comparison, starts, progress, error);
    const uint32_t *block_of = comparison->partition.block_of;
    *equivalent = !status && block_of[starts[LEFT]] == block_of[starts[RIGHT]];
    return status;
}

int refine_weakly(const struct quotient *quotient, const uint32_t *apart, struct arena *arena,
                  const struct progress *progress, uint32_t **class_of, spex_error *error)
{
    struct graph saturated;
    uint32_t count;
    int status = saturate(&quotient->graph, quotient->label_count, progress, &saturated, error);
    if (status)
        return status;
    status = refine(&saturated, refine_patience(&saturated), rounds_pay(&saturated), apart, arena,
                    progress, class_of, &count, error);
    graph_release(&saturated);
    return status;
}
