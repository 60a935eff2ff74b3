/*
 * Changing a store as a whole, so that no moment at which a process may die leaves half of
 * it: new shards are made in the folder `staging`; a manifest that says `switching` decides
 * that they are the store's; then they are moved into their places, by this process or by
 * whoever opens the store next. Before the manifest says so, `staging` is rubbish.
 *
 * Who changes the store holds its directory's lock alone; who must not see it changed (a
 * backup) shares that lock. A process that dies gives it back.
 */
#ifndef STORE_STAGING_H
#define STORE_STAGING_H

#include "store/store.h"

#define STAGING_NAME "staging"

enum hold { HOLD_SHARED, HOLD_ALONE };
enum { HOLD_PATIENCE = 500 }; /* ms: clearing up behind a process that died takes less */
/* Waits at most `wait` ms. Errors: BUSY (says who, as far as is known), SYSTEM. */
int store_hold(const struct store *store, enum hold hold, int wait, int *descriptor,
               spex_error *error);
void store_let_go(int descriptor);
/* Says in *error, which tells of a lock that was not to be had, who has it, if that is known;
 * answers BUSY. */
int store_busy(const struct store *store, spex_error *error);
/* Whether the store is the one that *store was read from: not resharded or being so.
 * Errors: STORE, SYSTEM, MEMORY. */
int store_still(const struct store *store, spex_error *error);

/* Makes the folder anew, with a note about who does what in it; *staging is the store that
 * it will hold. The directory is held alone. Errors: SYSTEM, MEMORY. */
int staging_begin(const struct store *store, const char *operation, unsigned shards,
                  struct store *staging, spex_error *error);
/* Forgets what is in it. */
void staging_abandon(const struct store *store, struct store *staging);
/* From here on the staged shards are the store's. `switching` is "reshard": they take the
 * place of all there were; or "repair STAMP": of those of the same numbers, which are kept
 * as shard-K.db.damaged-STAMP. *store becomes what the store is now, *staging is released.
 * Errors: SYSTEM, STORE, MEMORY; store->switching tells that it was after the decision. */
int staging_switch(struct store *store, struct store *staging, const char *switching,
                   spex_error *error);

/* For whoever has read the manifest: brings to an end what a process left when it died,
 * and reads the manifest again. With `tidy`, rubbish is removed too. Errors: BUSY (it is
 * being changed just now: by whom, since when), SYSTEM (not permitted), STORE, MEMORY. */
int store_settle(struct store *store, bool tidy, spex_error *error);
/* Whether the folder is there, and what it is: a sentence without an end. */
bool staging_there(const struct store *store);

#endif
