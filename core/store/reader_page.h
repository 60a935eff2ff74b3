/*
 * How a page of instances is read; for the files reader_*.c alone.
 *
 * A walk goes along an index in the wanted order, shard by shard merged, and stops when the
 * page is full. It has segments, one behind the other: the pairs of specification and state
 * for orders by those, what is due and what is never for the order by due time. Where no
 * index has the order, or so few rows match that walking would be long, a scan looks at all
 * rows of the shards in portions and keeps the first ones. Where an index leaves few rows,
 * those are sorted.
 */
#ifndef STORE_READER_PAGE_H
#define STORE_READER_PAGE_H

#include "store/reader_private.h"

enum due_part { DUE_ANY, DUE_SOME, DUE_NEVER };

struct segment {
    char *specification, *state; /* only those; NULL: all */
    enum due_part due;
};

struct plan {
    bool scan;
    bool along_identifiers;    /* the scan: in their index, where most rows are passed over */
    int64_t patience;          /* with a walk, as the reader's */
    const struct filter *hint; /* the part of identifiers that few of them have; or NULL */
    bool by_pairs;          /* a head for each pair of the segments, not one pair after the other */
    const char *index;      /* " INDEXED BY ..." or "" */
    enum instance_order by; /* the order inside a segment */
    struct segment *segments;
    size_t count, capacity;
};

/* A page being read. */
struct reading {
    struct reader *reader;
    const struct page_request *request;
    const struct filter *filter; /* the request's, made simpler */
    int64_t now;
    bool rising; /* in the direction of reading */
    struct page *page;
    size_t capacity;
    struct page seen; /* found ahead of the page's turn, to be shown */
    size_t seen_capacity;
    uint64_t texts; /* how many will be asked whether they contain another; 0: unknown */
    bool *failed;   /* a shard: it cannot be read, or not any more */
    int partial;
    spex_error *error;
};

/* Inside the shards' read transactions. False: it is over, as below. */
bool reading_plan(struct reading *reading, struct plan *plan);
void reading_plan_release(struct plan *plan);
/* Fill the page, in the direction of reading. False: it is over, with `partial` as its status. */
bool reading_walk(struct reading *reading, const struct plan *plan);
bool reading_scan(struct reading *reading, const struct plan *plan);
/* Puts a row into its place among those of the page, which stays as long as the limit. */
int reading_insert(struct reading *reading, const spex_instance *row, spex_error *error);
/* Whether `left` comes before `right` in the direction of reading. */
bool reading_before(const struct reading *reading, const spex_instance *left,
                    const spex_instance *right);
/* Notes a row to be shown ahead of its turn. */
int reading_note_seen(struct reading *reading, const spex_instance *row, spex_error *error);
/* Tells whoever waits what there is so far. */
void reading_show(const struct reading *reading, double part);
/* Notes and shows the first identifiers that contain what the test says. */
void reading_hint(struct reading *reading, const struct filter *test);
/* The connection of a shard that can be read, or NULL. */
struct connection *reading_shard(const struct reading *reading, unsigned index);
/* Notes what became of a shard; false: the reading is over. */
bool reading_note(struct reading *reading, unsigned index, int status, const spex_error *failure);

#endif
