/* Formulas as text: in their own syntax (spex(5)), and in words. */
#include <string.h>

#include "base/text.h"
#include "check/formula.h"
#include "spex.h"

/* What is used more than once and is no mere step gets a name. */
static bool is_named(const struct formula *formula, uint32_t number)
{
    const struct formula_node *node = &formula->nodes[number];
    return node->uses > 1 && node->after_count + node->before_count > 0;
}

static bool is_plain(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-?!", *c))
            return false;
    return *name && strcmp(name, "tau") != 0 && strcmp(name, "tau?") != 0;
}

/* As in JSON, and fit for a terminal. */
static void append_quoted(struct text *text, const char *name)
{
    struct text quoted = {0};
    text_append_json(&quoted, name);
    text_append_visible(text, text_value(&quoted));
    text->failed |= quoted.failed;
    text_release(&quoted);
}

static void print_action(const struct formula_node *node, bool strong, struct text *text)
{
    if (node->step == FORMULA_INTERNAL)
        text_append(text, strong ? "tau" : "tau?");
    else if (is_plain(node->action))
        text_append(text, node->action);
    else
        append_quoted(text, node->action);
}

static void print_node(const struct formula *formula, uint32_t number, struct text *text);

static void print_parts(const struct formula *formula, uint32_t first, uint32_t count,
                        struct text *text)
{
    for (uint32_t i = first; i < first + count; i++) {
        const struct formula_part *part = &formula->parts[i];
        text_append(text, i > first ? " and " : "");
        text_append(text, part->negated ? "not " : "");
        if (is_named(formula, part->node))
            text_printf(text, "X%u", part->node + 1);
        else
            print_node(formula, part->node, text);
    }
}

/* What follows a step: `true`, one part, or several in parentheses. */
static void print_after(const struct formula *formula, const struct formula_node *node,
                        struct text *text)
{
    if (node->after_count == 0)
        text_append(text, "true");
    text_append(text, node->after_count > 1 ? "(" : "");
    print_parts(formula, node->after, node->after_count, text);
    text_append(text, node->after_count > 1 ? ")" : "");
}

static void print_branching(const struct formula *formula, const struct formula_node *node,
                            struct text *text)
{
    bool parentheses = node->before_count > 0;
    text_append(text, "<tau*>");
    if (node->step == FORMULA_FOREVER) {
        text_append(text, "forever");
        text_append(text, parentheses ? "(" : "");
        print_parts(formula, node->before, node->before_count, text);
        text_append(text, parentheses ? ")" : "");
        return;
    }
    text_append(text, parentheses ? "(<" : "<");
    print_action(node, false, text);
    text_append(text, ">");
    print_after(formula, node, text);
    if (parentheses) {
        text_append(text, " and ");
        print_parts(formula, node->before, node->before_count, text);
        text_append(text, ")");
    }
}

static void print_node(const struct formula *formula, uint32_t number, struct text *text)
{
    const struct formula_node *node = &formula->nodes[number];
    bool weak = formula->equivalence == EQUIVALENCE_WEAK;
    if (!weak && formula->equivalence != EQUIVALENCE_STRONG) {
        print_branching(formula, node, text);
        return;
    }
    text_append(text, weak ? "<<" : "<");
    print_action(node, !weak, text);
    text_append(text, weak ? ">>" : ">");
    print_after(formula, node, text);
}

void formula_print(const struct formula *formula, struct text *text)
{
    for (uint32_t i = 0; i + 1 < formula->node_count; i++) {
        if (!is_named(formula, i))
            continue;
        text_printf(text, "let X%u = ", i + 1);
        print_node(formula, i, text);
        text_append_char(text, '\n');
    }
    print_node(formula, formula->node_count - 1, text);
    text_append_char(text, '\n');
}

/* ----------------------------------------------------------------- words */

struct telling {
    const struct formula *formula;
    struct text *text;
    unsigned lines_left;
    bool whole;
};

static void tell_node(struct telling *telling, uint32_t number, unsigned indent);

static bool is_leaf(const struct telling *telling, const struct formula_part *part)
{
    const struct formula_node *node = &telling->formula->nodes[part->node];
    return node->after_count + node->before_count == 0;
}

static void new_line(struct telling *telling, unsigned indent, const char *begin)
{
    if (telling->lines_left == 0)
        telling->whole = false;
    else
        telling->lines_left--;
    text_printf(telling->text, "\n%*s%s", (int)indent, "", begin);
}

static void tell_step(struct telling *telling, const struct formula_node *node)
{
    bool strong = telling->formula->equivalence == EQUIVALENCE_STRONG;
    if (node->step == FORMULA_INTERNAL) {
        text_append(telling->text, strong ? "take an internal step" : "move on internally");
    } else if (node->step == FORMULA_FOREVER) {
        text_append(telling->text, "take internal steps for ever");
    } else if (strcmp(node->action, SPEX_INITIALISATION) == 0) {
        text_append(telling->text, "start");
    } else {
        text_append(telling->text, "do \"");
        text_append_visible(telling->text, node->action);
        text_append_char(telling->text, '"');
    }
}

/* "it can ...", "it cannot ..."; and where "it cannot do this so that then it cannot ..." would
 * be meant, "whenever it does this, then it can ...". */
static void tell_part(struct telling *telling, struct formula_part part, unsigned indent)
{
    const struct formula_node *node = &telling->formula->nodes[part.node];
    if (!telling->whole)
        return;
    if (part.negated && node->after_count == 1 && !node->before_count) {
        struct formula_part after = telling->formula->parts[node->after];
        after.negated = !after.negated;
        text_append(telling->text, "however it may ");
        tell_step(telling, node);
        text_append(telling->text, ", then ");
        tell_part(telling, after, indent);
    } else {
        text_append(telling->text, part.negated ? "it cannot " : "it can ");
        tell_node(telling, part.node, indent);
    }
}

/* One that is short on the same line, else a line a part. Answers whether it took lines. */
static bool tell_parts(struct telling *telling, uint32_t first, uint32_t count, unsigned indent)
{
    const struct formula_part *parts = telling->formula->parts;
    if (count == 1 && is_leaf(telling, &parts[first])) {
        text_append_char(telling->text, ' ');
        tell_part(telling, parts[first], indent);
        return false;
    }
    text_append_char(telling->text, ':');
    for (uint32_t i = first; telling->whole && i < first + count; i++) {
        new_line(telling, indent + 2, "- ");
        tell_part(telling, parts[i], indent + 4);
    }
    return true;
}

/* What follows "can" or "cannot". */
static void tell_node(struct telling *telling, uint32_t number, unsigned indent)
{
    const struct formula_node *node = &telling->formula->nodes[number];
    bool endless = node->step == FORMULA_FOREVER;
    if (node->before_count && !endless) {
        text_append(telling->text, "reach, by internal steps at most, a point where");
        if (tell_parts(telling, node->before, node->before_count, indent))
            new_line(telling, indent, "and there ");
        else
            text_append(telling->text, ", and there ");
    }
    tell_step(telling, node);
    if (node->before_count && endless) {
        text_append(telling->text, " while all the time");
        tell_parts(telling, node->before, node->before_count, indent);
    }
    if (node->after_count) {
        text_append(telling->text, " so that then");
        tell_parts(telling, node->after, node->after_count, indent);
    }
}

bool formula_tell(const struct formula *formula, unsigned indent, unsigned lines, struct text *text)
{
    struct text words = {0};
    struct telling telling = {formula, &words, lines, true};
    tell_node(&telling, formula->node_count - 1, indent);
    text->failed |= words.failed;
    if (telling.whole)
        text_append(text, text_value(&words));
    text_release(&words);
    return telling.whole;
}
