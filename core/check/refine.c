/*
 * Partition refinement by inductive signatures. The signature of a state is the set of
 * (label, block) pairs it can do; an internal step within the block counts as a step to
 * the *new* key of its target, computed just before because internal steps lead to smaller
 * numbers. A state whose other steps are all among those of such a key has that key
 * itself: the internal step decides nothing. Only states with an edge into a block that
 * was parted, and those that can reach one internally within their block, are looked at again.
 */
#include "check/refine.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"
#include "check/sequences.h"
#include "check/splitters.h"

/* Stands for "internally, within the block"; larger than any label, so it sorts last. */
#define WITHIN UINT32_MAX

struct refinement {
    const struct graph *graph;
    const uint32_t *apart;
    struct partition *partition;
    struct reverse reverse;
    struct sequences keys; /* the different signatures of the block at hand */
    uint32_t *key_of;
    uint32_t *states;  /* the marked states of the block, ascending */
    uint32_t *scratch; /* for sorting them */
    uint64_t *signature;
    size_t work;
};

/* Is the signature but for its last element a part of the key's? Both are sorted. */
static bool adds_nothing(const struct sequences *keys, const uint64_t *signature, uint32_t length,
                         uint32_t number)
{
    size_t size;
    const uint64_t *other = sequences_bytes(keys, number, &size);
    const uint64_t *end = size ? other + size / sizeof *other : other;
    if ((length - 1) * sizeof *other > size)
        return false;
    for (uint32_t i = 0; i < length - 1; i++) {
        /* Gallop, so that a long signature costs a short one little. */
        size_t step = 1;
        for (; (size_t)(end - other) > step && other[step] < signature[i]; step *= 2)
            other += step;
        for (; step > 0; step /= 2)
            if ((size_t)(end - other) > step && other[step] < signature[i])
                other += step;
        if (other < end && *other < signature[i])
            other++;
        if (other == end || *other != signature[i])
            return false;
    }
    return true;
}

static uint32_t take_signature(struct refinement *refinement, uint32_t state)
{
    const struct graph *graph = refinement->graph;
    const struct partition *partition = refinement->partition;
    uint64_t *signature = refinement->signature;
    uint32_t own = partition->block_of[state];
    uint32_t length = 0;
    for (uint32_t i = graph->first[state]; i < graph->first[state + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]);
        uint32_t target = edge_target(graph->edges[i]);
        uint64_t element = edge_make(label, partition->block_of[target]);
        if (label == LTS_INTERNAL && partition->block_of[target] == own &&
            partition_is_marked(partition, target))
            element = edge_make(WITHIN, refinement->key_of[target]);
        if (length == 0 || signature[length - 1] != element)
            signature[length++] = element;
    }
    refinement->work += length + 1;
    sort_edges(signature, length);
    uint32_t kept = length ? 1 : 0;
    for (uint32_t i = 1; i < length; i++)
        if (signature[i] != signature[kept - 1])
            signature[kept++] = signature[i];
    return kept;
}

/* Only the latest of the keys that a state reaches within its block can take it in: the
 * other keys that it reaches would have to be reached by that one too. */
static bool find_key(struct refinement *refinement, uint32_t state)
{
    uint32_t length = take_signature(refinement, state);
    const uint64_t *signature = refinement->signature;
    if (length && edge_label(signature[length - 1]) == WITHIN) {
        uint32_t latest = edge_target(signature[length - 1]);
        if (adds_nothing(&refinement->keys, signature, length, latest)) {
            refinement->key_of[state] = latest;
            return true;
        }
    }
    return sequences_intern(&refinement->keys, signature, length * sizeof *signature,
                            &refinement->key_of[state]);
}

/* Marks every state of the block that can reach a marked one internally within it. */
static void close_marks(struct refinement *refinement, uint32_t number)
{
    struct partition *partition = refinement->partition;
    const struct reverse *reverse = &refinement->reverse;
    for (uint32_t i = partition->blocks[number].end; i-- > partition->blocks[number].marked;) {
        uint32_t state = partition->elements[i];
        for (uint32_t j = reverse->first[state]; j < reverse->visible[state]; j++)
            if (partition->block_of[reverse->sources[j]] == number)
                partition_mark(partition, reverse->sources[j]);
    }
}

/* Whoever has an edge into the new block has to be looked at again, but for internal
 * steps from another part of the same old block: the keys told them apart already. */
static void mark_sources(struct refinement *refinement, uint32_t number, uint32_t parted,
                         uint32_t first_new)
{
    struct partition *partition = refinement->partition;
    const struct reverse *reverse = &refinement->reverse;
    struct block block = partition->blocks[number];
    uint32_t size = block.end - block.begin;
    /* Marking moves the elements of the very block that is walked. */
    memcpy(refinement->states, partition->elements + block.begin,
           size * sizeof *refinement->states);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t state = refinement->states[i];
        for (uint32_t j = reverse->first[state]; j < reverse->first[state + 1]; j++) {
            uint32_t source = reverse->sources[j];
            uint32_t home = partition->block_of[source];
            if (j >= reverse->visible[state] || (home != parted && home < first_new))
                partition_mark(partition, source);
        }
        refinement->work += reverse->first[state + 1] - reverse->first[state] + 1;
    }
}

static bool refine_block(struct refinement *refinement, uint32_t number)
{
    struct partition *partition = refinement->partition;
    close_marks(refinement, number);
    struct block block = partition->blocks[number];
    uint32_t count = block.end - block.marked;
    memcpy(refinement->states, partition->elements + block.marked,
           count * sizeof *refinement->states);
    sort_numbers(refinement->states, refinement->scratch, count);
    sequences_clear(&refinement->keys);
    for (uint32_t i = 0; i < count; i++)
        if (!find_key(refinement, refinement->states[i]))
            return false;
    uint32_t first_new = partition->block_count;
    if (!partition_split(partition, number, refinement->key_of, refinement->keys.count))
        return false;
    for (uint32_t fresh = first_new; fresh < partition->block_count; fresh++)
        mark_sources(refinement, fresh, number, first_new);
    return true;
}

static bool prepare(struct refinement *refinement)
{
    const struct graph *graph = refinement->graph;
    uint32_t degree = 1;
    for (uint32_t state = 0; state < graph->state_count; state++)
        if (graph->first[state + 1] - graph->first[state] > degree)
            degree = graph->first[state + 1] - graph->first[state];
    refinement->signature = memory_resize(NULL, degree, sizeof *refinement->signature);
    refinement->key_of = memory_resize(NULL, graph->state_count, sizeof *refinement->key_of);
    refinement->states = memory_resize(NULL, graph->state_count, sizeof *refinement->states);
    refinement->scratch = memory_resize(NULL, graph->state_count, sizeof *refinement->scratch);
    return refinement->signature && refinement->key_of && refinement->states &&
           refinement->scratch && reverse_build(&refinement->reverse, graph);
}

static bool told_apart(const struct refinement *refinement)
{
    const uint32_t *apart = refinement->apart, *block_of = refinement->partition->block_of;
    return apart && block_of[apart[0]] != block_of[apart[1]];
}

size_t refine_patience(const struct graph *graph)
{
    size_t size = (size_t)graph->state_count + graph->first[graph->state_count], times = 4;
    for (uint32_t states = graph->state_count; states; states /= 2)
        times++;
    return size * times + PROGRESS_INTERVAL;
}

static int take_signatures(struct refinement *refinement, size_t most_work,
                           const struct progress *progress, spex_error *error)
{
    struct partition *partition = refinement->partition;
    size_t reported = refinement->work, begun = reported;
    if (!refinement->signature && !prepare(refinement))
        return error_memory(error);
    while (partition->stack_count && !told_apart(refinement) &&
           refinement->work - begun <= most_work) {
        uint32_t number = partition->stack[--partition->stack_count];
        if (!refine_block(refinement, number))
            return error_memory(error);
        if (refinement->work - reported < PROGRESS_INTERVAL)
            continue;
        reported = refinement->work;
        int status = progress_report(
            progress, "classes", (double)partition->block_count / partition->state_count, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

static void release(struct refinement *refinement)
{
    reverse_release(&refinement->reverse);
    free(refinement->signature);
    free(refinement->key_of);
    free(refinement->states);
    free(refinement->scratch);
    sequences_release(&refinement->keys);
    refinement->signature = NULL;
    refinement->key_of = refinement->states = refinement->scratch = NULL;
}

int refine(const struct graph *graph, size_t patience, const uint32_t *apart,
           const struct progress *progress, struct partition *partition, spex_error *error)
{
    struct refinement refinement = {.graph = graph, .apart = apart, .partition = partition};
    if (!partition_init(partition, graph->state_count))
        return error_memory(error);
    int status = patience ? take_signatures(&refinement, patience, progress, error) : SPEX_OK;
    if (!status && partition->stack_count && !told_apart(&refinement)) {
        release(&refinement);
        status = split(graph, apart, progress, partition, error);
        /* Splitters compare hashes: one look at every signature makes sure. */
        if (!status)
            status = take_signatures(&refinement, SIZE_MAX, progress, error);
    }
    release(&refinement);
    if (status)
        partition_release(partition);
    return status;
}
