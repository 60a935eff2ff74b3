/*
 * Writes DETS tables, whole or damaged in chosen ways, and the terms in them: for tests
 * and figures. A slot holds one collection, whatever the hash of its key would be, which no
 * reader of whole files can tell.
 */
#ifndef TESTS_IMPORT_DETS_WRITER_H
#define TESTS_IMPORT_DETS_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* -- terms, without the version byte */
void etf_atom(struct text *text, const char *name); /* SMALL_ATOM_UTF8 or ATOM_UTF8 */
void etf_integer(struct text *text, int32_t value);
void etf_binary(struct text *text, const char *bytes, size_t length);
void etf_tag(struct text *text, unsigned char tag, uint32_t count); /* and a number of 32 bits */
void etf_tuple(struct text *text, unsigned char arity);
/* A DateTime: seconds and microseconds since 1970 UTC, of the first days of January. */
void etf_time(struct text *text, int64_t time);

/* What goes into an instance; texts that are NULL are `nil`. */
struct etf_instance {
    const char *specification, *state;
    const struct text *identifier, *meta; /* terms; NULL: nil */
    const char *const *steps;             /* action, state, action, state ..., oldest first */
    size_t step_count;
    int64_t first; /* the time of the first; the next a second later each */
};
/* {Key, Instance} */
void etf_object(struct text *text, uint32_t key, const struct etf_instance *instance);

/* -- tables */
struct dets_slot {
    uint32_t size, offset;
};
struct dets_writer {
    FILE *file;
    uint64_t offset;
    struct dets_slot *slots;
    size_t count, capacity;
    uint64_t objects;
};
bool dets_writer_open(struct dets_writer *writer, const char *path);
/* One object, in a slot and a collection of its own. */
void dets_writer_add(struct dets_writer *writer, const struct text *term);
/* A collection of these bytes, as they are, with this status; in a slot if `slot`. */
void dets_writer_add_raw(struct dets_writer *writer, const struct text *objects, uint32_t status,
                         bool slot);
/* Writes what leads to the slots. A table that is not closed has no trailer. */
bool dets_writer_close(struct dets_writer *writer, bool closed);
#define DETS_ACTIVE 0x12345678u
#define DETS_FREE 0x03abcdefu

/* An object with its length in front and its version byte. */
void dets_object_bytes(struct text *objects, const struct text *term);

#endif
