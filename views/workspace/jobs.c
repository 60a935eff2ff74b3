#include "views/workspace/jobs.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

struct queue {
    struct job *first, *last;
};

struct lane_state {
    struct jobs *jobs;
    pthread_t thread;
    bool started;
    struct queue waiting;
    struct job *running;
    int64_t running_since;
    pthread_cond_t wake;
};

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t done_wake;
    struct lane_state lanes[LANES];
    struct queue done;
    spex_clock clock;
    bool closing;
    int descriptor;
};

static void push(struct queue *queue, struct job *job)
{
    job->next = NULL;
    if (queue->last)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

static struct job *pop(struct queue *queue)
{
    struct job *job = queue->first;
    if (job && !(queue->first = job->next))
        queue->last = NULL;
    return job;
}

/* A lane that is woken does not take the processor from the loop that woke it, and has a key to
 * answer. */
static void give_way(void)
{
#ifdef SCHED_BATCH
    struct sched_param none = {0};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
#endif
}

static void *lane_run(void *argument)
{
    struct lane_state *lane = argument;
    struct jobs *jobs = lane->jobs;
    give_way();
    pthread_mutex_lock(&jobs->lock);
    for (;;) {
        while (!jobs->closing && !lane->waiting.first)
            pthread_cond_wait(&lane->wake, &jobs->lock);
        if (jobs->closing)
            break;
        struct job *job = lane->running = pop(&lane->waiting);
        lane->running_since = jobs->clock.monotonic(jobs->clock.context);
        pthread_mutex_unlock(&jobs->lock);
        job->run(job);
        pthread_mutex_lock(&jobs->lock);
        lane->running = NULL;
        push(&jobs->done, job);
        uint64_t one = 1;
        if (write(jobs->descriptor, &one, sizeof one) < 0) {
            /* The counter is full: the loop is awake already. */
        }
        pthread_cond_broadcast(&jobs->done_wake);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

/* Lanes take no signals: those belong to the event loop. */
static bool start_lane(struct lane_state *lane)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    lane->started = pthread_create(&lane->thread, NULL, lane_run, lane) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return lane->started;
}

bool job_cancelled(void *job)
{
    return atomic_load(&((struct job *)job)->cancelled);
}

static bool note(void *context, const char *what, double part)
{
    struct job *job = context;
    (void)what;
    atomic_store(&job->part, part);
    return !job_cancelled(job);
}

struct progress job_progress(struct job *job)
{
    return (struct progress){note, job};
}

struct jobs *jobs_create(const spex_clock *clock)
{
    struct jobs *jobs = memory_allocate(1, sizeof *jobs);
    if (!jobs)
        return NULL;
    jobs->clock = *clock;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->done_wake, NULL);
    jobs->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool started = jobs->descriptor >= 0;
    for (int i = 0; i < LANES; i++) {
        jobs->lanes[i].jobs = jobs;
        pthread_cond_init(&jobs->lanes[i].wake, NULL);
    }
    for (int i = 0; started && i < LANES; i++)
        started = start_lane(&jobs->lanes[i]);
    if (!started) {
        jobs_free(jobs);
        return NULL;
    }
    return jobs;
}

static void release_queue(struct queue *queue)
{
    for (struct job *job; (job = pop(queue));)
        job->release(job);
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->lock);
    jobs->closing = true;
    for (int i = 0; i < LANES; i++) {
        if (jobs->lanes[i].running)
            atomic_store(&jobs->lanes[i].running->cancelled, true);
        pthread_cond_broadcast(&jobs->lanes[i].wake);
    }
    pthread_mutex_unlock(&jobs->lock);
    for (int i = 0; i < LANES; i++) {
        if (jobs->lanes[i].started)
            pthread_join(jobs->lanes[i].thread, NULL);
        release_queue(&jobs->lanes[i].waiting);
        pthread_cond_destroy(&jobs->lanes[i].wake);
    }
    release_queue(&jobs->done);
    if (jobs->descriptor >= 0)
        close(jobs->descriptor);
    pthread_cond_destroy(&jobs->done_wake);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}

void jobs_submit(struct jobs *jobs, struct job *job)
{
    pthread_mutex_lock(&jobs->lock);
    struct lane_state *lane = &jobs->lanes[job->lane];
    push(&lane->waiting, job);
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_show(struct jobs *jobs, struct job *job)
{
    pthread_mutex_lock(&jobs->lock);
    job->showing = true;
    pthread_mutex_unlock(&jobs->lock);
    uint64_t one = 1;
    if (write(jobs->descriptor, &one, sizeof one) < 0) {
        /* The counter is full: the loop is awake already. */
    }
}

/* The job that runs on the lane and wants to be shown. It is freed on this thread only, so
 * that it stays while it is shown, even if it ends meanwhile. */
static struct job *take_showing(struct jobs *jobs, int lane)
{
    pthread_mutex_lock(&jobs->lock);
    struct job *job = jobs->lanes[lane].running;
    if (job && !job->showing)
        job = NULL;
    if (job)
        job->showing = false;
    pthread_mutex_unlock(&jobs->lock);
    return job;
}

int jobs_finish(struct jobs *jobs)
{
    uint64_t count;
    if (read(jobs->descriptor, &count, sizeof count) < 0) {
        /* Nothing was signalled; there may still be something done. */
    }
    pthread_mutex_lock(&jobs->lock);
    struct queue done = jobs->done;
    jobs->done = (struct queue){0};
    pthread_mutex_unlock(&jobs->lock);
    int finished = 0;
    for (int i = 0; i < LANES; i++) {
        struct job *job = take_showing(jobs, i);
        if (job && job->show)
            job->show(job), finished++;
    }
    for (struct job *job; (job = pop(&done)); finished++) {
        if (job->finish)
            job->finish(job);
        job->release(job);
    }
    return finished;
}

int jobs_descriptor(const struct jobs *jobs)
{
    return jobs->descriptor;
}

const char *jobs_running(struct jobs *jobs, int64_t microseconds, double *part, bool *cancellable)
{
    const char *what = NULL;
    pthread_mutex_lock(&jobs->lock);
    int64_t now = jobs->clock.monotonic(jobs->clock.context);
    for (int i = 0; i < LANES && !what; i++) {
        struct lane_state *lane = &jobs->lanes[i];
        if (lane->running && lane->running->what && now - lane->running_since >= microseconds) {
            what = lane->running->what;
            *part = atomic_load(&lane->running->part);
            *cancellable = i >= LANE_WORK || lane->running->may_end;
        }
    }
    pthread_mutex_unlock(&jobs->lock);
    return what;
}

static bool cancel(struct job *job, int lane)
{
    if (!job || (lane < LANE_WORK && !job->may_end))
        return false;
    atomic_store(&job->cancelled, true);
    return true;
}

bool jobs_cancel(struct jobs *jobs)
{
    bool any = false;
    pthread_mutex_lock(&jobs->lock);
    for (int i = 0; i < LANES; i++) {
        any |= cancel(jobs->lanes[i].running, i);
        for (struct job *job = jobs->lanes[i].waiting.first; job; job = job->next)
            any |= cancel(job, i);
    }
    pthread_mutex_unlock(&jobs->lock);
    return any;
}

static bool idle(const struct jobs *jobs)
{
    for (int i = 0; i < LANES; i++)
        if (jobs->lanes[i].running || jobs->lanes[i].waiting.first)
            return false;
    return !jobs->done.first;
}

static bool wait_for_one(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    while (!idle(jobs) && !jobs->done.first)
        pthread_cond_wait(&jobs->done_wake, &jobs->lock);
    bool over = idle(jobs);
    pthread_mutex_unlock(&jobs->lock);
    if (!over)
        jobs_finish(jobs);
    return !over;
}

void jobs_wait(struct jobs *jobs)
{
    wait_for_one(jobs);
}

void jobs_settle(struct jobs *jobs)
{
    while (wait_for_one(jobs)) {
    }
}
