/*
 * core/graph - pictures of labelled transition systems: layout, drawing on a grid of
 * character cells, DOT and images. The only room that includes Graphviz, and that
 * only in spex-graphviz, a program of its own that is started for each job and may
 * be killed. Not linked into programs that only record.
 */
#ifndef GRAPH_H
#define GRAPH_H

#include "base/text.h"
#include "model/lts.h"
#include "spex.h"

/* Where each state goes: rank 0 on top, order from the left, x in columns (centre). */
struct layout_node {
    uint32_t rank;
    uint32_t order;
    double x;
};
struct layout {
    struct layout_node *nodes; /* one a state of the LTS */
    uint32_t node_count;
    uint32_t rank_count;
    bool simple;    /* Graphviz was not used (missing, failed, too slow): our own ranks */
    bool absent;    /* because there is no Graphviz here at all */
    char note[160]; /* why simple, for the screen; "" otherwise */
};

struct layout_options {
    int budget; /* ms for Graphviz, then the simple layout is used; 0: simple at once */
    bool (*cancelled)(void *context); /* may be NULL; polled every few ms */
    void *context;
};

/* Lays out `lts`, boxes as wide as their names. Always answers a layout unless memory
 * is out or it was cancelled. Errors: CANCELLED, MEMORY. */
int layout_compute(struct layout *layout, const struct lts *lts,
                   const struct layout_options *options, spex_error *error);
void layout_release(struct layout *layout);

/* What a cell of a picture shows, so that a view can style and mark it. */
enum picture_part {
    PICTURE_EMPTY,
    PICTURE_BOX,   /* a frame; index: the state */
    PICTURE_NAME,  /* inside a frame; index: the state */
    PICTURE_BADGE, /* behind the name; index: the state */
    PICTURE_LINE,  /* index: the edge */
    PICTURE_ARROW, /* index: the edge */
    PICTURE_LABEL, /* index: the edge; transition: whose label it is */
    PICTURE_START  /* the mark of the initial state; index: the state */
};
struct picture_cell {
    char text[24];       /* one grapheme, NUL-terminated; "" on the right half of a wide one */
    uint8_t width;       /* columns: 1 or 2; 0 on the right half */
    uint8_t part;        /* enum picture_part */
    bool internal;       /* part of an internal transition */
    uint32_t index;      /* state or edge */
    uint32_t transition; /* UINT32_MAX: of none, as the comma between two labels */
};
struct picture_box {
    int x, y, width, height;
};
/* An edge bundles all transitions from one state to one other: one line, all labels. */
struct picture_edge {
    uint32_t from, to;
    uint32_t *transitions; /* indices into lts->transitions */
    size_t transition_count;
};
struct picture {
    int width, height;
    struct picture_cell *cells; /* row by row */
    struct picture_box *boxes;  /* one a state */
    uint32_t box_count;
    struct picture_edge *edges;
    size_t edge_count;
};
/* What a view adds to a state's box or to a transition's label. */
struct state_look {
    char badge[40]; /* behind the name, e.g. a class letter; "": none */
    bool ghost;     /* not of this LTS: a broken frame */
    bool open;      /* transitions of it are not shown: not terminal, whatever it seems */
};
struct transition_look {
    char before[8];  /* "+ " */
    char behind[24]; /* " ×12" */
    bool ghost;      /* not of this LTS: a broken line, and its source may be terminal */
};
struct picture_options {
    bool ascii;
    bool no_start;                   /* the initial state is not shown: none is marked */
    int label_limit;                 /* columns; longer labels are cut with a sign; 0: 24 */
    int name_limit;                  /* the same for names; 0: 24 */
    const struct state_look *states; /* one a state; NULL: names only */
    const struct transition_look *transitions; /* one a transition; NULL: labels only */
};
/* Draws every transition of the LTS: boxes (double or '#' frames for terminal states,
 * an arrow from nowhere at the initial one), lines, arrowheads, labels, self-loops,
 * back edges. Errors: MEMORY, USAGE (more than the picture can hold). */
int picture_draw(struct picture *picture, const struct lts *lts, const struct layout *layout,
                 const struct picture_options *options, spex_error *error);
void picture_release(struct picture *picture);
const struct picture_cell *picture_at(const struct picture *picture, int x, int y);
/* The whole picture as lines of text, for files and tests. */
int picture_text(const struct picture *picture, struct text *text);

/* What an exported graph shows beside names and labels; each may be NULL. */
struct graph_paint {
    bool no_start; /* the initial state is not shown */
    const struct state_look *states;
    const struct transition_look *transitions;
    const char *const *state_colours;      /* "#rrggbb" or NULL, one a state: its fill */
    const char *const *transition_colours; /* the same of lines and labels */
};
/* The graph as DOT, valid whatever the names are: they are shown, never interpreted.
 * `paint` and `title` may be NULL. Errors: MEMORY. */
int dot_write(const struct lts *lts, const char *title, const struct graph_paint *paint,
              struct text *out, spex_error *error);
/* SVG or PNG ("svg", "png") of the same, by Graphviz. Errors: USAGE (unknown format; built
 * without Graphviz), SYSTEM (the helper program failed or ran out of its budget),
 * CANCELLED, MEMORY. */
int graph_export(const struct lts *lts, const char *title, const char *format,
                 const struct layout_options *options, const struct graph_paint *paint,
                 struct text *out, spex_error *error);

#endif
