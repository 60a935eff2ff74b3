/*
 * Erlang's External Term Format, from bytes that nobody vouches for. A reader goes over a
 * term head by head: what a tuple, list or map holds follows it as terms of their own.
 * Nothing here recurses on how deep a term is nested.
 */
#ifndef FORMAT_TERM_H
#define FORMAT_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum term_kind {
    TERM_INTEGER,
    TERM_BIG, /* an integer beyond 64 bits: bytes, least significant first */
    TERM_FLOAT,
    TERM_ATOM, /* bytes: its name */
    TERM_TUPLE,
    TERM_NIL,
    TERM_LIST,   /* `count` elements, then the tail, which is TERM_NIL unless improper */
    TERM_STRING, /* a list of integers 0..255: bytes */
    TERM_BINARY,
    TERM_BITS, /* bytes, of the last of which only the first `bits` count */
    TERM_MAP,  /* `count` keys, each followed by its value */
    TERM_PID,
    TERM_REFERENCE,
    TERM_PORT,
    TERM_EXPORT,  /* &Module.function/arity */
    TERM_FUNCTION /* an anonymous one */
};

enum { TERM_REFERENCE_MAX = 5 };

struct term {
    enum term_kind kind;
    bool latin1;   /* TERM_ATOM: its name is in Latin-1, not UTF-8 */
    bool negative; /* TERM_BIG */
    uint8_t bits;  /* TERM_BITS */
    uint32_t count;
    int64_t integer;
    double real;
    const unsigned char *bytes;
    size_t length;
    /* Of pids, references, ports and functions: the node or module, and numbers. */
    const unsigned char *name;
    size_t name_length;
    bool name_latin1;
    uint64_t numbers[TERM_REFERENCE_MAX + 1]; /* the last: creation, or arity */
};

struct term_reader {
    const unsigned char *bytes;
    size_t at;
    size_t end;
    const char *trouble; /* what is wrong at `at`; NULL: nothing so far */
};

/* The head of the next term. False: `trouble` says why. */
bool term_next(struct term_reader *reader, struct term *term);
/* Goes over a whole term. */
bool term_skip(struct term_reader *reader);
/* Whether the atom has this name (ASCII). */
bool term_is(const struct term *term, const char *name);
/* The name of an atom as UTF-8. False: a byte of it is none. */
bool term_append_name(const struct term *term, struct text *text);

/* ------------------------------------------------------------ as text */

/* Deeper than this a term is not written. */
#define TERM_DEPTH_MAX 200

enum term_written {
    TERM_WRITTEN,
    TERM_WRONG, /* see the reader's `trouble` */
    TERM_TOO_DEEP,
    TERM_TOO_LONG, /* beyond `limit` bytes */
    TERM_NO_MEMORY
};
/* The next term as Elixir's `inspect` shows it without limits, but for the order of the keys
 * in a map of up to 32 pairs, which is always sorted: it depends on the virtual machine.
 * Different terms give different texts. On failure what was appended is taken back. */
enum term_written term_inspect(struct term_reader *reader, size_t limit, struct text *text);
/* The next term as JSON; what JSON cannot hold as a string, its `inspect` text. */
enum term_written term_json(struct term_reader *reader, size_t limit, struct text *text);

/* With as few digits as read back as the same number. */
void term_append_float(double value, struct text *text);
/* Appends an integer beyond 64 bits in decimal, or, where it has thousands of digits, in hex. */
void term_append_big(const struct term *term, struct text *text);
/* The name of an atom as `inspect` shows it, or (key) as a keyword's key without the colon. */
void term_append_atom(const char *name, size_t length, bool key, struct text *text);
/* The content of a binary or charlist between `quote`s, escaped. */
void term_append_quoted(const char *bytes, size_t length, char quote, struct text *text);

#endif
