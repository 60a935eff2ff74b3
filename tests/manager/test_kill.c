/*
 * kill -9 at random moments: of a process that writes, deletes, prunes, moves its log into
 * the shards. It says what it begins and what was acknowledged; afterwards all that was
 * acknowledged is there, what was under way happened or did not, and the shards are whole.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/manager/processes.h"
#include "tests/manager/support.h"

enum { WRITERS = 4, OWN = 10, OLD = 30, LARGE_META = 400000 };
enum what {
    INIT = 'i',
    STEP = 't',
    MOCK = 'm',
    DELETE = 'd',
    MATCHING = 'a',
    REPORT = 'r',
    PRUNE = 'p'
};

/* ------------------------------------------------------------ the child */

struct writer {
    spex_manager *manager;
    int number;
    struct random random;
    int calls; /* then it ends; -1: never */
    const char *meta;
    bool there[OWN];
};

static void say(char when, int writer, enum what what, int which)
{
    char line[40];
    int length = snprintf(line, sizeof line, "%c %d %c %d\n", when, writer, what, which);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(4);
}

static void expect(int status, const spex_error *error)
{
    if (status == SPEX_OK)
        return;
    fprintf(stderr, "%s\n", error->message);
    _exit(3);
}

static void write_once(struct writer *writer)
{
    int which = (int)random_below(&writer->random, OWN);
    unsigned choice = random_below(&writer->random, 100);
    char name[32], all[32];
    spex_error error;
    snprintf(name, sizeof name, "w%d-%d", writer->number, which);
    snprintf(all, sizeof all, "w%d-", writer->number);
    enum what what = !writer->there[which] ? (choice < 80 ? INIT : MOCK)
                     : choice < 75         ? STEP
                     : choice < 85         ? DELETE
                     : choice < 95         ? MOCK
                                           : MATCHING;
    say('b', writer->number, what, which);
    if (what == INIT)
        expect(spex_init(writer->manager, "Order", name, writer->meta, NULL, &error), &error);
    else if (what == STEP)
        expect(spex_transition(writer->manager, name, "go", "paid", &error), &error);
    else if (what == MOCK)
        expect(spex_mock(writer->manager, "Order", name, NULL, "shipped", &error), &error);
    else if (what == DELETE)
        expect(spex_delete(writer->manager, name, NULL, &error), &error);
    else
        expect(spex_delete_matching(writer->manager, &(spex_filter){.text = all}, NULL, &error),
               &error);
    say('e', writer->number, what, which);
    writer->there[which] = what != DELETE;
    if (what == MATCHING)
        memset(writer->there, 0, sizeof writer->there);
}

static void *write_on(void *context)
{
    struct writer *writer = context;
    for (int i = 0; writer->calls < 0 || i < writer->calls; i++)
        write_once(writer);
    return NULL;
}

/* Instances that were idle for an hour come, and are pruned. */
static void prune_on(struct writer *writer)
{
    spex_clock clock = clock_system();
    spex_error error;
    for (int round = 0;; round++) {
        say('b', WRITERS, REPORT, round);
        for (int i = 0; i < OLD; i++) {
            char name[32];
            snprintf(name, sizeof name, "old-%d-%d", round, i);
            expect(spex_init_async_at(writer->manager, "Old", name, NULL, NULL,
                                      clock.wall(NULL) - 3600 * SECOND, SPEX_HERE, &error),
                   &error);
        }
        expect(spex_manager_flush(writer->manager, &error), &error);
        say('e', WRITERS, REPORT, round);
        say('b', WRITERS, PRUNE, round);
        expect(spex_prune(writer->manager, false, NULL, &error), &error);
        say('e', WRITERS, PRUNE, round);
    }
}

static spex_manager *open_both(const char *store)
{
    spex_manager *manager = child_open(store, NULL);
    spex_specification *old;
    spex_error error;
    expect(spex_specification_create(&old, "Old", &error), &error);
    expect(spex_specification_add(old, "a", "go", "b", &error), &error);
    spex_policy policy = *spex_specification_policy(old);
    policy.prune_timeout = 1000;
    policy.prunable = SPEX_PRUNABLE_ALL;
    expect(spex_specification_set_policy(old, &policy, &error), &error);
    expect(spex_manager_add_specification(manager, old, NULL, NULL, &error), &error);
    spex_specification_free(old);
    return manager;
}

/* plain; reopen: closed, and its log moved, every few calls; large: so much that the log
 * is moved meanwhile. */
static int child(const char *store, const char *mode, const char *seed)
{
    bool reopen = strcmp(mode, "reopen") == 0, large = strcmp(mode, "large") == 0;
    struct writer writers[WRITERS + 1];
    memset(writers, 0, sizeof writers);
    char *meta = memory_allocate(1, LARGE_META + 20);
    snprintf(meta, LARGE_META + 20, "{\"a\":\"%0*d\"}", LARGE_META, 0);
    for (int i = 0; i <= WRITERS; i++) {
        writers[i].number = i;
        writers[i].random.state = strtoull(seed, NULL, 10) * 10 + (unsigned)i;
        writers[i].calls = reopen ? 3 : -1;
        writers[i].meta = large ? meta : "{}";
    }
    do {
        pthread_t threads[WRITERS + 1];
        spex_manager *manager = open_both(store);
        for (int i = 0; i <= WRITERS; i++)
            writers[i].manager = manager;
        for (int i = 0; i < WRITERS; i++)
            pthread_create(&threads[i], NULL, write_on, &writers[i]);
        if (!reopen)
            prune_on(&writers[WRITERS]);
        for (int i = 0; i < WRITERS; i++)
            pthread_join(threads[i], NULL);
        child_close(manager);
    } while (reopen);
    return 0;
}

/* ----------------------------------------------------------- the parent */

/* What the acknowledged calls make of an instance: -1: none; else its transitions. */
struct known {
    int instances[WRITERS][OWN];
    bool mocked[WRITERS][OWN];
    /* Under way at the end; 0: nothing. */
    enum what what[WRITERS + 1];
    int which[WRITERS + 1];
    int reported; /* the last round of old ones that was acknowledged */
    int pruned;
    unsigned acknowledged;
};

static void apply(struct known *known, int writer, enum what what, int which)
{
    if (writer == WRITERS) {
        *(what == REPORT ? &known->reported : &known->pruned) = which;
        return;
    }
    int *count = &known->instances[writer][which];
    if (what == INIT)
        *count = 1;
    else if (what == STEP)
        ++*count;
    else if (what == MOCK)
        *count = 0;
    else if (what == DELETE)
        *count = -1;
    if (what == MATCHING)
        for (int i = 0; i < OWN; i++)
            known->instances[writer][i] = -1;
}

/* Reads up to so many acknowledgements. */
static void read_lines(struct process *process, struct known *known, unsigned limit)
{
    char line[64], when, what;
    int writer, which;
    for (unsigned acknowledged = 0;
         acknowledged < limit && fgets(line, sizeof line, process->output);) {
        /* The last one may be cut short by the end. */
        if (!strchr(line, '\n') || sscanf(line, "%c %d %c %d", &when, &writer, &what, &which) != 4)
            return;
        bool ended = when == 'e';
        known->what[writer] = ended ? 0 : (enum what)what;
        known->which[writer] = which;
        if (!ended)
            continue;
        apply(known, writer, (enum what)what, which);
        known->acknowledged++;
        acknowledged++;
    }
}

/* The transitions stored, which are as many as are counted; -1: there is no instance. */
static int stored_of(struct setting *setting, const char *name)
{
    spex_instance *instance;
    spex_error error;
    int status = spex_get(setting->manager, name, &instance, &error);
    if (status == SPEX_ERROR_NOT_FOUND || !ASSERT_OK(status, error))
        return -1;
    int count = (int)instance->transitions;
    CU_ASSERT_EQUAL(instance->step_count, instance->transitions);
    CU_ASSERT_EQUAL(instance->mocked, count == 0);
    spex_instance_free(instance);
    return count;
}

/* How many instances are not as they were acknowledged, or will have been. */
static unsigned lost_own(struct setting *setting, const struct known *known)
{
    unsigned lost = 0;
    for (int writer = 0; writer < WRITERS; writer++) {
        struct known after = *known;
        if (known->what[writer])
            apply(&after, writer, known->what[writer], known->which[writer]);
        for (int i = 0; i < OWN; i++) {
            char name[32];
            snprintf(name, sizeof name, "w%d-%d", writer, i);
            int stored = stored_of(setting, name);
            lost += stored != known->instances[writer][i] && stored != after.instances[writer][i];
        }
    }
    return lost;
}

static unsigned lost_old(struct setting *setting, const struct known *known)
{
    unsigned lost = 0;
    for (int round = 0; round <= known->reported + 1; round++)
        for (int i = 0; i < OLD; i++) {
            char name[32];
            snprintf(name, sizeof name, "old-%d-%d", round, i);
            int stored = stored_of(setting, name);
            if (round <= known->pruned)
                lost += stored != -1;
            else if (round <= known->reported && known->what[WRITERS] != PRUNE)
                lost += stored != 1;
            else
                lost += stored != 1 && stored != -1;
        }
    return lost;
}

static void try_kill(const char *mode, unsigned trial, unsigned most, unsigned *acknowledged,
                     unsigned *lost)
{
    char name[48], seed[32];
    struct random random = {trial * 77 + (unsigned)mode[0]};
    snprintf(name, sizeof name, "%s-%u", mode, trial);
    snprintf(seed, sizeof seed, "%u", trial);
    struct setting setting;
    setting_init(&setting, name, false);
    setting.options.distribution_factor = strcmp(mode, "large") == 0 ? 1 : 0;
    /* The store is there, so that every kill is one of a process at work. */
    setting_open(&setting);
    setting_close(&setting);
    struct known known;
    memset(&known, 0, sizeof known);
    memset(known.instances, -1, sizeof known.instances);
    known.reported = known.pruned = -1;
    struct process process =
        process_start((const char *const[]){setting.options.store_dir, mode, seed, NULL});
    read_lines(&process, &known, 1 + random_below(&random, most));
    kill(process.id, SIGKILL);
    read_lines(&process, &known, UINT32_MAX);
    CU_ASSERT_EQUAL(process_finish(&process), -SIGKILL);
    setting_open(&setting);
    unsigned here = lost_own(&setting, &known) + lost_old(&setting, &known);
    CU_ASSERT_EQUAL(here, 0);
    unsigned shards = setting.manager->store.shards;
    setting_release(&setting);
    expect_integrity(setting.options.store_dir, shards, true);
    *acknowledged += known.acknowledged;
    *lost += here;
}

static void try_kills(const char *mode, unsigned trials, unsigned most)
{
    unsigned acknowledged = 0, lost = 0;
    for (unsigned trial = 0; trial < trials; trial++)
        try_kill(mode, trial, most, &acknowledged, &lost);
    printf("     %s: %u kills, %u calls acknowledged, %u instances lost or wrong\n", mode, trials,
           acknowledged, lost);
}

static void a_process_at_work(void)
{
    try_kills("plain", suite_count(20, 200), 1500);
}

static void a_process_that_closes_and_opens(void)
{
    try_kills("reopen", suite_count(10, 200), 200);
}

static void a_process_whose_log_is_moved(void)
{
    try_kills("large", suite_count(4, 60), 1200);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a process at work", a_process_at_work},
        {"a process that closes and opens", a_process_that_closes_and_opens},
        {"a process whose log is moved", a_process_whose_log_is_moved},
        {0},
    };
    if (argc == 5 && strcmp(argv[1], "--child") == 0)
        return child(argv[2], argv[3], argv[4]);
    return suite_run("kill", tests, argc, argv);
}
