/* Transition timeouts and pruning, under a clock that is moved by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/manager/support.h"

/* A specification of its own with this policy: a --[go]-> b --[stop]-> end. */
static void add_timed(struct setting *setting, const char *name, int64_t transition_timeout,
                      int64_t prune_timeout, spex_prunable prunable)
{
    spex_specification *timed;
    spex_error error;
    ASSERT_OK(spex_specification_create(&timed, name, &error), error);
    ASSERT_OK(spex_specification_add(timed, "a", "go", "b", &error), error);
    ASSERT_OK(spex_specification_add(timed, "b", "stop", "end", &error), error);
    spex_policy policy = *spex_specification_policy(timed);
    policy.transition_timeout = transition_timeout;
    policy.prune_timeout = prune_timeout;
    policy.prunable = prunable;
    ASSERT_OK(spex_specification_set_policy(timed, &policy, &error), error);
    ASSERT_OK(spex_manager_add_specification(setting->manager, timed, NULL, NULL, &error), error);
    spex_specification_free(timed);
}

static void timed_setting(struct setting *setting, const char *name)
{
    setting_init(setting, name, false);
    setting_model(setting, "Timed",
                  "Specification: Timed\nLearning mode: false\nTransitions:\na --[go]-> b\n"
                  "b --[stop]-> end\nnil --[__initialisation__]-> a\n");
}

/* 30 s to move on. */
static void timed_open(struct setting *setting, bool start)
{
    setting_open(setting);
    add_timed(setting, "Timed", 30000, SPEX_INFINITY, SPEX_PRUNABLE_NONE);
    if (start)
        ASSERT_OK(spex_manager_start(setting->manager, &setting->error), setting->error);
}

static void a_timeout_is_reported_once(void)
{
    struct setting setting;
    timed_setting(&setting, "once");
    timed_open(&setting, true);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "t", NULL, NULL, &error), error);
    setting_pass(&setting, 30 * SECOND - 1);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_pass(&setting, 1);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout t a - -\n");
    setting_pass(&setting, 1);
    ASSERT_TEXT(setting_show(&setting, "t"), "a/1/0/overdue");
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    /* Its next state has a time of its own. */
    ASSERT_OK(spex_transition(setting.manager, "t", "go", "b", &error), error);
    ASSERT_TEXT(setting_show(&setting, "t"), "b/2/0");
    setting_pass(&setting, 31 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout t b - -\n");
    /* The event is in the store, with the words that the handler got. */
    struct reader *reader = setting_reader(&setting);
    struct event *events;
    size_t count;
    ASSERT_OK(reader_events(reader, 10, &events, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(events[0].reason, SPEX_REASON_TRANSITION_TIMEOUT);
    ASSERT_TEXT(events[0].from, "b");
    ASSERT_CONTAINS(events[0].message, "longer than the transition timeout");
    events_free(events, count);
    reader_close(reader);
    setting_release(&setting);
}

static void a_step_in_time_is_no_timeout(void)
{
    struct setting setting;
    timed_setting(&setting, "in-time");
    timed_open(&setting, true);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "t", NULL, NULL, &error), error);
    setting_pass(&setting, 20 * SECOND);
    ASSERT_OK(spex_transition(setting.manager, "t", "go", "b", &error), error);
    setting_pass(&setting, 20 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    /* Terminal: nothing is due any more. */
    ASSERT_OK(spex_transition(setting.manager, "t", "stop", "end", &error), error);
    /* Mocked: never, until it takes a transition. */
    ASSERT_OK(spex_mock(setting.manager, "Timed", "m", NULL, "a", &error), error);
    /* Deleted: its time goes with it. */
    ASSERT_OK(spex_init(setting.manager, "Timed", "d", NULL, NULL, &error), error);
    ASSERT_OK(spex_delete(setting.manager, "d", NULL, &error), error);
    /* Of a specification without timeouts. */
    ASSERT_OK(spex_mock(setting.manager, "Order", "o", NULL, "basket", &error), error);
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    ASSERT_TEXT(setting_show(&setting, "t"), "end/3/0");
    ASSERT_TEXT(setting_show(&setting, "m"), "a/0/0/mocked");
    ASSERT_OK(spex_transition(setting.manager, "m", "go", "b", &error), error);
    setting_pass(&setting, 30 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout m b - -\n");
    setting_release(&setting);
}

static void due_times_survive_a_restart(void)
{
    struct setting setting;
    timed_setting(&setting, "restart");
    timed_open(&setting, true);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "early", NULL, NULL, &error), error);
    setting_pass(&setting, 10 * SECOND);
    ASSERT_OK(spex_init(setting.manager, "Timed", "late", NULL, NULL, &error), error);
    setting_close(&setting);
    /* "early" becomes due while nobody runs. */
    atomic_fetch_add(&setting.clock.now, 25 * SECOND);
    timed_open(&setting, true);
    setting_pass(&setting, 0);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout early a - -\n");
    setting_pass(&setting, 10 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout late a - -\n");
    /* And no start repeats one. */
    setting_close(&setting);
    timed_open(&setting, true);
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_release(&setting);
}

static void what_was_overdue_at_start_may_be_left_alone(void)
{
    struct setting setting;
    timed_setting(&setting, "left-alone");
    timed_open(&setting, false);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "old", NULL, NULL, &error), error);
    setting_pass(&setting, 20 * SECOND);
    ASSERT_OK(spex_init(setting.manager, "Timed", "new", NULL, NULL, &error), error);
    setting_close(&setting);
    atomic_fetch_add(&setting.clock.now, 15 * SECOND);
    setting.options.check_transition_timeouts_on_start = false;
    timed_open(&setting, true);
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout new a - -\n");
    ASSERT_TEXT(setting_show(&setting, "old"), "a/1/0/overdue");
    setting_release(&setting);
}

static void a_manager_that_is_not_started_has_no_timers(void)
{
    struct setting setting;
    timed_setting(&setting, "not-started");
    timed_open(&setting, false);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "t", NULL, NULL, &error), error);
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_close(&setting);
    setting.options.passive = true;
    timed_open(&setting, false);
    CU_ASSERT_EQUAL(spex_manager_start(setting.manager, &error), SPEX_ERROR_USAGE);
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    /* Recording works, and stores due times for the one that has timers. */
    ASSERT_OK(spex_init(setting.manager, "Timed", "u", NULL, NULL, &error), error);
    setting_close(&setting);
    setting.options.passive = false;
    timed_open(&setting, true);
    setting_pass(&setting, 31 * SECOND);
    const char *told = witness_take(&setting.witness);
    ASSERT_CONTAINS(told, "transition_timeout t a - -\n");
    ASSERT_CONTAINS(told, "transition_timeout u a - -\n");
    setting_release(&setting);
}

/* Another process, here another manager, wrote what becomes due; one of the two reports. */
static void rows_of_others_become_due_too(void)
{
    struct setting setting, other;
    timed_setting(&setting, "others");
    timed_open(&setting, true);
    setting_pass(&setting, 0);
    setting_init(&other, "others", false);
    setting_open(&other);
    add_timed(&other, "Timed", 30000, SPEX_INFINITY, SPEX_PRUNABLE_NONE);
    spex_error error;
    ASSERT_OK(spex_init(other.manager, "Timed", "t", NULL, NULL, &error), error);
    setting_pass(&setting, 31 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout t a - -\n");
    atomic_store(&other.clock.now, START + 31 * SECOND);
    ASSERT_OK(spex_manager_start(other.manager, &error), error);
    setting_pass(&other, 0);
    ASSERT_TEXT(witness_take(&other.witness), "");
    /* Someone who does not know the specification leaves its timeouts to who does. */
    ASSERT_OK(spex_init(other.manager, "Timed", "v", NULL, NULL, &error), error);
    setting_close(&other);
    setting_open(&other);
    ASSERT_OK(spex_manager_start(other.manager, &error), error);
    setting_pass(&other, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&other.witness), "");
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout v a - -\n");
    setting_release(&other);
    setting_release(&setting);
}

static void due_times_follow_the_specification(void)
{
    struct setting setting;
    timed_setting(&setting, "follow");
    setting_open(&setting);
    add_timed(&setting, "Timed", SPEX_INFINITY, SPEX_INFINITY, SPEX_PRUNABLE_NONE);
    spex_error error;
    char name[32];
    for (int i = 0; i < 1200; i++) {
        snprintf(name, sizeof name, "t%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Timed", name, NULL, NULL, &error), error);
    }
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 100 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_close(&setting);
    /* Now with 200 s: those that are there get it too. */
    setting_open(&setting);
    add_timed(&setting, "Timed", 200000, SPEX_INFINITY, SPEX_PRUNABLE_NONE);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 99 * SECOND);
    CU_ASSERT_EQUAL(setting.witness.count, 0);
    setting_pass(&setting, SECOND);
    CU_ASSERT_EQUAL(setting.witness.count, 1200);
    witness_take(&setting.witness);
    setting_close(&setting);
    /* And for ever: nothing is overdue any more. */
    setting_open(&setting);
    add_timed(&setting, "Timed", SPEX_INFINITY, SPEX_INFINITY, SPEX_PRUNABLE_NONE);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 1000 * SECOND);
    ASSERT_TEXT(setting_show(&setting, "t7"), "a/1/0");
    setting_release(&setting);
}

/* ------------------------------------------------------------------ clocks */

/* Somebody sets the wall clock: stamps and due times are what it says. */
static void set_clock(struct setting *setting, int64_t ahead)
{
    atomic_store(&setting->clock.ahead, ahead);
    setting_pass(setting, 0);
}

static void a_clock_set_forward_and_back_repeats_nothing(void)
{
    struct setting setting;
    timed_setting(&setting, "set-clock");
    timed_open(&setting, true);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "t", NULL, NULL, &error), error);
    set_clock(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout t a - -\n");
    ASSERT_OK(spex_init(setting.manager, "Timed", "future", NULL, NULL, &error), error);
    set_clock(&setting, 0);
    setting_pass(&setting, 60 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    /* By the clock as it is now, "t" is overdue still, "future" is not. */
    ASSERT_TEXT(setting_show(&setting, "t"), "a/1/0/overdue");
    ASSERT_TEXT(setting_show(&setting, "future"), "a/1/0");
    ASSERT_OK(spex_init(setting.manager, "Timed", "past", NULL, NULL, &error), error);
    setting_pass(&setting, 30 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout past a - -\n");
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout future a - -\n");
    set_clock(&setting, -7200 * SECOND);
    set_clock(&setting, 7200 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_release(&setting);
}

/* What the start left alone stays so; what comes afterwards does not. */
static void a_clock_set_back_after_the_start_stops_no_timeout(void)
{
    struct setting setting;
    timed_setting(&setting, "set-back");
    timed_open(&setting, false);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "old", NULL, NULL, &error), error);
    setting_close(&setting);
    atomic_fetch_add(&setting.clock.now, 3600 * SECOND);
    setting.options.check_transition_timeouts_on_start = false;
    timed_open(&setting, true);
    setting_pass(&setting, 0);
    set_clock(&setting, -600 * SECOND);
    ASSERT_OK(spex_init(setting.manager, "Timed", "new", NULL, NULL, &error), error);
    setting_pass(&setting, 31 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout new a - -\n");
    setting_release(&setting);
}

/* Asleep, the monotonic clock stands still: what became due meanwhile is told on waking,
 * and the interval of pruning is time awake. */
static void a_sleep_makes_due_what_the_clock_says(void)
{
    struct setting setting;
    timed_setting(&setting, "sleep");
    setting.options.prune_interval = 3600 * 1000;
    timed_open(&setting, true);
    add_timed(&setting, "Pruned", SPEX_INFINITY, 10000, SPEX_PRUNABLE_ALL);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Timed", "t", NULL, NULL, &error), error);
    ASSERT_OK(spex_init(setting.manager, "Pruned", "p", NULL, NULL, &error), error);
    setting_pass(&setting, SECOND);
    witness_take(&setting.witness);
    set_clock(&setting, 8 * 3600 * SECOND);
    ASSERT_TEXT(witness_take(&setting.witness), "transition_timeout t a - -\n");
    ASSERT_TEXT(setting_show(&setting, "p"), "a/1/0");
    setting_pass(&setting, 3600 * SECOND);
    ASSERT_TEXT(setting_show(&setting, "p"), "none");
    ASSERT_TEXT(witness_take(&setting.witness), "");
    setting_release(&setting);
}

/* ---------------------------------------------------------------- pruning */

static void idle_instances_are_pruned(void)
{
    struct setting setting;
    setting_init(&setting, "pruned", false);
    setting.options.prune_interval = 60000;
    setting_open(&setting);
    add_timed(&setting, "All", SPEX_INFINITY, 10000, SPEX_PRUNABLE_ALL);
    add_timed(&setting, "Ends", SPEX_INFINITY, 10000, SPEX_PRUNABLE_TERMINAL);
    add_timed(&setting, "None", SPEX_INFINITY, 10000, SPEX_PRUNABLE_NONE);
    add_timed(&setting, "Ever", SPEX_INFINITY, SPEX_INFINITY, SPEX_PRUNABLE_ALL);
    spex_error error;
    static const char *const names[] = {"All", "Ends", "None", "Ever"};
    char identifier[32];
    for (size_t i = 0; i < 4; i++) {
        ASSERT_OK(spex_init(setting.manager, names[i], names[i], NULL, NULL, &error), error);
        snprintf(identifier, sizeof identifier, "%s ended", names[i]);
        ASSERT_OK(spex_init(setting.manager, names[i], identifier, NULL, NULL, &error), error);
        ASSERT_OK(spex_transition(setting.manager, identifier, "go", "end", &error), error);
        snprintf(identifier, sizeof identifier, "%s mocked", names[i]);
        ASSERT_OK(spex_mock(setting.manager, names[i], identifier, NULL, "end", &error), error);
    }
    ASSERT_OK(spex_mock(setting.manager, "Gone", "gone", NULL, "end", &error), error);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 0);
    setting_pass(&setting, 10 * SECOND);
    ASSERT_TEXT(setting_show(&setting, "All"), "a/1/0");
    uint64_t count;
    ASSERT_OK(spex_prune(setting.manager, true, &count, &error), error);
    CU_ASSERT_EQUAL(count, 0);
    atomic_fetch_add(&setting.clock.now, 1);
    ASSERT_OK(spex_prune(setting.manager, true, &count, &error), error);
    CU_ASSERT_EQUAL(count, 3);
    ASSERT_TEXT(setting_show(&setting, "All"), "a/1/0");
    setting_pass(&setting, 50 * SECOND - 1);
    ASSERT_TEXT(setting_show(&setting, "All"), "none");
    ASSERT_TEXT(setting_show(&setting, "All ended"), "none");
    ASSERT_TEXT(setting_show(&setting, "All mocked"), "end/0/0/mocked");
    ASSERT_TEXT(setting_show(&setting, "Ends"), "a/1/0");
    ASSERT_TEXT(setting_show(&setting, "Ends ended"), "none");
    ASSERT_TEXT(setting_show(&setting, "None ended"), "end/2/0");
    ASSERT_TEXT(setting_show(&setting, "Ever ended"), "end/2/0");
    ASSERT_TEXT(setting_show(&setting, "gone"), "end/0/0/mocked");
    setting_release(&setting);
}

static void pruning_happens_at_start_and_at_intervals(void)
{
    struct setting setting;
    setting_init(&setting, "intervals", false);
    setting.options.prune_interval = SPEX_INFINITY;
    spex_error error;
    setting_open(&setting);
    add_timed(&setting, "All", SPEX_INFINITY, 10000, SPEX_PRUNABLE_ALL);
    for (int i = 0; i < 2500; i++) {
        char name[32];
        snprintf(name, sizeof name, "p%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "All", name, NULL, NULL, &error), error);
    }
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    atomic_fetch_add(&setting.clock.now, 11 * SECOND);
    ASSERT_OK(spex_init(setting.manager, "All", "fresh", NULL, NULL, &error), error);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    setting_pass(&setting, 0);
    uint64_t count;
    ASSERT_OK(spex_delete_matching(setting.manager, &(spex_filter){.text = "p"}, &count, &error),
              error);
    CU_ASSERT_EQUAL(count, 0);
    /* Infinite: at start only. */
    setting_pass(&setting, 24 * 3600 * SECOND);
    ASSERT_TEXT(setting_show(&setting, "fresh"), "a/1/0");
    ASSERT_OK(spex_prune(setting.manager, false, &count, &error), error);
    CU_ASSERT_EQUAL(count, 1);
    ASSERT_TEXT(setting_show(&setting, "fresh"), "none");
    setting_close(&setting);
    setting.options.prune_interval = 0;
    CU_ASSERT_EQUAL(spex_manager_open(&setting.manager, &setting.options, &error),
                    SPEX_ERROR_USAGE);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a timeout is reported once", a_timeout_is_reported_once},
        {"a step in time is no timeout", a_step_in_time_is_no_timeout},
        {"due times survive a restart", due_times_survive_a_restart},
        {"what was overdue at start may be left alone",
         what_was_overdue_at_start_may_be_left_alone},
        {"a manager that is not started has no timers",
         a_manager_that_is_not_started_has_no_timers},
        {"rows of others become due too", rows_of_others_become_due_too},
        {"due times follow the specification", due_times_follow_the_specification},
        {"a clock set forward and back repeats nothing",
         a_clock_set_forward_and_back_repeats_nothing},
        {"a clock set back after the start stops no timeout",
         a_clock_set_back_after_the_start_stops_no_timeout},
        {"a sleep makes due what the clock says", a_sleep_makes_due_what_the_clock_says},
        {"idle instances are pruned", idle_instances_are_pruned},
        {"pruning happens at start and at intervals", pruning_happens_at_start_and_at_intervals},
        {0},
    };
    return suite_run("timers", tests, argc, argv);
}
