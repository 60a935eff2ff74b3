#include "tui/theme.h"

#include <curses.h>
#include <stdlib.h>

/* -1: the terminal's own colour. `bright` is used where there are 256 colours. */
static const struct look {
    short colour, bright, background;
    attr_t attributes;
    attr_t plain; /* without colour */
} looks[ROLE_COUNT] = {
    [ROLE_NORMAL] = {-1, -1, -1, 0, 0},
    [ROLE_DIM] = {-1, 245, -1, 0, 0},
    [ROLE_TITLE] = {-1, -1, -1, A_BOLD, A_BOLD},
    [ROLE_TAB] = {-1, 250, -1, 0, 0},
    [ROLE_TAB_CURRENT] = {-1, -1, -1, A_BOLD | A_REVERSE, A_BOLD | A_REVERSE},
    [ROLE_HEADER] = {-1, 245, -1, A_UNDERLINE, A_UNDERLINE},
    [ROLE_SELECTED] = {-1, -1, -1, A_REVERSE, A_REVERSE},
    [ROLE_KEY] = {COLOR_CYAN, 80, -1, A_BOLD, A_BOLD},
    [ROLE_GOOD] = {COLOR_GREEN, 114, -1, 0, 0},
    [ROLE_WARNING] = {COLOR_YELLOW, 221, -1, 0, A_BOLD},
    [ROLE_BAD] = {COLOR_RED, 203, -1, A_BOLD, A_BOLD},
    [ROLE_FRAME] = {-1, 245, -1, 0, 0},
    [ROLE_FRAME_FOCUS] = {COLOR_CYAN, 80, -1, 0, A_BOLD},
    [ROLE_ACTION] = {COLOR_CYAN, 117, -1, 0, 0},
    [ROLE_INTERNAL] = {-1, 245, -1, 0, 0},
    [ROLE_CURRENT] = {COLOR_BLACK, COLOR_BLACK, COLOR_YELLOW, A_BOLD, A_REVERSE | A_BOLD},
    [ROLE_INPUT] = {-1, -1, -1, 0, 0},
    [ROLE_LIT] = {-1, -1, -1, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
    [ROLE_GHOST] = {COLOR_YELLOW, 137, -1, 0, A_DIM},
    [ROLE_CLASS_1] = {COLOR_GREEN, 114, -1, 0, 0},
    [ROLE_CLASS_1 + 1] = {COLOR_CYAN, 80, -1, 0, 0},
    [ROLE_CLASS_1 + 2] = {COLOR_MAGENTA, 176, -1, 0, 0},
    [ROLE_CLASS_1 + 3] = {COLOR_BLUE, 111, -1, 0, 0},
    [ROLE_CLASS_1 + 4] = {COLOR_YELLOW, 180, -1, 0, 0},
    [ROLE_CLASS_6] = {COLOR_WHITE, 151, -1, 0, 0},
    [ROLE_HEAT_1] = {-1, 245, -1, 0, 0},
    [ROLE_HEAT_1 + 1] = {COLOR_YELLOW, 180, -1, 0, 0},
    [ROLE_HEAT_1 + 2] = {COLOR_YELLOW, 215, -1, A_BOLD, A_BOLD},
    [ROLE_HEAT_4] = {COLOR_RED, 203, -1, A_BOLD, A_BOLD},
    [ROLE_MISTAKE] = {COLOR_RED, 203, -1, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
};

static bool coloured;

void theme_init(void)
{
    const char *refused = getenv("NO_COLOR");
    coloured = has_colors() && !(refused && *refused);
    if (!coloured)
        return;
    start_color();
    bool own = use_default_colors() == OK;
    for (int role = 0; role < ROLE_COUNT; role++) {
        short colour = COLORS >= 256 ? looks[role].bright : looks[role].colour;
        short background = looks[role].background;
        if (!own)
            colour = colour < 0 ? COLOR_WHITE : colour,
            background = background < 0 ? COLOR_BLACK : background;
        init_pair((short)(role + 1), colour, background);
    }
}

void theme_look(enum role role, unsigned long *attributes, short *pair)
{
    *pair = coloured ? (short)(role + 1) : 0;
    *attributes = coloured ? looks[role].attributes : looks[role].plain;
}
