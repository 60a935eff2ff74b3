/* What the files about many instances at once share. */
#ifndef VIEWS_BULK_PRIVATE_H
#define VIEWS_BULK_PRIVATE_H

#include "views/instances/bulk.h"

enum { BULK_PAGE = 500 };

/* What is to be done to which; each step on the way owns one. */
struct bulk {
    struct explorer *explorer;
    enum bulk_kind kind;
    struct filter *filter; /* NULL: all */
    char **names;          /* only these; `all`: all but these */
    size_t name_count, name_capacity;
    bool all;
    struct state_count *kinds; /* the preview */
    size_t kind_count;
    uint64_t total;
    char *specification, *state; /* to mock at */
};

void bulk_free(void *bulk);
/* Calls with filters for some of the names each, together with the bulk's own. */
int bulk_each_names(const struct bulk *bulk,
                    int (*call)(void *context, const struct filter *filter), void *context);
/* Does it, in the background; takes the bulk over. */
void bulk_start(struct bulk *bulk);
/* What the policies of all specifications say is over; NULL: nothing ever is. */
struct filter *bulk_over(const struct workspace *workspace);

#endif
