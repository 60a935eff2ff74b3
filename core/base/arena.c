#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct arena_block {
    struct arena_block *next;
    size_t size;
    bool spare; /* given back, and kept: memory that was used once takes less time to get */
    bool part;  /* of the heap's memory another block has the beginning */
    alignas(max_align_t) char bytes[];
};

enum { ALIGNMENT = alignof(max_align_t), WORTHWHILE = 1 << 16 };

static void enter(struct arena *arena, struct arena_block *block, size_t size, bool part)
{
    *block = (struct arena_block){arena->blocks, size, false, part};
    arena->blocks = block;
}

/* The smallest that is large enough; what is left of it is another one. */
static struct arena_block *take_spare(struct arena *arena, size_t size)
{
    struct arena_block *found = NULL;
    for (struct arena_block *block = arena->blocks; block; block = block->next)
        if (block->spare && block->size >= size && (!found || block->size < found->size))
            found = block;
    if (!found)
        return NULL;
    found->spare = false;
    size_t used = sizeof *found + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (found->size + sizeof *found >= used + WORTHWHILE) {
        struct arena_block *rest = (struct arena_block *)((char *)found + used);
        enter(arena, rest, found->size - used, true);
        rest->spare = true;
        found->size = used - sizeof *found;
    }
    return found;
}

static struct arena_block *new_block(struct arena *arena, size_t size, bool clear)
{
    size_t whole = sizeof(struct arena_block) + size;
    struct arena_block *block = clear ? memory_allocate(whole, 1) : memory_resize(NULL, whole, 1);
    if (!block)
        return NULL;
    enter(arena, block, size, false);
    return block;
}

static void *take(struct arena *arena, size_t count, size_t size, bool clear)
{
    size_t left = (size_t)(arena->end - arena->next);
    if (left && (size == 0 || count <= left / size)) {
        size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (bytes <= left) {
            void *memory = arena->next;
            arena->next += bytes;
            return clear ? memset(memory, 0, bytes) : memory;
        }
    }
    if (size && count > (SIZE_MAX / 2 - sizeof(struct arena_block)) / size)
        return NULL;
    struct arena_block *block = take_spare(arena, count * size);
    if (block && clear)
        memset(block->bytes, 0, count * size);
    if (!block)
        block = new_block(arena, count * size, clear);
    if (!block)
        return NULL;
    return block->bytes;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    return take(arena, count, size, false);
}

void *arena_clear(struct arena *arena, size_t count, size_t size)
{
    return take(arena, count, size, true);
}

static char *end_of(const struct arena_block *block)
{
    return (char *)block->bytes + block->size;
}

/* Spare parts that lie behind the block become part of it again. */
static void join_rest(struct arena *arena, struct arena_block *block)
{
    struct arena_block **link = &arena->blocks;
    while (*link) {
        struct arena_block *rest = *link;
        if (rest->part && rest->spare && end_of(block) == (char *)rest) {
            *link = rest->next;
            block->size = (size_t)(end_of(rest) - (char *)block->bytes);
            link = &arena->blocks; /* there may be one behind that */
        } else {
            link = &rest->next;
        }
    }
}

void arena_drop(struct arena *arena, void *memory)
{
    for (struct arena_block *block = arena->blocks; block; block = block->next)
        if (block->bytes == memory) {
            block->spare = true;
            join_rest(arena, block);
            return;
        }
}

void arena_adopt(struct arena *arena, void *memory, size_t size)
{
    if (size <= sizeof(struct arena_block)) {
        free(memory);
        return;
    }
    enter(arena, memory, size - sizeof(struct arena_block), false);
    arena->blocks->spare = true;
}

static bool has_part_behind(const struct arena *arena, const struct arena_block *block)
{
    for (const struct arena_block *other = arena->blocks; other; other = other->next)
        if (other->part && end_of(block) == (const char *)other)
            return true;
    return false;
}

void arena_trim(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block; block = block->next)
        if (block->spare)
            join_rest(arena, block);
    struct arena_block **link = &arena->blocks;
    while (*link) {
        struct arena_block *block = *link;
        if (block->spare && !block->part && !has_part_behind(arena, block)) {
            *link = block->next;
            free(block);
        } else {
            link = &block->next;
        }
    }
}

void arena_release(struct arena *arena)
{
    struct arena_block *whole = NULL;
    for (struct arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        if (block->part)
            continue;
        block->next = whole;
        whole = block;
    }
    while (whole) {
        struct arena_block *next = whole->next;
        free(whole);
        whole = next;
    }
    arena->blocks = NULL;
}
