#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "graph/graph.h"
#include "tests/graph/examples.h"
#include "tests/graph/tracer.h"
#include "tests/suite.h"

enum { BUDGET = 60000 /* ms; generous, for slow machines */ };

/* Draws with fine characters and with ASCII, and reads both back. */
static bool drawn_faithfully(const struct lts *lts, int budget)
{
    bool good = true;
    spex_error error;
    struct layout layout;
    if (!ASSERT_OK(layout_compute(&layout, lts, &(struct layout_options){.budget = budget}, &error),
                   error))
        return false;
    CU_ASSERT_EQUAL(layout.simple, budget == 0);
    for (int ascii = 0; ascii < 2; ascii++) {
        struct picture picture;
        char complaint[200];
        struct picture_options options = {.ascii = ascii};
        good = ASSERT_OK(picture_draw(&picture, lts, &layout, &options, &error), error);
        if (good && !picture_faithful(&picture, lts, &options, complaint)) {
            struct text text = {0};
            picture_text(&picture, &text);
            fprintf(stderr, "%s:\n%s\n", complaint, text_value(&text));
            text_release(&text);
            good = false;
        }
        picture_release(&picture);
    }
    layout_release(&layout);
    return good;
}

static void examples_with(int budget)
{
    for (const struct example *example = examples; example->name; example++) {
        struct lts lts;
        example_lts(&lts, example->lines);
        CU_ASSERT_TRUE(drawn_faithfully(&lts, budget));
        lts_release(&lts);
    }
}

static void random_with(int budget, uint32_t count)
{
    struct random random = {20};
    for (uint32_t i = 0; i < count; i++) {
        struct lts lts;
        random_lts(&lts, &random, 20, 40);
        bool good = drawn_faithfully(&lts, budget);
        CU_ASSERT_TRUE(good);
        lts_release(&lts);
        if (!good) {
            fprintf(stderr, "random graph %u\n", (unsigned)i);
            break;
        }
    }
}

static void examples_are_faithful(void)
{
    examples_with(0);
}

static void random_graphs_are_faithful(void)
{
    random_with(0, 3000);
}

/* The pictures of the examples as they were approved, laid out without Graphviz, whose
 * versions differ. To approve new ones: GOLDEN_UPDATE=1 tests/test_graph golden */
static void compare_golden(const struct lts *lts, const char *name, bool ascii)
{
    spex_error error;
    struct layout layout;
    struct picture picture;
    struct picture_options options = {.ascii = ascii};
    struct text text = {0};
    char file[100];
    snprintf(file, sizeof file, "tests/golden/graph/%s%s.txt", name, ascii ? "-ascii" : "");
    const char *path = suite_source(file);
    ASSERT_OK(layout_compute(&layout, lts, NULL, &error), error);
    ASSERT_OK(picture_draw(&picture, lts, &layout, &options, &error), error);
    CU_ASSERT_EQUAL(picture_text(&picture, &text), SPEX_OK);
    if (getenv("GOLDEN_UPDATE"))
        ASSERT_OK(file_replace(path, text.data, text.length, &error), error);
    char *bytes = NULL;
    size_t length;
    if (ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error))
        ASSERT_TEXT(text_value(&text), bytes);
    free(bytes);
    text_release(&text);
    picture_release(&picture);
    layout_release(&layout);
}

static void golden_pictures(void)
{
    for (const struct example *example = examples; example->name; example++) {
        struct lts lts;
        example_lts(&lts, example->lines);
        compare_golden(&lts, example->name, false);
        compare_golden(&lts, example->name, true);
        lts_release(&lts);
    }
}

static void badges_and_limits(void)
{
    struct lts lts;
    spex_error error;
    struct layout layout;
    struct picture picture;
    struct text text = {0};
    struct state_look states[] = {{.badge = ""}, {.badge = "Ⓑ"}};
    struct picture_options options = {.label_limit = 8, .name_limit = 6, .states = states};
    example_lts(&lts, "beginning --[a long way]-> end\nbeginning --[short]-> end\n");
    ASSERT_OK(layout_compute(&layout, &lts, NULL, &error), error);
    ASSERT_OK(picture_draw(&picture, &lts, &layout, &options, &error), error);
    picture_text(&picture, &text);
    ASSERT_CONTAINS(text_value(&text), "│ begin… │");
    ASSERT_CONTAINS(text_value(&text), "║ end Ⓑ ║");
    ASSERT_CONTAINS(text_value(&text), "a long …\n");
    ASSERT_CONTAINS(text_value(&text), "short\n");
    CU_ASSERT_EQUAL(picture.edge_count, 1);
    CU_ASSERT_EQUAL(picture.edges[0].transition_count, 2);
    CU_ASSERT_PTR_NULL(picture_at(&picture, -1, 0));
    CU_ASSERT_PTR_NULL(picture_at(&picture, 0, picture.height));
    text_release(&text);
    picture_release(&picture);
    layout_release(&layout);
    lts_release(&lts);
}

static void one_state_alone(void)
{
    struct lts lts;
    spex_error error;
    example_lts(&lts, "alone\n");
    CU_ASSERT_TRUE(drawn_faithfully(&lts, 0));
    compare_golden(&lts, "alone", false);
    struct layout empty = {0};
    struct picture picture;
    CU_ASSERT_EQUAL(picture_draw(&picture, &lts, &empty, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_PTR_NULL(picture.cells);
    lts_release(&lts);
}

/* Every pair of states joined both ways, and with itself. */
static void complete_graphs(void)
{
    for (uint32_t states = 2; states <= 9; states++) {
        struct lts lts;
        spex_error error;
        lts_init(&lts, &error);
        lts.state_count = states;
        uint32_t label = symbols_intern(&lts.labels, "go");
        for (uint32_t from = 0; from < states; from++)
            for (uint32_t to = 0; to < states; to++)
                lts_add(&lts, from, from == 1 ? LTS_INTERNAL : label, to, &error);
        CU_ASSERT_TRUE(drawn_faithfully(&lts, 0));
        lts_release(&lts);
    }
}

/* Forty actions between two states, and from one to itself. */
static void many_parallel_transitions(void)
{
    struct lts lts;
    spex_error error;
    lts_init(&lts, &error);
    lts.state_count = 2;
    for (uint32_t i = 0; i < 40; i++) {
        char label[20];
        snprintf(label, sizeof label, "action %u", (unsigned)i);
        uint32_t number = symbols_intern(&lts.labels, label);
        lts_add(&lts, 0, number, 1, &error);
        lts_add(&lts, 0, number, 0, &error);
        lts_add(&lts, 1, number, 0, &error);
    }
    CU_ASSERT_TRUE(drawn_faithfully(&lts, 0));
    lts_release(&lts);
}

/* Ranks and orders a caller may hand in, nothing Graphviz or we would make. */
static void any_layout_is_drawn(void)
{
    struct random random = {4};
    for (int round = 0; round < 500; round++) {
        struct lts lts;
        spex_error error;
        char complaint[200] = "";
        random_lts(&lts, &random, 12, 30);
        struct layout layout = {.node_count = lts.state_count};
        layout.nodes = calloc(lts.state_count, sizeof *layout.nodes);
        for (uint32_t s = 0; s < lts.state_count; s++)
            layout.nodes[s] = (struct layout_node){.rank = random_below(&random, 5),
                                                   .order = random_below(&random, 4)};
        struct picture picture;
        struct picture_options options = {0};
        if (ASSERT_OK(picture_draw(&picture, &lts, &layout, &options, &error), error) &&
            !picture_faithful(&picture, &lts, &options, complaint)) {
            fprintf(stderr, "any layout %d: %s\n", round, complaint);
            CU_FAIL("not faithful");
        }
        picture_release(&picture);
        layout_release(&layout);
        lts_release(&lts);
    }
}

/* What a view adds: badges, signs, counts, ghosts. */
static void random_looks(struct random *random, const struct lts *lts, struct state_look *states,
                         struct transition_look *transitions, bool ascii)
{
    for (uint32_t s = 0; s < lts->state_count; s++) {
        states[s] = (struct state_look){.ghost = random_below(random, 5) == 0,
                                        .open = random_below(random, 5) == 0};
        if (random_below(random, 2))
            snprintf(states[s].badge, sizeof states[s].badge, "B %s%u", ascii ? "x" : "×",
                     random_below(random, 1000));
    }
    for (size_t i = 0; i < lts->transition_count; i++) {
        static const char *const signs[] = {"", "+ ", "? "};
        transitions[i] = (struct transition_look){.ghost = random_below(random, 4) == 0};
        snprintf(transitions[i].before, sizeof transitions[i].before, "%s",
                 signs[random_below(random, 3)]);
        if (random_below(random, 2))
            snprintf(transitions[i].behind, sizeof transitions[i].behind, " %s%u",
                     ascii ? "x" : "×", random_below(random, 1000));
    }
}

static void looks_are_drawn_faithfully(void)
{
    struct random random = {31};
    unsigned rounds = suite_count(1500, 20000);
    for (unsigned round = 0; round < rounds; round++) {
        struct lts lts;
        spex_error error;
        struct layout layout;
        struct picture picture;
        char complaint[200] = "";
        random_lts(&lts, &random, 16, 32);
        struct state_look *states = calloc(lts.state_count, sizeof *states);
        struct transition_look *transitions = calloc(lts.transition_count + 1, sizeof *transitions);
        bool ascii = round % 2;
        random_looks(&random, &lts, states, transitions, ascii);
        struct picture_options options = {.ascii = ascii,
                                          .no_start = round % 3 == 0,
                                          .states = states,
                                          .transitions = transitions};
        ASSERT_OK(layout_compute(&layout, &lts, NULL, &error), error);
        if (ASSERT_OK(picture_draw(&picture, &lts, &layout, &options, &error), error) &&
            !picture_faithful(&picture, &lts, &options, complaint)) {
            struct text text = {0};
            picture_text(&picture, &text);
            fprintf(stderr, "looks %u: %s\n%s\n", round, complaint, text_value(&text));
            text_release(&text);
            CU_FAIL("not faithful");
        }
        picture_release(&picture);
        layout_release(&layout);
        free(states);
        free(transitions);
        lts_release(&lts);
    }
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* The small systems of the literature, where they are at hand. */
static void textbook_graphs_are_faithful(void)
{
    const char *directory = suite_shared("data/lts/textbook");
    DIR *files = directory ? opendir(directory) : NULL;
    if (!files)
        return;
    unsigned drawn = 0;
    for (struct dirent *file; (file = readdir(files));) {
        struct lts lts;
        spex_error error;
        char *path = file_join(directory, file->d_name), *bytes = NULL;
        size_t length;
        if (ends_with(file->d_name, ".aut") &&
            ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error) &&
            ASSERT_OK(aut_read(path, bytes, length, "tau", &lts, &error), error)) {
            CU_ASSERT_TRUE(drawn_faithfully(&lts, 0));
            drawn++;
            lts_release(&lts);
        }
        free(bytes);
        free(path);
    }
    closedir(files);
    CU_ASSERT_TRUE(drawn >= 60);
}

static void too_large_is_said_soon(void)
{
    static const struct {
        uint32_t states;
        size_t transitions;
    } sizes[] = {{100000, 0}, {3, 2000000}, {2000, 100000}, {3000, 20000}};
    struct random random = {3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct lts lts;
        struct layout layout;
        struct picture picture;
        spex_error error = {0};
        lts_init(&lts, &error);
        lts.state_count = sizes[i].states;
        for (size_t k = 0; k < sizes[i].transitions; k++)
            lts_add(&lts, random_below(&random, lts.state_count), LTS_INTERNAL,
                    random_below(&random, lts.state_count), &error);
        ASSERT_OK(layout_compute(&layout, &lts, NULL, &error), error);
        CU_ASSERT_EQUAL(picture_draw(&picture, &lts, &layout, NULL, &error), SPEX_ERROR_USAGE);
        ASSERT_CONTAINS(error.message, "more than a picture can hold");
        CU_ASSERT_PTR_NULL(picture.cells);
        layout_release(&layout);
        lts_release(&lts);
    }
}

/* Whichever allocation fails: an error, nothing leaked, nothing half made. */
static void memory_may_run_out(void)
{
    struct lts lts;
    example_lts(&lts, examples[0].lines);
    int refused = 0;
    for (long k = 1; k < 100000; k++) {
        spex_error error = {0};
        struct layout layout;
        struct picture picture;
        memory_fail_after(k);
        int status = layout_compute(&layout, &lts, NULL, &error);
        if (!status) {
            status = picture_draw(&picture, &lts, &layout, NULL, &error);
            if (!status)
                picture_release(&picture);
            layout_release(&layout);
        }
        memory_fail_after(0);
        if (!status)
            break;
        CU_ASSERT_EQUAL(status, SPEX_ERROR_MEMORY);
        refused++;
    }
    CU_ASSERT_TRUE(refused > 50);
    lts_release(&lts);
}

#ifndef HAVE_GRAPHVIZ
static void without_graphviz(void)
{
    struct lts lts;
    struct layout layout;
    struct text out = {0};
    spex_error error = {0};
    example_lts(&lts, examples[0].lines);
    if (ASSERT_OK(layout_compute(&layout, &lts, &(struct layout_options){.budget = BUDGET}, &error),
                  error)) {
        CU_ASSERT_TRUE(layout.simple);
        ASSERT_TEXT(layout.note, "simple layout: built without Graphviz");
    }
    CU_ASSERT_EQUAL(graph_export(&lts, NULL, "svg", NULL, NULL, &out, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "built without Graphviz");
    ASSERT_OK(dot_write(&lts, NULL, NULL, &out, &error), error);
    ASSERT_CONTAINS(text_value(&out), "digraph");
    text_release(&out);
    layout_release(&layout);
    lts_release(&lts);
}
#else
static void examples_are_faithful_with_graphviz(void)
{
    examples_with(BUDGET);
}

static void random_graphs_are_faithful_with_graphviz(void)
{
    random_with(BUDGET, 1000);
}
#endif

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"examples are faithful", examples_are_faithful},
        {"random graphs are faithful", random_graphs_are_faithful},
        {"golden pictures", golden_pictures},
        {"badges and limits", badges_and_limits},
        {"one state alone", one_state_alone},
        {"complete graphs", complete_graphs},
        {"many parallel transitions", many_parallel_transitions},
        {"any layout is drawn", any_layout_is_drawn},
        {"looks are drawn faithfully", looks_are_drawn_faithfully},
        {"textbook graphs are faithful", textbook_graphs_are_faithful},
        {"too large is said soon", too_large_is_said_soon},
        {"memory may run out", memory_may_run_out},
#ifndef HAVE_GRAPHVIZ
        {"without Graphviz", without_graphviz},
#else
        {"examples are faithful with Graphviz", examples_are_faithful_with_graphviz},
        {"random graphs are faithful with Graphviz", random_graphs_are_faithful_with_graphviz},
#endif
        {NULL, NULL}};
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    return suite_run("graph", tests, argc, argv);
}
