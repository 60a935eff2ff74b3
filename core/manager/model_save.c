#include "manager/model_save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/manager.h"

void model_save_release(struct model_save *save)
{
    free(save->path);
    free(save->backup);
    *save = (struct model_save){0};
}

/* What a link points to is replaced, not the link. */
static int find_path(const struct spex_model *model, char **path, spex_error *error)
{
    if (!model->source)
        return SPEX_OK;
    char *target = file_target(model->source);
    if (!target)
        return error_memory(error);
    free(*path);
    *path = target;
    return SPEX_OK;
}

/* The file as it is; *bytes NULL: there is none. */
static int read_before(struct model_save *save, char **bytes, size_t *length, spex_error *error)
{
    *bytes = NULL;
    save->content = 0;
    if (access(save->path, F_OK) < 0 && errno == ENOENT)
        return SPEX_OK;
    int status = file_check_regular(save->path, error);
    if (!status)
        status = file_read(save->path, 0, bytes, length, error);
    if (!status)
        save->content = model_content(*bytes, *length);
    return status;
}

static int keep_before(struct model_save *save, const char *bytes, size_t length, spex_error *error)
{
    struct text name = {0};
    text_printf(&name, "%s~", save->path);
    save->backup = text_take(&name);
    return save->backup
               ? file_replace_mode(save->backup, file_mode(save->path), bytes, length, error)
               : error_memory(error);
}

static int replace(struct model_save *save, const struct text *text, uint64_t expected,
                   unsigned mode, spex_error *error)
{
    char *before;
    bool anew = mode && access(save->path, F_OK) < 0;
    size_t length;
    int status = read_before(save, &before, &length, error);
    save->changed = !status && save->content != expected;
    if (!status && before && !save->changed)
        status = keep_before(save, before, length, error);
    free(before);
    if (status || save->changed)
        return status;
    status = file_replace_mode(save->path, anew ? mode : file_mode(save->path), text_value(text),
                               text->length, error);
    if (!status)
        save->content = model_content(text_value(text), text->length);
    return status;
}

int model_save(const struct spex_model *model, const char *directory, uint64_t expected,
               unsigned mode, struct model_save *save, spex_error *error)
{
    struct text text = {0};
    int folder = -1;
    *save = (struct model_save){0};
    int status = model_render(model, directory, &save->path, &text, error);
    if (!status)
        status = find_path(model, &save->path, error);
    if (!status)
        status = file_lock_folder(directory, &folder, error);
    if (!status)
        status = replace(save, &text, expected, mode, error);
    /* So that the names are on disk too. */
    if (!status && !save->changed && fsync(folder) < 0 && errno != EINVAL)
        status = error_system(error, "cannot write to %s", directory);
    if (folder >= 0)
        close(folder);
    text_release(&text);
    return status;
}
