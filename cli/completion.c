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

enum answer completion_print(const struct invocation *invocation, const struct verb *const *verbs,
                             size_t count)
{
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
        {"NOTION", text_value(&notions)}, {"FORMAT", text_value(&formats)},
        {"ORDER", text_value(&orders)},   {"REASON", text_value(&reasons)},
        {"VERB", text_value(&names)},     {NULL, NULL}};
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
