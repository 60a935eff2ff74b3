/* Whose turn it is in a shard: the server's thread, or a caller's who waits anyway. */
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "tests/manager/support.h"

/* --------------------------------------------------------------- the mailbox */

static bool woken(struct completion *completion)
{
    return sem_trywait(&completion->done) == 0;
}

static void a_caller_enters_where_nobody_waits(void)
{
    struct mailbox mailbox;
    struct request request = {0};
    bool ended;
    mailbox_init(&mailbox, 10);
    CU_ASSERT_FALSE(mailbox_enter(&mailbox)); /* the server has not begun */
    mailbox_leave(&mailbox);
    CU_ASSERT_TRUE(mailbox_enter(&mailbox));
    CU_ASSERT_FALSE(mailbox_enter(&mailbox));
    mailbox_leave(&mailbox);
    CU_ASSERT_TRUE(mailbox_put(&mailbox, &request, FULL_FAIL));
    CU_ASSERT_FALSE(mailbox_enter(&mailbox)); /* it would overtake */
    CU_ASSERT_PTR_EQUAL(mailbox_take(&mailbox, 10, 0, &ended), &request);
    CU_ASSERT_FALSE(mailbox_enter(&mailbox));
    mailbox_leave(&mailbox);
    mailbox_nudge(&mailbox);
    CU_ASSERT_FALSE(mailbox_enter(&mailbox)); /* the server's timers come first */
    CU_ASSERT_PTR_NULL(mailbox_take(&mailbox, 10, 0, &ended));
    mailbox_leave(&mailbox);
    mailbox_close(&mailbox);
    CU_ASSERT_FALSE(mailbox_enter(&mailbox));
    CU_ASSERT_PTR_NULL(mailbox_take(&mailbox, 10, -1, &ended));
    CU_ASSERT_TRUE(ended);
    mailbox_release(&mailbox);
}

static void the_turn_goes_to_the_first(void)
{
    struct mailbox mailbox;
    struct completion completion;
    struct request requests[5] = {0};
    bool ended;
    mailbox_init(&mailbox, 4);
    completion_init(&completion, 4);
    for (int i = 0; i < 4; i++) {
        requests[i].completion = &completion;
        requests[i].led = i != 2;
        CU_ASSERT_TRUE(mailbox_put(&mailbox, &requests[i], FULL_FAIL));
    }
    CU_ASSERT_FALSE(mailbox_put(&mailbox, &requests[4], FULL_FAIL));
    mailbox_leave(&mailbox);
    CU_ASSERT_TRUE(woken(&completion));
    struct request *led = mailbox_take_led(&mailbox);
    CU_ASSERT_PTR_EQUAL(led, &requests[0]);
    CU_ASSERT_PTR_EQUAL(led->next, &requests[1]);
    CU_ASSERT_PTR_NULL(led->next->next);
    /* The next one is nobody's who waits, so that it is the server's. */
    mailbox_leave(&mailbox);
    CU_ASSERT_FALSE(woken(&completion));
    led = mailbox_take(&mailbox, 1, -1, &ended);
    CU_ASSERT_PTR_EQUAL(led, &requests[2]);
    CU_ASSERT_PTR_NULL(led->next);
    /* A nudge is the server's, whoever is the first. */
    mailbox_nudge(&mailbox);
    mailbox_leave(&mailbox);
    CU_ASSERT_FALSE(woken(&completion));
    CU_ASSERT_PTR_EQUAL(mailbox_take(&mailbox, 10, -1, &ended), &requests[3]);
    completion_release(&completion);
    mailbox_release(&mailbox);
}

/* ------------------------------------------------------------ many callers */

enum { CALLERS = 8, CALLS = 200 };

struct caller {
    spex_manager *manager;
    int number;
    int refused, wrong;
};

/* Every fifth step deviates; it is refused, and recorded all the same. */
static void *call(void *context)
{
    struct caller *caller = context;
    spex_error error;
    char name[32];
    snprintf(name, sizeof name, "caller-%d", caller->number);
    caller->wrong += spex_init(caller->manager, "Order", name, NULL, NULL, &error) != SPEX_OK;
    for (int i = 0; i < CALLS; i++) {
        spex_observation observation;
        bool deviates = i % 5 == 4;
        int status = spex_transition_at(caller->manager, name, deviates ? "hack" : "pay", "paid", 0,
                                        SPEX_HERE, &observation, &error);
        caller->refused += status == SPEX_ERROR_REFUSED;
        caller->wrong += status != SPEX_OK && status != SPEX_ERROR_REFUSED;
        caller->wrong += observation.transitions != (uint64_t)i + 2;
        if (i % 7 == 0) {
            spex_instance *instance = NULL;
            caller->wrong += spex_get(caller->manager, name, &instance, &error) != SPEX_OK ||
                             instance->transitions != (uint64_t)i + 2;
            spex_instance_free(instance);
        }
    }
    return NULL;
}

/* What handlers were told, and on how many threads. */
struct telling {
    pthread_mutex_t mutex;
    pthread_t thread;
    unsigned reports, threads;
};

static spex_answer refuse(const spex_report *report, void *user_data)
{
    struct telling *telling = user_data;
    pthread_mutex_lock(&telling->mutex);
    if (!telling->reports++ || !pthread_equal(telling->thread, pthread_self()))
        telling->threads++;
    telling->thread = pthread_self();
    pthread_mutex_unlock(&telling->mutex);
    return report->reason == SPEX_REASON_MODEL_NOT_FOUND ? SPEX_ACCEPT : SPEX_REFUSE;
}

/* In one shard, so that each is in the others' way. */
static void callers_serve_themselves_and_each_other(void)
{
    struct setting setting;
    struct telling telling = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[CALLERS];
    struct caller callers[CALLERS];
    setting_init(&setting, "callers", false);
    setting_model(&setting, "Order",
                  "Specification: Order\nLearning mode: false\nTransitions:\n"
                  "basket --[pay]-> paid\nnil --[__initialisation__]-> basket\n"
                  "paid --[pay]-> paid\n");
    setting.options.handler = refuse;
    setting.options.handler_data = &telling;
    setting.options.distribution_factor = 1;
    setting_open(&setting);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.manager = setting.manager, .number = i};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(callers[i].refused, CALLS / 5);
        CU_ASSERT_EQUAL(callers[i].wrong, 0);
    }
    CU_ASSERT_EQUAL(telling.reports, CALLERS * CALLS / 5);
    CU_ASSERT_EQUAL(telling.threads, 1); /* the shard's, whoever wrote */
    ASSERT_TEXT(setting_show(&setting, "caller-0"), "paid/201/40");
    setting_release(&setting);
}

/* A missing model is asked for by the server's thread, and what waits meanwhile is kept. */
static void a_first_step_asks_for_its_model(void)
{
    struct setting setting;
    struct telling telling = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    setting_init(&setting, "asks", false);
    setting.options.handler = refuse;
    setting.options.handler_data = &telling;
    setting_open(&setting);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(telling.reports, 1);
    CU_ASSERT_FALSE(pthread_equal(telling.thread, pthread_self()));
    ASSERT_TEXT(setting_show(&setting, "a"), "basket/1/0");
    setting_release(&setting);
}

/* ------------------------------------------------------------ group commit */

struct gate {
    sem_t entered, open;
};

static spex_answer wait_at_gate(const spex_report *report, void *user_data)
{
    struct gate *gate = user_data;
    (void)report;
    sem_post(&gate->entered);
    sem_wait(&gate->open);
    return SPEX_ACCEPT;
}

/* A clock that goes on whenever it is looked at. */
struct pacing {
    spex_clock clock;
    int64_t pace;
    _Atomic int64_t passed;
};

static int64_t pacing_wall(void *context)
{
    struct pacing *pacing = context;
    return pacing->clock.wall(pacing->clock.context);
}

static int64_t pacing_monotonic(void *context)
{
    struct pacing *pacing = context;
    return pacing->clock.monotonic(pacing->clock.context) +
           atomic_fetch_add(&pacing->passed, pacing->pace);
}

/* How many commits a hundred requests take that were waiting. */
static uint64_t commits_of_a_hundred(const char *name_of_store, int64_t pace)
{
    struct setting setting;
    struct pacing pacing = {.pace = pace};
    struct gate gate;
    char name[32];
    spex_error error;
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.open, 0, 0);
    setting_init(&setting, name_of_store, true);
    pacing.clock = setting.options.clock;
    setting.options.clock =
        (spex_clock){.wall = pacing_wall, .monotonic = pacing_monotonic, .context = &pacing};
    setting.options.handler = wait_at_gate;
    setting.options.handler_data = &gate;
    setting.options.distribution_factor = 1;
    setting_open(&setting);
    ASSERT_OK(spex_init(setting.manager, "Order", "g", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition_async(setting.manager, "g", "hack", "basket", &error), error);
    sem_wait(&gate.entered);
    uint64_t before = setting.manager->servers[0].commits;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "c%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    sem_post(&gate.open);
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    uint64_t commits = setting.manager->servers[0].commits - before;
    ASSERT_TEXT(setting_show(&setting, "c99"), "basket/1/0");
    setting_release(&setting);
    sem_destroy(&gate.entered);
    sem_destroy(&gate.open);
    return commits;
}

static void what_waits_is_written_with_one_commit(void)
{
    CU_ASSERT_EQUAL(commits_of_a_hundred("commits", 0), 1);
}

/* Nobody waits for long because others have much to be written. */
static void a_batch_ends_in_time(void)
{
    CU_ASSERT_EQUAL(commits_of_a_hundred("slow", 1000000), 100);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a caller enters where nobody waits", a_caller_enters_where_nobody_waits},
        {"the turn goes to the first", the_turn_goes_to_the_first},
        {"callers serve themselves and each other", callers_serve_themselves_and_each_other},
        {"a first step asks for its model", a_first_step_asks_for_its_model},
        {"what waits is written with one commit", what_waits_is_written_with_one_commit},
        {"a batch ends in time", a_batch_ends_in_time},
        {0},
    };
    return suite_run("turns", tests, argc, argv);
}
