#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

int registry_init(struct registry *registry, spex_error *error)
{
    memset(registry, 0, sizeof *registry);
    if (pthread_rwlock_init(&registry->lock, NULL))
        return error_set(error, SPEX_ERROR_SYSTEM, "cannot make a lock");
    pthread_mutex_init(&registry->deciding, NULL);
    pthread_cond_init(&registry->decided, NULL);
    return SPEX_OK;
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

int registry_add_model(struct registry *registry, struct spex_model *model, spex_error *error)
{
    int status = SPEX_OK;
    pthread_rwlock_wrlock(&registry->lock);
    struct workflow *workflow = intern(registry, model->name);
    if (!workflow)
        status = error_memory(error);
    else if (workflow->model)
        status = error_place(error, model->source ? model->source : model->name, 0, 0,
                             "a second model of %s; the first is %s: remove one", model->name,
                             workflow->model->source ? workflow->model->source : "elsewhere");
    else
        workflow->model = model;
    pthread_rwlock_unlock(&registry->lock);
    if (status)
        spex_model_free(model);
    return status;
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
