/* What the keys of the Models view change, and the form a new transition is typed in. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/screen/complete.h"
#include "views/models/models.h"

/* --------------------------------------------------------------- the form */

/* A transition, part after part; each overlay on the way owns one. */
struct form {
    struct explorer *explorer;
    char *from, *action, *to; /* typed, or what is offered next */
};

static void form_free(void *context)
{
    struct form *form = context;
    free(form->from);
    free(form->action);
    free(form->to);
    free(form);
}

static struct form *form_create(struct explorer *explorer, const char *from, const char *action,
                                const char *to)
{
    struct form *form = memory_allocate(1, sizeof *form);
    if (!form)
        return NULL;
    *form = (struct form){explorer, memory_copy_text(from), memory_copy_text(action),
                          memory_copy_text(to)};
    if (form->from && form->action && form->to)
        return form;
    form_free(form);
    return NULL;
}

static bool add_name(struct symbols *names, const char *name)
{
    return symbols_intern(names, name) != SYMBOL_NONE;
}

/* What specification and model know, and what files write for what has no name. False: there is
 * no specification, or memory is out. */
static bool known_names(struct explorer *explorer, bool actions, struct symbols *names)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry = summary ? summary->entry : NULL;
    if (!entry || !entry->specification)
        return false;
    const struct symbols *specified =
        actions ? &entry->specification->actions : &entry->specification->states;
    bool good = symbols_copy(names, specified);
    for (size_t i = 0; good && entry->model && i < entry->model->transition_count; i++) {
        const struct model_transition *t = &entry->model->transitions[i];
        good = actions ? add_name(names, t->action)
                       : add_name(names, t->from) && add_name(names, t->to);
    }
    return good && add_name(names, actions ? SPEX_INTERNAL : SPEX_NIL) &&
           (!actions || add_name(names, SPEX_INITIALISATION));
}

static void complete_with(struct explorer *explorer, bool actions, struct line_editor *editor)
{
    struct symbols names = {0};
    if (known_names(explorer, actions, &names))
        complete_name(&names, editor);
    symbols_release(&names);
}

static void complete_action(void *context, struct line_editor *editor)
{
    complete_with(((struct form *)context)->explorer, true, editor);
}

static void complete_state(void *context, struct line_editor *editor)
{
    complete_with(((struct form *)context)->explorer, false, editor);
}

static void change(struct explorer *explorer, const struct model_change *wanted, const char *done)
{
    spex_error error;
    if (model_edit_change(explorer, wanted, &error))
        explorer_message(explorer, ROLE_WARNING, "%s", error.message);
    else
        explorer_message(explorer, ROLE_DIM, "%s W saves it, u undoes it.", done);
}

/* A name that nothing knows may be meant, or mistyped. */
static void tell_unknown(struct explorer *explorer, bool action, const char *name,
                         struct text *done)
{
    struct symbols names = {0};
    bool first = strchr(text_value(done), ';') == NULL;
    if (known_names(explorer, action, &names) && symbols_find(&names, name) == SYMBOL_NONE)
        text_printf(done, "%s no %s '%s'", first ? "; the specification has" : ",",
                    action ? "action" : "state", name);
    symbols_release(&names);
}

/* What was left empty ends it, and says so. */
static bool answered(const struct form *form, const char *text)
{
    if (!*text)
        explorer_message(form->explorer, ROLE_WARNING,
                         "Nothing was typed: no transition is added.");
    return *text;
}

static void to_typed(void *context, const char *text)
{
    const struct form *form = context;
    struct model_change wanted = {CHANGE_ADD, form->from, form->action, (char *)(uintptr_t)text};
    struct text done = {0};
    if (!answered(form, text))
        return;
    text_append(&done, "Added");
    tell_unknown(form->explorer, false, form->from, &done);
    tell_unknown(form->explorer, true, form->action, &done);
    if (strcmp(text, form->from) != 0)
        tell_unknown(form->explorer, false, text, &done);
    text_append_char(&done, '.');
    change(form->explorer, &wanted, text_value(&done));
    text_release(&done);
}

static void ask(struct form *form, const char *offered, bool action,
                void (*typed)(void *context, const char *text), const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Takes the form over; NULL: memory was out. */
static void ask(struct form *form, const char *offered, bool action,
                void (*typed)(void *context, const char *text), const char *format, ...)
{
    if (!form)
        return;
    struct text label = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&label, format, arguments);
    va_end(arguments);
    struct overlay_calls calls = {.typed = typed,
                                  .complete = action ? complete_action : complete_state,
                                  .release = form_free,
                                  .context = form};
    overlay_line(&form->explorer->overlay, text_value(&label), "", &calls);
    line_editor_offer(&form->explorer->overlay.editor, offered);
    text_release(&label);
}

static void action_typed(void *context, const char *text)
{
    const struct form *form = context;
    if (answered(form, text))
        ask(form_create(form->explorer, form->from, text, form->to), form->to, false, to_typed,
            "%s --[%s]-> to state:", form->from, text);
}

static void from_typed(void *context, const char *text)
{
    const struct form *form = context;
    if (answered(form, text))
        ask(form_create(form->explorer, text, form->action, form->to), form->action, true,
            action_typed, "%s --[ action:", text);
}

/* What is missing is offered whole; else one begins where the line does. */
static void ask_transition(struct explorer *explorer, const struct model_line *line)
{
    bool missing = line->from && line->difference != IN_BOTH && line->difference != ONLY_MODEL;
    const char *from = line->from && strcmp(line->from, SPEX_NIL) != 0 ? line->from
                       : line->to                                      ? line->to
                                                                       : "";
    ask(form_create(explorer, from, missing ? line->action : "", missing ? line->to : ""), from,
        false, from_typed, "Add a transition from state:");
}

/* --------------------------------------------------------------- the others */

static void remove_line(struct explorer *explorer, const struct model_line *line)
{
    const struct summary *summary = explorer_summary(explorer);
    struct model_change wanted = {CHANGE_REMOVE, (char *)(uintptr_t)line->from,
                                  (char *)(uintptr_t)line->action, (char *)(uintptr_t)line->to};
    if (!line->from) {
        explorer_message(explorer, ROLE_DIM, "There is nothing to remove.");
        return;
    }
    bool learning = summary->entry->model && summary->entry->model->learning;
    change(explorer, &wanted,
           learning ? "Removed; but this model learns, and what the store learned comes back."
                    : "Removed.");
}

static void undo(struct explorer *explorer, struct model_edit *edit, bool again)
{
    if (edit && edit->saving)
        explorer_message(explorer, ROLE_WARNING, "The model is being saved.");
    else if (edit && again && edit->taken < edit->count)
        model_edit_go(explorer, edit, edit->taken + 1);
    else if (edit && !again && edit->taken)
        model_edit_go(explorer, edit, edit->taken - 1);
    else
        explorer_message(explorer, ROLE_DIM, "There is nothing to %s.",
                         again ? "do again" : "undo");
}

bool model_edit_command(struct explorer *explorer, enum command command,
                        const struct model_line *line)
{
    const struct summary *summary = explorer_summary(explorer);
    bool ours = command == COMMAND_FREEZE || command == COMMAND_LEARN || command == COMMAND_ADD ||
                command == COMMAND_REMOVE || command == COMMAND_UNDO || command == COMMAND_REDO ||
                command == COMMAND_SAVE;
    if (!ours)
        return false;
    if (!summary || !summary->entry || !summary->entry->specification) {
        explorer_message(explorer, ROLE_WARNING, "No specification is selected; 1 lists them.");
        return true;
    }
    if (summary->entry->lts) {
        explorer_message(explorer, ROLE_WARNING,
                         "An LTS file is no model; spex convert FILE NAME.spex makes one of it.");
        return true;
    }
    struct model_edit *edit = model_edits_find(explorer->workspace->edits, summary->name);
    switch (command) {
    case COMMAND_FREEZE:
        change(explorer, &(struct model_change){.kind = CHANGE_FREEZE},
               "Frozen: what it does not have becomes a deviation.");
        break;
    case COMMAND_LEARN:
        change(explorer, &(struct model_change){.kind = CHANGE_LEARN},
               "Learning: what is recorded is added to it.");
        break;
    case COMMAND_ADD:
        ask_transition(explorer, line);
        break;
    case COMMAND_REMOVE:
        remove_line(explorer, line);
        break;
    case COMMAND_SAVE:
        model_edit_save(explorer, edit);
        break;
    default:
        undo(explorer, edit, command == COMMAND_REDO);
        break;
    }
    return true;
}

/* ---------------------------------------------------------------- leaving */

static void leave_chosen(void *context, size_t item)
{
    struct explorer *explorer = context;
    struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, explorer->selection.specification);
    if (item == 0)
        model_edit_save(explorer, edit);
    else if (item == 2 && edit && !edit->saving)
        model_edit_drop(explorer, edit);
    if (item > 0)
        explorer_go_back(explorer);
}

bool model_edit_leave(struct explorer *explorer)
{
    const struct model_edit *edit =
        model_edits_find(explorer->workspace->edits, explorer->selection.specification);
    if (!model_edit_unsaved(edit) || edit->saving)
        return false;
    struct text title = {0};
    struct overlay_calls calls = {.chosen = leave_chosen, .context = explorer};
    text_printf(&title, "Unsaved changes to the model of %s", edit->specification);
    overlay_menu(&explorer->overlay, text_value(&title), &calls);
    overlay_menu_add(&explorer->overlay, "save", "write them to the file");
    overlay_menu_add(&explorer->overlay, "leave", "they stay, unsaved, until the end");
    overlay_menu_add(&explorer->overlay, "drop", "as it is in the file");
    text_release(&title);
    return true;
}
