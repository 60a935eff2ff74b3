/* Graphs: specification and implementation model side by side, looked at in step. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/check/check.h"
#include "views/explorer.h"
#include "views/graphs/graphs_private.h"
#include "views/instance/what_if.h"

enum { MOST_STEPS = 99 };

/* ------------------------------------------------------------------- commands */

static void refresh_panes(struct graphs *graphs)
{
    graph_pane_refresh(&graphs->panes[LEFT]);
    graph_pane_refresh(&graphs->panes[RIGHT]);
}

static void next_sides(struct graphs *graphs)
{
    graphs->sides = (enum sides)((graphs->sides + 1) % SIDES);
    if (graphs->sides != SIDES_BOTH)
        graphs->focus = graphs->sides == SIDES_LEFT ? LEFT : RIGHT;
    graphs->panes[LEFT].centred = graphs->panes[RIGHT].centred = true;
}

static void other_side(struct graphs *graphs)
{
    graphs_keep_in_step(graphs);
    graphs->focus = graphs->focus == LEFT ? RIGHT : LEFT;
    if (graphs->sides != SIDES_BOTH)
        graphs->sides = graphs->focus == LEFT ? SIDES_LEFT : SIDES_RIGHT;
}

static void next_size(struct graphs *graphs)
{
    static const char *const words[GRAPH_SIZES] = {
        [SIZE_AUTOMATIC] = "What can be read: the full graph, its quotient or a neighbourhood.",
        [SIZE_FULL] = "The full graph.",
        [SIZE_QUOTIENT] = "The quotient: a box for each class of equivalent states.",
        [SIZE_NEIGHBOURHOOD] = "The neighbourhood of the selected state; { and } change its size.",
    };
    graphs->settings.size = (enum graph_size)((graphs->settings.size + 1) % GRAPH_SIZES);
    graphs->settings.steps = 0;
    explorer_message(graphs->explorer, ROLE_DIM, "%s", words[graphs->settings.size]);
    refresh_panes(graphs);
}

static void change_steps(struct graphs *graphs, int by)
{
    const struct graph_shape *shape = graphs->panes[graphs->focus].shape;
    bool near = shape && shape->size == SIZE_NEIGHBOURHOOD;
    uint32_t now = graphs->settings.steps ? graphs->settings.steps : near ? shape->part.steps : 3;
    if (near || graphs->settings.size == SIZE_NEIGHBOURHOOD)
        now = by < 0 ? (now > 1 ? now - 1 : 1) : now < MOST_STEPS ? now + 1 : now;
    graphs->settings.size = SIZE_NEIGHBOURHOOD;
    graphs->settings.steps = now;
    refresh_panes(graphs);
}

static void toggle_heat(struct graphs *graphs)
{
    struct graph_settings *settings = &graphs->settings;
    settings->heat = !settings->heat;
    if (settings->heat && !graph_counts_any(settings->counts))
        explorer_message(graphs->explorer, ROLE_DIM,
                         "The store has counted no transition of this specification.");
    graphs->panes[LEFT].wanted = graphs->panes[RIGHT].wanted = true;
    refresh_panes(graphs);
}

/* What changes how the graphs look. */
static bool look_command(struct graphs *graphs, enum command command)
{
    switch (command) {
    case COMMAND_SIDES:
        next_sides(graphs);
        return true;
    case COMMAND_SIZE:
        next_size(graphs);
        return true;
    case COMMAND_FARTHER:
    case COMMAND_NEARER:
        change_steps(graphs, command == COMMAND_FARTHER ? 1 : -1);
        return true;
    case COMMAND_HEAT:
        toggle_heat(graphs);
        return true;
    case COMMAND_MAP:
        graphs->settings.no_map = !graphs->settings.no_map;
        return true;
    case COMMAND_LONGER:
    case COMMAND_SHORTER:
        for (int side = LEFT; side <= RIGHT; side++)
            graph_pane_zoom(&graphs->panes[side], command == COMMAND_LONGER ? -1 : 1);
        return true;
    case COMMAND_FIT:
        for (int side = LEFT; side <= RIGHT; side++)
            graph_pane_fit(&graphs->panes[side]);
        return true;
    default:
        return false;
    }
}

/* What changes where one is. */
static bool move_command(struct graphs *graphs, enum command command)
{
    struct graph_pane *pane = &graphs->panes[graphs->focus];
    switch (command) {
    case COMMAND_NEXT_TRANSITION:
    case COMMAND_PREVIOUS_TRANSITION:
        graph_pane_next_transition(pane, command == COMMAND_NEXT_TRANSITION ? 1 : -1);
        return true;
    case COMMAND_TAKE:
        graph_pane_enter(pane);
        break;
    case COMMAND_RETURN:
        graph_pane_return(pane);
        break;
    case COMMAND_OTHER_SIDE:
        other_side(graphs);
        return true;
    case COMMAND_CENTRE:
        graph_pane_centre(pane);
        graphs->panes[graphs->focus == LEFT ? RIGHT : LEFT].centred = true;
        break;
    case COMMAND_FIND:
        graphs_ask_what_to_find(graphs);
        return true;
    default:
        if (!graph_pane_move(pane, command))
            return false;
        break;
    }
    graphs_keep_in_step(graphs);
    return true;
}

static bool graphs_command(struct explorer *explorer, void *state, enum command command)
{
    struct graphs *graphs = state;
    if (look_command(graphs, command) || move_command(graphs, command) ||
        explorer_travel(explorer, command) || what_if_command(explorer, command))
        return true;
    switch (command) {
    case COMMAND_NEXT_SPECIFICATION:
    case COMMAND_PREVIOUS_SPECIFICATION:
        explorer_move_specification(explorer, command == COMMAND_NEXT_SPECIFICATION ? 1 : -1);
        return true;
    case COMMAND_EXCHANGE:
        explorer_open(explorer, VIEW_CHECK);
        return true;
    case COMMAND_STEP_ON:
    case COMMAND_STEP_BACK:
        check_walk(explorer, command == COMMAND_STEP_ON ? 1 : -1);
        return true;
    case COMMAND_STEP:
        action_step(explorer);
        return true;
    case COMMAND_MOCK:
        action_mock(explorer);
        return true;
    default:
        return false;
    }
}

/* ---------------------------------------------------------------------- mouse */

static bool graphs_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct graphs *graphs = state;
    (void)explorer;
    if (strcmp(key->name, "Drag") == 0 && graphs->drag.down) {
        graph_pane_pan(&graphs->panes[graphs->focus], graphs->drag.x - key->x,
                       graphs->drag.y - key->y);
        graphs->drag.x = key->x;
        graphs->drag.y = key->y;
        return true;
    }
    graphs->drag.down = false;
    for (int side = LEFT; side <= RIGHT; side++) {
        struct graph_pane *pane = &graphs->panes[side];
        if (!area_has(&graphs->areas[side], key->x, key->y))
            continue;
        if (strcmp(key->name, "Press") == 0) {
            graphs->focus = (enum side)side;
            graphs->drag.down = true;
            graphs->drag.x = key->x;
            graphs->drag.y = key->y;
            if (graph_pane_click(pane, key->x, key->y))
                graphs_keep_in_step(graphs);
        }
        bool up = strcmp(key->name, "WheelUp") == 0, down = strcmp(key->name, "WheelDown") == 0;
        bool left = strcmp(key->name, "WheelLeft") == 0,
             right = strcmp(key->name, "WheelRight") == 0;
        graph_pane_pan(pane, 6 * (right - left), 3 * (down - up));
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------- the view */

static void counts_ready(void *context, struct graph_counts *counts)
{
    struct graphs *graphs = context;
    graph_counts_drop(graphs->settings.counts);
    graphs->settings.counts = counts;
    graphs->panes[LEFT].wanted = graphs->panes[RIGHT].wanted = true;
    refresh_panes(graphs);
}

static void set_up(struct graphs *graphs, struct explorer *explorer)
{
    graphs->explorer = explorer;
    graphs->query =
        (struct counts_query){.explorer = explorer, .ready = counts_ready, .context = graphs};
    for (int side = LEFT; side <= RIGHT; side++)
        graph_pane_set_up(&graphs->panes[side], explorer, (enum side)side, &graphs->settings);
}

static void graphs_refresh(struct explorer *explorer, void *state)
{
    struct graphs *graphs = state;
    const char *name = explorer->selection.specification;
    if (!graphs->explorer)
        set_up(graphs, explorer);
    const char *before = graphs->panes[LEFT].specification;
    if (!name || !before || strcmp(name, before) != 0) {
        graph_counts_drop(graphs->settings.counts);
        graphs->settings.counts = NULL;
        graphs_forget_pair(graphs);
    }
    refresh_panes(graphs);
    for (int side = LEFT; side <= RIGHT; side++)
        graph_pane_mark(&graphs->panes[side], explorer_travel_state(explorer));
    counts_query_run(&graphs->query);
}

static void graphs_release(void *state)
{
    struct graphs *graphs = state;
    graph_pane_release(&graphs->panes[LEFT]);
    graph_pane_release(&graphs->panes[RIGHT]);
    graph_counts_drop(graphs->settings.counts);
    counts_query_release(&graphs->query);
    graphs_forget_pair(graphs);
    free(graphs->before_find);
}

const struct graph_pane *graphs_shown(const struct explorer *explorer)
{
    const struct graphs *graphs = explorer->states[VIEW_GRAPHS];
    const struct graph_pane *pane = &graphs->panes[graphs->focus];
    const char *name = explorer->selection.specification;
    if (!pane->shape && graphs->sides == SIDES_BOTH)
        pane = &graphs->panes[graphs->focus == LEFT ? RIGHT : LEFT];
    bool shown = graphs->explorer && pane->shape && name && pane->specification &&
                 strcmp(name, pane->specification) == 0;
    return shown ? pane : NULL;
}

static bool graphs_copy(struct explorer *explorer, void *state, struct text *text)
{
    const struct graphs *graphs = state;
    (void)explorer;
    const char *selected = graphs->panes[graphs->focus].selected;
    text_append(text, selected ? selected : "");
    return selected != NULL;
}

static const char *graphs_hint(const struct explorer *explorer, const void *state,
                               enum command command)
{
    (void)state;
    (void)command;
    return nothing_selected(explorer) ? "" : NULL;
}

const struct view_operations graphs_view = {
    .title = "Graphs",
    .about = "Specification and implementation model as graphs. An arrow from a dot marks the "
             "initial state, a double frame a terminal one, a dashed line an internal step. "
             "Arrows go from state to state, Tab through the transitions of the selected one, "
             "Enter follows; what is selected on one side lights what is equivalent (=) or of "
             "the same name (~) on the other. After a \"no\", + is only in the model, ? not in "
             "it, and drawn there with a broken line. The state of the selected instance is "
             "marked and follows [ and ] along its history.",
    .open_word = "follow",
    .hint = graphs_hint,
    .hints = {COMMAND_SIDES, COMMAND_OTHER_SIDE, COMMAND_NEXT_TRANSITION, COMMAND_TAKE,
              COMMAND_FIND, COMMAND_FIT, COMMAND_SIZE, COMMAND_HEAT, COMMAND_OLDER, COMMAND_NONE},
    .copy = graphs_copy,
    .state_size = sizeof(struct graphs),
    .draw = graphs_draw,
    .command = graphs_command,
    .mouse = graphs_mouse,
    .refresh = graphs_refresh,
    .release = graphs_release,
};
