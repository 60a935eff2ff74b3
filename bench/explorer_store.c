#include "bench/explorer_store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader.h"
#include "store/shard.h"

enum { SPECIFICATIONS = 8, STATES = 6, LOST = STATES, NIL, PLACES, AT_ONCE = 20000, STEPS_MAX = 4 };

static const char *const specifications[SPECIFICATIONS] = {
    "Order", "Invoice", "Payment", "Shipment", "Refund", "Claim", "Session", "Delivery"};
static const char *const states[PLACES] = {"created", "checked",   "running", "waiting",
                                           "done",    "cancelled", "lost",    SPEX_NIL};
static const char *const actions[PLACES] = {
    SPEX_INITIALISATION, "check", "start", "wait", "finish", "cancel", "lose"};

/* How an instance gets to each state by the specification, and how long that takes. */
static const struct {
    unsigned length;
    unsigned char states[STEPS_MAX];
} ways[STATES] = {{1, {0}},          {2, {0, 1}},       {3, {0, 1, 2}},
                  {4, {0, 1, 2, 3}}, {4, {0, 1, 2, 4}}, {3, {0, 1, 5}}};

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

/* How often a transition was observed, and when: a cell for each specification, state before,
 * state after, deviating or not. */
enum { CELLS = SPECIFICATIONS * PLACES * (STATES + 1) * 2 };
struct observations {
    uint64_t count;
    int64_t first, last;
};

/* One shard's part of the instances, on a thread of its own. */
struct part {
    pthread_t thread;
    const struct store *store;
    unsigned number;
    uint64_t count;
    int64_t now;
    struct observations observed[CELLS];
    int status;
    spex_error error;
};

static const char *action_to(unsigned to, bool deviates)
{
    return deviates && to != LOST ? "skip" : actions[to];
}

static int take_step(struct part *part, struct shard *shard, int64_t key, unsigned specification,
                     unsigned number, unsigned from, unsigned to, int64_t at, bool deviates)
{
    spex_step step = {action_to(to, deviates), states[to], at,
                      deviates ? SPEX_VERDICT_NOT_EQUIVALENT : SPEX_VERDICT_CONFORMS};
    struct observations *observed =
        &part->observed[((specification * PLACES + from) * (STATES + 1) + to) * 2 + deviates];
    observed->first = observed->count && observed->first < at ? observed->first : at;
    observed->last = observed->last > at ? observed->last : at;
    observed->count++;
    int status = shard_append(shard, key, number, &step, &part->error);
    if (!status && deviates)
        status = shard_deviate(shard, key, states[from], step.action, states[to], &part->error);
    return status;
}

static int add_instance(struct part *part, struct shard *shard, uint64_t number,
                        const char *identifier)
{
    uint64_t mixed = number * UINT64_C(0x9E3779B97F4A7C15);
    unsigned specification = (unsigned)(mixed % SPECIFICATIONS);
    unsigned state = (unsigned)(mixed >> 20) % STATES;
    int64_t age = (int64_t)((mixed >> 24) % UINT64_C(864000000000));
    bool overdue = state < 4 && (mixed >> 11) % 50 == 0;
    bool lost = (mixed >> 8) % (part->count / STORE_RARE + 1) == 0;
    bool mocked = !lost && (mixed >> 15) % 1000 == 0;
    bool deviates = !mocked && (lost || (state && (mixed >> 13) % 300 == 0));
    unsigned steps = mocked ? 0 : ways[state].length + lost;
    char meta[64];
    snprintf(meta, sizeof meta, "{\"customer\":%u}", (unsigned)(mixed >> 30) % 1000);
    spex_instance instance = {.identifier = identifier,
                              .specification = specifications[specification],
                              .state = states[lost ? LOST : state],
                              .meta = number % 4 ? NULL : meta,
                              .since = part->now - age,
                              .due = state >= 4 ? 0
                                     : overdue  ? part->now - age
                                                : part->now + 864000000000 - age + 1,
                              .deviations = deviates,
                              .mocked = mocked,
                              .transitions = steps};
    int64_t key;
    int status = shard_insert(shard, &instance, &key, &part->error);
    for (unsigned i = 0, from = NIL; !status && i < steps; i++) {
        unsigned to = i < ways[state].length ? ways[state].states[i] : LOST;
        bool last = i + 1 == steps;
        status = take_step(part, shard, key, specification, i + 1, from, to,
                           instance.since - (steps - 1 - i), last && deviates);
        from = to;
    }
    return status;
}

/* All that was observed, counted while it was made: a row a step would take as long as the step. */
static int count_observations(struct part *part, struct shard *shard)
{
    const struct observations *all = part->observed;
    for (unsigned i = 0; i < CELLS; i++) {
        unsigned to = i / 2 % (STATES + 1), from = i / 2 / (STATES + 1) % PLACES;
        struct observed_transition observed = {.from = (char *)(uintptr_t)states[from],
                                               .action = (char *)(uintptr_t)action_to(to, i % 2),
                                               .to = (char *)(uintptr_t)states[to],
                                               .count = all[i].count,
                                               .first_seen = all[i].first,
                                               .last_seen = all[i].last};
        const char *specification = specifications[i / 2 / (STATES + 1) / PLACES];
        int status = all[i].count
                         ? shard_observe_many(shard, specification, &observed, &part->error)
                         : SPEX_OK;
        if (status)
            return status;
    }
    return SPEX_OK;
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
    if (!part->status && written % AT_ONCE == 0)
        part->status = shard_begin(shard, &part->error);
    if (!part->status)
        part->status = count_observations(part, shard);
    if (!part->status)
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

int explorer_store_make(const char *directory, uint64_t count, bool *made, spex_error *error)
{
    char *specs = file_join(directory, "specs"), *store = file_join(directory, "store");
    int status = specs && store ? file_make_directory(specs, error) : error_memory(error);
    for (int i = 0; !status && i < SPECIFICATIONS; i++)
        status = write_specification(directory, specifications[i], error);
    *made = !status && instances_there(store) != count;
    if (*made)
        status = make_instances(store, count, error);
    free(specs);
    free(store);
    return status;
}
