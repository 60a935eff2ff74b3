/* Opening a shard only to look at it. */
#ifndef STORE_INSPECT_H
#define STORE_INSPECT_H

#include "base/progress.h"
#include "store/connection.h"
#include "store/store.h"

/* Opens shard `number` for reading, when it is the one it should be. Where the directory
 * cannot be written and the log holds nothing, as a file that never changes. Errors: STORE
 * (missing, damaged, newer, of another store), BUSY, MEMORY. */
int inspect_open(struct connection *connection, const struct store *store, unsigned number,
                 int *version, spex_error *error);
/* A statement of one row and one number; no row is 0. */
int inspect_number(struct connection *connection, const char *sql, int64_t *number,
                   spex_error *error);
/* How large PATH with this ending is; 0: it is not there. */
uint64_t inspect_bytes(const char *path, const char *ending);
/* Prepares a statement of the caller's own, to be finalized. */
int inspect_prepare(struct connection *connection, const char *sql, sqlite3_stmt **statement,
                    spex_error *error);

/* Lets long statements of a connection report how far the whole is, and be interrupted. */
struct watch {
    const struct progress *progress; /* may be NULL */
    const char *what;
    double from, to; /* the part of the whole that is done before and after */
};
void inspect_watch(struct connection *connection, struct watch *watch);
/* Between statements; false: cancelled. */
bool watch_report(struct watch *watch, double part);

#endif
