#include "base/symbols.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"

/* The name's hash beside its number tells where the slot is in a larger table too, and spares a
 * look at most names that are others. */
struct symbol_slot {
    uint32_t index; /* + 1, 0: free */
    uint32_t hash;
};

/* Names live in chunks, so that growing never moves one. */
struct symbol_chunk {
    struct symbol_chunk *next;
    size_t used;
    size_t size;
    char bytes[];
};

static size_t slot_of(const struct symbols *symbols, const char *bytes, size_t length,
                      uint32_t *hash)
{
    size_t mask = symbols->slot_count - 1;
    *hash = (uint32_t)XXH3_64bits(bytes, length);
    size_t slot = *hash & mask;
    for (; symbols->slots[slot].index; slot = (slot + 1) & mask) {
        if (symbols->slots[slot].hash != *hash)
            continue;
        const char *name = symbols->names[symbols->slots[slot].index - 1];
        if (strlen(name) == length && memcmp(name, bytes, length) == 0)
            break;
    }
    return slot;
}

static bool grow(struct symbols *symbols)
{
    size_t bigger = symbols->slot_count ? symbols->slot_count * 2 : 32;
    struct symbol_slot *slots = memory_allocate(bigger, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < symbols->slot_count; i++) {
        struct symbol_slot old = symbols->slots[i];
        size_t slot = old.hash & (bigger - 1);
        if (!old.index)
            continue;
        while (slots[slot].index)
            slot = (slot + 1) & (bigger - 1);
        slots[slot] = old;
    }
    free(symbols->slots);
    symbols->slots = slots;
    symbols->slot_count = bigger;
    return true;
}

static char *store(struct symbols *symbols, const char *bytes, size_t length)
{
    enum { CHUNK = 4096 };
    struct symbol_chunk *chunk = symbols->chunks;
    if (!chunk || chunk->size - chunk->used < length + 1) {
        size_t size = length + 1 > CHUNK ? length + 1 : CHUNK;
        struct symbol_chunk *fresh = memory_resize(NULL, sizeof *fresh + size, 1);
        if (!fresh)
            return NULL;
        fresh->next = chunk;
        fresh->used = 0;
        fresh->size = size;
        symbols->chunks = chunk = fresh;
    }
    char *name = chunk->bytes + chunk->used;
    if (length)
        memcpy(name, bytes, length);
    name[length] = '\0';
    chunk->used += length + 1;
    return name;
}

uint32_t symbols_find_bytes(const struct symbols *symbols, const char *bytes, size_t length)
{
    if (symbols->slot_count == 0)
        return SYMBOL_NONE;
    uint32_t hash, found = symbols->slots[slot_of(symbols, bytes, length, &hash)].index;
    return found ? found - 1 : SYMBOL_NONE;
}

uint32_t symbols_find(const struct symbols *symbols, const char *name)
{
    return symbols_find_bytes(symbols, name, strlen(name));
}

uint32_t symbols_intern_bytes(struct symbols *symbols, const char *bytes, size_t length)
{
    if ((size_t)symbols->count * 2 >= symbols->slot_count && !grow(symbols))
        return SYMBOL_NONE;
    uint32_t hash;
    size_t slot = slot_of(symbols, bytes, length, &hash);
    if (symbols->slots[slot].index)
        return symbols->slots[slot].index - 1;
    if (symbols->count == SYMBOL_NONE - 1 ||
        !memory_reserve(&symbols->names, &symbols->capacity, (size_t)symbols->count + 1,
                        sizeof *symbols->names))
        return SYMBOL_NONE;
    char *name = store(symbols, bytes, length);
    if (!name)
        return SYMBOL_NONE;
    symbols->names[symbols->count] = name;
    symbols->slots[slot] = (struct symbol_slot){++symbols->count, hash};
    return symbols->count - 1;
}

uint32_t symbols_intern(struct symbols *symbols, const char *name)
{
    return symbols_intern_bytes(symbols, name, strlen(name));
}

/* One that has the hash, mostly the only one; or SYMBOL_NONE. */
static uint32_t find_hash(const struct symbols *symbols, uint32_t hash)
{
    size_t mask = symbols->slot_count - 1, slot = hash & mask;
    while (symbols->slots[slot].index && symbols->slots[slot].hash != hash)
        slot = (slot + 1) & mask;
    return symbols->slots[slot].index ? symbols->slots[slot].index - 1 : SYMBOL_NONE;
}

struct likely {
    uint32_t own, other;
};

static void match_likely(const struct symbols *symbols, const struct symbols *other,
                         const struct likely *likely, size_t count, uint32_t *numbers)
{
    for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(symbols->names[likely[i].own]);
        __builtin_prefetch(other->names[likely[i].other]);
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = other->names[likely[i].other];
        numbers[likely[i].other] = strcmp(symbols->names[likely[i].own], name) == 0
                                       ? likely[i].own
                                       : symbols_find(symbols, name);
    }
}

/* In the order of the slots, which is that of the hashes: it is nearly the same in both. Names lie
 * anywhere, so some are asked for at a time. */
void symbols_match(const struct symbols *symbols, const struct symbols *other, uint32_t *numbers)
{
    enum { MANY = 32 };
    struct likely likely[MANY];
    size_t count = 0;
    for (size_t slot = 0; slot < other->slot_count; slot++) {
        if (!other->slots[slot].index)
            continue;
        uint32_t index = other->slots[slot].index - 1;
        uint32_t own = symbols->count ? find_hash(symbols, other->slots[slot].hash) : SYMBOL_NONE;
        numbers[index] = SYMBOL_NONE;
        if (own == SYMBOL_NONE)
            continue;
        __builtin_prefetch(&symbols->names[own]);
        __builtin_prefetch(&other->names[index]);
        likely[count++] = (struct likely){own, index};
        if (count == MANY) {
            match_likely(symbols, other, likely, count, numbers);
            count = 0;
        }
    }
    match_likely(symbols, other, likely, count, numbers);
}

const char *symbols_name(const struct symbols *symbols, uint32_t symbol)
{
    return symbol < symbols->count ? symbols->names[symbol] : NULL;
}

/* Without looking any name up: the slots are the same. */
bool symbols_copy(struct symbols *copy, const struct symbols *symbols)
{
    memset(copy, 0, sizeof *copy);
    if (!symbols->count)
        return true;
    copy->slots = memory_allocate(symbols->slot_count, sizeof *copy->slots);
    copy->names = memory_allocate(symbols->count, sizeof *copy->names);
    bool good = copy->slots && copy->names;
    if (good) {
        copy->slot_count = symbols->slot_count;
        copy->capacity = symbols->count;
        memcpy(copy->slots, symbols->slots, symbols->slot_count * sizeof *copy->slots);
    }
    for (uint32_t i = 0; good && i < symbols->count; i++) {
        copy->names[i] = store(copy, symbols->names[i], strlen(symbols->names[i]));
        good = copy->names[i] != NULL;
        copy->count++;
    }
    if (!good)
        symbols_release(copy);
    return good;
}

void symbols_release(struct symbols *symbols)
{
    while (symbols->chunks) {
        struct symbol_chunk *next = symbols->chunks->next;
        free(symbols->chunks);
        symbols->chunks = next;
    }
    free(symbols->names);
    free(symbols->slots);
    memset(symbols, 0, sizeof *symbols);
}
