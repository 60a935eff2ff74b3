/* Transition timeouts, and pruning now and then. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/base.h"
#include "manager/manager.h"

enum {
    TIMEOUTS_AT_ONCE = 500,
    POLL = 1000000 /* microseconds; how late rows written by other processes may be seen */
};

int64_t timers_due(const struct workflow *workflow, const char *state, int64_t at)
{
    const struct spex_specification *specification = workflow->specification;
    if (!specification || specification->policy.transition_timeout == SPEX_INFINITY ||
        specification_terminal(specification, state))
        return 0;
    int64_t due;
    if (__builtin_mul_overflow(specification->policy.transition_timeout, INT64_C(1000), &due) ||
        __builtin_add_overflow(at, due, &due))
        return 0; /* beyond all time */
    return due > 0 ? due : 1;
}

bool prune_wanted(const spex_instance *instance, void *context)
{
    const struct prune_context *prune = context;
    struct workflow workflow = registry_find(&prune->manager->registry, instance->specification);
    const struct spex_specification *specification = workflow.specification;
    if (!specification || specification->policy.prune_timeout == SPEX_INFINITY ||
        !instance->transitions || !instance->state ||
        !specification_prunable(specification, instance->state))
        return false;
    int64_t idle, timeout;
    return !__builtin_sub_overflow(prune->now, instance->since, &idle) &&
           !__builtin_mul_overflow(specification->policy.prune_timeout, INT64_C(1000), &timeout) &&
           idle > timeout;
}

/* ------------------------------------------------------------- timeouts */

static bool has_timeout(const struct workflow *workflow)
{
    return workflow->specification &&
           workflow->specification->policy.transition_timeout != SPEX_INFINITY;
}

static spex_report report_of(const spex_instance *instance)
{
    return (spex_report){.reason = SPEX_REASON_TRANSITION_TIMEOUT,
                         .specification = instance->specification,
                         .identifier = instance->identifier,
                         .from = instance->state};
}

static char *message_of(const spex_instance *instance)
{
    char since[TIME_TEXT_SIZE];
    time_format(instance->since, since);
    spex_report report = report_of(instance);
    return report_message(&report, since);
}

static int note_timeouts(struct server *server, const struct instance_list *list, char **messages,
                         int64_t now, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < list->count; i++) {
        const spex_instance *instance = list->items[i];
        messages[i] = message_of(instance);
        if (!messages[i])
            return error_memory(error);
        struct event event = {.at = now,
                              .reason = SPEX_REASON_TRANSITION_TIMEOUT,
                              .specification = (char *)(uintptr_t)instance->specification,
                              .identifier = (char *)(uintptr_t)instance->identifier,
                              .from = (char *)(uintptr_t)instance->state,
                              .message = messages[i]};
        status = shard_event(server->shard, &event, error);
    }
    return status;
}

/* Reports some of those that are due. */
static int report_some(struct server *server, const struct workflow *workflow, int64_t now,
                       spex_error *error)
{
    struct instance_list list = {0};
    char *messages[TIMEOUTS_AT_ONCE] = {0};
    int status = server_begin(server, error);
    if (!status) {
        status = shard_take_due(server->shard, workflow->name, server->timers_floor, now,
                                TIMEOUTS_AT_ONCE, &list, error);
        if (!status)
            status = note_timeouts(server, &list, messages, now, error);
        if (!status)
            status = shard_commit(server->shard, error);
        else
            shard_rollback(server->shard);
    }
    for (size_t i = 0; i < list.count; i++) {
        spex_report report = report_of(list.items[i]);
        report.message = messages[i];
        if (!status)
            report_ask(server->manager, workflow, &report);
        free(messages[i]);
    }
    instance_list_release(&list);
    return status;
}

/* One specification: reports some of what is due and finds what will be next. */
static int run_timeouts(struct server *server, const struct workflow *workflow, int64_t now,
                        spex_error *error)
{
    int64_t due = 0;
    int status = shard_next_due(server->shard, workflow->name, server->timers_floor, &due, error);
    if (!status && due && due <= now) {
        status = report_some(server, workflow, now, error);
        if (!status)
            status =
                shard_next_due(server->shard, workflow->name, server->timers_floor, &due, error);
    }
    if (!status && due && (server->next_due == 0 || due < server->next_due))
        server->next_due = due;
    return status;
}

static int look_at_timeouts(struct server *server, spex_error *error)
{
    int64_t now = manager_now(server->manager);
    if (server->timers_floor > now)
        server->timers_floor = now; /* the clock was set back */
    server->reporting = false;
    bool changed = shard_changed(server->shard);
    if (!changed && server->next_due >= 0 && (server->next_due == 0 || server->next_due > now))
        return SPEX_OK;
    int status = SPEX_OK;
    server->next_due = 0;
    struct workflow workflow;
    for (uint32_t i = 0; !status && registry_at(&server->manager->registry, i, &workflow); i++)
        if (has_timeout(&workflow))
            status = run_timeouts(server, &workflow, now, error);
    if (status)
        server->next_due = -1;
    /* The rest waits until whoever called meanwhile was served. */
    server->reporting = server->next_due > 0 && server->next_due <= now;
    return status;
}

/* ----------------------------------------- when a specification changes */

/* All that due times depend on, as a number; 0: there are none. */
static int64_t fingerprint_of(const struct spex_specification *specification)
{
    if (specification->policy.transition_timeout == SPEX_INFINITY)
        return 0;
    uint64_t hash = (uint64_t)specification->policy.transition_timeout;
    for (uint32_t i = 0; i < specification->states.count; i++)
        if (!specification_state_terminal(specification, i)) {
            const char *name = specification->states.names[i];
            hash = XXH3_64bits_withSeed(name, strlen(name) + 1, hash);
        }
    return (int64_t)(hash | 1);
}

static int64_t due_again(const spex_instance *instance, void *context)
{
    if (instance->mocked || !instance->state)
        return 0;
    return timers_due(context, instance->state, instance->since);
}

/* One workflow, or a part of it; *done tells which. */
static int reschedule(struct server *server, struct workflow *workflow, bool *done,
                      spex_error *error)
{
    int64_t stored, wanted = fingerprint_of(workflow->specification);
    *done = true;
    int status = shard_fingerprint(server->shard, workflow->name, &stored, error);
    if (status || stored == wanted)
        return status;
    status = server_begin(server, error);
    if (status)
        return status;
    status = shard_reschedule(server->shard, workflow->name, &server->schedule_cursor, due_again,
                              workflow, error);
    *done = server->schedule_cursor < 0;
    if (!status && *done)
        status = shard_set_fingerprint(server->shard, workflow->name, wanted, error);
    if (!status)
        return shard_commit(server->shard, error);
    shard_rollback(server->shard);
    return status;
}

/* The stored due times follow the specifications as they are now: after an edit, those of
 * the instances that were there before change too. A part at a time. */
static int schedule(struct server *server, spex_error *error)
{
    unsigned changes = atomic_load(&server->manager->changes);
    if (!server->scheduling && server->timers_seen != changes) {
        server->scheduling = true;
        server->schedule_index = 0;
        server->schedule_cursor = 0;
        server->timers_seen = changes;
        server->next_due = -1;
    }
    int status = server_open(server, error);
    while (!status && server->scheduling) {
        struct workflow workflow;
        bool done = true;
        server->scheduling =
            registry_at(&server->manager->registry, server->schedule_index, &workflow);
        if (server->scheduling && workflow.specification)
            status = reschedule(server, &workflow, &done, error);
        if (!done || status)
            break;
        server->schedule_index++;
        server->schedule_cursor = 0;
    }
    return status;
}

/* -------------------------------------------------------------- pruning */

static bool anything_prunable(struct registry *registry)
{
    struct workflow workflow;
    for (uint32_t i = 0; registry_at(registry, i, &workflow); i++)
        if (workflow.specification &&
            workflow.specification->policy.prune_timeout != SPEX_INFINITY &&
            workflow.specification->policy.prunable != SPEX_PRUNABLE_NONE)
            return true;
    return false;
}

static int64_t monotonic(const struct spex_manager *manager)
{
    return manager->options.clock.monotonic(manager->options.clock.context);
}

static int prune_step(struct server *server, spex_error *error)
{
    struct spex_manager *manager = server->manager;
    struct prune_context context = {manager, manager_now(manager)};
    uint64_t count = 0;
    int status = server_begin(server, error);
    if (status)
        return status;
    status = shard_sweep(server->shard, &server->prune_cursor, NULL, prune_wanted, &context, false,
                         &count, error);
    if (!status)
        return shard_commit(server->shard, error);
    shard_rollback(server->shard);
    return status;
}

/* A part of a pass, so that requests are served between. */
static int prune(struct server *server, spex_error *error)
{
    struct spex_manager *manager = server->manager;
    if (!server->pruning && (server->prune_next < 0 || monotonic(manager) < server->prune_next))
        return SPEX_OK;
    int64_t interval = manager->options.prune_interval;
    if (!server->pruning) {
        server->prune_next = interval == SPEX_INFINITY ? -1 : monotonic(manager) + interval * 1000;
        server->pruning = anything_prunable(&manager->registry);
        server->prune_cursor = 0;
    }
    int status = server->pruning ? prune_step(server, error) : (int)SPEX_OK;
    if (status || server->prune_cursor < 0)
        server->pruning = false;
    return status;
}

/* ----------------------------------------------------------------- both */

void timers_run(struct server *server)
{
    struct spex_manager *manager = server->manager;
    if (!atomic_load(&manager->started))
        return;
    if (!server->timers_started) {
        server->timers_started = true;
        server->timers_floor = manager->timers_floor;
        server->timers_seen = atomic_load(&manager->changes) - 1;
        server->prune_next = monotonic(manager);
    }
    spex_error error;
    server->blocked = false;
    int status = schedule(server, &error);
    if (!status && !server->scheduling)
        status = look_at_timeouts(server, &error);
    if (!status && !server->scheduling)
        status = prune(server, &error);
    if (status) {
        server->pruning = server->scheduling = server->reporting = false;
        server->timers_seen--; /* from the beginning, next time */
        if (!server->timers_failed)
            manager_log(manager, "timeouts and pruning wait: %s", error.message);
        if (status == SPEX_ERROR_STORE)
            server_drop(server);
    }
    server->timers_failed = status != SPEX_OK;
}

bool timers_busy(const struct server *server)
{
    return server->pruning || server->scheduling || server->reporting;
}

int64_t timers_wait(const struct server *server)
{
    const struct spex_manager *manager = server->manager;
    if (!atomic_load(&manager->started))
        return -1;
    if (!server->timers_started || timers_busy(server))
        return 0;
    int64_t wait = POLL;
    if (server->timers_failed)
        return wait;
    if (server->next_due > 0) {
        int64_t until = server->next_due - manager_now(manager);
        wait = until < 0 ? 0 : until < wait ? until : wait;
    }
    if (server->prune_next >= 0) {
        int64_t until = server->prune_next - monotonic(manager);
        wait = until < 0 ? 0 : until < wait ? until : wait;
    }
    return wait;
}
