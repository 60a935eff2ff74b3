#include "views/commands/commands.h"

#include <stdio.h>
#include <string.h>

#define ALL ((1u << VIEWS) - 1)
#define IN(view) (1u << VIEW_##view)

static const struct command_entry entries[COMMANDS] = {
#define COMMAND(identifier, name, keys, views, help)                                               \
    [COMMAND_##identifier] = {name, keys, views, help},
#include "views/commands/commands.def"
#undef COMMAND
};

const struct command_entry *command_entry(enum command command)
{
    return &entries[command];
}

const char *view_name(enum view_id view)
{
    /* Views have their commands in the same order. */
    return entries[COMMAND_OVERVIEW + (int)view].name;
}

bool command_general(enum command command)
{
    return entries[command].views == ALL;
}

struct key key_named(const char *name)
{
    struct key key = {0};
    snprintf(key.name, sizeof key.name, "%s", name);
    if (strlen(name) == 1 || (unsigned char)name[0] >= 0x80)
        snprintf(key.text, sizeof key.text, "%.7s", name);
    else if (strcmp(name, "Space") == 0)
        snprintf(key.text, sizeof key.text, " ");
    return key;
}

enum command command_by_name(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(entries[i].name, name) == 0)
            return (enum command)i;
    return COMMAND_NONE;
}
