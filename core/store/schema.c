#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

/* Names are plain text, so that a shard can be read with the sqlite3 shell. The tally is
 * kept by triggers: whatever changes an instance, counts stay right without a scan. Of
 * the indexes, instance_since (newest change first) and instance_state (filters) cost a
 * recorder at full speed about a quarter each; the others hold few rows or none. */
static const char version_1[] =
    "CREATE TABLE identity(uuid TEXT NOT NULL, shard INTEGER NOT NULL, shards INTEGER NOT NULL)"
    " STRICT;"
    "CREATE TABLE instance("
    " key INTEGER PRIMARY KEY,"
    " identifier TEXT NOT NULL UNIQUE,"
    " specification TEXT NOT NULL,"
    " state TEXT,"
    " meta TEXT,"
    " mocked INTEGER NOT NULL DEFAULT 0,"
    " since INTEGER NOT NULL,"
    " due INTEGER NOT NULL DEFAULT 0,"
    " reported INTEGER NOT NULL DEFAULT 0,"
    " deviations INTEGER NOT NULL DEFAULT 0,"
    " transitions INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX instance_since ON instance(since);"
    "CREATE INDEX instance_state ON instance(specification, state, identifier);"
    "CREATE INDEX instance_due ON instance(specification, reported, due) WHERE due > 0;"
    "CREATE INDEX instance_deviated ON instance(identifier) WHERE deviations > 0;"
    "CREATE INDEX instance_mocked ON instance(identifier) WHERE mocked = 1;"
    "CREATE TABLE history("
    " instance INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " action TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " at INTEGER NOT NULL,"
    " verdict INTEGER NOT NULL,"
    " PRIMARY KEY(instance, sequence)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE deviation("
    " instance INTEGER NOT NULL,"
    " from_state TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " to_state TEXT NOT NULL,"
    " PRIMARY KEY(instance, from_state, action, to_state)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE observation("
    " specification TEXT NOT NULL,"
    " from_state TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " to_state TEXT NOT NULL,"
    " count INTEGER NOT NULL,"
    " learned INTEGER NOT NULL,"
    " first_seen INTEGER NOT NULL,"
    " last_seen INTEGER NOT NULL,"
    " PRIMARY KEY(specification, from_state, action, to_state)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE learning(specification TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "CREATE TABLE timeout(specification TEXT NOT NULL PRIMARY KEY, fingerprint INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE event("
    " key INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " reason INTEGER NOT NULL,"
    " specification TEXT,"
    " identifier TEXT,"
    " from_state TEXT,"
    " action TEXT,"
    " to_state TEXT,"
    " message TEXT) STRICT;"
    "CREATE TABLE tally("
    " specification TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " instances INTEGER NOT NULL,"
    " deviated INTEGER NOT NULL,"
    " mocked INTEGER NOT NULL,"
    " PRIMARY KEY(specification, state)) STRICT, WITHOUT ROWID;"
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
    "PRAGMA application_id = 1399874936;"
    "PRAGMA user_version = 1;";

/* The tally also counts those that were reported as overdue; who counts overdue ones has to
 * look only at the few that are due and not reported yet. */
#define IS_REPORTED(row) "(" row "reported AND " row "due > 0)"
#define TALLY_ADD                                                                                  \
    "INSERT INTO tally(specification, state, instances, deviated, mocked, reported)"               \
    " VALUES(new.specification, ifnull(new.state, ''), 1, new.deviations > 0, new.mocked,"         \
    " " IS_REPORTED(                                                                               \
        "new.") ") ON CONFLICT DO UPDATE SET instances = instances + 1,"                           \
                " deviated = deviated + excluded.deviated, mocked = mocked + excluded.mocked,"     \
                " reported = reported + excluded.reported;"
#define TALLY_TAKE                                                                                 \
    "UPDATE tally SET instances = instances - 1, deviated = deviated - (old.deviations > 0),"      \
    " mocked = mocked - old.mocked, reported = reported - " IS_REPORTED(                           \
        "old.") " WHERE specification = old.specification AND state = ifnull(old.state, '');"
static const char version_2[] =
    "ALTER TABLE tally ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;"
    "UPDATE tally SET reported = known.reported FROM (SELECT specification, state,"
    "  count(*) AS reported FROM instance INDEXED BY instance_due WHERE " IS_REPORTED(
        "") "  GROUP BY 1, 2) AS known WHERE tally.specification = known.specification"
            "  AND tally.state = ifnull(known.state, '');"
            "DROP TRIGGER tally_insert; DROP TRIGGER tally_delete; DROP TRIGGER tally_update;"
            "CREATE TRIGGER tally_insert AFTER INSERT ON instance BEGIN " TALLY_ADD " END;"
            "CREATE TRIGGER tally_delete AFTER DELETE ON instance BEGIN " TALLY_TAKE " END;"
            "CREATE TRIGGER tally_update"
            " AFTER UPDATE OF specification, state, deviations, mocked, due, reported ON instance"
            " WHEN old.state IS NOT new.state OR old.specification <> new.specification"
            "  OR (old.deviations > 0) <> (new.deviations > 0) OR old.mocked <> new.mocked"
            "  OR " IS_REPORTED("old.") " <> " IS_REPORTED("new.") " BEGIN " TALLY_TAKE
                                                                   " " TALLY_ADD " END;"
                                                                   "PRAGMA user_version = 2;";

/* From version i to version i + 1; only ever added to. */
static const char *const migrations[SCHEMA_VERSION] = {version_1, version_2};

static int identify(struct connection *connection, const struct store *store, unsigned shard,
                    spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, "INSERT INTO identity VALUES(?1, ?2, ?3)",
                                  -1, &statement, NULL);
    int status = code ? connection_error(connection, code, error) : SPEX_OK;
    if (!status)
        status =
            statement_bind(connection, statement,
                           VALUES(TEXT(store->uuid), NUMBER(shard), NUMBER(store->shards)), error);
    bool row;
    if (!status)
        status = statement_step(connection, statement, &row, error);
    sqlite3_finalize(statement);
    return status;
}

static int migrate(struct connection *connection, int version, spex_error *error)
{
    int status = SPEX_OK;
    for (int i = version; !status && i < SCHEMA_VERSION; i++)
        status = connection_execute(connection, migrations[i], error);
    return status;
}

int schema_create(const struct store *store, unsigned shard, spex_error *error)
{
    char *path = store_shard_path(store, shard);
    if (!path)
        return error_memory(error);
    struct connection connection;
    int status = connection_open(&connection, shard, path,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    free(path);
    if (status)
        return status;
    status = connection_execute(&connection,
                                "PRAGMA page_size = 4096; PRAGMA synchronous = FULL;"
                                "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;",
                                error);
    if (!status)
        status = migrate(&connection, 0, error);
    if (!status)
        status = identify(&connection, store, shard, error);
    if (!status)
        status = connection_execute(&connection, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);", error);
    connection_close(&connection);
    return status;
}

int schema_bring_up(struct connection *connection, int version, spex_error *error)
{
    if (version == SCHEMA_VERSION)
        return SPEX_OK;
    int status = connection_execute(connection, "BEGIN IMMEDIATE", error);
    if (status)
        return status;
    status = migrate(connection, version, error);
    if (!status)
        status = connection_execute(connection, "COMMIT", error);
    if (status && !sqlite3_get_autocommit(connection->database))
        connection_execute(connection, "ROLLBACK", NULL);
    return status;
}

int schema_read_as_new(struct connection *connection, int version, spex_error *error)
{
    static const char seen_as_2[] =
        "CREATE TEMP VIEW tally AS SELECT specification, state, instances, deviated, mocked,"
        " (SELECT count(*) FROM instance WHERE instance.specification = old.specification"
        "  AND instance.state IS nullif(old.state, '') AND " IS_REPORTED(
            "instance.") ") AS reported FROM main.tally AS old";
    return version < 2 ? connection_execute(connection, seen_as_2, error) : SPEX_OK;
}

static int read_number(struct connection *connection, const char *sql, int64_t *number,
                       spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    int status = code ? connection_error(connection, code, error) : SPEX_OK;
    bool row = false;
    if (!status)
        status = statement_step(connection, statement, &row, error);
    *number = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

static int check_identity(struct connection *connection, const struct store *store, unsigned shard,
                          spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, "SELECT uuid, shard, shards FROM identity",
                                  -1, &statement, NULL);
    int status = code ? connection_error(connection, code, error) : SPEX_OK;
    bool row = false;
    if (!status)
        status = statement_step(connection, statement, &row, error);
    if (!status && (!row || strcmp(column_text(statement, 0), store->uuid) != 0 ||
                    sqlite3_column_int64(statement, 1) != shard ||
                    sqlite3_column_int64(statement, 2) != store->shards))
        status =
            error_set(error, SPEX_ERROR_STORE,
                      "%s is shard %lld of another store or of another number of shards; put "
                      "the right file in its place",
                      connection->label, row ? (long long)sqlite3_column_int64(statement, 1) : 0);
    sqlite3_finalize(statement);
    return status;
}

int schema_check(struct connection *connection, const struct store *store, unsigned shard,
                 int *version, spex_error *error)
{
    int64_t application, number;
    int status = read_number(connection, "PRAGMA application_id", &application, error);
    if (!status)
        status = read_number(connection, "PRAGMA user_version", &number, error);
    if (status)
        return status;
    if (application != SCHEMA_APPLICATION)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s is empty or not a shard of a spex store; restore it from a backup, or "
                         "let `spex store repair` keep what it holds",
                         connection->label);
    if (number > SCHEMA_VERSION || number < 1)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s has version %lld, written by a newer spex; this one (%s) knows "
                         "versions up to %d: use the newer one",
                         connection->label, (long long)number, spex_version(), SCHEMA_VERSION);
    *version = (int)number;
    return check_identity(connection, store, shard, error);
}
