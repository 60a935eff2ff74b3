/* Growable text, and what UTF-8 from outside needs: checking, cleaning, measuring. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. After an allocation failure `failed` is set, appending does
 * nothing more, and the caller checks once at the end. */
struct text {
    char *data; /* NUL-terminated once anything was appended; see text_value */
    size_t length;
    size_t capacity;
    bool failed;
};

void text_append(struct text *text, const char *value);
void text_append_bytes(struct text *text, const char *bytes, size_t length);
void text_append_char(struct text *text, char value);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* As a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void text_append_json(struct text *text, const char *value);
void text_append_json_bytes(struct text *text, const char *bytes, size_t length);
/* Control characters, invalid bytes and direction overrides become visible: safe on a terminal. */
void text_append_visible(struct text *text, const char *value);
/* The same of several lines, which stay lines. */
void text_append_visible_lines(struct text *text, const char *value);
const char *text_value(const struct text *text); /* never NULL */
void text_clear(struct text *text);
void text_release(struct text *text);
/* Hands the buffer to the caller (free()); NULL if anything failed. */
char *text_take(struct text *text);

bool utf8_valid(const char *bytes, size_t length);
/* The next code point (or -1 for an invalid byte) and how many bytes it took (>= 1; 0 at the end).
 */
int32_t utf8_next(const char *bytes, size_t length, size_t *taken);
/* Bytes of the next grapheme cluster as a person counts characters; 0 at the end. */
size_t utf8_grapheme(const char *bytes, size_t length);
/* Terminal columns of one grapheme cluster: 0, 1 or 2; of a whole text. */
int utf8_grapheme_width(const char *bytes, size_t length);
int utf8_width(const char *value);
/* Both may be NULL. */
bool text_same(const char *left, const char *right);
/* For qsort and bsearch of texts: in byte order. */
int text_compare(const void *left, const void *right);
size_t text_hash(const char *value);
/* ASCII-case-insensitive search. */
bool text_contains(const char *value, const char *part);
/* Edit distance, cut at 16: for "did you mean". */
unsigned text_distance(const char *left, const char *right);

#endif
