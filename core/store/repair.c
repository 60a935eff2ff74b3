/*
 * Putting right what verify finds wrong. Shards whose pages or rows are damaged are written
 * anew in the folder `staging` and take their places together (store/staging.h); counts are
 * corrected and misplaced instances moved where they are, a transaction each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/manifest.h"
#include "store/repair.h"
#include "store/salvage.h"
#include "store/staging.h"
#include "store/verify.h"

enum { LOCK_WAIT = 2000, CACHE = 65536 /* KiB */ };

const char *repair_event_name(enum repair_event event)
{
    static const char *const names[] = {
        [REPAIR_MANIFEST] = "manifest", [REPAIR_SHARD] = "shard",     [REPAIR_LOST] = "lost",
        [REPAIR_RESTORED] = "restored", [REPAIR_HISTORY] = "history", [REPAIR_MOVED] = "moved",
        [REPAIR_DROPPED] = "dropped"};
    return (size_t)event < sizeof names / sizeof *names ? names[event] : "unknown";
}

void repair_release(struct repair *repair)
{
    for (unsigned i = 0; repair->items && i < repair->shards; i++)
        free(repair->items[i].kept_as);
    free(repair->items);
    memset(repair, 0, sizeof *repair);
}

void repair_tell(const struct repairing *work, enum repair_event event, unsigned shard,
                 const char *identifier, const char *format, ...)
{
    struct text message = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    struct repair_note note = {event, shard, identifier, text_value(&message)};
    if (work->options->told)
        work->options->told(&note, work->options->context);
    text_release(&message);
}

void repair_stamp(char stamp[REPAIR_STAMP_SIZE])
{
    spex_clock clock = clock_system();
    char now[TIME_TEXT_SIZE];
    time_format(clock.wall(clock.context), now);
    /* As it may stand in a file's name. */
    size_t used = 0;
    for (const char *c = now; *c && used + 1 < REPAIR_STAMP_SIZE; c++)
        if (*c != '-' && *c != ':')
            stamp[used++] = *c;
    stamp[used] = '\0';
}

/* ------------------------------------------------------- nobody else there */

static int lock_shards(struct repairing *work, spex_error *error)
{
    spex_clock clock = clock_system();
    unsigned shards = work->store->shards;
    work->locks = memory_allocate(shards, sizeof *work->locks);
    if (!work->locks)
        return error_memory(error);
    for (unsigned i = 0; i < shards; i++)
        work->locks[i].descriptor = -1;
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= shards; number++) {
        struct shard_lock *lock = &work->locks[number - 1];
        char *path = store_lock_path(work->store, number);
        status = path ? lock_enter(lock, path, &clock, LOCK_WAIT, error) : error_memory(error);
        if (!status && !lock_alone(lock))
            status =
                error_set(error, SPEX_ERROR_BUSY,
                          "shard %u of %s is open in another program; end what uses the store, "
                          "then repair it",
                          number, work->store->directory);
        free(path);
    }
    return status;
}

static void unlock_shards(struct repairing *work)
{
    for (unsigned i = 0; work->locks && i < work->store->shards; i++)
        lock_close(&work->locks[i]);
    free(work->locks);
}

/* ------------------------------------------------------------ looking */

static int look(struct repairing *work, struct observations *observations, spex_error *error)
{
    struct verification verification = {.progress = work->options->progress};
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= work->store->shards; number++) {
        work->problems[number - 1] = 0;
        status = verify_shard(work->store, number, &verification, observations,
                              &work->problems[number - 1], error);
    }
    return status;
}

static bool has(unsigned problems, unsigned kinds)
{
    return (problems & kinds) != 0;
}

/* What only a new file puts right. */
static bool needs_salvage(unsigned problems)
{
    return has(problems, 1u << PROBLEM_MISSING | 1u << PROBLEM_UNREADABLE | 1u << PROBLEM_DAMAGED |
                             1u << PROBLEM_INSTANCE | 1u << PROBLEM_HISTORY | 1u << PROBLEM_STATE |
                             1u << PROBLEM_DEVIATION);
}

static int check_space(const struct repairing *work, spex_error *error)
{
    struct statvfs about;
    uint64_t needed = 1 << 20;
    for (unsigned number = 1; number <= work->store->shards; number++) {
        char *path = store_shard_path(work->store, number);
        if (path && needs_salvage(work->problems[number - 1]))
            needed += inspect_bytes(path, "") * 2 + inspect_bytes(path, "-wal");
        free(path);
    }
    if (statvfs(work->store->directory, &about) < 0)
        return error_system(error, "cannot look at %s", work->store->directory);
    uint64_t there = (uint64_t)about.f_bavail * about.f_frsize;
    if (there >= needed)
        return SPEX_OK;
    return error_set(
        error, SPEX_ERROR_SYSTEM,
        "repairing %s takes up to %llu MiB beside it, and the disk has %llu MiB; make room",
        work->store->directory, (unsigned long long)(needed >> 20) + 1,
        (unsigned long long)(there >> 20));
}

/* ------------------------------------------------------------ salvaging */

static int fill(struct repairing *work, unsigned number, struct staged *staged, spex_error *error)
{
    struct repaired_shard *result = &work->repair->items[number - 1];
    struct salvage salvage = {.store = work->store,
                              .number = number,
                              .to = staged,
                              .result = result,
                              .options = work->options};
    int status = SPEX_OK;
    if (has(work->problems[number - 1], 1u << PROBLEM_MISSING)) {
        result->action = REPAIR_ACTION_EMPTY;
        repair_tell(work, REPAIR_LOST, number, NULL,
                    "shard %u was missing and was made anew, with nothing in it", number);
    } else {
        result->action = REPAIR_ACTION_SALVAGED;
        status = salvage_open(&salvage, &work->staging, error);
        if (!status)
            status = salvage_run(&salvage, error);
    }
    salvage_close(&salvage);
    return status;
}

static int keep_name(struct repairing *work, unsigned number, const char *stamp, spex_error *error)
{
    struct repaired_shard *result = &work->repair->items[number - 1];
    struct text name = {0};
    if (result->action != REPAIR_ACTION_SALVAGED)
        return SPEX_OK;
    text_printf(&name, "shard-%u.db.damaged-%s", number, stamp);
    result->kept_as = text_take(&name);
    return result->kept_as ? SPEX_OK : error_memory(error);
}

static int salvage_shards(struct repairing *work, spex_error *error)
{
    char stamp[REPAIR_STAMP_SIZE], switching[STORE_SWITCHING_SIZE];
    repair_stamp(stamp);
    snprintf(switching, sizeof switching, "repair %s", stamp);
    int status = check_space(work, error);
    if (!status)
        status = staging_begin(work->store, "repair", work->store->shards, &work->staging, error);
    if (status)
        return status;
    for (unsigned number = 1; !status && number <= work->store->shards; number++) {
        if (!needs_salvage(work->problems[number - 1]))
            continue;
        struct staged staged;
        status = staged_open(&staged, &work->staging, number, CACHE, error);
        if (!status)
            status = fill(work, number, &staged, error);
        if (!status)
            status = staged_finish(&staged, &work->staging, error);
        staged_close(&staged);
        if (!status)
            status = keep_name(work, number, stamp, error);
    }
    if (status)
        staging_abandon(work->store, &work->staging);
    else
        status = staging_switch(work->store, &work->staging, switching, error);
    return status;
}

/* --------------------------------------------------------------- whole */

static void tell_shard(const struct repairing *work, unsigned number)
{
    const struct repaired_shard *result = &work->repair->items[number - 1];
    if (result->action == REPAIR_ACTION_COUNTED)
        repair_tell(work, REPAIR_SHARD, number, NULL, "shard %u: counted anew", number);
    if (result->action != REPAIR_ACTION_SALVAGED)
        return;
    repair_tell(work, REPAIR_SHARD, number, NULL,
                "shard %u: %llu instances with %llu steps kept, %llu events, %llu observed "
                "transitions; the damaged file is %s",
                number, (unsigned long long)result->instances, (unsigned long long)result->steps,
                (unsigned long long)result->events, (unsigned long long)result->observations,
                result->kept_as ? result->kept_as : "gone");
}

static bool is_complete(const struct repair *repair)
{
    for (unsigned i = 0; i < repair->shards; i++) {
        const struct repaired_shard *item = &repair->items[i];
        if (item->action == REPAIR_ACTION_EMPTY || item->restored || item->lost || item->unnamed ||
            item->steps_lost || item->unreadable || item->events_lost || item->observations_lost)
            return false;
    }
    return true;
}

static int repair_shards(struct repairing *work, spex_error *error)
{
    struct observations observations = {0};
    int status = look(work, &observations, error);
    observations_release(&observations);
    bool salvage = false;
    for (unsigned i = 0; i < work->store->shards; i++)
        salvage |= needs_salvage(work->problems[i]);
    if (!status && salvage)
        status = salvage_shards(work, error);
    for (unsigned number = 1; !status && number <= work->store->shards; number++)
        status = repair_in_place(work, number, error);
    /* Once more, for what depends on all shards, and because it has to be sound now. */
    if (!status)
        status = look(work, &observations, error);
    if (!status)
        status = repair_observations(work, &observations, error);
    for (unsigned number = 1; !status && number <= work->store->shards; number++) {
        tell_shard(work, number);
        if (work->problems[number - 1])
            status = error_set(error, SPEX_ERROR_INTERNAL,
                               "shard %u of %s could not be made sound; `spex store verify` says "
                               "what is wrong",
                               number, work->store->directory);
    }
    observations_release(&observations);
    return status;
}

static int repair(struct repairing *work, spex_error *error)
{
    unsigned shards = work->store->shards;
    work->repair->items = memory_allocate(shards, sizeof *work->repair->items);
    work->problems = memory_allocate(shards, sizeof *work->problems);
    work->repair->shards = work->repair->items ? shards : 0;
    if (!work->repair->items || !work->problems)
        return error_memory(error);
    int status = lock_shards(work, error);
    return status ? status : repair_shards(work, error);
}

int store_repair(const char *directory, const struct repair_options *options,
                 struct repair *repaired, spex_error *error)
{
    memset(repaired, 0, sizeof *repaired);
    struct store store;
    int descriptor = -1;
    struct repairing work = {.store = &store, .repair = repaired, .options = options};
    int status = repair_manifest(&work, directory, error);
    if (!status)
        status = store_load(&store, directory, error);
    if (status)
        return status;
    status = store_writable(&store, error);
    if (!status)
        status = store_settle(&store, true, error);
    if (!status)
        status = store_hold(&store, HOLD_ALONE, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = store_still(&store, error);
    if (!status)
        status = repair(&work, error);
    repaired->complete = is_complete(repaired);
    unlock_shards(&work);
    free(work.problems);
    store_let_go(descriptor);
    store_release(&store);
    return status;
}
