/*
 * Looks for a text in an index of SQLite's, page by page as they lie in the file, which takes a
 * fraction of what asking SQLite row by row does. A hint, no more: what is in the write-ahead
 * log is not there, and a page that is just being written may be torn. Whoever needs to know
 * asks SQLite about what was found.
 */
#ifndef STORE_INDEX_SEARCH_H
#define STORE_INDEX_SEARCH_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/part.h"

struct index_search {
    /* -- wanted */
    sqlite3 *database; /* nobody else uses it meanwhile */
    uint32_t root;     /* the index's page; its first column is text */
    struct text_part *const *parts;
    size_t part_count;
    size_t most;             /* ends when so many are found, */
    const atomic_bool *stop; /* or when this says so */
    /* -- found: texts that contain one of the parts; index_search_release frees them */
    char **found;
    size_t count, capacity;
    /* -- its own */
    sqlite3_file *file;
    size_t page_size, usable;
    uint32_t pages; /* that may still be looked at: a damaged tree has no end */
};
void index_search_run(struct index_search *search);
void index_search_release(struct index_search *search);

#endif
