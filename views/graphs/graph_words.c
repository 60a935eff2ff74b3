/* A graph in words, for who listens to the screen: a line a state, and what leaves it. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/graphs/graph_pane.h"

struct words {
    const struct graph_pane *pane;
    struct canvas *canvas;
    struct area area;
    size_t line, skip;
    size_t chosen; /* the line that is to be in sight */
};

static void put_line(struct words *words, const char *text, int indent, bool chosen)
{
    if (chosen)
        words->chosen = words->line;
    size_t number = words->line++;
    if (!words->canvas || number < words->skip ||
        number - words->skip >= (size_t)words->area.height)
        return;
    int y = words->area.y + (int)(number - words->skip);
    if (chosen)
        canvas_put(words->canvas, words->area.x, y, 1, ROLE_SELECTED,
                   canvas_sign(words->canvas, SIGN_CURSOR));
    canvas_put(words->canvas, words->area.x + 2 + indent, y, words->area.width - 2 - indent,
               chosen ? ROLE_SELECTED : ROLE_NORMAL, text);
}

static void put_state(struct words *words, uint32_t state)
{
    const struct graph_pane *pane = words->pane;
    const struct graph_shape *shape = pane->shape;
    const struct lts *lts = &shape->part.lts;
    uint32_t marked = pane->marked ? graph_shape_find(shape, pane->marked) : SYMBOL_NONE;
    char number[16], letter[12];
    struct text text = {0};
    text_append(&text, lts_state_name(lts, state, number));
    if (shape->members[state] > 1)
        text_printf(&text, " and %u more", shape->members[state] - 1);
    if (shape->part.initial && state == lts->initial)
        text_append(&text, ", initial");
    if (marked != SYMBOL_NONE && shape->part.state_of[marked] == state)
        text_append(&text, ", the instance is here");
    graph_shape_letter(shape, state, letter, NULL);
    if (*letter)
        text_printf(&text, ", class %s", letter);
    if (graph_shape_ghost_state(shape, state))
        text_append(&text, ", not in the model");
    bool chosen = state == graph_pane_state(pane) && pane->transition == SYMBOL_NONE;
    put_line(words, text_value(&text), 0, chosen);
    text_release(&text);
}

static void put_transition(struct words *words, uint32_t transition)
{
    const struct graph_shape *shape = words->pane->shape;
    const struct lts *lts = &shape->part.lts;
    const struct lts_transition *t = &lts->transitions[transition];
    uint8_t mark = shape->marks ? shape->marks[shape->represented[transition]] : MARK_NONE;
    char number[16];
    struct text text = {0};
    text_printf(&text, "%s to %s",
                t->label == LTS_INTERNAL ? "internal step" : symbols_name(&lts->labels, t->label),
                lts_state_name(lts, t->to, number));
    if (mark == MARK_EXTRA)
        text_append(&text, ", only in the model");
    if (mark == MARK_MISSING)
        text_append(&text, ", not in the model");
    put_line(words, text_value(&text), 2, transition == words->pane->transition);
    text_release(&text);
}

static void put_all(struct words *words)
{
    const struct lts *lts = &words->pane->shape->part.lts;
    words->line = 0;
    for (uint32_t state = 0; state < lts->state_count; state++) {
        put_state(words, state);
        for (uint32_t i = 0; i < lts->transition_count; i++)
            if (lts->transitions[i].from == state)
                put_transition(words, i);
    }
}

void graph_words_draw(const struct graph_pane *pane, struct canvas *canvas, struct area area)
{
    struct words words = {.pane = pane, .area = area};
    put_all(&words); /* where the selected one is */
    size_t half = (size_t)area.height / 2;
    words.skip = words.chosen > half ? words.chosen - half : 0;
    words.canvas = canvas;
    put_all(&words);
}
