#include "format/term_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What a pair is sorted by: the order of the kinds in Erlang's maps, then the value. */
struct sorted_pair {
    struct map_pair pair;
    unsigned rank;
    double number;
    struct term key;
    const unsigned char *bytes; /* the whole key, for those that only need some order */
    size_t length;
};

static unsigned rank_of(enum term_kind kind)
{
    static const unsigned char ranks[] = {
        [TERM_INTEGER] = 0,   [TERM_BIG] = 0,     [TERM_FLOAT] = 1,    [TERM_ATOM] = 2,
        [TERM_REFERENCE] = 3, [TERM_EXPORT] = 4,  [TERM_FUNCTION] = 4, [TERM_PORT] = 5,
        [TERM_PID] = 6,       [TERM_TUPLE] = 7,   [TERM_MAP] = 8,      [TERM_NIL] = 9,
        [TERM_LIST] = 10,     [TERM_STRING] = 10, [TERM_BINARY] = 11,  [TERM_BITS] = 11};
    return ranks[kind];
}

static double number_of(const struct term *term)
{
    double number = 0;
    if (term->kind == TERM_INTEGER)
        return (double)term->integer;
    if (term->kind == TERM_FLOAT)
        return term->real;
    for (size_t i = term->length; i-- > 0;)
        number = number * 256 + term->bytes[i];
    return term->negative ? -number : number;
}

static int compare_bytes(const unsigned char *left, size_t left_length, const unsigned char *right,
                         size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    int order = shorter ? memcmp(left, right, shorter) : 0;
    return order ? order : (left_length > right_length) - (left_length < right_length);
}

/* By code points, whichever way the names are encoded. */
static int compare_names(const struct term *left, const struct term *right)
{
    if (left->latin1 == right->latin1)
        return compare_bytes(left->bytes, left->length, right->bytes, right->length);
    if (left->latin1)
        return -compare_names(right, left);
    size_t at = 0, other = 0, taken;
    while (at < left->length && other < right->length) {
        int32_t c = utf8_next((const char *)left->bytes + at, left->length - at, &taken);
        if (c != right->bytes[other])
            return c < right->bytes[other] ? -1 : 1;
        at += taken;
        other++;
    }
    return (at < left->length) - (other < right->length);
}

static int compare_pairs(const void *left, const void *right)
{
    const struct sorted_pair *one = left, *other = right;
    int order = 0;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    if (one->key.kind == TERM_INTEGER && other->key.kind == TERM_INTEGER)
        return (one->key.integer > other->key.integer) - (one->key.integer < other->key.integer);
    if (one->key.kind == TERM_ATOM)
        order = compare_names(&one->key, &other->key);
    else if (one->rank == rank_of(TERM_BINARY))
        order = compare_bytes(one->key.bytes, one->key.length, other->key.bytes, other->key.length);
    return order ? order : compare_bytes(one->bytes, one->length, other->bytes, other->length);
}

static void sort_pairs(struct term_reader reader, struct map_pairs *pairs)
{
    struct sorted_pair sorted[MAP_SORTED_MAX];
    for (uint32_t i = 0; i < pairs->count; i++) {
        struct sorted_pair *item = &sorted[i];
        *item = (struct sorted_pair){.pair = pairs->items[i]};
        reader.at = item->pair.key;
        term_next(&reader, &item->key);
        item->rank = rank_of(item->key.kind);
        item->number = item->rank <= 1 ? number_of(&item->key) : 0;
        item->bytes = reader.bytes + item->pair.key;
        item->length = item->pair.value - item->pair.key;
    }
    qsort(sorted, pairs->count, sizeof *sorted, compare_pairs);
    for (uint32_t i = 0; i < pairs->count; i++)
        pairs->items[i] = sorted[i].pair;
}

bool map_pairs_read(struct term_reader reader, uint32_t count, struct map_pairs *pairs)
{
    *pairs = (struct map_pairs){0};
    pairs->items = memory_allocate(count ? count : 1, sizeof *pairs->items);
    if (!pairs->items)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct term_reader look = reader;
        struct map_pair *pair = &pairs->items[pairs->count];
        struct term key;
        pair->key = reader.at;
        term_skip(&reader);
        pair->value = reader.at;
        bool name = term_next(&look, &key) && term_is(&key, "__struct__");
        if (!(name && term_next(&look, &pairs->structure) && pairs->structure.kind == TERM_ATOM))
            pairs->count++;
        term_skip(&reader);
    }
    if (pairs->structure.kind != TERM_ATOM)
        pairs->structure = (struct term){0};
    pairs->end = reader.at;
    if (count <= MAP_SORTED_MAX)
        sort_pairs(reader, pairs);
    return true;
}

void map_pairs_release(struct map_pairs *pairs)
{
    free(pairs->items);
    *pairs = (struct map_pairs){0};
}

bool map_pairs_find(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                    enum term_kind kind, size_t *value)
{
    struct term term;
    for (uint32_t i = 0; i < pairs->count; i++) {
        reader.at = pairs->items[i].key;
        if (!term_next(&reader, &term) || !term_is(&term, name))
            continue;
        *value = pairs->items[i].value;
        return term_next(&reader, &term) && term.kind == kind;
    }
    return false;
}

bool map_pairs_integer(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                       int64_t *integer)
{
    struct term term;
    if (!map_pairs_find(reader, pairs, name, TERM_INTEGER, &reader.at) ||
        !term_next(&reader, &term))
        return false;
    *integer = term.integer;
    return true;
}
