/*
 * core/manager - the instance manager behind spex.h. A server (one thread) a shard
 * takes requests from its mailbox, writes a batch of them in one transaction and then
 * answers. This header is what the files of the room share.
 */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdatomic.h>

#include "base/text.h"
#include "manager/mailbox.h"
#include "manager/model_files.h"
#include "model/model.h"
#include "spex.h"
#include "store/store.h"

/* ----------------------------------------------------------- workflows */

/* What the manager knows of the specification with a name: the specification itself, a
 * model from a file, whether one is being learned; some of it or all. Never removed. */
struct workflow {
    char *name;
    struct spex_specification *specification; /* NULL: not registered */
    spex_handler handler;                     /* its own, or NULL */
    void *handler_data;
    struct spex_model *model; /* from a file, or NULL; valid for a server within a batch */
    uint64_t model_number;    /* no other model has it */
    char *unreadable;         /* why the model's file could not be read, or NULL; as valid */
    bool learning;            /* without a file: a model is being learned in the store */
    bool deciding;            /* a handler is being asked whether to learn one */
};

/* What was replaced at the end of an epoch; a server whose batch began in it or before may
 * still be using it. */
struct retired {
    struct spex_model *model;
    char *unreadable;
    uint64_t epoch;
};

struct registry {
    pthread_rwlock_t lock;
    pthread_cond_t decided;
    pthread_mutex_t deciding; /* with `decided` */
    struct symbols names;
    struct workflow **items; /* by symbol */
    size_t capacity;
    uint64_t models;        /* how many there were in all */
    _Atomic uint64_t epoch; /* from 1 */
    struct retired *retired;
    size_t retired_count;
    size_t retired_capacity;
};

int registry_init(struct registry *registry, spex_error *error);
void registry_release(struct registry *registry);
/* Errors: USAGE (already known), MEMORY. Takes the specification over on success. */
int registry_add_specification(struct registry *registry, struct spex_specification *specification,
                               spex_handler handler, void *handler_data, spex_error *error);
/* Takes the model over, always. Errors: SYNTAX (there is one, not to be replaced), MEMORY. */
int registry_set_model(struct registry *registry, struct spex_model *model, bool replace,
                       spex_error *error);
int registry_drop_model(struct registry *registry, const char *name, spex_error *error);
/* *model is NULL where there is none from a file. */
int registry_copy_model(struct registry *registry, const char *name, struct spex_model **model,
                        spex_error *error);
/* Frees what was replaced before the epoch `oldest`. */
void registry_collect(struct registry *registry, uint64_t oldest);
/* Nothing is judged by a model whose file cannot be read. */
int registry_set_unreadable(struct registry *registry, const char *name, const char *why,
                            spex_error *error);
int registry_set_learning(struct registry *registry, const char *name, spex_error *error);
/* A copy of what is known at this moment; all zero for an unknown name. But for the model,
 * what it points to lives as long as the manager. */
struct workflow registry_find(struct registry *registry, const char *name);
/* Workflow 0, 1, ...; false behind the last one. */
bool registry_at(struct registry *registry, uint32_t index, struct workflow *workflow);

/* -------------------------------------------------------------- server */

/* Verdicts of deviations, by a hash of all that decides them. */
enum { VERDICT_SLOTS = 1024 };
struct verdict_slot {
    uint64_t hash[2];
    bool used;
    spex_verdict verdict;
};

struct server {
    struct spex_manager *manager;
    unsigned number; /* of its shard, from 1 */
    pthread_t thread;
    bool running;
    struct mailbox mailbox;
    struct shard *shard; /* opened at the first request; NULL: not open */
    /* -- the batch at work; like the rest below, whoever has the mailbox's turn's */
    bool led;               /* it is a caller who is at work, and not the thread */
    _Atomic uint64_t epoch; /* the registry's when it began; 0: none */
    bool blocked;           /* the shard cannot be opened or locked: fails the rest of the batch */
    spex_error blocked_error;
    bool broken;      /* it failed: opened anew for the next batch */
    uint64_t commits; /* of batches, so far */
    /* -- timers */
    bool timers_started;
    int64_t timers_floor; /* due times up to here are left alone */
    unsigned timers_seen; /* the manager's `changes` when next_due was found */
    int64_t next_due;     /* 0: none; found anew when -1 */
    bool reporting;       /* more is due than was reported at once */
    bool scheduling;      /* finding out whether due times must be computed anew */
    uint32_t schedule_index;
    int64_t schedule_cursor;
    bool pruning;
    int64_t prune_cursor;
    int64_t prune_next; /* monotonic */
    bool timers_failed; /* and that was logged */
    struct request *woken;
    struct verdict_slot *verdicts;
    struct step_judge *judges;
    struct unjudged *unjudged; /* what judge_ahead is to check; NULL: nothing */
};

struct spex_manager {
    spex_manager_options options; /* its strings are copies */
    struct store store;
    struct registry registry;
    struct model_files files;
    struct server *servers; /* store.shards of them */
    pthread_mutex_t log_mutex;
    atomic_bool started;
    atomic_uint changes;  /* counts what timers must look at again */
    int64_t timers_floor; /* the servers', when timers were started */
};

struct server *manager_server(struct spex_manager *manager, const char *identifier);
/* Whether the caller is inside a handler. */
bool manager_inside_handler(const struct spex_manager *manager);
/* Puts the request into the mailbox and waits for the answer, which is its error's status. */
int manager_ask(struct spex_manager *manager, struct server *server, struct request *request,
                spex_error *error);
/* The same for one request a shard, at once; fails only as a whole (inside a handler, or
 * no shard's mailbox takes it); what each answered is in its error. `skip` may be NULL. */
int manager_ask_all(struct spex_manager *manager, struct request *requests, const bool *skip,
                    spex_error *error);
/* Puts reports (init, transition, mock) into their shards' mailboxes, in this order, and
 * returns; `completion` (not initialised yet) is what to wait for. What became of each is
 * in its error and observation, then to be released with request_release. */
void manager_post(struct spex_manager *manager, struct request *requests, size_t count,
                  struct completion *completion);
/* spex_transition_at for a caller who has seen where the instance was: compared in the
 * transaction that writes the step. Where it is elsewhere or gone nothing is written, no event
 * either, and the answer is SPEX_ERROR_NOT_FOUND; the call gives that for nothing else. */
int manager_transition_expected(struct spex_manager *manager, const char *identifier,
                                const char *action, const char *state, int64_t at,
                                const struct expected *expected, spex_place place,
                                spex_observation *observation, spex_error *error);
void manager_log(struct spex_manager *manager, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int64_t manager_now(const struct spex_manager *manager);
/* For tests that move the clock: every server looks at it again; answers when whatever
 * was due by then has been done. */
void manager_wake(struct spex_manager *manager);

/* Deletes what the filter chooses, in steps of a transaction each; between them `going` is
 * asked, with how many are gone, and ends it by false: SPEX_ERROR_CANCELLED. */
struct sweep_watch {
    bool (*going)(void *context, uint64_t deleted);
    void *context;
};
int manager_delete_matching(struct spex_manager *manager, const struct filter *filter,
                            const struct sweep_watch *watch, uint64_t *deleted, spex_error *error);

void *server_run(void *server);
/* Runs requests, in as few transactions as possible, and answers them. */
void batch_run(struct server *server, struct request *requests);
/* The same on a caller's thread, which has the mailbox's turn and gives it back: where
 * nobody is at work, to change threads twice would cost as much as a transition. */
void server_lead(struct server *server, struct request *requests);
/* The server's shard, opened if need be. */
int server_open(struct server *server, spex_error *error);
/* The shard with a transaction begun. */
int server_begin(struct server *server, spex_error *error);
void server_drop(struct server *server);

enum served {
    SERVED_DONE,  /* the request's error says how, once the transaction is committed */
    SERVED_ASK,   /* nothing written: a handler must say whether to learn a model */
    SERVED_JUDGE, /* nothing written: the step is to be judged ahead, and served again */
    SERVED_FAILED /* the transaction is spoilt, the request's error says why */
};
enum served serve(struct server *server, struct request *request);

/* --------------------------------------------------------------- models */

struct model_set {
    struct spex_model **items;
    size_t count;
    size_t capacity;
};
/* What all shards learned, with nothing of the files; `specification` NULL: of all. The
 * set is to be freed with spex_models_free, also after an error. */
int models_learned(struct spex_manager *manager, const char *specification, struct model_set *set,
                   spex_error *error);
struct spex_model *set_find(const struct model_set *set, const char *name);
/* Takes the model over, always; NULL stands for no memory. */
int set_add(struct model_set *set, struct spex_model *model, spex_error *error);
/* The file that `directory` is to get for the model: its path, to be freed also after an
 * error, and its content. Errors: USAGE (a name that would not read back), MEMORY. */
int model_render(const struct spex_model *model, const char *directory, char **path,
                 struct text *text, spex_error *error);

/* ---------------------------------------------------------------- judge */

/* What a step of an instance is. */
struct judgement {
    bool known; /* false: there is no model */
    bool later; /* the check would take long: judge_ahead first, outside the transaction */
    spex_verdict verdict;
};
/* `key` is the stored instance's, 0 for a new one. `now`: whatever it takes. */
int judge(struct server *server, const struct workflow *workflow, const char *specification,
          int64_t key, const spex_step *step, const char *from, bool now,
          struct judgement *judgement, spex_error *error);
/* Checks what judge put off, while nobody waits for the shard. The verdict is kept under
 * all that decides it, so that judge finds it if the instance is still as it was. What goes
 * wrong here goes wrong again when judged at once. */
void judge_ahead(struct server *server);
void judge_forget(struct server *server);
/* The verdict of a deviation from `from` (`first`: an initialisation) that was added to the
 * model, with all others of its instance. */
int judge_model(const struct spex_specification *specification, const struct spex_model *model,
                const char *from, bool first, spex_verdict *verdict, spex_error *error);

/* --------------------------------------------------------------- report */

/* One line for people about what happened; free(). NULL when memory is out. */
char *report_message(const spex_report *report, const char *detail);
/* Asks the handler in charge: the workflow's, the manager's, or the policy and the log. */
spex_answer report_ask(struct spex_manager *manager, const struct workflow *workflow,
                       const spex_report *report);
/* Whether to learn a model of the request's specification; sets its decision. */
/* What a handler is told of a request; its texts belong to the request. */
spex_report report_about(const struct request *request, spex_reason reason);
void report_ask_model(struct server *server, struct request *request);

/* --------------------------------------------------------------- timers */

/* Does what is due, a part at a time, so that callers are served between: timeouts, pruning. */
void timers_run(struct server *server);
/* Whether there is more of it. */
bool timers_busy(const struct server *server);
/* How long nothing will be due, in microseconds; -1: ever. */
int64_t timers_wait(const struct server *server);
/* When an instance that has come to a state must move on; 0: never. */
int64_t timers_due(const struct workflow *workflow, const char *state, int64_t at);
/* For shard_sweep: whether an instance is to be pruned. */
struct prune_context {
    struct spex_manager *manager;
    int64_t now;
};
bool prune_wanted(const spex_instance *instance, void *context);

#endif
