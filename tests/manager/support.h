/* What the manager's suites share: a clock that is moved by hand, an order workflow with
 * its model, a handler that writes down what it is told. */
#ifndef TESTS_MANAGER_SUPPORT_H
#define TESTS_MANAGER_SUPPORT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"
#include "manager/manager.h"
#include "spex.h"
#include "store/reader.h"
#include "tests/suite.h"

/* ---------------------------------------------------------------- clock */

#define START INT64_C(1770000000000000) /* 2026-02-02 */
#define SECOND INT64_C(1000000)

struct fake_clock {
    _Atomic int64_t now;   /* both clocks move with it */
    _Atomic int64_t ahead; /* by how much the wall clock was set, or slept on */
};
spex_clock fake_clock(struct fake_clock *clock);

/* -------------------------------------------------------------- handler */

/* Everything a handler was told, a line each: "reason id from action to". */
struct witness {
    pthread_mutex_t mutex;
    struct text told;
    unsigned count;
    unsigned accept; /* bits of the reasons it accepts */
    const char *file;
    int line;
};
void witness_init(struct witness *witness, unsigned accept);
void witness_release(struct witness *witness);
spex_answer witness_handler(const spex_report *report, void *user_data);
/* What was told so far, and forgets it. Valid until the next call. */
const char *witness_take(struct witness *witness);

/* --------------------------------------------------------------- opening */

/* basket --[pay]-> paid --[ship]-> shipped, paid --[refund]-> refunded */
spex_specification *order_specification(void);
/* A store and a models directory of the running test's own, below the scratch directory. */
struct setting {
    struct fake_clock clock;
    struct witness witness;
    spex_manager_options options;
    spex_manager *manager;
    spex_error error;
};
/* `name` is the test's; with `frozen`, Order has a model of all its transitions. */
void setting_init(struct setting *setting, const char *name, bool frozen);
/* Opens the manager with Order added (handler: none of its own; the options'). */
void setting_open(struct setting *setting);
void setting_close(struct setting *setting);
void setting_release(struct setting *setting);
/* A model of Order that knows no more than where it starts. */
extern const char short_order[];
/* Valid until the next call. */
const char *join_path(const char *directory, const char *name);
/* Moves the clock and lets every server see it. */
void setting_pass(struct setting *setting, int64_t microseconds);
/* Writes impl_models/NAME.spex. */
void setting_model(struct setting *setting, const char *name, const char *content);
struct reader *setting_reader(struct setting *setting);
/* The instance as "state/transitions/deviations[/mocked][/overdue]"; "none" or "error: ...". */
const char *setting_show(struct setting *setting, const char *identifier);
/* Its history, oldest first: "action>state(verdict) ..." */
const char *setting_history(struct setting *setting, const char *identifier);
/* An identifier that belongs to this shard, of `shards`. */
const char *identifier_in(unsigned shard, unsigned shards, unsigned number);

#endif
