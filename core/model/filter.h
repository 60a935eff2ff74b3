/*
 * The words of a filter, as typed in the explorer and on the command line:
 *
 *   spec:Order state:paid overdue deviated mocked some text
 *
 * A value with blanks stands in double quotes. Words that are none of these are, joined
 * by blanks, a part of identifier, specification or state.
 */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "base/text.h"
#include "spex.h"

struct filter_words {
    spex_filter filter; /* its texts point to the ones below */
    char *specification, *state, *text;
};

/* Errors: SYNTAX (column = where), MEMORY. */
int filter_read(struct filter_words *words, const char *typed, spex_error *error);
/* The words that read back as this filter. */
void filter_write(const spex_filter *filter, struct text *text);
void filter_release(struct filter_words *words);

#endif
