#include "views/commands.h"

#include <stdio.h>
#include <string.h>

#define ALL ((1u << VIEWS) - 1)
#define IN(view) (1u << VIEW_##view)

static const struct command_entry entries[COMMANDS] = {
#define COMMAND(identifier, name, keys, views, help)                                               \
    [COMMAND_##identifier] = {name, keys, views, help},
#include "views/commands.def"
#undef COMMAND
};

const struct command_entry *command_entry(enum command command)
{
    return &entries[command];
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

static bool has_key(const struct command_entry *entry, const char *name)
{
    size_t length = strlen(name);
    for (const char *place = entry->keys; *place;) {
        size_t word = strcspn(place, " ");
        if (word == length && memcmp(place, name, length) == 0)
            return true;
        place += word;
        place += strspn(place, " ");
    }
    return false;
}

enum command command_for_key(enum view_id view, const struct key *key)
{
    for (int general = 0; general < 2; general++)
        for (int i = 0; i < COMMANDS; i++)
            if ((entries[i].views == ALL) == (general == 1) && (entries[i].views & 1u << view) &&
                has_key(&entries[i], key->name))
                return (enum command)i;
    return COMMAND_NONE;
}

enum command command_by_name(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(entries[i].name, name) == 0)
            return (enum command)i;
    return COMMAND_NONE;
}

void command_key(enum command command, char key[16])
{
    const char *keys = entries[command].keys;
    snprintf(key, 16, "%.*s", (int)strcspn(keys, " "), keys);
}
