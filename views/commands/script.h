/*
 * An explorer without a terminal: keys written as text, pressed one by one, each when all work
 * of the one before is done, and the screen as text. For bug reports, documents and tests.
 *
 *   2 / "state:paid" Enter dump End Press@10,5 Resize@120x40
 *
 * Words are keys (keys.h); what stands in double quotes is typed ('\' before a quote or
 * another '\'); `dump` prints the screen; a mouse's press, drag, release or wheel has the cell
 * behind it, and Resize@ the new size.
 */
#ifndef VIEWS_SCRIPT_H
#define VIEWS_SCRIPT_H

#include "views/explorer.h"

enum script_kind { SCRIPT_KEY, SCRIPT_DUMP, SCRIPT_RESIZE };

struct script_step {
    enum script_kind kind;
    struct key key;
    int width, height; /* of a resize */
};

struct script {
    struct script_step *steps;
    size_t count, capacity;
};

/* Errors: USAGE (what is wrong where), MEMORY. */
int script_parse(struct script *script, const char *text, spex_error *error);
void script_release(struct script *script);

/* "80x24"; false: no size of a screen. */
bool script_size(const char *text, int *width, int *height);

/* Draws, presses the key, and waits for what it started. */
enum effect script_press(struct explorer *explorer, struct canvas *canvas, const struct key *key);
/* Draws, with all work done that drawing asked for. */
void script_draw(struct explorer *explorer, struct canvas *canvas);
/* Runs all of it, or until the explorer quits; `print` gets the screen at each dump. */
void script_run(const struct script *script, struct explorer *explorer, struct canvas *canvas,
                void (*print)(const struct canvas *canvas));

#endif
