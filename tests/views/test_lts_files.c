/* LTS files named on the command line: one is drawn, two are compared. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/views/screen.h"

static const char vending[] = "des (0,5,4)\n(0,\"coin\",1)\n(1,\"tea\",2)\n(1,\"coffee\",2)\n"
                              "(2,\"i\",0)\n(1,\"jam\",3)\n";
static const char choosing[] = "des (0,5,4)\n(0,\"coin\",1)\n(0,\"coin\",3)\n(1,\"tea\",2)\n"
                               "(3,\"coffee\",2)\n(2,\"i\",0)\n";
static const char silent[] =
    "digraph { s [shape=point]; s -> a; a -> b [label=coin]; b -> c [label=i]; }\n";

/* The explorer of a folder that holds nothing else. */
static void open_on(struct screen *screen, const char *first, const char *second)
{
    char *files[] = {(char *)(uintptr_t)first, (char *)(uintptr_t)second};
    struct explorer_options options = {
        .workspace = {.files = files, .file_count = second ? 2 : 1, .clock = clock_system()}};
    CU_ASSERT_EQUAL(chdir(suite_scratch()), 0);
    *screen = (struct screen){0};
    project_options_load(&screen->options, NULL, NULL);
    options.workspace.project = screen->options;
    screen->explorer = explorer_create(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(screen->explorer);
    explorer_settle(screen->explorer);
}

static const char *write_file(const char *name, const char *bytes)
{
    return memory_copy_text(suite_write(name, bytes, strlen(bytes)));
}

static void two_are_compared(void)
{
    const char *a = write_file("a.aut", vending), *b = write_file("b.aut", choosing);
    struct screen screen;
    open_on(&screen, a, b);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "a.aut, b.aut  ✗ not equivalent");
    ASSERT_CONTAINS(text, "specification a.aut, 5 transitions; implementation b.aut, 5");
    ASSERT_CONTAINS(text, "A test to write: start in \"0\", do coin, then expect jam.");
    screen_keys(&screen, "4");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "─ a.aut ─");
    ASSERT_CONTAINS(text, "─ b.aut ─");
    ASSERT_CONTAINS(text, "? jam");
    ASSERT_CONTAINS(text, "τ"); /* i is the internal label */
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▸ a.aut, b.aut");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

static void without_a_store_there_are_no_events_to_choose_from(void)
{
    const char *a = write_file("a.aut", vending);
    struct screen screen;
    open_on(&screen, a, NULL);
    screen_keys(&screen, "7 /");
    screen_type(&screen, "coin");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "there is no store");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
}

/* What is looked at is not changed, and nothing is recorded of it. */
static void nothing_is_written(void)
{
    const char *a = write_file("a.aut", vending), *b = write_file("b.aut", choosing);
    char *bytes;
    size_t length;
    struct screen screen;
    spex_error error;
    open_on(&screen, a, b);
    static const char *const keys[] = {"6 d", "6 a", "6 f", "6 W", "6 L"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        screen_keys(&screen, keys[i]);
        ASSERT_CONTAINS(screen_text(&screen, 80, 24), "An LTS file is no model");
    }
    screen_keys(&screen, "1 m");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "An LTS file has no instances");
    screen_close(&screen);
    ASSERT_OK(file_read(b, 0, &bytes, &length, &error), error);
    CU_ASSERT_EQUAL(length, strlen(choosing));
    CU_ASSERT_EQUAL(memcmp(bytes, choosing, length), 0);
    CU_ASSERT_NOT_EQUAL(access("spex_store", F_OK), 0);
    free(bytes);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* A label i of a DOT file is visible, beside tau in the other file also that of .aut. */
static void one_is_drawn(void)
{
    const char *c = write_file("c.dot", silent);
    struct screen screen;
    open_on(&screen, c, NULL);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "─ c.dot ─");
    ASSERT_CONTAINS(text, "│i");
    ASSERT_CONTAINS(text, "Name a second LTS file");
    screen_keys(&screen, "5");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Name a second LTS file");
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Name a second LTS file");
    screen_close(&screen);
    free((char *)(uintptr_t)c);
}

static void one_is_no_plural(void)
{
    const char *a = write_file("a.aut", "des (0,1,1)\n(0,\"a\",0)\n");
    const char *b = write_file("b.aut", "des (0,1,2)\n(0,\"a\",1)\n");
    struct screen screen;
    open_on(&screen, a, b);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "specification a.aut, 1 transition; implementation b.aut, 1 transition");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 24), "b.aut, 1 transitions"));
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "1 state, 1 transition, starts in 0");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

static void what_cannot_be_read_is_told(void)
{
    static const char *const cases[][2] = {
        {"des (0,1,1\n", "bad.aut:1:11: expected ')'"},
        {"des (0,0,1)\n", "bad.aut: nothing leaves the initial state"},
        {"des (1,1,2)\n(0,\"a\",1)\n", "bad.aut: nothing leaves the initial state"},
        {"des (0,1,2)\n(0,\"\",1)\n", "bad.aut: the action is empty"},
    };
    const char *good = write_file("a.aut", vending);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *bad = write_file("bad.aut", cases[i][0]);
        struct screen screen;
        open_on(&screen, bad, good);
        ASSERT_CONTAINS(screen_text(&screen, 200, 60), cases[i][1]);
        screen_keys(&screen, "4 6 1");
        CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "equivalent"));
        screen_close(&screen);
        free((char *)(uintptr_t)bad);
    }
    free((char *)(uintptr_t)good);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"two are compared", two_are_compared},
        {"without a store there are no events to choose from",
         without_a_store_there_are_no_events_to_choose_from},
        {"nothing is written", nothing_is_written},
        {"one is drawn", one_is_drawn},
        {"one is no plural", one_is_no_plural},
        {"what cannot be read is told", what_cannot_be_read_is_told},
        {0},
    };
    return suite_run("lts_files", tests, argc, argv);
}
