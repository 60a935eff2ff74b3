/* What a refinement by signatures works on. Nearly all time goes into waiting for memory: what is
 * looked up of one state after another, in no order, is in small arrays of its own. */
#ifndef CHECK_REFINEMENT_H
#define CHECK_REFINEMENT_H

#include "base/arena.h"
#include "check/graph.h"
#include "check/partition.h"
#include "check/signatures.h"

struct node {
    uint32_t first;   /* its edges, in the graph */
    uint32_t sources; /* who has edges to it, in `sources`: internal ones, then visible ones */
    uint32_t visible; /* where these begin */
};

struct standing {
    uint32_t place; /* in `elements` */
    uint32_t key;   /* which of its block's signatures it has */
};

struct refinement {
    const struct graph *graph;
    const uint32_t *apart;
    struct arena *arena;
    struct node *nodes; /* and one more, where the last one's edges end */
    uint32_t *sources;
    uint32_t *block_of; /* of each state */
    struct standing *standings;
    uint32_t *elements; /* the states of each block; the marked ones at its end */
    struct block *blocks;
    uint32_t block_count;
    uint32_t *queue; /* blocks with marked states, first in first out, round and round */
    uint32_t queue_first, queued;
    struct signatures signatures; /* of the block at hand */
    uint32_t *states, *scratch;   /* its marked states */
    uint64_t *set;                /* a bit a state, all clear between uses */
    size_t work;
};

/* Where states' sources are followed one after the other, so many later ones are asked for. */
enum { NODE_AHEAD = 32 };

#endif
