/* What the files that repair a store share. */
#ifndef STORE_REPAIR_H
#define STORE_REPAIR_H

#include "store/lock.h"
#include "store/maintenance.h"
#include "store/verify.h"

struct repairing {
    struct store *store;
    struct store staging;
    struct repair *repair;
    const struct repair_options *options;
    struct shard_lock *locks;
    unsigned *problems; /* of each shard: bits, by verify's kinds */
};

#define REPAIR_STAMP_SIZE 32
void repair_stamp(char stamp[REPAIR_STAMP_SIZE]);
void repair_tell(const struct repairing *work, enum repair_event event, unsigned shard,
                 const char *identifier, const char *format, ...) PRINTF_LIKE(5, 6);

/* Writes store.ini anew from the shards, where it is missing or damaged. */
int repair_manifest(struct repairing *work, const char *directory, spex_error *error);
/* Counts and misplaced instances of one shard, as `problems` says or after a salvage. */
int repair_in_place(struct repairing *work, unsigned number, spex_error *error);
/* Raises what was counted less often than the histories have it. */
int repair_observations(struct repairing *work, const struct observations *observations,
                        spex_error *error);

#endif
