#include "views/commands/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

static const char *const names[] = {
    "Up",      "Down", "Left",      "Right",  "Home", "End",   "PgUp",  "PgDn",
    "Enter",   "Esc",  "Backspace", "Delete", "Tab",  "S-Tab", "Space", "S-Left",
    "S-Right", "S-Up", "S-Down",    "F1",     "F2",   "F3",    "F4",    "F5",
    "F6",      "F7",   "F8",        "F9",     "F10",  "F11",   "F12",
};

/* What a terminal sends for these letters with control is another key. */
static const char *const same_as_control[26] = {
    ['h' - 'a'] = "Backspace", ['i' - 'a'] = "Tab", ['j' - 'a'] = "Enter", ['m' - 'a'] = "Enter"};

static int parse_control(const char *word, struct key *key, spex_error *error)
{
    const char *other = same_as_control[word[2] - 'a'];
    if (other)
        return error_set(error, SPEX_ERROR_USAGE, "C-%c is %s to a terminal: write %s", word[2],
                         other, other);
    snprintf(key->name, sizeof key->name, "C-%c", word[2]);
    return SPEX_OK;
}

static bool one_character(const char *word, size_t length, size_t limit)
{
    size_t taken;
    int32_t code = utf8_next(word, length, &taken);
    return length > 0 && length < limit && utf8_grapheme(word, length) == length && code > ' ' &&
           code != 0x7f && (code < 0x80 || code >= 0xa0) && utf8_valid(word, length);
}

int key_parse(const char *word, size_t length, struct key *key, spex_error *error)
{
    *key = (struct key){0};
    if (one_character(word, length, sizeof key->text)) {
        memcpy(key->name, word, length);
        memcpy(key->text, word, length);
        return SPEX_OK;
    }
    if (length == 3 && word[0] == 'C' && word[1] == '-' && word[2] >= 'a' && word[2] <= 'z')
        return parse_control(word, key, error);
    const char *nearest = NULL;
    char typed[16];
    snprintf(typed, sizeof typed, "%.*s", (int)(length < 15 ? length : 15), word);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == length && strncasecmp(names[i], word, length) == 0) {
            *key = key_named(names[i]);
            return SPEX_OK;
        }
        if (!nearest && text_distance(typed, names[i]) <= 2 && length > 2)
            nearest = names[i];
    }
    return error_set(error, SPEX_ERROR_USAGE,
                     "%.*s is no key: expected a character, C- and a letter, or a name such as "
                     "Enter, Space, PgDn, S-Left%s%s%s",
                     (int)(length < 40 ? length : 40), word, nearest ? "; did you mean " : "",
                     nearest ? nearest : "", nearest ? "?" : "");
}
