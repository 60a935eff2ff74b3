#include "views/explorer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "project/lts_files.h"
#include "views/instances/filters.h"
#include "views/commands/prompt.h"
#include "views/quit.h"
#include "views/selection.h"
#include "views/session.h"
#include "views/unsaved.h"
#include "views/instance/what_if.h"

const struct view_operations *view_operations(enum view_id view)
{
    static const struct view_operations *const operations[VIEWS] = {
        [VIEW_OVERVIEW] = &overview_view, [VIEW_INSTANCES] = &instances_view,
        [VIEW_INSTANCE] = &instance_view, [VIEW_GRAPHS] = &graphs_view,
        [VIEW_CHECK] = &check_view,       [VIEW_MODELS] = &models_view,
        [VIEW_EVENTS] = &events_view,     [VIEW_EXPORT] = &export_view,
        [VIEW_HELP] = &help_view,
    };
    return operations[view];
}

static void workspace_changed(void *context)
{
    struct explorer *explorer = context;
    unsaved_restore(explorer);
    selection_follow(explorer);
    what_if_refresh(explorer);
    explorer_refresh_views(explorer);
}

/* What is to be known before anything else, unless there is something to answer. */
static void notice(struct explorer *explorer, const char *title, const char *words)
{
    if (words && explorer->overlay.kind == OVERLAY_NONE)
        overlay_notice(&explorer->overlay, title, words);
    else if (words)
        explorer_message(explorer, ROLE_WARNING, "%s: %s", title, words);
}

/* Who names two of them wants to know how they differ, who names one wants to see it. */
static bool begin_with_lts_files(struct explorer *explorer, const struct workspace_options *options)
{
    char *name = lts_files_name(options->files, options->file_count);
    if (name) {
        explorer_select_specification(explorer, name);
        explorer->restored = true;
        explorer_open(explorer, options->file_count > 1 ? VIEW_CHECK : VIEW_GRAPHS);
    }
    bool named = name != NULL;
    free(name);
    return named;
}

struct explorer *explorer_create(const struct explorer_options *options)
{
    struct explorer *explorer = memory_allocate(1, sizeof *explorer);
    if (!explorer)
        return NULL;
    struct workspace_options workspace = options->workspace;
    workspace.watch.changed = workspace_changed;
    workspace.watch.context = explorer;
    workspace.ascii = options->ascii || options->screen_reader;
    explorer->ascii = options->ascii;
    explorer->screen_reader = options->screen_reader;
    explorer->keymap = options->keymap ? options->keymap : &explorer->own_keymap;
    explorer->jobs = jobs_create(&workspace.clock);
    if (explorer->jobs)
        explorer->workspace = workspace_create(&workspace, explorer->jobs);
    history_open(&explorer->typed, options->state_dir, "command-history");
    explorer->filters = filters_create(options->config_dir, options->state_dir);
    bool made = explorer->workspace && explorer->filters &&
                (options->keymap || keymap_open(&explorer->own_keymap));
    for (int i = 0; made && i < VIEWS; i++) {
        explorer->states[i] = memory_allocate(1, view_operations((enum view_id)i)->state_size);
        made = explorer->states[i] != NULL;
    }
    if (!made) {
        explorer_free(explorer);
        return NULL;
    }
    explorer->stack[0] = VIEW_OVERVIEW;
    explorer->depth = 1;
    explorer->pending = COMMAND_NONE;
    if (!begin_with_lts_files(explorer, &workspace) && options->session)
        explorer->session_path =
            session_path(options->state_dir, "session.json", &workspace.project);
    explorer->unsaved_path = session_path(options->state_dir, "unsaved.txt", &workspace.project);
    session_restore(explorer);
    workspace_refresh(explorer->workspace, REFRESH_ALL);
    offer_import(explorer);
    notice(explorer, "Not all settings can be used", options->mistakes);
    notice(explorer, "Not all settings of this project can be used", options->doubt);
    return explorer;
}

void explorer_free(struct explorer *explorer)
{
    if (!explorer)
        return;
    if (explorer->depth)
        session_keep(explorer);
    free(explorer->session_path);
    free(explorer->unsaved_path);
    jobs_free(explorer->jobs);
    workspace_free(explorer->workspace);
    for (int i = 0; i < VIEWS; i++) {
        const struct view_operations *operations = view_operations((enum view_id)i);
        if (explorer->states[i] && operations->release)
            operations->release(explorer->states[i]);
        free(explorer->states[i]);
    }
    overlay_close(&explorer->overlay);
    what_if_free(explorer->what_if);
    filters_free(explorer->filters);
    history_close(&explorer->typed);
    keymap_release(&explorer->own_keymap);
    selection_release(&explorer->selection);
    text_release(&explorer->message);
    text_release(&explorer->told);
    text_release(&explorer->clipboard);
    text_release(&explorer->selected_row);
    free(explorer);
}

enum view_id explorer_view(const struct explorer *explorer)
{
    return explorer->stack[explorer->depth - 1];
}

void explorer_refresh_views(struct explorer *explorer)
{
    for (int i = 0; i < VIEWS; i++) {
        const struct view_operations *operations = view_operations((enum view_id)i);
        if (operations->refresh && explorer_view(explorer) == (enum view_id)i)
            operations->refresh(explorer, explorer->states[i]);
    }
}

void explorer_open(struct explorer *explorer, enum view_id view)
{
    /* A view stands in the stack once: going to one that is there goes back to it; but what is
     * exported is what is shown now. */
    size_t i = 0;
    while (i < explorer->depth && explorer->stack[i] != view)
        i++;
    if (i < explorer->depth && view != VIEW_EXPORT) {
        explorer->depth = i;
    } else if (i < explorer->depth) {
        explorer->depth--;
        memmove(explorer->stack + i, explorer->stack + i + 1,
                (explorer->depth - i) * sizeof *explorer->stack);
    }
    explorer->stack[explorer->depth++] = view;
    explorer_refresh_views(explorer);
}

void explorer_message(struct explorer *explorer, enum role role, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_clear(&explorer->message);
    text_vprintf(&explorer->message, format, arguments);
    va_end(arguments);
    explorer->message_role = role;
}

static void go_back(struct explorer *explorer, bool may_quit)
{
    if (explorer->depth > 1) {
        explorer->depth--;
        explorer_refresh_views(explorer);
    } else if (may_quit) {
        quit(explorer);
    } else {
        explorer_message(explorer, ROLE_DIM, "This is the first view; q quits.");
    }
}

void explorer_go_back(struct explorer *explorer)
{
    go_back(explorer, false);
}

static void go_to(struct explorer *explorer, enum view_id view)
{
    if (view == VIEW_INSTANCE && !explorer->selection.identifier) {
        explorer_message(explorer, ROLE_WARNING, "No instance is selected: choose one here.");
        view = VIEW_INSTANCES;
    }
    explorer_open(explorer, view);
}

/* What stands there now, and the last one that stood there. */
static void show_messages(struct explorer *explorer)
{
    struct text text = {0};
    explorer_state_of_things(explorer, &text);
    if (explorer->told.length)
        text_printf(&text, "%s%s", text.length ? "\n\n" : "", text_value(&explorer->told));
    if (text.length)
        overlay_notice(&explorer->overlay, "Message", text_value(&text));
    else
        explorer_message(explorer, ROLE_DIM, "There was no message yet.");
    text_release(&text);
}

static void general_command(struct explorer *explorer, enum command command)
{
    switch (command) {
    case COMMAND_OVERVIEW:
        explorer->depth = 1;
        explorer_refresh_views(explorer);
        break;
    case COMMAND_INSTANCES:
    case COMMAND_INSTANCE:
    case COMMAND_GRAPHS:
        go_to(explorer, (enum view_id)(VIEW_OVERVIEW + (command - COMMAND_OVERVIEW)));
        break;
    case COMMAND_CHECK:
        if (explorer->selection.specification)
            workspace_check(explorer->workspace, explorer->selection.specification);
        go_to(explorer, VIEW_CHECK);
        break;
    case COMMAND_MODELS:
        go_to(explorer, VIEW_MODELS);
        break;
    case COMMAND_EVENTS:
        go_to(explorer, VIEW_EVENTS);
        break;
    case COMMAND_EXPORT:
        go_to(explorer, VIEW_EXPORT);
        break;
    case COMMAND_HELP:
        go_to(explorer, VIEW_HELP);
        break;
    case COMMAND_LEAVE:
    case COMMAND_BACK:
        go_back(explorer, command == COMMAND_LEAVE);
        break;
    case COMMAND_QUIT:
        quit(explorer);
        break;
    case COMMAND_PROMPT:
        prompt_open(explorer);
        break;
    case COMMAND_MESSAGE:
        show_messages(explorer);
        break;
    case COMMAND_RELOAD:
        workspace_refresh(explorer->workspace, REFRESH_ALL);
        explorer_message(explorer, ROLE_DIM, "Reading files and store again.");
        break;
    case COMMAND_CANCEL:
        if (jobs_cancel(explorer->jobs))
            explorer_message(explorer, ROLE_WARNING, "Cancelled.");
        else
            explorer_message(explorer, ROLE_DIM, "Nothing runs that could be cancelled. Q quits.");
        break;
    case COMMAND_COPY:
        copy_selected(explorer);
        break;
    case COMMAND_REDRAW:
        explorer->effect = EFFECT_REDRAW;
        break;
    case COMMAND_SUSPEND:
        explorer->effect = EFFECT_SUSPEND;
        break;
    default:
        break;
    }
}

void explorer_command(struct explorer *explorer, enum command command)
{
    enum view_id view = explorer_view(explorer);
    if (!view_operations(view)->command(explorer, explorer->states[view], command))
        general_command(explorer, command);
}

bool explorer_press(struct explorer *explorer, struct scroll *scroll, const struct key *key,
                    size_t count)
{
    enum press press = scroll_press(scroll, key, count);
    if (press == PRESS_OPENS)
        explorer_command(explorer, COMMAND_OPEN);
    return press != PRESS_ELSEWHERE;
}

/* The tab drawn in this column; -1: none. */
static int tab_at(const struct explorer *explorer, int x)
{
    int tab = VIEW_HELP - 1;
    while (tab >= 0 && x <= explorer->tabs[tab])
        tab--;
    return tab;
}

/* What a view does not take: the wheel moves on, a press on a tab opens it. */
static void mouse_key(struct explorer *explorer, const struct key *key)
{
    enum view_id view = explorer_view(explorer);
    const struct view_operations *operations = view_operations(view);
    bool up = strcmp(key->name, "WheelUp") == 0, down = strcmp(key->name, "WheelDown") == 0;
    if (operations->mouse && operations->mouse(explorer, explorer->states[view], key))
        return;
    for (int i = 0; (up || down) && i < 3; i++)
        explorer_command(explorer, up ? COMMAND_UP : COMMAND_DOWN);
    if (key->y == 0 && strcmp(key->name, "Press") == 0) {
        int tab = tab_at(explorer, key->x);
        if (tab >= 0)
            general_command(explorer, (enum command)(COMMAND_OVERVIEW + tab));
    }
}

/* The message stood there until now. */
static void put_message_away(struct explorer *explorer)
{
    if (!explorer->message.length)
        return;
    struct text told = explorer->told;
    explorer->told = explorer->message;
    explorer->message = told;
    text_clear(&explorer->message);
}

/* A key in the last row; false: there is none. */
static bool press_hint(struct explorer *explorer, const struct key *key)
{
    for (size_t i = 0; i < explorer->hint_count; i++) {
        const struct hint hint = explorer->hints[i];
        struct key meant = key_named(hint.key);
        if (!area_has(&hint.shown, key->x, key->y))
            continue;
        if (hint.command != COMMAND_NONE)
            explorer_command(explorer, hint.command);
        else
            overlay_key(&explorer->overlay, &meant);
        return true;
    }
    return false;
}

static void mouse(struct explorer *explorer, const struct key *key)
{
    if (strcmp(key->name, "Press") == 0 && press_hint(explorer, key))
        return;
    if (explorer->overlay.kind == OVERLAY_NONE)
        mouse_key(explorer, key);
    else
        overlay_mouse(&explorer->overlay, key);
}

enum effect explorer_key(struct explorer *explorer, const struct key *key)
{
    explorer->effect = EFFECT_NONE;
    /* Letting go of the button is no answer to what pressing it said. */
    if (strcmp(key->name, "Release") != 0)
        put_message_away(explorer);
    if (key->mouse) {
        mouse(explorer, key);
        return explorer->effect;
    }
    if (explorer->overlay.kind != OVERLAY_NONE) {
        overlay_key(&explorer->overlay, key);
        return explorer->effect;
    }
    enum command command = keymap_command(explorer->keymap, explorer_view(explorer), key);
    if (command != COMMAND_NONE)
        explorer_command(explorer, command);
    else
        explorer_message(explorer, ROLE_DIM, "%s does nothing here; ? shows the keys.", key->name);
    return explorer->effect;
}

bool explorer_tick(struct explorer *explorer)
{
    enum { POLL = 250000 };
    bool changed = jobs_finish(explorer->jobs) > 0;
    const spex_clock *clock = &explorer->workspace->options.clock;
    int64_t now = clock->monotonic(clock->context);
    if (now - explorer->polled >= POLL) {
        explorer->polled = now;
        bool files = explorer->polls++ % 4 == 0;
        workspace_refresh(explorer->workspace, files ? REFRESH_CHANGED : REFRESH_STORE);
    }
    enum view_id view = explorer_view(explorer);
    if (view_operations(view)->tick)
        changed |= view_operations(view)->tick(explorer, explorer->states[view]);
    double part;
    bool cancellable;
    return changed || jobs_running(explorer->jobs, POLL, &part, &cancellable);
}

void explorer_settle(struct explorer *explorer)
{
    jobs_settle(explorer->jobs);
}

const char *explorer_finish_writing(struct explorer *explorer)
{
    text_clear(&explorer->message);
    explorer->message_role = ROLE_NORMAL;
    jobs_cancel(explorer->jobs); /* what is being done to many instances says how far it came */
    while (explorer->writing)
        jobs_wait(explorer->jobs);
    return explorer->message_role == ROLE_BAD ? text_value(&explorer->message) : NULL;
}
