/*
 * scene - what bench/record plays in: a scratch directory with the Order project, stores filled
 * without the manager, managers opened on them. Everything here ends the program when it fails.
 */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include "bench/bare.h"
#include "spex.h"

/* Makes the directory, below TMPDIR, with specs/ and models/: Order, and the model that it
 * conforms to, what a program in production records with. */
void scene_begin(void);
void scene_end(void);
/* A path below the directory; free(). */
char *path_of(const char *name);
void ok(int status, const spex_error *error);

/* A store with orders 0 ... count - 1, as bare_fill makes them. */
void fill(const char *name, unsigned shards, uint64_t count, int64_t since, int64_t due);
void remove_store(const char *name);
/* A manager on a store, with Order under this policy (NULL: no timeouts). */
spex_manager *open_manager(const char *name, spex_durability durability, const spex_policy *policy);
/* How far the managers' clocks are ahead, in microseconds, so that what was not due becomes it. */
extern int64_t later;

#endif
