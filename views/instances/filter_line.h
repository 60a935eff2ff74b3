/* The line that a filter is typed into: applied as one types, completed, recalled, underlined. */
#ifndef VIEWS_FILTER_LINE_H
#define VIEWS_FILTER_LINE_H

#include "base/symbols.h"
#include "model/filter.h"
#include "views/explorer.h"

struct filter_line {
    struct explorer *explorer;
    enum filter_subject subject;
    struct history *history;
    const struct symbols *meta_paths; /* NULL: none are known */
    void (*apply)(void *view, const char *typed);
    void *view;
};
/* Begins with what the filter is now; NULL: none. */
void filter_line_open(const struct filter_line *line, const char *typed);

#endif
