/* The labels of a .aut file that were met already, for looking up millions of them: nearly all of
 * what is compared is in the table itself, which can be asked for ahead. */
#ifndef FORMAT_AUT_LABELS_H
#define FORMAT_AUT_LABELS_H

#include "format/aut_line.h"
#include "model/lts.h"

enum { AUT_LABEL_WORDS = 2, AUT_LABEL_BYTES = 8 * AUT_LABEL_WORDS };

struct aut_label {
    uint64_t words[AUT_LABEL_WORDS]; /* the first bytes, zeros behind them; the rest: its name */
    uint32_t hash;
    uint32_t length; /* 0: none */
    uint32_t label;
};

struct aut_labels { /* open addressing */
    const struct symbols *names;
    struct aut_label *places;
    size_t count, capacity;
};

/* False when memory is out. */
bool aut_labels_init(struct aut_labels *labels, const struct symbols *names);
void aut_labels_release(struct aut_labels *labels);
/* Not an empty one, nor a long one that is not called like this. The hash is that of below. */
bool aut_labels_add(struct aut_labels *labels, const char *bytes, size_t length, uint32_t hash,
                    uint32_t label);

/* A word of the label; AUT_MARGIN bytes behind it can be read. */
static inline uint64_t aut_label_word(const char *bytes, size_t length, size_t at)
{
    size_t left = length - at;
    uint64_t word = aut_load(bytes + at);
    return left < 8 ? word & ~(UINT64_MAX << 8 * left) : word;
}

static inline uint32_t aut_label_hash(const char *bytes, size_t length)
{
    uint64_t mix = length * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t at = 0; at < length; at += 8) {
        mix = (mix ^ aut_label_word(bytes, length, at)) * UINT64_C(0xBF58476D1CE4E5B9);
        mix ^= mix >> 29;
    }
    return (uint32_t)(mix ^ mix >> 32);
}

static inline struct aut_label *aut_labels_place(const struct aut_labels *labels, uint32_t hash)
{
    return &labels->places[hash & (labels->capacity - 1)];
}

static inline bool aut_label_is(const struct aut_labels *labels, const struct aut_label *label,
                                const char *bytes, size_t length, uint32_t hash)
{
    bool same = label->hash == hash && label->length == length;
    for (size_t at = 0; same && at < length && at < AUT_LABEL_BYTES; at += 8)
        same = label->words[at / 8] == aut_label_word(bytes, length, at);
    if (same && length > AUT_LABEL_BYTES)
        same = memcmp(labels->names->names[label->label] + AUT_LABEL_BYTES, bytes + AUT_LABEL_BYTES,
                      length - AUT_LABEL_BYTES) == 0;
    return same;
}

/* Where the label is, or where it can go: there the length is 0. */
static inline struct aut_label *aut_labels_find(const struct aut_labels *labels, const char *bytes,
                                                size_t length, uint32_t hash)
{
    struct aut_label *place = aut_labels_place(labels, hash);
    while (place->length && !aut_label_is(labels, place, bytes, length, hash))
        if (++place == labels->places + labels->capacity)
            place = labels->places;
    return place;
}

#endif
