/* The Check view: its sections, what they open, the steps that both graphs follow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/views/machine.h"
#include "views/check/check_private.h"
#include "views/graphs/graphs_private.h"

/* ----------------------------------------------------------------- as seen */

static void extra_behaviour(void)
{
    screen_golden_of(screen_project(), false, "5 j j j j j", "check-extra");
}

static void missing_behaviour(void)
{
    screen_golden_of(screen_project(), false, "5 j j Enter j Enter j j j j j j", "check-missing");
}

static void choices(void)
{
    screen_golden_of(machine_project(), false, "5 j j j j j j", "check-choices");
}

static void a_formula(void)
{
    screen_golden_of(machine_project(), false, "5 j j Enter j Enter j", "check-formula");
}

static void no_model(void)
{
    screen_golden_of(machine_project(), false, "5 >", "check-no-model");
}

static void coverage(void)
{
    screen_golden_of(screen_project(), false, "5 Enter j Enter G Enter G Enter j j j",
                     "check-coverage");
}

static void in_ascii(void)
{
    screen_golden_of(screen_project(), true, "5 j j j j j", "check-ascii");
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

/* Of what is opened at the lower end of the screen as much shows as there is room for. */
static void what_is_opened_is_seen(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    /* As high as it takes for the last heading to be the last row. */
    int height = 10;
    screen_keys(&screen, "G");
    while (height < 40 && !strstr(screen_text(&screen, 80, height), "▾ Verdict"))
        height++;
    ASSERT_CONTAINS(screen_text(&screen, 80, height), "▹ Coverage");
    CU_ASSERT(strstr(screen_text(&screen, 80, height), "▾ Verdict") != NULL);
    screen_keys(&screen, "Enter");
    const struct check_view *view = screen.explorer->states[VIEW_CHECK];
    screen_text(&screen, 80, height);
    int heading = check_first_row(&view->page, view->cursor), end = 0;
    for (size_t i = 0; i < view->page.count; i++)
        end += check_rows(&view->page, i);
    CU_ASSERT(end > heading + 1);
    CU_ASSERT(view->top <= heading);
    CU_ASSERT(view->top + view->shown.height >= end || view->top == heading);
    /* The heading stays in sight where there is more. */
    screen_keys(&screen, "h l");
    screen_text(&screen, 80, 9);
    CU_ASSERT_EQUAL(view->top, heading);
    /* To move on goes as ever. */
    screen_keys(&screen, "k");
    screen_text(&screen, 80, 9);
    CU_ASSERT(view->top < heading);
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
    screen_keys(&screen, "g");
    ASSERT_CONTAINS(screen_text(&screen, 20, 6), "▸ ▾ Verdict");
    screen_close(&screen);
}

static void a_learning_model_is_not_there_yet(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 >"); /* Lamp */
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "▲ not yet equivalent");
    ASSERT_CONTAINS(text, "Not yet: this model learns,");
    screen_keys(&screen, "<");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "Not yet"));
    screen_close(&screen);
}

/* ------------------------------------------------------------- both graphs */

/* The specification has open before lock, the model's file lock before open. */
static void both_sides_list_their_steps_in_one_order(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "┌─ Specification, closed");
    const char *open = strstr(text, "open → open "), *lock = strstr(text, "lock → locked ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(open);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lock);
    CU_ASSERT_TRUE(open < lock);
    CU_ASSERT_PTR_NOT_NULL(strstr(open + 1, "open → open "));
    CU_ASSERT_TRUE(strstr(open + 1, "open → open ") < lock);
    screen_close(&screen);
}

static void steps_move_both_graphs(void)
{
    struct screen screen;
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5 j j j )");
    expect_graphs_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "Specification, ready");
    ASSERT_CONTAINS(text, "? tea → idle");
    ASSERT_CONTAINS(text, "From here on the two differ.");
    expect_graphs_at(&screen, "ready", "coffee only");
    /* There, on along the steps, and back. */
    screen_keys(&screen, "x");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▸ready");
    ASSERT_CONTAINS(text, "▸coffee only");
    screen_keys(&screen, "( (");
    expect_graphs_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    expect_graphs_at(&screen, "ready", "coffee only");
    /* Who moves on in one graph takes the other along, as ever. */
    screen_keys(&screen, "g");
    expect_graphs_at(&screen, "idle", "idle");
    screen_keys(&screen, "x");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_CHECK);
    screen_close(&screen);
}

static void another_specification_has_its_own_steps(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j j x");
    expect_graphs_at(&screen, "locked", "locked");
    screen_keys(&screen, "> >");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Order");
    expect_graphs_at(&screen, "basket", "basket");
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

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static spex_manager *open_store(const struct screen *screen)
{
    spex_manager *manager;
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    options.log = quiet;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    spex_specification *door;
    ASSERT_OK(spex_specification_load(&door, "specs/door.spec", &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, door, NULL, NULL, &error), error);
    spex_specification_free(door);
    return manager;
}

static void break_in(spex_manager *manager, const char *identifier)
{
    spex_init(manager, "Door", identifier, NULL, "closed", NULL);
    spex_transition(manager, identifier, "lock", "locked", NULL);
    spex_transition(manager, identifier, "open", "open", NULL);
}

/* Whatever they are called, and not those that only did the same action elsewhere. */
static void instances_of_any_name(void)
{
    static const char *const names[] = {"a \"b\" \\ c", "x,y) or (id~z", "line\nbreak \x1b[31m",
                                        "表"};
    struct screen screen;
    screen_open(&screen, screen_copy("named"), false);
    spex_manager *manager = open_store(&screen);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        break_in(manager, names[i]);
    spex_init(manager, "Door", "elsewhere", NULL, "closed", NULL);
    spex_transition(manager, "elsewhere", "open", "open", NULL);
    spex_manager_close(manager);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    screen_keys(&screen, "5");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Instances that did it:");
    screen_keys(&screen, "j j j j j j Enter");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCES);
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "front");
    ASSERT_CONTAINS(text, "a \"b\" \\ c");
    ASSERT_CONTAINS(text, "x,y) or (id~z");
    ASSERT_CONTAINS(text, "line\\n");
    ASSERT_CONTAINS(text, "表");
    CU_ASSERT_PTR_NULL(strstr(text, "elsewhere"));
    screen_close(&screen);
}

static void many_instances(void)
{
    struct screen screen;
    char name[32];
    screen_open(&screen, screen_copy("many"), false);
    spex_manager *manager = open_store(&screen);
    for (int i = 0; i < 110; i++) {
        snprintf(name, sizeof name, "burglar-%03d", i);
        break_in(manager, name);
    }
    spex_manager_close(manager);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    screen_keys(&screen, "5 j j j j j j");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40),
                    "burglar-000, burglar-001, burglar-002, burglar-003, "
                    "burglar-004 and at least 96 more");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "The first 100 of those that did it.");
    screen_keys(&screen, "G");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "burglar-099");
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

/* ------------------------------------------------------------------- hints */

/* The last line of the screen. */
static const char *hints(struct screen *screen)
{
    const char *text = screen_text(screen, 120, 24), *last = text;
    for (const char *c = text; *c; c++)
        if (*c == '\n' && c[1])
            last = c + 1;
    return last;
}

static void expect_hints(struct screen *screen, const char *there, const char *missing)
{
    ASSERT_CONTAINS(hints(screen), there);
    if (strstr(hints(screen), missing))
        suite_assert_text(hints(screen), missing, __FILE__, __LINE__);
}

static void hints_are_those_of_use(void)
{
    struct screen screen;
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5");
    expect_hints(&screen, "Enter open", "give-up");
    screen_keys(&screen, "p");
    expect_hints(&screen, "Enter choose  f give-up", "take-back");
    screen_keys(&screen, "Enter");
    expect_hints(&screen, "u take-back", "Enter open");
    screen_keys(&screen, "p f");
    expect_hints(&screen, "u take-back", "give-up");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The play is over: u goes back a move");
    screen_close(&screen);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    expect_hints(&screen, "t test", "give-up");
    screen_keys(&screen, "> > p f");
    expect_hints(&screen, "u take-back", "give-up");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "You gave up already: u goes back");
    screen_close(&screen);
}

/* A test is offered where `t` has one to write, and only there. */
static void a_test_is_offered_where_one_is_missing(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    size_t with = 0, without = 0;
    for (int i = 0; i < 8; i++) {
        bool offered = strstr(hints(&screen), "t test") != NULL;
        screen_keys(&screen, "t");
        bool menu = screen.explorer->overlay.kind != OVERLAY_NONE;
        CU_ASSERT_EQUAL(offered, menu);
        with += offered;
        without += !offered;
        if (menu)
            screen_keys(&screen, "Esc");
        screen_keys(&screen, ">");
    }
    CU_ASSERT(with > 0 && without > 0);
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
        {"what is opened is seen", what_is_opened_is_seen},
        {"a small screen shows all", a_small_screen_shows_all},
        {"steps move both graphs", steps_move_both_graphs},
        {"another specification has its own steps", another_specification_has_its_own_steps},
        {"the instances that did it", the_instances_that_did_it},
        {"instances of any name", instances_of_any_name},
        {"many instances", many_instances},
        {"a test is copied as records", a_test_is_copied_as_records},
        {"a test is written as C", a_test_is_written_as_c},
        {"a test of the coverage", a_test_of_the_coverage},
        {"hints are those of use", hints_are_those_of_use},
        {"a test is offered where one is missing", a_test_is_offered_where_one_is_missing},
        {"a learning model is not there yet", a_learning_model_is_not_there_yet},
        {"both sides list their steps in one order", both_sides_list_their_steps_in_one_order},
        {0},
    };
    return suite_run("check view", tests, argc, argv);
}
