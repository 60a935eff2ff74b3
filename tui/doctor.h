/* What the explorer makes of this terminal and of its settings, for `spex doctor`. */
#ifndef TUI_DOCTOR_H
#define TUI_DOCTOR_H

#include "views/commands/settings.h"

/* A line each on standard output: "ok", "note" or "problem", the topic, what there is to say,
 * with tabs between them. */
void doctor_print(const struct settings *settings, const char *state_dir);

#endif
