/* What is said on the command line of spex-tui. */
#ifndef TUI_ARGUMENTS_H
#define TUI_ARGUMENTS_H

#include <stdbool.h>

#include "views/commands/settings.h"

struct arguments {
    const char *specs, *models, *store;
    bool doctor; /* only say what there is to say of terminal and settings */
    bool ascii, screen_reader, no_mouse, no_session;
    bool themed; /* the theme was named: */
    enum theme_name theme;
    /* Without a terminal: */
    const char *script; /* the keys; NULL: none */
    bool dump;          /* print the screen at the end */
    int width, height;
    int64_t now; /* the time it is taken to be, microseconds; 0: the clock's */
};

/* -1: go on, from argv[optind]; else the exit code, and what is to be said was said. */
int arguments_read(int argc, char **argv, struct arguments *arguments);

#endif
