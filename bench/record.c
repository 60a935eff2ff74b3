/*
 * Recording: what the manager adds to the bare statements of a transition (bench/bare.h),
 * and whether its cost stays where stores and histories grow. Both sides are measured again and
 * again, one right after the other; the row is the median of the ratios.
 *
 * From the environment: SPEX_BENCH_TRANSITIONS a round and side, SPEX_BENCH_ROUNDS,
 * SPEX_BENCH_INSTANCES in the store of the start-up figures, SPEX_BENCH_HISTORY, the longest
 * history; TMPDIR, the disk that is measured.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bare.h"
#include "bench/bench.h"
#include "bench/scene.h"
#include "manager/manager.h"

enum { SHARDS = 4, ORDERS = 20000, ROUNDS_MAX = 99, PARTS = 8 };

static uint64_t transitions;
static unsigned rounds;

/* --------------------------------------------------------------- callers */

struct caller {
    spex_manager *manager;
    unsigned char *states; /* by order, of all */
    uint64_t first, step;  /* this caller's orders: first, first + step, ... */
    uint64_t transitions;
    uint64_t random;
    bool async;
};

static void *call(void *context)
{
    struct caller *caller = context;
    uint64_t orders = (ORDERS - caller->first + caller->step - 1) / caller->step;
    spex_error error;
    for (uint64_t i = 0; i < caller->transitions; i++) {
        char identifier[IDENTIFIER_SIZE];
        caller->random = caller->random * 6364136223846793005u + 1442695040888963407u;
        uint64_t order = caller->first + (caller->random >> 33) % orders * caller->step;
        unsigned char from = caller->states[order];
        unsigned char to = (unsigned char)((from + 1) % ORDER_STATES);
        order_identifier(order, identifier);
        caller->states[order] = to;
        ok(caller->async ? spex_transition_async(caller->manager, identifier, order_actions[from],
                                                 order_states[to], &error)
                         : spex_transition(caller->manager, identifier, order_actions[from],
                                           order_states[to], &error),
           &error);
    }
    return NULL;
}

/* A manager on a store of ORDERS orders. */
struct recorded {
    spex_manager *manager;
    unsigned char *states;
    uint64_t seed;
};

static void recorded_open(struct recorded *recorded, const char *name, spex_durability durability)
{
    fill(name, SHARDS, ORDERS, clock_system().wall(NULL), 0);
    recorded->manager = open_manager(name, durability, NULL);
    recorded->states = memory_allocate(ORDERS, 1);
    recorded->seed = 1;
}

static void recorded_close(struct recorded *recorded)
{
    spex_manager_close(recorded->manager);
    free(recorded->states);
}

/* The seconds so many callers take to have their transitions recorded. */
static double record(struct recorded *recorded, unsigned callers, uint64_t count, bool async)
{
    struct caller *list = memory_allocate(callers, sizeof *list);
    pthread_t *threads = memory_allocate(callers, sizeof *threads);
    spex_error error;
    double start = bench_clock();
    for (unsigned i = 0; i < callers; i++) {
        list[i] = (struct caller){recorded->manager, recorded->states, i,    callers,
                                  count / callers,   recorded->seed++, async};
        if (pthread_create(&threads[i], NULL, call, &list[i]))
            abort();
    }
    for (unsigned i = 0; i < callers; i++)
        pthread_join(threads[i], NULL);
    if (async)
        ok(spex_manager_flush(recorded->manager, &error), &error);
    double seconds = bench_clock() - start;
    free(list);
    free(threads);
    return seconds;
}

static uint64_t commits(const spex_manager *manager)
{
    uint64_t sum = 0;
    spex_error error;
    /* Behind a flush, the servers' own counts can be read. */
    ok(spex_manager_flush((spex_manager *)(uintptr_t)manager, &error), &error);
    for (unsigned i = 0; i < manager->store.shards; i++)
        sum += manager->servers[i].commits;
    return sum;
}

/* --------------------------------------------------------------- medians */

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return count ? values[count / 2] : 0;
}

/* What was measured on both sides, one right after the other. */
struct pairs {
    double measured[ROUNDS_MAX * PARTS], yardstick[ROUNDS_MAX * PARTS], ratio[ROUNDS_MAX * PARTS];
    size_t count;
};

static void pairs_add(struct pairs *pairs, double measured, double yardstick)
{
    pairs->measured[pairs->count] = measured;
    pairs->yardstick[pairs->count] = yardstick;
    pairs->ratio[pairs->count++] = measured / yardstick;
}

static void pairs_row(struct pairs *pairs, const char *what, const char *format,
                      enum bench_bound bound, double target)
{
    char measured[40], yardstick[40];
    double left = median(pairs->measured, pairs->count);
    double right = median(pairs->yardstick, pairs->count);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(measured, sizeof measured, format, left);
    snprintf(yardstick, sizeof yardstick, format, right);
#pragma GCC diagnostic pop
    bench_row(what, measured, yardstick, median(pairs->ratio, pairs->count), bound, target);
}

/* --------------------------------------------------------------- figures */

/* One part of a round: short, so that whatever else the machine does meets both sides. */
static double sync_part(struct recorded *recorded, struct bare *bare, uint64_t count,
                        struct pairs *many, struct pairs *work, struct pairs *one)
{
    uint64_t before = commits(recorded->manager);
    double start = bench_processor();
    double seconds = record(recorded, 8, count, false);
    double middle = bench_processor();
    double batch = (double)count / (double)(commits(recorded->manager) - before);
    pairs_add(many, (double)count / seconds, (double)count / bare_run(bare, count, batch, false));
    pairs_add(work, (middle - start) * 1e6 / (double)count,
              (bench_processor() - middle) * 1e6 / (double)count);
    seconds = record(recorded, 1, count / 4, false);
    pairs_add(one, seconds * 4e6 / (double)count,
              bare_run(bare, count / 4, 1, true) * 4e6 / (double)count);
    return batch;
}

static void sync_figures(spex_durability durability, const char *name)
{
    struct recorded recorded;
    struct bare bare;
    static struct pairs many, work, one;
    uint64_t count = transitions / PARTS / 32 * 32;
    double batch = 0;
    many.count = work.count = one.count = 0;
    recorded_open(&recorded, "managed", durability);
    char *path = path_of("bare");
    bare_open(&bare, path, SHARDS, durability);
    bare_fill(&bare, 0, ORDERS, clock_system().wall(NULL), 0);
    record(&recorded, 8, count, false);
    bare_run(&bare, count, 2, false);
    for (unsigned i = 0; i < rounds * PARTS; i++)
        batch += sync_part(&recorded, &bare, count, &many, &work, &one);
    batch /= rounds * PARTS;
    pairs_row(&many, bench_words("8 callers, %s, %.1f a commit: transitions", name, batch),
              "%.0f/s", BENCH_AT_LEAST, 0.8);
    pairs_row(&work, "the same: processor time of a transition", "%.0f us", BENCH_AT_MOST, 0);
    pairs_row(&one, bench_words("1 caller, %s: latency", name), "%.0f us", BENCH_AT_MOST, 1.3);
    recorded_close(&recorded);
    bare_close(&bare);
    free(path);
    remove_store("managed");
    remove_store("bare");
}

static void async_figures(void)
{
    struct recorded recorded;
    static struct pairs eight, one;
    recorded_open(&recorded, "managed", SPEX_DURABILITY_NORMAL);
    for (unsigned i = 0; i < rounds; i++) {
        double sync = (double)transitions / record(&recorded, 64, transitions, false);
        pairs_add(&eight, (double)transitions / record(&recorded, 8, transitions, true), sync);
        pairs_add(&one, (double)transitions / record(&recorded, 1, transitions, true), sync);
    }
    pairs_row(&eight, "8 callers async, drained; 64 callers sync", "%.0f/s", BENCH_AT_LEAST, 1);
    pairs_row(&one, "1 caller async, drained; 64 callers sync", "%.0f/s", BENCH_AT_LEAST, 1);
    recorded_close(&recorded);
    remove_store("managed");
}

/* ------------------------------------------------------ length of history */

enum { LENGTHS = 3, SAMPLES = 2000 };

/* Gives order `number` a history of this length. */
static void set_history(struct bare *bare, uint64_t number, uint64_t length)
{
    struct text sql = {0};
    text_printf(&sql,
                "BEGIN; DELETE FROM history WHERE instance = %llu AND sequence > 1;"
                "INSERT INTO history WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
                " WHERE i < %llu) SELECT %llu, i, 'pay', 'basket', 1, 1 FROM n;"
                "UPDATE instance SET transitions = %llu, state = '%s' WHERE key = %llu; COMMIT",
                (unsigned long long)number + 1, (unsigned long long)length,
                (unsigned long long)number + 1, (unsigned long long)length, order_states[0],
                (unsigned long long)number + 1);
    bare_execute(bare, text_value(&sql));
    text_release(&sql);
}

static double time_transition(spex_manager *manager, uint64_t order, uint64_t step)
{
    char identifier[IDENTIFIER_SIZE];
    spex_error error;
    order_identifier(order, identifier);
    double start = bench_clock();
    ok(spex_transition(manager, identifier, order_actions[step % ORDER_STATES],
                       order_states[(step + 1) % ORDER_STATES], &error),
       &error);
    return (bench_clock() - start) * 1e6;
}

/* Orders 0, 1 and 2 of one shard, one after the other again and again; the short history is
 * cut to its length now and then. An order behind them keeps the last from the table's end. */
static void history_figures(uint64_t longest)
{
    enum { CUT = 20 };
    static double samples[LENGTHS][SAMPLES];
    const uint64_t lengths[LENGTHS] = {10, longest > 10000 ? 10000 : longest / 10, longest};
    struct bare bare;
    char *path = path_of("history");
    bare_open(&bare, path, 1, SPEX_DURABILITY_NORMAL);
    bare_fill(&bare, 0, LENGTHS + 1, clock_system().wall(NULL), 0);
    for (uint64_t i = 0; i < LENGTHS; i++)
        set_history(&bare, i, lengths[i]);
    spex_manager *manager = open_manager("history", SPEX_DURABILITY_NORMAL, NULL);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        if (i % CUT == 0)
            set_history(&bare, 0, lengths[0]);
        for (uint64_t k = 0; k < LENGTHS; k++) {
            uint64_t order = (i + k) % LENGTHS;
            samples[order][i] = time_transition(manager, order, order ? i : i % CUT);
        }
    }
    double shortest = median(samples[0], SAMPLES);
    for (size_t k = 1; k < LENGTHS; k++) {
        double time = median(samples[k], SAMPLES);
        bench_row(bench_words("a transition at %llu steps; at 10", (unsigned long long)lengths[k]),
                  bench_words("%.1f us", time), bench_words("%.1f us", shortest), time / shortest,
                  BENCH_AT_MOST, 1.1);
    }
    spex_manager_close(manager);
    bare_close(&bare);
    free(path);
    remove_store("history");
}

/* --------------------------------------------------------------- start-up */

/* From nothing to the first answer, with timers on; with `settle`, then everything that is
 * due is done. */
static double start_up(const spex_policy *policy, uint64_t step, bool settle)
{
    double start = bench_clock();
    spex_manager *manager = open_manager("large", SPEX_DURABILITY_NORMAL, policy);
    spex_error error;
    ok(spex_manager_start(manager, &error), &error);
    while (bench_clock() < start + 0.02) /* the timers are at work when the call comes */
        sched_yield();
    time_transition(manager, 1, step);
    double seconds = bench_clock() - start;
    if (settle)
        manager_wake(manager);
    spex_manager_close(manager);
    return seconds * 1e3;
}

static double open_and_select(void)
{
    struct bare bare;
    char *path = path_of("large");
    double start = bench_clock();
    bare_open(&bare, path, 0, SPEX_DURABILITY_NORMAL);
    bare_execute(&bare, "SELECT * FROM instance WHERE identifier = 'order-00000000'");
    double seconds = bench_clock() - start;
    bare_close(&bare);
    free(path);
    return seconds * 1e3;
}

static void start_row(const char *what, double time)
{
    bench_row(what, bench_words("%.0f ms", time), "500 ms", time / 500, BENCH_AT_MOST, 1);
}

static void start_figures(uint64_t count)
{
    const int64_t hour = 3600 * 1000;
    spex_policy policy = {.transition_timeout = hour,
                          .prune_timeout = 10 * hour,
                          .prunable = SPEX_PRUNABLE_ALL,
                          .accept = SPEX_ACCEPT_DEFAULT};
    fill("large", SHARDS, count, clock_system().wall(NULL), 0);
    start_row("start: due times to be computed anew", start_up(&policy, 0, true));
    double time = start_up(&policy, 1, true), yardstick = open_and_select();
    bench_row("start: nothing due; opening and one SELECT", bench_words("%.0f ms", time),
              bench_words("%.0f ms", yardstick), time / yardstick, BENCH_AT_MOST, 0);
    start_row("start: nothing due", time);
    later = 2 * hour * 1000;
    start_row("start: every instance overdue", start_up(&policy, 2, true));
    later = 11 * hour * 1000;
    start_row("start: every instance to be pruned but one", start_up(&policy, 3, false));
    later = 0;
    remove_store("large");
}

/* ------------------------------------------------------------- JSON lines */

static uint64_t write_records(const char *path, uint64_t count)
{
    FILE *file = fopen(path, "w");
    uint64_t orders = count / 10;
    if (!file)
        abort();
    for (uint64_t i = 0; i < orders * 10; i++) {
        char identifier[IDENTIFIER_SIZE];
        uint64_t step = i / orders;
        order_identifier(i % orders, identifier);
        if (step == 0)
            fprintf(file, "{\"op\":\"init\",\"spec\":\"" ORDER "\",\"id\":\"%s\"}\n", identifier);
        else
            fprintf(file,
                    "{\"op\":\"transition\",\"id\":\"%s\",\"action\":\"%s\",\"state\":\"%s\"}\n",
                    identifier, order_actions[(step - 1) % ORDER_STATES],
                    order_states[step % ORDER_STATES]);
    }
    if (fclose(file))
        abort();
    return orders;
}

static double record_by_command(const char *file)
{
    char *store = path_of("lines"), *specs = path_of("specs"), *models = path_of("models");
    const char *arguments[] = {"./spex",   "record", "--store", store, "--specs", specs,
                               "--models", models,   "--json",  file,  NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int state = -1;
    double start = bench_clock();
    if (posix_spawn(&child, arguments[0], &actions, NULL, (char *const *)arguments, environ) ||
        waitpid(child, &state, 0) < 0 || !WIFEXITED(state) || WEXITSTATUS(state)) {
        fprintf(stderr, "bench: ./spex record failed; run this in the build directory\n");
        exit(1);
    }
    double seconds = bench_clock() - start;
    posix_spawn_file_actions_destroy(&actions);
    free(store), free(specs), free(models);
    remove_store("lines");
    return seconds;
}

static double record_by_calls(uint64_t orders)
{
    double start = bench_clock();
    spex_manager *manager = open_manager("calls", SPEX_DURABILITY_NORMAL, NULL);
    spex_error error;
    for (uint64_t i = 0; i < orders * 10; i++) {
        char identifier[IDENTIFIER_SIZE];
        uint64_t step = i / orders;
        order_identifier(i % orders, identifier);
        ok(step == 0 ? spex_init_async(manager, ORDER, identifier, NULL, NULL, &error)
                     : spex_transition_async(manager, identifier,
                                             order_actions[(step - 1) % ORDER_STATES],
                                             order_states[step % ORDER_STATES], &error),
           &error);
    }
    ok(spex_manager_flush(manager, &error), &error);
    spex_manager_close(manager);
    double seconds = bench_clock() - start;
    remove_store("calls");
    return seconds;
}

static void line_figures(void)
{
    char *path = path_of("records.jsonl");
    uint64_t orders = write_records(path, transitions * 4);
    static struct pairs pairs;
    for (unsigned i = 0; i < rounds; i++)
        pairs_add(&pairs, (double)orders * 10 / record_by_command(path),
                  (double)orders * 10 / record_by_calls(orders));
    pairs_row(&pairs, "spex record FILE; the C API, async", "%.0f/s", BENCH_AT_LEAST, 0.5);
    free(path);
}

/* ---------------------------------------------------------------- main */

static bool chosen(int argc, char **argv, const char *part)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], part) == 0)
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    transitions = bench_size("SPEX_BENCH_TRANSITIONS", 20000) / 64 * 64;
    if (transitions < PARTS * 64)
        transitions = PARTS * 64;
    rounds = (unsigned)bench_size("SPEX_BENCH_ROUNDS", 5);
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    scene_begin();
    bench_title("recording (sync, async, history, start, lines)");
    if (chosen(argc, argv, "sync")) {
        sync_figures(SPEX_DURABILITY_NORMAL, "normal");
        sync_figures(SPEX_DURABILITY_FULL, "full");
    }
    if (chosen(argc, argv, "async"))
        async_figures();
    if (chosen(argc, argv, "history"))
        history_figures(bench_size("SPEX_BENCH_HISTORY", 1000000));
    if (chosen(argc, argv, "start"))
        start_figures(bench_size("SPEX_BENCH_INSTANCES", 1000000));
    if (chosen(argc, argv, "lines"))
        line_figures();
    scene_end();
    return bench_end();
}
