/* DOT files as systems: what learning tools write, what we write, and what is neither. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/suite.h"

static struct lts read_dot(const char *text)
{
    struct lts lts = {0};
    spex_error error;
    ASSERT_OK(dot_read("f.dot", text, strlen(text), NULL, &lts, &error), error);
    return lts;
}

/* The transitions as "a -x-> b; ...", and the initial state in front. */
static void check_system(struct lts *lts, const char *expected)
{
    struct text text = {0};
    char from[16], to[16];
    text_append(&text, lts_state_name(lts, lts->initial, from));
    text_append_char(&text, ':');
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *t = &lts->transitions[i];
        text_printf(&text, " %s -%s-> %s;", lts_state_name(lts, t->from, from),
                    lts_label_name(lts, t->label, false), lts_state_name(lts, t->to, to));
    }
    ASSERT_TEXT(text_value(&text), expected);
    text_release(&text);
    lts_release(lts);
}

static void check_dot(const char *text, const char *expected)
{
    struct lts lts = read_dot(text);
    check_system(&lts, expected);
}

static const char learned[] =
    "// learned\ndigraph \"g 1\" {\n__start0 [label=\"\" shape=\"none\"];\n\n"
    "\ts0 [shape=\"circle\" label=\"0\"];\n\ts1 [shape=\"circle\" label=\"1\"];\n"
    "s0 -> s1 [label=\"ClientHello / ServerHello\"];\n"
    "s0 -> s0 [label=\"Finished/Alert/Close\"]\n"
    "s1:n -> s1:s:e [label=\"Stay\"]\n\n__start0 -> s0;\n}\n";

static void machines_of_learning_tools(void)
{
    check_dot(learned,
              "0: 0 -ClientHello / ServerHello-> 1; 0 -Finished/Alert/Close-> 0; 1 -Stay-> 1;");
    struct lts lts = read_dot(learned);
    spex_error error;
    ASSERT_OK(mealy_split(&lts, &error), error);
    check_system(&lts, "0: 0 ClientHello -ServerHello-> 1; 0 -ClientHello-> 0 ClientHello;"
                       " 0 Finished -Alert/Close-> 0; 0 -Finished-> 0 Finished; 1 -Stay-> 1;");
    lts = read_dot("digraph { a -> b [label=\"i/x\"] a -> c [label=\"i/y\"] }");
    ASSERT_OK(mealy_split(&lts, &error), error);
    check_system(&lts, "a: a i -x-> b; a -i-> a i; a i -y-> c; a -i-> a i;");
    check_dot("digraph { a -> b [label=<<table border=\"0\">\n<tr><td>Hello</td><td>/</td>"
              "<td>A &amp; B&#33;</td></tr></table>>] }",
              "a: a -Hello/A & B!-> b;");
}

static void the_whole_language(void)
{
    check_dot(
        "DiGraph{a->b->{c d}[label=x];subgraph s {edge[label=y] node [shape=box] c->d}\n"
        "d -> \"a\" + /* c */ \"a\" [label=\"q\\\"\\\\\\n\\N\"]\n# line 1\nrankdir = LR; -1.5 -> a"
        " [label=z,color=red;]}",
        "a: a -x-> b; b -x-> c; b -x-> d; c -y-> d; d -q\"\\\n\\N-> aa; -1.5 -z-> a;");
    check_dot("digraph { edge [label=e]; a -> b; { edge [label=f]; b -> c } c -> a }",
              "a: a -e-> b; b -f-> c; c -e-> a;");
    check_dot("digraph { {a b} -> {c; d} [label=x] }",
              "a: a -x-> c; a -x-> d; b -x-> c; b -x-> d;");
    check_dot("digraph { a; b; b -> a }", "a: b -τ-> a;");
    check_dot("digraph { größe -> \"zwei Wörter\" [label=\"ß\"] }",
              "größe: größe -ß-> zwei Wörter;");
    check_dot("digraph { a -> b [label=τ, style=dashed] a -> b [label=τ] a -> b [label=i] }",
              "a: a -τ-> b; a -τ-> b; a -i-> b;");
    check_dot("digraph { p [shape=point]; p -> b; a -> b [label=x]; b -> a [label=y] }",
              "b: a -x-> b; b -y-> a;");
    check_dot("digraph { a [label=same]; b [label=same]; a -> b [label=x] }", "a: a -x-> b;");
    struct lts lts = read_dot("digraph { a -> b [label=τ, style=dashed] a -> b [label=τ] }");
    CU_ASSERT_EQUAL(lts.transitions[0].label, LTS_INTERNAL);
    CU_ASSERT_NOT_EQUAL(lts.transitions[1].label, LTS_INTERNAL);
    lts_release(&lts);
}

static void mistakes_have_places(void)
{
    static const struct {
        const char *text, *message;
    } mistakes[] = {{"", "f.dot:1:1: expected digraph"},
                    {"graph g { a -- b }", "f.dot:1:1: expected a digraph: in an undirected"},
                    {"\nSTRICT digraph { }", "f.dot:2:1: expected a digraph that is not strict"},
                    {"digraph {\n a -- b }", "f.dot:2:4: expected ->"},
                    {"digraph { a -> }", "f.dot:1:16: expected a node or {"},
                    {"digraph { a -> b [label=\"x] }", "f.dot:1:25: expected the quote"},
                    {"digraph { a -> b [label=<x] }", "f.dot:1:25: expected the >"},
                    {"digraph { a -> b [label] }", "f.dot:1:24: expected ="},
                    {"digraph { a -> b ", "f.dot:1:18: expected a statement or }"},
                    {"digraph { a -> b } x", "f.dot:1:20: expected nothing behind"},
                    {"digraph { /* a -> b }", "f.dot:1:11: expected the end of this comment"},
                    {"digraph { }", "expected at least one state"},
                    {"digraph { a -> b [label=\"x\" + y] }", "f.dot:1:31: expected a quoted text"},
                    {"digraph { 1a }", "f.dot:1:11: expected a name or a number"},
                    {"digraph { a ? b }", "f.dot:1:13: expected a statement"},
                    {"digraph { x[shape=point] y[shape=point] x->a y->b }",
                     "f.dot:1:47: expected one initial state"}};
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct lts lts;
        spex_error error;
        CU_ASSERT_EQUAL(
            dot_read("f.dot", mistakes[i].text, strlen(mistakes[i].text), NULL, &lts, &error),
            SPEX_ERROR_SYNTAX);
        ASSERT_CONTAINS(error.message, mistakes[i].message);
    }
}

static void deep_subgraphs(void)
{
    struct text text = {0};
    struct lts lts;
    spex_error error;
    text_append(&text, "digraph ");
    for (int i = 0; i < 100000; i++)
        text_append_char(&text, '{');
    CU_ASSERT_EQUAL(dot_read("f.dot", text.data, text.length, NULL, &lts, &error),
                    SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "not nested so deep");
    text_release(&text);
}

static void changed_at_random(void)
{
    static const char *const pieces[] = {"\"", "<", ">",  "{",  "}",        "->",   "[",
                                         "]",  "=", "/*", "\\", "subgraph", "edge", "label",
                                         ":",  "+", ",",  "&#", "--"};
    struct random random = {5};
    size_t length = strlen(learned);
    for (unsigned i = 0; i < suite_count(4000, 200000); i++) {
        struct text text = {0};
        text_append(&text, learned);
        for (unsigned j = 0; j <= i % 4; j++) {
            const char *piece = pieces[random_below(&random, 19)];
            size_t at = random_below(&random, (uint32_t)(length - 10));
            memcpy(text.data + at, piece, strlen(piece));
        }
        size_t size = i % 3 ? length : random_below(&random, (uint32_t)length);
        char *copy = memory_copy_bytes(text.data, size);
        char *exact = memory_resize(NULL, size ? size : 1, 1);
        memcpy(exact, copy, size);
        struct lts lts;
        spex_error error = {0};
        int status = dot_read("f.dot", exact, size, "Stay", &lts, &error);
        if (!status) {
            CU_ASSERT_TRUE(lts.state_count > 0 && lts.initial < lts.state_count);
            ASSERT_OK(mealy_split(&lts, &error), error);
            lts_release(&lts);
        } else {
            CU_ASSERT_TRUE(status == SPEX_ERROR_SYNTAX && error.line > 0);
        }
        free(exact);
        free(copy);
        text_release(&text);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"machines of learning tools", machines_of_learning_tools},
                                        {"the whole language", the_whole_language},
                                        {"mistakes have places", mistakes_have_places},
                                        {"deep subgraphs", deep_subgraphs},
                                        {"changed at random", changed_at_random},
                                        {0}};
    return suite_run("dot", tests, argc, argv);
}
