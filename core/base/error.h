/* Failures as values (spex_error); filling them in. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "spex.h"

#define PRINTF_LIKE(text_argument, first) __attribute__((format(printf, text_argument, first)))

/* Fill in *error (which may be NULL) and answer `status`, so that a failure is one
 * line: return error_set(error, SPEX_ERROR_USAGE, "..."). Bytes that are no UTF-8
 * and control characters are replaced, so a message is safe to print anywhere. */
int error_set(spex_error *error, spex_status status, const char *format, ...) PRINTF_LIKE(3, 4);
int error_reason(spex_error *error, spex_status status, spex_reason reason, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* "FILE:LINE:COLUMN: ..." (line 0: no place). */
int error_place(spex_error *error, const char *file, unsigned line, unsigned column,
                const char *format, ...) PRINTF_LIKE(5, 6);
/* "...: No such file or directory", from errno. */
int error_system(spex_error *error, const char *format, ...) PRINTF_LIKE(2, 3);
int error_memory(spex_error *error);
void error_clear(spex_error *error);

#endif
