#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/base.h"
#include "store/filesystem.h"
#include "store/manifest.h"
#include "store/schema.h"
#include "store/staging.h"

unsigned store_shard_of(const char *identifier, unsigned shards)
{
    return (unsigned)(XXH3_64bits(identifier, strlen(identifier)) % shards) + 1;
}

static char *numbered_path(const struct store *store, unsigned shard, const char *ending)
{
    char name[40];
    snprintf(name, sizeof name, "shard-%u.%s", shard, ending);
    return file_join(store->directory, name);
}

char *store_shard_path(const struct store *store, unsigned shard)
{
    return numbered_path(store, shard, "db");
}

char *store_lock_path(const struct store *store, unsigned shard)
{
    return numbered_path(store, shard, "lock");
}

void store_release(struct store *store)
{
    free(store->directory);
    memset(store, 0, sizeof *store);
}

/* ------------------------------------------------------------ creation */

static int make_uuid(char uuid[STORE_UUID_SIZE], spex_error *error)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_system(error, "no random numbers for a new store");
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char *place = uuid;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *place++ = '-';
        place += sprintf(place, "%02x", bytes[i]);
    }
    return SPEX_OK;
}

/* Whether a shard file holds anything, so that it is no rest of a creation cut short. */
static int shard_is_rest(const char *path, bool *rest, spex_error *error)
{
    *rest = false;
    struct stat about;
    if (stat(path, &about) < 0)
        return error_system(error, "cannot read %s", path);
    if (about.st_size == 0) {
        *rest = true;
        return SPEX_OK;
    }
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
        if (sqlite3_prepare_v2(database,
                               "SELECT 1 FROM instance UNION ALL SELECT 1 FROM observation UNION "
                               "ALL SELECT 1 FROM event LIMIT 1",
                               -1, &statement, NULL) == SQLITE_OK)
            *rest = sqlite3_step(statement) == SQLITE_DONE;
        else if (sqlite3_prepare_v2(database, "SELECT 1 FROM sqlite_schema", -1, &statement,
                                    NULL) == SQLITE_OK)
            *rest = sqlite3_step(statement) == SQLITE_DONE;
    }
    sqlite3_finalize(statement);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(database);
    return SPEX_OK;
}

/* Whether a file named as a shard's may be a rest of a creation cut short; if not, the
 * manifest was lost. */
static int check_rest(const struct store *store, const char *name, spex_error *error)
{
    bool rest = !strstr(name, ".damaged-");
    char *path = file_join(store->directory, name);
    int status = path ? SPEX_OK : error_memory(error);
    if (!status && strcmp(file_ending(name), ".db") == 0)
        status = shard_is_rest(path, &rest, error);
    if (!status && !rest)
        status = error_set(error, SPEX_ERROR_STORE,
                           "%s holds %s but no " MANIFEST_NAME ", which says how many shards there "
                           "are; `spex store repair` writes it anew from the shards",
                           store->directory, name);
    free(path);
    return status;
}

/* Only an empty directory becomes a store. Files of a creation that was cut short are
 * removed; shards that hold something, without a manifest, are never touched. */
static int check_entry(const struct store *store, const char *name, spex_error *error)
{
    if (*name == '.' || strncmp(name, MANIFEST_NAME ".", sizeof MANIFEST_NAME) == 0)
        return SPEX_OK;
    if (strcmp(file_ending(name), ".dets") == 0 || strcmp(name, "dets") == 0)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s holds instances of the Elixir library; `spex import` reads them into "
                         "a store of their own",
                         store->directory);
    if (shard_file_known(name) || (shard_file_number(name) && strstr(name, ".damaged-")))
        return check_rest(store, name, error);
    return error_set(error, SPEX_ERROR_STORE,
                     "%s is not a store and not empty (there is %s); give an empty directory "
                     "or a new one",
                     store->directory, name);
}

static int remove_rest(const struct store *store, const char *name, spex_error *error)
{
    char *path = shard_file_known(name) ? file_join(store->directory, name) : NULL;
    int status = SPEX_OK;
    if (path && unlink(path) < 0)
        status = error_system(error, "cannot remove %s", path);
    free(path);
    return status;
}

static int find_lost(const struct store *store, const char *name, spex_error *error)
{
    return shard_file_number(name) ? check_rest(store, name, error) : SPEX_OK;
}

static int for_each_entry(const struct store *store,
                          int (*visit)(const struct store *store, const char *name,
                                       spex_error *error),
                          spex_error *error)
{
    DIR *stream = opendir(store->directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", store->directory);
    int status = SPEX_OK;
    for (struct dirent *entry; !status && (entry = readdir(stream));)
        status = visit(store, entry->d_name, error);
    closedir(stream);
    return status;
}

static int create(struct store *store, unsigned shards, spex_error *error)
{
    store->shards = shards ? shards : STORE_SHARDS_DEFAULT;
    int status = for_each_entry(store, check_entry, error);
    if (!status)
        status = for_each_entry(store, remove_rest, error);
    if (!status)
        status = make_uuid(store->uuid, error);
    for (unsigned shard = 1; !status && shard <= store->shards; shard++)
        status = schema_create(store, shard, error);
    /* The manifest last: a store with a manifest has all its shards. */
    if (!status)
        status = manifest_write(store, error);
    return status;
}

/* Who creates the store holds its directory alone. */
static int load_or_create(struct store *store, unsigned shards, spex_error *error)
{
    enum { PATIENCE = 10000 }; /* ms */
    int descriptor;
    int status = store_hold(store, HOLD_ALONE, PATIENCE, &descriptor, error);
    if (status)
        return status;
    status = manifest_read(store, error);
    if (status == SPEX_ERROR_NOT_FOUND)
        status = create(store, shards, error);
    store_let_go(descriptor);
    return status;
}

/* ------------------------------------------------------------- opening */

int store_writable(const struct store *store, spex_error *error)
{
    struct file_system found;
    int status = file_system_of(store->directory, &found, error);
    if (!status)
        status = file_system_check(store->directory, &found, error);
    if (!status && access(store->directory, W_OK | X_OK) < 0)
        status = error_system(error, "cannot write to the store %s", store->directory);
    return status;
}

static int find_directory(struct store *store, const char *directory, bool make, spex_error *error)
{
    memset(store, 0, sizeof *store);
    struct stat about;
    if (!directory || !*directory)
        return error_set(error, SPEX_ERROR_USAGE, "the store's directory is not given");
    if (stat(directory, &about) < 0) {
        if (errno != ENOENT)
            return error_system(error, "cannot open the store %s", directory);
        if (!make)
            return error_set(error, SPEX_ERROR_NOT_FOUND, "there is no store %s", directory);
        int status = file_make_directory(directory, error);
        if (status)
            return status;
    } else if (!S_ISDIR(about.st_mode)) {
        return error_set(error, SPEX_ERROR_STORE, "%s is a file; a store is a directory",
                         directory);
    }
    /* Absolute: the process may change its directory, and SQLite reads no name that
     * begins with a slash as a URI. */
    store->directory = realpath(directory, NULL);
    if (!store->directory)
        return error_system(error, "cannot open the store %s", directory);
    return SPEX_OK;
}

int store_load(struct store *store, const char *directory, spex_error *error)
{
    int status = find_directory(store, directory, false, error);
    if (!status)
        status = manifest_read(store, error);
    if (!status)
        status = store_settle(store, false, error);
    /* Without a manifest, shards that hold something are a store all the same. */
    spex_error lost;
    if (status == SPEX_ERROR_NOT_FOUND && store->directory &&
        for_each_entry(store, find_lost, &lost)) {
        status = lost.status;
        if (error)
            *error = lost;
    }
    if (status)
        store_release(store);
    return status;
}

int store_open(struct store *store, const char *directory, unsigned shards, spex_error *error)
{
    memset(store, 0, sizeof *store);
    if (shards > STORE_SHARDS_MAX)
        return error_set(error, SPEX_ERROR_USAGE,
                         "a store has 1 to %u shards (distribution_factor), not %u",
                         STORE_SHARDS_MAX, shards);
    int status = find_directory(store, directory, true, error);
    if (!status)
        status = store_writable(store, error);
    if (!status)
        status = manifest_read(store, error);
    if (status == SPEX_ERROR_NOT_FOUND)
        status = load_or_create(store, shards, error);
    if (!status)
        status = store_settle(store, true, error);
    if (!status && shards && shards != store->shards)
        status = error_set(error, SPEX_ERROR_STORE,
                           "the store %s has %u shards, not %u: open it with %u, or change it with "
                           "`spex store reshard %u`",
                           store->directory, store->shards, shards, store->shards, shards);
    if (status)
        store_release(store);
    return status;
}
