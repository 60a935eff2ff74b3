#include "store/staged.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/schema.h"
#include "store/statements.h"

static const char *const table_names[TABLE_COUNT] = {[TABLE_INSTANCE] = "instance",
                                                     [TABLE_HISTORY] = "history",
                                                     [TABLE_DEVIATION] = "deviation",
                                                     [TABLE_EVENT] = "event"};

/* -------------------------------------------------------------- opening */

static int read_columns(struct connection *connection, const char *table,
                        struct table_writer *writer, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int status = inspect_prepare(
        connection, "SELECT name FROM pragma_table_info(?1) WHERE cid > 0 ORDER BY cid", &statement,
        error);
    if (!status)
        status = statement_bind(connection, statement, VALUES(TEXT(table)), error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        text_printf(&writer->columns, "%s%s", writer->count++ ? ", " : "",
                    column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return !status && writer->columns.failed ? error_memory(error) : status;
}

static int prepare_writer(struct staged *staged, enum staged_table table, spex_error *error)
{
    struct table_writer *writer = &staged->tables[table];
    const char *name = table_names[table];
    bool key = table == TABLE_INSTANCE || table == TABLE_EVENT;
    int status = read_columns(&staged->connection, name, writer, error);
    if (status)
        return status;
    struct text sql = {0};
    text_printf(&sql, "INSERT INTO %s(%s, %s) VALUES(?1", name, key ? "key" : "instance",
                text_value(&writer->columns));
    for (int i = 0; i < writer->count; i++)
        text_printf(&sql, ", ?%d", i + 2);
    text_append_char(&sql, ')');
    status = sql.failed
                 ? error_memory(error)
                 : inspect_prepare(&staged->connection, text_value(&sql), &writer->insert, error);
    text_release(&sql);
    return status;
}

/* Rows come in the order of another file: indexes are made faster in one go at the end. */
static int drop_indexes(struct staged *staged, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    struct text drops = {0};
    int status = inspect_prepare(
        &staged->connection,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL", &statement,
        error);
    for (bool row = true; !status;) {
        status = statement_step(&staged->connection, statement, &row, error);
        if (status || !row)
            break;
        text_printf(&drops, "DROP INDEX %s;", column_text(statement, 0));
        text_printf(&staged->indexes, "%s;", column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    if (!status && (drops.failed || staged->indexes.failed))
        status = error_memory(error);
    if (!status)
        status = connection_execute(&staged->connection, text_value(&drops), error);
    text_release(&drops);
    return status;
}

static int prepare(struct staged *staged, spex_error *error)
{
    int status = SPEX_OK;
    for (enum staged_table table = 0; !status && table < TABLE_COUNT; table++)
        status = prepare_writer(staged, table, error);
    if (!status)
        status = inspect_prepare(
            &staged->connection,
            "INSERT INTO observation(specification, from_state, action, to_state, count, learned,"
            " first_seen, last_seen) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            " ON CONFLICT DO UPDATE SET count = count + excluded.count,"
            " learned = learned + excluded.learned,"
            " first_seen = min(first_seen, excluded.first_seen),"
            " last_seen = max(last_seen, excluded.last_seen)",
            &staged->observe, error);
    if (!status)
        status = inspect_prepare(&staged->connection, statement_sql(STATEMENT_LEARN),
                                 &staged->learn, error);
    if (!status)
        status = inspect_prepare(&staged->connection, statement_sql(STATEMENT_SET_FINGERPRINT),
                                 &staged->fingerprint, error);
    return status;
}

/* Who could use the shard before can go on to, and nobody else: as that of the number was, or the
 * first one where there was none. */
static void open_like_before(const struct store *staging, unsigned number, const char *path)
{
    struct store before = *staging;
    if (!(before.directory = file_join(staging->directory, "..")))
        return;
    char *own = store_shard_path(&before, number);
    bool there = own && access(own, F_OK) == 0;
    for (unsigned other = 1; own && !there && other <= STORE_SHARDS_MAX; other++) {
        free(own);
        own = store_shard_path(&before, other);
        there = own && access(own, F_OK) == 0;
    }
    if (there)
        file_open_like(path, own);
    free(own);
    free(before.directory);
}

int staged_open(struct staged *staged, const struct store *staging, unsigned number, int cache,
                spex_error *error)
{
    memset(staged, 0, sizeof *staged);
    staged->number = number;
    int status = schema_create(staging, number, error);
    if (status)
        return status;
    char *path = store_shard_path(staging, number);
    if (path)
        open_like_before(staging, number, path);
    status = path ? connection_open(&staged->connection, number, path, SQLITE_OPEN_READWRITE, error)
                  : error_memory(error);
    free(path);
    char sql[160];
    sqlite3_snprintf(sizeof sql, sql,
                     "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -%d;"
                     "PRAGMA secure_delete = OFF; BEGIN",
                     cache);
    if (!status)
        status = connection_execute(&staged->connection, sql, error);
    if (!status)
        status = drop_indexes(staged, error);
    return status ? status : prepare(staged, error);
}

/* -------------------------------------------------------------- writing */

int staged_step(struct staged *staged, sqlite3_stmt *statement, spex_error *error)
{
    bool row;
    int status = statement_step(&staged->connection, statement, &row, error);
    statement_end(statement);
    return status;
}

static int bind_columns(struct staged *staged, sqlite3_stmt *statement, int place,
                        sqlite3_stmt *from, int first, int count, spex_error *error)
{
    for (int i = 0; i < count; i++) {
        int code = sqlite3_bind_value(statement, place + i, sqlite3_column_value(from, first + i));
        if (code)
            return connection_error(&staged->connection, code, error);
    }
    return SPEX_OK;
}

int staged_bind(struct staged *staged, enum staged_table table, int64_t key, sqlite3_stmt *from,
                int first, spex_error *error)
{
    struct table_writer *writer = &staged->tables[table];
    int status = bind_columns(staged, writer->insert, 2, from, first, writer->count, error);
    if (status)
        statement_end(writer->insert);
    else if (key)
        sqlite3_bind_int64(writer->insert, 1, key);
    return status;
}

int staged_write(struct staged *staged, enum staged_table table, int64_t key, sqlite3_stmt *from,
                 int first, int64_t *made, spex_error *error)
{
    int status = staged_bind(staged, table, key, from, first, error);
    if (!status)
        status = staged_step(staged, staged->tables[table].insert, error);
    if (made)
        *made = sqlite3_last_insert_rowid(staged->connection.database);
    return status;
}

int staged_observe(struct staged *staged, sqlite3_stmt *from, spex_error *error)
{
    int status = bind_columns(staged, staged->observe, 1, from, 0, 8, error);
    if (!status)
        return staged_step(staged, staged->observe, error);
    statement_end(staged->observe);
    return status;
}

int staged_learn(struct staged *staged, const char *specification, spex_error *error)
{
    int status =
        statement_bind(&staged->connection, staged->learn, VALUES(TEXT(specification)), error);
    return status ? status : staged_step(staged, staged->learn, error);
}

int staged_fingerprint(struct staged *staged, const char *specification, int64_t fingerprint,
                       spex_error *error)
{
    int status = statement_bind(&staged->connection, staged->fingerprint,
                                VALUES(TEXT(specification), NUMBER(fingerprint)), error);
    return status ? status : staged_step(staged, staged->fingerprint, error);
}

/* --------------------------------------------------------------- ending */

/* Events of several files, one after the other, get the order of their times. */
static int order_events(struct staged *staged, spex_error *error)
{
    const char *columns = text_value(&staged->tables[TABLE_EVENT].columns);
    struct text sql = {0};
    text_printf(&sql,
                "CREATE TEMP TABLE ordered AS SELECT %s FROM event ORDER BY at, key;"
                "DELETE FROM event; INSERT INTO event(%s) SELECT %s FROM ordered ORDER BY rowid;"
                "DROP TABLE ordered;",
                columns, columns, columns);
    int status = sql.failed ? error_memory(error)
                            : connection_execute(&staged->connection, text_value(&sql), error);
    text_release(&sql);
    return status;
}

static int check(struct staged *staged, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row;
    int status = inspect_prepare(&staged->connection, "PRAGMA quick_check(1)", &statement, error);
    if (!status)
        status = statement_step(&staged->connection, statement, &row, error);
    if (!status && strcmp(column_text(statement, 0), "ok") != 0)
        status = error_set(error, SPEX_ERROR_STORE, "%s, written just now, is damaged: %s",
                           staged->connection.label, column_text(statement, 0));
    sqlite3_finalize(statement);
    return status;
}

static void finalize(struct staged *staged)
{
    for (enum staged_table table = 0; table < TABLE_COUNT; table++) {
        sqlite3_finalize(staged->tables[table].insert);
        staged->tables[table].insert = NULL;
    }
    sqlite3_finalize(staged->observe);
    sqlite3_finalize(staged->learn);
    sqlite3_finalize(staged->fingerprint);
    staged->observe = staged->learn = staged->fingerprint = NULL;
}

/* The file alone is what counts: its log must hold nothing. */
static int bring_to_disk(const struct store *staging, unsigned number, spex_error *error)
{
    char *path = store_shard_path(staging, number);
    if (!path)
        return error_memory(error);
    int status = SPEX_OK;
    if (inspect_bytes(path, "-wal") > 0)
        status = error_set(error, SPEX_ERROR_INTERNAL, "%s was left with a log", path);
    if (!status)
        status = file_sync(path, error);
    free(path);
    return status;
}

int staged_finish(struct staged *staged, const struct store *staging, spex_error *error)
{
    finalize(staged);
    int status = order_events(staged, error);
    if (!status)
        status = connection_execute(&staged->connection, text_value(&staged->indexes), error);
    if (!status)
        status = connection_execute(&staged->connection, "COMMIT", error);
    if (!status)
        status = check(staged, error);
    if (!status)
        status = connection_execute(&staged->connection, "PRAGMA journal_mode = WAL", error);
    connection_close(&staged->connection);
    return status ? status : bring_to_disk(staging, staged->number, error);
}

void staged_close(struct staged *staged)
{
    finalize(staged);
    connection_close(&staged->connection);
    for (enum staged_table table = 0; table < TABLE_COUNT; table++)
        text_release(&staged->tables[table].columns);
    text_release(&staged->indexes);
}
