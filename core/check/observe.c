#include "check/observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool observer_init(struct observer *observer, const struct quotient *quotient,
                   const struct levels *levels, bool weak)
{
    uint32_t classes = quotient->graph.state_count;
    *observer = (struct observer){.quotient = quotient, .levels = levels, .weak = weak};
    observer->seen = memory_allocate(classes, sizeof *observer->seen);
    observer->queue = memory_resize(NULL, classes, sizeof *observer->queue);
    observer->parent = memory_resize(NULL, classes, sizeof *observer->parent);
    return observer->seen && observer->queue && observer->parent;
}

void observer_release(struct observer *observer)
{
    free(observer->seen);
    free(observer->queue);
    free(observer->parent);
    free(observer->steps);
    memset(observer, 0, sizeof *observer);
}

static void next_search(struct observer *observer)
{
    if (++observer->search == 0) {
        memset(observer->seen, 0, observer->quotient->graph.state_count * sizeof *observer->seen);
        observer->search = 1;
    }
}

static size_t enter(struct observer *observer, uint32_t class, uint32_t parent, size_t count)
{
    if (observer->seen[class] == observer->search)
        return count;
    observer->seen[class] = observer->search;
    observer->parent[class] = parent;
    observer->queue[count] = class;
    return count + 1;
}

static size_t enter_internal(struct observer *observer, uint32_t class, size_t count)
{
    const struct graph *graph = &observer->quotient->graph;
    for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
        if (edge_label(graph->edges[i]) != LTS_INTERNAL)
            break;
        count = enter(observer, edge_target(graph->edges[i]), class, count);
    }
    return count;
}

bool route_internally(struct observer *observer, uint32_t from, uint32_t to, struct route *route)
{
    size_t begin = route->count;
    next_search(observer);
    size_t count = enter(observer, from, NO_CLASS, 0);
    for (size_t i = 0; i < count && observer->seen[to] != observer->search; i++)
        count = enter_internal(observer, observer->queue[i], count);
    if (observer->seen[to] != observer->search)
        return true; /* the walker will miss the way */
    for (uint32_t class = to; class != from; class = observer->parent[class])
        if (!route_append(route, edge_make(LTS_INTERNAL, class)))
            return false;
    if (route->count > begin) {
        struct route part = {.edges = route->edges + begin, .count = route->count - begin};
        route_reverse(&part);
    }
    return true;
}

/* ----------------------------------------------------------------- views */

static bool add(struct view *view, struct observation observation)
{
    if (!memory_reserve(&view->observations, &view->capacity, view->count + 1,
                        sizeof *view->observations))
        return false;
    view->observations[view->count++] = observation;
    return true;
}

static int compare_observations(const void *left, const void *right)
{
    const struct observation *one = left, *other = right;
    const uint32_t ones[] = {one->label,  one->before, one->after, one->distance,
                             one->source, one->middle, one->target};
    const uint32_t others[] = {other->label,  other->before, other->after, other->distance,
                               other->source, other->middle, other->target};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (ones[i] != others[i])
            return ones[i] < others[i] ? -1 : 1;
    return (int)one->stays - (int)other->stays;
}

/* The class and all that internal steps lead to: staying there, and each step. */
static bool observe_steps(struct observer *observer, uint32_t class, uint32_t level, bool near,
                          struct view *view)
{
    const struct graph *graph = &observer->quotient->graph;
    uint32_t own = levels_block(observer->levels, class, level);
    size_t count = 0, farther = 1;
    uint32_t distance = 0;
    next_search(observer);
    count = enter(observer, class, NO_CLASS, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t source = observer->queue[i];
        if (i == farther) {
            farther = count;
            distance++;
        }
        uint32_t block = levels_block(observer->levels, source, level);
        uint32_t before = observer->weak ? 0 : block;
        if (near && block != own)
            continue;
        if (!add(view, (struct observation){LTS_INTERNAL, before, block, distance, source, source,
                                            source, true}))
            return false;
        for (uint32_t j = graph->first[source]; j < graph->first[source + 1]; j++) {
            uint32_t label = edge_label(graph->edges[j]), target = edge_target(graph->edges[j]);
            uint32_t after = levels_block(observer->levels, target, level);
            if (!(observer->weak && label == LTS_INTERNAL) &&
                !add(view, (struct observation){label, before, after, distance, source, target,
                                                target, false}))
                return false;
        }
        count = enter_internal(observer, source, count);
    }
    return true;
}

/* Weak: goes on internally behind the steps with one label, nearest first. */
static bool extend_label(struct observer *observer, const struct observation *steps, size_t begin,
                         size_t end, uint32_t level, struct view *view)
{
    size_t count = 0;
    next_search(observer);
    for (size_t i = begin; i < end; i++) /* of several steps into one class the nearest */
        count = enter(observer, steps[i].middle, (uint32_t)i, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t class = observer->queue[i];
        struct observation step = steps[observer->parent[class]];
        step.target = class;
        step.after = levels_block(observer->levels, class, level);
        step.distance += step.target == step.middle ? 0 : 1;
        if (!add(view, step))
            return false;
        const struct graph *graph = &observer->quotient->graph;
        for (uint32_t j = graph->first[class]; j < graph->first[class + 1]; j++) {
            if (edge_label(graph->edges[j]) != LTS_INTERNAL)
                break;
            count = enter(observer, edge_target(graph->edges[j]), observer->parent[class], count);
        }
    }
    return true;
}

static int compare_steps(const void *left, const void *right)
{
    const struct observation *one = left, *other = right;
    const uint32_t ones[] = {one->label, one->distance, one->source, one->middle};
    const uint32_t others[] = {other->label, other->distance, other->source, other->middle};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (ones[i] != others[i])
            return ones[i] < others[i] ? -1 : 1;
    return 0;
}

static bool extend(struct observer *observer, uint32_t level, struct view *view)
{
    size_t count = 0, kept = 0;
    if (!memory_reserve(&observer->steps, &observer->step_capacity, view->count,
                        sizeof *observer->steps))
        return false;
    for (size_t i = 0; i < view->count; i++)
        if (view->observations[i].label != LTS_INTERNAL)
            observer->steps[count++] = view->observations[i];
        else
            view->observations[kept++] = view->observations[i];
    view->count = kept;
    qsort(observer->steps, count, sizeof *observer->steps, compare_steps);
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        while (end < count && observer->steps[end].label == observer->steps[begin].label)
            end++;
        if (!extend_label(observer, observer->steps, begin, end, level, view))
            return false;
    }
    return true;
}

bool observe(struct observer *observer, uint32_t class, uint32_t level, bool near,
             struct view *view)
{
    view->count = 0;
    if (!observe_steps(observer, class, level, near, view) ||
        (observer->weak && !extend(observer, level, view)))
        return false;
    qsort(view->observations, view->count, sizeof *view->observations, compare_observations);
    return true;
}

void view_find(const struct view *view, uint32_t label, size_t *begin, size_t *end)
{
    size_t low = 0, high = view->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (view->observations[middle].label < label)
            low = middle + 1;
        else
            high = middle;
    }
    *begin = low;
    while (low < view->count && view->observations[low].label == label)
        low++;
    *end = low;
}

/* --------------------------------------------------------------- attacks */

size_t view_count(const struct view *view, uint32_t label)
{
    size_t begin, end, count = 0;
    view_find(view, label, &begin, &end);
    for (size_t i = begin; i < end; i++)
        count += i == begin || !same_outcome(&view->observations[i], &view->observations[i - 1]);
    return count;
}

static bool better(const struct attack *attack, const struct attack *best, bool any)
{
    if (!any || attack->answers != best->answers)
        return !any || attack->answers < best->answers;
    return attack->observation.distance < best->observation.distance;
}

static bool comes_before(const struct observation *one, const struct observation *other)
{
    if (one->label != other->label)
        return one->label < other->label;
    if (one->before != other->before)
        return one->before < other->before;
    return one->after < other->after;
}

static void find_attacks(const struct view views[2], enum side attacker, struct attack *best,
                         bool *any)
{
    const struct view *own = &views[attacker], *other = &views[attacker == LEFT ? RIGHT : LEFT];
    struct attack attack = {.attacker = attacker};
    uint32_t counted = UINT32_MAX;
    for (size_t i = 0, j = 0; i < own->count; i++) {
        attack.observation = own->observations[i];
        if (i > 0 && same_outcome(&own->observations[i], &own->observations[i - 1]))
            continue;
        while (j < other->count && comes_before(&other->observations[j], &attack.observation))
            j++;
        if ((j < other->count && same_outcome(&other->observations[j], &attack.observation)) ||
            (attack.observation.label == LTS_INTERNAL &&
             attack.observation.before == attack.observation.after))
            continue;
        if (attack.observation.label != counted) {
            counted = attack.observation.label;
            attack.answers = view_count(other, counted);
        }
        if (better(&attack, best, *any)) {
            *best = attack;
            *any = true;
        }
    }
}

bool find_attack(const struct view views[2], struct attack *best)
{
    bool any = false;
    find_attacks(views, LEFT, best, &any);
    find_attacks(views, RIGHT, best, &any);
    return any;
}

uint32_t outcome_of(const struct observer *observer, const struct observation *attack,
                    const struct observation *answer, bool *before)
{
    uint32_t level = 0;
    *before = false;
    if (answer->after != attack->after)
        level = levels_apart(observer->levels, attack->target, answer->target);
    if (answer->before != attack->before) {
        uint32_t other = levels_apart(observer->levels, attack->source, answer->source);
        if (!level || other < level) {
            *before = true;
            level = other;
        }
    }
    return level;
}
