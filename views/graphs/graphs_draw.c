/* The Graphs view on the canvas: title, both panes, what is selected in words, the legend. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/screen/format.h"
#include "views/graphs/graphs_private.h"
#include "views/instance/what_if.h"

enum { NARROW = 50 /* columns in which two graphs do not fit */ };

static void draw_title(const struct graphs *graphs, const struct explorer *explorer,
                       struct canvas *canvas, int y)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct selection *selection = &explorer->selection;
    int x = 2, room = canvas->width - 4;
    if (!summary) {
        canvas_put(canvas, x, y, room, ROLE_DIM, nothing_selected(explorer));
        return;
    }
    struct verdict_words verdict = verdict_of_summary(summary);
    int used = canvas_put(canvas, x, y, room, ROLE_TITLE, summary->name) + 2;
    used += canvas_print(canvas, x + used, y, room - used, verdict.role, "%s %s",
                         canvas_sign(canvas, verdict.sign), verdict.words) +
            2;
    const char *state = explorer_travel_state(explorer);
    if (graphs_pair_holds(graphs) && graphs->pair_words) {
        canvas_put_right(canvas, x + used, y, room - used, ROLE_ACTION, graphs->pair_words);
        return;
    }
    if (!selection->instance || !state)
        return;
    struct text where = {0};
    text_printf(&where, "%s %s", canvas_sign(canvas, SIGN_CURRENT), selection->identifier);
    if (selection->travel > 0)
        text_printf(&where, ", %zu back", selection->travel);
    bool what_if = what_if_shown(explorer) != NULL;
    text_printf(&where, "%s: %s", what_if ? ", WHAT IF, nothing is written" : "", state);
    canvas_put_right(canvas, x + used, y, room - used, what_if ? ROLE_WARNING : ROLE_ACTION,
                     text_value(&where));
    text_release(&where);
}

static bool any_never(const struct graph_pane *pane)
{
    size_t count = pane->shape ? pane->shape->part.lts.transition_count : 0;
    for (size_t i = 0; i < count; i++)
        if (pane->heat[i] == HEAT_NEVER)
            return true;
    return false;
}

static bool any_instances(const struct graphs *graphs)
{
    const struct graph_counts *counts = graphs->settings.counts;
    return counts && counts->state_count > 0;
}

/* Only signs that are on the screen; the shortest words that tell. */
static void draw_legend(const struct graphs *graphs, struct canvas *canvas, int y)
{
    const struct graph_pane *left = &graphs->panes[LEFT], *right = &graphs->panes[RIGHT];
    const struct summary *summary = explorer_summary(graphs->explorer);
    const char *times = canvas->ascii ? "x" : "×";
    struct text legend = {0};
    const struct graph_shape *shape = graphs->panes[graphs->focus].shape;
    if (shape && shape->size != SIZE_FULL)
        text_printf(&legend, "%s   ", text_value(&shape->note));
    if (!canvas->plain && summary && summary->check && summary->check->letter_count)
        text_append(&legend, "same letter: equivalent   ");
    if (left->shape && left->shape->missing)
        text_printf(&legend, "? not in the model (%zu)   ", left->shape->missing);
    if (right->shape && right->shape->extra)
        text_printf(&legend, "+ only in the model (%zu)   ", right->shape->extra);
    if (any_instances(graphs) && !canvas->plain)
        text_printf(&legend, "%s12 in a box: instances   ", times);
    if (graphs->settings.heat && !canvas->plain)
        text_printf(&legend, "%s12 at a label: observed   ", times);
    else if (any_never(left) && !canvas->plain)
        text_printf(&legend, "%s0 never observed   ", times);
    if (shape && shape->size == SIZE_FULL && !shape->layout.absent)
        text_append(&legend, text_value(&shape->note));
    canvas_put(canvas, 2, y, canvas->width - 4, ROLE_DIM, text_value(&legend));
    text_release(&legend);
}

/* Up to a quarter of the view; answers its rows. */
static int draw_detail(const struct graphs *graphs, struct canvas *canvas, struct area area)
{
    struct text detail = {0};
    int most = area.height / 4;
    struct area place = {2, 0, canvas->width - 4, 0};
    graph_detail(&graphs->panes[graphs->focus], canvas, &detail);
    int rows = detail.length ? canvas_wrap(canvas, place, 0, ROLE_NORMAL, text_value(&detail)) : 1;
    if (rows > most)
        rows = most > 1 ? most : 1;
    place.y = area.y + area.height - rows;
    place.height = rows;
    canvas_wrap(canvas, place, 0, ROLE_NORMAL, text_value(&detail));
    text_release(&detail);
    return rows;
}

static void draw_panes(struct graphs *graphs, struct canvas *canvas, struct area area)
{
    struct graph_light light = graphs_light(&graphs->panes[graphs->focus]);
    enum sides sides = graphs->sides;
    /* Too narrow for two, or read line by line: the one in focus. */
    if (sides == SIDES_BOTH && (area.width < NARROW || canvas->plain))
        sides = graphs->focus == LEFT ? SIDES_LEFT : SIDES_RIGHT;
    graphs->areas[LEFT] = graphs->areas[RIGHT] = (struct area){0, 0, 0, 0};
    if (sides == SIDES_BOTH) {
        graphs->areas[LEFT] = graphs->areas[RIGHT] = area;
        graphs->areas[LEFT].width = area.width / 2;
        graphs->areas[RIGHT].x = area.x + area.width / 2;
        graphs->areas[RIGHT].width = area.width - area.width / 2;
    } else {
        graphs->areas[sides == SIDES_LEFT ? LEFT : RIGHT] = area;
    }
    /* The pane in focus first: where it goes the other one follows. */
    for (int turn = 0; turn < 2; turn++) {
        enum side side = (turn == 0) == (graphs->focus == LEFT) ? LEFT : RIGHT;
        if (graphs->areas[side].width)
            graph_pane_draw(&graphs->panes[side], canvas, graphs->areas[side],
                            graphs->focus == side, &light);
        if (turn == 0) {
            graphs_keep_in_step(graphs);
            light = graphs_light(&graphs->panes[graphs->focus]);
            light.together = graphs_pair_holds(graphs) && graphs->pair[LEFT] && graphs->pair[RIGHT];
        }
    }
}

void graphs_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area)
{
    struct graphs *graphs = state;
    if (!graphs->explorer)
        return;
    draw_title(graphs, explorer, canvas, area.y);
    struct area rest = {area.x, area.y + 1, area.width, area.height - 1};
    if (rest.height >= 12) {
        draw_legend(graphs, canvas, rest.y + rest.height - 1);
        rest.height--;
    }
    if (rest.height >= 6)
        rest.height -= draw_detail(graphs, canvas, rest);
    draw_panes(graphs, canvas, rest);
}
