/* Reading instances and models through the writing connection, between its transactions or in them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/symbols.h"
#include "store/query.h"
#include "store/shard_private.h"
#include "store/steps.h"

enum {
    LIST_ROWS = 4096,      /* rows looked at in one shard_list */
    SWEEP_ROWS = 4096,     /* ... in one shard_sweep */
    SWEEP_INSTANCES = 500, /* instances deleted in one */
    SWEEP_HISTORY = 20000  /* and, about, steps deleted with them */
};

static int64_t now(const struct shard *shard)
{
    return shard->options.clock.wall(shard->options.clock.context);
}

int shard_get(struct shard *shard, const char *identifier, spex_instance **instance,
              spex_error *error)
{
    return instance_read(&shard->connection, identifier, 0, now(shard), instance, error);
}

void instance_list_release(struct instance_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        spex_instance_free(list->items[i]);
    free(list->items);
    free(list->last);
    memset(list, 0, sizeof *list);
}

static int list_add(struct instance_list *list, const spex_instance *instance, spex_error *error)
{
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items) ||
        !(list->items[list->count] = instance_copy(instance)))
        return error_memory(error);
    list->count++;
    return SPEX_OK;
}

/* Rows behind a place, each with its key and whether the filter wants it: so a bounded
 * number of them is looked at, however few are wanted. */
static int start_rows(struct shard *shard, const struct filter *filter, const char *after,
                      int64_t cursor, int64_t moment, sqlite3_stmt **statement, spex_error *error)
{
    struct query query = {0};
    text_append(&query.sql, "SELECT " INSTANCE_COLUMNS ", key, ");
    query_filter(&query, filter, moment);
    text_printf(&query.sql, " FROM instance WHERE %s > ", after ? "identifier" : "key");
    if (after)
        query_text(&query, after);
    else
        query_number(&query, cursor);
    text_printf(&query.sql, " ORDER BY %s", after ? "identifier" : "key");
    int status = query_prepare(&query, &shard->connection, statement, error);
    query_release(&query);
    return status;
}

static bool row_wanted(sqlite3_stmt *statement)
{
    return sqlite3_column_int(statement, INSTANCE_COLUMN_COUNT + 1) != 0;
}

int shard_list(struct shard *shard, const char *after, const struct filter *filter, size_t limit,
               struct instance_list *list, spex_error *error)
{
    memset(list, 0, sizeof *list);
    sqlite3_stmt *statement;
    int64_t moment = now(shard);
    int status = start_rows(shard, filter, after ? after : "", 0, moment, &statement, error);
    bool row = true;
    for (size_t seen = 1; !status; seen++) {
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row)
            break;
        spex_instance instance;
        column_instance(statement, 0, moment, &instance);
        if (row_wanted(statement))
            status = list_add(list, &instance, error);
        if (!status && (list->count >= limit || seen >= LIST_ROWS)) {
            list->last = memory_copy_text(instance.identifier);
            if (!list->last)
                status = error_memory(error);
            break;
        }
    }
    sqlite3_finalize(statement);
    if (status)
        instance_list_release(list);
    return status;
}

/* ----------------------------------------------------- deleting many */

static int delete_all(struct shard *shard, const struct instance_list *list, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < list->count; i++) {
        bool deleted;
        status = shard_delete(shard, list->items[i]->identifier, &deleted, error);
    }
    return status;
}

int shard_sweep(struct shard *shard, int64_t *cursor, const struct filter *filter,
                instance_wanted wanted, void *context, bool dry, uint64_t *count, spex_error *error)
{
    struct instance_list list = {0};
    int64_t start = *cursor, moment = now(shard);
    sqlite3_stmt *statement;
    int status = start_rows(shard, filter, NULL, start, moment, &statement, error);
    uint64_t steps = 0, chosen = 0;
    for (size_t seen = 0; !status; seen++) {
        bool row;
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row) {
            *cursor = -1;
            break;
        }
        spex_instance instance;
        column_instance(statement, 0, moment, &instance);
        *cursor = sqlite3_column_int64(statement, INSTANCE_COLUMN_COUNT);
        if (row_wanted(statement) && (!wanted || wanted(&instance, context))) {
            chosen++;
            steps += dry ? 0 : instance.transitions;
            if (!dry)
                status = list_add(&list, &instance, error);
        }
        if (list.count >= SWEEP_INSTANCES || steps >= SWEEP_HISTORY || seen >= SWEEP_ROWS)
            break;
    }
    sqlite3_finalize(statement);
    if (!status)
        status = delete_all(shard, &list, error);
    instance_list_release(&list);
    if (status)
        *cursor = start;
    else
        *count += chosen;
    return status;
}

/* ------------------------------------------------------------- timers */

int shard_next_due(struct shard *shard, const char *specification, int64_t floor, int64_t *due,
                   spex_error *error)
{
    sqlite3_stmt *statement;
    bool row = false;
    int status = statement_start(&shard->connection, STATEMENT_NEXT_DUE,
                                 VALUES(TEXT(specification), NUMBER(floor)), &statement, error);
    if (!status)
        status = statement_step(&shard->connection, statement, &row, error);
    *due = row ? sqlite3_column_int64(statement, 0) : 0;
    statement_end(statement);
    return status;
}

int shard_take_due(struct shard *shard, const char *specification, int64_t floor, int64_t moment,
                   size_t limit, struct instance_list *list, spex_error *error)
{
    memset(list, 0, sizeof *list);
    sqlite3_stmt *statement;
    int status = statement_start(
        &shard->connection, STATEMENT_TAKE_DUE,
        VALUES(TEXT(specification), NUMBER(floor), NUMBER(moment), NUMBER((int64_t)limit)),
        &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row)
            break;
        spex_instance instance;
        column_instance(statement, 0, moment, &instance);
        status = list_add(list, &instance, error);
    }
    statement_end(statement);
    for (size_t i = 0; !status && i < list->count; i++)
        status = statement_run(&shard->connection, STATEMENT_REPORTED,
                               VALUES(TEXT(list->items[i]->identifier)), error);
    if (status)
        instance_list_release(list);
    return status;
}

int shard_fingerprint(struct shard *shard, const char *specification, int64_t *fingerprint,
                      spex_error *error)
{
    sqlite3_stmt *statement;
    bool row = false;
    int status = statement_start(&shard->connection, STATEMENT_FINGERPRINT,
                                 VALUES(TEXT(specification)), &statement, error);
    if (!status)
        status = statement_step(&shard->connection, statement, &row, error);
    *fingerprint = row ? sqlite3_column_int64(statement, 0) : 0;
    statement_end(statement);
    return status;
}

int shard_set_fingerprint(struct shard *shard, const char *specification, int64_t fingerprint,
                          spex_error *error)
{
    return statement_run(&shard->connection, STATEMENT_SET_FINGERPRINT,
                         VALUES(TEXT(specification), NUMBER(fingerprint)), error);
}

int shard_reschedule(struct shard *shard, const char *specification, int64_t *cursor,
                     instance_due due, void *context, spex_error *error)
{
    struct instance_list list = {0};
    int64_t start = *cursor;
    sqlite3_stmt *statement;
    int status = statement_start(&shard->connection, STATEMENT_SWEEP, VALUES(NUMBER(start)),
                                 &statement, error);
    for (size_t seen = 0; !status && seen < SWEEP_ROWS && list.count < SWEEP_INSTANCES; seen++) {
        bool row;
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row) {
            *cursor = -1;
            break;
        }
        spex_instance instance;
        column_instance(statement, 0, 0, &instance);
        *cursor = sqlite3_column_int64(statement, INSTANCE_COLUMN_COUNT);
        if (strcmp(instance.specification, specification) != 0)
            continue;
        int64_t stored = instance.due;
        instance.due = due(&instance, context);
        if (instance.due != stored)
            status = list_add(&list, &instance, error);
    }
    statement_end(statement);
    for (size_t i = 0; !status && i < list.count; i++)
        status = statement_run(&shard->connection, STATEMENT_SET_DUE,
                               VALUES(TEXT(list.items[i]->identifier), NUMBER(list.items[i]->due)),
                               error);
    instance_list_release(&list);
    if (status)
        *cursor = start;
    return status;
}

/* ------------------------------------------------------------- models */

int shard_learning(struct shard *shard, learning_callback callback, void *context,
                   spex_error *error)
{
    sqlite3_stmt *statement;
    int status =
        statement_start(&shard->connection, STATEMENT_LEARNING, NULL, 0, &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row)
            break;
        status = callback(column_text(statement, 0), context, error);
    }
    statement_end(statement);
    return status;
}

struct model_list {
    struct spex_model **items;
    size_t count;
    size_t capacity;
    const char *only;
};

/* The model of this name; a new one, at the end, if there is none. */
static int model_of(struct model_list *list, const char *name, struct spex_model **model,
                    spex_error *error)
{
    for (size_t i = list->count; i-- > 0;)
        if (strcmp(list->items[i]->name, name) == 0) {
            *model = list->items[i];
            return SPEX_OK;
        }
    if (!memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items) ||
        !(*model = model_create(name, false)))
        return error_memory(error);
    list->items[list->count++] = *model;
    return SPEX_OK;
}

static int note_learning(const char *specification, void *context, spex_error *error)
{
    struct model_list *list = context;
    if (list->only && strcmp(list->only, specification) != 0)
        return SPEX_OK;
    struct spex_model *model;
    int status = model_of(list, specification, &model, error);
    if (!status)
        model->learning = true;
    return status;
}

int shard_learned(struct shard *shard, const char *specification, struct spex_model ***models,
                  size_t *count, spex_error *error)
{
    struct model_list list = {.only = specification};
    int status = shard_learning(shard, note_learning, &list, error);
    sqlite3_stmt *statement = NULL;
    if (!status)
        status = statement_start(&shard->connection, STATEMENT_LEARNED, VALUES(TEXT(specification)),
                                 &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(&shard->connection, statement, &row, error);
        if (status || !row)
            break;
        struct spex_model *model;
        status = model_of(&list, column_text(statement, 0), &model, error);
        if (!status)
            status = shard_column_transition(shard, statement, 1, model, error);
    }
    statement_end(statement);
    if (status) {
        spex_models_free(list.items, list.count);
        list.items = NULL;
        list.count = 0;
    }
    *models = list.items;
    *count = list.count;
    return status;
}
