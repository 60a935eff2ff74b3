/* completion: what a shell offers behind `spex`, written from the table of verbs. */
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/files.h"
#include "cli/output.h"
#include "format/completion.h"

enum { VERBS_MOST = 64 };

static void append_word(struct text *text, const char *word)
{
    text_printf(text, "%s%s", text->length ? " " : "", word);
}

/* "spec, spex, aut": without the commas. */
static void append_list(struct text *text, const char *list)
{
    for (; *list; list++)
        if (*list != ',')
            text_append_char(text, *list);
}

/* -------------------------------------------------------------------- names */

enum ask { ASK_SPECIFICATIONS, ASK_STATES, ASK_ACTIONS, ASKS };
static const char *const asks[ASKS] = {"specifications", "states", "actions"};

/* What is typed has to be what is shown. */
static void gather(struct symbols *names, const char *name)
{
    struct text visible = {0};
    text_append_visible(&visible, name);
    if (strcmp(text_value(&visible), name) == 0 && strcmp(name, SPEX_INITIALISATION) != 0)
        symbols_intern(names, name);
    text_release(&visible);
}

static void gather_of(struct symbols *names, const struct project_entry *entry, enum ask ask)
{
    const struct spex_specification *specification = entry->specification;
    if (ask == ASK_SPECIFICATIONS) {
        gather(names, specification->name);
        return;
    }
    const struct symbols *own =
        ask == ASK_STATES ? &specification->states : &specification->actions;
    for (uint32_t i = 0; i < own->count; i++)
        gather(names, symbols_name(own, i));
    for (size_t i = 0; entry->model && i < entry->model->transition_count; i++) {
        const struct model_transition *step = &entry->model->transitions[i];
        gather(names, ask == ASK_STATES ? step->to : step->action);
    }
}

/* The names that the project has, a line each. */
static enum answer print_names(const struct invocation *invocation, enum ask ask)
{
    struct project_options options;
    struct project project;
    struct symbols names = {0};
    struct text text = {0};
    enum answer answer = open_project(invocation, &options, &project);
    if (answer)
        return answer;
    for (size_t i = 0; i < project.count; i++)
        if (project.entries[i].specification)
            gather_of(&names, &project.entries[i], ask);
    for (uint32_t i = 0; i < names.count; i++)
        text_printf(&text, "%s\n", symbols_name(&names, i));
    symbols_release(&names);
    project_release(&project);
    project_options_release(&options);
    return output_text(&text) ? ANSWER_YES : ANSWER_BROKEN;
}

/* ------------------------------------------------------------------- shells */

enum answer completion_print(const struct invocation *invocation, const struct verb *const *verbs,
                             size_t count)
{
    for (int ask = 0; ask < ASKS; ask++)
        if (strcmp(invocation->arguments[0], asks[ask]) == 0)
            return print_names(invocation, (enum ask)ask);
    struct completion_verb described[VERBS_MOST];
    struct text notions = {0}, formats = {0}, orders = {0}, reasons = {0}, names = {0}, text = {0};
    for (size_t i = 0; i < count && i < VERBS_MOST; i++) {
        described[i] = (struct completion_verb){verbs[i]->name, verbs[i]->usage, verbs[i]->summary,
                                                verbs[i]->options};
        append_word(&names, verbs[i]->name);
    }
    for (int i = 0; i < EQUIVALENCES; i++)
        append_word(&notions, equivalence_name((enum equivalence)i));
    for (int i = 0; i < INSTANCE_ORDERS; i++)
        append_word(&orders, instance_order_names[i]);
    for (int i = 1; i < SPEX_REASON_COUNT; i++)
        append_word(&reasons, spex_reason_name((spex_reason)i));
    append_list(&formats, OUTPUT_FORMATS);
    const struct completion_words words[] = {
        {"NOTION", text_value(&notions), NULL},   {"FORMAT", text_value(&formats), NULL},
        {"ORDER", text_value(&orders), NULL},     {"REASON", text_value(&reasons), NULL},
        {"VERB", text_value(&names), NULL},       {"SPECIFICATION", NULL, asks[ASK_SPECIFICATIONS]},
        {"NAME", NULL, asks[ASK_SPECIFICATIONS]}, {"STATE", NULL, asks[ASK_STATES]},
        {"ACTION", NULL, asks[ASK_ACTIONS]},      {NULL, NULL, NULL}};
    const struct command_line completion = {.program = "spex",
                                            .verbs = described,
                                            .verb_count = count,
                                            .common = common_options,
                                            .words = words};
    enum answer answer = ANSWER_YES;
    if (!completion_write(&completion, invocation->arguments[0], &text)) {
        complain(invocation, "there is no completion for '%s', but for bash, zsh and fish",
                 invocation->arguments[0]);
        answer = ANSWER_WRONG;
    } else if (!output_text(&text)) {
        answer = ANSWER_BROKEN;
    }
    struct text *all[] = {&notions, &formats, &orders, &reasons, &names, &text};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        text_release(all[i]);
    return answer;
}
