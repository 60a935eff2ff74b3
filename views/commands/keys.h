/* How keys are written: the command table, spex-tui.ini and scripts all use these words. */
#ifndef VIEWS_KEYS_H
#define VIEWS_KEYS_H

#include <stddef.h>

#include "spex.h"
#include "views/commands/commands.h"

/* A character ("a", "?", "é"), or "Enter", "Space", "PgDn", "S-Left", "C-l", "F5", ... Errors:
 * USAGE, which says what would be one. */
int key_parse(const char *word, size_t length, struct key *key, spex_error *error);

#endif
