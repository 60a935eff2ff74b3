/* The Check view: its sections, what they open, the steps that both graphs follow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/views/screen.h"
#include "views/graphs_private.h"

/* A machine that lets its customer choose, and one that chose when the coin fell. */
static const char machine_spec[] = "Specification: Machine\n"
                                   "Transitions:\n"
                                   "idle --[coin]-> paid\n"
                                   "paid --[press]-> ready\n"
                                   "ready --[tea]-> idle\n"
                                   "ready --[coffee]-> idle\n";
static const char machine_model[] = "Specification: Machine\n"
                                    "Learning mode: false\n"
                                    "Transitions:\n"
                                    "coffee only --[coffee]-> idle\n"
                                    "idle --[coin]-> paid\n"
                                    "nil --[__initialisation__]-> idle\n"
                                    "paid --[press]-> coffee only\n"
                                    "paid --[press]-> tea only\n"
                                    "tea only --[tea]-> idle\n";

/* Nothing was learned of it yet. */
static const char siren_spec[] = "Specification: Siren\n"
                                 "Transitions:\n"
                                 "silent --[alarm]-> loud\n"
                                 "loud --[calm]-> silent\n"
                                 "loud --[__internal__]-> silent\n";

static const char *machine(void)
{
    suite_write("machine/specs/siren.spec", siren_spec, strlen(siren_spec));
    suite_write("machine/specs/machine.spec", machine_spec, strlen(machine_spec));
    suite_write("machine/models/Machine.spex", machine_model, strlen(machine_model));
    screen_project(); /* its environment: time zone, our own layout */
    return suite_scratch_path("machine");
}

static void golden(const char *directory, bool ascii, const char *keys, const char *name)
{
    struct screen screen;
    screen_open(&screen, directory, ascii);
    screen_keys(&screen, keys);
    screen_golden(&screen, name);
    screen_close(&screen);
}

/* ----------------------------------------------------------------- as seen */

static void extra_behaviour(void)
{
    golden(screen_project(), false, "5 j j j j j", "check-extra");
}

static void missing_behaviour(void)
{
    golden(screen_project(), false, "5 j j Enter j Enter j j j j j j", "check-missing");
}

static void choices(void)
{
    golden(machine(), false, "5 j j j j j j j j", "check-choices");
}

static void a_formula(void)
{
    golden(machine(), false, "5 j j j Enter j Enter j", "check-formula");
}

static void no_model(void)
{
    golden(machine(), false, "5 >", "check-no-model");
}

static void coverage(void)
{
    golden(screen_project(), false, "5 Enter j Enter G Enter G Enter j j j", "check-coverage");
}

static void in_ascii(void)
{
    golden(screen_project(), true, "5 j j j j j", "check-ascii");
}

/* ----------------------------------------------------------------- sections */

static void sections_open_and_close(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Extra behaviour");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Missing behaviour");
    screen_keys(&screen, "j j h");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Extra behaviour");
    screen_keys(&screen, "l j j h");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Extra behaviour");
    screen_keys(&screen, "Enter G Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Coverage");
    /* To look elsewhere and come back changes nothing; checked again neither. */
    screen_keys(&screen, "6 5 c");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Coverage");
    screen_keys(&screen, "> <");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Extra behaviour");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Coverage");
    screen_close(&screen);
}

/* All of it can be read where a line is higher than the screen. */
static void a_small_screen_shows_all(void)
{
    static const char *const words[] = {"▾ Verdict", "whatever one", "could be seen", "deviated",
                                        "verdict.",  "▾ Coverage",   "pairs",         "covered"};
    struct screen screen;
    size_t found = 0;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > >");
    for (int i = 0; i < 40 && found < 8; i++) {
        const char *text = screen_text(&screen, 26, 9);
        while (found < 8 && strstr(text, words[found]))
            found++;
        struct key down = key_named("j");
        explorer_key(screen.explorer, &down);
    }
    CU_ASSERT_EQUAL(found, 8);
    screen_close(&screen);
}

/* ------------------------------------------------------------- both graphs */

static void both_graphs_are_at(struct screen *screen, const char *left, const char *right)
{
    const struct graphs *graphs = screen->explorer->states[VIEW_GRAPHS];
    ASSERT_TEXT(graphs->panes[LEFT].selected ? graphs->panes[LEFT].selected : "none", left);
    ASSERT_TEXT(graphs->panes[RIGHT].selected ? graphs->panes[RIGHT].selected : "none", right);
}

static void steps_move_both_graphs(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
    screen_keys(&screen, "5 j j j )");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "Specification, ready");
    ASSERT_CONTAINS(text, "? tea → idle");
    ASSERT_CONTAINS(text, "From here on the two differ.");
    both_graphs_are_at(&screen, "ready", "coffee only");
    /* There, on along the steps, and back. */
    screen_keys(&screen, "x");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▸ready");
    ASSERT_CONTAINS(text, "▸coffee only");
    screen_keys(&screen, "( (");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    both_graphs_are_at(&screen, "ready", "coffee only");
    /* Who moves on in one graph takes the other along, as ever. */
    screen_keys(&screen, "g");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, "x");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_CHECK);
    screen_close(&screen);
}

static void another_specification_has_its_own_steps(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j j x");
    both_graphs_are_at(&screen, "locked", "locked");
    screen_keys(&screen, "> >");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Order");
    both_graphs_are_at(&screen, "basket", "basket");
    screen_keys(&screen, ")");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This is the last step");
    screen_close(&screen);
}

/* ------------------------------------------------------------ what follows */

static void the_instances_that_did_it(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j j j j j");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "The instance that did it: front");
    screen_keys(&screen, "Enter");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCES);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "filter: id=front");
    ASSERT_CONTAINS(text, "Door");
    CU_ASSERT_PTR_NULL(strstr(text, "order-"));
    screen_close(&screen);
}

/* Each line is a record, and the last one is what is missing. */
static void a_test_is_copied_as_records(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 t 1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Copied the records");
    ASSERT_TEXT(
        text_value(&screen.explorer->clipboard),
        "{\"op\":\"init\",\"spec\":\"Door\",\"id\":\"test-1\",\"state\":\"closed\"}\n"
        "{\"op\":\"transition\",\"id\":\"test-1\",\"action\":\"lock\",\"state\":\"locked\"}\n"
        "{\"op\":\"transition\",\"id\":\"test-1\",\"action\":\"unlock\",\"state\":"
        "\"closed\"}\n");
    const char *line = text_value(&screen.explorer->clipboard);
    for (unsigned number = 1; *line; number++) {
        struct record record;
        spex_error error;
        size_t length = strcspn(line, "\n");
        ASSERT_OK(record_read("copied", number, line, length, &record, &error), error);
        record_release(&record);
        line += length + 1;
    }
    screen_close(&screen);
}

static void a_test_is_written_as_c(void)
{
    struct screen screen;
    const char *path = suite_scratch_path("door-test.c");
    char *bytes;
    size_t length;
    spex_error error;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 t 2");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "spex_test_begin(&test");
    screen_keys(&screen, "t 4");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Write to: Door-test.c");
    screen_keys(&screen, "C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    ASSERT_TEXT(bytes, text_value(&screen.explorer->clipboard));
    free(bytes);
    /* It is asked before the file is replaced, and then by the same. */
    screen_keys(&screen, "t 3 C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "exists. Replace it?");
    screen_keys(&screen, "y");
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    ASSERT_CONTAINS(bytes, "\"action\":\"unlock\"");
    free(bytes);
    screen_close(&screen);
}

static void a_test_of_the_coverage(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > G Enter t 1");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "\"spec\":\"Lamp\"");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "\"action\":\"__internal__\"");
    text_clear(&screen.explorer->clipboard);
    screen_keys(&screen, "> t");
    ASSERT_TEXT(text_value(&screen.explorer->clipboard), "");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "there is no test to write");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"extra behaviour", extra_behaviour},
        {"missing behaviour", missing_behaviour},
        {"choices", choices},
        {"a formula", a_formula},
        {"no model", no_model},
        {"coverage", coverage},
        {"in ASCII", in_ascii},
        {"sections open and close", sections_open_and_close},
        {"a small screen shows all", a_small_screen_shows_all},
        {"steps move both graphs", steps_move_both_graphs},
        {"another specification has its own steps", another_specification_has_its_own_steps},
        {"the instances that did it", the_instances_that_did_it},
        {"a test is copied as records", a_test_is_copied_as_records},
        {"a test is written as C", a_test_is_written_as_c},
        {"a test of the coverage", a_test_of_the_coverage},
        {0},
    };
    return suite_run("check view", tests, argc, argv);
}
