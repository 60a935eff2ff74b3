#include "format/completion.h"

#include <string.h>

static const struct cli_option no_options[] = {{NULL, 0, NULL, NULL}};

enum kind { KIND_NOTHING, KIND_ANY, KIND_FILES, KIND_FOLDERS, KIND_WORDS };

static bool is_one_of(const char *word, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
            return true;
    return false;
}

/* What stands where "FILE", "DIR", ... does. */
static enum kind kind_of(const struct command_line *completion, const char *place, size_t length,
                         const char **words)
{
    static const char *const files[] = {"FILE", "PATH", "A", "B", "IN", "OUT", "NAME|FILE"};
    static const char *const folders[] = {"DIR", "PROJECT_DIR"};
    for (const struct completion_words *known = completion->words; known && known->place; known++)
        if (strlen(known->place) == length && memcmp(known->place, place, length) == 0) {
            *words = known->words;
            return KIND_WORDS;
        }
    if (is_one_of(place, length, files, sizeof files / sizeof *files))
        return KIND_FILES;
    if (is_one_of(place, length, folders, sizeof folders / sizeof *folders))
        return KIND_FOLDERS;
    return KIND_ANY;
}

/* What a usage such as "[list | export [DIR]]" says of arguments: its words in small letters,
 * which are appended, and whether a file may stand there. */
static enum kind read_usage(const struct command_line *completion, const char *usage,
                            struct text *words)
{
    enum kind kind = KIND_NOTHING;
    for (const char *place = usage; *place;) {
        size_t length = strcspn(place, " []|.");
        const char *known = NULL;
        if (length && *place >= 'a' && *place <= 'z') {
            text_append_bytes(words, place, length);
            text_append_char(words, ' ');
        } else if (length && *place != '-') {
            enum kind found = kind_of(completion, place, length, &known);
            if (found == KIND_FILES || (found == KIND_FOLDERS && kind != KIND_FILES))
                kind = found;
            if (known)
                text_printf(words, "%s ", known);
        }
        place += length;
        place += strspn(place, " []|.");
    }
    return kind;
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
        text_append(text, "return ;;\n");
    }
}

static void bash_verb(const struct command_line *completion, struct text *text,
                      const struct completion_verb *verb)
{
    struct text words = {0};
    enum kind kind = read_usage(completion, verb->usage, &words);
    text_printf(text, "    %s)\n        words='%s", *verb->name ? verb->name : "''",
                text_value(&words));
    bash_names(text, options_of(verb));
    text_append(text, "'\n");
    if (kind != KIND_NOTHING)
        text_printf(text, "        files=-%c\n", kind == KIND_FILES ? 'f' : 'd');
    text_append(text, "        ;;\n");
    text_release(&words);
}

/* A name that every shell takes. */
static void append_function(struct text *text, const char *program)
{
    text_append_char(text, '_');
    for (; *program; program++)
        text_append_char(text, *program == '-' ? '_' : *program);
}

static void write_bash(const struct command_line *completion, struct text *text)
{
    const char *program = completion->program;
    struct completion_verb whole = {"", completion->usage ? completion->usage : "", "", NULL};
    text_printf(text, "# bash completion for %s\n", program);
    append_function(text, program);
    text_append(text, "()\n"
                      "{\n"
                      "    local current=${COMP_WORDS[COMP_CWORD]} verb= words= files= i\n"
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
                      "    if [[ $files && $current != -* ]]; then\n"
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
    struct text words = {0};
    enum kind kind = read_usage(completion, usage, &words);
    if (words.length)
        text_printf(text, " \\\n        '1:argument:(%s)'", text_value(&words));
    if (kind != KIND_NOTHING)
        text_printf(text, " \\\n        '*:file:_files%s'", kind == KIND_FOLDERS ? " -/" : "");
    text_release(&words);
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
    struct text words = {0};
    enum kind kind = read_usage(completion, usage, &words);
    if (words.length)
        text_printf(text, "complete -c %s%s -a '%s'\n", completion->program, condition,
                    text_value(&words));
    if (kind == KIND_FILES)
        text_printf(text, "complete -c %s%s -F\n", completion->program, condition);
    if (kind == KIND_FOLDERS)
        text_printf(text, "complete -c %s%s -a '(__fish_complete_directories)'\n",
                    completion->program, condition);
    text_release(&words);
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
