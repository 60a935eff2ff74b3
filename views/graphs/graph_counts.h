/*
 * What the store knows of one specification, for its graphs: where the instances are and
 * how often each transition was observed. Read by a job, then shared and never changed.
 */
#ifndef VIEWS_GRAPH_COUNTS_H
#define VIEWS_GRAPH_COUNTS_H

#include "views/explorer.h"

struct graph_counts {
    atomic_int references;
    struct state_count *states; /* in byte order of the state */
    size_t state_count;
    struct observed_transition *observed; /* in byte order of (from, action, to) */
    size_t observed_count;
    uint64_t most; /* of the observed ones, initialisations left out */
};

struct graph_counts *graph_counts_keep(struct graph_counts *counts);
void graph_counts_drop(struct graph_counts *counts);
/* NULL: nothing known (also of no counts). */
const struct state_count *graph_counts_state(const struct graph_counts *counts, const char *state);
const struct observed_transition *graph_counts_transition(const struct graph_counts *counts,
                                                          const char *from, const char *action,
                                                          const char *to);
/* How much is known: without any observation nothing can be called never observed. */
bool graph_counts_any(const struct graph_counts *counts);
/* 0: never, 1 .. 4: seldom .. often, by orders of magnitude below the most frequent one. */
int graph_counts_heat(const struct graph_counts *counts, uint64_t count);
/* At most four columns: "12", "1.2k", "35M". */
void short_count(uint64_t count, char text[16]);

/* Asks for the counts of the selected specification if the store changed since; `ready`
 * is called on the loop with new ones, which are the callee's to drop. */
struct counts_query {
    struct explorer *explorer;
    uint64_t version; /* of the workspace when last asked */
    char *specification;
    void (*ready)(void *context, struct graph_counts *counts);
    void *context;
};
void counts_query_run(struct counts_query *query);
void counts_query_release(struct counts_query *query);

#endif
