/*
 * Slow work off the event loop: each lane is a thread with a queue. A job runs on
 * its lane, then is finished on the loop's thread by jobs_finish, so views never lock.
 */
#ifndef VIEWS_JOBS_H
#define VIEWS_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/progress.h"
#include "spex.h"

enum lane {
    LANE_STORE, /* short reads of the store, in order */
    LANE_ROWS,  /* pages of instances, which may take long */
    LANE_COUNT, /* how many there are, which may take longer */
    LANE_WRITE, /* what changes the store, in order */
    LANE_WORK,  /* checks, exports */
    LANE_LEFT,  /* layouts and pictures, which do not wait for a long check: */
    LANE_RIGHT, /* of the specification, of the model */
    LANES
};

/* Embedded as the first member of a job's own struct. */
struct job {
    const char *what; /* shown while it runs long: "checking Order" */
    enum lane lane;
    void (*run)(struct job *job);     /* on the lane's thread */
    void (*finish)(struct job *job);  /* on the loop's thread; NULL: none */
    void (*show)(struct job *job);    /* on the loop's thread, after jobs_show; NULL: none */
    void (*release)(struct job *job); /* frees it, on the loop's thread, always */
    bool may_end;                     /* C-c ends it, as everything from the work lane on */
    atomic_bool cancelled;
    _Atomic double part; /* progress 0 .. 1; negative: unknown */
    struct job *next;
    bool showing; /* the jobs' own */
};

/* For what a job calls: whether it is to end, and where it tells how far it is. */
bool job_cancelled(void *job);
struct progress job_progress(struct job *job);

struct jobs;

struct jobs *jobs_create(const spex_clock *clock);
/* Cancels what runs, drops what waits, ends the threads. */
void jobs_free(struct jobs *jobs);
/* Takes the job over. */
void jobs_submit(struct jobs *jobs, struct job *job);
/* From a job's own `run`: it has something to show before it is done. */
void jobs_show(struct jobs *jobs, struct job *job);
/* Finishes all jobs that have run and shows those that want it; answers how many. */
int jobs_finish(struct jobs *jobs);
/* A descriptor that is readable when jobs_finish has something to do. */
int jobs_descriptor(const struct jobs *jobs);
/* What has been running for longer than `microseconds`, with its progress and whether
 * jobs_cancel would end it; NULL: nothing. */
const char *jobs_running(struct jobs *jobs, int64_t microseconds, double *part, bool *cancellable);
/* Asks to end early: whatever runs or waits from the work lane on, and all that may end. */
bool jobs_cancel(struct jobs *jobs);
/* Waits until a job is done, and finishes it; at once if nothing runs or waits. */
void jobs_wait(struct jobs *jobs);
/* Waits until nothing runs or waits, finishing all: for tests and the end. */
void jobs_settle(struct jobs *jobs);

#endif
