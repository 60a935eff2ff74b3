/* The classes as a graph without a step that decides nothing. Classes are states here;
 * every internal edge leads to a smaller number. */
#ifndef CHECK_QUOTIENT_H
#define CHECK_QUOTIENT_H

#include "check/graph.h"
#include "check/merge.h"
#include "check/partition.h"

#define NO_CLASS UINT32_MAX

struct quotient {
    struct graph graph;   /* labels: the common ones of merged */
    uint32_t label_count; /* how many of these there are */
    uint32_t initial[2];
    uint32_t *class_of; /* of each state of merged; NO_CLASS where neither side gets there */
};

/* From the finished partition of the components' graph: all classes with `whole`, else
 * those that either initial state reaches. Errors: MEMORY. */
int quotient_build(struct quotient *quotient, const struct merged *merged,
                   const uint32_t *component, const struct graph *graph,
                   const struct partition *partition, bool whole, spex_error *error);
void quotient_release(struct quotient *quotient);

/* A way through the quotient: each edge says the label and the class it leads to. */
struct route {
    uint64_t *edges;
    size_t count, capacity;
};
bool route_append(struct route *route, uint64_t edge);
void route_reverse(struct route *route);
void route_release(struct route *route);

#endif
