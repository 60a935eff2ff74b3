/*
 * Filters that were saved under a name, and those that were typed. Both are kept in small
 * files, `filters` in the configuration's folder and `filter-history` in the state's, where
 * there are such folders.
 */
#ifndef VIEWS_FILTERS_H
#define VIEWS_FILTERS_H

#include "views/screen/history.h"

struct saved_filter {
    char *name, *filter;
};

struct filters {
    struct saved_filter *saved; /* by name */
    size_t saved_count, saved_capacity;
    char *saved_path;             /* NULL: not kept */
    struct history typed, events; /* what was typed, of instances and of events */
};

/* A folder that is NULL keeps nothing. What cannot be read is left out. NULL: memory is out. */
struct filters *filters_create(const char *config_dir, const char *state_dir);
/* Keeps what was typed, and frees. */
void filters_free(struct filters *filters);
/* Saves the filter; an empty one takes the name out. Errors: USAGE (no name for a line of its
 * own), SYSTEM (kept until the end of the program all the same), MEMORY. */
int filters_save(struct filters *filters, const char *name, const char *filter, spex_error *error);

#endif
