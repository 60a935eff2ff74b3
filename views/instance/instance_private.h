/* The Instance view: one instance, its history, what it may do next, and what if it did. Here is
 * what its files share. */
#ifndef VIEWS_INSTANCE_PRIVATE_H
#define VIEWS_INSTANCE_PRIVATE_H

#include "views/explorer.h"
#include "views/graphs/graph_pane.h"

enum pane { PANE_HISTORY, PANE_NEXT, PANES };

struct instance_view {
    enum pane pane;
    struct scroll next;
    struct graph_pane graph;
    int rows;
};

/* ---- instance_draw.c */
void instance_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);

#endif
