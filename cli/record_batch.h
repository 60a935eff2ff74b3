/*
 * Records that are reported together and waited for together, so that the shards can
 * commit many of them at once and still each one's answer is known.
 */
#ifndef CLI_RECORD_BATCH_H
#define CLI_RECORD_BATCH_H

#include "format/format.h"
#include "manager/request.h"
#include "spex.h"

#define BATCH_LIMIT 1024

/* A line: a record that is reported, or `error` says why it is none. */
struct batch_entry {
    unsigned line;
    void *owner; /* where it came from, if there are several */
    struct record record;
    struct request *request; /* once it was sent; NULL: there is nothing to send */
    spex_error error;
};

struct record_batch {
    struct batch_entry entries[BATCH_LIMIT];
    size_t count;
    struct request requests[BATCH_LIMIT];
    struct completion completion;
    bool sent;
};

/* Reports every entry without error; `name` is where the lines come from. */
void record_batch_send(struct record_batch *batch, spex_manager *manager, const char *name);
/* Waits until every entry's answer is known. */
void record_batch_wait(struct record_batch *batch);
const spex_error *batch_entry_error(const struct batch_entry *entry);
/* What was stored, or NULL. */
const spex_observation *batch_entry_observation(const struct batch_entry *entry);
/* Waits until the timers of an active manager have done what is due by now. */
void record_timers(spex_manager *manager);
/* Ready for other entries. */
void record_batch_clear(struct record_batch *batch);

#endif
