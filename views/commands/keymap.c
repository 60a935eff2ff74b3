#include "views/commands/keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "views/commands/keys.h"

bool keymap_add(struct keymap *keymap, enum view_id view, enum command command,
                const struct key *key, unsigned line)
{
    if (!memory_reserve(&keymap->items, &keymap->capacity, keymap->count + 1,
                        sizeof *keymap->items))
        return false;
    keymap->items[keymap->count++] = (struct binding){*key, command, view, line};
    return true;
}

static bool add_defaults(struct keymap *keymap, enum view_id view, enum command command)
{
    bool added = true;
    for (const char *place = command_entry(command)->keys; *place && added;) {
        size_t length = strcspn(place, " ");
        struct key key;
        added = !key_parse(place, length, &key, NULL) && keymap_add(keymap, view, command, &key, 0);
        place += length + strspn(place + length, " ");
    }
    return added;
}

bool keymap_open(struct keymap *keymap)
{
    bool added = true;
    *keymap = (struct keymap){0};
    for (int i = 0; i < COMMANDS && added; i++) {
        enum command command = (enum command)i;
        if (command_general(command))
            added = add_defaults(keymap, VIEWS, command);
        for (int view = 0; view < VIEWS && added && !command_general(command); view++)
            if (command_entry(command)->views & 1u << view)
                added = add_defaults(keymap, (enum view_id)view, command);
    }
    if (!added)
        keymap_release(keymap);
    return added;
}

void keymap_release(struct keymap *keymap)
{
    free(keymap->items);
    *keymap = (struct keymap){0};
}

struct binding *keymap_find(const struct keymap *keymap, enum view_id view, const struct key *key)
{
    for (size_t i = 0; i < keymap->count; i++)
        if (keymap->items[i].view == view && strcmp(keymap->items[i].key.name, key->name) == 0)
            return &keymap->items[i];
    return NULL;
}

enum command keymap_command(const struct keymap *keymap, enum view_id view, const struct key *key)
{
    const struct binding *binding = keymap_find(keymap, view, key);
    if (!binding)
        binding = keymap_find(keymap, VIEWS, key);
    return binding ? binding->command : COMMAND_NONE;
}

void keymap_all(const struct keymap *keymap, enum view_id view, enum command command,
                struct text *keys)
{
    for (int general = 0; general < 2; general++)
        for (size_t i = 0; i < keymap->count; i++) {
            const struct binding *binding = &keymap->items[i];
            if (binding->command != command || binding->view != (general ? VIEWS : view))
                continue;
            /* A general key may be another command's here. */
            if (general && keymap_find(keymap, view, &binding->key))
                continue;
            text_printf(keys, "%s%s", keys->length ? " " : "", binding->key.name);
        }
}

void keymap_first(const struct keymap *keymap, enum view_id view, enum command command,
                  char key[16])
{
    struct text keys = {0};
    keymap_all(keymap, view, command, &keys);
    const char *all = text_value(&keys);
    snprintf(key, 16, "%.*s", (int)strcspn(all, " "), all);
    text_release(&keys);
}

void keymap_remove(struct keymap *keymap, struct binding *binding)
{
    size_t behind = keymap->count - (size_t)(binding - keymap->items) - 1;
    memmove(binding, binding + 1, behind * sizeof *binding);
    keymap->count--;
}

void keymap_clear(struct keymap *keymap, enum view_id view, enum command command)
{
    for (size_t i = keymap->count; i-- > 0;)
        if (keymap->items[i].view == view && keymap->items[i].command == command)
            keymap_remove(keymap, &keymap->items[i]);
}
