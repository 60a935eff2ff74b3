/* Opening a store for reading; noticing changes. */
#include "store/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/manifest.h"
#include "store/query.h"
#include "store/reader_private.h"

static int open_file(struct reader *reader, unsigned number, const char *path, spex_error *error)
{
    struct reader_shard *shard = &reader->shards[number - 1];
    struct stat about = {0};
    int version;
    bool there = stat(path, &about) == 0;
    int status = inspect_open(&shard->connection, &reader->store, number, &version, error);
    if (status)
        return status;
    /* A cache a shard and reader: what is read again is in the system's anyway. */
    status = connection_execute(&shard->connection, "PRAGMA cache_size = -1024", error);
    if (!status)
        status = query_functions(&shard->connection, error);
    if (status) {
        connection_close(&shard->connection);
        return status;
    }
    shard->open = true;
    shard->device = there ? about.st_dev : 0;
    shard->file = there ? about.st_ino : 0;
    return SPEX_OK;
}

static int64_t data_version(struct reader_shard *shard)
{
    sqlite3_stmt *statement;
    bool row = false;
    int64_t version = -1;
    if (!statement_start(&shard->connection, STATEMENT_VERSION, NULL, 0, &statement, NULL) &&
        !statement_step(&shard->connection, statement, &row, NULL) && row)
        version = sqlite3_column_int64(statement, 0);
    statement_end(statement);
    return version;
}

static void close_shard(struct reader_shard *shard)
{
    connection_close(&shard->connection);
    free(shard->fault);
    shard->fault = NULL;
    shard->open = false;
}

/* Opens the shard or notes why not. Errors: MEMORY. */
static int open_shard(struct reader *reader, unsigned number, spex_error *error)
{
    struct reader_shard *shard = &reader->shards[number - 1];
    char *path = store_shard_path(&reader->store, number);
    if (!path)
        return error_memory(error);
    close_shard(shard);
    spex_error failure;
    int status = open_file(reader, number, path, &failure);
    free(path);
    if (!status) {
        shard->version = data_version(shard);
        return SPEX_OK;
    }
    shard->fault = memory_copy_text(failure.message);
    return status == SPEX_ERROR_MEMORY || !shard->fault ? error_memory(error) : SPEX_OK;
}

static void close_shards(struct reader *reader)
{
    for (unsigned i = 0; reader->shards && i < reader->store.shards; i++)
        close_shard(&reader->shards[i]);
    free(reader->shards);
    reader->shards = NULL;
}

static int open_shards(struct reader *reader, spex_error *error)
{
    reader->shards = memory_allocate(reader->store.shards, sizeof *reader->shards);
    if (!reader->shards)
        return error_memory(error);
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= reader->store.shards; number++)
        status = open_shard(reader, number, error);
    return status;
}

/* Opens the store as it is at one moment: of files that change places meanwhile, which the
 * manifest tells, some would be the old ones and some the new. */
static int open_store(struct reader *reader, const char *directory, spex_error *error)
{
    for (;;) {
        struct store store;
        struct stat before, after;
        manifest_look(directory, &before);
        int status = store_load(&store, directory, error);
        if (status)
            return status;
        close_shards(reader);
        store_release(&reader->store);
        reader->store = store;
        reader->manifest = before;
        status = open_shards(reader, error);
        manifest_look(directory, &after);
        if (status || manifest_is(&before, &after))
            return status;
    }
}

int reader_open(struct reader **opened, const char *store_dir, const spex_clock *clock,
                spex_error *error)
{
    *opened = NULL;
    struct reader *reader = memory_allocate(1, sizeof *reader);
    if (!reader)
        return error_memory(error);
    reader->clock = clock && clock->wall ? *clock : clock_system();
    int status = open_store(reader, store_dir, error);
    if (status)
        reader_close(reader);
    else
        *opened = reader;
    return status;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    close_shards(reader);
    store_release(&reader->store);
    free(reader);
}

unsigned reader_shard_count(const struct reader *reader)
{
    return reader->store.shards;
}

const char *reader_fault(const struct reader *reader, unsigned shard)
{
    return shard >= 1 && shard <= reader->store.shards ? reader->shards[shard - 1].fault
                                                       : "there is no such shard";
}

int64_t reader_now(const struct reader *reader)
{
    return reader->clock.wall(reader->clock.context);
}

int reader_partial(const struct reader *reader, spex_error *error)
{
    for (unsigned i = 0; i < reader->store.shards; i++)
        if (!reader->shards[i].open)
            return error_set(error, SPEX_ERROR_STORE, "%s",
                             reader->shards[i].fault ? reader->shards[i].fault
                                                     : "a shard is not open");
    return SPEX_OK;
}

bool reader_goes_on(int status, const spex_error *failure, int *partial, spex_error *error)
{
    if (!status)
        return true;
    bool of_shard = status == SPEX_ERROR_STORE || status == SPEX_ERROR_BUSY;
    if (error && (!of_shard || !*partial))
        *error = *failure;
    if (of_shard && error)
        error->status = SPEX_ERROR_STORE;
    *partial = of_shard ? SPEX_ERROR_STORE : status;
    return of_shard;
}

/* ------------------------------------------------------------- changes */

/* The shards were moved about: begin again, unless the new store cannot be read. */
static bool reload(struct reader *reader)
{
    struct store fresh;
    if (store_load(&fresh, reader->store.directory, NULL))
        return false;
    if (open_store(reader, fresh.directory, NULL)) {
        /* Out of memory: shards without a connection, tried again at the next call. */
        reader->manifest.st_ino = 0;
        if (!reader->shards)
            reader->store.shards = 0;
    }
    store_release(&fresh);
    return true;
}

static bool shard_file_changed(const struct reader *reader, unsigned number)
{
    const struct reader_shard *shard = &reader->shards[number - 1];
    char *path = store_shard_path(&reader->store, number);
    struct stat about;
    bool changed = path && (stat(path, &about) < 0 || about.st_dev != shard->device ||
                            about.st_ino != shard->file);
    free(path);
    return changed;
}

static bool shard_changed_now(struct reader *reader, unsigned number)
{
    struct reader_shard *shard = &reader->shards[number - 1];
    if (!shard->open) {
        open_shard(reader, number, NULL);
        return shard->open;
    }
    if (shard_file_changed(reader, number)) {
        open_shard(reader, number, NULL);
        return true;
    }
    int64_t version = data_version(shard);
    bool changed = version != shard->version;
    shard->version = version;
    return changed;
}

bool reader_changed(struct reader *reader)
{
    struct stat manifest;
    manifest_look(reader->store.directory, &manifest);
    if (manifest.st_ino && !manifest_is(&manifest, &reader->manifest) && reload(reader))
        return true;
    bool changed = false;
    for (unsigned number = 1; number <= reader->store.shards; number++)
        changed |= shard_changed_now(reader, number);
    return changed;
}
