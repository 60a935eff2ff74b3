/*
 * The graphs of the explorer: from the key to the first picture, and each key of a walk
 * through it, against the time a person may be kept waiting. Everything but the terminal
 * itself is there: files, jobs, Graphviz, the canvas.
 *
 * From the environment: SPEX_BENCH_STATES of the large graph, SPEX_BENCH_ROUNDS; TMPDIR.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bench.h"
#include "views/explorer.h"

enum { WIDTH = 160, HEIGHT = 50, KEYS = 2000 };
enum { FIRST_PICTURE = 100, LARGE_PICTURE = 300, FRAME = 16 }; /* ms that may pass */

static char root[4096];
static uint64_t seed = 7;

static uint32_t any(uint32_t bound)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % bound;
}

/* ------------------------------------------------------------------ a project */

static void write_text(const char *name, const struct text *text)
{
    spex_error error;
    char *path = file_join(root, name);
    spex_or_die(file_replace(path, text_value(text), text->length, &error), &error, SPEX_HERE);
    free(path);
}

/* A ring with chords, and a model of it that lacks one step and has one more. */
static void write_pair(uint32_t states, uint32_t chords)
{
    struct text specification = {0}, model = {0};
    text_append(&specification, "Specification: Pair\nTransitions:\n");
    text_append(&model, "Specification: Pair\nLearning mode: false\nTransitions:\n"
                        "nil --[__initialisation__]-> state 0\n");
    for (uint32_t i = 0; i < states + chords; i++) {
        uint32_t from = i < states ? i : any(states);
        uint32_t to = i < states ? (i + 1) % states : any(states);
        struct text line = {0};
        text_printf(&line, "state %u --[action %u]-> state %u\n", from, any(12), to);
        text_append(&specification, text_value(&line));
        if (i != states / 2)
            text_append(&model, text_value(&line));
        text_release(&line);
    }
    text_printf(&model, "state %u --[unheard of]-> state 0\n", states / 3);
    write_text("specs/pair.spec", &specification);
    write_text("models/Pair.spex", &model);
    text_release(&specification);
    text_release(&model);
}

static void make_folders(void)
{
    spex_error error;
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/spex-bench-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(root)) {
        perror(root);
        exit(1);
    }
    for (int i = 0; i < 2; i++) {
        char *path = file_join(root, i ? "models" : "specs");
        spex_or_die(file_make_directory(path, &error), &error, SPEX_HERE);
        free(path);
    }
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about, (void)type, (void)place;
    return remove(path);
}

/* ----------------------------------------------------------------- an explorer */

struct sitting {
    struct project_options options;
    struct explorer *explorer;
    struct canvas canvas;
};

static void sit_down(struct sitting *sitting)
{
    spex_error error;
    static const char *const names[][2] = {
        {"specs_dir", "specs"}, {"impl_models_dir", "models"}, {"store_dir", "store"}};
    memset(sitting, 0, sizeof *sitting);
    spex_or_die(project_options_load(&sitting->options, NULL, &error), &error, SPEX_HERE);
    for (int i = 0; i < 3; i++) {
        char *path = file_join(root, names[i][1]);
        spex_or_die(project_options_set(&sitting->options, names[i][0], path, &error), &error,
                    SPEX_HERE);
        free(path);
    }
    struct explorer_options options = {
        .workspace = {.project = sitting->options, .clock = clock_system()}};
    sitting->explorer = explorer_create(&options);
    if (!sitting->explorer || !canvas_resize(&sitting->canvas, WIDTH, HEIGHT))
        exit(1);
}

static void stand_up(struct sitting *sitting)
{
    explorer_free(sitting->explorer);
    canvas_release(&sitting->canvas);
    project_options_release(&sitting->options);
}

static bool shows(struct sitting *sitting, const char *words)
{
    struct text text = {0};
    explorer_draw(sitting->explorer, &sitting->canvas);
    canvas_text(&sitting->canvas, &text);
    bool there = strstr(text_value(&text), words) != NULL;
    text_release(&text);
    return there;
}

static void press(struct sitting *sitting, const char *name)
{
    struct key key = key_named(name);
    explorer_key(sitting->explorer, &key);
}

static double own_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Time that passed, and processor time: of all threads, or of the loop's; ms. */
struct taken {
    double passed, processor;
};

/* From the key to the frame that has both pictures. */
static struct taken first_picture(struct sitting *sitting)
{
    double start = bench_clock(), processor = bench_processor();
    press(sitting, "4");
    while (shows(sitting, "Drawing"))
        jobs_wait(sitting->explorer->jobs);
    return (struct taken){(bench_clock() - start) * 1000, (bench_processor() - processor) * 1000};
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* The 99th of a hundred keys: panning, walking, choosing. */
static struct taken walk(struct sitting *sitting)
{
    static const char *const keys[] = {"L", "J", "J", "L", "j",   "Tab", "Enter", "K",
                                       "H", "l", "k", "o", "Tab", "h",   "PgDn",  "PgUp"};
    static double passed[KEYS], processor[KEYS];
    for (int i = 0; i < KEYS; i++) {
        double start = bench_clock(), own = own_time();
        press(sitting, keys[any(16)]);
        explorer_tick(sitting->explorer);
        explorer_draw(sitting->explorer, &sitting->canvas);
        passed[i] = (bench_clock() - start) * 1000;
        processor[i] = (own_time() - own) * 1000;
    }
    explorer_settle(sitting->explorer);
    qsort(passed, KEYS, sizeof *passed, compare);
    qsort(processor, KEYS, sizeof *processor, compare);
    return (struct taken){passed[KEYS * 99 / 100], processor[KEYS * 99 / 100]};
}

/* ---------------------------------------------------------------------- rows */

/* The best of the rounds: what the program takes, not what its neighbours do. */
static void keep_best(struct taken *best, struct taken taken)
{
    if (best->passed == 0 || taken.passed < best->passed)
        best->passed = taken.passed;
    if (best->processor == 0 || taken.processor < best->processor)
        best->processor = taken.processor;
}

static void row(const char *what, struct taken taken, int allowed)
{
    bench_row(what, bench_words("%.1f ms", taken.passed), bench_words("%d ms", allowed),
              taken.passed / allowed, BENCH_AT_MOST, 1);
    bench_row("  processor time of it", bench_words("%.1f ms", taken.processor),
              bench_words("%d ms", allowed), taken.processor / allowed, BENCH_AT_MOST, 0);
}

static void small(void)
{
    uint64_t rounds = bench_size("SPEX_BENCH_ROUNDS", 7);
    struct taken picture = {0}, keys = {0};
    write_pair(40, 30);
    for (uint64_t i = 0; i < rounds; i++) {
        struct sitting sitting;
        sit_down(&sitting);
        explorer_settle(sitting.explorer);
        keep_best(&picture, first_picture(&sitting));
        explorer_settle(sitting.explorer);
        keep_best(&keys, walk(&sitting));
        stand_up(&sitting);
    }
    row("first picture of a pair of 40 states", picture, FIRST_PICTURE);
    row("a key in it, 99 of 100", keys, FRAME);
}

static void large(void)
{
    uint64_t rounds = bench_size("SPEX_BENCH_ROUNDS", 7) / 2 + 1;
    uint32_t states = (uint32_t)bench_size("SPEX_BENCH_STATES", 100000);
    struct taken checking = {0}, checked = {0}, keys = {0};
    write_pair(states, states / 2);
    for (uint64_t i = 0; i < rounds; i++) {
        struct sitting sitting;
        sit_down(&sitting);
        /* as soon as the list is there: the check is still under way */
        while (!shows(&sitting, "Pair"))
            jobs_wait(sitting.explorer->jobs);
        keep_best(&checking, first_picture(&sitting));
        stand_up(&sitting);
        sit_down(&sitting);
        explorer_settle(sitting.explorer);
        keep_best(&checked, first_picture(&sitting));
        explorer_settle(sitting.explorer);
        keep_best(&keys, walk(&sitting));
        stand_up(&sitting);
    }
    row(bench_words("%u states, while they are checked", states), checking, LARGE_PICTURE);
    row(bench_words("%u states, when they are", states), checked, LARGE_PICTURE);
    row("a key in it, 99 of 100", keys, FRAME);
}

int main(void)
{
    make_folders();
    bench_title("Graphs of the explorer");
    small();
    large();
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return bench_end();
}
