/*
 * Inclusion in both directions. One side is followed class by class, the other by the set
 * of all classes it may be in: "whatever this class does from here on, one of that set can do
 * too". A pair whose class is in its set holds, and so does one that follows from a pair
 * with the same class and a smaller set; the sets' moves are made once, when first needed.
 */
#include "check/traces.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"
#include "check/sequences.h"

/* There can be as many sets as classes have subsets. */
#define MOST_BYTES ((size_t)1 << 29)
/* How many earlier pairs of a class are looked at for a smaller set. */
enum { MOST_EARLIER = 64 };
#define NO_PAIR UINT32_MAX
#define NO_MOVES SIZE_MAX

struct pair {
    uint32_t class;
    uint32_t set;
};

/* moves[begin] up to moves[end]: label and set, by label. begin NO_MOVES: not made yet. */
struct span {
    size_t begin, end;
};

struct inclusion {
    const struct graph *graph;
    const struct progress *progress;
    struct sequences sets; /* of classes, ascending, closed under internal steps */
    struct span *spans;    /* of each set */
    size_t span_capacity;
    uint64_t *moves;
    size_t move_count, move_capacity;
    struct sequences pairs; /* struct pair: those to hold, in the order they are looked at */
    uint32_t *latest;       /* by class: its pair that was put last, NO_PAIR: none */
    uint32_t *earlier;      /* by pair: the one put before it with the same class */
    size_t earlier_capacity;
    uint64_t *steps; /* of a whole set */
    size_t step_capacity;
    uint32_t *members, *scratch; /* a set in the making */
    uint32_t member_count;
    uint32_t *seen; /* by class: the last set that it was put into */
    uint32_t round;
    size_t work, reported;
};

/* ----------------------------------------------------------------- sets */

static void add_member(struct inclusion *inclusion, uint32_t class)
{
    if (inclusion->seen[class] == inclusion->round)
        return;
    inclusion->seen[class] = inclusion->round;
    inclusion->members[inclusion->member_count++] = class;
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
            add_member(inclusion, edge_target(graph->edges[k]));
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
        inclusion->spans[*set] = (struct span){NO_MOVES, NO_MOVES};
    return true;
}

static void begin_set(struct inclusion *inclusion)
{
    inclusion->member_count = 0;
    inclusion->round++;
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
        begin_set(inclusion);
        for (; i < count && edge_label(inclusion->steps[i]) == label; i++)
            add_member(inclusion, edge_target(inclusion->steps[i]));
        if (!intern_set(inclusion, &target) ||
            !memory_reserve(&inclusion->moves, &inclusion->move_capacity, inclusion->move_count + 1,
                            sizeof *inclusion->moves))
            return false;
        inclusion->moves[inclusion->move_count++] = edge_make(label, target);
    }
    inclusion->spans[set] = (struct span){begin, inclusion->move_count};
    return true;
}

/* Where the set gets with the label; false if nowhere. */
static bool find_move(const struct inclusion *inclusion, uint32_t set, uint32_t label,
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
    if (small_count > large_count)
        return false;
    for (size_t i = 0; i < small_count; i++, k++) {
        while (k < large_count && others[k] < ones[i])
            k++;
        if (k == large_count || others[k] != ones[i])
            return false;
    }
    inclusion->work += k + 1;
    return true;
}

/* ---------------------------------------------------------------- pairs */

static bool follows(struct inclusion *inclusion, uint32_t class, uint32_t set)
{
    if (contains(inclusion, set, class))
        return true;
    uint32_t pair = inclusion->latest[class];
    for (int i = 0; i < MOST_EARLIER && pair != NO_PAIR; i++, pair = inclusion->earlier[pair]) {
        size_t size;
        const struct pair *known = sequences_bytes(&inclusion->pairs, pair, &size);
        if (subset(inclusion, known->set, set))
            return true;
    }
    return false;
}

static bool put_pair(struct inclusion *inclusion, uint32_t class, uint32_t set)
{
    if (follows(inclusion, class, set))
        return true;
    struct pair pair = {class, set};
    uint32_t number, known = inclusion->pairs.count;
    if (!sequences_intern(&inclusion->pairs, &pair, sizeof pair, &number) ||
        !memory_reserve(&inclusion->earlier, &inclusion->earlier_capacity, inclusion->pairs.count,
                        sizeof *inclusion->earlier))
        return false;
    if (number == known) {
        inclusion->earlier[number] = inclusion->latest[class];
        inclusion->latest[class] = number;
    }
    return true;
}

/* False when memory is out; *holds turns false where the set lacks an action. */
static bool look_at(struct inclusion *inclusion, struct pair pair, bool *holds)
{
    const struct graph *graph = inclusion->graph;
    if (inclusion->spans[pair.set].begin == NO_MOVES && !make_moves(inclusion, pair.set))
        return false;
    for (uint32_t i = graph->first[pair.class]; i < graph->first[pair.class + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]), set = pair.set;
        if (label != LTS_INTERNAL && !find_move(inclusion, pair.set, label, &set)) {
            *holds = false;
            return true;
        }
        if (!put_pair(inclusion, edge_target(graph->edges[i]), set))
            return false;
        inclusion->work++;
    }
    return true;
}

static size_t bytes_used(const struct inclusion *inclusion)
{
    return inclusion->sets.pool_used + inclusion->sets.count * sizeof(struct sequence) +
           inclusion->move_count * sizeof *inclusion->moves +
           inclusion->pairs.count * (sizeof(struct sequence) + sizeof(struct pair));
}

static int check_bounds(struct inclusion *inclusion, spex_error *error)
{
    size_t used = bytes_used(inclusion);
    if (used > MOST_BYTES)
        return error_set(error, SPEX_ERROR_MEMORY,
                         "comparing the traces would take more than %" PRIu32
                         " sets of states; a bisimilarity does without them",
                         inclusion->sets.count);
    if (inclusion->work - inclusion->reported < PROGRESS_INTERVAL)
        return SPEX_OK;
    inclusion->reported = inclusion->work;
    return progress_report(inclusion->progress, "traces", (double)used / (double)MOST_BYTES, error);
}

/* Are the traces of `one` among those of `other`? */
static int include(struct inclusion *inclusion, uint32_t one, uint32_t other, bool *holds,
                   spex_error *error)
{
    uint32_t set;
    sequences_clear(&inclusion->pairs);
    for (uint32_t class = 0; class < inclusion->graph->state_count; class ++)
        inclusion->latest[class] = NO_PAIR;
    begin_set(inclusion);
    add_member(inclusion, other);
    *holds = true;
    if (!intern_set(inclusion, &set) || !put_pair(inclusion, one, set))
        return error_memory(error);
    int status = SPEX_OK;
    for (uint32_t i = 0; !status && *holds && i < inclusion->pairs.count; i++) {
        size_t size;
        struct pair pair = *(const struct pair *)sequences_bytes(&inclusion->pairs, i, &size);
        status =
            look_at(inclusion, pair, holds) ? check_bounds(inclusion, error) : error_memory(error);
    }
    return status;
}

int traces_compare(const struct quotient *quotient, const struct progress *progress,
                   bool *equivalent, spex_error *error)
{
    struct inclusion inclusion = {.graph = &quotient->graph, .progress = progress};
    size_t classes = quotient->graph.state_count;
    inclusion.latest = memory_resize(NULL, classes, sizeof *inclusion.latest);
    inclusion.members = memory_resize(NULL, classes, sizeof *inclusion.members);
    inclusion.scratch = memory_resize(NULL, classes, sizeof *inclusion.scratch);
    inclusion.seen = memory_allocate(classes, sizeof *inclusion.seen);
    int status = SPEX_OK;
    if (!inclusion.latest || !inclusion.members || !inclusion.scratch || !inclusion.seen)
        status = error_memory(error);
    *equivalent = true;
    for (int side = LEFT; !status && *equivalent && side <= RIGHT; side++)
        status = include(&inclusion, quotient->initial[side],
                         quotient->initial[side == LEFT ? RIGHT : LEFT], equivalent, error);
    sequences_release(&inclusion.sets);
    sequences_release(&inclusion.pairs);
    free(inclusion.spans);
    free(inclusion.moves);
    free(inclusion.latest);
    free(inclusion.earlier);
    free(inclusion.steps);
    free(inclusion.members);
    free(inclusion.scratch);
    free(inclusion.seen);
    return status;
}
