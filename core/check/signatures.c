#include "check/signatures.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* So many are looked for one after the other. */
enum { FEW = 8 };

static bool reserve(void *array, size_t *capacity, size_t needed, size_t size, const void *few)
{
    void **place = array;
    if (needed <= *capacity)
        return true;
    if (*place != few)
        return memory_reserve(array, capacity, needed, size);
    void *grown = NULL;
    size_t before = *capacity, grown_capacity = 0;
    if (!memory_reserve(&grown, &grown_capacity, needed + needed / 2, size))
        return false;
    memcpy(grown, few, before * size);
    *place = grown;
    *capacity = grown_capacity;
    return true;
}

bool signatures_begin(struct signatures *signatures, uint32_t most)
{
    if (!signatures->pool) {
        signatures->pool = signatures->few_pool;
        signatures->capacity = sizeof signatures->few_pool / sizeof *signatures->few_pool;
        signatures->items = signatures->few_items;
        signatures->item_capacity = sizeof signatures->few_items / sizeof *signatures->few_items;
    }
    signatures->used = 0;
    signatures->count = 0;
    signatures->mask = 0;
    if (most <= FEW)
        return true;
    size_t slots = 2 * FEW;
    while (slots < 2 * (size_t)most)
        slots *= 2;
    if (!memory_reserve(&signatures->slots, &signatures->slot_capacity, slots,
                        sizeof *signatures->slots))
        return false;
    memset(signatures->slots, 0, slots * sizeof *signatures->slots);
    signatures->mask = slots - 1;
    return true;
}

void signatures_release(struct signatures *signatures)
{
    if (signatures->pool != signatures->few_pool)
        free(signatures->pool);
    if (signatures->items != signatures->few_items)
        free(signatures->items);
    free(signatures->slots);
    signatures->pool = NULL;
    signatures->items = NULL;
    signatures->slots = NULL;
    signatures->capacity = signatures->item_capacity = signatures->slot_capacity = 0;
}

uint64_t *signatures_room(struct signatures *signatures, uint32_t length)
{
    if (!reserve(&signatures->pool, &signatures->capacity, signatures->used + length,
                 sizeof *signatures->pool, signatures->few_pool))
        return NULL;
    return signatures->pool + signatures->used;
}

static uint64_t hash_elements(const uint64_t *elements, uint32_t length)
{
    uint64_t hash = length;
    for (uint32_t i = 0; i < length; i++) {
        hash = (hash ^ elements[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    return hash * UINT64_C(0xBF58476D1CE4E5B9) >> 8;
}

static bool is(const struct signatures *signatures, uint32_t number, uint64_t hash,
               const uint64_t *elements, uint32_t length)
{
    const struct signature *item = &signatures->items[number];
    return item->hash == hash && item->length == length &&
           memcmp(signatures->pool + item->begin, elements, length * sizeof *elements) == 0;
}

bool signatures_intern(struct signatures *signatures, uint32_t length, uint32_t *number)
{
    const uint64_t *elements = signatures->pool + signatures->used;
    /* A few are told apart sooner without a hash. */
    uint64_t hash = signatures->mask ? hash_elements(elements, length) : 0;
    size_t slot = hash & signatures->mask;
    if (signatures->mask) {
        for (; signatures->slots[slot]; slot = (slot + 1) & signatures->mask)
            if (is(signatures, signatures->slots[slot] - 1, hash, elements, length)) {
                *number = signatures->slots[slot] - 1;
                return true;
            }
    } else {
        for (uint32_t i = 0; i < signatures->count; i++)
            if (is(signatures, i, hash, elements, length)) {
                *number = i;
                return true;
            }
    }
    if (!reserve(&signatures->items, &signatures->item_capacity, (size_t)signatures->count + 1,
                 sizeof *signatures->items, signatures->few_items))
        return false;
    *number = signatures->count++;
    signatures->items[*number] = (struct signature){hash, signatures->used, length};
    signatures->used += length;
    if (signatures->mask)
        signatures->slots[slot] = signatures->count;
    return true;
}

bool signatures_include(const struct signatures *signatures, uint32_t number,
                        const uint64_t *elements, uint32_t length)
{
    const uint64_t *other = signatures->pool + signatures->items[number].begin;
    const uint64_t *end = other + signatures->items[number].length;
    if (length > signatures->items[number].length)
        return false;
    for (uint32_t i = 0; i < length; i++) {
        /* Gallop, so that a long signature costs a short one little. */
        size_t step = 1;
        for (; (size_t)(end - other) > step && other[step] < elements[i]; step *= 2)
            other += step;
        for (; step > 0; step /= 2)
            if ((size_t)(end - other) > step && other[step] < elements[i])
                other += step;
        if (other < end && *other < elements[i])
            other++;
        if (other == end || *other != elements[i])
            return false;
    }
    return true;
}
