/* Keeping the workspace fresh: a job on the store lane looks and, if needed, reads. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "project/learned.h"
#include "views/workspace/workspace_internal.h"

struct refresh {
    struct job job;
    struct workspace *workspace;
    enum refresh_extent extent;
    bool lacking;                /* there was no store, as far as is known */
    bool files_read, store_read; /* what the results below hold */
    struct snapshot *before;     /* what was loaded when this was asked for */
    struct snapshot *snapshot;
    struct state_count *counts;
    size_t count_count;
    char **faults;
    size_t fault_count;
    spex_error store_error;
};

static void read_files(struct refresh *refresh, struct reader *reader)
{
    const struct workspace_options *options = &refresh->workspace->options;
    struct snapshot *snapshot = memory_allocate(1, sizeof *snapshot);
    if (!snapshot)
        return;
    atomic_init(&snapshot->references, 1);
    if (project_load(&snapshot->project, &options->project, options->files, options->file_count,
                     NULL)) {
        free(snapshot);
        return;
    }
    project_warn(&snapshot->project, NULL);
    if (reader)
        project_join_learned(&snapshot->project, reader, &refresh->store_error);
    refresh->snapshot = snapshot;
    refresh->files_read = true;
}

static void read_faults(struct refresh *refresh, struct reader *reader)
{
    unsigned shards = reader_shard_count(reader);
    refresh->faults = memory_allocate(shards, sizeof *refresh->faults);
    for (unsigned shard = 1; refresh->faults && shard <= shards; shard++) {
        const char *fault = reader_fault(reader, shard);
        char *copy = fault ? memory_copy_text(fault) : NULL;
        if (copy)
            refresh->faults[refresh->fault_count++] = copy;
    }
}

static void read_store(struct refresh *refresh, struct reader *reader)
{
    int status =
        reader_counts(reader, &refresh->counts, &refresh->count_count, &refresh->store_error);
    /* The counts of the shards that answer are better than none. */
    refresh->store_read = true;
    read_faults(refresh, reader);
    if (status && refresh->fault_count) {
        error_clear(&refresh->store_error);
    } else if (status) {
        /* The store went away under the reader: open it afresh next time. */
        workspace_reader_close(refresh->workspace, LANE_STORE);
    }
}

static bool any_learning(const struct snapshot *snapshot)
{
    for (size_t i = 0; snapshot && i < snapshot->project.count; i++) {
        const struct project_entry *entry = &snapshot->project.entries[i];
        if (entry->specification && (!entry->model || entry->model->learning))
            return true;
    }
    return false;
}

static void refresh_run(struct job *job)
{
    struct refresh *refresh = (struct refresh *)job;
    struct workspace *workspace = refresh->workspace;
    bool all = refresh->extent == REFRESH_ALL;
    uint64_t fingerprint =
        refresh->extent == REFRESH_STORE
            ? workspace->fingerprint
            : project_fingerprint(&workspace->options.project, workspace->options.files,
                                  workspace->options.file_count);
    bool files_changed = all || fingerprint != workspace->fingerprint;
    /* A reader would go on with files that nobody else can find any more. */
    if (all || access(workspace->options.project.store_dir, F_OK) < 0)
        workspace_reader_close(workspace, LANE_STORE);
    bool was_open = workspace->readers[LANE_STORE] != NULL;
    struct reader *reader;
    int status = workspace_reader(workspace, LANE_STORE, &reader, &refresh->store_error);
    /* Who else reads on this lane may have opened one that came to be. */
    bool fresh = refresh->lacking || !was_open;
    bool store_changed = reader ? reader_changed(reader) || fresh : all;
    if (files_changed || (store_changed && any_learning(refresh->before)))
        read_files(refresh, reader);
    if (refresh->files_read)
        workspace->fingerprint = fingerprint;
    if (reader && store_changed)
        read_store(refresh, reader);
    else if (status)
        refresh->store_read = true;
}

static void refresh_finish(struct job *job)
{
    struct refresh *refresh = (struct refresh *)job;
    struct workspace *workspace = refresh->workspace;
    workspace->refreshing = false;
    bool error_changed =
        memcmp(&workspace->store_error, &refresh->store_error, sizeof workspace->store_error) != 0;
    bool changed =
        refresh->files_read || (refresh->store_read && (error_changed || refresh->counts));
    if (!changed && !error_changed)
        return;
    if (refresh->files_read) {
        workspace_take(workspace, refresh->snapshot);
        refresh->snapshot = NULL;
    }
    if (refresh->store_read) {
        state_counts_free(workspace->counts, workspace->count_count);
        workspace->counts = refresh->counts;
        workspace->count_count = refresh->count_count;
        refresh->counts = NULL;
        refresh->count_count = 0;
        file_list_free(workspace->shard_faults, workspace->shard_fault_count);
        workspace->shard_faults = refresh->faults;
        workspace->shard_fault_count = refresh->fault_count;
        refresh->faults = NULL;
        refresh->fault_count = 0;
        workspace->store_error = refresh->store_error;
        workspace->store_seen |= !refresh->store_error.status;
    }
    workspace_summarise(workspace);
}

static void refresh_release(struct job *job)
{
    struct refresh *refresh = (struct refresh *)job;
    snapshot_drop(refresh->before);
    snapshot_drop(refresh->snapshot);
    state_counts_free(refresh->counts, refresh->count_count);
    file_list_free(refresh->faults, refresh->fault_count);
    free(refresh);
}

void workspace_refresh(struct workspace *workspace, enum refresh_extent extent)
{
    if (workspace->refreshing && extent != REFRESH_ALL)
        return;
    struct refresh *refresh = memory_allocate(1, sizeof *refresh);
    if (!refresh)
        return;
    refresh->job = (struct job){.what = "reading files and store",
                                .lane = LANE_STORE,
                                .run = refresh_run,
                                .finish = refresh_finish,
                                .release = refresh_release,
                                .part = -1};
    refresh->workspace = workspace;
    refresh->before = snapshot_keep(workspace->files);
    refresh->extent = extent;
    refresh->lacking = workspace->store_error.status != SPEX_OK;
    workspace->refreshing = true;
    jobs_submit(workspace->jobs, &refresh->job);
}
