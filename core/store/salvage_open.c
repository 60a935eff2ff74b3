/* Opening a damaged shard as far as that can be. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/salvage.h"
#include "store/schema.h"
#include "store/shard.h"

enum { PAGE = 4096, HEADER = 100, SPARE = STORE_SHARDS_MAX + 1 };

/* Lets SQLite read a file that ends too early, and a schema of which a part is lost. */
static int try_open(struct salvage *salvage, const char *path, bool *usable, spex_error *error)
{
    int64_t count = 0;
    *usable = false;
    int status =
        connection_open(&salvage->from, salvage->number, path, SQLITE_OPEN_READONLY, error);
    if (status)
        return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
    sqlite3_db_config(salvage->from.database, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    status =
        inspect_number(&salvage->from, "SELECT count(*) FROM sqlite_schema WHERE name = 'instance'",
                       &count, error);
    *usable = !status && count == 1;
    if (!*usable)
        connection_close(&salvage->from);
    return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
}

/* A file of another store, or one that a newer spex wrote, is nothing to salvage from. */
static int check_identity(struct salvage *salvage, spex_error *error)
{
    spex_error failure;
    int64_t version = 0;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    int status = SPEX_OK;
    if (!inspect_number(&salvage->from, "PRAGMA user_version", &version, NULL) &&
        version > SCHEMA_VERSION && version < 1000)
        return error_set(error, SPEX_ERROR_STORE,
                         "%s has version %lld, written by a newer spex; repair it with that one",
                         salvage->from.label, (long long)version);
    int read = inspect_prepare(&salvage->from, "SELECT uuid, shard, shards FROM identity",
                               &statement, &failure);
    if (!read)
        read = statement_step(&salvage->from, statement, &row, &failure);
    if (!read && row) {
        const char *uuid = column_text(statement, 0);
        int64_t shard = sqlite3_column_int64(statement, 1);
        if (strlen(uuid) == STORE_UUID_SIZE - 1 && strcmp(uuid, salvage->store->uuid) != 0)
            status = error_set(error, SPEX_ERROR_STORE,
                               "%s is of another store (%s); move it away, then `spex store "
                               "repair` makes the shard anew, with nothing in it",
                               salvage->from.label, uuid);
        else if (strcmp(uuid, salvage->store->uuid) == 0 && shard >= 1 &&
                 shard <= STORE_SHARDS_MAX && shard != salvage->number)
            status = error_set(error, SPEX_ERROR_STORE,
                               "%s is shard %lld of this store; give the files their right names",
                               salvage->from.label, (long long)shard);
    }
    sqlite3_finalize(statement);
    return status;
}

/* ------------------------------------------------- a file without a beginning */

static int copy_file(const char *from, const char *to, spex_error *error)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return errno == ENOENT ? SPEX_OK : error_system(error, "cannot open %s", from);
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int status = target < 0 ? error_system(error, "cannot write %s", to) : (int)SPEX_OK;
    static const size_t size = 1 << 20;
    char *bytes = memory_allocate(size, 1);
    if (!status && !bytes)
        status = error_memory(error);
    for (ssize_t got = 1; !status && got > 0;) {
        got = read(source, bytes, size);
        if (got < 0)
            status = error_system(error, "cannot read %s", from);
        for (ssize_t done = 0, put; !status && done < got; done += put)
            if ((put = write(target, bytes + done, (size_t)(got - done))) < 0)
                status = error_system(error, "cannot write %s", to);
    }
    free(bytes);
    close(source);
    if (target >= 0)
        close(target);
    return status;
}

static char *with_ending(const char *path, const char *ending)
{
    struct text text = {0};
    text_printf(&text, "%s%s", path, ending);
    return text_take(&text);
}

/* The damaged file in the folder `staging`, with its log, to be given a new first page. */
static int make_copy(struct salvage *salvage, const struct store *staging, const char *path,
                     spex_error *error)
{
    char *shard = store_shard_path(staging, salvage->number);
    salvage->copy = shard ? with_ending(shard, ".copy") : NULL;
    free(shard);
    char *log = with_ending(path, "-wal");
    char *log_copy = salvage->copy ? with_ending(salvage->copy, "-wal") : NULL;
    int status = salvage->copy && log && log_copy ? SPEX_OK : error_memory(error);
    if (!status)
        status = copy_file(path, salvage->copy, error);
    if (!status)
        status = copy_file(log, log_copy, error);
    free(log);
    free(log_copy);
    return status;
}

/* What the first page of a shard is that was just made. */
static int fresh_page(const struct store *staging, unsigned char page[PAGE], spex_error *error)
{
    char *path = store_shard_path(staging, SPARE), *bytes = NULL;
    size_t length = 0;
    if (!path)
        return error_memory(error);
    int status = schema_create(staging, SPARE, error);
    if (!status)
        status = file_read(path, 0, &bytes, &length, error);
    if (!status && length < PAGE)
        status = error_set(error, SPEX_ERROR_INTERNAL, "%s is no shard", path);
    if (!status)
        memcpy(page, bytes, PAGE);
    unlink(path);
    free(bytes);
    free(path);
    return status;
}

static void put_number(unsigned char *place, uint32_t number)
{
    for (int i = 3; i >= 0; i--, number >>= 8)
        place[i] = (unsigned char)number;
}

/* Gives the copy the first `length` bytes of a new shard, with its own size. */
static int patch(const struct salvage *salvage, const unsigned char fresh[PAGE], size_t length,
                 spex_error *error)
{
    enum { CHANGES = 24, PAGES = 28, FREE_LIST = 32, VALID_FOR = 92 }; /* places in the header */
    unsigned char page[PAGE];
    struct stat about;
    memcpy(page, fresh, PAGE);
    int descriptor = open(salvage->copy, O_RDWR | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &about) < 0) {
        int status = error_system(error, "cannot open %s", salvage->copy);
        if (descriptor >= 0)
            close(descriptor);
        return status;
    }
    put_number(page + CHANGES, 1);
    put_number(page + VALID_FOR, 1);
    put_number(page + PAGES, (uint32_t)(about.st_size / PAGE));
    put_number(page + FREE_LIST, 0);
    put_number(page + FREE_LIST + 4, 0);
    int status = SPEX_OK;
    if (pwrite(descriptor, page, length, 0) != (ssize_t)length)
        status = error_system(error, "cannot write %s", salvage->copy);
    close(descriptor);
    return status;
}

/* Without its header no page of a file can be read; but all headers of shards are alike,
 * and so are the first pages of those that were made alike. */
static int open_copy(struct salvage *salvage, const struct store *staging, const char *path,
                     bool *usable, spex_error *error)
{
    static const size_t lengths[] = {HEADER, PAGE};
    unsigned char fresh[PAGE];
    struct stat about;
    if (stat(path, &about) < 0 || about.st_size <= PAGE)
        return SPEX_OK;
    int status = make_copy(salvage, staging, path, error);
    if (!status)
        status = fresh_page(staging, fresh, error);
    for (size_t i = 0; !status && !*usable && i < sizeof lengths / sizeof *lengths; i++) {
        status = patch(salvage, fresh, lengths[i], error);
        if (!status)
            status = try_open(salvage, salvage->copy, usable, error);
    }
    return status;
}

int salvage_open(struct salvage *salvage, const struct store *staging, spex_error *error)
{
    char *path = store_shard_path(salvage->store, salvage->number);
    if (!path)
        return error_memory(error);
    bool usable = false;
    int status = try_open(salvage, path, &usable, error);
    if (!status && !usable)
        status = open_copy(salvage, staging, path, &usable, error);
    free(path);
    if (!status && usable)
        status = check_identity(salvage, error);
    if (!status && usable)
        status = connection_execute(&salvage->from, "BEGIN", error);
    return status;
}

void salvage_close(struct salvage *salvage)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    sqlite3_finalize(salvage->steps);
    sqlite3_finalize(salvage->correct);
    sqlite3_finalize(salvage->deviate);
    connection_close(&salvage->from);
    for (size_t i = 0; salvage->copy && i < sizeof endings / sizeof *endings; i++) {
        char *path = with_ending(salvage->copy, endings[i]);
        if (path)
            unlink(path);
        free(path);
    }
    free(salvage->copy);
    text_release(&salvage->state);
    text_release(&salvage->before);
}
