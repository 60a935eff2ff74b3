/*
 * The table of commands (commands.def): keys, palette, help, man page and completions are made
 * from it. Which key is which: keymap.h.
 */
#ifndef VIEWS_COMMANDS_H
#define VIEWS_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

enum view_id {
    VIEW_OVERVIEW,
    VIEW_INSTANCES,
    VIEW_INSTANCE,
    VIEW_GRAPHS,
    VIEW_CHECK,
    VIEW_MODELS,
    VIEW_EVENTS,
    VIEW_EXPORT,
    VIEW_HELP,
    VIEWS
};

enum command {
    COMMAND_NONE = -1,
#define COMMAND(identifier, name, keys, views, help) COMMAND_##identifier,
#include "views/commands/commands.def"
#undef COMMAND
    COMMANDS
};

struct command_entry {
    const char *name;
    const char *keys; /* separated by blanks, the first one is shown */
    unsigned views;   /* bit 1 << view_id */
    const char *help;
};
const struct command_entry *command_entry(enum command command);
bool command_general(enum command command);

/* A key as it was pressed, or what the mouse did. */
struct key {
    char name[16]; /* "a", "Enter", "Up", "C-l", "F5", "PgDn", ...; "Press", "Drag", "Release",
                      "WheelUp", "WheelDown", "WheelLeft", "WheelRight" */
    char text[8];  /* what it types (UTF-8), "" if nothing */
    bool mouse;
    int x, y; /* of the mouse: the cell */
};
struct key key_named(const char *name);

/* By its name; COMMAND_NONE when there is none. */
enum command command_by_name(const char *name);
/* "overview", "instances", ... */
const char *view_name(enum view_id view);

#endif
