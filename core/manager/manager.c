/* Opening and closing a manager. */
#include "manager/manager.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/step_judge.h"

enum { MAILBOX_CAPACITY = 4096, EVENT_LIMIT = 10000 };
#define PRUNE_INTERVAL (INT64_C(6) * 3600 * 1000)

void spex_manager_options_init(spex_manager_options *options)
{
    *options = (spex_manager_options){.impl_models_dir = "./spex_impl_models",
                                      .store_dir = "./spex_store",
                                      .check_transition_timeouts_on_start = true,
                                      .prune_interval = PRUNE_INTERVAL,
                                      .mailbox_capacity = MAILBOX_CAPACITY,
                                      .event_limit = EVENT_LIMIT};
}

static int take_options(struct spex_manager *manager, const spex_manager_options *options,
                        spex_error *error)
{
    if (options->prune_interval <= 0 && options->prune_interval != SPEX_INFINITY)
        return error_set(error, SPEX_ERROR_USAGE,
                         "prune_interval is a positive number of milliseconds or SPEX_INFINITY; "
                         "was spex_manager_options_init called?");
    if (options->prune_interval > INT64_MAX / 4000)
        return error_set(error, SPEX_ERROR_USAGE,
                         "prune_interval is out of range; SPEX_INFINITY prunes at start only");
    if (options->event_limit > INT64_MAX)
        return error_set(error, SPEX_ERROR_USAGE, "event_limit is out of range");
    if (options->durability != SPEX_DURABILITY_NORMAL &&
        options->durability != SPEX_DURABILITY_FULL)
        return error_set(error, SPEX_ERROR_USAGE, "durability is SPEX_DURABILITY_NORMAL or _FULL");
    manager->options = *options;
    const char *models = options->impl_models_dir ? options->impl_models_dir : "./spex_impl_models";
    const char *store = options->store_dir ? options->store_dir : "./spex_store";
    manager->options.impl_models_dir = memory_copy_text(models);
    manager->options.store_dir = memory_copy_text(store);
    if (!manager->options.impl_models_dir || !manager->options.store_dir)
        return error_memory(error);
    if (!manager->options.mailbox_capacity)
        manager->options.mailbox_capacity = MAILBOX_CAPACITY;
    if (!options->clock.wall != !options->clock.monotonic)
        return error_set(error, SPEX_ERROR_USAGE, "a clock has both wall and monotonic, or none");
    if (!options->clock.wall)
        manager->options.clock = clock_system();
    return SPEX_OK;
}

static int start_servers(struct spex_manager *manager, spex_error *error)
{
    manager->servers = memory_allocate(manager->store.shards, sizeof *manager->servers);
    if (!manager->servers)
        return error_memory(error);
    for (unsigned i = 0; i < manager->store.shards; i++) {
        struct server *server = &manager->servers[i];
        server->manager = manager;
        server->number = i + 1;
        mailbox_init(&server->mailbox, manager->options.mailbox_capacity);
    }
    for (unsigned i = 0; i < manager->store.shards; i++) {
        struct server *server = &manager->servers[i];
        server->verdicts = memory_allocate(VERDICT_SLOTS, sizeof *server->verdicts);
        server->judges = step_judges_make();
        if (!server->verdicts || !server->judges)
            return error_memory(error);
        int number = pthread_create(&server->thread, NULL, server_run, server);
        if (number) {
            errno = number;
            return error_system(error, "cannot start the thread of shard %u", i + 1);
        }
        server->running = true;
    }
    return SPEX_OK;
}

int spex_manager_open(spex_manager **opened, const spex_manager_options *options, spex_error *error)
{
    *opened = NULL;
    struct spex_manager *manager = memory_allocate(1, sizeof *manager);
    if (!manager)
        return error_memory(error);
    int status = registry_init(&manager->registry, error);
    if (status) {
        free(manager);
        return status;
    }
    pthread_mutex_init(&manager->log_mutex, NULL);
    model_files_init(&manager->files);
    status = take_options(manager, options, error);
    if (!status)
        status = model_files_open(manager, error);
    if (!status)
        status = store_open(&manager->store, manager->options.store_dir,
                            manager->options.distribution_factor, error);
    if (!status)
        status = start_servers(manager, error);
    if (status)
        spex_manager_close(manager);
    else
        *opened = manager;
    return status;
}

void spex_manager_close(spex_manager *manager)
{
    if (!manager)
        return;
    if (manager_inside_handler(manager)) {
        manager_log(manager, "spex_manager_close cannot be called by a handler: ignored");
        return;
    }
    unsigned count = manager->servers ? manager->store.shards : 0;
    for (unsigned i = 0; i < count; i++)
        mailbox_close(&manager->servers[i].mailbox);
    for (unsigned i = 0; i < count; i++)
        if (manager->servers[i].running)
            pthread_join(manager->servers[i].thread, NULL);
    for (unsigned i = 0; i < count; i++) {
        mailbox_release(&manager->servers[i].mailbox);
        judge_forget(&manager->servers[i]);
        free(manager->servers[i].verdicts);
        step_judges_free(manager->servers[i].judges);
    }
    free(manager->servers);
    store_release(&manager->store);
    registry_release(&manager->registry);
    model_files_release(&manager->files);
    pthread_mutex_destroy(&manager->log_mutex);
    free((void *)(uintptr_t)manager->options.impl_models_dir);
    free((void *)(uintptr_t)manager->options.store_dir);
    free(manager);
}

int spex_manager_add_specification(spex_manager *manager, const spex_specification *specification,
                                   spex_handler handler, void *handler_data, spex_error *error)
{
    struct spex_specification *copy = specification_copy(specification);
    if (!copy)
        return error_memory(error);
    int status = registry_add_specification(&manager->registry, copy, handler, handler_data, error);
    if (status) {
        spex_specification_free(copy);
        return status;
    }
    atomic_fetch_add(&manager->changes, 1);
    if (atomic_load(&manager->started))
        for (unsigned i = 0; i < manager->store.shards; i++)
            mailbox_nudge(&manager->servers[i].mailbox);
    return SPEX_OK;
}

int spex_manager_start(spex_manager *manager, spex_error *error)
{
    if (manager->options.passive)
        return error_set(error, SPEX_ERROR_USAGE, "a passive manager has no timers to start");
    bool started = false;
    pthread_mutex_lock(&manager->log_mutex);
    if (!atomic_load(&manager->started)) {
        manager->timers_floor =
            manager->options.check_transition_timeouts_on_start ? 0 : manager_now(manager);
        atomic_store(&manager->started, true);
        started = true;
    }
    pthread_mutex_unlock(&manager->log_mutex);
    for (unsigned i = 0; started && i < manager->store.shards; i++)
        mailbox_nudge(&manager->servers[i].mailbox);
    return SPEX_OK;
}
