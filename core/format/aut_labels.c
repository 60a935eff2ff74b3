#include "format/aut_labels.h"

#include <stdlib.h>

#include "base/memory.h"

bool aut_labels_init(struct aut_labels *labels, const struct symbols *names)
{
    enum { FEW = 256 };
    *labels = (struct aut_labels){.names = names, .capacity = FEW};
    labels->places = memory_allocate(labels->capacity, sizeof *labels->places);
    return labels->places != NULL;
}

void aut_labels_release(struct aut_labels *labels)
{
    free(labels->places);
    *labels = (struct aut_labels){0};
}

static bool grow(struct aut_labels *labels)
{
    struct aut_labels bigger = *labels;
    bigger.capacity *= 2;
    bigger.places = memory_allocate(bigger.capacity, sizeof *bigger.places);
    if (!bigger.places)
        return false;
    for (size_t i = 0; i < labels->capacity; i++) {
        const struct aut_label *label = &labels->places[i];
        struct aut_label *place = aut_labels_place(&bigger, label->hash);
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

bool aut_labels_add(struct aut_labels *labels, const char *bytes, size_t length, uint32_t hash,
                    uint32_t label)
{
    if (length == 0 || length > UINT32_MAX ||
        (length > AUT_LABEL_BYTES && label == LTS_INTERNAL)) /* it has another name */
        return true;
    if (++labels->count > labels->capacity / 4 * 3 && !grow(labels))
        return false;
    struct aut_label *place = aut_labels_find(labels, bytes, length, hash);
    *place = (struct aut_label){.hash = hash, .length = (uint32_t)length, .label = label};
    for (size_t at = 0; at < length && at < AUT_LABEL_BYTES; at += 8)
        place->words[at / 8] = aut_label_word(bytes, length, at);
    return true;
}
