#include "manager/model_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/manager.h"

enum { MODEL_LIMIT = 256 << 20, LOOK_INTERVAL = 1000000 /* microseconds */ };

static int64_t monotonic(const struct spex_manager *manager)
{
    return manager->options.clock.monotonic(manager->options.clock.context);
}

void model_files_init(struct model_files *files)
{
    memset(files, 0, sizeof *files);
    pthread_mutex_init(&files->mutex, NULL);
}

static void forget(struct model_file *file)
{
    free(file->path);
    free(file->name);
}

void model_files_release(struct model_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        forget(&files->items[i]);
    free(files->items);
    pthread_mutex_destroy(&files->mutex);
}

/* -------------------------------------------------------- one file */

int model_file_read(const char *path, uint64_t hash[2], struct spex_model **model,
                    spex_error *error)
{
    char *bytes;
    size_t length;
    *model = NULL;
    int status = file_read(path, MODEL_LIMIT, &bytes, &length, error);
    if (status)
        return status;
    XXH128_hash_t whole = XXH3_128bits(bytes, length);
    bool known = hash && hash[0] == whole.low64 && hash[1] == whole.high64;
    if (hash) {
        hash[0] = whole.low64;
        hash[1] = whole.high64;
    }
    if (!known)
        status = model_read(path, bytes, length, model, error);
    free(bytes);
    return status;
}

static bool same_stamp(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino &&
           left->st_size == right->st_size && left->st_mtim.tv_sec == right->st_mtim.tv_sec &&
           left->st_mtim.tv_nsec == right->st_mtim.tv_nsec;
}

/* The file's model takes the place of the one it gave before. */
static int use(struct spex_manager *manager, struct model_file *file, struct spex_model *model,
               spex_error *error)
{
    struct registry *registry = &manager->registry;
    bool again = file->name && strcmp(file->name, model->name) == 0;
    char *name = memory_copy_text(model->name);
    if (!name) {
        spex_model_free(model);
        return error_memory(error);
    }
    int status = registry_set_model(registry, model, again, error);
    if (status) {
        free(name);
        return status;
    }
    if (file->name && !again)
        registry_drop_model(registry, file->name, NULL);
    free(file->name);
    file->name = name;
    return SPEX_OK;
}

/* Reads the file if it is another one than at the last look. What cannot be read is not
 * tried again before it changes, except for want of memory. */
static int look_at(struct spex_manager *manager, struct model_file *file, spex_error *error)
{
    struct stat about;
    if (stat(file->path, &about) < 0)
        return error_system(error, "cannot open %s", file->path);
    bool changed = !same_stamp(&about, &file->about);
    if (changed)
        file->told = false;
    if (!changed && file->settled)
        return SPEX_OK;
    uint64_t hash[2] = {file->hash[0], file->hash[1]};
    struct spex_model *model;
    int status = model_file_read(file->path, hash, &model, error);
    if (!status && model)
        status = use(manager, file, model, error);
    if (status == SPEX_ERROR_MEMORY)
        return status;
    file->settled = !changed && memcmp(file->hash, hash, sizeof hash) == 0;
    file->about = about;
    memcpy(file->hash, hash, sizeof hash);
    return status;
}

/* -------------------------------------------------------- the folder */

static struct model_file *file_of(struct model_files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->items[i].path, path) == 0)
            return &files->items[i];
    char *copy = memory_copy_text(path);
    if (!copy ||
        !memory_reserve(&files->items, &files->capacity, files->count + 1, sizeof *files->items)) {
        free(copy);
        return NULL;
    }
    struct model_file *file = &files->items[files->count++];
    *file = (struct model_file){.path = copy};
    return file;
}

/* A folder that is not there is no models. */
static int list_folder(struct spex_manager *manager, char ***paths, size_t *count,
                       spex_error *error)
{
    const char *directory = manager->options.impl_models_dir;
    *paths = NULL;
    *count = 0;
    if (access(directory, F_OK) < 0 && errno == ENOENT)
        return SPEX_OK;
    return file_list(directory, ".spex", paths, count, error);
}

/* A tool that looks at many workflows goes on without the one whose model is bad. */
static int pass_over(struct spex_manager *manager, const char *path, spex_error *error)
{
    const char *file = file_name(path);
    char *name = memory_copy_bytes(file, strlen(file) - strlen(file_ending(path)));
    int status = name ? registry_set_unreadable(&manager->registry, name, error->message, error)
                      : error_memory(error);
    free(name);
    return status;
}

int model_files_open(struct spex_manager *manager, spex_error *error)
{
    char **paths;
    size_t count;
    spex_error failure;
    int status = list_folder(manager, &paths, &count, &failure);
    for (size_t i = 0; !status && i < count; i++) {
        struct model_file *file = file_of(&manager->files, paths[i]);
        status = file ? look_at(manager, file, &failure) : error_memory(&failure);
        if (status && status != SPEX_ERROR_MEMORY && manager->options.passive)
            status = pass_over(manager, paths[i], &failure);
    }
    file_list_free(paths, count);
    if (status && error)
        *error = failure;
    atomic_store(&manager->files.next, monotonic(manager) + LOOK_INTERVAL);
    return status;
}

/* A second model of the specification was refused while the first was there. */
static void let_others_try(struct model_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (!files->items[i].name) {
            files->items[i].settled = false;
            memset(files->items[i].hash, 0, sizeof files->items[i].hash);
        }
}

/* What one look did not find is left for the next to confirm. */
static void drop_missing(struct spex_manager *manager)
{
    struct model_files *files = &manager->files;
    size_t kept = 0, gone = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct model_file *file = &files->items[i];
        if (file->listed || !file->missed) {
            file->missed = !file->listed;
            files->items[kept++] = *file;
            continue;
        }
        if (file->name && registry_drop_model(&manager->registry, file->name, NULL)) {
            files->items[kept++] = *file; /* no memory: later */
            continue;
        }
        if (file->name) {
            manager_log(manager, "%s is gone: there is no model file of %s any more", file->path,
                        file->name);
            gone++;
        }
        forget(file);
    }
    files->count = kept;
    if (gone)
        let_others_try(files);
}

static void look(struct spex_manager *manager)
{
    struct model_files *files = &manager->files;
    char **paths;
    size_t count;
    spex_error error;
    if (list_folder(manager, &paths, &count, &error)) {
        if (!files->folder_failed)
            manager_log(manager, "%s; the models read before are still used", error.message);
        files->folder_failed = true;
        return;
    }
    files->folder_failed = false;
    for (size_t i = 0; i < files->count; i++)
        files->items[i].listed = false;
    for (size_t i = 0; i < count; i++) {
        struct model_file *file = file_of(files, paths[i]);
        int status = file ? look_at(manager, file, &error) : SPEX_OK;
        if (!file)
            continue;
        file->listed = true;
        if (status == SPEX_ERROR_MEMORY)
            continue;
        if (status && !file->told)
            manager_log(manager, "%s; %s", error.message,
                        file->name ? "its model is used as it was" : "it is not used");
        file->told = status != SPEX_OK;
    }
    file_list_free(paths, count);
    drop_missing(manager);
}

/* The epoch of the oldest batch at work. */
static uint64_t oldest_epoch(struct spex_manager *manager)
{
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < manager->store.shards; i++) {
        uint64_t epoch = atomic_load(&manager->servers[i].epoch);
        if (epoch && epoch < oldest)
            oldest = epoch;
    }
    return oldest;
}

void model_files_look(struct spex_manager *manager)
{
    struct model_files *files = &manager->files;
    int64_t now = monotonic(manager);
    if (now < atomic_load(&files->next) || pthread_mutex_trylock(&files->mutex))
        return;
    if (now >= atomic_load(&files->next)) {
        look(manager);
        registry_collect(&manager->registry, oldest_epoch(manager));
        atomic_store(&files->next, now + LOOK_INTERVAL);
    }
    pthread_mutex_unlock(&files->mutex);
}

void model_files_enter(struct server *server)
{
    atomic_store(&server->epoch, atomic_load(&server->manager->registry.epoch));
}

void model_files_leave(struct server *server)
{
    atomic_store(&server->epoch, 0);
}
