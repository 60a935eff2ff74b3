#include "project/lts_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"

struct pair {
    const char *paths[2];
    size_t count; /* of LTS files; two of them at most are of use */
    struct lts sides[2];
    bool has_tau;
    size_t at; /* the file at hand: of which an error is */
};

static bool dot_file(const char *path)
{
    const char *ending = file_ending(path);
    return strcmp(ending, ".dot") == 0 || strcmp(ending, ".gv") == 0;
}

bool lts_file(const char *path)
{
    return dot_file(path) || strcmp(file_ending(path), ".aut") == 0;
}

static struct pair find_files(char *const *files, size_t count)
{
    struct pair pair = {.count = 0};
    for (size_t i = 0; i < count; i++)
        if (lts_file(files[i])) {
            if (pair.count < 2)
                pair.paths[pair.count] = files[i];
            pair.count++;
        }
    return pair;
}

char *lts_files_name(char *const *files, size_t count)
{
    struct pair pair = find_files(files, count);
    struct text name = {0};
    if (!pair.count)
        return NULL;
    text_append_visible(&name, file_name(pair.paths[0]));
    if (pair.count > 1) {
        text_append(&name, ", ");
        text_append_visible(&name, file_name(pair.paths[1]));
    }
    return text_take(&name);
}

static int read_side(struct pair *pair, size_t side, spex_error *error)
{
    const char *path = pair->paths[side];
    char *bytes = NULL;
    size_t length;
    int file, status;
    bool met = false;
    if (dot_file(path)) {
        status = file_read(path, FORMAT_FILE_MAX, &bytes, &length, error);
        if (!status)
            status = dot_read(path, bytes, length, NULL, &pair->sides[side], error);
        free(bytes);
        return status;
    }
    status = file_open(path, &file, &length, error);
    if (status)
        return status;
    status = aut_read_open(path, file, length, "tau", &met, &pair->sides[side], error);
    close(file);
    pair->has_tau |= met;
    return status;
}

static int hide(struct pair *pair, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && !pair->has_tau && i < pair->count; i++)
        if (!dot_file(pair->paths[i]))
            status = lts_hide(&pair->sides[i], "i", error);
    return status;
}

static int make_side(struct pair *pair, size_t side, const char *name, struct project_entry *entry)
{
    const struct lts *lts = &pair->sides[side];
    spex_error reason;
    int status = side == 0 ? lts_to_specification(lts, name, true, &entry->specification, &reason)
                           : lts_to_model(lts, name, &entry->model, &reason);
    if (status)
        return error_set(&entry->error, status, "%s: %s", pair->paths[side], reason.message);
    if (side == 1 && !(entry->model->source = memory_copy_text(pair->paths[side])))
        return error_memory(&entry->error);
    return SPEX_OK;
}

static int make_sides(struct pair *pair, const char *name, struct project_entry *entry)
{
    int status = hide(pair, &entry->error);
    for (pair->at = 0; !status && pair->at < pair->count; pair->at += !status)
        status = make_side(pair, pair->at, name, entry);
    if (!status && !(entry->systems = memory_allocate(2, sizeof *entry->systems)))
        status = error_memory(&entry->error);
    for (size_t i = 0; !status && i < 2; i++) {
        entry->systems[i] = pair->sides[i];
        pair->sides[i] = (struct lts){0};
    }
    return status;
}

int lts_files_read(char *const *files, size_t count, struct project_entry *entry, spex_error *error)
{
    struct pair pair = find_files(files, count);
    *entry = (struct project_entry){.lts = pair.count > 0};
    if (!pair.count)
        return SPEX_OK;
    char *name = lts_files_name(files, count);
    int status = name ? SPEX_OK : error_memory(&entry->error);
    if (!status && pair.count > 2)
        status =
            error_set(&entry->error, SPEX_ERROR_USAGE,
                      "%zu LTS files are too many: one is shown, two are compared", pair.count);
    for (; !status && pair.at < pair.count; pair.at += !status)
        status = read_side(&pair, pair.at, &entry->error);
    if (!status)
        status = make_sides(&pair, name, entry);
    entry->path = memory_copy_text(pair.paths[status && pair.at < 2 ? pair.at : 0]);
    if (!entry->path)
        status = error_memory(&entry->error);
    for (size_t i = 0; i < 2; i++)
        lts_release(&pair.sides[i]);
    free(name);
    if (status == SPEX_ERROR_MEMORY) {
        project_entry_release(entry);
        return error_memory(error);
    }
    if (status) {
        spex_specification_free(entry->specification);
        spex_model_free(entry->model);
        entry->specification = NULL;
        entry->model = NULL;
    }
    return SPEX_OK;
}
