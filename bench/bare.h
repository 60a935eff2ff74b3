/*
 * bare - the yardstick of bench/record: the statements of a transition on a store of the
 * same schema, with a connection and a thread a shard and nothing else. What it leaves out
 * is what the manager adds: mailboxes, judging, the lock between processes, errors.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <sqlite3.h>

#include "store/store.h"

/* The workflow of the bench: an order that goes round and round. */
enum { ORDER_STATES = 4 };
extern const char *const order_states[ORDER_STATES];
extern const char *const order_actions[ORDER_STATES]; /* [i] leads from state i to the next */
#define ORDER "Order"
enum { IDENTIFIER_SIZE = 32 };
void order_identifier(uint64_t number, char identifier[IDENTIFIER_SIZE]);

enum bare_statement {
    BARE_BEGIN,
    BARE_COMMIT,
    BARE_FIND,
    BARE_INSERT,
    BARE_APPEND,
    BARE_MOVE,
    BARE_OBSERVE,
    BARE_STATEMENTS
};

struct bare_shard {
    sqlite3 *database;
    sqlite3_stmt *statements[BARE_STATEMENTS];
    uint64_t *numbers; /* of its instances */
    uint64_t count;
    uint64_t capacity;
};

struct bare {
    struct store store;
    struct bare_shard *shards;
};

/* Makes the store if there is none. Everything here ends the program when it fails. */
void bare_open(struct bare *bare, const char *directory, unsigned shards,
               spex_durability durability);
void bare_close(struct bare *bare);
/* Instances first, first + 1, ... in their first state since `since`, due at `due` (0: never). */
void bare_fill(struct bare *bare, uint64_t first, uint64_t count, int64_t since, int64_t due);
/* So many transitions of its instances with so many a commit, on a thread a shard or (alone)
 * all by the caller; the seconds it took. */
double bare_run(struct bare *bare, uint64_t transitions, double batch, bool alone);
/* Statements without results, in every shard. */
void bare_execute(struct bare *bare, const char *sql);

#endif
