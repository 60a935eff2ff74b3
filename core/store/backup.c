/* A copy of a store while others write to it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/maintenance.h"
#include "store/manifest.h"
#include "store/schema.h"
#include "store/staging.h"

enum { PAGES_AT_ONCE = 2048 };

/* Page by page, in one read transaction of the source: what others write meanwhile does not
 * make SQLite begin anew, and holds up nobody but the log's end. */
static int copy_pages(struct connection *from, struct connection *to, struct watch *watch,
                      spex_error *error)
{
    sqlite3_backup *copy = sqlite3_backup_init(to->database, "main", from->database, "main");
    if (!copy)
        return connection_error(to, sqlite3_errcode(to->database), error);
    int code;
    bool wanted = true;
    do {
        code = sqlite3_backup_step(copy, PAGES_AT_ONCE);
        int all = sqlite3_backup_pagecount(copy), left = sqlite3_backup_remaining(copy);
        wanted = watch_report(watch, all ? (all - left) / (double)all : 1);
    } while (code == SQLITE_OK && wanted);
    int end = sqlite3_backup_finish(copy);
    if (!wanted)
        return error_set(error, SPEX_ERROR_CANCELLED, "%s: cancelled", from->label);
    if (code == SQLITE_DONE && end == SQLITE_OK)
        return SPEX_OK;
    return connection_error(to, end ? end : code, error);
}

/* The copy needs no journal: it counts only when it is whole. */
static int copy_shard(const struct store *source, const struct store *target, unsigned number,
                      struct watch *watch, struct backup *backup, spex_error *error)
{
    struct connection from, to;
    int version;
    int64_t unused;
    char *path = store_shard_path(target, number);
    if (!path)
        return error_memory(error);
    int status = inspect_open(&from, source, number, &version, error);
    if (status) {
        free(path);
        return status;
    }
    status = connection_open(&to, number, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    if (!status) {
        status =
            connection_execute(&to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", error);
        if (!status)
            status = connection_execute(&from, "BEGIN", error);
        if (!status)
            status = inspect_number(&from, "SELECT count(*) FROM identity", &unused, error);
        if (!status)
            status = copy_pages(&from, &to, watch, error);
        if (!status)
            status = schema_check(&to, target, number, &version, error);
        connection_close(&to);
    }
    connection_close(&from);
    if (!status)
        status = file_sync(path, error);
    backup->bytes += inspect_bytes(path, "");
    backup->shards++;
    free(path);
    return status;
}

static int copy_store(struct store *source, const struct store *target,
                      const struct progress *progress, struct backup *backup, spex_error *error)
{
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= source->shards; number++) {
        struct watch watch = {.progress = progress,
                              .what = "copying",
                              .from = (number - 1) / (double)source->shards,
                              .to = number / (double)source->shards};
        status = copy_shard(source, target, number, &watch, backup, error);
    }
    return status ? status : manifest_write(target, error);
}

/* ------------------------------------------------------------ the target */

static void remove_target(const struct store *target)
{
    for (unsigned number = 1; number <= target->shards; number++) {
        static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
        char *path = store_shard_path(target, number);
        for (size_t i = 0; path && i < sizeof endings / sizeof *endings; i++) {
            struct text whole = {0};
            text_printf(&whole, "%s%s", path, endings[i]);
            unlink(text_value(&whole));
            text_release(&whole);
        }
        free(path);
    }
    char *manifest = file_join(target->directory, MANIFEST_NAME);
    if (manifest)
        unlink(manifest);
    free(manifest);
    rmdir(target->directory);
}

/* The last step that can fail is the one that makes it a backup. */
static int finish(const struct store *target, const char *name, spex_error *error)
{
    /* SQLite's files beside a shard are of no use to the copy. */
    for (unsigned number = 1; number <= target->shards; number++) {
        char *path = store_shard_path(target, number);
        struct text log = {0}, memory = {0};
        text_printf(&log, "%s-wal", path ? path : "");
        text_printf(&memory, "%s-shm", path ? path : "");
        unlink(text_value(&log));
        unlink(text_value(&memory));
        text_release(&log);
        text_release(&memory);
        free(path);
    }
    int status = file_sync(target->directory, error);
    if (status)
        return status;
    int result = renameat2(AT_FDCWD, target->directory, AT_FDCWD, name, RENAME_NOREPLACE);
    /* Not every file system can: then only an empty directory would be replaced. */
    if (result < 0 && errno == EINVAL)
        result = rename(target->directory, name);
    if (result < 0)
        return error_system(error, "cannot rename %s to %s", target->directory, name);
    char *parent = file_join(name, "..");
    status = parent ? file_sync(parent, error) : error_memory(error);
    free(parent);
    return status;
}

static int check_target(const char *target, spex_error *error)
{
    struct stat about;
    if (!*target)
        return error_set(error, SPEX_ERROR_USAGE, "the directory of the backup is not given");
    if (lstat(target, &about) == 0)
        return error_set(error, SPEX_ERROR_USAGE,
                         "%s is there already; a backup is made in a new directory", target);
    return errno == ENOENT ? SPEX_OK : error_system(error, "cannot make the backup %s", target);
}

/* TARGET.partial-XXXXXX, whose parent is there. */
static int make_partial(const char *target, char **partial, spex_error *error)
{
    struct text name = {0};
    text_append(&name, target);
    while (name.length > 1 && name.data[name.length - 1] == '/')
        name.data[--name.length] = '\0';
    text_append(&name, ".partial-XXXXXX");
    *partial = text_take(&name);
    if (!*partial)
        return error_memory(error);
    /* Made anew, because mkdtemp makes it for nobody else, whatever the umask says. */
    if (mkdtemp(*partial) && rmdir(*partial) == 0 && mkdir(*partial, 0777) == 0)
        return SPEX_OK;
    int status = error_system(error, "cannot make the backup %s", target);
    free(*partial);
    *partial = NULL;
    return status;
}

int store_backup(const char *directory, const char *target, const struct progress *progress,
                 struct backup *backup, spex_error *error)
{
    memset(backup, 0, sizeof *backup);
    struct store source;
    int descriptor = -1;
    int status = check_target(target, error);
    if (status)
        return status;
    status = store_load(&source, directory, error);
    if (status)
        return status;
    struct store copy = source;
    copy.directory = NULL;
    /* Not resharded meanwhile. What was read before the lock may be outdated. */
    status = store_hold(&source, HOLD_SHARED, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = store_still(&source, error);
    if (!status)
        status = make_partial(target, &copy.directory, error);
    if (!status)
        status = copy_store(&source, &copy, progress, backup, error);
    if (!status)
        status = finish(&copy, target, error);
    if (status && copy.directory)
        remove_target(&copy);
    store_let_go(descriptor);
    store_release(&copy);
    store_release(&source);
    return status;
}
