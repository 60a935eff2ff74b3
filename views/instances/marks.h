/* The instances that were marked, by identifier: these, or all that match but these. */
#ifndef VIEWS_MARKS_H
#define VIEWS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct marks {
    char **names; /* a hash table; NULL: free */
    size_t capacity, count;
    bool all; /* everything is marked but the names */
};

bool marks_has(const struct marks *marks, const char *identifier);
/* Marks, or takes the mark away. */
void marks_toggle(struct marks *marks, const char *identifier);
/* Marks everything that matches; nothing. */
void marks_everything(struct marks *marks);
void marks_clear(struct marks *marks);
/* How many of `total` are marked. */
uint64_t marks_count(const struct marks *marks, uint64_t total);
bool marks_any(const struct marks *marks);

#endif
