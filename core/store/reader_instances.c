/* Which instances took a transition. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "store/reader_private.h"

/* Deviations are few; the history has no index by action, and is given up after so many
 * steps of SQLite's machine a shard (some tenths of a second). */
enum { MOST_STEPS = 20000000 };

/* What is looked for: ?1 specification, ?2 from, ?3 action, ?4 to. In the history nothing comes
 * before an initialisation. */
static const char by_deviation[] =
    "SELECT identifier FROM deviation JOIN instance ON instance.key = deviation.instance"
    " WHERE specification = ?1 AND from_state = ?2 AND action = ?3 AND to_state = ?4 LIMIT ?5";
static const char by_history[] =
    "SELECT DISTINCT identifier FROM history AS step JOIN instance ON instance.key = step.instance"
    " WHERE specification = ?1 AND step.action = ?3 AND step.state = ?4 AND ?2 IS"
    " (SELECT state FROM history AS earlier WHERE earlier.instance = step.instance"
    "  AND earlier.sequence < step.sequence ORDER BY earlier.sequence DESC LIMIT 1) LIMIT ?5";

struct found {
    char **items;
    size_t count, capacity;
};

static int give_up(void *context)
{
    (void)context;
    return 1;
}

static int search_shard(struct connection *connection, const char *sql, const struct value *values,
                        size_t value_count, struct found *found, spex_error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    int status = code ? connection_error(connection, code, error)
                      : statement_bind(connection, statement, values, value_count, error);
    sqlite3_progress_handler(connection->database, MOST_STEPS, give_up, NULL);
    while (!status && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!memory_reserve(&found->items, &found->capacity, found->count + 1,
                            sizeof *found->items) ||
            !(found->items[found->count] = memory_copy_text(column_text(statement, 0))))
            status = error_memory(error);
        else
            found->count++;
    }
    sqlite3_progress_handler(connection->database, 0, NULL, NULL);
    if (!status && code != SQLITE_DONE && code != SQLITE_INTERRUPT)
        status = connection_error(connection, code, error);
    sqlite3_finalize(statement);
    return status;
}

static int search_all(struct reader *reader, const char *sql, const struct value *values,
                      size_t value_count, struct found *found, spex_error *error)
{
    int partial = reader_partial(reader, error);
    for (unsigned i = 0; i < reader->store.shards; i++) {
        spex_error failure;
        if (!reader->shards[i].open)
            continue;
        int status =
            search_shard(&reader->shards[i].connection, sql, values, value_count, found, &failure);
        if (!reader_goes_on(status, &failure, &partial, error))
            break;
    }
    return partial;
}

int reader_instances_with(struct reader *reader, const char *specification, const char *from,
                          const char *action, const char *to, size_t limit, char ***identifiers,
                          size_t *count, spex_error *error)
{
    struct found found = {0};
    int64_t most = limit < INT64_MAX ? (int64_t)limit : INT64_MAX;
    struct value values[] = {TEXT(specification), TEXT(from), TEXT(action), TEXT(to), NUMBER(most)};
    size_t value_count = sizeof values / sizeof *values;
    int status = search_all(reader, by_deviation, values, value_count, &found, error);
    if (strcmp(action, SPEX_INITIALISATION) == 0)
        values[1].text = NULL;
    if (!found.count && (!status || status == SPEX_ERROR_STORE))
        status = search_all(reader, by_history, values, value_count, &found, error);
    if (status && status != SPEX_ERROR_STORE) {
        instances_free(found.items, found.count);
        found = (struct found){0};
    }
    if (found.count)
        qsort(found.items, found.count, sizeof *found.items, text_compare);
    while (found.count > limit)
        free(found.items[--found.count]);
    *identifiers = found.items;
    *count = found.count;
    return status;
}

void instances_free(char **identifiers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(identifiers[i]);
    free(identifiers);
}
