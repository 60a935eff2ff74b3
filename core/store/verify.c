/* Is a store whole? The manifest, the shards, the files beside them. */
#include "store/verify.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "store/manifest.h"
#include "store/staging.h"

const char *problem_name(enum problem problem)
{
    static const char *const names[PROBLEM_COUNT] = {
        [PROBLEM_NONE] = "note",         [PROBLEM_MANIFEST] = "manifest",
        [PROBLEM_MISSING] = "missing",   [PROBLEM_UNREADABLE] = "unreadable",
        [PROBLEM_DAMAGED] = "damaged",   [PROBLEM_MISPLACED] = "misplaced",
        [PROBLEM_INSTANCE] = "instance", [PROBLEM_HISTORY] = "history",
        [PROBLEM_STATE] = "state",       [PROBLEM_DEVIATION] = "deviation",
        [PROBLEM_TALLY] = "tally",       [PROBLEM_OBSERVATION] = "observation",
        [PROBLEM_LOCK] = "lock",         [PROBLEM_LEFTOVER] = "leftover"};
    return (unsigned)problem < PROBLEM_COUNT ? names[problem] : "unknown";
}

void verify_tell(struct verification *verification, enum problem problem, unsigned shard,
                 const char *format, ...)
{
    struct text message = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    struct finding finding = {problem, shard,
                              message.failed ? "out of memory" : text_value(&message)};
    if (problem == PROBLEM_NONE)
        verification->notes++;
    else
        verification->problems++;
    if (verification->found)
        verification->found(&finding, verification->context);
    text_release(&message);
}

void observations_release(struct observations *observations)
{
    symbols_release(&observations->names);
    symbols_release(&observations->keys);
    free(observations->items);
    memset(observations, 0, sizeof *observations);
}

/* ----------------------------------------------------- the files around */

static void look_at_lock(const struct store *store, unsigned shard,
                         struct verification *verification)
{
    char *path = store_lock_path(store, shard);
    struct stat about;
    if (path && lstat(path, &about) == 0) {
        if (!S_ISREG(about.st_mode))
            verify_tell(verification, PROBLEM_LOCK, shard,
                        "%s is not a regular file: remove it while nothing uses the store; it is "
                        "made anew when it is needed",
                        path);
    } else if (path && errno != ENOENT) {
        verify_tell(verification, PROBLEM_LOCK, shard, "%s cannot be looked at: %s", path,
                    strerror(errno));
    }
    free(path);
}

static bool belongs(const struct store *store, const char *name)
{
    return strcmp(name, MANIFEST_NAME) == 0 ||
           (shard_file_known(name) && shard_file_number(name) <= store->shards);
}

static void look_at_entry(const struct store *store, const char *name,
                          struct verification *verification)
{
    unsigned shard = shard_file_number(name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || belongs(store, name))
        return;
    if (strcmp(name, STAGING_NAME) == 0)
        verify_tell(verification, PROBLEM_NONE, 0,
                    "the folder %s/%s is of a reshard or repair that is at work or did not come to "
                    "its end; whoever writes to the store next removes it",
                    store->directory, name);
    else if (strstr(name, ".damaged-"))
        verify_tell(
            verification, PROBLEM_NONE, shard <= store->shards ? shard : 0,
            "%s/%s was kept by `spex store repair`; remove it when it is not needed any more",
            store->directory, name);
    else if (strncmp(name, MANIFEST_NAME ".", sizeof MANIFEST_NAME) == 0)
        verify_tell(verification, PROBLEM_NONE, 0,
                    "%s/%s is of a process that died; it can be removed", store->directory, name);
    else if (shard > store->shards && strstr(name, ".db"))
        verify_tell(verification, PROBLEM_LEFTOVER, 0,
                    "%s/%s is no shard of this store, which has %u; if it holds something that is "
                    "missed, see what it is with sqlite3, else move it away",
                    store->directory, name, store->shards);
    else
        verify_tell(verification, PROBLEM_NONE, 0, "%s/%s does not belong to the store",
                    store->directory, name);
}

static int look_around(const struct store *store, struct verification *verification,
                       spex_error *error)
{
    DIR *stream = opendir(store->directory);
    if (!stream)
        return error_system(error, "cannot read the directory %s", store->directory);
    for (struct dirent *entry; (entry = readdir(stream));)
        look_at_entry(store, entry->d_name, verification);
    closedir(stream);
    for (unsigned shard = 1; shard <= store->shards; shard++)
        look_at_lock(store, shard, verification);
    return SPEX_OK;
}

/* --------------------------------------------------------- observations */

/* Every step of a history was counted when it was recorded. */
static void compare_observations(const struct observations *observations,
                                 struct verification *verification)
{
    enum { TOLD = 5 };
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < observations->keys.count; i++) {
        const struct observed *item = &observations->items[i];
        if (item->taken <= item->counted && item->taken_learning <= item->counted_learning)
            continue;
        if (wrong++ < TOLD)
            verify_tell(verification, PROBLEM_OBSERVATION, 0,
                        "histories have the transition %s %llu times, but it was counted only %llu "
                        "times; `spex store repair` corrects that",
                        observations->keys.names[i], (unsigned long long)item->taken,
                        (unsigned long long)item->counted);
    }
    if (wrong > TOLD)
        verify_tell(verification, PROBLEM_OBSERVATION, 0, "and so for %llu transitions more",
                    (unsigned long long)(wrong - TOLD));
}

static int look_at_shards(const struct store *store, struct verification *verification,
                          spex_error *error)
{
    struct observations observations = {0};
    bool whole = true;
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= store->shards; number++) {
        unsigned problems = 0;
        status = verify_shard(store, number, verification, &observations, &problems, error);
        whole &= !(problems &
                   (1u << PROBLEM_MISSING | 1u << PROBLEM_UNREADABLE | 1u << PROBLEM_DAMAGED));
    }
    if (!status && whole)
        compare_observations(&observations, verification);
    observations_release(&observations);
    return status;
}

int store_verify(const char *directory, struct verification *verification, spex_error *error)
{
    struct store store;
    spex_error failure;
    int descriptor = -1;
    verification->shards = 0;
    verification->problems = verification->notes = 0;
    verification->instances = verification->steps = 0;
    int status = store_load(&store, directory, &failure);
    enum manifest_state state = status == SPEX_ERROR_STORE ? manifest_state(directory) : 0;
    if (state == MANIFEST_LOST || state == MANIFEST_DAMAGED) {
        verify_tell(verification, PROBLEM_MANIFEST, 0, "%s", failure.message);
        return SPEX_OK;
    }
    if (status) {
        if (error)
            *error = failure;
        return status;
    }
    verification->shards = store.shards;
    /* Not resharded meanwhile. */
    status = store_hold(&store, HOLD_SHARED, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = store_still(&store, error);
    if (!status)
        status = look_around(&store, verification, error);
    if (!status)
        status = look_at_shards(&store, verification, error);
    store_let_go(descriptor);
    store_release(&store);
    return status;
}
