/* Moving about in a graph: selecting states, following transitions, the window. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/graphs/graph_pane.h"

enum { PAN_X = 8, PAN_Y = 4, MARGIN_X = 3, MARGIN_Y = 2, MOST_TRAIL = 1000 };

static const struct lts *drawn(const struct graph_pane *pane)
{
    return pane->shape ? &pane->shape->part.lts : NULL;
}

uint32_t graph_pane_state(const struct graph_pane *pane)
{
    const struct lts *lts = drawn(pane);
    uint32_t state = SYMBOL_NONE;
    if (!lts || !pane->selected)
        return SYMBOL_NONE;
    /* In a quotient it may be a member of a class. */
    uint32_t whole = graph_shape_find(pane->shape, pane->selected);
    if (whole != SYMBOL_NONE)
        state = pane->shape->part.state_of[whole];
    return state < pane->picture.box_count ? state : SYMBOL_NONE;
}

/* ------------------------------------------------------------------ selecting */

static void set_selected(struct graph_pane *pane, const char *name)
{
    char *copy = memory_copy_text(name);
    if (!copy)
        return;
    free(pane->selected);
    pane->selected = copy;
    pane->transition = SYMBOL_NONE;
    pane->reveal = true;
}

static void select_state(struct graph_pane *pane, uint32_t state)
{
    char number[16];
    set_selected(pane, lts_state_name(drawn(pane), state, number));
}

/* Cuts out what lies around this state instead. */
static void cut_around(struct graph_pane *pane, const char *name)
{
    char *centre = memory_copy_text(name);
    if (!centre)
        return;
    free(pane->centre);
    pane->centre = centre;
    pane->stale = pane->wanted = pane->centred = true;
    graph_pane_refresh(pane);
}

/* Goes on from the border of a neighbourhood. */
static void open_state(struct graph_pane *pane)
{
    uint32_t state = graph_pane_state(pane);
    bool hidden = state == SYMBOL_NONE || pane->shape->hidden[state];
    if (hidden && pane->shape && pane->shape->size == SIZE_NEIGHBOURHOOD && pane->selected)
        cut_around(pane, pane->selected);
}

bool graph_pane_select(struct graph_pane *pane, const char *name)
{
    uint32_t whole = pane->shape ? graph_shape_find(pane->shape, name) : SYMBOL_NONE;
    if (whole == SYMBOL_NONE)
        return false;
    set_selected(pane, name);
    open_state(pane);
    return true;
}

void graph_pane_show(struct graph_pane *pane, const char *name)
{
    if (pane->shape && !graph_pane_select(pane, name))
        return;
    if (!pane->shape)
        set_selected(pane, name);
    pane->touched = pane->centred = true;
}

void graph_pane_go_to_centre(struct graph_pane *pane)
{
    const struct summary *summary = explorer_summary(pane->explorer);
    const struct check *check = summary ? summary->check : NULL;
    if (!pane->shape)
        return;
    const char *difference =
        check && !check->running && !check->equivalent ? check->place[pane->side] : NULL;
    bool found = (pane->marked && graph_pane_select(pane, pane->marked)) ||
                 (difference && graph_pane_select(pane, difference));
    if (!found)
        select_state(pane, pane->shape->part.lts.initial);
    pane->centred = true;
}

void graph_pane_centre(struct graph_pane *pane)
{
    if (pane->marked && pane->shape && graph_shape_find(pane->shape, pane->marked) != SYMBOL_NONE)
        set_selected(pane, pane->marked);
    pane->centred = true;
    if (pane->shape && pane->shape->size == SIZE_NEIGHBOURHOOD && pane->selected)
        cut_around(pane, pane->selected);
}

/* ------------------------------------------------------------------- following */

static bool leaves(const struct graph_pane *pane, uint32_t transition, uint32_t state)
{
    return drawn(pane)->transitions[transition].from == state;
}

void graph_pane_next_transition(struct graph_pane *pane, int by)
{
    uint32_t state = graph_pane_state(pane);
    if (state == SYMBOL_NONE)
        return;
    pane->touched = true;
    uint32_t count = (uint32_t)drawn(pane)->transition_count;
    uint32_t from = pane->transition;
    if (from == SYMBOL_NONE)
        from = by > 0 ? count - 1 : 0;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t next = by > 0 ? (from + i) % count : (from + count - i) % count;
        if (leaves(pane, next, state)) {
            pane->transition = next;
            return;
        }
    }
    if (pane->shape->hidden[state])
        open_state(pane);
    else
        explorer_message(pane->explorer, ROLE_DIM, "Nothing leaves %s: it is terminal.",
                         pane->selected);
}

void graph_pane_enter(struct graph_pane *pane)
{
    uint32_t state = graph_pane_state(pane);
    if (state == SYMBOL_NONE)
        return;
    pane->touched = true;
    if (pane->transition == SYMBOL_NONE) {
        graph_pane_next_transition(pane, 1);
        uint32_t first = pane->transition;
        if (first == SYMBOL_NONE)
            return;
        graph_pane_next_transition(pane, 1);
        if (pane->transition != first) {
            /* more than one: the first is chosen, and followed when asked again */
            pane->transition = first;
            explorer_message(pane->explorer, ROLE_DIM,
                             "Tab chooses among the transitions, Enter follows.");
            return;
        }
    }
    uint32_t to = drawn(pane)->transitions[pane->transition].to;
    char *name = memory_copy_text(pane->selected);
    if (pane->trail_count == MOST_TRAIL) {
        free(pane->trail[0]);
        memmove(pane->trail, pane->trail + 1, --pane->trail_count * sizeof *pane->trail);
    }
    if (name && memory_reserve(&pane->trail, &pane->trail_capacity, pane->trail_count + 1,
                               sizeof *pane->trail))
        pane->trail[pane->trail_count++] = name;
    else
        free(name);
    select_state(pane, to);
    open_state(pane);
}

void graph_pane_return(struct graph_pane *pane)
{
    pane->touched = true;
    if (!pane->trail_count) {
        explorer_message(pane->explorer, ROLE_DIM, "No transition was followed to get here.");
        return;
    }
    char *name = pane->trail[--pane->trail_count];
    graph_pane_select(pane, name);
    free(name);
}

/* ---------------------------------------------------------------------- arrows */

/* Columns or rows between two ranges; 0: they overlap. */
static int apart(int from, int length, int other, int other_length)
{
    if (other >= from + length)
        return other - (from + length) + 1;
    return from >= other + other_length ? from - (other + other_length) + 1 : 0;
}

/* How far `to` is in that direction; -1: it is not there. A row counts as two columns. */
static long distance(const struct picture_box *from, const struct picture_box *to,
                     enum command direction)
{
    bool upright = direction == COMMAND_UP || direction == COMMAND_DOWN;
    int along = direction == COMMAND_DOWN    ? to->y - from->y
                : direction == COMMAND_UP    ? from->y - to->y
                : direction == COMMAND_RIGHT ? to->x - from->x
                                             : from->x - to->x;
    int aside = upright ? apart(from->x, from->width, to->x, to->width)
                        : apart(from->y, from->height, to->y, to->height);
    bool beyond = upright ? from->y != to->y : from->y == to->y || aside < along;
    if (along <= 0 || !beyond)
        return -1;
    long middle = labs((2L * from->x + from->width) - (2L * to->x + to->width)) / 2;
    return upright ? 8L * along + 4L * aside + middle / 2 : 4L * along + 16L * aside;
}

static bool move_to_neighbour(struct graph_pane *pane, enum command direction)
{
    uint32_t state = graph_pane_state(pane), nearest = SYMBOL_NONE;
    if (state == SYMBOL_NONE)
        return false;
    long least = 0;
    for (uint32_t s = 0; s < pane->picture.box_count; s++) {
        long far = s == state
                       ? -1
                       : distance(&pane->picture.boxes[state], &pane->picture.boxes[s], direction);
        if (far >= 0 && (nearest == SYMBOL_NONE || far < least)) {
            nearest = s;
            least = far;
        }
    }
    if (nearest == SYMBOL_NONE)
        return false;
    select_state(pane, nearest);
    return true;
}

/* The last one in reading order, or the initial one. */
static void move_to_end(struct graph_pane *pane, bool last)
{
    uint32_t found = pane->shape->part.lts.initial;
    for (uint32_t s = 0; last && s < pane->picture.box_count; s++) {
        const struct picture_box *box = &pane->picture.boxes[s],
                                 *best = &pane->picture.boxes[found];
        if (box->y > best->y || (box->y == best->y && box->x > best->x))
            found = s;
    }
    select_state(pane, found);
}

bool graph_pane_move(struct graph_pane *pane, enum command command)
{
    int page = pane->shown.height > 2 ? pane->shown.height - 2 : 1;
    int x = command == COMMAND_LEFT ? -1 : command == COMMAND_RIGHT ? 1 : 0;
    int y = command == COMMAND_UP ? -1 : command == COMMAND_DOWN ? 1 : 0;
    switch (command) {
    case COMMAND_UP:
    case COMMAND_DOWN:
    case COMMAND_LEFT:
    case COMMAND_RIGHT:
        if (!move_to_neighbour(pane, command))
            graph_pane_pan(pane, x * PAN_X, y * PAN_Y);
        break;
    case COMMAND_PAN_UP:
    case COMMAND_PAN_DOWN:
        graph_pane_pan(pane, 0, command == COMMAND_PAN_UP ? -PAN_Y : PAN_Y);
        break;
    case COMMAND_PAN_LEFT:
    case COMMAND_PAN_RIGHT:
        graph_pane_pan(pane, command == COMMAND_PAN_LEFT ? -PAN_X : PAN_X, 0);
        break;
    case COMMAND_PAGE_UP:
    case COMMAND_PAGE_DOWN:
        graph_pane_pan(pane, 0, command == COMMAND_PAGE_UP ? -page : page);
        break;
    case COMMAND_FIRST:
    case COMMAND_LAST:
        if (pane->shape)
            move_to_end(pane, command == COMMAND_LAST);
        break;
    default:
        return false;
    }
    pane->touched = true;
    return true;
}

/* ------------------------------------------------------------------ the window */

static void keep_inside(struct graph_pane *pane)
{
    int most_x = pane->picture.width - pane->shown.width;
    int most_y = pane->picture.height - pane->shown.height;
    if (pane->x > most_x)
        pane->x = most_x;
    if (pane->y > most_y)
        pane->y = most_y;
    if (pane->x < 0)
        pane->x = 0;
    if (pane->y < 0)
        pane->y = 0;
}

void graph_pane_pan(struct graph_pane *pane, int by_x, int by_y)
{
    pane->x += by_x;
    pane->y += by_y;
    pane->reveal = pane->centred = false;
    pane->touched = true;
    keep_inside(pane);
}

void graph_pane_zoom(struct graph_pane *pane, int by)
{
    int zoom = pane->zoom + by;
    if (zoom < 0 || zoom >= ZOOMS) {
        explorer_message(pane->explorer, ROLE_DIM,
                         zoom < 0 ? "Names and labels are as long as they get."
                                  : "Names and labels are as short as they get.");
        return;
    }
    pane->zoom = zoom;
    pane->wanted = pane->centred = true;
    graph_pane_refresh(pane);
}

void graph_pane_fit(struct graph_pane *pane)
{
    pane->fit = pane->wanted = pane->centred = true;
    graph_pane_refresh(pane);
}

/* Moves `at` so that from .. from + length is in a window of `size`, with a margin. */
static int into_sight(int at, int size, int from, int length, int margin)
{
    if (length + 2 * margin > size)
        margin = length < size ? (size - length) / 2 : 0;
    if (at > from - margin)
        at = from - margin;
    if (at + size < from + length + margin && length <= size)
        at = from + length + margin - size;
    /* of what is wider than the window the middle, where its name is */
    if (length > size)
        at = from + (length - size) / 2;
    return at;
}

void graph_pane_settle(struct graph_pane *pane, struct area window)
{
    if (window.width != pane->window.width || window.height != pane->window.height)
        pane->reveal = true;
    pane->window = pane->shown = window;
    if (!pane->shape)
        return;
    if (!pane->selected || (pane->centred && !pane->touched))
        graph_pane_go_to_centre(pane);
    uint32_t state = graph_pane_state(pane);
    if (state != SYMBOL_NONE && (pane->centred || pane->reveal)) {
        const struct picture_box *box = &pane->picture.boxes[state];
        if (pane->centred) {
            pane->x = box->x + box->width / 2 - window.width / 2;
            pane->y = box->y + box->height / 2 - window.height / 2;
        } else {
            pane->x = into_sight(pane->x, window.width, box->x, box->width, MARGIN_X);
            pane->y = into_sight(pane->y, window.height, box->y, box->height, MARGIN_Y);
        }
        pane->centred = pane->reveal = false;
    }
    keep_inside(pane);
    /* A picture smaller than its window stands in the middle. */
    if (pane->picture.width < window.width) {
        pane->shown.x += (window.width - pane->picture.width) / 2;
        pane->shown.width = pane->picture.width;
    }
    if (pane->picture.height < window.height) {
        pane->shown.y += (window.height - pane->picture.height) / 2;
        pane->shown.height = pane->picture.height;
    }
}

bool graph_pane_click(struct graph_pane *pane, int x, int y)
{
    const struct area *shown = &pane->shown;
    if (!pane->shape || x < shown->x || y < shown->y || x >= shown->x + shown->width ||
        y >= shown->y + shown->height)
        return false;
    const struct picture_cell *cell =
        picture_at(&pane->picture, x - shown->x + pane->x, y - shown->y + pane->y);
    if (!cell || cell->part == PICTURE_EMPTY)
        return false;
    bool box = cell->part == PICTURE_BOX || cell->part == PICTURE_NAME ||
               cell->part == PICTURE_BADGE || cell->part == PICTURE_START;
    const struct picture_edge *edge = box ? NULL : &pane->picture.edges[cell->index];
    select_state(pane, box ? cell->index : edge->from);
    pane->reveal = false;
    pane->touched = true;
    if (edge)
        pane->transition = cell->transition != UINT32_MAX ? cell->transition : edge->transitions[0];
    return true;
}
