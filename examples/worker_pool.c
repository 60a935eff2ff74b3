/*
 * A pool of workers, as behind a web server: requests come in on standard input, wait in a
 * queue and are worked off by some threads, which report each step of an order.
 *
 *     worker_pool SPECIFICATION MODELS STORE < requests
 *
 * A request is a line "buy ID", "ship ID" or "cancel ID"; workers answer a line each. What
 * leaves the behaviour that the model allows is told on standard error at once: this shop
 * ships what was not paid for, when it is asked to. SIGTERM and SIGINT end it as the end of
 * the input does: what is in the queue is worked off, nothing that was answered is lost.
 *
 * Build: cc worker_pool.c $(pkg-config --cflags --libs spex) -pthread
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spex.h"

enum { WORKERS = 4, QUEUE = 64, LINE = 128 };

/* ------------------------------------------------------------- the queue */

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char requests[QUEUE][LINE];
    size_t first, count;
    bool closed;
};

static void queue_put(struct queue *queue, const char *request)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == QUEUE)
        pthread_cond_wait(&queue->changed, &queue->mutex);
    snprintf(queue->requests[(queue->first + queue->count++) % QUEUE], LINE, "%s", request);
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

/* False: there will be no more. */
static bool queue_take(struct queue *queue, char request[LINE])
{
    pthread_mutex_lock(&queue->mutex);
    while (!queue->count && !queue->closed)
        pthread_cond_wait(&queue->changed, &queue->mutex);
    bool taken = queue->count > 0;
    if (taken) {
        memcpy(request, queue->requests[queue->first], LINE);
        queue->first = (queue->first + 1) % QUEUE;
        queue->count--;
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

static void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

/* ----------------------------------------------------------- the workers */

struct pool {
    spex_manager *manager;
    struct queue queue;
    pthread_mutex_t output;
};

/* Called on a thread of the library; that it is recorded all the same is enough for us. */
static spex_answer on_report(const spex_report *report, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "%s:%d: %s\n", report->file ? report->file : "?", report->line,
            report->message);
    return SPEX_ACCEPT;
}

/* The shop's work would be done where the comments are. */
static int serve(spex_manager *manager, const char *verb, const char *order, spex_error *error)
{
    int status;
    if (strcmp(verb, "buy") == 0) {
        status = spex_init(manager, "Order", order, NULL, NULL, error);
        /* ... reserve what is in the basket ... */
        if (!status)
            status = spex_transition(manager, order, "checkout", "awaiting payment", error);
        /* ... charge the card ... */
        if (!status)
            status = spex_transition(manager, order, "pay", "paid", error);
    } else if (strcmp(verb, "ship") == 0) {
        /* ... nobody looks whether it is paid for: the specification does ... */
        status = spex_transition(manager, order, "pack", "packed", error);
        if (!status)
            status = spex_transition(manager, order, "hand over", "on the road", error);
    } else {
        /* ... stop it wherever it is ... */
        status = spex_transition(manager, order, "cancel", "cancelled", error);
    }
    return status;
}

static void *work(void *context)
{
    struct pool *pool = context;
    char request[LINE], verb[16], order[64];
    while (queue_take(&pool->queue, request)) {
        spex_error error;
        bool understood = sscanf(request, "%15s %63s", verb, order) == 2;
        int status = understood ? serve(pool->manager, verb, order, &error) : (int)SPEX_OK;
        pthread_mutex_lock(&pool->output);
        if (!understood)
            printf("what is this?\n");
        else
            printf("%s %s: %s\n", verb, order, status ? error.message : "done");
        fflush(stdout);
        pthread_mutex_unlock(&pool->output);
    }
    return NULL;
}

/* ------------------------------------------------------------------ main */

static int nothing; /* /dev/null */

/* From now on the input is at its end; a read that waits is interrupted. */
static void stop(int signal)
{
    (void)signal;
    dup2(nothing, STDIN_FILENO);
}

static void catch_signals(sigset_t *caught)
{
    struct sigaction action = {.sa_handler = stop};
    nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigemptyset(caught);
    sigaddset(caught, SIGTERM);
    sigaddset(caught, SIGINT);
    /* The threads that are started now do not see them. */
    pthread_sigmask(SIG_BLOCK, caught, NULL);
}

static spex_manager *open_manager(char **arguments)
{
    spex_error error;
    spex_specification *order;
    spex_manager_options options;
    spex_manager *manager;
    spex_or_die(spex_specification_load(&order, arguments[0], &error), &error, SPEX_HERE);
    spex_manager_options_init(&options);
    options.impl_models_dir = arguments[1];
    options.store_dir = arguments[2];
    options.handler = on_report;
    spex_or_die(spex_manager_open(&manager, &options, &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(manager, order, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(order);
    spex_or_die(spex_manager_start(manager, &error), &error, SPEX_HERE);
    return manager;
}

int main(int argc, char **argv)
{
    static struct pool pool = {
        .queue = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
        .output = PTHREAD_MUTEX_INITIALIZER};
    pthread_t workers[WORKERS];
    sigset_t caught;
    char line[LINE];
    if (argc != 4) {
        fprintf(stderr, "usage: worker_pool SPECIFICATION MODELS STORE < requests\n");
        return 2;
    }
    catch_signals(&caught);
    pool.manager = open_manager(argv + 1);
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, &pool))
            abort();
    pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
    while (fgets(line, sizeof line, stdin))
        queue_put(&pool.queue, line);
    queue_close(&pool.queue);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    spex_manager_close(pool.manager);
    printf("closed\n");
    return 0;
}
