/* The selected state or transition of a graph in words: names whole, what is known of it. */
#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"
#include "views/graphs/graph_pane.h"

static void plural(struct text *text, uint64_t count, const char *one, const char *many)
{
    char number[32];
    format_count(count, false, number);
    text_printf(text, "%s %s", number, count == 1 ? one : many);
}

static void instances_here(const struct graph_pane *pane, uint32_t state, struct text *text)
{
    const struct graph_shape *shape = pane->shape;
    struct state_count sum = {0};
    for (uint32_t s = 0; s < shape->own_states; s++) {
        char number[16];
        if (shape->part.state_of[s] != state)
            continue;
        const struct state_count *here =
            graph_counts_state(pane->settings->counts, lts_state_name(&shape->whole, s, number));
        if (!here)
            continue;
        sum.instances += here->instances;
        sum.deviated += here->deviated;
    }
    text_append(text, "; ");
    if (sum.instances)
        plural(text, sum.instances, "instance here", "instances here");
    else
        text_append(text, "no instance here");
    if (sum.deviated)
        text_printf(text, ", %" PRIu64 " deviated", sum.deviated);
}

static void class_words(const struct graph_pane *pane, uint32_t state, struct text *text)
{
    const struct graph_shape *shape = pane->shape;
    char letter[12];
    if (!shape->letters)
        return;
    graph_shape_letter(shape, state, letter, NULL);
    if (*letter)
        text_printf(text, "; class %s", letter);
    else if (!graph_shape_ghost_state(shape, state))
        text_printf(text, "; no state of the %s is equivalent",
                    pane->side == LEFT ? "model" : "specification");
}

static void state_words(const struct graph_pane *pane, uint32_t state, struct text *text)
{
    const struct graph_shape *shape = pane->shape;
    const struct lts *lts = &shape->part.lts;
    char number[16];
    size_t in = 0, out = 0;
    for (size_t i = 0; i < lts->transition_count; i++) {
        in += lts->transitions[i].to == state;
        out += lts->transitions[i].from == state;
    }
    text_append(text, lts_state_name(lts, state, number));
    if (shape->members[state] > 1)
        text_printf(text, " and %u more", shape->members[state] - 1);
    if (shape->part.initial && state == lts->initial)
        text_append(text, "; initial");
    if (graph_shape_ghost_state(shape, state))
        text_append(text, "; a state the model has not");
    else if (!out && !shape->hidden[state])
        text_append(text, "; terminal");
    class_words(pane, state, text);
    if (pane->settings->counts)
        instances_here(pane, state, text);
    text_printf(text, "; %zu in, %zu out", in, out);
    if (shape->hidden[state])
        text_printf(text, ", %u not shown", shape->hidden[state]);
}

static void observed_words(const struct graph_pane *pane, uint32_t transition, struct text *text)
{
    const struct graph_shape *shape = pane->shape;
    const struct lts *whole = &shape->whole;
    uint64_t count = 0;
    int64_t first = 0, last = 0;
    for (size_t i = 0; i < shape->own_transitions; i++) {
        char from[16], to[16];
        const struct lts_transition *t = &whole->transitions[i];
        if (shape->part.transition_of[i] != transition)
            continue;
        const struct observed_transition *seen = graph_counts_transition(
            pane->settings->counts, lts_state_name(whole, t->from, from),
            lts_label_name(whole, t->label, true), lts_state_name(whole, t->to, to));
        if (!seen)
            continue;
        first = count == 0 || seen->first_seen < first ? seen->first_seen : first;
        last = count == 0 || seen->last_seen > last ? seen->last_seen : last;
        count += seen->count;
    }
    text_append(text, "; ");
    if (!count) {
        text_append(text, "never observed");
        return;
    }
    char when[40];
    int64_t now = workspace_now(pane->explorer->workspace);
    plural(text, count, "time", "times");
    local_time(first, now, when);
    text_printf(text, ", first %s", when);
    local_time(last, now, when);
    text_printf(text, ", last %s", when);
}

static void transition_words(const struct graph_pane *pane, const struct canvas *canvas,
                             struct text *text)
{
    const struct graph_shape *shape = pane->shape;
    const struct lts *lts = &shape->part.lts;
    const struct lts_transition *t = &lts->transitions[pane->transition];
    uint8_t mark = shape->marks ? shape->marks[shape->represented[pane->transition]] : MARK_NONE;
    const char *label = symbols_name(&lts->labels, t->label);
    char number[16];
    text_printf(text, "%s ", lts_state_name(lts, t->from, number));
    text_printf(text, "%s %s %s ", canvas->ascii ? "--" : "──",
                t->label != LTS_INTERNAL ? label
                : canvas->ascii          ? "tau"
                                         : "τ",
                canvas->ascii ? "->" : "─▶");
    text_append(text, lts_state_name(lts, t->to, number));
    if (t->label == LTS_INTERNAL)
        text_append(text, "; internal");
    if (mark == MARK_EXTRA)
        text_append(text, "; + only in the model");
    if (mark == MARK_MISSING)
        text_append(text, "; ? not in the model");
    /* where nothing was counted, "never" would say too much */
    if (graph_counts_any(pane->settings->counts) && t->label != LTS_INTERNAL &&
        strcmp(label, SPEX_INITIALISATION) != 0 && !graph_shape_ghost(shape, pane->transition))
        observed_words(pane, pane->transition, text);
}

void graph_detail(const struct graph_pane *pane, const struct canvas *canvas, struct text *text)
{
    uint32_t state = pane->shape ? graph_pane_state(pane) : SYMBOL_NONE;
    if (state == SYMBOL_NONE)
        return;
    if (pane->transition != SYMBOL_NONE)
        transition_words(pane, canvas, text);
    else
        state_words(pane, state, text);
}
