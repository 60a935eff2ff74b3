/* Instance: what is known of one, its history as a timeline, and what it may do next. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instance/instance_private.h"
#include "views/instance/next_steps.h"
#include "views/instance/what_if.h"

/* --------------------------------------------------------------- commands */

static bool move_history(struct explorer *explorer, const struct instance_view *view,
                         enum command command)
{
    struct selection *selection = &explorer->selection;
    struct what_if *what_if = what_if_shown(explorer);
    if (what_if) {
        struct scroll steps = {.cursor = what_if->taken};
        if (!scroll_command(&steps, command, what_if->count + 1, (size_t)view->rows))
            return false;
        what_if_go(what_if, steps.cursor);
        return true;
    }
    if (!selection->instance || selection->instance->step_count == 0)
        return false;
    size_t rows = view->rows > 0 ? (size_t)view->rows : 1;
    size_t last = selection->instance->step_count - 1;
    struct scroll scroll = {.cursor = last - selection->travel};
    if (!scroll_command(&scroll, command, last + 1, rows))
        return false;
    selection->travel = last - scroll.cursor;
    explorer_refresh_views(explorer);
    return true;
}

static bool take_next(struct explorer *explorer, const struct instance_view *view)
{
    struct next_step next[NEXT_LIMIT];
    size_t count = next_steps(explorer, next);
    if (view->next.cursor >= count)
        return true;
    if (explorer->selection.travel > 0)
        explorer_message(explorer, ROLE_WARNING,
                         "This is the past: G goes on to now, then Enter steps.");
    else
        action_step_to(explorer, next[view->next.cursor].action, next[view->next.cursor].state);
    return true;
}

static bool instance_command(struct explorer *explorer, void *state, enum command command)
{
    struct instance_view *view = state;
    struct next_step next[NEXT_LIMIT];
    if (explorer_travel(explorer, command))
        return true;
    if (what_if_command(explorer, command)) {
        if (command == COMMAND_WHAT_IF && what_if_shown(explorer))
            view->pane = PANE_NEXT;
        return true;
    }
    if ((command == COMMAND_BACK || command == COMMAND_LEAVE) && what_if_leave(explorer))
        return true;
    if (view->pane == PANE_HISTORY && move_history(explorer, view, command))
        return true;
    if (view->pane == PANE_NEXT &&
        scroll_command(&view->next, command, next_steps(explorer, next), 100))
        return true;
    switch (command) {
    case COMMAND_NEXT_PANE:
    case COMMAND_PREVIOUS_PANE:
        view->pane = view->pane == PANE_HISTORY ? PANE_NEXT : PANE_HISTORY;
        return true;
    case COMMAND_RIGHT:
        view->pane = PANE_NEXT;
        return true;
    case COMMAND_LEFT:
        if (view->pane == PANE_NEXT)
            view->pane = PANE_HISTORY;
        else
            explorer_command(explorer, COMMAND_BACK);
        return true;
    case COMMAND_OPEN:
        if (view->pane == PANE_NEXT)
            return take_next(explorer, view);
        explorer_open(explorer, VIEW_GRAPHS);
        return true;
    case COMMAND_STEP:
        action_step(explorer);
        return true;
    case COMMAND_MOCK:
        action_mock(explorer);
        return true;
    case COMMAND_DELETE:
        action_delete(explorer);
        return true;
    default:
        return false;
    }
}

static void instance_refresh(struct explorer *explorer, void *state)
{
    struct instance_view *view = state;
    static const struct graph_settings plain = {.no_map = true};
    what_if_refresh(explorer);
    graph_pane_set_up(&view->graph, explorer, LEFT, &plain);
    graph_pane_refresh(&view->graph);
    graph_pane_mark(&view->graph, explorer_travel_state(explorer));
}

static void instance_release(void *state)
{
    struct instance_view *view = state;
    graph_pane_release(&view->graph);
}

static bool copy_identifier(struct explorer *explorer, void *state, struct text *text)
{
    (void)state;
    const char *identifier = explorer->selection.identifier;
    text_append(text, identifier ? identifier : "");
    return identifier != NULL;
}

const struct view_operations instance_view = {
    .title = "Instance",
    .about = "One instance: its state, its history with the verdict of each observation, and what "
             "the specification allows next. Moving along the history travels in time: the graphs "
             "(4) follow. s steps, Tab goes to the allowed steps, where Enter takes one. w asks "
             "what if: steps are then simulated and nothing is written, until W keeps them.",
    .hints = {COMMAND_STEP, COMMAND_WHAT_IF, COMMAND_NEXT_PANE, COMMAND_MOCK, COMMAND_OLDER,
              COMMAND_NEWER, COMMAND_GRAPHS, COMMAND_DELETE, COMMAND_NONE},
    .copy = copy_identifier,
    .state_size = sizeof(struct instance_view),
    .draw = instance_draw,
    .command = instance_command,
    .refresh = instance_refresh,
    .release = instance_release,
};
