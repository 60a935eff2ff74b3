/* Interned sequences of bytes: each distinct one once, numbered 0, 1, 2, ... Signatures
 * and sets of states are kept in these and compared by number. */
#ifndef CHECK_SEQUENCES_H
#define CHECK_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sequence {
    size_t begin; /* in the pool */
    size_t size;
    size_t slot;
    uint64_t hash;
};

/* Zero-initialise. Where all sizes are multiples of an integer type's, the bytes are
 * aligned for it. */
struct sequences {
    char *pool;
    size_t pool_used, pool_capacity;
    struct sequence *items;
    uint32_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1, 0 free */
    size_t slot_count;
};

/* False when memory is out. */
bool sequences_intern(struct sequences *sequences, const void *bytes, size_t size,
                      uint32_t *number);
/* Valid until the next sequences_intern. */
const void *sequences_bytes(const struct sequences *sequences, uint32_t number, size_t *size);
/* Forgets them but keeps the memory; takes time in their number only. */
void sequences_clear(struct sequences *sequences);
void sequences_release(struct sequences *sequences);

#endif
