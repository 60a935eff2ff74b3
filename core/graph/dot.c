/* DOT. Everything from outside stands in double quotes, where only a double quote and a
 * backslash mean something; in labels Graphviz then reads escapes and entities of its own. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "graph/graph.h"

/* Graphviz replaces \N, \G, \l ... and &lt; in a label: both are escaped. Lines of a
 * name stay lines; other control characters become visible. */
static void append_label(struct text *label, const char *name)
{
    struct text line = {0};
    while (true) {
        size_t length = strcspn(name, "\n");
        struct text piece = {0};
        text_append_bytes(&piece, name, length);
        text_clear(&line);
        text_append_visible(&line, text_value(&piece));
        label->failed |= piece.failed || line.failed;
        text_release(&piece);
        for (const char *c = text_value(&line); *c; c++)
            if (*c == '\\')
                text_append(label, "\\\\");
            else if (*c == '&')
                text_append(label, "&amp;");
            else
                text_append_char(label, *c);
        if (!name[length])
            break;
        text_append(label, "\\n");
        name += length + 1;
    }
    text_release(&line);
}

/* Whether a name can be a node's identifier as it is, in every version of Graphviz:
 * its files cannot hold all backslashes, '%' marks names it made itself. */
static bool plain_identifier(const char *name, bool *failed)
{
    if (!*name || *name == '%' || strchr(name, '\\'))
        return false;
    struct text visible = {0};
    text_append_visible(&visible, name);
    *failed |= visible.failed;
    bool plain = strcmp(text_value(&visible), name) == 0;
    text_release(&visible);
    return plain;
}

/* An identifier no state's name is. */
static void make_identifier(const struct lts *lts, uint32_t state, char identifier[64])
{
    snprintf(identifier, 64, "state %" PRIu32, state);
    for (unsigned i = 1;
         lts->state_names.count && symbols_find(&lts->state_names, identifier) != SYMBOL_NONE; i++)
        snprintf(identifier, 64, "state %" PRIu32 " (%u)", state, i);
}

/* In double quotes. A backslash stays: labels escape it, identifiers have none. */
static void append_quoted(struct text *text, const char *value)
{
    text_append_char(text, '"');
    for (; *value; value++) {
        if (*value == '"')
            text_append_char(text, '\\');
        text_append_char(text, *value);
    }
    text_append_char(text, '"');
}

/* The node's identifier: the state's name if it can be. */
static void append_identifier(struct text *text, const struct lts *lts, uint32_t state)
{
    char number[16], made[64];
    const char *name = lts_state_name(lts, state, number);
    if (plain_identifier(name, &text->failed)) {
        append_quoted(text, name);
        return;
    }
    make_identifier(lts, state, made);
    append_quoted(text, made);
}

struct attributes {
    struct text *text;
    size_t count;
};

static void append_attribute(struct attributes *attributes, const char *name, const char *value)
{
    text_append(attributes->text, attributes->count++ ? ", " : " [");
    text_printf(attributes->text, "%s=", name);
    append_quoted(attributes->text, value);
}

static void end_attributes(struct attributes *attributes)
{
    text_append(attributes->text, attributes->count ? "];\n" : ";\n");
}

static void append_state(struct text *text, const struct lts *lts, uint32_t state, bool terminal,
                         const struct graph_paint *paint)
{
    char number[16];
    const char *name = lts_state_name(lts, state, number);
    const struct state_look *look = paint && paint->states ? &paint->states[state] : NULL;
    const char *colour = paint && paint->state_colours ? paint->state_colours[state] : NULL;
    struct text label = {0}, own = {0};
    append_label(&own, name);
    /* without a label the identifier is shown */
    bool same = strcmp(name, text_value(&own)) == 0 && plain_identifier(name, &text->failed);
    bool badge = look && *look->badge;
    text_append(&label, *name ? text_value(&own) : " ");
    if (badge) {
        text_append(&label, "\\n");
        append_label(&label, look->badge);
    }
    struct attributes attributes = {.text = text};
    text_append(text, "  ");
    append_identifier(text, lts, state);
    if (!same || badge)
        append_attribute(&attributes, "label", text_value(&label));
    if (terminal && !(look && (look->open || look->ghost)))
        append_attribute(&attributes, "peripheries", "2");
    if (colour)
        append_attribute(&attributes, "fillcolor", colour);
    if (colour || (look && look->ghost))
        append_attribute(&attributes, "style",
                         !colour                 ? "dashed"
                         : !look || !look->ghost ? "filled"
                                                 : "filled,dashed");
    end_attributes(&attributes);
    text->failed |= label.failed || own.failed;
    text_release(&label);
    text_release(&own);
}

static void append_transition(struct text *text, const struct lts *lts, size_t number,
                              const struct graph_paint *paint)
{
    const struct lts_transition *t = &lts->transitions[number];
    const struct transition_look *look =
        paint && paint->transitions ? &paint->transitions[number] : NULL;
    const char *colour =
        paint && paint->transition_colours ? paint->transition_colours[number] : NULL;
    struct text label = {0};
    if (look)
        append_label(&label, look->before);
    append_label(&label, lts_label_name(lts, t->label, false));
    if (look)
        append_label(&label, look->behind);
    struct attributes attributes = {.text = text};
    text_append(text, "  ");
    append_identifier(text, lts, t->from);
    text_append(text, " -> ");
    append_identifier(text, lts, t->to);
    append_attribute(&attributes, "label", text_value(&label));
    if (t->label == LTS_INTERNAL || (look && look->ghost))
        append_attribute(&attributes, "style", look && look->ghost ? "dotted" : "dashed");
    if (colour) {
        append_attribute(&attributes, "color", colour);
        append_attribute(&attributes, "fontcolor", colour);
    }
    end_attributes(&attributes);
    text->failed |= label.failed;
    text_release(&label);
}

/* An arrow from a point that no state is called like. */
static void append_start(struct text *text, const struct lts *lts)
{
    char point[32] = "start";
    for (int i = 1; lts_find_state(lts, point) != SYMBOL_NONE; i++)
        snprintf(point, sizeof point, "start %d", i);
    text_printf(text, "  \"%s\" [shape=point, label=\"\"];\n", point);
    text_printf(text, "  \"%s\" -> ", point);
    append_identifier(text, lts, lts->initial);
    text_append(text, ";\n");
}

int dot_write(const struct lts *lts, const char *title, const struct graph_paint *paint,
              struct text *out, spex_error *error)
{
    bool *leaves = memory_allocate(lts->state_count, sizeof *leaves);
    struct text text = {0}, label = {0};
    for (size_t i = 0; leaves && i < lts->transition_count; i++)
        if (!paint || !paint->transitions || !paint->transitions[i].ghost)
            leaves[lts->transitions[i].from] = true;
    text_append(&text, "digraph lts {\n");
    if (title) {
        append_label(&label, title);
        text_append(&text, "  label=");
        append_quoted(&text, text_value(&label));
        text_append(&text, ";\n");
    }
    /* The label has to be named: the first one that sets it would empty all others. */
    text_append(&text, "  node [shape=box, label=\"\\N\"];\n");
    if (!paint || !paint->no_start)
        append_start(&text, lts);
    for (uint32_t s = 0; leaves && s < lts->state_count; s++)
        append_state(&text, lts, s, !leaves[s], paint);
    for (size_t i = 0; i < lts->transition_count; i++)
        append_transition(&text, lts, i, paint);
    text_append(&text, "}\n");
    text.failed |= !leaves || label.failed;
    if (!text.failed)
        text_append_bytes(out, text_value(&text), text.length);
    bool failed = text.failed || out->failed;
    free(leaves);
    text_release(&label);
    text_release(&text);
    return failed ? error_memory(error) : SPEX_OK;
}
