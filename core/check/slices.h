/*
 * The bookkeeping of refinement by splitters. Blocks are grouped into constellations: how the
 * blocks of one constellation differ has not been used yet. All edges of a block's
 * states with one label into one constellation are a slice. Every bottom state of a block (one
 * without internal steps inside the block) has an edge in each slice of the block: the block
 * is stable. Internal edges within a constellation decide nothing and are in no slice.
 */
#ifndef CHECK_SLICES_H
#define CHECK_SLICES_H

#include "check/graph.h"
#include "check/partition.h"

#define NONE UINT32_MAX

/* While a constellation is being split, its slices fall into two: the block's stability with
 * the two parts is settled one block after the other, until then they count as one. */
enum slice_state {
    SLICE_SETTLED,
    SLICE_PART, /* not settled: counts as one with its sibling, the rest of the slice */
    SLICE_FRESH /* not settled: internal edges that were in no slice; does not count yet */
};

struct slice {
    uint32_t block, label;
    uint32_t first, count; /* its edges, linked */
    uint32_t next, before; /* the block's other slices */
    uint32_t sibling;
    uint32_t partner, partner_round; /* where its edges went in the last move */
    uint32_t twin, twin_round;       /* where its sibling's edges went */
    uint32_t stamp;
    enum slice_state state;
};

struct cluster {                  /* a block */
    uint32_t begin, bottoms, end; /* elements[begin .. bottoms - 1] are bottom states */
    uint32_t constellation;
    uint32_t next, before; /* the constellation's other blocks */
    uint32_t slices;
    uint32_t units;              /* slices that count, siblings as one */
    uint32_t fresh, fresh_round; /* the slice of fresh internal edges of this round */
    uint64_t weight;             /* states and edges that come or go */
};

struct constellation {
    uint32_t first, count;
};

/* How many edges a state has with one label into one constellation. */
struct tally {
    uint32_t count;
    uint32_t partner, partner_round;
    bool rest; /* when it was parted, some edges stayed behind */
};

struct edge_links {
    uint32_t slice, next, before, tally;
};

struct slicing {
    const struct graph *graph;
    uint32_t *source;                           /* of each edge */
    uint32_t *in_first, *in_visible, *in_edges; /* edges by target, internal ones first */
    struct edge_links *links;
    struct slice *slices;
    size_t slice_count, slice_capacity;
    uint32_t *dead; /* slices without edges; the first `reusable` of them may be used again */
    size_t dead_count, dead_capacity, reusable;
    struct tally *tallies;
    size_t tally_count, tally_capacity;
    uint32_t *spare; /* tallies that are 0 */
    size_t spare_count, spare_capacity;
    uint32_t *parted; /* tallies of which a part was taken */
    size_t parted_count, parted_capacity;
    struct cluster *clusters;
    size_t cluster_count, cluster_capacity;
    struct constellation *constellations;
    size_t constellation_count, constellation_capacity;
    uint32_t *open; /* constellations that may have several blocks */
    size_t open_count, open_capacity;
    uint32_t *pending; /* slices not settled */
    size_t pending_count, pending_capacity;
    uint32_t *elements, *positions, *block_of;
    uint32_t *inner; /* of each state: its internal edges inside the block; 0: a bottom state */
    uint32_t move_round;
};

/* From any partition that is not finer than the result; one constellation. Not yet stable.
 * False when memory is out, here and below. */
bool slicing_init(struct slicing *slicing, const struct graph *graph,
                  const struct partition *partition);
void slicing_release(struct slicing *slicing);

/* Takes a block with at most half of the constellation's weight out of it, into a
 * constellation of its own, and fills `pending`. *block is NONE if there was only one. */
bool slicing_part(struct slicing *slicing, uint32_t constellation, uint32_t *block);
/* The states of the block before `cut` and those from elements[cut] on part; the lighter ones
 * become the block *fresh, in the same constellation. bottoms[0] and bottoms[1] are where
 * the bottom states of both end; `weight` is that of the last ones. */
bool slicing_cut(struct slicing *slicing, uint32_t block, uint32_t cut, uint32_t bottoms[2],
                 uint64_t weight, uint32_t *fresh);
/* The slice counts on its own from now on. */
void slicing_settle(struct slicing *slicing, uint32_t slice);
/* The state lost its last internal edge inside its block. */
void slicing_add_bottom(struct slicing *slicing, uint32_t state);

static inline uint32_t slicing_weight(const struct slicing *slicing, uint32_t state)
{
    const struct graph *graph = slicing->graph;
    return graph->first[state + 1] - graph->first[state] + slicing->in_first[state + 1] -
           slicing->in_first[state] + 1;
}

static inline uint32_t slicing_label(const struct slicing *slicing, uint32_t edge)
{
    return edge_label(slicing->graph->edges[edge]);
}

/* Appends to numbers that grow. */
bool numbers_push(uint32_t **numbers, size_t *count, size_t *capacity, uint32_t number);

#endif
