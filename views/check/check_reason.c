/* Why not: the sections of the Check view that are made of the explanation. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "check/formula.h"
#include "check/words.h"
#include "project/learned.h"
#include "views/check/check_private.h"
#include "views/screen/format.h"

/* Of a longer run the first and the last steps. */
enum { MOST_STEPS = 1000, LAST_SHOWN = 100 };

const struct check *check_told(const struct summary *summary)
{
    const struct check *check = summary ? summary->check : NULL;
    return check && check->at && !check->status ? check : NULL;
}

const struct explanation *check_trace(const struct check *check, enum side side)
{
    const struct explanation *trace = check ? check->explanation : NULL;
    if (trace && trace->kind == EXPLANATION_TRACE && trace->side != side)
        trace = trace->also;
    return trace && trace->kind == EXPLANATION_TRACE && trace->side == side ? trace : NULL;
}

static struct printer printer_of(const struct check_view *view, const struct check *check,
                                 const struct explanation *explanation, struct text *text)
{
    return check_printer(check, explanation, !view->explorer->workspace->options.ascii, text);
}

/* Takes the end of a line that is printed with one. */
static void cut_line_end(struct text *text)
{
    if (text->length && !text->failed && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
}

/* ------------------------------------------------------------------ verdict */

/* What keeps it from being checked; NULL: nothing. */
static const char *no_verdict(const struct summary *summary)
{
    const struct project_entry *entry = summary->entry;
    const struct check *check = summary->check;
    if (!entry)
        return "Only the store speaks of this specification: there is no file to check against.";
    if (!entry->specification)
        return entry->error.message;
    if (entry->model_error.status)
        return entry->model_error.message;
    if (!entry->model || (check && (check->at || check->status)))
        return NULL;
    return "Checking …";
}

static void say_no_model(struct check_view *view, const struct summary *summary)
{
    struct text text = {0};
    if (summary->entry->lts) {
        page_say(&view->page, SECTION_VERDICT, ROLE_NORMAL, 0,
                 "Name a second LTS file, to see how they differ: spex-tui A.aut B.aut");
        return;
    }
    page_say(&view->page, SECTION_VERDICT, ROLE_NORMAL, 0,
             "There is no implementation model to check yet.");
    text_append(&text, "It is learned from what is recorded: record a run of the program or of "
                       "its tests with spex record, then export it with spex models export, or "
                       "put ");
    text_append_visible(&text, summary->name);
    text_append(&text, ".spex into the folder of models.");
    page_add(&view->page, SECTION_VERDICT, ROLE_NORMAL, 0, &text);
}

static const char *words_of_no(const struct check *check)
{
    const struct explanation *explanation = check->explanation;
    bool extra = check_trace(check, RIGHT), missing = check_trace(check, LEFT);
    if (!explanation)
        return "They are not equivalent. The difference lies too deep, or in too many places, to "
               "be told in steps; the graphs show which states have no equivalent one.";
    if (extra && missing)
        return "They are not equivalent: the implementation does what is not specified, and "
               "something that is specified has not been seen in it.";
    if (extra)
        return "They are not equivalent: the implementation does what is not specified.";
    if (missing)
        return "They are not equivalent: something that is specified has not been seen in the "
               "implementation.";
    return explanation->same_traces
               ? "They are not equivalent: both can do the same actions one after the other, but "
                 "what is still possible on the way differs."
               : "They are not equivalent: what is still possible on the way differs.";
}

static void say_deviations(struct check_view *view, const struct summary *summary)
{
    char number[32];
    struct text text = {0};
    const struct project_entry *entry = summary->entry;
    if (!entry || !entry->model || !summary->deviated)
        return;
    format_count(summary->deviated, false, number);
    text_printf(&text,
                "%s instance%s deviated from the model when %s recorded; 7 shows "
                "where.%s",
                number, summary->deviated == 1 ? "" : "s",
                summary->deviated == 1 ? "it was" : "they were",
                entry->model->learning
                    ? ""
                    : " A frozen model stays as it is, so that does not change this verdict.");
    struct page_line *line = page_add(&view->page, SECTION_VERDICT, ROLE_NORMAL, 0, &text);
    if (line)
        line->act = ACT_EVENTS;
}

/* Why it is only "not yet". */
static void say_learning(struct check_view *view, const struct summary *summary)
{
    const struct project_entry *entry = summary->entry;
    if (entry && entry->model && entry->model->learning)
        page_say(&view->page, SECTION_VERDICT, ROLE_NORMAL, 0, LEARNING_NOT_YET);
}

void check_add_verdict(struct check_view *view, const struct summary *summary)
{
    const struct check *check = summary->check;
    const char *nothing = no_verdict(summary);
    struct check_page *page = &view->page;
    if (!page_section(view, SECTION_VERDICT, "Verdict", NULL))
        return;
    if (nothing) {
        struct text text = {0};
        text_append(&text, nothing);
        page_add_lines(page, SECTION_VERDICT, &text);
    } else if (!check) {
        say_no_model(view, summary);
    } else if (check->status) {
        struct text text = {0};
        text_append(&text, check->error.message);
        page_add_lines(page, SECTION_VERDICT, &text);
        page_say(page, SECTION_VERDICT, ROLE_NORMAL, 0, "c checks again.");
    } else if (check->equivalent) {
        page_say(page, SECTION_VERDICT, ROLE_NORMAL, 0,
                 "The implementation model and the specification are branching bisimilar: "
                 "whatever one can do, the other can do too, at every point, and internal steps "
                 "make no difference that could be seen.");
    } else {
        struct text text = {0};
        struct printer printer = printer_of(view, check, check->explanation, &text);
        page_say(page, SECTION_VERDICT, ROLE_NORMAL, 0, words_of_no(check));
        say_learning(view, summary);
        if (check->explanation)
            print_holding(&printer);
        page_add_lines(page, SECTION_VERDICT, &text);
    }
    say_deviations(view, summary);
}

/* -------------------------------------------------------------------- steps */

/* Where a run is after so many visible actions and the internal steps behind them. */
static uint32_t state_after(const struct lts *lts, const struct path *path, size_t actions)
{
    uint32_t state = lts->initial;
    size_t done = 0;
    for (size_t i = 0; i < path->count; i++) {
        bool visible = path->steps[i].label != LTS_INTERNAL;
        if (visible && done++ == actions)
            break;
        state = path->steps[i].to;
    }
    return state;
}

static void add_cut(struct check_view *view, enum section section, size_t steps)
{
    struct text text = {0};
    text_printf(&text, "... %zu more steps ...", steps);
    page_add(&view->page, section, ROLE_DIM, 2, &text);
}

/* The first `count` steps of this side's run, a line each, both sides going along. */
static void add_steps(struct check_view *view, enum section section, struct printer *printer,
                      enum side side, size_t count)
{
    const struct path *const paths[2] = {&printer->explanation->path[LEFT],
                                         &printer->explanation->path[RIGHT]};
    const struct path own = {paths[side]->steps, count};
    enum side other = other_side(side);
    size_t number = 0, actions = 0;
    for (size_t i = 0; i < count;) {
        if (i >= MOST_STEPS - LAST_SHOWN && i + LAST_SHOWN < count) {
            add_cut(view, section, count - LAST_SHOWN - i);
            for (; i + LAST_SHOWN < count; i++)
                actions += own.steps[i].label != LTS_INTERNAL;
        }
        struct text text = {0};
        uint32_t states[2];
        printer->text = &text;
        actions += own.steps[i].label != LTS_INTERNAL;
        text_printf(&text, "%zu. ", ++number);
        i += print_step(printer, side, &own, i);
        states[side] = own.steps[i - 1].to;
        states[other] = state_after(printer->sides[other], paths[other], actions);
        page_place(page_add(&view->page, section, ROLE_NORMAL, 2, &text), printer->sides,
                   states[LEFT], states[RIGHT]);
    }
}

/* ------------------------------------------------------ extra and missing */

static void add_trace(struct check_view *view, const struct check *check, enum side side)
{
    const struct explanation *trace = check_trace(check, side);
    enum section section = side == RIGHT ? SECTION_EXTRA : SECTION_MISSING;
    enum side other = other_side(side);
    struct check_page *page = &view->page;
    struct text text = {0}, detail = {0};
    struct printer printer = printer_of(view, check, trace, &detail);
    const struct path *path = &trace->path[side];
    const struct lts_transition *last = &path->steps[path->count - 1];
    uint32_t states[2];
    print_action(&printer, side, last->label, false);
    bool before = lts_before(printer.sides[side], last->from);
    if (!before) {
        text_append(&detail, " in ");
        print_state(&printer, side, last->from);
    }
    bool open = page_section(view, section, side == RIGHT ? "Extra behaviour" : "Missing behaviour",
                             text_value(&detail));
    text_release(&detail);
    if (!open)
        return;
    printer.text = &text;
    print_trace_title(&printer, false);
    page_add_lines(page, section, &text);
    add_steps(view, section, &printer, side, path->count - 1);
    printer.text = &text;
    states[side] = before ? last->to : last->from;
    states[other] = path_end(&printer, other, &trace->path[other]);
    print_trace_end(&printer);
    struct page_line *end = page_add_lines(page, section, &text);
    page_place(end, printer.sides, states[LEFT], states[RIGHT]);
    if (end && side == RIGHT && view->found.count)
        end->act = ACT_INSTANCES;
    print_trace_other(&printer);
    page_place(page_add_lines(page, section, &text), printer.sides, states[LEFT], states[RIGHT]);
    if (side == RIGHT) {
        check_add_found(view);
        return;
    }
    print_trace_test(&printer);
    cut_line_end(&text);
    text_append(&text, " t copies it.");
    struct page_line *line = page_add(page, section, ROLE_ACTION, 0, &text);
    if (line)
        line->act = ACT_TEST;
}

/* ------------------------------------------------------------------- rounds */

static uint32_t attack_end(const struct round *round)
{
    const struct path *attack = &round->attack;
    return attack->count ? attack->steps[attack->count - 1].to
                         : round->position.states[round->attacker];
}

static void add_other_answers(struct check_view *view, struct printer *printer,
                              const struct round *round, uint32_t number)
{
    size_t others = round->answer_count - 1 + round->more_answers;
    enum side defender = other_side(round->attacker);
    struct text text = {0};
    text_printf(&text, "%zu other %s", others, others == 1 ? "answer" : "answers");
    if (!page_fold(view, SECTION_ROUNDS, number, 5, &text))
        return;
    for (size_t i = 1; i < round->answer_count; i++) {
        const struct defence *answer = &round->answers[i];
        printer->text = &text;
        print_move(printer, defender, round->position.states[defender], &answer->path,
                   &answer->cycle);
        if (printer->explanation->shortest)
            text_printf(&text, "; then it takes %u more round%s", answer->next.rounds,
                        answer->next.rounds == 1 ? "" : "s");
        page_place(page_add(&view->page, SECTION_ROUNDS, ROLE_NORMAL, 7, &text), printer->sides,
                   answer->next.states[LEFT], answer->next.states[RIGHT]);
    }
    if (round->more_answers)
        page_say(&view->page, SECTION_ROUNDS, ROLE_DIM, 7, "... and more, which fail too");
}

static void add_round(struct check_view *view, struct printer *printer, const struct round *round,
                      uint32_t number)
{
    struct text text = {0};
    uint32_t states[2] = {round->position.states[LEFT], round->position.states[RIGHT]};
    states[round->attacker] = attack_end(round);
    printer->text = &text;
    text_printf(&text, "Round %u: ", number);
    print_attack(printer, round);
    cut_line_end(&text);
    page_place(page_add(&view->page, SECTION_ROUNDS, ROLE_NORMAL, 2, &text), printer->sides,
               states[LEFT], states[RIGHT]);
    if (round->answer_count) {
        states[LEFT] = round->answers->next.states[LEFT];
        states[RIGHT] = round->answers->next.states[RIGHT];
    }
    printer->text = &text;
    print_reply(printer, round);
    page_place(page_add_lines(&view->page, SECTION_ROUNDS, &text), printer->sides, states[LEFT],
               states[RIGHT]);
    if (round->answer_count > 1)
        add_other_answers(view, printer, round, number);
}

static void add_rounds(struct check_view *view, const struct check *check)
{
    const struct explanation *explanation = check->explanation;
    struct text text = {0};
    struct printer printer = printer_of(view, check, explanation, &text);
    char detail[40];
    snprintf(detail, sizeof detail, "%zu round%s", explanation->round_count,
             explanation->round_count == 1 ? "" : "s");
    if (!page_section(view, SECTION_ROUNDS, "Where the choices differ", detail))
        return;
    bool later = print_choice_start(&printer);
    page_add_lines(&view->page, SECTION_ROUNDS, &text);
    enum side chooser = explanation->chooser;
    if (later)
        add_steps(view, SECTION_ROUNDS, &printer, chooser, explanation->path[chooser].count);
    for (size_t i = 0; i < explanation->round_count; i++)
        add_round(view, &printer, &explanation->rounds[i], (uint32_t)i + 1);
    printer.text = &text;
    print_choice_rest(&printer);
    page_add_lines(&view->page, SECTION_ROUNDS, &text);
}

void check_add_reasons(struct check_view *view, const struct check *check)
{
    if (check_trace(check, RIGHT))
        add_trace(view, check, RIGHT);
    if (check_trace(check, LEFT))
        add_trace(view, check, LEFT);
    if (check->explanation && check->explanation->kind == EXPLANATION_CHOICE)
        add_rounds(view, check);
}

/* ------------------------------------------------------------------ formula */

void check_add_formula(struct check_view *view, const struct check *check)
{
    struct text text = {0};
    if (!check->explanation || !check->explanation->formula)
        return;
    struct printer printer = printer_of(view, check, check->explanation, &text);
    char detail[64];
    snprintf(detail, sizeof detail, "true of the %s only",
             check->explanation->formula->side == LEFT ? "specification" : "implementation");
    if (!page_section(view, SECTION_FORMULA, "Formula", detail))
        return;
    print_formula(&printer);
    page_add_lines(&view->page, SECTION_FORMULA, &text);
}
