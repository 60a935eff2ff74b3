/* Keys of spex-tui.ini over those of the command table. */
#include <string.h>

#include "base/base.h"
#include "views/commands/keys.h"
#include "views/commands/settings.h"

static const char *scope_name(enum view_id view)
{
    return view == VIEWS ? "everywhere" : view_name(view);
}

/* Whether the file says itself which keys this command has there. */
static bool is_assigned(const struct settings_assignments *assigned, enum view_id view,
                        enum command command)
{
    for (size_t i = 0; i < assigned->count; i++)
        if (assigned->items[i].command == command &&
            (assigned->items[i].view == view || assigned->items[i].view == VIEWS))
            return true;
    return false;
}

static bool has_key(const struct keymap *keymap, enum view_id view, enum command command)
{
    for (size_t i = 0; i < keymap->count; i++)
        if (keymap->items[i].view == view && keymap->items[i].command == command)
            return true;
    return false;
}

/* In one view, or everywhere. */
static bool bind(struct settings *settings, const struct settings_assignments *assigned,
                 const struct settings_assignment *wanted, enum view_id view)
{
    struct keymap *keymap = &settings->keymap;
    for (size_t i = 0; i < wanted->count; i++) {
        struct binding *taken = keymap_find(keymap, view, &wanted->keys[i]);
        enum command loser = taken ? taken->command : COMMAND_NONE;
        if (taken && taken->line && loser == wanted->command)
            continue;
        bool lost = taken != NULL;
        if (taken && taken->line) {
            settings_mistake(settings, wanted->line, "%s is the key of %s already (line %u), %s",
                             wanted->keys[i].name, command_entry(loser)->name, taken->line,
                             scope_name(view));
            continue;
        }
        if (taken)
            keymap_remove(keymap, taken);
        if (!keymap_add(keymap, view, wanted->command, &wanted->keys[i], wanted->line))
            return false;
        if (lost && !has_key(keymap, view, loser) && !is_assigned(assigned, view, loser))
            settings_mistake(settings, wanted->line,
                             "%s takes %s from %s, which has no key left %s%s: give it another, or "
                             "none (%s =)",
                             command_entry(wanted->command)->name, wanted->keys[i].name,
                             command_entry(loser)->name, view == VIEWS ? "" : "in ",
                             scope_name(view), command_entry(loser)->name);
    }
    return true;
}

/* A command of some views that stands in [keys] gets its keys in each of them. */
static bool apply(struct settings *settings, const struct settings_assignments *assigned,
                  const struct settings_assignment *wanted, bool clear)
{
    bool spread = wanted->view == VIEWS && !command_general(wanted->command);
    bool applied = true;
    for (int i = 0; i <= VIEWS && applied; i++) {
        enum view_id view = (enum view_id)i;
        if (spread ? view == VIEWS || !(command_entry(wanted->command)->views & 1u << view)
                   : view != wanted->view)
            continue;
        if (clear)
            keymap_clear(&settings->keymap, view, wanted->command);
        else
            applied = bind(settings, assigned, wanted, view);
    }
    return applied;
}

/* Whether the explorer can be left from every view: by quit itself, by leave, which goes back
 * until it quits, or by typing it into the prompt. */
static bool can_quit(const struct keymap *keymap)
{
    static const enum command ways[] = {COMMAND_QUIT, COMMAND_LEAVE, COMMAND_PROMPT};
    for (int view = 0; view < VIEWS; view++) {
        char key[16] = "";
        for (size_t i = 0; !*key && i < sizeof ways / sizeof *ways; i++)
            keymap_first(keymap, (enum view_id)view, ways[i], key);
        if (!*key)
            return false;
    }
    return true;
}

/* Takes the key of quit back from whatever has it in any view. */
static bool keep_quit(struct settings *settings, const struct settings_assignments *assigned)
{
    struct keymap *keymap = &settings->keymap;
    const char *word = command_entry(COMMAND_QUIT)->keys;
    struct key key;
    unsigned line = assigned->count ? assigned->items[assigned->count - 1].line : 1;
    if (can_quit(keymap))
        return true;
    for (size_t i = 0; i < assigned->count; i++) {
        enum command command = assigned->items[i].command;
        if (command == COMMAND_QUIT || command == COMMAND_LEAVE || command == COMMAND_PROMPT)
            line = assigned->items[i].line;
    }
    key_parse(word, strlen(word), &key, NULL);
    for (int view = 0; view <= VIEWS; view++) {
        struct binding *taken = keymap_find(keymap, (enum view_id)view, &key);
        if (taken)
            keymap_remove(keymap, taken);
    }
    settings_mistake(settings, line,
                     "this leaves no key to quit with, as quit, leave and prompt have none: %s "
                     "stays the key of quit",
                     word);
    return keymap_add(keymap, VIEWS, COMMAND_QUIT, &key, 0);
}

bool settings_apply_keys(struct settings *settings, const struct settings_assignments *assigned)
{
    bool applied = true;
    /* What the file says anew is free first, so that keys can change places. */
    for (size_t i = 0; i < assigned->count; i++)
        apply(settings, assigned, &assigned->items[i], true);
    for (int own = 0; own < 2; own++)
        for (size_t i = 0; i < assigned->count && applied; i++) {
            const struct settings_assignment *wanted = &assigned->items[i];
            if ((wanted->view != VIEWS) != (own == 1))
                continue;
            /* What a view says of its own command replaces what [keys] says of it. */
            if (own && !command_general(wanted->command))
                apply(settings, assigned, wanted, true);
            applied = apply(settings, assigned, wanted, false);
        }
    return applied && keep_quit(settings, assigned);
}
