/*
 * Files become entries one by one; what is wrong with one never hides another. Of two
 * files for one name the first stays (for models: the one called after its
 * specification) and the other becomes an entry whose error names both.
 */
#include "project/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/format.h"
#include "format/lines.h"
#include "project/lts_files.h"

/* Entries while they are gathered; in their own order until the end. */
struct gathering {
    struct project_entry *entries;
    size_t count;
    size_t capacity;
    bool lacking; /* there are no specifications: of no model need be said that it has none */
    size_t orphans;
};

static struct project_entry *add_entry(struct gathering *gathering, const char *path)
{
    if (!memory_reserve(&gathering->entries, &gathering->capacity, gathering->count + 1,
                        sizeof *gathering->entries))
        return NULL;
    struct project_entry *entry = &gathering->entries[gathering->count];
    *entry = (struct project_entry){.path = memory_copy_text(path)};
    if (!entry->path)
        return NULL;
    gathering->count++;
    return entry;
}

/* A file that is no specification, with the reason. */
static int add_error(struct gathering *gathering, const char *path, const spex_error *reason,
                     spex_error *error)
{
    struct project_entry *entry = add_entry(gathering, path);
    if (!entry || reason->status == SPEX_ERROR_MEMORY)
        return error_memory(error);
    entry->error = *reason;
    return SPEX_OK;
}

static struct project_entry *find(const struct gathering *gathering, const char *name)
{
    for (size_t i = 0; i < gathering->count; i++) {
        struct project_entry *entry = &gathering->entries[i];
        if (entry->specification && strcmp(entry->specification->name, name) == 0)
            return entry;
    }
    return NULL;
}

/* ------------------------------------------------------ specifications */

static int add_specification(struct gathering *gathering, const char *path,
                             struct spex_specification **specification, spex_error *error)
{
    const struct project_entry *first = find(gathering, (*specification)->name);
    if (first) {
        spex_error reason;
        error_set(&reason, SPEX_ERROR_USAGE,
                  "the specification %s stands in %s and in %s; remove or rename one of them",
                  (*specification)->name, first->path, path);
        return add_error(gathering, path, &reason, error);
    }
    struct project_entry *entry = add_entry(gathering, path);
    if (!entry)
        return error_memory(error);
    entry->specification = *specification;
    *specification = NULL;
    return SPEX_OK;
}

/* To read a pipe may be to wait for ever, and what comes of it comes once. A folder says so itself
 * when it is read. */
static int check_readable(const char *path, spex_error *error)
{
    struct stat about;
    bool other = stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
    return other ? file_check_regular(path, error) : (int)SPEX_OK;
}

/* `named`: the user asked for this very file, so an empty one is a mistake. */
static int load_specifications(struct gathering *gathering, const char *path, bool named,
                               spex_error *error)
{
    struct specification_list list;
    spex_error reason;
    if (check_readable(path, &reason) || specification_file_read(path, &list, &reason))
        return add_error(gathering, path, &reason, error);
    int status = SPEX_OK;
    if (list.count == 0 && named) {
        error_place(&reason, path, 0, 0, "expected a module with `use Spex.Specification`");
        status = add_error(gathering, path, &reason, error);
    }
    for (size_t i = 0; !status && i < list.count; i++)
        status = add_specification(gathering, path, &list.items[i], error);
    specification_list_release(&list);
    return status;
}

/* Files of the folder with one of two endings (the second may be NULL), sorted. A missing
 * folder is no files; one that cannot be read is an entry. */
static int list_folder(struct gathering *gathering, const char *folder, const char *ending,
                       const char *other_ending, char ***paths, size_t *count, spex_error *error)
{
    char **more = NULL;
    size_t more_count = 0;
    struct stat about;
    spex_error reason = {0};
    *paths = NULL;
    *count = 0;
    if (stat(folder, &about) < 0 && errno == ENOENT)
        return SPEX_OK;
    int status = file_list(folder, ending, paths, count, &reason);
    if (!status && other_ending)
        status = file_list(folder, other_ending, &more, &more_count, &reason);
    size_t capacity = *count;
    if (!status && more_count &&
        !memory_reserve(paths, &capacity, *count + more_count, sizeof **paths))
        status = error_memory(&reason);
    if (status) {
        file_list_free(more, more_count);
        file_list_free(*paths, *count);
        *paths = NULL;
        *count = 0;
        return add_error(gathering, folder, &reason, error);
    }
    for (size_t i = 0; i < more_count; i++)
        (*paths)[(*count)++] = more[i];
    free(more);
    if (*count)
        qsort(*paths, *count, sizeof **paths, text_compare);
    return SPEX_OK;
}

static int load_specs_dir(struct gathering *gathering, const char *folder, spex_error *error)
{
    char **paths;
    size_t count;
    int status = list_folder(gathering, folder, ".spec", ".ex", &paths, &count, error);
    for (size_t i = 0; !status && i < count; i++)
        status = load_specifications(gathering, paths[i], false, error);
    file_list_free(paths, count);
    return status;
}

static bool same_file(const struct stat *one, const char *path)
{
    struct stat other;
    return path && stat(path, &other) == 0 && one->st_dev == other.st_dev &&
           one->st_ino == other.st_ino;
}

/* The same file, under whatever name, was read before. */
static bool loaded_already(const struct gathering *gathering, const char *path)
{
    struct stat about;
    if (stat(path, &about) < 0)
        return false;
    for (size_t i = 0; i < gathering->count; i++) {
        const struct project_entry *entry = &gathering->entries[i];
        if (same_file(&about, entry->path) ||
            same_file(&about, entry->model ? entry->model->source : NULL))
            return true;
    }
    return false;
}

/* -------------------------------------------------------------- models */

/* Whether the file is called after the specification. */
static bool named_after(const char *path, const char *specification)
{
    const char *name = file_name(path);
    size_t length = (size_t)(file_ending(path) - name);
    return strlen(specification) == length && memcmp(name, specification, length) == 0;
}

static int model_unreadable(struct gathering *gathering, const char *path, const spex_error *reason,
                            spex_error *error)
{
    if (reason->status == SPEX_ERROR_MEMORY)
        return error_memory(error);
    for (size_t i = 0; i < gathering->count; i++) {
        struct project_entry *entry = &gathering->entries[i];
        if (entry->specification && !entry->model && !entry->model_error.status &&
            named_after(path, entry->specification->name)) {
            entry->model_error = *reason;
            return SPEX_OK;
        }
    }
    return add_error(gathering, path, reason, error);
}

static int model_unknown(struct gathering *gathering, const struct spex_model *model,
                         spex_error *error)
{
    char hint[SUGGESTION_SIZE] = "";
    unsigned nearest = 4;
    if (gathering->lacking) {
        gathering->orphans++;
        return SPEX_OK;
    }
    for (size_t i = 0; i < gathering->count; i++) {
        const struct spex_specification *known = gathering->entries[i].specification;
        if (known && text_distance(known->name, model->name) < nearest) {
            nearest = text_distance(known->name, model->name);
            suggestion(hint, model->name, strlen(model->name), (const char *const *)&known->name,
                       1);
        }
    }
    spex_error reason;
    error_set(&reason, SPEX_ERROR_NOT_FOUND,
              "%s: this is a model of the specification %s, which no .spec or .ex file holds%s",
              model->source, model->name, hint);
    return add_error(gathering, model->source, &reason, error);
}

/* A second file for the entry's specification: the one not called after it gives way. */
static int model_collides(struct gathering *gathering, struct project_entry *entry,
                          struct spex_model **model, spex_error *error)
{
    const char *name = (*model)->name;
    if (entry->model && named_after((*model)->source, name) &&
        !named_after(entry->model->source, name)) {
        struct spex_model *kept = *model;
        *model = entry->model;
        entry->model = kept;
    }
    spex_error reason;
    if (entry->model)
        error_set(&reason, SPEX_ERROR_USAGE,
                  "the model of %s stands in %s (used) and in %s; remove one of them", name,
                  entry->model->source, (*model)->source);
    else
        error_set(&reason, SPEX_ERROR_USAGE,
                  "the model of %s stands in %s and in another file that cannot be read (%s); "
                  "remove one of them",
                  name, (*model)->source, entry->model_error.message);
    return add_error(gathering, (*model)->source, &reason, error);
}

static int load_model(struct gathering *gathering, const char *path, spex_error *error)
{
    char *bytes = NULL;
    size_t length;
    struct spex_model *model = NULL;
    spex_error reason;
    int status = check_readable(path, &reason);
    if (!status)
        status = file_read(path, FORMAT_FILE_MAX, &bytes, &length, &reason);
    if (!status)
        status = model_read(path, bytes, length, &model, &reason);
    free(bytes);
    if (status)
        return model_unreadable(gathering, path, &reason, error);
    struct project_entry *entry = find(gathering, model->name);
    if (!entry) {
        status = model_unknown(gathering, model, error);
    } else if (entry->model || entry->model_error.status) {
        status = model_collides(gathering, entry, &model, error);
    } else {
        entry->model = model;
        model = NULL;
    }
    spex_model_free(model);
    return status;
}

static int load_models_dir(struct gathering *gathering, const char *folder, spex_error *error)
{
    char **paths;
    size_t count;
    int status = list_folder(gathering, folder, ".spex", NULL, &paths, &count, error);
    for (size_t i = 0; !status && i < count; i++)
        status = load_model(gathering, paths[i], error);
    file_list_free(paths, count);
    return status;
}

/* ------------------------------------------------------------- project */

static bool is_model_file(const char *path)
{
    return strcmp(file_ending(path), ".spex") == 0;
}

void project_entry_release(struct project_entry *entry)
{
    spex_specification_free(entry->specification);
    spex_model_free(entry->model);
    specification_warnings_release(&entry->warnings);
    for (int side = 0; entry->systems && side < 2; side++)
        lts_release(&entry->systems[side]);
    free(entry->systems);
    free(entry->path);
}

static int load_lts_files(struct gathering *gathering, char *const *files, size_t count,
                          spex_error *error)
{
    struct project_entry read;
    int status = lts_files_read(files, count, &read, error);
    if (status || !read.path)
        return status;
    struct project_entry *entry = add_entry(gathering, read.path);
    if (!entry) {
        project_entry_release(&read);
        return error_memory(error);
    }
    free(entry->path);
    *entry = read;
    return SPEX_OK;
}

static int compare_entries(const void *left, const void *right)
{
    const struct project_entry *one = left, *other = right;
    if (!one->specification != !other->specification)
        return one->specification ? -1 : 1;
    int order =
        one->specification ? strcmp(one->specification->name, other->specification->name) : 0;
    if (!order)
        order = strcmp(one->path, other->path);
    return order ? order : strcmp(one->error.message, other->error.message);
}

int project_load(struct project *project, const struct project_options *options, char *const *files,
                 size_t file_count, spex_error *error)
{
    struct gathering gathering = {0};
    int status = load_specs_dir(&gathering, options->specs_dir, error);
    for (size_t i = 0; !status && i < file_count; i++)
        if (!is_model_file(files[i]) && !lts_file(files[i]) &&
            !loaded_already(&gathering, files[i]))
            status = load_specifications(&gathering, files[i], true, error);
    gathering.lacking = gathering.count == 0;
    if (!status)
        status = load_lts_files(&gathering, files, file_count, error);
    if (!status)
        status = load_models_dir(&gathering, options->impl_models_dir, error);
    for (size_t i = 0; !status && i < file_count; i++)
        if (is_model_file(files[i]) && !loaded_already(&gathering, files[i]))
            status = load_model(&gathering, files[i], error);
    if (gathering.count)
        qsort(gathering.entries, gathering.count, sizeof *gathering.entries, compare_entries);
    project->entries = gathering.entries;
    project->count = gathering.count;
    project->orphans = gathering.orphans;
    if (status)
        project_release(project);
    return status;
}

void project_release(struct project *project)
{
    for (size_t i = 0; i < project->count; i++)
        project_entry_release(&project->entries[i]);
    free(project->entries);
    *project = (struct project){0};
}

void project_lacking(const struct project *project, const struct project_options *options,
                     struct text *text)
{
    const char *folder = options->specs_dir;
    char *below = file_join(folder, "specs");
    text_printf(text, "there are no specifications in %s", folder);
    if (project->orphans)
        text_printf(text, ", and %zu model%s in %s", project->orphans,
                    project->orphans > 1 ? "s" : "", options->impl_models_dir);
    if (below && access(below, F_OK) == 0)
        text_printf(text, ": name %s with --specs, or the project %s without it", below, folder);
    else
        text_append(text, ": name their folder with --specs");
    text->failed |= !below;
    free(below);
}

int project_warn(struct project *project, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < project->count; i++) {
        struct project_entry *entry = &project->entries[i];
        if (entry->specification && !entry->lts && !entry->warnings.items)
            status = specification_warnings_find(entry->specification, &entry->warnings, error);
    }
    return status;
}

const struct project_entry *project_find(const struct project *project, const char *name)
{
    size_t low = 0, high = project->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct project_entry *entry = &project->entries[middle];
        int order = entry->specification ? strcmp(entry->specification->name, name) : 1;
        if (order == 0)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static uint64_t fingerprint_file(const char *path, uint64_t print)
{
    struct stat about;
    int64_t facts[4] = {-1, 0, 0, 0};
    if (stat(path, &about) == 0) {
        facts[0] = about.st_size;
        facts[1] = about.st_mtim.tv_sec;
        facts[2] = about.st_mtim.tv_nsec;
        facts[3] = (int64_t)about.st_ino;
    }
    print = XXH3_64bits_withSeed(path, strlen(path), print);
    return XXH3_64bits_withSeed(facts, sizeof facts, print);
}

static uint64_t fingerprint_files(const char *folder, const char *ending, uint64_t print)
{
    char **paths;
    size_t count;
    if (file_list(folder, ending, &paths, &count, NULL))
        return XXH3_64bits_withSeed(ending, strlen(ending), print);
    for (size_t i = 0; i < count; i++)
        print = fingerprint_file(paths[i], print);
    file_list_free(paths, count);
    return print;
}

uint64_t project_fingerprint(const struct project_options *options, char *const *files,
                             size_t file_count)
{
    uint64_t print = fingerprint_files(options->specs_dir, ".spec", 1);
    print = fingerprint_files(options->specs_dir, ".ex", print);
    print = fingerprint_files(options->impl_models_dir, ".spex", print);
    for (size_t i = 0; i < file_count; i++)
        print = fingerprint_file(files[i], print);
    return print;
}

int project_lts(const struct project_entry *entry, struct lts *specification,
                struct lts *implementation, spex_error *error)
{
    memset(specification, 0, sizeof *specification);
    memset(implementation, 0, sizeof *implementation);
    if (!entry->specification)
        return error_set(error, SPEX_ERROR_USAGE, "%s", entry->error.message);
    int status = entry->systems
                     ? lts_copy(specification, &entry->systems[0], error)
                     : lts_from_specification(specification, entry->specification, true, error);
    if (!status && entry->model)
        status = entry->systems ? lts_copy(implementation, &entry->systems[1], error)
                                : lts_from_model(implementation, entry->model, true, error);
    if (status)
        lts_release(specification);
    return status;
}
