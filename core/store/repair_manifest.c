/* A manifest written anew: every shard knows which store it is of. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/manifest.h"
#include "store/repair.h"
#include "store/schema.h"
#include "store/staging.h"

/* What the shards say, as far as they can be read. */
struct identity {
    struct store store;
    unsigned shard; /* that said so first */
};

static int read_identity(const struct store *store, unsigned number, struct identity *found,
                         spex_error *error)
{
    struct connection connection;
    sqlite3_stmt *statement = NULL;
    int64_t application = 0;
    bool row = false;
    char *path = store_shard_path(store, number);
    if (!path)
        return error_memory(error);
    int status = connection_open(&connection, number, path, SQLITE_OPEN_READONLY, error);
    free(path);
    if (status)
        return status;
    status = inspect_number(&connection, "PRAGMA application_id", &application, error);
    if (!status)
        status = inspect_prepare(&connection, "SELECT uuid, shard, shards FROM identity",
                                 &statement, error);
    if (!status)
        status = statement_step(&connection, statement, &row, error);
    if (!status) {
        const char *uuid = row ? column_text(statement, 0) : "";
        int64_t shards = row ? sqlite3_column_int64(statement, 2) : 0;
        if (application != SCHEMA_APPLICATION || strlen(uuid) != STORE_UUID_SIZE - 1 ||
            shards < 1 || shards > STORE_SHARDS_MAX || sqlite3_column_int64(statement, 1) != number)
            status = error_set(error, SPEX_ERROR_NOT_FOUND, "%s does not say what it is",
                               connection.label);
        found->shard = number;
        found->store.shards = (unsigned)shards;
        snprintf(found->store.uuid, sizeof found->store.uuid, "%s", uuid);
    }
    sqlite3_finalize(statement);
    connection_close(&connection);
    return status;
}

static int gather(struct store *store, struct identity *all, spex_error *error)
{
    DIR *stream = opendir(store->directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", store->directory);
    int status = SPEX_OK;
    for (struct dirent *entry; !status && (entry = readdir(stream));) {
        unsigned number = shard_file_number(entry->d_name);
        struct identity one = {{0}, 0};
        if (!number || strcmp(strchr(entry->d_name, '.'), ".db") != 0)
            continue;
        int read = read_identity(store, number, &one, error);
        if (read == SPEX_ERROR_MEMORY)
            status = read;
        if (read)
            continue;
        if (!all->shard)
            *all = one;
        else if (one.store.shards != all->store.shards ||
                 strcmp(one.store.uuid, all->store.uuid) != 0)
            status =
                error_set(error, SPEX_ERROR_STORE,
                          "%s has no usable " MANIFEST_NAME ", and its shards contradict each "
                          "other: shard-%u.db is one of %u of the store %s, shard-%u.db is one "
                          "of %u of the store %s; leave only those that belong together",
                          store->directory, all->shard, all->store.shards, all->store.uuid,
                          one.shard, one.store.shards, one.store.uuid);
    }
    closedir(stream);
    if (!status && !all->shard)
        status =
            error_set(error, SPEX_ERROR_STORE,
                      "%s has no usable " MANIFEST_NAME ", and no shard there can be read that "
                      "says what it was; restore it from a backup",
                      store->directory);
    return status;
}

static int keep_old(const struct store *store, spex_error *error)
{
    char stamp[REPAIR_STAMP_SIZE], *path = file_join(store->directory, MANIFEST_NAME);
    struct text kept = {0};
    repair_stamp(stamp);
    text_printf(&kept, "%s.damaged-%s", path ? path : "", stamp);
    int status = path && !kept.failed ? SPEX_OK : error_memory(error);
    if (!status && rename(path, text_value(&kept)) < 0 && errno != ENOENT)
        status = error_system(error, "cannot rename %s", path);
    text_release(&kept);
    free(path);
    return status;
}

/* Held alone. */
static int write_anew(struct repairing *work, struct store *store, spex_error *error)
{
    struct identity all = {{0}, 0};
    if (manifest_state(store->directory) == MANIFEST_FINE)
        return SPEX_OK; /* meanwhile */
    int status = gather(store, &all, error);
    if (!status)
        status = keep_old(store, error);
    if (status)
        return status;
    store->shards = all.store.shards;
    memcpy(store->uuid, all.store.uuid, sizeof store->uuid);
    status = manifest_write(store, error);
    if (status)
        return status;
    work->repair->manifest = true;
    repair_tell(work, REPAIR_MANIFEST, 0, NULL,
                MANIFEST_NAME " was written anew: %u shards, the store %s", store->shards,
                store->uuid);
    return SPEX_OK;
}

int repair_manifest(struct repairing *work, const char *directory, spex_error *error)
{
    struct store store;
    int descriptor = -1;
    spex_error failure;
    int status = store_load(&store, directory, &failure);
    enum manifest_state state =
        status == SPEX_ERROR_STORE ? manifest_state(directory) : MANIFEST_FINE;
    store_release(&store);
    if (state != MANIFEST_LOST && state != MANIFEST_DAMAGED)
        return SPEX_OK; /* or loading it again says why not */
    store = (struct store){.directory = realpath(directory, NULL)};
    if (!store.directory)
        return error_system(error, "cannot open the store %s", directory);
    status = store_writable(&store, error);
    if (!status)
        status = store_hold(&store, HOLD_ALONE, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = write_anew(work, &store, error);
    store_let_go(descriptor);
    store_release(&store);
    return status;
}
