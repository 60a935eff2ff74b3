/* Explanations in words, for people who never heard of bisimulation. */
#include <string.h>

#include "base/symbols.h"
#include "base/text.h"
#include "check/check.h"

/* Longer lists are cut in the middle, or at the end. */
enum { FIRST_STEPS = 14, LAST_STEPS = 6, MOST_NAMES = 12, INLINE_STEPS = 8 };

struct printer {
    struct text *text;
    const struct explanation *explanation;
    const struct lts *sides[2];
    const char *names[2];
};

static enum side other_side(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

static bool is_specification(const struct printer *printer)
{
    return strcmp(printer->names[LEFT], "specification") == 0 &&
           strcmp(printer->names[RIGHT], "implementation") == 0;
}

/* "the specification", but file names as they are. */
static void print_side(struct printer *printer, enum side side, bool first)
{
    const char *name = printer->names[side];
    if (strcmp(name, "specification") == 0 || strcmp(name, "implementation") == 0)
        text_append(printer->text, first ? "The " : "the ");
    text_append_visible(printer->text, name);
}

static void print_state(struct printer *printer, enum side side, uint32_t state)
{
    char buffer[16];
    text_append_visible(printer->text, lts_state_name(printer->sides[side], state, buffer));
}

static void print_quoted_state(struct printer *printer, enum side side, uint32_t state)
{
    text_append_char(printer->text, '"');
    print_state(printer, side, state);
    text_append_char(printer->text, '"');
}

static const char *label_name(const struct printer *printer, enum side side, uint32_t label)
{
    return symbols_name(&printer->sides[side]->labels, label);
}

static bool is_start(const struct printer *printer, enum side side, uint32_t label)
{
    return label != LTS_INTERNAL &&
           strcmp(label_name(printer, side, label), SPEX_INITIALISATION) == 0;
}

/* How many steps from `begin` on are told as one: a run of internal steps, or one step. */
static size_t run_length(const struct path *path, size_t begin)
{
    size_t end = begin + 1;
    if (path->steps[begin].label == LTS_INTERNAL)
        while (end < path->count && path->steps[end].label == LTS_INTERNAL)
            end++;
    return end - begin;
}

static void print_run(struct printer *printer, enum side side, const struct path *path,
                      size_t begin, size_t length)
{
    const struct lts_transition *step = &path->steps[begin + length - 1];
    if (step->label == LTS_INTERNAL && length == 1)
        text_append(printer->text, "(internally) -> ");
    else if (step->label == LTS_INTERNAL)
        text_printf(printer->text, "(internally, %zu steps) -> ", length);
    else if (is_start(printer, side, step->label))
        text_append(printer->text, "starts in ");
    else {
        text_append_visible(printer->text, label_name(printer, side, step->label));
        text_append(printer->text, " -> ");
    }
    print_state(printer, side, step->to);
}

static size_t count_runs(const struct path *path, size_t count)
{
    size_t runs = 0;
    for (size_t i = 0; i < count; i += run_length(path, i))
        runs++;
    return runs;
}

/* The first `count` steps, a line each, numbered. */
static void print_steps(struct printer *printer, enum side side, const struct path *path,
                        size_t count)
{
    size_t runs = count_runs(path, count), number = 0;
    for (size_t i = 0; i < count; i += run_length(path, i)) {
        bool hidden = runs > FIRST_STEPS + LAST_STEPS + 1 && number >= FIRST_STEPS &&
                      number < runs - LAST_STEPS;
        if (hidden && number == FIRST_STEPS)
            text_printf(printer->text, "  ... %zu more steps ...\n",
                        runs - FIRST_STEPS - LAST_STEPS);
        number++;
        if (hidden)
            continue;
        size_t length = run_length(path, i);
        if (i + length > count)
            length = count - i;
        text_printf(printer->text, "  %zu. ", number);
        print_run(printer, side, path, i, length);
        text_append(printer->text, "\n");
    }
}

/* All on one line: "a -> s, (internally) -> t". */
static void print_path(struct printer *printer, enum side side, const struct path *path)
{
    size_t runs = count_runs(path, path->count), number = 0;
    for (size_t i = 0; i < path->count; i += run_length(path, i), number++) {
        bool hidden = runs > INLINE_STEPS + 1 && number >= INLINE_STEPS / 2 &&
                      number < runs - INLINE_STEPS / 2;
        if (hidden && number > INLINE_STEPS / 2)
            continue;
        text_append(printer->text, number ? ", " : "");
        if (hidden)
            text_printf(printer->text, "... %zu more steps ...", runs - INLINE_STEPS);
        else
            print_run(printer, side, path, i, run_length(path, i));
    }
}

static void print_offered(struct printer *printer, enum side side, const uint32_t *offered,
                          size_t count)
{
    for (size_t i = 0; i < count && i < MOST_NAMES; i++) {
        text_append(printer->text, i ? ", " : "");
        text_append_visible(printer->text, label_name(printer, side, offered[i]));
    }
    if (count > MOST_NAMES)
        text_printf(printer->text, " and %zu more", count - MOST_NAMES);
}

static uint32_t path_end(const struct printer *printer, enum side side, const struct path *path)
{
    return path->count ? path->steps[path->count - 1].to : printer->sides[side]->initial;
}

/* `start in "basket", do pay, ship`: the visible actions of the first `count` steps, or
 * the last few of them. False where there are none. */
static bool print_actions(struct printer *printer, enum side side, const struct path *path,
                          size_t count, const char *verb)
{
    size_t actions = 0, number = 0;
    const char *before = verb;
    for (size_t i = 0; i < count; i++)
        actions += path->steps[i].label != LTS_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        const struct lts_transition *step = &path->steps[i];
        if (step->label == LTS_INTERNAL || number++ + MOST_NAMES < actions)
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
        text_append_visible(printer->text, label_name(printer, side, step->label));
        before = ", ";
    }
    return actions > 0;
}

/* ----------------------------------------------------------------- trace */

/* What the other side offers instead. */
static void print_trace_other(struct printer *printer, bool anything_before)
{
    const struct explanation *explanation = printer->explanation;
    enum side other = other_side(explanation->side);
    const struct path *path = &explanation->path[other];
    text_append(printer->text, anything_before ? "After the same steps " : "There ");
    print_side(printer, other, false);
    text_append(printer->text, " is in ");
    print_quoted_state(printer, other, path_end(printer, other, path));
    if (explanation->offered_count) {
        text_append(printer->text, " and offers only: ");
        print_offered(printer, other, explanation->offered, explanation->offered_count);
        text_append(printer->text, ".\n");
    } else {
        text_append(printer->text, " and offers nothing more.\n");
    }
}

static void print_trace(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    enum side side = explanation->side;
    const struct path *path = &explanation->path[side];
    const struct lts_transition *last = &path->steps[path->count - 1];
    bool unobserved = side == LEFT && is_specification(printer);
    print_side(printer, side, true);
    if (unobserved) {
        text_append(printer->text, " allows something the model does not have:\n");
    } else {
        text_append(printer->text, " can do something ");
        print_side(printer, other_side(side), false);
        text_append(printer->text, " cannot:\n");
    }
    print_steps(printer, side, path, path->count - 1);
    text_append(printer->text,
                path->count > 1 ? "Here, in state " : "At the very start, in state ");
    print_quoted_state(printer, side, last->from);
    text_append(printer->text, unobserved ? ", it allows \"" : ", it does \"");
    text_append_visible(printer->text, label_name(printer, side, last->label));
    text_append(printer->text, "\" (-> ");
    print_state(printer, side, last->to);
    text_append(printer->text, ").\n");
    print_trace_other(printer, path->count > 1);
    if (!unobserved)
        return;
    text_append(printer->text, "A test to write: ");
    if (print_actions(printer, side, path, path->count - 1, "do "))
        text_append(printer->text, ", then ");
    text_append(printer->text, "expect ");
    text_append_visible(printer->text, label_name(printer, side, last->label));
    text_append(printer->text, ".\n");
}

/* ---------------------------------------------------------------- choice */

static void print_choice_start(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    print_side(printer, LEFT, true);
    text_append(printer->text, " and ");
    print_side(printer, RIGHT, false);
    if (explanation->same_traces)
        text_append(printer->text, " can do the same sequences of actions, but they decide "
                                   "differently what remains possible:\n");
    else
        text_append(printer->text, " differ in what remains possible:\n");
    if (!explanation->path[LEFT].count && !explanation->path[RIGHT].count)
        return;
    text_append(printer->text, "  After the same steps (");
    if (!print_actions(printer, LEFT, &explanation->path[LEFT], explanation->path[LEFT].count,
                       "do "))
        text_append(printer->text, "all internal");
    text_append(printer->text, ") ");
    for (int side = LEFT; side <= RIGHT; side++) {
        text_append(printer->text, side == LEFT ? "" : " while ");
        print_side(printer, (enum side)side, false);
        text_append(printer->text, side == LEFT ? " may be in " : " is in ");
        print_quoted_state(printer, (enum side)side,
                           path_end(printer, (enum side)side, &explanation->path[side]));
    }
    text_append(printer->text, ".\n");
}

static void print_answer(struct printer *printer, const struct round *round, uint32_t state)
{
    enum side defender = other_side(round->attacker);
    text_append(printer->text, "     The best answer of ");
    print_side(printer, defender, false);
    if (round->answer.count) {
        text_append(printer->text, " is ");
        print_path(printer, defender, &round->answer);
    } else {
        text_append(printer->text, " is to stay in ");
        print_quoted_state(printer, defender, state);
    }
    if (round->other_answers)
        text_printf(printer->text, " (%zu other %s no longer)", round->other_answers,
                    round->other_answers == 1 ? "answer lasts" : "answers last");
    const struct lts_transition *last = &round->attack.steps[round->attack.count - 1];
    if (!round->before) {
        text_append(printer->text, "; but then they differ:\n");
    } else {
        text_append(printer->text, "; but already before that last step, with ");
        print_side(printer, round->attacker, false);
        text_append(printer->text, " in ");
        print_quoted_state(printer, round->attacker, last->from);
        text_append(printer->text, ", they differ:\n");
    }
}

static void print_decision(struct printer *printer, const struct round *round)
{
    enum side defender = other_side(round->attacker);
    const struct lts_transition *last = &round->attack.steps[round->attack.count - 1];
    text_append(printer->text, "     ");
    print_side(printer, defender, true);
    text_append(printer->text, " cannot answer \"");
    text_append_visible(printer->text, label_name(printer, round->attacker, last->label));
    if (round->offered_count) {
        text_append(printer->text, "\": even after all its internal steps it offers only {");
        print_offered(printer, defender, round->offered, round->offered_count);
        text_append(printer->text, "}.\n");
    } else {
        text_append(printer->text, "\": it offers nothing more.\n");
    }
}

static uint32_t state_before(const struct path *path, size_t count, uint32_t start)
{
    return count ? path->steps[count - 1].to : start;
}

/* Moves to where the next round starts. */
static void move_on(const struct round *round, uint32_t states[2])
{
    enum side attacker = round->attacker, defender = other_side(attacker);
    size_t attack = round->before ? round->attack.count - 1 : round->attack.count;
    size_t answer = round->before ? round->answer_before : round->answer.count;
    states[attacker] = state_before(&round->attack, attack, states[attacker]);
    states[defender] = state_before(&round->answer, answer, states[defender]);
}

static void print_choice(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    size_t count = explanation->round_count;
    uint32_t states[2];
    print_choice_start(printer);
    for (int side = LEFT; side <= RIGHT; side++)
        states[side] = path_end(printer, (enum side)side, &explanation->path[side]);
    for (size_t i = 0; i < count; i++) {
        const struct round *round = &explanation->rounds[i];
        bool hidden =
            count > FIRST_STEPS + LAST_STEPS + 1 && i >= FIRST_STEPS && i < count - LAST_STEPS;
        if (hidden && i == FIRST_STEPS)
            text_printf(printer->text, "  ... %zu more rounds ...\n",
                        count - FIRST_STEPS - LAST_STEPS);
        if (!hidden) {
            text_printf(printer->text, "  %zu. ", i + 1);
            print_side(printer, round->attacker, true);
            text_append(printer->text, ", in ");
            print_quoted_state(printer, round->attacker, states[round->attacker]);
            text_append(printer->text, ", goes ");
            print_path(printer, round->attacker, &round->attack);
            text_append(printer->text, ".\n");
            if (round->answered)
                print_answer(printer, round, states[other_side(round->attacker)]);
            else
                print_decision(printer, round);
        }
        move_on(round, states);
    }
}

void explanation_print(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const char *left_name, const char *right_name,
                       struct text *text)
{
    struct printer printer = {.text = text,
                              .explanation = explanation,
                              .sides = {left, right},
                              .names = {left_name, right_name}};
    if (explanation->kind == EXPLANATION_TRACE)
        print_trace(&printer);
    else
        print_choice(&printer);
}
