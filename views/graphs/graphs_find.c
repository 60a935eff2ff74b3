/* Jumping to a state by name, in whichever graph has one. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/graphs/graphs_private.h"

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
        graphs_keep_in_step(graphs);
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

void graphs_ask_what_to_find(struct graphs *graphs)
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
