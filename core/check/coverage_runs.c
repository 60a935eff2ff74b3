/*
 * Runs that take every transition which is not covered. Each goes on to the nearest such
 * transition, and rather to one behind which there are more of them: what ends a run is
 * kept for its end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/coverage.h"
#include "check/graph.h"
#include "check/progress.h"
#include "check/walker.h"

enum { MOST_WORK = 1 << 28, NO_TRANSITION = UINT32_MAX };

struct planner {
    const struct lts *lts;
    const struct progress *progress;
    uint32_t *first, *numbers;     /* transitions by source */
    uint32_t *into, *into_numbers; /* and by target */
    bool *wanted;                  /* by transition: in no run yet */
    size_t wanted_count;
    bool *promising; /* by state: from here something wanted can be reached */
    uint32_t *queue, *parent;
    bool *seen;
    struct path *runs;
    size_t run_count, run_capacity;
    size_t work, reported;
};

/* Transition numbers by state, in order: those of state s are numbers[first[s]] up to
 * numbers[first[s + 1]]. */
static bool sort_by_state(const struct lts *lts, bool by_source, uint32_t **first,
                          uint32_t **numbers)
{
    *first = memory_allocate((size_t)lts->state_count + 2, sizeof **first);
    *numbers = memory_resize(NULL, lts->transition_count, sizeof **numbers);
    if (!*first || !*numbers)
        return false;
    for (size_t i = 0; i < lts->transition_count; i++)
        (*first)[(by_source ? lts->transitions[i].from : lts->transitions[i].to) + 2]++;
    for (size_t i = 2; i < (size_t)lts->state_count + 2; i++)
        (*first)[i] += (*first)[i - 1];
    for (size_t i = 0; i < lts->transition_count; i++) {
        uint32_t state = by_source ? lts->transitions[i].from : lts->transitions[i].to;
        (*numbers)[(*first)[state + 1]++] = (uint32_t)i;
    }
    return true;
}

static int begin(struct planner *planner, const struct coverage *coverage, spex_error *error)
{
    const struct lts *lts = planner->lts;
    planner->wanted = memory_allocate(lts->transition_count, sizeof *planner->wanted);
    planner->promising = memory_allocate(lts->state_count, sizeof *planner->promising);
    planner->seen = memory_allocate(lts->state_count, sizeof *planner->seen);
    planner->queue = memory_resize(NULL, lts->state_count, sizeof *planner->queue);
    planner->parent = memory_resize(NULL, lts->state_count, sizeof *planner->parent);
    if (!planner->wanted || !planner->promising || !planner->seen || !planner->queue ||
        !planner->parent || !sort_by_state(lts, true, &planner->first, &planner->numbers) ||
        !sort_by_state(lts, false, &planner->into, &planner->into_numbers))
        return error_memory(error);
    for (size_t i = 0; i < lts->transition_count; i++) {
        planner->wanted[i] = coverage->transitions[i] == COVERING_NOT;
        planner->wanted_count += planner->wanted[i];
    }
    return SPEX_OK;
}

/* Goes back from the sources of all that is wanted. */
static void find_promising(struct planner *planner)
{
    const struct lts *lts = planner->lts;
    uint32_t count = 0;
    memset(planner->promising, 0, lts->state_count * sizeof *planner->promising);
    for (size_t i = 0; i < lts->transition_count; i++) {
        uint32_t from = lts->transitions[i].from;
        if (!planner->wanted[i] || planner->promising[from])
            continue;
        planner->promising[from] = true;
        planner->queue[count++] = from;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = planner->into[planner->queue[i]];
             k < planner->into[planner->queue[i] + 1]; k++) {
            uint32_t from = lts->transitions[planner->into_numbers[k]].from;
            if (planner->promising[from])
                continue;
            planner->promising[from] = true;
            planner->queue[count++] = from;
        }
    planner->work += lts->transition_count + lts->state_count;
}

/* What is wanted and nearest, rather with more behind it; NO_TRANSITION: nothing. The way
 * to it is in `parent`. */
static uint32_t find_next(struct planner *planner, uint32_t state)
{
    const struct lts *lts = planner->lts;
    uint32_t count = 0, last = NO_TRANSITION;
    memset(planner->seen, 0, lts->state_count * sizeof *planner->seen);
    planner->queue[count++] = state;
    planner->seen[state] = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = planner->queue[i];
        for (uint32_t k = planner->first[from]; k < planner->first[from + 1]; k++) {
            uint32_t number = planner->numbers[k], to = lts->transitions[number].to;
            if (planner->wanted[number] && planner->promising[to])
                return number;
            if (planner->wanted[number] && last == NO_TRANSITION)
                last = number;
            if (planner->seen[to])
                continue;
            planner->seen[to] = true;
            planner->parent[to] = number;
            planner->queue[count++] = to;
        }
    }
    planner->work += lts->state_count + count;
    return last;
}

static bool take(struct planner *planner, struct path *run, uint32_t number)
{
    planner->wanted_count -= planner->wanted[number];
    planner->wanted[number] = false;
    return path_append(run, planner->lts->transitions[number]);
}

/* From `state` to the transition, and through it. */
static bool extend(struct planner *planner, struct path *run, uint32_t state, uint32_t number)
{
    const struct lts *lts = planner->lts;
    uint32_t length = 0; /* the search is over: its queue is free */
    for (uint32_t at = lts->transitions[number].from; at != state;
         at = lts->transitions[planner->parent[at]].from)
        planner->queue[length++] = planner->parent[at];
    while (length > 0)
        if (!take(planner, run, planner->queue[--length]))
            return false;
    return take(planner, run, number);
}

static int plan_run(struct planner *planner, struct path *run, spex_error *error)
{
    uint32_t state = planner->lts->initial;
    while (planner->wanted_count && planner->work < MOST_WORK) {
        find_promising(planner);
        uint32_t number = find_next(planner, state);
        if (number == NO_TRANSITION)
            break;
        if (!extend(planner, run, state, number))
            return error_memory(error);
        state = planner->lts->transitions[number].to;
        if (planner->work - planner->reported < PROGRESS_INTERVAL)
            continue;
        planner->reported = planner->work;
        int status =
            progress_report(planner->progress, "runs", (double)planner->work / MOST_WORK, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

static int plan(struct planner *planner, spex_error *error)
{
    while (planner->wanted_count && planner->work < MOST_WORK) {
        if (!memory_reserve(&planner->runs, &planner->run_capacity, planner->run_count + 1,
                            sizeof *planner->runs))
            return error_memory(error);
        struct path *run = &planner->runs[planner->run_count++];
        *run = (struct path){0};
        int status = plan_run(planner, run, error);
        if (status)
            return status;
        if (!run->count) /* from the initial state nothing is left to be reached */
            break;
    }
    if (planner->run_count && !planner->runs[planner->run_count - 1].count)
        free(planner->runs[--planner->run_count].steps);
    return SPEX_OK;
}

int coverage_runs(const struct lts *specification, const struct coverage *coverage,
                  const struct progress *progress, struct path **runs, size_t *count, size_t *left,
                  spex_error *error)
{
    struct planner planner = {.lts = specification, .progress = progress};
    int status = begin(&planner, coverage, error);
    if (!status)
        status = plan(&planner, error);
    free(planner.first);
    free(planner.numbers);
    free(planner.into);
    free(planner.into_numbers);
    free(planner.wanted);
    free(planner.promising);
    free(planner.seen);
    free(planner.queue);
    free(planner.parent);
    if (status) {
        coverage_runs_free(planner.runs, planner.run_count);
        planner = (struct planner){0};
    }
    *runs = planner.runs;
    *count = planner.run_count;
    *left = planner.wanted_count;
    return status;
}

void coverage_runs_free(struct path *runs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(runs[i].steps);
    free(runs);
}
