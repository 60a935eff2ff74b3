/* A large store, made quickly, for the explorer's figures. */
#ifndef BENCH_EXPLORER_STORE_H
#define BENCH_EXPLORER_STORE_H

#include "spex.h"

/* The specifications' files in DIR/specs, and in DIR/store `count` instances; what is there
 * with as many already is left (*made: false). One identifier, at nine tenths of them all in byte
 * order, contains "needle"; STORE_RARE of them are in the state "lost". The store is sound: what
 * took its steps one by one would have left the same. */
#define STORE_RARE 1000
int explorer_store_make(const char *directory, uint64_t count, bool *made, spex_error *error);
/* The identifier of instance `number` of `count`, in byte order. */
void explorer_store_identifier(uint64_t number, uint64_t count, char identifier[64]);

#endif
