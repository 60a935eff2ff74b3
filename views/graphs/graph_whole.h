/*
 * One side's graph, all of it: the LTS, what differs from the other side, the letters of its
 * states. Made by a job, then shared and never changed.
 */
#ifndef VIEWS_GRAPH_WHOLE_H
#define VIEWS_GRAPH_WHOLE_H

#include "graph/graph.h"
#include "views/workspace/workspace.h"

enum graph_size { SIZE_AUTOMATIC, SIZE_FULL, SIZE_QUOTIENT, SIZE_NEIGHBOURHOOD, GRAPH_SIZES };

enum graph_mark {
    MARK_NONE,
    MARK_EXTRA,  /* only the model has it */
    MARK_MISSING /* the model has it not; in the model's picture: a ghost */
};

/* What is to be drawn. */
struct graph_request {
    struct snapshot *snapshot;
    char *specification;
    enum side side;
    bool differs;         /* the check said no: what differs is marked */
    uint32_t *letters[2]; /* by state of the LTS that starts before initialisation */
    uint32_t letter_states[2];
    enum graph_size size;
    uint32_t steps; /* of the neighbourhood; 0: as many as can be read */
    char *centre;   /* of the neighbourhood; NULL: the initial state */
    bool no_ghosts;
    struct graph_whole *whole; /* made before of the same; NULL: to be made */
    /* Its budget is the shape's to choose; NULL: no layout is made (of a full graph). */
    const struct layout_options *layout;
};
/* Takes specification, model and verdict as they are now; false: memory is out. To be
 * released either way. */
bool graph_request_begin(struct graph_request *request, const struct workspace *workspace,
                         const char *specification, enum side side);
void graph_request_release(struct graph_request *request);

struct graph_whole {
    atomic_int references;
    struct lts lts; /* ghosts behind its own states and transitions */
    uint32_t own_states;
    size_t own_transitions;
    uint8_t *marks;        /* by transition: enum graph_mark; NULL: not compared */
    uint32_t *letters;     /* by state; SYMBOL_NONE: no equivalent state on the other side.
                              NULL: not checked */
    size_t extra, missing; /* transitions marked */
};

/* Errors: NOT_FOUND (no such specification or model), USAGE, MEMORY. */
int graph_whole_make(struct graph_whole **whole, const struct graph_request *request,
                     spex_error *error);
struct graph_whole *graph_whole_keep(struct graph_whole *whole);
void graph_whole_drop(struct graph_whole *whole);

#endif
