#include "tui/doctor.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <term.h>
#include <unistd.h>

#include "base/base.h"
#include "tui/terminal.h"

static void say(const char *level, const char *topic, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(const char *level, const char *topic, const char *format, ...)
{
    struct text words = {0}, visible = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&words, format, arguments);
    va_end(arguments);
    text_append_visible(&visible, text_value(&words));
    printf("%s\t%s\t%s\n", level, topic, text_value(&visible));
    text_release(&words);
    text_release(&visible);
}

static const char *value_of(const char *variable)
{
    const char *value = getenv(variable);
    return value ? value : "";
}

static void say_colours(void)
{
    int colours = tigetnum("colors");
    if (*value_of("NO_COLOR"))
        say("note", "colours", "none: NO_COLOR is set");
    else if (colours < 8)
        say("note", "colours", "none: TERM=%s has none", value_of("TERM"));
    else if (colours >= 1 << 24)
        say("ok", "colours", "any");
    else
        say("ok", "colours", "%d%s", colours,
            tigetflag("ccc") > 0 ? "; colours = true in spex-tui.ini can have any" : "");
}

static void say_terminal(void)
{
    int reason;
    const char *type = value_of("TERM");
    if (setupterm(NULL, STDOUT_FILENO, &reason) != OK) {
        say("problem", "terminal",
            "TERM=%s is not known here; try TERM=xterm or vt100, or install ncurses-term", type);
        return;
    }
    const char *move = tigetstr("cup"), *clear_text = tigetstr("clear");
    if (!move || move == (char *)-1 || !clear_text || clear_text == (char *)-1) {
        say("problem", "terminal", "TERM=%s cannot place its cursor: the explorer cannot be used",
            type);
    } else {
        const char *mouse = tigetstr("kmous");
        bool reports = mouse && mouse != (char *)-1;
        say("ok", "terminal", "TERM=%s%s%s", type, *value_of("TMUX") ? ", in tmux" : "",
            reports ? ", with a mouse" : ", without a mouse");
        say_colours();
        if (!terminal_clipboard())
            say("note", "clipboard", "this terminal has none: y cannot copy");
        else if (*value_of("TMUX"))
            say("ok", "clipboard", "through tmux, where \"set -s set-clipboard on\" allows it");
        else
            say("ok", "clipboard", "through the terminal (OSC 52), where it allows that");
    }
    del_curterm(cur_term);
}

static void say_locale(void)
{
    const char *name = setlocale(LC_CTYPE, NULL);
    if (terminal_unicode())
        say("ok", "locale", "%s, UTF-8", name);
    else
        say("note", "locale",
            "%s, whose characters are %s: frames and signs are ASCII; LC_ALL=C.UTF-8 has all", name,
            nl_langinfo(CODESET));
}

static void say_settings(const struct settings *settings)
{
    if (!settings->path)
        say("note", "settings", "neither HOME nor XDG_CONFIG_HOME is set: none are read");
    else if (!settings->there)
        say("ok", "settings", "there is no %s: all is as it comes", settings->path);
    else if (!settings->mistake_count)
        say("ok", "settings", "%s", settings->path);
    char *all = memory_copy_text(text_value(&settings->mistakes));
    for (char *line = all, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        *next++ = '\0';
        say("problem", "settings", "%s", line);
    }
    free(all);
}

static void say_state(const char *directory)
{
    struct stat about;
    if (!directory)
        say("note", "history", "neither HOME nor XDG_STATE_HOME is set: nothing is kept");
    else if (stat(directory, &about) == 0 && access(directory, W_OK | X_OK) != 0)
        say("problem", "history", "%s cannot be written: sessions and what is typed are not kept",
            directory);
    else
        say("ok", "history", "kept in %s", directory);
}

void doctor_print(const struct settings *settings, const char *state_dir)
{
    say_terminal();
    say_locale();
    say_settings(settings);
    say_state(state_dir);
}
