/* What may be meant by what was typed behind the ':'. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instances/filter_completion.h"
#include "views/instances/filters.h"
#include "views/instances/instances.h"
#include "views/commands/prompt.h"

/* How well a name fits what was typed; the smaller the better. */
enum fit { FIT_EXACT, FIT_BEGINS, FIT_WORD, FIT_PART, FIT_LETTERS, FIT_HELP, FIT_NOT };

static bool has_letters(const char *name, const char *letters)
{
    for (; *name && *letters; name++)
        letters += *name == *letters;
    return !*letters;
}

static enum fit fit_of(const char *name, const char *help, const char *typed)
{
    const char *part = strcasestr(name, typed);
    if (strcmp(name, typed) == 0)
        return FIT_EXACT;
    if (part == name)
        return FIT_BEGINS;
    if (part && (part[-1] == '-' || part[-1] == ' '))
        return FIT_WORD;
    if (part)
        return FIT_PART;
    if (has_letters(name, typed))
        return FIT_LETTERS;
    return help && text_contains(help, typed) ? FIT_HELP : FIT_NOT;
}

static void suggest_commands(struct explorer *explorer, const char *typed, struct overlay *overlay)
{
    enum view_id view = explorer_view(explorer);
    for (int fit = FIT_EXACT; fit < FIT_NOT; fit++)
        for (int i = 0; i < 2 * COMMANDS; i++) {
            /* Those of the view first. */
            enum command command = (enum command)(i % COMMANDS);
            const struct command_entry *entry = command_entry(command);
            if (command_general(command) != (i >= COMMANDS) || !(entry->views & 1u << view) ||
                fit_of(entry->name, entry->help, typed) != (enum fit)fit)
                continue;
            char key[16];
            struct text detail = {0};
            keymap_first(explorer->keymap, view, command, key);
            text_printf(&detail, "%-9s %s", key, entry->help);
            overlay_suggest(overlay, entry->name, text_value(&detail), entry->name);
            text_release(&detail);
        }
}

/* ----------------------------------------------------------- arguments */

struct arguments {
    struct overlay *overlay;
    const char *command, *typed;
    enum fit fit; /* which are wanted now */
};

static void offer(const struct arguments *arguments, const char *name, const char *detail)
{
    if (fit_of(name, NULL, arguments->typed) != arguments->fit)
        return;
    struct text value = {0};
    text_printf(&value, "%s %s", arguments->command, name);
    overlay_suggest(arguments->overlay, name, detail, text_value(&value));
    text_release(&value);
}

static void offer_specifications(const struct arguments *arguments, const struct explorer *explorer)
{
    const struct workspace *workspace = explorer->workspace;
    for (size_t i = 0; i < workspace->summary_count; i++) {
        const struct summary *summary = &workspace->summaries[i];
        if (!summary->entry || summary->entry->specification)
            offer(arguments, summary->name, NULL);
    }
}

/* Of the rows that were read; what is typed may be any other. */
static void offer_instances(const struct arguments *arguments, const struct explorer *explorer)
{
    const struct instances *instances = explorer->states[VIEW_INSTANCES];
    for (size_t i = 0; i < instances->rows.count; i++)
        offer(arguments, instances->rows.items[i]->identifier,
              instances->rows.items[i]->specification);
}

static void offer_states(const struct arguments *arguments, const struct explorer *explorer)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct spex_specification *specification =
        summary && summary->entry ? summary->entry->specification : NULL;
    for (uint32_t i = 0; specification && i < specification->states.count; i++)
        offer(arguments, symbols_name(&specification->states, i), NULL);
}

/* What the specification allows next; any other action may be typed all the same. */
static void offer_steps(const struct arguments *arguments, const struct explorer *explorer)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct spex_specification *specification =
        summary && summary->entry ? summary->entry->specification : NULL;
    const char *state = explorer->selection.instance ? explorer->selection.instance->state : NULL;
    for (size_t i = 0; specification && state && i < specification->transition_count; i++) {
        const struct specification_transition *step = &specification->transitions[i];
        if (strcmp(symbols_name(&specification->states, step->from), state) == 0)
            offer(arguments, symbols_name(&specification->actions, step->action),
                  symbols_name(&specification->states, step->to));
    }
}

static void offer_filters(const struct arguments *arguments, const struct explorer *explorer)
{
    const struct filters *filters = explorer->filters;
    for (size_t i = 0; i < filters->saved_count; i++)
        offer(arguments, filters->saved[i].name, filters->saved[i].filter);
}

static void offer_arguments(const struct arguments *arguments, const struct explorer *explorer,
                            enum command command)
{
    switch (command) {
    case COMMAND_INSTANCE:
        offer_instances(arguments, explorer);
        break;
    case COMMAND_FIND:
        offer_states(arguments, explorer);
        break;
    case COMMAND_STEP:
        offer_steps(arguments, explorer);
        break;
    case COMMAND_SAVED:
        offer_filters(arguments, explorer);
        break;
    case COMMAND_ORDER:
        for (size_t i = 0; instances_order_name(i); i++)
            offer(arguments, instances_order_name(i), NULL);
        break;
    case COMMAND_OVERVIEW:
    case COMMAND_INSTANCES:
    case COMMAND_GRAPHS:
    case COMMAND_CHECK:
    case COMMAND_MODELS:
    case COMMAND_EXPORT:
        offer_specifications(arguments, explorer);
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------- a filter */

static void suggest_word(void *context, const char *word, const char *whole)
{
    const struct arguments *arguments = context;
    struct text value = {0};
    text_printf(&value, "%s %s", arguments->command, whole);
    overlay_suggest(arguments->overlay, word, NULL, text_value(&value));
    text_release(&value);
}

/* The word that ends what was typed; nothing of it is chosen unasked. */
static void suggest_filter(struct arguments *arguments, const struct explorer *explorer)
{
    bool events = explorer_view(explorer) == VIEW_EVENTS;
    const struct symbols *paths =
        events ? NULL : instances_meta_paths(explorer->states[VIEW_INSTANCES]);
    filter_suggest(explorer, events ? FILTER_OF_EVENTS : FILTER_OF_INSTANCES, paths,
                   arguments->typed, suggest_word, arguments);
    arguments->overlay->cursor = arguments->overlay->item_count;
}

void prompt_suggest(struct explorer *explorer, const char *text, struct overlay *overlay)
{
    text += strspn(text, " ");
    size_t length = strcspn(text, " ");
    if (!text[length]) {
        suggest_commands(explorer, text, overlay);
        return;
    }
    char *name = memory_copy_bytes(text, length);
    enum command command = name ? command_by_name(name) : COMMAND_NONE;
    const char *typed = text + length + strspn(text + length, " ");
    struct arguments arguments = {overlay, name, typed, FIT_EXACT};
    if (command != COMMAND_NONE && command_entry(command)->views & 1u << explorer_view(explorer))
        for (; arguments.fit < FIT_NOT; arguments.fit++)
            offer_arguments(&arguments, explorer, command);
    if (command == COMMAND_FILTER && command_entry(command)->views & 1u << explorer_view(explorer))
        suggest_filter(&arguments, explorer);
    /* Any instance may be meant, not only those that are known here. */
    if (command == COMMAND_INSTANCE && *typed)
        overlay->cursor = overlay->item_count;
    if (!*typed)
        overlay->cursor = overlay->item_count;
    free(name);
}
