/* The Instance view on the canvas: what is known, the history, what is next, and a graph. */
#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"
#include "views/instance/instance_private.h"
#include "views/instance/next_steps.h"
#include "views/instance/what_if.h"

static void draw_facts(const struct explorer *explorer, struct canvas *canvas, struct area area)
{
    const spex_instance *instance = explorer->selection.instance;
    int64_t now = workspace_now(explorer->workspace);
    char since[40], age[DURATION_TEXT_SIZE];
    if (what_if_shown(explorer)) {
        what_if_draw_facts(explorer->what_if, canvas, area);
        return;
    }
    struct text flags = {0}, line = {0};
    instance_flags(instance, &flags);
    int used = canvas_put(canvas, area.x, area.y, area.width, ROLE_TITLE, instance->identifier) + 2;
    used += canvas_put(canvas, area.x + used, area.y, area.width - used, ROLE_DIM,
                       instance->specification) +
            2;
    canvas_put_right(canvas, area.x + used, area.y, area.width - used,
                     instance->deviations ? ROLE_BAD
                     : instance->overdue  ? ROLE_WARNING
                                          : ROLE_DIM,
                     text_value(&flags));
    local_time(instance->since, now, since);
    duration_format_short(now - instance->since, age);
    text_printf(&line, "for %s, since %s", age, since);
    if (instance->due > 0 && !instance->overdue) {
        duration_format_short(instance->due - now, age);
        text_printf(&line, ", due in %s", age);
    } else if (instance->overdue) {
        duration_format_short(now - instance->due, age);
        text_printf(&line, ", overdue by %s", age);
    }
    used = canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_CURRENT, " %s ",
                        instance->state ? instance->state : "not initialised");
    canvas_put(canvas, area.x + used + 1, area.y + 1, area.width - used - 1,
               instance->overdue ? ROLE_WARNING : ROLE_DIM, text_value(&line));
    text_clear(&line);
    if (instance->meta) {
        text_printf(&line, "meta %s", instance->meta);
        struct area meta = {area.x, area.y + 2, area.width, area.height - 3};
        canvas_wrap(canvas, meta, 0, ROLE_DIM, text_value(&line));
    }
    text_release(&line);
    text_release(&flags);
}

/* What a deviating step deviates from: the model always, the specification perhaps. */
static const char *deviation_words(const struct explorer *explorer, size_t index)
{
    const struct summary *summary = explorer_summary(explorer);
    const spex_instance *instance = explorer->selection.instance;
    const spex_step *step = &instance->steps[index];
    const char *from = index + 1 < instance->step_count ? step[1].state : NULL;
    if (!summary || !summary->entry || !summary->entry->specification || !from)
        return "not in the model";
    return specification_has(summary->entry->specification, from, step->action, step->state)
               ? "specified, but new to the model"
               : "not specified";
}

static void draw_step(const struct explorer *explorer, struct canvas *canvas, struct area row,
                      size_t index, bool selected)
{
    const spex_instance *instance = explorer->selection.instance;
    const spex_step *step = &instance->steps[index];
    struct verdict_words verdict = verdict_of_step(step->verdict);
    char at[40], gap[DURATION_TEXT_SIZE] = "";
    int64_t now = workspace_now(explorer->workspace);
    bool wide = row.width >= 60;
    int stamp = wide ? 15 : 12;
    if (wide)
        local_time(step->at, now, at);
    else
        local_time_short(step->at, now, at);
    if (index + 1 < instance->step_count)
        duration_format_short(step->at - instance->steps[index + 1].at, gap);
    bool first = strcmp(step->action, SPEX_INITIALISATION) == 0;
    enum role plain = selected ? ROLE_SELECTED : ROLE_NORMAL;
    enum role dim = selected ? ROLE_SELECTED : ROLE_DIM;
    if (selected)
        canvas_fill(canvas, row, ROLE_SELECTED);
    int x = row.x, end = row.x + row.width;
    canvas_put(canvas, x, row.y, 1, plain, selected ? canvas_sign(canvas, SIGN_CURSOR) : " ");
    x += 2;
    canvas_put(canvas, x, row.y, stamp, dim, at);
    x += stamp + 1;
    if (row.width >= 44) {
        canvas_put_right(canvas, x, row.y, 5, dim, gap);
        x += 6;
    }
    canvas_put(canvas, x, row.y, 1, selected ? ROLE_SELECTED : verdict.role,
               canvas_sign(canvas, verdict.sign));
    x += 2;
    if (first) {
        x += canvas_put(canvas, x, row.y, end - x, dim, "starts in ");
        x += canvas_put(canvas, x, row.y, end - x, plain, step->state);
    } else {
        x += draw_move(canvas, x, row.y, end - x, step->action, step->state,
                       (enum role[3]){selected ? plain : ROLE_ACTION, dim, plain});
    }
}

/* A simulated step, one that was undone among them. */
static void draw_simulated(const struct what_if *what_if, struct canvas *canvas, struct area row,
                           size_t index, bool selected)
{
    const struct simulated_step *step = &what_if->steps[index];
    struct verdict_words verdict = what_if_verdict(what_if, index);
    bool undone = index >= what_if->taken;
    int stamp = (row.width >= 60 ? 16 : 13) + (row.width >= 44 ? 6 : 0);
    enum role plain = selected ? ROLE_SELECTED : undone ? ROLE_DIM : ROLE_NORMAL;
    enum role dim = selected ? ROLE_SELECTED : ROLE_DIM;
    if (selected)
        canvas_fill(canvas, row, ROLE_SELECTED);
    int x = row.x, end = row.x + row.width;
    canvas_put(canvas, x, row.y, 1, plain, selected ? canvas_sign(canvas, SIGN_CURSOR) : " ");
    x += 2;
    canvas_put(canvas, x, row.y, stamp, selected || undone ? plain : ROLE_WARNING,
               undone ? "undone" : "what if");
    x += stamp;
    canvas_put(canvas, x, row.y, 1, selected || undone ? plain : verdict.role,
               canvas_sign(canvas, verdict.sign));
    x += 2;
    draw_move(canvas, x, row.y, end - x, step->action, step->state,
              (enum role[3]){selected || undone ? plain : ROLE_ACTION, dim, plain});
}

static void history_title(const struct explorer *explorer, struct text *title)
{
    const spex_instance *instance = explorer->selection.instance;
    const struct what_if *what_if = what_if_shown(explorer);
    char count[32];
    format_count(instance->transitions, false, count);
    text_printf(title, "History, %s step%s", count, instance->transitions == 1 ? "" : "s");
    if (instance->transitions > instance->step_count)
        text_printf(title, " (the newest %zu)", instance->step_count);
    if (what_if && what_if->count)
        text_printf(title, " + %zu simulated", what_if->taken);
}

/* The verdict of what the cursor is on, in the frame below. */
static void draw_verdict(const struct explorer *explorer, struct canvas *canvas, struct area area)
{
    const struct selection *selection = &explorer->selection;
    const struct what_if *what_if = what_if_shown(explorer);
    struct verdict_words verdict;
    struct text words = {0};
    if (what_if && what_if->taken) {
        verdict = what_if_verdict(what_if, what_if->taken - 1);
        what_if_words(what_if, what_if->taken - 1, &words);
    } else if (selection->instance->step_count) {
        const spex_step *step = &selection->instance->steps[selection->travel];
        verdict = verdict_of_step(step->verdict);
        text_append(&words, verdict.words);
        if (step->verdict >= SPEX_VERDICT_STILL_EQUIVALENT)
            text_printf(&words, ": %s", deviation_words(explorer, selection->travel));
    } else {
        return;
    }
    canvas_print(canvas, area.x + 2, area.y + area.height - 1, area.width - 4, verdict.role,
                 " %s %s ", canvas_sign(canvas, verdict.sign), text_value(&words));
    text_release(&words);
}

static void draw_no_history(const struct explorer *explorer, struct canvas *canvas,
                            struct area area)
{
    char key[16];
    struct text words = {0};
    bool mocked = explorer->selection.instance->mocked;
    keymap_first(explorer->keymap, VIEW_INSTANCE, COMMAND_STEP, key);
    text_append(&words, mocked ? "Mocked here: no history." : "No history.");
    if (mocked && *key)
        text_printf(&words, " %s records its first step.", key);
    canvas_wrap(canvas, area, 0, ROLE_DIM, text_value(&words));
    text_release(&words);
}

static void draw_history(struct explorer *explorer, struct instance_view *view,
                         struct canvas *canvas, struct area area)
{
    const struct selection *selection = &explorer->selection;
    const spex_instance *instance = selection->instance;
    const struct what_if *what_if = what_if_shown(explorer);
    struct text title = {0};
    bool focus = view->pane == PANE_HISTORY;
    history_title(explorer, &title);
    canvas_frame(canvas, area, focus ? ROLE_FRAME_FOCUS : ROLE_FRAME, text_value(&title));
    text_release(&title);
    struct area inner = {area.x + 1, area.y + 1, area.width - 2, area.height - 2};
    size_t simulated = what_if ? what_if->count : 0, count = instance->step_count + simulated;
    view->rows = inner.height;
    if (count == 0) {
        draw_no_history(explorer, canvas, inner);
        return;
    }
    /* Oldest first, as time runs; the cursor is `travel` steps from the end of what happened, or
     * on the last step that is simulated. */
    size_t now = instance->step_count + (what_if ? what_if->taken : 0);
    size_t cursor = now ? now - 1 - (what_if ? 0 : selection->travel) : SIZE_MAX;
    struct scroll scroll = {.cursor = now ? cursor : 0};
    if (inner.height > 0 && scroll.cursor >= (size_t)inner.height / 2)
        scroll.top = scroll.cursor - (size_t)inner.height / 2;
    scroll_fit(&scroll, count, (size_t)(inner.height > 0 ? inner.height : 1));
    for (int row = 0; row < inner.height && scroll.top + (size_t)row < count; row++) {
        size_t index = scroll.top + (size_t)row;
        struct area line = {inner.x, inner.y + row, inner.width, 1};
        if (index < instance->step_count)
            draw_step(explorer, canvas, line, instance->step_count - 1 - index, index == cursor);
        else
            draw_simulated(what_if, canvas, line, index - instance->step_count, index == cursor);
    }
    draw_verdict(explorer, canvas, area);
}

static void draw_next(struct explorer *explorer, struct instance_view *view, struct canvas *canvas,
                      struct area area)
{
    struct next_step next[NEXT_LIMIT];
    size_t count = next_steps(explorer, next);
    bool focus = view->pane == PANE_NEXT;
    bool past = explorer->selection.travel > 0;
    canvas_frame(canvas, area, focus ? ROLE_FRAME_FOCUS : ROLE_FRAME,
                 what_if_shown(explorer) ? "What if it did"
                 : past                  ? "Was allowed next"
                                         : "Allowed next");
    struct area inner = {area.x + 1, area.y + 1, area.width - 2, area.height - 2};
    if (count == 0) {
        const char *state = explorer_travel_state(explorer);
        const struct summary *summary = explorer_summary(explorer);
        bool known = summary && summary->entry && summary->entry->specification;
        bool terminal =
            known && state && specification_terminal(summary->entry->specification, state);
        canvas_wrap(canvas, inner, 0, ROLE_DIM,
                    terminal ? "Nothing: this state is terminal."
                    : known  ? "The specification does not know this state."
                             : "No specification is loaded for this instance.");
        return;
    }
    scroll_fit(&view->next, count, (size_t)(inner.height > 0 ? inner.height : 1));
    for (int row = 0; row < inner.height && view->next.top + (size_t)row < count; row++) {
        size_t index = view->next.top + (size_t)row;
        bool selected = focus && index == view->next.cursor;
        enum role plain = selected ? ROLE_SELECTED : ROLE_NORMAL;
        int x = inner.x + 1, y = inner.y + row, room = inner.width - 1;
        if (selected)
            canvas_fill(canvas, (struct area){inner.x, y, inner.width, 1}, ROLE_SELECTED);
        bool internal = strcmp(next[index].action, SPEX_INTERNAL) == 0;
        const char *action = internal ? (explorer->ascii ? "tau" : "τ") : next[index].action;
        int used = draw_move(
            canvas, x, y, room, action, next[index].state,
            (enum role[3]){selected ? plain : ROLE_ACTION, selected ? plain : ROLE_DIM, plain});
        if (next[index].model_only || next[index].only_in)
            canvas_put(canvas, x + used + 1, y, room - used - 1, selected ? plain : ROLE_WARNING,
                       next[index].model_only ? "model only" : next[index].only_in);
    }
}

static void draw_missing(const struct explorer *explorer, struct canvas *canvas, struct area area)
{
    const struct selection *selection = &explorer->selection;
    struct text text = {0};
    if (!selection->identifier)
        text_append(&text, "No instance is selected. 2 lists them.");
    else if (selection->instance_error.status == SPEX_ERROR_NOT_FOUND)
        text_printf(&text, "%s\n\nIt may have been deleted or pruned. 2 lists the instances.",
                    selection->instance_error.message);
    else if (selection->instance_error.status)
        text_append(&text, selection->instance_error.message);
    else
        text_printf(&text, "Reading %s …", selection->identifier);
    canvas_wrap(canvas, (struct area){area.x + 3, area.y + 2, area.width - 6, area.height - 2}, 0,
                ROLE_NORMAL, text_value(&text));
    text_release(&text);
}

/* As wide as any of the specification's steps, at most two fifths: it does not jump
 * while one travels. */
static int next_width(const struct explorer *explorer, struct area area)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct spex_specification *specification =
        summary && summary->entry ? summary->entry->specification : NULL;
    int width = 24, most = area.width * 2 / 5;
    for (size_t i = 0; specification && i < specification->transition_count && width < most; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        int needed = utf8_width(symbols_name(&specification->actions, t->action)) +
                     utf8_width(symbols_name(&specification->states, t->to)) + 7;
        if (needed > width)
            width = needed;
    }
    return width > most ? most : width;
}

void instance_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area)
{
    struct instance_view *view = state;
    const spex_instance *instance = explorer->selection.instance;
    if (!instance) {
        draw_missing(explorer, canvas, area);
        return;
    }
    int facts = 3;
    if (instance->meta && !what_if_shown(explorer)) {
        int lines = (utf8_width(instance->meta) + 5) / (area.width - 4) + 1;
        int most = area.height / 4;
        facts += lines < most ? lines : most;
    }
    if (area.height < 12)
        facts = 2;
    draw_facts(explorer, canvas, (struct area){area.x + 2, area.y, area.width - 4, facts});
    struct area rest = {area.x, area.y + facts, area.width, area.height - facts};
    struct area left = rest, right = rest;
    bool graph = rest.width >= 110 && rest.height >= 16;
    right.width = graph ? rest.width * 2 / 5 : rest.width >= 70 ? next_width(explorer, rest) : 0;
    left.width = rest.width - right.width;
    right.x = rest.x + left.width;
    if (right.width == 0) {
        left.height = rest.height * 3 / 5;
        right = (struct area){rest.x, rest.y + left.height, rest.width, rest.height - left.height};
    }
    draw_history(explorer, view, canvas, left);
    if (graph) {
        struct next_step next[NEXT_LIMIT];
        int height = (int)next_steps(explorer, next) + 2;
        right.height = height < 4 ? 4 : height > rest.height / 3 ? rest.height / 3 : height;
        struct area picture = {right.x, right.y + right.height, right.width,
                               rest.height - right.height};
        struct graph_light dark = {.letter = SYMBOL_NONE};
        graph_pane_draw(&view->graph, canvas, picture, false, &dark);
    }
    draw_next(explorer, view, canvas, right);
}
