#include "views/commands/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

static bool available(enum view_id view, int command)
{
    return command_entry((enum command)command)->views & 1u << view;
}

/* There is no such command here: the nearest one is named. */
static void tell_unknown(struct explorer *explorer, const char *name)
{
    const char *nearest = NULL;
    unsigned distance = strlen(name) > 5 ? 4 : 2;
    for (int i = 0; i < COMMANDS; i++) {
        unsigned other = text_distance(name, command_entry((enum command)i)->name);
        if (available(explorer_view(explorer), i) && other < distance) {
            distance = other;
            nearest = command_entry((enum command)i)->name;
        }
    }
    if (command_by_name(name) != COMMAND_NONE)
        explorer_message(explorer, ROLE_WARNING, "%s is no command of this view.", name);
    else if (nearest)
        explorer_message(explorer, ROLE_WARNING, "There is no %s; did you mean %s?", name, nearest);
    else
        explorer_message(explorer, ROLE_WARNING, "There is no command %s; ? lists them.", name);
}

/* The argument goes into the line or menu that the command opens. */
static void answer(struct explorer *explorer, enum command command, const char *argument)
{
    explorer_command(explorer, command);
    if (explorer->overlay.kind == OVERLAY_NONE) {
        if (!explorer->message.length)
            explorer_message(explorer, ROLE_WARNING, "There is no specification %s; 1 lists them.",
                             argument);
    } else if (!overlay_answer(&explorer->overlay, argument)) {
        explorer_message(explorer, ROLE_WARNING, "There is no %s among these.", argument);
    }
}

static void run_with(struct explorer *explorer, enum command command, const char *argument)
{
    if (command == COMMAND_INSTANCE) {
        explorer_select_instance(explorer, argument, NULL);
        explorer_open(explorer, VIEW_INSTANCE);
    } else if (workspace_find(explorer->workspace, argument)) {
        explorer_select_specification(explorer, argument);
        explorer->scoped = command == COMMAND_INSTANCES;
        if (command == COMMAND_GRAPHS) /* the list would take its own row's */
            explorer_open(explorer, VIEW_GRAPHS);
        else
            explorer_command(explorer, command);
    } else if (command <= COMMAND_EXPORT) {
        explorer_message(explorer, ROLE_WARNING, "There is no specification %s; 1 lists them.",
                         argument);
    } else {
        answer(explorer, command, argument);
    }
}

void prompt_run(struct explorer *explorer, const char *text)
{
    char *line = memory_copy_text(text + strspn(text, " "));
    if (!line)
        return;
    for (size_t end = strlen(line); end && line[end - 1] == ' ';)
        line[--end] = '\0';
    char *argument = line + strcspn(line, " ");
    if (*argument)
        *argument++ = '\0';
    argument += strspn(argument, " ");
    enum command command = command_by_name(strcmp(line, "q") == 0 ? "quit" : line);
    if (command == COMMAND_NONE || !available(explorer_view(explorer), command)) {
        if (*line)
            tell_unknown(explorer, line);
    } else if (*argument) {
        run_with(explorer, command, argument);
    } else {
        explorer_command(explorer, command);
    }
    free(line);
}

static void typed(void *context, const char *text)
{
    struct explorer *explorer = context;
    history_note(&explorer->typed, text + strspn(text, " "));
    prompt_run(explorer, text);
}

static void suggest(void *context, const char *text, struct overlay *overlay)
{
    prompt_suggest(context, text, overlay);
}

static void recall(void *context, struct line_editor *editor, bool older)
{
    struct explorer *explorer = context;
    history_recall(&explorer->typed, editor, older);
}

static bool recalling(void *context)
{
    const struct explorer *explorer = context;
    return explorer->typed.back > 0;
}

void prompt_open(struct explorer *explorer)
{
    struct overlay_calls calls = {.typed = typed,
                                  .suggest = suggest,
                                  .recall = recall,
                                  .recalling = recalling,
                                  .context = explorer};
    history_begin(&explorer->typed);
    overlay_line(&explorer->overlay, ":", "", &calls);
}
