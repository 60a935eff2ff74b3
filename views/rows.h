/*
 * A window on the instances of the store: some hundred rows around the cursor, read by
 * key and never by number, so that it costs the same with ten or ten million instances.
 */
#ifndef VIEWS_ROWS_H
#define VIEWS_ROWS_H

#include "model/filter.h"
#include "views/explorer.h"

struct rows {
    struct explorer *explorer;
    void (*changed)(void *context); /* new rows are in place */
    void *context;
    struct filter *filter; /* NULL: all */
    enum instance_order order;
    bool descending;
    spex_instance **items;
    size_t count;
    spex_instance *anchor; /* the row before items[0]; NULL: items[0] is the first of all */
    bool at_end;           /* nothing behind the last item */
    uint64_t total;        /* how many match; valid when counted */
    bool counted;
    size_t base; /* number of items[0] among all; valid when base_known */
    bool base_known;
    bool loading, again;
    bool restart;        /* the filter changed while loading */
    bool stale;          /* the items are still those of the filter before */
    uint64_t generation; /* answers to older questions are dropped */
    spex_error error;
};

/* Asks for the first rows of a new filter, which it takes over, or of another order. */
void rows_filter(struct rows *rows, struct filter *filter);
void rows_order(struct rows *rows, enum instance_order order, bool descending);
/* Reads the window again where it is, because the store changed. */
void rows_reload(struct rows *rows);
/* Moves the window so that both sides of the cursor are filled. */
void rows_around(struct rows *rows, size_t cursor);
void rows_first(struct rows *rows);
void rows_last(struct rows *rows);
void rows_release(struct rows *rows);

#endif
