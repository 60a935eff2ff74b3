/*
 * Every change of a store, interrupted at every system call: by SIGKILL, by a call that
 * fails, by one after which all fail. The program starts itself again as the process that
 * dies: --child WHAT STORE FAULT CALL.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/staging.h"
#include "tests/manager/support.h"
#include "tests/store/faults.h"
#include "tests/store/support.h"

extern char **environ;

enum { INSTANCES = 40, TRIALS = 12 };

/* ------------------------------------------------------- what is interrupted */

static int do_grow(const char *directory, spex_error *error)
{
    struct reshard result;
    return store_reshard(directory, 3, NULL, &result, error);
}

static int do_shrink(const char *directory, spex_error *error)
{
    struct reshard result;
    return store_reshard(directory, 1, NULL, &result, error);
}

static int do_vacuum(const char *directory, spex_error *error)
{
    struct vacuum result;
    return store_vacuum(directory, NULL, &result, error);
}

static void beside(const char *directory, const char *ending, char path[700])
{
    snprintf(path, 700, "%s%s", directory, ending);
}

static int do_backup(const char *directory, spex_error *error)
{
    char target[700];
    struct backup result;
    beside(directory, ".backup", target);
    return store_backup(directory, target, NULL, &result, error);
}

static int do_repair(const char *directory, spex_error *error)
{
    struct repair result;
    struct repair_options options = {.told = NULL};
    int status = store_repair(directory, &options, &result, error);
    repair_release(&result);
    return status;
}

/* Creates a store and records; says on standard output what was acknowledged. After an error it
 * tries again, as a manager does, with the shard opened anew. */
static int do_record(const char *directory, spex_error *error)
{
    struct store store;
    struct shard *shards[2] = {NULL, NULL};
    int status = store_open(&store, directory, 2, error);
    for (unsigned i = 0; !status && i < INSTANCES; i++) {
        char name[32];
        snprintf(name, sizeof name, "i-%u", i);
        unsigned number = store_shard_of(name, 2) - 1;
        int failed = shards[number] ? (int)SPEX_OK
                                    : store_shard_open(&store, number + 1, &shards[number], error);
        if (!failed)
            failed = store_record(shards[number], i, error);
        char line[16];
        int length = snprintf(line, sizeof line, "%u\n", i);
        if (!failed && write(STDOUT_FILENO, line, (size_t)length) != length)
            _exit(9);
        if (failed) {
            shard_close(shards[number]);
            shards[number] = NULL;
        }
    }
    shard_close(shards[0]);
    shard_close(shards[1]);
    if (!status)
        store_release(&store);
    return status;
}

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

/* The same through the manager: an instance is acknowledged when both its steps are. */
static int do_manage(const char *directory, spex_error *error)
{
    spex_manager_options options;
    spex_manager *manager;
    spex_manager_options_init(&options);
    options.store_dir = directory;
    options.impl_models_dir = "/nowhere";
    options.distribution_factor = 2;
    options.durability = SPEX_DURABILITY_FULL;
    options.log = quiet;
    int status = spex_manager_open(&manager, &options, error);
    if (status)
        return status;
    spex_specification *order = order_specification();
    status = spex_manager_add_specification(manager, order, NULL, NULL, error);
    spex_specification_free(order);
    for (unsigned i = 0; !status && i < INSTANCES; i++) {
        char name[32], line[16];
        snprintf(name, sizeof name, "i-%u", i);
        int length = snprintf(line, sizeof line, "%u\n", i);
        if (!spex_init(manager, "Order", name, NULL, NULL, error) &&
            !spex_transition(manager, name, "pay", "paid", error) &&
            write(STDOUT_FILENO, line, (size_t)length) != length)
            _exit(9);
    }
    spex_manager_close(manager);
    return status;
}

static const struct task {
    const char *name;
    int (*run)(const char *directory, spex_error *error);
} tasks[] = {{"grow", do_grow},     {"shrink", do_shrink}, {"vacuum", do_vacuum},
             {"backup", do_backup}, {"repair", do_repair}, {"record", do_record},
             {"manage", do_manage}};

static int child(char **arguments)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        if (strcmp(tasks[i].name, arguments[0]) != 0)
            continue;
        spex_error error = {0};
        faults_begin((enum fault)atoi(arguments[2]), atol(arguments[3]));
        int status = tasks[i].run(arguments[1], &error);
        long calls = faults_end();
        printf("calls %ld\n", calls);
        if (status)
            printf("error %d %s\n", status, error.message);
        fflush(stdout);
        return status ? 1 : 0;
    }
    return 2;
}

/* --------------------------------------------------------------- parents */

struct outcome {
    int code; /* -signal */
    long calls;
    int status;
    bool acknowledged[INSTANCES];
    char message[600];
};

static void run(const char *what, const char *directory, enum fault fault, long call,
                struct outcome *outcome)
{
    int ends[2];
    pid_t id;
    char numbers[2][24];
    snprintf(numbers[0], sizeof numbers[0], "%d", (int)fault);
    snprintf(numbers[1], sizeof numbers[1], "%ld", call);
    char *arguments[] = {(char *)(uintptr_t) "test_crash",
                         (char *)(uintptr_t) "--child",
                         (char *)(uintptr_t)what,
                         (char *)(uintptr_t)directory,
                         numbers[0],
                         numbers[1],
                         NULL};
    memset(outcome, 0, sizeof *outcome);
    if (pipe2(ends, O_CLOEXEC))
        exit(99);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&id, "/proc/self/exe", &actions, NULL, arguments, environ))
        exit(99);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    char line[700];
    unsigned number;
    while (fgets(line, sizeof line, output)) {
        if (sscanf(line, "calls %ld", &outcome->calls) == 1 || !strchr(line, '\n'))
            continue;
        if (sscanf(line, "error %d %599[^\n]", &outcome->status, outcome->message) == 2)
            continue;
        if (sscanf(line, "%u", &number) == 1 && number < INSTANCES)
            outcome->acknowledged[number] = true;
    }
    fclose(output);
    int status;
    waitpid(id, &status, 0);
    outcome->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void copy(const char *from, const char *to)
{
    char command[1600];
    snprintf(command, sizeof command, "cp -r '%s' '%s'", from, to);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void discard(const char *directory)
{
    char command[1600];
    snprintf(command, sizeof command, "rm -rf '%s' '%s'.backup*", directory, directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* Nothing that does not belong to a store is left in it. */
static void expect_tidy(const char *directory)
{
    spex_error error;
    struct verification verification = {.found = NULL};
    ASSERT_OK(store_verify(directory, &verification, &error), error);
    CU_ASSERT_EQUAL(verification.problems, 0);
    CU_ASSERT_EQUAL(verification.notes, 0);
}

struct trial {
    const char *what, *source;
    const char *content; /* what has to be there afterwards */
    enum fault fault;
    long call;
    unsigned trials, interrupted, lost;
    void (*check)(struct trial *trial, const char *directory, const struct outcome *outcome);
};

static void attempt(struct trial *trial, const char *directory)
{
    struct outcome outcome;
    if (trial->source)
        copy(trial->source, directory);
    run(trial->what, directory, trial->fault, trial->call, &outcome);
    trial->trials++;
    trial->interrupted += outcome.code != 0;
    unsigned before = CU_get_number_of_failures();
    bool ended = outcome.code == 0 || (outcome.code == 1 && outcome.message[0]);
    CU_ASSERT_TRUE(trial->fault == FAULT_KILL ? outcome.code == -SIGKILL : ended);
    trial->check(trial, directory, &outcome);
    if (CU_get_number_of_failures() != before) {
        trial->lost++;
        fprintf(stderr, "in %s, fault %d at call %ld: exit %d, %s\n", trial->what, trial->fault,
                trial->call, outcome.code, outcome.message);
    }
    discard(directory);
}

static void interrupt_everywhere(struct trial *trial)
{
    static const char *const words[] = {"none", "killed", "failing", "failing for good"};
    const char *directory = suite_scratch_path("store");
    struct outcome outcome;
    if (trial->source)
        copy(trial->source, directory);
    run(trial->what, directory, FAULT_NONE, 0, &outcome);
    CU_ASSERT_EQUAL(outcome.code, 0);
    discard(directory);
    long calls = outcome.calls;
    long stride = suite_count(1, 0) ? (calls + TRIALS - 1) / TRIALS : 1;
    CU_ASSERT_TRUE(calls > 10);
    for (trial->fault = FAULT_KILL; trial->fault <= FAULT_STAY; trial->fault++) {
        trial->trials = trial->interrupted = trial->lost = 0;
        /* Another beginning for each kind, so that together they see more. */
        for (trial->call = 1 + (long)trial->fault % stride; trial->call <= calls;
             trial->call += stride)
            attempt(trial, directory);
        printf("     crash: %s, %s at %u of %ld calls: %u interrupted, %u losses\n", trial->what,
               words[trial->fault], trial->trials, calls, trial->interrupted, trial->lost);
    }
}

/* -------------------------------------------------------------- the checks */

static void check_resharded(struct trial *trial, const char *directory,
                            const struct outcome *outcome)
{
    struct store store;
    struct reshard result;
    spex_error error;
    /* Who comes next: a reader, a writer, or the same again. */
    if (trial->call % 3 == 1 && ASSERT_OK(store_open(&store, directory, 0, &error), error))
        store_release(&store);
    if (trial->call % 3 == 2)
        ASSERT_OK(store_reshard(directory, 5, NULL, &result, &error), error);
    expect_content(directory, trial->content);
    if (ASSERT_OK(store_open(&store, directory, 0, &error), error)) {
        if (outcome->code == 0 && trial->call % 3 != 2)
            CU_ASSERT_EQUAL(store.shards, strcmp(trial->what, "grow") == 0 ? 3 : 1);
        store_release(&store);
    }
    expect_content(directory, trial->content);
    expect_tidy(directory);
    store_fill(directory, 0, 90000, 3);
    EXPECT_SOUND(directory);
}

static void check_unchanged(struct trial *trial, const char *directory,
                            const struct outcome *outcome)
{
    char target[700];
    beside(directory, ".backup", target);
    expect_content(directory, trial->content);
    expect_tidy(directory);
    if (access(target, F_OK) == 0) {
        EXPECT_SOUND(target);
        expect_content(target, trial->content);
    } else if (strcmp(trial->what, "backup") == 0) {
        CU_ASSERT_NOT_EQUAL(outcome->code, 0);
    }
}

static void check_repaired(struct trial *trial, const char *directory,
                           const struct outcome *outcome)
{
    spex_error error;
    if (outcome->code == 0)
        EXPECT_SOUND(directory);
    ASSERT_OK(do_repair(directory, &error), error);
    EXPECT_SOUND(directory);
    expect_content(directory, trial->content);
    CU_ASSERT_FALSE(staging_there(&(struct store){.directory = (char *)(uintptr_t)directory}));
}

static void check_recorded(struct trial *trial, const char *directory,
                           const struct outcome *outcome)
{
    bool managed = strcmp(trial->what, "manage") == 0;
    struct reader *reader;
    spex_error error;
    unsigned acknowledged = 0;
    for (unsigned i = 0; i < INSTANCES; i++)
        acknowledged += outcome->acknowledged[i];
    /* Created if it is not there yet, as far as that came. */
    store_fill(directory, 2, 90000, 2);
    EXPECT_SOUND(directory);
    if (!ASSERT_OK(reader_open(&reader, directory, NULL, &error), error))
        return;
    unsigned found = 0;
    for (unsigned i = 0; i < INSTANCES; i++) {
        char name[32];
        spex_instance *instance;
        snprintf(name, sizeof name, "i-%u", i);
        int status = reader_instance(reader, name, 0, &instance, &error);
        if (outcome->acknowledged[i] && ASSERT_OK(status, error))
            found++;
        /* Of one that was not acknowledged, both of its steps may be there, or the first. */
        uint64_t whole = managed ? 2 : i % 10, least = managed ? 1 : whole;
        if (!status)
            CU_ASSERT_TRUE(instance->transitions == whole ||
                           (!outcome->acknowledged[i] && instance->transitions == least));
        if (!status)
            spex_instance_free(instance);
    }
    CU_ASSERT_EQUAL(found, acknowledged);
    reader_close(reader);
}

/* -------------------------------------------------------------- the tests */

static void of_two_shards(struct trial *trial, const char *name)
{
    const char *source = suite_scratch_path(name);
    store_fill(source, 2, 0, INSTANCES);
    trial->source = source;
    trial->content = store_content(source);
}

static void resharding_to_more(void)
{
    struct trial trial = {.what = "grow", .check = check_resharded};
    of_two_shards(&trial, "grow");
    interrupt_everywhere(&trial);
    free((char *)(uintptr_t)trial.content);
}

static void resharding_to_fewer(void)
{
    struct trial trial = {.what = "shrink", .check = check_resharded};
    of_two_shards(&trial, "shrink");
    interrupt_everywhere(&trial);
    free((char *)(uintptr_t)trial.content);
}

static void vacuuming(void)
{
    struct trial trial = {.what = "vacuum", .check = check_unchanged};
    of_two_shards(&trial, "vacuum");
    shard_execute(trial.source, 1,
                  "DELETE FROM history WHERE instance % 2; DELETE FROM deviation WHERE"
                  " instance % 2; DELETE FROM instance WHERE key % 2");
    free((char *)(uintptr_t)trial.content);
    trial.content = store_content(trial.source);
    interrupt_everywhere(&trial);
    free((char *)(uintptr_t)trial.content);
}

static void backing_up(void)
{
    struct trial trial = {.what = "backup", .check = check_unchanged};
    of_two_shards(&trial, "backup");
    interrupt_everywhere(&trial);
    free((char *)(uintptr_t)trial.content);
}

static void repairing(void)
{
    struct trial trial = {.what = "repair", .check = check_repaired};
    spex_error error;
    of_two_shards(&trial, "repair");
    shard_execute(trial.source, 1,
                  "DELETE FROM sqlite_schema WHERE name = 'instance_since'; DELETE FROM tally");
    shard_execute(trial.source, 2, "UPDATE tally SET mocked = 7");
    /* What a repair that nothing interrupts makes of it. */
    const char *directory = suite_scratch_path("repaired");
    copy(trial.source, directory);
    ASSERT_OK(do_repair(directory, &error), error);
    free((char *)(uintptr_t)trial.content);
    trial.content = store_content(directory);
    interrupt_everywhere(&trial);
    free((char *)(uintptr_t)trial.content);
}

static void recording(void)
{
    struct trial trial = {.what = "record", .check = check_recorded};
    interrupt_everywhere(&trial);
}

static void managing(void)
{
    struct trial trial = {.what = "manage", .check = check_recorded};
    interrupt_everywhere(&trial);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"resharding to more", resharding_to_more},
        {"resharding to fewer", resharding_to_fewer},
        {"vacuuming", vacuuming},
        {"backing up", backing_up},
        {"repairing", repairing},
        {"recording", recording},
        {"managing", managing},
        {0},
    };
    if (argc == 6 && strcmp(argv[1], "--child") == 0)
        return child(argv + 2);
    return suite_run("crash", tests, argc, argv);
}
