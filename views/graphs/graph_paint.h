/* A graph with what is seen of it (letters, signs, counts, colours), for export. */
#ifndef VIEWS_GRAPH_PAINT_H
#define VIEWS_GRAPH_PAINT_H

#include "views/graphs/graph_pane.h"

struct painted_graph {
    struct graph_shape *shape;
    struct state_look *states; /* NULL: only colours */
    struct transition_look *transitions;
    const char **state_colours, **transition_colours;
};

/* What a pane shows. Errors: MEMORY. */
int painted_take(struct painted_graph *painted, const struct graph_pane *pane, spex_error *error);
/* A whole specification or model, coloured only. Errors as of graph_shape_make. */
int painted_make(struct painted_graph *painted, const struct graph_request *request,
                 spex_error *error);
struct graph_paint painted_paint(const struct painted_graph *painted);
void painted_release(struct painted_graph *painted);

#endif
