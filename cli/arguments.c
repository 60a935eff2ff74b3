#include "cli/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "project/elixir_project.h"

const struct cli_option common_options[] = {
    {"specs", 0, "DIR", "the folder of the specifications (./specs)"},
    {"models", 0, "DIR", "the folder of the implementation models (./spex_impl_models)"},
    {"store", 0, "DIR", "the folder of the instance store (./spex_store)"},
    {"project", 0, "DIR", "an Elixir project, or a folder with all of these (.)"},
    {"json", 0, NULL, "answer in JSON"},
    {"help", 'h', NULL, "this help"},
    {NULL, 0, NULL, NULL}};

static const struct cli_option no_options[] = {{NULL, 0, NULL, NULL}};

/* ---- what getopt_long wants to see of both lists */

struct parser {
    const struct verb *verb;
    const struct cli_option *all[64];
    size_t count;
    struct option options[65];
    char letters[140];
};

static void parser_add(struct parser *parser, const struct cli_option *options)
{
    size_t limit = sizeof parser->all / sizeof *parser->all;
    for (; options->name && parser->count < limit; options++) {
        size_t i = parser->count++;
        parser->all[i] = options;
        parser->options[i] =
            (struct option){options->name, options->argument ? required_argument : no_argument,
                            NULL, 1000 + (int)i};
        if (options->letter) {
            size_t used = strlen(parser->letters);
            snprintf(parser->letters + used, sizeof parser->letters - used, "%c%s", options->letter,
                     options->argument ? ":" : "");
        }
    }
}

static const struct cli_option *parser_find(const struct parser *parser, int code)
{
    if (code >= 1000 && (size_t)(code - 1000) < parser->count)
        return parser->all[code - 1000];
    for (size_t i = 0; i < parser->count; i++)
        if (code && parser->all[i]->letter == code)
            return parser->all[i];
    return NULL;
}

static void complain_option(const struct parser *parser, const struct invocation *invocation,
                            const char *given)
{
    const char *equals = strchr(given, '=');
    size_t length = equals ? (size_t)(equals - given) : strlen(given);
    char name[100], nearest[200];
    snprintf(name, sizeof name, "%.*s", (int)(length < 99 ? length : 99), given);
    struct suggestion suggestion = {.wanted = name, .sign = "--"};
    size_t beginnings = 0;
    for (size_t i = 0; i < parser->count; i++) {
        suggestion_offer(&suggestion, parser->all[i]->name);
        beginnings += strncmp(parser->all[i]->name, name, length) == 0;
    }
    if (beginnings > 1)
        complain(invocation, "--%s is the beginning of several options: write it in full", name);
    else
        complain(invocation, "there is no option --%s%s (spex help %s lists them)", name,
                 suggestion_text(&suggestion, nearest), parser->verb->name);
}

/* Takes one answer of getopt_long; `last` is the element that it took last. */
static bool parser_step(const struct parser *parser, struct invocation *invocation, int code,
                        const char *last)
{
    const struct cli_option *option =
        parser_find(parser, code == ':' || code == '?' ? optopt : code);
    if (code == ':' && option)
        complain(invocation, "--%s wants a value: --%s %s", option->name, option->name,
                 option->argument);
    else if (code == '?' && option)
        complain(invocation, "--%s takes no value", option->name);
    else if (code == '?' && optopt)
        complain(invocation, "there is no option -%c (spex help %s lists them)", optopt,
                 parser->verb->name);
    else if (!option)
        complain_option(parser, invocation, last + strspn(last, "-"));
    else {
        invocation->values[invocation->value_count++] = (struct option_value){option, optarg};
        return true;
    }
    return false;
}

/* ---- the invocation */

int arguments_verb(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || strcmp(argv[i], "-") == 0)
            return i;
        for (const struct cli_option *option = common_options; option->name; option++)
            if (option->argument && argv[i][1] == '-' && strcmp(argv[i] + 2, option->name) == 0) {
                i++; /* its value is no verb */
                break;
            }
    }
    return argc;
}

bool arguments_ask(int argc, char **argv, const char *name, const char *letter)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0 || strcmp(argv[i], letter) == 0)
            return true;
    return false;
}

/* A project's folder in front of the arguments goes out of them. */
static void take_folder(struct invocation *invocation)
{
    const struct verb *verb = invocation->verb;
    size_t count = invocation->argument_count;
    const char *first = count ? invocation->arguments[0] : NULL;
    if (!first || option_given(invocation, "project") || verb->folder == FOLDER_NEVER ||
        (verb->folder == FOLDER_SURPLUS && count != verb->maximum + 1))
        return;
    for (const char *const *word = verb->words; word && *word; word++)
        if (strcmp(first, *word) == 0)
            return;
    if (!elixir_project_named(first) || !elixir_project_program(first))
        return;
    invocation->folder = first;
    invocation->argument_count--;
    memmove(invocation->arguments, invocation->arguments + 1,
            invocation->argument_count * sizeof *invocation->arguments);
}

static bool count_fits(const struct invocation *invocation)
{
    const struct verb *verb = invocation->verb;
    size_t count = invocation->argument_count;
    if (count >= verb->minimum && count <= verb->maximum)
        return true;
    complain(invocation, "%s arguments: usage: spex %s [options] %s",
             count < verb->minimum ? "too few" : "too many", verb->name, verb->usage);
    return false;
}

static enum reading read_options(struct parser *parser, struct invocation *invocation, int argc,
                                 char **argv)
{
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, parser->letters, parser->options, NULL)) != -1;)
        if (!parser_step(parser, invocation, code, argv[optind - 1]))
            return READING_WRONG;
    invocation->argument_count = (size_t)(argc - optind);
    memmove(argv, argv + optind, invocation->argument_count * sizeof *argv);
    return option_given(invocation, "help") ? READING_HELP : READING_DONE;
}

/* Letters may stand together, -abc, and each is an option. */
static size_t most_values(int argc, char **argv)
{
    size_t most = 0;
    for (int i = 0; i < argc; i++)
        most += strlen(argv[i]);
    return most;
}

enum reading arguments_read(struct invocation *invocation, const struct verb *verb, int argc,
                            char **argv, int verb_at)
{
    struct parser parser = {.verb = verb, .letters = ":"};
    parser_add(&parser, common_options);
    parser_add(&parser, verb->options ? verb->options : no_options);
    *invocation = (struct invocation){.verb = verb};
    invocation->values = memory_allocate(most_values(argc, argv), sizeof *invocation->values);
    invocation->arguments = memory_allocate((size_t)argc + 1, sizeof *invocation->arguments);
    if (!invocation->values || !invocation->arguments) {
        complain(invocation, "out of memory");
        return READING_WRONG;
    }
    /* The verb goes; getopt takes the first element for the program's name. */
    int count = 0;
    for (int i = 0; i < argc; i++)
        if (i != verb_at)
            invocation->arguments[count++] = argv[i];
    enum reading reading = read_options(&parser, invocation, count, invocation->arguments);
    if (reading != READING_DONE)
        return reading;
    invocation->json = option_given(invocation, "json");
    take_folder(invocation);
    return count_fits(invocation) ? READING_DONE : READING_WRONG;
}

/* ---- values */

bool option_given(const struct invocation *invocation, const char *name)
{
    for (size_t i = 0; i < invocation->value_count; i++)
        if (strcmp(invocation->values[i].option->name, name) == 0)
            return true;
    return false;
}

const char *option_value(const struct invocation *invocation, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < invocation->value_count; i++)
        if (strcmp(invocation->values[i].option->name, name) == 0)
            value = invocation->values[i].value;
    return value;
}

bool option_number(const struct invocation *invocation, const char *name, uint64_t minimum,
                   uint64_t otherwise, uint64_t *number)
{
    const char *value = option_value(invocation, name);
    *number = otherwise;
    if (!value)
        return true;
    char *end;
    errno = 0;
    unsigned long long read = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || read < minimum) {
        complain(invocation, "--%s wants a whole number of at least %llu, not '%s'", name,
                 (unsigned long long)minimum, value);
        return false;
    }
    *number = read;
    return true;
}

bool option_time(const struct invocation *invocation, const char *name, int64_t *time)
{
    const char *value = option_value(invocation, name);
    /* 9999-12-31T23:59:59.999999Z: what is stored has years of four digits. */
    static const int64_t last = INT64_C(253402300799999999);
    *time = 0;
    if (!value)
        return true;
    bool is_time = time_parse(value, time);
    if (is_time && *time > 0 && *time <= last)
        return true;
    if (is_time)
        complain(invocation,
                 "--%s wants a time after 1970-01-01T00:00:00Z and before the year "
                 "10000 (UTC), not '%s'",
                 name, value);
    else
        complain(invocation, "--%s wants a time like 2026-01-31T12:00:00Z, not '%s'", name, value);
    return false;
}

bool option_equivalence(const struct invocation *invocation, unsigned count,
                        enum equivalence *equivalence)
{
    const char *value = option_value(invocation, "equivalence");
    struct suggestion suggestion = {.wanted = value};
    struct text names = {0};
    char nearest[200];
    *equivalence = EQUIVALENCE_BRANCHING;
    if (!value)
        return true;
    for (unsigned i = 0; i < count; i++) {
        const char *name = equivalence_name((enum equivalence)i);
        if (strcmp(value, name) == 0) {
            *equivalence = (enum equivalence)i;
            text_release(&names);
            return true;
        }
        text_printf(&names, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", name);
        suggestion_offer(&suggestion, name);
    }
    complain(invocation, "there is no equivalence '%s' here%s (there are %s)", value,
             suggestion_text(&suggestion, nearest), text_value(&names));
    text_release(&names);
    return false;
}

spex_filter filter_of(const struct invocation *invocation)
{
    const char *text = option_value(invocation, "text");
    return (spex_filter){.specification = option_value(invocation, "spec"),
                         .state = option_value(invocation, "state"),
                         .text = text && *text ? text : NULL,
                         .overdue = option_given(invocation, "overdue"),
                         .deviated = option_given(invocation, "deviated"),
                         .mocked = option_given(invocation, "mocked"),
                         .where = option_value(invocation, "where")};
}

/* The text again, and a caret under what is wrong with it. */
static void point_at(const char *typed, const struct filter_mistake *mistake)
{
    struct text line = {0}, before = {0}, wrong = {0};
    char *parts[] = {memory_copy_bytes(typed, mistake->start),
                     memory_copy_bytes(typed + mistake->start, mistake->length)};
    text_append_visible(&line, typed);
    text_append_visible(&before, parts[0] ? parts[0] : "");
    text_append_visible(&wrong, parts[1] ? parts[1] : "");
    fprintf(stderr, "  %s\n  %*s^", text_value(&line), utf8_width(text_value(&before)), "");
    for (int i = 1; i < utf8_width(text_value(&wrong)); i++)
        fputc('~', stderr);
    fputc('\n', stderr);
    free(parts[0]);
    free(parts[1]);
    text_release(&line);
    text_release(&before);
    text_release(&wrong);
}

enum answer read_filter(const struct invocation *invocation, const spex_filter *wanted,
                        struct filter **filter)
{
    struct filter_mistake mistake;
    spex_error error;
    int status = SPEX_OK;
    *filter = NULL;
    if (wanted->where) {
        status = filter_parse(filter, wanted->where, &mistake, &error);
        filter_free(*filter);
        *filter = NULL;
    }
    if (!status)
        status = filter_create(filter, wanted, &error);
    if (!status)
        return ANSWER_YES;
    enum answer answer = fail(invocation, &error);
    if (status == SPEX_ERROR_SYNTAX)
        point_at(wanted->where, &mistake);
    return answer;
}

enum answer read_event_filter(const struct invocation *invocation, const char *where,
                              struct filter **filter)
{
    struct filter_mistake mistake;
    spex_error error;
    *filter = NULL;
    int status =
        where ? filter_parse_for(FILTER_OF_EVENTS, filter, where, &mistake, &error) : SPEX_OK;
    if (!status)
        return ANSWER_YES;
    enum answer answer = fail(invocation, &error);
    if (status == SPEX_ERROR_SYNTAX)
        point_at(where, &mistake);
    return answer;
}

void suggestion_offer(struct suggestion *suggestion, const char *name)
{
    size_t length = strlen(suggestion->wanted);
    unsigned distance = text_distance(suggestion->wanted, name);
    if (length >= 2 && strncmp(name, suggestion->wanted, length) == 0)
        distance = 1;
    bool close = distance <= 2 || distance <= length / 3;
    if (close && length && (!suggestion->best || distance < suggestion->distance)) {
        suggestion->best = name;
        suggestion->distance = distance;
    }
}

const char *suggestion_text(const struct suggestion *suggestion, char buffer[200])
{
    buffer[0] = '\0';
    if (suggestion->best)
        snprintf(buffer, 200, ", did you mean '%s%.160s'?",
                 suggestion->sign ? suggestion->sign : "", suggestion->best);
    return buffer;
}
