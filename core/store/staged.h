/*
 * A shard in the making, in the folder `staging`: filled as fast as can be, without a
 * journal, because until it is whole and on the disk it is nobody's.
 */
#ifndef STORE_STAGED_H
#define STORE_STAGED_H

#include "base/text.h"
#include "store/connection.h"
#include "store/store.h"

/* A table whose rows are written with all columns it has but the first, which is given apart
 * (or, a key, made by SQLite). So what a column means need not be known here. */
struct table_writer {
    struct text columns; /* "a, b, c" */
    int count;
    sqlite3_stmt *insert;
};
enum staged_table { TABLE_INSTANCE, TABLE_HISTORY, TABLE_DEVIATION, TABLE_EVENT, TABLE_COUNT };

struct staged {
    unsigned number;
    struct connection connection;
    struct table_writer tables[TABLE_COUNT];
    sqlite3_stmt *observe, *learn, *fingerprint;
    struct text indexes; /* the SQL that makes them, once everything is in */
};

/* `staging` as staging_begin made it. Its cache has `cache` KiB. */
int staged_open(struct staged *staged, const struct store *staging, unsigned number, int cache,
                spex_error *error);
/* A row for the table: its first column's value (0: none, SQLite's) and then the columns of
 * `from` behind `first`, in the order of the writer's columns. Answers the row's key. */
int staged_write(struct staged *staged, enum staged_table table, int64_t key, sqlite3_stmt *from,
                 int first, int64_t *made, spex_error *error);
/* The same in two steps, with values changed between: ?1 is the first column, ?2 the next. */
int staged_bind(struct staged *staged, enum staged_table table, int64_t key, sqlite3_stmt *from,
                int first, spex_error *error);
int staged_step(struct staged *staged, sqlite3_stmt *statement, spex_error *error);
/* An observed transition: specification, from, action, to, count, learned, first, last seen;
 * added to what is there. */
int staged_observe(struct staged *staged, sqlite3_stmt *from, spex_error *error);
int staged_learn(struct staged *staged, const char *specification, spex_error *error);
int staged_fingerprint(struct staged *staged, const char *specification, int64_t fingerprint,
                       spex_error *error);
/* Makes the indexes, puts the events in order, and brings all to the disk. */
int staged_finish(struct staged *staged, const struct store *staging, spex_error *error);
/* In any case, also after staged_finish. */
void staged_close(struct staged *staged);

#endif
