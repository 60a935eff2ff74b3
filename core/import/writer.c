#include "import/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "import/merge.h"

enum {
    THREADS_MAX = 4,
    WAITING_MAX = 2,         /* batches a thread */
    BATCH_ITEMS = 4096,      /* at most */
    BATCH_BYTES = 1 << 22,   /* about */
    GATHERED_BYTES = 1 << 25 /* in the unfinished batches of all shards, about */
};

struct worker {
    struct writer *writer;
    pthread_t thread;
    bool started;
    pthread_cond_t changed; /* with the writer's mutex */
    struct batch *waiting;  /* in their order */
    unsigned count;
    struct writer_counts counts;
};

struct writer {
    const struct import_options *options;
    struct store store;
    char *scratch; /* the folder of a dry run's own store */
    struct reader *reader;
    struct shard_options shard_options;
    struct target *targets;   /* by shard number - 1 */
    struct batch **gathering; /* the same */
    size_t batch_bytes;
    struct worker workers[THREADS_MAX];
    unsigned worker_count;
    pthread_mutex_t mutex;
    bool closing;
    int status; /* of the first batch that failed */
    spex_error error;
};

/* -------------------------------------------------------------- threads */

/* Each shard is one thread's, so that its batches are written in their order. */
static struct worker *worker_of(struct writer *writer, unsigned shard)
{
    return &writer->workers[(shard - 1) % writer->worker_count];
}

static int write_batch(struct worker *worker, const struct batch *batch, spex_error *error)
{
    struct writer *writer = worker->writer;
    struct target *target = &writer->targets[batch->shard - 1];
    int status = SPEX_OK;
    if (!target->shard)
        status =
            shard_open(&target->shard, &writer->store, batch->shard, &writer->shard_options, error);
    target->dry = writer->options->dry;
    target->reader = writer->reader;
    return status ? status
                  : target_put(target, writer->options->project, batch, &worker->counts, error);
}

static void *work(void *data)
{
    struct worker *worker = data;
    struct writer *writer = worker->writer;
    pthread_mutex_lock(&writer->mutex);
    while (true) {
        while (!worker->waiting && !writer->closing)
            pthread_cond_wait(&worker->changed, &writer->mutex);
        struct batch *batch = worker->waiting;
        if (!batch)
            break;
        bool failed = writer->status != SPEX_OK;
        pthread_mutex_unlock(&writer->mutex);
        spex_error error;
        int status = failed ? SPEX_OK : write_batch(worker, batch, &error);
        pthread_mutex_lock(&writer->mutex);
        worker->waiting = batch->next;
        worker->count--;
        if (status && !writer->status) {
            writer->status = status;
            writer->error = error;
        }
        pthread_cond_broadcast(&worker->changed);
        batch_free(batch);
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* Hands the shard's batch over, once there is room for it. */
static int send(struct writer *writer, unsigned shard, spex_error *error)
{
    struct worker *worker = worker_of(writer, shard);
    struct batch *batch = writer->gathering[shard - 1];
    writer->gathering[shard - 1] = NULL;
    pthread_mutex_lock(&writer->mutex);
    while (worker->count >= WAITING_MAX)
        pthread_cond_wait(&worker->changed, &writer->mutex);
    struct batch **last = &worker->waiting;
    while (*last)
        last = &(*last)->next;
    *last = batch;
    worker->count++;
    pthread_cond_broadcast(&worker->changed);
    int status = writer->status;
    if (status && error)
        *error = writer->error;
    pthread_mutex_unlock(&writer->mutex);
    return status;
}

/* --------------------------------------------------------------- opening */

/* A dry run notes what it saw in a store of its own, which goes with it. */
static int open_scratch(struct writer *writer, spex_error *error)
{
    const char *folder = getenv("TMPDIR");
    writer->scratch = file_join(folder && *folder ? folder : "/tmp", "spex-import-XXXXXX");
    if (!writer->scratch)
        return error_memory(error);
    if (!mkdtemp(writer->scratch)) {
        int status = error_system(error, "no scratch folder %s", writer->scratch);
        free(writer->scratch);
        writer->scratch = NULL;
        return status;
    }
    int status = store_open(&writer->store, writer->scratch, 1, error);
    if (!status)
        status = reader_open(&writer->reader, writer->options->store_dir,
                             &writer->shard_options.clock, error);
    return status == SPEX_ERROR_NOT_FOUND ? SPEX_OK : status;
}

static void remove_scratch(struct writer *writer)
{
    static const char *const names[] = {"shard-1.db", "shard-1.db-wal", "shard-1.db-shm",
                                        "shard-1.lock", "store.ini"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = file_join(writer->scratch, names[i]);
        if (path)
            unlink(path);
        free(path);
    }
    rmdir(writer->scratch);
    free(writer->scratch);
}

static int start_workers(struct writer *writer, spex_error *error)
{
    writer->worker_count = writer->store.shards < THREADS_MAX ? writer->store.shards : THREADS_MAX;
    for (unsigned i = 0; i < writer->worker_count; i++) {
        struct worker *worker = &writer->workers[i];
        worker->writer = writer;
        pthread_cond_init(&worker->changed, NULL);
        worker->started = pthread_create(&worker->thread, NULL, work, worker) == 0;
        if (!worker->started)
            return error_set(error, SPEX_ERROR_SYSTEM, "a thread cannot be started");
    }
    return SPEX_OK;
}

int writer_open(struct writer **opened, const struct import_options *options, spex_error *error)
{
    *opened = NULL;
    struct writer *writer = memory_allocate(1, sizeof *writer);
    if (!writer)
        return error_memory(error);
    writer->options = options;
    writer->shard_options = (struct shard_options){.durability = options->durability,
                                                   .clock = clock_system(),
                                                   .event_limit = options->event_limit};
    pthread_mutex_init(&writer->mutex, NULL);
    int status = options->dry
                     ? open_scratch(writer, error)
                     : store_open(&writer->store, options->store_dir, options->shards, error);
    unsigned shards = writer->store.shards;
    if (!status) {
        writer->targets = memory_allocate(shards, sizeof *writer->targets);
        writer->gathering = memory_allocate(shards, sizeof(struct batch *));
        if (!writer->targets || !writer->gathering)
            status = error_memory(error);
    }
    size_t share = shards ? GATHERED_BYTES / shards : 0;
    writer->batch_bytes = share < BATCH_BYTES ? share : BATCH_BYTES;
    if (!status)
        status = start_workers(writer, error);
    if (status)
        writer_close(writer, NULL, NULL);
    else
        *opened = writer;
    return status;
}

/* --------------------------------------------------------------- putting */

static size_t size_of(const spex_instance *instance)
{
    return sizeof *instance + instance->step_count * (sizeof *instance->steps + 32) +
           strlen(instance->identifier) + (instance->meta ? strlen(instance->meta) : 0);
}

int writer_put(struct writer *writer, const spex_instance *instance, bool beyond, spex_error *error)
{
    unsigned shard = store_shard_of(instance->identifier, writer->store.shards);
    struct batch **place = &writer->gathering[shard - 1];
    if (!*place) {
        if (!(*place = memory_allocate(1, sizeof **place)))
            return error_memory(error);
        (*place)->shard = shard;
    }
    struct batch *batch = *place;
    if (!memory_reserve(&batch->items, &batch->capacity, batch->count + 1, sizeof *batch->items))
        return error_memory(error);
    spex_instance *copy = instance_copy(instance);
    if (!copy)
        return error_memory(error);
    batch->items[batch->count++] = (struct batch_item){copy, beyond};
    batch->bytes += size_of(instance);
    if (batch->count < BATCH_ITEMS && batch->bytes < writer->batch_bytes)
        return SPEX_OK;
    return send(writer, shard, error);
}

static void stop_workers(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->closing = true;
    for (unsigned i = 0; i < writer->worker_count; i++)
        if (writer->workers[i].writer)
            pthread_cond_broadcast(&writer->workers[i].changed);
    pthread_mutex_unlock(&writer->mutex);
    for (unsigned i = 0; i < writer->worker_count; i++) {
        if (writer->workers[i].started)
            pthread_join(writer->workers[i].thread, NULL);
        if (writer->workers[i].writer)
            pthread_cond_destroy(&writer->workers[i].changed);
    }
}

static void add_counts(struct writer_counts *sum, const struct writer_counts *part)
{
    sum->created += part->created;
    sum->extended += part->extended;
    sum->unchanged += part->unchanged;
    sum->older += part->older;
    sum->recovered += part->recovered;
    sum->transitions += part->transitions;
    sum->deviations += part->deviations;
}

int writer_close(struct writer *writer, struct writer_counts *counts, spex_error *error)
{
    if (!writer)
        return SPEX_OK;
    for (unsigned i = 0; writer->gathering && i < writer->store.shards; i++)
        if (writer->gathering[i])
            send(writer, i + 1, NULL);
    stop_workers(writer);
    int status = writer->status;
    if (status && error)
        *error = writer->error;
    for (unsigned i = 0; counts && i < writer->worker_count; i++)
        add_counts(counts, &writer->workers[i].counts);
    for (unsigned i = 0; writer->targets && i < writer->store.shards; i++)
        shard_close(writer->targets[i].shard);
    reader_close(writer->reader);
    free(writer->targets);
    free(writer->gathering);
    store_release(&writer->store);
    if (writer->scratch)
        remove_scratch(writer);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
    return status;
}
