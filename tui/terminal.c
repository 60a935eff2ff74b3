#include "tui/terminal.h"

#include <curses.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "base/error.h"
#include "tui/theme.h"

static SCREEN *screen;
static bool forget;

static int check_terminal(spex_error *error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(
            error, SPEX_ERROR_USAGE,
            "spex-tui needs a terminal; in scripts use spex (spex help lists its verbs)");
    const char *term = getenv("TERM");
    int reason;
    if (setupterm(NULL, STDOUT_FILENO, &reason) != OK)
        return error_set(error, SPEX_ERROR_USAGE,
                         "the terminal type TERM=%s is not known here; try TERM=xterm or vt100",
                         term ? term : "");
    const char *move = tigetstr("cup"), *clear_screen_text = tigetstr("clear");
    bool able = move && move != (char *)-1 && clear_screen_text && clear_screen_text != (char *)-1;
    del_curterm(cur_term); /* newterm makes its own */
    if (!able)
        return error_set(error, SPEX_ERROR_USAGE,
                         "TERM=%s cannot place its cursor, which an explorer needs; use another "
                         "terminal, or spex for plain output",
                         term ? term : "");
    return SPEX_OK;
}

/* ------------------------------------------------------------------ the mouse */

static bool mouse_open;

/* Drags are reported too, which curses asks no terminal for by itself. */
static void report_drags(bool wanted)
{
    if (!mouse_open)
        return;
    fputs(wanted ? "\033[?1002h" : "\033[?1002l", stdout);
    fflush(stdout);
}

static void open_mouse(void)
{
    mmask_t wanted = BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED |
                     REPORT_MOUSE_POSITION;
    const char *reports = tigetstr("kmous");
    if (!reports || reports == (char *)-1)
        return;
    mouseinterval(0);
    mouse_open = mousemask(wanted, NULL) != 0;
    report_drags(true);
}

static bool mouse_key(struct key *key)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return false;
    const char *name = event.bstate & BUTTON4_PRESSED    ? "WheelUp"
                       : event.bstate & BUTTON5_PRESSED  ? "WheelDown"
                       : event.bstate & BUTTON1_PRESSED  ? "Press"
                       : event.bstate & BUTTON1_RELEASED ? "Release"
                                                         : "Drag";
    bool sideways = event.bstate & BUTTON_SHIFT;
    if (sideways && event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
        name = event.bstate & BUTTON4_PRESSED ? "WheelLeft" : "WheelRight";
    *key = key_named(name);
    key->mouse = true;
    key->x = event.x;
    key->y = event.y;
    return true;
}

int terminal_open(const struct settings *settings, spex_error *error)
{
    int status = check_terminal(error);
    if (status)
        return status;
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return error_set(error, SPEX_ERROR_SYSTEM, "curses cannot use this terminal");
    set_term(screen);
    raw();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    set_escdelay(25);
    theme_init(settings->theme, settings->colours);
    if (settings->mouse)
        open_mouse();
    return SPEX_OK;
}

void terminal_close(void)
{
    if (!screen)
        return;
    report_drags(false);
    endwin();
    delscreen(screen);
    screen = NULL;
}

void terminal_suspend(void)
{
    report_drags(false);
    endwin();
    raise(SIGTSTP);
    forget = true;
    refresh();
    report_drags(true);
}

/* ------------------------------------------------------------ the clipboard */

/* Terminals that would show the sequence, or do something else with it. */
bool terminal_clipboard(void)
{
    static const char *const without[] = {"linux", "vt", "ansi", "cons", "dumb", "Eterm", "sun"};
    const char *term = getenv("TERM");
    for (size_t i = 0; term && i < sizeof without / sizeof *without; i++)
        if (strncmp(term, without[i], strlen(without[i])) == 0)
            return false;
    return term != NULL;
}

bool terminal_copy(const char *text, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    /* screen hands on what stands in a string of its own; tmux knows the sequence itself. */
    bool screen_program = getenv("STY") && !getenv("TMUX");
    if (!terminal_clipboard())
        return false;
    const unsigned char *bytes = (const unsigned char *)text;
    fputs(screen_program ? "\033P\033]52;c;" : "\033]52;c;", stdout);
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned long three = (unsigned long)bytes[i] << 16 |
                              (left > 1 ? (unsigned long)bytes[i + 1] << 8 : 0) |
                              (left > 2 ? bytes[i + 2] : 0);
        putchar(digits[three >> 18]);
        putchar(digits[three >> 12 & 63]);
        putchar(left > 1 ? digits[three >> 6 & 63] : '=');
        putchar(left > 2 ? digits[three & 63] : '=');
    }
    fputs(screen_program ? "\a\033\\" : "\a", stdout);
    return fflush(stdout) == 0;
}

bool terminal_unicode(void)
{
    const char *codeset = nl_langinfo(CODESET);
    return strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "utf8") == 0;
}

void terminal_size(int *width, int *height)
{
    getmaxyx(stdscr, *height, *width);
}

/* Curses counts in shorts, and larger windows are nobody's. */
static int clamp(unsigned short size)
{
    enum { LARGEST = 1000 };
    return size < LARGEST ? size : LARGEST;
}

void terminal_resize(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(clamp(size.ws_row), clamp(size.ws_col));
}

void terminal_forget(void)
{
    forget = true;
}

/* ------------------------------------------------------------------- keys */

static const struct {
    wint_t code;
    const char *name;
} special_keys[] = {
    {KEY_UP, "Up"},          {KEY_DOWN, "Down"},
    {KEY_LEFT, "Left"},      {KEY_RIGHT, "Right"},
    {KEY_HOME, "Home"},      {KEY_END, "End"},
    {KEY_PPAGE, "PgUp"},     {KEY_NPAGE, "PgDn"},
    {KEY_ENTER, "Enter"},    {KEY_BACKSPACE, "Backspace"},
    {KEY_DC, "Delete"},      {KEY_BTAB, "S-Tab"},
    {KEY_RESIZE, "Resize"},  {KEY_FIND, "Home"},
    {KEY_SELECT, "End"},     {KEY_SLEFT, "S-Left"},
    {KEY_SRIGHT, "S-Right"}, {KEY_SR, "S-Up"},
    {KEY_SF, "S-Down"},
};

static const struct {
    wint_t code;
    const char *name;
} control_keys[] = {{'\r', "Enter"},    {'\n', "Enter"},  {'\t', "Tab"}, {27, "Esc"},
                    {127, "Backspace"}, {8, "Backspace"}, {' ', "Space"}};

static void name_character(wint_t code, struct key *key)
{
    for (size_t i = 0; i < sizeof control_keys / sizeof *control_keys; i++)
        if (control_keys[i].code == code) {
            *key = key_named(control_keys[i].name);
            return;
        }
    if (code < 32) {
        snprintf(key->name, sizeof key->name, "C-%c", (int)code + 96);
        return;
    }
    char bytes[MB_LEN_MAX + 1] = "";
    mbstate_t state = {0};
    size_t length = wcrtomb(bytes, (wchar_t)code, &state);
    if (length == (size_t)-1 || length >= sizeof key->text || (code >= 0x7f && code < 0xa0)) {
        snprintf(key->name, sizeof key->name, "U+%04X", (unsigned)code);
        return;
    }
    memcpy(key->name, bytes, length);
    memcpy(key->text, bytes, length);
}

bool terminal_key(struct key *key)
{
    memset(key, 0, sizeof *key);
    wint_t code;
    int kind = get_wch(&code);
    if (kind == ERR)
        return false;
    if (kind == OK) {
        name_character(code, key);
        return true;
    }
    if (code == KEY_MOUSE)
        return mouse_key(key);
    for (size_t i = 0; i < sizeof special_keys / sizeof *special_keys; i++)
        if (special_keys[i].code == code) {
            *key = key_named(special_keys[i].name);
            return true;
        }
    if (code > KEY_F0 && code <= KEY_F(12))
        snprintf(key->name, sizeof key->name, "F%u", (unsigned)(code - KEY_F0));
    else
        snprintf(key->name, sizeof key->name, "key %u", (unsigned)code);
    return true;
}

/* ---------------------------------------------------------------- drawing */

static void draw_cell(int x, int y, const struct cell *cell)
{
    unsigned long attributes;
    short pair;
    theme_look((enum role)cell->role, &attributes, &pair);
    wchar_t wide[CCHARW_MAX + 1];
    mbstate_t state = {0};
    const char *bytes = cell->text;
    size_t count = mbsrtowcs(wide, &bytes, CCHARW_MAX, &state);
    if (count == (size_t)-1 || count == 0) {
        wide[0] = L'?';
        count = 1;
    }
    wide[count] = L'\0';
    cchar_t shown;
    if (setcchar(&shown, wide, (attr_t)attributes, pair, NULL) == ERR) {
        wide[1] = L'\0';
        setcchar(&shown, wide, (attr_t)attributes, pair, NULL);
    }
    mvadd_wch(y, x, &shown);
}

void terminal_draw(const struct canvas *canvas)
{
    if (forget)
        clearok(stdscr, TRUE);
    forget = false;
    erase();
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const struct cell *cell = canvas_at(canvas, x, y);
            if (cell->width > 0)
                draw_cell(x, y, cell);
        }
    if (canvas->cursor_x >= 0 && canvas->cursor_x < canvas->width) {
        curs_set(1);
        move(canvas->cursor_y, canvas->cursor_x);
    } else {
        curs_set(0);
        move(canvas->height - 1, canvas->width - 1);
    }
    refresh();
}
