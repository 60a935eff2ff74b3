/* What the files that implement store/shard.h share. */
#ifndef STORE_SHARD_PRIVATE_H
#define STORE_SHARD_PRIVATE_H

#include <sys/stat.h>

#include "base/text.h"
#include "store/connection.h"
#include "store/lock.h"
#include "store/shard.h"

struct shard {
    struct connection connection;
    struct shard_lock lock;
    struct store store;
    char *path;
    struct stat file;     /* of the path, when it was opened */
    struct stat manifest; /* of the store, when it was last found to be this one */
    struct shard_options options;
    bool writing;
    bool disk_full;                   /* it was, at the end of this transaction */
    int log_pages;                    /* of the write-ahead log, after the last commit */
    int log_descriptor;               /* of the log's file; negative: none yet */
    int log_seen;                     /* its pages when it was looked after */
    int checkpoint_next;              /* the number of pages at which a checkpoint is due */
    int64_t version;                  /* data_version, when last looked at */
    struct text specification, state; /* of the instance found last */
};

/* Adds the transition in three columns to a model. A name that cannot be one is damage. */
int shard_column_transition(const struct shard *shard, sqlite3_stmt *statement, int first,
                            struct spex_model *model, spex_error *error);

#endif
