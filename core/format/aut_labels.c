#include "format/aut_labels.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FEWEST = 256, GROWTH = 2 };

bool aut_labels_init(struct aut_labels *labels)
{
    *labels = (struct aut_labels){.capacity = FEWEST};
    labels->places = memory_allocate(labels->capacity, sizeof *labels->places);
    return labels->places != NULL;
}

void aut_labels_release(struct aut_labels *labels)
{
    free(labels->places);
    *labels = (struct aut_labels){0};
}

static uint64_t hash_again(const struct aut_label *label)
{
    char bytes[8 * AUT_LABEL_WORDS + AUT_MARGIN] = {0};
    for (size_t i = 0; i < AUT_LABEL_WORDS; i++) {
        uint64_t word = htole64(label->words[i]);
        memcpy(bytes + 8 * i, &word, sizeof word);
    }
    return aut_label_hash(bytes, label->length);
}

static bool grow(struct aut_labels *labels)
{
    struct aut_labels bigger = {.count = labels->count, .capacity = labels->capacity * GROWTH};
    bigger.places = memory_allocate(bigger.capacity, sizeof *bigger.places);
    if (!bigger.places)
        return false;
    for (size_t i = 0; i < labels->capacity; i++) {
        const struct aut_label *label = &labels->places[i];
        struct aut_label *place = aut_labels_place(&bigger, label->length ? hash_again(label) : 0);
        if (!label->length)
            continue;
        while (place->length)
            if (++place == bigger.places + bigger.capacity)
                place = bigger.places;
        *place = *label;
    }
    free(labels->places);
    *labels = bigger;
    return true;
}

bool aut_labels_add(struct aut_labels *labels, const char *bytes, size_t length, uint64_t hash,
                    uint32_t label)
{
    if (length == 0 || length > 8 * AUT_LABEL_WORDS)
        return true;
    if (++labels->count > labels->capacity / 4 * 3 && !grow(labels))
        return false;
    struct aut_label *place = aut_labels_find(labels, bytes, length, hash);
    *place = (struct aut_label){.length = (uint32_t)length, .label = label};
    for (size_t at = 0; at < length; at += 8)
        place->words[at / 8] = aut_label_word(bytes, length, at);
    return true;
}
