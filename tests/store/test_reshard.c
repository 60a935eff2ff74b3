/* Another number of shards: everything is there, and nobody writes to what was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lock.h"
#include "store/staging.h"
#include "tests/store/support.h"

static void expect_shards(const char *directory, unsigned shards)
{
    struct store store;
    spex_error error;
    if (!ASSERT_OK(store_load(&store, directory, &error), error))
        return;
    CU_ASSERT_EQUAL(store.shards, shards);
    CU_ASSERT_EQUAL(store.switching[0], '\0');
    store_release(&store);
    char **paths;
    size_t count;
    ASSERT_OK(file_list(directory, ".db", &paths, &count, &error), error);
    CU_ASSERT_EQUAL(count, shards);
    file_list_free(paths, count);
}

static void reshard(const char *directory, unsigned shards)
{
    struct reshard result;
    spex_error error;
    ASSERT_OK(store_reshard(directory, shards, NULL, &result, &error), error);
    CU_ASSERT_EQUAL(result.to, shards);
}

static void everything_moves(void)
{
    static const unsigned numbers[] = {1, 2, 7, 3, 3, 40, 4};
    const char *directory = suite_scratch_path("moves");
    store_fill(directory, 4, 0, 500);
    char *content = store_content(directory);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        reshard(directory, numbers[i]);
        expect_shards(directory, numbers[i]);
        expect_content(directory, content);
        EXPECT_SOUND(directory);
    }
    /* It goes on as before. */
    store_fill(directory, 4, 5000, 50);
    EXPECT_SOUND(directory);
    CU_ASSERT_FALSE(staging_there(&(struct store){.directory = (char *)(uintptr_t)directory}));
    free(content);
}

static void an_empty_store_too(void)
{
    const char *directory = suite_scratch_path("empty");
    store_fill(directory, 3, 0, 0);
    reshard(directory, 5);
    expect_shards(directory, 5);
    EXPECT_SOUND(directory);
}

/* Due times need not be computed anew where all shards agreed about what they come from. */
static void what_due_times_come_from_is_kept(void)
{
    const char *directory = suite_scratch_path("due");
    store_fill(directory, 2, 0, 60);
    static const char same[] = "SELECT count(*) FROM timeout WHERE fingerprint = 77";
    reshard(directory, 3);
    for (unsigned shard = 1; shard <= 3; shard++)
        CU_ASSERT_EQUAL(shard_number(directory, shard, same), 3);
    shard_execute(directory, 2,
                  "UPDATE timeout SET fingerprint = 78 WHERE specification = 'Order'");
    shard_execute(directory, 3, "DELETE FROM timeout WHERE specification = 'Invoice'");
    reshard(directory, 2);
    for (unsigned shard = 1; shard <= 2; shard++)
        CU_ASSERT_EQUAL(shard_number(directory, shard, same), 1);
}

static void events_stay_in_order(void)
{
    const char *directory = suite_scratch_path("events");
    store_fill(directory, 3, 0, 400);
    reshard(directory, 1);
    CU_ASSERT_EQUAL(shard_number(directory, 1, "SELECT count(*) FROM event"), 40);
    CU_ASSERT_EQUAL(shard_number(directory, 1,
                                 "SELECT count(*) FROM event AS one, event AS two WHERE"
                                 " one.key < two.key AND one.at > two.at"),
                    0);
}

static void who_had_it_open_writes_no_more(void)
{
    const char *directory = suite_scratch_path("open");
    store_fill(directory, 2, 0, 40);
    char *content = store_content(directory);
    struct store store;
    struct shard *shard;
    struct reader *reader;
    spex_error error;
    ASSERT_OK(store_open(&store, directory, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 1, &shard, &error), error);
    ASSERT_OK(reader_open(&reader, directory, NULL, &error), error);
    CU_ASSERT_FALSE(reader_changed(reader));
    reshard(directory, 3);
    CU_ASSERT_EQUAL(store_record(shard, 7000, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "was resharded while it was open, from 2 shards to 3");
    shard_close(shard);
    /* Nor can more of the old store be opened. */
    CU_ASSERT_EQUAL(store_shard_open(&store, 2, &shard, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "was resharded while it was open, from 2 shards to 3");
    CU_ASSERT_PTR_NULL(shard);
    expect_content(directory, content);
    /* A reader notices and reads on. */
    CU_ASSERT_TRUE(reader_changed(reader));
    CU_ASSERT_EQUAL(reader_shard_count(reader), 3);
    uint64_t count;
    ASSERT_OK(reader_count(reader, NULL, &count, &error), error);
    CU_ASSERT_EQUAL(count, 40);
    CU_ASSERT_FALSE(reader_changed(reader));
    store_fill(directory, 3, 9000, 3);
    CU_ASSERT_TRUE(reader_changed(reader));
    reader_close(reader);
    store_release(&store);
    free(content);
}

/* Back to as many shards as there were: the files are others all the same. */
static void there_and_back_is_noticed(void)
{
    const char *directory = suite_scratch_path("back");
    store_fill(directory, 2, 0, 40);
    struct store store;
    struct shard *shard;
    spex_error error;
    ASSERT_OK(store_open(&store, directory, 0, &error), error);
    ASSERT_OK(store_shard_open(&store, 1, &shard, &error), error);
    reshard(directory, 3);
    reshard(directory, 2);
    char *content = store_content(directory);
    CU_ASSERT_EQUAL(store_record(shard, 7000, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "removed or replaced");
    shard_close(shard);
    expect_content(directory, content);
    ASSERT_OK(store_shard_open(&store, 1, &shard, &error), error);
    shard_close(shard);
    store_release(&store);
    free(content);
}

/* ------------------------------------------------------------ while it works */

struct meanwhile {
    const char *directory;
    struct store store;
    struct shard *shard;
    int calls;
};

static int64_t hurrying(void *context)
{
    return *(int64_t *)context += 1000000;
}

/* Tried by others, in the middle of it. */
static bool look_on(void *context, const char *what, double part)
{
    (void)part;
    struct meanwhile *meanwhile = context;
    struct store store;
    struct reshard result;
    struct backup backup;
    struct reader *reader;
    spex_error error;
    char self[32];
    snprintf(self, sizeof self, "by process %ld", (long)getpid());
    ASSERT_TEXT(what, "resharding");
    if (meanwhile->calls++)
        return true;
    CU_ASSERT_EQUAL(store_open(&store, meanwhile->directory, 0, &error), SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "is being resharded since 20");
    ASSERT_CONTAINS(error.message, self);
    CU_ASSERT_EQUAL(store_record(meanwhile->shard, 7000, &error), SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "is being resharded since 20");
    CU_ASSERT_EQUAL(store_reshard(meanwhile->directory, 5, NULL, &result, &error), SPEX_ERROR_BUSY);
    ASSERT_CONTAINS(error.message, "is being resharded");
    CU_ASSERT_EQUAL(
        store_backup(meanwhile->directory, suite_scratch_path("no-backup"), NULL, &backup, &error),
        SPEX_ERROR_BUSY);
    /* Readers see the store as it was. */
    uint64_t count = 0;
    ASSERT_OK(reader_open(&reader, meanwhile->directory, NULL, &error), error);
    ASSERT_OK(reader_count(reader, NULL, &count, &error), error);
    CU_ASSERT_EQUAL(count, 9000);
    reader_close(reader);
    return true;
}

static void others_are_kept_out_meanwhile(void)
{
    const char *directory = suite_scratch_path("busy");
    store_fill(directory, 2, 0, 9000);
    struct meanwhile meanwhile = {.directory = directory};
    struct progress progress = {look_on, &meanwhile};
    struct reshard result;
    spex_error error;
    int64_t time = 0;
    struct shard_options options = {.clock = {hurrying, hurrying, &time}, .event_limit = 10};
    ASSERT_OK(store_open(&meanwhile.store, directory, 0, &error), error);
    ASSERT_OK(shard_open(&meanwhile.shard, &meanwhile.store, 1, &options, &error), error);
    ASSERT_OK(store_reshard(directory, 3, &progress, &result, &error), error);
    CU_ASSERT_TRUE(meanwhile.calls > 0);
    CU_ASSERT_EQUAL(result.instances, 9000);
    expect_shards(directory, 3);
    shard_close(meanwhile.shard);
    store_release(&meanwhile.store);
}

static bool refuse(void *context, const char *what, double part)
{
    (void)context;
    (void)what;
    (void)part;
    return false;
}

static void it_can_be_cancelled(void)
{
    const char *directory = suite_scratch_path("cancelled");
    store_fill(directory, 2, 0, 5000);
    struct progress progress = {refuse, NULL};
    struct reshard result;
    spex_error error;
    char *content = store_content(directory);
    CU_ASSERT_EQUAL(store_reshard(directory, 3, &progress, &result, &error), SPEX_ERROR_CANCELLED);
    expect_shards(directory, 2);
    expect_content(directory, content);
    CU_ASSERT_FALSE(staging_there(&(struct store){.directory = (char *)(uintptr_t)directory}));
    free(content);
}

/* ----------------------------------------------------------- when it cannot */

static void what_is_not_sound_is_not_moved(void)
{
    const char *directory = suite_scratch_path("unsound");
    store_fill(directory, 2, 0, 60);
    struct reshard result;
    spex_error error;
    shard_execute(directory, 1, "INSERT INTO history VALUES(99999, 1, 'a', 's', 1, 1)");
    CU_ASSERT_EQUAL(store_reshard(directory, 3, NULL, &result, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "spex store verify");
    expect_shards(directory, 2);
    shard_execute(directory, 1, "DELETE FROM history WHERE instance = 99999");
    EXPECT_SOUND(directory);
    unlink(suite_scratch_path("unsound/shard-2.db"));
    CU_ASSERT_EQUAL(store_reshard(directory, 3, NULL, &result, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "shard 2 (");
    ASSERT_CONTAINS(error.message, "is missing");
}

static void numbers_have_bounds(void)
{
    const char *directory = suite_scratch_path("bounds");
    store_fill(directory, 2, 0, 3);
    struct reshard result;
    spex_error error;
    CU_ASSERT_EQUAL(store_reshard(directory, 0, NULL, &result, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(store_reshard(directory, 1025, NULL, &result, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(store_reshard(suite_scratch_path("nowhere"), 3, NULL, &result, &error),
                    SPEX_ERROR_NOT_FOUND);
    expect_shards(directory, 2);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"everything moves", everything_moves},
        {"an empty store too", an_empty_store_too},
        {"what due times come from is kept", what_due_times_come_from_is_kept},
        {"events stay in order", events_stay_in_order},
        {"who had it open writes no more", who_had_it_open_writes_no_more},
        {"there and back is noticed", there_and_back_is_noticed},
        {"others are kept out meanwhile", others_are_kept_out_meanwhile},
        {"it can be cancelled", it_can_be_cancelled},
        {"what is not sound is not moved", what_is_not_sound_is_not_moved},
        {"numbers have bounds", numbers_have_bounds},
        {0},
    };
    return suite_run("reshard", tests, argc, argv);
}
