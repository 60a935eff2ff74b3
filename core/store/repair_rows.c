/* What can be put right in a shard that is not damaged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/repair.h"
#include "store/schema.h"

static int open_shard(const struct repairing *work, unsigned number, struct connection *connection,
                      spex_error *error)
{
    char *path = store_shard_path(work->store, number);
    int version;
    int status = path ? connection_open(connection, number, path, SQLITE_OPEN_READWRITE, error)
                      : error_memory(error);
    free(path);
    if (status)
        return status;
    status = schema_check(connection, work->store, number, &version, error);
    if (!status)
        status = schema_bring_up(connection, version, error);
    if (status)
        connection_close(connection);
    return status;
}

/* Leaves what was written in the log: whoever opens the shard next finds it there. */
static void close_shard(struct connection *connection)
{
    sqlite3_wal_checkpoint_v2(connection->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    connection_close(connection);
}

/* ------------------------------------------------------------- counts */

static const char count_anew[] =
    "BEGIN IMMEDIATE;"
    "DELETE FROM tally;"
    "INSERT INTO tally(specification, state, instances, deviated, mocked, reported)"
    " SELECT specification, ifnull(state, ''), count(*), sum(deviations > 0), sum(mocked),"
    " sum(reported AND due > 0) FROM instance GROUP BY 1, 2;"
    "COMMIT;";
static const char drop_impossible[] =
    "DELETE FROM observation WHERE count < 1 OR learned < 0 OR learned > count OR"
    " first_seen > last_seen";

/* ---------------------------------------------------------- misplaced */

static void shard_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *identifier = (const char *)sqlite3_value_text(values[0]);
    unsigned shards = (unsigned)sqlite3_value_int(values[1]);
    sqlite3_result_int(context, identifier ? (int)store_shard_of(identifier, shards) : 0);
}

static int columns_of(struct connection *connection, const char *table, struct text *columns,
                      spex_error *error)
{
    char sql[160];
    sqlite3_stmt *statement = NULL;
    bool row = false;
    sqlite3_snprintf(sizeof sql, sql,
                     "SELECT group_concat(name, ', ') FROM pragma_table_info(%Q) WHERE cid > 0",
                     table);
    int status = inspect_prepare(connection, sql, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    if (!status && row)
        text_append(columns, column_text(statement, 0));
    sqlite3_finalize(statement);
    return !status && columns->failed ? error_memory(error) : status;
}

static int copy_rows(struct connection *connection, const char *table, const char *key,
                     const char *new_key, int64_t old, spex_error *error)
{
    struct text columns = {0}, sql = {0};
    int status = columns_of(connection, table, &columns, error);
    text_printf(&sql, "INSERT INTO other.%s(%s, %s) SELECT %s, %s FROM main.%s WHERE %s = %lld",
                table, key, text_value(&columns), new_key, text_value(&columns), table, key,
                (long long)old);
    if (!status)
        status = sql.failed ? error_memory(error)
                            : connection_execute(connection, text_value(&sql), error);
    text_release(&columns);
    text_release(&sql);
    return status;
}

/* First it is in both shards, then only where it belongs: a process that dies between leaves
 * one to be dropped, never none. */
static int copy_instance(struct connection *connection, int64_t key, spex_error *error)
{
    char sql[200];
    int64_t there;
    sqlite3_snprintf(sizeof sql, sql,
                     "SELECT count(*) FROM other.instance WHERE identifier ="
                     " (SELECT identifier FROM main.instance WHERE key = %lld)",
                     (long long)key);
    int status = inspect_number(connection, sql, &there, error);
    if (status || there)
        return status;
    status = connection_execute(connection, "BEGIN IMMEDIATE", error);
    if (!status)
        status = copy_rows(connection, "instance", "key", "NULL", key, error);
    char made[24];
    snprintf(made, sizeof made, "%lld", (long long)sqlite3_last_insert_rowid(connection->database));
    if (!status)
        status = copy_rows(connection, "history", "instance", made, key, error);
    if (!status)
        status = copy_rows(connection, "deviation", "instance", made, key, error);
    if (!status)
        status = connection_execute(connection, "COMMIT", error);
    else
        connection_execute(connection, "ROLLBACK", NULL);
    return status;
}

static int move_instance(const struct repairing *work, struct connection *connection,
                         unsigned number, int64_t key, const char *identifier, spex_error *error)
{
    unsigned place = store_shard_of(identifier, work->store->shards);
    char *path = store_shard_path(work->store, place);
    sqlite3_stmt *attach = NULL;
    bool row;
    if (!path)
        return error_memory(error);
    int status = inspect_prepare(connection, "ATTACH ?1 AS other", &attach, error);
    if (!status)
        status = statement_bind(connection, attach, VALUES(TEXT(path)), error);
    if (!status)
        status = statement_step(connection, attach, &row, error);
    sqlite3_finalize(attach);
    free(path);
    if (status)
        return status;
    status = copy_instance(connection, key, error);
    int detached = connection_execute(connection, "DETACH other", status ? NULL : error);
    if (!status)
        status = detached;
    char sql[200];
    sqlite3_snprintf(sizeof sql, sql,
                     "BEGIN IMMEDIATE; DELETE FROM history WHERE instance = %lld;"
                     "DELETE FROM deviation WHERE instance = %lld;"
                     "DELETE FROM instance WHERE key = %lld; COMMIT;",
                     (long long)key, (long long)key, (long long)key);
    if (!status)
        status = connection_execute(connection, sql, error);
    if (status)
        return status;
    work->repair->items[number - 1].moved++;
    repair_tell(work, REPAIR_MOVED, number, identifier, "%s was moved from shard %u to shard %u",
                identifier, number, place);
    return SPEX_OK;
}

/* One at a time, because the table changes. */
static int move_misplaced(const struct repairing *work, struct connection *connection,
                          unsigned number, spex_error *error)
{
    int code =
        sqlite3_create_function(connection->database, "shard_of", 2,
                                SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, shard_of, NULL, NULL);
    int64_t after = INT64_MIN;
    int status = code ? connection_error(connection, code, error) : SPEX_OK;
    while (!status) {
        sqlite3_stmt *statement = NULL;
        char *identifier = NULL;
        bool row = false;
        status = inspect_prepare(connection,
                                 "SELECT key, identifier FROM instance WHERE key > ?1 AND"
                                 " shard_of(identifier, ?2) <> ?3 ORDER BY key LIMIT 1",
                                 &statement, error);
        if (!status)
            status = statement_bind(
                connection, statement,
                VALUES(NUMBER(after), NUMBER(work->store->shards), NUMBER(number)), error);
        if (!status)
            status = statement_step(connection, statement, &row, error);
        if (!status && row) {
            after = sqlite3_column_int64(statement, 0);
            identifier = memory_copy_text(column_text(statement, 1));
            if (!identifier)
                status = error_memory(error);
        }
        sqlite3_finalize(statement);
        if (!status && row)
            status = move_instance(work, connection, number, after, identifier, error);
        free(identifier);
        if (!row)
            break;
    }
    return status;
}

int repair_in_place(struct repairing *work, unsigned number, spex_error *error)
{
    unsigned problems = work->problems[number - 1];
    struct repaired_shard *result = &work->repair->items[number - 1];
    bool salvaged = result->action == REPAIR_ACTION_SALVAGED;
    bool tally = !salvaged && problems & 1u << PROBLEM_TALLY;
    bool observations = !salvaged && problems & 1u << PROBLEM_OBSERVATION;
    bool misplaced = salvaged || problems & 1u << PROBLEM_MISPLACED;
    if (!tally && !observations && !misplaced)
        return SPEX_OK;
    struct connection connection;
    int status = open_shard(work, number, &connection, error);
    if (status)
        return status;
    if (misplaced)
        status = move_misplaced(work, &connection, number, error);
    if (!status && tally)
        status = connection_execute(&connection, count_anew, error);
    if (!status && observations)
        status = connection_execute(&connection, drop_impossible, error);
    close_shard(&connection);
    if (!status && !salvaged && (tally || observations))
        result->action = REPAIR_ACTION_COUNTED;
    return status;
}

/* ------------------------------------------------------- observations */

static int raise_count(const struct repairing *work, const struct observations *all,
                       const struct observed *item, spex_error *error)
{
    const char *specification = symbols_name(&all->names, item->specification);
    uint64_t learned = item->taken_learning > item->counted_learning
                           ? item->taken_learning - item->counted_learning
                           : 0;
    uint64_t count = item->taken > item->counted ? item->taken - item->counted : 0;
    if (count < learned)
        count = learned;
    struct connection connection;
    sqlite3_stmt *statement = NULL;
    bool row;
    int status =
        open_shard(work, store_shard_of(specification, work->store->shards), &connection, error);
    if (status)
        return status;
    status = inspect_prepare(
        &connection,
        "INSERT INTO observation(specification, from_state, action, to_state, count, learned,"
        " first_seen, last_seen) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count,"
        " learned = learned + excluded.learned, first_seen = min(first_seen, excluded.first_seen),"
        " last_seen = max(last_seen, excluded.last_seen)",
        &statement, error);
    if (!status)
        status = statement_bind(
            &connection, statement,
            VALUES(TEXT(specification), TEXT(symbols_name(&all->names, item->from)),
                   TEXT(symbols_name(&all->names, item->action)),
                   TEXT(symbols_name(&all->names, item->to)), NUMBER((int64_t)count),
                   NUMBER((int64_t)learned), NUMBER(item->first), NUMBER(item->last)),
            error);
    if (!status)
        status = statement_step(&connection, statement, &row, error);
    sqlite3_finalize(statement);
    close_shard(&connection);
    return status;
}

int repair_observations(struct repairing *work, const struct observations *observations,
                        spex_error *error)
{
    int status = SPEX_OK;
    for (uint32_t i = 0; !status && i < observations->keys.count; i++) {
        const struct observed *item = &observations->items[i];
        if (item->taken <= item->counted && item->taken_learning <= item->counted_learning)
            continue;
        status = raise_count(work, observations, item, error);
        work->repair->observations++;
    }
    if (!status && work->repair->observations)
        repair_tell(work, REPAIR_SHARD, 0, NULL,
                    "%llu observed transitions were counted anew from the histories",
                    (unsigned long long)work->repair->observations);
    return status;
}
