/* What the files that implement store/reader.h share. */
#ifndef STORE_READER_PRIVATE_H
#define STORE_READER_PRIVATE_H

#include <sys/stat.h>

#include "store/connection.h"
#include "store/reader.h"
#include "store/store.h"

struct reader_shard {
    struct connection connection;
    bool open;
    char *fault; /* why it is not open */
    int64_t version;
    dev_t device;
    ino_t file;
};

struct reader {
    struct store store;
    spex_clock clock;
    struct reader_shard *shards;
    struct stat manifest;
};

int64_t reader_now(const struct reader *reader);
/* SPEX_OK, or SPEX_ERROR_STORE naming the first shard that is not open. */
int reader_partial(const struct reader *reader, spex_error *error);
/* What to answer after one shard's status: a failure of the store is kept in *error and
 * *partial, and the walk goes on; others end it. */
bool reader_goes_on(int status, const spex_error *failure, int *partial, spex_error *error);

/* The conditions of a filter, for a WHERE clause. */
struct conditions {
    struct value values[16];
    size_t count;
};
struct text;
void conditions_append(struct text *sql, struct conditions *conditions, const spex_filter *filter,
                       int64_t now);
void conditions_number(struct text *sql, struct conditions *conditions, int64_t number);
void conditions_text(struct text *sql, struct conditions *conditions, const char *text);

#endif
