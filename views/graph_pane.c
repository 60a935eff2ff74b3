#include "views/graph_pane.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* -------------------------------------------------------------- commands */

static void keep_inside(struct graph_pane *pane)
{
    int most_x = pane->picture.width - pane->width, most_y = pane->picture.height - pane->height;
    if (pane->x > most_x)
        pane->x = most_x;
    if (pane->y > most_y)
        pane->y = most_y;
    if (pane->x < 0)
        pane->x = 0;
    if (pane->y < 0)
        pane->y = 0;
}

bool graph_pane_command(struct graph_pane *pane, enum command command)
{
    int step_x = 4, step_y = 2;
    int page = pane->height > 2 ? pane->height - 2 : 1;
    switch (command) {
    case COMMAND_UP:
        pane->y -= step_y;
        break;
    case COMMAND_DOWN:
        pane->y += step_y;
        break;
    case COMMAND_LEFT:
        pane->x -= step_x;
        break;
    case COMMAND_RIGHT:
        pane->x += step_x;
        break;
    case COMMAND_PAGE_UP:
        pane->y -= page;
        break;
    case COMMAND_PAGE_DOWN:
        pane->y += page;
        break;
    case COMMAND_FIRST:
        pane->x = pane->y = 0;
        break;
    case COMMAND_LAST:
        pane->y = pane->picture.height;
        break;
    default:
        return false;
    }
    keep_inside(pane);
    return true;
}

bool graph_pane_find(struct graph_pane *pane, const char *state)
{
    uint32_t number = pane->drawn ? lts_find_state(&pane->lts, state) : SYMBOL_NONE;
    if (number == SYMBOL_NONE || number >= pane->picture.box_count)
        return false;
    const struct picture_box *box = &pane->picture.boxes[number];
    pane->x = box->x + box->width / 2 - pane->width / 2;
    pane->y = box->y + box->height / 2 - pane->height / 2;
    keep_inside(pane);
    return true;
}

/* ---------------------------------------------------------------- drawing */

static enum role role_of_edge(const struct graph_pane *pane, const struct picture_cell *cell)
{
    if (cell->index >= pane->picture.edge_count)
        return ROLE_NORMAL;
    const struct picture_edge *edge = &pane->picture.edges[cell->index];
    const struct lts_transition *first = &pane->lts.transitions[edge->transitions[0]];
    const char *label = symbols_name(&pane->lts.labels, first->label);
    if (edge->transition_count == 1 && label[0] == '+')
        return ROLE_BAD;
    if (edge->transition_count == 1 && label[0] == '?')
        return ROLE_WARNING;
    if (cell->internal)
        return ROLE_INTERNAL;
    return cell->part == PICTURE_LABEL ? ROLE_ACTION : ROLE_FRAME;
}

static void draw_cells(const struct graph_pane *pane, struct canvas *canvas, struct area area,
                       uint32_t marked)
{
    for (int y = 0; y < area.height; y++)
        for (int x = 0; x < area.width; x++) {
            const struct picture_cell *cell = picture_at(&pane->picture, pane->x + x, pane->y + y);
            if (!cell || cell->part == PICTURE_EMPTY || !cell->text[0])
                continue;
            enum role role = ROLE_NORMAL;
            if (cell->part == PICTURE_BOX || cell->part == PICTURE_NAME)
                role = cell->index == marked ? ROLE_CURRENT : ROLE_NORMAL;
            else if (cell->part == PICTURE_START)
                role = ROLE_TITLE;
            else
                role = role_of_edge(pane, cell);
            canvas_put(canvas, area.x + x, area.y + y, area.width - x, role, cell->text);
        }
}

static void draw_mark(const struct graph_pane *pane, struct canvas *canvas, struct area area,
                      uint32_t marked)
{
    if (marked >= pane->picture.box_count)
        return;
    const struct picture_box *box = &pane->picture.boxes[marked];
    int x = box->x - pane->x, y = box->y + box->height / 2 - pane->y;
    if (x >= 0 && y >= 0 && x < area.width && y < area.height)
        canvas_put(canvas, area.x + x, area.y + y, 1, ROLE_CURRENT,
                   canvas_sign(canvas, SIGN_CURRENT));
}

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

void graph_pane_draw(struct graph_pane *pane, const struct explorer *explorer,
                     struct canvas *canvas, struct area area, bool focus)
{
    struct text title = {0};
    text_append(&title, pane->side == LEFT ? "Specification" : "Model");
    const struct summary *summary = explorer_summary(explorer);
    if (pane->side == RIGHT && summary && summary->entry && summary->entry->model)
        text_append(&title, summary->entry->model->learning ? ", learning" : ", frozen");
    canvas_frame(canvas, area, focus ? ROLE_FRAME_FOCUS : ROLE_FRAME, text_value(&title));
    text_release(&title);
    struct area inner = {area.x + 1, area.y + 1, area.width - 2, area.height - 2};
    if (inner.width < 1 || inner.height < 1)
        return;
    pane->width = inner.width;
    pane->height = inner.height;
    if (!pane->drawn) {
        canvas_wrap(canvas,
                    (struct area){inner.x + 1, inner.y + 1, inner.width - 2, inner.height - 1}, 0,
                    ROLE_DIM, pane->loading ? "Drawing …" : text_value(&pane->note));
        return;
    }
    const struct check *check = summary ? summary->check : NULL;
    if (pane->centre) {
        /* Where the instance is, else where the sides begin to differ, else the start. */
        const char *difference = check && !check->equivalent ? check->place[pane->side] : NULL;
        if ((!pane->marked || !graph_pane_find(pane, pane->marked)) &&
            (!difference || !graph_pane_find(pane, difference)))
            graph_pane_find(pane, lts_state_name(&pane->lts, pane->lts.initial, (char[16]){0}));
        pane->centre = false;
    }
    keep_inside(pane);
    /* A picture smaller than its pane stands in the middle. */
    struct area shown = inner;
    if (pane->picture.width < inner.width) {
        shown.x += (inner.width - pane->picture.width) / 2;
        shown.width = pane->picture.width;
    }
    if (pane->picture.height < inner.height) {
        shown.y += (inner.height - pane->picture.height) / 2;
        shown.height = pane->picture.height;
    }
    uint32_t marked = pane->marked ? lts_find_state(&pane->lts, pane->marked) : SYMBOL_NONE;
    draw_cells(pane, canvas, shown, marked);
    draw_mark(pane, canvas, shown, marked);
    draw_more(pane, canvas, inner);
    int bottom = area.y + area.height - 1;
    if (pane->marked && marked == SYMBOL_NONE)
        canvas_print(canvas, area.x + 2, bottom, area.width - 4, ROLE_WARNING,
                     " %s %s is not here ", canvas_sign(canvas, SIGN_CURRENT), pane->marked);
    else if (pane->note.length)
        canvas_print(canvas, area.x + 2, bottom, area.width - 4, ROLE_DIM, " %s ",
                     text_value(&pane->note));
}

void graph_pane_release(struct graph_pane *pane)
{
    if (pane->drawn) {
        picture_release(&pane->picture);
        lts_release(&pane->lts);
    }
    snapshot_drop(pane->snapshot);
    free(pane->specification);
    free(pane->marked);
    text_release(&pane->note);
}
