/*
 * The explorer: which view shows, what is selected, what lies over it. It takes keys
 * and draws on a canvas; the terminal is somebody else's.
 */
#ifndef VIEWS_EXPLORER_H
#define VIEWS_EXPLORER_H

#include "views/screen/history.h"
#include "views/commands/keymap.h"
#include "views/screen/overlay.h"
#include "views/view.h"
#include "views/workspace/workspace.h"

enum effect { EFFECT_NONE, EFFECT_REDRAW, EFFECT_SUSPEND, EFFECT_COPY, EFFECT_QUIT };

struct explorer_options {
    struct workspace_options workspace;
    bool ascii;
    bool screen_reader;          /* no frames, the cursor where the selection is */
    const struct keymap *keymap; /* NULL: that of the command table */
    const char *mistakes;        /* in the settings, to be shown at the start; or NULL */
    bool session; /* begins where the last one ended, and keeps where this one does */
    /* Where saved filters, what was typed and the session are kept; NULL: nowhere. */
    const char *config_dir, *state_dir;
    const char *doubt; /* what of the project's own settings is not as it says; may be NULL */
};

/* What views share: the specification and the instance that everything is about. */
struct selection {
    char *specification;     /* NULL: none yet */
    char *identifier;        /* NULL: no instance */
    spex_instance *instance; /* as last read; NULL: not read yet, or gone */
    spex_error instance_error;
    size_t travel;  /* steps back from the newest one: 0 is now */
    int64_t moment; /* to travel to once the instance is read; 0: none */
    bool loading;
};

struct filters;
struct what_if;

struct explorer {
    struct workspace *workspace;
    struct jobs *jobs;
    bool ascii, screen_reader;
    struct keymap own_keymap;
    const struct keymap *keymap;
    enum view_id stack[VIEWS];
    size_t depth; /* stack[depth - 1] shows */
    void *states[VIEWS];
    struct selection selection;
    struct overlay overlay;
    struct filters *filters;  /* saved ones, and those that were typed */
    struct history typed;     /* at the prompt */
    struct text clipboard;    /* what EFFECT_COPY is about */
    struct text selected_row; /* as last drawn */
    char *session_path;       /* NULL: not kept */
    char *unsaved_path;       /* NULL: there is no place for it */
    bool unsaved_restored;    /* once, when the files are read */
    bool restored;            /* what is selected is of the last session, and may be gone */
    struct what_if *what_if;  /* what is simulated; NULL: nothing */
    struct text message;
    enum role message_role;
    struct text told; /* the last message, when it is gone from the screen */
    enum effect effect;
    int page_height; /* rows of the view when last drawn */
    int tabs[VIEWS]; /* where each tab begins in the first row */
    struct hint {
        struct area shown;
        enum command command; /* COMMAND_NONE: the key, of what lies over the view */
        char key[16];
    } hints[16]; /* the keys in the last row */
    size_t hint_count;
    int64_t polled;
    unsigned polls;       /* every fourth one looks at the files too */
    unsigned writing;     /* actions on their way to the store */
    bool marks_done;      /* what was marked was dealt with */
    bool scoped;          /* instances opens with the selected specification's only */
    enum command pending; /* done once the selected instance is read; COMMAND_NONE: nothing */
};

struct explorer *explorer_create(const struct explorer_options *options);
void explorer_free(struct explorer *explorer);
void explorer_draw(struct explorer *explorer, struct canvas *canvas);
enum effect explorer_key(struct explorer *explorer, const struct key *key);
/* Finishes jobs and looks for changes; true if the screen should be drawn. */
bool explorer_tick(struct explorer *explorer);
/* Before the end: waits until what is being written to the store is; answers what went
 * wrong with it, or NULL. */
const char *explorer_finish_writing(struct explorer *explorer);
/* Waits for all work to be done: for tests. */
void explorer_settle(struct explorer *explorer);

/* ---- for views */
enum view_id explorer_view(const struct explorer *explorer);
void explorer_open(struct explorer *explorer, enum view_id view);
void explorer_go_back(struct explorer *explorer);
void explorer_message(struct explorer *explorer, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What the line of messages says when there is no message: what runs or is wrong with the store.
 */
enum role explorer_state_of_things(struct explorer *explorer, struct text *text);
void explorer_command(struct explorer *explorer, enum command command);
/* A press on a row of the view's list: puts the cursor there, another one opens it. False: on no
 * row. */
bool explorer_press(struct explorer *explorer, struct scroll *scroll, const struct key *key,
                    size_t count);
/* Select; views are refreshed. NULL identifier: no instance. */
void explorer_select_specification(struct explorer *explorer, const char *name);
void explorer_select_instance(struct explorer *explorer, const char *identifier,
                              const char *specification);
/* Moves the selected specification along the overview's order. */
void explorer_move_specification(struct explorer *explorer, int by);
/* Whether there is another one to move to. */
bool explorer_other_specification(const struct explorer *explorer);
void explorer_refresh_views(struct explorer *explorer);
/* The selected specification's row; NULL: none. */
const struct summary *explorer_summary(const struct explorer *explorer);
/* The step that travel points at; NULL: the instance is shown before its first step, or has none.
 */
const spex_step *explorer_travel_step(const struct explorer *explorer);
/* The state the selected instance was in there; NULL: none or not initialised. */
const char *explorer_travel_state(const struct explorer *explorer);
bool explorer_travel(struct explorer *explorer, enum command command);
/* To the selected instance as it was then, as soon as it is read. */
void explorer_travel_to(struct explorer *explorer, int64_t moment);

/* ---- copy.c */
/* To the terminal's clipboard, line by line made harmless, and says so; `what` it is, in a word or
 * two, NULL: what its first line says. */
void explorer_copy(struct explorer *explorer, const char *what, const char *text);
/* What is selected in the view that shows. */
void copy_selected(struct explorer *explorer);

/* ---- offer.c: asks, once, whether the tables of an Elixir project are to be imported; not where
 * there is a store already */
void offer_import(struct explorer *explorer);

/* The list of instances, with this filter. */
void explorer_filter(struct explorer *explorer, const char *filter);

/* ---- actions.c: what changes the store, shared by views */
void action_step(struct explorer *explorer);
void action_mock(struct explorer *explorer);
void action_delete(struct explorer *explorer);
/* Records `action` leading to `state` at once; where steps are simulated, that too. */
void action_step_to(struct explorer *explorer, const char *action, const char *state);

#endif
