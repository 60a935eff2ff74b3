/*
 * The shards that instances are put into, a few threads at work on them: while they write a
 * batch, the next ones are gathered. What is waiting is bounded.
 */
#ifndef IMPORT_WRITER_H
#define IMPORT_WRITER_H

#include "import/import.h"

struct writer;

struct writer_counts {
    uint64_t created, extended, unchanged, older, recovered, transitions, deviations;
};

/* Errors: as import_run. */
int writer_open(struct writer **writer, const struct import_options *options, spex_error *error);
/* Takes a copy of the instance with its steps. `beyond`: see dets_object. Errors: those of any
 * batch so far. */
int writer_put(struct writer *writer, const spex_instance *instance, bool beyond,
               spex_error *error);
/* Waits for everything; the counts are of what was committed. NULL is accepted. */
int writer_close(struct writer *writer, struct writer_counts *counts, spex_error *error);

#endif
