/*
 * One side of the selected specification as a picture: laid out by a job, panned by
 * keys, with the state of the selected instance marked and the difference to the other
 * side signed: "+" at transitions only the model has, "?" at those it has not.
 */
#ifndef VIEWS_GRAPH_PANE_H
#define VIEWS_GRAPH_PANE_H

#include "graph/graph.h"
#include "views/explorer.h"

struct graph_pane {
    struct explorer *explorer;
    enum side side;
    char *specification; /* what the picture is (or will be) of */
    struct snapshot *snapshot;
    int64_t letters_at; /* the check that the letters come from; 0: none */
    char *marked;       /* the state to mark, or NULL */
    struct picture picture;
    struct lts lts; /* as drawn */
    bool drawn;
    struct text note; /* what is not shown, or why there is no picture */
    bool loading, centre;
    uint64_t generation;
    int x, y; /* the picture's cell in the pane's corner */
    int width, height;
    size_t extra, unobserved; /* transitions signed + and ? */
};

void graph_pane_refresh(struct graph_pane *pane, struct explorer *explorer, enum side side,
                        const char *marked);
void graph_pane_draw(struct graph_pane *pane, const struct explorer *explorer,
                     struct canvas *canvas, struct area area, bool focus);
/* Arrows, pages, first and last; false: not a movement. */
bool graph_pane_command(struct graph_pane *pane, enum command command);
/* Brings the state to the middle; false if it is not in the picture. */
bool graph_pane_find(struct graph_pane *pane, const char *state);
void graph_pane_release(struct graph_pane *pane);

#endif
