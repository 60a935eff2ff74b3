/* What people and programs read: tables, times, JSON, progress. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "check/explanation.h"
#include "cli/cli.h"

/* Columns aligned by what a terminal shows, whatever the cells hold. Rows may be
 * flushed in portions; the widths of earlier portions stay. */
struct table {
    const char *const *headers;
    size_t column_count;
    int widths[8];
    char **cells;
    size_t cell_count, capacity;
    bool headed;
    bool failed;
};
void table_start(struct table *table, const char *const *headers, size_t column_count);
void table_cell(struct table *table, const char *value);
void table_flush(struct table *table);
/* Flushes, releases; false when memory ran out. */
bool table_end(struct table *table);

/* Set by who has said why standard output cannot be written: it is said once. */
extern bool output_told;
/* Prints what was gathered, and empties it; false when memory ran out or printing failed. */
bool output_text(struct text *text);

/* Local time, or with `utc` UTC; "-" for 0. */
void append_time(struct text *text, int64_t time, bool utc);
/* ISO 8601 in UTC as a JSON string; null for 0. */
void append_json_time(struct text *text, int64_t time);
/* A JSON string, or null. */
void append_json_or_null(struct text *text, const char *value);

/* On standard error, if that is a terminal and the work takes over a second. */
struct progress_line {
    struct progress progress;
    int64_t started, shown;
    bool terminal, visible;
};
void progress_start(struct progress_line *line);
void progress_show(struct progress_line *line, const char *what, double part);
void progress_end(struct progress_line *line);

#endif
