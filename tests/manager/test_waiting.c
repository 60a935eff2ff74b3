/* Who waits for whom: slow handlers, long checks, passes over many instances, queues. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/manager/support.h"

/* Nothing here waits for time to pass; a test that would hang for ever fails instead. */
static bool wait_for(sem_t *semaphore)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    return CU_assertImplementation(sem_timedwait(semaphore, &until) == 0, __LINE__,
                                   "somebody waits who should not", __FILE__, "", CU_FALSE);
}

/* Somebody goes through twice: `reached` tells that he is there, `open` lets him go on. */
struct gate {
    atomic_bool armed;
    sem_t reached;
    sem_t open;
};

static void gate_init(struct gate *gate)
{
    atomic_init(&gate->armed, false);
    sem_init(&gate->reached, 0, 0);
    sem_init(&gate->open, 0, 0);
}

static void gate_pass(struct gate *gate)
{
    if (!atomic_exchange(&gate->armed, false))
        return;
    sem_post(&gate->reached);
    sem_wait(&gate->open);
}

/* A call on a thread of its own. */
struct call {
    spex_manager *manager;
    const char *identifier;
    const char *action;
    pthread_t thread;
    sem_t ended;
    int status;
    spex_error error;
    spex_observation observation;
};

static void *run_call(void *context)
{
    struct call *call = context;
    spex_instance *instance = NULL;
    if (!call->identifier)
        call->status = spex_manager_flush(call->manager, &call->error);
    else if (call->action)
        call->status = spex_transition_at(call->manager, call->identifier, call->action, "s5", 0,
                                          SPEX_HERE, &call->observation, &call->error);
    else
        call->status = spex_get(call->manager, call->identifier, &instance, &call->error);
    spex_instance_free(instance);
    sem_post(&call->ended);
    return NULL;
}

static void call_start(struct call *call)
{
    sem_init(&call->ended, 0, 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&call->thread, NULL, run_call, call), 0);
}

static bool ended(struct call *call)
{
    int value;
    sem_getvalue(&call->ended, &value);
    return value > 0;
}

/* Until that many requests wait for the server. */
static void wait_for_mail(spex_manager *manager, size_t count)
{
    struct mailbox *mailbox = &manager->servers[0].mailbox;
    for (bool there = false; !there;) {
        pthread_mutex_lock(&mailbox->mutex);
        there = mailbox->count >= count;
        pthread_mutex_unlock(&mailbox->mutex);
    }
}

/* ------------------------------------------------------------- handlers */

static spex_answer wait_at_gate(const spex_report *report, void *user_data)
{
    if (report->reason == SPEX_REASON_NOT_EQUIVALENT)
        gate_pass(user_data);
    return SPEX_ACCEPT;
}

static void a_slow_handler_holds_up_its_shard_only(void)
{
    struct setting setting;
    struct gate gate;
    gate_init(&gate);
    setting_init(&setting, "slow-handler", true);
    setting.options.handler = wait_at_gate;
    setting.options.handler_data = &gate;
    setting_open(&setting);
    spex_error error;
    for (unsigned shard = 1; shard <= 4; shard++)
        ASSERT_OK(
            spex_init(setting.manager, "Order", identifier_in(shard, 4, 1), NULL, NULL, &error),
            error);
    atomic_store(&gate.armed, true);
    struct call slow = {
        .manager = setting.manager, .identifier = identifier_in(1, 4, 1), .action = "hack"};
    call_start(&slow);
    if (wait_for(&gate.reached)) {
        for (unsigned shard = 2; shard <= 4; shard++) {
            const char *identifier = identifier_in(shard, 4, 1);
            ASSERT_OK(spex_transition(setting.manager, identifier, "pay", "paid", &error), error);
            /* Another one's deviation, too. */
            ASSERT_OK(spex_transition(setting.manager, identifier, "hack", "paid", &error), error);
            ASSERT_TEXT(setting_show(&setting, identifier), "paid/3/1");
        }
        CU_ASSERT_FALSE(ended(&slow));
        /* What it is about is stored: others see it while the handler thinks. */
        struct reader *reader = setting_reader(&setting);
        spex_instance *instance;
        ASSERT_OK(reader_instance(reader, slow.identifier, 0, &instance, &error), error);
        ASSERT_TEXT(instance->state, "s5");
        spex_instance_free(instance);
        reader_close(reader);
    }
    sem_post(&gate.open);
    pthread_join(slow.thread, NULL);
    ASSERT_OK(slow.status, slow.error);
    setting_release(&setting);
}

static void a_flush_waits_for_all_and_their_handlers(void)
{
    enum { MANY = 300 };
    struct setting setting;
    struct gate gate;
    gate_init(&gate);
    setting_init(&setting, "flush", true);
    setting.options.handler = wait_at_gate;
    setting.options.handler_data = &gate;
    setting_open(&setting);
    spex_error error;
    const char *identifier = identifier_in(1, 4, 1);
    ASSERT_OK(spex_init(setting.manager, "Order", identifier, NULL, NULL, &error), error);
    atomic_store(&gate.armed, true);
    ASSERT_OK(spex_transition_async(setting.manager, identifier, "hack", "basket", &error), error);
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "f%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    struct call flush = {.manager = setting.manager};
    bool reached = wait_for(&gate.reached);
    call_start(&flush);
    if (reached)
        wait_for_mail(setting.manager, 1);
    CU_ASSERT_FALSE(ended(&flush));
    sem_post(&gate.open);
    pthread_join(flush.thread, NULL);
    ASSERT_OK(flush.status, flush.error);
    struct reader *reader = setting_reader(&setting);
    uint64_t count;
    ASSERT_OK(reader_count(reader, NULL, &count, &error), error);
    CU_ASSERT_EQUAL(count, MANY + 1);
    reader_close(reader);
    setting_release(&setting);
}

/* ----------------------------------------------------------- long checks */

enum { STATES = 1200 };

/* s0 --[go]-> s1 --[go]-> ..., large enough to be judged ahead. */
static void add_chain(struct setting *setting, bool model)
{
    spex_specification *chain;
    spex_error error;
    struct text text = {0};
    ASSERT_OK(spex_specification_create(&chain, "Chain", &error), error);
    for (int i = 0; i < STATES; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "s%d", i);
        snprintf(to, sizeof to, "s%d", i + 1);
        ASSERT_OK(spex_specification_add(chain, from, "go", to, &error), error);
        text_printf(&text, "%s --[go]-> %s\n", from, to);
    }
    if (model) {
        struct text whole = {0};
        text_printf(&whole,
                    "Specification: Chain\nLearning mode: false\nTransitions:\n"
                    "nil --[__initialisation__]-> s0\n%s",
                    text_value(&text));
        setting_model(setting, "Chain", text_value(&whole));
        text_release(&whole);
    } else {
        ASSERT_OK(spex_manager_add_specification(setting->manager, chain, NULL, NULL, &error),
                  error);
    }
    text_release(&text);
    spex_specification_free(chain);
}

/* Stops before the shard is locked a second time in one call: between the check that was
 * made ahead and the transaction that writes the step. */
struct stopping_clock {
    struct fake_clock clock;
    struct gate gate;
    atomic_bool watched;
};

static int64_t stopping_wall(void *context)
{
    struct stopping_clock *stopping = context;
    if (atomic_exchange(&stopping->watched, false))
        atomic_store(&stopping->gate.armed, true);
    return atomic_load(&stopping->clock.now);
}

static int64_t stopping_monotonic(void *context)
{
    struct stopping_clock *stopping = context;
    gate_pass(&stopping->gate);
    return atomic_load(&stopping->clock.now);
}

static void a_long_check_keeps_nobody_from_the_shard(void)
{
    struct setting setting, other;
    struct stopping_clock clock = {.clock = {.now = START}};
    gate_init(&clock.gate);
    setting_init(&setting, "long-check", true);
    setting.options.distribution_factor = 1;
    setting.options.clock = (spex_clock){stopping_wall, stopping_monotonic, &clock};
    setting.witness.accept = 0;
    add_chain(&setting, true);
    setting_open(&setting);
    add_chain(&setting, false);
    setting_init(&other, "long-check", true);
    setting_open(&other);
    add_chain(&other, false);
    spex_error error;
    ASSERT_OK(spex_init(setting.manager, "Chain", "x", NULL, NULL, &error), error);
    atomic_store(&clock.watched, true);
    struct call call = {.manager = setting.manager, .identifier = "x", .action = "odd"};
    call_start(&call);
    if (wait_for(&clock.gate.reached)) {
        /* Others write to the shard, and to the very instance. */
        ASSERT_OK(spex_init(other.manager, "Order", "o", NULL, NULL, &error), error);
        CU_ASSERT_EQUAL(spex_transition(other.manager, "x", SPEX_INTERNAL, "s0", &error), SPEX_OK);
        CU_ASSERT_FALSE(ended(&call));
        ASSERT_TEXT(setting_show(&other, "x"), "s0/2/1");
    }
    sem_post(&clock.gate.open);
    pthread_join(call.thread, NULL);
    CU_ASSERT_EQUAL(call.status, SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(call.observation.verdict, SPEX_VERDICT_NOT_EQUIVALENT);
    CU_ASSERT_EQUAL(call.observation.transitions, 3);
    ASSERT_TEXT(setting_history(&setting, "x"),
                "__initialisation__>s0(conforms) __internal__>s0(deviation_still_equivalent) "
                "odd>s5(deviation_not_equivalent)");
    setting_release(&other);
    setting_release(&setting);
}

/* Judged ahead or at once, the verdicts are the same, in a batch of many fates. */
static void long_checks_come_in_batches_too(void)
{
    struct setting setting;
    setting_init(&setting, "long-batch", true);
    setting.options.distribution_factor = 1;
    add_chain(&setting, true);
    setting_open(&setting);
    add_chain(&setting, false);
    spex_error error;
    char name[32];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "c%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Chain", name, NULL, NULL, &error), error);
        ASSERT_OK(spex_transition_async(setting.manager, name, SPEX_INTERNAL, "s0", &error), error);
        ASSERT_OK(spex_transition_async(setting.manager, name, i % 2 ? "odd" : "go", "s1", &error),
                  error);
        ASSERT_OK(spex_transition_async(setting.manager, name, "go", "s2", &error), error);
    }
    ASSERT_OK(spex_manager_flush(setting.manager, &error), error);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "c%d", i);
        ASSERT_TEXT(setting_history(&setting, name),
                    i % 2 ? "__initialisation__>s0(conforms) "
                            "__internal__>s0(deviation_still_equivalent) "
                            "odd>s1(deviation_not_equivalent) go>s2(conforms)"
                          : "__initialisation__>s0(conforms) "
                            "__internal__>s0(deviation_still_equivalent) go>s1(conforms) "
                            "go>s2(conforms)");
    }
    setting_release(&setting);
}

/* ------------------------------------------------------ passes over many */

static void add_timed(struct setting *setting, int64_t transition_timeout, int64_t prune_timeout)
{
    spex_specification *timed;
    spex_error error;
    ASSERT_OK(spex_specification_create(&timed, "Timed", &error), error);
    ASSERT_OK(spex_specification_add(timed, "a", "go", "b", &error), error);
    spex_policy policy = *spex_specification_policy(timed);
    policy.transition_timeout = transition_timeout;
    policy.prune_timeout = prune_timeout;
    policy.prunable = SPEX_PRUNABLE_ALL;
    ASSERT_OK(spex_specification_set_policy(timed, &policy, &error), error);
    ASSERT_OK(spex_manager_add_specification(setting->manager, timed, NULL, NULL, &error), error);
    spex_specification_free(timed);
}

enum { INSTANCES = 3000 };

static void add_instances(struct setting *setting)
{
    spex_error error;
    char name[32];
    for (int i = 0; i < INSTANCES; i++) {
        snprintf(name, sizeof name, "t%04d", i);
        ASSERT_OK(spex_init_async(setting->manager, "Timed", name, NULL, NULL, &error), error);
    }
    ASSERT_OK(spex_manager_flush(setting->manager, &error), error);
}

static int64_t gated_wall(void *context)
{
    struct stopping_clock *stopping = context;
    gate_pass(&stopping->gate);
    return atomic_load(&stopping->clock.now);
}

static void callers_are_served_between_parts_of_a_prune_pass(void)
{
    struct setting setting;
    struct stopping_clock clock = {.clock = {.now = START}};
    gate_init(&clock.gate);
    setting_init(&setting, "prune-pass", true);
    setting.options.distribution_factor = 1;
    setting.options.clock = (spex_clock){gated_wall, stopping_monotonic, &clock};
    setting_open(&setting);
    add_timed(&setting, SPEX_INFINITY, 10000);
    add_instances(&setting);
    atomic_fetch_add(&clock.clock.now, 11 * SECOND);
    spex_error error;
    atomic_store(&clock.gate.armed, true);
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    struct call last = {.manager = setting.manager, .identifier = "t2999"};
    struct call first = {.manager = setting.manager, .identifier = "t0000"};
    bool reached = wait_for(&clock.gate.reached);
    call_start(&last);
    call_start(&first);
    if (reached)
        wait_for_mail(setting.manager, 2);
    sem_post(&clock.gate.open);
    pthread_join(last.thread, NULL);
    pthread_join(first.thread, NULL);
    /* Served when the pass had begun, and long before it ended. */
    CU_ASSERT_EQUAL(first.status, SPEX_ERROR_NOT_FOUND);
    ASSERT_OK(last.status, last.error);
    manager_wake(setting.manager);
    ASSERT_TEXT(setting_show(&setting, "t2999"), "none");
    setting_release(&setting);
}

struct counting {
    atomic_int told;
    struct gate begin, middle;
};

static spex_answer count_timeouts(const spex_report *report, void *user_data)
{
    struct counting *counting = user_data;
    if (report->reason != SPEX_REASON_TRANSITION_TIMEOUT)
        return SPEX_ACCEPT;
    int told = atomic_fetch_add(&counting->told, 1);
    if (told == 0)
        gate_pass(&counting->begin);
    if (told == INSTANCES / 2)
        gate_pass(&counting->middle);
    return SPEX_ACCEPT;
}

static void callers_are_served_between_many_timeouts(void)
{
    struct setting setting;
    struct counting counting = {0};
    gate_init(&counting.begin);
    gate_init(&counting.middle);
    setting_init(&setting, "many-timeouts", true);
    setting.options.distribution_factor = 1;
    setting.options.handler = count_timeouts;
    setting.options.handler_data = &counting;
    setting_open(&setting);
    add_timed(&setting, 10000, SPEX_INFINITY);
    add_instances(&setting);
    atomic_fetch_add(&setting.clock.now, 11 * SECOND);
    atomic_store(&counting.begin.armed, true);
    atomic_store(&counting.middle.armed, true);
    spex_error error;
    ASSERT_OK(spex_manager_start(setting.manager, &error), error);
    struct call call = {.manager = setting.manager, .identifier = "t2999", .action = "go"};
    if (wait_for(&counting.begin.reached)) {
        call_start(&call);
        wait_for_mail(setting.manager, 1);
        sem_post(&counting.begin.open);
        wait_for(&counting.middle.reached);
        wait_for(&call.ended);
        sem_post(&counting.middle.open);
        pthread_join(call.thread, NULL);
        ASSERT_OK(call.status, call.error);
    }
    manager_wake(setting.manager);
    /* All but the one that moved on in time to be left out; its next state ends it. */
    CU_ASSERT_EQUAL(atomic_load(&counting.told), INSTANCES - 1);
    setting_release(&setting);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a slow handler holds up its shard only", a_slow_handler_holds_up_its_shard_only},
        {"a flush waits for all and their handlers", a_flush_waits_for_all_and_their_handlers},
        {"a long check keeps nobody from the shard", a_long_check_keeps_nobody_from_the_shard},
        {"long checks come in batches too", long_checks_come_in_batches_too},
        {"callers are served between parts of a prune pass",
         callers_are_served_between_parts_of_a_prune_pass},
        {"callers are served between many timeouts", callers_are_served_between_many_timeouts},
        {0},
    };
    return suite_run("waiting", tests, argc, argv);
}
