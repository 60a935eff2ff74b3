/* Interned names: each distinct text once, numbered 0, 1, 2, ... in order of first mention. */
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOL_NONE UINT32_MAX

struct symbols {
    char **names; /* names[0 .. count - 1], NUL-terminated, stable until release */
    uint32_t count;
    size_t capacity;
    struct symbol_slot *slots; /* open addressing */
    size_t slot_count;
    struct symbol_chunk *chunks; /* where the bytes live */
};

/* The number of the name, adding it if new; SYMBOL_NONE when memory is out. */
uint32_t symbols_intern(struct symbols *symbols, const char *name);
uint32_t symbols_intern_bytes(struct symbols *symbols, const char *bytes, size_t length);
/* SYMBOL_NONE if absent. */
uint32_t symbols_find(const struct symbols *symbols, const char *name);
uint32_t symbols_find_bytes(const struct symbols *symbols, const char *bytes, size_t length);
/* numbers[symbol of other] is the same name's number, or SYMBOL_NONE: many at once are found
 * sooner. */
void symbols_match(const struct symbols *symbols, const struct symbols *other, uint32_t *numbers);
const char *symbols_name(const struct symbols *symbols, uint32_t symbol);
bool symbols_copy(struct symbols *copy, const struct symbols *symbols);
void symbols_release(struct symbols *symbols);

#endif
