/* The pairs of a map, found by name or in an order that does not depend on who wrote it. */
#ifndef FORMAT_TERM_MAP_H
#define FORMAT_TERM_MAP_H

#include "format/term.h"

/* Where the terms of a pair begin. */
struct map_pair {
    size_t key;
    size_t value;
};

struct map_pairs {
    struct map_pair *items; /* without `__struct__` */
    uint32_t count;
    size_t end;            /* behind the map */
    struct term structure; /* the value of `__struct__`; length 0: it has none */
};

/* Maps up to this size come sorted by their keys; larger ones as they stand. */
#define MAP_SORTED_MAX 32

/* `reader` is behind the head of a map with `count` pairs that was gone over before. False:
 * memory is out. */
bool map_pairs_read(struct term_reader reader, uint32_t count, struct map_pairs *pairs);
void map_pairs_release(struct map_pairs *pairs);
/* Where the value of this atom begins, if it is of this kind. */
bool map_pairs_find(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                    enum term_kind kind, size_t *value);
bool map_pairs_integer(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                       int64_t *integer);

#endif
