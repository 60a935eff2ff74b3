/*
 * Where few identifiers contain what is looked for, the first of them are found sooner in the
 * pages of their index than row by row: a shard on each processor. What is found so is shown,
 * and the page is read all the same.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "store/index_search.h"
#include "store/reader_page.h"

enum { ENOUGH = 100, MOST_WORKERS = 16, LOOK = 5000000 /* nanoseconds */ };

struct hunt {
    struct index_search *searches; /* a shard each */
    bool *done;                    /* guarded by the lock, as what follows */
    unsigned count, next, finished;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t progress;
};

static void *work(void *context)
{
    struct hunt *hunt = context;
    pthread_mutex_lock(&hunt->lock);
    while (hunt->next < hunt->count) {
        unsigned index = hunt->next++;
        pthread_mutex_unlock(&hunt->lock);
        if (hunt->searches[index].root)
            index_search_run(&hunt->searches[index]);
        pthread_mutex_lock(&hunt->lock);
        hunt->done[index] = true;
        hunt->finished++;
        pthread_cond_signal(&hunt->progress);
    }
    pthread_mutex_unlock(&hunt->lock);
    return NULL;
}

/* The rows of what was found in one shard, as they are now. */
static void take_found(struct reading *reading, unsigned index, const struct index_search *search)
{
    struct connection *connection = reading_shard(reading, index);
    struct query query = {0};
    sqlite3_stmt *statement = NULL;
    bool row = true;
    if (!search->count)
        return;
    text_append(&query.sql, "SELECT " INSTANCE_COLUMNS " FROM instance WHERE identifier IN (");
    for (size_t i = 0; i < search->count; i++) {
        text_append(&query.sql, i ? ", " : "");
        query_text(&query, search->found[i]);
    }
    text_append(&query.sql, ") AND ");
    query_filter(&query, reading->filter, reading->now);
    if (reading->request->anchor)
        reader_order_anchor(&query, reading->request->order, reading->rising,
                            reading->request->anchor);
    int status = query_prepare(&query, connection, &statement, NULL);
    while (!status && !(status = statement_step(connection, statement, &row, NULL)) && row) {
        spex_instance instance;
        column_instance(statement, 0, reading->now, &instance);
        status = reading_note_seen(reading, &instance, NULL);
    }
    sqlite3_finalize(statement);
    query_release(&query);
    reading_show(reading, -1);
}

/* Shows what each shard has as soon as it is searched. */
static void wait_for_all(struct reading *reading, struct hunt *hunt)
{
    bool *taken = memory_allocate(hunt->count, sizeof *taken);
    pthread_mutex_lock(&hunt->lock);
    for (bool all = false; !all;) {
        all = hunt->finished == hunt->count;
        for (unsigned i = 0; taken && i < hunt->count; i++) {
            if (!hunt->done[i] || taken[i])
                continue;
            taken[i] = true;
            pthread_mutex_unlock(&hunt->lock);
            if (!atomic_load(&hunt->stop))
                take_found(reading, i, &hunt->searches[i]);
            pthread_mutex_lock(&hunt->lock);
        }
        if (reader_is_cancelled(reading->reader))
            atomic_store(&hunt->stop, true);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (!all && hunt->finished < hunt->count)
            pthread_cond_clockwait(&hunt->progress, &hunt->lock, CLOCK_MONOTONIC, &until);
        reading_show(reading, 0);
    }
    pthread_mutex_unlock(&hunt->lock);
    free(taken);
}

static void search_all(struct reading *reading, struct hunt *hunt)
{
    pthread_t threads[MOST_WORKERS];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned started = 0, wanted = processors > MOST_WORKERS ? MOST_WORKERS
                                   : processors > 0          ? (unsigned)processors
                                                             : 1;
    pthread_mutex_init(&hunt->lock, NULL);
    pthread_cond_init(&hunt->progress, NULL);
    while (started < wanted && started < hunt->count &&
           pthread_create(&threads[started], NULL, work, hunt) == 0)
        started++;
    if (started)
        wait_for_all(reading, hunt);
    while (started)
        pthread_join(threads[--started], NULL);
    pthread_cond_destroy(&hunt->progress);
    pthread_mutex_destroy(&hunt->lock);
}

static uint32_t index_root(struct connection *connection)
{
    struct query query = {0};
    int64_t root = 0;
    text_append(&query.sql,
                "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_instance_1'");
    return reader_number(connection, &query, &root, NULL) || root < 0 || root > UINT32_MAX
               ? 0
               : (uint32_t)root;
}

void reading_hint(struct reading *reading, const struct filter *identifier)
{
    unsigned shards = reading->reader->store.shards;
    struct hunt hunt = {.count = shards,
                        .searches = memory_allocate(shards, sizeof *hunt.searches),
                        .done = memory_allocate(shards, sizeof *hunt.done)};
    struct text_part **parts = memory_allocate(identifier->name_count, sizeof *parts);
    size_t count = 0;
    while (parts && count < identifier->name_count &&
           (parts[count] = text_part_create(identifier->names[count])))
        count++;
    bool ready = hunt.searches && hunt.done && parts && count == identifier->name_count;
    for (unsigned i = 0; ready && i < shards; i++) {
        struct connection *connection = reading_shard(reading, i);
        if (connection)
            hunt.searches[i] = (struct index_search){.database = connection->database,
                                                     .root = index_root(connection),
                                                     .parts = parts,
                                                     .part_count = count,
                                                     .most = ENOUGH,
                                                     .stop = &hunt.stop};
    }
    if (ready)
        search_all(reading, &hunt);
    for (unsigned i = 0; ready && i < shards; i++)
        index_search_release(&hunt.searches[i]);
    while (count)
        free(parts[--count]);
    free(parts);
    free(hunt.searches);
    free(hunt.done);
}
