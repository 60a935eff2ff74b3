/*
 * An order in which classes can be told apart, one block after the other, by inductive
 * signatures as in refine.c. These part what the play may need several moves for: who goes
 * internally, within the block, to a class with another signature. So the parts of a block
 * leave it one by one, each before those that reach it, and of several the one with the
 * shortest signature first: what is left then has, from where it can stay, an observation
 * that those do not have, or the other way round.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/levels.h"
#include "check/sequences.h"

/* Stands for "internally, within the block"; larger than any label, so it sorts last. */
#define WITHIN UINT32_MAX
/* Where every look at a block takes one class out of it. */
#define MOST_WORK ((size_t)1 << 29)

/* A part of the block at hand: the classes with one signature. */
struct part {
    uint32_t class;   /* one of them */
    uint32_t waiting; /* how many parts that it reaches have not left the block yet */
    uint32_t first;   /* of those who wait for it, in `waits` */
};

struct wait {
    uint32_t part, next;
};

struct singling {
    struct levels *levels;
    const struct graph *graph;
    struct reverse reverse;
    struct sequences signatures; /* of the block at hand */
    uint32_t *key_of;
    uint32_t *marked, *scratch;
    uint64_t *buffer; /* a signature in the making */
    size_t buffer_capacity;
    struct part *parts;
    size_t part_capacity;
    struct wait *waits;
    size_t wait_count, wait_capacity;
    uint64_t *heap; /* the parts that may leave, by the length of the signature */
    size_t heap_count, heap_capacity;
    uint32_t level;
    size_t work;
};

/* ----------------------------------------------------------------- marks */

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

/* Whoever has a step to a class of the new blocks, but for internal steps from another part of
 * the same old block: the signatures told them apart already. */
static void mark_sources(struct singling *singling, uint32_t parted, uint32_t first_new)
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
        for (uint32_t k = reverse->first[class]; k < reverse->first[class + 1]; k++) {
            uint32_t source = reverse->sources[k], home = partition->block_of[source];
            if (k >= reverse->visible[class] || (home != parted && home < first_new))
                partition_mark(partition, source);
        }
        singling->work += reverse->first[class + 1] - reverse->first[class] + 1;
    }
}

/* ------------------------------------------------------------- signatures */

static bool included(const uint64_t *elements, size_t count, const uint64_t *all, size_t all_count)
{
    size_t found = 0;
    for (size_t i = 0; i < all_count && found < count && all[i] <= elements[found]; i++)
        found += all[i] == elements[found];
    return found == count;
}

/* Internal steps lead to smaller numbers, whose keys are known. A class whose other steps are
 * all among those of the latest key that it reaches has that key itself. */
static bool find_key(struct singling *singling, uint32_t class)
{
    const struct graph *graph = singling->graph;
    const struct partition *partition = &singling->levels->partition;
    uint32_t own = partition->block_of[class];
    uint32_t begin = graph->first[class], end = graph->first[class + 1];
    size_t count = 0, kept = 0, size;
    if (!memory_reserve(&singling->buffer, &singling->buffer_capacity, end - begin,
                        sizeof *singling->buffer))
        return false;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t label = edge_label(graph->edges[i]), target = edge_target(graph->edges[i]);
        uint32_t block = partition->block_of[target];
        bool within =
            label == LTS_INTERNAL && block == own && partition_is_marked(partition, target);
        singling->buffer[count++] =
            within ? edge_make(WITHIN, singling->key_of[target]) : edge_make(label, block);
    }
    singling->work += count + 1;
    sort_edges(singling->buffer, count);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || singling->buffer[i] != singling->buffer[kept - 1])
            singling->buffer[kept++] = singling->buffer[i];
    if (kept && edge_label(singling->buffer[kept - 1]) == WITHIN) {
        uint32_t latest = edge_target(singling->buffer[kept - 1]);
        const uint64_t *all = sequences_bytes(&singling->signatures, latest, &size);
        singling->key_of[class] = latest;
        if (included(singling->buffer, kept - 1, all, size / sizeof *all))
            return true;
    }
    return sequences_intern(&singling->signatures, singling->buffer,
                            kept * sizeof *singling->buffer, &singling->key_of[class]);
}

/* ----------------------------------------------------- the order of the parts */

static bool push(struct singling *singling, uint32_t part)
{
    size_t size, at = singling->heap_count;
    sequences_bytes(&singling->signatures, part, &size);
    if (!memory_reserve(&singling->heap, &singling->heap_capacity, at + 1, sizeof *singling->heap))
        return false;
    uint64_t *heap = singling->heap, item = edge_make((uint32_t)(size / sizeof *heap), part);
    for (; at && heap[(at - 1) / 2] > item; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = item;
    singling->heap_count++;
    return true;
}

static uint32_t pop(struct singling *singling)
{
    uint64_t *heap = singling->heap, first = heap[0], item = heap[--singling->heap_count];
    size_t at = 0, count = singling->heap_count;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && heap[child + 1] < heap[child];
        if (heap[child] >= item)
            break;
        heap[at] = heap[child];
    }
    heap[at] = item;
    return edge_target(first);
}

/* Who waits for whom; those who wait for none go onto the heap. */
static bool begin_order(struct singling *singling, uint32_t marked)
{
    uint32_t count = singling->signatures.count;
    if (!memory_reserve(&singling->parts, &singling->part_capacity, count, sizeof *singling->parts))
        return false;
    singling->wait_count = singling->heap_count = 0;
    for (uint32_t part = 0; part < count; part++) {
        size_t size;
        const uint64_t *signature = sequences_bytes(&singling->signatures, part, &size);
        struct part *made = &singling->parts[part];
        *made = (struct part){.first = UINT32_MAX};
        for (size_t i = size / sizeof *signature; i-- > 0;) {
            if (edge_label(signature[i]) != WITHIN)
                break;
            struct part *before = &singling->parts[edge_target(signature[i])];
            if (!memory_reserve(&singling->waits, &singling->wait_capacity,
                                singling->wait_count + 1, sizeof *singling->waits))
                return false;
            singling->waits[singling->wait_count] = (struct wait){part, before->first};
            before->first = (uint32_t)singling->wait_count++;
            made->waiting++;
        }
        if (!made->waiting && !push(singling, part))
            return false;
    }
    for (uint32_t i = 0; i < marked; i++)
        singling->parts[singling->key_of[singling->marked[i]]].class = singling->marked[i];
    return true;
}

/* The block of `class` leaves what is left, the node *rest. */
static bool leave(struct singling *singling, uint32_t class, uint32_t *rest)
{
    struct levels *levels = singling->levels;
    uint32_t level = ++singling->level, parent = *rest;
    return levels_add(levels, parent, level, &levels->leaf[levels->partition.block_of[class]]) &&
           levels_add(levels, parent, level, rest);
}

/* The parts have become blocks; `unmarked` is a class of the part without a key, if there is
 * one: it reaches none of the others. */
static bool order_parts(struct singling *singling, uint32_t node, uint32_t unmarked)
{
    struct levels *levels = singling->levels;
    if (unmarked != NO_CLASS && !leave(singling, unmarked, &node))
        return false;
    for (uint32_t left = singling->signatures.count; left > 1; left--) {
        const struct part *part = &singling->parts[pop(singling)];
        if (!leave(singling, part->class, &node))
            return false;
        for (uint32_t i = part->first; i != UINT32_MAX; i = singling->waits[i].next)
            if (--singling->parts[singling->waits[i].part].waiting == 0 &&
                !push(singling, singling->waits[i].part))
                return false;
    }
    levels->leaf[levels->partition.block_of[singling->parts[pop(singling)].class]] = node;
    return true;
}

/* --------------------------------------------------------------- the whole */

static bool part_next(struct singling *singling)
{
    struct partition *partition = &singling->levels->partition;
    uint32_t number = partition->stack[--partition->stack_count];
    uint32_t first_new = partition->block_count;
    close_marks(singling, number);
    struct block block = partition->blocks[number];
    uint32_t count = block.end - block.marked, node = singling->levels->leaf[number];
    uint32_t unmarked = block.marked > block.begin ? partition->elements[block.begin] : NO_CLASS;
    memcpy(singling->marked, partition->elements + block.marked, count * sizeof *singling->marked);
    sort_numbers(singling->marked, singling->scratch, count);
    sequences_clear(&singling->signatures);
    for (uint32_t i = 0; i < count; i++)
        if (!find_key(singling, singling->marked[i]))
            return false;
    if (!begin_order(singling, count) ||
        !partition_split(partition, number, singling->key_of, singling->signatures.count) ||
        !levels_reserve(singling->levels))
        return false;
    if (first_new == partition->block_count)
        return true;
    if (!order_parts(singling, node, unmarked))
        return false;
    mark_sources(singling, number, first_new);
    return true;
}

static bool prepare(struct singling *singling)
{
    uint32_t classes = singling->graph->state_count;
    singling->key_of = memory_allocate(classes, sizeof *singling->key_of);
    singling->marked = memory_resize(NULL, classes, sizeof *singling->marked);
    singling->scratch = memory_resize(NULL, classes, sizeof *singling->scratch);
    return singling->key_of && singling->marked && singling->scratch &&
           reverse_build(&singling->reverse, singling->graph) &&
           levels_begin(singling->levels, classes);
}

static int run(struct singling *singling, const uint32_t *apart, const struct progress *progress,
               bool *found, spex_error *error)
{
    const struct partition *partition = &singling->levels->partition;
    size_t reported = 0;
    while (partition->stack_count) {
        if (!part_next(singling))
            return error_memory(error);
        if (partition->block_of[apart[0]] != partition->block_of[apart[1]]) {
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

int levels_build_singly(struct levels *levels, const struct graph *graph, const uint32_t apart[2],
                        const struct progress *progress, bool *found, spex_error *error)
{
    struct singling singling = {.levels = levels, .graph = graph};
    memset(levels, 0, sizeof *levels);
    *found = false;
    int status = prepare(&singling) ? run(&singling, apart, progress, found, error)
                                    : error_memory(error);
    reverse_release(&singling.reverse);
    sequences_release(&singling.signatures);
    free(singling.key_of);
    free(singling.marked);
    free(singling.scratch);
    free(singling.buffer);
    free(singling.parts);
    free(singling.waits);
    free(singling.heap);
    if (status || !*found)
        levels_release(levels);
    return status;
}
