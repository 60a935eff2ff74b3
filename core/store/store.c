#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/base.h"
#include "store/schema.h"

enum { MANIFEST_LIMIT = 65536 };

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

/* ------------------------------------------------------- the manifest */

struct manifest {
    long long format;
    long long shards;
    char hash[64];
    char uuid[64];
};

/* -1: not a number. */
static long long whole_number(const char *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    return end == value || *end || errno ? -1 : number;
}

static int manifest_entry(void *user, const char *section, const char *name, const char *value)
{
    struct manifest *manifest = user;
    (void)section;
    if (strcmp(name, "format") == 0)
        manifest->format = whole_number(value);
    else if (strcmp(name, "shards") == 0)
        manifest->shards = whole_number(value);
    else if (strcmp(name, "hash") == 0)
        snprintf(manifest->hash, sizeof manifest->hash, "%s", value);
    else if (strcmp(name, "uuid") == 0)
        snprintf(manifest->uuid, sizeof manifest->uuid, "%s", value);
    return 1;
}

static int manifest_check(const struct manifest *manifest, const char *path, int bad_line,
                          spex_error *error)
{
    if (manifest->format > STORE_FORMAT)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s: the store has format %lld, written by a newer spex; this one (%s) "
                         "knows format %d: use the newer one",
                         path, manifest->format, spex_version(), STORE_FORMAT);
    if (bad_line)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s:%d: not a line of a store's manifest; restore the file from a backup",
                         path, bad_line);
    if (manifest->format != STORE_FORMAT || manifest->shards < 1 ||
        manifest->shards > STORE_SHARDS_MAX || strlen(manifest->uuid) != STORE_UUID_SIZE - 1)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s is no manifest of a store (format, shards 1 to %u, hash and uuid are "
                         "expected); restore it from a backup",
                         path, STORE_SHARDS_MAX);
    if (strcmp(manifest->hash, STORE_HASH) != 0)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s: the store places instances by the hash %s, this spex knows only %s",
                         path, manifest->hash, STORE_HASH);
    return SPEX_OK;
}

/* Errors: NOT_FOUND where there is no manifest. */
static int manifest_read(struct store *store, spex_error *error)
{
    char *path = file_join(store->directory, "store.ini");
    if (!path)
        return error_memory(error);
    int status = SPEX_OK;
    char *bytes = NULL;
    size_t length;
    if (access(path, F_OK) < 0 && errno == ENOENT)
        status =
            error_set(error, SPEX_ERROR_NOT_FOUND, "there is no store in %s yet", store->directory);
    else
        status = file_read(path, MANIFEST_LIMIT, &bytes, &length, error);
    if (!status) {
        struct manifest manifest = {0};
        int bad_line = ini_parse_string(bytes, manifest_entry, &manifest);
        status = manifest_check(&manifest, path, bad_line, error);
        if (!status) {
            store->shards = (unsigned)manifest.shards;
            memcpy(store->uuid, manifest.uuid, sizeof store->uuid);
        }
    }
    free(bytes);
    free(path);
    return status;
}

static int manifest_write(const struct store *store, spex_error *error)
{
    struct text text = {0};
    text_printf(
        &text,
        "; The shards of a spex store. An instance is in shard hash(identifier) mod shards\n"
        "; + 1: to change the number of shards, use `spex store reshard`.\n"
        "format = %d\nshards = %u\nhash = %s\nuuid = %s\n",
        STORE_FORMAT, store->shards, STORE_HASH, store->uuid);
    char *path = file_join(store->directory, "store.ini");
    int status = path && !text.failed ? file_replace(path, text_value(&text), text.length, error)
                                      : error_memory(error);
    text_release(&text);
    free(path);
    return status;
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

static bool is_shard_file(const char *name)
{
    unsigned number;
    int used = 0;
    return sscanf(name, "shard-%u.%n", &number, &used) == 1 && used > 0;
}

/* Only an empty directory becomes a store. Files of a creation that was cut short are
 * removed; shards that hold something, without a manifest, are never touched. */
static int check_entry(const struct store *store, const char *name, spex_error *error)
{
    if (*name == '.' || strncmp(name, "store.ini.", 10) == 0)
        return SPEX_OK;
    if (strcmp(file_ending(name), ".dets") == 0 || strcmp(name, "dets") == 0)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s holds instances of the Elixir library; `spex import` reads them into "
                         "a store of their own",
                         store->directory);
    if (!is_shard_file(name))
        return error_set(error, SPEX_ERROR_STORE,
                         "%s is not a store and not empty (there is %s); give an empty directory "
                         "or a new one",
                         store->directory, name);
    bool rest = true;
    char *path = file_join(store->directory, name);
    int status = path ? SPEX_OK : error_memory(error);
    if (!status && strcmp(file_ending(name), ".db") == 0)
        status = shard_is_rest(path, &rest, error);
    if (!status && !rest)
        status = error_set(error, SPEX_ERROR_STORE,
                           "%s holds %s but no store.ini, which says how many shards there are; "
                           "restore it from a backup",
                           store->directory, name);
    free(path);
    return status;
}

static int for_each_entry(const struct store *store, bool remove, spex_error *error)
{
    DIR *stream = opendir(store->directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", store->directory);
    int status = SPEX_OK;
    for (struct dirent *entry; !status && (entry = readdir(stream));) {
        if (!remove)
            status = check_entry(store, entry->d_name, error);
        else if (is_shard_file(entry->d_name) && unlinkat(dirfd(stream), entry->d_name, 0) < 0)
            status = error_system(error, "cannot remove %s/%s", store->directory, entry->d_name);
    }
    closedir(stream);
    return status;
}

static int create(struct store *store, unsigned shards, spex_error *error)
{
    store->shards = shards ? shards : STORE_SHARDS_DEFAULT;
    int status = for_each_entry(store, false, error);
    if (!status)
        status = for_each_entry(store, true, error);
    if (!status)
        status = make_uuid(store->uuid, error);
    for (unsigned shard = 1; !status && shard <= store->shards; shard++)
        status = schema_create(store, shard, error);
    /* The manifest last: a store with a manifest has all its shards. */
    if (!status)
        status = manifest_write(store, error);
    return status;
}

/* Who creates the store holds a lock on its directory. */
static int lock_directory(const struct store *store, int *descriptor, spex_error *error)
{
    enum { TRIES = 2000, PAUSE = 5000000 };
    *descriptor = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_system(error, "cannot open %s", store->directory);
    for (int i = 0; flock(*descriptor, LOCK_EX | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_system(error, "cannot lock %s", store->directory);
        if (i == TRIES)
            return error_set(error, SPEX_ERROR_BUSY,
                             "another process is creating the store %s and does not finish",
                             store->directory);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE}, NULL);
    }
    return SPEX_OK;
}

static int load_or_create(struct store *store, unsigned shards, spex_error *error)
{
    int descriptor;
    int status = lock_directory(store, &descriptor, error);
    if (!status) {
        status = manifest_read(store, error);
        if (status == SPEX_ERROR_NOT_FOUND) {
            status = create(store, shards, error);
            if (!status && fsync(descriptor) < 0)
                status = error_system(error, "cannot write %s", store->directory);
        }
    }
    if (descriptor >= 0)
        close(descriptor);
    return status;
}

/* ------------------------------------------------------------- opening */

/* The log of a shard needs memory shared by all its users: one machine. */
static int check_file_system(const struct store *store, spex_error *error)
{
    static const struct {
        unsigned long type;
        const char *name;
    } network[] = {{NFS_SUPER_MAGIC, "NFS"},  {SMB_SUPER_MAGIC, "SMB"}, {0xFF534D42, "CIFS"},
                   {0xFE534D42, "SMB"},       {AFS_SUPER_MAGIC, "AFS"}, {CODA_SUPER_MAGIC, "Coda"},
                   {CEPH_SUPER_MAGIC, "Ceph"}};
    struct statfs about;
    if (statfs(store->directory, &about) < 0)
        return error_system(error, "cannot look at %s", store->directory);
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        if (((unsigned long)about.f_type & 0xffffffff) == network[i].type)
            return error_set(error, SPEX_ERROR_STORE,
                             "%s is on a network file system (%s), where a store would be damaged; "
                             "put it on a local disk",
                             store->directory, network[i].name);
    return SPEX_OK;
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
        status = check_file_system(store, error);
    if (!status && access(store->directory, W_OK | X_OK) < 0)
        status = error_system(error, "cannot write to the store %s", store->directory);
    if (!status)
        status = manifest_read(store, error);
    if (status == SPEX_ERROR_NOT_FOUND)
        status = load_or_create(store, shards, error);
    if (!status && shards && shards != store->shards)
        status = error_set(error, SPEX_ERROR_STORE,
                           "the store %s has %u shards, not %u: open it with %u, or change it with "
                           "`spex store reshard %u`",
                           store->directory, store->shards, shards, store->shards, shards);
    if (status)
        store_release(store);
    return status;
}
