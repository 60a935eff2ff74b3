/*
 * An order in which classes can be told apart, one block at a time. What a class is observed
 * to do here are the steps of all that it reaches internally without leaving its block. A
 * class is looked at again when one that it has a step to came to be in another block, or
 * when one that it reaches internally in its own is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/levels.h"
#include "check/sequences.h"

/* Where every look at a block takes one class out of it. */
#define MOST_WORK ((size_t)1 << 28)

struct singling {
    struct levels *levels;
    const struct graph *graph;
    struct reverse reverse;
    struct sequences sets; /* of label and block, ascending */
    uint32_t *set_of;      /* of each class */
    uint32_t *key_of;
    uint32_t *marked, *scratch;
    uint64_t *buffer; /* a set in the making */
    size_t buffer_capacity;
    uint32_t *keys; /* by set: its key in the block at hand, where that is of this level */
    uint32_t *key_levels;
    size_t keys_capacity, key_levels_capacity;
    size_t work;
};

/* Those of the block that reach a marked one internally, too. */
static void close_marks(struct singling *singling, uint32_t number)
{
    struct partition *partition = &singling->levels->partition;
    const struct reverse *reverse = &singling->reverse;
    for (uint32_t i = partition->blocks[number].end; i-- > partition->blocks[number].marked;) {
        uint32_t class = partition->elements[i];
        for (uint32_t k = reverse->first[class]; k < reverse->visible[class]; k++)
            if (partition->block_of[reverse->sources[k]] == number)
                partition_mark(partition, reverse->sources[k]);
        singling->work += reverse->visible[class] - reverse->first[class] + 1;
    }
}

static bool put_set(struct singling *singling, uint32_t set, size_t *count)
{
    size_t size;
    const uint64_t *steps = sequences_bytes(&singling->sets, set, &size);
    if (!memory_reserve(&singling->buffer, &singling->buffer_capacity,
                        *count + size / sizeof *steps, sizeof *singling->buffer))
        return false;
    if (size)
        memcpy(singling->buffer + *count, steps, size);
    *count += size / sizeof *steps;
    return true;
}

/* Internal steps lead to smaller numbers, whose sets are up to date. */
static bool observe_class(struct singling *singling, uint32_t class)
{
    const struct graph *graph = singling->graph;
    const uint32_t *block_of = singling->levels->partition.block_of;
    size_t count = 0, kept = 0;
    for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]), target = edge_target(graph->edges[i]);
        bool within = label == LTS_INTERNAL && block_of[target] == block_of[class];
        if (within ? !put_set(singling, singling->set_of[target], &count)
                   : !memory_reserve(&singling->buffer, &singling->buffer_capacity, count + 1,
                                     sizeof *singling->buffer))
            return false;
        if (!within)
            singling->buffer[count++] = edge_make(label, block_of[target]);
    }
    singling->work += count + 1;
    sort_edges(singling->buffer, count);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || singling->buffer[i] != singling->buffer[kept - 1])
            singling->buffer[kept++] = singling->buffer[i];
    return sequences_intern(&singling->sets, singling->buffer, kept * sizeof *singling->buffer,
                            &singling->set_of[class]);
}

/* Numbers the different sets of the marked classes 0, 1, 2, ... */
static bool find_keys(struct singling *singling, uint32_t count, uint32_t level, uint32_t *keys)
{
    for (uint32_t i = 0; i < count; i++)
        if (!observe_class(singling, singling->marked[i]))
            return false;
    size_t before = singling->key_levels_capacity;
    if (!memory_reserve(&singling->keys, &singling->keys_capacity, singling->sets.count,
                        sizeof *singling->keys) ||
        !memory_reserve(&singling->key_levels, &singling->key_levels_capacity, singling->sets.count,
                        sizeof *singling->key_levels))
        return false;
    if (singling->key_levels_capacity > before)
        memset(singling->key_levels + before, 0,
               (singling->key_levels_capacity - before) * sizeof *singling->key_levels);
    *keys = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t class = singling->marked[i], set = singling->set_of[class];
        if (singling->key_levels[set] != level)
            singling->keys[set] = (*keys)++;
        singling->key_levels[set] = level;
        singling->key_of[class] = singling->keys[set];
    }
    return true;
}

/* Whether an internal step leaves the block. */
static bool leaves(const struct singling *singling, uint32_t class)
{
    const struct graph *graph = singling->graph;
    const uint32_t *block_of = singling->levels->partition.block_of;
    for (uint32_t i = graph->first[class]; i < graph->first[class + 1]; i++) {
        if (edge_label(graph->edges[i]) != LTS_INTERNAL)
            break;
        if (block_of[edge_target(graph->edges[i])] != block_of[class])
            return true;
    }
    return false;
}

/* Whoever has a step to a class of the new blocks, and who left others behind there. */
static void mark_sources(struct singling *singling, uint32_t first_new)
{
    struct partition *partition = &singling->levels->partition;
    const struct reverse *reverse = &singling->reverse;
    uint32_t count = 0;
    /* Marking moves the elements of the very blocks that are walked. */
    for (uint32_t block = first_new; block < partition->block_count; block++)
        for (uint32_t i = partition->blocks[block].begin; i < partition->blocks[block].end; i++)
            singling->marked[count++] = partition->elements[i];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t class = singling->marked[i];
        if (leaves(singling, class))
            partition_mark(partition, class);
        for (uint32_t k = reverse->first[class]; k < reverse->first[class + 1]; k++)
            partition_mark(partition, reverse->sources[k]);
        singling->work += reverse->first[class + 1] - reverse->first[class] + 1;
    }
}

static bool part_next(struct singling *singling, uint32_t level)
{
    struct partition *partition = &singling->levels->partition;
    uint32_t number = partition->stack[--partition->stack_count], keys;
    uint32_t first_new = partition->block_count;
    close_marks(singling, number);
    struct block block = partition->blocks[number];
    uint32_t count = block.end - block.marked;
    if (block.end - block.begin == 1)
        return partition_split(partition, number, singling->key_of, 1);
    memcpy(singling->marked, partition->elements + block.marked, count * sizeof *singling->marked);
    sort_numbers(singling->marked, singling->scratch, count);
    if (!find_keys(singling, count, level, &keys) ||
        !levels_part(singling->levels, number, singling->key_of, keys, level))
        return false;
    mark_sources(singling, first_new);
    return true;
}

static bool prepare(struct singling *singling)
{
    uint32_t classes = singling->graph->state_count;
    singling->set_of = memory_allocate(classes, sizeof *singling->set_of);
    singling->key_of = memory_allocate(classes, sizeof *singling->key_of);
    singling->marked = memory_resize(NULL, classes, sizeof *singling->marked);
    singling->scratch = memory_resize(NULL, classes, sizeof *singling->scratch);
    return singling->set_of && singling->key_of && singling->marked && singling->scratch &&
           reverse_build(&singling->reverse, singling->graph) &&
           levels_begin(singling->levels, classes);
}

static int run(struct singling *singling, const uint32_t *initial, const struct progress *progress,
               bool *found, spex_error *error)
{
    const struct partition *partition = &singling->levels->partition;
    size_t reported = 0;
    for (uint32_t level = 1; partition->stack_count; level++) {
        if (!part_next(singling, level))
            return error_memory(error);
        if (partition->block_of[initial[LEFT]] != partition->block_of[initial[RIGHT]]) {
            *found = true;
            return SPEX_OK;
        }
        if (singling->work > MOST_WORK)
            return SPEX_OK;
        if (singling->work - reported >= PROGRESS_INTERVAL) {
            reported = singling->work;
            int status =
                progress_report(progress, "differences",
                                (double)partition->block_count / partition->state_count, error);
            if (status)
                return status;
        }
    }
    return error_set(error, SPEX_ERROR_INTERNAL,
                     "two classes differ and yet nothing tells them apart");
}

int levels_build_singly(struct levels *levels, const struct quotient *quotient,
                        const struct progress *progress, bool *found, spex_error *error)
{
    struct singling singling = {.levels = levels, .graph = &quotient->graph};
    memset(levels, 0, sizeof *levels);
    *found = false;
    int status = prepare(&singling) ? run(&singling, quotient->initial, progress, found, error)
                                    : error_memory(error);
    reverse_release(&singling.reverse);
    sequences_release(&singling.sets);
    free(singling.set_of);
    free(singling.key_of);
    free(singling.marked);
    free(singling.scratch);
    free(singling.buffer);
    free(singling.keys);
    free(singling.key_levels);
    if (status || !*found)
        levels_release(levels);
    return status;
}
