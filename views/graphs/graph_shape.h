/*
 * One side's graph as it is drawn: the part of it that is shown, laid out, with what
 * differs from the other side. Made by a job, then shared and never changed; what moves
 * with the store (instances, counts) is written on the picture of it.
 */
#ifndef VIEWS_GRAPH_SHAPE_H
#define VIEWS_GRAPH_SHAPE_H

#include "graph/graph.h"
#include "graph/part.h"
#include "views/graphs/graph_whole.h"

struct graph_shape {
    atomic_int references;
    enum graph_size size;       /* what was chosen; not SIZE_AUTOMATIC */
    struct graph_whole *source; /* whose these are: */
    struct lts whole;           /* in a quotient without ghosts */
    uint32_t own_states;
    size_t own_transitions;
    const uint8_t *marks;
    const uint32_t *letters;
    size_t extra, missing;
    struct lts_part part;
    struct layout layout;
    uint32_t *hidden;      /* by state of the part: transitions from it that are not shown */
    uint32_t *members;     /* by state of the part: states of the whole it stands for */
    uint32_t *represented; /* by transition of the part: the first of the whole */
    struct text note;      /* which part of how many states; "": all */
    struct text brief;     /* the same in a few words */
};

/* Errors: NOT_FOUND (no such specification or model), USAGE (what cannot be drawn), and
 * those of layouts and checks. */
int graph_shape_make(struct graph_shape **shape, const struct graph_request *request,
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
