/*
 * core/store - instances on disk: a directory with one SQLite file a shard. This
 * header is the directory; store/shard.h writes a shard, store/reader.h looks at all.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "spex.h"

#define STORE_FORMAT 1
#define STORE_HASH "XXH3_64bits"
#define STORE_SHARDS_DEFAULT 4u
#define STORE_SHARDS_MAX 1024u
#define STORE_UUID_SIZE 37
#define STORE_SWITCHING_SIZE 40

struct store {
    char *directory; /* absolute */
    unsigned shards;
    char uuid[STORE_UUID_SIZE];
    char
        switching[STORE_SWITCHING_SIZE]; /* empty, but while shards are replaced: store/staging.h */
};

/* Reads the store's manifest; where there is no store yet, creates one with `shards`
 * shards (0: the default). `shards` other than what an existing store has is an error.
 * Safe when several processes do it at once. Errors: USAGE, STORE (not a store, another
 * shard count, newer format), SYSTEM, BUSY, MEMORY. */
int store_open(struct store *store, const char *directory, unsigned shards, spex_error *error);
/* The same for an existing store, without a wish for its shards. Errors: also NOT_FOUND. */
int store_load(struct store *store, const char *directory, spex_error *error);
void store_release(struct store *store);
/* Whether its directory may be written at all. Errors: STORE (a network file system), SYSTEM. */
int store_writable(const struct store *store, spex_error *error);

/* 1 .. shards */
unsigned store_shard_of(const char *identifier, unsigned shards);
/* "DIR/shard-2.db", "DIR/shard-2.lock"; free(); NULL when memory is out. */
char *store_shard_path(const struct store *store, unsigned shard);
char *store_lock_path(const struct store *store, unsigned shard);

#endif
