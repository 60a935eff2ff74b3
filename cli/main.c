/* The table of verbs, help, and the way from the arguments to the verb. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/output.h"

static enum answer help(const struct invocation *invocation);
static enum answer version(const struct invocation *invocation);
static enum answer completion(const struct invocation *invocation);

static const struct verb help_verb = {
    .name = "help", .usage = "[VERB]", .summary = "how a verb is used", .maximum = 1, .run = help};
static const struct verb version_verb = {
    .name = "version", .usage = "", .summary = "the version of this program", .run = version};

static const struct verb completion_verb = {.name = "completion",
                                            .usage = "bash|zsh|fish|specifications|states|actions",
                                            .summary = "what that shell is to offer on Tab",
                                            .details =
                                                "The other words list what the project has by "
                                                "these names, a line each; scripts of shells\n"
                                                "ask for them.",
                                            .minimum = 1,
                                            .maximum = 1,
                                            .run = completion};

static const struct group {
    const char *title;
    const struct verb *verbs[8];
} groups[] = {
    {"Check and compare", {&check_verb, &compare_verb, &coverage_verb}},
    {"Files", {&show_verb, &reduce_verb, &convert_verb, &export_verb, &models_verb}},
    {"Record", {&init_verb, &transition_verb, &mock_verb, &record_verb, &import_verb}},
    {"Look", {&get_verb, &instances_verb, &overdue_verb, &events_verb}},
    {"Tidy up", {&delete_verb, &prune_verb, &store_verb}},
    {"This program", {&help_verb, &version_verb, &completion_verb, &doctor_verb}},
};
enum { GROUPS = sizeof groups / sizeof *groups };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct verb *const *verb = groups[i].verbs; *verb; verb++)
            if (strcmp((*verb)->name, name) == 0)
                return *verb;
    return NULL;
}

static enum answer unknown_verb(const char *name)
{
    struct suggestion suggestion = {.wanted = name};
    char nearest[200];
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct verb *const *verb = groups[i].verbs; *verb; verb++)
            suggestion_offer(&suggestion, (*verb)->name);
    complain(NULL, "there is no verb '%s'%s (spex help lists them)", name,
             suggestion_text(&suggestion, nearest));
    return ANSWER_WRONG;
}

static void append_options(struct text *text, const struct cli_option *options)
{
    for (; options->name; options++) {
        char left[60], letter[8] = "";
        if (options->letter)
            snprintf(letter, sizeof letter, "-%c, ", options->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, options->name,
                 options->argument ? " " : "", options->argument ? options->argument : "");
        text_printf(text, "  %-24s %s\n", left, options->help);
    }
}

static void append_overview(struct text *text)
{
    text_append(text, "usage: spex VERB [options] [arguments]\n");
    for (size_t i = 0; i < GROUPS; i++) {
        text_printf(text, "\n%s\n", groups[i].title);
        for (const struct verb *const *verb = groups[i].verbs; *verb; verb++)
            text_printf(text, "  %-12s %s\n", (*verb)->name, (*verb)->summary);
    }
    text_append(text, "\nOptions of every verb\n");
    append_options(text, common_options);
    text_append(text, "\nExit codes: 0 yes or done, 1 no, 2 wrong use or unreadable input, "
                      "3 the store or the system failed.\n"
                      "More: spex help VERB, man spex\n");
}

static void append_help(struct text *text, const struct verb *verb)
{
    text_printf(text, "usage: spex %s [options]%s%s\n\n%s\n", verb->name, *verb->usage ? " " : "",
                verb->usage, verb->summary);
    if (verb->details)
        text_printf(text, "\n%s\n", verb->details);
    if (verb->options) {
        text_append(text, "\nOptions\n");
        append_options(text, verb->options);
    }
    text_append(text, "\nOptions of every verb\n");
    append_options(text, common_options);
}

static enum answer print_help(const struct verb *verb)
{
    struct text text = {0};
    if (verb)
        append_help(&text, verb);
    else
        append_overview(&text);
    return output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
}

static enum answer help(const struct invocation *invocation)
{
    if (!invocation->argument_count)
        return print_help(NULL);
    const struct verb *verb = find_verb(invocation->arguments[0]);
    return verb ? print_help(verb) : unknown_verb(invocation->arguments[0]);
}

static enum answer version(const struct invocation *invocation)
{
    printf(invocation->json ? "{\"version\":\"%s\"}\n" : "spex %s\n", spex_version());
    return ANSWER_YES;
}

static enum answer completion(const struct invocation *invocation)
{
    const struct verb *verbs[GROUPS * 8];
    size_t count = 0;
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct verb *const *verb = groups[i].verbs; *verb; verb++)
            verbs[count++] = *verb;
    return completion_print(invocation, verbs, count);
}

static enum answer run(int argc, char **argv)
{
    int first = arguments_verb(argc, argv);
    if (first < argc && first > 0) {
        const struct verb *verb = find_verb(argv[first]);
        if (!verb)
            return unknown_verb(argv[first]);
        struct invocation invocation;
        enum reading reading = arguments_read(&invocation, verb, argc, argv, first);
        enum answer answer = reading == READING_WRONG  ? ANSWER_WRONG
                             : reading == READING_HELP ? print_help(verb)
                                                       : verb->run(&invocation);
        free(invocation.values);
        free(invocation.arguments);
        return answer;
    }
    if (arguments_ask(argc, argv, "--help", "-h"))
        return print_help(NULL);
    if (arguments_ask(argc, argv, "--version", "-V"))
        return version(&(struct invocation){0});
    complain(NULL, "a verb is missing");
    struct text text = {0};
    append_overview(&text);
    fputs(text_value(&text), stderr);
    text_release(&text);
    return ANSWER_WRONG;
}

int main(int argc, char **argv)
{
    if (!file_hold_streams())
        return ANSWER_BROKEN;
    enum answer answer = run(argc, argv);
    /* What could not be printed was not answered. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (!output_told)
            complain(NULL, "standard output cannot be written");
        answer = ANSWER_BROKEN;
    }
    return (int)answer;
}
