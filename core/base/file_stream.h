/* A file that is written bit by bit, and is there whole or not at all. */
#ifndef BASE_FILE_STREAM_H
#define BASE_FILE_STREAM_H

#include <stdbool.h>

#include "base/text.h"
#include "spex.h"

struct file_stream {
    char *target; /* what the path leads to, through links */
    char *staged; /* where it is written until then; NULL: to the target, a pipe or a device */
    int descriptor;
    bool replace;
    struct text waiting;
    uint64_t written; /* bytes, those that wait among them */
};

/* What is there already is replaced with `replace` only. Errors: USAGE (a folder, or there
 * already), SYSTEM, MEMORY. */
int file_stream_open(struct file_stream *stream, const char *path, bool replace, spex_error *error);
/* Takes what the text holds, and clears it. Errors: SYSTEM, MEMORY. */
int file_stream_put(struct file_stream *stream, struct text *text, spex_error *error);
/* Now it is there; in any case the stream is closed. Errors: as file_stream_open. */
int file_stream_close(struct file_stream *stream, spex_error *error);
/* Instead: nothing was written. Also of a zeroed one. */
void file_stream_drop(struct file_stream *stream);

#endif
