#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <graphviz/cgraph.h>

#include "base/base.h"
#include "graph/graph.h"
#include "tests/graph/examples.h"
#include "tests/suite.h"

static const struct layout_options patient = {.budget = 60000 /* ms; for slow machines */};

/* Undoes what a label escapes. */
static void literal(struct text *text, const char *label)
{
    for (; *label; label++)
        if (strncmp(label, "&amp;", 5) == 0) {
            text_append_char(text, '&');
            label += 4;
        } else if (*label == '\\' && label[1]) {
            label++;
            text_append_char(text, *label == 'n' ? '\n' : *label);
        } else {
            text_append_char(text, *label);
        }
}

static const char *attribute(void *object, const char *name)
{
    char *value = agget(object, (char *)(uintptr_t)name);
    return value ? value : "";
}

static bool html_label(void *object)
{
    char *label = agget(object, (char *)(uintptr_t) "label");
    return label && aghtmlstr(label);
}

/* The name a person sees in a node. */
static void node_name(Agnode_t *node, struct text *text)
{
    const char *label = attribute(node, "label");
    text_clear(text);
    if (strcmp(label, "\\N") == 0)
        text_append(text, agnameof(node));
    else
        literal(text, label);
}

static Agnode_t *node_called(Agraph_t *graph, const char *name)
{
    Agnode_t *found = NULL;
    struct text text = {0};
    for (Agnode_t *node = agfstnode(graph); node; node = agnxtnode(graph, node)) {
        node_name(node, &text);
        bool point = strcmp(attribute(node, "shape"), "point") == 0;
        if (!point && !html_label(node) && strcmp(text_value(&text), name) == 0)
            found = node;
    }
    text_release(&text);
    return found;
}

static bool edge_called(Agraph_t *graph, const char *from, const char *label, const char *to)
{
    Agnode_t *source = node_called(graph, from);
    bool found = false;
    struct text text = {0};
    for (Agedge_t *edge = source ? agfstout(graph, source) : NULL; edge;
         edge = agnxtout(graph, edge)) {
        text_clear(&text);
        literal(&text, attribute(edge, "label"));
        if (strcmp(text_value(&text), label) == 0 && !html_label(edge))
            found |= node_called(graph, to) == aghead(edge);
    }
    text_release(&text);
    return found;
}

/* Reads our DOT with Graphviz's own reader and compares. */
static void expect_read_back(const struct lts *lts, const char *dot)
{
    Agraph_t *graph = agmemread(dot);
    CU_ASSERT_PTR_NOT_NULL_FATAL(graph);
    CU_ASSERT_EQUAL(agnnodes(graph), (int)lts->state_count + 1);
    CU_ASSERT_EQUAL(agnedges(graph), (int)lts->transition_count + 1);
    for (uint32_t s = 0; s < lts->state_count; s++) {
        char number[16];
        const char *name = lts_state_name(lts, s, number);
        if (!node_called(graph, name)) {
            fprintf(stderr, "state lost: %s\nin:\n%s\n", name, dot);
            CU_FAIL("state lost");
        }
    }
    for (size_t i = 0; i < lts->transition_count; i++) {
        char from[16], to[16];
        const struct lts_transition *t = &lts->transitions[i];
        CU_ASSERT_TRUE(edge_called(graph, lts_state_name(lts, t->from, from),
                                   lts_label_name(lts, t->label, false),
                                   lts_state_name(lts, t->to, to)));
    }
    agclose(graph);
}

static void hostile_lts(struct lts *lts)
{
    static const char *const names[] = {"\"",
                                        "\\\"",
                                        "a\\",
                                        "\\\\",
                                        "\\N",
                                        "\\G \\L \\l \\r",
                                        "<b>bold</b>",
                                        "<",
                                        "<<table></table>>",
                                        "&lt;&amp;&#65;",
                                        "two\nlines",
                                        "\n",
                                        "node",
                                        "graph",
                                        "digraph",
                                        "strict",
                                        "->",
                                        "{}",
                                        "[label=x]",
                                        ";",
                                        "/* c */",
                                        "// c",
                                        "# c",
                                        "1.5",
                                        "-7",
                                        "1a",
                                        "größe",
                                        "送信",
                                        "%12",
                                        "%",
                                        " ",
                                        "  x  ",
                                        "start",
                                        "state 3",
                                        "a:b:c",
                                        "\"+\"",
                                        "\\\n",
                                        "x\\\ny"};
    enum { COUNT = sizeof names / sizeof *names };
    spex_error error;
    lts_init(lts, &error);
    for (uint32_t i = 0; i < COUNT; i++)
        symbols_intern(&lts->state_names, names[i]);
    /* names of 1 KiB */
    static const char *const pieces[] = {"\\", "\"", "ab ", "é", "&", "<x>"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct text name = {0};
        while (name.length < 1020)
            text_append(&name, pieces[i]);
        symbols_intern(&lts->state_names, text_value(&name));
        text_release(&name);
    }
    lts->state_count = lts->state_names.count;
    for (uint32_t i = 0; i < lts->state_count; i++) {
        uint32_t label = symbols_intern(&lts->labels, lts->state_names.names[i]);
        lts_add(lts, i, label, (i + 1) % lts->state_count, &error);
        lts_add(lts, i, LTS_INTERNAL, (i + 1) % lts->state_count, &error);
        lts_add(lts, i, symbols_intern(&lts->labels, "again"), i, &error);
    }
}

static void dot_keeps_hostile_names(void)
{
    struct lts lts;
    struct text out = {0};
    spex_error error = {0};
    hostile_lts(&lts);
    if (ASSERT_OK(dot_write(&lts, "\\G \"<b>\n", NULL, &out, &error), error))
        expect_read_back(&lts, text_value(&out));
    text_release(&out);
    lts_release(&lts);
}

static void dot_keeps_random_names(void)
{
    static const char alphabet[] = "\\\\\"\"<>&;nNa %\n{}-é#";
    struct random random = {11};
    for (int round = 0; round < 60; round++) {
        struct lts lts;
        struct text out = {0};
        spex_error error = {0};
        lts_init(&lts, &error);
        for (int i = 0; i < 12; i++) {
            struct text name = {0};
            for (uint32_t length = 1 + random_below(&random, 200); length; length--) {
                uint32_t at = random_below(&random, sizeof alphabet - 1);
                if (alphabet[at] & 0x80)
                    text_append(&name, "é");
                else
                    text_append_char(&name, alphabet[at]);
            }
            symbols_intern(&lts.state_names, text_value(&name));
            text_release(&name);
        }
        lts.state_count = lts.state_names.count;
        for (uint32_t i = 0; i < lts.state_count; i++)
            lts_add(&lts, i, symbols_intern(&lts.labels, lts.state_names.names[i]),
                    random_below(&random, lts.state_count), &error);
        if (ASSERT_OK(dot_write(&lts, NULL, NULL, &out, &error), error))
            expect_read_back(&lts, text_value(&out));
        text_release(&out);
        lts_release(&lts);
    }
}

static void dot_shows_what_matters(void)
{
    struct lts lts;
    struct text out = {0};
    spex_error error = {0};
    const char *const fills[] = {NULL, "#aabbcc", NULL};
    struct graph_paint paint = {.state_colours = fills};
    example_lts(&lts, "start --[go]-> b\nstart --[__internal__]-> b\nb --[\x1b[2J]-> end\n");
    if (ASSERT_OK(dot_write(&lts, "My order", &paint, &out, &error), error)) {
        Agraph_t *graph = agmemread(text_value(&out));
        CU_ASSERT_PTR_NOT_NULL_FATAL(graph);
        ASSERT_TEXT(attribute(graph, "label"), "My order");
        ASSERT_TEXT(attribute(node_called(graph, "end"), "peripheries"), "2");
        ASSERT_TEXT(attribute(node_called(graph, "b"), "fillcolor"), "#aabbcc");
        ASSERT_TEXT(attribute(node_called(graph, "start"), "fillcolor"), "");
        Agedge_t *first = agfstout(graph, agnode(graph, (char *)(uintptr_t) "start 1", 0));
        CU_ASSERT_TRUE(first && aghead(first) == node_called(graph, "start"));
        int dashed = 0;
        Agnode_t *start = node_called(graph, "start");
        for (Agedge_t *edge = agfstout(graph, start); edge; edge = agnxtout(graph, edge))
            if (strcmp(attribute(edge, "style"), "dashed") == 0) {
                dashed++;
                ASSERT_TEXT(attribute(edge, "label"), "τ");
            }
        CU_ASSERT_EQUAL(dashed, 1);
        CU_ASSERT_PTR_NULL(strchr(text_value(&out), '\x1b'));
        agclose(graph);
    }
    text_release(&out);
    lts_release(&lts);
}

static void dot_shows_what_a_view_adds(void)
{
    const char *const lines[] = {"#112233", NULL, NULL};
    struct state_look states[] = {
        {.badge = "A"}, {.badge = "B \"2\""}, {.badge = "", .ghost = true}};
    struct transition_look transitions[] = {
        {.before = "+ ", .behind = " x3"}, {.before = ""}, {.before = "? ", .ghost = true}};
    struct graph_paint paint = {.no_start = true,
                                .states = states,
                                .transitions = transitions,
                                .transition_colours = lines};
    struct lts lts;
    struct text out = {0};
    spex_error error = {0};
    example_lts(&lts, "a --[go]-> b\na --[__internal__]-> b\nb --[rest]-> c\n");
    if (ASSERT_OK(dot_write(&lts, NULL, &paint, &out, &error), error)) {
        Agraph_t *graph = agmemread(text_value(&out));
        CU_ASSERT_PTR_NOT_NULL_FATAL(graph);
        CU_ASSERT_EQUAL(agnnodes(graph), 3);
        CU_ASSERT_TRUE(edge_called(graph, "a\nA", "+ go x3", "b\nB \"2\""));
        CU_ASSERT_TRUE(edge_called(graph, "b\nB \"2\"", "? rest", "c"));
        Agnode_t *b = node_called(graph, "b\nB \"2\"");
        CU_ASSERT_PTR_NOT_NULL_FATAL(b);
        /* what leaves it is not there: terminal; and what is not there is not */
        ASSERT_TEXT(attribute(b, "peripheries"), "2");
        ASSERT_TEXT(attribute(node_called(graph, "c"), "style"), "dashed");
        ASSERT_TEXT(attribute(node_called(graph, "c"), "peripheries"), "");
        ASSERT_TEXT(attribute(agfstout(graph, b), "style"), "dotted");
        agclose(graph);
    }
    text_release(&out);
    lts_release(&lts);
}

/* As people use it: with the program dot, where there is one. */
static void dot_accepts_what_is_written(void)
{
    struct lts lts;
    struct text out = {0}, command = {0};
    spex_error error = {0};
    if (system("command -v dot >/dev/null 2>&1")) {
        suite_skip("the program dot is not installed");
        return;
    }
    hostile_lts(&lts);
    if (ASSERT_OK(dot_write(&lts, "\\", NULL, &out, &error), error)) {
        const char *path = suite_write("hostile.dot", text_value(&out), out.length);
        text_printf(&command, "dot -Tsvg '%s' 2>'%s' | grep -c '<g id=.edge' | grep -qx %zu", path,
                    suite_scratch_path("complaints"), lts.transition_count + 1);
        CU_ASSERT_EQUAL(system(text_value(&command)), 0);
    }
    text_release(&command);
    text_release(&out);
    lts_release(&lts);
}

static void svg_and_png(void)
{
    struct lts lts;
    struct text out = {0};
    spex_error error = {0};
    hostile_lts(&lts);
    if (ASSERT_OK(graph_export(&lts, "x", "svg", &patient, NULL, &out, &error), error)) {
        ASSERT_CONTAINS(text_value(&out), "<svg");
        ASSERT_CONTAINS(text_value(&out), "</svg>");
        ASSERT_CONTAINS(text_value(&out), "&lt;b&gt;bold&lt;/b&gt;</text>");
        ASSERT_CONTAINS(text_value(&out), ">\\N</text>");
        ASSERT_CONTAINS(text_value(&out), ">&amp;lt;&amp;amp;&amp;#65;</text>");
        CU_ASSERT_PTR_NULL(strstr(text_value(&out), "<b>"));
    }
    lts_release(&lts);
    text_clear(&out);
    example_lts(&lts, examples[0].lines);
    if (ASSERT_OK(graph_export(&lts, NULL, "svg", NULL, NULL, &out, &error), error)) {
        /* plain names, which are identifiers too */
        ASSERT_CONTAINS(text_value(&out), ">created</text>");
        ASSERT_CONTAINS(text_value(&out), ">closed</text>");
    }
    text_clear(&out);
    if (ASSERT_OK(graph_export(&lts, NULL, "png", NULL, NULL, &out, &error), error))
        CU_ASSERT_TRUE(out.length > 100 && memcmp(out.data, "\x89PNG\r\n", 6) == 0);
    text_clear(&out);
    CU_ASSERT_EQUAL(graph_export(&lts, NULL, "gif", NULL, NULL, &out, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(out.length, 0);
    text_release(&out);
    lts_release(&lts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"dot keeps hostile names", dot_keeps_hostile_names},
        {"dot keeps random names", dot_keeps_random_names},
        {"dot shows what matters", dot_shows_what_matters},
        {"dot shows what a view adds", dot_shows_what_a_view_adds},
        {"dot accepts what is written", dot_accepts_what_is_written},
        {"svg and png", svg_and_png},
        {NULL, NULL}};
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    return suite_run("export", tests, argc, argv);
}
