#include "views/instance/what_if.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct what_if *what_if_shown(const struct explorer *explorer)
{
    const struct selection *selection = &explorer->selection;
    struct what_if *what_if = explorer->what_if;
    bool shown = what_if && selection->instance && selection->identifier &&
                 strcmp(what_if->identifier, selection->identifier) == 0;
    return shown ? what_if : NULL;
}

bool what_if_tell_deleted(struct explorer *explorer)
{
    const struct selection *selection = &explorer->selection;
    const struct what_if *what_if = explorer->what_if;
    if (!what_if || what_if->keeping || !selection->identifier || selection->instance ||
        selection->instance_error.status != SPEX_ERROR_NOT_FOUND ||
        strcmp(what_if->identifier, selection->identifier) != 0)
        return false;
    explorer_message(explorer, ROLE_WARNING,
                     "%s was deleted meanwhile: what was simulated of it cannot be kept.",
                     what_if->identifier);
    return true;
}

const char *what_if_state(const struct what_if *what_if)
{
    for (size_t i = what_if->taken; i-- > 0;)
        if (!what_if->steps[i].judged || what_if->steps[i].recorded)
            return what_if->steps[i].state;
    return what_if->start;
}

bool what_if_overtaken(const struct what_if *what_if)
{
    const spex_instance *instance = what_if->explorer->selection.instance;
    bool moved = instance && (instance->transitions != what_if->transitions ||
                              instance->since != what_if->since);
    return (moved || what_if->lost) && !what_if->keeping;
}

static void forget_steps(struct what_if *what_if, size_t from)
{
    while (what_if->count > from) {
        what_if->count--;
        free(what_if->steps[what_if->count].action);
        free(what_if->steps[what_if->count].state);
    }
}

void what_if_free(struct what_if *what_if)
{
    if (!what_if)
        return;
    forget_steps(what_if, 0);
    free(what_if->steps);
    for (int side = LEFT; side <= RIGHT; side++)
        file_list_free(what_if->possible[side].names, what_if->possible[side].count);
    what_if_base_drop(what_if->base);
    free(what_if->identifier);
    free(what_if->specification);
    free(what_if->start);
    free(what_if);
}

void what_if_drop(struct explorer *explorer)
{
    what_if_free(explorer->what_if);
    explorer->what_if = NULL;
    explorer_refresh_views(explorer);
}

/* ------------------------------------------------------------------- steps */

void what_if_step(struct what_if *what_if, const char *action, const char *state)
{
    struct simulated_step step = {.action = memory_copy_text(action),
                                  .state = memory_copy_text(state)};
    if (what_if->keeping || !step.action || !step.state ||
        !memory_reserve(&what_if->steps, &what_if->capacity, what_if->taken + 1,
                        sizeof *what_if->steps)) {
        free(step.action);
        free(step.state);
        return;
    }
    forget_steps(what_if, what_if->taken);
    what_if->steps[what_if->count++] = step;
    what_if->taken = what_if->count;
    what_if_judge(what_if);
    explorer_refresh_views(what_if->explorer);
}

void what_if_go(struct what_if *what_if, size_t taken)
{
    if (taken == what_if->taken || what_if->keeping)
        return;
    what_if->taken = taken;
    what_if_judge(what_if);
    explorer_refresh_views(what_if->explorer);
}

/* ------------------------------------------------------- beginning and ending */

static struct what_if *what_if_create(struct explorer *explorer)
{
    const struct selection *selection = &explorer->selection;
    const spex_instance *instance = selection->instance;
    struct what_if *what_if = memory_allocate(1, sizeof *what_if);
    if (!what_if)
        return NULL;
    what_if->explorer = explorer;
    what_if->transitions = instance->transitions;
    what_if->since = instance->since;
    what_if->identifier = memory_copy_text(selection->identifier);
    what_if->specification = memory_copy_text(instance->specification);
    what_if->start = instance->state ? memory_copy_text(instance->state) : NULL;
    if (what_if->identifier && what_if->specification && (what_if->start || !instance->state))
        return what_if;
    what_if_free(what_if);
    return NULL;
}

static void begin(struct explorer *explorer)
{
    struct selection *selection = &explorer->selection;
    const struct summary *summary = explorer_summary(explorer);
    if (!selection->instance) {
        explorer_message(explorer, ROLE_WARNING, "No instance is selected; 2 lists them.");
        return;
    }
    if (!summary || !summary->entry || !summary->entry->specification) {
        explorer_message(explorer, ROLE_WARNING,
                         "No specification is loaded to judge what %s would do.",
                         selection->identifier);
        return;
    }
    what_if_free(explorer->what_if);
    explorer->what_if = what_if_create(explorer);
    if (!explorer->what_if)
        return;
    selection->travel = 0;
    what_if_judge(explorer->what_if);
    explorer_message(explorer, ROLE_WARNING,
                     "What if: steps are simulated, nothing is written. u undoes, W keeps.");
    explorer_refresh_views(explorer);
}

static void drop_confirmed(void *context)
{
    struct explorer *explorer = context;
    what_if_drop(explorer);
    explorer_message(explorer, ROLE_DIM, "Dropped: nothing was written.");
}

static void begin_confirmed(void *context)
{
    begin(context);
}

static void ask_to_drop(struct explorer *explorer, void (*confirmed)(void *context))
{
    const struct what_if *what_if = explorer->what_if;
    struct text question = {0};
    text_printf(&question, "Drop the %zu simulated step%s of %s?", what_if->taken,
                what_if->taken == 1 ? "" : "s", what_if->identifier);
    struct overlay_calls calls = {.confirmed = confirmed, .context = explorer};
    overlay_question(&explorer->overlay, text_value(&question), &calls);
    text_release(&question);
}

bool what_if_leave(struct explorer *explorer)
{
    const struct what_if *what_if = what_if_shown(explorer);
    if (!what_if || what_if->keeping)
        return false;
    if (what_if->taken)
        ask_to_drop(explorer, drop_confirmed);
    else
        what_if_drop(explorer);
    return true;
}

static void ending_chosen(void *context, size_t item)
{
    struct explorer *explorer = context;
    if (!what_if_shown(explorer))
        return;
    if (item == 0)
        what_if_keep(explorer->what_if);
    else
        drop_confirmed(explorer);
}

static void offer_ending(struct explorer *explorer)
{
    struct text title = {0};
    struct overlay_calls calls = {.chosen = ending_chosen, .context = explorer};
    text_printf(&title, "What if %s", explorer->what_if->identifier);
    overlay_menu(&explorer->overlay, text_value(&title), &calls);
    overlay_menu_add(&explorer->overlay, "keep", "record the steps in the store");
    overlay_menu_add(&explorer->overlay, "drop", "nothing is written");
    text_release(&title);
}

void what_if_toggle(struct explorer *explorer)
{
    const struct what_if *what_if = explorer->what_if;
    bool shown = what_if_shown(explorer) != NULL;
    if (what_if && what_if->keeping)
        explorer_message(explorer, ROLE_WARNING, "The steps are being recorded.");
    else if (what_if_tell_deleted(explorer))
        what_if_drop(explorer);
    else if (shown && what_if_overtaken(what_if) && what_if->taken)
        ask_to_drop(explorer, begin_confirmed);
    else if (shown && what_if_overtaken(what_if))
        begin(explorer);
    else if (shown && what_if->taken)
        offer_ending(explorer);
    else if (shown)
        what_if_leave(explorer);
    else if (what_if && what_if->taken)
        ask_to_drop(explorer, begin_confirmed);
    else
        begin(explorer);
}

/* ---------------------------------------------------------------- commands */

bool what_if_command(struct explorer *explorer, enum command command)
{
    struct what_if *what_if = what_if_shown(explorer);
    if (command == COMMAND_WHAT_IF) {
        what_if_toggle(explorer);
        return true;
    }
    if (command != COMMAND_UNDO && command != COMMAND_REDO && command != COMMAND_KEEP)
        return false;
    if (!what_if && what_if_tell_deleted(explorer))
        return true;
    if (!what_if)
        explorer_message(explorer, ROLE_DIM, "Nothing is simulated; w begins.");
    else if (what_if->keeping)
        explorer_message(explorer, ROLE_WARNING, "The steps are being recorded.");
    else if (command == COMMAND_KEEP)
        what_if_keep(what_if);
    else if (command == COMMAND_UNDO && what_if->taken)
        what_if_go(what_if, what_if->taken - 1);
    else if (command == COMMAND_REDO && what_if->taken < what_if->count)
        what_if_go(what_if, what_if->taken + 1);
    else
        explorer_message(explorer, ROLE_DIM, "There is nothing to %s.",
                         command == COMMAND_UNDO ? "undo" : "do again");
    return true;
}
