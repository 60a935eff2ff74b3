/*
 * One side's graph as it is drawn: the part of it that is shown, laid out, with what
 * differs from the other side. Made by a job, then shared and never changed; what moves
 * with the store (instances, counts) is written on the picture of it.
 */
#ifndef VIEWS_GRAPH_SHAPE_H
#define VIEWS_GRAPH_SHAPE_H

#include "graph/graph.h"
#include "graph/part.h"
#include "views/workspace.h"

enum graph_size { SIZE_AUTOMATIC, SIZE_FULL, SIZE_QUOTIENT, SIZE_NEIGHBOURHOOD, GRAPH_SIZES };

enum graph_mark {
    MARK_NONE,
    MARK_EXTRA,  /* only the model has it */
    MARK_MISSING /* the model has it not; in the model's picture: a ghost */
};

struct graph_shape {
    atomic_int references;
    enum graph_size size; /* what was chosen; not SIZE_AUTOMATIC */
    struct lts whole;     /* ghosts behind its own states and transitions */
    uint32_t own_states;
    size_t own_transitions;
    struct lts_part part;
    struct layout layout;
    uint8_t *marks;        /* by transition of the whole: enum graph_mark */
    uint32_t *letters;     /* by state of the whole; SYMBOL_NONE: no equivalent state on the
                              other side. NULL: not checked */
    uint32_t *hidden;      /* by state of the part: transitions from it that are not shown */
    uint32_t *members;     /* by state of the part: states of the whole it stands for */
    uint32_t *represented; /* by transition of the part: the first of the whole */
    size_t extra, missing; /* transitions marked */
    struct text note;      /* which part of how many states; "": all */
    struct text brief;     /* the same in a few words */
};

/* What a shape depends on. */
struct shape_request {
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
    /* Its budget is the shape's to choose; NULL: no layout is made (of a full graph). */
    const struct layout_options *layout;
};
/* Takes specification, model and verdict as they are now; false: memory is out. To be
 * released either way. */
bool shape_request_begin(struct shape_request *request, const struct workspace *workspace,
                         const char *specification, enum side side);
void shape_request_release(struct shape_request *request);

/* Errors: NOT_FOUND (no such specification or model), USAGE (what cannot be drawn), and
 * those of layouts and checks. */
int graph_shape_make(struct graph_shape **shape, const struct shape_request *request,
                     spex_error *error);
struct graph_shape *graph_shape_keep(struct graph_shape *shape);
void graph_shape_drop(struct graph_shape *shape);
/* The letter of a state of the part, "" if it has none; number: NULL or its number. */
void graph_shape_letter(const struct graph_shape *shape, uint32_t state, char letter[12],
                        uint32_t *number);
/* The state of the whole with this name, ghosts included; SYMBOL_NONE: none. */
uint32_t graph_shape_find(const struct graph_shape *shape, const char *name);
/* Whether it is drawn as not being of this side. */
bool graph_shape_ghost_state(const struct graph_shape *shape, uint32_t part_state);
bool graph_shape_ghost(const struct graph_shape *shape, uint32_t part_transition);

#endif
