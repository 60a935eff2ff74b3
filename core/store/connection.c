#include "store/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/statements.h"

enum { BUSY_TIMEOUT = 5000 }; /* ms, for programs that do not know the lock file */

static int configure(struct connection *connection, spex_error *error)
{
    sqlite3 *database = connection->database;
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_TIMEOUT);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    return connection_execute(connection,
                              "PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0;"
                              "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;",
                              error);
}

/* SQLite makes files that only their owner may write, however open the umask is to a group;
 * the log's files are as the database's. What goes wrong here SQLite meets too, and tells. */
static void make_file(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0)
        close(descriptor);
}

static int open_named(struct connection *connection, unsigned shard, const char *path,
                      const char *name, int flags, spex_error *error)
{
    memset(connection, 0, sizeof *connection);
    struct text label = {0};
    text_printf(&label, "shard %u (%s)", shard, path);
    connection->label = text_take(&label);
    if (!connection->label)
        return error_memory(error);
    int code = sqlite3_open_v2(name, &connection->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    int status = code ? connection_error(connection, code, error) : configure(connection, error);
    if (status)
        connection_close(connection);
    return status;
}

int connection_open(struct connection *connection, unsigned shard, const char *path, int flags,
                    spex_error *error)
{
    if (flags & SQLITE_OPEN_CREATE)
        make_file(path);
    return open_named(connection, shard, path, path, flags, error);
}

int connection_open_immutable(struct connection *connection, unsigned shard, const char *path,
                              spex_error *error)
{
    struct text uri = {0};
    text_append(&uri, "file:");
    for (const char *c = path; *c; c++)
        if (*c == '?' || *c == '#' || *c == '%' || (unsigned char)*c <= ' ')
            text_printf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
        else
            text_append_char(&uri, *c);
    text_append(&uri, "?immutable=1");
    int status = uri.failed ? error_memory(error)
                            : open_named(connection, shard, path, text_value(&uri),
                                         SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
    text_release(&uri);
    return status;
}

void connection_close(struct connection *connection)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->database);
    log_writer_free(connection->log_writer);
    free(connection->label);
    memset(connection, 0, sizeof *connection);
}

/* SQLite says that opening or writing failed; why, only the system knows. Of what failed at a
 * commit SQLite does not keep it. */
static int reason_of(const struct connection *connection, int code)
{
    bool system = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
    if (!system || !connection->database)
        return 0;
    int number = log_writer_reason(connection->log_writer);
    return number ? number : sqlite3_system_errno(connection->database);
}

static const char *advice(int code, int number)
{
    if (number == EFBIG)
        return "; let files grow larger (`ulimit -f`)";
    if (number == ENOSPC)
        code = SQLITE_FULL;
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "; make room on the disk";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "; restore it from a backup, or let `spex store repair` keep what it holds";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "; check the permissions of the store's directory and files";
    default:
        return "";
    }
}

int connection_error(const struct connection *connection, int code, spex_error *error)
{
    const char *label = connection->label;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return error_memory(error);
    case SQLITE_INTERRUPT:
        return error_set(error, SPEX_ERROR_CANCELLED, "%s: cancelled", label);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, SPEX_ERROR_BUSY,
                         "%s is being used by another program that does not give it back", label);
    default: {
        const char *message =
            connection->database ? sqlite3_errmsg(connection->database) : sqlite3_errstr(code);
        int number = reason_of(connection, code);
        char reason[160];
        return error_set(
            error, SPEX_ERROR_STORE, "%s: %s%s%s%s", label, message, number ? ": " : "",
            number ? strerror_r(number, reason, sizeof reason) : "", advice(code, number));
    }
    }
}

int connection_execute(struct connection *connection, const char *sql, spex_error *error)
{
    int code = sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
    return code ? connection_error(connection, code, error) : SPEX_OK;
}

int statement_bind(struct connection *connection, sqlite3_stmt *statement,
                   const struct value *values, size_t count, spex_error *error)
{
    for (size_t i = 0; i < count; i++) {
        int code = values[i].kind == VALUE_NUMBER
                       ? sqlite3_bind_int64(statement, (int)i + 1, values[i].number)
                       : sqlite3_bind_text(statement, (int)i + 1, values[i].text, -1,
                                           SQLITE_STATIC); /* NULL binds NULL */
        if (code)
            return connection_error(connection, code, error);
    }
    return SPEX_OK;
}

int statement_start(struct connection *connection, enum statement which, const struct value *values,
                    size_t count, sqlite3_stmt **statement, spex_error *error)
{
    sqlite3_stmt **prepared = &connection->statements[which];
    *statement = NULL;
    if (!*prepared) {
        int code = sqlite3_prepare_v3(connection->database, statement_sql(which), -1,
                                      SQLITE_PREPARE_PERSISTENT, prepared, NULL);
        if (code)
            return connection_error(connection, code, error);
    }
    *statement = *prepared;
    return statement_bind(connection, *statement, values, count, error);
}

int statement_step(struct connection *connection, sqlite3_stmt *statement, bool *row,
                   spex_error *error)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return SPEX_OK;
    return connection_error(connection, code, error);
}

int statement_run(struct connection *connection, enum statement which, const struct value *values,
                  size_t count, spex_error *error)
{
    sqlite3_stmt *statement;
    bool row;
    int status = statement_start(connection, which, values, count, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    statement_end(statement);
    return status;
}

void statement_end(sqlite3_stmt *statement)
{
    if (!statement)
        return;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

const char *column_text_or_null(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

const char *column_text(sqlite3_stmt *statement, int column)
{
    const char *text = column_text_or_null(statement, column);
    return text ? text : "";
}

void column_instance(sqlite3_stmt *statement, int first, int64_t now, spex_instance *instance)
{
    int64_t due = sqlite3_column_int64(statement, first + 6);
    *instance = (spex_instance){
        .identifier = column_text(statement, first),
        .specification = column_text(statement, first + 1),
        .meta = column_text_or_null(statement, first + 2),
        .state = column_text_or_null(statement, first + 3),
        .mocked = sqlite3_column_int(statement, first + 4) != 0,
        .overdue = due > 0 && due < now,
        .since = sqlite3_column_int64(statement, first + 5),
        .due = due,
        .deviations = (uint64_t)sqlite3_column_int64(statement, first + 7),
        .transitions = (uint64_t)sqlite3_column_int64(statement, first + 8),
    };
}
