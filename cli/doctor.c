/* doctor: what could be in the way here, and what to do about it. */
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/output.h"
#include "graph/graph.h"
#include "store/maintenance.h"

extern char **environ;

enum level { LEVEL_OK, LEVEL_NOTE, LEVEL_WARNING, LEVEL_PROBLEM };
static const char *const level_names[] = {"ok", "note", "warning", "problem"};

struct findings {
    bool json, failed;
    struct text text; /* in JSON */
    struct table table;
    size_t count, problems;
};

static void find(struct findings *findings, enum level level, const char *topic, const char *format,
                 ...) PRINTF_LIKE(4, 5);
static void find(struct findings *findings, enum level level, const char *topic, const char *format,
                 ...)
{
    struct text words = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&words, format, arguments);
    va_end(arguments);
    findings->problems += level == LEVEL_PROBLEM;
    if (findings->json) {
        text_printf(&findings->text, "%s\n  {\"level\":\"%s\",\"topic\":\"%s\",\"message\":",
                    findings->count ? "," : "", level_names[level], topic);
        text_append_json(&findings->text, text_value(&words));
        text_append_char(&findings->text, '}');
    } else {
        table_cell(&findings->table, level_names[level]);
        table_cell(&findings->table, topic);
        table_cell(&findings->table, text_value(&words));
    }
    findings->count++;
    findings->failed |= words.failed;
    text_release(&words);
}

/* --------------------------------------------------------------- the program */

static void look_at_program(struct findings *findings)
{
    find(findings, LEVEL_OK, "version", "spex %s", spex_version());
    if (sqlite_log_reset_fixed(sqlite3_libversion_number()))
        find(findings, LEVEL_OK, "sqlite", "%s", sqlite3_libversion());
    else
        find(findings, LEVEL_NOTE, "sqlite",
             "%s can damage a file when its log is begun anew while it is moved (fixed in 3.51.3, "
             "3.50.7 and 3.44.6); the shards' locks keep both apart: let no other program write "
             "to a store",
             sqlite3_libversion());
}

static void look_at_graphviz(struct findings *findings)
{
    struct lts lts;
    struct layout layout = {0};
    spex_error error;
    if (lts_init(&lts, &error)) {
        findings->failed = true;
        return;
    }
    lts.state_count = 2;
    int status = lts_add(&lts, 0, LTS_INTERNAL, 1, &error);
    if (!status)
        status = layout_compute(&layout, &lts, &(struct layout_options){.budget = 5000}, &error);
    if (status)
        find(findings, LEVEL_PROBLEM, "graphviz", "%s", error.message);
    else if (layout.absent)
        find(findings, LEVEL_NOTE, "graphviz",
             "not here: graphs are laid out more simply, and there are no SVG and PNG pictures");
    else if (layout.simple)
        find(findings, LEVEL_PROBLEM, "graphviz",
             "the helper program spex-graphviz does not lay a small graph out; is Graphviz whole "
             "(dot -c)?");
    else
        find(findings, LEVEL_OK, "graphviz", "lays graphs out");
    layout_release(&layout);
    lts_release(&lts);
}

/* --------------------------------------------------------------- the project */

/* access() would speak of permissions. */
static bool no_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}

/* `folder`: that of the project, where one was named; its specifications may lie anywhere. */
static void look_at_files(struct findings *findings, const struct project_options *options,
                          const struct project *project, const char *folder)
{
    size_t specifications = 0, models = 0;
    for (size_t i = 0; i < project->count; i++) {
        const struct project_entry *entry = &project->entries[i];
        specifications += entry->specification != NULL;
        models += entry->model != NULL;
        if (!entry->specification)
            find(findings, LEVEL_PROBLEM, "specifications", "%s", entry->error.message);
        if (entry->model_error.status)
            find(findings, LEVEL_PROBLEM, "models", "%s", entry->model_error.message);
        for (size_t k = 0; k < entry->warnings.count; k++)
            find(findings, LEVEL_WARNING, "specifications", "%s", entry->warnings.items[k].message);
    }
    if (project->orphans) {
        struct text text = {0};
        project_lacking(project, options, &text);
        find(findings, LEVEL_PROBLEM, "specifications", "%s", text_value(&text));
        text_release(&text);
    }
    bool there = access(options->specs_dir, F_OK) == 0;
    if (!there && folder && specifications)
        find(findings, LEVEL_OK, "specifications", "%zu in %s", specifications, folder);
    else if (!there)
        find(findings, LEVEL_NOTE, "specifications", "there is no folder %s", options->specs_dir);
    else if (no_folder(options->specs_dir))
        find(findings, LEVEL_NOTE, "specifications", "%s has to be a folder; a file is an argument",
             options->specs_dir);
    else if (access(options->specs_dir, R_OK | X_OK) != 0)
        find(findings, LEVEL_PROBLEM, "specifications", "%s cannot be read: %s", options->specs_dir,
             strerror(errno));
    else
        find(findings, LEVEL_OK, "specifications", "%zu in %s", specifications, options->specs_dir);
    if (access(options->impl_models_dir, F_OK) != 0)
        find(findings, LEVEL_NOTE, "models", "there is no folder %s yet", options->impl_models_dir);
    else if (no_folder(options->impl_models_dir))
        find(findings, LEVEL_PROBLEM, "models", "%s is not a folder", options->impl_models_dir);
    else if (access(options->impl_models_dir, W_OK | X_OK) != 0)
        find(findings, LEVEL_PROBLEM, "models", "%s cannot be written: %s",
             options->impl_models_dir, strerror(errno));
    else
        find(findings, LEVEL_OK, "models", "%zu in %s", models, options->impl_models_dir);
}

/* ----------------------------------------------------------------- the store */

static void look_at_place(struct findings *findings, const struct project_options *options,
                          const struct store_info *info)
{
    struct statvfs disk;
    if (info->file_system.kind)
        find(findings, LEVEL_PROBLEM, "file system",
             "%s, %s: locks and logs of a store do not work there; move it to a local disk",
             info->file_system.name, info->file_system.kind);
    else
        find(findings, LEVEL_OK, "file system", "%s", info->file_system.name);
    if (statvfs(options->store_dir, &disk) == 0) {
        uint64_t mebibytes = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
        find(findings, mebibytes < 64 ? LEVEL_PROBLEM : LEVEL_OK, "disk", "%" PRIu64 " MiB free",
             mebibytes);
    }
}

/* Recording makes files beside the shards, and writes to these. */
static void look_at_permissions(struct findings *findings, const struct project_options *options,
                                const struct store_info *info)
{
    size_t before = findings->problems;
    if (access(options->store_dir, W_OK | X_OK) != 0)
        find(findings, LEVEL_PROBLEM, "permissions", "nothing can be made in %s: %s",
             options->store_dir, strerror(errno));
    for (unsigned shard = 1; shard <= info->store.shards; shard++) {
        char *paths[] = {store_shard_path(&info->store, shard),
                         store_lock_path(&info->store, shard)};
        for (int i = 0; i < 2; i++) {
            if (paths[i] && access(paths[i], F_OK) == 0 && access(paths[i], R_OK | W_OK) != 0)
                find(findings, LEVEL_PROBLEM, "permissions", "%s cannot be written: %s", paths[i],
                     strerror(errno));
            free(paths[i]);
        }
    }
    if (findings->problems == before)
        find(findings, LEVEL_OK, "permissions", "the store can be read and written");
}

static void look_at_store(struct findings *findings, const struct project_options *options)
{
    struct store_info info;
    spex_error error;
    uint64_t instances = 0;
    int status = store_info_read(options->store_dir, NULL, &info, &error);
    if (status == SPEX_ERROR_NOT_FOUND)
        find(findings, LEVEL_NOTE, "store", "there is none in %s yet", options->store_dir);
    else if (status)
        find(findings, LEVEL_PROBLEM, "store", "%s", error.message);
    for (unsigned i = 0; !status && i < info.store.shards; i++) {
        instances += info.shards[i].instances;
        if (info.shards[i].fault)
            find(findings, LEVEL_PROBLEM, "store", "%s", info.shards[i].fault);
    }
    if (!status) {
        find(findings, LEVEL_OK, "store",
             "%" PRIu64 " instance%s in %u shard%s of %s; `spex store verify` reads every page",
             instances, instances == 1 ? "" : "s", info.store.shards,
             info.store.shards == 1 ? "" : "s", options->store_dir);
        look_at_place(findings, options, &info);
        look_at_permissions(findings, options, &info);
    }
    store_info_release(&info);
}

/* -------------------------------------------------------------- the explorer */

/* Beside this program, or (not yet installed) beside the folder libtool has put it in. */
static bool explorer_beside(char path[4096])
{
    char self[4000];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return false;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    char *last = strrchr(self, '/');
    if (last && strcmp(last, "/.libs") == 0)
        *last = '\0';
    snprintf(path, 4096, "%s/spex-tui", self);
    return access(path, X_OK) == 0;
}

static FILE *ask_explorer(pid_t *child)
{
    char path[4096];
    char name[] = "spex-tui", option[] = "--doctor", *arguments[] = {name, option, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    bool beside = explorer_beside(path);
    if (pipe(ends) < 0)
        return NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    int failed = beside ? posix_spawn(child, path, &actions, NULL, arguments, environ)
                        : posix_spawnp(child, "spex-tui", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *answers = failed ? NULL : fdopen(ends[0], "r");
    if (!answers)
        close(ends[0]);
    return answers;
}

static void take_answer(struct findings *findings, char *line)
{
    static const char *const topics[] = {"terminal", "colours",  "clipboard",
                                         "locale",   "settings", "history"};
    char *topic = strchr(line, '\t'), *message = topic ? strchr(topic + 1, '\t') : NULL;
    if (!message)
        return;
    *topic++ = *message++ = '\0';
    message[strcspn(message, "\n")] = '\0';
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        for (int level = 0; level <= LEVEL_PROBLEM; level++)
            if (strcmp(topics[i], topic) == 0 && strcmp(level_names[level], line) == 0)
                find(findings, (enum level)level, topics[i], "%s", message);
}

static void look_at_explorer(struct findings *findings)
{
    pid_t child;
    char *line = NULL;
    size_t capacity = 0, before = findings->count;
    FILE *answers = ask_explorer(&child);
    if (!answers) {
        find(findings, LEVEL_NOTE, "explorer", "spex-tui is not installed");
        return;
    }
    while (getline(&line, &capacity, answers) > 0)
        take_answer(findings, line);
    free(line);
    fclose(answers);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    if (findings->count == before)
        find(findings, LEVEL_PROBLEM, "explorer", "spex-tui does not answer");
}

/* ----------------------------------------------------------------------- all */

static enum answer print_all(struct findings *findings)
{
    bool printed = !findings->failed;
    if (findings->json) {
        text_append(&findings->text, "]}\n");
        struct text whole = {0};
        text_printf(&whole, "{\"fine\":%s,\"findings\":[%s", findings->problems ? "false" : "true",
                    text_value(&findings->text));
        printed &= output_text(&whole);
        text_release(&whole);
    } else {
        printed &= table_end(&findings->table);
    }
    text_release(&findings->text);
    return !printed ? ANSWER_BROKEN : findings->problems ? ANSWER_NO : ANSWER_YES;
}

static enum answer doctor(const struct invocation *invocation)
{
    static const char *const headers[] = {"", "WHAT", "FOUND"};
    struct findings findings = {.json = invocation->json};
    struct project_options options;
    struct project project;
    table_start(&findings.table, headers, 3);
    look_at_program(&findings);
    look_at_explorer(&findings);
    look_at_graphviz(&findings);
    enum answer answer = open_project(invocation, &options, &project);
    if (!answer) {
        findings.failed |= project_warn(&project, NULL) != SPEX_OK;
        look_at_files(&findings, &options, &project, project_folder(invocation));
        look_at_store(&findings, &options);
        project_release(&project);
        project_options_release(&options);
    } else {
        find(&findings, LEVEL_PROBLEM, "options",
             "cannot be used, as the message on standard error says: files and store were not "
             "looked at");
    }
    return worse(answer, print_all(&findings));
}

const struct verb doctor_verb = {
    .name = "doctor",
    .usage = "[PROJECT_DIR]",
    .summary = "what could be in the way here, and what to do about it",
    .details = "Looks at SQLite, the terminal, the settings of spex-tui, Graphviz, the project's\n"
               "files, the store and its disk. Exits with 1 if there is a problem.",
    .folder = FOLDER_SURPLUS,
    .run = doctor};
