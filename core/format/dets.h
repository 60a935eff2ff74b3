/*
 * DETS tables (version 9, type set): every object of the file, each an Erlang term. The file is
 * only read, through a window, so that memory does not grow with it.
 *
 * A file that was closed properly is walked from its slots. One that was not, or in which
 * the walk finds damage, is also scanned for everything that looks like a collection of
 * objects: a collection that was being moved is found by one of the two only. What a
 * collection's object means, and which of two copies counts, is the caller's business.
 */
#ifndef FORMAT_DETS_H
#define FORMAT_DETS_H

#include "format/term.h"
#include "spex.h"

/* Larger objects are given up: nothing that works writes them. */
#define DETS_OBJECT_MAX ((size_t)64 << 20)

/* An object, as a term behind its version byte. `beyond`: OTP's own repair of this file would lose
 * it. Answers NULL, or why it is none of those that are looked for. `stop` ends the reading
 * with the status that is then in its error. */
typedef const char *(*dets_object)(const struct term_reader *term, uint64_t offset, bool beyond,
                                   void *context, bool *stop);

struct dets_visitor {
    dets_object object;
    /* Something at this offset that should be an object or lead to some, and why it is none. */
    void (*given_up)(uint64_t offset, const char *why, void *context);
    /* 0 .. 1, now and then; may be NULL. */
    void (*progress)(double part, void *context);
    void *context;
};

struct dets_summary {
    uint64_t size;
    uint64_t objects;  /* that were handed out */
    uint64_t recorded; /* how many the header speaks of, which lags behind in an open file */
    uint64_t given_up;
    bool closed;  /* properly */
    bool scanned; /* not only walked */
    bool changed; /* while it was read */
};

/* Errors: SYNTAX (no DETS table, or none of a kind that can be read), SYSTEM, MEMORY. A
 * visitor that stops: SPEX_ERROR_CANCELLED. */
int dets_read(const char *path, const struct dets_visitor *visitor, struct dets_summary *summary,
              spex_error *error);

#endif
