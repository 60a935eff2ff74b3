#include "format/completion.h"

#include <string.h>

static const struct cli_option no_options[] = {{NULL, 0, NULL, NULL}};

enum kind { KIND_NOTHING, KIND_ANY, KIND_FILES, KIND_FOLDERS, KIND_WORDS, KIND_ASKED };

static bool is_one_of(const char *word, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
            return true;
    return false;
}

/* What stands where "FILE", "DIR", ... does; *words: which, or what to ask for. */
static enum kind kind_of(const struct command_line *completion, const char *place, size_t length,
                         const char **words)
{
    static const char *const files[] = {"FILE", "PATH", "A", "B", "IN", "OUT", "NAME|FILE"};
    static const char *const folders[] = {"DIR", "PROJECT_DIR"};
    for (const struct completion_words *known = completion->words; known && known->place; known++)
        if (strlen(known->place) == length && memcmp(known->place, place, length) == 0) {
            *words = known->ask ? known->ask : known->words;
            return known->ask ? KIND_ASKED : KIND_WORDS;
        }
    if (is_one_of(place, length, files, sizeof files / sizeof *files))
        return KIND_FILES;
    if (is_one_of(place, length, folders, sizeof folders / sizeof *folders))
        return KIND_FOLDERS;
    return KIND_ANY;
}

/* What a usage such as "[list | export [DIR]]" says of arguments. */
struct arguments {
    struct text words; /* those in small letters, and those that are known */
    struct text asks;  /* what to ask for */
    enum kind kind;    /* whether a file or a folder may stand there */
};

static void arguments_release(struct arguments *arguments)
{
    text_release(&arguments->words);
    text_release(&arguments->asks);
}

static void read_place(const struct command_line *completion, const char *place, size_t length,
                       struct arguments *arguments)
{
    const char *known = NULL;
    enum kind found = kind_of(completion, place, length, &known);
    if (found == KIND_FILES || (found == KIND_FOLDERS && arguments->kind != KIND_FILES))
        arguments->kind = found;
    if (known)
        text_printf(found == KIND_ASKED ? &arguments->asks : &arguments->words, "%s ", known);
}

/* To be released. What follows an option is its own. */
static struct arguments read_usage(const struct command_line *completion, const char *usage)
{
    struct arguments arguments = {.kind = KIND_NOTHING};
    bool of_option = false;
    for (const char *place = usage; *place;) {
        size_t length = strcspn(place, " []|.");
        bool word = length && *place >= 'a' && *place <= 'z', option = length && *place == '-';
        if (word) {
            text_append_bytes(&arguments.words, place, length);
            text_append_char(&arguments.words, ' ');
        } else if (length && !option && !of_option) {
            read_place(completion, place, length, &arguments);
        }
        of_option = option;
        place += length;
        place += strspn(place, " []|.");
    }
    return arguments;
}

/* Between single quotes; `escaped` are the signs that get a backslash before. */
static void append_quoted(struct text *text, const char *value, const char *escaped,
                          const char *quote)
{
    for (; *value; value++) {
        if (strchr(escaped, *value))
            text_append_char(text, '\\');
        if (*value == '\'')
            text_append(text, quote);
        else
            text_append_char(text, *value);
    }
}

/* A name that every shell takes. */
static void append_function(struct text *text, const char *program)
{
    text_append_char(text, '_');
    for (; *program; program++)
        text_append_char(text, *program == '-' ? '_' : *program);
}

static const struct cli_option *options_of(const struct completion_verb *verb)
{
    return verb->options ? verb->options : no_options;
}

/* ------------------------------------------------------------------- bash */

static void bash_names(struct text *text, const struct cli_option *options)
{
    for (; options->name; options++)
        text_printf(text, "--%s ", options->name);
}

static void bash_ask(const struct command_line *completion, struct text *text, const char *ask)
{
    append_function(text, completion->program);
    text_printf(text, "_ask %s; ", ask);
}

/* What follows the options that take something. */
static void bash_values(const struct command_line *completion, struct text *text,
                        const struct cli_option *options, const char *verb)
{
    for (; options->name; options++) {
        const char *words = "";
        if (!options->argument)
            continue;
        enum kind kind = kind_of(completion, options->argument, strlen(options->argument), &words);
        text_printf(text, "    %s:--%s", verb, options->name);
        if (options->letter)
            text_printf(text, " | %s:-%c", verb, options->letter);
        text_append(text, ") ");
        if (kind == KIND_FILES || kind == KIND_FOLDERS)
            text_printf(
                text,
                "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -%c -- \"$current\"); ",
                kind == KIND_FILES ? 'f' : 'd');
        else if (kind == KIND_WORDS)
            text_printf(text, "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$current\"); ", words);
        else if (kind == KIND_ASKED)
            bash_ask(completion, text, words);
        text_append(text, "return ;;\n");
    }
}

static void bash_verb(const struct command_line *completion, struct text *text,
                      const struct completion_verb *verb)
{
    struct arguments arguments = read_usage(completion, verb->usage);
    text_printf(text, "    %s)\n        words='%s", *verb->name ? verb->name : "''",
                text_value(&arguments.words));
    bash_names(text, options_of(verb));
    text_append(text, "'\n");
    if (arguments.asks.length)
        text_printf(text, "        asks='%s'\n", text_value(&arguments.asks));
    if (arguments.kind != KIND_NOTHING)
        text_printf(text, "        files=-%c\n", arguments.kind == KIND_FILES ? 'f' : 'd');
    text_append(text, "        ;;\n");
    arguments_release(&arguments);
}

static void write_bash(const struct command_line *completion, struct text *text)
{
    const char *program = completion->program;
    struct completion_verb whole = {"", completion->usage ? completion->usage : "", "", NULL};
    text_printf(text, "# bash completion for %s\n", program);
    append_function(text, program);
    text_printf(text,
                "_ask()\n"
                "{\n"
                "    local name\n"
                "    while IFS= read -r name; do\n"
                "        [[ $name == \"${current//\\\\/}\"* ]] && "
                "COMPREPLY+=(\"$(printf %%q \"$name\")\")\n"
                "    done < <(%s completion \"$1\" 2>/dev/null)\n"
                "}\n",
                program);
    append_function(text, program);
    text_append(text, "()\n"
                      "{\n"
                      "    local current=${COMP_WORDS[COMP_CWORD]} verb= words= files= asks= i\n"
                      "    COMPREPLY=()\n");
    if (completion->verb_count) {
        text_append(text, "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                          "        case ${COMP_WORDS[i]} in\n");
        for (const struct cli_option *option = completion->common; option->name; option++)
            if (option->argument)
                text_printf(text, "        --%s) ((i++)) ;;\n", option->name);
        text_append(text, "        -*) ;;\n"
                          "        *) verb=${COMP_WORDS[i]}; break ;;\n"
                          "        esac\n"
                          "    done\n");
    }
    text_append(text, "    case $verb:${COMP_WORDS[COMP_CWORD - 1]} in\n");
    bash_values(completion, text, completion->common, "*");
    for (size_t i = 0; i < completion->verb_count; i++)
        bash_values(completion, text, options_of(&completion->verbs[i]), completion->verbs[i].name);
    text_append(text, "    esac\n    case $verb in\n");
    if (completion->verb_count) {
        text_append(text, "    '') words='");
        for (size_t i = 0; i < completion->verb_count; i++)
            text_printf(text, "%s ", completion->verbs[i].name);
        text_append(text, "' ;;\n");
    } else {
        bash_verb(completion, text, &whole);
    }
    for (size_t i = 0; i < completion->verb_count; i++)
        bash_verb(completion, text, &completion->verbs[i]);
    text_append(text, "    esac\n    words+='");
    bash_names(text, completion->common);
    text_append(text, "'\n"
                      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                      "    [[ $current == -* ]] && return\n"
                      "    for i in $asks; do ");
    append_function(text, program);
    text_append(text, "_ask \"$i\"; done\n"
                      "    if [[ $files ]]; then\n"
                      "        compopt -o filenames\n"
                      "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen $files -- "
                      "\"$current\")\n"
                      "    fi\n"
                      "}\n"
                      "complete -F ");
    append_function(text, program);
    text_printf(text, " %s\n", program);
}

/* -------------------------------------------------------------------- zsh */

/* A call as it stands there, because of the blank: of what is asked for, and of files. */
static void zsh_ask(const struct command_line *completion, struct text *text, const char *asks,
                    enum kind kind)
{
    text_append_char(text, ' ');
    append_function(text, completion->program);
    text_printf(text, "_ask \"%s\" %s", asks,
                kind == KIND_FILES     ? "_files"
                : kind == KIND_FOLDERS ? "_files -/"
                                       : "true");
}

static void zsh_action(const struct command_line *completion, struct text *text, const char *place,
                       size_t length)
{
    const char *words = NULL;
    switch (kind_of(completion, place, length, &words)) {
    case KIND_FILES:
        text_append(text, "_files");
        break;
    case KIND_FOLDERS:
        text_append(text, "_files -/");
        break;
    case KIND_WORDS:
        text_printf(text, "(%s)", words);
        break;
    case KIND_ASKED:
        zsh_ask(completion, text, words, KIND_NOTHING);
        break;
    case KIND_ANY:
    case KIND_NOTHING:
        text_append_char(text, ' ');
    }
}

static void zsh_options(const struct command_line *completion, struct text *text,
                        const struct cli_option *options)
{
    for (; options->name; options++) {
        const char *sign = options->argument ? "=" : "";
        if (options->letter)
            text_printf(text, " \\\n        '(-%c --%s)'{-%c%s,--%s%s}'[", options->letter,
                        options->name, options->letter, options->argument ? "+" : "", options->name,
                        sign);
        else
            text_printf(text, " \\\n        '--%s%s[", options->name, sign);
        append_quoted(text, options->help, "[]:\\", "'\\''");
        text_append_char(text, ']');
        if (options->argument) {
            text_printf(text, ":%s:", options->argument);
            zsh_action(completion, text, options->argument, strlen(options->argument));
        }
        text_append_char(text, '\'');
    }
}

static void zsh_arguments(const struct command_line *completion, struct text *text,
                          const char *usage)
{
    struct arguments arguments = read_usage(completion, usage);
    if (arguments.words.length)
        text_printf(text, " \\\n        '1:argument:(%s)'", text_value(&arguments.words));
    if (arguments.asks.length) {
        text_append(text, " \\\n        '*:name:");
        zsh_ask(completion, text, text_value(&arguments.asks), arguments.kind);
        text_append_char(text, '\'');
    } else if (arguments.kind != KIND_NOTHING) {
        text_printf(text, " \\\n        '*:file:_files%s'",
                    arguments.kind == KIND_FOLDERS ? " -/" : "");
    }
    arguments_release(&arguments);
}

static void write_zsh(const struct command_line *completion, struct text *text)
{
    text_printf(text, "#compdef %s\n", completion->program);
    if (!completion->verb_count) {
        text_append(text, "_arguments -s");
        zsh_options(completion, text, completion->common);
        zsh_arguments(completion, text, completion->usage ? completion->usage : "");
        text_append_char(text, '\n');
        return;
    }
    append_function(text, completion->program);
    text_printf(text,
                "_ask() { # what to ask for, what else\n"
                "    local -a names\n"
                "    local one\n"
                "    for one in ${=1}; do\n"
                "        names+=(${(f)\"$(_call_program names %s completion $one 2>/dev/null)\"})\n"
                "    done\n"
                "    compadd -a names\n"
                "    shift\n"
                "    \"$@\"\n"
                "}\n",
                completion->program);
    text_append(text, "local curcontext=$curcontext state line\n"
                      "local -a verbs=(\n");
    for (size_t i = 0; i < completion->verb_count; i++) {
        text_printf(text, "    '%s:", completion->verbs[i].name);
        append_quoted(text, completion->verbs[i].summary, ":\\", "'\\''");
        text_append(text, "'\n");
    }
    text_append(text, ")\n_arguments -C -s");
    zsh_options(completion, text, completion->common);
    text_append(text, " \\\n        '1: :->verb' '*:: :->rest'\n"
                      "case $state in\n"
                      "verb) _describe verb verbs ;;\n"
                      "rest)\n"
                      "    case $words[1] in\n");
    for (size_t i = 0; i < completion->verb_count; i++) {
        text_printf(text, "    %s) _arguments -s", completion->verbs[i].name);
        zsh_options(completion, text, options_of(&completion->verbs[i]));
        zsh_options(completion, text, completion->common);
        zsh_arguments(completion, text, completion->verbs[i].usage);
        text_append(text, " ;;\n");
    }
    text_append(text, "    esac ;;\nesac\n");
}

/* ------------------------------------------------------------------- fish */

static void fish_options(const struct command_line *completion, struct text *text,
                         const struct cli_option *options, const char *condition)
{
    for (; options->name; options++) {
        const char *words = NULL;
        text_printf(text, "complete -c %s%s -l %s", completion->program, condition, options->name);
        if (options->letter)
            text_printf(text, " -s %c", options->letter);
        if (options->argument)
            switch (kind_of(completion, options->argument, strlen(options->argument), &words)) {
            case KIND_FILES:
                text_append(text, " -r -F");
                break;
            case KIND_FOLDERS:
                text_append(text, " -x -a '(__fish_complete_directories)'");
                break;
            case KIND_WORDS:
                text_printf(text, " -x -a '%s'", words);
                break;
            case KIND_ASKED:
                text_printf(text, " -x -a '(%s completion %s 2>/dev/null)'", completion->program,
                            words);
                break;
            case KIND_ANY:
            case KIND_NOTHING:
                text_append(text, " -x");
            }
        text_append(text, " -d '");
        append_quoted(text, options->help, "\\'", "'");
        text_append(text, "'\n");
    }
}

static void fish_arguments(const struct command_line *completion, struct text *text,
                           const char *usage, const char *condition)
{
    struct arguments arguments = read_usage(completion, usage);
    if (arguments.words.length)
        text_printf(text, "complete -c %s%s -a '%s'\n", completion->program, condition,
                    text_value(&arguments.words));
    if (arguments.asks.length)
        text_printf(
            text, "complete -c %s%s -a '(for one in %s; %s completion $one 2>/dev/null; end)'\n",
            completion->program, condition, text_value(&arguments.asks), completion->program);
    if (arguments.kind == KIND_FILES)
        text_printf(text, "complete -c %s%s -F\n", completion->program, condition);
    if (arguments.kind == KIND_FOLDERS)
        text_printf(text, "complete -c %s%s -a '(__fish_complete_directories)'\n",
                    completion->program, condition);
    arguments_release(&arguments);
}

static void write_fish(const struct command_line *completion, struct text *text)
{
    text_printf(text, "# fish completion for %s\n", completion->program);
    if (completion->verb_count)
        text_printf(text, "complete -c %s -f\n", completion->program);
    fish_options(completion, text, completion->common, "");
    for (size_t i = 0; i < completion->verb_count; i++) {
        const struct completion_verb *verb = &completion->verbs[i];
        struct text condition = {0};
        text_printf(text, "complete -c %s -n __fish_use_subcommand -a %s -d '", completion->program,
                    verb->name);
        append_quoted(text, verb->summary, "\\'", "'");
        text_append(text, "'\n");
        text_printf(&condition, " -n '__fish_seen_subcommand_from %s'", verb->name);
        fish_options(completion, text, options_of(verb), text_value(&condition));
        fish_arguments(completion, text, verb->usage, text_value(&condition));
        text_release(&condition);
    }
    if (!completion->verb_count)
        fish_arguments(completion, text, completion->usage ? completion->usage : "", "");
}

bool completion_write(const struct command_line *completion, const char *shell, struct text *text)
{
    static const struct {
        const char *shell;
        void (*write)(const struct command_line *completion, struct text *text);
    } writers[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (strcmp(writers[i].shell, shell) == 0) {
            writers[i].write(completion, text);
            return true;
        }
    return false;
}
