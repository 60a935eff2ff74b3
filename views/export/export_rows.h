/* Exports that are read from the store while they are written: each row goes to the file before
 * the next page is read, so that ten million take no more memory than ten. */
#ifndef VIEWS_EXPORT_ROWS_H
#define VIEWS_EXPORT_ROWS_H

#include "base/file_stream.h"
#include "model/filter.h"
#include "views/explorer.h"

struct export_rows {
    struct workspace *workspace;
    struct job *job;       /* whose progress it is, and who may be cancelled */
    struct filter *filter; /* of the list; NULL: all */
    enum instance_order order;
    bool descending;
    struct filter *events; /* of events; NULL: all */
    uint64_t total;        /* how many match; 0: unknown */
    char *identifier;      /* of the one instance; NULL: none */
    uint64_t count;        /* of rows that were written */
};

/* Takes the list as it is filtered and ordered, and the selected instance. False: memory is out. */
bool export_rows_take(struct export_rows *rows, const struct explorer *explorer);
void export_rows_release(struct export_rows *rows);

/* As `spex instances --json`, `spex events --json` and `spex get --json` print them. On the work
 * lane. Errors: STORE (what other shards hold was written), CANCELLED, NOT_FOUND, SYSTEM, MEMORY.
 */
int export_write_instances(struct export_rows *rows, struct file_stream *stream, spex_error *error);
int export_write_events(struct export_rows *rows, struct file_stream *stream, spex_error *error);
int export_write_instance(struct export_rows *rows, struct file_stream *stream, spex_error *error);

#endif
