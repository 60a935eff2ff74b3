/* Writing one instance, what was observed of it, and events. */
#include <string.h>

#include "base/error.h"
#include "store/shard_private.h"

int shard_find(struct shard *shard, const char *identifier, struct stored *stored, bool *found,
               spex_error *error)
{
    sqlite3_stmt *statement;
    *found = false;
    int status = statement_start(&shard->connection, STATEMENT_FIND, VALUES(TEXT(identifier)),
                                 &statement, error);
    if (!status)
        status = statement_step(&shard->connection, statement, found, error);
    if (!status && *found) {
        const char *state = column_text_or_null(statement, 2);
        text_clear(&shard->specification);
        text_clear(&shard->state);
        text_append(&shard->specification, column_text(statement, 1));
        text_append(&shard->state, state ? state : "");
        *stored = (struct stored){
            .key = sqlite3_column_int64(statement, 0),
            .specification = text_value(&shard->specification),
            .state = state ? text_value(&shard->state) : NULL,
            .mocked = sqlite3_column_int(statement, 3) != 0,
            .deviations = (uint64_t)sqlite3_column_int64(statement, 4),
            .transitions = (uint64_t)sqlite3_column_int64(statement, 5),
            .since = sqlite3_column_int64(statement, 6),
        };
        if (shard->specification.failed || shard->state.failed)
            status = error_memory(error);
    }
    statement_end(statement);
    return status;
}

int shard_insert(struct shard *shard, const spex_instance *instance, int64_t *key,
                 spex_error *error)
{
    int status = statement_run(&shard->connection, STATEMENT_INSERT,
                               VALUES(TEXT(instance->identifier), TEXT(instance->specification),
                                      TEXT(instance->meta), TEXT(instance->state),
                                      NUMBER(instance->mocked), NUMBER(instance->since),
                                      NUMBER(instance->due), NUMBER((int64_t)instance->deviations),
                                      NUMBER((int64_t)instance->transitions)),
                               error);
    *key = sqlite3_last_insert_rowid(shard->connection.database);
    return status;
}

static int forget_steps(struct shard *shard, int64_t key, spex_error *error)
{
    int status =
        statement_run(&shard->connection, STATEMENT_DELETE_HISTORY, VALUES(NUMBER(key)), error);
    if (!status)
        status = statement_run(&shard->connection, STATEMENT_DELETE_DEVIATIONS, VALUES(NUMBER(key)),
                               error);
    return status;
}

int shard_replace(struct shard *shard, int64_t key, const spex_instance *instance,
                  spex_error *error)
{
    int status = forget_steps(shard, key, error);
    if (status)
        return status;
    return statement_run(&shard->connection, STATEMENT_REPLACE,
                         VALUES(NUMBER(key), TEXT(instance->specification), TEXT(instance->meta),
                                TEXT(instance->state), NUMBER(instance->mocked),
                                NUMBER(instance->since), NUMBER(instance->due),
                                NUMBER((int64_t)instance->deviations),
                                NUMBER((int64_t)instance->transitions)),
                         error);
}

int shard_append(struct shard *shard, int64_t key, uint64_t sequence, const spex_step *step,
                 spex_error *error)
{
    return statement_run(&shard->connection, STATEMENT_APPEND,
                         VALUES(NUMBER(key), NUMBER((int64_t)sequence), TEXT(step->action),
                                TEXT(step->state), NUMBER(step->at), NUMBER(step->verdict)),
                         error);
}

static bool deviates(const spex_step *step)
{
    return step->verdict == SPEX_VERDICT_STILL_EQUIVALENT ||
           step->verdict == SPEX_VERDICT_NOT_EQUIVALENT;
}

int shard_move(struct shard *shard, const struct stored *stored, const spex_step *step, int64_t due,
               spex_error *error)
{
    int status = shard_append(shard, stored->key, stored->transitions + 1, step, error);
    if (status)
        return status;
    return statement_run(&shard->connection, STATEMENT_MOVE,
                         VALUES(NUMBER(stored->key), TEXT(step->state), NUMBER(step->at),
                                NUMBER(due), NUMBER((int64_t)stored->deviations + deviates(step)),
                                NUMBER((int64_t)stored->transitions + 1)),
                         error);
}

int shard_observe_many(struct shard *shard, const char *specification,
                       const struct observed_transition *observed, spex_error *error)
{
    return statement_run(&shard->connection, STATEMENT_OBSERVE,
                         VALUES(TEXT(specification), TEXT(observed->from), TEXT(observed->action),
                                TEXT(observed->to), NUMBER((int64_t)observed->count),
                                NUMBER((int64_t)observed->learned), NUMBER(observed->first_seen),
                                NUMBER(observed->last_seen)),
                         error);
}

int shard_observe(struct shard *shard, const char *specification, const char *from,
                  const spex_step *step, spex_error *error)
{
    struct observed_transition observed = {.from = (char *)(uintptr_t)from,
                                           .action = (char *)(uintptr_t)step->action,
                                           .to = (char *)(uintptr_t)step->state,
                                           .count = 1,
                                           .learned = step->verdict == SPEX_VERDICT_LEARNED,
                                           .first_seen = step->at,
                                           .last_seen = step->at};
    return shard_observe_many(shard, specification, &observed, error);
}

int shard_deviate(struct shard *shard, int64_t key, const char *from, const char *action,
                  const char *to, spex_error *error)
{
    return statement_run(
        &shard->connection, STATEMENT_DEVIATE,
        VALUES(NUMBER(key), TEXT(from), TEXT(action), TEXT(to), NUMBER(SHARD_OVERLAY_MAX)), error);
}

int shard_column_transition(const struct shard *shard, sqlite3_stmt *statement, int first,
                            struct spex_model *model, spex_error *error)
{
    spex_error failure;
    int status = model_add(model, column_text(statement, first), column_text(statement, first + 1),
                           column_text(statement, first + 2), NULL, &failure);
    if (status == SPEX_ERROR_USAGE)
        return error_set(error, SPEX_ERROR_STORE, "%s is damaged: in a transition of %s %s",
                         shard->connection.label, model->name, failure.message);
    if (status && error)
        *error = failure;
    return status;
}

int shard_overlay(struct shard *shard, int64_t key, struct spex_model *model, bool *full,
                  spex_error *error)
{
    sqlite3_stmt *statement;
    int status = statement_start(&shard->connection, STATEMENT_OVERLAY,
                                 VALUES(NUMBER(key), NUMBER(SHARD_OVERLAY_MAX)), &statement, error);
    bool row = true;
    size_t count = 0;
    while (!status && row) {
        status = statement_step(&shard->connection, statement, &row, error);
        if (!status && row) {
            count++;
            status = shard_column_transition(shard, statement, 0, model, error);
        }
    }
    *full = count >= SHARD_OVERLAY_MAX;
    statement_end(statement);
    return status;
}

int shard_delete(struct shard *shard, const char *identifier, bool *deleted, spex_error *error)
{
    struct stored stored;
    int status = shard_find(shard, identifier, &stored, deleted, error);
    if (status || !*deleted)
        return status;
    status = forget_steps(shard, stored.key, error);
    if (!status)
        status = statement_run(&shard->connection, STATEMENT_DELETE_INSTANCE,
                               VALUES(NUMBER(stored.key)), error);
    return status;
}

int shard_learn(struct shard *shard, const char *specification, spex_error *error)
{
    return statement_run(&shard->connection, STATEMENT_LEARN, VALUES(TEXT(specification)), error);
}

int shard_event(struct shard *shard, const struct event *event, spex_error *error)
{
    int status =
        statement_run(&shard->connection, STATEMENT_EVENT,
                      VALUES(NUMBER(event->at), NUMBER(event->reason), TEXT(event->specification),
                             TEXT(event->identifier), TEXT(event->from), TEXT(event->action),
                             TEXT(event->to), TEXT(event->message)),
                      error);
    int64_t oldest =
        sqlite3_last_insert_rowid(shard->connection.database) - (int64_t)shard->options.event_limit;
    if (!status && oldest > 0)
        status =
            statement_run(&shard->connection, STATEMENT_TRIM_EVENTS, VALUES(NUMBER(oldest)), error);
    return status;
}
