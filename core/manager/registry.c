#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

int registry_init(struct registry *registry, spex_error *error)
{
    memset(registry, 0, sizeof *registry);
    atomic_init(&registry->epoch, 1);
    if (pthread_rwlock_init(&registry->lock, NULL))
        return error_set(error, SPEX_ERROR_SYSTEM, "cannot make a lock");
    pthread_mutex_init(&registry->deciding, NULL);
    pthread_cond_init(&registry->decided, NULL);
    return SPEX_OK;
}

static void free_retired(struct retired *retired)
{
    spex_model_free(retired->model);
    free(retired->unreadable);
}

void registry_release(struct registry *registry)
{
    for (uint32_t i = 0; i < registry->names.count; i++) {
        struct workflow *workflow = registry->items[i];
        free(workflow->name);
        spex_specification_free(workflow->specification);
        spex_model_free(workflow->model);
        free(workflow->unreadable);
        free(workflow);
    }
    for (size_t i = 0; i < registry->retired_count; i++)
        free_retired(&registry->retired[i]);
    free(registry->retired);
    free(registry->items);
    symbols_release(&registry->names);
    pthread_cond_destroy(&registry->decided);
    pthread_mutex_destroy(&registry->deciding);
    pthread_rwlock_destroy(&registry->lock);
}

/* Under the write lock. NULL when memory is out. */
static struct workflow *intern(struct registry *registry, const char *name)
{
    uint32_t symbol = symbols_find(&registry->names, name);
    if (symbol != SYMBOL_NONE)
        return registry->items[symbol];
    struct workflow *workflow = memory_allocate(1, sizeof *workflow);
    if (!workflow || !(workflow->name = memory_copy_text(name)) ||
        !memory_reserve(&registry->items, &registry->capacity, (size_t)registry->names.count + 1,
                        sizeof(struct workflow *)) ||
        (symbol = symbols_intern(&registry->names, name)) == SYMBOL_NONE) {
        if (workflow)
            free(workflow->name);
        free(workflow);
        return NULL;
    }
    registry->items[symbol] = workflow;
    return workflow;
}

int registry_add_specification(struct registry *registry, struct spex_specification *specification,
                               spex_handler handler, void *handler_data, spex_error *error)
{
    int status = SPEX_OK;
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = intern(registry, specification->name);
    if (!workflow) {
        status = error_memory(error);
    } else if (workflow->specification) {
        const char *source = workflow->specification->source;
        status = error_set(error, SPEX_ERROR_USAGE, "the specification %s is already known%s%s",
                           specification->name, source ? ", from " : "", source ? source : "");
    } else {
        workflow->specification = specification;
        workflow->handler = handler;
        workflow->handler_data = handler_data;
    }
    pthread_rwlock_unlock(&registry->lock);
    return status;
}

/* Under the write lock: a server may still be using it. */
static void retire(struct registry *registry, struct retired retired)
{
    if (!retired.model && !retired.unreadable)
        return;
    retired.epoch = atomic_fetch_add(&registry->epoch, 1);
    /* Room was made before. */
    registry->retired[registry->retired_count++] = retired;
}

static bool make_room(struct registry *registry)
{
    return memory_reserve(&registry->retired, &registry->retired_capacity,
                          registry->retired_count + 1, sizeof *registry->retired);
}

int registry_set_model(struct registry *registry, struct spex_model *model, bool replace,
                       spex_error *error)
{
    int status = SPEX_OK;
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = make_room(registry) ? intern(registry, model->name) : NULL;
    if (!workflow) {
        status = error_memory(error);
    } else if (workflow->model && !replace) {
        status = error_place(error, model->source ? model->source : model->name, 0, 0,
                             "a second model of %s; the first is %s: remove one", model->name,
                             workflow->model->source ? workflow->model->source : "elsewhere");
    } else {
        retire(registry, (struct retired){workflow->model, workflow->unreadable, 0});
        workflow->model = model;
        workflow->model_number = ++registry->models;
        workflow->unreadable = NULL;
        model = NULL;
    }
    pthread_rwlock_unlock(&registry->lock);
    spex_model_free(model);
    return status;
}

int registry_drop_model(struct registry *registry, const char *name, spex_error *error)
{
    int status = SPEX_OK;
    pthread_rwlock_wrlock(&registry->lock);
    uint32_t symbol = symbols_find(&registry->names, name);
    struct workflow *workflow = symbol == SYMBOL_NONE ? NULL : registry->items[symbol];
    if (!make_room(registry)) {
        status = error_memory(error);
    } else if (workflow) {
        retire(registry, (struct retired){workflow->model, NULL, 0});
        workflow->model = NULL;
    }
    pthread_rwlock_unlock(&registry->lock);
    return status;
}

int registry_copy_model(struct registry *registry, const char *name, struct spex_model **model,
                        spex_error *error)
{
    int status = SPEX_OK;
    *model = NULL;
    pthread_rwlock_rdlock(&registry->lock);
    uint32_t symbol = symbols_find(&registry->names, name);
    const struct spex_model *found = symbol == SYMBOL_NONE ? NULL : registry->items[symbol]->model;
    if (found && !(*model = model_copy(found)))
        status = error_memory(error);
    pthread_rwlock_unlock(&registry->lock);
    return status;
}

void registry_collect(struct registry *registry, uint64_t oldest)
{
    size_t kept = 0;
    pthread_rwlock_wrlock(&registry->lock);
    for (size_t i = 0; i < registry->retired_count; i++)
        if (registry->retired[i].epoch < oldest)
            free_retired(&registry->retired[i]);
        else
            registry->retired[kept++] = registry->retired[i];
    registry->retired_count = kept;
    pthread_rwlock_unlock(&registry->lock);
}

int registry_set_unreadable(struct registry *registry, const char *name, const char *why,
                            spex_error *error)
{
    char *copy = memory_copy_text(why);
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = copy ? intern(registry, name) : NULL;
    if (workflow && !workflow->unreadable) {
        workflow->unreadable = copy;
        copy = NULL;
    }
    pthread_rwlock_unlock(&registry->lock);
    free(copy);
    return workflow ? SPEX_OK : error_memory(error);
}

int registry_set_learning(struct registry *registry, const char *name, spex_error *error)
{
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = intern(registry, name);
    if (workflow)
        workflow->learning = true;
    pthread_rwlock_unlock(&registry->lock);
    return workflow ? SPEX_OK : error_memory(error);
}

struct workflow registry_find(struct registry *registry, const char *name)
{
    struct workflow found = {0};
    pthread_rwlock_rdlock(&registry->lock);
    uint32_t symbol = symbols_find(&registry->names, name);
    if (symbol != SYMBOL_NONE)
        found = *registry->items[symbol];
    pthread_rwlock_unlock(&registry->lock);
    return found;
}

bool registry_at(struct registry *registry, uint32_t index, struct workflow *workflow)
{
    pthread_rwlock_rdlock(&registry->lock);
    bool there = index < registry->names.count;
    if (there)
        *workflow = *registry->items[index];
    pthread_rwlock_unlock(&registry->lock);
    return there;
}
