/* What the files that implement store/reader.h share. */
#ifndef STORE_READER_PRIVATE_H
#define STORE_READER_PRIVATE_H

#include <sys/stat.h>

#include "store/connection.h"
#include "store/query.h"
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

struct reading;

struct reader {
    const struct reading *reading; /* that is to say how far it is; NULL: none */
    bool (*cancelled)(void *context);
    void *cancel_context;
    int64_t patience; /* how often SQLite may still ask whether to go on; negative: for ever */
    struct store store;
    spex_clock clock;
    struct reader_shard *shards;
    struct stat manifest;
};

int64_t reader_now(const struct reader *reader);
/* The connection of shard 0 .. N-1; NULL if it is not open. */
struct connection *reader_shard(const struct reader *reader, unsigned index);
/* Begins and ends a read transaction in every open shard, watched for being cancelled and,
 * between, for `patience`. */
enum { READER_STEPS = 2000 }; /* of SQLite's machine, between two looks */
void reader_begin(struct reader *reader, bool (*cancelled)(void *context), void *context);
void reader_end(struct reader *reader);
bool reader_is_cancelled(const struct reader *reader);
/* SPEX_OK, or SPEX_ERROR_STORE naming the first shard that is not open. */
int reader_partial(const struct reader *reader, spex_error *error);
/* What to answer after one shard's status: a failure of the store is kept in *error and
 * *partial, and the walk goes on; others end it. */
bool reader_goes_on(int status, const spex_error *failure, int *partial, spex_error *error);

/* What all matches of a filter have in common that an index or the tally knows of. */
struct common {
    const struct filter *specification, *state, *identifier; /* tests for equal names, or NULL */
    const struct filter *age;
    const struct filter *part_of_identifier; /* identifiers that contain something, or NULL */
    bool overdue, deviated, mocked;
    bool whole; /* and nothing else is asked for */
};
struct common reader_common(const struct filter *filter);
/* " FROM tally WHERE ...": its rows of the specifications and states that are meant. */
void reader_tally_condition(struct query *query, const struct common *common);
/* How many instances those have of something: "instances", "deviated", "mocked". */
int reader_tally_sum(struct connection *connection, const struct common *common, const char *column,
                     int64_t *sum, spex_error *error);
/* A filter that says the same of this store for less work; the caller frees it. */
int reader_simplify(struct reader *reader, const struct filter *filter, struct filter **simple,
                    spex_error *error);
/* The one number that the query answers; releases it. */
int reader_number(struct connection *connection, struct query *query, int64_t *number,
                  spex_error *error);
/* The index of due times, and the condition that lets SQLite use what it begins with. */
#define READER_BY_DUE " INDEXED BY instance_due"
#define READER_BY_DUE_TOO                                                                          \
    " AND specification IN (SELECT specification FROM tally) AND reported IN (0, 1)"

/* " AND ...": behind the anchor; " ORDER BY ...". */
void reader_order_anchor(struct query *query, enum instance_order order, bool rising,
                         const spex_instance *anchor);
void reader_order_by(struct query *query, enum instance_order order, bool rising);

#endif
