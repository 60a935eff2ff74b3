#include "manager/settle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "manager/manager.h"

/* A model on its way into its file. */
struct settled {
    char *path, *target; /* as it is called; what that leads to */
    struct text text;
    char *staged; /* written aside; NULL: nothing to write */
};

struct settling {
    const char *directory;
    int folder; /* descriptor, locked */
    struct model_set learned, files, added;
    struct settled *items; /* one a learned model */
};

static int read_folder(struct settling *settling, spex_error *error)
{
    char **paths;
    size_t count;
    int status = file_list(settling->directory, ".spex", &paths, &count, error);
    for (size_t i = 0; !status && i < count; i++) {
        struct spex_model *model;
        status = model_file_read(paths[i], NULL, &model, error);
        if (status)
            break;
        const struct spex_model *first = set_find(&settling->files, model->name);
        if (first) {
            status = error_place(error, paths[i], 0, 0,
                                 "a second model of %s; the first is %s: remove one", model->name,
                                 first->source);
            spex_model_free(model);
        } else {
            status = set_add(&settling->files, model, error);
        }
    }
    file_list_free(paths, count);
    return status;
}

/* Adds to `whole` what was learned, and to `news` what of it is new. */
static int join(struct spex_model *whole, struct spex_model *news, const struct spex_model *learned,
                spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < learned->transition_count; i++) {
        const struct model_transition *step = &learned->transitions[i];
        bool added;
        status = model_add(whole, step->from, step->action, step->to, &added, error);
        if (!status && added)
            status = model_add(news, step->from, step->action, step->to, NULL, error);
    }
    return status;
}

static int stage(const struct settling *settling, struct settled *item, struct spex_model *whole,
                 const struct spex_model *file, struct spex_model *news, spex_error *error)
{
    whole->learning = false;
    int status = model_render(whole, settling->directory, &item->path, &item->text, error);
    if (!status && file) {
        free(item->path);
        item->path = memory_copy_text(file->source);
        if (!item->path)
            status = error_memory(error);
    }
    if (!status && access(item->path, F_OK) == 0)
        status = file_check_regular(item->path, error);
    if (!status && (!(news->source = memory_copy_text(item->path)) ||
                    !(item->target = file_target(item->path))))
        status = error_memory(error);
    if (!status)
        status = file_stage(item->target, text_value(&item->text), item->text.length, &item->staged,
                            error);
    return status;
}

static int settle_one(struct settling *settling, size_t index, spex_error *error)
{
    const struct spex_model *learned = settling->learned.items[index];
    const struct spex_model *file = set_find(&settling->files, learned->name);
    struct spex_model *news = model_create(learned->name, false);
    struct spex_model *whole = file ? model_copy(file) : model_create(learned->name, false);
    int status = news && whole ? join(whole, news, learned, error) : error_memory(error);
    bool grown = !status && news->transition_count;
    if (grown || (!status && file && file->learning && learned->transition_count))
        status = stage(settling, &settling->items[index], whole, file, news, error);
    spex_model_free(whole);
    if (!status && grown)
        return set_add(&settling->added, news, error);
    spex_model_free(news);
    return status;
}

static int publish(struct settling *settling, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < settling->learned.count; i++) {
        struct settled *item = &settling->items[i];
        if (item->staged)
            status = file_publish(item->staged, item->target, error);
        item->staged = NULL;
    }
    /* So that the names are on disk too. */
    if (!status && settling->folder >= 0 && fsync(settling->folder) < 0 && errno != EINVAL)
        status = error_system(error, "cannot write to %s", settling->directory);
    return status;
}

static void release(struct settling *settling)
{
    for (size_t i = 0; settling->items && i < settling->learned.count; i++) {
        free(settling->items[i].path);
        free(settling->items[i].target);
        text_release(&settling->items[i].text);
        file_unstage(settling->items[i].staged);
    }
    free(settling->items);
    spex_models_free(settling->learned.items, settling->learned.count);
    spex_models_free(settling->files.items, settling->files.count);
    spex_models_free(settling->added.items, settling->added.count);
    if (settling->folder >= 0)
        close(settling->folder);
}

static int compare_models(const void *left, const void *right)
{
    return strcmp((*(struct spex_model *const *)left)->name,
                  (*(struct spex_model *const *)right)->name);
}

int models_settle(struct spex_manager *manager, const char *directory, struct spex_model ***added,
                  size_t *count, spex_error *error)
{
    struct settling settling = {.directory = directory, .folder = -1};
    *added = NULL;
    *count = 0;
    int status = models_learned(manager, NULL, &settling.learned, error);
    /* Two test programs that end at once must not forget what the other learned. */
    if (!status)
        status = file_lock_folder(directory, &settling.folder, error);
    if (!status)
        status = read_folder(&settling, error);
    if (!status && settling.learned.count) {
        qsort(settling.learned.items, settling.learned.count, sizeof *settling.learned.items,
              compare_models);
        settling.items = memory_allocate(settling.learned.count, sizeof *settling.items);
        if (!settling.items)
            status = error_memory(error);
    }
    for (size_t i = 0; !status && i < settling.learned.count; i++)
        status = settle_one(&settling, i, error);
    if (!status)
        status = publish(&settling, error);
    if (!status) {
        *added = settling.added.items;
        *count = settling.added.count;
        memset(&settling.added, 0, sizeof settling.added);
    }
    release(&settling);
    return status;
}
