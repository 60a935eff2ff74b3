/* Shards as earlier versions wrote them. */
#include <stdlib.h>

#include "store/schema.h"
#include "tests/store/support.h"

#define SHARDS 2

/* What made version 1: the triggers had other columns, the tally one less. */
static const char to_version_1[] =
    "DROP TRIGGER tally_insert; DROP TRIGGER tally_delete; DROP TRIGGER tally_update;"
    "ALTER TABLE tally DROP COLUMN reported;"
    "CREATE TRIGGER tally_insert AFTER INSERT ON instance BEGIN"
    " INSERT INTO tally VALUES(new.specification, ifnull(new.state, ''), 1, new.deviations > 0,"
    "  new.mocked) ON CONFLICT DO UPDATE SET instances = instances + 1,"
    "  deviated = deviated + excluded.deviated, mocked = mocked + excluded.mocked;"
    "END;"
    "CREATE TRIGGER tally_delete AFTER DELETE ON instance BEGIN"
    " UPDATE tally SET instances = instances - 1, deviated = deviated - (old.deviations > 0),"
    "  mocked = mocked - old.mocked"
    "  WHERE specification = old.specification AND state = ifnull(old.state, '');"
    "END;"
    "CREATE TRIGGER tally_update"
    " AFTER UPDATE OF specification, state, deviations, mocked ON instance"
    " WHEN old.state IS NOT new.state OR old.specification <> new.specification"
    "  OR (old.deviations > 0) <> (new.deviations > 0) OR old.mocked <> new.mocked BEGIN"
    " UPDATE tally SET instances = instances - 1, deviated = deviated - (old.deviations > 0),"
    "  mocked = mocked - old.mocked"
    "  WHERE specification = old.specification AND state = ifnull(old.state, '');"
    " INSERT INTO tally VALUES(new.specification, ifnull(new.state, ''), 1, new.deviations > 0,"
    "  new.mocked) ON CONFLICT DO UPDATE SET instances = instances + 1,"
    "  deviated = deviated + excluded.deviated, mocked = mocked + excluded.mocked;"
    "END;"
    "PRAGMA user_version = 1;";

/* Some overdue and reported, some due no more, all of version 1. */
static const char *old_store(const char *name)
{
    const char *directory = suite_scratch_path(name);
    store_fill(directory, SHARDS, 0, 60);
    for (unsigned shard = 1; shard <= SHARDS; shard++) {
        shard_execute(directory, shard, "UPDATE instance SET reported = 1 WHERE key % 2 = 0");
        shard_execute(directory, shard, to_version_1);
        CU_ASSERT_EQUAL(shard_number(directory, shard, "PRAGMA user_version"), 1);
    }
    return directory;
}

static void expect_version(const char *directory, int version)
{
    for (unsigned shard = 1; shard <= SHARDS; shard++)
        CU_ASSERT_EQUAL(shard_number(directory, shard, "PRAGMA user_version"), version);
}

static int write_to_all(const char *directory, spex_error *error)
{
    struct store store;
    int status = store_open(&store, directory, 0, error);
    for (unsigned number = 1; !status && number <= SHARDS; number++) {
        struct shard *shard;
        status = store_shard_open(&store, number, &shard, error);
        if (!status)
            shard_close(shard);
    }
    store_release(&store);
    return status;
}

/* As the reader counts them, which has to be what is due in the rows. */
static void expect_overdue(const char *directory)
{
    struct reader *reader;
    struct state_count *counts;
    size_t count;
    spex_error error;
    int64_t overdue = 0;
    ASSERT_OK(reader_open(&reader, directory, NULL, &error), error);
    ASSERT_OK(reader_counts(reader, &counts, &count, &error), error);
    for (size_t i = 0; i < count; i++)
        overdue -= (int64_t)counts[i].overdue;
    CU_ASSERT_TRUE(overdue < 0);
    for (unsigned shard = 1; shard <= SHARDS; shard++)
        overdue += shard_number(directory, shard, "SELECT count(*) FROM instance WHERE due > 0");
    CU_ASSERT_EQUAL(overdue, 0);
    state_counts_free(counts, count);
    reader_close(reader);
}

static void readers_see_the_same(void)
{
    const char *directory = old_store("read");
    char *content = store_content(directory);
    EXPECT_SOUND(directory);
    expect_overdue(directory);
    expect_version(directory, 1); /* whoever only looks changes nothing */
    spex_error error;
    ASSERT_OK(write_to_all(directory, &error), error);
    expect_version(directory, SCHEMA_VERSION);
    CU_ASSERT_TRUE(shard_number(directory, 1, "SELECT sum(reported) FROM tally") > 0);
    EXPECT_SOUND(directory);
    expect_content(directory, content);
    expect_overdue(directory);
    store_fill(directory, SHARDS, 60, 60);
    EXPECT_SOUND(directory);
    free(content);
}

static void half_brought_up_is_not_brought_up(void)
{
    const char *directory = old_store("half");
    spex_error error;
    shard_execute(directory, 2, "DROP TRIGGER tally_delete");
    CU_ASSERT_EQUAL(write_to_all(directory, &error), SPEX_ERROR_STORE);
    CU_ASSERT_EQUAL(shard_number(directory, 1, "PRAGMA user_version"), SCHEMA_VERSION);
    CU_ASSERT_EQUAL(shard_number(directory, 2, "PRAGMA user_version"), 1);
    CU_ASSERT_EQUAL(shard_number(directory, 2,
                                 "SELECT count(*) FROM pragma_table_info('tally')"
                                 " WHERE name = 'reported'"),
                    0);
}

static void repair_brings_up(void)
{
    const char *directory = old_store("repaired");
    spex_error error;
    struct repair_options options = {0};
    struct repair repair;
    shard_execute(directory, 1, "UPDATE tally SET instances = 3");
    ASSERT_TEXT(verify_words(directory), "tally");
    ASSERT_OK(store_repair(directory, &options, &repair, &error), error);
    repair_release(&repair);
    EXPECT_SOUND(directory);
    CU_ASSERT_EQUAL(shard_number(directory, 1, "PRAGMA user_version"), SCHEMA_VERSION);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"readers see the same of older shards", readers_see_the_same},
        {"half brought up is not brought up", half_brought_up_is_not_brought_up},
        {"repair brings up", repair_brings_up},
        {0},
    };
    return suite_run("versions", tests, argc, argv);
}
