/* The calls about one instance: checked, then put into its shard's mailbox. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

int64_t manager_now(const struct spex_manager *manager)
{
    return manager->options.clock.wall(manager->options.clock.context);
}

struct server *manager_server(struct spex_manager *manager, const char *identifier)
{
    return &manager->servers[store_shard_of(identifier, manager->store.shards) - 1];
}

bool manager_inside_handler(const struct spex_manager *manager)
{
    pthread_t self = pthread_self();
    for (unsigned i = 0; manager->servers && i < manager->store.shards; i++)
        if (manager->servers[i].running && pthread_equal(manager->servers[i].thread, self))
            return true;
    return false;
}

static int refuse_inside_handler(const struct spex_manager *manager, spex_error *error)
{
    if (!manager_inside_handler(manager))
        return SPEX_OK;
    return error_set(error, SPEX_ERROR_USAGE,
                     "a handler cannot wait for its own manager; use an async call, or answer "
                     "first and call afterwards");
}

static int full(const struct server *server, spex_error *error)
{
    return error_set(error, SPEX_ERROR_BUSY, "the mailbox of shard %u is full (%zu requests wait)",
                     server->number, server->manager->options.mailbox_capacity);
}

static enum when_full when_full(const struct spex_manager *manager, const struct request *request)
{
    if (request->kind == REQUEST_FLUSH || request->kind == REQUEST_WAKE)
        return FULL_IGNORE;
    return manager->options.mailbox_fails_full ? FULL_FAIL : FULL_WAIT;
}

int manager_ask(struct spex_manager *manager, struct server *server, struct request *request,
                spex_error *error)
{
    int status = refuse_inside_handler(manager, error);
    if (status)
        return status;
    struct completion completion;
    completion_init(&completion, 1);
    request->completion = &completion;
    request->led = true;
    if (mailbox_enter(&server->mailbox)) {
        request->next = NULL;
        server_lead(server, request);
    } else if (!mailbox_put(&server->mailbox, request, when_full(manager, request))) {
        full(server, &request->error);
        completion_done(&completion);
    }
    while (!completion_sleep(&completion))
        server_lead(server, mailbox_take_led(&server->mailbox));
    completion_release(&completion);
    if (request->error.status && error)
        *error = request->error;
    return request->error.status;
}

int manager_ask_all(struct spex_manager *manager, struct request *requests, const bool *skip,
                    spex_error *error)
{
    int status = refuse_inside_handler(manager, error);
    if (status)
        return status;
    struct completion completion;
    completion_init(&completion, manager->store.shards);
    for (unsigned i = 0; i < manager->store.shards; i++) {
        struct server *server = &manager->servers[i];
        requests[i].completion = &completion;
        if (skip && skip[i]) {
            completion_done(&completion);
        } else if (!mailbox_put(&server->mailbox, &requests[i], when_full(manager, &requests[i]))) {
            full(server, &requests[i].error);
            completion_done(&completion);
        }
    }
    completion_wait(&completion);
    return SPEX_OK;
}

/* ------------------------------------------------------------ arguments */

enum { META_MAX = 1 << 20 };

/* A JSON object, kept as it was written; "null" is none. */
static int check_meta(const char **meta, spex_error *error)
{
    if (!*meta)
        return SPEX_OK;
    size_t length = strnlen(*meta, META_MAX + 1);
    if (length > META_MAX)
        return error_set(error, SPEX_ERROR_USAGE, "meta is longer than %d bytes", META_MAX);
    json_error_t place;
    json_t *value = json_loadb(*meta, length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &place);
    int status = SPEX_OK;
    if (!value)
        status = error_set(error, SPEX_ERROR_USAGE, "meta is not JSON: line %d column %d: %s",
                           place.line, place.column, place.text);
    else if (json_is_null(value))
        *meta = NULL;
    else if (!json_is_object(value))
        status = error_set(error, SPEX_ERROR_USAGE, "meta is not a JSON object (or null)");
    json_decref(value);
    return status;
}

static int check_time(int64_t at, spex_error *error)
{
    /* The years 0001 to 9999, which every form of a time can carry. */
    if (at >= INT64_C(-62135596800000000) && at <= INT64_C(253402300799999999))
        return SPEX_OK;
    return error_set(
        error, SPEX_ERROR_USAGE,
        "the time %lld (in microseconds since 1970) is out of range: expected one from "
        "0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z",
        (long long)at);
}

static int check_request(struct request *request, spex_error *error)
{
    int status = identifier_check(request->identifier, error);
    if (!status && request->kind != REQUEST_TRANSITION)
        status = name_check("the specification's name", request->specification, error);
    if (!status && request->kind == REQUEST_TRANSITION)
        status = name_check("the action", request->action, error);
    if (!status && request->state)
        status = name_check("the state", request->state, error);
    if (!status && request->action && strcmp(request->action, SPEX_INITIALISATION) == 0)
        status = error_set(error, SPEX_ERROR_USAGE,
                           SPEX_INITIALISATION " is the action of an instance's first transition "
                                               "only: use init");
    if (!status)
        status = check_meta(&request->meta, error);
    return status ? status : check_time(request->at, error);
}

/* -------------------------------------------------------------- the calls */

static int ask(struct spex_manager *manager, struct request *request, spex_observation *observation,
               spex_error *error)
{
    if (observation)
        memset(observation, 0, sizeof *observation);
    int status = check_request(request, error);
    if (status)
        return status;
    status = manager_ask(manager, manager_server(manager, request->identifier), request, error);
    if (observation)
        *observation = request->observation;
    request_release(request);
    return status;
}

void manager_post(struct spex_manager *manager, struct request *requests, size_t count,
                  struct completion *completion)
{
    completion_init(completion, (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        struct request *request = &requests[i];
        request->completion = completion;
        if (check_request(request, &request->error)) {
            completion_done(completion);
            continue;
        }
        struct server *server = manager_server(manager, request->identifier);
        if (!mailbox_put(&server->mailbox, request, when_full(manager, request))) {
            full(server, &request->error);
            completion_done(completion);
        }
    }
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *move_text(char **place, const char *text)
{
    if (!text)
        return NULL;
    char *copy = memcpy(*place, text, strlen(text) + 1);
    *place += strlen(text) + 1;
    return copy;
}

/* One block: the request and its texts. */
static struct request *request_copy(const struct request *request)
{
    size_t size = sizeof *request + size_of(request->specification) + size_of(request->identifier) +
                  size_of(request->meta) + size_of(request->action) + size_of(request->state) +
                  size_of(request->place.file);
    struct request *copy = memory_resize(NULL, size, 1);
    if (!copy)
        return NULL;
    *copy = *request;
    char *place = (char *)(copy + 1);
    copy->specification = move_text(&place, request->specification);
    copy->identifier = move_text(&place, request->identifier);
    copy->meta = move_text(&place, request->meta);
    copy->action = move_text(&place, request->action);
    copy->state = move_text(&place, request->state);
    copy->place.file = move_text(&place, request->place.file);
    return copy;
}

static int send(struct spex_manager *manager, struct request *request, spex_error *error)
{
    int status = check_request(request, error);
    if (status)
        return status;
    struct request *copy = request_copy(request);
    if (!copy)
        return error_memory(error);
    if (!copy->at)
        copy->at = manager_now(manager); /* when it was reported, not when it is written */
    struct server *server = manager_server(manager, request->identifier);
    /* A handler never waits for room: it might be the one that would have to make it. */
    enum when_full rule = manager_inside_handler(manager) ? FULL_FAIL : when_full(manager, request);
    if (mailbox_put(&server->mailbox, copy, rule))
        return SPEX_OK;
    free(copy);
    return full(server, error);
}

static struct request init_request(const char *specification, const char *identifier,
                                   const char *meta, const char *state, int64_t at,
                                   spex_place place)
{
    return (struct request){.kind = REQUEST_INIT,
                            .specification = specification,
                            .identifier = identifier,
                            .meta = meta,
                            .state = state,
                            .at = at,
                            .place = place};
}

static struct request transition_request(const char *identifier, const char *action,
                                         const char *state, int64_t at, spex_place place)
{
    return (struct request){.kind = REQUEST_TRANSITION,
                            .identifier = identifier,
                            .action = action,
                            .state = state,
                            .at = at,
                            .place = place};
}

int spex_init_at(spex_manager *manager, const char *specification, const char *identifier,
                 const char *meta, const char *state, int64_t at, spex_place place,
                 spex_observation *observation, spex_error *error)
{
    struct request request = init_request(specification, identifier, meta, state, at, place);
    return ask(manager, &request, observation, error);
}

int spex_transition_at(spex_manager *manager, const char *identifier, const char *action,
                       const char *state, int64_t at, spex_place place,
                       spex_observation *observation, spex_error *error)
{
    struct request request = transition_request(identifier, action, state, at, place);
    return ask(manager, &request, observation, error);
}

int manager_transition_expected(struct spex_manager *manager, const char *identifier,
                                const char *action, const char *state, int64_t at,
                                const struct expected *expected, spex_place place,
                                spex_observation *observation, spex_error *error)
{
    struct request request = transition_request(identifier, action, state, at, place);
    request.expected = expected;
    return ask(manager, &request, observation, error);
}

int spex_init_async_at(spex_manager *manager, const char *specification, const char *identifier,
                       const char *meta, const char *state, int64_t at, spex_place place,
                       spex_error *error)
{
    struct request request = init_request(specification, identifier, meta, state, at, place);
    return send(manager, &request, error);
}

int spex_transition_async_at(spex_manager *manager, const char *identifier, const char *action,
                             const char *state, int64_t at, spex_place place, spex_error *error)
{
    struct request request = transition_request(identifier, action, state, at, place);
    return send(manager, &request, error);
}

int spex_mock(spex_manager *manager, const char *specification, const char *identifier,
              const char *meta, const char *state, spex_error *error)
{
    struct request request = {.kind = REQUEST_MOCK,
                              .specification = specification,
                              .identifier = identifier,
                              .meta = meta,
                              .state = state};
    return ask(manager, &request, NULL, error);
}

int spex_get(spex_manager *manager, const char *identifier, spex_instance **instance,
             spex_error *error)
{
    *instance = NULL;
    struct request request = {.kind = REQUEST_GET, .identifier = identifier};
    int status = identifier_check(identifier, error);
    if (!status)
        status = manager_ask(manager, manager_server(manager, identifier), &request, error);
    *instance = request.instance;
    request.instance = NULL;
    request_release(&request);
    return status;
}

int spex_delete(spex_manager *manager, const char *identifier, bool *deleted, spex_error *error)
{
    struct request request = {.kind = REQUEST_DELETE, .identifier = identifier};
    int status = identifier_check(identifier, error);
    if (!status)
        status = manager_ask(manager, manager_server(manager, identifier), &request, error);
    if (deleted)
        *deleted = !status && request.deleted;
    request_release(&request);
    return status;
}

void spex_or_die(int status, const spex_error *error, spex_place place)
{
    if (status == SPEX_OK)
        return;
    fprintf(stderr, "%s:%d: spex: %s\n", place.file ? place.file : "?", place.line,
            error && error->message[0] ? error->message : "failed");
    abort();
}

spex_instance *spex_get_or_die_at(spex_manager *manager, const char *identifier, spex_place place)
{
    spex_instance *instance;
    spex_error error;
    spex_or_die(spex_get(manager, identifier, &instance, &error), &error, place);
    return instance;
}
