/* The history of a salvaged instance: its steps as far as they can be read, one step that
 * says so where some are lost, and row and history made to agree. */
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/salvage.h"
#include "store/shard.h"
#include "store/statements.h"

struct story {
    int64_t key;
    uint64_t expected;   /* steps, as the instance's row counts them */
    uint64_t seen;       /* the number of the last step, as it was */
    uint64_t written;    /* the number of the last step, as it is now */
    uint64_t deviations; /* among those written */
    uint64_t lost;
    int64_t at; /* of the last step */
};

static int run(struct salvage *salvage, const char *sql, sqlite3_stmt **prepared,
               const struct value *values, size_t count, spex_error *error)
{
    struct connection *connection = &salvage->to->connection;
    int status = *prepared ? SPEX_OK : inspect_prepare(connection, sql, prepared, error);
    if (!status)
        status = statement_bind(connection, *prepared, values, count, error);
    return status ? status : staged_step(salvage->to, *prepared, error);
}

/* Stands for steps that are lost. */
static int write_lost(struct salvage *salvage, struct story *story, const char *state, int64_t at,
                      spex_error *error)
{
    story->at = at;
    text_clear(&salvage->state);
    text_append(&salvage->state, state);
    sqlite3_stmt *append = NULL;
    int status = run(salvage, statement_sql(STATEMENT_APPEND), &append,
                     VALUES(NUMBER(story->key), NUMBER((int64_t)++story->written), TEXT(STEP_LOST),
                            TEXT(state), NUMBER(at), NUMBER(SPEX_VERDICT_CONFORMS)),
                     error);
    sqlite3_finalize(append);
    return status;
}

/* Columns: sequence, action, state, at, verdict, then those of the writer. */
enum { SEQUENCE, ACTION, STATE, AT, VERDICT, REST };

static int take_step(struct salvage *salvage, sqlite3_stmt *row, void *context, spex_error *error)
{
    struct story *story = context;
    int64_t sequence = sqlite3_column_int64(row, SEQUENCE);
    int64_t verdict = sqlite3_column_int64(row, VERDICT), at = sqlite3_column_int64(row, AT);
    uint64_t limit = story->expected > story->seen + 1 ? story->expected : story->seen + 1;
    if (sequence <= (int64_t)story->seen || (uint64_t)sequence > limit ||
        !salvage_name(row, ACTION, SPEX_NAME_MAX) || !salvage_name(row, STATE, SPEX_NAME_MAX) ||
        verdict < SPEX_VERDICT_LEARNED || verdict > SPEX_VERDICT_NOT_EQUIVALENT) {
        salvage->result->steps_dropped++;
        return SPEX_OK;
    }
    int status = SPEX_OK;
    if ((uint64_t)sequence > story->seen + 1) {
        story->lost += (uint64_t)sequence - story->seen - 1;
        status = write_lost(salvage, story, STEP_LOST, at, error);
    }
    if (!status)
        status = staged_bind(salvage->to, TABLE_HISTORY, story->key, row, REST, error);
    if (status)
        return status;
    sqlite3_stmt *insert = salvage->to->tables[TABLE_HISTORY].insert;
    sqlite3_bind_int64(insert, 2, (int64_t)++story->written);
    story->seen = (uint64_t)sequence;
    story->at = at;
    story->deviations += verdict >= SPEX_VERDICT_STILL_EQUIVALENT;
    salvage->result->steps++;
    text_clear(&salvage->state);
    text_append(&salvage->state, column_text(row, STATE));
    return staged_step(salvage->to, insert, error);
}

static int read_steps(struct salvage *salvage, struct story *story, spex_error *error)
{
    if (!salvage->steps) {
        struct text sql = {0};
        text_printf(&sql,
                    "SELECT sequence, action, state, at, verdict, %s FROM history"
                    " WHERE instance = ?2 AND sequence >= ?1 ORDER BY sequence",
                    text_value(&salvage->to->tables[TABLE_HISTORY].columns));
        /* Without such a table there are no steps. */
        int status = sql.failed
                         ? error_memory(error)
                         : inspect_prepare(&salvage->from, text_value(&sql), &salvage->steps, NULL);
        text_release(&sql);
        if (status)
            return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
    }
    sqlite3_bind_int64(salvage->steps, 2, story->key);
    return salvage_walk(salvage, salvage->steps, 1, take_step, story, error);
}

/* ------------------------------------------------------------ deviations */

static int take_deviation(struct salvage *salvage, sqlite3_stmt *row, void *context,
                          spex_error *error)
{
    const struct story *story = context;
    if (!salvage_name(row, 0, SPEX_NAME_MAX) || !salvage_name(row, 1, SPEX_NAME_MAX) ||
        !salvage_name(row, 2, SPEX_NAME_MAX))
        return SPEX_OK;
    return run(salvage,
               "INSERT OR IGNORE INTO deviation(instance, from_state, action, to_state)"
               " SELECT ?1, ?2, ?3, ?4 WHERE"
               " (SELECT count(*) FROM deviation WHERE instance = ?1) < ?5",
               &salvage->deviate,
               VALUES(NUMBER(story->key), TEXT(column_text(row, 0)), TEXT(column_text(row, 1)),
                      TEXT(column_text(row, 2)), NUMBER((int64_t)story->deviations)),
               error);
}

/* Those that were kept, then those that the history has; at least one, if only its source is
 * not known any more. */
static int write_deviations(struct salvage *salvage, struct story *story, spex_error *error)
{
    if (!story->deviations)
        return SPEX_OK;
    char sql[900];
    sqlite3_snprintf(sizeof sql, sql,
                     "SELECT from_state, action, to_state FROM deviation WHERE instance = %lld",
                     (long long)story->key);
    int status = salvage_both_ends(salvage, sql, "from_state, action, to_state", take_deviation,
                                   story, error);
    uint64_t most = story->deviations < SHARD_OVERLAY_MAX ? story->deviations : SHARD_OVERLAY_MAX;
    sqlite3_snprintf(
        sizeof sql, sql,
        "INSERT OR IGNORE INTO deviation SELECT %lld, before, action, state FROM"
        " (SELECT lag(state) OVER (ORDER BY sequence) AS before, action, state, verdict"
        "  FROM history WHERE instance = %lld) WHERE verdict >= 2 AND before IS NOT NULL"
        " LIMIT max(0, %llu - (SELECT count(*) FROM deviation WHERE instance = %lld));"
        "INSERT OR IGNORE INTO deviation SELECT %lld, '" STEP_LOST "', action, state FROM history"
        " WHERE instance = %lld AND verdict >= 2 AND NOT EXISTS"
        " (SELECT 1 FROM deviation WHERE instance = %lld) LIMIT 1;",
        (long long)story->key, (long long)story->key, (unsigned long long)most,
        (long long)story->key, (long long)story->key, (long long)story->key, (long long)story->key);
    return status ? status : connection_execute(&salvage->to->connection, sql, error);
}

/* ---------------------------------------------------------------- the row */

struct row {
    int64_t since, transitions, deviations, mocked;
    bool odd; /* a value that no instance has */
    bool stateless;
};

static int read_row(struct salvage *salvage, int64_t key, struct row *row, spex_error *error)
{
    struct connection *connection = &salvage->to->connection;
    sqlite3_stmt *statement = NULL;
    bool there = false;
    int status = inspect_prepare(connection,
                                 "SELECT state, since, transitions, deviations, mocked, due < 0 OR"
                                 " reported NOT IN (0, 1) OR mocked NOT IN (0, 1) FROM instance"
                                 " WHERE key = ?1",
                                 &statement, error);
    if (!status)
        status = statement_bind(connection, statement, VALUES(NUMBER(key)), error);
    if (!status)
        status = statement_step(connection, statement, &there, error);
    if (!status && there) {
        const char *state = column_text_or_null(statement, 0);
        text_clear(&salvage->before);
        text_append(&salvage->before, state ? state : "");
        *row = (struct row){.since = sqlite3_column_int64(statement, 1),
                            .transitions = sqlite3_column_int64(statement, 2),
                            .deviations = sqlite3_column_int64(statement, 3),
                            .mocked = sqlite3_column_int64(statement, 4),
                            .odd = sqlite3_column_int(statement, 5) != 0,
                            .stateless = !state || !*state};
    }
    sqlite3_finalize(statement);
    if (!status && salvage->before.failed)
        status = error_memory(error);
    return status;
}

/* The row is the younger knowledge: where the last step leads elsewhere, one is missing. */
static int close_gap(struct salvage *salvage, struct story *story, const struct row *row,
                     bool *missing, spex_error *error)
{
    bool leads = story->written && !row->stateless &&
                 strcmp(text_value(&salvage->state), text_value(&salvage->before)) == 0 &&
                 story->at == row->since;
    *missing = false;
    if (leads || (!story->written && !story->expected) || (row->stateless && story->written))
        return SPEX_OK;
    *missing = true;
    if (story->expected > story->seen)
        story->lost += story->expected - story->seen;
    return write_lost(salvage, story, row->stateless ? STEP_LOST : text_value(&salvage->before),
                      row->since, error);
}

static int correct_row(struct salvage *salvage, const struct story *story, const struct row *row,
                       spex_error *error)
{
    bool mocked = row->mocked == 1 && !story->written;
    bool state =
        story->written && strcmp(text_value(&salvage->state), text_value(&salvage->before)) != 0;
    if (row->transitions == (int64_t)story->written && !state && !row->odd &&
        row->deviations == (int64_t)story->deviations && row->mocked == mocked &&
        (!story->written || row->since == story->at))
        return SPEX_OK;
    return run(salvage,
               "UPDATE instance SET transitions = ?2, deviations = ?3, mocked = ?4,"
               " state = iif(?2 > 0, ?5, state), since = iif(?2 > 0, ?6, since),"
               " due = max(due, 0), reported = min(max(reported, 0), 1) WHERE key = ?1",
               &salvage->correct,
               VALUES(NUMBER(story->key), NUMBER((int64_t)story->written),
                      NUMBER((int64_t)story->deviations), NUMBER(mocked),
                      TEXT(text_value(&salvage->state)), NUMBER(story->at)),
               error);
}

int salvage_history(struct salvage *salvage, int64_t key, const char *identifier, uint64_t expected,
                    spex_error *error)
{
    struct story story = {.key = key, .expected = expected};
    struct row row = {0};
    bool missing = false;
    text_clear(&salvage->state);
    int status = read_steps(salvage, &story, error);
    if (!status)
        status = read_row(salvage, key, &row, error);
    if (!status)
        status = close_gap(salvage, &story, &row, &missing, error);
    if (!status && salvage->state.failed)
        status = error_memory(error);
    if (!status)
        status = correct_row(salvage, &story, &row, error);
    if (!status)
        status = write_deviations(salvage, &story, error);
    salvage->result->steps_lost += story.lost;
    if (!status && story.lost)
        salvage_tell(salvage, REPAIR_HISTORY, identifier,
                     "%llu step%s of %s %s lost; a step " STEP_LOST " stands for what is missing",
                     (unsigned long long)story.lost, story.lost == 1 ? "" : "s", identifier,
                     story.lost == 1 ? "is" : "are");
    else if (!status && missing)
        salvage_tell(salvage, REPAIR_HISTORY, identifier,
                     "the history of %s did not lead to its state; a step " STEP_LOST
                     " does so now",
                     identifier);
    return status;
}
