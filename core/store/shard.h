/*
 * Writing one shard. One thread at a time. Everything that changes something happens
 * between shard_begin and shard_commit, which hold the shard's lock; after a failure
 * inside, the caller rolls back. Errors everywhere: STORE, BUSY, MEMORY.
 */
#ifndef STORE_SHARD_H
#define STORE_SHARD_H

#include "model/model.h"
#include "spex.h"
#include "store/reader.h"
#include "store/store.h"

struct shard;

struct shard_options {
    spex_durability durability;
    spex_clock clock;
    uint64_t event_limit;
};

int shard_open(struct shard **shard, const struct store *store, unsigned number,
               const struct shard_options *options, spex_error *error);
/* Moves the log into the file if nobody is in the way. */
void shard_close(struct shard *shard);

int shard_begin(struct shard *shard, spex_error *error);
/* On failure nothing was written and the lock is given back. */
int shard_commit(struct shard *shard, spex_error *error);
void shard_rollback(struct shard *shard);
bool shard_writing(const struct shard *shard);
/* Whether another connection changed the file since the last call. */
bool shard_changed(struct shard *shard);

/* -------------------------------------------------------- one instance */

/* What a transition must know of the instance. The texts are the shard's, until the
 * next shard_find. */
struct stored {
    int64_t key;
    const char *specification;
    const char *state; /* NULL before initialisation */
    bool mocked;
    uint64_t deviations;
    uint64_t transitions;
    int64_t since;
};
int shard_find(struct shard *shard, const char *identifier, struct stored *stored, bool *found,
               spex_error *error);
/* A new instance; of `instance` everything but overdue and steps is taken. */
int shard_insert(struct shard *shard, const spex_instance *instance, int64_t *key,
                 spex_error *error);
/* Takes the place of the stored one, whose history and deviations go. */
int shard_replace(struct shard *shard, int64_t key, const spex_instance *instance,
                  spex_error *error);
/* Appends a step as number `sequence` of its history. */
int shard_append(struct shard *shard, int64_t key, uint64_t sequence, const spex_step *step,
                 spex_error *error);
/* The instance moves on with that step. */
int shard_move(struct shard *shard, const struct stored *stored, const spex_step *step, int64_t due,
               spex_error *error);
/* Counts an observed transition. */
int shard_observe(struct shard *shard, const char *specification, const char *from,
                  const spex_step *step, spex_error *error);
/* Counts one that was observed `count` times. */
int shard_observe_many(struct shard *shard, const char *specification,
                       const struct observed_transition *observed, spex_error *error);
/* A deviating step of an instance, once; and all of them added to a model. At most
 * SHARD_OVERLAY_MAX are kept; *full tells that there are as many. */
#define SHARD_OVERLAY_MAX 1000
int shard_deviate(struct shard *shard, int64_t key, const char *from, const char *action,
                  const char *to, spex_error *error);
int shard_overlay(struct shard *shard, int64_t key, struct spex_model *model, bool *full,
                  spex_error *error);
int shard_delete(struct shard *shard, const char *identifier, bool *deleted, spex_error *error);

/* Errors: also NOT_FOUND. */
int shard_get(struct shard *shard, const char *identifier, spex_instance **instance,
              spex_error *error);

/* ------------------------------------------------------ many instances */

typedef bool (*instance_wanted)(const spex_instance *instance, void *context);

/* Instances behind `after` (NULL: from the first) in byte order of identifiers, at most
 * `limit` and looking at a bounded number of rows. */
struct instance_list {
    spex_instance **items; /* without steps */
    size_t count;
    size_t capacity;
    char *last; /* the last identifier looked at; NULL when the shard's end is reached */
};
int shard_list(struct shard *shard, const char *after, const struct filter *filter, size_t limit,
               struct instance_list *list, spex_error *error);
void instance_list_release(struct instance_list *list);

/* Deletes (dry: counts) the instances that the filter and, unless NULL, `wanted` choose among
 * a bounded number of rows behind *cursor, which starts at 0 and is -1 when all were looked at. */
int shard_sweep(struct shard *shard, int64_t *cursor, const struct filter *filter,
                instance_wanted wanted, void *context, bool dry, uint64_t *count,
                spex_error *error);

/* ------------------------------------------------------------- timers */

/* When the next instance of a specification is due, later than `floor` and not reported
 * yet; 0: none. */
int shard_next_due(struct shard *shard, const char *specification, int64_t floor, int64_t *due,
                   spex_error *error);
/* Those due by `now`, at most `limit`, which are thereby reported. */
int shard_take_due(struct shard *shard, const char *specification, int64_t floor, int64_t now,
                   size_t limit, struct instance_list *list, spex_error *error);

/* What the due times of a specification's instances were computed from, as a number; 0:
 * nothing, they have none. */
int shard_fingerprint(struct shard *shard, const char *specification, int64_t *fingerprint,
                      spex_error *error);
int shard_set_fingerprint(struct shard *shard, const char *specification, int64_t fingerprint,
                          spex_error *error);
/* Computes them anew, for a bounded number of rows behind *cursor, which is as in shard_sweep. */
typedef int64_t (*instance_due)(const spex_instance *instance, void *context);
int shard_reschedule(struct shard *shard, const char *specification, int64_t *cursor,
                     instance_due due, void *context, spex_error *error);

/* ------------------------------------------------------------- models */

int shard_learn(struct shard *shard, const char *specification, spex_error *error);
/* Called for each specification that a model was started for. */
typedef int (*learning_callback)(const char *specification, void *context, spex_error *error);
int shard_learning(struct shard *shard, learning_callback callback, void *context,
                   spex_error *error);
/* What was learned here, a model a specification, by name; `specification` NULL: all.
 * learning is set in those that were started here. Free with spex_models_free. */
int shard_learned(struct shard *shard, const char *specification, struct spex_model ***models,
                  size_t *count, spex_error *error);

int shard_event(struct shard *shard, const struct event *event, spex_error *error);

#endif
