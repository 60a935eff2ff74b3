/*
 * views/ - what is shown. Each view draws its part of the screen on a canvas of cells and
 * answers commands. No terminal here, so every screen is tested as text. The explorer
 * (explorer.h) holds them together.
 *
 *   screen/     what views are drawn with: canvas, lists, typed lines, overlays
 *   commands/   what can be asked for, and by which keys: table, palette, settings, scripts
 *   workspace/  what the explorer knows, and the jobs that find it out
 *   graphs/ check/ models/ instances/ instance/ events/ export/   a view each
 */
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

#include "views/screen/scroll.h"

struct explorer;

struct view_operations {
    const char *title;      /* in the tab line */
    const char *about;      /* one or two sentences for the help screen */
    enum command hints[12]; /* shown in the last line; ended by COMMAND_NONE */
    const char *open_word;  /* what Enter does here; NULL: "open" */
    /* The word for a hint as things are; "": it is of no use now, NULL: as ever. May be NULL. */
    const char *(*hint)(const struct explorer *explorer, const void *state, enum command command);
    /* The view's own state, zeroed, is created with this size and passed to each call. */
    size_t state_size;
    void (*draw)(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);
    /* False: not this view's command. */
    bool (*command)(struct explorer *explorer, void *state, enum command command);
    /* What is copied here; false: nothing. NULL: the selected row as it is shown. */
    bool (*copy)(struct explorer *explorer, void *state, struct text *text);
    /* The mouse did something there; false: nothing to the view. May be NULL. */
    bool (*mouse)(struct explorer *explorer, void *state, const struct key *key);
    /* The view came up, or what it shows changed (selection, files, store). May be NULL. */
    void (*refresh)(struct explorer *explorer, void *state);
    /* Several times a second while it shows: true if it is to be drawn. May be NULL. */
    bool (*tick)(struct explorer *explorer, void *state);
    void (*release)(void *state); /* may be NULL */
};

extern const struct view_operations overview_view, instances_view, instance_view, graphs_view,
    check_view, models_view, events_view, export_view, help_view;
const struct view_operations *view_operations(enum view_id view);

#endif
