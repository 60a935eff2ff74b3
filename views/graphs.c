/* Graphs: specification and implementation model side by side, the instance's state marked. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"
#include "views/graph_pane.h"

enum sides { SIDES_BOTH, SIDES_LEFT, SIDES_RIGHT, SIDES };

struct graphs {
    struct graph_pane panes[2];
    enum sides sides;
    enum side focus;
};

static void draw_title(const struct explorer *explorer, struct canvas *canvas, int y)
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
    if (!selection->instance || !state)
        return;
    struct text where = {0};
    text_printf(&where, "%s %s", canvas_sign(canvas, SIGN_CURRENT), selection->identifier);
    if (selection->travel > 0)
        text_printf(&where, ", %zu back", selection->travel);
    text_printf(&where, ": %s", state);
    canvas_put_right(canvas, x + used, y, room - used, ROLE_ACTION, text_value(&where));
    text_release(&where);
}

static void draw_legend(const struct explorer *explorer, const struct graphs *graphs,
                        struct canvas *canvas, int y)
{
    const struct summary *summary = explorer_summary(explorer);
    struct text legend = {0};
    if (summary && summary->check && summary->check->letter_count)
        text_append(&legend, "same letter: equivalent states   ");
    if (graphs->panes[LEFT].unobserved)
        text_printf(&legend, "? not in the model (%zu)   ", graphs->panes[LEFT].unobserved);
    if (graphs->panes[RIGHT].extra)
        text_printf(&legend, "+ only in the model (%zu)", graphs->panes[RIGHT].extra);
    canvas_put(canvas, 2, y, canvas->width - 4, ROLE_DIM, text_value(&legend));
    text_release(&legend);
}

static void graphs_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    struct graphs *graphs = state;
    draw_title(explorer, canvas, area.y);
    bool legend = area.height >= 10;
    struct area panes = {area.x, area.y + 1, area.width, area.height - 1 - (legend ? 1 : 0)};
    if (legend)
        draw_legend(explorer, graphs, canvas, area.y + area.height - 1);
    bool focus_left = graphs->focus == LEFT;
    enum sides sides = graphs->sides;
    /* Too narrow for two: the one in focus. */
    if (sides == SIDES_BOTH && panes.width < 50)
        sides = focus_left ? SIDES_LEFT : SIDES_RIGHT;
    if (sides == SIDES_BOTH) {
        struct area left = panes, right = panes;
        left.width = panes.width / 2;
        right.x = panes.x + left.width;
        right.width = panes.width - left.width;
        graph_pane_draw(&graphs->panes[LEFT], explorer, canvas, left, focus_left);
        graph_pane_draw(&graphs->panes[RIGHT], explorer, canvas, right, !focus_left);
    } else {
        graph_pane_draw(&graphs->panes[sides == SIDES_LEFT ? LEFT : RIGHT], explorer, canvas, panes,
                        true);
    }
}

static void found(void *context, const char *text)
{
    struct explorer *explorer = context;
    struct graphs *graphs = explorer->states[VIEW_GRAPHS];
    bool any = false;
    for (int side = LEFT; side <= RIGHT; side++) {
        struct graph_pane *pane = &graphs->panes[side];
        const char *match = graph_pane_find(pane, text) ? text : NULL;
        for (uint32_t i = 0; !match && pane->drawn && i < pane->lts.state_names.count; i++)
            if (text_contains(symbols_name(&pane->lts.state_names, i), text))
                match = symbols_name(&pane->lts.state_names, i);
        any |= match && graph_pane_find(pane, match);
    }
    if (!any)
        explorer_message(explorer, ROLE_WARNING, "No state here is called %s.", text);
}

static void next_sides(struct graphs *graphs)
{
    graphs->sides = (enum sides)((graphs->sides + 1) % SIDES);
    if (graphs->sides != SIDES_BOTH)
        graphs->focus = graphs->sides == SIDES_LEFT ? LEFT : RIGHT;
    graphs->panes[LEFT].centre = graphs->panes[RIGHT].centre = true;
}

static bool graphs_command(struct explorer *explorer, void *state, enum command command)
{
    struct graphs *graphs = state;
    if (graph_pane_command(&graphs->panes[graphs->focus], command) ||
        explorer_travel(explorer, command))
        return true;
    switch (command) {
    case COMMAND_NEXT_PANE:
    case COMMAND_PREVIOUS_PANE:
        graphs->focus = graphs->focus == LEFT ? RIGHT : LEFT;
        if (graphs->sides != SIDES_BOTH)
            graphs->sides = graphs->focus == LEFT ? SIDES_LEFT : SIDES_RIGHT;
        return true;
    case COMMAND_SIDES:
        next_sides(graphs);
        return true;
    case COMMAND_CENTRE:
        graphs->panes[LEFT].centre = graphs->panes[RIGHT].centre = true;
        return true;
    case COMMAND_FIND: {
        struct overlay_calls calls = {.typed = found, .context = explorer};
        overlay_line(&explorer->overlay, "Find the state:", "", &calls);
        return true;
    }
    case COMMAND_NEXT_SPECIFICATION:
    case COMMAND_PREVIOUS_SPECIFICATION:
        explorer_move_specification(explorer, command == COMMAND_NEXT_SPECIFICATION ? 1 : -1);
        return true;
    case COMMAND_STEP:
        action_step(explorer);
        return true;
    case COMMAND_MOCK:
        action_mock(explorer);
        return true;
    case COMMAND_OPEN:
        explorer_command(explorer, COMMAND_CHECK);
        return true;
    default:
        return false;
    }
}

static void graphs_refresh(struct explorer *explorer, void *state)
{
    struct graphs *graphs = state;
    for (int side = LEFT; side <= RIGHT; side++)
        graph_pane_refresh(&graphs->panes[side], explorer, (enum side)side,
                           explorer_travel_state(explorer));
}

static void graphs_release(void *state)
{
    struct graphs *graphs = state;
    graph_pane_release(&graphs->panes[LEFT]);
    graph_pane_release(&graphs->panes[RIGHT]);
}

const struct view_operations graphs_view = {
    .title = "Graphs",
    .about = "Specification and implementation model as graphs. The state of the selected "
             "instance is marked and follows [ and ] along its history. An arrow from a dot "
             "marks the initial state, a double frame a terminal one, a dashed line an internal "
             "step.",
    .open_word = "check",
    .hints = {COMMAND_SIDES, COMMAND_NEXT_PANE, COMMAND_FIND, COMMAND_CENTRE, COMMAND_OLDER,
              COMMAND_NEWER, COMMAND_NEXT_SPECIFICATION, COMMAND_STEP, COMMAND_CHECK, COMMAND_NONE},
    .state_size = sizeof(struct graphs),
    .draw = graphs_draw,
    .command = graphs_command,
    .refresh = graphs_refresh,
    .release = graphs_release,
};
