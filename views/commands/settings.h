/*
 * What a person chose for good, in spex-tui.ini: keys, colours, mouse. What is wrong there is
 * told and left out; the rest holds.
 *
 *   [keys]              quit = Q C-q          [theme]    name = light
 *   [keys.instances]    delete = D                       colours = 256
 *   [screen]            mouse = off           [session]  keep = off
 */
#ifndef VIEWS_SETTINGS_H
#define VIEWS_SETTINGS_H

#include "views/commands/keymap.h"

enum theme_name { THEME_DARK, THEME_LIGHT, THEME_HIGH_CONTRAST, THEME_NONE, THEMES };
enum colours { COLOURS_AUTO, COLOURS_8, COLOURS_256, COLOURS_TRUE, COLOUR_CHOICES };

struct settings {
    struct keymap keymap;
    enum theme_name theme;
    enum colours colours;
    bool mouse, ascii, screen_reader, session;
    char *path;           /* of the file; NULL: there is no place for one */
    bool there;           /* whether there is one */
    struct text mistakes; /* a line each, "FILE:LINE:COLUMN: ..." */
    unsigned mistake_count;
};

/* The defaults, and over them spex-tui.ini of the folder, which may be NULL. False: memory is
 * out. */
bool settings_load(struct settings *settings, const char *directory);
void settings_release(struct settings *settings);
/* In two: the defaults, and over them the bytes of a file, which mistakes name as `path`. */
bool settings_open(struct settings *settings);
bool settings_read(struct settings *settings, const char *bytes, size_t length);

/* By the name in the file; false: there is none. */
bool settings_theme(const char *name, enum theme_name *theme);

/* ---- for settings_keys.c */
struct settings_assignment {
    enum view_id view; /* VIEWS: [keys] */
    enum command command;
    unsigned line;
    struct key keys[8];
    size_t count;
};
struct settings_assignments {
    struct settings_assignment *items;
    size_t count, capacity;
};
void settings_mistake(struct settings *settings, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Makes them the keys; conflicts are told. */
bool settings_apply_keys(struct settings *settings, const struct settings_assignments *assigned);

#endif
