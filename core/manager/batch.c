/* Many requests in one transaction, then their answers. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

enum { BATCH_TIME = 20000 }; /* microseconds of one transaction */

int server_open(struct server *server, spex_error *error)
{
    if (server->shard)
        return SPEX_OK;
    if (server->blocked) {
        if (error)
            *error = server->blocked_error;
        return server->blocked_error.status;
    }
    struct spex_manager *manager = server->manager;
    struct shard_options options = {.durability = manager->options.durability,
                                    .clock = manager->options.clock,
                                    .event_limit = manager->options.event_limit};
    int status = shard_open(&server->shard, &manager->store, server->number, &options,
                            &server->blocked_error);
    if (status) {
        server->blocked = true;
        if (error)
            *error = server->blocked_error;
    }
    return status;
}

int server_begin(struct server *server, spex_error *error)
{
    int status = server_open(server, error);
    if (status || shard_writing(server->shard))
        return status;
    if (server->blocked) {
        if (error)
            *error = server->blocked_error;
        return server->blocked_error.status;
    }
    status = shard_begin(server->shard, &server->blocked_error);
    if (status) {
        /* Nobody else of this batch waits as long again. */
        server->blocked = true;
        if (error)
            *error = server->blocked_error;
    }
    return status;
}

void server_drop(struct server *server)
{
    shard_close(server->shard);
    server->shard = NULL;
}

/* ------------------------------------------------------------- answering */

/* Tells the handler what was stored; its answer is the request's. */
static void tell(struct server *server, struct request *request)
{
    struct workflow workflow = {0};
    if (request->reason != SPEX_REASON_IDENTIFIER_NOT_FOUND && request->of)
        workflow = registry_find(&server->manager->registry, request->of);
    spex_report report = report_about(request, request->reason);
    if (report_ask(server->manager, &workflow, &report) == SPEX_REFUSE)
        error_reason(&request->error, SPEX_ERROR_REFUSED, request->reason, "%s", request->message);
}

static void answer(struct server *server, struct request *request)
{
    if (request->completion) {
        completion_done(request->completion);
        return;
    }
    if (request->error.status && request->error.status != SPEX_ERROR_REFUSED &&
        request->kind != REQUEST_LEARN)
        manager_log(server->manager, "%s: %s", request->identifier, request->error.message);
    request_release(request);
    free(request);
}

/* Handlers are called by the server's own thread only. */
static void leave_to_server(struct server *server, struct request *request)
{
    request->led = false;
    if (!mailbox_put(&server->mailbox, request, FULL_IGNORE))
        answer(server, request);
}

static void finish(struct server *server, struct request *request)
{
    if (request->kind == REQUEST_WAKE) {
        request->next = server->woken;
        server->woken = request;
        return;
    }
    if (request->reason != SPEX_REASON_NONE && server->led) {
        request->stored = true;
        leave_to_server(server, request);
        return;
    }
    if (request->reason != SPEX_REASON_NONE)
        tell(server, request);
    answer(server, request);
}

/* A request on its own could not be written. */
static void fail(struct server *server, struct request *request, const spex_error *error)
{
    if (error->status == SPEX_ERROR_STORE)
        server->broken = true;
    if (request->decision == DECISION_REFUSED)
        error_reason(&request->error, SPEX_ERROR_REFUSED, SPEX_REASON_MODEL_NOT_FOUND,
                     "there is no implementation model, and the handler refused to learn one");
    else if (error != &request->error)
        request->error = *error;
    memset(&request->observation, 0, sizeof request->observation);
    answer(server, request);
}

/* -------------------------------------------------------------- batches */

static struct request *run_alone(struct server *server, struct request *request);

/* Each on its own, up to `stop`: so that the one that cannot be written spoils no other. */
static void run_each(struct server *server, struct request *request, const struct request *stop)
{
    while (request != stop)
        request = run_alone(server, request);
}

static void finish_up_to(struct server *server, struct request *request, const struct request *stop)
{
    while (request != stop) {
        struct request *next = request->next;
        finish(server, request);
        request = next;
    }
}

static int commit(struct server *server, spex_error *error)
{
    if (!server->shard || !shard_writing(server->shard))
        return SPEX_OK;
    server->commits++;
    return shard_commit(server->shard, error);
}

static void rollback(struct server *server)
{
    if (server->shard)
        shard_rollback(server->shard);
}

/* What is done outside of a transaction before the request is served again. Answers the
 * request to go on with. */
static struct request *prepare(struct server *server, struct request *request, enum served served)
{
    struct request *next = request->next;
    if (server->led) {
        leave_to_server(server, request);
        return next;
    }
    if (served == SERVED_ASK) {
        report_ask_model(server, request);
    } else {
        judge_ahead(server);
        request->judged++;
    }
    return request;
}

/* Answers the request to go on with: this one again, once it was prepared, or the next. */
static struct request *run_alone(struct server *server, struct request *request)
{
    struct request *next = request->next;
    spex_error failure = {0};
    enum served served = serve(server, request);
    if (served == SERVED_FAILED) {
        rollback(server);
        fail(server, request, &request->error);
        return next;
    }
    if (commit(server, &failure)) {
        fail(server, request, &failure);
        return next;
    }
    if (served != SERVED_DONE)
        return prepare(server, request, served);
    finish(server, request);
    return next;
}

static int64_t monotonic_now(const struct server *server)
{
    const spex_clock *clock = &server->manager->options.clock;
    return clock->monotonic(clock->context);
}

/* Until all are served, or the first of them has waited for so long. */
static struct request *run_together(struct server *server, struct request *first)
{
    enum served served = SERVED_DONE;
    struct request *request = first;
    int64_t end = monotonic_now(server) + BATCH_TIME;
    for (bool in_time = true; request && in_time; request = request->next) {
        served = serve(server, request);
        if (served != SERVED_DONE)
            break;
        in_time = monotonic_now(server) < end;
    }
    if (served == SERVED_FAILED) {
        rollback(server);
        struct request *stop = request->next;
        run_each(server, first, stop);
        return stop;
    }
    if (commit(server, NULL)) {
        run_each(server, first, request);
        return request;
    }
    finish_up_to(server, first, request);
    return served == SERVED_DONE ? request : prepare(server, request, served);
}

void batch_run(struct server *server, struct request *requests)
{
    server->blocked = false;
    model_files_look(server->manager);
    model_files_enter(server);
    while (requests)
        requests = run_together(server, requests);
    model_files_leave(server);
    if (server->broken)
        server_drop(server);
    server->broken = false;
}
