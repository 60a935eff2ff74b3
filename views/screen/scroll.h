/* A list on the screen: its cursor, what part of it shows, and where. */
#ifndef VIEWS_SCROLL_H
#define VIEWS_SCROLL_H

#include "views/screen/canvas.h"
#include "views/commands/commands.h"

/* In `count` rows, of which `page` show. */
struct scroll {
    size_t cursor;
    size_t top;
    struct area shown; /* on the screen, as last drawn */
    bool pressed;      /* the cursor was put there by the mouse */
};
/* Moves by the command; false if it is no movement. */
bool scroll_command(struct scroll *scroll, enum command command, size_t count, size_t page);
/* Keeps cursor and top inside. */
void scroll_fit(struct scroll *scroll, size_t count, size_t page);

enum press { PRESS_ELSEWHERE, PRESS_SELECTS, PRESS_OPENS };
/* A press of the mouse puts the cursor on its row; another one there is to open it. */
enum press scroll_press(struct scroll *scroll, const struct key *key, size_t count);

#endif
