#include "store/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/manifest.h"

static const char note_name[] = "note.ini";

/* ------------------------------------------------------------- the note */

struct note {
    char operation[32];
    char process[32];
    char since[TIME_TEXT_SIZE];
};

static int note_entry(void *user, const char *section, const char *name, const char *value)
{
    struct note *note = user;
    (void)section;
    if (strcmp(name, "operation") == 0)
        snprintf(note->operation, sizeof note->operation, "%s", value);
    else if (strcmp(name, "process") == 0)
        snprintf(note->process, sizeof note->process, "%s", value);
    else if (strcmp(name, "since") == 0)
        snprintf(note->since, sizeof note->since, "%s", value);
    return 1;
}

static char *staging_path(const struct store *store, const char *name)
{
    char *folder = file_join(store->directory, STAGING_NAME);
    if (!folder || !name)
        return folder;
    char *path = file_join(folder, name);
    free(folder);
    return path;
}

static void note_read(const struct store *store, struct note *note)
{
    memset(note, 0, sizeof *note);
    char *path = staging_path(store, note_name), *bytes;
    size_t length;
    if (path && !file_read_regular(path, 4096, &bytes, &length, NULL)) {
        ini_parse_string(bytes, note_entry, note);
        free(bytes);
    }
    free(path);
}

static int note_write(const struct store *store, const char *operation, spex_error *error)
{
    char since[TIME_TEXT_SIZE];
    spex_clock clock = clock_system();
    time_format(clock.wall(clock.context) / 1000000 * 1000000, since);
    struct text text = {0};
    text_printf(&text, "operation = %s\nprocess = %ld\nsince = %s\n", operation, (long)getpid(),
                since);
    char *path = staging_path(store, note_name);
    int status = path && !text.failed ? file_replace(path, text_value(&text), text.length, error)
                                      : error_memory(error);
    text_release(&text);
    free(path);
    return status;
}

/* A note may be of a process that died, while another one clears up behind it. */
static bool is_alive(const char *process)
{
    long number = strtol(process, NULL, 10);
    return number > 0 && (kill((pid_t)number, 0) == 0 || errno == EPERM);
}

static bool held_alone(const struct store *store)
{
    int descriptor = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool alone = descriptor >= 0 && flock(descriptor, LOCK_SH | LOCK_NB) < 0;
    store_let_go(descriptor);
    return alone;
}

int store_busy(const struct store *store, spex_error *error)
{
    struct note note;
    note_read(store, &note);
    if (!is_alive(note.process) || !held_alone(store))
        return SPEX_ERROR_BUSY;
    return error_set(
        error, SPEX_ERROR_BUSY,
        "the store %s is being %s since %s, by process %s; try again when that is done",
        store->directory, strcmp(note.operation, "reshard") == 0 ? "resharded" : "repaired",
        note.since, note.process);
}

/* ------------------------------------------------------------- the lock */

int store_hold(const struct store *store, enum hold hold, int wait, int *descriptor,
               spex_error *error)
{
    enum { PAUSE = 5 }; /* ms */
    *descriptor = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_system(error, "cannot open %s", store->directory);
    int status = SPEX_OK;
    for (int waited = 0;
         !status && flock(*descriptor, (hold == HOLD_ALONE ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0;) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            status = error_system(error, "cannot lock %s", store->directory);
        else if (errno == EWOULDBLOCK && waited >= wait) {
            error_set(error, SPEX_ERROR_BUSY,
                      "the store %s is being created, changed or copied by another process; "
                      "try again when that is done",
                      store->directory);
            status = store_busy(store, error);
        } else
            nanosleep(&(struct timespec){.tv_nsec = PAUSE * 1000000}, NULL);
        waited += PAUSE;
    }
    if (status)
        store_let_go(*descriptor);
    if (status)
        *descriptor = -1;
    return status;
}

void store_let_go(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

/* ----------------------------------------------------------- the folder */

bool staging_there(const struct store *store)
{
    char *path = staging_path(store, NULL);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* Only files can be in it. */
static int remove_folder(const struct store *store, spex_error *error)
{
    char *path = staging_path(store, NULL);
    if (!path)
        return error_memory(error);
    DIR *stream = opendir(path);
    int status = SPEX_OK;
    if (!stream && errno != ENOENT)
        status = error_system(error, "cannot read the directory %s", path);
    for (struct dirent *entry; stream && !status && (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(stream), entry->d_name, 0) < 0)
            status = error_system(error, "cannot remove %s/%s", path, entry->d_name);
    }
    if (stream) {
        closedir(stream);
        if (!status && rmdir(path) < 0)
            status = error_system(error, "cannot remove %s", path);
    }
    free(path);
    return status;
}

int staging_begin(const struct store *store, const char *operation, unsigned shards,
                  struct store *staging, spex_error *error)
{
    *staging = *store;
    staging->shards = shards;
    staging->directory = NULL;
    int status = remove_folder(store, error);
    if (!status && !(staging->directory = staging_path(store, NULL)))
        status = error_memory(error);
    if (!status && mkdir(staging->directory, 0777) < 0)
        status = error_system(error, "cannot create the directory %s", staging->directory);
    if (!status)
        status = note_write(store, operation, error);
    if (status)
        staging_abandon(store, staging);
    return status;
}

void staging_abandon(const struct store *store, struct store *staging)
{
    remove_folder(store, NULL);
    store_release(staging);
}

/* ----------------------------------------------------------- the switch */

static char *beside(const char *path, const char *ending)
{
    struct text text = {0};
    text_printf(&text, "%s%s", path, ending);
    return text_take(&text);
}

/* Nothing there is fine. */
static int remove_file(const char *path, const char *ending, spex_error *error)
{
    char *whole = beside(path, ending);
    if (!whole)
        return error_memory(error);
    int status = SPEX_OK;
    if (unlink(whole) < 0 && errno != ENOENT)
        status = error_system(error, "cannot remove %s", whole);
    free(whole);
    return status;
}

static int move_file(const char *from, const char *to, spex_error *error)
{
    if (rename(from, to) == 0 || errno == ENOENT)
        return SPEX_OK;
    return error_system(error, "cannot rename %s to %s", from, to);
}

/* With its log, so that it can still be looked at. */
static int keep_damaged(const char *path, const char *stamp, spex_error *error)
{
    struct text kept = {0}, log = {0};
    text_printf(&kept, "%s.damaged-%s", path, stamp);
    text_printf(&log, "%s-wal", text_value(&kept));
    char *old_log = beside(path, "-wal");
    int status = kept.failed || log.failed || !old_log ? error_memory(error) : SPEX_OK;
    if (!status)
        status = inspect_bytes(path, "-wal") > 0 ? move_file(old_log, text_value(&log), error)
                                                 : remove_file(path, "-wal", error);
    if (!status)
        status = move_file(path, text_value(&kept), error);
    free(old_log);
    text_release(&kept);
    text_release(&log);
    return status;
}

/* A log that is not the new file's must be gone before that is there. */
static int clear_place(const struct store *store, const char *path, spex_error *error)
{
    static const char repair[] = "repair ";
    int status = SPEX_OK;
    if (strncmp(store->switching, repair, sizeof repair - 1) == 0)
        status = keep_damaged(path, store->switching + sizeof repair - 1, error);
    else
        status = remove_file(path, "-wal", error);
    return status ? status : remove_file(path, "-shm", error);
}

/* What to do with a shard that waits in the folder, if it does. */
static int for_each_staged(const struct store *store, bool move, spex_error *error)
{
    struct store staging = *store;
    staging.directory = staging_path(store, NULL);
    int status = staging.directory ? SPEX_OK : error_memory(error);
    for (unsigned shard = 1; !status && shard <= store->shards; shard++) {
        char *from = store_shard_path(&staging, shard), *to = store_shard_path(store, shard);
        if (!from || !to)
            status = error_memory(error);
        else if (access(from, F_OK) == 0)
            status = move ? move_file(from, to, error) : clear_place(store, to, error);
        free(from);
        free(to);
    }
    free(staging.directory);
    return status;
}

/* Shards and locks beyond the last. Locks last: who holds one finds its shard gone. */
static int remove_beyond(const struct store *store, bool locks, spex_error *error)
{
    DIR *stream = opendir(store->directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", store->directory);
    int status = SPEX_OK;
    for (struct dirent *entry; !status && (entry = readdir(stream));) {
        const char *ending = strchr(entry->d_name, '.');
        if (shard_file_number(entry->d_name) <= store->shards || !ending)
            continue;
        bool of_shard = strcmp(ending, ".db") == 0 || strcmp(ending, ".db-wal") == 0 ||
                        strcmp(ending, ".db-shm") == 0;
        if (!(locks ? strcmp(ending, ".lock") == 0 : of_shard))
            continue;
        if (unlinkat(dirfd(stream), entry->d_name, 0) < 0 && errno != ENOENT)
            status = error_system(error, "cannot remove %s/%s", store->directory, entry->d_name);
    }
    closedir(stream);
    return status;
}

/* Held alone, so that nobody is just writing a manifest. */
static void remove_rubbish(const struct store *store)
{
    static const char begun[] = MANIFEST_NAME ".";
    DIR *stream = opendir(store->directory);
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (strncmp(entry->d_name, begun, sizeof begun - 1) == 0 &&
            !strstr(entry->d_name, ".damaged-"))
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
    remove_folder(store, NULL);
}

static int cannot_finish(const struct store *store, const spex_error *failure, spex_error *error)
{
    return error_set(error, failure->status,
                     "the store %s has new shards (%s), but they cannot be moved to their places "
                     "now: %s; that is done by the next program that opens the store and can",
                     store->directory, store->switching, failure->message);
}

/* Every part of it may have been done already. */
static int finish(struct store *store, spex_error *error)
{
    bool all = strcmp(store->switching, "reshard") == 0;
    int status = for_each_staged(store, false, error);
    if (!status)
        status = file_sync(store->directory, error);
    if (!status)
        status = for_each_staged(store, true, error);
    if (!status && all)
        status = remove_beyond(store, false, error);
    if (!status)
        status = file_sync(store->directory, error);
    if (!status && all)
        status = remove_beyond(store, true, error);
    if (status)
        return status;
    struct store done = *store;
    done.switching[0] = '\0';
    status = manifest_write(&done, error);
    if (status)
        return status;
    *store = done;
    /* What is left is rubbish: it harms nobody if it cannot be removed now. */
    remove_rubbish(store);
    return SPEX_OK;
}

/* Whether the manifest says so: what failed may have failed after that. */
static bool is_decided(const struct store *decided)
{
    struct store now = {.directory = decided->directory};
    return !manifest_read(&now, NULL) && strcmp(now.switching, decided->switching) == 0;
}

int staging_switch(struct store *store, struct store *staging, const char *switching,
                   spex_error *error)
{
    struct store decided = *store;
    decided.shards = staging->shards;
    snprintf(decided.switching, sizeof decided.switching, "%s", switching);
    int status = file_sync(staging->directory, error);
    if (!status)
        status = manifest_write(&decided, error);
    if (status && !is_decided(&decided)) {
        staging_abandon(store, staging);
        return status;
    }
    *store = decided;
    store_release(staging);
    spex_error failure;
    status = finish(store, &failure);
    return status ? cannot_finish(store, &failure, error) : SPEX_OK;
}

/* ------------------------------------------------------------- settling */

int store_still(const struct store *store, spex_error *error)
{
    struct store now = {.directory = store->directory};
    int status = manifest_read(&now, error);
    /* A manifest that was lost changes nothing for who has the shards open. */
    if (status == SPEX_ERROR_NOT_FOUND)
        return SPEX_OK;
    if (status)
        return status;
    if (strcmp(now.uuid, store->uuid) != 0)
        return error_set(
            error, SPEX_ERROR_STORE,
            "another store was put in the place of %s while it was open; open it again",
            store->directory);
    if (now.shards != store->shards)
        return error_set(error, SPEX_ERROR_STORE,
                         "the store %s was resharded while it was open, from %u shards to %u; open "
                         "it again",
                         store->directory, store->shards, now.shards);
    if (now.switching[0])
        return error_set(error, SPEX_ERROR_STORE,
                         "the store %s was changed (%s) while it was open, and that is not "
                         "finished; open it again",
                         store->directory, now.switching);
    return SPEX_OK;
}

static int settle_alone(struct store *store, bool tidy, spex_error *error)
{
    int status = manifest_read(store, error);
    if (status || !store->switching[0]) {
        if (!status && tidy)
            remove_rubbish(store);
        return status;
    }
    spex_error failure;
    status = finish(store, &failure);
    return status ? cannot_finish(store, &failure, error) : SPEX_OK;
}

int store_settle(struct store *store, bool tidy, spex_error *error)
{
    enum { PATIENCE = 1000 }; /* ms; moving the files takes but a moment */
    if (!store->switching[0] && !(tidy && staging_there(store)))
        return SPEX_OK;
    int descriptor;
    int status =
        store_hold(store, HOLD_ALONE, store->switching[0] ? PATIENCE : 0, &descriptor, error);
    if (!status) {
        status = settle_alone(store, tidy, error);
        store_let_go(descriptor);
        return status;
    }
    /* Rubbish is in nobody's way while the store is copied or looked at. */
    if (status == SPEX_ERROR_BUSY && !store->switching[0] &&
        !store_hold(store, HOLD_SHARED, 0, &descriptor, NULL)) {
        store_let_go(descriptor);
        return manifest_read(store, error);
    }
    return status;
}
