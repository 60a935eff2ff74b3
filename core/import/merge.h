/* One batch of instances, put into one shard in one transaction. */
#ifndef IMPORT_MERGE_H
#define IMPORT_MERGE_H

#include "base/symbols.h"
#include "import/writer.h"
#include "store/reader.h"
#include "store/shard.h"

struct batch_item {
    spex_instance *instance; /* with its steps, newest first */
    bool beyond;
};

struct batch {
    struct batch *next;
    unsigned shard; /* its number */
    struct batch_item *items;
    size_t count, capacity;
    size_t bytes;
};
void batch_free(struct batch *batch);

/* What is known of a shard from batch to batch. */
struct target {
    struct shard *shard;
    int64_t first_key; /* instances from here on are of this import; 0: none yet */
    struct reader
        *reader; /* of a dry run: the store; `shard` is a scratch one. NULL: there is none */
    bool dry;
};
/* On failure nothing of the batch is in the shard, nor in the counts. */
int target_put(struct target *target, const struct project *project, const struct batch *batch,
               struct writer_counts *counts, spex_error *error);

#endif
