/* What the files of the Instance view share among themselves. */
#ifndef VIEWS_INSTANCE_PRIVATE_H
#define VIEWS_INSTANCE_PRIVATE_H

#include "views/explorer.h"
#include "views/graph_pane.h"

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
