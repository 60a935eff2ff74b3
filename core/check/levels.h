/*
 * How deep the difference between two classes lies. At level 0 nothing is told apart;
 * two classes part at the first level where one has an observation that the other has
 * not: "after internal steps, from this block of the level before, with this label,
 * into that block". The level is the number of rounds the play about them needs.
 */
#ifndef CHECK_LEVELS_H
#define CHECK_LEVELS_H

#include "check/partition.h"
#include "check/quotient.h"

/* A block at one level, and what it parted from: a tree with the one block of level 0 as
 * its root. `jump` is an ancestor further up, so that climbing takes logarithmic time. */
struct ancestor {
    uint32_t parent, jump, depth, level;
};

struct levels {
    struct partition partition; /* at the level where the initial classes part */
    struct ancestor *tree;
    size_t tree_count, tree_capacity;
    uint32_t *leaf; /* of each block of the partition */
    size_t leaf_capacity;
};

/* With `weak` observations are those of weak bisimilarity: "this label, internal steps before
 * and behind it, into that block". *found is false, and *levels empty, where it would take
 * too long. Errors: MEMORY, CANCELLED, INTERNAL. */
int levels_build(struct levels *levels, const struct quotient *quotient, bool weak,
                 const struct progress *progress, bool *found, spex_error *error);
void levels_release(struct levels *levels);
/* The first level where the two classes are in different blocks; 0 if there is none. */
uint32_t levels_apart(const struct levels *levels, uint32_t one, uint32_t other);
/* A number for the block that the class is in at the level. */
uint32_t levels_block(const struct levels *levels, uint32_t class, uint32_t level);

#endif
