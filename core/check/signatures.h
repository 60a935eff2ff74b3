/* The different signatures of the states of one block: ascending numbers, kept one after the
 * other and numbered 0, 1, 2, ... */
#ifndef CHECK_SIGNATURES_H
#define CHECK_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct signature {
    size_t begin;
    uint32_t length;
    uint32_t hash;
};

struct signatures {
    uint64_t *pool;
    size_t used, capacity;
    struct signature *items;
    uint32_t count;
    size_t item_capacity;
    uint32_t *slots; /* number + 1, 0 free; not used for a few */
    size_t slot_capacity, mask;
    uint64_t few_pool[64]; /* where it begins, so that little takes no memory of its own */
    struct signature few_items[16];
};

/* Forgets all; for at most so many signatures now. False when memory is out. */
bool signatures_begin(struct signatures *signatures, uint32_t most);
void signatures_release(struct signatures *signatures);
/* Where the next one may be written; NULL when memory is out. */
uint64_t *signatures_room(struct signatures *signatures, uint32_t length);
/* The number of what was written there, which is kept if it is new. Those with the same or a
 * similar `near` are put near each other, a few of them: what is looked up in such an order takes
 * less time. SIGNATURES_ANYWHERE: no word on that. */
#define SIGNATURES_ANYWHERE UINT32_MAX
bool signatures_intern(struct signatures *signatures, uint32_t length, uint32_t near,
                       uint32_t *number);
/* Are these, ascending, all among those of the signature? */
bool signatures_include(const struct signatures *signatures, uint32_t number,
                        const uint64_t *elements, uint32_t length);

#endif
