/* Lines of a file, pipe or terminal: bounded, and interruptible between two of them. */
#ifndef CLI_LINE_READER_H
#define CLI_LINE_READER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "spex.h"

#define LINE_LIMIT ((size_t)1 << 20)

struct line_reader {
    const char *name; /* for messages */
    int file;
    int writer; /* keeps a FIFO open; -1: none */
    char *buffer;
    size_t start, end;
    unsigned line; /* number of the line last handed out */
    bool skipping; /* the rest of a line that was too long */
    bool ended;    /* of the input, or stopped */
};

/* `path` NULL or "-": standard input. `follow`: a FIFO does not end when its writers leave.
 * Errors: SYSTEM, USAGE, MEMORY. */
int line_reader_open(struct line_reader *reader, const char *path, bool follow, spex_error *error);
/* Lines of what is open already. */
int line_reader_attach(struct line_reader *reader, const char *name, int file, spex_error *error);
void line_reader_close(struct line_reader *reader);

enum line_state {
    LINE_READY,
    LINE_TOO_LONG, /* once a line; what follows up to its end is dropped */
    LINE_WANTED    /* line_reader_fill first; or, after the end, nothing more */
};
/* The bytes belong to the reader until the next call, without the newline. */
enum line_state line_reader_next(struct line_reader *reader, const char **bytes, size_t *length);

/* Whether more input would have to be waited for. */
bool line_reader_idle(const struct line_reader *reader);
/* Waits for more input, with `unblocked` as the signal mask; ends at once when a signal's
 * handler sets *stopped. Errors: SYSTEM. */
int line_reader_fill(struct line_reader *reader, const sigset_t *unblocked,
                     const volatile sig_atomic_t *stopped, spex_error *error);
/* Reads what there is, as far as there is room, without waiting for more; `file` does not
 * block. Errors: SYSTEM. */
int line_reader_read(struct line_reader *reader, spex_error *error);
/* Bytes of a line that did not end. */
size_t line_reader_rest(const struct line_reader *reader);

#endif
