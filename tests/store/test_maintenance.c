/* info, verify, backup, vacuum; where a store may lie. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/explorer_store.h"
#include "store/manifest.h"
#include "store/schema.h"
#include "store/staging.h"
#include "tests/store/support.h"

/* -------------------------------------------------------- file systems */

static const char *kind_of(unsigned long type, const char *mounted_as)
{
    static char words[100];
    struct file_system found;
    spex_error error = {0};
    file_system_judge(type, mounted_as, &found);
    int status = file_system_check("/some/where", &found, &error);
    CU_ASSERT_EQUAL(status, found.kind ? SPEX_ERROR_STORE : SPEX_OK);
    if (status) {
        ASSERT_CONTAINS(error.message, "/some/where is on a");
        ASSERT_CONTAINS(error.message, found.name);
        ASSERT_CONTAINS(error.message, "put it on a local disk");
    }
    snprintf(words, sizeof words, "%s %s", found.name, status ? "refused" : "local");
    return words;
}

static void network_file_systems_are_refused(void)
{
    static const struct {
        unsigned long type;
        const char *mounted_as;
        const char *expected;
    } cases[] = {
        {0x6969, NULL, "NFS refused"},
        {0x517B, NULL, "SMB refused"},
        {0xFF534D42, NULL, "CIFS refused"},
        {0xFFFFFFFFFF534D42, NULL, "CIFS refused"}, /* as a negative f_type comes */
        {0xFE534D42, NULL, "SMB2 refused"},
        {0x01021997, NULL, "9p refused"},
        {0x5346414F, NULL, "AFS refused"},
        {0x6B414653, NULL, "AFS refused"},
        {0x00C36400, NULL, "Ceph refused"},
        {0x0BD00BD0, NULL, "Lustre refused"},
        {0x47504653, NULL, "GPFS refused"},
        {0x7461636F, NULL, "OCFS2 refused"},
        {0x786F4256, NULL, "vboxsf refused"},
        {0x65735546, NULL, "FUSE refused"},
        {0x65735546, "fuse.sshfs", "fuse.sshfs refused"},
        {0x65735546, "virtiofs", "virtiofs refused"},
        {0x65735546, "fuseblk", "fuseblk local"},
        {0xEF53, NULL, "ext4 local"},
        {0x58465342, NULL, "XFS local"},
        {0x9123683E, NULL, "btrfs local"},
        {0x01021994, NULL, "tmpfs local"},
        {0x794C7630, "fuse.sshfs", "overlayfs local"},
        {0x12345678, NULL, "0x12345678 local"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ASSERT_TEXT(kind_of(cases[i].type, cases[i].mounted_as), cases[i].expected);
    struct file_system here;
    spex_error error;
    ASSERT_OK(file_system_of(suite_scratch(), &here, &error), error);
    CU_ASSERT_TRUE(here.name[0] != '\0');
    CU_ASSERT_EQUAL(file_system_of(suite_scratch_path("nowhere"), &here, &error),
                    SPEX_ERROR_SYSTEM);
}

static void versions_with_the_fix_are_known(void)
{
    static const int with[] = {3044006, 3044007, 3050007, 3051003, 3052000, 4000000};
    static const int without[] = {3007000, 3040001, 3044005, 3045000, 3050006, 3051000, 3051002};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        CU_ASSERT_TRUE(sqlite_log_reset_fixed(with[i]));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        CU_ASSERT_FALSE(sqlite_log_reset_fixed(without[i]));
}

/* ----------------------------------------------------------------- info */

static void info_counts(void)
{
    const char *directory = suite_scratch_path("info");
    store_fill(directory, 3, 0, 100);
    struct store_info info;
    spex_error error;
    ASSERT_OK(store_info_read(directory, NULL, &info, &error), error);
    uint64_t instances = 0, steps = 0, events = 0;
    CU_ASSERT_EQUAL(info.store.shards, 3);
    for (unsigned i = 0; i < info.store.shards; i++) {
        CU_ASSERT_PTR_NULL(info.shards[i].fault);
        CU_ASSERT_EQUAL(info.shards[i].version, SCHEMA_VERSION);
        CU_ASSERT_TRUE(info.shards[i].file_bytes > 4096);
        CU_ASSERT_EQUAL(info.shards[i].log_bytes, 0);
        instances += info.shards[i].instances;
        steps += info.shards[i].steps;
        events += info.shards[i].events;
    }
    CU_ASSERT_EQUAL(instances, 100);
    CU_ASSERT_EQUAL(steps, 450); /* 0 to 9 each */
    CU_ASSERT_EQUAL(events, 10); /* every one that ends with 5 takes more than two steps */
    store_info_release(&info);
    unlink(suite_scratch_path("info/shard-2.db"));
    ASSERT_OK(store_info_read(directory, NULL, &info, &error), error);
    ASSERT_CONTAINS(info.shards[1].fault, "shard 2 (");
    CU_ASSERT_PTR_NULL(info.shards[0].fault);
    store_info_release(&info);
    CU_ASSERT_EQUAL(store_info_read(suite_scratch_path("nowhere"), NULL, &info, &error),
                    SPEX_ERROR_NOT_FOUND);
    store_info_release(&info);
}

/* --------------------------------------------------------------- verify */

static void verify_says_what_is_wrong(void)
{
    static const struct {
        const char *sql, *expected;
    } cases[] = {
        {"UPDATE tally SET instances = instances + 1", "tally"},
        {"UPDATE tally SET reported = reported + 1", "tally"},
        {"INSERT INTO tally VALUES('Other', 'x', 1, 0, 0, 0)", "tally"},
        {"DELETE FROM tally", "tally"},
        {"DELETE FROM history WHERE sequence = 1", "history"},
        {"DELETE FROM history WHERE sequence = (SELECT transitions FROM instance WHERE"
         " key = instance)",
         "history state"},
        {"INSERT INTO history VALUES(99999, 1, 'a', 's', 1, 1)", "history"},
        {"UPDATE instance SET transitions = transitions + 1 WHERE transitions > 0", "history"},
        {"UPDATE history SET verdict = 9 WHERE sequence = 1", "history"},
        {"UPDATE instance SET state = 'elsewhere' WHERE transitions > 0", "state"},
        {"UPDATE instance SET since = since + 1 WHERE transitions > 0", "state"},
        {"UPDATE instance SET deviations = deviations + 1 WHERE transitions > 0", "deviation"},
        {"DELETE FROM deviation", "deviation"},
        {"INSERT INTO deviation VALUES(99999, 'a', 'b', 'c')", "deviation"},
        {"UPDATE instance SET mocked = 1 WHERE transitions > 0", "instance"},
        {"UPDATE instance SET due = -1", "instance"},
        {"UPDATE instance SET identifier = identifier || 'x'", "misplaced"},
        {"UPDATE observation SET learned = count + 1", "observation"},
        {"UPDATE observation SET count = 0, learned = 0", "observation"},
        {"DELETE FROM observation", "observation"},
        {"UPDATE identity SET uuid = 'other'", "unreadable"},
        {"UPDATE identity SET shard = 2", "unreadable"},
        {"PRAGMA application_id = 0", "unreadable"},
        {"PRAGMA user_version = 99", "unreadable"},
        {"DELETE FROM sqlite_schema WHERE name = 'instance_since'", "damaged"},
    };
    const char *sound = suite_scratch_path("sound"), *directory = suite_scratch_path("wrong");
    store_fill(sound, 2, 0, 60);
    EXPECT_SOUND(sound);
    spex_error error;
    char command[900];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backup backup;
        ASSERT_OK(store_backup(sound, directory, NULL, &backup, &error), error);
        EXPECT_SOUND(directory);
        shard_execute(directory, 1, cases[i].sql);
        if (!ASSERT_TEXT(verify_words(directory), cases[i].expected))
            fprintf(stderr, "after: %s\n", cases[i].sql);
        snprintf(command, sizeof command, "rm -rf '%s'", directory);
        CU_ASSERT_EQUAL(system(command), 0);
    }
}

static void verify_looks_at_the_files(void)
{
    const char *directory = suite_scratch_path("files");
    store_fill(directory, 2, 0, 20);
    EXPECT_SOUND(directory);
    spex_error error;
    char *bytes;
    size_t length;
    const char *manifest = suite_scratch_path("files/store.ini");
    ASSERT_OK(file_read(manifest, 0, &bytes, &length, &error), error);
    suite_write("files/store.ini", "format = 1\nshards = many\n", 25);
    ASSERT_TEXT(verify_words(directory), "manifest");
    suite_write("files/store.ini", "garbage\n", 8);
    ASSERT_TEXT(verify_words(directory), "manifest");
    unlink(manifest);
    ASSERT_TEXT(verify_words(directory), "manifest");
    /* What a newer version wrote cannot be judged. */
    suite_write("files/store.ini", "format = 2\nnews\n", 16);
    ASSERT_CONTAINS(verify_words(directory), "error: ");
    suite_write("files/store.ini", bytes, length);
    free(bytes);
    EXPECT_SOUND(directory);
    unlink(suite_scratch_path("files/shard-1.lock"));
    EXPECT_SOUND(directory);
    CU_ASSERT_EQUAL(mkdir(suite_scratch_path("files/shard-1.lock"), 0700), 0);
    ASSERT_TEXT(verify_words(directory), "lock");
    rmdir(suite_scratch_path("files/shard-1.lock"));
    suite_write("files/shard-3.db", "x", 1);
    ASSERT_TEXT(verify_words(directory), "leftover");
    unlink(suite_scratch_path("files/shard-3.db"));
    suite_write("files/notes.txt", "x", 1);
    suite_write("files/shard-1.db.damaged-1", "x", 1);
    EXPECT_SOUND(directory); /* notes only */
    unlink(suite_scratch_path("files/shard-2.db"));
    ASSERT_TEXT(verify_words(directory), "missing");
    suite_write("files/shard-2.db", "", 0);
    ASSERT_TEXT(verify_words(directory), "unreadable");
    suite_write("files/shard-2.db", "not a database, but long enough to look like a page", 51);
    ASSERT_TEXT(verify_words(directory), "unreadable");
    ASSERT_CONTAINS(verify_words(suite_scratch_path("nowhere")), "error: ");
}

static void a_lost_manifest_is_not_no_store(void)
{
    const char *directory = suite_scratch_path("lost");
    store_fill(directory, 2, 0, 10);
    unlink(suite_scratch_path("lost/store.ini"));
    struct reader *reader;
    struct store store;
    spex_error error;
    CU_ASSERT_EQUAL(reader_open(&reader, directory, NULL, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "no store.ini");
    ASSERT_CONTAINS(error.message, "spex store repair");
    CU_ASSERT_EQUAL(store_open(&store, directory, 0, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "spex store repair");
}

static void keep_message(const struct finding *finding, void *context)
{
    snprintf(context, 400, "%s: %s", problem_name(finding->problem), finding->message);
}

static void a_shard_without_a_log_gets_it_again(void)
{
    const char *directory = suite_scratch_path("unlogged");
    char message[400] = "";
    struct verification verification = {.found = keep_message, .context = message};
    struct store store;
    struct shard *shard;
    spex_error error;
    store_fill(directory, 2, 0, 10);
    ASSERT_OK(store_verify(directory, &verification, &error), error);
    CU_ASSERT_EQUAL(verification.notes, 0);
    shard_execute(directory, 2, "PRAGMA journal_mode = DELETE");
    EXPECT_SOUND(directory);
    ASSERT_OK(store_verify(directory, &verification, &error), error);
    CU_ASSERT_EQUAL(verification.notes, 1);
    ASSERT_CONTAINS(message, "note: shard 2");
    ASSERT_CONTAINS(message, "journal_mode");
    ASSERT_OK(store_open(&store, directory, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 2, &shard, &error), error);
    unsigned number = 5000;
    for (char name[32]; snprintf(name, sizeof name, "i-%u", number), store_shard_of(name, 2) != 2;)
        number++;
    ASSERT_OK(store_record(shard, number, &error), error);
    CU_ASSERT(access(suite_scratch_path("unlogged/shard-2.db-wal"), F_OK) == 0);
    shard_close(shard);
    store_release(&store);
    ASSERT_OK(store_verify(directory, &verification, &error), error);
    CU_ASSERT_EQUAL(verification.notes, 0);
    EXPECT_SOUND(directory);
}

static void a_store_made_in_bulk_is_sound(void)
{
    enum { INSTANCES = 20000 }; /* enough for every kind of them */
    const char *directory = suite_scratch_path("bulk");
    spex_error error;
    bool made;
    ASSERT_OK(explorer_store_make(directory, INSTANCES, &made, &error), error);
    CU_ASSERT(made);
    directory = suite_scratch_path("bulk/store");
    EXPECT_SOUND(directory);
    static const char *const kinds[] = {"state = 'lost'", "mocked", "deviations > 0",
                                        "state = 'cancelled'"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM instance WHERE %s", kinds[i]);
        CU_ASSERT(shard_number(directory, 1, sql) > 0);
    }
    ASSERT_OK(explorer_store_make(suite_scratch_path("bulk"), INSTANCES, &made, &error), error);
    CU_ASSERT(!made);
}

/* --------------------------------------------------------------- backup */

struct writing {
    const char *directory;
    atomic_bool stop;
    unsigned written;
};

static void *write_on(void *context)
{
    struct writing *writing = context;
    struct store store;
    struct shard *shard = NULL;
    spex_error error;
    int status = store_open(&store, writing->directory, 0, &error);
    if (!status)
        status = store_shard_open(&store, 1, &shard, &error);
    while (!status && !atomic_load(&writing->stop))
        status = store_record(shard, 1000 + writing->written++, &error);
    if (status)
        fprintf(stderr, "%s\n", error.message);
    shard_close(shard);
    store_release(&store);
    return status ? NULL : writing;
}

static void a_backup_is_of_one_moment(void)
{
    const char *directory = suite_scratch_path("live");
    store_fill(directory, 1, 0, 300);
    struct writing writing = {.directory = directory};
    pthread_t thread;
    pthread_create(&thread, NULL, write_on, &writing);
    spex_error error;
    int64_t before = 300;
    for (int i = 0; i < 10; i++) {
        char name[32];
        snprintf(name, sizeof name, "copy-%d", i);
        const char *target = suite_scratch_path(name);
        struct backup backup;
        ASSERT_OK(store_backup(directory, target, NULL, &backup, &error), error);
        CU_ASSERT_EQUAL(backup.shards, 1);
        EXPECT_SOUND(target);
        int64_t count = shard_number(target, 1, "SELECT count(*) FROM instance");
        CU_ASSERT_TRUE(count >= before);
        before = count;
        /* It is a store: it can be written to. */
        store_fill(target, 1, 500000, 3);
        CU_ASSERT_EQUAL(shard_number(target, 1, "SELECT count(*) FROM instance"), count + 3);
    }
    atomic_store(&writing.stop, true);
    void *result;
    pthread_join(thread, &result);
    CU_ASSERT_PTR_NOT_NULL(result);
    EXPECT_SOUND(directory);
}

static bool refuse_second(void *context, const char *what, double part)
{
    (void)what;
    (void)part;
    return ++*(int *)context < 2;
}

static void a_backup_is_whole_or_not_there(void)
{
    const char *directory = suite_scratch_path("original"), *target = suite_scratch_path("kept");
    store_fill(directory, 2, 0, 200);
    char *content = store_content(directory);
    struct backup backup;
    spex_error error;
    int calls = 0;
    struct progress progress = {refuse_second, &calls};
    CU_ASSERT_EQUAL(store_backup(directory, target, &progress, &backup, &error),
                    SPEX_ERROR_CANCELLED);
    CU_ASSERT_NOT_EQUAL(access(target, F_OK), 0);
    ASSERT_OK(store_backup(directory, target, NULL, &backup, &error), error);
    expect_content(target, content);
    CU_ASSERT_EQUAL(store_backup(directory, target, NULL, &backup, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "is there already");
    CU_ASSERT_EQUAL(store_backup(directory, suite_scratch_path("no/where"), NULL, &backup, &error),
                    SPEX_ERROR_SYSTEM);
    CU_ASSERT_EQUAL(store_backup(directory, "", NULL, &backup, &error), SPEX_ERROR_USAGE);
    /* A shard that is lost is replaced by the backup's. */
    unlink(suite_scratch_path("original/shard-2.db"));
    CU_ASSERT_EQUAL(store_backup(directory, suite_scratch_path("partly"), NULL, &backup, &error),
                    SPEX_ERROR_STORE);
    CU_ASSERT_NOT_EQUAL(access(suite_scratch_path("partly"), F_OK), 0);
    CU_ASSERT_EQUAL(
        rename(suite_scratch_path("kept/shard-2.db"), suite_scratch_path("original/shard-2.db")),
        0);
    expect_content(directory, content);
    EXPECT_SOUND(directory);
    /* Nothing half made is left. */
    char **names;
    size_t count;
    ASSERT_OK(file_list(suite_scratch(), ".ini", &names, &count, &error), error);
    file_list_free(names, count);
    char command[700];
    snprintf(command, sizeof command, "ls -d '%s'/*.partial-* 2>/dev/null | grep -q .",
             suite_scratch());
    CU_ASSERT_NOT_EQUAL(system(command), 0);
    free(content);
}

/* --------------------------------------------------------------- vacuum */

static void vacuum_gives_space_back(void)
{
    const char *directory = suite_scratch_path("vacuum");
    store_fill(directory, 2, 0, 4000);
    for (unsigned shard = 1; shard <= 2; shard++)
        shard_execute(directory, shard,
                      "DELETE FROM history WHERE instance % 10 <> 0;"
                      "DELETE FROM deviation WHERE instance % 10 <> 0;"
                      "DELETE FROM instance WHERE key % 10 <> 0");
    char *content = store_content(directory);
    struct vacuum vacuum;
    spex_error error;
    ASSERT_OK(store_vacuum(directory, NULL, &vacuum, &error), error);
    CU_ASSERT_TRUE(vacuum.after < vacuum.before / 2);
    expect_content(directory, content);
    free(content);
    EXPECT_SOUND(directory);
    struct store_info info;
    ASSERT_OK(store_info_read(directory, NULL, &info, &error), error);
    CU_ASSERT_EQUAL(info.shards[0].free_pages, 0);
    CU_ASSERT_EQUAL(info.shards[0].log_bytes, 0);
    CU_ASSERT_EQUAL(info.shards[0].file_bytes + info.shards[1].file_bytes, vacuum.after);
    store_info_release(&info);
}

static bool refuse(void *context, const char *what, double part)
{
    (void)context;
    (void)what;
    (void)part;
    return false;
}

static void long_work_can_be_cancelled(void)
{
    const char *directory = suite_scratch_path("cancelled");
    store_fill(directory, 1, 0, 3000);
    char *content = store_content(directory);
    struct progress progress = {refuse, NULL};
    struct vacuum vacuum;
    struct verification verification = {.progress = &progress};
    spex_error error;
    CU_ASSERT_EQUAL(store_vacuum(directory, &progress, &vacuum, &error), SPEX_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(store_verify(directory, &verification, &error), SPEX_ERROR_CANCELLED);
    EXPECT_SOUND(directory);
    expect_content(directory, content);
    free(content);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"network file systems are refused", network_file_systems_are_refused},
        {"versions with the fix are known", versions_with_the_fix_are_known},
        {"info counts", info_counts},
        {"verify says what is wrong", verify_says_what_is_wrong},
        {"verify looks at the files", verify_looks_at_the_files},
        {"a shard without a log gets it again", a_shard_without_a_log_gets_it_again},
        {"a store made in bulk is sound", a_store_made_in_bulk_is_sound},
        {"a lost manifest is not no store", a_lost_manifest_is_not_no_store},
        {"a backup is of one moment", a_backup_is_of_one_moment},
        {"a backup is whole or not there", a_backup_is_whole_or_not_there},
        {"vacuum gives space back", vacuum_gives_space_back},
        {"long work can be cancelled", long_work_can_be_cancelled},
        {0},
    };
    return suite_run("maintenance", tests, argc, argv);
}
