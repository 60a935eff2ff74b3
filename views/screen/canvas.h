/*
 * A canvas: a grid of cells that views draw on and that tui/ carries to the
 * terminal, or a test prints as text. Whatever is written is clipped to the grid
 * and made safe: no byte from outside can reach the terminal as a control.
 */
#ifndef VIEWS_CANVAS_H
#define VIEWS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* What a cell means; the theme decides how that looks. Every meaning that colour
 * carries has a sign or a word beside it on the screen. */
enum role {
    ROLE_NORMAL,
    ROLE_DIM,
    ROLE_TITLE,
    ROLE_TAB,
    ROLE_TAB_CURRENT,
    ROLE_HEADER,
    ROLE_SELECTED,
    ROLE_KEY,
    ROLE_GOOD,
    ROLE_WARNING,
    ROLE_BAD,
    ROLE_FRAME,
    ROLE_FRAME_FOCUS,
    ROLE_ACTION,
    ROLE_INTERNAL,
    ROLE_CURRENT, /* the state an instance is in */
    ROLE_INPUT,
    ROLE_LIT,     /* equivalent to the state that is selected */
    ROLE_GHOST,   /* what a graph should have and has not */
    ROLE_CLASS_1, /* equivalence classes, in turn */
    ROLE_CLASS_6 = ROLE_CLASS_1 + 5,
    ROLE_HEAT_1, /* seldom .. often */
    ROLE_HEAT_4 = ROLE_HEAT_1 + 3,
    ROLE_MISTAKE, /* of what is typed */
    ROLE_COUNT
};

struct cell {
    char text[32]; /* one grapheme cluster; "" on the right half of a wide one */
    unsigned char width;
    unsigned char role;
};

struct canvas {
    int width, height;
    struct cell *cells;
    bool ascii;             /* frames and signs in ASCII */
    bool plain;             /* no frames, signs in ASCII: for who listens to the screen */
    int cursor_x, cursor_y; /* where the terminal's cursor belongs; -1: hidden */
};

struct area {
    int x, y, width, height;
};
bool area_has(const struct area *area, int x, int y);

bool canvas_resize(struct canvas *canvas, int width, int height);
void canvas_release(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
struct area canvas_area(const struct canvas *canvas);

/* Writes text from (x, y), at most `room` columns, ending with a sign if cut;
 * answers the columns used. */
int canvas_put(struct canvas *canvas, int x, int y, int room, enum role role, const char *text);
/* The same, cut in the middle: of an identifier both ends tell it from others. */
int canvas_put_ends(struct canvas *canvas, int x, int y, int room, enum role role,
                    const char *text);
int canvas_print(struct canvas *canvas, int x, int y, int room, enum role role, const char *format,
                 ...) __attribute__((format(printf, 6, 7)));
/* The same, set against the right end of the room. */
void canvas_put_right(struct canvas *canvas, int x, int y, int room, enum role role,
                      const char *text);
void canvas_fill(struct canvas *canvas, struct area area, enum role role);
/* Changes the role of what is there already. */
void canvas_tint(struct canvas *canvas, struct area area, enum role role);
void canvas_rule(struct canvas *canvas, int x, int y, int width, enum role role);
void canvas_frame(struct canvas *canvas, struct area area, enum role role, const char *title);
/* Words wrapped to the area's width, from line `skip` on; answers how many lines the
 * whole takes. Line breaks in the text are kept, and each line's indentation. */
int canvas_wrap(struct canvas *canvas, struct area area, int skip, enum role role,
                const char *text);

/* Signs, with their ASCII forms. */
enum sign {
    SIGN_CURSOR,
    SIGN_GOOD,
    SIGN_BAD,
    SIGN_WARNING,
    SIGN_UNKNOWN,
    SIGN_CURRENT,
    SIGN_CUT,
    SIGN_ARROW,
    SIGN_DOT,
    SIGN_UP,
    SIGN_DOWN,
    SIGN_MARK,
    SIGN_OPEN, /* of what opens and closes */
    SIGN_CLOSED
};
const char *canvas_sign(const struct canvas *canvas, enum sign sign);

const struct cell *canvas_at(const struct canvas *canvas, int x, int y);
/* The cell at the sign of the cursor, or where what is selected begins; false: nothing is. */
bool canvas_selection(const struct canvas *canvas, int *x, int *y);
/* A row as text, trailing blanks cut. */
void canvas_row(const struct canvas *canvas, int y, struct text *text);
/* The screen as lines of text, trailing blanks cut. */
void canvas_text(const struct canvas *canvas, struct text *text);

#endif
