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

/* How many rows of the tables that matter can be read, up to a bound; 0: it is no shard. */
static int64_t count_readable(struct connection *connection)
{
    static const char *const sql[] = {
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 20",
        "SELECT identifier FROM instance ORDER BY key LIMIT 1000",
        "SELECT identifier FROM instance ORDER BY key DESC LIMIT 1000",
        "SELECT action FROM history ORDER BY instance, sequence LIMIT 1000",
        "SELECT action FROM history ORDER BY instance DESC, sequence DESC LIMIT 1000"};
    int64_t count = 0;
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        sqlite3_stmt *statement = NULL;
        int status = inspect_prepare(connection, sql[i], &statement, NULL);
        for (bool row = true; !status && row;) {
            status = statement_step(connection, statement, &row, NULL);
            count += !status && row;
        }
        sqlite3_finalize(statement);
    }
    return count;
}

/* Lets SQLite read a file that ends too early, and a schema of which a part is lost. */
static int open_lenient(struct salvage *salvage, const char *path, spex_error *error)
{
    int status =
        connection_open(&salvage->from, salvage->number, path, SQLITE_OPEN_READONLY, error);
    if (!status)
        sqlite3_db_config(salvage->from.database, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    return status;
}

/* How much can be read when the file is opened; *whole: its schema is not damaged. */
static int try_open(struct salvage *salvage, const char *path, int64_t *readable, bool *whole,
                    spex_error *error)
{
    enum { TABLES = 9 };
    int64_t tables = 0;
    *readable = 0;
    *whole = false;
    int status = open_lenient(salvage, path, error);
    if (status)
        return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
    status = inspect_number(
        &salvage->from, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'", &tables, error);
    *whole = !status && tables >= TABLES;
    *readable = count_readable(&salvage->from);
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
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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

/* What a shard is that was just made. */
static int read_fresh(const struct store *staging, unsigned char **bytes, size_t *length,
                      spex_error *error)
{
    char *path = store_shard_path(staging, SPARE), *content = NULL;
    if (!path)
        return error_memory(error);
    int status = schema_create(staging, SPARE, error);
    if (!status)
        status = file_read_regular(path, 0, &content, length, error);
    if (!status && *length < PAGE)
        status = error_set(error, SPEX_ERROR_INTERNAL, "%s is no shard", path);
    *bytes = (unsigned char *)content;
    unlink(path);
    free(path);
    return status;
}

static uint32_t get_number(const unsigned char *place, int bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < bytes; i++)
        number = number << 8 | place[i];
    return number;
}

static void put_number(unsigned char *place, uint32_t number)
{
    for (int i = 3; i >= 0; i--, number >>= 8)
        place[i] = (unsigned char)number;
}

static int put_bytes(int descriptor, const unsigned char *bytes, size_t length, off_t place,
                     const char *path, spex_error *error)
{
    if (pwrite(descriptor, bytes, length, place) == (ssize_t)length)
        return SPEX_OK;
    return error_system(error, "cannot write %s", path);
}

/* The pages below the first that the schema's tree has. */
static int put_schema(int descriptor, const unsigned char *fresh, size_t length, const char *path,
                      spex_error *error)
{
    enum { INTERIOR = 5, CELLS = HEADER + 3, LAST = HEADER + 8, POINTERS = HEADER + 12 };
    int status = SPEX_OK;
    if (fresh[HEADER] != INTERIOR)
        return SPEX_OK;
    uint32_t count = get_number(fresh + CELLS, 2);
    for (uint32_t i = 0; !status && i <= count && POINTERS + 2 * count < PAGE; i++) {
        uint32_t cell = i < count ? get_number(fresh + POINTERS + 2 * i, 2) : LAST;
        uint32_t page = cell + 4 <= PAGE ? get_number(fresh + cell, 4) : 0;
        if (page > 1 && (size_t)page * PAGE <= length)
            status = put_bytes(descriptor, fresh + (size_t)(page - 1) * PAGE, PAGE,
                               (off_t)(page - 1) * PAGE, path, error);
    }
    return status;
}

/* Gives the copy the header of a new shard, with its own size; or all pages of its schema. */
static int patch(const struct salvage *salvage, const unsigned char *fresh, size_t length,
                 bool schema, spex_error *error)
{
    enum { CHANGES = 24, PAGES = 28, FREE_LIST = 32, VALID_FOR = 92 }; /* places in the header */
    unsigned char page[PAGE];
    struct stat about;
    memcpy(page, fresh, PAGE);
    int descriptor = open(salvage->copy, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return error_system(error, "cannot open %s", salvage->copy);
    int status = fstat(descriptor, &about) < 0
                     ? error_system(error, "cannot open %s", salvage->copy)
                     : (int)SPEX_OK;
    if (!status) {
        put_number(page + CHANGES, 1);
        put_number(page + VALID_FOR, 1);
        put_number(page + PAGES, (uint32_t)(about.st_size / PAGE));
        put_number(page + FREE_LIST, 0);
        put_number(page + FREE_LIST + 4, 0);
        status = put_bytes(descriptor, page, schema ? PAGE : HEADER, 0, salvage->copy, error);
    }
    if (!status && schema)
        status = put_schema(descriptor, fresh, length, salvage->copy, error);
    close(descriptor);
    return status;
}

/* A way to read the file, and how much can be read that way. */
enum way { WAY_NONE, WAY_FILE, WAY_HEADER, WAY_SCHEMA };
struct attempt {
    enum way best;
    int64_t readable;
};

static int prepare_way(struct salvage *salvage, const struct store *staging, const char *path,
                       enum way way, const unsigned char *fresh, size_t length, spex_error *error)
{
    if (way == WAY_FILE)
        return SPEX_OK;
    free(salvage->copy);
    salvage->copy = NULL;
    int status = make_copy(salvage, staging, path, error);
    return status ? status : patch(salvage, fresh, length, way == WAY_SCHEMA, error);
}

/* Without its header no page of a file can be read, and without its schema no table; but the
 * headers of all shards are alike, and so are the schemas of those that were made alike. */
static int try_ways(struct salvage *salvage, const struct store *staging, const char *path,
                    struct attempt *attempt, spex_error *error)
{
    unsigned char *fresh = NULL;
    size_t length = 0;
    bool whole = false;
    struct stat about;
    int status = try_open(salvage, path, &attempt->readable, &whole, error);
    if (attempt->readable > 0)
        attempt->best = WAY_FILE;
    if (status || whole || stat(path, &about) < 0 || about.st_size <= PAGE)
        return status;
    status = read_fresh(staging, &fresh, &length, error);
    for (enum way way = WAY_HEADER; !status && way <= WAY_SCHEMA; way++) {
        int64_t readable = 0;
        status = prepare_way(salvage, staging, path, way, fresh, length, error);
        if (!status)
            status = try_open(salvage, salvage->copy, &readable, &whole, error);
        if (readable > attempt->readable)
            *attempt = (struct attempt){way, readable};
    }
    if (!status && attempt->best != WAY_NONE)
        status = prepare_way(salvage, staging, path, attempt->best, fresh, length, error);
    free(fresh);
    return status;
}

int salvage_open(struct salvage *salvage, const struct store *staging, spex_error *error)
{
    struct attempt attempt = {WAY_NONE, 0};
    char *path = store_shard_path(salvage->store, salvage->number);
    if (!path)
        return error_memory(error);
    int status = try_ways(salvage, staging, path, &attempt, error);
    bool usable = !status && attempt.best != WAY_NONE;
    if (usable)
        status = open_lenient(salvage, attempt.best == WAY_FILE ? path : salvage->copy, error);
    if (usable && !status)
        status = check_identity(salvage, error);
    if (usable && !status)
        status = connection_execute(&salvage->from, "BEGIN", error);
    free(path);
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
