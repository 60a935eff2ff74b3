/*
 * One side of the selected specification as a picture: laid out by a job, looked at
 * through a window that moves, with a selected state and one of its transitions.
 *
 *   graph_pane.c       what it shows, on a canvas
 *   graph_pane_move.c  selecting, following, panning
 *   graph_pane_job.c   asking for the shape and its picture
 */
#ifndef VIEWS_GRAPH_PANE_H
#define VIEWS_GRAPH_PANE_H

#include "views/explorer.h"
#include "views/graphs/graph_counts.h"
#include "views/graphs/graph_shape.h"

/* Set by the view, the same for both panes. */
struct graph_settings {
    enum graph_size size;
    uint32_t steps; /* of a neighbourhood; 0: by itself */
    bool heat;      /* counts at the transitions */
    bool no_map;
    struct graph_counts *counts; /* NULL: none yet */
};

/* What the other pane's selection lights here. */
struct graph_light {
    uint32_t letter;  /* SYMBOL_NONE: none */
    const char *name; /* NULL: nothing is selected there */
    bool together;    /* what is selected here belongs to it, and is shown too */
};

enum { ZOOMS = 5, ZOOM_USUAL = 1, HEAT_NEVER = 5 };

struct graph_pane {
    struct explorer *explorer;
    const struct graph_settings *settings;
    enum side side;

    /* asked for; a shape is made anew when one of these changes */
    char *specification;
    struct snapshot *snapshot;
    uint64_t content;   /* of specification and model; 0: there is no model */
    int64_t checked_at; /* the check that letters and differences come from; 0: none */
    enum graph_size size;
    uint32_t steps;
    char *centre; /* of a neighbourhood; NULL: the initial state */
    int zoom;     /* how long names and labels may be */
    bool fit;     /* the zoom that fits is sought */
    bool stale;   /* the shape is not what was asked for */
    bool wanted;  /* a picture, since the last one was asked for */
    bool same;    /* the whole of the shape is what was asked for */
    bool rough;   /* it is, but for differences and letters, for which nobody waits */
    uint64_t generation;
    struct job *pending; /* the newest job, while it is there */

    /* there */
    struct graph_shape *shape; /* NULL: none, `note` says why */
    struct picture picture;    /* of the shape */
    struct state_look *states; /* as drawn */
    struct transition_look *transitions;
    uint8_t *heat; /* by transition: 0 none, 1 .. 4 seldom .. often, 5 never */
    struct text note;

    char *marked;        /* the selected instance's state; NULL: none */
    char *selected;      /* a state's name; NULL: none yet */
    uint32_t transition; /* of the part, leaving the selected state; SYMBOL_NONE: none */
    char **trail;        /* states that were left by following, the last one last */
    size_t trail_count, trail_capacity;
    int x, y;             /* the picture's cell in the window's corner */
    struct area window;   /* of the canvas */
    struct area shown;    /* the part of it that the picture takes */
    bool reveal, centred; /* wanted: the selection in sight, in the middle */
    bool touched;         /* somebody looks at something: no moving about by itself */
};

/* ---- graph_pane_job.c */
/* Of a zeroed pane; again it does nothing. */
void graph_pane_set_up(struct graph_pane *pane, struct explorer *explorer, enum side side,
                       const struct graph_settings *settings);
/* Asks for what is not as wanted. */
void graph_pane_refresh(struct graph_pane *pane);
/* The selected instance is in this state now. */
void graph_pane_mark(struct graph_pane *pane, const char *state);
void graph_pane_release(struct graph_pane *pane);

/* ---- graph_pane_move.c */
/* The selected state of the part; SYMBOL_NONE: none, or not shown. */
uint32_t graph_pane_state(const struct graph_pane *pane);
/* By its name in the whole graph, cutting out another neighbourhood if need be; false:
 * there is no such state. */
bool graph_pane_select(struct graph_pane *pane, const char *name);
/* The same and into the middle, also of a graph that is still being made. */
void graph_pane_show(struct graph_pane *pane, const char *name);
/* Arrows: the next state in that direction, else the window. False: no movement. */
bool graph_pane_move(struct graph_pane *pane, enum command command);
/* Through the transitions that leave the selected state; by: 1 or -1. */
void graph_pane_next_transition(struct graph_pane *pane, int by);
/* Where the chosen (or only) transition leads, and back. */
void graph_pane_enter(struct graph_pane *pane);
void graph_pane_return(struct graph_pane *pane);
void graph_pane_pan(struct graph_pane *pane, int by_x, int by_y);
void graph_pane_zoom(struct graph_pane *pane, int by);
void graph_pane_fit(struct graph_pane *pane);
/* The instance's state, else the selected one, in the middle. */
void graph_pane_centre(struct graph_pane *pane);
/* Selects what is at this place of the canvas; false: nothing. */
bool graph_pane_click(struct graph_pane *pane, int x, int y);
/* Where to look first: the instance, else where the sides begin to differ, else the start. */
void graph_pane_go_to_centre(struct graph_pane *pane);
/* Scrolls to what is wanted in sight; the window's size is known now. */
void graph_pane_settle(struct graph_pane *pane, struct area window);

/* ---- graph_pane.c */
void graph_pane_title(const struct graph_pane *pane, struct text *title);
void graph_pane_draw(struct graph_pane *pane, struct canvas *canvas, struct area area, bool focus,
                     const struct graph_light *light);
/* ---- graph_map.c: the whole picture, small, in a corner of the window */
void graph_map_draw(const struct graph_pane *pane, struct canvas *canvas, struct area window);
/* ---- graph_words.c: instead of the picture */
void graph_words_draw(const struct graph_pane *pane, struct canvas *canvas, struct area area);
/* ---- graph_detail.c: the selected state or transition in words */
void graph_detail(const struct graph_pane *pane, const struct canvas *canvas, struct text *text);

#endif
