/*
 * Lines of a text from outside, and the place of what is wrong in them. A line ends
 * with LF, before which any CR is dropped, the last one also with the text; a byte order
 * mark is skipped.
 */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "spex.h"

struct lines {
    const char *file; /* for messages */
    const char *next;
    const char *end;
    const char *line; /* the current one, without its ending */
    size_t length;
    unsigned number; /* 1-based; 0 before the first */
};

/* Refuses what is no text at all. Errors: SYNTAX (NUL byte, no UTF-8: with its place). */
int lines_start(struct lines *lines, const char *file, const char *bytes, size_t length,
                spex_error *error);
/* False at the end. */
bool lines_next(struct lines *lines);
/* The next line that is not blank; false at the end. */
bool lines_next_filled(struct lines *lines);

/* Where a text begins: behind a byte order mark, if it has one. */
const char *lines_begin(const char *bytes, size_t length);
/* Code points of the bytes, counting each invalid byte as one. */
unsigned text_columns(const char *bytes, size_t length);
/* An error at a byte of the current line. */
int lines_error(const struct lines *lines, const char *at, spex_error *error, const char *format,
                ...) PRINTF_LIKE(4, 5);
/* Checks a name that stands in the current line. Errors: SYNTAX with its place. */
int lines_name_check(const struct lines *lines, const char *what, const char *bytes, size_t length,
                     spex_error *error);

/* Space, tab and the like; a line's end is none. */
static inline bool blank(char c)
{
    return c == ' ' || (c != '\n' && c >= '\t' && c <= '\r');
}
/* Cuts blanks off both ends. */
void trim(const char **bytes, size_t *length);
/* Line number and column of a byte of a whole text. */
void text_place(const char *bytes, const char *at, unsigned *line, unsigned *column);

/* "; did you mean 'X'?" for the nearest of the candidates, or "": for the end of a message. */
#define SUGGESTION_SIZE 160
void suggestion(char buffer[SUGGESTION_SIZE], const char *bytes, size_t length,
                const char *const *candidates, size_t count);

#endif
