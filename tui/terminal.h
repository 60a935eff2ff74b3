/*
 * tui/ - the terminal: the event loop, keys, colours, and carrying the canvas to the
 * screen. The only code that includes curses; everything shown is decided in views/.
 */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdbool.h>

#include "spex.h"
#include "views/screen/canvas.h"
#include "views/commands/commands.h"
#include "views/commands/settings.h"

/* Takes the terminal over. Errors: USAGE (not a terminal, or one that cannot place its
 * cursor), SYSTEM. */
int terminal_open(const struct settings *settings, spex_error *error);
/* Gives it back as it was; may be called twice. */
void terminal_close(void);
/* Back to the shell until fg. */
void terminal_suspend(void);
/* Whether the locale can show more than ASCII. */
bool terminal_unicode(void);
void terminal_size(int *width, int *height);
/* After SIGWINCH: takes the window's new size over. */
void terminal_resize(void);
/* The next key that is there already; false: none. Resizes are answered as "Resize". */
bool terminal_key(struct key *key);
/* Whether this kind of terminal has a clipboard that can be written to. */
bool terminal_clipboard(void);
/* Into the terminal's clipboard (OSC 52); false: this one has none. */
bool terminal_copy(const char *text, size_t length);
void terminal_draw(const struct canvas *canvas);
/* Draws every cell anew next time. */
void terminal_forget(void);

#endif
