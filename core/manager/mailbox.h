/* The requests that wait for a shard's server: bounded, in order. */
#ifndef MANAGER_MAILBOX_H
#define MANAGER_MAILBOX_H

#include <pthread.h>

#include "manager/request.h"

struct mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t mail;  /* for the server */
    pthread_cond_t space; /* for callers */
    struct request *first;
    struct request **last;
    size_t count;
    size_t capacity;
    bool taken; /* somebody has the turn, to serve requests of this shard */
    bool nudged;
    bool closed;
};

/* What a full mailbox does to a request. */
enum when_full { FULL_WAIT, FULL_FAIL, FULL_IGNORE };

void mailbox_init(struct mailbox *mailbox, size_t capacity);
void mailbox_release(struct mailbox *mailbox);
/* False: full, or closed. */
bool mailbox_put(struct mailbox *mailbox, struct request *request, enum when_full when_full);
/* For the server, which has the turn from the beginning: gives it away while it waits for
 * mail, a nudge or `wait` microseconds (-1: for ever). Up to `limit` requests, in order,
 * ended by NULL; NULL when nothing came. *ended: closed and empty. */
struct request *mailbox_take(struct mailbox *mailbox, size_t limit, int64_t wait, bool *ended);
/* A caller takes the turn itself, where it is free and no request waits that it would
 * overtake. */
bool mailbox_enter(struct mailbox *mailbox);
/* Gives the turn to the caller whose request is the first, by its completion, or else to
 * the server if there is something for it. */
void mailbox_leave(struct mailbox *mailbox);
/* For a caller that was given the turn: its request, and those of callers right behind. */
struct request *mailbox_take_led(struct mailbox *mailbox);
void mailbox_nudge(struct mailbox *mailbox);
/* What is in it is still taken; nothing new gets in. */
void mailbox_close(struct mailbox *mailbox);

#endif
