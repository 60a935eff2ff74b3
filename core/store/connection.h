/*
 * A connection to one shard's file and its prepared statements; what the writer and
 * the reader share. Failures of SQLite become errors that name the shard.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <sqlite3.h>

#include "spex.h"
#include "store/log_writer.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_VERSION,
    STATEMENT_FIND,
    STATEMENT_INSERT,
    STATEMENT_REPLACE,
    STATEMENT_MOVE,
    STATEMENT_APPEND,
    STATEMENT_OBSERVE,
    STATEMENT_DEVIATE,
    STATEMENT_OVERLAY,
    STATEMENT_DEVIATIONS,
    STATEMENT_DELETE_HISTORY,
    STATEMENT_DELETE_DEVIATIONS,
    STATEMENT_DELETE_INSTANCE,
    STATEMENT_EVENT,
    STATEMENT_TRIM_EVENTS,
    STATEMENT_LEARN,
    STATEMENT_LEARNING,
    STATEMENT_GET,
    STATEMENT_STEPS,
    STATEMENT_SWEEP,
    STATEMENT_NEXT_DUE,
    STATEMENT_TAKE_DUE,
    STATEMENT_REPORTED,
    STATEMENT_FINGERPRINT,
    STATEMENT_SET_FINGERPRINT,
    STATEMENT_SET_DUE,
    STATEMENT_LEARNED,
    STATEMENT_OBSERVED,
    STATEMENT_COUNTS,
    STATEMENT_UNTOLD,
    STATEMENT_UNTOLD_STATES,
    STATEMENT_EVENTS,
    STATEMENT_COUNT
};

struct connection {
    sqlite3 *database;
    struct log_writer *log_writer; /* of who writes; NULL: SQLite writes the log */
    char *label;                   /* "shard 2 (PATH)", for messages */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    uint64_t looked_at; /* texts that were asked whether they contain another */
};

/* Opens an existing file with SQLITE_OPEN_* flags. Errors: STORE, MEMORY. */
int connection_open(struct connection *connection, unsigned shard, const char *path, int flags,
                    spex_error *error);
/* The same for reading a file that nobody can be writing, because its directory cannot be
 * written: SQLite then needs no files beside it. */
int connection_open_immutable(struct connection *connection, unsigned shard, const char *path,
                              spex_error *error);
void connection_close(struct connection *connection);
/* Runs statements without results. */
int connection_execute(struct connection *connection, const char *sql, spex_error *error);
/* The error of the last SQLite call that failed with `code`. */
int connection_error(const struct connection *connection, int code, spex_error *error);

/* A value to bind: text (NULL is NULL) or a number. */
struct value {
    enum { VALUE_TEXT, VALUE_NUMBER } kind;
    const char *text;
    int64_t number;
};
#define TEXT(what) ((struct value){.kind = VALUE_TEXT, .text = (what)})
#define NUMBER(what) ((struct value){.kind = VALUE_NUMBER, .number = (what)})
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

/* The prepared statement with these values bound, ready to step. The texts must live
 * until statement_end. On failure *statement is NULL or to be ended all the same. */
int statement_start(struct connection *connection, enum statement which, const struct value *values,
                    size_t count, sqlite3_stmt **statement, spex_error *error);
int statement_bind(struct connection *connection, sqlite3_stmt *statement,
                   const struct value *values, size_t count, spex_error *error);
/* One step: *row tells whether there is a row. */
int statement_step(struct connection *connection, sqlite3_stmt *statement, bool *row,
                   spex_error *error);
/* Runs a statement without results. */
int statement_run(struct connection *connection, enum statement which, const struct value *values,
                  size_t count, spex_error *error);
/* Resets and forgets the bound values; NULL is accepted. */
void statement_end(sqlite3_stmt *statement);
/* The column as text; what is NULL, if only in a damaged file, is "" or NULL. */
const char *column_text(sqlite3_stmt *statement, int column);
const char *column_text_or_null(sqlite3_stmt *statement, int column);

/* The columns every instance query begins with, and the instance they make. Its texts
 * are valid until the statement steps on. */
#define INSTANCE_COLUMNS                                                                           \
    "identifier, specification, meta, state, mocked, since, due, deviations, transitions"
enum { INSTANCE_COLUMN_COUNT = 9 };
void column_instance(sqlite3_stmt *statement, int first, int64_t now, spex_instance *instance);

#endif
