/*
 * How a picture comes about, step by step: plan_build (layers of boxes and lanes),
 * plan_order (fewer crossings), plan_place (columns), plan_gaps (rows), paint.
 *
 * Layer 2r holds the boxes of rank r and the long edges that pass beside them;
 * layer 2r + 1, the gap below, a lane for each edge that crosses it. Lanes of one
 * gap never share columns with each other's labels, so a label is never crossed.
 */
#ifndef GRAPH_PLAN_H
#define GRAPH_PLAN_H

#include <inttypes.h>

#include "base/base.h"
#include "graph/graph.h"

#define NONE UINT32_MAX
#define MOST_CELLS ((size_t)1 << 22)

/* Lines of text without control characters, parted by '\n'. */
struct caption {
    char *lines;
    uint32_t *owners; /* by byte: the transition whose label it belongs to; NULL: a name */
    size_t badge;     /* of a name: where its badge begins */
    int width, height;
};

enum node_kind { NODE_BOX, NODE_PASS, NODE_LANE };
struct plan_node {
    enum node_kind kind;
    uint32_t index; /* state of a box; else edge */
    uint32_t layer;
    uint32_t position;         /* in the layer, from the left */
    double wish;               /* for the first order */
    int x;                     /* left column of a box; column of a line */
    int before, width, behind; /* columns that belong to it: left of x, from x, behind */
};

/* A piece of an edge between neighbouring layers. */
struct plan_link {
    uint32_t upper, lower; /* nodes */
    uint32_t edge;
    int port;        /* column at the box, if one end is a box: from its x, at least */
    int port_behind; /* columns from it to the box's end, at least */
};

/* A change of column: a track at row `first` (-1: none, the columns are the same). Where
 * two edges swap columns one takes a detour: on `first` to column `via`, then on `second`. */
struct jog {
    int first, second; /* rows from the gap's first; second -1: no detour */
    int via;
};

/* An edge's way through one gap: down from column top_x, by a jog to its lane at x,
 * beside which the label stands, by another jog to bottom_x. An edge between boxes of
 * one rank is two strands (legs) that meet on the track of the first one's lower jog. */
struct strand {
    uint32_t edge;
    uint32_t gap;
    uint32_t lane;         /* node */
    uint32_t upper, lower; /* links; lower is NONE for a leg */
    uint32_t partner;      /* the other leg; NONE */
    bool labelled;
    bool arrow_top, arrow_bottom;
    int top_x, x, bottom_x;
    struct jog up, down;
    int label_row; /* -1: none */
};

enum route { ROUTE_DOWN, ROUTE_UP, ROUTE_FLAT, ROUTE_BESIDE, ROUTE_LOOP };
struct plan_edge {
    enum route route;
    bool internal; /* every transition is */
    bool ghost;
    struct caption caption;
    uint32_t label_gap; /* the gap whose lane carries the label */
};

struct plan_layer {
    uint32_t *nodes; /* from the left */
    uint32_t count;
    size_t capacity;
};

struct plan {
    const struct lts *lts;
    const struct layout *layout;
    const struct picture_options *options;
    struct picture *picture; /* being made: edges, boxes */
    struct plan_edge *edges; /* beside picture->edges */
    struct caption *names;   /* of the states */
    bool *terminal;
    uint32_t rank_count;

    struct plan_node *nodes; /* node s is the box of state s */
    uint32_t node_count;
    size_t node_capacity;
    struct plan_link *links;
    uint32_t link_count;
    size_t link_capacity;
    struct strand *strands;
    uint32_t strand_count;
    size_t strand_capacity;
    struct plan_layer *layers; /* 2 * rank_count */
    uint32_t layer_count;

    int *rank_height; /* rows of the boxes */
    int *gap_height;
    int *rank_y;
    int width, height;
};

/* The state to mark as the initial one, or NONE. */
static inline uint32_t plan_initial(const struct plan *plan)
{
    return plan->options->no_start ? NONE : plan->lts->initial;
}

/* captions.c */
int plan_captions(struct plan *plan, spex_error *error);
void caption_release(struct caption *caption);

/* plan.c */
int plan_build(struct plan *plan, spex_error *error);
void plan_release(struct plan *plan);
int plan_too_large(const struct plan *plan, spex_error *error);
uint32_t plan_add_node(struct plan *plan, enum node_kind kind, uint32_t index, uint32_t layer,
                       double wish);
uint32_t plan_add_link(struct plan *plan, uint32_t upper, uint32_t lower, uint32_t edge);
bool plan_layer_insert(struct plan *plan, uint32_t layer, uint32_t position, uint32_t node);

int plan_order(struct plan *plan, spex_error *error);
int plan_flats(struct plan *plan, spex_error *error);
int plan_place(struct plan *plan, spex_error *error);
int plan_gaps(struct plan *plan, spex_error *error);
int plan_paint(struct plan *plan, spex_error *error);

#endif
