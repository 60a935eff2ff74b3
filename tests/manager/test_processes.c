/* Several processes on one store. The program starts itself again as the others. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/manager/processes.h"
#include "tests/manager/support.h"

/* ------------------------------------------------------------- children */

enum { SHARED_INSTANCES = 10, SHARED_STEPS = 100 };

/* Steps instances that another process steps too. */
static int child_share(const char *store)
{
    spex_manager *manager = child_open(store, NULL);
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

/* Instances of it are pruned as soon as they were idle for a second. */
static void add_old(spex_manager *manager)
{
    spex_specification *old;
    spex_error error = {0};
    spex_or_die(spex_specification_create(&old, "Old", &error), &error, SPEX_HERE);
    spex_or_die(spex_specification_add(old, "a", "go", "b", &error), &error, SPEX_HERE);
    spex_policy policy = *spex_specification_policy(old);
    policy.prune_timeout = 1000;
    policy.prunable = SPEX_PRUNABLE_ALL;
    spex_or_die(spex_specification_set_policy(old, &policy, &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(manager, old, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(old);
}

static int child_create(const char *store)
{
    spex_manager *manager = child_open(store, NULL);
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
    spex_manager *manager = child_open(store, NULL);
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

/* ------------------------------------------- a disk of a megabyte or two */

enum { FULL_INSTANCES = 4000, FULL_META = 3000 };

struct small_disk {
    char store[600], ballast[600];
    spex_manager *manager;
    char meta[FULL_META + 20];
    bool acknowledged[FULL_INSTANCES];
    int count; /* of the instances tried */
};

/* Visible to this process alone, and gone with it. */
static bool mount_small(const char *folder)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, "size=3m") == 0;
}

static int record_one(struct small_disk *disk, spex_error *error)
{
    char name[32];
    snprintf(name, sizeof name, "full-%d", disk->count);
    int status = spex_init(disk->manager, "Order", name, disk->meta, NULL, error);
    disk->acknowledged[disk->count++] = status == SPEX_OK;
    return status;
}

/* How many are not there though they were acknowledged, or there though they were not. */
static int count_wrong(const struct small_disk *disk)
{
    int wrong = 0;
    char name[32];
    spex_error error;
    for (int i = 0; i < disk->count; i++) {
        spex_instance *instance;
        snprintf(name, sizeof name, "full-%d", i);
        int status = spex_get(disk->manager, name, &instance, &error);
        wrong += disk->acknowledged[i] ? status != SPEX_OK : status != SPEX_ERROR_NOT_FOUND;
        spex_instance_free(instance);
    }
    return wrong;
}

static bool whole(const char *store)
{
    bool good = true;
    for (unsigned shard = 1; shard <= 4; shard++) {
        char path[700];
        snprintf(path, sizeof path, "%s/shard-%u.db", store, shard);
        sqlite3 *database;
        sqlite3_stmt *statement = NULL;
        sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL);
        sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL);
        good &= sqlite3_step(statement) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
        sqlite3_finalize(statement);
        sqlite3_close(database);
    }
    return good;
}

static int child_small_disk(const char *folder)
{
    static struct small_disk disk;
    spex_error error = {0};
    if (!mount_small(folder))
        return 77;
    snprintf(disk.store, sizeof disk.store, "%s/store", folder);
    snprintf(disk.ballast, sizeof disk.ballast, "%s/ballast", folder);
    snprintf(disk.meta, sizeof disk.meta, "{\"a\":\"%0*d\"}", FULL_META, 0);
    char *bytes = memory_allocate(1, 1 << 20);
    if (file_replace(disk.ballast, bytes, 1 << 20, &error))
        return 2;
    free(bytes);
    disk.manager = child_open(disk.store, NULL);
    int status = SPEX_OK, failures = 0;
    while (disk.count < 2000 && failures < 50)
        if (record_one(&disk, &error)) {
            status = error.status;
            failures++;
        }
    printf("%d: %s\n", status, error.message);
    printf("full: %d tried, %d wrong\n", disk.count, count_wrong(&disk));
    unlink(disk.ballast);
    int before = disk.count;
    while (disk.count < before + 10)
        if ((status = record_one(&disk, &error)))
            break;
    printf("room: %d more, status %d\n", disk.count - before, status);
    child_close(disk.manager);
    disk.manager = child_open(disk.store, NULL);
    printf("again: %d wrong\n", count_wrong(&disk));
    child_close(disk.manager);
    printf("whole: %d\n", whole(disk.store));
    return 0;
}

/* ----------------------------------------- recording, stepping, pruning */

enum { RECORDED = 600 };

/* Every second one is of a kind that may be pruned at once. Says which are stored. */
static int child_recorder(const char *store)
{
    spex_manager *manager = child_open(store, NULL);
    spex_clock clock = clock_system();
    spex_error error;
    char name[32];
    add_old(manager);
    for (int i = 0; i < RECORDED; i++) {
        snprintf(name, sizeof name, i % 2 ? "old-%d" : "new-%d", i);
        spex_or_die(spex_init_at(manager, i % 2 ? "Old" : "Order", name, NULL, NULL,
                                 clock.wall(NULL) - (i % 2 ? 3600 * SECOND : 0), SPEX_HERE, NULL,
                                 &error),
                    &error, SPEX_HERE);
        if (write(STDOUT_FILENO, "+\n", 2) != 2)
            return 4;
    }
    child_close(manager);
    return 0;
}

/* Prunes until it has seen all that the recorder leaves to it. */
static int child_pruner(const char *store)
{
    spex_manager *manager = child_open(store, NULL);
    spex_error error;
    uint64_t total = 0;
    add_old(manager);
    while (total < RECORDED / 2) {
        uint64_t pruned;
        spex_or_die(spex_prune(manager, false, &pruned, &error), &error, SPEX_HERE);
        total += pruned;
    }
    child_close(manager);
    printf("%d\n", (int)total);
    return total == RECORDED / 2 ? 0 : 5;
}

static int child(char **arguments)
{
    if (strcmp(arguments[0], "small") == 0)
        return child_small_disk(arguments[1]);
    if (strcmp(arguments[0], "recorder") == 0)
        return child_recorder(arguments[1]);
    if (strcmp(arguments[0], "pruner") == 0)
        return child_pruner(arguments[1]);
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

static void two_processes_step_the_same_instances(void)
{
    struct setting setting;
    setting_init(&setting, "shared", false);
    struct process first =
        process_start((const char *const[]){"share", setting.options.store_dir, NULL});
    struct process second =
        process_start((const char *const[]){"share", setting.options.store_dir, NULL});
    CU_ASSERT_EQUAL(process_finish(&first), 0);
    CU_ASSERT_EQUAL(process_finish(&second), 0);
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
    expect_integrity(setting.options.store_dir, 4, false);
}

static void several_processes_create_one_store(void)
{
    enum { CREATORS = 6 };
    struct process processes[CREATORS];
    char lines[CREATORS][100] = {{0}};
    const char *store = suite_scratch_path("created/store");
    for (int i = 0; i < CREATORS; i++)
        processes[i] = process_start((const char *const[]){"create", store, NULL});
    for (int i = 0; i < CREATORS; i++) {
        CU_ASSERT_PTR_NOT_NULL(fgets(lines[i], sizeof lines[i], processes[i].output));
        CU_ASSERT_EQUAL(process_finish(&processes[i]), 0);
        ASSERT_TEXT(lines[i], lines[0]);
    }
    ASSERT_CONTAINS(lines[0], " 4\n");
    expect_integrity(store, 4, false);
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
        struct process process = process_start((const char *const[]){"readonly", store, NULL});
        char first[1200] = "", second[1200] = "";
        bool skipped = !fgets(first, sizeof first, process.output);
        CU_ASSERT_TRUE(skipped || fgets(second, sizeof second, process.output));
        int answer = process_finish(&process);
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
    struct process process =
        process_start((const char *const[]){"full", setting.options.store_dir, NULL});
    bool acknowledged[400] = {false};
    char line[32];
    int count = 0;
    while (fgets(line, sizeof line, process.output)) {
        acknowledged[atoi(line)] = true;
        count++;
    }
    CU_ASSERT_EQUAL(process_finish(&process), 0);
    CU_ASSERT_TRUE(count >= 200 && count < 400);
    setting_open(&setting);
    for (int i = 0; i < 400; i++) {
        snprintf(line, sizeof line, "full-%d", i);
        ASSERT_TEXT(setting_show(&setting, line), acknowledged[i] ? "basket/1/0" : "none");
    }
    setting_release(&setting);
    expect_integrity(setting.options.store_dir, 4, false);
}

static void a_small_disk_fills_and_gets_room(void)
{
    const char *folder = suite_scratch_path("small");
    spex_error error;
    ASSERT_OK(file_make_directory(folder, &error), error);
    struct process process = process_start((const char *const[]){"small", folder, NULL});
    struct text said = {0};
    char line[1200];
    while (fgets(line, sizeof line, process.output))
        text_append(&said, line);
    int answer = process_finish(&process);
    if (answer == 77) {
        suite_skip("a small disk cannot be mounted here");
    } else {
        CU_ASSERT_EQUAL(answer, 0);
        ASSERT_CONTAINS(text_value(&said), "-4: shard");
        ASSERT_CONTAINS(text_value(&said), "make room on the disk");
        ASSERT_CONTAINS(text_value(&said), "tried, 0 wrong");
        ASSERT_CONTAINS(text_value(&said), "room: 10 more, status 0");
        ASSERT_CONTAINS(text_value(&said), "again: 0 wrong");
        ASSERT_CONTAINS(text_value(&said), "whole: 1");
    }
    text_release(&said);
}

static bool count_one(const spex_instance *instance, void *user_data)
{
    (void)instance;
    ++*(int *)user_data;
    return true;
}

static int count_matching(spex_manager *manager, const spex_filter *filter)
{
    int count = 0;
    spex_error error;
    ASSERT_OK(spex_all(manager, filter, count_one, &count, &error), error);
    return count;
}

/* One records, one prunes, and here instances are stepped as soon as they are there: each
 * sees at once what the others did. */
static void recording_stepping_and_pruning_at_once(void)
{
    struct setting setting;
    setting_init(&setting, "all-three", false);
    setting_open(&setting);
    const char *store = setting.options.store_dir;
    struct process recorder = process_start((const char *const[]){"recorder", store, NULL});
    struct process pruner = process_start((const char *const[]){"pruner", store, NULL});
    struct reader *reader = setting_reader(&setting);
    spex_error error;
    char line[16], name[32];
    int recorded = 0;
    reader_changed(reader);
    while (fgets(line, sizeof line, recorder.output)) {
        int i = recorded++;
        if (i % 2)
            continue;
        bool changed = reader_changed(reader);
        CU_ASSERT_TRUE(changed || i == 0); /* the first may have been there already */
        snprintf(name, sizeof name, "new-%d", i);
        ASSERT_OK(spex_transition(setting.manager, name, "pay", "paid", &error), error);
        spex_instance *instance;
        if (ASSERT_OK(reader_instance(reader, name, 0, &instance, &error), error))
            CU_ASSERT_EQUAL(instance->transitions, 2);
        spex_instance_free(instance);
    }
    CU_ASSERT_EQUAL(recorded, RECORDED);
    CU_ASSERT_EQUAL(process_finish(&recorder), 0);
    CU_ASSERT_EQUAL(process_finish(&pruner), 0);
    CU_ASSERT_EQUAL(count_matching(setting.manager, &(spex_filter){.text = "old-"}), 0);
    CU_ASSERT_EQUAL(count_matching(setting.manager, &(spex_filter){.state = "paid"}), RECORDED / 2);
    /* Counted once each, by whatever process. */
    struct observed_transition *observed;
    size_t rows;
    ASSERT_OK(reader_observed(reader, "Order", &observed, &rows, &error), error);
    CU_ASSERT_EQUAL(rows, 2);
    for (size_t i = 0; i < rows; i++)
        CU_ASSERT_EQUAL(observed[i].count, RECORDED / 2);
    observed_free(observed, rows);
    reader_close(reader);
    setting_release(&setting);
    expect_integrity(store, 4, true);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"two processes step the same instances", two_processes_step_the_same_instances},
        {"several processes create one store", several_processes_create_one_store},
        {"who may not write may read", who_may_not_write_may_read},
        {"a full disk refuses and recovers", a_full_disk_refuses_and_recovers},
        {"a small disk fills and gets room", a_small_disk_fills_and_gets_room},
        {"recording, stepping and pruning at once", recording_stepping_and_pruning_at_once},
        {0},
    };
    if (argc >= 4 && strcmp(argv[1], "--child") == 0)
        return child(argv + 2);
    return suite_run("processes", tests, argc, argv);
}
