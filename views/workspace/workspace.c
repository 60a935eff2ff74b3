#include "views/workspace/workspace.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "views/models/model_edit.h"
#include "views/workspace/workspace_internal.h"

struct snapshot *snapshot_keep(struct snapshot *snapshot)
{
    if (snapshot)
        atomic_fetch_add(&snapshot->references, 1);
    return snapshot;
}

void snapshot_drop(struct snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub(&snapshot->references, 1) != 1)
        return;
    const struct snapshot *files = snapshot->files;
    for (size_t i = 0; files && i < snapshot->project.count; i++)
        if (snapshot->project.entries[i].model != files->project.entries[i].model)
            spex_model_free(snapshot->project.entries[i].model);
    if (files)
        free(snapshot->project.entries);
    else
        project_release(&snapshot->project);
    snapshot_drop(snapshot->files);
    free(snapshot);
}

struct workspace *workspace_create(const struct workspace_options *options, struct jobs *jobs)
{
    struct workspace *workspace = memory_allocate(1, sizeof *workspace);
    if (!workspace)
        return NULL;
    workspace->options = *options;
    workspace->jobs = jobs;
    return workspace;
}

void workspace_free(struct workspace *workspace)
{
    if (!workspace)
        return;
    for (int lane = 0; lane < LANES; lane++)
        reader_close(workspace->readers[lane]);
    spex_manager_close(workspace->manager);
    snapshot_drop(workspace->snapshot);
    snapshot_drop(workspace->files);
    model_edits_free(workspace->edits);
    free(workspace->summaries);
    state_counts_free(workspace->counts, workspace->count_count);
    for (size_t i = 0; i < workspace->check_count; i++)
        check_free(workspace->checks[i]);
    free(workspace->checks);
    file_list_free(workspace->shard_faults, workspace->shard_fault_count);
    free(workspace);
}

int64_t workspace_now(const struct workspace *workspace)
{
    return workspace->options.clock.wall(workspace->options.clock.context);
}

const struct summary *workspace_find(const struct workspace *workspace, const char *name)
{
    for (size_t i = 0; name && i < workspace->summary_count; i++)
        if (strcmp(workspace->summaries[i].name, name) == 0)
            return &workspace->summaries[i];
    return NULL;
}

/* ------------------------------------------------- reader and manager */

int workspace_reader(struct workspace *workspace, enum lane lane, struct reader **reader,
                     spex_error *error)
{
    struct reader **own = &workspace->readers[lane];
    int status = SPEX_OK;
    if (!*own)
        status = reader_open(own, workspace->options.project.store_dir, &workspace->options.clock,
                             error);
    else if (lane != LANE_STORE) /* there, refreshing looks */
        reader_changed(*own);    /* shards that were replaced are opened again */
    *reader = *own;
    return status;
}

void workspace_reader_close(struct workspace *workspace, enum lane lane)
{
    reader_close(workspace->readers[lane]);
    workspace->readers[lane] = NULL;
}

/* The manager's log must not reach the screen; what matters comes back as errors and events. */
static void keep_quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

/* A specification that was added before is known already: not an error here. */
static int add_specifications(struct spex_manager *manager, const struct project *project,
                              spex_error *error)
{
    for (size_t i = 0; i < project->count; i++) {
        if (!project->entries[i].specification || project->entries[i].lts)
            continue;
        int status = spex_manager_add_specification(manager, project->entries[i].specification,
                                                    NULL, NULL, error);
        if (status && status != SPEX_ERROR_USAGE)
            return status;
    }
    return SPEX_OK;
}

int workspace_manager(struct workspace *workspace, struct snapshot *snapshot, bool create,
                      struct spex_manager **manager, spex_error *error)
{
    /* Opened for each write, so that it judges by the files as they are now. */
    spex_manager_close(workspace->manager);
    workspace->manager = NULL;
    *manager = NULL;
    if (!create) {
        const char *store = workspace->options.project.store_dir;
        char *manifest = file_join(store, "store.ini");
        bool there = manifest && access(manifest, F_OK) == 0;
        free(manifest);
        if (!there)
            return error_set(error, SPEX_ERROR_NOT_FOUND, "there is no store in %s any more",
                             store);
    }
    spex_manager_options options;
    spex_manager_options_init(&options);
    project_manager_options(&workspace->options.project, &options);
    options.passive = true;
    options.clock = workspace->options.clock;
    options.log = keep_quiet;
    int status = spex_manager_open(&workspace->manager, &options, error);
    if (!status && snapshot)
        status = add_specifications(workspace->manager, &snapshot->project, error);
    if (status) {
        spex_manager_close(workspace->manager);
        workspace->manager = NULL;
    }
    *manager = workspace->manager;
    return status;
}

/* ---------------------------------------------------------- summaries */

static struct check *find_check(const struct workspace *workspace, const char *name)
{
    for (size_t i = 0; i < workspace->check_count; i++)
        if (strcmp(workspace->checks[i]->name, name) == 0)
            return workspace->checks[i];
    return NULL;
}

static void add_counts(struct summary *summary, const struct workspace *workspace)
{
    for (size_t i = 0; i < workspace->count_count; i++) {
        const struct state_count *count = &workspace->counts[i];
        if (strcmp(count->specification, summary->name) != 0)
            continue;
        summary->instances += count->instances;
        summary->overdue += count->overdue;
        summary->deviated += count->deviated;
        summary->mocked += count->mocked;
    }
}

static int compare_summaries(const void *left, const void *right)
{
    const struct summary *a = left, *b = right;
    int rank_a = !a->entry ? 1 : a->entry->specification ? 0 : 2;
    int rank_b = !b->entry ? 1 : b->entry->specification ? 0 : 2;
    return rank_a != rank_b ? rank_a - rank_b : strcmp(a->name, b->name);
}

void workspace_summarise(struct workspace *workspace)
{
    size_t entries = workspace->snapshot ? workspace->snapshot->project.count : 0;
    struct summary *summaries =
        memory_allocate(entries + workspace->count_count, sizeof *summaries);
    if (!summaries)
        return;
    size_t count = 0;
    for (size_t i = 0; i < entries; i++) {
        const struct project_entry *entry = &workspace->snapshot->project.entries[i];
        struct summary *summary = &summaries[count++];
        summary->entry = entry;
        summary->name = entry->specification ? entry->specification->name : file_name(entry->path);
        if (!entry->specification)
            continue;
        summary->check = find_check(workspace, summary->name);
        summary->edited = model_edit_unsaved(model_edits_find(workspace->edits, summary->name)) > 0;
        add_counts(summary, workspace);
    }
    for (size_t i = 0; i < workspace->count_count; i++) {
        const char *name = workspace->counts[i].specification;
        bool known = i > 0 && strcmp(workspace->counts[i - 1].specification, name) == 0;
        for (size_t k = 0; k < entries && !known; k++)
            known = summaries[k].entry->specification && strcmp(summaries[k].name, name) == 0;
        if (known)
            continue;
        summaries[count].name = name;
        add_counts(&summaries[count++], workspace);
    }
    qsort(summaries, count, sizeof *summaries, compare_summaries);
    free(workspace->summaries);
    workspace->summaries = summaries;
    workspace->summary_count = count;
    workspace->version++;
    if (workspace->options.watch.changed)
        workspace->options.watch.changed(workspace->options.watch.context);
}
