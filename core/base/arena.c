#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

enum { ALIGNMENT = alignof(max_align_t) };

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
    size_t whole = sizeof(struct arena_block) + count * size;
    struct arena_block *block = clear ? memory_allocate(whole, 1) : memory_resize(NULL, whole, 1);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
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

void arena_drop(struct arena *arena, void *memory)
{
    for (struct arena_block **link = &arena->blocks; *link; link = &(*link)->next)
        if ((*link)->bytes == memory) {
            struct arena_block *block = *link;
            *link = block->next;
            free(block);
            return;
        }
}

void arena_release(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
