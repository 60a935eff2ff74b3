#include "store/manifest.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { MANIFEST_LIMIT = 65536 };

struct manifest {
    long long format;
    long long shards;
    char hash[64];
    char uuid[64];
    char switching[STORE_SWITCHING_SIZE];
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
    else if (strcmp(name, "switching") == 0)
        snprintf(manifest->switching, sizeof manifest->switching, "%s", value);
    return 1;
}

static int manifest_check(const struct manifest *manifest, const char *path, int bad_line,
                          enum manifest_state *state, spex_error *error)
{
    static const char advice[] =
        "restore it from a backup, or let `spex store repair` write it anew from the shards";
    *state = MANIFEST_FOREIGN;
    if (manifest->format > STORE_FORMAT)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s: the store has format %lld, written by a newer spex; this one (%s) "
                         "knows format %d: use the newer one",
                         path, manifest->format, spex_version(), STORE_FORMAT);
    if (!bad_line && manifest->format == STORE_FORMAT && manifest->hash[0] &&
        strcmp(manifest->hash, STORE_HASH) != 0)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s: the store places instances by the hash %s, this spex knows only %s",
                         path, manifest->hash, STORE_HASH);
    *state = MANIFEST_DAMAGED;
    if (bad_line)
        return error_set(error, SPEX_ERROR_STORE, "%s:%d: not a line of a store's manifest; %s",
                         path, bad_line, advice);
    if (manifest->format != STORE_FORMAT || manifest->shards < 1 ||
        manifest->shards > STORE_SHARDS_MAX || strlen(manifest->uuid) != STORE_UUID_SIZE - 1 ||
        !manifest->hash[0])
        return error_set(error, SPEX_ERROR_STORE,
                         "%s is no manifest of a store (format, shards 1 to %u, hash and uuid are "
                         "expected); %s",
                         path, STORE_SHARDS_MAX, advice);
    *state = MANIFEST_FINE;
    return SPEX_OK;
}

unsigned shard_file_number(const char *name)
{
    unsigned number;
    int used = 0;
    return sscanf(name, "shard-%u.%n", &number, &used) == 1 && used > 0 ? number : 0;
}

bool shard_file_known(const char *name)
{
    static const char *const endings[] = {".db", ".db-wal", ".db-shm", ".db-journal", ".lock"};
    const char *ending = shard_file_number(name) ? strchr(name, '.') : NULL;
    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(ending, endings[i]) == 0)
            return true;
    return false;
}

static int read_state(struct store *store, enum manifest_state *state, spex_error *error)
{
    *state = MANIFEST_FOREIGN;
    char *path = file_join(store->directory, MANIFEST_NAME);
    if (!path)
        return error_memory(error);
    char *bytes = NULL;
    size_t length;
    struct stat about;
    int status;
    if (stat(path, &about) < 0 && errno == ENOENT) {
        *state = MANIFEST_LOST;
        status =
            error_set(error, SPEX_ERROR_NOT_FOUND, "there is no store in %s yet", store->directory);
    } else {
        status = file_read_regular(path, MANIFEST_LIMIT, &bytes, &length, error);
    }
    if (!status) {
        struct manifest manifest = {0};
        int bad_line = ini_parse_string(bytes, manifest_entry, &manifest);
        status = manifest_check(&manifest, path, bad_line, state, error);
        if (!status) {
            store->shards = (unsigned)manifest.shards;
            memcpy(store->uuid, manifest.uuid, sizeof store->uuid);
            memcpy(store->switching, manifest.switching, sizeof store->switching);
        }
    }
    free(bytes);
    free(path);
    return status;
}

int manifest_read(struct store *store, spex_error *error)
{
    enum manifest_state state;
    return read_state(store, &state, error);
}

enum manifest_state manifest_state(const char *directory)
{
    struct store store = {.directory = (char *)(uintptr_t)directory};
    enum manifest_state state;
    read_state(&store, &state, NULL);
    return state;
}

int manifest_write(const struct store *store, spex_error *error)
{
    struct text text = {0};
    text_printf(
        &text,
        "; The shards of a spex store. An instance is in shard hash(identifier) mod shards\n"
        "; + 1: to change the number of shards, use `spex store reshard`.\n"
        "format = %d\nshards = %u\nhash = %s\nuuid = %s\n",
        STORE_FORMAT, store->shards, STORE_HASH, store->uuid);
    if (store->switching[0])
        text_printf(&text,
                    "; New shards are being moved here from the folder staging. Every program that "
                    "opens\n; the store finishes that first.\nswitching = %s\n",
                    store->switching);
    char *path = file_join(store->directory, MANIFEST_NAME);
    int status = path && !text.failed ? file_replace(path, text_value(&text), text.length, error)
                                      : error_memory(error);
    if (!status)
        status = file_sync(store->directory, error);
    text_release(&text);
    free(path);
    return status;
}

void manifest_look(const char *directory, struct stat *about)
{
    /* Asked in every transaction: without an allocation. */
    char path[PATH_MAX + sizeof MANIFEST_NAME];
    snprintf(path, sizeof path, "%s/" MANIFEST_NAME, directory);
    if (stat(path, about) < 0)
        memset(about, 0, sizeof *about);
}

bool manifest_is(const struct stat *about, const struct stat *other)
{
    return about->st_ino == other->st_ino && about->st_dev == other->st_dev &&
           about->st_mtim.tv_sec == other->st_mtim.tv_sec &&
           about->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}
