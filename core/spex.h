/*
 * spex.h - the public interface of libspex.
 *
 * A program declares (or loads) specifications, opens a manager on a store
 * directory and reports what its instances do. The manager records every
 * transition durably, learns implementation models and says at once when an
 * instance leaves the behaviour that the specification allows.
 *
 * Conventions, everywhere in this header:
 *  - Text is UTF-8 and NUL-terminated. Text passed in is copied; text handed
 *    out through a pointer to const belongs to the object it came from.
 *  - Functions answer SPEX_OK (0) or a negative spex_status, and then describe
 *    the failure in *error, which says nothing else. `error` may always be NULL.
 *  - What a function named *_create, *_open, *_load or *_get hands out is freed
 *    with the matching *_free or *_close, which accept NULL. After a failure nothing
 *    is handed out: the pointer is NULL, the count 0.
 *  - Times are microseconds since 1970-01-01 UTC, durations are milliseconds.
 *  - A manager may be used from any number of threads, but for opening and closing it.
 *    Other objects may be read from any number of threads while nobody changes them.
 *  - The errors listed with a call on a manager are its own. Beside them every such call may
 *    answer what keeps it from its shards: STORE (damaged, taken away, full disk), SYSTEM
 *    (the lock file cannot be used), BUSY (a full mailbox with mailbox_fails_full, or another
 *    process that holds a shard for more than 10 s) and MEMORY. Those that wait for their
 *    answer - all but the async ones - are USAGE when a handler calls them. A call that
 *    fails changed nothing, unless it says so.
 *
 * spex(5) describes the files, libspex(3) how to use this.
 */
#ifndef SPEX_H
#define SPEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SPEX_API __attribute__((visibility("default")))
#else
#define SPEX_API
#endif

/* The internal action (tau) and the action of an instance's first transition. */
#define SPEX_INTERNAL "__internal__"
#define SPEX_INITIALISATION "__initialisation__"
/* The state before initialisation, as model files write it. */
#define SPEX_NIL "nil"
/* A timeout that never comes. */
#define SPEX_INFINITY INT64_C(-1)
/* Longest instance identifier, in bytes. */
#define SPEX_IDENTIFIER_MAX 1024
/* Longest specification, state and action name, in bytes. */
#define SPEX_NAME_MAX 4096

/* ---------------------------------------------------------------- errors */

typedef enum spex_status {
    SPEX_OK = 0,
    SPEX_ERROR_USAGE = -1,     /* an argument or an option is not acceptable */
    SPEX_ERROR_SYNTAX = -2,    /* a file or a record cannot be read: place and expectation given */
    SPEX_ERROR_SYSTEM = -3,    /* the operating system said no: file, permission, space */
    SPEX_ERROR_STORE = -4,     /* the store or one of its shards is unusable or partly so */
    SPEX_ERROR_NOT_FOUND = -5, /* what was named does not exist */
    SPEX_ERROR_REFUSED = -6,   /* the error handler refused; see spex_reason */
    SPEX_ERROR_BUSY = -7,      /* a full mailbox, or a store locked by another process */
    SPEX_ERROR_MEMORY = -8,    /* out of memory */
    SPEX_ERROR_CANCELLED = -9, /* the caller cancelled */
    SPEX_ERROR_INTERNAL = -10  /* a fault of this library; please report it */
} spex_status;

/* What the manager tells an error handler; also the code behind a refusal. */
typedef enum spex_reason {
    SPEX_REASON_NONE = 0,
    SPEX_REASON_IDENTIFIER_ALREADY_IN_USE, /* instance_identifier_already_in_use */
    SPEX_REASON_IDENTIFIER_NOT_FOUND,      /* instance_identifier_not_found */
    SPEX_REASON_MODEL_NOT_FOUND,           /* impl_model_not_found */
    SPEX_REASON_STILL_EQUIVALENT,          /* deviation_still_equivalent */
    SPEX_REASON_NOT_EQUIVALENT,            /* deviation_not_equivalent */
    SPEX_REASON_TRANSITION_TIMEOUT         /* transition_timeout */
} spex_reason;
#define SPEX_REASON_COUNT 7

/* The name that files, JSON and events use for a reason ("deviation_not_equivalent", ...). */
SPEX_API const char *spex_reason_name(spex_reason reason);

/* A failure as a value. `message` is one line for people: the place, what was
 * expected, what to do. It is always valid UTF-8 and cut, with a sign, if longer. */
typedef struct spex_error {
    spex_status status;
    spex_reason reason;
    unsigned line;   /* 1-based place in a file or stream; 0: no place */
    unsigned column; /* 1-based, in code points; 0: no place */
    char message[1000];
} spex_error;

/* -------------------------------------------------------- specifications */

typedef struct spex_specification spex_specification;

typedef enum spex_prunable {
    SPEX_PRUNABLE_NONE = 0,
    SPEX_PRUNABLE_ALL,
    SPEX_PRUNABLE_TERMINAL,
    SPEX_PRUNABLE_LIST
} spex_prunable;

/* Everything a specification says beside its transitions. */
typedef struct spex_policy {
    int64_t transition_timeout; /* ms or SPEX_INFINITY (the default) */
    int64_t prune_timeout;      /* ms or SPEX_INFINITY (the default) */
    spex_prunable prunable;
    const char *const *prunable_states; /* for SPEX_PRUNABLE_LIST */
    size_t prunable_state_count;
    unsigned accept; /* bit 1 << spex_reason for every reason accepted without asking */
} spex_policy;

/* The default answers: still-equivalent deviations and a missing model are accepted. */
#define SPEX_ACCEPT_DEFAULT                                                                        \
    ((1u << SPEX_REASON_STILL_EQUIVALENT) | (1u << SPEX_REASON_MODEL_NOT_FOUND))

/* An empty specification. Errors: USAGE (name empty, too long, not UTF-8), MEMORY. */
SPEX_API int spex_specification_create(spex_specification **specification, const char *name,
                                       spex_error *error);
/* Adds a transition; a repeated one changes nothing. The first one's source is
 * the initial state. Errors: USAGE (a name empty, too long, not UTF-8), MEMORY. */
SPEX_API int spex_specification_add(spex_specification *specification, const char *from,
                                    const char *action, const char *to, spex_error *error);
/* Replaces the policy; everything it points to is copied. Errors: USAGE (a negative timeout
 * other than SPEX_INFINITY, a prunable state that is no name), MEMORY. */
SPEX_API int spex_specification_set_policy(spex_specification *specification,
                                           const spex_policy *policy, spex_error *error);
/* Reads a .spec file or the only specification of a .ex file (spex(5)).
 * Errors: SYNTAX with its place, SYSTEM (the file cannot be read), MEMORY. */
SPEX_API int spex_specification_load(spex_specification **specification, const char *path,
                                     spex_error *error);
SPEX_API void spex_specification_free(spex_specification *specification);
SPEX_API const char *spex_specification_name(const spex_specification *specification);
/* NULL when the specification has no transitions. */
SPEX_API const char *spex_specification_initial(const spex_specification *specification);
SPEX_API const spex_policy *spex_specification_policy(const spex_specification *specification);

/* ------------------------------------------------------------- instances */

/* What was made of a transition when it was recorded. */
typedef enum spex_verdict {
    SPEX_VERDICT_LEARNED = 0,  /* the model was learning: taken over */
    SPEX_VERDICT_CONFORMS = 1, /* the model has this transition */
    SPEX_VERDICT_STILL_EQUIVALENT =
        2,                          /* a deviation; model plus it still equals the specification */
    SPEX_VERDICT_NOT_EQUIVALENT = 3 /* a deviation that breaks the equivalence */
} spex_verdict;

/* "learned", "conforms", "deviation_still_equivalent", "deviation_not_equivalent" */
SPEX_API const char *spex_verdict_name(spex_verdict verdict);

typedef struct spex_step {
    const char *action;
    const char *state; /* the state it led to */
    int64_t at;
    spex_verdict verdict;
} spex_step;

/* A stored instance. From spex_get: whole, freed with spex_instance_free. In a
 * spex_instance_callback: without history, valid during the call only. */
typedef struct spex_instance {
    const char *identifier;
    const char *specification;
    const char *meta;  /* JSON object, or NULL */
    const char *state; /* current state; NULL before initialisation */
    bool mocked;       /* placed by mock, no transition since */
    bool overdue;      /* a transition was due before now */
    int64_t since;     /* when the current state was entered */
    int64_t due;       /* when the next transition is due; 0: never */
    uint64_t deviations;
    uint64_t transitions;   /* how many were recorded, initialisation included */
    const spex_step *steps; /* newest first; NULL when not asked for */
    size_t step_count;
} spex_instance;

SPEX_API void spex_instance_free(spex_instance *instance);

/* Which instances a call is about: those that satisfy every field that is set. */
typedef struct spex_filter {
    const char *specification; /* exact name, or NULL */
    const char *state;         /* exact name, or NULL */
    const char *text;          /* part of identifier, specification or state, ASCII case ignored */
    bool overdue;
    bool deviated;
    bool mocked;
    /* Beside that a condition in the filter language of spex(5), as the explorer and --where
     * take it: "state:paid,running age>2h not mocked"; or NULL. A mistake in it makes the call
     * SPEX_ERROR_SYNTAX, with its column and what was expected there. */
    const char *where;
} spex_filter;

/* --------------------------------------------------------------- manager */

typedef struct spex_manager spex_manager;

typedef enum spex_answer { SPEX_REFUSE = 0, SPEX_ACCEPT = 1 } spex_answer;

/* What happened, for an error handler. Valid during the call only. */
typedef struct spex_report {
    spex_reason reason;
    const char *specification; /* NULL if not known */
    const char *identifier;    /* NULL if the report is about no instance */
    const char *from;          /* NULL before initialisation */
    const char *action;        /* NULL if no transition is meant */
    const char *to;
    const char *message; /* one line for people */
    const char *file;    /* call site, NULL when not given */
    int line;
} spex_report;

/* Called on the thread of the instance's shard, whoever made the call, and never inside a
 * transaction: what it is told of is stored already, but for SPEX_REASON_MODEL_NOT_FOUND,
 * where its answer decides. Different shards may call it at once. While it runs its shard
 * waits, the others do not. It may use the async calls of the manager; a full mailbox
 * then answers SPEX_ERROR_BUSY, as it would have to empty it itself. A call that waits
 * answers SPEX_ERROR_USAGE instead of deadlocking. */
typedef spex_answer (*spex_handler)(const spex_report *report, void *user_data);

/* What has been stored survives. Power loss may take the last moments' transactions with
 * NORMAL, whole ones, and never damages the store. */
typedef enum spex_durability {
    SPEX_DURABILITY_NORMAL = 0, /* the death of any process */
    SPEX_DURABILITY_FULL = 1    /* power loss too: one fsync a batch */
} spex_durability;

/* Microseconds; `wall` since 1970 UTC, `monotonic` from any fixed point. Both called with
 * `context`. */
typedef struct spex_clock {
    int64_t (*wall)(void *context);
    int64_t (*monotonic)(void *context);
    void *context;
} spex_clock;

typedef struct spex_manager_options {
    const char *impl_models_dir;  /* "./spex_impl_models" */
    const char *store_dir;        /* "./spex_store" */
    unsigned distribution_factor; /* shards; 0: what the store has, 4 for a new one */
    bool check_transition_timeouts_on_start;
    int64_t prune_interval; /* ms; SPEX_INFINITY: only at start */
    spex_durability durability;
    /* For tools that look at a store: no timers, no pruning, and a model file that cannot
     * be read fails the transitions of its specification only, not spex_manager_open. */
    bool passive;
    size_t mailbox_capacity; /* requests waiting a shard, 4096 */
    bool mailbox_fails_full; /* a full mailbox answers SPEX_ERROR_BUSY instead of waiting */
    uint64_t event_limit;    /* events kept a shard, 10000 */
    bool learn;              /* every model learns, frozen or not; see spex_test_options */
    spex_clock clock;        /* zero: the system's */
    spex_handler handler;    /* for all specifications without their own; NULL: policy and log */
    void *handler_data;
    void (*log)(const char *line, void *data); /* NULL: standard error */
    void *log_data;
    void *loaded; /* of spex_manager_options_load; leave it alone */
} spex_manager_options;

/* Fills in the defaults; always first. Environment and project file are read only by the next call,
 * so that a program decides itself whether they apply to it. */
SPEX_API void spex_manager_options_init(spex_manager_options *options);
/* Replaces the defaults by what the project file `ini` (NULL: ./spex.ini, which may be
 * missing) and over it the environment (SPEX_STORE_DIR, ...) say; see spex(5). Set fields
 * of your own afterwards. Ends with spex_manager_options_release, after the manager was
 * opened. Errors: SYNTAX with its place, MEMORY; then the options are as before. */
SPEX_API int spex_manager_options_load(spex_manager_options *options, const char *ini,
                                       spex_error *error);
SPEX_API void spex_manager_options_release(spex_manager_options *options);

/* Opens (creating it where it is missing) the store and reads the models of
 * impl_models_dir, which may be missing. The options are copied, but for what their pointers
 * to functions are given. Errors: USAGE (an option), STORE (another shard count, a newer format,
 * not a store, a network file system), SYSTEM, SYNTAX (a model file, with its place), BUSY
 * (another process is creating the store for too long), MEMORY. */
SPEX_API int spex_manager_open(spex_manager **manager, const spex_manager_options *options,
                               spex_error *error);
/* Waits for everything queued, then closes. No other call on the manager may be at work or
 * follow. A handler that calls it is told so in the log, and nothing happens. */
SPEX_API void spex_manager_close(spex_manager *manager);

/* Makes a specification known, with its own handler or NULL. The manager takes
 * a copy. At any time, from a handler too. Errors: USAGE (name already known), MEMORY. */
SPEX_API int spex_manager_add_specification(spex_manager *manager,
                                            const spex_specification *specification,
                                            spex_handler handler, void *handler_data,
                                            spex_error *error);
/* Starts timers, the start-up timeout check and pruning, once all
 * specifications are added. Recording works before and without it; a passive
 * manager answers SPEX_ERROR_USAGE. */
SPEX_API int spex_manager_start(spex_manager *manager, spex_error *error);

/* Where a call was made, for handlers and logs. */
typedef struct spex_place {
    const char *file;
    int line;
} spex_place;
#ifdef __cplusplus
#define SPEX_HERE (spex_place{__FILE__, __LINE__})
#else
#define SPEX_HERE ((spex_place){__FILE__, __LINE__})
#endif

/* What became of a recorded transition. */
typedef struct spex_observation {
    spex_verdict verdict;
    uint64_t transitions; /* how many the instance has now */
} spex_observation;

/* Reports. `at` 0: now. `meta` is a JSON object of up to 1 MiB, or NULL. A `state` of NULL
 * is, for init, the specification's initial one; for transition the only one the specification
 * leads to by that action (USAGE if there is none or several). On SPEX_OK the report is stored
 * and, with the manager's durability, durable. A deviation is stored too, whatever the
 * handler answers; refused, it is SPEX_ERROR_REFUSED with its reason. An identifier in use
 * (init), an unknown one (transition) and a missing model are refused without storing more
 * than an event; a handler that accepts the first or the second makes it SPEX_OK with
 * observation->transitions 0. `observation` may be NULL; it is filled in whenever a
 * transition was stored, and else all zero. Errors: REFUSED, USAGE (identifier, name, JSON,
 * time; a specification that is not known here), SYNTAX (the model's file cannot be read). */
SPEX_API int spex_init_at(spex_manager *manager, const char *specification, const char *identifier,
                          const char *meta, const char *state, int64_t at, spex_place place,
                          spex_observation *observation, spex_error *error);
SPEX_API int spex_transition_at(spex_manager *manager, const char *identifier, const char *action,
                                const char *state, int64_t at, spex_place place,
                                spex_observation *observation, spex_error *error);
/* Queue and return; what goes wrong later reaches handlers and the log only. `at` 0 is the
 * time of the call. Reports of one thread about one instance are stored in the order of the
 * calls, waiting or not. Errors: USAGE (identifier, name, JSON, time), BUSY (see
 * mailbox_fails_full), MEMORY. */
SPEX_API int spex_init_async_at(spex_manager *manager, const char *specification,
                                const char *identifier, const char *meta, const char *state,
                                int64_t at, spex_place place, spex_error *error);
SPEX_API int spex_transition_async_at(spex_manager *manager, const char *identifier,
                                      const char *action, const char *state, int64_t at,
                                      spex_place place, spex_error *error);
#define spex_init(manager, specification, identifier, meta, state, error)                          \
    spex_init_at(manager, specification, identifier, meta, state, 0, SPEX_HERE, NULL, error)
#define spex_transition(manager, identifier, action, state, error)                                 \
    spex_transition_at(manager, identifier, action, state, 0, SPEX_HERE, NULL, error)
#define spex_init_async(manager, specification, identifier, meta, state, error)                    \
    spex_init_async_at(manager, specification, identifier, meta, state, 0, SPEX_HERE, error)
#define spex_transition_async(manager, identifier, action, state, error)                           \
    spex_transition_async_at(manager, identifier, action, state, 0, SPEX_HERE, error)
/* Waits until everything queued before is stored or refused, and handlers were told. */
SPEX_API int spex_manager_flush(spex_manager *manager, spex_error *error);

/* Inserts or replaces an instance at a state (NULL: the specification's initial one), with
 * empty history and no check; the specification need not be known. Errors: USAGE (identifier,
 * name, JSON; no state). */
SPEX_API int spex_mock(spex_manager *manager, const char *specification, const char *identifier,
                       const char *meta, const char *state, spex_error *error);

/* One instance with its history. Errors: NOT_FOUND, USAGE (identifier). */
SPEX_API int spex_get(spex_manager *manager, const char *identifier, spex_instance **instance,
                      spex_error *error);

/* Called for each instance, on the caller's thread, where it may call the manager; false
 * ends the walk. */
typedef bool (*spex_instance_callback)(const spex_instance *instance, void *user_data);

/* All instances that match (filter NULL: all), in byte order of identifiers,
 * without their histories. A shard that cannot be read makes the answer
 * an error (STORE, SYSTEM, BUSY) that names it, after the others' instances were given. What
 * changes meanwhile is seen or not. Errors: SYNTAX (the filter's `where`). */
SPEX_API int spex_all(spex_manager *manager, const spex_filter *filter,
                      spex_instance_callback callback, void *user_data, spex_error *error);

/* Deleting what is not there is SPEX_OK. *deleted may be NULL. What the second deletes are
 * all that match (filter NULL: every instance), some at a time, so that callers do not wait
 * long; after an error *deleted tells how many went. Errors: USAGE (identifier), SYNTAX (the
 * filter's `where`). */
SPEX_API int spex_delete(spex_manager *manager, const char *identifier, bool *deleted,
                         spex_error *error);
SPEX_API int spex_delete_matching(spex_manager *manager, const spex_filter *filter,
                                  uint64_t *deleted, spex_error *error);
/* One prune pass now, after the policies of the known specifications, some instances at a
 * time. With dry_run nothing is deleted, only counted; *deleted may be NULL. Errors: those of
 * every call. */
SPEX_API int spex_prune(spex_manager *manager, bool dry_run, uint64_t *deleted, spex_error *error);

/* ---------------------------------------------------------------- models */

typedef struct spex_model spex_model;

SPEX_API const char *spex_model_name(const spex_model *model);
SPEX_API bool spex_model_learning(const spex_model *model);
SPEX_API size_t spex_model_transition_count(const spex_model *model);
/* Transition `index` in byte order of (from, action, to); false past the end. */
SPEX_API bool spex_model_transition(const spex_model *model, size_t index, const char **from,
                                    const char **action, const char **to);
SPEX_API void spex_model_free(spex_model *model);

/* The model of a specification as it stands over all shards, or of every
 * specification that has one, by name (*models: an array of *count, freed with
 * spex_models_free). Errors: the first NOT_FOUND and USAGE (name). */
SPEX_API int spex_model_get(spex_manager *manager, const char *specification, spex_model **model,
                            spex_error *error);
SPEX_API int spex_models_get(spex_manager *manager, spex_model ***models, size_t *count,
                             spex_error *error);
SPEX_API void spex_models_free(spex_model **models, size_t count);
/* Writes every model to DIR/<specification>.spex (NULL: impl_models_dir), each
 * replaced in one step. One that cannot be written keeps no other from being written.
 * Errors: SYSTEM, USAGE (a name that would not read back, or is not fit for a file). */
SPEX_API int spex_models_export(spex_manager *manager, const char *directory, spex_error *error);

/* --------------------------------------------------- learning from tests */

/* A test run. Between its begin and its end every model learns, those too whose files say
 * otherwise, so that no step of the program under test is a deviation: the run shows what
 * the program does. Its end adds that to the model files, to be judged with `spex check`.
 *
 *     static spex_test *test;
 *
 *     static int set_up(void)    // of a CUnit suite or registry
 *     {
 *         return spex_test_begin(&test, "spex_impl_models", NULL, NULL);
 *     }
 *     static int tear_down(void)
 *     {
 *         return spex_test_end(test, NULL, NULL, NULL);
 *     }
 */
typedef struct spex_test spex_test;

/* `impl_models_dir` (NULL: "./spex_impl_models") is the folder that the models are added
 * to. `store_dir` is the store to record in; NULL: a new one below TMPDIR that goes with
 * the test, so that identifiers of earlier runs are not in the way. Errors: as
 * spex_manager_open. */
SPEX_API int spex_test_begin(spex_test **test, const char *impl_models_dir, const char *store_dir,
                             spex_error *error);
/* A manager that learns, with the default options: not started, without specifications. It
 * belongs to the test and may be used from any thread. */
SPEX_API spex_manager *spex_test_manager(spex_test *test);
/* For a manager that the program under test opens itself: sets what makes it take part
 * (folders, shards, `learn`); the texts live as long as the test. Any number of managers, of
 * several processes too, take part at once. */
SPEX_API void spex_test_options(const spex_test *test, spex_manager_options *options);
/* Ends the test once the program's own managers are flushed or closed: adds the transitions
 * learned in its store to the model files of its folder and writes those that changed, with
 * learning off. What a file holds stays in it; files appear whole or not at all, and after
 * an error none was replaced. Test programs that end at once wait for each other.
 * *added (an array of *count, freed with spex_models_free): for each model that grew, a model of
 * what is new. With NULL for both that is told on standard error instead. The test is over
 * also after an error: SYNTAX (a model file cannot be read), USAGE (a name that would not
 * read back), SYSTEM, STORE, MEMORY. */
SPEX_API int spex_test_end(spex_test *test, spex_model ***added, size_t *count, spex_error *error);
/* Ends it and writes nothing, for a run that failed. NULL is accepted. */
SPEX_API void spex_test_cancel(spex_test *test);

/* ------------------------------------------------------- helpers for tests */

/* Unless the status is SPEX_OK: print the error with its place to standard error and abort. */
SPEX_API void spex_or_die(int status, const spex_error *error, spex_place place);
/* The instance, to be freed with spex_instance_free. */
SPEX_API spex_instance *spex_get_or_die_at(spex_manager *manager, const char *identifier,
                                           spex_place place);
#define spex_get_or_die(manager, identifier) spex_get_or_die_at(manager, identifier, SPEX_HERE)
#define spex_init_or_die(manager, specification, identifier, meta, state)                          \
    do {                                                                                           \
        spex_error spex_or_die_error;                                                              \
        spex_or_die(                                                                               \
            spex_init(manager, specification, identifier, meta, state, &spex_or_die_error),        \
            &spex_or_die_error, SPEX_HERE);                                                        \
    } while (0)
#define spex_transition_or_die(manager, identifier, action, state)                                 \
    do {                                                                                           \
        spex_error spex_or_die_error;                                                              \
        spex_or_die(spex_transition(manager, identifier, action, state, &spex_or_die_error),       \
                    &spex_or_die_error, SPEX_HERE);                                                \
    } while (0)
#define spex_mock_or_die(manager, specification, identifier, meta, state)                          \
    do {                                                                                           \
        spex_error spex_or_die_error;                                                              \
        spex_or_die(                                                                               \
            spex_mock(manager, specification, identifier, meta, state, &spex_or_die_error),        \
            &spex_or_die_error, SPEX_HERE);                                                        \
    } while (0)

/* "1.2.3" */
SPEX_API const char *spex_version(void);

#ifdef __cplusplus
}
#endif

#endif
