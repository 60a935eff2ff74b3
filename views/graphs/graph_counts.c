#include "views/graphs/graph_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct graph_counts *graph_counts_keep(struct graph_counts *counts)
{
    if (counts)
        atomic_fetch_add(&counts->references, 1);
    return counts;
}

void graph_counts_drop(struct graph_counts *counts)
{
    if (!counts || atomic_fetch_sub(&counts->references, 1) > 1)
        return;
    state_counts_free(counts->states, counts->state_count);
    observed_free(counts->observed, counts->observed_count);
    free(counts);
}

static int compare_state(const void *state, const void *count)
{
    return strcmp(state, ((const struct state_count *)count)->state);
}

const struct state_count *graph_counts_state(const struct graph_counts *counts, const char *state)
{
    if (!counts || !counts->state_count)
        return NULL;
    return bsearch(state, counts->states, counts->state_count, sizeof *counts->states,
                   compare_state);
}

static int compare_observed(const void *key, const void *observed)
{
    const char *const *names = key;
    const struct observed_transition *o = observed;
    int order = strcmp(names[0], o->from);
    order = order ? order : strcmp(names[1], o->action);
    return order ? order : strcmp(names[2], o->to);
}

const struct observed_transition *graph_counts_transition(const struct graph_counts *counts,
                                                          const char *from, const char *action,
                                                          const char *to)
{
    const char *names[] = {from, action, to};
    if (!counts || !counts->observed_count)
        return NULL;
    return bsearch(names, counts->observed, counts->observed_count, sizeof *counts->observed,
                   compare_observed);
}

bool graph_counts_any(const struct graph_counts *counts)
{
    return counts && counts->most > 0;
}

int graph_counts_heat(const struct graph_counts *counts, uint64_t count)
{
    if (!counts || !count)
        return 0;
    int heat = 4;
    for (uint64_t bound = counts->most / 3; heat > 1 && count <= bound; bound /= 8)
        heat--;
    return heat;
}

void short_count(uint64_t count, char text[16])
{
    static const char units[] = "kMGTPE";
    if (count < 1000) {
        snprintf(text, 16, "%u", (unsigned)count);
        return;
    }
    int unit = 0;
    while (count >= 999500) {
        count = (count + 500) / 1000;
        unit++;
    }
    unsigned tenths = (unsigned)(count / 100);
    if (tenths < 100)
        snprintf(text, 16, "%u.%u%c", tenths / 10, tenths % 10, units[unit]);
    else
        snprintf(text, 16, "%u%c", (unsigned)((count + 500) / 1000), units[unit]);
}

/* --------------------------------------------------------------------- asking */

struct counts_job {
    struct job job;
    struct counts_query *query;
    uint64_t version;
    char *specification;
    struct observed_transition *observed;
    size_t observed_count;
};

static void counts_run(struct job *job)
{
    struct counts_job *self = (struct counts_job *)job;
    struct reader *reader;
    spex_error unused;
    /* Of a store with a damaged shard the others' counts are taken. */
    if (!workspace_reader(self->query->explorer->workspace, LANE_STORE, &reader, &unused) && reader)
        reader_observed(reader, self->specification, &self->observed, &self->observed_count,
                        &unused);
}

/* The workspace's counts of this specification, which lie side by side. */
static void copy_states(struct graph_counts *counts, const struct workspace *workspace,
                        const char *specification)
{
    counts->states = memory_allocate(workspace->count_count, sizeof *counts->states);
    for (size_t i = 0; counts->states && i < workspace->count_count; i++) {
        const struct state_count *from = &workspace->counts[i];
        if (!from->instances || strcmp(from->specification, specification) != 0)
            continue;
        struct state_count *to = &counts->states[counts->state_count];
        *to = *from;
        to->specification = NULL;
        to->state = memory_copy_text(from->state);
        if (!to->state)
            return;
        counts->state_count++;
    }
}

static void counts_finish(struct job *job)
{
    struct counts_job *self = (struct counts_job *)job;
    struct counts_query *query = self->query;
    if (self->version != query->version || !query->specification ||
        strcmp(self->specification, query->specification) != 0)
        return;
    struct graph_counts *counts = memory_allocate(1, sizeof *counts);
    if (!counts)
        return;
    atomic_init(&counts->references, 1);
    copy_states(counts, query->explorer->workspace, self->specification);
    counts->observed = self->observed;
    counts->observed_count = self->observed_count;
    self->observed = NULL;
    self->observed_count = 0;
    for (size_t i = 0; i < counts->observed_count; i++)
        if (strcmp(counts->observed[i].action, SPEX_INITIALISATION) != 0 &&
            counts->observed[i].count > counts->most)
            counts->most = counts->observed[i].count;
    query->ready(query->context, counts);
}

static void counts_release(struct job *job)
{
    struct counts_job *self = (struct counts_job *)job;
    observed_free(self->observed, self->observed_count);
    free(self->specification);
    free(self);
}

void counts_query_run(struct counts_query *query)
{
    struct explorer *explorer = query->explorer;
    const char *name = explorer->selection.specification;
    bool same = query->specification && name && strcmp(query->specification, name) == 0;
    if (!name || (same && query->version == explorer->workspace->version))
        return;
    if (!same) {
        free(query->specification);
        query->specification = memory_copy_text(name);
    }
    query->version = explorer->workspace->version;
    struct counts_job *self = memory_allocate(1, sizeof *self);
    if (!self)
        return;
    self->job = (struct job){.lane = LANE_STORE,
                             .run = counts_run,
                             .finish = counts_finish,
                             .release = counts_release,
                             .part = -1};
    self->query = query;
    self->version = query->version;
    self->specification = memory_copy_text(name);
    if (self->specification)
        jobs_submit(explorer->jobs, &self->job);
    else
        counts_release(&self->job);
}

void counts_query_release(struct counts_query *query)
{
    free(query->specification);
    query->specification = NULL;
}
