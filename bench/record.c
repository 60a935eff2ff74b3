/*
 * Recording: what the manager adds to the bare statements of a transition (bench/bare.h),
 * and whether its cost stays where stores and histories grow. Each round measures both sides
 * one after the other; the row is the median of the rounds' ratios.
 *
 * From the environment: SPEX_BENCH_TRANSITIONS a round and side, SPEX_BENCH_ROUNDS,
 * SPEX_BENCH_INSTANCES in the store of the start-up figures, SPEX_BENCH_HISTORY, the longest
 * history; TMPDIR, the disk that is measured.
 */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bare.h"
#include "bench/bench.h"
#include "manager/manager.h"

enum { SHARDS = 4, ORDERS = 20000, ROUNDS_MAX = 99 };

static char root[4096];
static uint64_t transitions;
static unsigned rounds;

/* -------------------------------------------------------------- settings */

/* A path below the scratch directory; free(). */
static char *path_of(const char *name)
{
    return file_join(root, name);
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about, (void)type, (void)place;
    return remove(path);
}

static void remove_store(const char *name)
{
    char *path = path_of(name);
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

static void ok(int status, const spex_error *error)
{
    spex_or_die(status, error, SPEX_HERE);
}

/* Order, and the model that it conforms to: what a program in production records with. */
static void write_project(void)
{
    struct text specification = {0}, model = {0};
    text_append(&specification, "Specification: " ORDER "\nTransitions:\n");
    text_append(&model, "Specification: " ORDER "\nLearning mode: false\nTransitions:\n");
    for (size_t i = 0; i < ORDER_STATES; i++) {
        const char *to = order_states[(i + 1) % ORDER_STATES];
        text_printf(&specification, "%s --[%s]-> %s\n", order_states[i], order_actions[i], to);
        text_printf(&model, "%s --[%s]-> %s\n", order_states[i], order_actions[i], to);
    }
    text_printf(&model, "nil --[" SPEX_INITIALISATION "]-> %s\n", order_states[0]);
    char *specs = path_of("specs"), *models = path_of("models");
    char *spec_path = file_join(specs, ORDER ".spec"),
         *model_path = file_join(models, ORDER ".spex");
    spex_error error;
    ok(file_make_directory(specs, &error), &error);
    ok(file_make_directory(models, &error), &error);
    ok(file_replace(spec_path, text_value(&specification), specification.length, &error), &error);
    ok(file_replace(model_path, text_value(&model), model.length, &error), &error);
    free(specs), free(models), free(spec_path), free(model_path);
    text_release(&specification);
    text_release(&model);
}

static spex_answer accept_all(const spex_report *report, void *data)
{
    (void)report;
    atomic_fetch_add((atomic_ullong *)data, 1);
    return SPEX_ACCEPT;
}

static atomic_ullong reports;

/* A clock that may be ahead, so that what was not due becomes it. */
static int64_t later; /* microseconds */

static int64_t wall(void *context)
{
    (void)context;
    return clock_system().wall(NULL) + later;
}

/* Opens a manager on a store below the scratch directory, with Order under this policy
 * (NULL: no timeouts). */
static spex_manager *open_manager(const char *name, spex_durability durability,
                                  const spex_policy *policy)
{
    spex_manager_options options;
    spex_error error;
    spex_manager *manager;
    spex_specification *specification;
    char *store = path_of(name), *models = path_of("models"),
         *spec = path_of("specs/" ORDER ".spec");
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = models;
    options.durability = durability;
    options.clock = (spex_clock){.wall = wall, .monotonic = clock_system().monotonic};
    ok(spex_manager_open(&manager, &options, &error), &error);
    ok(spex_specification_load(&specification, spec, &error), &error);
    if (policy)
        ok(spex_specification_set_policy(specification, policy, &error), &error);
    ok(spex_manager_add_specification(manager, specification, accept_all, &reports, &error),
       &error);
    spex_specification_free(specification);
    free(store), free(models), free(spec);
    return manager;
}

static void fill(const char *name, unsigned shards, uint64_t count, int64_t since, int64_t due)
{
    struct bare bare;
    char *path = path_of(name);
    bare_open(&bare, path, shards, SPEX_DURABILITY_NORMAL);
    bare_fill(&bare, 0, count, since, due);
    bare_close(&bare);
    free(path);
}

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

/* What each round measured on both sides. */
struct pairs {
    double measured[ROUNDS_MAX], yardstick[ROUNDS_MAX], ratio[ROUNDS_MAX];
};

static void pairs_set(struct pairs *pairs, unsigned round, double measured, double yardstick)
{
    pairs->measured[round] = measured;
    pairs->yardstick[round] = yardstick;
    pairs->ratio[round] = measured / yardstick;
}

static void pairs_row(struct pairs *pairs, const char *what, const char *format,
                      enum bench_bound bound, double target)
{
    char measured[40], yardstick[40];
    double left = median(pairs->measured, rounds), right = median(pairs->yardstick, rounds);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(measured, sizeof measured, format, left);
    snprintf(yardstick, sizeof yardstick, format, right);
#pragma GCC diagnostic pop
    bench_row(what, measured, yardstick, median(pairs->ratio, rounds), bound, target);
}

/* --------------------------------------------------------------- figures */

static void sync_figures(spex_durability durability, const char *name)
{
    struct recorded recorded;
    struct bare bare;
    struct pairs many, one;
    uint64_t count = durability == SPEX_DURABILITY_FULL ? transitions / 2 : transitions;
    double batch = 1;
    recorded_open(&recorded, "managed", durability);
    char *path = path_of("bare");
    bare_open(&bare, path, SHARDS, durability);
    bare_fill(&bare, 0, ORDERS, clock_system().wall(NULL), 0);
    record(&recorded, 8, count / 4, false);
    bare_run(&bare, count / 4, 2, false);
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t before = commits(recorded.manager);
        double seconds = record(&recorded, 8, count, false);
        batch = (double)count / (double)(commits(recorded.manager) - before);
        pairs_set(&many, i, (double)count / seconds,
                  (double)count / bare_run(&bare, count, batch, false));
        seconds = record(&recorded, 1, count / 4, false);
        pairs_set(&one, i, seconds * 1e6 / (double)(count / 4),
                  bare_run(&bare, count / 4, 1, true) * 1e6 / (double)(count / 4));
    }
    pairs_row(&many, bench_words("8 callers, %s, %.1f a commit: transitions", name, batch),
              "%.0f/s", BENCH_AT_LEAST, 0.8);
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
    struct pairs eight, one;
    recorded_open(&recorded, "managed", SPEX_DURABILITY_NORMAL);
    for (unsigned i = 0; i < rounds; i++) {
        double sync = (double)transitions / record(&recorded, 64, transitions, false);
        pairs_set(&eight, i, (double)transitions / record(&recorded, 8, transitions, true), sync);
        pairs_set(&one, i, (double)transitions / record(&recorded, 1, transitions, true), sync);
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
    struct pairs pairs;
    for (unsigned i = 0; i < rounds; i++)
        pairs_set(&pairs, i, (double)orders * 10 / record_by_command(path),
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
    const char *directory = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/spex-bench-XXXXXX", directory ? directory : "/tmp");
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    transitions = bench_size("SPEX_BENCH_TRANSITIONS", 20000) / 64 * 64;
    rounds = (unsigned)bench_size("SPEX_BENCH_ROUNDS", 7);
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    write_project();
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
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return bench_end();
}
