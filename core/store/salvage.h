/*
 * What a damaged shard still holds, written to a new one: rows are read by ranges of keys
 * around the pages that cannot be read; instances whose row is lost are put together from
 * the indexes and their history.
 */
#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include "base/error.h"
#include "store/maintenance.h"
#include "store/staged.h"

struct salvage {
    const struct store *store;
    unsigned number;
    struct connection from; /* the damaged one; its database NULL: nothing can be read */
    struct staged *to;
    struct repaired_shard *result;
    const struct repair_options *options;
    char *copy; /* of the damaged file with a new beginning, or NULL */

    bool damaged; /* a row of the table at work could not be read */
    sqlite3_stmt *steps, *correct, *deviate;
    struct text state, before; /* the last step's state; the one before */
    uint64_t progress;
};

/* Opens the damaged shard as far as that can be. Errors: STORE (it is another store's, or newer:
 * nothing to salvage here), MEMORY, SYSTEM. */
int salvage_open(struct salvage *salvage, const struct store *staging, spex_error *error);
void salvage_close(struct salvage *salvage);
/* Everything. Errors: of the new shard, CANCELLED, MEMORY. */
int salvage_run(struct salvage *salvage, spex_error *error);

/* -- between the files that implement this */

/* Walks a table or an index whose first column is a number and ?1 where to begin, past what
 * cannot be read. */
typedef int (*salvage_row)(struct salvage *salvage, sqlite3_stmt *row, void *context,
                           spex_error *error);
int salvage_walk(struct salvage *salvage, sqlite3_stmt *statement, int64_t first, salvage_row take,
                 void *context, spex_error *error);
/* Walks what `sql` selects in the order of `order`, from both ends as far as that can be
 * read. A missing table or index is nothing. */
int salvage_both_ends(struct salvage *salvage, const char *sql, const char *order, salvage_row take,
                      void *context, spex_error *error);
/* Writing a row that the new shard may refuse, because it is none: *refused. */
int salvage_accept(struct salvage *salvage, int status, bool *refused, spex_error *error);
/* Whether a column holds a name; whether the texts of all of them are texts at all: where a
 * page is cut short, they end in zeroes. */
bool salvage_name(sqlite3_stmt *row, int column, size_t limit);
bool salvage_texts(sqlite3_stmt *row);
void salvage_tell(struct salvage *salvage, enum repair_event event, const char *identifier,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* An instance, whose row the new shard has already, gets its history; what of row and history
 * does not agree is put right. `expected` steps were counted. */
int salvage_history(struct salvage *salvage, int64_t key, const char *identifier, uint64_t expected,
                    spex_error *error);
/* Instances that only indexes know. */
int salvage_lost(struct salvage *salvage, spex_error *error);

#endif
