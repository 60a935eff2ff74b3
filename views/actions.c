/* What changes the store: step, mock, delete. Asked for in overlays, done on the store lane. */
#include "views/actions.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/complete.h"
#include "views/instance/what_if.h"

void action_free(void *context)
{
    struct action *action = context;
    if (!action)
        return;
    free(action->specification);
    free(action->identifier);
    free(action->action);
    free(action->state);
    free(action);
}

struct action *action_copy(const struct action *from)
{
    struct action *copy = memory_allocate(1, sizeof *copy);
    if (!copy)
        return NULL;
    copy->explorer = from->explorer;
    copy->kind = from->kind;
    copy->sure = from->sure;
    if (!memory_copy_optional(&copy->specification, from->specification) ||
        !memory_copy_optional(&copy->identifier, from->identifier) ||
        !memory_copy_optional(&copy->action, from->action) ||
        !memory_copy_optional(&copy->state, from->state)) {
        action_free(copy);
        return NULL;
    }
    return copy;
}

void action_set_text(char **place, const char *value)
{
    char *copy = memory_copy_text(value);
    free(*place);
    *place = copy;
}

/* ----------------------------------------------------- on the store lane */

struct action_job {
    struct job job;
    struct action *action;
    struct snapshot *snapshot;
    int status;
    bool exists;      /* mock found an instance and was not sure */
    bool stored;      /* step: the observation holds */
    bool unspecified; /* step: the specification has it not */
    uint64_t transitions;
    spex_observation observation;
    spex_error error;
};

static int run_mock(struct action_job *self, struct spex_manager *manager)
{
    struct action *action = self->action;
    spex_instance *instance = NULL;
    if (!action->sure && !spex_get(manager, action->identifier, &instance, NULL)) {
        self->exists = true;
        self->transitions = instance->transitions;
        spex_instance_free(instance);
        return SPEX_OK;
    }
    return spex_mock(manager, action->specification, action->identifier, NULL, action->state,
                     &self->error);
}

/* A model that learns takes over what the specification does not allow, which nobody else says. */
static int run_step(struct action_job *self, struct spex_manager *manager)
{
    struct action *action = self->action;
    const struct project_entry *entry =
        project_find(&self->snapshot->project, action->specification);
    spex_instance *before;
    bool known =
        entry && entry->specification && !spex_get(manager, action->identifier, &before, NULL);
    int status = spex_transition_at(manager, action->identifier, action->action, action->state, 0,
                                    (spex_place){"spex-tui", 0}, &self->observation, &self->error);
    self->stored = self->observation.transitions > 0;
    if (known) {
        /* Not where somebody else was faster. */
        self->unspecified =
            before->state && self->observation.transitions == before->transitions + 1 &&
            !specification_has(entry->specification, before->state, action->action, action->state);
        spex_instance_free(before);
    }
    return status;
}

static void action_run(struct job *job)
{
    struct action_job *self = (struct action_job *)job;
    struct action *action = self->action;
    struct spex_manager *manager;
    self->status = workspace_manager(action->explorer->workspace, self->snapshot,
                                     action->kind == ACTION_MOCK, &manager, &self->error);
    if (self->status)
        return;
    switch (action->kind) {
    case ACTION_STEP:
        self->status = run_step(self, manager);
        break;
    case ACTION_MOCK:
        self->status = run_mock(self, manager);
        break;
    case ACTION_DELETE:
        self->status = spex_delete(manager, action->identifier, NULL, &self->error);
        break;
    }
}

static void mock_confirmed(void *context)
{
    struct action *again = action_copy(context);
    if (!again)
        return;
    again->sure = true;
    action_submit(again);
}

static void tell_step(struct explorer *explorer, const struct action_job *self)
{
    static const struct {
        enum role role;
        const char *words;
    } verdicts[] = {
        [SPEX_VERDICT_LEARNED] = {ROLE_GOOD, "the model learned it"},
        [SPEX_VERDICT_CONFORMS] = {ROLE_GOOD, "it conforms to the model"},
        [SPEX_VERDICT_STILL_EQUIVALENT] = {ROLE_WARNING, "a deviation, still equivalent"},
        [SPEX_VERDICT_NOT_EQUIVALENT] = {ROLE_BAD, "a deviation, not equivalent"},
    };
    const struct action *action = self->action;
    /* A deviation that the policy does not accept is recorded all the same. */
    bool refused = self->status == SPEX_ERROR_REFUSED;
    if (self->stored && self->unspecified && self->observation.verdict == SPEX_VERDICT_LEARNED)
        explorer_message(explorer, ROLE_WARNING,
                         "Recorded %s %s %s: not specified, but the model learned it.",
                         action->action, explorer->ascii ? "->" : "→", action->state);
    else if (self->stored)
        explorer_message(explorer, refused ? ROLE_BAD : verdicts[self->observation.verdict].role,
                         "Recorded %s %s %s: %s%s.", action->action, explorer->ascii ? "->" : "→",
                         action->state, verdicts[self->observation.verdict].words,
                         refused ? "; not accepted by policy" : "");
    else
        explorer_message(explorer, ROLE_BAD, "Not recorded: %s", self->error.message);
}

static void action_finish(struct job *job)
{
    struct action_job *self = (struct action_job *)job;
    struct action *action = self->action;
    struct explorer *explorer = action->explorer;
    explorer->writing--;
    if (self->exists) {
        struct action *again = action_copy(action);
        struct text question = {0};
        text_printf(&question, "%s exists with %llu transitions; mock replaces it and its history?",
                    action->identifier, (unsigned long long)self->transitions);
        struct overlay_calls calls = {
            .confirmed = mock_confirmed, .release = action_free, .context = again};
        if (again)
            overlay_question(&explorer->overlay, text_value(&question), &calls);
        text_release(&question);
        return;
    }
    if (action->kind == ACTION_STEP) {
        tell_step(explorer, self);
    } else if (self->status) {
        explorer_message(explorer, ROLE_BAD, "%s", self->error.message);
    } else if (action->kind == ACTION_MOCK) {
        explorer_message(explorer, ROLE_GOOD, "%s is mocked at %s.", action->identifier,
                         action->state);
        explorer_select_instance(explorer, action->identifier, action->specification);
        if (explorer_view(explorer) == VIEW_OVERVIEW || explorer_view(explorer) == VIEW_INSTANCES)
            explorer_open(explorer, VIEW_INSTANCE);
    } else {
        explorer_message(explorer, ROLE_GOOD, "Deleted %s.", action->identifier);
        explorer_select_instance(explorer, NULL, NULL);
        if (explorer_view(explorer) == VIEW_INSTANCE)
            explorer_open(explorer, VIEW_INSTANCES);
    }
    workspace_refresh(explorer->workspace, REFRESH_CHANGED);
}

static void action_release(struct job *job)
{
    struct action_job *self = (struct action_job *)job;
    snapshot_drop(self->snapshot);
    action_free(self->action);
    free(self);
}

/* A step of an instance of which steps are simulated is simulated. */
static bool simulate(const struct action *action)
{
    struct what_if *what_if = what_if_shown(action->explorer);
    if (!what_if || action->kind != ACTION_STEP ||
        strcmp(what_if->identifier, action->identifier) != 0)
        return false;
    what_if_step(what_if, action->action, action->state);
    explorer_message(action->explorer, ROLE_WARNING, "Simulated %s %s %s; nothing is written.",
                     action->action, action->explorer->ascii ? "->" : "→", action->state);
    return true;
}

/* What is simulated would follow nothing any more. */
static bool simulating(struct explorer *explorer)
{
    if (!what_if_shown(explorer))
        return false;
    explorer_message(explorer, ROLE_WARNING,
                     "What if: nothing is written. w keeps or drops what is simulated first.");
    return true;
}

/* Takes the action over. */
void action_submit(struct action *action)
{
    struct explorer *explorer = action->explorer;
    if (simulate(action)) {
        action_free(action);
        return;
    }
    struct action_job *self = memory_allocate(1, sizeof *self);
    if (!self) {
        action_free(action);
        return;
    }
    self->job = (struct job){.what = "writing to the store",
                             .lane = LANE_WRITE,
                             .run = action_run,
                             .finish = action_finish,
                             .release = action_release,
                             .part = -1};
    self->action = action;
    self->snapshot = snapshot_keep(explorer->workspace->snapshot);
    explorer->writing++;
    jobs_submit(explorer->jobs, &self->job);
}

const struct spex_specification *action_specification(const struct action *action)
{
    const struct summary *summary =
        workspace_find(action->explorer->workspace, action->specification);
    return summary && summary->entry ? summary->entry->specification : NULL;
}

struct action *action_about_selection(struct explorer *explorer, enum action_kind kind)
{
    struct action wanted = {.explorer = explorer,
                            .kind = kind,
                            .specification = explorer->selection.specification,
                            .identifier = explorer->selection.identifier};
    return action_copy(&wanted);
}

void action_state_typed(void *context, const char *text)
{
    struct action *again = action_copy(context);
    if (!again)
        return;
    action_set_text(&again->state, text);
    if (*text) {
        action_submit(again);
        return;
    }
    explorer_message(again->explorer, ROLE_WARNING, "No state was typed: nothing is written.");
    action_free(again);
}

void action_suggest_state(void *context, const char *text, struct overlay *overlay)
{
    const struct spex_specification *specification = action_specification(context);
    if (specification)
        suggest_names(overlay, &specification->states, NULL, 0, text);
}

/* ------------------------------------------------------------------ mock */

static void mock_chosen(void *context, size_t item)
{
    struct action *again = action_copy(context);
    if (!again)
        return;
    const struct spex_specification *specification = action_specification(again);
    const char *state = specification ? symbols_name(&specification->states, (uint32_t)item) : NULL;
    if (state) {
        action_set_text(&again->state, state);
        action_submit(again);
        return;
    }
    struct overlay_calls calls = {.typed = action_state_typed,
                                  .suggest = action_suggest_state,
                                  .release = action_free,
                                  .context = again};
    overlay_line(&again->explorer->overlay, "At state:", "", &calls);
}

/* Takes the action over. */
static void choose_mock_state(struct action *action)
{
    struct overlay *overlay = &action->explorer->overlay;
    struct text title = {0};
    text_printf(&title, "Mock %s (%s) at", action->identifier, action->specification);
    struct overlay_calls calls = {.chosen = mock_chosen, .release = action_free, .context = action};
    overlay_menu(overlay, text_value(&title), &calls);
    text_release(&title);
    const struct spex_specification *specification = action_specification(action);
    for (uint32_t i = 0; specification && i < specification->states.count; i++)
        overlay_menu_add(overlay, symbols_name(&specification->states, i),
                         specification_state_terminal(specification, i) ? "terminal"
                         : i == 0                                       ? "initial"
                                                                        : NULL);
    overlay_menu_other(overlay, "another state");
}

static void mock_identifier_typed(void *context, const char *text)
{
    struct action *again = action_copy(context);
    spex_error error;
    if (!again)
        return;
    if (identifier_check(text, &error)) {
        explorer_message(again->explorer, ROLE_WARNING, "%s", error.message);
        action_free(again);
        return;
    }
    action_set_text(&again->identifier, text);
    choose_mock_state(again);
}

void action_mock(struct explorer *explorer)
{
    const struct summary *summary = explorer_summary(explorer);
    if (!summary || !summary->entry || !summary->entry->specification) {
        explorer_message(
            explorer, ROLE_WARNING,
            "Choose a specification first: an instance is mocked at one of its states.");
        return;
    }
    if (summary->entry->lts) {
        explorer_message(explorer, ROLE_WARNING,
                         "An LTS file has no instances; spex convert FILE NAME.spec makes a "
                         "specification of it.");
        return;
    }
    if (explorer_view(explorer) != VIEW_OVERVIEW && simulating(explorer))
        return;
    struct action *action = action_about_selection(explorer, ACTION_MOCK);
    if (!action)
        return;
    if (action->identifier && explorer_view(explorer) != VIEW_OVERVIEW) {
        choose_mock_state(action);
        return;
    }
    action_set_text(&action->identifier, "");
    struct text label = {0};
    text_printf(&label, "Identifier of the %s to mock:", action->specification);
    struct overlay_calls calls = {
        .typed = mock_identifier_typed, .release = action_free, .context = action};
    overlay_line(&explorer->overlay, text_value(&label), "", &calls);
    text_release(&label);
}

/* ---------------------------------------------------------------- delete */

static void delete_confirmed(void *context)
{
    struct action *again = action_copy(context);
    if (again)
        action_submit(again);
}

void action_delete(struct explorer *explorer)
{
    if (!explorer->selection.identifier) {
        explorer_message(explorer, ROLE_WARNING, "No instance is selected.");
        return;
    }
    struct action *action =
        simulating(explorer) ? NULL : action_about_selection(explorer, ACTION_DELETE);
    if (!action)
        return;
    struct text question = {0};
    text_printf(&question, "Delete %s with its whole history?", action->identifier);
    struct overlay_calls calls = {
        .confirmed = delete_confirmed, .release = action_free, .context = action};
    overlay_question(&explorer->overlay, text_value(&question), &calls);
    text_release(&question);
}
