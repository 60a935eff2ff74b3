/* The tables of a shard, their versions, and whether a file is the shard it should be. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/connection.h"
#include "store/store.h"

#define SCHEMA_APPLICATION 0x53706578 /* "Spex" */
#define SCHEMA_VERSION 2

/* Makes the file of a new store's shard. Errors: STORE, MEMORY. */
int schema_create(const struct store *store, unsigned shard, spex_error *error);
/* Errors: STORE (not a shard of this store, damaged, newer), MEMORY. `version` is that of the file.
 */
int schema_check(struct connection *connection, const struct store *store, unsigned shard,
                 int *version, spex_error *error);
/* Brings a file of an older version up to SCHEMA_VERSION, or leaves it as it is. Under the
 * shard's lock. Errors: STORE, MEMORY. */
int schema_bring_up(struct connection *connection, int version, spex_error *error);
/* Lets a connection that only reads see an older file as one of SCHEMA_VERSION. */
int schema_read_as_new(struct connection *connection, int version, spex_error *error);

#endif
