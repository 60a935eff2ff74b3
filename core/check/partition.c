#include "check/partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool add_block(struct partition *partition, uint32_t begin, uint32_t end)
{
    size_t needed = (size_t)partition->block_count + 1;
    if (!memory_reserve(&partition->blocks, &partition->block_capacity, needed,
                        sizeof *partition->blocks) ||
        !memory_reserve(&partition->stack, &partition->stack_capacity, needed,
                        sizeof *partition->stack))
        return false;
    partition->blocks[partition->block_count++] = (struct block){begin, end, end};
    return true;
}

bool partition_init(struct partition *partition, uint32_t state_count)
{
    memset(partition, 0, sizeof *partition);
    partition->state_count = state_count;
    partition->elements = memory_resize(NULL, state_count, sizeof *partition->elements);
    partition->positions = memory_resize(NULL, state_count, sizeof *partition->positions);
    partition->block_of = memory_allocate(state_count, sizeof *partition->block_of);
    partition->moved = memory_resize(NULL, state_count, sizeof *partition->moved);
    partition->sizes = memory_resize(NULL, (size_t)state_count + 1, sizeof *partition->sizes);
    if (!partition->elements || !partition->positions || !partition->block_of ||
        !partition->moved || !partition->sizes || !add_block(partition, 0, state_count)) {
        partition_release(partition);
        return false;
    }
    for (uint32_t i = 0; i < state_count; i++)
        partition->elements[i] = partition->positions[i] = i;
    partition->blocks[0].marked = 0;
    partition->stack[partition->stack_count++] = 0;
    return true;
}

bool partition_add(struct partition *partition)
{
    return add_block(partition, partition->state_count, partition->state_count);
}

void partition_release(struct partition *partition)
{
    free(partition->elements);
    free(partition->positions);
    free(partition->block_of);
    free(partition->blocks);
    free(partition->stack);
    free(partition->moved);
    free(partition->sizes);
    memset(partition, 0, sizeof *partition);
}

void partition_mark(struct partition *partition, uint32_t state)
{
    uint32_t number = partition->block_of[state];
    struct block *block = &partition->blocks[number];
    uint32_t position = partition->positions[state];
    if (position >= block->marked)
        return;
    if (block->marked == block->end)
        partition->stack[partition->stack_count++] = number;
    uint32_t place = --block->marked;
    uint32_t other = partition->elements[place];
    partition->elements[place] = state;
    partition->positions[state] = place;
    partition->elements[position] = other;
    partition->positions[other] = position;
}

/* The marked states in order of their key; sizes[key] ends up as where the key's
 * states end, counted from the first marked one. */
static void sort_by_key(struct partition *partition, const struct block *block,
                        const uint32_t *key_of, uint32_t key_count)
{
    uint32_t *elements = partition->elements, *sizes = partition->sizes;
    uint32_t marked = block->end - block->marked;
    memset(sizes, 0, ((size_t)key_count + 1) * sizeof *sizes);
    for (uint32_t i = block->marked; i < block->end; i++)
        sizes[key_of[elements[i]] + 1]++;
    for (uint32_t key = 1; key <= key_count; key++)
        sizes[key] += sizes[key - 1];
    for (uint32_t i = block->marked; i < block->end; i++)
        partition->moved[sizes[key_of[elements[i]]]++] = elements[i];
    for (uint32_t i = 0; i < marked; i++) {
        elements[block->marked + i] = partition->moved[i];
        partition->positions[partition->moved[i]] = block->marked + i;
    }
}

bool partition_split(struct partition *partition, uint32_t number, const uint32_t *key_of,
                     uint32_t key_count)
{
    struct block block = partition->blocks[number];
    partition->blocks[number].marked = block.end;
    if (block.marked == block.end || (block.marked == block.begin && key_count == 1))
        return true;
    sort_by_key(partition, &block, key_of, key_count);
    /* Part 0 are the unmarked states, part k + 1 those with key k. */
    uint32_t largest = 0, largest_size = block.marked - block.begin;
    for (uint32_t key = 0, begin = 0; key < key_count; key++) {
        uint32_t size = partition->sizes[key] - begin;
        begin = partition->sizes[key];
        if (size > largest_size) {
            largest = key + 1;
            largest_size = size;
        }
    }
    for (uint32_t part = 0, begin = block.begin; part <= key_count; part++) {
        uint32_t end = part ? block.marked + partition->sizes[part - 1] : block.marked;
        if (part == largest) {
            partition->blocks[number] = (struct block){begin, end, end};
        } else if (begin < end) {
            if (!add_block(partition, begin, end))
                return false;
            for (uint32_t i = begin; i < end; i++)
                partition->block_of[partition->elements[i]] = partition->block_count - 1;
        }
        begin = end;
    }
    return true;
}
