/* What verify's files share; repair asks the same questions. */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "base/error.h"
#include "base/symbols.h"
#include "store/connection.h"
#include "store/maintenance.h"

/* How often each transition is found in histories, and was counted: over all shards,
 * because resharding adds the counts up. */
struct observations {
    struct symbols names;
    struct symbols keys; /* "SPECIFICATION: FROM --[ACTION]-> TO" */
    struct observed {
        uint32_t specification, from, action, to; /* names */
        uint64_t taken, taken_learning, counted, counted_learning;
        int64_t first, last; /* when it was taken */
    } * items;               /* by key */
    size_t capacity;
};
void observations_release(struct observations *observations);

/* Looks at one shard. `problems` gets the bit of each kind of problem it has. Errors:
 * CANCELLED, MEMORY. */
int verify_shard(const struct store *store, unsigned number, struct verification *verification,
                 struct observations *observations, unsigned *problems, spex_error *error);
/* Tells the finding. */
void verify_tell(struct verification *verification, enum problem problem, unsigned shard,
                 const char *format, ...) PRINTF_LIKE(4, 5);

#endif
