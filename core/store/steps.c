#include "store/steps.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/symbols.h"
#include "model/instance.h"

struct step_list {
    struct symbols texts;
    spex_step *items;
    size_t count;
    size_t capacity;
};

static int add_step(struct step_list *list, sqlite3_stmt *statement, spex_error *error)
{
    uint32_t action_symbol = symbols_intern(&list->texts, column_text(statement, 0));
    uint32_t state_symbol = symbols_intern(&list->texts, column_text(statement, 1));
    if (action_symbol == SYMBOL_NONE || state_symbol == SYMBOL_NONE ||
        !memory_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return error_memory(error);
    list->items[list->count++] = (spex_step){
        .action = symbols_name(&list->texts, action_symbol),
        .state = symbols_name(&list->texts, state_symbol),
        .at = sqlite3_column_int64(statement, 2),
        .verdict = (spex_verdict)sqlite3_column_int(statement, 3),
    };
    return SPEX_OK;
}

static int read_steps(struct connection *connection, int64_t key, size_t steps,
                      struct step_list *list, spex_error *error)
{
    int64_t limit = steps && steps < INT64_MAX ? (int64_t)steps : -1;
    sqlite3_stmt *statement;
    int status = statement_start(connection, STATEMENT_STEPS, VALUES(NUMBER(key), NUMBER(limit)),
                                 &statement, error);
    for (bool row = true; !status;) {
        status = statement_step(connection, statement, &row, error);
        if (status || !row)
            break;
        status = add_step(list, statement, error);
    }
    statement_end(statement);
    return status;
}

int instance_read(struct connection *connection, const char *identifier, size_t steps, int64_t now,
                  spex_instance **instance, spex_error *error)
{
    *instance = NULL;
    sqlite3_stmt *statement;
    bool row = false;
    int status =
        statement_start(connection, STATEMENT_GET, VALUES(TEXT(identifier)), &statement, error);
    if (!status)
        status = statement_step(connection, statement, &row, error);
    if (!status && !row)
        status = error_set(error, SPEX_ERROR_NOT_FOUND, "there is no instance %s", identifier);
    struct step_list list = {0};
    if (!status) {
        spex_instance found;
        column_instance(statement, 0, now, &found);
        status = read_steps(connection, sqlite3_column_int64(statement, INSTANCE_COLUMN_COUNT),
                            steps, &list, error);
        found.steps = list.items;
        found.step_count = list.count;
        if (!status && !(*instance = instance_copy(&found)))
            status = error_memory(error);
    }
    statement_end(statement);
    symbols_release(&list.texts);
    free(list.items);
    return status;
}
