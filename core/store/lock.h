/*
 * A shard's lock file. Whoever writes or checkpoints a shard, in whatever process,
 * holds it: a fault of widespread SQLite versions corrupts a file that one connection
 * checkpoints twice while another commits.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "spex.h"

struct shard_lock {
    int descriptor; /* -1: closed */
};

/* Opens the file and takes the lock, of the file that is there when it is taken: between a
 * look at a path and the lock, the file may have been removed. Errors: BUSY, SYSTEM. */
int lock_enter(struct shard_lock *lock, const char *path, const spex_clock *clock, int64_t wait,
               spex_error *error);
/* Errors: SYSTEM. */
int lock_open(struct shard_lock *lock, const char *path, spex_error *error);
void lock_close(struct shard_lock *lock);
/* Waits at most `wait` ms of the clock's monotonic time. Errors: BUSY naming `label`, SYSTEM. */
int lock_acquire(struct shard_lock *lock, const spex_clock *clock, int64_t wait, const char *label,
                 spex_error *error);
void lock_release(struct shard_lock *lock);
/* Whether nobody else has the file open as a lock, from here until it is closed. */
bool lock_alone(struct shard_lock *lock);

#endif
