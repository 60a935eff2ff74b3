/* Several processes on one store, and processes that die. The program starts itself
 * again as the other process: --child WHAT STORE NUMBER. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/manager/support.h"

extern char **environ;

/* ------------------------------------------------------------- children */

enum { RECORDERS = 4, INSTANCES_EACH = 20 };

static spex_manager *child_open(const char *store)
{
    spex_manager_options options;
    spex_error error = {0};
    spex_manager *manager;
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = "/nowhere";
    struct witness *witness = memory_allocate(1, sizeof *witness);
    witness_init(witness, SPEX_ACCEPT_DEFAULT);
    options.handler = witness_handler;
    options.handler_data = witness;
    int status = spex_manager_open(&manager, &options, &error);
    if (status) {
        printf("%s\n", error.message);
        exit(3);
    }
    spex_specification *order = order_specification();
    spex_or_die(spex_manager_add_specification(manager, order, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(order);
    return manager;
}

static void child_close(spex_manager *manager)
{
    struct witness *witness = manager->options.handler_data;
    spex_manager_close(manager);
    witness_release(witness);
    free(witness);
}

struct recorder {
    spex_manager *manager;
    int number;
};

/* Says on standard output, in one write, what was acknowledged: thread, instance, how many. */
static void *record_for_ever(void *context)
{
    struct recorder *recorder = context;
    spex_error error;
    char name[32], line[32];
    for (unsigned round = 0;; round++)
        for (int i = 0; i < INSTANCES_EACH; i++) {
            snprintf(name, sizeof name, "r%d-%d", recorder->number, i);
            spex_observation observation = {0};
            int status = round == 0 ? spex_init_at(recorder->manager, "Order", name, NULL, NULL, 0,
                                                   SPEX_HERE, &observation, &error)
                                    : spex_transition_at(recorder->manager, name, "go",
                                                         round % 2 ? "paid" : "basket", 0,
                                                         SPEX_HERE, &observation, &error);
            if (status) {
                fprintf(stderr, "%s\n", error.message);
                _exit(3);
            }
            int length = snprintf(line, sizeof line, "%d %d %u\n", recorder->number, i,
                                  (unsigned)observation.transitions);
            if (write(STDOUT_FILENO, line, (size_t)length) != length)
                _exit(4);
        }
}

static int child_record(const char *store)
{
    spex_manager *manager = child_open(store);
    pthread_t threads[RECORDERS];
    struct recorder recorders[RECORDERS];
    for (int i = 0; i < RECORDERS; i++) {
        recorders[i] = (struct recorder){manager, i};
        pthread_create(&threads[i], NULL, record_for_ever, &recorders[i]);
    }
    pthread_join(threads[0], NULL);
    return 0;
}

enum { SHARED_INSTANCES = 10, SHARED_STEPS = 100 };

/* Steps instances that another process steps too. */
static int child_share(const char *store)
{
    spex_manager *manager = child_open(store);
    spex_error error;
    char name[32];
    for (int i = 0; i < SHARED_STEPS; i++)
        for (int k = 0; k < SHARED_INSTANCES; k++) {
            snprintf(name, sizeof name, "shared-%d", k);
            int status = spex_transition(manager, name, "go", "paid", &error);
            if (status == SPEX_ERROR_REFUSED)
                spex_init(manager, "Order", name, NULL, NULL, &error);
            if (status == SPEX_ERROR_REFUSED)
                status = spex_transition(manager, name, "go", "paid", &error);
            spex_or_die(status, &error, SPEX_HERE);
        }
    child_close(manager);
    return 0;
}

static int child_create(const char *store)
{
    spex_manager *manager = child_open(store);
    printf("%s %u\n", manager->store.uuid, manager->store.shards);
    child_close(manager);
    return 0;
}

/* As somebody who may not write: the message, then what a reader sees. */
static int child_readonly(const char *store)
{
    struct passwd *nobody = getpwnam("nobody");
    if (getuid() == 0 && (!nobody || setgid(nobody->pw_gid) || setuid(nobody->pw_uid)))
        return 77;
    spex_manager_options options;
    spex_manager_options_init(&options);
    options.store_dir = store;
    spex_manager *manager;
    spex_error error;
    int status = spex_manager_open(&manager, &options, &error);
    printf("%d %s\n", status, error.message);
    struct reader *reader;
    uint64_t count = 0;
    struct page page = {0};
    status = reader_open(&reader, store, NULL, &error);
    if (!status)
        status = reader_count(reader, NULL, &count, &error);
    if (!status)
        status = reader_page(reader, &(struct page_request){.limit = 1000}, &page, &error);
    printf("%d %d %zu %s\n", status, (int)count, page.count, status ? error.message : "");
    page_release(&page);
    if (status != SPEX_ERROR_SYSTEM)
        reader_close(reader);
    return 0;
}

/* The disk becomes full: files may not grow any more. */
static int child_full(const char *store)
{
    signal(SIGXFSZ, SIG_IGN);
    spex_manager *manager = child_open(store);
    spex_error error;
    char name[64];
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    rlim_t all = limit.rlim_cur;
    int recorded = 0, failed = 0, status = 0;
    for (int i = 0; i < 400; i++) {
        if (i == 100) {
            limit.rlim_cur = 200 * 1024;
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        if (i == 300) {
            limit.rlim_cur = all;
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        snprintf(name, sizeof name, "full-%d", i);
        int answer = spex_init(manager, "Order", name, NULL, NULL, &error);
        recorded += answer == SPEX_OK;
        if (answer) {
            failed++;
            status = answer;
        }
        if (answer == SPEX_OK || i == 0)
            printf("%d\n", i);
    }
    fprintf(stderr, "%d recorded, %d failed with %d: %s\n", recorded, failed, status,
            error.message);
    child_close(manager);
    return failed && status == SPEX_ERROR_STORE ? 0 : 5;
}

static int child(char **arguments)
{
    if (strcmp(arguments[0], "record") == 0)
        return child_record(arguments[1]);
    if (strcmp(arguments[0], "share") == 0)
        return child_share(arguments[1]);
    if (strcmp(arguments[0], "create") == 0)
        return child_create(arguments[1]);
    if (strcmp(arguments[0], "readonly") == 0)
        return child_readonly(arguments[1]);
    if (strcmp(arguments[0], "full") == 0)
        return child_full(arguments[1]);
    return 2;
}

/* --------------------------------------------------------------- parents */

struct process {
    pid_t id;
    FILE *output;
};

static struct process start(const char *what, const char *store)
{
    int ends[2];
    struct process process = {0};
    char *arguments[] = {(char *)(uintptr_t) "test_processes", (char *)(uintptr_t) "--child",
                         (char *)(uintptr_t)what, (char *)(uintptr_t)store, NULL};
    if (pipe2(ends, O_CLOEXEC))
        exit(99);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&process.id, "/proc/self/exe", &actions, NULL, arguments, environ))
        exit(99);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    process.output = fdopen(ends[0], "r");
    return process;
}

/* The exit code; -signal when it was killed. */
static int finish(struct process *process)
{
    int status;
    fclose(process->output);
    waitpid(process->id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void expect_integrity(const char *store, unsigned shards)
{
    for (unsigned shard = 1; shard <= shards; shard++) {
        char path[600];
        snprintf(path, sizeof path, "%s/shard-%u.db", store, shard);
        sqlite3 *database;
        sqlite3_stmt *statement;
        CU_ASSERT_EQUAL(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        CU_ASSERT_EQUAL(
            sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL),
            SQLITE_OK);
        CU_ASSERT_EQUAL(sqlite3_step(statement), SQLITE_ROW);
        ASSERT_TEXT((const char *)sqlite3_column_text(statement, 0), "ok");
        sqlite3_finalize(statement);
        /* The tally and the histories agree with the instances. */
        static const char *const questions[] = {
            "SELECT (SELECT ifnull(sum(instances), 0) FROM tally) = count(*) FROM instance",
            "SELECT count(*) = 0 FROM instance i WHERE transitions <>"
            " (SELECT count(*) FROM history WHERE instance = i.key)",
            "SELECT count(*) = 0 FROM history h LEFT JOIN instance i ON i.key = h.instance"
            " WHERE i.key IS NULL",
            "SELECT (SELECT ifnull(sum(count), 0) FROM observation) = count(*) FROM history"};
        for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
            CU_ASSERT_EQUAL(sqlite3_prepare_v2(database, questions[i], -1, &statement, NULL),
                            SQLITE_OK);
            CU_ASSERT_EQUAL(sqlite3_step(statement), SQLITE_ROW);
            CU_ASSERT_EQUAL(sqlite3_column_int(statement, 0), 1);
            sqlite3_finalize(statement);
        }
        sqlite3_close(database);
    }
}

/* Reads acknowledgements: the most one instance of each thread got. */
static unsigned read_acknowledged(struct process *process,
                                  unsigned counts[RECORDERS][INSTANCES_EACH], unsigned limit)
{
    char line[64];
    unsigned lines = 0;
    while (lines < limit && fgets(line, sizeof line, process->output)) {
        int thread, instance;
        unsigned count;
        /* The last line may be cut short by the end. */
        if (!strchr(line, '\n') || sscanf(line, "%d %d %u", &thread, &instance, &count) != 3)
            break;
        counts[thread][instance] = count;
        lines++;
    }
    return lines;
}

static void expect_acknowledged(struct setting *setting, unsigned counts[RECORDERS][INSTANCES_EACH])
{
    spex_error error;
    for (int thread = 0; thread < RECORDERS; thread++)
        for (int i = 0; i < INSTANCES_EACH; i++) {
            char name[32];
            snprintf(name, sizeof name, "r%d-%d", thread, i);
            spex_instance *instance;
            int status = spex_get(setting->manager, name, &instance, &error);
            unsigned acknowledged = counts[thread][i];
            if (acknowledged == 0 && status == SPEX_ERROR_NOT_FOUND)
                continue;
            if (!ASSERT_OK(status, error))
                continue;
            /* All that was acknowledged, and at most the one that was under way. */
            CU_ASSERT_TRUE(instance->transitions >= acknowledged);
            CU_ASSERT_TRUE(instance->transitions <= acknowledged + 1);
            CU_ASSERT_EQUAL(instance->step_count, instance->transitions);
            for (size_t step = 0; step < instance->step_count; step++) {
                size_t place = instance->step_count - 1 - step;
                ASSERT_TEXT(instance->steps[step].state, place % 2 ? "paid" : "basket");
            }
            spex_instance_free(instance);
        }
}

static void what_was_acknowledged_survives_kill(void)
{
    enum { TRIALS = 20, MOST = 1500 };
    struct random random = {42};
    for (int trial = 0; trial < TRIALS; trial++) {
        char name[32];
        snprintf(name, sizeof name, "kill-%d", trial);
        struct setting setting;
        setting_init(&setting, name, false);
        unsigned counts[RECORDERS][INSTANCES_EACH] = {{0}};
        struct process process = start("record", setting.options.store_dir);
        unsigned limit = 1 + random_below(&random, MOST);
        CU_ASSERT_EQUAL(read_acknowledged(&process, counts, limit), limit);
        kill(process.id, SIGKILL);
        read_acknowledged(&process, counts, UINT32_MAX);
        CU_ASSERT_EQUAL(finish(&process), -SIGKILL);
        setting_open(&setting);
        expect_acknowledged(&setting, counts);
        setting_release(&setting);
        expect_integrity(setting.options.store_dir, 4);
    }
}

static void two_processes_step_the_same_instances(void)
{
    struct setting setting;
    setting_init(&setting, "shared", false);
    struct process first = start("share", setting.options.store_dir);
    struct process second = start("share", setting.options.store_dir);
    CU_ASSERT_EQUAL(finish(&first), 0);
    CU_ASSERT_EQUAL(finish(&second), 0);
    setting_open(&setting);
    for (int i = 0; i < SHARED_INSTANCES; i++) {
        char name[32];
        snprintf(name, sizeof name, "shared-%d", i);
        spex_instance *instance;
        spex_error error;
        ASSERT_OK(spex_get(setting.manager, name, &instance, &error), error);
        CU_ASSERT_EQUAL(instance->transitions, 2 * SHARED_STEPS + 1);
        CU_ASSERT_EQUAL(instance->step_count, 2 * SHARED_STEPS + 1);
        ASSERT_TEXT(instance->steps[2 * SHARED_STEPS].action, SPEX_INITIALISATION);
        spex_instance_free(instance);
    }
    setting_release(&setting);
    expect_integrity(setting.options.store_dir, 4);
}

static void several_processes_create_one_store(void)
{
    enum { CREATORS = 6 };
    struct process processes[CREATORS];
    char lines[CREATORS][100] = {{0}};
    const char *store = suite_scratch_path("created/store");
    for (int i = 0; i < CREATORS; i++)
        processes[i] = start("create", store);
    for (int i = 0; i < CREATORS; i++) {
        CU_ASSERT_PTR_NOT_NULL(fgets(lines[i], sizeof lines[i], processes[i].output));
        CU_ASSERT_EQUAL(finish(&processes[i]), 0);
        ASSERT_TEXT(lines[i], lines[0]);
    }
    ASSERT_CONTAINS(lines[0], " 4\n");
    expect_integrity(store, 4);
}

static void open_to_nobody(const char *store, mode_t directory, mode_t file)
{
    for (unsigned shard = 0; shard <= 4; shard++) {
        char path[600];
        static const char *const endings[] = {"db", "db-wal", "db-shm", "lock"};
        for (size_t i = 0; i < 4; i++) {
            snprintf(path, sizeof path, "%s/shard-%u.%s", store, shard, endings[i]);
            chmod(path, file);
        }
    }
    chmod(suite_scratch(), 0755);
    chmod(store, directory);
}

static void who_may_not_write_may_read(void)
{
    struct setting setting;
    setting_init(&setting, "readonly", true);
    setting_open(&setting);
    spex_error error;
    char name[32];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "o%d", i);
        ASSERT_OK(spex_init_async(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    setting_close(&setting);
    const char *store = setting.options.store_dir;
    /* With SQLite's files beside the shards, and without. */
    for (int without = 0; without < 2; without++) {
        if (without) {
            for (unsigned shard = 1; shard <= 4; shard++) {
                char path[600];
                snprintf(path, sizeof path, "%s/shard-%u.db-wal", store, shard);
                unlink(path);
                snprintf(path, sizeof path, "%s/shard-%u.db-shm", store, shard);
                unlink(path);
            }
        }
        open_to_nobody(store, 0555, 0444);
        struct process process = start("readonly", store);
        char first[1200] = "", second[1200] = "";
        bool skipped = !fgets(first, sizeof first, process.output);
        CU_ASSERT_TRUE(skipped || fgets(second, sizeof second, process.output));
        int answer = finish(&process);
        open_to_nobody(store, 0755, 0644);
        if (answer == 77) {
            suite_skip("there is no user to become who may not write");
            break;
        }
        CU_ASSERT_EQUAL(answer, 0);
        ASSERT_CONTAINS(first, "cannot write to the store");
        ASSERT_TEXT(second, "0 100 100 \n");
    }
    setting_release(&setting);
}

static void a_full_disk_refuses_and_recovers(void)
{
    struct setting setting;
    setting_init(&setting, "disk-full", false);
    struct process process = start("full", setting.options.store_dir);
    bool acknowledged[400] = {false};
    char line[32];
    int count = 0;
    while (fgets(line, sizeof line, process.output)) {
        acknowledged[atoi(line)] = true;
        count++;
    }
    CU_ASSERT_EQUAL(finish(&process), 0);
    CU_ASSERT_TRUE(count >= 200 && count < 400);
    setting_open(&setting);
    for (int i = 0; i < 400; i++) {
        snprintf(line, sizeof line, "full-%d", i);
        ASSERT_TEXT(setting_show(&setting, line), acknowledged[i] ? "basket/1/0" : "none");
    }
    setting_release(&setting);
    expect_integrity(setting.options.store_dir, 4);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"what was acknowledged survives kill -9", what_was_acknowledged_survives_kill},
        {"two processes step the same instances", two_processes_step_the_same_instances},
        {"several processes create one store", several_processes_create_one_store},
        {"who may not write may read", who_may_not_write_may_read},
        {"a full disk refuses and recovers", a_full_disk_refuses_and_recovers},
        {0},
    };
    if (argc == 4 && strcmp(argv[1], "--child") == 0)
        return child(argv + 2);
    return suite_run("processes", tests, argc, argv);
}
