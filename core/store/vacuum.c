/* Giving free space back. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/lock.h"
#include "store/maintenance.h"
#include "store/schema.h"
#include "store/staging.h"

enum { LOCK_WAIT = 10000 }; /* ms */

/* Under the lock. What VACUUM writes goes through the log, so that readers and a loss of power
 * find the old shard or the new one; then the log is moved into the file, which that makes
 * shorter. The temporary copy may be as large as the shard: on the disk, not in memory. */
static int rewrite(const struct store *store, unsigned number, const char *path,
                   struct watch *watch, spex_error *error)
{
    struct connection connection;
    int version;
    if (!watch_report(watch, 0))
        return error_set(error, SPEX_ERROR_CANCELLED, "%s: cancelled", path);
    int status = connection_open(&connection, number, path, SQLITE_OPEN_READWRITE, error);
    if (status)
        return status;
    status = schema_check(&connection, store, number, &version, error);
    if (!status) {
        inspect_watch(&connection, watch);
        status = connection_execute(&connection,
                                    "PRAGMA temp_store = FILE; PRAGMA synchronous = FULL;"
                                    "PRAGMA secure_delete = OFF; VACUUM",
                                    error);
        sqlite3_progress_handler(connection.database, 0, NULL, NULL);
    }
    if (!status) {
        int code = sqlite3_wal_checkpoint_v2(connection.database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                             NULL, NULL);
        if ((code & 0xff) == SQLITE_BUSY)
            status =
                error_set(error, SPEX_ERROR_BUSY,
                          "%s was vacuumed, but a program that reads it for long keeps its file "
                          "from becoming smaller; that happens by itself when it ends",
                          connection.label);
        else if (code)
            status = connection_error(&connection, code, error);
    }
    connection_close(&connection);
    return status;
}

static int vacuum_shard(const struct store *store, unsigned number, struct watch *watch,
                        struct vacuum *vacuum, spex_error *error)
{
    spex_clock clock = clock_system();
    struct shard_lock lock = {-1};
    char *path = store_shard_path(store, number), *lock_path = store_lock_path(store, number);
    int status = path && lock_path ? SPEX_OK : error_memory(error);
    if (!status)
        status = lock_enter(&lock, lock_path, &clock, LOCK_WAIT, error);
    if (!status) {
        uint64_t before = inspect_bytes(path, "") + inspect_bytes(path, "-wal");
        status = rewrite(store, number, path, watch, error);
        vacuum->before += before;
        vacuum->after += inspect_bytes(path, "") + inspect_bytes(path, "-wal");
    }
    lock_close(&lock);
    free(path);
    free(lock_path);
    return status;
}

int store_vacuum(const char *directory, const struct progress *progress, struct vacuum *vacuum,
                 spex_error *error)
{
    memset(vacuum, 0, sizeof *vacuum);
    struct store store;
    int descriptor = -1;
    int status = store_load(&store, directory, error);
    if (status)
        return status;
    status = store_writable(&store, error);
    if (!status)
        status = store_hold(&store, HOLD_SHARED, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = store_still(&store, error);
    for (unsigned number = 1; !status && number <= store.shards; number++) {
        struct watch watch = {.progress = progress,
                              .what = "vacuuming",
                              .from = (number - 1) / (double)store.shards,
                              .to = number / (double)store.shards};
        status = vacuum_shard(&store, number, &watch, vacuum, error);
    }
    store_let_go(descriptor);
    store_release(&store);
    return status;
}
