/*
 * A window on the instances of the store: some hundred rows around the cursor, read by
 * key and never by number, so that it costs the same with ten or ten million instances.
 * What takes long shows what it has found so far, and is given up for the next question.
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
    int64_t *fresh; /* of each item: until when it counts as changed; 0: it did not change */
    size_t count;
    spex_instance *anchor; /* the row before items[0]; NULL: items[0] is the first of all */
    bool at_end;           /* nothing behind the last item */
    uint64_t total;        /* how many match; valid when counted */
    bool counted;
    size_t base; /* number of items[0] among all; valid when base_known */
    bool base_known;
    bool stale;     /* the items are still those of the filter or order before, for a moment */
    bool searching; /* the items are what was found so far */
    double part;    /* of all rows that were looked at; negative: unknown */
    char *keep;     /* the identifier that the window is to show, wherever it went; or NULL */
    spex_error error;
    /* -- its own */
    struct rows_job *job; /* the page that is asked for; NULL: none */
    struct count_job *counting;
    bool again;            /* once more when that is done */
    uint64_t generation;   /* of the items: what was counted for others does not count */
    int64_t asked_at;      /* when the filter or order became another; microseconds */
    int64_t cost, read_at; /* of the last page, and when */
    int64_t count_cost, counted_at;
    bool recount; /* it was put off */
};

bool rows_loading(const struct rows *rows);
/* Asks for the first rows of a new filter, which it takes over, or of another order. */
void rows_filter(struct rows *rows, struct filter *filter);
void rows_order(struct rows *rows, enum instance_order order, bool descending);
/* Reads the window again where it is, because the store changed; what is costly less often. */
void rows_reload(struct rows *rows);
/* Does what was put off; true if something on the screen is to change. */
bool rows_tick(struct rows *rows);
/* Moves the window so that both sides of the cursor are filled. */
void rows_around(struct rows *rows, size_t cursor);
void rows_first(struct rows *rows);
void rows_last(struct rows *rows);
/* Keeps this instance in the window; NULL: none. */
void rows_keep(struct rows *rows, const char *identifier);
void rows_release(struct rows *rows);

/* ---- rows_fresh.c */
/* Marks what changed since it was shown (`old`; NULL: something else was), and what came while it
 * was. */
void rows_mark_fresh(struct rows *rows, const struct rows *old, int64_t last_read);
/* What was marked long enough; true if there was something. */
bool rows_forget_fresh(struct rows *rows);

/* ---- rows_count.c */
enum { ROWS_REST = 8 }; /* what is read again and again may take this part of the time */
/* Counts what matches, unless the window shows all of it, and where the window begins. */
void rows_count(struct rows *rows);
void rows_stop_counting(struct rows *rows);
int64_t rows_moment(const struct rows *rows);

#endif
