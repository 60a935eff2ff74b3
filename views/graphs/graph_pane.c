#include "views/graphs/graph_pane.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"

enum { CLASS_ROLES = 6 };

struct painter {
    struct graph_pane *pane;
    struct canvas *canvas;
    bool focus;
    uint32_t selected, marked; /* states of the part; SYMBOL_NONE */
    uint32_t edge;             /* of the chosen transition; SYMBOL_NONE */
    const struct graph_light *light;
};

/* --------------------------------------------------------------------- roles */

static bool class_of(const struct graph_pane *pane, uint32_t state, uint32_t *letter)
{
    char text[12];
    graph_shape_letter(pane->shape, state, text, letter);
    return *letter != SYMBOL_NONE;
}

enum light { DARK, SAME_NAME, SAME_CLASS };

/* Whether a state is lit by what is selected in the pane in focus. */
static enum light lit(const struct painter *painter, uint32_t state)
{
    const struct graph_light *light = painter->light;
    uint32_t letter;
    char number[16];
    if (!light->name || (painter->focus && state == painter->selected))
        return DARK;
    if (class_of(painter->pane, state, &letter) && letter == light->letter)
        return SAME_CLASS;
    const char *name = lts_state_name(&painter->pane->shape->part.lts, state, number);
    return !painter->focus && strcmp(name, light->name) == 0 ? SAME_NAME : DARK;
}

static enum role role_of_state(const struct painter *painter, const struct picture_cell *cell)
{
    const struct graph_pane *pane = painter->pane;
    uint32_t state = cell->index, letter;
    if (cell->part == PICTURE_START)
        return ROLE_TITLE;
    if (painter->focus && state == painter->selected && cell->part != PICTURE_BOX)
        return ROLE_SELECTED;
    if (state == painter->marked)
        return ROLE_CURRENT;
    if (graph_shape_ghost_state(pane->shape, state))
        return ROLE_GHOST;
    if (painter->focus && state == painter->selected)
        return ROLE_FRAME_FOCUS;
    if (cell->part == PICTURE_NAME)
        return lit(painter, state) ? ROLE_LIT : ROLE_NORMAL;
    return class_of(pane, state, &letter) ? (enum role)(ROLE_CLASS_1 + letter % CLASS_ROLES)
                                          : ROLE_NORMAL;
}

static enum role role_of_transition(const struct painter *painter, uint32_t transition, bool label)
{
    const struct graph_pane *pane = painter->pane;
    const struct graph_shape *shape = pane->shape;
    uint8_t mark = shape->marks ? shape->marks[shape->represented[transition]] : MARK_NONE;
    if (label && painter->focus && transition == pane->transition)
        return ROLE_SELECTED;
    if (graph_shape_ghost(shape, transition))
        return ROLE_GHOST;
    if (mark != MARK_NONE)
        return mark == MARK_EXTRA ? ROLE_BAD : ROLE_WARNING;
    if (pane->heat[transition] == HEAT_NEVER)
        return label ? ROLE_WARNING : ROLE_FRAME;
    if (pane->heat[transition])
        return (enum role)(ROLE_HEAT_1 + pane->heat[transition] - 1);
    if (shape->part.lts.transitions[transition].label == LTS_INTERNAL)
        return ROLE_INTERNAL;
    return label ? ROLE_ACTION : ROLE_FRAME;
}

/* A line of several transitions looks like the first of them. */
static enum role role_of_edge(const struct painter *painter, const struct picture_cell *cell)
{
    if (cell->part == PICTURE_LABEL && cell->transition != UINT32_MAX)
        return role_of_transition(painter, cell->transition, true);
    if (painter->focus && cell->index == painter->edge)
        return ROLE_FRAME_FOCUS;
    const struct picture_edge *edge = &painter->pane->picture.edges[cell->index];
    return role_of_transition(painter, edge->transitions[0], false);
}

/* --------------------------------------------------------------------- cells */

/* The line of the chosen transition is heavy, which shows without colour. */
static const char *heavy(const char *text)
{
    static const char *const pairs[][2] = {
        {"│", "┃"}, {"─", "━"}, {"┌", "┏"}, {"┐", "┓"}, {"└", "┗"},
        {"┘", "┛"}, {"┆", "┇"}, {"┄", "┅"}, {"╎", "╏"}, {"╌", "╍"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(text, pairs[i][0]) == 0)
            return pairs[i][1];
    return text;
}

static void draw_cells(const struct painter *painter)
{
    const struct graph_pane *pane = painter->pane;
    const struct area *shown = &pane->shown;
    for (int y = 0; y < shown->height; y++)
        for (int x = 0; x < shown->width; x++) {
            const struct picture_cell *cell = picture_at(&pane->picture, pane->x + x, pane->y + y);
            if (!cell || cell->part == PICTURE_EMPTY || !cell->text[0])
                continue;
            bool state = cell->part == PICTURE_BOX || cell->part == PICTURE_NAME ||
                         cell->part == PICTURE_BADGE || cell->part == PICTURE_START;
            const char *text = cell->text;
            if (cell->part == PICTURE_LINE && cell->index == painter->edge && painter->focus)
                text = heavy(text);
            canvas_put(painter->canvas, shown->x + x, shown->y + y, shown->width - x,
                       state ? role_of_state(painter, cell) : role_of_edge(painter, cell), text);
        }
}

/* The columns of a box's row of text, as parts of the window. */
struct inside {
    int left, right; /* first column, behind the last one */
    int y;
};

static bool inside_of(const struct graph_pane *pane, uint32_t state, struct inside *inside)
{
    const struct picture_box *box = &pane->picture.boxes[state];
    inside->left = box->x + 1 - pane->x;
    inside->right = box->x + box->width - 1 - pane->x;
    inside->y = box->y + 1 - pane->y;
    if (inside->y < 0 || inside->y >= pane->shown.height)
        return false;
    if (inside->left < 0)
        inside->left = 0;
    if (inside->right > pane->shown.width)
        inside->right = pane->shown.width;
    return inside->right - inside->left > 2;
}

/* Of a box that is wider than the window the name stays in sight: it is written anew in the
 * part that shows. Answers the column before it. */
static int keep_name_in_sight(const struct painter *painter, uint32_t state,
                              const struct inside *inside)
{
    const struct graph_pane *pane = painter->pane;
    const struct picture_box *box = &pane->picture.boxes[state];
    int first = -1, last = -1;
    for (int x = box->x + 1; x < box->x + box->width - 1; x++)
        if (strcmp(picture_at(&pane->picture, x, box->y + 1)->text, " ") != 0) {
            first = first < 0 ? x : first;
            last = x;
        }
    if (first < 0) /* nothing but blanks */
        return inside->left;
    if (first - pane->x > inside->left && last - pane->x < inside->right)
        return first - pane->x - 1;
    struct text name = {0};
    for (int x = first; x <= last; x++)
        text_append(&name, picture_at(&pane->picture, x, box->y + 1)->text);
    enum role role =
        role_of_state(painter, &(struct picture_cell){.part = PICTURE_NAME, .index = state});
    struct area row = {pane->shown.x + inside->left, pane->shown.y + inside->y,
                       inside->right - inside->left, 1};
    int width = utf8_width(text_value(&name)), room = row.width - 2;
    int indent = width < room ? (room - width) / 2 : 0;
    canvas_fill(painter->canvas, row, role);
    canvas_put(painter->canvas, row.x + 1 + indent, row.y, room - indent, role, text_value(&name));
    text_release(&name);
    return inside->left + indent;
}

/* A sign before the name: the cursor, or "=" and "~" at what it lights. */
static void draw_signs(const struct painter *painter, uint32_t state)
{
    const struct graph_pane *pane = painter->pane;
    struct inside inside;
    if (!inside_of(pane, state, &inside))
        return;
    int before = keep_name_in_sight(painter, state, &inside);
    enum light light = lit(painter, state);
    const char *sign = light == SAME_CLASS ? "=" : light == SAME_NAME ? "~" : NULL;
    enum role role = ROLE_LIT;
    if (painter->focus && state == painter->selected) {
        sign = canvas_sign(painter->canvas, SIGN_CURSOR);
        role = ROLE_SELECTED;
    }
    if (sign)
        canvas_put(painter->canvas, pane->shown.x + before, pane->shown.y + inside.y, 1, role,
                   sign);
    if (state == painter->marked)
        canvas_put(painter->canvas, pane->shown.x + inside.left - (inside.left > 0),
                   pane->shown.y + inside.y, 1, ROLE_CURRENT,
                   canvas_sign(painter->canvas, SIGN_CURRENT));
}

static void draw_picture(struct graph_pane *pane, struct canvas *canvas, bool focus,
                         const struct graph_light *light)
{
    struct painter painter = {.pane = pane,
                              .canvas = canvas,
                              .focus = focus || light->together,
                              .selected = graph_pane_state(pane),
                              .marked = SYMBOL_NONE,
                              .edge = SYMBOL_NONE,
                              .light = light};
    uint32_t whole = pane->marked ? graph_shape_find(pane->shape, pane->marked) : SYMBOL_NONE;
    if (whole != SYMBOL_NONE)
        painter.marked = pane->shape->part.state_of[whole];
    for (uint32_t e = 0; e < pane->picture.edge_count && pane->transition != SYMBOL_NONE; e++)
        for (size_t i = 0; i < pane->picture.edges[e].transition_count; i++)
            if (pane->picture.edges[e].transitions[i] == pane->transition)
                painter.edge = e;
    draw_cells(&painter);
    for (uint32_t s = 0; s < pane->picture.box_count; s++)
        draw_signs(&painter, s);
}

/* --------------------------------------------------------------------- frame */

static void draw_more(const struct graph_pane *pane, struct canvas *canvas, struct area area)
{
    struct text more = {0};
    if (pane->y > 0)
        text_append(&more, canvas_sign(canvas, SIGN_UP));
    if (pane->y + area.height < pane->picture.height)
        text_append(&more, canvas_sign(canvas, SIGN_DOWN));
    if (pane->x > 0)
        text_append(&more, canvas->ascii ? "<" : "←");
    if (pane->x + area.width < pane->picture.width)
        text_append(&more, canvas->ascii ? ">" : "→");
    if (more.length) {
        text_append(&more, " more ");
        canvas_put_right(canvas, area.x, area.y + area.height, area.width - 1, ROLE_DIM,
                         text_value(&more));
    }
    text_release(&more);
}

/* What the picture is of, in the lower frame. */
static void draw_note(const struct graph_pane *pane, struct canvas *canvas, struct area area)
{
    bool more = pane->picture.width > area.width - 2 || pane->picture.height > area.height - 2;
    int room = area.width - 4 - (more ? 11 : 0), bottom = area.y + area.height - 1;
    const struct graph_shape *shape = pane->shape;
    const struct text *note =
        utf8_width(text_value(&shape->note)) + 2 <= room ? &shape->note : &shape->brief;
    if (pane->marked && graph_shape_find(shape, pane->marked) == SYMBOL_NONE)
        canvas_print(canvas, area.x + 2, bottom, room, ROLE_WARNING, " %s %s is not here ",
                     canvas_sign(canvas, SIGN_CURRENT), pane->marked);
    else if (note->length)
        canvas_print(canvas, area.x + 2, bottom, room, ROLE_DIM, " %s ", text_value(note));
}

void graph_pane_title(const struct graph_pane *pane, struct text *title)
{
    const struct summary *summary = explorer_summary(pane->explorer);
    const char *file = lts_file_of(summary, pane->side);
    if (file) {
        text_append(title, file);
        return;
    }
    text_append(title, pane->side == LEFT ? "Specification" : "Model");
    if (pane->side == RIGHT && summary && summary->entry && summary->entry->model)
        text_printf(title, "%s%s", summary->entry->model->learning ? ", learning" : ", frozen",
                    summary->edited ? ", not saved" : "");
}

static void draw_frame(const struct graph_pane *pane, struct canvas *canvas, struct area area,
                       bool focus)
{
    struct text title = {0};
    graph_pane_title(pane, &title);
    canvas_frame(canvas, area, focus ? ROLE_FRAME_FOCUS : ROLE_FRAME, text_value(&title));
    text_release(&title);
}

void graph_pane_draw(struct graph_pane *pane, struct canvas *canvas, struct area area, bool focus,
                     const struct graph_light *light)
{
    draw_frame(pane, canvas, area, focus);
    struct area inner = {area.x + 1, area.y + 1, area.width - 2, area.height - 2};
    if (inner.width < 1 || inner.height < 1)
        return;
    graph_pane_settle(pane, inner);
    if (!pane->shape) {
        canvas_wrap(canvas,
                    (struct area){inner.x + 1, inner.y + 1, inner.width - 2, inner.height - 1}, 0,
                    ROLE_DIM, pane->note.length ? text_value(&pane->note) : "Drawing …");
        return;
    }
    if (canvas->plain) {
        graph_words_draw(pane, canvas, inner);
        return;
    }
    draw_picture(pane, canvas, focus, light);
    if (!pane->settings->no_map)
        graph_map_draw(pane, canvas, inner);
    draw_more(pane, canvas, inner);
    draw_note(pane, canvas, area);
}
