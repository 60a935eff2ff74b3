/* A partition of 0 .. state_count - 1 into blocks, some of whose states are marked as
 * "to be looked at again". Everything takes linear space. */
#ifndef CHECK_PARTITION_H
#define CHECK_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
    uint32_t begin, end; /* its states are elements[begin] up to elements[end] */
    uint32_t marked;     /* the marked ones are elements[marked] up to elements[end] */
};

struct partition {
    uint32_t state_count, block_count;
    uint32_t *elements;
    uint32_t *positions; /* of each state in `elements` */
    uint32_t *block_of;
    struct block *blocks;
    size_t block_capacity;
    uint32_t *stack; /* blocks with marked states, last in first out */
    size_t stack_count, stack_capacity;
    uint32_t *moved; /* partition_split's own: states in order of their key */
    uint32_t *sizes; /* and how many states have each key */
};

/* One block, every state marked, the block on the stack. False when memory is out. */
bool partition_init(struct partition *partition, uint32_t state_count);
void partition_release(struct partition *partition);
/* A block without states, the last one. */
bool partition_add(struct partition *partition);
/* Marks the state; puts its block on the stack with the first mark. */
void partition_mark(struct partition *partition, uint32_t state);

static inline bool partition_is_marked(const struct partition *partition, uint32_t state)
{
    return partition->positions[state] >= partition->blocks[partition->block_of[state]].marked;
}

/* Parts the block: its unmarked states stay together, the marked ones part by
 * key_of[state], 0 .. key_count - 1, each of which occurs. The largest part keeps the
 * block's number, the others are the new blocks at the end. Nothing is marked afterwards.
 * False when memory is out. */
bool partition_split(struct partition *partition, uint32_t block, const uint32_t *key_of,
                     uint32_t key_count);

#endif
