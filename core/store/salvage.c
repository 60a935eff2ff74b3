/* All that a damaged shard still holds, table by table. */
#include "store/salvage.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"

void salvage_tell(struct salvage *salvage, enum repair_event event, const char *identifier,
                  const char *format, ...)
{
    struct text message = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&message, format, arguments);
    va_end(arguments);
    struct repair_note note = {event, salvage->number, identifier, text_value(&message)};
    if (salvage->options->told)
        salvage->options->told(&note, salvage->options->context);
    text_release(&message);
}

static int report(struct salvage *salvage, spex_error *error)
{
    enum { OFTEN = 4096 };
    const struct progress *progress = salvage->options->progress;
    if (++salvage->progress % OFTEN || !progress ||
        progress->report(progress->context, "salvaging", -1))
        return SPEX_OK;
    return error_set(error, SPEX_ERROR_CANCELLED, "the repair was cancelled");
}

/* ------------------------------------------------------------- instances */

/* Whether the index too knows the row by that identifier. */
static bool index_agrees(struct salvage *salvage, const char *identifier, int64_t key)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    int status = inspect_prepare(&salvage->from, "SELECT key FROM instance WHERE identifier = ?1",
                                 &statement, NULL);
    if (!status)
        status = statement_bind(&salvage->from, statement, VALUES(TEXT(identifier)), NULL);
    if (!status)
        status = statement_step(&salvage->from, statement, &row, NULL);
    bool agrees = !status && row && sqlite3_column_int64(statement, 0) == key;
    sqlite3_finalize(statement);
    return agrees;
}

/* Columns: key, identifier, specification, state, transitions, then those of the writer. */
static int take_instance(struct salvage *salvage, sqlite3_stmt *row, void *context,
                         spex_error *error)
{
    (void)context;
    int64_t key = sqlite3_column_int64(row, 0), transitions = sqlite3_column_int64(row, 4);
    const char *identifier = column_text(row, 1);
    bool state = sqlite3_column_type(row, 3) == SQLITE_NULL || salvage_name(row, 3, SPEX_NAME_MAX);
    if (!salvage_texts(row) || !salvage_name(row, 1, SPEX_IDENTIFIER_MAX) ||
        !salvage_name(row, 2, SPEX_NAME_MAX) || !state ||
        (store_shard_of(identifier, salvage->store->shards) != salvage->number &&
         !index_agrees(salvage, identifier, key))) {
        salvage->damaged = true;
        return SPEX_OK;
    }
    bool refused;
    int status = report(salvage, error);
    if (!status)
        status = salvage_accept(salvage,
                                staged_write(salvage->to, TABLE_INSTANCE, key, row, 5, NULL, error),
                                &refused, error);
    if (status)
        return status;
    if (refused) {
        salvage->damaged = true;
        return SPEX_OK;
    }
    salvage->result->instances++;
    return salvage_history(salvage, key, identifier, transitions > 0 ? (uint64_t)transitions : 0,
                           error);
}

static int copy_table(struct salvage *salvage, enum staged_table table, const char *columns,
                      const char *name, salvage_row take, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    struct text sql = {0};
    text_printf(&sql, "SELECT key, %s%s FROM %s WHERE key >= ?1 ORDER BY key", columns,
                text_value(&salvage->to->tables[table].columns), name);
    salvage->damaged = false;
    int status = sql.failed ? error_memory(error)
                            : inspect_prepare(&salvage->from, text_value(&sql), &statement, NULL);
    text_release(&sql);
    if (status) {
        salvage->damaged = true;
        return status == SPEX_ERROR_MEMORY ? status : SPEX_OK;
    }
    status = salvage_walk(salvage, statement, 1, take, NULL, error);
    sqlite3_finalize(statement);
    return status;
}

/* ------------------------------------------------------- what is of nobody */

static int take_orphans(struct salvage *salvage, sqlite3_stmt *row, void *context,
                        spex_error *error)
{
    (void)context;
    int64_t kept;
    char sql[80];
    sqlite3_snprintf(sizeof sql, sql, "SELECT count(*) FROM instance WHERE key = %lld",
                     sqlite3_column_int64(row, 0));
    int status = inspect_number(&salvage->to->connection, sql, &kept, error);
    if (!status && !kept)
        salvage->result->steps_dropped += (uint64_t)sqlite3_column_int64(row, 1);
    return status;
}

static int count_orphans(struct salvage *salvage, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (inspect_prepare(&salvage->from,
                        "SELECT instance, count(*) FROM history WHERE instance >= ?1"
                        " GROUP BY instance ORDER BY instance",
                        &statement, NULL))
        return SPEX_OK;
    int status = salvage_walk(salvage, statement, 1, take_orphans, NULL, error);
    sqlite3_finalize(statement);
    if (!status && salvage->result->steps_dropped)
        salvage_tell(salvage, REPAIR_DROPPED, NULL, "shard %u: %llu steps of no instance dropped",
                     salvage->number, (unsigned long long)salvage->result->steps_dropped);
    return status;
}

/* The counts that were kept tell how many there should have been. */
static int take_tally(struct salvage *salvage, sqlite3_stmt *row, void *context, spex_error *error)
{
    (void)salvage;
    (void)error;
    int64_t instances = sqlite3_column_int64(row, 0);
    if (instances > 0)
        *(uint64_t *)context += (uint64_t)instances;
    return SPEX_OK;
}

static int count_unnamed(struct salvage *salvage, spex_error *error)
{
    uint64_t expected = 0;
    const struct repaired_shard *result = salvage->result;
    int status = salvage_both_ends(salvage, "SELECT instances FROM tally", "specification, state",
                                   take_tally, &expected, error);
    uint64_t known = result->instances + result->lost;
    if (status || expected <= known)
        return status;
    salvage->result->unnamed = expected - known;
    salvage_tell(salvage, REPAIR_LOST, NULL,
                 "shard %u: %llu instances are lost of which not even the identifier could be read",
                 salvage->number, (unsigned long long)(expected - known));
    return SPEX_OK;
}

/* ------------------------------------------------------- what was learned */

static int take_observation(struct salvage *salvage, sqlite3_stmt *row, void *context,
                            spex_error *error)
{
    (void)context;
    int64_t count = sqlite3_column_int64(row, 4), learned = sqlite3_column_int64(row, 5);
    bool refused;
    for (int i = 0; i < 4; i++)
        if (!salvage_name(row, i, SPEX_NAME_MAX)) {
            salvage->damaged = true;
            return SPEX_OK;
        }
    if (count < 1 || learned < 0 || learned > count ||
        sqlite3_column_int64(row, 6) > sqlite3_column_int64(row, 7)) {
        salvage->damaged = true;
        return SPEX_OK;
    }
    salvage->result->observations++;
    return salvage_accept(salvage, staged_observe(salvage->to, row, error), &refused, error);
}

static int take_learning(struct salvage *salvage, sqlite3_stmt *row, void *context,
                         spex_error *error)
{
    (void)context;
    return salvage_name(row, 0, SPEX_NAME_MAX)
               ? staged_learn(salvage->to, column_text(row, 0), error)
               : (int)SPEX_OK;
}

static int copy_learned(struct salvage *salvage, spex_error *error)
{
    salvage->damaged = false;
    int status = salvage_both_ends(salvage,
                                   "SELECT specification, from_state, action, to_state, count,"
                                   " learned, first_seen, last_seen FROM observation",
                                   "specification, from_state, action, to_state", take_observation,
                                   NULL, error);
    if (!status)
        status = salvage_both_ends(salvage, "SELECT specification FROM learning", "specification",
                                   take_learning, NULL, error);
    salvage->result->observations_lost = salvage->damaged;
    if (!status && salvage->damaged)
        salvage_tell(salvage, REPAIR_DROPPED, NULL,
                     "shard %u: some counts of observed transitions are lost; those that the "
                     "histories have are counted anew",
                     salvage->number);
    return status;
}

static int take_event(struct salvage *salvage, sqlite3_stmt *row, void *context, spex_error *error)
{
    (void)context;
    bool refused;
    if (!salvage_texts(row)) {
        salvage->damaged = true;
        return SPEX_OK;
    }
    int status = salvage_accept(
        salvage, staged_write(salvage->to, TABLE_EVENT, 0, row, 1, NULL, error), &refused, error);
    salvage->result->events += !status && !refused;
    salvage->damaged |= refused;
    return status;
}

static int copy_events(struct salvage *salvage, spex_error *error)
{
    int status = copy_table(salvage, TABLE_EVENT, "", "event", take_event, error);
    salvage->result->events_lost = salvage->damaged;
    if (!status && salvage->damaged)
        salvage_tell(salvage, REPAIR_DROPPED, NULL, "shard %u: some events are lost",
                     salvage->number);
    return status;
}

int salvage_run(struct salvage *salvage, spex_error *error)
{
    if (!salvage->from.database) {
        salvage->result->unreadable = true;
        salvage_tell(salvage, REPAIR_LOST, NULL,
                     "shard %u: nothing could be read of it; what it held is lost",
                     salvage->number);
        return SPEX_OK;
    }
    /* Events first: they too know what an instance was of. */
    int status = copy_events(salvage, error);
    if (!status)
        status =
            copy_table(salvage, TABLE_INSTANCE, "identifier, specification, state, transitions, ",
                       "instance", take_instance, error);
    bool damaged = salvage->damaged;
    if (!status && damaged)
        status = salvage_lost(salvage, error);
    if (!status && damaged)
        status = count_unnamed(salvage, error);
    if (!status)
        status = count_orphans(salvage, error);
    return status ? status : copy_learned(salvage, error);
}
