/*
 * Which key is which command. A key is looked up among those of the view first, then among
 * the general ones; the command table says which these are, spex-tui.ini changes them.
 */
#ifndef VIEWS_KEYMAP_H
#define VIEWS_KEYMAP_H

#include <stddef.h>

#include "base/text.h"
#include "views/commands/commands.h"

/* VIEWS as a view: everywhere. */
struct binding {
    struct key key;
    enum command command;
    enum view_id view;
    unsigned line; /* of the file it comes from; 0: of the table */
};

struct keymap {
    struct binding *items;
    size_t count, capacity;
};

/* The keys of the command table. False: memory is out. */
bool keymap_open(struct keymap *keymap);
void keymap_release(struct keymap *keymap);

/* COMMAND_NONE: the key does nothing there. */
enum command keymap_command(const struct keymap *keymap, enum view_id view, const struct key *key);
/* The keys of a command in a view, in the order in which they are to be shown: the first one,
 * "" if there is none; all of them, separated by blanks. */
void keymap_first(const struct keymap *keymap, enum view_id view, enum command command,
                  char key[16]);
void keymap_all(const struct keymap *keymap, enum view_id view, enum command command,
                struct text *keys);

/* ---- for settings.c: in one view, or everywhere */
struct binding *keymap_find(const struct keymap *keymap, enum view_id view, const struct key *key);
/* Takes all keys of the command there away. */
void keymap_clear(struct keymap *keymap, enum view_id view, enum command command);
void keymap_remove(struct keymap *keymap, struct binding *binding);
bool keymap_add(struct keymap *keymap, enum view_id view, enum command command,
                const struct key *key, unsigned line);

#endif
