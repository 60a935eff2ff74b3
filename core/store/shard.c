/* Opening a shard for writing; its transactions, lock and log. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/manifest.h"
#include "store/query.h"
#include "store/schema.h"
#include "store/shard_private.h"
#include "store/staging.h"

enum {
    LOCK_WAIT = 10000,         /* ms */
    CHECKPOINT_PAGES = 8192,   /* the log's size, in pages, at which it is moved into the file */
    CHECKPOINT_AGAIN = 2048,   /* how much more of it until the next attempt */
    CHECKPOINT_FORCE = 65536,  /* from here on readers are waited for */
    CHECKPOINT_PATIENCE = 200, /* ms */
    LOG_STRETCH = 256,         /* pages after which the log is looked after */
    LOG_FRAME = 4096 + 24,     /* bytes a page takes in the log */
    CACHE_KIB = 16384
};

static int log_grew(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    struct shard *shard = context;
    shard->log_pages = pages;
    return SQLITE_OK;
}

static int set_pragmas(struct shard *shard, spex_error *error)
{
    char sql[200];
    sqlite3_snprintf(sizeof sql, sql,
                     "PRAGMA synchronous = %s; PRAGMA cache_size = -%d; PRAGMA secure_delete = OFF;"
                     "PRAGMA journal_size_limit = 67108864;",
                     shard->options.durability == SPEX_DURABILITY_FULL ? "FULL" : "NORMAL",
                     CACHE_KIB);
    return connection_execute(&shard->connection, sql, error);
}

static int open_file(struct shard *shard, const struct store *store, unsigned number,
                     spex_error *error)
{
    if (stat(shard->path, &shard->file) < 0)
        return error_set(error, SPEX_ERROR_STORE,
                         errno == ENOENT
                             ? "shard %u (%s) is missing; restore it from a backup, or give up its "
                               "instances with `spex store repair`"
                             : "shard %u (%s) cannot be read; check the permissions",
                         number, shard->path);
    int version = SCHEMA_VERSION;
    int status =
        connection_open(&shard->connection, number, shard->path, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = set_pragmas(shard, error);
    if (!status)
        status = query_functions(&shard->connection, error);
    if (!status)
        status = schema_check(&shard->connection, store, number, &version, error);
    /* Other programs can take the log away, and then readers and writers wait for one another.
     * Where one of them is in the way now, that is how it stays until the next time. */
    if (!status)
        connection_execute(&shard->connection, "PRAGMA journal_mode = WAL", NULL);
    return status ? status : schema_bring_up(&shard->connection, version, error);
}

/* Whoever writes to a file that was taken away, or is no part of the store any more, writes
 * to nowhere. Under the lock: a store's files change places only while all locks are held. */
static int check_file(struct shard *shard, spex_error *error)
{
    struct stat file, manifest;
    manifest_look(shard->store.directory, &manifest);
    if (!manifest_is(&manifest, &shard->manifest)) {
        int status = store_still(&shard->store, error);
        if (status)
            return status;
        shard->manifest = manifest;
    }
    if (stat(shard->path, &file) == 0 && file.st_ino == shard->file.st_ino &&
        file.st_dev == shard->file.st_dev)
        return SPEX_OK;
    return error_set(error, SPEX_ERROR_STORE,
                     "%s was removed or replaced while it was open; nothing is written to it",
                     shard->connection.label);
}

static int open_locked(struct shard *shard, unsigned number, spex_error *error)
{
    manifest_look(shard->store.directory, &shard->manifest);
    int status = store_still(&shard->store, error);
    return status ? status : open_file(shard, &shard->store, number, error);
}

/* Opened under the lock, so that the file, its log and the memory shared about it are of one
 * moment. */
int shard_open(struct shard **opened, const struct store *store, unsigned number,
               const struct shard_options *options, spex_error *error)
{
    *opened = NULL;
    struct shard *shard = memory_allocate(1, sizeof *shard);
    if (!shard)
        return error_memory(error);
    shard->lock.descriptor = shard->log_descriptor = -1;
    shard->options = *options;
    shard->checkpoint_next = CHECKPOINT_PAGES;
    shard->store = *store;
    shard->store.directory = memory_copy_text(store->directory);
    shard->path = store_shard_path(store, number);
    char *lock_path = store_lock_path(store, number);
    int status = shard->store.directory && shard->path && lock_path ? SPEX_OK : error_memory(error);
    if (!status)
        status = lock_enter(&shard->lock, lock_path, &options->clock, LOCK_WAIT, error);
    free(lock_path);
    if (!status) {
        status = open_locked(shard, number, error);
        lock_release(&shard->lock);
    }
    if (status) {
        shard_close(shard);
        return status;
    }
    sqlite3_wal_hook(shard->connection.database, log_grew, shard);
    shard->connection.log_writer = log_writer_attach(shard->connection.database);
    *opened = shard;
    return SPEX_OK;
}

static void empty_log(struct shard *shard)
{
    if (lock_acquire(&shard->lock, &shard->options.clock, 0, "", NULL))
        return;
    sqlite3_busy_timeout(shard->connection.database, 0);
    if (!check_file(shard, NULL))
        sqlite3_wal_checkpoint_v2(shard->connection.database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL);
    lock_release(&shard->lock);
}

void shard_close(struct shard *shard)
{
    if (!shard)
        return;
    shard_rollback(shard);
    if (shard->lock.descriptor >= 0 && shard->connection.database)
        empty_log(shard);
    connection_close(&shard->connection);
    if (shard->log_descriptor >= 0)
        close(shard->log_descriptor);
    free(shard->path);
    store_release(&shard->store);
    lock_close(&shard->lock);
    text_release(&shard->specification);
    text_release(&shard->state);
    free(shard);
}

bool shard_writing(const struct shard *shard)
{
    return shard->writing;
}

int shard_begin(struct shard *shard, spex_error *error)
{
    int status = lock_acquire(&shard->lock, &shard->options.clock, LOCK_WAIT,
                              shard->connection.label, error);
    if (status == SPEX_ERROR_BUSY)
        return store_busy(&shard->store, error);
    if (status)
        return status;
    status = check_file(shard, error);
    if (!status)
        status = statement_run(&shard->connection, STATEMENT_BEGIN, NULL, 0, error);
    if (status)
        lock_release(&shard->lock);
    shard->writing = status == SPEX_OK;
    return status;
}

static int open_log(const struct shard *shard)
{
    struct text path = {0};
    text_printf(&path, "%s-wal", shard->path);
    int descriptor = path.failed ? -1 : open(text_value(&path), O_RDONLY | O_CLOEXEC);
    text_release(&path);
    return descriptor;
}

/* After each stretch of the log. A checkpoint begins with waiting until the disk has all of it,
 * and everybody who wants the shard waits too: so the disk is told to begin. Where there is
 * little room the log gets an eighth of it, because a checkpoint may need some, too. */
static void look_after_log(struct shard *shard)
{
    if (shard->log_pages < shard->log_seen)
        shard->log_seen = 0; /* it began anew */
    if (shard->log_pages < shard->log_seen + LOG_STRETCH)
        return;
    if (shard->log_descriptor < 0)
        shard->log_descriptor = open_log(shard);
    if (shard->log_descriptor < 0)
        return;
    struct statvfs disk;
    if (fstatvfs(shard->log_descriptor, &disk) == 0 &&
        disk.f_bavail * disk.f_frsize / LOG_FRAME / 8 < (uint64_t)shard->log_pages)
        shard->checkpoint_next = shard->log_pages;
#ifdef SYNC_FILE_RANGE_WRITE
    sync_file_range(shard->log_descriptor, (off_t)shard->log_seen * LOG_FRAME,
                    (off_t)(shard->log_pages - shard->log_seen) * LOG_FRAME, SYNC_FILE_RANGE_WRITE);
#endif
    shard->log_seen = shard->log_pages;
}

/* Under the lock. A checkpoint that fails costs room, not data: the next one may succeed. */
static void checkpoint(struct shard *shard)
{
    if (shard->log_pages < shard->checkpoint_next) {
        if (shard->log_pages < CHECKPOINT_PAGES)
            shard->checkpoint_next = CHECKPOINT_PAGES;
        return;
    }
    sqlite3 *database = shard->connection.database;
    bool force = shard->log_pages >= CHECKPOINT_FORCE;
    if (force)
        sqlite3_busy_timeout(database, CHECKPOINT_PATIENCE);
    sqlite3_wal_checkpoint_v2(
        database, NULL, force ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (force)
        sqlite3_busy_timeout(database, 5000);
    shard->checkpoint_next = shard->log_pages + CHECKPOINT_AGAIN;
}

static void give_up(struct shard *shard, bool disk_full)
{
    if (!shard->writing)
        return;
    log_writer_forget(shard->connection.log_writer);
    /* After some failures SQLite has rolled back already. */
    if (!sqlite3_get_autocommit(shard->connection.database))
        statement_run(&shard->connection, STATEMENT_ROLLBACK, NULL, 0, NULL);
    if (disk_full) /* perhaps by this log */
        sqlite3_wal_checkpoint_v2(shard->connection.database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL);
    shard->writing = false;
    lock_release(&shard->lock);
}

void shard_rollback(struct shard *shard)
{
    give_up(shard, false);
}

int shard_commit(struct shard *shard, spex_error *error)
{
    int status = statement_run(&shard->connection, STATEMENT_COMMIT, NULL, 0, error);
    if (status) {
        give_up(shard, sqlite3_errcode(shard->connection.database) == SQLITE_FULL);
        return status;
    }
    look_after_log(shard);
    checkpoint(shard);
    shard->writing = false;
    lock_release(&shard->lock);
    return SPEX_OK;
}

bool shard_changed(struct shard *shard)
{
    sqlite3_stmt *statement;
    bool row = false;
    int64_t version = shard->version;
    if (!statement_start(&shard->connection, STATEMENT_VERSION, NULL, 0, &statement, NULL) &&
        !statement_step(&shard->connection, statement, &row, NULL) && row)
        version = sqlite3_column_int64(statement, 0);
    statement_end(statement);
    bool changed = version != shard->version;
    shard->version = version;
    return changed;
}
