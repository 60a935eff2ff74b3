/* Checked allocation: sizes from outside never overflow, failure is NULL or false. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed; NULL when count * size overflows or memory is out. Free with free(). */
void *memory_allocate(size_t count, size_t size);
/* NULL (and the old block stays) on failure; new bytes are not cleared. */
void *memory_resize(void *block, size_t count, size_t size);
/* Makes room for `needed` elements in *array, growing geometrically. */
bool memory_reserve(void *array, size_t *capacity, size_t needed, size_t size);
char *memory_copy_text(const char *text);
char *memory_copy_bytes(const char *bytes, size_t length);
/* Also of what may be NULL, which is copied as that; false: memory is out. */
bool memory_copy_optional(char **copy, const char *text);
/* Only test programs define this (tests/suite.c): whether an allocation is to fail. */
bool memory_refused(void) __attribute__((weak, visibility("hidden")));

#endif
