/* Doing things to many instances: marks, previews, deleting and pruning, ended half way. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/maintenance.h"
#include "store/reader.h"
#include "tests/views/screen.h"
#include "views/instances/instances.h"
#include "views/instances/marks.h"

static void marked_ones_are_deleted(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("bulk"), false);
    screen_filter(&screen, "order-0");
    screen_keys(&screen, "Space j Space Space");
    screen_expect(&screen, "3 marked, ");
    screen_expect(&screen, "●");
    screen_keys(&screen, "d");
    screen_golden(&screen, "instances-bulk");
    screen_expect(&screen, "Delete 3 instances?");
    screen_expect(&screen, "2  Order  cancelled");
    screen_keys(&screen, "n");
    screen_expect(&screen, "3 marked, ");
    screen_keys(&screen, "d y");
    screen_expect(&screen, "Deleted 3 instances.");
    screen_expect(&screen, "2 of 7, ");
    screen_expect_none(&screen, "marked");
    screen_close(&screen);
}

static void all_that_match_but_some(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("bulk-all"), false);
    screen_filter(&screen, "state:cancelled");
    screen_keys(&screen, "* Space");
    screen_expect(&screen, "13 marked, 2 of 14");
    screen_keys(&screen, "d");
    screen_expect(&screen, "13  Order  cancelled");
    screen_keys(&screen, "y");
    screen_expect(&screen, "Deleted 13 instances.");
    screen_expect(&screen, "1 of 1");
    /* Another filter is another "all". */
    screen_keys(&screen, "*");
    screen_expect(&screen, "1 marked");
    screen_filter(&screen, "spec:Lamp");
    screen_expect_none(&screen, "marked");
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
    screen_elsewhere(&screen, make_many, SCREEN_NOW);
    screen_filter(&screen, "many-");
    screen_keys(&screen, "* d");
    screen_expect(&screen, "To do it, type 150:");
    screen_type(&screen, "15");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "That was not 150: nothing was done.");
    /* Mocking keeps meta and needs one specification. */
    screen_keys(&screen, "m");
    screen_expect(&screen, "Mock 150 of Lamp at");
    screen_keys(&screen, "3");
    screen_expect(&screen, "Their histories are replaced by the state \"broken\".");
    screen_type(&screen, "150");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "Mocked 150 instances.");
    screen_filter(&screen, "many- mocked state:broken meta.n=1");
    screen_expect(&screen, "1 of 75");
    screen_filter(&screen, "many- or front");
    screen_keys(&screen, "* m");
    screen_expect(&screen, "Mark instances of one specification");
    screen_filter(&screen, "many-");
    screen_keys(&screen, "* d");
    screen_type(&screen, "150");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "Deleted 150 instances.");
    screen_expect(&screen, "No instance matches");
    screen_close(&screen);
}

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
    screen_elsewhere(&screen, all == HERD ? make_herd : make_many, SCREEN_NOW);
    struct ending ending = {.jobs = screen.explorer->jobs};
    spex_clock *clock = &screen.explorer->workspace->options.clock, before = *clock;
    char number[16];
    snprintf(number, sizeof number, "%u", total);
    screen_filter(&screen, which);
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
    screen_expect(&screen, number);
    screen_keys(&screen, "* d");
    snprintf(number, sizeof number, "%u", all - deleted);
    screen_type(&screen, number);
    screen_keys(&screen, "Enter");
    expect_left(&screen, which, 0);
    screen_expect(&screen, "No instance matches");
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
    screen_expect(&screen, "None of these is over");
    screen_clock_set(SCREEN_NOW + INT64_C(86400000000));
    screen_filter(&screen, "order-");
    screen_keys(&screen, "P");
    screen_expect(&screen, "Prune 16 instances?");
    screen_keys(&screen, "y");
    screen_expect(&screen, "Pruned 16 instances.");
    screen_clock_set(SCREEN_NOW);
    screen_filter(&screen, "spec:Order age>1d");
    screen_expect(&screen, "1 of 1"); /* paid is not terminal */
    screen_close(&screen);
}

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

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"marked ones are deleted", marked_ones_are_deleted},
        {"all that match but some", all_that_match_but_some},
        {"more than a hundred are typed", more_than_a_hundred_are_typed},
        {"deleting is ended half way", deleting_is_ended_half_way},
        {"what is over is pruned", what_is_over_is_pruned},
        {"marks are a set", marks_are_a_set},
        {0},
    };
    return suite_run("bulk", tests, argc, argv);
}
