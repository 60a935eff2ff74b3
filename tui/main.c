/* spex-tui: arguments, signals, and the loop between terminal and explorer. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "project/elixir_project.h"
#include "tui/arguments.h"
#include "tui/doctor.h"
#include "tui/terminal.h"
#include "views/commands/script.h"
#include "views/unsaved.h"

/* ---------------------------------------------------------------- signals */

/* Handlers only write a byte; the loop does the rest. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (write(signal_pipe[1], &byte, 1) < 0) {
        /* The pipe is full of signals: the loop is awake already. */
    }
    errno = saved;
}

static int catch_signals(spex_error *error)
{
    static const int caught[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGCONT};
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return error_system(error, "cannot create a pipe");
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        sigaction(caught[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return SPEX_OK;
}

/* ------------------------------------------------------------------- loop */

struct session {
    struct explorer *explorer;
    struct canvas canvas;
    bool dirty;
    int ended_by; /* a signal; 0: none */
    bool over;
};

static void read_signals(struct session *session)
{
    unsigned char bytes[64];
    ssize_t count = read(signal_pipe[0], bytes, sizeof bytes);
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == SIGWINCH) {
            terminal_resize();
            session->dirty = true;
        } else if (bytes[i] == SIGCONT) {
            terminal_forget();
            session->dirty = true;
        } else {
            session->ended_by = bytes[i];
        }
    }
}

static void copy(struct explorer *explorer)
{
    const struct text *text = &explorer->clipboard;
    if (!terminal_copy(text_value(text), text->length))
        explorer_message(explorer, ROLE_WARNING, "This terminal has no clipboard to copy to.");
}

/* True if there may be more. */
static bool read_keys(struct session *session)
{
    /* A paste is many keys: between some of them the screen is drawn and signals are seen. */
    enum { AT_ONCE = 64 };
    struct key key;
    int read = 0;
    for (; read < AT_ONCE && !session->over && terminal_key(&key); read++) {
        session->dirty = true;
        if (strcmp(key.name, "Resize") == 0)
            continue;
        switch (explorer_key(session->explorer, &key)) {
        case EFFECT_QUIT:
            session->over = true;
            break;
        case EFFECT_SUSPEND:
            terminal_suspend();
            break;
        case EFFECT_REDRAW:
            terminal_forget();
            break;
        case EFFECT_COPY:
            copy(session->explorer);
            break;
        case EFFECT_NONE:
            break;
        }
    }
    return read == AT_ONCE;
}

static void draw(struct session *session)
{
    int width, height;
    terminal_size(&width, &height);
    if (!canvas_resize(&session->canvas, width, height))
        return;
    explorer_draw(session->explorer, &session->canvas);
    terminal_draw(&session->canvas);
    session->dirty = false;
}

static void loop(struct session *session)
{
    enum { TICK = 100, CLOCK = 1000 };
    int quiet = 0;
    bool more = false;
    session->dirty = true;
    while (!session->over && !session->ended_by) {
        if (explorer_tick(session->explorer))
            session->dirty = true;
        if (session->dirty)
            draw(session);
        struct pollfd wait[] = {{STDIN_FILENO, POLLIN, 0},
                                {signal_pipe[0], POLLIN, 0},
                                {jobs_descriptor(session->explorer->jobs), POLLIN, 0}};
        int ready = poll(wait, 3, more ? 0 : TICK);
        if (ready < 0 && errno != EINTR)
            session->ended_by = SIGHUP;
        if (wait[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            session->ended_by = SIGHUP;
        read_signals(session);
        more = !session->ended_by && read_keys(session);
        /* Ages on the screen move on once a second. */
        quiet = ready == 0 ? quiet + TICK : 0;
        if (quiet >= CLOCK) {
            quiet = 0;
            session->dirty = true;
        }
    }
}

/* -------------------------------------------------------------- the project */

static int set_directory(struct project_options *options, const char *name, const char *value,
                         bool must_exist, spex_error *error)
{
    struct stat about;
    if (!value)
        return SPEX_OK;
    if (must_exist && stat(value, &about) < 0)
        return error_set(error, SPEX_ERROR_USAGE, "there is no folder %s", value);
    return project_options_set(options, name, value, error);
}

/* The only argument may be the folder of an Elixir project. */
static int scan_project(int count, char **files, struct elixir_project *project, bool *given,
                        spex_error *error)
{
    *given = count == 1 && elixir_project_named(files[0]);
    if (*given && !elixir_project_program(files[0])) {
        struct text none = {0};
        elixir_project_none(files[0], &none);
        error_set(error, SPEX_ERROR_USAGE, "%s", text_value(&none));
        text_release(&none);
        return SPEX_ERROR_USAGE;
    }
    return *given ? elixir_project_scan(files[0], project, error) : SPEX_OK;
}

/* `folder`: of the project; NULL: there is none. */
static int load_options(struct project_options *options, const struct arguments *arguments,
                        const char *folder, const struct elixir_project *project, spex_error *error)
{
    int status = folder ? elixir_project_options(folder, project, options, error)
                        : project_options_load(options, NULL, error);
    if (!status)
        status = set_directory(options, "specs_dir", arguments->specs, true, error);
    if (!status)
        status = set_directory(options, "impl_models_dir", arguments->models, false, error);
    if (!status)
        status = set_directory(options, "store_dir", arguments->store, false, error);
    return status;
}

static int check_files(int count, char **files, spex_error *error)
{
    for (int i = 0; i < count; i++)
        if (access(files[i], R_OK) < 0)
            return error_set(error, SPEX_ERROR_USAGE, "cannot read %s: %s", files[i],
                             strerror(errno));
    return SPEX_OK;
}

static int complain(const spex_error *error)
{
    fprintf(stderr, "spex-tui: %s\n", error->message);
    return error->status == SPEX_ERROR_USAGE || error->status == SPEX_ERROR_SYNTAX ? 2 : 3;
}

/* $XDG_CONFIG_HOME/spex or $HOME/.config/spex, and so on; NULL: there is no such place. */
static char *home_directory(const char *variable, const char *below_home)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    if (base && *base == '/')
        return file_join(base, "spex");
    char *parent = home && *home == '/' ? file_join(home, below_home) : NULL;
    char *directory = parent ? file_join(parent, "spex") : NULL;
    free(parent);
    return directory;
}

/* What was asked for is done, and what came of it told, though nobody looks any more. */
static void finish_writing(struct explorer *explorer)
{
    if (!explorer || !explorer->writing)
        return;
    fputs("spex-tui: finishing what is being written to the store ...\n", stderr);
    const char *problem = explorer_finish_writing(explorer);
    if (problem)
        fprintf(stderr, "spex-tui: %s\n", problem);
}

/* A signal asks nobody whether what is unsaved may be lost. */
static void keep_unsaved(const struct explorer *explorer)
{
    struct text names = {0};
    spex_error error;
    int status = unsaved_keep(explorer, &names, &error);
    if (status)
        fprintf(stderr, "spex-tui: what was unsaved of %s is lost: %s\n", text_value(&names),
                error.message);
    else if (names.length)
        fprintf(stderr, "spex-tui: what was unsaved of %s is there again at the next start\n",
                text_value(&names));
    text_release(&names);
}

/* What could not be printed was not answered. */
static int finish_printing(void)
{
    if (!fflush(stdout) && !ferror(stdout))
        return 0;
    fputs("spex-tui: standard output cannot be written\n", stderr);
    return 3;
}

static void print_screen(const struct canvas *canvas)
{
    struct text text = {0};
    canvas_text(canvas, &text);
    fputs(text_value(&text), stdout);
    text_release(&text);
}

static int64_t standing_clock(void *now)
{
    return *(int64_t *)now;
}

/* What the command line says, over the file. False: memory is out. */
static bool load_settings(struct settings *settings, const char *directory,
                          const struct arguments *arguments)
{
    bool loaded = settings_load(settings, directory);
    if (arguments->themed)
        settings->theme = arguments->theme;
    settings->ascii |= arguments->ascii;
    settings->screen_reader |= arguments->screen_reader;
    settings->mouse &= !arguments->no_mouse;
    settings->session &= !arguments->no_session;
    return loaded;
}

/* What was named on the command line and cannot be read: of a screen without a terminal nobody else
 * learns that. */
static int unreadable(const struct explorer *explorer, spex_error *error)
{
    const struct workspace *workspace = explorer->workspace;
    const struct workspace_options *options = &workspace->options;
    const struct snapshot *snapshot = workspace->snapshot;
    for (size_t i = 0; snapshot && i < snapshot->project.count; i++) {
        const struct project_entry *entry = &snapshot->project.entries[i];
        for (size_t k = 0; entry->error.status && k < options->file_count; k++)
            if (strcmp(entry->path, options->files[k]) == 0)
                return error_set(error, SPEX_ERROR_USAGE, "%s", entry->error.message);
    }
    return SPEX_OK;
}

/* Without a terminal. Nothing is kept from one run to the next, nor asked of an earlier one. */
static int run_script(struct explorer_options *options, struct arguments *arguments, bool named,
                      spex_error *error)
{
    struct script script;
    struct canvas canvas = {0};
    const char *keys = arguments->script ? arguments->script : "";
    int status = script_parse(&script, keys, error);
    if (status)
        return status;
    options->state_dir = NULL;
    if (options->mistakes)
        fprintf(stderr, "spex-tui: %s", options->mistakes);
    options->mistakes = NULL;
    if (options->doubt)
        fprintf(stderr, "spex-tui: %s\n", options->doubt);
    if (arguments->now)
        options->workspace.clock = (spex_clock){
            .wall = standing_clock, .monotonic = standing_clock, .context = &arguments->now};
    struct explorer *explorer = explorer_create(options);
    if (explorer && canvas_resize(&canvas, arguments->width, arguments->height)) {
        script_run(&script, explorer, &canvas, print_screen);
        if (arguments->dump)
            print_screen(&canvas);
        if (fflush(stdout))
            status = error_system(error, "cannot print the screen");
        if (!status && named)
            status = unreadable(explorer, error);
    } else {
        status = error_memory(error);
    }
    explorer_free(explorer);
    canvas_release(&canvas);
    script_release(&script);
    return status;
}

static int run(const struct explorer_options *options, const struct settings *settings,
               spex_error *error)
{
    struct session session = {0};
    int status = catch_signals(error);
    if (!status)
        status = terminal_open(settings, error);
    if (status)
        return status;
    session.explorer = explorer_create(options);
    if (session.explorer)
        loop(&session);
    else
        status = error_memory(error);
    terminal_close();
    finish_writing(session.explorer);
    if (session.explorer && session.ended_by)
        keep_unsaved(session.explorer);
    explorer_free(session.explorer);
    canvas_release(&session.canvas);
    if (session.ended_by) {
        /* Die of the signal, so that whoever sent it sees that. */
        signal(session.ended_by, SIG_DFL);
        raise(session.ended_by);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct project_options project = {0};
    spex_error error = {0};
    if (!file_hold_streams())
        return 3;
    setlocale(LC_ALL, "");
    int over = arguments_read(argc, argv, &arguments);
    if (over >= 0)
        return over ? over : finish_printing();
    bool folder;
    struct elixir_project elixir = {0};
    char **files = argv + optind;
    size_t count = (size_t)(argc - optind);
    int status = scan_project((int)count, files, &elixir, &folder, &error);
    if (!status)
        status = load_options(&project, &arguments, folder ? files[0] : NULL, &elixir, &error);
    if (!status && !folder)
        status = check_files((int)count, files, &error);
    if (!status) {
        char *config = home_directory("XDG_CONFIG_HOME", ".config");
        char *state = home_directory("XDG_STATE_HOME", ".local/state");
        struct settings settings;
        bool loaded = load_settings(&settings, config, &arguments);
        struct explorer_options options = {
            .workspace = {.project = project,
                          .files = folder ? elixir.files : files,
                          .file_count = folder ? elixir.file_count : count,
                          .tables = elixir.tables,
                          .table_count = elixir.table_count,
                          .clock = clock_system()},
            .ascii = settings.ascii || !terminal_unicode(),
            .screen_reader = settings.screen_reader,
            .keymap = &settings.keymap,
            .session = settings.session,
            .doubt = elixir.doubt,
            .mistakes = settings.mistake_count ? text_value(&settings.mistakes) : NULL,
            .config_dir = config,
            .state_dir = state};
        bool script = arguments.script || arguments.dump;
        if (!loaded)
            status = error_memory(&error);
        else if (arguments.doctor)
            doctor_print(&settings, state);
        else
            status = script ? run_script(&options, &arguments, !folder, &error)
                            : run(&options, &settings, &error);
        settings_release(&settings);
        free(config);
        free(state);
    }
    elixir_project_release(&elixir);
    project_options_release(&project);
    return status ? complain(&error) : finish_printing();
}
