/*
 * What the explorer knows: the project's files, the store's counts, the verdicts.
 * Read by views on the loop's thread; kept fresh by jobs. Each lane has a reader of its
 * own; the manager is touched on the write lane only.
 */
#ifndef VIEWS_WORKSPACE_H
#define VIEWS_WORKSPACE_H

#include "base/text.h"
#include "check/explanation.h"
#include "project/project.h"
#include "store/reader.h"
#include "views/workspace/jobs.h"

struct model_edits;
struct printer;

struct workspace_options {
    struct project_options project;
    char **files; /* specification files named on the command line */
    size_t file_count;
    char **tables; /* the DETS tables of an Elixir project, to be offered for import */
    size_t table_count;
    bool ascii; /* what is told in words is told so */
    spex_clock clock;
    struct {
        void (*changed)(void *context); /* new data is in place */
        void *context;
    } watch;
};

/* A check of a model against its specification, with all that views show of it. */
struct check {
    char *name;       /* the specification's */
    uint64_t content; /* fingerprint of what was checked */
    bool running;
    struct job *pending; /* while it runs */
    int status;          /* SPEX_OK: the rest holds */
    spex_error error;
    bool equivalent;
    struct text reason; /* in words; empty after a "yes" */
    struct explanation *explanation;
    char *place[2]; /* after a "no": the state of each side where they begin to differ */
    struct lts sides[2];
    /* A letter's number a state of each side, the same for equivalent states; SYMBOL_NONE
     * where the other side has no equivalent state. NULL: not computed. */
    uint32_t *letters[2];
    uint32_t letter_count;
    int64_t at;
};

/* The project's files as read at one moment, or that with models as they are edited; shared
 * with running jobs. */
struct snapshot {
    atomic_int references;
    struct project project;
    struct snapshot *files; /* what was read, without the edited models; NULL: this is it */
};
struct snapshot *snapshot_keep(struct snapshot *snapshot);
void snapshot_drop(struct snapshot *snapshot);

/* A row of the overview. */
struct summary {
    const char *name;                  /* the specification's, or the bad file's */
    const struct project_entry *entry; /* NULL: only the store speaks of it */
    uint64_t instances, overdue, deviated, mocked;
    bool edited;         /* the model, and not saved */
    struct check *check; /* NULL: nothing to check */
};

struct workspace {
    struct workspace_options options;
    struct jobs *jobs;
    struct snapshot *files;    /* as they were read; NULL until then */
    struct snapshot *snapshot; /* the same, with what is edited */
    struct model_edits *edits; /* NULL: nothing is */
    uint64_t shows;            /* how often that was to be shown */
    struct summary
        *summaries; /* specifications by name, then those only in the store, then bad files */
    size_t summary_count;
    struct state_count *counts;
    size_t count_count;
    struct check **checks; /* one a specification that has a model */
    size_t check_count;
    char **shard_faults; /* one a damaged shard: "shard 2: ..." */
    size_t shard_fault_count;
    spex_error store_error; /* why there is no store to read; status SPEX_OK: there is one */
    bool store_seen;        /* there was one before */
    uint64_t version;       /* grows with every change of the store or the files */
    bool refreshing;
    struct reader *readers[LANES]; /* each its lane's only */
    struct spex_manager *manager;  /* the write lane's only */
    uint64_t fingerprint;          /* the store lane's only */
};

struct workspace *workspace_create(const struct workspace_options *options, struct jobs *jobs);
/* After jobs_free. */
void workspace_free(struct workspace *workspace);
enum refresh_extent {
    REFRESH_STORE,   /* read the store if it changed */
    REFRESH_CHANGED, /* and the files if they did */
    REFRESH_ALL      /* read everything anew */
};
void workspace_refresh(struct workspace *workspace, enum refresh_extent extent);
const struct summary *workspace_find(const struct workspace *workspace, const char *name);
int64_t workspace_now(const struct workspace *workspace);
/* What is edited changed: it is shown and checked, in a moment. */
void workspace_show(struct workspace *workspace);
/* Checks the specification (again). */
void workspace_check(struct workspace *workspace, const char *name);
/* What tells the explanation (or what `also` is) in words. */
struct printer check_printer(const struct check *check, const struct explanation *explanation,
                             bool unicode, struct text *text);

/* The lane's own reader, for its jobs: opened when first needed. NULL without a store. */
int workspace_reader(struct workspace *workspace, enum lane lane, struct reader **reader,
                     spex_error *error);
/* The lane's reader is opened afresh when it is needed next. */
void workspace_reader_close(struct workspace *workspace, enum lane lane);
/* Write lane only. A missing store is made only with `create`. */
int workspace_manager(struct workspace *workspace, struct snapshot *snapshot, bool create,
                      struct spex_manager **manager, spex_error *error);

#endif
