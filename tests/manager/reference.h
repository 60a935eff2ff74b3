/*
 * What the manager is to do, written down a second time and as simply as possible: the
 * contract of its calls over a few small specifications, one caller, everything in memory.
 * Shares no code with the manager, the store or the checker.
 */
#ifndef TESTS_MANAGER_REFERENCE_H
#define TESTS_MANAGER_REFERENCE_H

#include "base/text.h"
#include "spex.h"

/* ------------------------------------------------- the specifications */

enum { ORDER, FREE, CLOSED, NARROW, GHOST, SPECIFICATIONS }; /* GHOST: not known */
enum { BASKET, PAID, SHIPPED, REFUNDED, LIMBO, STATES };
enum { INTERNAL, PAY, SHIP, REFUND, HACK, BACK, INITIALISE, ACTIONS };
enum { NO_STATE = -1 };
enum model_kind { MODEL_NONE, MODEL_FROZEN };

struct reference_step {
    int from; /* NO_STATE: nil */
    int action;
    int to;
};

struct reference_specification {
    const char *name;
    struct reference_step steps[4];
    unsigned step_count;
    enum model_kind model;
    struct reference_step model_steps[6]; /* initialisations included */
    unsigned model_step_count;
    unsigned accept;            /* what its handler accepts, 1 << reason */
    int64_t transition_timeout; /* ms, or SPEX_INFINITY */
    int64_t prune_timeout;
    spex_prunable prunable;
};

extern const struct reference_specification reference_specifications[SPECIFICATIONS];
extern const char *const reference_states[STATES];
extern const char *const reference_actions[ACTIONS];
/* As the library takes it. */
spex_specification *reference_declare(int specification);
/* The file of its model; false: it has none. */
bool reference_model_file(int specification, struct text *text);

/* ------------------------------------------------------- the instances */

enum { HISTORY = 200 };

struct reference_record {
    struct reference_step step;
    int64_t at;
    spex_verdict verdict;
};

struct reference_instance {
    char identifier[32];
    bool there;
    int specification;
    int state;
    bool mocked;
    int64_t since;
    int64_t due; /* 0: never */
    bool reported;
    struct reference_record history[HISTORY]; /* deviations among them are its overlay */
    unsigned count;
};

/* Some instances that one caller has for itself. */
struct reference {
    struct reference_instance *items;
    unsigned count;
    bool learned[STATES + 1][ACTIONS][STATES]; /* of FREE, from NO_STATE + 1 */
    struct text told;                          /* a line a report: "reason identifier" */
};

/* What a call answers. */
struct reference_answer {
    int status;
    spex_reason reason;
    bool stored;
    spex_verdict verdict;
    uint64_t transitions;
};

/* `state` NO_STATE: not given. */
struct reference_answer reference_init(struct reference *reference,
                                       struct reference_instance *instance, int specification,
                                       int state, int64_t at);
struct reference_answer reference_transition(struct reference *reference,
                                             struct reference_instance *instance, int action,
                                             int state, int64_t at);
struct reference_answer reference_mock(struct reference_instance *instance, int specification,
                                       int state, int64_t at);
/* Reports what is due. */
void reference_time(struct reference *reference, int64_t now);
unsigned reference_prune(struct reference *reference, int64_t now);
bool reference_overdue(const struct reference_instance *instance, int64_t now);
unsigned reference_deviations(const struct reference_instance *instance);
/* All there is to know of an instance, as one line. */
void reference_describe(const struct reference_instance *instance, int64_t now, struct text *text);

#endif
