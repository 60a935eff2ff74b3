/*
 * Another number of shards. While all shards are locked, everything is copied to new ones
 * in the folder `staging`, counted, and brought to the disk; then the manifest decides
 * (store/staging.h). Until then the old shards are not touched.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/lock.h"
#include "store/maintenance.h"
#include "store/schema.h"
#include "store/staged.h"
#include "store/staging.h"

enum {
    LOCK_WAIT = 10000, /* ms */
    GROUP = 32,        /* new shards that are filled at once; each pass reads all the old ones */
    CACHE = 131072     /* KiB, for all that are filled at once */
};

/* What was there, and what has been copied. */
struct amounts {
    int64_t instances, steps, deviations, events, observed;
};

/* Due times stay as they are where all old shards agree what they were computed from. */
struct fingerprints {
    struct symbols specifications;
    struct fingerprint {
        int64_t value;
        unsigned seen;
        bool differs;
    } * items;
    size_t capacity;
};

struct resharding {
    struct store *store;
    struct store staging;
    struct shard_lock *locks;
    struct staged group[GROUP];
    unsigned first, count; /* the new shards that are filled just now */
    struct amounts before, after;
    struct fingerprints fingerprints;
    const struct progress *progress;
    int64_t all, done; /* instances, for the progress; each is read once a pass */
};

/* ------------------------------------------------------------ old shards */

static int lock_all(struct resharding *work, spex_error *error)
{
    spex_clock clock = clock_system();
    work->locks = memory_allocate(work->store->shards, sizeof *work->locks);
    if (!work->locks)
        return error_memory(error);
    for (unsigned i = 0; i < work->store->shards; i++)
        work->locks[i].descriptor = -1;
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= work->store->shards; number++) {
        char *path = store_lock_path(work->store, number);
        status = path ? lock_enter(&work->locks[number - 1], path, &clock, LOCK_WAIT, error)
                      : error_memory(error);
        free(path);
    }
    return status;
}

static void unlock_all(struct resharding *work, unsigned shards)
{
    for (unsigned i = 0; work->locks && i < shards; i++)
        lock_close(&work->locks[i]);
    free(work->locks);
}

/* A shard of an older version becomes one of this version first. */
static int bring_up(struct resharding *work, unsigned number, int version, spex_error *error)
{
    if (version == SCHEMA_VERSION)
        return SPEX_OK;
    struct connection connection;
    char *path = store_shard_path(work->store, number);
    int status = path ? connection_open(&connection, number, path, SQLITE_OPEN_READWRITE, error)
                      : error_memory(error);
    free(path);
    if (status)
        return status;
    status = schema_bring_up(&connection, version, error);
    connection_close(&connection);
    return status;
}

static int count_shard(struct connection *connection, struct amounts *amounts, spex_error *error)
{
    const struct {
        const char *sql;
        int64_t *number;
    } numbers[] = {{"SELECT count(*) FROM instance", &amounts->instances},
                   {"SELECT count(*) FROM history", &amounts->steps},
                   {"SELECT count(*) FROM deviation", &amounts->deviations},
                   {"SELECT count(*) FROM event", &amounts->events},
                   {"SELECT ifnull(sum(count), 0) FROM observation", &amounts->observed}};
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < sizeof numbers / sizeof *numbers; i++) {
        int64_t number;
        status = inspect_number(connection, numbers[i].sql, &number, error);
        if (!status)
            *numbers[i].number += number;
    }
    return status;
}

static int look_at_old(struct resharding *work, uint64_t *bytes, spex_error *error)
{
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= work->store->shards; number++) {
        struct connection connection;
        int version;
        int64_t pages = 0, unused = 0;
        status = inspect_open(&connection, work->store, number, &version, error);
        if (status)
            break;
        status = count_shard(&connection, &work->before, error);
        if (!status)
            status = inspect_number(&connection, "PRAGMA page_count", &pages, error);
        if (!status)
            status = inspect_number(&connection, "PRAGMA freelist_count", &unused, error);
        connection_close(&connection);
        *bytes += (uint64_t)(pages - unused) * 4096;
        if (!status)
            status = bring_up(work, number, version, error);
    }
    return status;
}

/* The new shards lie beside the old ones until the end. */
static int check_space(const struct resharding *work, uint64_t bytes, unsigned shards,
                       spex_error *error)
{
    enum { EMPTY = 128 << 10 }; /* a shard with nothing in it, and more */
    struct statvfs about;
    if (statvfs(work->store->directory, &about) < 0)
        return error_system(error, "cannot look at %s", work->store->directory);
    uint64_t needed = bytes + bytes / 8 + (uint64_t)shards * EMPTY;
    uint64_t there = (uint64_t)about.f_bavail * about.f_frsize;
    if (there >= needed)
        return SPEX_OK;
    return error_set(
        error, SPEX_ERROR_SYSTEM,
        "resharding %s takes about %llu MiB beside it, and the disk has %llu MiB; make "
        "room, or give some back with `spex store vacuum`",
        work->store->directory, (unsigned long long)(needed >> 20) + 1,
        (unsigned long long)(there >> 20));
}

/* --------------------------------------------------------------- copying */

static struct staged *staged_of(struct resharding *work, const char *text)
{
    unsigned number = text ? store_shard_of(text, work->staging.shards) : 1;
    return number >= work->first && number < work->first + work->count
               ? &work->group[number - work->first]
               : NULL;
}

/* The columns of a table but the first, as the writers want them. */
static int select_rows(struct connection *from, const struct staged *to, enum staged_table table,
                       const char *before, const char *after, sqlite3_stmt **statement,
                       spex_error *error)
{
    struct text sql = {0};
    text_printf(&sql, "SELECT %s%s FROM %s", before, text_value(&to->tables[table].columns), after);
    int status = sql.failed ? error_memory(error)
                            : inspect_prepare(from, text_value(&sql), statement, error);
    text_release(&sql);
    return status;
}

static int copy_rows_of(struct connection *from, sqlite3_stmt *rows, struct staged *to,
                        enum staged_table table, int64_t old_key, int64_t new_key, int64_t *count,
                        spex_error *error)
{
    int status = statement_bind(from, rows, VALUES(NUMBER(old_key)), error);
    for (bool row = true; !status;) {
        status = statement_step(from, rows, &row, error);
        if (status || !row)
            break;
        status = staged_write(to, table, new_key, rows, 0, NULL, error);
        ++*count;
    }
    statement_end(rows);
    return status;
}

static bool report(struct resharding *work)
{
    enum { OFTEN = 4096 };
    if (++work->done % OFTEN || !work->progress)
        return true;
    return work->progress->report(work->progress->context, "resharding",
                                  work->all ? (double)work->done / (double)work->all : 0);
}

static int copy_instances(struct resharding *work, struct connection *from, spex_error *error)
{
    sqlite3_stmt *instances = NULL, *steps = NULL, *deviations = NULL;
    const struct staged *any = &work->group[0];
    int status = select_rows(from, any, TABLE_INSTANCE, "key, identifier, ",
                             "instance ORDER BY key", &instances, error);
    if (!status)
        status = select_rows(from, any, TABLE_HISTORY, "",
                             "history WHERE instance = ?1 ORDER BY sequence", &steps, error);
    if (!status)
        status = select_rows(from, any, TABLE_DEVIATION, "", "deviation WHERE instance = ?1",
                             &deviations, error);
    for (bool row = true; !status;) {
        status = statement_step(from, instances, &row, error);
        if (status || !row)
            break;
        if (!report(work))
            status = error_set(error, SPEX_ERROR_CANCELLED, "resharding was cancelled");
        struct staged *to = staged_of(work, column_text(instances, 1));
        if (status || !to)
            continue;
        int64_t old_key = sqlite3_column_int64(instances, 0), key;
        status = staged_write(to, TABLE_INSTANCE, 0, instances, 2, &key, error);
        work->after.instances++;
        if (!status)
            status = copy_rows_of(from, steps, to, TABLE_HISTORY, old_key, key, &work->after.steps,
                                  error);
        if (!status)
            status = copy_rows_of(from, deviations, to, TABLE_DEVIATION, old_key, key,
                                  &work->after.deviations, error);
    }
    sqlite3_finalize(instances);
    sqlite3_finalize(steps);
    sqlite3_finalize(deviations);
    return status;
}

static int copy_events(struct resharding *work, struct connection *from, spex_error *error)
{
    sqlite3_stmt *events = NULL;
    int status =
        select_rows(from, &work->group[0], TABLE_EVENT, "ifnull(identifier, specification), ",
                    "event ORDER BY key", &events, error);
    for (bool row = true; !status;) {
        status = statement_step(from, events, &row, error);
        if (status || !row)
            break;
        struct staged *to = staged_of(work, column_text_or_null(events, 0));
        if (!to)
            continue;
        status = staged_write(to, TABLE_EVENT, 0, events, 1, NULL, error);
        work->after.events++;
    }
    sqlite3_finalize(events);
    return status;
}

/* Whose instances they were of is not known any more: a specification's are added up in
 * one shard. */
static int copy_observations(struct resharding *work, struct connection *from, spex_error *error)
{
    sqlite3_stmt *observed = NULL;
    int status = inspect_prepare(from,
                                 "SELECT specification, from_state, action, to_state, count,"
                                 " learned, first_seen, last_seen FROM observation",
                                 &observed, error);
    for (bool row = true; !status;) {
        status = statement_step(from, observed, &row, error);
        if (status || !row)
            break;
        struct staged *to = staged_of(work, column_text(observed, 0));
        if (!to)
            continue;
        status = staged_observe(to, observed, error);
        work->after.observed += sqlite3_column_int64(observed, 4);
    }
    sqlite3_finalize(observed);
    return status;
}

static int copy_learning(struct resharding *work, struct connection *from, spex_error *error)
{
    sqlite3_stmt *learning = NULL;
    int status = inspect_prepare(from, "SELECT specification FROM learning", &learning, error);
    for (bool row = true; !status;) {
        status = statement_step(from, learning, &row, error);
        if (status || !row)
            break;
        for (unsigned i = 0; !status && i < work->count; i++)
            status = staged_learn(&work->group[i], column_text(learning, 0), error);
    }
    sqlite3_finalize(learning);
    return status;
}

static int gather_fingerprints(struct resharding *work, struct connection *from, spex_error *error)
{
    struct fingerprints *all = &work->fingerprints;
    sqlite3_stmt *rows = NULL;
    int status =
        inspect_prepare(from, "SELECT specification, fingerprint FROM timeout", &rows, error);
    for (bool row = true; !status;) {
        status = statement_step(from, rows, &row, error);
        if (status || !row)
            break;
        uint32_t known = all->specifications.count;
        uint32_t symbol = symbols_intern(&all->specifications, column_text(rows, 0));
        if (symbol == SYMBOL_NONE ||
            !memory_reserve(&all->items, &all->capacity, symbol + (size_t)1, sizeof *all->items)) {
            status = error_memory(error);
            break;
        }
        int64_t value = sqlite3_column_int64(rows, 1);
        struct fingerprint *item = &all->items[symbol];
        if (symbol == known)
            *item = (struct fingerprint){.value = value};
        item->seen++;
        item->differs |= item->value != value;
    }
    sqlite3_finalize(rows);
    return status;
}

/* After the first pass, which gathered them. */
static int write_fingerprints(struct resharding *work, spex_error *error)
{
    const struct fingerprints *all = &work->fingerprints;
    int status = SPEX_OK;
    for (uint32_t i = 0; i < all->specifications.count; i++) {
        const struct fingerprint *item = &all->items[i];
        if (item->differs || item->seen != work->store->shards)
            continue;
        for (unsigned k = 0; !status && k < work->count; k++)
            status = staged_fingerprint(&work->group[k], symbols_name(&all->specifications, i),
                                        item->value, error);
    }
    return status;
}

static int copy_shard(struct resharding *work, unsigned number, spex_error *error)
{
    struct connection from;
    int version;
    int status = inspect_open(&from, work->store, number, &version, error);
    if (status)
        return status;
    status = connection_execute(&from, "BEGIN", error);
    if (!status)
        status = copy_instances(work, &from, error);
    if (!status)
        status = copy_events(work, &from, error);
    if (!status)
        status = copy_observations(work, &from, error);
    if (!status)
        status = copy_learning(work, &from, error);
    if (!status && work->first == 1)
        status = gather_fingerprints(work, &from, error);
    connection_close(&from);
    return status;
}

/* Fills some of the new shards. */
static int fill_group(struct resharding *work, spex_error *error)
{
    int status = SPEX_OK;
    for (unsigned i = 0; i < work->count; i++)
        work->group[i] = (struct staged){.number = 0};
    for (unsigned i = 0; !status && i < work->count; i++)
        status = staged_open(&work->group[i], &work->staging, work->first + i,
                             (int)(CACHE / work->count), error);
    for (unsigned number = 1; !status && number <= work->store->shards; number++)
        status = copy_shard(work, number, error);
    if (!status)
        status = write_fingerprints(work, error);
    for (unsigned i = 0; i < work->count; i++) {
        if (!status)
            status = staged_finish(&work->group[i], &work->staging, error);
        staged_close(&work->group[i]);
    }
    return status;
}

/* ----------------------------------------------------------------- whole */

/* Counted again in the files that were written. */
static int check_amounts(const struct resharding *work, spex_error *error)
{
    struct amounts found = {0};
    int status = SPEX_OK;
    for (unsigned number = 1; !status && number <= work->staging.shards; number++) {
        struct connection connection;
        int version;
        status = inspect_open(&connection, &work->staging, number, &version, error);
        if (status)
            break;
        status = count_shard(&connection, &found, error);
        connection_close(&connection);
    }
    if (status)
        return status;
    const struct {
        const char *what;
        int64_t before, copied, found;
    } rows[] = {{"instances", work->before.instances, work->after.instances, found.instances},
                {"steps", work->before.steps, work->after.steps, found.steps},
                {"deviations", work->before.deviations, work->after.deviations, found.deviations},
                {"events", work->before.events, work->after.events, found.events},
                {"observations", work->before.observed, work->after.observed, found.observed}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].before != rows[i].copied || rows[i].copied != rows[i].found)
            return error_set(
                error, SPEX_ERROR_STORE,
                "the shards of %s hold %lld %s, but %lld could be moved; look at them "
                "with `spex store verify`, and repair them first; nothing was changed",
                work->store->directory, (long long)rows[i].before, rows[i].what,
                (long long)(rows[i].copied < rows[i].found ? rows[i].copied : rows[i].found));
    return SPEX_OK;
}

static int fill_all(struct resharding *work, spex_error *error)
{
    unsigned shards = work->staging.shards;
    uint64_t bytes = 0;
    int status = look_at_old(work, &bytes, error);
    if (!status)
        status = check_space(work, bytes, shards, error);
    work->all = work->before.instances * ((shards + GROUP - 1) / GROUP);
    for (work->first = 1; !status && work->first <= shards; work->first += GROUP) {
        work->count = shards - work->first + 1 < GROUP ? shards - work->first + 1 : GROUP;
        status = fill_group(work, error);
    }
    return status ? status : check_amounts(work, error);
}

/* Held alone. */
static int reshard(struct resharding *work, unsigned shards, spex_error *error)
{
    int status = staging_begin(work->store, "reshard", shards, &work->staging, error);
    if (status)
        return status;
    unsigned locked = work->store->shards;
    status = lock_all(work, error);
    if (!status)
        status = fill_all(work, error);
    if (status)
        staging_abandon(work->store, &work->staging);
    else
        status = staging_switch(work->store, &work->staging, "reshard", error);
    unlock_all(work, locked);
    return status;
}

int store_reshard(const char *directory, unsigned shards, const struct progress *progress,
                  struct reshard *result, spex_error *error)
{
    memset(result, 0, sizeof *result);
    if (shards < 1 || shards > STORE_SHARDS_MAX)
        return error_set(error, SPEX_ERROR_USAGE, "a store has 1 to %u shards, not %u",
                         STORE_SHARDS_MAX, shards);
    struct store store;
    int descriptor = -1;
    int status = store_load(&store, directory, error);
    if (status)
        return status;
    struct resharding *work = memory_allocate(1, sizeof *work);
    if (!work)
        status = error_memory(error);
    if (!status)
        status = store_writable(&store, error);
    if (!status)
        status = store_hold(&store, HOLD_ALONE, HOLD_PATIENCE, &descriptor, error);
    if (!status)
        status = store_still(&store, error);
    result->from = store.shards;
    result->to = shards;
    if (!status && shards != store.shards) {
        work->store = &store;
        work->progress = progress;
        status = reshard(work, shards, error);
        result->instances = (uint64_t)work->after.instances;
        result->steps = (uint64_t)work->after.steps;
        symbols_release(&work->fingerprints.specifications);
        free(work->fingerprints.items);
    }
    store_let_go(descriptor);
    free(work);
    store_release(&store);
    return status;
}
