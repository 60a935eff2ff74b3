#include "check/signatures.h"

#include <string.h>

#include "check/graph.h"

/* So many are looked for one after the other. */
enum { FEW = 8 };

/* And so many at once. */
enum { WAITING = 64 };

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
    *signatures =
        (struct signatures){.pool = arena_take(arena, elements, sizeof *signatures->pool),
                            .items = arena_take(arena, most, sizeof *signatures->items),
                            .slots = arena_take(arena, slots, sizeof *signatures->slots),
                            .slots_end = slots,
                            .waiting = arena_take(arena, WAITING, sizeof *signatures->waiting)};
    return signatures->pool && signatures->items && signatures->slots && signatures->waiting;
}

void signatures_release(struct signatures *signatures, struct arena *arena)
{
    void *const memory[] = {signatures->pool, signatures->items, signatures->slots,
                            signatures->waiting};
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
    signatures->used = signatures->end = 0;
    signatures->count = signatures->waiting_count = 0;
    signatures->mask = 0;
    if (most <= FEW)
        return;
    clear_slots(signatures, slots_for(expected < most ? expected : most));
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

static void grow(struct signatures *signatures)
{
    enum { TIMES = 4 };
    size_t slots = TIMES * (signatures->mask + 1);
    clear_slots(signatures, slots < signatures->slots_end ? slots : signatures->slots_end);
    for (uint32_t i = 0; i < signatures->count; i++) {
        const struct signature *item = &signatures->items[i];
        uint32_t hash = hash_elements(signatures->pool + item->begin, item->length);
        size_t slot = hash & signatures->mask;
        while (signatures->slots[slot].number)
            slot = (slot + 1) & signatures->mask;
        signatures->slots[slot] = (struct slot){i + 1, hash};
    }
}

/* For so many more, with a third of the places free. */
static inline void make_room(struct signatures *signatures, uint32_t more)
{
    while (signatures->count + more > (signatures->mask + 1) / 3 * 2 &&
           signatures->mask + 1 < signatures->slots_end)
        grow(signatures);
}

/* Few: it is not worth a call. */
static inline bool are_same(const uint64_t *one, const uint64_t *other, uint32_t length)
{
    uint32_t same = 0;
    while (same < length && one[same] == other[same])
        same++;
    return same == length;
}

static bool is(const struct signatures *signatures, uint32_t number, const uint64_t *elements,
               uint32_t length)
{
    const struct signature *item = &signatures->items[number];
    return item->length == length && are_same(signatures->pool + item->begin, elements, length);
}

static bool is_in(const struct signatures *signatures, size_t slot, uint32_t hash,
                  const uint64_t *elements, uint32_t length)
{
    const struct slot *place = &signatures->slots[slot];
    return place->hash == hash && is(signatures, place->number - 1, elements, length);
}

/* Where the signature is, or a free place for it. What was put elsewhere found no room near. */
static size_t find_slot(const struct signatures *signatures, uint32_t hash, uint32_t near,
                        const uint64_t *elements, uint32_t length)
{
    enum { NEAR = 4 };
    const struct slot *slots = signatures->slots;
    size_t mask = signatures->mask, slot = 2 * (size_t)near & mask;
    for (int i = 0; near != SIGNATURES_ANYWHERE && i < NEAR; i++, slot = (slot + 1) & mask)
        if (!slots[slot].number || is_in(signatures, slot, hash, elements, length))
            return slot;
    slot = hash & mask;
    while (slots[slot].number && !is_in(signatures, slot, hash, elements, length))
        slot = (slot + 1) & mask;
    return slot;
}

/* A few are told apart sooner without a hash. */
static uint32_t find_among_few(const struct signatures *signatures, const uint64_t *elements,
                               uint32_t length)
{
    uint32_t number = 0;
    while (number < signatures->count && !is(signatures, number, elements, length))
        number++;
    return number;
}

/* It may lie anywhere behind those that are kept. */
static inline uint32_t intern(struct signatures *signatures, uint32_t begin, uint32_t length,
                              uint32_t hash, uint32_t near)
{
    const uint64_t *elements = signatures->pool + begin;
    size_t slot = 0;
    uint32_t number;
    if (signatures->mask) {
        slot = find_slot(signatures, hash, near, elements, length);
        number =
            signatures->slots[slot].number ? signatures->slots[slot].number - 1 : signatures->count;
    } else {
        number = find_among_few(signatures, elements, length);
    }
    if (number < signatures->count)
        return number;
    if (begin > signatures->used)
        memmove(signatures->pool + signatures->used, elements, length * sizeof *elements);
    signatures->items[signatures->count++] = (struct signature){signatures->used, length};
    signatures->used += length;
    if (signatures->mask)
        signatures->slots[slot] = (struct slot){signatures->count, hash};
    return number;
}

uint32_t signatures_intern(struct signatures *signatures, uint32_t length, uint32_t near)
{
    uint32_t hash = 0;
    if (signatures->mask) {
        make_room(signatures, 1);
        hash = hash_elements(signatures_room(signatures), length);
    }
    uint32_t number = intern(signatures, signatures->end, length, hash, near);
    signatures->end = signatures->used;
    return number;
}

void signatures_queue(struct signatures *signatures, uint32_t length, uint32_t *number)
{
    if (!signatures->mask) {
        *number = signatures_intern(signatures, length, SIGNATURES_ANYWHERE);
        return;
    }
    uint32_t hash = hash_elements(signatures_room(signatures), length);
    __builtin_prefetch(&signatures->slots[hash & signatures->mask], 1);
    signatures->waiting[signatures->waiting_count++] =
        (struct waiting){signatures->end, length, hash, number};
    signatures->end += length;
    if (signatures->waiting_count == WAITING)
        signatures_settle(signatures);
}

/* Mostly what is looked for is there already: where its hash stands. */
static uint32_t likely(const struct signatures *signatures, uint32_t hash)
{
    size_t slot = hash & signatures->mask;
    while (signatures->slots[slot].number && signatures->slots[slot].hash != hash)
        slot = (slot + 1) & signatures->mask;
    return signatures->slots[slot].number;
}

static void ask_for_likely(const struct signatures *signatures)
{
    uint32_t numbers[WAITING];
    for (uint32_t i = 0; i < signatures->waiting_count; i++) {
        numbers[i] = likely(signatures, signatures->waiting[i].hash);
        if (numbers[i])
            __builtin_prefetch(&signatures->items[numbers[i] - 1]);
    }
    for (uint32_t i = 0; i < signatures->waiting_count; i++)
        if (numbers[i])
            __builtin_prefetch(signatures->pool + signatures->items[numbers[i] - 1].begin);
    keep_asking();
}

void signatures_settle(struct signatures *signatures)
{
    if (!signatures->waiting_count)
        return;
    make_room(signatures, signatures->waiting_count);
    ask_for_likely(signatures);
    for (uint32_t i = 0; i < signatures->waiting_count; i++) {
        const struct waiting *waiting = &signatures->waiting[i];
        *waiting->number =
            intern(signatures, waiting->begin, waiting->length, waiting->hash, SIGNATURES_ANYWHERE);
    }
    signatures->end = signatures->used;
    signatures->waiting_count = 0;
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
