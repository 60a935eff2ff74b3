/* LTS files named on the command line: one is drawn, two are compared. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "check/words.h"
#include "format/format.h"
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
    static char *files[2]; /* looked at again as long as there is an explorer */
    files[0] = (char *)(uintptr_t)first;
    files[1] = (char *)(uintptr_t)second;
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
    ASSERT_CONTAINS(text, "A test to write: do coin, then expect jam.");
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

/* What spex compare --explain says of the two. */
static void tell_compared(const char *first, const char *second, struct text *text)
{
    const char *const paths[2] = {first, second};
    struct lts sides[2];
    struct explanation *explanation;
    bool equivalent;
    spex_error error;
    for (int side = LEFT; side <= RIGHT; side++) {
        char *bytes;
        size_t length;
        ASSERT_OK(file_read(paths[side], 0, &bytes, &length, &error), error);
        ASSERT_OK(aut_read(paths[side], bytes, length, "i", &sides[side], &error), error);
        free(bytes);
    }
    ASSERT_OK(check_equivalence(&sides[LEFT], &sides[RIGHT], EQUIVALENCE_BRANCHING, NULL,
                                &equivalent, &explanation, &error),
              error);
    CU_ASSERT_FALSE(equivalent);
    struct printer printer = {.text = text,
                              .explanation = explanation,
                              .sides = {&sides[LEFT], &sides[RIGHT]},
                              .names = {"specification", "implementation"},
                              .unicode = true};
    print_explanation(&printer);
    explanation_free(explanation);
    lts_release(&sides[LEFT]);
    lts_release(&sides[RIGHT]);
}

/* Neither file has a step before its initial state; states are numbered, and transitions listed,
 * in any order, and some are listed twice. */
static void the_reason_is_that_of_the_files(void)
{
    static const char *const pairs[][2] = {
        {vending, choosing},
        {choosing, vending},
        {"des (2,6,4)\n(0,\"c\",3)\n(2,\"a\",1)\n(2,\"a\",0)\n(0,\"b\",3)\n(1,\"b\",3)\n"
         "(2,\"a\",1)\n",
         "des (2,3,3)\n(0,\"c\",1)\n(0,\"b\",1)\n(2,\"a\",0)\n"},
        {"des (0,4,4)\n(0,\"a\",1)\n(1,\"i\",2)\n(1,\"b\",3)\n(2,\"c\",3)\n",
         "des (0,3,3)\n(0,\"a\",1)\n(1,\"b\",2)\n(1,\"c\",2)\n"},
        {"des (0,3,3)\n(0,\"i\",1)\n(1,\"b\",2)\n(0,\"c\",2)\n",
         "des (0,2,2)\n(0,\"b\",1)\n(0,\"c\",1)\n"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *a = write_file("a.aut", pairs[i][0]), *b = write_file("b.aut", pairs[i][1]);
        struct text told = {0};
        struct screen screen;
        open_on(&screen, a, b);
        tell_compared(a, b, &told);
        const struct summary *summary = workspace_find(screen.explorer->workspace, "a.aut, b.aut");
        CU_ASSERT_PTR_NOT_NULL_FATAL(summary);
        CU_ASSERT_STRING_EQUAL(text_value(&summary->check->reason), text_value(&told));
        static const char *const keys[] = {"G k l", "p"};
        static const char *const seen[] = {"As a formula", "Round 1."};
        for (size_t k = 0; k < 2; k++) {
            screen_keys(&screen, keys[k]);
            const char *text = screen_text(&screen, 120, 80);
            ASSERT_CONTAINS(text, seen[k]);
            CU_ASSERT_PTR_NULL(strstr(text, "initialisation"));
            CU_ASSERT_PTR_NULL(strstr(text, "starts in"));
            CU_ASSERT_PTR_NULL(strstr(text, "__"));
        }
        text_release(&told);
        screen_close(&screen);
        free((char *)(uintptr_t)a);
        free((char *)(uintptr_t)b);
    }
}

/* The other graph has its letters, too. */
static void letters_are_those_of_the_states(void)
{
    const char *a = write_file("a.aut", "des (1,3,3)\n(1,\"a\",0)\n(0,\"b\",2)\n(0,\"c\",2)\n");
    const char *b = write_file("b.aut", "des (2,2,3)\n(2,\"a\",1)\n(1,\"b\",0)\n");
    struct screen screen;
    open_on(&screen, a, b);
    const char *text = screen_text(&screen, 120, 40);
    screen_keys(&screen, "4");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "2 A"); /* the end of a.aut */
    ASSERT_CONTAINS(text, "0 A"); /* the end of b.aut */
    ASSERT_CONTAINS(text, "? c");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* What ends where it begins is an LTS as good as any. */
static void nothing_may_leave_the_initial_state(void)
{
    const char *a = write_file("a.aut", "des (0,0,1)\n"), *b = write_file("b.aut", choosing);
    const char *c = write_file("c.aut", "des (1,1,3)\n(0,\"a\",1)\n");
    struct screen screen;
    open_on(&screen, a, b);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "a.aut, b.aut  ✗ not equivalent");
    ASSERT_CONTAINS(text, "specification a.aut, 0 transitions; implementation b.aut, 5");
    ASSERT_CONTAINS(text, "At the very start, in state \"0\", it does \"coin\"");
    screen_keys(&screen, "4");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▸0");
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "1 state, 0 transitions, starts in 0");
    screen_close(&screen);
    open_on(&screen, a, c);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "a.aut, c.aut  ✓ equivalent");
    screen_close(&screen);
    open_on(&screen, c, NULL);
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "3 states, 1 transition, starts in 1");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
    free((char *)(uintptr_t)c);
}

/* Numbers are no names: what the first one calls 2 may be another state in the second one. */
static void coverage_goes_by_what_states_do(void)
{
    const char *a =
        write_file("a.aut", "des (0,4,4)\n(0,\"a\",1)\n(1,\"i\",2)\n(2,\"b\",3)\n(2,\"c\",3)\n");
    const char *b = write_file("b.aut", "des (0,2,3)\n(0,\"a\",2)\n(2,\"b\",1)\n");
    struct screen screen;
    open_on(&screen, a, b);
    screen_keys(&screen, "G Enter");
    const char *text = screen_text(&screen, 80, 40);
    ASSERT_CONTAINS(text, "2 --[c]-> 3");
    CU_ASSERT_PTR_NULL(strstr(text, "2 --[b]-> 3"));
    ASSERT_CONTAINS(text, "1. a → 1, (internally) → 2, c → 3");
    screen_keys(&screen, "G Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 40), "1 --[τ]-> 2");
    screen.explorer->ascii = screen.explorer->workspace->options.ascii = true;
    workspace_refresh(screen.explorer->workspace, REFRESH_ALL);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 40), "1 --[tau]-> 2");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* A row of steps whose last one is called so. */
static const char *write_row(const char *name, unsigned length, const char *last)
{
    struct text text = {0};
    text_printf(&text, "des (0,%u,%u)\n", length, length + 1);
    for (unsigned i = 0; i < length; i++)
        text_printf(&text, "(%u,\"%s\",%u)\n", i, i + 1 < length ? "a" : last, i + 1);
    const char *path = write_file(name, text_value(&text));
    text_release(&text);
    return path;
}

/* It may take minutes: who does not ask need not wait. */
static void coverage_of_large_ones_is_asked_for(void)
{
    const char *a = write_row("a.aut", 3000, "b"), *b = write_row("b.aut", 3000, "c");
    struct screen screen;
    open_on(&screen, a, b);
    screen_keys(&screen, "G");
    const char *text = screen_text(&screen, 80, 40);
    ASSERT_CONTAINS(text, "▹ Coverage");
    CU_ASSERT_PTR_NULL(strstr(text, " of 3000 transitions"));
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 40), "2999 of 3000 transitions, 99 %");
    screen_close(&screen);
    open_on(&screen, a, a);
    ASSERT_CONTAINS(screen_text(&screen, 80, 40), "3000 of 3000 transitions, 100 %");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* So many ways in which steps of the one can be steps of the other that nobody sees the end. */
static const char *write_maze(const char *name, const char *last)
{
    enum { STATES = 3000, STEPS = 10 };
    struct text text = {0};
    unsigned random = 1;
    text_printf(&text, "des (0,%d,%d)\n", STATES * STEPS + 1, STATES);
    for (int i = 0; i < STATES * STEPS; i++) {
        random = random * 1103515245 + 12345;
        text_printf(&text, "(%d,\"a\",%u)\n", i / STEPS, (random >> 8) % STATES);
    }
    text_printf(&text, "(%d,\"%s\",0)\n", STATES / 2, last);
    const char *path = write_file(name, text_value(&text));
    text_release(&text);
    return path;
}

static void press_unsettled(struct screen *screen, const char *name)
{
    struct key key = key_named(name);
    struct canvas canvas = {0};
    explorer_key(screen->explorer, &key);
    CU_ASSERT_TRUE(canvas_resize(&canvas, 80, 24));
    explorer_draw(screen->explorer, &canvas);
    canvas_release(&canvas);
}

static void coverage_that_was_ended_can_be_asked_for_again(void)
{
    const char *a = write_maze("a.aut", "b"), *b = write_maze("b.aut", "c");
    struct screen screen;
    open_on(&screen, a, b);
    screen_keys(&screen, "G");
    for (int i = 0; i < 2; i++) {
        press_unsettled(&screen, "Enter");
        CU_ASSERT_TRUE(jobs_cancel(screen.explorer->jobs)); /* there was something to end */
        explorer_settle(screen.explorer);
        ASSERT_CONTAINS(screen_text(&screen, 80, 24), "It was ended before it was known.");
        press_unsettled(&screen, "Enter");
        CU_ASSERT_FALSE(jobs_cancel(screen.explorer->jobs));
        explorer_settle(screen.explorer);
    }
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* A file is read in other places than this terminal. */
static void what_is_exported_is_ascii(void)
{
    const char *a = write_file("a.aut", vending), *b = write_file("b.aut", choosing);
    struct screen screen;
    open_on(&screen, a, b);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "coin → 1");
    screen_keys(&screen, "8 Enter C-u");
    screen_type(&screen, suite_scratch_path("reason.txt"));
    screen_keys(&screen, "Enter");
    const char *reason = suite_content(suite_scratch_path("reason.txt"));
    ASSERT_CONTAINS(reason, "a.aut, b.aut: not equivalent\nThe specification allows");
    ASSERT_CONTAINS(reason, "1. coin -> 1\n");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
}

/* The last line offers what does something. */
static void keys_that_cannot_act_are_not_offered(void)
{
    const char *a = write_file("a.aut", vending), *b = write_file("b.aut", choosing);
    const char *bad = write_file("bad.aut", "des (0,1,1\n");
    struct screen screen;
    open_on(&screen, a, b);
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "p play");
    ASSERT_CONTAINS(text, "5 check");
    CU_ASSERT_PTR_NULL(strstr(text, "> next")); /* there is only this one */
    screen_keys(&screen, "6");
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "a add"));
    ASSERT_CONTAINS(text, "Enter graphs");
    screen_close(&screen);
    open_on(&screen, a, NULL);
    screen_keys(&screen, "5");
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "p play"));
    CU_ASSERT_PTR_NULL(strstr(text, "5 check "));
    screen_close(&screen);
    open_on(&screen, bad, a);
    static const char *const views[] = {"4", "5", "6"};
    static const char *const keys[] = {"v sides", "p play", "x look",       "a add",
                                       "L learn", "W save", "Enter graphs", "5 check "};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        screen_keys(&screen, views[i]);
        text = screen_text(&screen, 120, 24);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            CU_ASSERT_PTR_NULL(strstr(text, keys[k]));
        ASSERT_CONTAINS(text, "? help");
    }
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
    free((char *)(uintptr_t)bad);
}

/* It appears by itself, as the overview says. */
static void what_is_mended_is_read_again(void)
{
    const char *a = write_file("a.aut", "des (0,1,1\n"), *b = write_file("b.aut", choosing);
    struct screen screen;
    open_on(&screen, a, b);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "unreadable");
    free((char *)(uintptr_t)write_file("a.aut", vending));
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "a.aut, b.aut  ✗ not equivalent");
    free((char *)(uintptr_t)write_file("b.aut", "des (0,1,1\n"));
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "b.aut:1:11: expected ')'");
    screen_close(&screen);
    free((char *)(uintptr_t)a);
    free((char *)(uintptr_t)b);
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
        {"des (0,1,2)\n(0,\"\",1)\n", "bad.aut: the action is empty"},
    };
    const char *good = write_file("a.aut", vending);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *bad = write_file("bad.aut", cases[i][0]);
        struct screen screen;
        for (int second = 0; second < 2; second++) {
            open_on(&screen, second ? good : bad, second ? bad : good);
            const char *text = screen_text(&screen, 200, 60);
            ASSERT_CONTAINS(text, cases[i][1]);
            ASSERT_CONTAINS(text, "  bad.aut  ✗ unreadable");
            screen_keys(&screen, "4 6 1");
            CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "equivalent"));
            screen_close(&screen);
        }
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
        {"the reason is that of the files", the_reason_is_that_of_the_files},
        {"letters are those of the states", letters_are_those_of_the_states},
        {"nothing may leave the initial state", nothing_may_leave_the_initial_state},
        {"coverage goes by what states do", coverage_goes_by_what_states_do},
        {"coverage of large ones is asked for", coverage_of_large_ones_is_asked_for},
        {"coverage that was ended can be asked for again",
         coverage_that_was_ended_can_be_asked_for_again},
        {"what is exported is ASCII", what_is_exported_is_ascii},
        {"keys that cannot act are not offered", keys_that_cannot_act_are_not_offered},
        {"what is mended is read again", what_is_mended_is_read_again},
        {0},
    };
    return suite_run("lts_files", tests, argc, argv);
}
