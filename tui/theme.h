/* How each role looks: colours where the terminal has them, attributes where not. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "views/screen/canvas.h"
#include "views/commands/settings.h"

/* After curses is up. Honours NO_COLOR. */
void theme_init(enum theme_name theme, enum colours colours);
/* The curses attributes and colour pair of a role. */
void theme_look(enum role role, unsigned long *attributes, short *pair);

#endif
