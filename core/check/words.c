#include "check/words.h"

#include <string.h>

#include "base/symbols.h"

void print_side(struct printer *printer, enum side side, bool first)
{
    const char *name = printer->names[side];
    if (strcmp(name, "specification") == 0 || strcmp(name, "implementation") == 0)
        text_append(printer->text, first ? "The " : "the ");
    text_append_visible(printer->text, name);
}

void print_state(struct printer *printer, enum side side, uint32_t state)
{
    char buffer[16];
    text_append_visible(printer->text, lts_state_name(printer->sides[side], state, buffer));
}

void print_arrow(struct printer *printer)
{
    text_append(printer->text, printer->unicode ? "→ " : "-> ");
}

void print_quoted_state(struct printer *printer, enum side side, uint32_t state)
{
    text_append_char(printer->text, '"');
    print_state(printer, side, state);
    text_append_char(printer->text, '"');
}

static const char *label_name(const struct printer *printer, enum side side, uint32_t label)
{
    return symbols_name(&printer->sides[side]->labels, label);
}

void print_action(struct printer *printer, enum side side, uint32_t label, bool quoted)
{
    if (label == LTS_INTERNAL) {
        text_append(printer->text, "an internal step");
        return;
    }
    text_append(printer->text, quoted ? "\"" : "");
    text_append_visible(printer->text, label_name(printer, side, label));
    text_append(printer->text, quoted ? "\"" : "");
}

static bool is_start(const struct printer *printer, enum side side, uint32_t label)
{
    return label != LTS_INTERNAL &&
           strcmp(label_name(printer, side, label), SPEX_INITIALISATION) == 0;
}

/* How many steps from `begin` on are told as one: a run of internal steps, or one step. */
static size_t run_length(const struct printer *printer, const struct path *path, size_t begin)
{
    size_t end = begin + 1;
    if (path->steps[begin].label == LTS_INTERNAL && !printer->internal_counts)
        while (end < path->count && path->steps[end].label == LTS_INTERNAL)
            end++;
    return end - begin;
}

static void print_run(struct printer *printer, enum side side, const struct path *path,
                      size_t begin, size_t length)
{
    const struct lts_transition *step = &path->steps[begin + length - 1];
    if (step->label == LTS_INTERNAL && length == 1)
        text_append(printer->text, "(internally) ");
    else if (step->label == LTS_INTERNAL)
        text_printf(printer->text, "(internally, %zu steps) ", length);
    else if (is_start(printer, side, step->label))
        text_append(printer->text, "starts in ");
    else {
        text_append_visible(printer->text, label_name(printer, side, step->label));
        text_append_char(printer->text, ' ');
    }
    if (!is_start(printer, side, step->label))
        print_arrow(printer);
    print_state(printer, side, step->to);
}

size_t print_step(struct printer *printer, enum side side, const struct path *path, size_t begin)
{
    size_t length = run_length(printer, path, begin);
    print_run(printer, side, path, begin, length);
    return length;
}

static size_t count_runs(const struct printer *printer, const struct path *path, size_t count)
{
    size_t runs = 0;
    for (size_t i = 0; i < count; i += run_length(printer, path, i))
        runs++;
    return runs;
}

void print_steps(struct printer *printer, enum side side, const struct path *path, size_t count)
{
    size_t runs = count_runs(printer, path, count), number = 0;
    for (size_t i = 0; i < count; i += run_length(printer, path, i)) {
        bool hidden = runs > FIRST_STEPS + LAST_STEPS + 1 && number >= FIRST_STEPS &&
                      number < runs - LAST_STEPS;
        if (hidden && number == FIRST_STEPS)
            text_printf(printer->text, "  ... %zu more steps ...\n",
                        runs - FIRST_STEPS - LAST_STEPS);
        number++;
        if (hidden)
            continue;
        size_t length = run_length(printer, path, i);
        if (i + length > count)
            length = count - i;
        text_printf(printer->text, "  %zu. ", number);
        print_run(printer, side, path, i, length);
        text_append(printer->text, "\n");
    }
}

void print_path(struct printer *printer, enum side side, const struct path *path)
{
    size_t runs = count_runs(printer, path, path->count), number = 0;
    for (size_t i = 0; i < path->count; i += run_length(printer, path, i), number++) {
        bool hidden = runs > INLINE_STEPS + 1 && number >= INLINE_STEPS / 2 &&
                      number < runs - INLINE_STEPS / 2;
        if (hidden && number > INLINE_STEPS / 2)
            continue;
        text_append(printer->text, number ? ", " : "");
        if (hidden)
            text_printf(printer->text, "... %zu more steps ...", runs - INLINE_STEPS);
        else
            print_run(printer, side, path, i, run_length(printer, path, i));
    }
}

void print_offered(struct printer *printer, enum side side, const uint32_t *offered, size_t count)
{
    for (size_t i = 0; i < count && i < MOST_NAMES; i++) {
        text_append(printer->text, i ? ", " : "");
        print_action(printer, side, offered[i], false);
    }
    if (count > MOST_NAMES)
        text_printf(printer->text, " and %zu more", count - MOST_NAMES);
}

uint32_t path_end(const struct printer *printer, enum side side, const struct path *path)
{
    return path->count ? path->steps[path->count - 1].to : printer->sides[side]->initial;
}

bool print_actions(struct printer *printer, enum side side, const struct path *path, size_t count,
                   const char *verb)
{
    size_t actions = 0, number = 0;
    const char *before = verb;
    for (size_t i = 0; i < count; i++)
        actions += printer->internal_counts || path->steps[i].label != LTS_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        const struct lts_transition *step = &path->steps[i];
        bool silent = step->label == LTS_INTERNAL && !printer->internal_counts;
        if (silent || number++ + MOST_NAMES < actions)
            continue;
        if (actions > MOST_NAMES && number + MOST_NAMES == actions + 1)
            text_printf(printer->text, "%zu actions, then ", actions - MOST_NAMES);
        if (is_start(printer, side, step->label)) {
            text_append(printer->text, "start in ");
            print_quoted_state(printer, side, step->to);
            text_append(printer->text, number < actions ? ", " : "");
            continue;
        }
        text_append(printer->text, before);
        print_action(printer, side, step->label, false);
        before = ", ";
    }
    return actions > 0;
}
