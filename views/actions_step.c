/* A step of the selected instance: chosen among those that can come next, or typed. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/actions.h"
#include "views/screen/complete.h"
#include "views/instance/next_steps.h"
#include "views/instance/what_if.h"

/* The state's prompt begins with where the specification goes by that action: from here, or else
 * from anywhere. */
static const char *likely_target(const struct action *action)
{
    const struct spex_specification *specification = action_specification(action);
    struct next_step next[NEXT_LIMIT];
    size_t count = next_steps(action->explorer, next);
    for (size_t i = 0; i < count; i++)
        if (strcmp(next[i].action, action->action) == 0)
            return next[i].state;
    for (size_t i = 0; specification && i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        if (strcmp(symbols_name(&specification->actions, t->action), action->action) == 0)
            return symbols_name(&specification->states, t->to);
    }
    return "";
}

static void step_action_typed(void *context, const char *text)
{
    struct action *again = action_copy(context);
    if (!again)
        return;
    action_set_text(&again->action, text);
    struct overlay_calls calls = {.typed = action_state_typed,
                                  .suggest = action_suggest_state,
                                  .release = action_free,
                                  .context = again};
    if (!*text) {
        explorer_message(again->explorer, ROLE_WARNING, "No action was typed: nothing is written.");
        action_free(again);
        return;
    }
    struct text label = {0};
    text_printf(&label, "%s leads to state:", text);
    overlay_line(&again->explorer->overlay, text_value(&label), likely_target(again), &calls);
    text_release(&label);
}

/* The choices of the step menu: (action, state) pairs, then "another". */
struct step_menu {
    struct action *base;
    struct step_choice {
        char *action, *state;
    } * choices;
    size_t count;
};

static void step_menu_free(void *context)
{
    struct step_menu *menu = context;
    for (size_t i = 0; i < menu->count; i++) {
        free(menu->choices[i].action);
        free(menu->choices[i].state);
    }
    free(menu->choices);
    action_free(menu->base);
    free(menu);
}

/* What can come next, then what else the specification speaks of. */
static void suggest_action(void *context, const char *text, struct overlay *overlay)
{
    const struct action *action = context;
    const struct spex_specification *specification = action_specification(action);
    struct next_step next[NEXT_LIMIT];
    char *details[NEXT_LIMIT];
    size_t count = next_steps(action->explorer, next);
    struct symbols names = {0};
    for (size_t i = 0; i < count; i++) {
        struct text detail = {0};
        uint32_t known = names.count;
        if (symbols_intern(&names, next[i].action) != known)
            continue;
        text_printf(&detail, "%s %s", action->explorer->ascii ? "->" : "→", next[i].state);
        details[known] = text_take(&detail);
    }
    uint32_t detail_count = names.count;
    for (uint32_t i = 0; specification && i < specification->actions.count; i++)
        symbols_intern(&names, symbols_name(&specification->actions, i));
    suggest_names(overlay, &names, (const char *const *)details, detail_count, text);
    while (detail_count)
        free(details[--detail_count]);
    symbols_release(&names);
}

static void step_chosen(void *context, size_t item)
{
    struct step_menu *menu = context;
    struct action *again = action_copy(menu->base);
    if (!again)
        return;
    if (item < menu->count) {
        action_set_text(&again->action, menu->choices[item].action);
        action_set_text(&again->state, menu->choices[item].state);
        action_submit(again);
        return;
    }
    struct overlay_calls calls = {.typed = step_action_typed,
                                  .suggest = suggest_action,
                                  .release = action_free,
                                  .context = again};
    overlay_line(&again->explorer->overlay, "Action:", "", &calls);
}

static void offer(struct step_menu *menu, struct overlay *overlay, const struct next_step *step)
{
    bool ascii = menu->base->explorer->ascii, internal = strcmp(step->action, SPEX_INTERNAL) == 0;
    struct step_choice *choices =
        memory_resize(menu->choices, menu->count + 1, sizeof *menu->choices);
    if (!choices)
        return;
    menu->choices = choices;
    choices[menu->count] =
        (struct step_choice){memory_copy_text(step->action), memory_copy_text(step->state)};
    if (!choices[menu->count].action || !choices[menu->count].state) {
        free(choices[menu->count].action);
        free(choices[menu->count].state);
        return;
    }
    menu->count++;
    struct text label = {0}, only = {0};
    text_printf(&label, "%s %s %s", step->action, ascii ? "->" : "→", step->state);
    text_printf(&only, "if the specification is in %s", step->only_in ? step->only_in : "");
    overlay_menu_add(overlay, text_value(&label),
                     step->model_only ? "only the model has it"
                     : step->only_in  ? text_value(&only)
                     : internal       ? "internal"
                                      : NULL);
    text_release(&label);
    text_release(&only);
}

void action_step(struct explorer *explorer)
{
    struct selection *selection = &explorer->selection;
    if (!selection->instance) {
        explorer_message(explorer, ROLE_WARNING, "No instance is selected; 2 lists them.");
        return;
    }
    selection->travel = 0;
    struct step_menu *menu = memory_allocate(1, sizeof *menu);
    struct action *base = action_about_selection(explorer, ACTION_STEP);
    if (!menu || !base) {
        free(menu);
        action_free(base);
        return;
    }
    menu->base = base;
    const char *from = explorer_travel_state(explorer);
    struct next_step next[NEXT_LIMIT];
    size_t count = next_steps(explorer, next);
    struct text title = {0};
    text_printf(&title, "%s %s from %s", what_if_shown(explorer) ? "What if" : "Step",
                selection->identifier, from ? from : SPEX_NIL);
    struct overlay_calls calls = {
        .chosen = step_chosen, .release = step_menu_free, .context = menu};
    overlay_menu(&explorer->overlay, text_value(&title), &calls);
    text_release(&title);
    for (size_t i = 0; i < count; i++)
        offer(menu, &explorer->overlay, &next[i]);
    overlay_menu_other(&explorer->overlay, "another action and state");
}

void action_step_to(struct explorer *explorer, const char *action, const char *state)
{
    struct action *step = action_about_selection(explorer, ACTION_STEP);
    if (!step)
        return;
    action_set_text(&step->action, action);
    action_set_text(&step->state, state);
    action_submit(step);
}
