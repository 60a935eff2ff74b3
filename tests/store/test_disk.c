/* A disk that is full, read-only or out of files: every call says so, what was acknowledged
 * stays, and all goes on when the disk does. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/manager/support.h"
#include "tests/store/support.h"

/* The logs of 600 transactions fit. */
enum { DISK = 32 << 20 };

/* A small disk of the test's own, or NULL where none can be had. */
static const char *small_disk(const char *name)
{
    const char *directory = suite_scratch_path(name);
    char options[32];
    snprintf(options, sizeof options, "size=%d", DISK);
    CU_ASSERT_EQUAL(mkdir(directory, 0755), 0);
    if (mount("tmpfs", directory, "tmpfs", 0, options) == 0)
        return directory;
    suite_skip("a small disk cannot be mounted here");
    return NULL;
}

static void remove_disk(const char *directory)
{
    CU_ASSERT_EQUAL(umount2(directory, 0), 0);
}

/* Takes all the room there is, or gives it back. */
static void fill_disk(const char *directory, size_t leave)
{
    char path[700], bytes[4096] = {1};
    snprintf(path, sizeof path, "%s/ballast", directory);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    while (write(descriptor, bytes, sizeof bytes) > 0)
        ;
    struct stat about;
    fstat(descriptor, &about);
    CU_ASSERT_EQUAL(ftruncate(descriptor, about.st_size - (off_t)leave), 0);
    close(descriptor);
}

static void free_disk(const char *directory)
{
    char path[700];
    snprintf(path, sizeof path, "%s/ballast", directory);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

/* ------------------------------------------------------------- recording */

static void a_manager_waits_for_the_disk(void)
{
    const char *disk = small_disk("recording");
    if (!disk)
        return;
    struct setting setting;
    spex_error error;
    char store[700], name[32];
    bool acknowledged[600] = {false};
    unsigned failed = 0, after = 0;
    snprintf(store, sizeof store, "%s/store", disk);
    setting_init(&setting, "disk-manager", true);
    setting.options.store_dir = store;
    setting_open(&setting);
    for (int i = 0; i < 600; i++) {
        if (i == 100)
            fill_disk(disk, 64 << 10);
        if (i == 500)
            free_disk(disk);
        snprintf(name, sizeof name, "o-%d", i);
        int status = spex_init(setting.manager, "Order", name, NULL, NULL, &error);
        acknowledged[i] = status == SPEX_OK;
        if (status) {
            CU_ASSERT_EQUAL(status, SPEX_ERROR_STORE);
            ASSERT_CONTAINS(error.message, "shard ");
            failed++;
        } else if (i >= 500) {
            after++;
        }
    }
    CU_ASSERT_TRUE(failed > 0);
    CU_ASSERT_EQUAL(after, 100);
    setting_close(&setting);
    setting_open(&setting);
    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "o-%d", i);
        ASSERT_TEXT(setting_show(&setting, name), acknowledged[i] ? "basket/1/0" : "none");
    }
    setting_close(&setting);
    EXPECT_SOUND(store);
    setting.options.store_dir = "";
    setting_release(&setting);
    remove_disk(disk);
}

/* Its instances have room by far, what is logged of their changes has not. */
static void a_log_does_not_fill_the_disk(void)
{
    enum { INSTANCES = 20, ROUNDS = 150 };
    static const char *const ways[][2] = {{"pay", "paid"}, {"refund", "basket"}};
    const char *disk = small_disk("logging");
    if (!disk)
        return;
    struct setting setting;
    spex_error error = {0};
    char store[700], name[32];
    unsigned failed = 0;
    snprintf(store, sizeof store, "%s/store", disk);
    setting_init(&setting, "disk-logging", true);
    setting.options.store_dir = store;
    setting_open(&setting);
    for (int i = 0; i < INSTANCES; i++) {
        snprintf(name, sizeof name, "o-%d", i);
        ASSERT_OK(spex_init(setting.manager, "Order", name, NULL, NULL, &error), error);
    }
    for (int i = 0; i < INSTANCES * ROUNDS; i++) {
        const char *const *way = ways[i / INSTANCES % 2];
        snprintf(name, sizeof name, "o-%d", i % INSTANCES);
        int status = spex_transition(setting.manager, name, way[0], way[1], &error);
        if (status && status != SPEX_ERROR_REFUSED && failed++ < 3)
            fprintf(stderr, "transition %d: %s\n", i, error.message);
    }
    CU_ASSERT_EQUAL(failed, 0);
    setting_close(&setting);
    EXPECT_SOUND(store);
    setting.options.store_dir = "";
    setting_release(&setting);
    remove_disk(disk);
}

/* ------------------------------------------------------ looking after it */

static void maintenance_needs_room(void)
{
    const char *disk = small_disk("maintenance");
    if (!disk)
        return;
    char store[700], target[700], outside[700];
    spex_error error;
    struct reshard resharded;
    struct backup backup;
    struct vacuum vacuum;
    struct repair repaired;
    struct repair_options options = {.told = NULL};
    snprintf(store, sizeof store, "%s/store", disk);
    snprintf(target, sizeof target, "%s/copy", disk);
    snprintf(outside, sizeof outside, "%s-copy", disk);
    store_fill(store, 2, 0, 1500);
    char *content = store_content(store);
    fill_disk(disk, 96 << 10);
    CU_ASSERT_EQUAL(store_reshard(store, 3, NULL, &resharded, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "MiB beside it");
    CU_ASSERT_EQUAL(store_backup(store, target, NULL, &backup, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "make room on the disk");
    CU_ASSERT_NOT_EQUAL(access(target, F_OK), 0);
    CU_ASSERT_EQUAL(store_vacuum(store, NULL, &vacuum, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "make room on the disk");
    expect_content(store, content);
    EXPECT_SOUND(store);
    /* A backup elsewhere is possible all the same. */
    ASSERT_OK(store_backup(store, outside, NULL, &backup, &error), error);
    expect_content(outside, content);
    shard_execute(outside, 1, "PRAGMA user_version"); /* only looks */
    free_disk(disk);
    ASSERT_OK(store_reshard(store, 3, NULL, &resharded, &error), error);
    expect_content(store, content);
    shard_execute(store, 1, "DELETE FROM sqlite_schema WHERE name = 'instance_since'");
    fill_disk(disk, 96 << 10);
    CU_ASSERT_EQUAL(store_repair(store, &options, &repaired, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "make room");
    repair_release(&repaired);
    free_disk(disk);
    ASSERT_OK(store_repair(store, &options, &repaired, &error), error);
    repair_release(&repaired);
    EXPECT_SOUND(store);
    expect_content(store, content);
    free(content);
    remove_disk(disk);
}

static void a_disk_becomes_read_only(void)
{
    const char *disk = small_disk("read-only");
    if (!disk)
        return;
    char path[700];
    struct store store;
    struct shard *shard;
    struct reshard resharded;
    struct vacuum vacuum;
    spex_error error;
    snprintf(path, sizeof path, "%s/store", disk);
    store_fill(path, 2, 0, 50);
    char *content = store_content(path);
    CU_ASSERT_EQUAL(mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    CU_ASSERT_EQUAL(store_open(&store, path, 0, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "Read-only file system");
    CU_ASSERT_EQUAL(store_reshard(path, 3, NULL, &resharded, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, "Read-only file system");
    CU_ASSERT_EQUAL(store_vacuum(path, NULL, &vacuum, &error), SPEX_ERROR_SYSTEM);
    /* It can be looked at, and copied to a disk that can be written. */
    struct backup backup;
    expect_content(path, content);
    EXPECT_SOUND(path);
    const char *target = suite_scratch_path("rescued");
    ASSERT_OK(store_backup(path, target, NULL, &backup, &error), error);
    expect_content(target, content);
    CU_ASSERT_EQUAL(mount(NULL, disk, NULL, MS_REMOUNT, NULL), 0);
    ASSERT_OK(store_open(&store, path, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 1, &shard, &error), error);
    shard_close(shard);
    store_release(&store);
    free(content);
    remove_disk(disk);
}

/* ------------------------------------------------------------ too many files */

/* How many files are open, so that there can be a few more and no others. */
static rlim_t lowest_free_descriptor(void)
{
    int descriptor = open("/dev/null", O_RDONLY);
    close(descriptor);
    return (rlim_t)descriptor;
}

static void too_many_files_are_open(void)
{
    const char *directory = suite_scratch_path("files");
    store_fill(directory, 3, 0, 60);
    char *content = store_content(directory);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t all = limit.rlim_cur, open_now = lowest_free_descriptor();
    unsigned refused[3] = {0};
    for (rlim_t more = 0; more < 14; more++) {
        struct store store = {0};
        struct shard *shard = NULL;
        struct reshard resharded;
        struct backup backup;
        spex_error error = {0};
        limit.rlim_cur = open_now + more;
        setrlimit(RLIMIT_NOFILE, &limit);
        int status = store_open(&store, directory, 0, &error);
        char name[32];
        snprintf(name, sizeof name, "i-%u", 5000 + (unsigned)more);
        if (!status)
            status = store_shard_open(&store, store_shard_of(name, store.shards), &shard, &error);
        if (!status)
            status = store_record(shard, 5000 + (unsigned)more, &error);
        refused[0] += status != SPEX_OK;
        if (status)
            CU_ASSERT_TRUE(strstr(error.message, "Too many open files") ||
                           strstr(error.message, "unable to open"));
        shard_close(shard);
        if (store.directory)
            store_release(&store);
        refused[1] +=
            store_backup(directory, suite_scratch_path("files-copy"), NULL, &backup, &error) != 0;
        refused[2] += store_reshard(directory, more % 2 ? 2 : 3, NULL, &resharded, &error) != 0;
        limit.rlim_cur = all;
        setrlimit(RLIMIT_NOFILE, &limit);
        if (access(suite_scratch_path("files-copy"), F_OK) == 0)
            CU_ASSERT_EQUAL(system("rm -rf \"$TEST_COPY\""), 0);
        EXPECT_SOUND(directory);
    }
    CU_ASSERT_TRUE(refused[0] > 0 && refused[0] < 14);
    CU_ASSERT_TRUE(refused[1] > 0);
    CU_ASSERT_TRUE(refused[2] > 0);
    free(content);
}

static void files_may_not_grow(void)
{
    const char *directory = suite_scratch_path("growing");
    store_fill(directory, 1, 0, 10);
    struct store store;
    struct shard *shard;
    spex_error error;
    ASSERT_OK(store_open(&store, directory, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 1, &shard, &error), error);
    ASSERT_OK(store_record(shard, 5000, &error), error);
    struct rlimit limit, before;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 1 << 18;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int status = SPEX_OK;
    unsigned recorded = 1;
    while (!status && recorded < 1000)
        if (!(status = store_record(shard, 5000 + recorded, &error)))
            recorded++;
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT_EQUAL(status, SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "File too large");
    ASSERT_CONTAINS(error.message, "ulimit -f");
    EXPECT_SOUND(directory);
    ASSERT_OK(store_record(shard, 5000 + recorded, &error), error);
    shard_close(shard);
    store_release(&store);
    EXPECT_SOUND(directory);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a manager waits for the disk", a_manager_waits_for_the_disk},
        {"a log does not fill the disk", a_log_does_not_fill_the_disk},
        {"maintenance needs room", maintenance_needs_room},
        {"a disk becomes read-only", a_disk_becomes_read_only},
        {"too many files are open", too_many_files_are_open},
        {"files may not grow", files_may_not_grow},
        {0},
    };
    setenv("TEST_COPY", suite_scratch_path("files-copy"), 1);
    return suite_run("disk", tests, argc, argv);
}
