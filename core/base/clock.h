/* Times (microseconds since 1970 UTC) and durations (milliseconds), as people and files write them.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spex.h"

spex_clock clock_system(void);

#define TIME_TEXT_SIZE 40
/* "2026-01-31T12:00:00.123Z": milliseconds, or microseconds where there are any. */
void time_format(int64_t time, char text[TIME_TEXT_SIZE]);
/* ISO 8601 with Z or an offset, fraction optional. False: not such a text. */
bool time_parse(const char *text, int64_t *time);

#define DURATION_TEXT_SIZE 32
/* Exact, as .spec files write them: "250ms", "90s", "infinity". */
void duration_format(int64_t milliseconds, char text[DURATION_TEXT_SIZE]);
/* "250ms 30s 5m 6h 2d infinity"; false: not such a text, or too large. */
bool duration_parse(const char *text, int64_t *milliseconds);
/* For people, one unit, at most 4 columns: "12s", "3m", "5h", "12d", "3y". */
void duration_format_short(int64_t microseconds, char text[DURATION_TEXT_SIZE]);

#endif
