#include "tui/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "format/completion.h"
#include "views/commands/script.h"

static const char usage[] = "[PROJECT_DIR|FILE...]";

/* The letters tell options apart in arguments_read; of them only -h can be typed. */
static const struct cli_option options[] = {
    {"specs", 's', "DIR", "folder of specifications (.spec, .ex); default ./specs"},
    {"models", 'm', "DIR", "folder of models (.spex); default ./spex_impl_models"},
    {"store", 't', "DIR", "instance store; default ./spex_store"},
    {"theme", 'T', "THEME", "dark, light, high-contrast or none (no colours)"},
    {"ascii", 'a', NULL, "frames and signs in ASCII"},
    {"screen-reader", 'r', NULL, "no frames, the cursor on the selected line"},
    {"no-mouse", 'M', NULL, "leave the mouse to the terminal, to select text"},
    {"no-session", 'S', NULL, "begin anew, and keep nothing for the next time"},
    {"script", 'k', "KEYS", "without a terminal: press these, '2 / \"state:paid\" Enter'"},
    {"dump", 'd', NULL, "without a terminal: print the screen at the end"},
    {"size", 'z', "WxH", "of that screen; default 80x24"},
    {"now", 'n', "TIME", "the time it is there, such as 2026-01-31T12:00:00Z"},
    {"completion", 'c', "SHELL", "print what bash, zsh or fish is to offer on Tab"},
    {"doctor", 'D', NULL, "say what it makes of terminal and settings, for spex doctor"},
    {"help", 'h', NULL, "this text"},
    {"version", 'v', NULL, "the version"},
    {NULL, 0, NULL, NULL}};
enum { OPTIONS = sizeof options / sizeof *options };

static void print_usage(void)
{
    printf("Usage: spex-tui [options] %s\n\n"
           "Explores specifications, their instances and implementation models.\n\n",
           usage);
    for (const struct cli_option *option = options; option->name; option++) {
        char left[40];
        snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        printf("  %-18s %s\n", left, option->help);
    }
    printf("\nFILE is a specification to load beside those of the folder. Of two LTS files (.aut,\n"
           ".dot, .gv) it is shown how they differ; one is drawn. Defaults come from spex.ini\n"
           "in the current folder and from SPEX_SPECS_DIR, SPEX_IMPL_MODELS_DIR and\n"
           "SPEX_STORE_DIR. Inside, ? explains every view. See spex-tui(1).\n");
}

/* For a shell, only long options count. */
static int print_completion(const char *shell)
{
    struct cli_option shown[OPTIONS];
    static const struct completion_words words[] = {
        {"THEME", "dark light high-contrast none", NULL},
        {"SHELL", "bash zsh fish", NULL},
        {NULL, NULL, NULL}};
    for (size_t i = 0; i < OPTIONS; i++) {
        shown[i] = options[i];
        shown[i].letter = shown[i].letter == 'h' ? 'h' : 0;
    }
    struct command_line completion = {
        .program = "spex-tui", .usage = usage, .common = shown, .words = words};
    struct text text = {0};
    bool written = completion_write(&completion, shell, &text);
    fputs(text_value(&text), written ? stdout : stderr);
    text_release(&text);
    return written ? 0 : -1;
}

/* What was typed may hold anything: an error's message is safe to print. */
static int wrong(const char *what, const char *typed)
{
    spex_error error;
    error_set(&error, SPEX_ERROR_USAGE, "%s", typed);
    fprintf(stderr, "spex-tui: %s %s; try spex-tui --help\n", what, error.message);
    return 2;
}

/* What is more than a text or a yes; -1: there is more to read. */
static int take(int option, const char *typed, struct arguments *arguments)
{
    switch (option) {
    case 'T':
        arguments->themed = settings_theme(optarg, &arguments->theme);
        return arguments->themed
                   ? -1
                   : wrong("expected dark, light, high-contrast or none for --theme, found",
                           optarg);
    case 'z':
        return script_size(optarg, &arguments->width, &arguments->height)
                   ? -1
                   : wrong("expected WIDTHxHEIGHT for --size, found", optarg);
    case 'n':
        return time_parse(optarg, &arguments->now)
                   ? -1
                   : wrong("expected a time as 2026-01-31T12:00:00Z for --now, found", optarg);
    case 'c':
        return print_completion(optarg)
                   ? wrong("expected bash, zsh or fish for --completion, found", optarg)
                   : 0;
    case 'h':
        print_usage();
        return 0;
    case 'v':
        printf("spex-tui %s\n", spex_version());
        return 0;
    default:
        return wrong("cannot use the option", typed);
    }
}

int arguments_read(int argc, char **argv, struct arguments *arguments)
{
    struct option long_options[OPTIONS] = {{0}};
    bool *const flags[128] = {
        ['a'] = &arguments->ascii, ['r'] = &arguments->screen_reader, ['M'] = &arguments->no_mouse,
        ['d'] = &arguments->dump,  ['S'] = &arguments->no_session,    ['D'] = &arguments->doctor};
    const char **const texts[128] = {['s'] = &arguments->specs,
                                     ['m'] = &arguments->models,
                                     ['t'] = &arguments->store,
                                     ['k'] = &arguments->script};
    *arguments = (struct arguments){.width = 80, .height = 24};
    for (size_t i = 0; options[i].name; i++)
        long_options[i] =
            (struct option){options[i].name, options[i].argument ? required_argument : no_argument,
                            NULL, options[i].letter};
    opterr = 0; /* getopt would print what was typed as it is */
    int over = -1;
    for (int option;
         over < 0 && (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1;) {
        if (flags[option & 127])
            *flags[option & 127] = true;
        else if (texts[option & 127])
            *texts[option & 127] = optarg;
        else
            over = take(option, argv[optind - 1], arguments);
    }
    return over;
}
