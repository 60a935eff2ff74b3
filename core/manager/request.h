/* What a shard's server is asked to do, and its answer. */
#ifndef MANAGER_REQUEST_H
#define MANAGER_REQUEST_H

#include <semaphore.h>
#include <stdatomic.h>

#include "model/filter.h"
#include "spex.h"
#include "store/shard.h"

enum request_kind {
    REQUEST_INIT,
    REQUEST_TRANSITION,
    REQUEST_MOCK,
    REQUEST_GET,
    REQUEST_DELETE,
    REQUEST_LIST,            /* a page of instances */
    REQUEST_DELETE_MATCHING, /* one sweep of it */
    REQUEST_PRUNE,           /* one sweep of it */
    REQUEST_LEARNED,         /* what was learned in this shard */
    REQUEST_LEARN,           /* another shard began to learn a model */
    REQUEST_FLUSH,           /* nothing: everything before is done */
    REQUEST_WAKE             /* look at the clock; done when nothing is due any more */
};

/* What became of the question whether to start a model. */
enum decision {
    DECISION_NONE,
    DECISION_ACCEPTED, /* this request starts it */
    DECISION_REFUSED
};

/* Where an instance must be for a step to follow. */
struct expected {
    uint64_t transitions;
    const char *state; /* NULL: not initialised */
    int64_t since;     /* tells it from another instance of that name, made in between */
};

/* Where a caller waits, for one request or for several; or for its turn to serve. */
struct completion {
    sem_t done;
    atomic_uint pending;
};

struct request {
    struct request *next;
    enum request_kind kind;
    /* Who waits; NULL: nobody, the server frees the request. */
    struct completion *completion;

    bool led; /* somebody waits who can be given the turn to serve it */

    /* -- what is asked */
    const char *specification;
    const char *identifier;
    const char *meta;
    const char *action;
    const char *state;
    int64_t at;                      /* 0: now */
    const struct expected *expected; /* of a transition; NULL: wherever it is */
    spex_place place;
    const struct filter *filter;
    const char *after;
    size_t limit;
    bool dry;
    int64_t cursor; /* of a sweep: where it goes on */
    enum decision decision;
    unsigned judged; /* how often its step was judged ahead */

    /* -- what is answered; released by whoever asked, with request_release */
    spex_error error;
    bool stored;        /* served by its caller, but for the handler */
    spex_reason reason; /* what the handler is to be told, once it is stored */
    char *from;         /* for that: the states, the specification, the words */
    char *to;
    char *of;
    char *message;
    spex_observation observation;
    spex_instance *instance;
    struct instance_list list;
    int64_t after_cursor;
    uint64_t count;
    bool deleted;
    struct spex_model **models;
    size_t model_count;
};

/* Forgets a first attempt's answer. */
void request_reset(struct request *request);
void request_release(struct request *request);

void completion_init(struct completion *completion, unsigned pending);
void completion_done(struct completion *completion);
/* Waits, and releases it. */
void completion_wait(struct completion *completion);
/* Waits until all is done (true) or it is woken, once. */
bool completion_sleep(struct completion *completion);
void completion_wake(struct completion *completion);
void completion_release(struct completion *completion);

#endif
