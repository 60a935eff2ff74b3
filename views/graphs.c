/* Graphs: specification and implementation model side by side, looked at in step. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"
#include "views/graphs.h"

enum sides { SIDES_BOTH, SIDES_LEFT, SIDES_RIGHT, SIDES };
enum { NARROW = 50 /* columns in which two graphs do not fit */, MOST_STEPS = 99 };

struct graphs {
    struct explorer *explorer; /* NULL: never shown yet */
    struct graph_pane panes[2];
    struct graph_settings settings;
    struct counts_query query;
    enum sides sides;
    enum side focus;
    struct area areas[2]; /* of the panes when last drawn; width 0: not shown */
    struct {
        int x, y;
        bool down;
    } drag;
    char *before_find; /* what was selected when the search began */
};

/* ------------------------------------------------------------------- in step */

static struct graph_light light_of(const struct graph_pane *pane)
{
    struct graph_light light = {.letter = SYMBOL_NONE};
    uint32_t state = graph_pane_state(pane);
    if (state == SYMBOL_NONE)
        return light;
    char letter[12];
    graph_shape_letter(pane->shape, state, letter, &light.letter);
    light.name = pane->selected;
    return light;
}

/* The state of `pane` that goes with this one: equivalent and of the same name, equivalent,
 * or of the same name; SYMBOL_NONE: none. Of the whole. */
static uint32_t counterpart(const struct graph_pane *pane, const struct graph_light *light)
{
    const struct graph_shape *shape = pane->shape;
    uint32_t same = graph_shape_find(shape, light->name);
    if (!shape->letters || light->letter == SYMBOL_NONE ||
        (same != SYMBOL_NONE && shape->letters[same] == light->letter))
        return same;
    for (uint32_t s = 0; s < shape->whole.state_count; s++)
        if (shape->letters[s] == light->letter)
            return s;
    return same;
}

static void keep_in_step(struct graphs *graphs)
{
    struct graph_pane *other = &graphs->panes[graphs->focus == LEFT ? RIGHT : LEFT];
    struct graph_light light = light_of(&graphs->panes[graphs->focus]);
    if (!light.name || !other->shape)
        return;
    uint32_t state = counterpart(other, &light);
    char number[16];
    if (state == SYMBOL_NONE)
        return;
    const char *name = lts_state_name(&other->shape->whole, state, number);
    if (other->selected && strcmp(other->selected, name) == 0)
        return;
    graph_pane_select(other, name);
    other->touched = graphs->panes[graphs->focus].touched;
}

/* -------------------------------------------------------------------- drawing */

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
    struct graph_light light = light_of(&graphs->panes[graphs->focus]);
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
            keep_in_step(graphs);
            light = light_of(&graphs->panes[graphs->focus]);
        }
    }
}

static void graphs_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    struct graphs *graphs = state;
    if (!graphs->explorer)
        return;
    draw_title(explorer, canvas, area.y);
    struct area rest = {area.x, area.y + 1, area.width, area.height - 1};
    if (rest.height >= 12) {
        draw_legend(graphs, canvas, rest.y + rest.height - 1);
        rest.height--;
    }
    if (rest.height >= 6)
        rest.height -= draw_detail(graphs, canvas, rest);
    draw_panes(graphs, canvas, rest);
}

/* ------------------------------------------------------------------ searching */

static bool begins_with(const char *name, const char *begin)
{
    return strncmp(name, begin, strlen(begin)) == 0;
}

/* The name, else one that begins so, else one that contains it; SYMBOL_NONE. */
static uint32_t best_match(const struct graph_pane *pane, const char *text)
{
    uint32_t begins = SYMBOL_NONE, contains = SYMBOL_NONE;
    const struct lts *whole = pane->shape ? &pane->shape->whole : NULL;
    for (uint32_t s = 0; whole && *text && s < whole->state_count; s++) {
        char number[16];
        const char *name = lts_state_name(whole, s, number);
        if (strcmp(name, text) == 0)
            return s;
        if (begins == SYMBOL_NONE && begins_with(name, text))
            begins = s;
        if (contains == SYMBOL_NONE && text_contains(name, text))
            contains = s;
    }
    return begins != SYMBOL_NONE ? begins : contains;
}

static bool find(struct graphs *graphs, const char *text)
{
    for (int turn = 0; turn < 2; turn++) {
        enum side side = (turn == 0) == (graphs->focus == LEFT) ? LEFT : RIGHT;
        struct graph_pane *pane = &graphs->panes[side];
        uint32_t state = best_match(pane, text);
        char number[16];
        if (state == SYMBOL_NONE)
            continue;
        graphs->focus = side;
        if (graphs->sides != SIDES_BOTH)
            graphs->sides = side == LEFT ? SIDES_LEFT : SIDES_RIGHT;
        pane->touched = true;
        graph_pane_select(pane, lts_state_name(&pane->shape->whole, state, number));
        keep_in_step(graphs);
        return true;
    }
    return false;
}

static void find_changed(void *context, const char *text)
{
    find(context, text);
}

static void find_typed(void *context, const char *text)
{
    struct graphs *graphs = context;
    if (*text && !find(graphs, text))
        explorer_message(graphs->explorer, ROLE_WARNING, "No state here is called %s.", text);
}

static void find_cancelled(void *context)
{
    struct graphs *graphs = context;
    if (graphs->before_find)
        graph_pane_select(&graphs->panes[graphs->focus], graphs->before_find);
}

/* To what all states that begin so have in common; if that is typed already, they are listed. */
static void find_complete(void *context, struct line_editor *editor)
{
    struct graphs *graphs = context;
    const struct graph_pane *pane = &graphs->panes[graphs->focus];
    const struct lts *whole = pane->shape ? &pane->shape->whole : NULL;
    const char *typed = text_value(&editor->text);
    struct text common = {0}, names = {0};
    bool first = true;
    for (uint32_t s = 0; whole && s < whole->state_count; s++) {
        char number[16];
        const char *name = lts_state_name(whole, s, number);
        if (!begins_with(name, typed))
            continue;
        if (first)
            text_append(&common, name);
        while (common.length && !begins_with(name, text_value(&common)))
            common.data[--common.length] = '\0';
        /* not within a character */
        while (common.length && !utf8_valid(common.data, common.length))
            common.data[--common.length] = '\0';
        first = false;
        if (names.length < 200)
            text_printf(&names, "%s  ", name);
    }
    if (common.length > strlen(typed)) {
        line_editor_set(editor, text_value(&common));
        find(graphs, text_value(&common));
    } else if (names.length) {
        explorer_message(graphs->explorer, ROLE_DIM, "%s", text_value(&names));
    }
    text_release(&common);
    text_release(&names);
}

static void ask_what_to_find(struct graphs *graphs)
{
    struct overlay_calls calls = {.typed = find_typed,
                                  .changed = find_changed,
                                  .cancelled = find_cancelled,
                                  .complete = find_complete,
                                  .context = graphs};
    const char *selected = graphs->panes[graphs->focus].selected;
    free(graphs->before_find);
    graphs->before_find = selected ? memory_copy_text(selected) : NULL;
    overlay_line(&graphs->explorer->overlay, "Find the state:", "", &calls);
}

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
    keep_in_step(graphs);
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
        ask_what_to_find(graphs);
        return true;
    default:
        if (!graph_pane_move(pane, command))
            return false;
        break;
    }
    keep_in_step(graphs);
    return true;
}

static bool graphs_command(struct explorer *explorer, void *state, enum command command)
{
    struct graphs *graphs = state;
    if (look_command(graphs, command) || move_command(graphs, command) ||
        explorer_travel(explorer, command))
        return true;
    switch (command) {
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
    default:
        return false;
    }
}

/* ---------------------------------------------------------------------- mouse */

static bool inside(const struct area *area, int x, int y)
{
    return x >= area->x && x < area->x + area->width && y >= area->y && y < area->y + area->height;
}

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
        if (!inside(&graphs->areas[side], key->x, key->y))
            continue;
        if (strcmp(key->name, "Press") == 0) {
            graphs->focus = (enum side)side;
            graphs->drag.down = true;
            graphs->drag.x = key->x;
            graphs->drag.y = key->y;
            if (graph_pane_click(pane, key->x, key->y))
                keep_in_step(graphs);
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
    free(graphs->before_find);
}

const struct graph_pane *graphs_shown(const struct explorer *explorer)
{
    const struct graphs *graphs = explorer->states[VIEW_GRAPHS];
    const struct graph_pane *pane = &graphs->panes[graphs->focus];
    const char *name = explorer->selection.specification;
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
