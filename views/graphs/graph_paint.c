#include "views/graphs/graph_paint.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Fills that black letters stand out on; the letter beside them tells the class. */
static const char *const fills[] = {"#cdebc5", "#c6e5f0", "#e8d0ee", "#cfd8f5",
                                    "#f5e6b8", "#dde5dd", "#f3d3c4", "#c9e8dd",
                                    "#eadfcb", "#d9d0f2", "#f0d0dd", "#e3ecb9"};
enum { FILLS = sizeof fills / sizeof *fills };
static const char extra_colour[] = "#c62828", missing_colour[] = "#b26a00";
static const char *const heat_colours[] = {NULL, "#777777", "#a87c2a", "#d2691e", "#c62828", NULL};

static const char *colour_of_transition(const struct painted_graph *painted, uint32_t transition,
                                        const uint8_t *heat)
{
    const struct graph_shape *shape = painted->shape;
    uint8_t mark = shape->marks ? shape->marks[shape->represented[transition]] : MARK_NONE;
    if (mark != MARK_NONE)
        return mark == MARK_EXTRA ? extra_colour : missing_colour;
    return heat ? heat_colours[heat[transition]] : NULL;
}

static int colour(struct painted_graph *painted, const uint8_t *heat, spex_error *error)
{
    const struct lts *lts = &painted->shape->part.lts;
    painted->state_colours = memory_allocate(lts->state_count, sizeof *painted->state_colours);
    painted->transition_colours =
        memory_allocate(lts->transition_count, sizeof *painted->transition_colours);
    if (!painted->state_colours || !painted->transition_colours)
        return error_memory(error);
    for (uint32_t s = 0; s < lts->state_count; s++) {
        char letter[12];
        uint32_t number;
        graph_shape_letter(painted->shape, s, letter, &number);
        painted->state_colours[s] = number == SYMBOL_NONE ? NULL : fills[number % FILLS];
    }
    for (uint32_t t = 0; t < lts->transition_count; t++)
        painted->transition_colours[t] = colour_of_transition(painted, t, heat);
    return SPEX_OK;
}

static void *copy(const void *array, size_t count, size_t size)
{
    void *made = memory_allocate(count, size);
    if (made && count)
        memcpy(made, array, count * size);
    return made;
}

int painted_take(struct painted_graph *painted, const struct graph_pane *pane, spex_error *error)
{
    const struct lts *lts = &pane->shape->part.lts;
    memset(painted, 0, sizeof *painted);
    painted->shape = graph_shape_keep(pane->shape);
    painted->states = copy(pane->states, lts->state_count, sizeof *pane->states);
    painted->transitions =
        copy(pane->transitions, lts->transition_count, sizeof *pane->transitions);
    int status = painted->states && painted->transitions ? colour(painted, pane->heat, error)
                                                         : error_memory(error);
    if (status)
        painted_release(painted);
    return status;
}

int painted_make(struct painted_graph *painted, const struct graph_request *request,
                 spex_error *error)
{
    memset(painted, 0, sizeof *painted);
    int status = graph_shape_make(&painted->shape, request, error);
    if (!status)
        status = colour(painted, NULL, error);
    if (status)
        painted_release(painted);
    return status;
}

struct graph_paint painted_paint(const struct painted_graph *painted)
{
    return (struct graph_paint){.no_start = !painted->shape->part.initial,
                                .states = painted->states,
                                .transitions = painted->transitions,
                                .state_colours = painted->state_colours,
                                .transition_colours = painted->transition_colours};
}

void painted_release(struct painted_graph *painted)
{
    graph_shape_drop(painted->shape);
    free(painted->states);
    free(painted->transitions);
    free(painted->state_colours);
    free(painted->transition_colours);
    memset(painted, 0, sizeof *painted);
}
