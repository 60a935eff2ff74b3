#include "project/elixir_project.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "format/elixir_config.h"
#include "format/format.h"

struct scan {
    struct elixir_project *project;
    size_t capacity;
    char *bytes; /* of the file that is looked at */
    size_t size;
    spex_error *error;
};

bool elixir_project_named(const char *argument)
{
    struct stat about;
    return stat(argument, &about) == 0 && S_ISDIR(about.st_mode);
}

bool elixir_project_program(const char *folder)
{
    static const char *const names[] = {
        "mix.exs", "lib", "apps", "spex.ini", "specs", "spex_impl_models", "spex_store"};
    bool found = false;
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++) {
        char *path = file_join(folder, names[i]);
        found = path && access(path, F_OK) == 0;
        free(path);
    }
    return found;
}

void elixir_project_none(const char *folder, struct text *text)
{
    text_printf(text,
                "%s is no project: it has no specs, spex.ini or mix.exs. If specifications lie in "
                "it, name it with --specs",
                folder);
}

/* --------------------------------------------------- specifications */

/* Most modules are none, which two words tell without reading them: whatever alias it goes
 * by, `use Spex.Specification` does not work without both. A file that cannot be read may
 * hold anything. */
static bool may_specify(struct scan *scan, const char *path, size_t *length)
{
    struct stat about;
    bool may = true;
    *length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return errno != ENOENT;
    if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode))
        may = false; /* a link to a pipe: to read it would be to wait for ever */
    else if ((size_t)about.st_size < FORMAT_FILE_MAX &&
             memory_reserve(&scan->bytes, &scan->size, (size_t)about.st_size + 1, 1)) {
        ssize_t count;
        while ((count = read(file, scan->bytes + *length, scan->size - *length)) > 0)
            *length += (size_t)count;
        may = count < 0 || *length == scan->size ||
              (memmem(scan->bytes, *length, "Specification", 13) &&
               memmem(scan->bytes, *length, "Spex", 4));
        *length = count < 0 || *length == scan->size ? 0 : *length;
    }
    close(file);
    return may;
}

/* Whether it has specifications, or a mistake because of which nobody knows. */
static bool specifies(struct scan *scan, const char *path)
{
    struct specification_list list = {0};
    size_t length;
    spex_error ignored;
    if (!may_specify(scan, path, &length))
        return false;
    int status = length ? elixir_read(path, scan->bytes, length, &list, &ignored)
                        : specification_file_read(path, &list, &ignored);
    bool some = status || list.count > 0;
    specification_list_release(&list);
    return some;
}

static int add_file(struct scan *scan, const char *path)
{
    struct elixir_project *project = scan->project;
    if (!memory_reserve(&project->files, &scan->capacity, project->file_count + 1,
                        sizeof *project->files) ||
        !(project->files[project->file_count] = memory_copy_text(path)))
        return error_memory(scan->error);
    project->file_count++;
    return SPEX_OK;
}

static int compare_entries(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static int scan_folder(struct scan *scan, const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    if (!path)
        return error_memory(scan->error);
    char *const roots[] = {path, NULL};
    /* A folder that is a link is somebody else's, or a circle. */
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, compare_entries);
    int status = tree ? SPEX_OK : error_system(scan->error, "%s", path);
    FTSENT *entry;
    while (!status && (entry = fts_read(tree))) {
        if (entry->fts_info == FTS_D && entry->fts_level > 0 && *entry->fts_name == '.')
            fts_set(tree, entry, FTS_SKIP);
        else if ((entry->fts_info == FTS_F || entry->fts_info == FTS_SL) &&
                 strcmp(file_ending(entry->fts_name), ".ex") == 0 &&
                 specifies(scan, entry->fts_path))
            status = add_file(scan, entry->fts_path);
        else if (entry->fts_info == FTS_DNR)
            status = add_file(scan, entry->fts_path); /* shown as unreadable */
    }
    if (tree)
        fts_close(tree);
    free(path);
    return status;
}

static int scan_application(struct scan *scan, const char *folder)
{
    static const char *const names[] = {"lib", "test_support", "test"};
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < sizeof names / sizeof *names; i++)
        status = scan_folder(scan, folder, names[i]);
    return status;
}

/* The applications of an umbrella project. */
static int scan_applications(struct scan *scan, const char *folder)
{
    char *apps = file_join(folder, "apps");
    if (!apps)
        return error_memory(scan->error);
    char *const roots[] = {apps, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, compare_entries);
    int status = SPEX_OK;
    for (FTSENT *entry; !status && tree && (entry = fts_read(tree));) {
        if (entry->fts_info != FTS_D || entry->fts_level < 1)
            continue;
        fts_set(tree, entry, FTS_SKIP);
        if (*entry->fts_name != '.')
            status = scan_application(scan, entry->fts_path);
    }
    if (tree)
        fts_close(tree);
    free(apps);
    return status;
}

/* --------------------------------------------------------- configuration */

enum { SETTING_MODELS, SETTING_DETS, SETTINGS };

/* Both as generous as no configuration needs. */
enum { CONFIG_FILES = 100, CONFIG_SIZE = 1 << 20 };

/* What a file sets counts more than what those of a smaller rank do: what is meant for
 * production, tests or a machine only where nothing else says anything. */
static size_t config_rank(const char *path)
{
    static const char *const names[] = {"test.exs", "prod.exs", "runtime.exs", "config.exs",
                                        "dev.exs"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(file_name(path), names[i]) == 0)
            return i + 1;
    return 0;
}

static int compare_config(const void *left, const void *right)
{
    const char *const *paths[] = {left, right};
    size_t ranks[] = {config_rank(*paths[0]), config_rank(*paths[1])};
    return ranks[0] != ranks[1] ? (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
                                : strcmp(*paths[0], *paths[1]);
}

/* The first doubt is told. */
static void doubt(struct elixir_project *project, struct text *what)
{
    if (project->doubt)
        text_release(what);
    else
        project->doubt = text_take(what);
}

/* Adds what one file sets; `computed` are the places of settings that no longer are literals. */
static int read_config(const char *path, struct elixir_setting settings[SETTINGS],
                       struct text computed[SETTINGS], struct elixir_project *project,
                       spex_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    bool before[SETTINGS];
    int status = file_read(path, CONFIG_SIZE, &bytes, &length, error);
    if (status == SPEX_ERROR_MEMORY)
        return status;
    if (status) {
        struct text what = {0};
        text_printf(&what, "%s: it is not read", error->message);
        doubt(project, &what);
        return SPEX_OK;
    }
    for (size_t i = 0; i < SETTINGS; i++) {
        before[i] = settings[i].found;
        settings[i].found = settings[i].unknown = false;
    }
    if (memmem(bytes, length, ":spex", 5))
        status = elixir_config_read(path, bytes, length, settings, SETTINGS, error);
    free(bytes);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].found || settings[i].unknown)
            text_clear(&computed[i]);
        else
            settings[i].found = before[i];
        if (settings[i].unknown)
            text_printf(&computed[i], "%s:%u: %s is no literal: the default is used", path,
                        settings[i].line, settings[i].key);
    }
    return status;
}

/* All that is in config/. */
static int read_configs(const char *folder, struct elixir_setting settings[SETTINGS],
                        struct elixir_project *project, spex_error *error)
{
    struct text computed[SETTINGS] = {{0}};
    char **paths = NULL, *config = file_join(folder, "config");
    size_t count = 0;
    int status = config ? SPEX_OK : error_memory(error);
    if (!status && elixir_project_named(config))
        status = file_list(config, ".exs", &paths, &count, error);
    if (status == SPEX_ERROR_SYSTEM) {
        struct text what = {0};
        text_printf(&what, "%s: nothing in it is read", error->message);
        doubt(project, &what);
        status = SPEX_OK;
    }
    if (count)
        qsort(paths, count, sizeof *paths, compare_config);
    size_t first = count > CONFIG_FILES ? count - CONFIG_FILES : 0;
    for (size_t i = first; !status && i < count; i++)
        status = read_config(paths[i], settings, computed, project, error);
    for (size_t i = 0; i < SETTINGS; i++)
        if (computed[i].length)
            doubt(project, &computed[i]);
        else
            text_release(&computed[i]);
    if (first) {
        struct text what = {0};
        text_printf(&what, "%s: of %zu files %d are read", config, count, CONFIG_FILES);
        doubt(project, &what);
    }
    file_list_free(paths, count);
    free(config);
    return status;
}

static char *place_of(const char *folder, const struct elixir_setting *setting,
                      const char *otherwise)
{
    const char *value =
        setting->found && setting->value.length ? text_value(&setting->value) : otherwise;
    if (strncmp(value, "./", 2) == 0)
        value += 2;
    return *value == '/' ? memory_copy_text(value) : file_join(folder, value);
}

static int find_places(const char *folder, struct elixir_project *project, spex_error *error)
{
    struct elixir_setting settings[SETTINGS] = {
        [SETTING_MODELS] = {.key = "impl_models_dir:"}, [SETTING_DETS] = {.key = "dets_dir:"}};
    int status = read_configs(folder, settings, project, error);
    if (!status) {
        project->impl_models_dir = place_of(folder, &settings[SETTING_MODELS], "spex_impl_models");
        project->dets_dir = place_of(folder, &settings[SETTING_DETS], "spex_dets");
        if (!project->impl_models_dir || !project->dets_dir)
            status = error_memory(error);
    }
    for (size_t i = 0; i < SETTINGS; i++)
        text_release(&settings[i].value);
    if (!status && elixir_project_named(project->dets_dir))
        status =
            file_list(project->dets_dir, ".dets", &project->tables, &project->table_count, error);
    return status;
}

/* ------------------------------------------------------------------ all */

int elixir_project_scan(const char *folder, struct elixir_project *project, spex_error *error)
{
    *project = (struct elixir_project){0};
    struct scan scan = {.project = project, .error = error};
    int status = scan_application(&scan, folder);
    if (!status)
        status = scan_applications(&scan, folder);
    if (!status)
        status = find_places(folder, project, error);
    free(scan.bytes);
    if (status)
        elixir_project_release(project);
    return status;
}

void elixir_project_release(struct elixir_project *project)
{
    file_list_free(project->files, project->file_count);
    file_list_free(project->tables, project->table_count);
    free(project->impl_models_dir);
    free(project->dets_dir);
    free(project->doubt);
    *project = (struct elixir_project){0};
}
