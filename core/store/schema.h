/* The tables of a shard, their versions, and whether a file is the shard it should be. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/connection.h"
#include "store/store.h"

#define SCHEMA_APPLICATION 0x53706578 /* "Spex" */
#define SCHEMA_VERSION 1

/* Makes the file of a new store's shard. Errors: STORE, MEMORY. */
int schema_create(const struct store *store, unsigned shard, spex_error *error);
/* Errors: STORE (not a shard of this store, damaged, newer), MEMORY. `version` is that of the file.
 */
int schema_check(struct connection *connection, const struct store *store, unsigned shard,
                 int *version, spex_error *error);
/* Brings an older file up to SCHEMA_VERSION, inside the caller's transaction. */
int schema_migrate(struct connection *connection, int version, spex_error *error);

#endif
