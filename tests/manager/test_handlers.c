/* Handlers, mailboxes and several threads. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/manager/support.h"

/* --------------------------------------------------------------- who is asked */

static void log_line(const char *line, void *data)
{
    struct text *text = data;
    text_printf(text, "%s\n", line);
}

static void the_default_handler_logs_and_follows_the_policy(void)
{
    struct setting setting;
    struct text log = {0};
    setting_init(&setting, "default", true);
    setting.options.handler = NULL;
    setting.options.log = log_line;
    setting.options.log_data = &log;
    setting_open(&setting);
    spex_error error;
    spex_place place = {"shop.c", 12};
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(
        spex_transition_at(setting.manager, "a", SPEX_INTERNAL, "basket", 0, place, NULL, &error),
        SPEX_OK);
    ASSERT_TEXT(text_value(&log),
                "shop.c:12: a of Order: basket --[__internal__]-> basket is not in the "
                "implementation model, which is equivalent to the specification with it too "
                "(accepted)\n");
    text_clear(&log);
    CU_ASSERT_EQUAL(
        spex_transition_at(setting.manager, "a", "x\n\x1b[2J", "y", 0, place, NULL, &error),
        SPEX_ERROR_REFUSED);
    ASSERT_TEXT(text_value(&log),
                "shop.c:12: a of Order: basket --[x\\n\\x1B[2J]-> y is not in the "
                "implementation model, which is not equivalent to the specification with it "
                "(refused)\n");
    text_clear(&log);
    CU_ASSERT_EQUAL(spex_transition_at(setting.manager, "ghost", "go", "y", 0, place, NULL, &error),
                    SPEX_ERROR_REFUSED);
    ASSERT_TEXT(text_value(&log),
                "shop.c:12: there is no instance ghost to take go to y (refused)\n");
    text_clear(&log);
    /* What an async call cannot do is in the log too. */
    ASSERT_OK(spex_init_async(setting.manager, "Ghost", "b", NULL, "x", &error), error);
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    ASSERT_CONTAINS(text_value(&log), "the specification Ghost is not known here");
    setting_release(&setting);
    text_release(&log);
}

static void a_policy_accepts_what_it_says(void)
{
    struct setting setting;
    struct text log = {0};
    setting_init(&setting, "policy", false);
    setting.options.handler = NULL;
    setting.options.log = log_line;
    setting.options.log_data = &log;
    setting_open(&setting);
    spex_error error;
    spex_specification *strict;
    ASSERT_OK(spex_specification_create(&strict, "Strict", &error), error);
    ASSERT_OK(spex_specification_add(strict, "a", "go", "b", &error), error);
    spex_policy policy = *spex_specification_policy(strict);
    policy.accept = 1u << SPEX_REASON_IDENTIFIER_ALREADY_IN_USE;
    ASSERT_OK(spex_specification_set_policy(strict, &policy, &error), error);
    ASSERT_OK(spex_manager_add_specification(setting.manager, strict, NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(spex_manager_add_specification(setting.manager, strict, NULL, NULL, &error),
                    SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "already known");
    spex_specification_free(strict);
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Strict", "s", NULL, NULL, &error),
                    SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_MODEL_NOT_FOUND);
    ASSERT_OK(spex_mock(setting.manager, "Strict", "s", NULL, "b", &error), error);
    ASSERT_OK(spex_init(setting.manager, "Strict", "s", NULL, NULL, &error), error);
    ASSERT_TEXT(setting_show(&setting, "s"), "b/0/0/mocked");
    setting_release(&setting);
    text_release(&log);
}

static void a_specification_has_a_handler_of_its_own(void)
{
    struct setting setting;
    struct witness own;
    witness_init(&own, 1u << SPEX_REASON_MODEL_NOT_FOUND | 1u << SPEX_REASON_NOT_EQUIVALENT);
    setting_init(&setting, "own", false);
    setting_open(&setting);
    spex_error error;
    spex_specification *mine;
    ASSERT_OK(spex_specification_create(&mine, "Mine", &error), error);
    ASSERT_OK(spex_specification_add(mine, "a", "go", "b", &error), error);
    ASSERT_OK(spex_manager_add_specification(setting.manager, mine, witness_handler, &own, &error),
              error);
    spex_specification_free(mine);
    ASSERT_OK(spex_init(setting.manager, "Mine", "m", NULL, NULL, &error), error);
    ASSERT_TEXT(witness_take(&own), "impl_model_not_found m - __initialisation__ a\n");
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Mine", "m", NULL, NULL, &error),
                    SPEX_ERROR_REFUSED);
    ASSERT_TEXT(witness_take(&own),
                "instance_identifier_already_in_use m a __initialisation__ -\n");
    /* Of no specification: the manager's. */
    CU_ASSERT_EQUAL(spex_transition(setting.manager, "n", "go", "b", &error), SPEX_ERROR_REFUSED);
    ASSERT_TEXT(witness_take(&own), "");
    ASSERT_TEXT(witness_take(&setting.witness), "instance_identifier_not_found n - go b\n");
    setting_release(&setting);
    witness_release(&own);
}

/* ------------------------------------------------------- calling back */

struct caller {
    spex_manager *manager;
    int statuses[16];
    int count;
    int async_status;
};

static bool no_instance(const spex_instance *instance, void *user_data)
{
    (void)instance;
    (void)user_data;
    return false;
}

static spex_answer call_back(const spex_report *report, void *user_data)
{
    struct caller *caller = user_data;
    spex_manager *manager = caller->manager;
    spex_error error;
    spex_instance *instance;
    spex_model *model;
    spex_model **models;
    size_t count;
    if (report->reason != SPEX_REASON_NOT_EQUIVALENT || caller->count)
        return SPEX_ACCEPT;
    int *statuses = caller->statuses;
    statuses[caller->count++] = spex_get(manager, "a", &instance, &error);
    ASSERT_CONTAINS(error.message, "async");
    statuses[caller->count++] = spex_init(manager, "Order", "b", NULL, NULL, NULL);
    statuses[caller->count++] = spex_transition(manager, "a", "pay", "paid", NULL);
    statuses[caller->count++] = spex_mock(manager, "Order", "b", NULL, "paid", NULL);
    statuses[caller->count++] = spex_delete(manager, "a", NULL, NULL);
    statuses[caller->count++] = spex_all(manager, NULL, no_instance, NULL, NULL);
    statuses[caller->count++] = spex_delete_matching(manager, NULL, NULL, NULL);
    statuses[caller->count++] = spex_prune(manager, false, NULL, NULL);
    statuses[caller->count++] = spex_manager_flush(manager, NULL);
    statuses[caller->count++] = spex_model_get(manager, "Order", &model, NULL);
    statuses[caller->count++] = spex_models_get(manager, &models, &count, NULL);
    statuses[caller->count++] = spex_models_export(manager, NULL, NULL);
    spex_manager_close(manager); /* logged and ignored */
    caller->async_status = spex_transition_async(manager, "a", "pay", "paid", &error);
    return SPEX_ACCEPT;
}

static void a_handler_may_call_back_without_waiting(void)
{
    struct setting setting;
    struct caller caller = {0};
    struct text log = {0};
    setting_init(&setting, "call-back", true);
    setting.options.handler = call_back;
    setting.options.handler_data = &caller;
    setting.options.log = log_line;
    setting.options.log_data = &log;
    setting_open(&setting);
    caller.manager = setting.manager;
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(setting.manager, "a", "hack", "basket", &error), error);
    CU_ASSERT_EQUAL(caller.count, 12);
    for (int i = 0; i < caller.count; i++)
        CU_ASSERT_EQUAL(caller.statuses[i], SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(caller.async_status, SPEX_OK);
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    ASSERT_TEXT(setting_show(&setting, "a"), "paid/3/1");
    ASSERT_CONTAINS(text_value(&log), "spex_manager_close");
    setting_release(&setting);
    text_release(&log);
}

/* --------------------------------------------------------------- mailboxes */

/* A handler that waits: while it does, its server takes nothing from the mailbox. */
struct gate {
    sem_t entered;
    sem_t open;
    spex_manager *manager;
    int async_status; /* of a call back, into the full mailbox */
    spex_error error;
};

static spex_answer wait_at_gate(const spex_report *report, void *user_data)
{
    struct gate *gate = user_data;
    if (report->reason != SPEX_REASON_NOT_EQUIVALENT)
        return SPEX_ACCEPT;
    sem_post(&gate->entered);
    sem_wait(&gate->open);
    gate->async_status =
        spex_transition_async(gate->manager, report->identifier, "pay", "paid", &gate->error);
    return SPEX_ACCEPT;
}

static void gate_setting(struct setting *setting, struct gate *gate, const char *name, size_t size,
                         bool fails)
{
    setting_init(setting, name, true);
    memset(gate, 0, sizeof *gate);
    sem_init(&gate->entered, 0, 0);
    sem_init(&gate->open, 0, 0);
    setting->options.handler = wait_at_gate;
    setting->options.handler_data = gate;
    setting->options.mailbox_capacity = size;
    setting->options.mailbox_fails_full = fails;
    setting->options.distribution_factor = 1;
    setting_open(setting);
    gate->manager = setting->manager;
    spex_error error;
    ASSERT_OK(spex_init(setting->manager, "Order", "g", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition_async(setting->manager, "g", "hack", "basket", &error), error);
    sem_wait(&gate->entered);
}

static void a_full_mailbox_may_fail(void)
{
    struct setting setting;
    struct gate gate;
    gate_setting(&setting, &gate, "full", 3, true);
    spex_error error;
    char name[32];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "f%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    CU_ASSERT_EQUAL(spex_init_async(setting.manager, "Order", "f3", NULL, NULL, &error),
                    SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "mailbox of shard 1 is full");
    CU_ASSERT_EQUAL(spex_init(setting.manager, "Order", "f4", NULL, NULL, &error), SPEX_ERROR_BUSY);
    spex_instance *instance;
    CU_ASSERT_EQUAL(spex_get(setting.manager, "f0", &instance, &error), SPEX_ERROR_BUSY);
    CU_ASSERT_EQUAL(spex_all(setting.manager, NULL, no_instance, NULL, &error), SPEX_ERROR_BUSY);
    sem_post(&gate.open);
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    CU_ASSERT_EQUAL(gate.async_status, SPEX_ERROR_BUSY);
    ASSERT_TEXT(setting_show(&setting, "f2"), "basket/1/0");
    ASSERT_TEXT(setting_show(&setting, "f3"), "none");
    ASSERT_TEXT(setting_show(&setting, "f4"), "none");
    setting_release(&setting);
}

static void *send_many(void *context)
{
    struct gate *gate = context;
    spex_error error;
    char name[32];
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "w%d", i);
        CU_ASSERT_EQUAL(spex_init_async(gate->manager, "Order", name, NULL, NULL, &error), SPEX_OK);
    }
    return NULL;
}

static void a_full_mailbox_waits_and_drops_nothing(void)
{
    struct setting setting;
    struct gate gate;
    gate_setting(&setting, &gate, "waits", 2, false);
    spex_error error;
    ASSERT_OK(spex_init_async(setting.manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_OK(spex_init_async(setting.manager, "Order", "b", NULL, NULL, &error), error);
    pthread_t sender;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&sender, NULL, send_many, &gate), 0);
    sem_post(&gate.open);
    pthread_join(sender, NULL);
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    /* The handler did not wait for room that only its own return can make. */
    CU_ASSERT_EQUAL(gate.async_status, SPEX_ERROR_BUSY);
    uint64_t count;
    ASSERT_OK(spex_delete_matching(setting.manager, &(spex_filter){.text = "w"}, &count, &error),
              error);
    CU_ASSERT_EQUAL(count, 50);
    setting_release(&setting);
}

/* A batch with everything in it: what one request is refused spoils no other. */
static void one_batch_holds_many_fates(void)
{
    struct setting setting;
    struct gate gate;
    gate_setting(&setting, &gate, "fates", 100, false);
    spex_error error;
    spex_specification *fresh;
    ASSERT_OK(spex_specification_create(&fresh, "Fresh", &error), error);
    ASSERT_OK(spex_specification_add(fresh, "a", "go", "b", &error), error);
    struct witness refusing;
    witness_init(&refusing, 0);
    ASSERT_OK(
        spex_manager_add_specification(setting.manager, fresh, witness_handler, &refusing, &error),
        error);
    spex_specification_free(fresh);
    spex_manager *manager = setting.manager;
    ASSERT_OK(spex_init_async(manager, "Order", "1", NULL, NULL, &error), error);
    ASSERT_OK(spex_init_async(manager, "Fresh", "2", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition_async(manager, "1", "pay", "paid", &error), error);
    ASSERT_OK(spex_init_async(manager, "Order", "2", NULL, NULL, &error), error);
    ASSERT_OK(spex_init_async(manager, "Order", "1", NULL, NULL, &error), error);
    ASSERT_OK(spex_init_async(manager, "Fresh", "3", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition_async(manager, "1", "ship", "shipped", &error), error);
    ASSERT_OK(spex_transition_async(manager, "3", "go", "b", &error), error);
    sem_post(&gate.open);
    ASSERT_OK(spex_manager_flush(manager, &error), error);
    ASSERT_TEXT(setting_show(&setting, "1"), "shipped/3/0");
    ASSERT_TEXT(setting_show(&setting, "2"), "basket/1/0");
    ASSERT_TEXT(setting_show(&setting, "3"), "none");
    ASSERT_TEXT(witness_take(&refusing), "impl_model_not_found 2 - __initialisation__ a\n"
                                         "impl_model_not_found 3 - __initialisation__ a\n");
    setting_release(&setting);
    witness_release(&refusing);
}

/* ----------------------------------------------------------------- threads */

enum { THREADS = 8, INSTANCES = 40, ROUNDS = 5 };

struct worker {
    spex_manager *manager;
    int number;
    int failures;
};

static void *work(void *context)
{
    struct worker *worker = context;
    spex_error error;
    char name[32];
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < INSTANCES; i++) {
            snprintf(name, sizeof name, "thread-%d-%d", worker->number, i);
            int status = round == 0  ? spex_init(worker->manager, "Order", name, NULL, NULL, &error)
                         : round % 2 ? spex_transition(worker->manager, name, "pay", "paid", &error)
                                     : spex_transition_async(worker->manager, name, "back",
                                                             "basket", &error);
            worker->failures += status != SPEX_OK;
        }
    return NULL;
}

static bool count_one(const spex_instance *instance, void *user_data)
{
    *(unsigned *)user_data += instance->transitions == ROUNDS && !instance->deviations;
    return true;
}

static void many_threads_record_at_once(void)
{
    struct setting setting;
    setting_init(&setting, "threads", false);
    setting_open(&setting);
    pthread_t threads[THREADS];
    struct worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){setting.manager, i, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(workers[i].failures, 0);
    }
    spex_error error;
    unsigned count = 0;
    ASSERT_OK(spex_all(setting.manager, NULL, count_one, &count, &error), error);
    CU_ASSERT_EQUAL(count, THREADS * INSTANCES);
    CU_ASSERT_EQUAL(setting.witness.count, 1); /* whether to learn was asked once */
    struct reader *reader = setting_reader(&setting);
    struct observed_transition *observed;
    size_t rows;
    ASSERT_OK(reader_observed(reader, "Order", &observed, &rows, &error), error);
    CU_ASSERT_EQUAL(rows, 3);
    ASSERT_TEXT(observed[0].from, "basket");
    CU_ASSERT_EQUAL(observed[0].count, THREADS * INSTANCES * 2);
    CU_ASSERT_EQUAL(observed[0].learned, THREADS * INSTANCES * 2);
    observed_free(observed, rows);
    reader_close(reader);
    setting_release(&setting);
}

static void closing_finishes_what_is_queued(void)
{
    struct setting setting;
    setting_init(&setting, "closing", true);
    setting_open(&setting);
    spex_error error;
    char name[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "c%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    setting_close(&setting);
    setting_open(&setting);
    uint64_t count;
    ASSERT_OK(spex_delete_matching(setting.manager, NULL, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2000);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the default handler logs and follows the policy",
         the_default_handler_logs_and_follows_the_policy},
        {"a policy accepts what it says", a_policy_accepts_what_it_says},
        {"a specification has a handler of its own", a_specification_has_a_handler_of_its_own},
        {"a handler may call back without waiting", a_handler_may_call_back_without_waiting},
        {"a full mailbox may fail", a_full_mailbox_may_fail},
        {"a full mailbox waits and drops nothing", a_full_mailbox_waits_and_drops_nothing},
        {"one batch holds many fates", one_batch_holds_many_fates},
        {"many threads record at once", many_threads_record_at_once},
        {"closing finishes what is queued", closing_finishes_what_is_queued},
        {0},
    };
    return suite_run("handlers", tests, argc, argv);
}
