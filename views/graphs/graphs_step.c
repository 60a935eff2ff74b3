/* Both graphs in step: where one goes, the other follows. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/graphs/graphs_private.h"

struct graph_light graphs_light(const struct graph_pane *pane)
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

bool graphs_pair_holds(const struct graphs *graphs)
{
    const struct graph_pane *pane = &graphs->panes[graphs->focus];
    const char *wanted = graphs->pair[graphs->focus];
    return wanted && pane->content == graphs->pair_content && pane->selected &&
           strcmp(pane->selected, wanted) == 0;
}

void graphs_forget_pair(struct graphs *graphs)
{
    for (int side = LEFT; side <= RIGHT; side++) {
        free(graphs->pair[side]);
        graphs->pair[side] = NULL;
    }
    free(graphs->pair_words);
    graphs->pair_words = NULL;
}

static void follow(struct graph_pane *other, const struct graph_pane *pane, const char *name)
{
    if (other->selected && strcmp(other->selected, name) == 0)
        return;
    graph_pane_select(other, name);
    other->touched = pane->touched;
}

void graphs_keep_in_step(struct graphs *graphs)
{
    const struct graph_pane *pane = &graphs->panes[graphs->focus];
    enum side other_side = graphs->focus == LEFT ? RIGHT : LEFT;
    struct graph_pane *other = &graphs->panes[other_side];
    if (graphs_pair_holds(graphs)) {
        if (graphs->pair[other_side])
            follow(other, pane, graphs->pair[other_side]);
        return;
    }
    graphs_forget_pair(graphs);
    struct graph_light light = graphs_light(pane);
    if (!light.name || !other->shape)
        return;
    uint32_t state = counterpart(other, &light);
    char number[16];
    if (state == SYMBOL_NONE)
        return;
    follow(other, pane, lts_state_name(&other->shape->whole, state, number));
}

void graphs_show(struct explorer *explorer, const char *const states[2], const char *words)
{
    struct graphs *graphs = explorer->states[VIEW_GRAPHS];
    if (!states[LEFT] && !states[RIGHT])
        return;
    graphs_view.refresh(explorer, graphs);
    graphs_forget_pair(graphs);
    for (int side = LEFT; side <= RIGHT; side++) {
        if (!states[side])
            continue;
        graphs->pair[side] = memory_copy_text(states[side]);
        graph_pane_show(&graphs->panes[side], states[side]);
    }
    graphs->pair_words = words ? memory_copy_text(words) : NULL;
    graphs->pair_content = graphs->panes[graphs->focus].content;
    if (!states[graphs->focus])
        graphs->focus = graphs->focus == LEFT ? RIGHT : LEFT;
    graphs_keep_in_step(graphs);
}
