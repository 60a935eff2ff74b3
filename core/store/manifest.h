/*
 * store.ini, which makes a directory a store and says where its instances are. It is
 * replaced in one step, and with it the store: nothing else decides what belongs to it.
 */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include <sys/stat.h>

#include "store/store.h"

#define MANIFEST_NAME "store.ini"

/* Fills in everything but the directory. Errors: NOT_FOUND, STORE (not one, newer format),
 * SYSTEM, MEMORY. */
int manifest_read(struct store *store, spex_error *error);
/* Of a directory that store_load would not take. */
enum manifest_state { MANIFEST_FOREIGN = 0, MANIFEST_FINE, MANIFEST_LOST, MANIFEST_DAMAGED };
enum manifest_state manifest_state(const char *directory);
/* Durable when it returns. Errors: SYSTEM, MEMORY. */
int manifest_write(const struct store *store, spex_error *error);
/* Which file it is and how old; zeroes where there is none. */
void manifest_look(const char *directory, struct stat *about);
bool manifest_is(const struct stat *about, const struct stat *other);
/* "shard-K.": K, else 0. */
unsigned shard_file_number(const char *name);
/* Whether it is called like a file that a store makes: "shard-3.db-wal", but not "shard-3.db.bak".
 */
bool shard_file_known(const char *name);

#endif
