/* Parts a block into the states that can reach a target by internal steps inside the block
 * and those that avoid it, in time proportional to the lighter part: both are searched for
 * in turns, and the search that ends first tells. */
#ifndef CHECK_PARTING_H
#define CHECK_PARTING_H

#include "check/levels.h"
#include "check/slices.h"

struct search {
    uint32_t *found;
    uint32_t count, looked_at; /* found[looked_at]: the one whose edges come next */
    uint32_t edge, edge_end;   /* in in_edges */
    uint64_t work, weight;
};

struct parting {
    struct slicing *slicing;
    struct search reach, avoid;
    uint32_t *reached; /* by state: the last parting that found it so */
    uint32_t *left;    /* by state: internal edges that do not lead to the found ones yet */
    uint32_t *left_round;
    uint32_t round;
    uint32_t *marks; /* by state: the last mark */
    uint32_t mark;
    uint32_t *fresh_bottoms; /* states that became bottom states; the caller empties it */
    size_t fresh_count, fresh_capacity;
    uint64_t work;
    struct levels *levels; /* where the order of the parts is kept; NULL: nowhere */
};

/* What is to be reached: the sources of a slice's edges and of its sibling's; or, with slice
 * NONE, the states listed, all of which are marked. */
struct target {
    uint32_t slice;
    const uint32_t *states;
    uint32_t count;
};

bool parting_init(struct parting *parting, struct slicing *slicing);
void parting_release(struct parting *parting);

static inline void parting_begin_marks(struct parting *parting)
{
    parting->mark++;
}

/* False: it was marked already. */
static inline bool parting_mark(struct parting *parting, uint32_t state)
{
    bool fresh = parting->marks[state] != parting->mark;
    parting->marks[state] = parting->mark;
    return fresh;
}

static inline bool parting_marked(const struct parting *parting, uint32_t state)
{
    return parting->marks[state] == parting->mark;
}

/* `avoiding`: all bottom states of the block that avoid the target, and with a target of
 * states possibly others, all of them marked. There must be states of both kinds. The
 * blocks of both parts are told. False when memory is out. */
bool part(struct parting *parting, uint32_t block, const struct target *target,
          const uint32_t *avoiding, uint32_t avoiding_count, uint32_t *reaching_block,
          uint32_t *avoiding_block);
#endif
