#include "check/inclusion.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

/* There can be as many sets as classes have subsets. */
#define MOST_BYTES ((size_t)1 << 29)
/* How many earlier pairs of a class are looked at for a smaller set. */
enum { MOST_EARLIER = 64 };
#define NO_MOVES SIZE_MAX /* they are not made yet */

/* ----------------------------------------------------------------- sets */

void inclusion_begin_set(struct inclusion *inclusion)
{
    inclusion->member_count = 0;
    inclusion->round++;
}

bool inclusion_add(struct inclusion *inclusion, uint32_t class)
{
    if (inclusion->seen[class] == inclusion->round)
        return false;
    inclusion->seen[class] = inclusion->round;
    inclusion->members[inclusion->member_count++] = class;
    return true;
}

/* Closes the set of `members` under internal steps and interns it. */
static bool intern_set(struct inclusion *inclusion, uint32_t *set)
{
    const struct graph *graph = inclusion->graph;
    for (uint32_t i = 0; i < inclusion->member_count; i++) {
        uint32_t class = inclusion->members[i];
        for (uint32_t k = graph->first[class]; k < graph->first[class + 1]; k++) {
            if (edge_label(graph->edges[k]) != LTS_INTERNAL)
                break; /* internal edges come first */
            inclusion_add(inclusion, edge_target(graph->edges[k]));
        }
    }
    inclusion->work += inclusion->member_count;
    sort_numbers(inclusion->members, inclusion->scratch, inclusion->member_count);
    uint32_t known = inclusion->sets.count;
    if (!sequences_intern(&inclusion->sets, inclusion->members,
                          inclusion->member_count * sizeof *inclusion->members, set) ||
        !memory_reserve(&inclusion->spans, &inclusion->span_capacity, inclusion->sets.count,
                        sizeof *inclusion->spans))
        return false;
    if (*set == known)
        inclusion->spans[*set] = (struct inclusion_span){NO_MOVES, NO_MOVES};
    return true;
}

/* All visible edges of the set's classes, by label. */
static bool collect_steps(struct inclusion *inclusion, uint32_t set, size_t *count)
{
    const struct graph *graph = inclusion->graph;
    size_t size;
    const uint32_t *classes = sequences_bytes(&inclusion->sets, set, &size);
    *count = 0;
    for (size_t i = 0; i < size / sizeof *classes; i++) {
        uint32_t begin = graph->first[classes[i]], end = graph->first[classes[i] + 1];
        if (!memory_reserve(&inclusion->steps, &inclusion->step_capacity, *count + (end - begin),
                            sizeof *inclusion->steps))
            return false;
        for (uint32_t k = begin; k < end; k++)
            if (edge_label(graph->edges[k]) != LTS_INTERNAL)
                inclusion->steps[(*count)++] = graph->edges[k];
        inclusion->work += end - begin + 1;
    }
    sort_edges(inclusion->steps, *count);
    return true;
}

static bool make_moves(struct inclusion *inclusion, uint32_t set)
{
    size_t count;
    if (!collect_steps(inclusion, set, &count))
        return false;
    size_t begin = inclusion->move_count;
    for (size_t i = 0; i < count;) {
        uint32_t label = edge_label(inclusion->steps[i]), target;
        inclusion_begin_set(inclusion);
        for (; i < count && edge_label(inclusion->steps[i]) == label; i++)
            inclusion_add(inclusion, edge_target(inclusion->steps[i]));
        if (!intern_set(inclusion, &target) ||
            !memory_reserve(&inclusion->moves, &inclusion->move_capacity, inclusion->move_count + 1,
                            sizeof *inclusion->moves))
            return false;
        inclusion->moves[inclusion->move_count++] = edge_make(label, target);
    }
    inclusion->spans[set] = (struct inclusion_span){begin, inclusion->move_count};
    return true;
}

bool inclusion_move(const struct inclusion *inclusion, uint32_t set, uint32_t label,
                    uint32_t *target)
{
    size_t low = inclusion->spans[set].begin, high = inclusion->spans[set].end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (edge_label(inclusion->moves[middle]) == label) {
            *target = edge_target(inclusion->moves[middle]);
            return true;
        }
        if (edge_label(inclusion->moves[middle]) < label)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool contains(const struct inclusion *inclusion, uint32_t set, uint32_t class)
{
    size_t size;
    const uint32_t *classes = sequences_bytes(&inclusion->sets, set, &size);
    size_t low = 0, high = size / sizeof *classes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (classes[middle] == class)
            return true;
        if (classes[middle] < class)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool subset(struct inclusion *inclusion, uint32_t small, uint32_t large)
{
    size_t small_size, large_size, k = 0;
    const uint32_t *ones = sequences_bytes(&inclusion->sets, small, &small_size);
    const uint32_t *others = sequences_bytes(&inclusion->sets, large, &large_size);
    size_t small_count = small_size / sizeof *ones, large_count = large_size / sizeof *others;
    inclusion->work++;
    if (small_count > large_count || ones[0] < others[0] ||
        ones[small_count - 1] > others[large_count - 1])
        return false;
    size_t found = 0;
    for (; found < small_count && k < large_count && others[k] <= ones[found]; k++)
        found += others[k] == ones[found];
    inclusion->work += k;
    return found == small_count;
}

/* ---------------------------------------------------------------- pairs */

/* So long at least is a trace that the class has and the set has not. */
static uint32_t estimate(struct inclusion *inclusion, uint32_t class, uint32_t set)
{
    const struct levels *levels = inclusion->levels;
    size_t size;
    const uint32_t *classes = sequences_bytes(&inclusion->sets, set, &size);
    uint32_t deepest = 0;
    for (size_t i = 0; levels && i < size / sizeof *classes && deepest <= levels->last; i++) {
        uint32_t level = levels_apart(levels, class, classes[i]);
        if (level == 0) /* none was found */
            level = levels->last + 1;
        deepest = level > deepest ? level : deepest;
        inclusion->work += 16;
    }
    return deepest;
}

/* Of a pair that was as near to the beginning, with a smaller set. */
static bool follows(struct inclusion *inclusion, const struct inclusion_pair *pair)
{
    uint32_t other = inclusion->latest[pair->class];
    for (int i = 0; i < MOST_EARLIER && other != NO_PAIR; i++, other = inclusion->earlier[other])
        if (inclusion->pairs[other].length <= pair->length &&
            subset(inclusion, inclusion->pairs[other].set, pair->set))
            return true;
    return false;
}

static bool enqueue(struct inclusion *inclusion, uint32_t number)
{
    const struct inclusion_pair *pair = &inclusion->pairs[number];
    uint32_t entry = inclusion->entry_count;
    if (!memory_reserve(&inclusion->entries, &inclusion->entry_capacity, (size_t)entry + 1,
                        sizeof *inclusion->entries) ||
        !memory_reserve(&inclusion->buckets, &inclusion->bucket_capacity, (size_t)pair->least + 1,
                        sizeof *inclusion->buckets))
        return false;
    while (inclusion->bucket_count <= pair->least)
        inclusion->buckets[inclusion->bucket_count++] = (struct inclusion_bucket){NO_PAIR, NO_PAIR};
    struct inclusion_bucket *bucket = &inclusion->buckets[pair->least];
    inclusion->entries[inclusion->entry_count++] =
        (struct inclusion_entry){number, pair->length, NO_PAIR};
    if (bucket->first == NO_PAIR)
        bucket->first = bucket->last = entry;
    else if (inclusion->levels) { /* on to where it may end */
        inclusion->entries[entry].next = bucket->first;
        bucket->first = entry;
    } else {
        inclusion->entries[bucket->last].next = entry;
        bucket->last = entry;
    }
    return true;
}

static bool put_pair(struct inclusion *inclusion, struct inclusion_pair pair)
{
    if (contains(inclusion, pair.set, pair.class) || follows(inclusion, &pair))
        return true;
    uint32_t number, key[2] = {pair.class, pair.set};
    if (!sequences_intern(&inclusion->known, key, sizeof key, &number) ||
        !memory_reserve(&inclusion->pairs, &inclusion->pair_capacity, inclusion->known.count,
                        sizeof *inclusion->pairs) ||
        !memory_reserve(&inclusion->earlier, &inclusion->earlier_capacity, inclusion->known.count,
                        sizeof *inclusion->earlier))
        return false;
    bool known = number < inclusion->pair_count;
    inclusion->work += 8; /* through memory in no order, as below */
    if (known && inclusion->pairs[number].length <= pair.length)
        return true;
    uint32_t estimated = pair.length + estimate(inclusion, pair.class, pair.set);
    pair.least = estimated > pair.least ? estimated : pair.least;
    inclusion->pairs[number] = pair;
    if (!known) {
        inclusion->earlier[number] = inclusion->latest[pair.class];
        inclusion->latest[pair.class] = number;
        inclusion->pair_count = inclusion->known.count;
    }
    return enqueue(inclusion, number);
}

static bool put_first(struct inclusion *inclusion, const struct inclusion_question *question)
{
    struct inclusion_pair pair = {.class = question->one, .parent = NO_PAIR, .label = LTS_INTERNAL};
    inclusion->pair_count = inclusion->entry_count = inclusion->bucket_count = 0;
    sequences_clear(&inclusion->known);
    for (uint32_t class = 0; class < inclusion->graph->state_count; class ++)
        inclusion->latest[class] = NO_PAIR;
    inclusion_begin_set(inclusion);
    inclusion_add(inclusion, question->other);
    return intern_set(inclusion, &pair.set) && put_pair(inclusion, pair);
}

/* After each pair put: there can be as many, with sets as large, as there are classes. */
static int check_bounds(struct inclusion *inclusion, spex_error *error)
{
    size_t used = inclusion->sets.pool_used + inclusion->sets.count * sizeof(struct sequence) +
                  inclusion->move_count * sizeof *inclusion->moves +
                  inclusion->pair_count * (sizeof *inclusion->pairs + 2 * sizeof(struct sequence)) +
                  inclusion->entry_count * sizeof *inclusion->entries;
    inclusion->exceeded = used > MOST_BYTES || inclusion->work > inclusion->most_work;
    if (inclusion->work - inclusion->reported < PROGRESS_INTERVAL)
        return SPEX_OK;
    inclusion->reported = inclusion->work;
    return progress_report(inclusion->progress, "traces", (double)used / (double)MOST_BYTES, error);
}

static int put_next(struct inclusion *inclusion, struct inclusion_pair next, spex_error *error)
{
    return put_pair(inclusion, next) ? check_bounds(inclusion, error) : error_memory(error);
}

/* Where the class gets internally; the set, which is closed under that, stays. */
static int step_internally(struct inclusion *inclusion, uint32_t number, spex_error *error)
{
    const struct graph *graph = inclusion->graph;
    struct inclusion_pair pair = inclusion->pairs[number];
    int status = SPEX_OK;
    for (uint32_t i = graph->first[pair.class]; i < graph->first[pair.class + 1]; i++) {
        if (edge_label(graph->edges[i]) != LTS_INTERNAL || status || inclusion->exceeded)
            break;
        inclusion->work++;
        status = put_next(inclusion,
                          (struct inclusion_pair){.class = edge_target(graph->edges[i]),
                                                  .set = pair.set,
                                                  .parent = number,
                                                  .label = LTS_INTERNAL,
                                                  .length = pair.length,
                                                  .least = pair.least},
                          error);
    }
    return status;
}

/* Where they both get with an action; *lacking, where the set does not, else 0. */
static int step_visibly(struct inclusion *inclusion, const struct inclusion_question *question,
                        uint32_t number, uint64_t *lacking, spex_error *error)
{
    const struct graph *graph = inclusion->graph;
    struct inclusion_pair pair = inclusion->pairs[number];
    int status = SPEX_OK;
    *lacking = 0;
    if (inclusion->spans[pair.set].begin == NO_MOVES && !make_moves(inclusion, pair.set))
        return error_memory(error);
    for (uint32_t i = graph->first[pair.class];
         !status && !inclusion->exceeded && i < graph->first[pair.class + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]), set;
        if (label == LTS_INTERNAL || (label == question->ending && !question->ended))
            continue;
        inclusion->work++;
        if (!inclusion_move(inclusion, pair.set, label, &set)) {
            *lacking = graph->edges[i];
            break;
        }
        if (label != question->ending)
            status = put_next(inclusion,
                              (struct inclusion_pair){.class = edge_target(graph->edges[i]),
                                                      .set = set,
                                                      .parent = number,
                                                      .label = label,
                                                      .length = pair.length + 1,
                                                      .least = pair.least},
                              error);
    }
    return status;
}

/* --------------------------------------------------------------- search */

/* Of all that are left, one with the smallest `least`; *bucket only rises. */
static bool next_pair(struct inclusion *inclusion, uint32_t *bucket, uint32_t *number)
{
    for (; *bucket < inclusion->bucket_count; ++*bucket) {
        uint32_t *first = &inclusion->buckets[*bucket].first;
        while (*first != NO_PAIR) {
            const struct inclusion_entry *entry = &inclusion->entries[*first];
            struct inclusion_pair *pair = &inclusion->pairs[entry->pair];
            *first = entry->next;
            if (pair->seen || pair->length < entry->length)
                continue; /* there was a shorter way to it */
            pair->seen = true;
            *number = entry->pair;
            return true;
        }
    }
    return false;
}

int inclusion_find(struct inclusion *inclusion, const struct inclusion_question *question,
                   const struct progress *progress, enum inclusion_answer *answer, uint32_t *last,
                   uint64_t *edge, spex_error *error)
{
    uint32_t bucket = 0;
    inclusion->work = inclusion->reported = 0;
    inclusion->most_work = question->most_work;
    inclusion->progress = progress;
    inclusion->exceeded = false;
    *answer = INCLUSION_UNDECIDED;
    if (!put_first(inclusion, question))
        return error_memory(error);
    while (next_pair(inclusion, &bucket, last)) {
        int status = step_internally(inclusion, *last, error);
        if (!status && !inclusion->exceeded)
            status = step_visibly(inclusion, question, *last, edge, error);
        if (status || inclusion->exceeded)
            return status;
        if (*edge) {
            *answer = NOT_INCLUDED;
            return SPEX_OK;
        }
    }
    *answer = INCLUDED;
    return SPEX_OK;
}

bool inclusion_prepare(struct inclusion *inclusion, const struct graph *graph)
{
    size_t classes = graph->state_count;
    *inclusion = (struct inclusion){.graph = graph};
    inclusion->latest = memory_resize(NULL, classes, sizeof *inclusion->latest);
    inclusion->members = memory_resize(NULL, classes, sizeof *inclusion->members);
    inclusion->scratch = memory_resize(NULL, classes, sizeof *inclusion->scratch);
    inclusion->seen = memory_allocate(classes, sizeof *inclusion->seen);
    return inclusion->latest && inclusion->members && inclusion->scratch && inclusion->seen;
}

void inclusion_release(struct inclusion *inclusion)
{
    sequences_release(&inclusion->sets);
    sequences_release(&inclusion->known);
    free(inclusion->spans);
    free(inclusion->moves);
    free(inclusion->pairs);
    free(inclusion->latest);
    free(inclusion->earlier);
    free(inclusion->entries);
    free(inclusion->buckets);
    free(inclusion->steps);
    free(inclusion->members);
    free(inclusion->scratch);
    free(inclusion->seen);
}
