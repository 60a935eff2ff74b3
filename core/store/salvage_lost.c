/* Instances whose row is lost, from what the indexes, their history and the events know. */
#include <string.h>

#include "base/base.h"
#include "store/inspect.h"
#include "store/salvage.h"

/* Gathered in the new shard's temporary database; only what it has no row of. */
static const char table[] = "CREATE TEMP TABLE known(key INTEGER PRIMARY KEY, identifier TEXT,"
                            " specification TEXT, state TEXT, since INTEGER, mocked INTEGER)";

struct source {
    const char *sql;   /* key, then the value for each column */
    const char *order; /* that of the index */
    const char *columns[3];
};
static const struct source sources[] = {
    {"SELECT key, identifier FROM instance", "identifier", {"identifier"}},
    {"SELECT key, specification, state, identifier FROM instance INDEXED BY instance_state",
     "specification, state, identifier",
     {"specification", "state", "identifier"}},
    {"SELECT key, since FROM instance INDEXED BY instance_since", "since", {"since"}},
    {"SELECT key, 1 FROM instance INDEXED BY instance_mocked WHERE mocked = 1",
     "identifier",
     {"mocked"}}};

static int note_known(struct salvage *salvage, sqlite3_stmt *row, void *context, spex_error *error)
{
    sqlite3_stmt *insert = context;
    int count = sqlite3_column_count(row);
    if (!salvage_texts(row))
        return SPEX_OK;
    for (int i = 0; i < count; i++)
        sqlite3_bind_value(insert, i + 1, sqlite3_column_value(row, i));
    bool refused;
    return salvage_accept(salvage, staged_step(salvage->to, insert, error), &refused, error);
}

static int gather(struct salvage *salvage, const struct source *source, spex_error *error)
{
    struct text names = {0}, values = {0}, updates = {0}, sql = {0};
    for (int i = 0; i < 3 && source->columns[i]; i++) {
        text_printf(&names, ", %s", source->columns[i]);
        text_printf(&values, ", ?%d", i + 2);
        text_printf(&updates, "%s%s = excluded.%s", i ? ", " : "", source->columns[i],
                    source->columns[i]);
    }
    text_printf(&sql,
                "INSERT INTO known(key%s) SELECT ?1%s WHERE NOT EXISTS"
                " (SELECT 1 FROM instance WHERE key = ?1) ON CONFLICT(key) DO UPDATE SET %s",
                text_value(&names), text_value(&values), text_value(&updates));
    sqlite3_stmt *insert = NULL;
    bool failed = names.failed || values.failed || updates.failed || sql.failed;
    int status = failed
                     ? error_memory(error)
                     : inspect_prepare(&salvage->to->connection, text_value(&sql), &insert, error);
    if (!status)
        status = salvage_both_ends(salvage, source->sql, source->order, note_known, insert, error);
    sqlite3_finalize(insert);
    text_release(&names);
    text_release(&values);
    text_release(&updates);
    text_release(&sql);
    return status;
}

/* Perhaps only the way to the row was lost, not the row. */
static int try_row(struct salvage *salvage, int64_t key, bool *found, spex_error *error)
{
    struct text sql = {0};
    sqlite3_stmt *statement = NULL;
    bool row = false, refused;
    *found = false;
    text_printf(
        &sql,
        "SELECT transitions, identifier, specification, state, %s FROM instance WHERE key = %lld",
        text_value(&salvage->to->tables[TABLE_INSTANCE].columns), (long long)key);
    if (sql.failed) {
        text_release(&sql);
        return error_memory(error);
    }
    int read = inspect_prepare(&salvage->from, text_value(&sql), &statement, NULL);
    if (!read)
        read = statement_step(&salvage->from, statement, &row, NULL);
    int status = SPEX_OK;
    bool whole = !read && row && salvage_texts(statement) &&
                 salvage_name(statement, 1, SPEX_IDENTIFIER_MAX) &&
                 salvage_name(statement, 2, SPEX_NAME_MAX) &&
                 (sqlite3_column_type(statement, 3) == SQLITE_NULL ||
                  salvage_name(statement, 3, SPEX_NAME_MAX));
    const char *identifier = whole ? column_text(statement, 1) : "";
    if (whole && store_shard_of(identifier, salvage->store->shards) == salvage->number) {
        status = salvage_accept(
            salvage, staged_write(salvage->to, TABLE_INSTANCE, key, statement, 4, NULL, error),
            &refused, error);
        *found = !status && !refused;
        if (*found) {
            salvage->result->instances++;
            int64_t transitions = sqlite3_column_int64(statement, 0);
            status = salvage_history(salvage, key, identifier,
                                     transitions > 0 ? (uint64_t)transitions : 0, error);
        }
    }
    sqlite3_finalize(statement);
    text_release(&sql);
    return status;
}

static const char restore[] =
    "INSERT INTO instance(key, identifier, specification, state, meta, mocked, since)"
    " SELECT key, identifier, specification, state, NULL, ifnull(mocked, 0), ifnull(since, 0)"
    " FROM known WHERE key = ?1 AND identifier IS NOT NULL AND specification IS NOT NULL";

static int restore_row(struct salvage *salvage, int64_t key, const char *identifier,
                       spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool refused = false;
    int status = inspect_prepare(&salvage->to->connection, restore, &statement, error);
    if (!status)
        status = statement_bind(&salvage->to->connection, statement, VALUES(NUMBER(key)), error);
    if (!status)
        status =
            salvage_accept(salvage, staged_step(salvage->to, statement, error), &refused, error);
    sqlite3_finalize(statement);
    if (status)
        return status;
    if (refused || !sqlite3_changes(salvage->to->connection.database)) {
        salvage->result->lost++;
        salvage_tell(salvage, REPAIR_LOST, identifier, "%s is lost", identifier);
        return SPEX_OK;
    }
    salvage->result->instances++;
    salvage->result->restored++;
    salvage_tell(salvage, REPAIR_RESTORED, identifier,
                 "%s was put together from indexes and its history, without its meta", identifier);
    return salvage_history(salvage, key, identifier, 0, error);
}

static int take_known(struct salvage *salvage, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    struct connection *connection = &salvage->to->connection;
    int status = inspect_prepare(
        connection,
        "SELECT key, identifier FROM known WHERE identifier IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM instance WHERE instance.identifier = known.identifier) ORDER BY key",
        &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        int64_t key = sqlite3_column_int64(statement, 0);
        const char *identifier = column_text(statement, 1);
        bool found;
        /* An index may be damaged too. */
        if (!salvage_name(statement, 1, SPEX_IDENTIFIER_MAX) ||
            store_shard_of(identifier, salvage->store->shards) != salvage->number)
            continue;
        status = try_row(salvage, key, &found, error);
        if (!status && !found)
            status = restore_row(salvage, key, identifier, error);
    }
    sqlite3_finalize(statement);
    return status;
}

int salvage_lost(struct salvage *salvage, spex_error *error)
{
    struct connection *connection = &salvage->to->connection;
    int status = connection_execute(connection, table, error);
    for (size_t i = 0; !status && i < sizeof sources / sizeof *sources; i++)
        status = gather(salvage, &sources[i], error);
    /* Of a state index that is lost too, an event may tell. */
    if (!status)
        status = connection_execute(
            connection,
            "UPDATE known SET specification = (SELECT event.specification FROM event WHERE"
            " event.identifier = known.identifier AND event.specification IS NOT NULL LIMIT 1)"
            " WHERE specification IS NULL",
            error);
    if (!status)
        status = take_known(salvage, error);
    int dropped = connection_execute(connection, "DROP TABLE known", status ? NULL : error);
    return status ? status : dropped;
}
