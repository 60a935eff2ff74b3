/* Dates and times of Elixir's calendar, as they stand in a term. */
#ifndef FORMAT_TERM_TIME_H
#define FORMAT_TERM_TIME_H

#include "format/term_map.h"

/* The time of a DateTime, in microseconds since 1970 UTC; the reader goes over the term.
 * False: it is none of the ISO calendar, see `trouble`. */
bool term_time_read(struct term_reader *reader, int64_t *time);
/* A struct of this name as `inspect` shows it, if it is a Date, Time, NaiveDateTime or
 * DateTime. False: nothing was appended. */
bool term_time_append(struct term_reader reader, const struct map_pairs *pairs, const char *name,
                      struct text *text);

#endif
