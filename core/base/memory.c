#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static bool refused(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        return true;
    return memory_refused && memory_refused();
}

/* Large memory in large pages, where the system has them: it takes less time to get, and going
 * through it in no order is much faster then. Only advice: nothing depends on it. */
static void *advise(void *memory, size_t size)
{
    enum { LARGE = 2 << 20, PAGE = 4 << 10 };
    if (memory && size >= LARGE) {
        uintptr_t begin = (uintptr_t)memory / PAGE * PAGE;
        uintptr_t end = ((uintptr_t)memory + size) / PAGE * PAGE;
        madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    }
    return memory;
}

void *memory_allocate(size_t count, size_t size)
{
    if (refused(count, size))
        return NULL;
    return advise(calloc(count ? count : 1, size ? size : 1), count * size);
}

void *memory_resize(void *block, size_t count, size_t size)
{
    if (refused(count, size))
        return NULL;
    size_t bytes = count * size;
    return advise(realloc(block, bytes ? bytes : 1), bytes);
}

bool memory_reserve(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    size_t grown = *capacity < 8 ? 8 : *capacity + *capacity / 2;
    if (grown < needed)
        grown = needed;
    void **place = array;
    void *bigger = memory_resize(*place, grown, size);
    if (!bigger)
        return false;
    *place = bigger;
    *capacity = grown;
    return true;
}

char *memory_copy_bytes(const char *bytes, size_t length)
{
    char *copy = memory_resize(NULL, length + 1, 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

bool memory_copy_optional(char **copy, const char *text)
{
    *copy = text ? memory_copy_text(text) : NULL;
    return *copy || !text;
}

char *memory_copy_text(const char *text)
{
    return memory_copy_bytes(text, strlen(text));
}
