/*
 * What a person sees of spex-tui on a store of SPEX_BENCH_INSTANCES (a million) instances:
 * how long from a key to the screen, while nothing else happens and while another process
 * records 10 000 transitions a second: of instances all over the store, each as likely as any
 * other, which is the worst there is, and of some that are at work, as in most workflows. The
 * store is made in SPEX_BENCH_DIR and left there for the next run; without that variable, in
 * TMPDIR, and removed. Its files are read once before, so that no figure is that of a disk that
 * is met for the first time. The yardstick of each row is what it may take, or what something
 * else takes at the same time.
 */
#include <inttypes.h>
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bench.h"
#include "bench/explorer_store.h"
#include "bench/screen.h"
#include "project/project.h"

enum {
    WIDTH = 120,
    HEIGHT = 40,
    FIRST_ROW = 4,
    CURSOR = 0x25B8,
    KEYS = 400,
    RATE = 10000,
    AT_WORK = 20000
};

struct bench {
    char directory[400];
    uint64_t count;
    char program[400];
    struct screen screen;
};

/* --------------------------------------------------------------- what shows */

struct text_at {
    int row;
    const char *text;
};

static bool has(const struct screen *screen, void *context)
{
    const struct text_at *wanted = context;
    return screen_has(screen, wanted->row, wanted->text);
}

static int cursor_row(const struct screen *screen)
{
    for (int y = 0; y < screen->height; y++)
        if (screen_at(screen, 1, y) == CURSOR)
            return y;
    return -1;
}

static bool cursor_moved(const struct screen *screen, void *context)
{
    int row = cursor_row(screen); /* -1: half of a repaint is here */
    return row >= 0 && row != *(int *)context;
}

/* Milliseconds from the keys to the text; negative: it did not come. */
static double time_to(struct bench *bench, const char *keys, int row, const char *text)
{
    struct text_at wanted = {row, text};
    double start = bench_clock();
    screen_send(&bench->screen, keys);
    double end = screen_wait(&bench->screen, has, &wanted, 30);
    return end ? (end - start) * 1000 : -1;
}

static void row(const char *what, double milliseconds, double allowed)
{
    if (milliseconds < 0)
        bench_row(what, "did not come", bench_words("%.0f ms", allowed), 99, BENCH_AT_MOST, 1);
    else
        bench_row(what, bench_words("%.1f ms", milliseconds), bench_words("%.0f ms", allowed),
                  milliseconds / allowed, BENCH_AT_MOST, 1);
}

/* ------------------------------------------------------------------ opening */

static void start(struct bench *bench)
{
    char *specs = file_join(bench->directory, "specs"),
         *store = file_join(bench->directory, "store");
    char *models = file_join(bench->directory, "models");
    const char *arguments[] = {bench->program, "--specs", specs, "--models",
                               models,         "--store", store, NULL};
    if (!specs || !store || !models || !screen_start(&bench->screen, arguments, WIDTH, HEIGHT)) {
        fprintf(stderr, "%s cannot be started\n", bench->program);
        exit(1);
    }
    free(specs);
    free(store);
    free(models);
}

/* The overview, and with the 2 that was typed ahead the first instances: the best of some. */
static void measure_opening(struct bench *bench)
{
    double best = -1;
    for (int i = 0; i < 5; i++) {
        double begun = bench_clock();
        start(bench);
        double taken = time_to(bench, "2", FIRST_ROW, "instance-0");
        taken = taken < 0 ? taken : (bench_clock() - begun) * 1000;
        if (taken >= 0 && (best < 0 || taken < best))
            best = taken;
        if (i < 4)
            screen_stop(&bench->screen);
    }
    row("from the start to the first rows", best, 50);
    screen_settle(&bench->screen, 0.3);
}

/* ------------------------------------------------------------------- moving */

static void measure_ends(struct bench *bench)
{
    char last[64];
    double best = -1;
    explorer_store_identifier(bench->count - 1, bench->count, last);
    for (int i = 0; i < 5; i++) {
        double taken = time_to(bench, "G", -1, last);
        if (taken >= 0 && (best < 0 || taken < best))
            best = taken;
        screen_settle(&bench->screen, 0.2);
        time_to(bench, "g", FIRST_ROW, "instance-000000000000");
        screen_settle(&bench->screen, 0.2);
    }
    row("End", best, 10);
}

static int compare_times(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static bool typed(const struct screen *screen, void *context)
{
    return screen->last == *(uint32_t *)context;
}

/* What the machine makes of a program that does nothing but answer: the middle, 99 of 100. */
static void measure_echo(double result[2])
{
    static double times[KEYS];
    static const char *const cat[] = {"sh", "-c", "stty raw -echo; exec cat", NULL};
    struct screen screen;
    if (!screen_start(&screen, cat, WIDTH, HEIGHT))
        exit(1);
    screen_settle(&screen, 0.3);
    for (int i = 0; i < KEYS; i++) {
        uint32_t letter = i % 2 ? 'k' : 'j';
        double begun = bench_clock();
        screen_send(&screen, i % 2 ? "k" : "j");
        double end = screen_wait(&screen, typed, &letter, 2);
        times[i] = end ? (end - begun) * 1000 : 2000;
        struct timespec rest = {.tv_nsec = 3000000 + i % 7 * 700000};
        nanosleep(&rest, NULL);
    }
    qsort(times, KEYS, sizeof *times, compare_times);
    result[0] = times[KEYS / 2];
    result[1] = times[KEYS * 99 / 100];
    screen_stop(&screen);
}

/* A row down and up again and again: from the key to the cursor on the other row. */
static void measure_keys(struct bench *bench, const char *when)
{
    double echo[2];
    measure_echo(echo);
    static double times[KEYS];
    int lost = 0;
    double worked = screen_first_thread(&bench->screen);
    for (int i = 0; i < KEYS; i++) {
        int before = cursor_row(&bench->screen);
        double begun = bench_clock();
        screen_send(&bench->screen, i % 2 ? "k" : "j");
        double end = screen_wait(&bench->screen, cursor_moved, &before, 2);
        times[i] = end ? (end - begun) * 1000 : 2000;
        lost += !end;
        /* As fast as a key that is held repeats, at times that are not the loop's. */
        struct timespec rest = {.tv_nsec = 11000000 + i % 7 * 1700000};
        nanosleep(&rest, NULL);
    }
    worked = (screen_first_thread(&bench->screen) - worked) * 1000 / KEYS;
    qsort(times, KEYS, sizeof *times, compare_times);
    row(bench_words("a key, in the middle, %s", when), times[KEYS / 2], 2);
    row(bench_words("a key, 99 of 100, %s", when), times[KEYS * 99 / 100], 16);
    bench_row("  99 of 100 of cat, which only echoes",
              bench_words("%.1f ms", times[KEYS * 99 / 100]), bench_words("%.1f ms", echo[1]),
              times[KEYS * 99 / 100] / echo[1], BENCH_AT_MOST, 0);
    bench_row("  of it, and all else, processor time", bench_words("%.2f ms", worked), "", worked,
              BENCH_AT_MOST, 0);
    if (lost)
        printf("  %d keys did not show\n", lost);
}

/* Letters at the prompt while all rows are looked at for what none has: from key to letter. */
static void measure_typing(struct bench *bench, const char *filter, const char *when)
{
    enum { LETTERS = 120 };
    static double times[LETTERS];
    char line[LETTERS + 4] = ": ";
    time_to(bench, filter, 1, "filter:");
    time_to(bench, ":", -1, "Enter done");
    for (int i = 0; i < LETTERS; i++) {
        line[2 + i % 100] = 'x';
        line[3 + i % 100] = '\0';
        if (i % 100 == 0)
            screen_send(&bench->screen, "\x15");
        double taken = time_to(bench, "x", HEIGHT - 2, line);
        times[i] = taken < 0 ? 30000 : taken;
        struct timespec rest = {.tv_nsec = 5000000 + i % 7 * 1700000};
        nanosleep(&rest, NULL);
    }
    qsort(times, LETTERS, sizeof *times, compare_times);
    row(bench_words("a letter, in the middle, %s", when), times[LETTERS / 2], 2);
    row(bench_words("a letter, 99 of 100, %s", when), times[LETTERS * 99 / 100], 16);
    screen_send(&bench->screen, "\x1b");
    screen_settle(&bench->screen, 0.3);
    time_to(bench, "\x03", -1, "ancelled");
}

/* ---------------------------------------------------------------- filtering */

/* Typed at the prompt, so that it is one question; timed from Enter. */
static double filter(struct bench *bench, const char *words, int at, const char *text)
{
    screen_send(&bench->screen, ":filter ");
    screen_send(&bench->screen, words);
    screen_settle(&bench->screen, 0.2);
    double taken = time_to(bench, "\r", at, text);
    screen_settle(&bench->screen, 0.2);
    return taken;
}

/* SQLite alone: every shard in turn, until the match is found. */
static double bare_search(const char *store)
{
    double begun = bench_clock();
    for (int shard = 1; shard <= 4; shard++) {
        char path[480];
        sqlite3 *database;
        sqlite3_stmt *statement = NULL;
        bool found = false;
        snprintf(path, sizeof path, "%s/shard-%d.db", store, shard);
        if (!sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) &&
            !sqlite3_prepare_v2(database,
                                "SELECT identifier FROM instance WHERE identifier LIKE '%needle%'"
                                " ORDER BY identifier",
                                -1, &statement, NULL))
            found = sqlite3_step(statement) == SQLITE_ROW;
        sqlite3_finalize(statement);
        sqlite3_close(database);
        if (found)
            break;
    }
    return (bench_clock() - begun) * 1000;
}

static void measure_bare_search(struct bench *bench)
{
    char store[440];
    double best = -1, ours = -1;
    snprintf(store, sizeof store, "%s/store", bench->directory);
    for (int i = 0; i < 3; i++) { /* in turn, so that both meet the same neighbours */
        double taken = bare_search(store);
        best = best < 0 || taken < best ? taken : best;
        filter(bench, "id=nothing", -1, "");
        time_to(bench, "", -1, "No instance matches");
        taken = filter(bench, "needle", FIRST_ROW, "needle");
        ours = taken >= 0 && (ours < 0 || taken < ours) ? taken : ours;
    }
    bench_row("  the same, and SQLite's LIKE alone", bench_words("%.1f ms", ours),
              bench_words("%.1f ms", best), ours / best, BENCH_AT_MOST, 0);
}

static void measure_filters(struct bench *bench)
{
    static const struct {
        const char *what, *words, *shows;
        double allowed;
    } filters[] = {
        {"a filter by state", "state:lost", "lost", 50},
        {"by specification and state", "spec:Claim state:waiting", "waiting", 50},
        {"overdue ones", "overdue", "overdue", 50},
        {"deviated ones of one specification", "deviated spec:Refund", "deviated", 50},
        {"by age", "age>9d", "instance-", 50},
        {"the first match of a part, at 9/10", "needle", "needle", 150},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        double best = -1;
        for (int k = 0; k < 3; k++) {
            filter(bench, "id=nothing", -1, "");
            time_to(bench, "", -1, "No instance matches");
            double taken = filter(bench, filters[i].words, FIRST_ROW, filters[i].shows);
            if (taken >= 0 && (best < 0 || taken < best))
                best = taken;
        }
        row(filters[i].what, best, filters[i].allowed);
    }
    measure_bare_search(bench);
    /* Ctrl-C ends what takes long: from the key to the word. */
    time_to(bench, ":filter action:nobody-ever\r", 1, "filter: action:");
    row("ending a search", time_to(bench, "\x03", -1, "nded"), 50);
    screen_settle(&bench->screen, 0.3);
    measure_typing(bench, ":filter action:nobody-ever\r", "scanning");
    measure_typing(bench, ":filter nowhere\r", "searching");
    screen_send(&bench->screen, "/\x15\r");
    time_to(bench, "", FIRST_ROW, "instance-000000000000");
    screen_settle(&bench->screen, 0.3);
}

/* --------------------------------------------------------- another process */

struct writer {
    pthread_t thread;
    const struct bench *bench;
    uint64_t moving; /* so many instances, of the second half of all */
    atomic_bool over;
    uint64_t written;
    double seconds;
    spex_error error;
};

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void write_some(struct writer *writer, spex_manager *manager, struct project *project)
{
    uint64_t random = 88172645463325252u, half = writer->bench->count / 2;
    double begun = bench_clock();
    for (size_t i = 0; i < project->count; i++)
        if (project->entries[i].specification)
            spex_manager_add_specification(manager, project->entries[i].specification, NULL, NULL,
                                           &writer->error);
    while (!atomic_load(&writer->over)) {
        double due = (bench_clock() - begun) * RATE;
        while ((double)writer->written < due) {
            char identifier[64];
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            explorer_store_identifier(half + random % writer->moving * (half / writer->moving),
                                      writer->bench->count, identifier);
            spex_transition_async_at(manager, identifier, "start", "running", 0, SPEX_HERE, NULL);
            writer->written++;
        }
        struct timespec rest = {.tv_nsec = 5000000};
        nanosleep(&rest, NULL);
    }
    spex_manager_flush(manager, &writer->error);
    writer->seconds = bench_clock() - begun;
}

/* spex-tui is one process, this is the other. */
static void *write_on(void *context)
{
    struct writer *writer = context;
    spex_manager_options options;
    spex_manager *manager;
    struct project_options project_options = {0};
    struct project project;
    char *specs = file_join(writer->bench->directory, "specs");
    char *store = file_join(writer->bench->directory, "store");
    char *models = file_join(writer->bench->directory, "models");
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = models;
    options.log = quiet;
    options.passive = true;
    if (!project_options_load(&project_options, NULL, &writer->error) &&
        !project_options_set(&project_options, "specs_dir", specs, &writer->error) &&
        !project_options_set(&project_options, "impl_models_dir", models, &writer->error) &&
        !project_load(&project, &project_options, NULL, 0, &writer->error)) {
        if (!spex_manager_open(&manager, &options, &writer->error)) {
            write_some(writer, manager, &project);
            spex_manager_close(manager);
        }
        project_release(&project);
    }
    project_options_release(&project_options);
    free(specs);
    free(store);
    free(models);
    return NULL;
}

static void measure_while_written(struct bench *bench, uint64_t moving, const char *when)
{
    uint64_t half = bench->count / 2;
    struct writer writer = {.bench = bench, .moving = moving < half ? moving : half};
    pthread_create(&writer.thread, NULL, write_on, &writer);
    struct timespec rest = {.tv_sec = 1};
    nanosleep(&rest, NULL);
    measure_keys(bench, when);
    atomic_store(&writer.over, true);
    pthread_join(writer.thread, NULL);
    double rate = writer.seconds > 0 ? (double)writer.written / writer.seconds : 0;
    bench_row(bench_words("transitions recorded meanwhile, %s", when), bench_words("%.0f/s", rate),
              bench_words("%d/s", RATE), rate / RATE, BENCH_AT_LEAST, 0.95);
    if (!writer.written)
        printf("  nothing was recorded: %s\n", writer.error.message);
    screen_settle(&bench->screen, 0.5);
}

static void measure_rest(struct bench *bench)
{
    enum { SECONDS = 5 };
    double before = screen_processor(&bench->screen), begun = bench_clock();
    while (bench_clock() - begun < SECONDS)
        screen_settle(&bench->screen, 0.05);
    double part = (screen_processor(&bench->screen) - before) / (bench_clock() - begun) * 100;
    bench_row("processor, nothing happens", bench_words("%.1f %%", part), "1 %", part,
              BENCH_AT_MOST, 1);
    double memory = screen_memory(&bench->screen);
    bench_row("resident memory, peak", bench_words("%.1f MiB", memory), "30 MiB", memory / 30,
              BENCH_AT_MOST, 1);
}

/* The system has in memory what fits there. */
static void warm(const struct bench *bench)
{
    static char bytes[1 << 20];
    for (int shard = 1; shard <= 4; shard++) {
        char path[480];
        snprintf(path, sizeof path, "%s/store/shard-%d.db", bench->directory, shard);
        FILE *file = fopen(path, "r");
        while (file && fread(bytes, 1, sizeof bytes, file) == sizeof bytes)
            continue;
        if (file)
            fclose(file);
    }
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

int main(int argc, char **argv)
{
    struct bench bench = {.count = bench_size("SPEX_BENCH_INSTANCES", 1000000)};
    const char *directory = getenv("SPEX_BENCH_DIR"), *base = getenv("TMPDIR");
    spex_error error;
    snprintf(bench.program, sizeof bench.program, "%s", argc > 1 ? argv[1] : "./spex-tui");
    if (directory)
        snprintf(bench.directory, sizeof bench.directory, "%s", directory);
    else
        snprintf(bench.directory, sizeof bench.directory, "%s/spex-bench-%" PRIu64,
                 base ? base : "/tmp", bench.count);
    setenv("XDG_CONFIG_HOME", bench.directory, 1);
    setenv("XDG_STATE_HOME", bench.directory, 1);
    bool made;
    double begun = bench_clock();
    if (explorer_store_make(bench.directory, bench.count, &made, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    if (made)
        printf("a store of %" PRIu64 " instances made in %.1f s\n", bench.count,
               bench_clock() - begun);
    warm(&bench);
    bench_title(bench_words("The explorer on %" PRIu64 " instances", bench.count));
    measure_opening(&bench);
    measure_ends(&bench);
    measure_keys(&bench, "at rest");
    measure_filters(&bench);
    measure_while_written(&bench, bench.count, "all moving");
    measure_while_written(&bench, AT_WORK, "some moving");
    measure_rest(&bench);
    screen_stop(&bench.screen);
    if (!directory)
        nftw(bench.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return bench_end();
}
