/*
 * Network simplex: whole numbers x for the nodes of a connected acyclic graph so
 * that every edge is at least as long as it must be and the weighted sum of all
 * lengths is least (Gansner, Koutsofios, North, Vo: A technique for drawing
 * directed graphs, 1993).
 */
#ifndef GRAPH_SIMPLEX_H
#define GRAPH_SIMPLEX_H

#include "spex.h"

struct simplex_edge {
    uint32_t tail, head;
    int length; /* x[head] - x[tail] >= length */
    int weight;
};

/* `work` bounds the steps: at the bound the best x found so far is answered, which
 * always keeps the lengths. Errors: MEMORY, INTERNAL (not connected, or a cycle). */
int simplex_solve(uint32_t node_count, const struct simplex_edge *edges, size_t edge_count,
                  long work, int *x, spex_error *error);

#endif
