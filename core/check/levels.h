/*
 * How deep the difference between two classes lies. At level 0 nothing is told apart;
 * two classes part at the first level where one has an observation that the other has
 * not: "after internal steps, from this block of the level before, with this label,
 * into that block". The level is the number of rounds the play about them needs; where
 * that takes too long to find out, an order in which they can be told apart one after the
 * other, and the play may take more rounds than it had to.
 */
#ifndef CHECK_LEVELS_H
#define CHECK_LEVELS_H

#include "check/partition.h"
#include "check/progress.h"
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
    uint32_t last; /* the deepest level that was looked at */
};

/* With `weak` observations are those of weak bisimilarity: "this label, internal steps before
 * and behind it, into that block". *found is false, and *levels empty, where it would take
 * too long. Errors: MEMORY, CANCELLED, INTERNAL. */
int levels_build(struct levels *levels, const struct quotient *quotient, bool weak,
                 const struct progress *progress, bool *found, spex_error *error);
/* The same for any two classes, not only as deep as the initial ones part; what would take too
 * long is left out: *levels has no more than levels->last levels then. Errors: as above. */
int levels_build_whole(struct levels *levels, const struct quotient *quotient,
                       const struct progress *progress, spex_error *error);
/* For whoever makes levels in another way: a tree of one block; then what a node parted into at a
 * level, to be a block's leaf. False when memory is out. */
bool levels_begin(struct levels *levels, uint32_t class_count);
bool levels_add(struct levels *levels, uint32_t parent, uint32_t level, uint32_t *node);
/* There is room for a leaf of each of so many blocks. */
bool levels_hold(struct levels *levels, size_t blocks);
void levels_release(struct levels *levels);
/* The first level where the two classes are in different blocks; 0 if there is none. */
uint32_t levels_apart(const struct levels *levels, uint32_t one, uint32_t other);
/* A number for the block that the class is in at the level. */
uint32_t levels_block(const struct levels *levels, uint32_t class, uint32_t level);

#endif
