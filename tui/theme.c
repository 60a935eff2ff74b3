#include "tui/theme.h"

#include <curses.h>
#include <stdlib.h>

/*
 * Colours are named by what they mean, and each theme says what they are: one of the eight
 * every terminal has, and the red, green and blue that are wanted where there are more.
 */
enum tone {
    TONE_OWN, /* the terminal's own */
    TONE_DIM,
    TONE_SOFT,
    TONE_KEY,
    TONE_ACTION,
    TONE_GOOD,
    TONE_WARNING,
    TONE_BAD,
    TONE_GHOST,
    TONE_CURRENT,
    TONE_BLACK,
    TONE_CLASS_3,
    TONE_CLASS_4,
    TONE_CLASS_5,
    TONE_CLASS_6,
    TONE_HEAT_3,
    TONES
};

static const struct look {
    unsigned char tone, background;
    attr_t attributes;
    attr_t plain; /* without colour */
} looks[ROLE_COUNT] = {
    [ROLE_NORMAL] = {TONE_OWN, 0, 0, 0},
    [ROLE_DIM] = {TONE_DIM, 0, 0, 0},
    [ROLE_TITLE] = {TONE_OWN, 0, A_BOLD, A_BOLD},
    [ROLE_TAB] = {TONE_SOFT, 0, 0, 0},
    [ROLE_TAB_CURRENT] = {TONE_OWN, 0, A_BOLD | A_REVERSE, A_BOLD | A_REVERSE},
    [ROLE_HEADER] = {TONE_DIM, 0, A_UNDERLINE, A_UNDERLINE},
    [ROLE_SELECTED] = {TONE_OWN, 0, A_REVERSE, A_REVERSE},
    [ROLE_KEY] = {TONE_KEY, 0, A_BOLD, A_BOLD},
    [ROLE_GOOD] = {TONE_GOOD, 0, 0, 0},
    [ROLE_WARNING] = {TONE_WARNING, 0, 0, A_BOLD},
    [ROLE_BAD] = {TONE_BAD, 0, A_BOLD, A_BOLD},
    [ROLE_FRAME] = {TONE_DIM, 0, 0, 0},
    [ROLE_FRAME_FOCUS] = {TONE_KEY, 0, 0, A_BOLD},
    [ROLE_ACTION] = {TONE_ACTION, 0, 0, 0},
    [ROLE_INTERNAL] = {TONE_DIM, 0, 0, 0},
    [ROLE_CURRENT] = {TONE_BLACK, TONE_CURRENT, A_BOLD, A_REVERSE | A_BOLD},
    [ROLE_INPUT] = {TONE_OWN, 0, 0, 0},
    [ROLE_LIT] = {TONE_OWN, 0, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
    [ROLE_GHOST] = {TONE_GHOST, 0, 0, A_DIM},
    [ROLE_CLASS_1] = {TONE_GOOD, 0, 0, 0},
    [ROLE_CLASS_1 + 1] = {TONE_KEY, 0, 0, 0},
    [ROLE_CLASS_1 + 2] = {TONE_CLASS_3, 0, 0, 0},
    [ROLE_CLASS_1 + 3] = {TONE_CLASS_4, 0, 0, 0},
    [ROLE_CLASS_1 + 4] = {TONE_CLASS_5, 0, 0, 0},
    [ROLE_CLASS_6] = {TONE_CLASS_6, 0, 0, 0},
    [ROLE_HEAT_1] = {TONE_DIM, 0, 0, 0},
    [ROLE_HEAT_1 + 1] = {TONE_CLASS_5, 0, 0, 0},
    [ROLE_HEAT_1 + 2] = {TONE_HEAT_3, 0, A_BOLD, A_BOLD},
    [ROLE_HEAT_4] = {TONE_BAD, 0, A_BOLD, A_BOLD},
    [ROLE_MISTAKE] = {TONE_BAD, 0, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
};

/* `few`: one of the eight, -1: the terminal's own. */
static const struct tone_colour {
    short few;
    int rgb;
} palettes[THEMES][TONES] = {
    [THEME_DARK] =
        {
            [TONE_OWN] = {-1, -1},
            [TONE_DIM] = {-1, 0x8a8a8a},
            [TONE_SOFT] = {-1, 0xbcbcbc},
            [TONE_KEY] = {COLOR_CYAN, 0x5fd7d7},
            [TONE_ACTION] = {COLOR_CYAN, 0x87d7ff},
            [TONE_GOOD] = {COLOR_GREEN, 0x87d787},
            [TONE_WARNING] = {COLOR_YELLOW, 0xffd75f},
            [TONE_BAD] = {COLOR_RED, 0xff5f5f},
            [TONE_GHOST] = {COLOR_YELLOW, 0xaf875f},
            [TONE_CURRENT] = {COLOR_YELLOW, -1},
            [TONE_BLACK] = {COLOR_BLACK, -1},
            [TONE_CLASS_3] = {COLOR_MAGENTA, 0xd787d7},
            [TONE_CLASS_4] = {COLOR_BLUE, 0x87afff},
            [TONE_CLASS_5] = {COLOR_YELLOW, 0xd7af87},
            [TONE_CLASS_6] = {COLOR_WHITE, 0xafd7af},
            [TONE_HEAT_3] = {COLOR_YELLOW, 0xffaf5f},
        },
    /* On white, each at least 4.5 times as dark. */
    [THEME_LIGHT] =
        {
            [TONE_OWN] = {-1, -1},
            [TONE_DIM] = {-1, 0x626262},
            [TONE_SOFT] = {-1, 0x4e4e4e},
            [TONE_KEY] = {COLOR_BLUE, 0x005f87},
            [TONE_ACTION] = {COLOR_BLUE, 0x005faf},
            [TONE_GOOD] = {COLOR_GREEN, 0x005f00},
            [TONE_WARNING] = {COLOR_MAGENTA, 0x875f00},
            [TONE_BAD] = {COLOR_RED, 0xaf0000},
            [TONE_GHOST] = {COLOR_MAGENTA, 0x875f5f},
            [TONE_CURRENT] = {COLOR_YELLOW, -1},
            [TONE_BLACK] = {COLOR_BLACK, -1},
            [TONE_CLASS_3] = {COLOR_MAGENTA, 0x870087},
            [TONE_CLASS_4] = {COLOR_BLUE, 0x0000af},
            [TONE_CLASS_5] = {COLOR_RED, 0x875f00},
            [TONE_CLASS_6] = {COLOR_BLACK, 0x303030},
            [TONE_HEAT_3] = {COLOR_RED, 0xaf5f00},
        },
    /* Nothing dim, and only the strongest of colours. */
    [THEME_HIGH_CONTRAST] =
        {
            [TONE_OWN] = {-1, -1},
            [TONE_DIM] = {-1, -1},
            [TONE_SOFT] = {-1, -1},
            [TONE_KEY] = {COLOR_CYAN, 0x00ffff},
            [TONE_ACTION] = {-1, -1},
            [TONE_GOOD] = {COLOR_GREEN, 0x00ff00},
            [TONE_WARNING] = {COLOR_YELLOW, 0xffff00},
            [TONE_BAD] = {COLOR_RED, 0xff8787},
            [TONE_GHOST] = {COLOR_YELLOW, 0xffff00},
            [TONE_CURRENT] = {COLOR_YELLOW, -1},
            [TONE_BLACK] = {COLOR_BLACK, -1},
            [TONE_CLASS_3] = {COLOR_MAGENTA, 0xff87ff},
            [TONE_CLASS_4] = {COLOR_WHITE, 0xffffff},
            [TONE_CLASS_5] = {COLOR_YELLOW, 0xffff87},
            [TONE_CLASS_6] = {COLOR_WHITE, 0xffffff},
            [TONE_HEAT_3] = {COLOR_YELLOW, 0xffff00},
        },
};

static bool coloured;

/* The nearest of the 6 x 6 x 6 colours or the greys that terminals with 256 have. */
static int nearest_of_256(int rgb)
{
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    int part[3] = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255}, index[3], distance = 0;
    for (int i = 0; i < 3; i++) {
        index[i] = 0;
        for (int k = 1; k < 6; k++)
            if (abs(part[i] - steps[k]) < abs(part[i] - steps[index[i]]))
                index[i] = k;
        distance += abs(part[i] - steps[index[i]]);
    }
    int level = ((part[0] + part[1] + part[2]) / 3 - 3) / 10, grey_distance = 0;
    level = level < 0 ? 0 : level > 23 ? 23 : level;
    for (int i = 0; i < 3; i++)
        grey_distance += abs(part[i] - (8 + 10 * level));
    return grey_distance < distance ? 232 + level : 16 + 36 * index[0] + 6 * index[1] + index[2];
}

/* How many colours are used of those the terminal has; 1 << 24: any. */
static int depth_of(enum colours colours)
{
    enum { ANY = 1 << 24 };
    int able = COLORS >= ANY || can_change_color() ? ANY : COLORS;
    switch (colours) {
    case COLOURS_8:
        return 8;
    case COLOURS_256:
        return COLORS < 256 ? COLORS : 256;
    case COLOURS_TRUE:
        return able;
    case COLOURS_AUTO:
    default:
        /* To change what the terminal's colours are is for who asks for it. */
        return COLORS >= ANY ? ANY : COLORS;
    }
}

/* A terminal whose colours are numbers takes the value itself; another is told to make the
 * last of its 256 this one, and gives them back at the end. */
static int true_colour(enum tone tone, int rgb)
{
    if (COLORS >= 1 << 24)
        return rgb > 7 ? rgb : 0;
    short slot = (short)(COLORS - TONES + (int)tone);
    if (COLORS < 256 || init_color(slot, (short)((rgb >> 16 & 255) * 1000 / 255),
                                   (short)((rgb >> 8 & 255) * 1000 / 255),
                                   (short)((rgb & 255) * 1000 / 255)) == ERR)
        return nearest_of_256(rgb);
    return slot;
}

static int colour_of(enum theme_name theme, enum tone tone, int depth)
{
    const struct tone_colour *colour = &palettes[theme][tone];
    if (depth < 256 || colour->rgb < 0)
        return colour->few;
    return depth > 256 ? true_colour(tone, colour->rgb) : nearest_of_256(colour->rgb);
}

void theme_init(enum theme_name theme, enum colours colours)
{
    const char *refused = getenv("NO_COLOR");
    coloured = has_colors() && !(refused && *refused) && theme != THEME_NONE;
    if (!coloured)
        return;
    start_color();
    bool own = use_default_colors() == OK;
    int depth = depth_of(colours);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct look *look = &looks[role];
        int colour = colour_of(theme, look->tone, depth);
        int background = look->background ? colour_of(theme, look->background, depth) : -1;
        if (!own)
            colour = colour < 0 ? COLOR_WHITE : colour,
            background = background < 0 ? COLOR_BLACK : background;
        init_extended_pair(role + 1, colour, background);
    }
}

void theme_look(enum role role, unsigned long *attributes, short *pair)
{
    *pair = coloured ? (short)(role + 1) : 0;
    *attributes = coloured ? looks[role].attributes : looks[role].plain;
}
