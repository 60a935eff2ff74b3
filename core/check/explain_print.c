/* Explanations in words, for people who never heard of bisimulation. */
#include <string.h>

#include "check/formula.h"
#include "check/words.h"

static bool is_specification(const struct printer *printer)
{
    return strcmp(printer->names[LEFT], "specification") == 0 &&
           strcmp(printer->names[RIGHT], "implementation") == 0;
}

/* ----------------------------------------------------------------- trace */

/* Behaviour that was specified and never seen, rather than a difference of two files. */
static bool unobserved(const struct printer *printer)
{
    return printer->explanation->side == LEFT && is_specification(printer);
}

static const struct path *trace_of(const struct printer *printer)
{
    return &printer->explanation->path[printer->explanation->side];
}

void print_trace_title(struct printer *printer, bool besides)
{
    enum side side = printer->explanation->side;
    text_append(printer->text, besides ? "Besides, " : "");
    print_side(printer, side, !besides);
    if (unobserved(printer)) {
        text_append(printer->text, " allows something the model does not have:\n");
    } else {
        text_append(printer->text, " can do something ");
        print_side(printer, other_side(side), false);
        text_append(printer->text, " cannot:\n");
    }
}

void print_trace_end(struct printer *printer)
{
    enum side side = printer->explanation->side;
    const struct path *path = trace_of(printer);
    const struct lts_transition *last = &path->steps[path->count - 1];
    text_append(printer->text,
                path->count > 1 ? "Here, in state " : "At the very start, in state ");
    print_quoted_state(printer, side, last->from);
    text_append(printer->text, unobserved(printer)           ? ", it allows "
                               : last->label == LTS_INTERNAL ? ", it takes "
                                                             : ", it does ");
    print_action(printer, side, last->label, true);
    text_append(printer->text, " (");
    print_arrow(printer);
    print_state(printer, side, last->to);
    text_append(printer->text, ").\n");
}

void print_trace_other(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    enum side other = other_side(explanation->side);
    const struct path *path = &explanation->path[other];
    text_append(printer->text, trace_of(printer)->count > 1 ? "After the same steps " : "There ");
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

void print_trace_test(struct printer *printer)
{
    enum side side = printer->explanation->side;
    const struct path *path = trace_of(printer);
    if (!unobserved(printer))
        return;
    text_append(printer->text, "A test to write: ");
    if (print_actions(printer, side, path, path->count - 1, "do "))
        text_append(printer->text, ", then ");
    text_append(printer->text, "expect ");
    print_action(printer, side, path->steps[path->count - 1].label, false);
    text_append(printer->text, ".\n");
}

static void print_trace(struct printer *printer, bool besides)
{
    const struct path *path = trace_of(printer);
    print_trace_title(printer, besides);
    print_steps(printer, printer->explanation->side, path, path->count - 1);
    print_trace_end(printer);
    print_trace_other(printer);
    print_trace_test(printer);
}

/* ------------------------------------------------------------ divergence */

static void print_divergence(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    enum side side = explanation->side, other = other_side(side);
    const struct path *path = &explanation->path[side];
    print_side(printer, side, true);
    text_append(printer->text, " can go on internally for ever where ");
    print_side(printer, other, false);
    text_append(printer->text, " cannot:\n");
    print_steps(printer, side, path, path->count);
    text_append(printer->text, path->count ? "Here, in state " : "At the very start, in state ");
    print_quoted_state(printer, side, path_end(printer, side, path));
    text_append(printer->text, ", it can go round without end: ");
    print_path(printer, side, &explanation->cycle);
    text_append(printer->text, path->count ? ".\nAfter the same steps " : ".\nThere ");
    print_side(printer, other, false);
    text_append(printer->text, " is in ");
    print_quoted_state(printer, other, path_end(printer, other, &explanation->path[other]));
    text_append(printer->text, ", and its internal steps always come to an end.\n");
}

/* --------------------------------------------------------------- formula */

enum { FORMULA_LINES = 24, FORMULA_LENGTH = 2000 };

/* "As a formula:", and the formula, from a line of its own where it takes several. */
static void print_syntax(struct printer *printer)
{
    struct text syntax = {0};
    formula_print(printer->explanation->formula, &syntax);
    const char *value = text_value(&syntax);
    bool one_line = strcspn(value, "\n") + 1 == syntax.length;
    if (syntax.length <= FORMULA_LENGTH)
        text_printf(printer->text, "As a formula:%s%s", one_line ? " " : "\n", value);
    printer->text->failed |= syntax.failed;
    text_release(&syntax);
}

static void print_saying(struct printer *printer, const struct text *words, enum side rest,
                         const char *ending)
{
    bool lines = strchr(text_value(words), '\n') != NULL;
    text_append(printer->text, text_value(words));
    text_append(printer->text, lines ? ".\n" : "; ");
    print_side(printer, rest, lines);
    text_append(printer->text, ending);
}

/* What is true of the one side; where that is that it may lack something later, what is true of
 * the other. */
void print_formula(struct printer *printer)
{
    const struct formula *formula = printer->explanation->formula;
    enum side side = formula->side, other = other_side(side);
    struct text words = {0}, subject = {0};
    struct printer named = *printer;
    named.text = &subject;
    print_side(&named, other, false);
    if (formula_tell_other(formula, text_value(&subject), 0, FORMULA_LINES, &words)) {
        text_append(printer->text, "In other words: ");
        print_saying(printer, &words, side, " need not be able to.\n");
    } else if (formula_tell(formula, 0, FORMULA_LINES, &words)) {
        text_append(printer->text, "In other words: ");
        print_side(printer, side, false);
        text_append(printer->text, " can ");
        print_saying(printer, &words, other, " cannot.\n");
    }
    printer->text->failed |= words.failed | subject.failed;
    text_release(&words);
    text_release(&subject);
    print_syntax(printer);
}

/* ----------------------------------------------------------- what holds */

void print_holding(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    const char *words = NULL;
    switch (explanation_still_holds(explanation)) {
    case EQUIVALENCE_STRONG: /* would have been the answer */
        break;
    case EQUIVALENCE_DIVERGENCE:
        words = "branching bisimilar, with divergence: only internal steps that decide nothing "
                "differ";
        break;
    case EQUIVALENCE_BRANCHING:
        words = explanation->equivalence == EQUIVALENCE_DIVERGENCE
                    ? "branching bisimilar: only where internal steps may go on for ever differs"
                    : "branching bisimilar: only internal steps that decide nothing differ";
        break;
    case EQUIVALENCE_WEAK:
        words = "weakly bisimilar: only the moment of choice differs";
        break;
    case EQUIVALENCE_TRACE:
        if (explanation->kind != EXPLANATION_CHOICE || !explanation->same_traces)
            words =
                "equal in their sequences of steps: only what is still possible on the way differs";
        break;
    case EQUIVALENCE_WEAK_TRACE:
        if (explanation->kind != EXPLANATION_CHOICE || !explanation->same_traces)
            words = "equal in their sequences of actions, if internal steps are not counted";
        break;
    }
    if (words)
        text_printf(printer->text, "Still, the two are %s.\n", words);
}

void print_explanation(struct printer *printer)
{
    const struct explanation *explanation = printer->explanation;
    if (explanation->kind == EXPLANATION_TRACE)
        print_trace(printer, false);
    else if (explanation->kind == EXPLANATION_DIVERGENCE)
        print_divergence(printer);
    else
        print_choice(printer);
    if (explanation->kind == EXPLANATION_CHOICE && explanation->formula)
        print_formula(printer);
    if (explanation->also) {
        text_append_char(printer->text, '\n');
        printer->explanation = explanation->also;
        print_trace(printer, true);
        printer->explanation = explanation;
    }
    print_holding(printer);
}

void explanation_print(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const char *left_name, const char *right_name,
                       struct text *text)
{
    if (!explanation) {
        text_append(text,
                    "The difference lies too deep, or in too many places, to be told in steps; "
                    "the graphs of spex-tui show which states have no equivalent one.\n");
        return;
    }
    bool internal_counts = explanation->equivalence == EQUIVALENCE_STRONG ||
                           explanation->equivalence == EQUIVALENCE_TRACE;
    struct printer printer = {.text = text,
                              .explanation = explanation,
                              .sides = {left, right},
                              .names = {left_name, right_name},
                              .internal_counts = internal_counts};
    print_explanation(&printer);
}
