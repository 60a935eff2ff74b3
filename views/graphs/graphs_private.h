/* What the files of the Graphs view share among themselves. */
#ifndef VIEWS_GRAPHS_PRIVATE_H
#define VIEWS_GRAPHS_PRIVATE_H

#include "views/graphs/graphs.h"

enum sides { SIDES_BOTH, SIDES_LEFT, SIDES_RIGHT, SIDES };

struct graphs {
    struct explorer *explorer; /* NULL: never shown yet */
    struct graph_pane panes[2];
    struct graph_settings settings;
    struct counts_query query;
    enum sides sides;
    enum side focus;
    struct area areas[2]; /* of the panes when last drawn; width 0: not shown */
    struct {
        int x, y;
        bool down;
    } drag;
    char *before_find; /* what was selected when the search began */
    /* Shown together because a step of a reason is in both; NULL: the one in focus alone. */
    char *pair[2];
    char *pair_words;      /* what that step is */
    uint64_t pair_content; /* of specification and model that it is about */
};

/* ---- graphs_step.c: both graphs in step */
/* What the selection of this pane lights in the other one. */
struct graph_light graphs_light(const struct graph_pane *pane);
/* The graph that is not in focus goes where the other one is. */
void graphs_keep_in_step(struct graphs *graphs);
/* Whether both are where graphs_show put them. */
bool graphs_pair_holds(const struct graphs *graphs);
void graphs_forget_pair(struct graphs *graphs);
/* ---- graphs_draw.c */
void graphs_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);
/* ---- graphs_find.c: jumping to a state by name */
void graphs_ask_what_to_find(struct graphs *graphs);

#endif
