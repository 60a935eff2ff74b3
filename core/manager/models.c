/* Implementation models as they stand: the file's, and what all shards learned. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/manager.h"

/* ------------------------------------------------------------- gathering */

struct spex_model *set_find(const struct model_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->items[i]->name, name) == 0)
            return set->items[i];
    return NULL;
}

int set_add(struct model_set *set, struct spex_model *model, spex_error *error)
{
    if (!model ||
        !memory_reserve(&set->items, &set->capacity, set->count + 1, sizeof *set->items)) {
        spex_model_free(model);
        return error_memory(error);
    }
    set->items[set->count++] = model;
    return SPEX_OK;
}

/* Takes over what a shard learned. */
static int set_merge(struct model_set *set, const struct spex_model *learned, spex_error *error)
{
    struct spex_model *model = set_find(set, learned->name);
    if (!model)
        return set_add(set, model_copy(learned), error);
    model->learning |= learned->learning;
    return model_merge(model, learned, error);
}

int models_learned(struct spex_manager *manager, const char *specification, struct model_set *set,
                   spex_error *error)
{
    unsigned shards = manager->store.shards;
    struct request *requests = memory_allocate(shards, sizeof *requests);
    if (!requests)
        return error_memory(error);
    for (unsigned i = 0; i < shards; i++) {
        requests[i].kind = REQUEST_LEARNED;
        requests[i].specification = specification;
    }
    int status = manager_ask_all(manager, requests, NULL, error);
    for (unsigned i = 0; i < shards; i++) {
        if (!status && requests[i].error.status) {
            status = requests[i].error.status;
            if (error)
                *error = requests[i].error;
        }
        for (size_t k = 0; !status && k < requests[i].model_count; k++)
            status = set_merge(set, requests[i].models[k], error);
        request_release(&requests[i]);
    }
    free(requests);
    return status;
}

/* Joins what was learned, if anything was, with the model's file. */
static int join_file(struct model_set *set, struct spex_model *learned,
                     const struct spex_model *file, bool learn, spex_error *error)
{
    if (!learned)
        return set_add(set, model_copy(file), error);
    learned->learning = file->learning;
    if (!file->learning && !learn)
        learned->transition_count = 0;
    return model_merge(learned, file, error);
}

/* A model in a file is what it is, unless it is learning: then what was learned is added.
 * Without a file there is a model only where one was started. */
static int add_known(struct spex_manager *manager, const struct workflow *workflow,
                     struct model_set *set, spex_error *error)
{
    bool learn = manager->options.learn;
    struct spex_model *learned = set_find(set, workflow->name), *file;
    int status = registry_copy_model(&manager->registry, workflow->name, &file, error);
    if (!status && file)
        status = join_file(set, learned, file, learn, error);
    else if (!status && learned)
        learned->learning |= workflow->learning || (learn && learned->transition_count);
    else if (!status && workflow->learning)
        status = set_add(set, model_create(workflow->name, true), error);
    spex_model_free(file);
    return status;
}

static int add_files(struct spex_manager *manager, const char *specification, struct model_set *set,
                     spex_error *error)
{
    struct workflow workflow;
    int status = SPEX_OK;
    for (uint32_t i = 0; !status && registry_at(&manager->registry, i, &workflow); i++)
        if (!specification || strcmp(workflow.name, specification) == 0)
            status = add_known(manager, &workflow, set, error);
    return status;
}

static bool is_model(struct spex_manager *manager, const struct spex_model *model)
{
    return model->learning || registry_find(&manager->registry, model->name).model;
}

static int compare_models(const void *left, const void *right)
{
    return strcmp((*(struct spex_model *const *)left)->name,
                  (*(struct spex_model *const *)right)->name);
}

static int gather(struct spex_manager *manager, const char *specification, struct model_set *set,
                  spex_error *error)
{
    memset(set, 0, sizeof *set);
    int status = models_learned(manager, specification, set, error);
    if (!status)
        status = add_files(manager, specification, set, error);
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (!status && is_model(manager, set->items[i]))
            set->items[kept++] = set->items[i];
        else
            spex_model_free(set->items[i]);
    set->count = kept;
    if (kept)
        qsort(set->items, kept, sizeof *set->items, compare_models);
    if (status) {
        free(set->items);
        memset(set, 0, sizeof *set);
    }
    return status;
}

/* -------------------------------------------------------------- the calls */

int spex_model_get(spex_manager *manager, const char *specification, spex_model **model,
                   spex_error *error)
{
    *model = NULL;
    int status = name_check("the specification's name", specification, error);
    if (status)
        return status;
    struct model_set set;
    status = gather(manager, specification, &set, error);
    if (status)
        return status;
    if (set.count)
        *model = set.items[0];
    else
        status = error_set(error, SPEX_ERROR_NOT_FOUND, "there is no implementation model of %s",
                           specification);
    free(set.items);
    return status;
}

int spex_models_get(spex_manager *manager, spex_model ***models, size_t *count, spex_error *error)
{
    struct model_set set;
    int status = gather(manager, NULL, &set, error);
    *models = set.items;
    *count = set.count;
    return status;
}

int model_render(const struct spex_model *model, const char *directory, char **path,
                 struct text *text, spex_error *error)
{
    *path = NULL;
    if (!file_name_safe(model->name))
        return error_set(error, SPEX_ERROR_USAGE,
                         "the model of %s cannot be exported: its name is not fit for a file name",
                         model->name);
    struct text name = {0};
    text_printf(&name, "%s.spex", model->name);
    if (!name.failed)
        *path = file_join(directory, text_value(&name));
    text_release(&name);
    int status = *path ? model_write(model, text, error) : error_memory(error);
    return !status && text->failed ? error_memory(error) : status;
}

static int export_one(const struct spex_model *model, const char *directory, spex_error *error)
{
    struct text text = {0};
    char *path;
    int status = model_render(model, directory, &path, &text, error);
    char *target = status ? NULL : file_target(path);
    if (!status)
        status = target ? file_replace(target, text_value(&text), text.length, error)
                        : error_memory(error);
    free(target);
    free(path);
    text_release(&text);
    return status;
}

int spex_models_export(spex_manager *manager, const char *directory, spex_error *error)
{
    if (!directory)
        directory = manager->options.impl_models_dir;
    struct model_set set;
    int status = gather(manager, NULL, &set, error);
    if (status)
        return status;
    status = file_make_directory(directory, error);
    /* One that cannot be written keeps no other from being written. */
    for (size_t i = 0; i < set.count && status != SPEX_ERROR_SYSTEM; i++) {
        spex_error failure;
        int one = export_one(set.items[i], directory, &failure);
        if (one && !status) {
            status = one;
            if (error)
                *error = failure;
        }
    }
    spex_models_free(set.items, set.count);
    return status;
}
