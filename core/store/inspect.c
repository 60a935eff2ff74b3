#include "store/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "store/schema.h"

uint64_t inspect_bytes(const char *path, const char *ending)
{
    struct text whole = {0};
    struct stat about;
    text_printf(&whole, "%s%s", path, ending);
    bool there = !whole.failed && stat(text_value(&whole), &about) == 0;
    text_release(&whole);
    return there ? (uint64_t)about.st_size : 0;
}

static int check(struct connection *connection, const struct store *store, unsigned number,
                 int *version, spex_error *error)
{
    int status = schema_check(connection, store, number, version, error);
    if (!status)
        status = schema_read_as_new(connection, *version, error);
    if (status)
        connection_close(connection);
    return status;
}

static int open_path(struct connection *connection, const struct store *store, unsigned number,
                     const char *path, int *version, spex_error *error)
{
    int status = connection_open(connection, number, path, SQLITE_OPEN_READONLY, error);
    if (!status)
        status = check(connection, store, number, version, error);
    /* Changes that are in the log but not in the file would be overlooked. */
    if (status != SPEX_ERROR_STORE || access(store->directory, W_OK) == 0 ||
        inspect_bytes(path, "-wal") > 0)
        return status;
    status = connection_open_immutable(connection, number, path, error);
    return status ? status : check(connection, store, number, version, error);
}

int inspect_open(struct connection *connection, const struct store *store, unsigned number,
                 int *version, spex_error *error)
{
    char *path = store_shard_path(store, number);
    if (!path)
        return error_memory(error);
    struct stat about;
    int status;
    if (stat(path, &about) < 0)
        status = error_set(error, SPEX_ERROR_STORE,
                           errno == ENOENT
                               ? "shard %u (%s) is missing; restore it from a backup, or give up "
                                 "its instances with `spex store repair`"
                               : "shard %u (%s) cannot be read; check the permissions",
                           number, path);
    else
        status = open_path(connection, store, number, path, version, error);
    free(path);
    return status;
}

int inspect_prepare(struct connection *connection, const char *sql, sqlite3_stmt **statement,
                    spex_error *error)
{
    int code = sqlite3_prepare_v2(connection->database, sql, -1, statement, NULL);
    return code ? connection_error(connection, code, error) : SPEX_OK;
}

int inspect_number(struct connection *connection, const char *sql, int64_t *number,
                   spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    int status = inspect_prepare(connection, sql, &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    *number = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

bool watch_report(struct watch *watch, double part)
{
    const struct progress *progress = watch->progress;
    return !progress || progress->report(progress->context, watch->what,
                                         watch->from + (watch->to - watch->from) * part);
}

/* How far a statement is, nobody knows. */
static int tick(void *context)
{
    return !watch_report(context, 0);
}

void inspect_watch(struct connection *connection, struct watch *watch)
{
    enum { OPERATIONS = 20000 }; /* of SQLite's machine; some milliseconds */
    sqlite3_progress_handler(connection->database, OPERATIONS, watch->progress ? tick : NULL,
                             watch);
}
