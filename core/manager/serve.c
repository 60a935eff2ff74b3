/* What each kind of request does in its shard. A request that fails with SERVED_FAILED
 * has its transaction rolled back; every other check comes before the first write. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

/* An instance may be changed by others between judging ahead and serving, but not for ever. */
enum { JUDGED_AHEAD = 3 };

static enum served failed(struct request *request)
{
    return request->error.status == SPEX_OK ? SERVED_DONE : SERVED_FAILED;
}

/* --------------------------------------------------- what is to be reported */

/* Keeps for after the transaction what the handler is to be told, and an event now. */
static int note(struct server *server, struct request *request, const spex_report *report,
                const char *detail, int64_t at)
{
    request->reason = report->reason;
    request->message = report_message(report, detail);
    request->from = report->from ? memory_copy_text(report->from) : NULL;
    request->to = report->to ? memory_copy_text(report->to) : NULL;
    request->of = report->specification ? memory_copy_text(report->specification) : NULL;
    if (!request->message || (report->from && !request->from) || (report->to && !request->to) ||
        (report->specification && !request->of))
        return error_memory(&request->error);
    struct event event = {.at = at,
                          .reason = report->reason,
                          .specification = request->of,
                          .identifier = (char *)(uintptr_t)request->identifier,
                          .from = request->from,
                          .action = (char *)(uintptr_t)report->action,
                          .to = request->to,
                          .message = request->message};
    return shard_event(server->shard, &event, &request->error);
}

/* A step of an instance, new or stored. */
struct step {
    const struct workflow *workflow;
    const char *specification;
    const struct stored *stored; /* NULL: an initialisation */
    const char *from;
    spex_step step;
};

static spex_report report_of(const struct request *request, const struct step *step,
                             spex_reason reason)
{
    return (spex_report){.reason = reason,
                         .specification = step->specification,
                         .identifier = request->identifier,
                         .from = step->stored ? step->stored->state : NULL,
                         .action = step->step.action,
                         .to = step->step.state};
}

/* Refused or accepted: that no model was there is an event. */
static int note_model(struct server *server, struct request *request, const struct step *step)
{
    spex_report report = report_of(request, step, SPEX_REASON_MODEL_NOT_FOUND);
    int status = note(server, request, &report, NULL, step->step.at);
    request->reason = SPEX_REASON_NONE; /* the handler was asked already */
    return status;
}

/* SERVED_ASK, or the end of a request whose model was refused. */
static enum served without_model(struct server *server, struct request *request,
                                 const struct step *step)
{
    if (request->decision == DECISION_REFUSED) {
        if (note_model(server, request, step))
            return SERVED_FAILED;
        error_reason(&request->error, SPEX_ERROR_REFUSED, SPEX_REASON_MODEL_NOT_FOUND,
                     "there is no implementation model of %s, and the handler refused to learn one",
                     step->specification);
        return SERVED_DONE;
    }
    spex_report report = report_of(request, step, SPEX_REASON_MODEL_NOT_FOUND);
    request->message = report_message(&report, NULL);
    request->from = report.from ? memory_copy_text(report.from) : NULL;
    request->to = memory_copy_text(report.to);
    request->of = memory_copy_text(step->specification);
    if (!request->message || !request->to || !request->of || (report.from && !request->from)) {
        error_memory(&request->error);
        return SERVED_FAILED;
    }
    return SERVED_ASK;
}

/* ------------------------------------------------------------ recording */

static int note_deviation(struct server *server, struct request *request, const struct step *step,
                          int64_t key)
{
    const spex_step *taken = &step->step;
    int status =
        shard_deviate(server->shard, key, step->from, taken->action, taken->state, &request->error);
    if (status)
        return status;
    spex_report report =
        report_of(request, step,
                  taken->verdict == SPEX_VERDICT_STILL_EQUIVALENT ? SPEX_REASON_STILL_EQUIVALENT
                                                                  : SPEX_REASON_NOT_EQUIVALENT);
    const char *detail = step->workflow->specification
                             ? NULL
                             : "and the specification to compare with is not known here";
    return note(server, request, &report, detail, taken->at);
}

/* Writes the step: the instance, its history, the observation, an event if it deviates. */
static int record(struct server *server, struct request *request, const struct step *step)
{
    const spex_step *taken = &step->step;
    bool deviates = taken->verdict == SPEX_VERDICT_STILL_EQUIVALENT ||
                    taken->verdict == SPEX_VERDICT_NOT_EQUIVALENT;
    int64_t due = timers_due(step->workflow, taken->state, taken->at), key;
    spex_error *error = &request->error;
    int status;
    if (step->stored) {
        key = step->stored->key;
        status = shard_move(server->shard, step->stored, taken, due, error);
    } else {
        spex_instance instance = {.identifier = request->identifier,
                                  .specification = step->specification,
                                  .meta = request->meta,
                                  .state = taken->state,
                                  .since = taken->at,
                                  .due = due,
                                  .deviations = deviates,
                                  .transitions = 1};
        status = shard_insert(server->shard, &instance, &key, error);
        if (!status)
            status = shard_append(server->shard, key, 1, taken, error);
    }
    if (!status)
        status = shard_observe(server->shard, step->specification, step->from, taken, error);
    if (!status && deviates)
        status = note_deviation(server, request, step, key);
    if (!status && request->decision == DECISION_ACCEPTED) {
        status = shard_learn(server->shard, step->specification, error);
        if (!status)
            status = note_model(server, request, step);
    }
    if (status)
        return status;
    request->observation.verdict = taken->verdict;
    request->observation.transitions = step->stored ? step->stored->transitions + 1 : 1;
    if (due && (server->next_due == 0 || due < server->next_due))
        server->next_due = due;
    return SPEX_OK;
}

static enum served judge_and_record(struct server *server, struct request *request,
                                    struct step *step)
{
    struct judgement judgement;
    if (judge(server, step->workflow, step->specification, step->stored ? step->stored->key : 0,
              &step->step, step->from, request->judged >= JUDGED_AHEAD, &judgement,
              &request->error))
        return SERVED_FAILED;
    if (judgement.later)
        return SERVED_JUDGE;
    if (!judgement.known && !step->workflow->specification) {
        error_set(&request->error, SPEX_ERROR_USAGE,
                  "%s is an instance of %s, which is unknown here: neither specification nor model",
                  request->identifier, step->specification);
        return SERVED_DONE;
    }
    if (!judgement.known)
        return without_model(server, request, step);
    step->step.verdict = judgement.verdict;
    return record(server, request, step) ? SERVED_FAILED : SERVED_DONE;
}

static int64_t time_of(const struct server *server, const struct request *request)
{
    return request->at ? request->at : manager_now(server->manager);
}

static enum served already_in_use(struct server *server, struct request *request,
                                  const struct stored *stored)
{
    spex_report report = {.reason = SPEX_REASON_IDENTIFIER_ALREADY_IN_USE,
                          .specification = request->specification,
                          .identifier = request->identifier,
                          .from = stored->state,
                          .action = SPEX_INITIALISATION,
                          .to = request->state};
    note(server, request, &report, stored->specification, time_of(server, request));
    return failed(request);
}

static enum served serve_init(struct server *server, struct request *request)
{
    struct workflow workflow = registry_find(&server->manager->registry, request->specification);
    if (!workflow.specification) {
        error_set(&request->error, SPEX_ERROR_USAGE,
                  "the specification %s is not known here; add it before its instances",
                  request->specification);
        return SERVED_DONE;
    }
    const char *state =
        request->state ? request->state : spex_specification_initial(workflow.specification);
    if (!state) {
        error_set(&request->error, SPEX_ERROR_USAGE,
                  "the specification %s has no transitions and so no initial state; give one",
                  request->specification);
        return SERVED_DONE;
    }
    struct stored stored;
    bool found;
    if (server_begin(server, &request->error) ||
        shard_find(server->shard, request->identifier, &stored, &found, &request->error))
        return SERVED_FAILED;
    if (found)
        return already_in_use(server, request, &stored);
    struct step step = {.workflow = &workflow,
                        .specification = request->specification,
                        .from = SPEX_NIL,
                        .step = {SPEX_INITIALISATION, state, time_of(server, request), 0}};
    return judge_and_record(server, request, &step);
}

static enum served not_found(struct server *server, struct request *request)
{
    spex_report report = {.reason = SPEX_REASON_IDENTIFIER_NOT_FOUND,
                          .identifier = request->identifier,
                          .action = request->action,
                          .to = request->state};
    note(server, request, &report, NULL, time_of(server, request));
    return failed(request);
}

/* Without a state, the transition leads where the specification alone lets it lead. */
static const char *only_target(const struct workflow *workflow, const char *from,
                               const struct request *request, spex_error *error)
{
    const struct spex_specification *specification = workflow->specification;
    uint32_t state = specification ? symbols_find(&specification->states, from) : SYMBOL_NONE;
    uint32_t action =
        specification ? symbols_find(&specification->actions, request->action) : SYMBOL_NONE;
    const char *target = NULL;
    size_t count = 0;
    for (size_t i = 0; specification && i < specification->transition_count; i++)
        if (specification->transitions[i].from == state &&
            specification->transitions[i].action == action) {
            target = symbols_name(&specification->states, specification->transitions[i].to);
            count++;
        }
    if (count == 1)
        return target;
    error_set(error, SPEX_ERROR_USAGE, "give the state that %s leads to from %s: %s",
              request->action, from,
              count ? "the specification allows several"
                    : "the specification does not have this transition");
    return NULL;
}

/* Whether the stored instance (NULL: none) is where the request expects it. */
static bool as_expected(struct request *request, const struct stored *stored)
{
    const struct expected *expected = request->expected;
    if (!expected)
        return true;
    if (!stored) {
        error_set(&request->error, SPEX_ERROR_NOT_FOUND, "%s was deleted meanwhile",
                  request->identifier);
        return false;
    }
    const char *state = stored->state ? stored->state : SPEX_NIL;
    const char *wanted = expected->state ? expected->state : SPEX_NIL;
    bool same = stored->transitions == expected->transitions && strcmp(state, wanted) == 0;
    if (same && stored->since == expected->since)
        return true;
    if (same)
        error_set(&request->error, SPEX_ERROR_NOT_FOUND,
                  "%s was made anew meanwhile: it is in %s again, but did not get there by the "
                  "same steps",
                  request->identifier, state);
    else
        error_set(
            &request->error, SPEX_ERROR_NOT_FOUND,
            "%s moved on meanwhile: expected in %s after %llu transitions, it is in %s after %llu",
            request->identifier, wanted, (unsigned long long)expected->transitions, state,
            (unsigned long long)stored->transitions);
    return false;
}

static enum served serve_transition(struct server *server, struct request *request)
{
    struct stored stored;
    bool found;
    if (server_begin(server, &request->error) ||
        shard_find(server->shard, request->identifier, &stored, &found, &request->error))
        return SERVED_FAILED;
    if (!as_expected(request, found ? &stored : NULL))
        return SERVED_DONE;
    if (!found)
        return not_found(server, request);
    struct workflow workflow = registry_find(&server->manager->registry, stored.specification);
    const char *from = stored.state ? stored.state : SPEX_NIL;
    const char *state = request->state;
    if (!state && !(state = only_target(&workflow, from, request, &request->error)))
        return SERVED_DONE;
    struct step step = {.workflow = &workflow,
                        .specification = stored.specification,
                        .stored = &stored,
                        .from = from,
                        .step = {request->action, state, time_of(server, request), 0}};
    return judge_and_record(server, request, &step);
}

static enum served serve_mock(struct server *server, struct request *request)
{
    struct workflow workflow = registry_find(&server->manager->registry, request->specification);
    const char *state = request->state;
    if (!state && workflow.specification)
        state = spex_specification_initial(workflow.specification);
    if (!state) {
        error_set(&request->error, SPEX_ERROR_USAGE, "give the state to put %s into",
                  request->identifier);
        return SERVED_DONE;
    }
    spex_instance instance = {.identifier = request->identifier,
                              .specification = request->specification,
                              .meta = request->meta,
                              .state = state,
                              .mocked = true,
                              .since = time_of(server, request)};
    struct stored stored;
    bool found;
    int64_t key;
    if (server_begin(server, &request->error) ||
        shard_find(server->shard, request->identifier, &stored, &found, &request->error))
        return SERVED_FAILED;
    if (found)
        shard_replace(server->shard, stored.key, &instance, &request->error);
    else
        shard_insert(server->shard, &instance, &key, &request->error);
    return failed(request);
}

/* ------------------------------------------------------------- the others */

static enum served serve_get(struct server *server, struct request *request)
{
    if (server_open(server, &request->error))
        return SERVED_FAILED;
    int status = shard_get(server->shard, request->identifier, &request->instance, &request->error);
    return status == SPEX_ERROR_NOT_FOUND ? SERVED_DONE : failed(request);
}

static enum served serve_list(struct server *server, struct request *request)
{
    if (!server_open(server, &request->error))
        shard_list(server->shard, request->after, request->filter, request->limit, &request->list,
                   &request->error);
    return failed(request);
}

static enum served serve_learned(struct server *server, struct request *request)
{
    if (!server_open(server, &request->error))
        shard_learned(server->shard, request->specification, &request->models,
                      &request->model_count, &request->error);
    return failed(request);
}

static enum served serve_learn(struct server *server, struct request *request)
{
    if (!server_begin(server, &request->error))
        shard_learn(server->shard, request->specification, &request->error);
    return failed(request);
}

static enum served serve_delete(struct server *server, struct request *request)
{
    if (!server_begin(server, &request->error))
        shard_delete(server->shard, request->identifier, &request->deleted, &request->error);
    return failed(request);
}

/* Done in steps: the answer is the next step's cursor. */
static enum served serve_sweep(struct server *server, struct request *request)
{
    struct prune_context prune = {server->manager, manager_now(server->manager)};
    bool matching = request->kind == REQUEST_DELETE_MATCHING;
    int64_t cursor = request->cursor;
    int status =
        request->dry ? server_open(server, &request->error) : server_begin(server, &request->error);
    request->count = 0;
    if (!status &&
        !shard_sweep(server->shard, &cursor, request->filter, matching ? NULL : prune_wanted,
                     &prune, request->dry, &request->count, &request->error))
        request->after_cursor = cursor;
    return failed(request);
}

enum served serve(struct server *server, struct request *request)
{
    if (request->stored)
        return SERVED_DONE;
    request_reset(request);
    switch (request->kind) {
    case REQUEST_INIT:
        return serve_init(server, request);
    case REQUEST_TRANSITION:
        return serve_transition(server, request);
    case REQUEST_MOCK:
        return serve_mock(server, request);
    case REQUEST_GET:
        return serve_get(server, request);
    case REQUEST_DELETE:
        return serve_delete(server, request);
    case REQUEST_LIST:
        return serve_list(server, request);
    case REQUEST_DELETE_MATCHING:
    case REQUEST_PRUNE:
        return serve_sweep(server, request);
    case REQUEST_LEARNED:
        return serve_learned(server, request);
    case REQUEST_LEARN:
        return serve_learn(server, request);
    case REQUEST_FLUSH:
    case REQUEST_WAKE:
    default:
        return SERVED_DONE;
    }
}
