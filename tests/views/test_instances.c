/* The list of instances: filtering, ordering, following. */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/instances/filters.h"
#include "views/instances/instances.h"
#include "views/commands/script.h"

/* ---------------------------------------------------------------- filtering */

static void any_condition_filters(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_filter(&screen, "state:paid,shipped (overdue or mocked)");
    screen_expect(&screen, "1 of 3");
    screen_expect(&screen, "order-stuck");
    screen_filter(&screen, "meta.customer=42");
    screen_expect(&screen, "1 of 1");
    screen_filter(&screen, "action:lock");
    screen_expect(&screen, "front");
    screen_filter(&screen, "history>3 not spec:Order");
    screen_expect(&screen, "1 of 1");
    screen_filter(&screen, "age>1d");
    screen_expect(&screen, "1 of 17");
    screen_close(&screen);
}

static void a_mistake_is_told_and_keeps_the_rows(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "hall");
    screen_expect(&screen, "1 of 1");
    screen_type(&screen, " (");
    screen_expect(&screen, "expected a condition here");
    screen_expect(&screen, "1 of 1");
    screen_keys(&screen, "Backspace");
    screen_type(&screen, "stat:x");
    screen_expect(&screen, "filter:1:6: there is no key stat; did you mean state?");
    screen_golden(&screen, "instances-mistake");
    /* Underlined, where it is. */
    screen_text(&screen, 80, 24);
    const struct canvas *canvas = &screen.canvas;
    for (int x = 0; x < 80; x++) {
        bool wrong = x >= 8 && x < 12; /* "/ hall stat:x", from column 1 */
        CU_ASSERT_EQUAL(canvas_at(canvas, x, 22)->role == ROLE_MISTAKE, wrong);
    }
    screen_close(&screen);
}

/* Enter takes nothing of a filter that is wrong, nor keeps it to be recalled. */
static void a_wrong_filter_is_not_taken(void)
{
    static const char *const wrong[][2] = {
        {"age>2x", "2x"},
        {"spec:Order (state:foo or", ""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct screen screen;
        screen_open(&screen, screen_project(), false);
        size_t recalled = screen.explorer->filters->typed.count;
        screen_keys(&screen, "2 /");
        screen_type(&screen, wrong[i][0]);
        screen_keys(&screen, "Enter");
        const char *text = screen_text(&screen, 80, 24);
        ASSERT_CONTAINS(text, wrong[i][0]);
        ASSERT_CONTAINS(text, "filter:1:");
        CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_LINE);
        size_t marked = 0;
        for (int x = 0; x < 80; x++)
            marked += canvas_at(&screen.canvas, x, 22)->role == ROLE_MISTAKE;
        CU_ASSERT(marked >= (*wrong[i][1] ? strlen(wrong[i][1]) : 1));
        CU_ASSERT_EQUAL(screen.explorer->filters->typed.count, recalled);
        screen_keys(&screen, "Esc");
        screen_expect(&screen, "all instances");
        screen_keys(&screen, "/");
        screen_type(&screen, wrong[i][0]);
        screen_keys(&screen, "Enter C-u");
        screen_type(&screen, "hall");
        screen_keys(&screen, "Enter");
        screen_expect(&screen, "filter: hall");
        CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
        screen_keys(&screen, ":");
        screen_type(&screen, "filter ");
        screen_type(&screen, wrong[i][0]);
        screen_keys(&screen, "Enter");
        CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_LINE);
        screen_expect(&screen, "filter:1:");
        screen_close(&screen);
    }
}

static void tab_completes_what_is_known(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "sp");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "Or");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "sta");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "pa");
    screen_keys(&screen, "Tab");
    screen_expect(&screen, "paid  paying");
    screen_type(&screen, "id act");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "pa");
    screen_keys(&screen, "Tab");
    screen_expect(&screen, "/ spec:Order state:paid action:pay");
    screen_expect(&screen, "1 of 1");
    screen_type(&screen, "meta.");
    screen_keys(&screen, "Tab");
    screen_expect(&screen, "action:pay meta.customer");
    screen_type(&screen, "=4");
    screen_keys(&screen, "Tab");
    screen_expect(&screen, "Nothing known begins so.");
    screen_close(&screen);
}

static void names_that_are_not_known_are_told(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_filter(&screen, "not overdue state:payd");
    screen_expect(&screen, "No specification has a state \"payd\"; Tab completes names.");
    screen_filter(&screen, "(spec:Ordr or spec:Order) deviations>99");
    screen_expect(&screen, "There is no specification \"Ordr\"; Tab completes names.");
    screen_filter(&screen, "spec:Order state:paid deviations>99");
    screen_expect(&screen, "No instance matches");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 40), "Tab completes names"));
    screen_close(&screen);
}

static void what_was_typed_is_recalled(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_filter(&screen, "hall");
    screen_filter(&screen, "front");
    screen_filter(&screen, "hall");
    screen_keys(&screen, "/ C-u");
    screen_type(&screen, "draft");
    screen_keys(&screen, "Up");
    screen_expect(&screen, "/ hall");
    screen_expect(&screen, "1 of 1");
    screen_keys(&screen, "Up");
    screen_expect(&screen, "/ front");
    screen_keys(&screen, "Down Down");
    screen_expect(&screen, "/ draft");
    screen_expect(&screen, "No instance matches");
    screen_keys(&screen, "Esc");
    screen_close(&screen);
    /* And another time. */
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 / Up Up Enter");
    screen_expect(&screen, "filter: front");
    screen_close(&screen);
}

static void filters_are_saved_by_name(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_filter(&screen, "state:paid not overdue");
    screen_keys(&screen, "F a");
    screen_type(&screen, " stuck ones ");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "Saved as stuck ones");
    screen_close(&screen);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 F");
    screen_expect(&screen, "stuck ones  state:paid not overdue");
    screen_keys(&screen, "1");
    screen_expect(&screen, "filter: state:paid not overdue");
    screen_keys(&screen, "F a");
    screen_type(&screen, "a=b");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "without =");
    screen_keys(&screen, "/ C-u Enter F a");
    screen_type(&screen, "stuck ones");
    screen_keys(&screen, "Enter F");
    screen_expect_none(&screen, "stuck ones  ");
    screen_close(&screen);
}

static void the_prompt_takes_a_filter(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 :");
    screen_type(&screen, "filter spec:Door or spec:Lamp");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "filter: spec:Door or spec:Lamp");
    screen_expect(&screen, "1 of 2");
    screen_close(&screen);
}

/* Holds the rows' lane until it is let go. */
struct holding {
    struct job job;
    sem_t go;
};

static void hold(struct job *job)
{
    sem_wait(&((struct holding *)job)->go);
}

static void leave_alone(struct job *job)
{
    (void)job;
}

static void a_search_that_is_ended_says_so(void)
{
    struct screen screen;
    struct holding holding = {
        .job = {.lane = LANE_ROWS, .run = hold, .release = leave_alone, .part = -1}};
    sem_init(&holding.go, 0, 0);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2");
    screen_expect(&screen, "order-07");
    jobs_submit(screen.explorer->jobs, &holding.job);
    explorer_filter(screen.explorer, "meta.customer=42");
    struct key cancel = key_named("C-c");
    explorer_key(screen.explorer, &cancel);
    sem_post(&holding.go);
    explorer_settle(screen.explorer);
    screen_expect(&screen, "Cancelled.");
    screen_expect(&screen, "Ended before any was found.");
    screen_expect_none(&screen, "order-07"); /* those were of no filter */
    screen_keys(&screen, "d");
    screen_expect(&screen, "There is no instance to choose here.");
    screen_keys(&screen, "R");
    screen_expect(&screen, "1 of 1");
    screen_expect(&screen, "order-stuck");
    screen_close(&screen);
    sem_destroy(&holding.go);
}

/* ----------------------------------------------------------------- ordering */

static void expect_first(struct screen *screen, const char *keys, const char *identifier,
                         const char *words)
{
    screen_keys(screen, keys);
    const char *text = screen_text(screen, 120, 40);
    ASSERT_CONTAINS(text, words);
    const char *cursor = strstr(text, "▸ ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(cursor);
    if (strncmp(cursor + strlen("▸ "), identifier, strlen(identifier)) != 0)
        suite_assert_text(text, identifier, __FILE__, __LINE__);
    CU_ASSERT_EQUAL(strncmp(cursor + strlen("▸ "), identifier, strlen(identifier)), 0);
}

static void any_column_orders(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 t");
    screen_golden(&screen, "instances-sort");
    expect_first(&screen, "2", "front", "by specification");
    expect_first(&screen, "T", "order-strange", "by specification, backwards");
    expect_first(&screen, "t 3", "order-00", "by state");
    expect_first(&screen, "t 4", "naïve", "newest change first");
    expect_first(&screen, "t 5", "order-39", "longest unchanged first");
    expect_first(&screen, "t 6", "order-39", "most steps first");
    expect_first(&screen, "T", "order-mock", "fewest steps first");
    expect_first(&screen, "t 7", "order-stuck", "longest overdue first");
    screen_expect(&screen, "due↑");
    expect_first(&screen, "t 1", "front", "by identifier");
    screen_close(&screen);
}

static void press_in_header(struct screen *screen, int x)
{
    screen_text(screen, 80, 24);
    struct key press = {.name = "Press", .mouse = true, .x = x, .y = 3};
    script_press(screen->explorer, &screen->canvas, &press);
}

static void a_press_on_a_column_orders_by_it(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2");
    press_in_header(&screen, 47); /* state */
    screen_expect(&screen, "by state");
    screen_expect(&screen, "state ↑");
    press_in_header(&screen, 45);
    screen_expect(&screen, "state ↓");
    press_in_header(&screen, 60); /* for */
    screen_expect(&screen, "newest change first");
    press_in_header(&screen, 60);
    screen_expect(&screen, "longest unchanged first");
    press_in_header(&screen, 66); /* steps */
    screen_expect(&screen, "most steps first");
    press_in_header(&screen, 72);
    screen_expect(&screen, "longest overdue first");
    press_in_header(&screen, 30);
    screen_expect(&screen, "specification ↑");
    press_in_header(&screen, 5);
    screen_expect(&screen, "identifier ↑");
    screen_keys(&screen, "T");
    screen_expect(&screen, "identifier ↓");
    press_in_header(&screen, 79);
    screen_expect(&screen, "identifier ↓");
    screen_close(&screen);
}

static void the_mouse_chooses_a_row(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2");
    screen_text(&screen, 80, 24);
    struct key press = {.name = "Press", .mouse = true, .x = 10, .y = 8};
    explorer_key(screen.explorer, &press);
    screen_expect(&screen, "▸ order-01");
    explorer_key(screen.explorer, &press);
    explorer_settle(screen.explorer);
    screen_expect(&screen, "History, 5 steps");
    screen_keys(&screen, "2");
    press.y = 60; /* below all */
    explorer_key(screen.explorer, &press);
    screen_expect(&screen, "▸ order-01");
    screen_close(&screen);
}

/* ---------------------------------------------------------------- following */

static void change_one(spex_manager *manager, int64_t at)
{
    spex_transition_at(manager, "order-stuck", "ship", "shipped", at, SPEX_HERE, NULL, NULL);
    spex_init_at(manager, "Lamp", "a-new-one", NULL, NULL, at, SPEX_HERE, NULL, NULL);
}

static void what_changed_is_marked_for_a_moment(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("fresh"), false);
    screen_keys(&screen, "2 G");
    screen_expect_none(&screen, "+order");
    screen_elsewhere(&screen, change_one, SCREEN_NOW);
    screen_expect(&screen, "▸+order-stuck");
    screen_keys(&screen, "g");
    screen_expect(&screen, "▸+a-new-one");
    screen_clock_set(SCREEN_NOW + 3000000);
    CU_ASSERT_TRUE(explorer_tick(screen.explorer));
    explorer_settle(screen.explorer);
    screen_expect(&screen, "▸ a-new-one");
    screen_clock_set(SCREEN_NOW);
    screen_close(&screen);
}

static void add_one(spex_manager *manager, int64_t at)
{
    spex_init_at(manager, "Lamp", "a-new-one", NULL, NULL, at, SPEX_HERE, NULL, NULL);
}

/* More than one page of rows, whose number is then counted apart from them. */
static void add_pages(spex_manager *manager, int64_t at)
{
    char identifier[32];
    for (int i = 0; i < 600; i++) {
        snprintf(identifier, sizeof identifier, "lamp-%03d", i);
        spex_init_at(manager, "Lamp", identifier, NULL, NULL, at, SPEX_HERE, NULL, NULL);
    }
}

/* Where counting takes long it is done less often, and at last all the same. */
static void what_changed_is_counted_in_the_end(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("recount"), false);
    screen_elsewhere(&screen, add_pages, SCREEN_NOW);
    screen_keys(&screen, "2 G g");
    screen_expect(&screen, "1 of 646, ");
    struct rows *rows = &((struct instances *)screen.explorer->states[VIEW_INSTANCES])->rows;
    rows->count_cost = 500000;
    screen_elsewhere(&screen, add_one, SCREEN_NOW);
    screen_expect(&screen, "1 of 646, ");
    explorer_tick(screen.explorer);
    explorer_settle(screen.explorer);
    screen_expect(&screen, "1 of 646, ");
    screen_clock_set(SCREEN_NOW + 5000000);
    explorer_tick(screen.explorer);
    explorer_settle(screen.explorer);
    screen_expect(&screen, "1 of 647, ");
    screen_clock_set(SCREEN_NOW);
    screen_close(&screen);
}

static void the_cursor_goes_where_its_row_goes(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("goes"), false);
    screen_keys(&screen, "2 t 5");
    expect_first(&screen, "j j", "order-37", "longest unchanged first");
    /* order-stuck is among the longest unchanged, until it changes. */
    for (int i = 0; i < 30; i++) {
        const char *text = screen_text(&screen, 120, 40);
        const char *cursor = strstr(text, "▸ order-stuck");
        if (cursor)
            break;
        screen_keys(&screen, "j");
    }
    screen_expect(&screen, "▸ order-stuck");
    screen_elsewhere(&screen, change_one, SCREEN_NOW);
    screen_expect(&screen, "▸+order-stuck");
    screen_close(&screen);
}

static void following_stays_on_the_newest(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("follow"), false);
    screen_keys(&screen, "2 G f");
    expect_first(&screen, "", "naïve", "following the newest");
    screen_elsewhere(&screen, change_one, SCREEN_NOW + INT64_C(90000000));
    screen_expect(&screen, "▸+order-stuck");
    screen_keys(&screen, "j");
    screen_expect(&screen, "newest change first");
    screen_close(&screen);
}

/* ------------------------------------------------------------------- pieces */

static void a_damaged_file_of_filters_is_read_as_far_as_it_goes(void)
{
    static const char bytes[] = "# mine\nwithout a sign\n = nothing\none = a or b\n\xff = x\nno\n";
    suite_write("odd/filters", bytes, sizeof bytes - 1);
    struct filters *filters = filters_create(suite_scratch_path("odd"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(filters);
    CU_ASSERT_EQUAL(filters->saved_count, 1);
    ASSERT_TEXT(filters->saved[0].filter, "a or b");
    for (int i = 0; i < 300; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        history_note(&filters->typed, text);
    }
    CU_ASSERT_EQUAL(filters->typed.count, 100);
    ASSERT_TEXT(filters->typed.lines[99], "299");
    filters_free(filters);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"any condition filters", any_condition_filters},
        {"a mistake is told and keeps the rows", a_mistake_is_told_and_keeps_the_rows},
        {"a wrong filter is not taken", a_wrong_filter_is_not_taken},
        {"Tab completes what is known", tab_completes_what_is_known},
        {"names that are not known are told", names_that_are_not_known_are_told},
        {"what was typed is recalled", what_was_typed_is_recalled},
        {"filters are saved by name", filters_are_saved_by_name},
        {"the prompt takes a filter", the_prompt_takes_a_filter},
        {"a search that is ended says so", a_search_that_is_ended_says_so},
        {"any column orders", any_column_orders},
        {"a press on a column orders by it", a_press_on_a_column_orders_by_it},
        {"the mouse chooses a row", the_mouse_chooses_a_row},
        {"what changed is marked for a moment", what_changed_is_marked_for_a_moment},
        {"what changed is counted in the end", what_changed_is_counted_in_the_end},
        {"the cursor goes where its row goes", the_cursor_goes_where_its_row_goes},
        {"following stays on the newest", following_stays_on_the_newest},
        {"a damaged file of filters is read as far as it goes",
         a_damaged_file_of_filters_is_read_as_far_as_it_goes},
        {0},
    };
    return suite_run("instances", tests, argc, argv);
}
