/* Which states a refinement has to look at again: they are marked, at the end of their block, and
 * the blocks that have such wait in a queue. */
#ifndef CHECK_MARKS_H
#define CHECK_MARKS_H

#include "check/refinement.h"

static inline bool is_marked(const struct refinement *refinement, uint32_t state)
{
    return refinement->standings[state].place >=
           refinement->blocks[refinement->block_of[state]].marked;
}

/* Marks all of its states. */
void marks_block(struct refinement *refinement, uint32_t block);
/* The next block that has marked states: there is one. */
uint32_t marks_next(struct refinement *refinement);
/* Marks every state of the block that can reach a marked one internally within it; answers
 * whether there is any. */
bool marks_close(struct refinement *refinement, uint32_t block);
/* Whoever has an edge into one of the new blocks, those from first_new on, has to be looked at
 * again, but for internal steps from another part of the same old block, `parted`: the keys told
 * them apart already. MARKS_ANYWHERE: the new blocks are parts of several, and internal steps from
 * any other block count. That parts nothing which belongs together either: all states of a part
 * reach within it one with the whole signature, so all are marked in the end, or none. */
#define MARKS_ANYWHERE UINT32_MAX
void marks_sources(struct refinement *refinement, uint32_t parted, uint32_t first_new);

#endif
