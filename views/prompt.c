#include "views/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"

static bool available(enum view_id view, int command)
{
    return command_entry((enum command)command)->views & 1u << view;
}

static void typed(void *context, const char *text)
{
    struct explorer *explorer = context;
    char name[64];
    size_t length = strcspn(text, " ");
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), text);
    const char *argument = text + length + strspn(text + length, " ");
    enum command command = command_by_name(strcmp(name, "q") == 0 ? "quit" : name);
    if (!*name)
        return;
    if (command == COMMAND_INSTANCE && *argument) {
        explorer_select_instance(explorer, argument, NULL);
        explorer_open(explorer, VIEW_INSTANCE);
    } else if (command == COMMAND_FILTER && explorer_view(explorer) == VIEW_INSTANCES &&
               *argument) {
        explorer_filter(explorer, argument);
    } else if (command != COMMAND_NONE && available(explorer_view(explorer), command)) {
        if (*argument && !workspace_find(explorer->workspace, argument)) {
            explorer_message(explorer, ROLE_WARNING, "There is no specification %s; 1 lists them.",
                             argument);
            return;
        }
        if (*argument) {
            explorer_select_specification(explorer, argument);
            explorer->scoped = command == COMMAND_INSTANCES;
        }
        explorer_command(explorer, command);
    } else {
        const char *nearest = NULL;
        unsigned distance = strlen(name) > 5 ? 4 : 2;
        for (int i = 0; i < COMMANDS; i++) {
            unsigned other = text_distance(name, command_entry((enum command)i)->name);
            if (available(explorer_view(explorer), i) && other < distance) {
                distance = other;
                nearest = command_entry((enum command)i)->name;
            }
        }
        if (command != COMMAND_NONE)
            explorer_message(explorer, ROLE_WARNING, "%s is no command of this view.", name);
        else if (nearest)
            explorer_message(explorer, ROLE_WARNING, "There is no %s; did you mean %s?", name,
                             nearest);
        else
            explorer_message(explorer, ROLE_WARNING, "There is no command %s; ? lists them.", name);
    }
}

/* Completes to what all commands that begin so have in common. */
static void complete(void *context, struct line_editor *editor)
{
    struct explorer *explorer = context;
    const char *begin = text_value(&editor->text);
    size_t length = strlen(begin), common = 0;
    const char *first = NULL;
    struct text names = {0};
    for (int i = 0; i < COMMANDS; i++) {
        const char *name = command_entry((enum command)i)->name;
        if (!available(explorer_view(explorer), i) || strncmp(name, begin, length) != 0)
            continue;
        if (!first) {
            first = name;
            common = strlen(name);
        }
        while (strncmp(name, first, common) != 0)
            common--;
        text_printf(&names, "%s ", name);
    }
    if (first && common > length) {
        char value[64];
        snprintf(value, sizeof value, "%.*s", (int)common, first);
        line_editor_set(editor, value);
    } else if (first) {
        explorer_message(explorer, ROLE_DIM, "%s", text_value(&names));
    }
    text_release(&names);
}

void prompt_open(struct explorer *explorer)
{
    struct overlay_calls calls = {.typed = typed, .complete = complete, .context = explorer};
    overlay_line(&explorer->overlay, ":", "", &calls);
}
