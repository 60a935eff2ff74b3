#include "check/signatures.h"

#include <string.h>

/* So many are looked for one after the other. */
enum { FEW = 8 };

static size_t slots_for(uint32_t most)
{
    size_t slots = 2 * FEW;
    while (slots / 3 * 2 < (size_t)most)
        slots *= 2;
    return slots;
}

bool signatures_init(struct signatures *signatures, struct arena *arena, uint32_t most,
                     uint32_t elements)
{
    size_t slots = slots_for(most);
    *signatures = (struct signatures){.pool = arena_take(arena, elements, sizeof *signatures->pool),
                                      .items = arena_take(arena, most, sizeof *signatures->items),
                                      .slots = arena_take(arena, slots, sizeof *signatures->slots),
                                      .slots_end = slots};
    return signatures->pool && signatures->items && signatures->slots;
}

void signatures_release(struct signatures *signatures, struct arena *arena)
{
    void *const memory[] = {signatures->pool, signatures->items, signatures->slots};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (memory[i])
            arena_drop(arena, memory[i]);
}

static void clear_slots(struct signatures *signatures, size_t slots)
{
    memset(signatures->slots, 0, slots * sizeof *signatures->slots);
    signatures->mask = slots - 1;
}

void signatures_begin(struct signatures *signatures, uint32_t most, uint32_t expected)
{
    signatures->used = 0;
    signatures->count = 0;
    signatures->mask = 0;
    if (most <= FEW)
        return;
    clear_slots(signatures, slots_for(expected < most ? expected : most));
}

/* When two thirds are taken. */
static void grow(struct signatures *signatures)
{
    enum { TIMES = 4 };
    size_t slots = TIMES * (signatures->mask + 1);
    clear_slots(signatures, slots < signatures->slots_end ? slots : signatures->slots_end);
    for (uint32_t i = 0; i < signatures->count; i++) {
        size_t slot = signatures->items[i].hash & signatures->mask;
        while (signatures->slots[slot])
            slot = (slot + 1) & signatures->mask;
        signatures->slots[slot] = i + 1;
    }
}

static uint32_t hash_elements(const uint64_t *elements, uint32_t length)
{
    uint64_t hash = length;
    for (uint32_t i = 0; i < length; i++) {
        hash = (hash ^ elements[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    return (uint32_t)(hash * UINT64_C(0xBF58476D1CE4E5B9) >> 32);
}

static bool is(const struct signatures *signatures, uint32_t number, uint32_t hash,
               const uint64_t *elements, uint32_t length)
{
    const struct signature *item = &signatures->items[number];
    return item->hash == hash && item->length == length &&
           memcmp(signatures->pool + item->begin, elements, length * sizeof *elements) == 0;
}

/* Where the signature is, or a free place for it. What was put elsewhere found no room near. */
static size_t find_slot(const struct signatures *signatures, uint32_t hash, uint32_t near,
                        const uint64_t *elements, uint32_t length)
{
    enum { NEAR = 4 };
    const uint32_t *slots = signatures->slots;
    size_t mask = signatures->mask, slot = 2 * (size_t)near & mask;
    for (int i = 0; near != SIGNATURES_ANYWHERE && i < NEAR; i++, slot = (slot + 1) & mask)
        if (!slots[slot] || is(signatures, slots[slot] - 1, hash, elements, length))
            return slot;
    slot = hash & mask;
    while (slots[slot] && !is(signatures, slots[slot] - 1, hash, elements, length))
        slot = (slot + 1) & mask;
    return slot;
}

/* A few are told apart sooner without a hash. */
static uint32_t find_among_few(const struct signatures *signatures, const uint64_t *elements,
                               uint32_t length)
{
    uint32_t number = 0;
    while (number < signatures->count && !is(signatures, number, 0, elements, length))
        number++;
    return number;
}

uint32_t signatures_intern(struct signatures *signatures, uint32_t length, uint32_t near)
{
    const uint64_t *elements = signatures->pool + signatures->used;
    uint32_t hash = 0, number;
    size_t slot = 0;
    if (signatures->mask) {
        if (signatures->count > (signatures->mask + 1) / 3 * 2)
            grow(signatures);
        hash = hash_elements(elements, length);
        slot = find_slot(signatures, hash, near, elements, length);
        number = signatures->slots[slot] ? signatures->slots[slot] - 1 : signatures->count;
    } else {
        number = find_among_few(signatures, elements, length);
    }
    if (number < signatures->count)
        return number;
    signatures->items[signatures->count++] = (struct signature){signatures->used, length, hash};
    signatures->used += length;
    if (signatures->mask)
        signatures->slots[slot] = signatures->count;
    return number;
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
