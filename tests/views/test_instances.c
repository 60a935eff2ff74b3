/* The list of instances: filtering, ordering, marking, doing things to many, following. */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/maintenance.h"
#include "store/reader.h"
#include "tests/views/screen.h"
#include "views/instances/filters.h"
#include "views/instances/instances.h"
#include "views/instances/marks.h"
#include "views/commands/script.h"

static void expect(struct screen *screen, const char *part)
{
    ASSERT_CONTAINS(screen_text(screen, 120, 40), part);
}

static void expect_not(struct screen *screen, const char *part)
{
    const char *text = screen_text(screen, 120, 40);
    if (strstr(text, part))
        suite_assert_text(text, part, __FILE__, __LINE__);
    CU_ASSERT_PTR_NULL(strstr(text, part));
}

static void filter(struct screen *screen, const char *text)
{
    screen_keys(screen, "2 / C-u");
    screen_type(screen, text);
    screen_keys(screen, "Enter");
}

/* Something that another process did. */
static void elsewhere(struct screen *screen, void (*call)(spex_manager *manager, int64_t at),
                      int64_t at)
{
    spex_manager *manager;
    spex_manager_options options;
    struct project project;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    ASSERT_OK(project_load(&project, &screen->options, NULL, 0, &error), error);
    for (size_t i = 0; i < project.count; i++)
        if (project.entries[i].specification)
            ASSERT_OK(spex_manager_add_specification(manager, project.entries[i].specification,
                                                     NULL, NULL, &error),
                      error);
    call(manager, at);
    spex_manager_close(manager);
    project_release(&project);
    workspace_refresh(screen->explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen->explorer);
}

/* ---------------------------------------------------------------- filtering */

static void any_condition_filters(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    filter(&screen, "state:paid,shipped (overdue or mocked)");
    expect(&screen, "1 of 3");
    expect(&screen, "order-stuck");
    filter(&screen, "meta.customer=42");
    expect(&screen, "1 of 1");
    filter(&screen, "action:lock");
    expect(&screen, "front");
    filter(&screen, "history>3 not spec:Order");
    expect(&screen, "1 of 1");
    filter(&screen, "age>1d");
    expect(&screen, "1 of 17");
    screen_close(&screen);
}

static void a_mistake_is_told_and_keeps_the_rows(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "hall");
    expect(&screen, "1 of 1");
    screen_type(&screen, " (");
    expect(&screen, "expected a condition here");
    expect(&screen, "1 of 1");
    screen_keys(&screen, "Backspace");
    screen_type(&screen, "stat:x");
    expect(&screen, "filter:1:6: there is no key stat; did you mean state?");
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
        expect(&screen, "all instances");
        screen_keys(&screen, "/");
        screen_type(&screen, wrong[i][0]);
        screen_keys(&screen, "Enter C-u");
        screen_type(&screen, "hall");
        screen_keys(&screen, "Enter");
        expect(&screen, "filter: hall");
        CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
        screen_keys(&screen, ":");
        screen_type(&screen, "filter ");
        screen_type(&screen, wrong[i][0]);
        screen_keys(&screen, "Enter");
        CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_LINE);
        expect(&screen, "filter:1:");
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
    expect(&screen, "paid  paying");
    screen_type(&screen, "id act");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "pa");
    screen_keys(&screen, "Tab");
    expect(&screen, "/ spec:Order state:paid action:pay");
    expect(&screen, "1 of 1");
    screen_type(&screen, "meta.");
    screen_keys(&screen, "Tab");
    expect(&screen, "action:pay meta.customer");
    screen_type(&screen, "=4");
    screen_keys(&screen, "Tab");
    expect(&screen, "Nothing known begins so.");
    screen_close(&screen);
}

static void names_that_are_not_known_are_told(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    filter(&screen, "not overdue state:payd");
    expect(&screen, "No specification has a state \"payd\"; Tab completes names.");
    filter(&screen, "(spec:Ordr or spec:Order) deviations>99");
    expect(&screen, "There is no specification \"Ordr\"; Tab completes names.");
    filter(&screen, "spec:Order state:paid deviations>99");
    expect(&screen, "No instance matches");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 40), "Tab completes names"));
    screen_close(&screen);
}

static void what_was_typed_is_recalled(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    filter(&screen, "hall");
    filter(&screen, "front");
    filter(&screen, "hall");
    screen_keys(&screen, "/ C-u");
    screen_type(&screen, "draft");
    screen_keys(&screen, "Up");
    expect(&screen, "/ hall");
    expect(&screen, "1 of 1");
    screen_keys(&screen, "Up");
    expect(&screen, "/ front");
    screen_keys(&screen, "Down Down");
    expect(&screen, "/ draft");
    expect(&screen, "No instance matches");
    screen_keys(&screen, "Esc");
    screen_close(&screen);
    /* And another time. */
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 / Up Up Enter");
    expect(&screen, "filter: front");
    screen_close(&screen);
}

static void filters_are_saved_by_name(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    filter(&screen, "state:paid not overdue");
    screen_keys(&screen, "F a");
    screen_type(&screen, " stuck ones ");
    screen_keys(&screen, "Enter");
    expect(&screen, "Saved as stuck ones");
    screen_close(&screen);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 F");
    expect(&screen, "stuck ones  state:paid not overdue");
    screen_keys(&screen, "1");
    expect(&screen, "filter: state:paid not overdue");
    screen_keys(&screen, "F a");
    screen_type(&screen, "a=b");
    screen_keys(&screen, "Enter");
    expect(&screen, "without =");
    screen_keys(&screen, "/ C-u Enter F a");
    screen_type(&screen, "stuck ones");
    screen_keys(&screen, "Enter F");
    expect_not(&screen, "stuck ones  ");
    screen_close(&screen);
}

static void the_prompt_takes_a_filter(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 :");
    screen_type(&screen, "filter spec:Door or spec:Lamp");
    screen_keys(&screen, "Enter");
    expect(&screen, "filter: spec:Door or spec:Lamp");
    expect(&screen, "1 of 2");
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
    expect(&screen, "order-07");
    jobs_submit(screen.explorer->jobs, &holding.job);
    explorer_filter(screen.explorer, "meta.customer=42");
    struct key cancel = key_named("C-c");
    explorer_key(screen.explorer, &cancel);
    sem_post(&holding.go);
    explorer_settle(screen.explorer);
    expect(&screen, "Cancelled.");
    expect(&screen, "Ended before any was found.");
    expect_not(&screen, "order-07"); /* those were of no filter */
    screen_keys(&screen, "d");
    expect(&screen, "There is no instance to choose here.");
    screen_keys(&screen, "R");
    expect(&screen, "1 of 1");
    expect(&screen, "order-stuck");
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
    expect(&screen, "due↑");
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
    expect(&screen, "by state");
    expect(&screen, "state ↑");
    press_in_header(&screen, 45);
    expect(&screen, "state ↓");
    press_in_header(&screen, 60); /* for */
    expect(&screen, "newest change first");
    press_in_header(&screen, 60);
    expect(&screen, "longest unchanged first");
    press_in_header(&screen, 66); /* steps */
    expect(&screen, "most steps first");
    press_in_header(&screen, 72);
    expect(&screen, "longest overdue first");
    press_in_header(&screen, 30);
    expect(&screen, "specification ↑");
    press_in_header(&screen, 5);
    expect(&screen, "identifier ↑");
    screen_keys(&screen, "T");
    expect(&screen, "identifier ↓");
    press_in_header(&screen, 79);
    expect(&screen, "identifier ↓");
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
    expect(&screen, "▸ order-01");
    explorer_key(screen.explorer, &press);
    explorer_settle(screen.explorer);
    expect(&screen, "History, 5 steps");
    screen_keys(&screen, "2");
    press.y = 60; /* below all */
    explorer_key(screen.explorer, &press);
    expect(&screen, "▸ order-01");
    screen_close(&screen);
}

/* -------------------------------------------------------------- many at once */

static void marked_ones_are_deleted(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("bulk"), false);
    filter(&screen, "order-0");
    screen_keys(&screen, "Space j Space Space");
    expect(&screen, "3 marked, ");
    expect(&screen, "●");
    screen_keys(&screen, "d");
    screen_golden(&screen, "instances-bulk");
    expect(&screen, "Delete 3 instances?");
    expect(&screen, "2  Order  cancelled");
    screen_keys(&screen, "n");
    expect(&screen, "3 marked, ");
    screen_keys(&screen, "d y");
    expect(&screen, "Deleted 3 instances.");
    expect(&screen, "2 of 7, ");
    expect_not(&screen, "marked");
    screen_close(&screen);
}

static void all_that_match_but_some(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("bulk-all"), false);
    filter(&screen, "state:cancelled");
    screen_keys(&screen, "* Space");
    expect(&screen, "13 marked, 2 of 14");
    screen_keys(&screen, "d");
    expect(&screen, "13  Order  cancelled");
    screen_keys(&screen, "y");
    expect(&screen, "Deleted 13 instances.");
    expect(&screen, "1 of 1");
    /* Another filter is another "all". */
    screen_keys(&screen, "*");
    expect(&screen, "1 marked");
    filter(&screen, "spec:Lamp");
    expect_not(&screen, "marked");
    screen_close(&screen);
}

enum { MANY = 150 };

static void make_many(spex_manager *manager, int64_t at)
{
    char identifier[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(identifier, sizeof identifier, "many-%03d", i);
        spex_init_at(manager, "Lamp", identifier, i % 2 ? NULL : "{\"n\":1}", NULL, at, SPEX_HERE,
                     NULL, NULL);
    }
}

static void more_than_a_hundred_are_typed(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("bulk-many"), false);
    elsewhere(&screen, make_many, SCREEN_NOW);
    filter(&screen, "many-");
    screen_keys(&screen, "* d");
    expect(&screen, "To do it, type 150:");
    screen_type(&screen, "15");
    screen_keys(&screen, "Enter");
    expect(&screen, "That was not 150: nothing was done.");
    /* Mocking keeps meta and needs one specification. */
    screen_keys(&screen, "m");
    expect(&screen, "Mock 150 of Lamp at");
    screen_keys(&screen, "3");
    expect(&screen, "Their histories are replaced by the state \"broken\".");
    screen_type(&screen, "150");
    screen_keys(&screen, "Enter");
    expect(&screen, "Mocked 150 instances.");
    filter(&screen, "many- mocked state:broken meta.n=1");
    expect(&screen, "1 of 75");
    filter(&screen, "many- or front");
    screen_keys(&screen, "* m");
    expect(&screen, "Mark instances of one specification");
    filter(&screen, "many-");
    screen_keys(&screen, "* d");
    screen_type(&screen, "150");
    screen_keys(&screen, "Enter");
    expect(&screen, "Deleted 150 instances.");
    expect(&screen, "No instance matches");
    screen_close(&screen);
}

/* ------------------------------------------------------- ended half way */

enum { HERD = 4500 /* several sweeps of each shard */ };

static void make_herd(spex_manager *manager, int64_t at)
{
    char identifier[32];
    for (int i = 0; i < HERD; i++) {
        snprintf(identifier, sizeof identifier, "herd-%04d", i);
        spex_init_at(manager, "Lamp", identifier, NULL, NULL, at, SPEX_HERE, NULL, NULL);
        if (i % 3 == 0)
            spex_transition_at(manager, identifier, "on", "burning", at + 1, SPEX_HERE, NULL, NULL);
    }
}

/* The clock of the manager and of readers, which is read whenever a batch is served: it
 * presses C-c as soon as a quarter is done. */
struct ending {
    struct jobs *jobs;
    atomic_bool ended;
};

static int64_t end_there(void *context)
{
    struct ending *ending = context;
    double part = 0;
    bool cancellable;
    const char *what = jobs_running(ending->jobs, INT64_MIN, &part, &cancellable);
    if (what && strcmp(what, "deleting instances") == 0 && part >= 0.25 &&
        !atomic_exchange(&ending->ended, true))
        jobs_cancel(ending->jobs);
    return SCREEN_NOW;
}

static void note_problem(const struct finding *finding, void *context)
{
    (void)context;
    if (finding->problem != PROBLEM_NONE)
        ASSERT_TEXT(finding->message, "");
}

/* What is in the store is whole, and that many of those are there. */
static void expect_left(struct screen *screen, const char *which, uint64_t expected)
{
    struct verification verification = {.found = note_problem};
    struct reader *reader;
    struct filter *filter;
    spex_error error;
    uint64_t left = 0;
    const spex_clock clock = screen->explorer->workspace->options.clock;
    ASSERT_OK(store_verify("store", &verification, &error), error);
    CU_ASSERT_EQUAL(verification.problems, 0);
    ASSERT_OK(reader_open(&reader, "store", &clock, &error), error);
    ASSERT_OK(filter_parse(&filter, which, NULL, &error), error);
    ASSERT_OK(reader_count(reader, filter, &left, &error), error);
    CU_ASSERT_EQUAL(left, expected);
    filter_free(filter);
    reader_close(reader);
}

/* What these keys choose is deleted, which is ended after a part of it. */
static void end_half_way(const char *which, const char *keys, unsigned all, unsigned total)
{
    struct screen screen;
    screen_open(&screen, screen_copy(which), false);
    elsewhere(&screen, all == HERD ? make_herd : make_many, SCREEN_NOW);
    struct ending ending = {.jobs = screen.explorer->jobs};
    spex_clock *clock = &screen.explorer->workspace->options.clock, before = *clock;
    char number[16];
    snprintf(number, sizeof number, "%u", total);
    filter(&screen, which);
    screen_keys(&screen, keys);
    screen_type(&screen, number);
    *clock = (spex_clock){.wall = end_there, .monotonic = end_there, .context = &ending};
    screen_keys(&screen, "Enter");
    *clock = before;
    CU_ASSERT_TRUE(ending.ended);
    /* What it says is what is gone. */
    unsigned deleted = 0, of = 0;
    const char *said = strstr(screen_text(&screen, 120, 40), "Ended: Deleted");
    CU_ASSERT_PTR_NOT_NULL_FATAL(said);
    CU_ASSERT_EQUAL(sscanf(said, "Ended: Deleted %u of %u instances;", &deleted, &of), 2);
    CU_ASSERT_EQUAL(of, total);
    CU_ASSERT(deleted >= total / 4 && deleted < total);
    expect_left(&screen, which, all - deleted);
    /* The list shows those that are left, and the rest can be done. */
    screen_keys(&screen, "g");
    snprintf(number, sizeof number, "1 of %u", all - deleted);
    expect(&screen, number);
    screen_keys(&screen, "* d");
    snprintf(number, sizeof number, "%u", all - deleted);
    screen_type(&screen, number);
    screen_keys(&screen, "Enter");
    expect_left(&screen, which, 0);
    expect(&screen, "No instance matches");
    screen_close(&screen);
}

/* A sweep of the shards, and one by one. */
static void deleting_is_ended_half_way(void)
{
    end_half_way("herd-", "* d", HERD, HERD);
    end_half_way("many-", "* Space d", MANY, MANY - 1);
}

/* What the policy of Order says: terminal, idle for more than two days. */
static void what_is_over_is_pruned(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("prune"), false);
    screen_keys(&screen, "2 P");
    expect(&screen, "None of these is over");
    screen_clock_set(SCREEN_NOW + INT64_C(86400000000));
    filter(&screen, "order-");
    screen_keys(&screen, "P");
    expect(&screen, "Prune 16 instances?");
    screen_keys(&screen, "y");
    expect(&screen, "Pruned 16 instances.");
    screen_clock_set(SCREEN_NOW);
    filter(&screen, "spec:Order age>1d");
    expect(&screen, "1 of 1"); /* paid is not terminal */
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
    expect_not(&screen, "+order");
    elsewhere(&screen, change_one, SCREEN_NOW);
    expect(&screen, "▸+order-stuck");
    screen_keys(&screen, "g");
    expect(&screen, "▸+a-new-one");
    screen_clock_set(SCREEN_NOW + 3000000);
    CU_ASSERT_TRUE(explorer_tick(screen.explorer));
    explorer_settle(screen.explorer);
    expect(&screen, "▸ a-new-one");
    screen_clock_set(SCREEN_NOW);
    screen_close(&screen);
}

static void add_one(spex_manager *manager, int64_t at)
{
    spex_init_at(manager, "Lamp", "a-new-one", NULL, NULL, at, SPEX_HERE, NULL, NULL);
}

/* Where counting takes long it is done less often, and at last all the same. */
static void what_changed_is_counted_in_the_end(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("recount"), false);
    elsewhere(&screen, make_herd, SCREEN_NOW);
    screen_keys(&screen, "2 G g");
    expect(&screen, "1 of 4546, ");
    struct rows *rows = &((struct instances *)screen.explorer->states[VIEW_INSTANCES])->rows;
    rows->count_cost = 500000;
    elsewhere(&screen, add_one, SCREEN_NOW);
    expect(&screen, "1 of 4546, ");
    explorer_tick(screen.explorer);
    explorer_settle(screen.explorer);
    expect(&screen, "1 of 4546, ");
    screen_clock_set(SCREEN_NOW + 5000000);
    explorer_tick(screen.explorer);
    explorer_settle(screen.explorer);
    expect(&screen, "1 of 4547, ");
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
    expect(&screen, "▸ order-stuck");
    elsewhere(&screen, change_one, SCREEN_NOW);
    expect(&screen, "▸+order-stuck");
    screen_close(&screen);
}

static void following_stays_on_the_newest(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("follow"), false);
    screen_keys(&screen, "2 G f");
    expect_first(&screen, "", "naïve", "following the newest");
    elsewhere(&screen, change_one, SCREEN_NOW + INT64_C(90000000));
    expect(&screen, "▸+order-stuck");
    screen_keys(&screen, "j");
    expect(&screen, "newest change first");
    screen_close(&screen);
}

/* ------------------------------------------------------------------- pieces */

static void marks_are_a_set(void)
{
    struct marks marks = {0};
    struct random random = {3};
    bool there[500] = {false};
    char name[16];
    for (int i = 0; i < 20000; i++) {
        uint32_t number = random_below(&random, 500);
        snprintf(name, sizeof name, "%u", number);
        CU_ASSERT_EQUAL(marks_has(&marks, name), there[number]);
        marks_toggle(&marks, name);
        there[number] = !there[number];
    }
    size_t count = 0;
    for (int i = 0; i < 500; i++)
        count += there[i];
    CU_ASSERT_EQUAL(marks.count, count);
    marks_everything(&marks);
    marks_toggle(&marks, "7");
    CU_ASSERT_FALSE(marks_has(&marks, "7"));
    CU_ASSERT_TRUE(marks_has(&marks, "8"));
    CU_ASSERT_EQUAL(marks_count(&marks, 10), 9);
    marks_clear(&marks);
    CU_ASSERT_FALSE(marks_any(&marks));
}

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
        {"marked ones are deleted", marked_ones_are_deleted},
        {"all that match but some", all_that_match_but_some},
        {"more than a hundred are typed", more_than_a_hundred_are_typed},
        {"deleting is ended half way", deleting_is_ended_half_way},
        {"what is over is pruned", what_is_over_is_pruned},
        {"what changed is marked for a moment", what_changed_is_marked_for_a_moment},
        {"what changed is counted in the end", what_changed_is_counted_in_the_end},
        {"the cursor goes where its row goes", the_cursor_goes_where_its_row_goes},
        {"following stays on the newest", following_stays_on_the_newest},
        {"marks are a set", marks_are_a_set},
        {"a damaged file of filters is read as far as it goes",
         a_damaged_file_of_filters_is_read_as_far_as_it_goes},
        {0},
    };
    return suite_run("instances", tests, argc, argv);
}
