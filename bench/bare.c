#include "bench/bare.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "bench/bench.h"
#include "store/statements.h"

const char *const order_states[ORDER_STATES] = {"basket", "paid", "shipped", "returned"};
const char *const order_actions[ORDER_STATES] = {"pay", "ship", "return", "order again"};

void order_identifier(uint64_t number, char identifier[IDENTIFIER_SIZE])
{
    snprintf(identifier, IDENTIFIER_SIZE, "order-%08llu", (unsigned long long)number);
}

static void check(const struct bare_shard *shard, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "bench: %s\n",
            shard->database ? sqlite3_errmsg(shard->database) : sqlite3_errstr(code));
    exit(1);
}

static void execute(struct bare_shard *shard, const char *sql)
{
    check(shard, sqlite3_exec(shard->database, sql, NULL, NULL, NULL));
}

static void open_shard(struct bare_shard *shard, const char *path, spex_durability durability)
{
    static const enum statement which[BARE_STATEMENTS] = {
        STATEMENT_BEGIN,  STATEMENT_COMMIT, STATEMENT_FIND,   STATEMENT_INSERT,
        STATEMENT_APPEND, STATEMENT_MOVE,   STATEMENT_OBSERVE};
    check(shard, sqlite3_open_v2(path, &shard->database,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    execute(shard, durability == SPEX_DURABILITY_FULL ? "PRAGMA synchronous = FULL"
                                                      : "PRAGMA synchronous = NORMAL");
    /* As the store sets them: the yardstick is what SQLite can do, not what its defaults are. */
    execute(shard, "PRAGMA cache_size = -16384; PRAGMA secure_delete = OFF;"
                   "PRAGMA wal_autocheckpoint = 8192");
    for (int i = 0; i < BARE_STATEMENTS; i++)
        check(shard, sqlite3_prepare_v3(shard->database, statement_sql(which[i]), -1,
                                        SQLITE_PREPARE_PERSISTENT, &shard->statements[i], NULL));
}

void bare_open(struct bare *bare, const char *directory, unsigned shards,
               spex_durability durability)
{
    spex_error error;
    spex_or_die(store_open(&bare->store, directory, shards, &error), &error, SPEX_HERE);
    bare->shards = memory_allocate(bare->store.shards, sizeof *bare->shards);
    for (unsigned i = 0; i < bare->store.shards; i++) {
        char *path = store_shard_path(&bare->store, i + 1);
        open_shard(&bare->shards[i], path, durability);
        free(path);
    }
}

void bare_close(struct bare *bare)
{
    for (unsigned i = 0; i < bare->store.shards; i++) {
        struct bare_shard *shard = &bare->shards[i];
        for (int k = 0; k < BARE_STATEMENTS; k++)
            sqlite3_finalize(shard->statements[k]);
        check(shard, sqlite3_close(shard->database));
        free(shard->numbers);
    }
    free(bare->shards);
    store_release(&bare->store);
}

void bare_execute(struct bare *bare, const char *sql)
{
    for (unsigned i = 0; i < bare->store.shards; i++)
        execute(&bare->shards[i], sql);
}

/* ------------------------------------------------------------ statements */

static void bind_text(struct bare_shard *shard, sqlite3_stmt *statement, int place,
                      const char *text)
{
    check(shard, sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC));
}

static void bind_number(struct bare_shard *shard, sqlite3_stmt *statement, int place,
                        int64_t number)
{
    check(shard, sqlite3_bind_int64(statement, place, number));
}

static void run(struct bare_shard *shard, enum bare_statement which)
{
    check(shard, sqlite3_step(shard->statements[which]));
    check(shard, sqlite3_reset(shard->statements[which]));
}

static void append(struct bare_shard *shard, int64_t key, int64_t sequence, const char *action,
                   const char *state, int64_t at)
{
    sqlite3_stmt *statement = shard->statements[BARE_APPEND];
    bind_number(shard, statement, 1, key);
    bind_number(shard, statement, 2, sequence);
    bind_text(shard, statement, 3, action);
    bind_text(shard, statement, 4, state);
    bind_number(shard, statement, 5, at);
    bind_number(shard, statement, 6, SPEX_VERDICT_CONFORMS);
    run(shard, BARE_APPEND);
}

static void insert(struct bare_shard *shard, uint64_t number, int64_t since, int64_t due)
{
    char identifier[IDENTIFIER_SIZE];
    order_identifier(number, identifier);
    sqlite3_stmt *statement = shard->statements[BARE_INSERT];
    bind_text(shard, statement, 1, identifier);
    bind_text(shard, statement, 2, ORDER);
    bind_text(shard, statement, 4, order_states[0]);
    bind_number(shard, statement, 5, 0);
    bind_number(shard, statement, 6, since);
    bind_number(shard, statement, 7, due);
    bind_number(shard, statement, 8, 0);
    bind_number(shard, statement, 9, 1);
    run(shard, BARE_INSERT);
    append(shard, sqlite3_last_insert_rowid(shard->database), 1, SPEX_INITIALISATION,
           order_states[0], since);
}

void bare_fill(struct bare *bare, uint64_t first, uint64_t count, int64_t since, int64_t due)
{
    bare_execute(bare, "BEGIN IMMEDIATE");
    for (uint64_t number = first; number < first + count; number++) {
        char identifier[IDENTIFIER_SIZE];
        order_identifier(number, identifier);
        struct bare_shard *shard =
            &bare->shards[store_shard_of(identifier, bare->store.shards) - 1];
        memory_reserve(&shard->numbers, &shard->capacity, shard->count + 1, sizeof(uint64_t));
        shard->numbers[shard->count++] = number;
        insert(shard, number, since, due);
    }
    bare_execute(bare, "COMMIT");
}

/* ----------------------------------------------------------- transitions */

static size_t state_number(const char *state)
{
    size_t number = 0;
    while (number + 1 < ORDER_STATES && strcmp(order_states[number], state) != 0)
        number++;
    return number;
}

static void transition(struct bare_shard *shard, uint64_t number)
{
    char identifier[IDENTIFIER_SIZE], specification[64];
    order_identifier(number, identifier);
    sqlite3_stmt *statement = shard->statements[BARE_FIND];
    bind_text(shard, statement, 1, identifier);
    check(shard, sqlite3_step(statement));
    int64_t key = sqlite3_column_int64(statement, 0);
    int64_t transitions = sqlite3_column_int64(statement, 5);
    snprintf(specification, sizeof specification, "%s",
             (const char *)sqlite3_column_text(statement, 1));
    size_t from = state_number((const char *)sqlite3_column_text(statement, 2));
    check(shard, sqlite3_reset(statement));
    const char *to = order_states[(from + 1) % ORDER_STATES];
    int64_t at = clock_system().wall(NULL);

    append(shard, key, transitions + 1, order_actions[from], to, at);
    statement = shard->statements[BARE_MOVE];
    bind_number(shard, statement, 1, key);
    bind_text(shard, statement, 2, to);
    bind_number(shard, statement, 3, at);
    bind_number(shard, statement, 4, 0);
    bind_number(shard, statement, 5, 0);
    bind_number(shard, statement, 6, transitions + 1);
    run(shard, BARE_MOVE);
    statement = shard->statements[BARE_OBSERVE];
    bind_text(shard, statement, 1, specification);
    bind_text(shard, statement, 2, order_states[from]);
    bind_text(shard, statement, 3, order_actions[from]);
    bind_text(shard, statement, 4, to);
    bind_number(shard, statement, 5, 1);
    bind_number(shard, statement, 6, 0);
    bind_number(shard, statement, 7, at);
    bind_number(shard, statement, 8, at);
    run(shard, BARE_OBSERVE);
}

struct lane {
    struct bare_shard *shard;
    uint64_t transitions;
    double batch;
    uint64_t random;
};

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* One commit; a batch of 1.5 is one of 1 and one of 2 in turn. */
static void run_batch(struct lane *lane, double *owed)
{
    run(lane->shard, BARE_BEGIN);
    for (*owed += lane->batch; *owed >= 1 && lane->transitions; *owed -= 1) {
        transition(lane->shard,
                   lane->shard->numbers[next_random(&lane->random) % lane->shard->count]);
        lane->transitions--;
    }
    run(lane->shard, BARE_COMMIT);
}

static void *run_lane(void *context)
{
    struct lane *lane = context;
    for (double owed = 0; lane->transitions;)
        run_batch(lane, &owed);
    return NULL;
}

double bare_run(struct bare *bare, uint64_t transitions, double batch, bool alone)
{
    unsigned count = bare->store.shards;
    struct lane *lanes = memory_allocate(count, sizeof *lanes);
    pthread_t *threads = memory_allocate(count, sizeof *threads);
    double start = bench_clock();
    for (unsigned i = 0; i < count; i++) {
        lanes[i] = (struct lane){&bare->shards[i], transitions / count, batch,
                                 (uint64_t)(start * 1e6) * 2 + i * 7919 + 1};
        if (!alone && pthread_create(&threads[i], NULL, run_lane, &lanes[i]))
            abort();
    }
    double owed = 0;
    for (uint64_t done = 0; alone && done < transitions / count * count; done++)
        run_batch(&lanes[done % count], &owed);
    for (unsigned i = 0; !alone && i < count; i++)
        pthread_join(threads[i], NULL);
    double seconds = bench_clock() - start;
    free(lanes);
    free(threads);
    return seconds;
}
