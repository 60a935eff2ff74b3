#include "check/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "check/components.h"
#include "check/refine.h"
#include "check/saturate.h"

void comparison_release(struct comparison *comparison)
{
    merge_release(&comparison->merged);
    free(comparison->component);
    graph_release(&comparison->graph);
    partition_release(&comparison->partition);
}

int compare(struct comparison *comparison, const struct lts *left, const struct lts *right,
            enum equivalence base, bool whole, const struct progress *progress, spex_error *error)
{
    memset(comparison, 0, sizeof *comparison);
    uint32_t count;
    int status = merge(&comparison->merged, left, right, base, error);
    if (status)
        return status;
    status = components_find(&comparison->merged, progress, &comparison->component, &count, error);
    if (!status)
        status = components_contract(&comparison->merged, comparison->component, count,
                                     &comparison->graph, error);
    if (status)
        return status;
    uint32_t starts[2] = {comparison->component[comparison->merged.initial[LEFT]],
                          comparison->component[comparison->merged.initial[RIGHT]]};
    return refine(&comparison->graph, refine_patience(&comparison->graph), whole ? NULL : starts,
                  progress, &comparison->partition, error);
}

int refine_weakly(const struct quotient *quotient, const uint32_t *apart,
                  const struct progress *progress, struct partition *partition, spex_error *error)
{
    struct graph saturated;
    int status = saturate(&quotient->graph, quotient->label_count, progress, &saturated, error);
    if (status)
        return status;
    status = refine(&saturated, refine_patience(&saturated), apart, progress, partition, error);
    graph_release(&saturated);
    return status;
}
