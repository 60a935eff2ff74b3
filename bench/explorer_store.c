#include "bench/explorer_store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "bench/bench.h"
#include "store/reader.h"
#include "store/shard.h"

enum { SPECIFICATIONS = 8, STATES = 6, AT_ONCE = 20000 };

static const char *const specifications[SPECIFICATIONS] = {
    "Order", "Invoice", "Payment", "Shipment", "Refund", "Claim", "Session", "Delivery"};
static const char *const states[STATES] = {"created", "checked", "running",
                                           "waiting", "done",    "cancelled"};
static const char *const actions[STATES] = {
    SPEX_INITIALISATION, "check", "start", "wait", "finish", "cancel"};

void explorer_store_identifier(uint64_t number, uint64_t count, char identifier[64])
{
    snprintf(identifier, 64, "%s-%012llu",
             number == count / 10 * 9 ? "instance-needle" : "instance", (unsigned long long)number);
    /* The needle sorts behind the digits: put it between them. */
    if (number == count / 10 * 9)
        snprintf(identifier, 64, "instance-%012llu-needle", (unsigned long long)number);
}

static int write_specification(const char *directory, const char *name, spex_error *error)
{
    struct text text = {0};
    text_printf(&text,
                "Specification: %s\nTransition timeout: 1h\nTransitions:\n"
                "created --[check]-> checked\nchecked --[start]-> running\n"
                "running --[wait]-> waiting\nwaiting --[start]-> running\n"
                "running --[finish]-> done\nwaiting --[finish]-> done\n"
                "checked --[cancel]-> cancelled\n",
                name);
    struct text path = {0};
    text_printf(&path, "%s/specs/%s.spec", directory, name);
    int status = file_replace(text_value(&path), text_value(&text), text.length, error);
    text_release(&text);
    text_release(&path);
    return status;
}

/* One shard's part of the instances, on a thread of its own. */
struct part {
    pthread_t thread;
    const struct store *store;
    unsigned number;
    uint64_t count;
    int64_t now;
    int status;
    spex_error error;
};

static int add_instance(struct part *part, struct shard *shard, uint64_t number,
                        const char *identifier)
{
    uint64_t mixed = number * UINT64_C(0x9E3779B97F4A7C15);
    unsigned state = (unsigned)(mixed >> 20) % STATES;
    int64_t age = (int64_t)((mixed >> 24) % UINT64_C(864000000000));
    bool overdue = state < 4 && (mixed >> 11) % 50 == 0;
    bool rare = (mixed >> 8) % (part->count / STORE_RARE + 1) == 0;
    char meta[64];
    snprintf(meta, sizeof meta, "{\"customer\":%u}", (unsigned)(mixed >> 30) % 1000);
    spex_instance instance = {.identifier = identifier,
                              .specification = specifications[mixed % SPECIFICATIONS],
                              .state = rare ? "lost" : states[state],
                              .meta = number % 4 ? NULL : meta,
                              .since = part->now - age,
                              .due = state >= 4 ? 0
                                     : overdue  ? part->now - age
                                                : part->now + 864000000000 - age + 1,
                              .deviations = (mixed >> 13) % 300 == 0,
                              .mocked = (mixed >> 15) % 1000 == 0,
                              .transitions = 1 + state};
    int64_t key;
    int status = shard_insert(shard, &instance, &key, &part->error);
    /* Two steps of the history; more would only make the file larger. */
    for (unsigned i = state > 1 ? state - 1 : 0; !status && i <= state; i++) {
        spex_step step = {actions[i], states[i], instance.since - (state - i), 0};
        status = shard_append(shard, key, i + 1, &step, &part->error);
    }
    return status;
}

static void *make_part(void *context)
{
    struct part *part = context;
    struct shard *shard;
    struct shard_options options = {
        .clock = clock_system(), .event_limit = 1000, .durability = SPEX_DURABILITY_NORMAL};
    part->status = shard_open(&shard, part->store, part->number, &options, &part->error);
    uint64_t written = 0;
    for (uint64_t number = 0; !part->status && number < part->count; number++) {
        char identifier[64];
        explorer_store_identifier(number, part->count, identifier);
        if (store_shard_of(identifier, part->store->shards) != part->number)
            continue;
        if (written % AT_ONCE == 0)
            part->status = shard_begin(shard, &part->error);
        if (!part->status)
            part->status = add_instance(part, shard, number, identifier);
        if (!part->status && ++written % AT_ONCE == 0)
            part->status = shard_commit(shard, &part->error);
    }
    if (!part->status && written % AT_ONCE)
        part->status = shard_commit(shard, &part->error);
    shard_close(shard);
    return NULL;
}

static int make_instances(const char *path, uint64_t count, spex_error *error)
{
    struct store store;
    int status = store_open(&store, path, 0, error);
    if (status)
        return status;
    spex_clock clock = clock_system();
    struct part *parts = memory_allocate(store.shards, sizeof *parts);
    if (!parts)
        return error_memory(error);
    for (unsigned i = 0; i < store.shards; i++) {
        parts[i] = (struct part){
            .store = &store, .number = i + 1, .count = count, .now = clock.wall(clock.context)};
        pthread_create(&parts[i].thread, NULL, make_part, &parts[i]);
    }
    for (unsigned i = 0; i < store.shards; i++) {
        pthread_join(parts[i].thread, NULL);
        if (parts[i].status && !status) {
            status = parts[i].status;
            *error = parts[i].error;
        }
    }
    free(parts);
    store_release(&store);
    return status;
}

static uint64_t instances_there(const char *path)
{
    struct reader *reader;
    uint64_t count = 0;
    if (reader_open(&reader, path, NULL, NULL))
        return 0;
    reader_count(reader, NULL, &count, NULL);
    reader_close(reader);
    return count;
}

int explorer_store_make(const char *directory, uint64_t count, spex_error *error)
{
    char *specs = file_join(directory, "specs"), *store = file_join(directory, "store");
    int status = specs && store ? file_make_directory(specs, error) : error_memory(error);
    for (int i = 0; !status && i < SPECIFICATIONS; i++)
        status = write_specification(directory, specifications[i], error);
    if (!status && instances_there(store) != count) {
        double start = bench_clock();
        status = make_instances(store, count, error);
        if (!status)
            printf("a store of %llu instances made in %.1f s\n", (unsigned long long)count,
                   bench_clock() - start);
    }
    free(specs);
    free(store);
    return status;
}
