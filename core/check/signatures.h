/* The different signatures of states that are looked at together: ascending numbers, kept one after
 * the other and numbered 0, 1, 2, ... */
#ifndef CHECK_SIGNATURES_H
#define CHECK_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct signature {
    uint32_t begin, length; /* in the pool */
};

/* The hash stands here so that most others are told apart without a look at them. */
struct slot {
    uint32_t number; /* and one more; 0: free */
    uint32_t hash;
};

/* One that is asked for, in the pool behind those that are kept. */
struct waiting {
    uint32_t begin, length;
    uint32_t hash;
    uint32_t *number;
};

struct signatures {
    uint64_t *pool;
    uint32_t used; /* by those that are kept, */
    uint32_t end;  /* and by those that wait, too */
    struct signature *items;
    uint32_t count;
    struct slot *slots; /* not used for a few */
    size_t slots_end;   /* so many there is room for, */
    size_t mask;        /* and so many less one are in use */
    struct waiting *waiting;
    uint32_t waiting_count;
};

/* For at most so many signatures at a time, and so many elements in all of them. Of the memory,
 * which is the arena's, no more is touched than is used. False when memory is out. */
bool signatures_init(struct signatures *signatures, struct arena *arena, uint32_t most,
                     uint32_t elements);
void signatures_release(struct signatures *signatures, struct arena *arena);
/* Forgets all; for at most so many signatures now. With room for so many as are expected, which
 * grows as it has to. */
void signatures_begin(struct signatures *signatures, uint32_t most, uint32_t expected);
/* Where the next one may be written. */
static inline uint64_t *signatures_room(const struct signatures *signatures)
{
    return signatures->pool + signatures->end;
}
/* The number of what was written there, which is kept if it is new. Those with the same or a
 * similar `near` are put near each other, a few of them: what is looked up in such an order takes
 * less time. SIGNATURES_ANYWHERE: no word on that. */
#define SIGNATURES_ANYWHERE UINT32_MAX
uint32_t signatures_intern(struct signatures *signatures, uint32_t length, uint32_t near);
/* The same, but *number, which must stay where it is, comes when some have gathered, at the latest
 * when they are settled: several are looked up at once, which waits for memory once. Until then
 * there is no signatures_intern. */
void signatures_queue(struct signatures *signatures, uint32_t length, uint32_t *number);
void signatures_settle(struct signatures *signatures);
/* Are these, ascending, all among those of the signature? */
bool signatures_include(const struct signatures *signatures, uint32_t number,
                        const uint64_t *elements, uint32_t length);

#endif
