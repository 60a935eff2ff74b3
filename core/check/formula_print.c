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

/* "do", or of a subject: "does". */
static void tell_step(struct telling *telling, const struct formula_node *node, bool of_subject)
{
    bool strong = telling->formula->equivalence == EQUIVALENCE_STRONG;
    const char *ending = of_subject ? "s" : "";
    if (node->step == FORMULA_INTERNAL) {
        text_printf(telling->text,
                    strong ? "take%s an internal step" : "move%s on internally (or not)", ending);
    } else if (node->step == FORMULA_FOREVER) {
        text_printf(telling->text, "take%s internal steps for ever", ending);
    } else if (strcmp(node->action, SPEX_INITIALISATION) == 0) {
        text_printf(telling->text, "start%s", ending);
    } else {
        text_append(telling->text, of_subject ? "does \"" : "do \"");
        text_append_visible(telling->text, node->action);
        text_append_char(telling->text, '"');
    }
}

/* "it cannot do this so that then it cannot ..." is "whenever it does this, then it can ...". */
static bool is_whenever(const struct formula_node *node)
{
    return node->after_count == 1 && !node->before_count;
}

static void tell_part(struct telling *telling, struct formula_part part, unsigned indent);

static void tell_whenever(struct telling *telling, const char *subject,
                          const struct formula_node *node, unsigned indent)
{
    const struct formula *formula = telling->formula;
    text_printf(telling->text, "whenever %s ", subject);
    tell_step(telling, node, true);
    struct formula_part after = formula->parts[node->after];
    for (; !after.negated; after = formula->parts[node->after]) {
        if (!is_whenever(&formula->nodes[after.node]))
            break;
        node = &formula->nodes[after.node];
        text_append(telling->text, " and then ");
        tell_step(telling, node, true);
    }
    after.negated = !after.negated;
    text_append(telling->text, ", then ");
    tell_part(telling, after, indent);
}

static void tell_part(struct telling *telling, struct formula_part part, unsigned indent)
{
    const struct formula_node *node = &telling->formula->nodes[part.node];
    if (!telling->whole)
        return;
    if (part.negated && is_whenever(node)) {
        tell_whenever(telling, "it", node, indent);
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
        text_append(telling->text, "come, with internal steps or none, to a point where");
        if (tell_parts(telling, node->before, node->before_count, indent))
            new_line(telling, indent, "and there ");
        else
            text_append(telling->text, ", and there ");
    }
    tell_step(telling, node, false);
    if (node->before_count && endless) {
        text_append(telling->text, " while all the time");
        tell_parts(telling, node->before, node->before_count, indent);
    }
    if (node->after_count) {
        text_append(telling->text, " so that then");
        tell_parts(telling, node->after, node->after_count, indent);
    }
}

/* All that it says of its own side is that after some steps it cannot do something. */
static bool tells_of_lack(const struct formula *formula)
{
    const struct formula_node *node = &formula->nodes[formula->node_count - 1];
    bool lacks = false;
    while (is_whenever(node)) {
        const struct formula_part *part = &formula->parts[node->after];
        lacks ^= part->negated;
        node = &formula->nodes[part->node];
    }
    for (uint32_t i = 0; lacks && i < node->after_count; i++)
        lacks = !formula->parts[node->after + i].negated;
    for (uint32_t i = 0; lacks && i < node->before_count; i++)
        lacks = !formula->parts[node->before + i].negated;
    return lacks;
}

bool formula_tell_other(const struct formula *formula, const char *subject, unsigned indent,
                        unsigned lines, struct text *text)
{
    const struct formula_node *node = &formula->nodes[formula->node_count - 1];
    if (!tells_of_lack(formula))
        return false;
    struct text words = {0};
    struct telling telling = {formula, &words, lines, true};
    tell_whenever(&telling, subject, node, indent);
    text->failed |= words.failed;
    if (telling.whole)
        text_append(text, text_value(&words));
    text_release(&words);
    return telling.whole;
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
