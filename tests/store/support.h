/* What the suites of the store as a whole share: a store with something in it, its content
 * as text, SQL behind its back. */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H

#include "base/base.h"
#include "store/maintenance.h"
#include "store/reader.h"
#include "store/shard.h"
#include "tests/suite.h"

#define FILLED_AT INT64_C(1770000000000000) /* 2026-02-02 */

/* Makes (or adds to) the store: instances "i-FIRST" and so on with up to 9 steps each, some
 * deviating, some mocked, with observations, events and learning, as a manager writes them. */
void store_fill(const char *directory, unsigned shards, unsigned first, unsigned count);
/* The same for one instance, in a transaction of its own. Errors as of the shard. */
int store_record(struct shard *shard, unsigned number, spex_error *error);
int store_shard_open(const struct store *store, unsigned number, struct shard **shard,
                     spex_error *error);

/* A clock that stands at FILLED_AT, and a shard opened with it that keeps ten events. */
extern const spex_clock still_clock;
struct shard *still_shard(const struct store *store, unsigned number);

/* Everything a reader can see of the store, a line each, whatever shard it is in. Free it. */
char *store_content(const char *directory);
/* Fails the test, showing the first difference, unless the content is `expected`. */
void expect_content(const char *directory, const char *expected);

/* Runs SQL on a shard's file, without any lock. */
void shard_execute(const char *directory, unsigned shard, const char *sql);
int64_t shard_number(const char *directory, unsigned shard, const char *sql);

/* The kinds of problems that verify finds, "damaged tally" and so on; "sound" if none. */
const char *verify_words(const char *directory);
#define EXPECT_SOUND(directory) ASSERT_TEXT(verify_words(directory), "sound")

#endif
