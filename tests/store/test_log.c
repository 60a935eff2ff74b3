/* What the log's writer keeps back: that it is all there after each commit, for others and
 * after a crash, whatever SQLite does with the log. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/log_writer.h"
#include "tests/store/faults.h"
#include "tests/store/support.h"

static void execute(sqlite3 *database, const char *sql)
{
    bool good = sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
    CU_ASSERT(good);
    if (!good)
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(database));
}

static sqlite3 *open_database(const char *path)
{
    sqlite3 *database = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &database), SQLITE_OK);
    execute(database, "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = NORMAL");
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return database;
}

/* A database of rows that span pages, with or without a writer of its log. */
static sqlite3 *make_database(const char *path, struct log_writer **writer)
{
    sqlite3 *database = open_database(path);
    execute(database, "PRAGMA journal_mode = WAL;"
                      "CREATE TABLE row(key INTEGER PRIMARY KEY, value INTEGER, filling TEXT);"
                      "CREATE INDEX row_value ON row(value)");
    if (writer) {
        *writer = log_writer_attach(database);
        CU_ASSERT_PTR_NOT_NULL_FATAL(*writer);
    }
    return database;
}

/* The rows, and whether the file is sound, as a number and a word. */
static char *content(sqlite3 *database)
{
    static const char sql[] =
        "SELECT (SELECT ifnull(group_concat(key || ':' || value || ':' || length(filling)), '') "
        "FROM"
        " (SELECT * FROM row ORDER BY key)) || ' ' || (SELECT * FROM pragma_integrity_check(1))";
    sqlite3_stmt *statement;
    char *text = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        text = memory_copy_text((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text ? text : memory_copy_text("");
}

static void expect_same(sqlite3 *actual, sqlite3 *expected)
{
    char *left = content(actual), *right = content(expected);
    ASSERT_TEXT(left, right);
    free(left);
    free(right);
}

static void copy_file(const char *from, const char *to)
{
    char *bytes = NULL;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(from, 1 << 28, &bytes, &length, &error), error);
    ASSERT_OK(file_replace(to, bytes, length, &error), error);
    free(bytes);
}

/* What is found after the process died at this moment. */
static void expect_recovered(const char *path, sqlite3 *expected)
{
    char log[600], copy[600], copy_log[600];
    snprintf(log, sizeof log, "%s-wal", path);
    snprintf(copy, sizeof copy, "%s-copy", path);
    snprintf(copy_log, sizeof copy_log, "%s-copy-wal", path);
    copy_file(path, copy);
    copy_file(log, copy_log);
    sqlite3 *database = open_database(copy);
    expect_same(database, expected);
    sqlite3_close(database);
}

/* ------------------------------------------------------ whatever SQLite does */

static void change(sqlite3 *databases[2], struct random *random)
{
    char sql[300];
    unsigned key = random_below(random, 400), value = random_below(random, 1000);
    unsigned length = random_below(random, 6) ? random_below(random, 300) : 9000;
    switch (random_below(random, 8)) {
    case 0:
        snprintf(sql, sizeof sql, "DELETE FROM row WHERE key %% 17 = %u", key % 17);
        break;
    case 1:
        snprintf(sql, sizeof sql, "UPDATE row SET value = value + 1 WHERE key > %u", key);
        break;
    case 2:
        snprintf(sql, sizeof sql, "UPDATE row SET filling = hex(zeroblob(%u)) WHERE key < %u",
                 length / 2, key);
        break;
    case 3:
        snprintf(sql, sizeof sql, "UPDATE OR IGNORE row SET key = key + 1 WHERE key > %u", key);
        break;
    default:
        snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO row VALUES(%u, %u, hex(zeroblob(%u)))",
                 key, value, length / 2);
    }
    for (int i = 0; i < 2; i++)
        execute(databases[i], sql);
}

/* The same changes in a database with the writer and in one without. A small cache makes
 * SQLite write pages before the commit, read them again and write them anew. (No savepoints:
 * what is committed after such a page was rolled back to one, SQLite 3.40 cannot recover.) */
static void test_random_transactions(void)
{
    for (unsigned seed = 1; seed <= suite_count(12, 200); seed++) {
        struct random random = {seed};
        char name[40];
        snprintf(name, sizeof name, "random-%u", seed);
        const char *path = suite_scratch_path(name);
        struct log_writer *writer;
        sqlite3 *databases[2] = {make_database(path, &writer), make_database(":memory:", NULL)};
        sqlite3 *other = open_database(path);
        execute(databases[0], seed % 2 ? "PRAGMA cache_size = 3" : "PRAGMA cache_size = 1000");
        for (unsigned i = 0; i < 40; i++) {
            bool keep = random_below(&random, 4);
            for (int k = 0; k < 2; k++)
                execute(databases[k], "BEGIN IMMEDIATE");
            for (unsigned k = random_below(&random, 12); k > 0; k--)
                change(databases, &random);
            for (int k = 0; k < 2; k++)
                execute(databases[k], keep ? "COMMIT" : "ROLLBACK");
            log_writer_forget(writer);
            expect_same(other, databases[1]);
            if (i % 8 == 0)
                expect_recovered(path, databases[1]);
            if (random_below(&random, 10) == 0)
                execute(databases[0], "PRAGMA wal_checkpoint(RESTART)");
        }
        sqlite3_close(other);
        sqlite3_close(databases[0]);
        sqlite3_close(databases[1]);
        log_writer_free(writer);
    }
}

/* What was kept of a transaction that is rolled back is never written over what somebody
 * else has committed in its place. */
static void test_rolled_back_and_overtaken(void)
{
    const char *path = suite_scratch_path("overtaken");
    struct log_writer *writer;
    sqlite3 *database = make_database(path, &writer), *expected = make_database(":memory:", NULL);
    sqlite3 *other = open_database(path);
    execute(database, "PRAGMA cache_size = 3");
    for (int round = 0; round < 5; round++) {
        /* So that SQLite rolls back without a look at the log, which begins anew. */
        execute(database, "PRAGMA wal_checkpoint(PASSIVE)");
        execute(database, "BEGIN IMMEDIATE;"
                          "INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL"
                          " SELECT i + 1 FROM n WHERE i < 1040) SELECT i, i, hex(zeroblob(1000))"
                          " FROM n; ROLLBACK");
        log_writer_forget(writer);
        const char *sql = "INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                          " FROM n WHERE i < 40) SELECT NULL, i, hex(zeroblob(1000)) FROM n";
        execute(other, sql);
        execute(expected, sql);
        execute(database, sql);
        execute(expected, sql);
        expect_same(other, expected);
        expect_same(database, expected);
        expect_recovered(path, expected);
    }
    sqlite3_close(other);
    sqlite3_close(database);
    sqlite3_close(expected);
    log_writer_free(writer);
}

/* ---------------------------------------------------------------- its cost */

static long calls_of_commit(sqlite3 *database)
{
    execute(database, "BEGIN IMMEDIATE; INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                      " SELECT i + 1 FROM n WHERE i < 10) SELECT NULL, i, hex(zeroblob(2000))"
                      " FROM n");
    faults_begin(FAULT_NONE, 0);
    execute(database, "COMMIT");
    return faults_end();
}

static void test_one_call(void)
{
    struct log_writer *writer;
    sqlite3 *plain = make_database(suite_scratch_path("plain"), NULL);
    sqlite3 *written = make_database(suite_scratch_path("written"), &writer);
    calls_of_commit(plain); /* the log's own header is written by its first frame */
    calls_of_commit(written);
    long many = calls_of_commit(plain), few = calls_of_commit(written);
    /* The locks are given back by the same calls in both; ten pages at least were written. */
    CU_ASSERT(many >= few + 19);
    CU_ASSERT(few <= 4);
    sqlite3_close(plain);
    sqlite3_close(written);
    log_writer_free(writer);
}

/* ------------------------------------------------------------- what it is for */

static void test_only_a_log(void)
{
    sqlite3 *database = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(suite_scratch_path("journal"), &database), SQLITE_OK);
    execute(database, "CREATE TABLE row(key)");
    CU_ASSERT_PTR_NULL(log_writer_attach(database));
    sqlite3_close(database);
    log_writer_free(NULL);
    log_writer_forget(NULL);
}

/* Whichever write fails, what was committed before is there, and the next commit succeeds. */
static void test_failing_writes(void)
{
    const char *path = suite_scratch_path("failing");
    struct log_writer *writer;
    sqlite3 *database = make_database(path, &writer), *expected = make_database(":memory:", NULL);
    execute(database, "PRAGMA cache_size = 3");
    for (long call = 1; call < 400; call++) {
        const char *sql = "INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                          " FROM n WHERE i < 50) SELECT NULL, i, hex(zeroblob(2000)) FROM n";
        faults_begin(FAULT_FAIL, call);
        bool good = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                    sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK &&
                    sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
        if (!good && !sqlite3_get_autocommit(database))
            sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
        long calls = faults_end();
        log_writer_forget(writer);
        if (good)
            execute(expected, sql);
        expect_same(database, expected);
        expect_recovered(path, expected);
        execute(database, "DELETE FROM row");
        execute(expected, "DELETE FROM row");
        expect_recovered(path, expected);
        if (calls < call)
            break;
    }
    sqlite3_close(database);
    sqlite3_close(expected);
    log_writer_free(writer);
}

/* SQLite goes on with a transaction when a read of one statement found the disk full. If that
 * was because what was kept could not be written, it must not commit. */
static void test_going_on(void)
{
    const char *path = suite_scratch_path("going-on");
    struct log_writer *writer;
    sqlite3 *database = make_database(path, &writer), *expected = make_database(":memory:", NULL);
    const char *sql = "INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                      " FROM n WHERE i < 40) SELECT NULL, i, hex(zeroblob(1000)) FROM n";
    execute(database, "PRAGMA cache_size = 3");
    execute(database, sql);
    execute(expected, sql);
    execute(database, "BEGIN IMMEDIATE");
    execute(database, sql);
    faults_begin(FAULT_FAIL, 1);
    CU_ASSERT_EQUAL(sqlite3_exec(database, "UPDATE row SET key = key + 1000", NULL, NULL, NULL),
                    SQLITE_FULL);
    CU_ASSERT_EQUAL(faults_end(), 1);
    CU_ASSERT_EQUAL(sqlite3_get_autocommit(database), 0);
    CU_ASSERT_NOT_EQUAL(sqlite3_exec(database, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    if (!sqlite3_get_autocommit(database))
        execute(database, "ROLLBACK");
    log_writer_forget(writer);
    expect_same(database, expected);
    expect_recovered(path, expected);
    execute(database, sql);
    execute(expected, sql);
    expect_same(database, expected);
    expect_recovered(path, expected);
    sqlite3_close(database);
    sqlite3_close(expected);
    log_writer_free(writer);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"random transactions", test_random_transactions},
        {"rolled back and overtaken", test_rolled_back_and_overtaken},
        {"one call", test_one_call},
        {"only a log", test_only_a_log},
        {"failing writes", test_failing_writes},
        {"going on", test_going_on},
        {0},
    };
    return suite_run("log", tests, argc, argv);
}
