/* Memory for one piece of work: taken in order from a buffer the caller has, from the heap once
 * that is full, and given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena {
    char *next, *end; /* what is left of the buffer */
    struct arena_block *blocks;
};

/* `buffer` may be NULL, with size 0. */
static inline struct arena arena_make(void *buffer, size_t size)
{
    return (struct arena){.next = buffer, .end = buffer ? (char *)buffer + size : NULL};
}
/* Not cleared, aligned for anything; NULL when count * size overflows or memory is out. */
void *arena_take(struct arena *arena, size_t count, size_t size);
/* Zeroed. */
void *arena_clear(struct arena *arena, size_t count, size_t size);
/* Early, for what is taken later: memory that was used once takes less time to get. */
void arena_drop(struct arena *arena, void *memory);
/* What is from the heap and nobody needs any more, `size` bytes: as if dropped here. */
void arena_adopt(struct arena *arena, void *memory, size_t size);
/* To the heap, of what was dropped, all that nothing else stands in. */
void arena_trim(struct arena *arena);
void arena_release(struct arena *arena);

#endif
