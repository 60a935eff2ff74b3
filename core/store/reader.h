/*
 * Looking at a store without being its manager: the explorer, `spex instances`.
 * Read-only connections to every shard, merged. One thread at a time a reader.
 *
 * What asks all shards and finds one unreadable answers SPEX_ERROR_STORE, which names
 * it, and hands out what the others hold all the same; the caller frees that as ever.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "model/filter.h"
#include "model/instance.h"
#include "spex.h"

struct reader;

/* Opens all shards it can; one that is missing or damaged is noted (reader_fault) and
 * the others serve. Where the store's directory cannot be written and holds no changes
 * that are not in the shards yet, they are opened as files that never change. Errors: STORE (not a
 * store, newer format), SYSTEM, NOT_FOUND (no such directory, no store in it yet), MEMORY. */
int reader_open(struct reader **reader, const char *store_dir, const spex_clock *clock,
                spex_error *error);
void reader_close(struct reader *reader);
unsigned reader_shard_count(const struct reader *reader);
/* Why shard 1 .. N cannot be read; NULL if it can. */
const char *reader_fault(const struct reader *reader, unsigned shard);

/* Whether any shard changed since the last call (PRAGMA data_version: microseconds). A
 * shard whose file was replaced or came back is opened again, and so is the whole store
 * when its manifest was: the number of shards may be another one afterwards. */
bool reader_changed(struct reader *reader);

struct state_count {
    char *specification;
    char *state;
    uint64_t instances;
    uint64_t overdue;
    uint64_t deviated;
    uint64_t mocked;
};
/* A row a (specification, state), in byte order; array freed with state_counts_free. Where
 * thousands are overdue that no manager has reported yet, these are counted a specification
 * only, in its row of state "". */
int reader_counts(struct reader *reader, struct state_count **counts, size_t *count,
                  spex_error *error);
void state_counts_free(struct state_count *counts, size_t count);
/* Sorts, and sums what is of one specification and state; answers how many are left. */
size_t state_counts_sum(struct state_count *counts, size_t count);

/* By these, and then by identifier. OVERDUE is by due time, the longest overdue first and what
 * is never due last; CHANGED is by the time since when the state lasts. */
enum instance_order {
    ORDER_IDENTIFIER,
    ORDER_SPECIFICATION, /* and state */
    ORDER_STATE,         /* and specification */
    ORDER_CHANGED,
    ORDER_HISTORY, /* by how many transitions */
    ORDER_OVERDUE,
    INSTANCE_ORDERS
};
extern const char *const instance_order_names[INSTANCE_ORDERS];
bool instance_order_named(const char *name, enum instance_order *order);
/* As strcmp, in ascending order. */
int instance_order_compare(enum instance_order by, const spex_instance *left,
                           const spex_instance *right);

/* Keyset paging: rows strictly behind (or, backwards, before) the anchor row in the
 * order; anchor NULL starts at the first (last). Of an anchor only what the order is by is
 * read, so that it may be gone from the store. */
struct page_request {
    const struct filter *filter; /* NULL: all */
    enum instance_order order;
    bool descending;
    bool backwards;
    const spex_instance *anchor;
    size_t limit;
    bool (*cancelled)(void *context); /* may be NULL */
    /* What was found so far, in the order of reading, which backwards is the reverse; what
     * takes long calls it often. `part`: how much was looked at, negative: unknown. The rows
     * are the reader's. May be NULL. */
    void (*found)(void *context, spex_instance *const *rows, size_t count, double part);
    void *context;
};
struct page {
    /* In display order, also when read backwards; without steps. page_release frees them;
     * one that was taken out is freed with spex_instance_free. */
    spex_instance **rows;
    size_t count;
};
/* Errors: STORE (named shard; the page holds the others' rows), CANCELLED, MEMORY. */
int reader_page(struct reader *reader, const struct page_request *request, struct page *page,
                spex_error *error);
void page_release(struct page *page);
/* How many instances of the request's filter come before the row, in the request's order. */
int reader_before(struct reader *reader, const struct page_request *request,
                  const spex_instance *row, uint64_t *count, spex_error *error);
/* While set, calls end early with SPEX_ERROR_CANCELLED when it says so; NULL: never. */
void reader_watch(struct reader *reader, bool (*cancelled)(void *context), void *context);
/* How many instances match; filter NULL: all. */
int reader_count(struct reader *reader, const struct filter *filter, uint64_t *count,
                 spex_error *error);

/* How many match of which specification and state, as reader_counts; looks at all of them. */
int reader_kinds(struct reader *reader, const struct filter *filter, struct state_count **kinds,
                 size_t *count, spex_error *error);

/* One instance with its newest `steps` steps (0: all). Errors: NOT_FOUND, STORE, MEMORY. */
int reader_instance(struct reader *reader, const char *identifier, size_t steps,
                    spex_instance **instance, spex_error *error);

/* Adds to the model what the instance did that its model does not have, each once, as far as the
 * store keeps it (SHARD_OVERLAY_MAX). Errors: STORE, MEMORY. */
int reader_deviations(struct reader *reader, const char *identifier, struct spex_model *model,
                      spex_error *error);

/* How often each transition of a specification was observed (all shards summed), in
 * byte order of (from, action, to). Strings are owned by the array. */
struct observed_transition {
    char *from, *action, *to;
    uint64_t count;
    uint64_t learned; /* how many of them while a model was learning */
    int64_t first_seen, last_seen;
};
int reader_observed(struct reader *reader, const char *specification,
                    struct observed_transition **observed, size_t *count, spex_error *error);
void observed_free(struct observed_transition *observed, size_t count);
/* Specifications for which the store holds a model in learning mode; symbols in byte order. */
int reader_learning(struct reader *reader, char ***specifications, size_t *count,
                    spex_error *error);

/* Identifiers of instances that took this transition, at most `limit`, in byte order: those
 * for which it was a deviation, else any. An initialisation is from "nil". The search is bounded:
 * in a large store none may be found of those that there are. Free with instances_free. */
int reader_instances_with(struct reader *reader, const char *specification, const char *from,
                          const char *action, const char *to, size_t limit, char ***identifiers,
                          size_t *count, spex_error *error);
void instances_free(char **identifiers, size_t count);

/* Deviations, timeouts and refused calls, newest first. */
struct event {
    int64_t at;
    spex_reason reason;
    char *specification, *identifier, *from, *action, *to, *message; /* each may be NULL */
};
int reader_events(struct reader *reader, size_t limit, struct event **events, size_t *count,
                  spex_error *error);
/* Whether the event is one that a filter of events asks for. */
bool event_matches(const struct filter *filter, const struct event *event, int64_t now);
void events_free(struct event *events, size_t count);
/* As `spex events --json` prints it; keys as in spex(5). */
void event_write_json(const struct event *event, struct text *text);

#endif
