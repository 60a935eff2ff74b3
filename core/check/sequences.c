#include "check/sequences.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"

static bool grow(struct sequences *sequences)
{
    size_t bigger = sequences->slot_count ? sequences->slot_count * 2 : 64;
    uint32_t *slots = memory_allocate(bigger, sizeof *slots);
    if (!slots)
        return false;
    free(sequences->slots);
    sequences->slots = slots;
    sequences->slot_count = bigger;
    for (uint32_t i = 0; i < sequences->count; i++) {
        size_t slot = sequences->items[i].hash & (bigger - 1);
        while (slots[slot])
            slot = (slot + 1) & (bigger - 1);
        slots[slot] = i + 1;
        sequences->items[i].slot = slot;
    }
    return true;
}

bool sequences_intern(struct sequences *sequences, const void *bytes, size_t size, uint32_t *number)
{
    if ((size_t)sequences->count * 2 >= sequences->slot_count && !grow(sequences))
        return false;
    uint64_t hash = XXH3_64bits(bytes, size);
    size_t mask = sequences->slot_count - 1, slot = hash & mask;
    for (; sequences->slots[slot]; slot = (slot + 1) & mask) {
        const struct sequence *item = &sequences->items[sequences->slots[slot] - 1];
        if (item->hash == hash && item->size == size &&
            (size == 0 || memcmp(sequences->pool + item->begin, bytes, size) == 0)) {
            *number = sequences->slots[slot] - 1;
            return true;
        }
    }
    if (sequences->count == UINT32_MAX - 1 ||
        !memory_reserve(&sequences->items, &sequences->capacity, (size_t)sequences->count + 1,
                        sizeof *sequences->items) ||
        !memory_reserve(&sequences->pool, &sequences->pool_capacity, sequences->pool_used + size,
                        1))
        return false;
    if (size)
        memcpy(sequences->pool + sequences->pool_used, bytes, size);
    sequences->items[sequences->count] = (struct sequence){sequences->pool_used, size, slot, hash};
    sequences->pool_used += size;
    *number = sequences->count;
    sequences->slots[slot] = ++sequences->count;
    return true;
}

const void *sequences_bytes(const struct sequences *sequences, uint32_t number, size_t *size)
{
    const struct sequence *item = &sequences->items[number];
    *size = item->size;
    return item->size ? sequences->pool + item->begin : NULL;
}

void sequences_clear(struct sequences *sequences)
{
    for (uint32_t i = 0; i < sequences->count; i++)
        sequences->slots[sequences->items[i].slot] = 0;
    sequences->count = 0;
    sequences->pool_used = 0;
}

void sequences_release(struct sequences *sequences)
{
    free(sequences->pool);
    free(sequences->items);
    free(sequences->slots);
    memset(sequences, 0, sizeof *sequences);
}
