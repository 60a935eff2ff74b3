#include "tui/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "views/script.h"

static const char usage_text[] =
    "Usage: spex-tui [--specs DIR] [--models DIR] [--store DIR] [PROJECT_DIR|FILE...]\n"
    "\n"
    "Explores specifications, their instances and implementation models.\n"
    "\n"
    "  --specs DIR    folder of specifications (.spec, .ex); default ./specs\n"
    "  --models DIR   folder of models (.spex); default ./spex_impl_models\n"
    "  --store DIR    instance store; default ./spex_store\n"
    "  --theme NAME   dark, light, high-contrast or none (no colours)\n"
    "  --ascii        frames and signs in ASCII\n"
    "  --screen-reader  no frames, the cursor on the selected line\n"
    "  --no-mouse     leave the mouse to the terminal, to select text\n"
    "  --no-session   begin anew, and keep nothing for the next time\n"
    "  --help         this text\n"
    "  --version      the version\n"
    "\n"
    "Without a terminal, for bug reports, documents and tests:\n"
    "\n"
    "  --script KEYS  press these keys, such as '2 / \"state:paid\" Enter'\n"
    "  --dump         print the screen at the end\n"
    "  --size WxH     of the screen; default 80x24\n"
    "  --now TIME     the time it is, such as 2026-01-31T12:00:00Z\n"
    "\n"
    "FILE is a specification to load beside those of the folder. Defaults come from\n"
    "spex.ini in the current folder and from SPEX_SPECS_DIR, SPEX_IMPL_MODELS_DIR\n"
    "and SPEX_STORE_DIR. Inside, ? explains every view. See spex-tui(1).\n";

static const struct option long_options[] = {{"specs", required_argument, NULL, 's'},
                                             {"models", required_argument, NULL, 'm'},
                                             {"store", required_argument, NULL, 't'},
                                             {"ascii", no_argument, NULL, 'a'},
                                             {"theme", required_argument, NULL, 'T'},
                                             {"screen-reader", no_argument, NULL, 'r'},
                                             {"no-mouse", no_argument, NULL, 'M'},
                                             {"no-session", no_argument, NULL, 'S'},
                                             {"script", required_argument, NULL, 'k'},
                                             {"dump", no_argument, NULL, 'd'},
                                             {"size", required_argument, NULL, 'z'},
                                             {"now", required_argument, NULL, 'n'},
                                             {"help", no_argument, NULL, 'h'},
                                             {"version", no_argument, NULL, 'v'},
                                             {NULL, 0, NULL, 0}};

/* What was typed may hold anything: an error's message is safe to print. */
static int wrong(const char *what, const char *typed)
{
    spex_error error;
    error_set(&error, SPEX_ERROR_USAGE, "%s", typed);
    fprintf(stderr, "spex-tui: %s %s; try spex-tui --help\n", what, error.message);
    return 2;
}

int arguments_read(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.width = 80, .height = 24};
    opterr = 0; /* getopt would print what was typed as it is */
    for (int option; (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1;) {
        switch (option) {
        case 's':
            arguments->specs = optarg;
            break;
        case 'm':
            arguments->models = optarg;
            break;
        case 't':
            arguments->store = optarg;
            break;
        case 'a':
            arguments->ascii = true;
            break;
        case 'T':
            if (!settings_theme(optarg, &arguments->theme))
                return wrong("expected dark, light, high-contrast or none for --theme, found",
                             optarg);
            arguments->themed = true;
            break;
        case 'r':
            arguments->screen_reader = true;
            break;
        case 'M':
            arguments->no_mouse = true;
            break;
        case 'S':
            arguments->no_session = true;
            break;
        case 'k':
            arguments->script = optarg;
            break;
        case 'd':
            arguments->dump = true;
            break;
        case 'z':
            if (!script_size(optarg, &arguments->width, &arguments->height))
                return wrong("expected WIDTHxHEIGHT for --size, found", optarg);
            break;
        case 'n':
            if (!time_parse(optarg, &arguments->now))
                return wrong("expected a time as 2026-01-31T12:00:00Z for --now, found", optarg);
            break;
        case 'h':
            fputs(usage_text, stdout);
            return 0;
        case 'v':
            printf("spex-tui %s\n", spex_version());
            return 0;
        default:
            return wrong("cannot use the option", argv[optind - 1]);
        }
    }
    return -1;
}
