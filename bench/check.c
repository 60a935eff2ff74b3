/* The checker: small comparisons in process, reading, families of any size and how their
 * time grows, and the whole command beside a peer's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/bench.h"
#include "bench/families.h"
#include "check/check.h"
#include "format/format.h"

extern char **environ;

static void must(int status, const spex_error *error)
{
    if (!status)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(3);
}

static bool compare(const struct lts *left, const struct lts *right)
{
    bool equivalent;
    spex_error error;
    must(check_equivalence(left, right, EQUIVALENCE_BRANCHING, NULL, &equivalent, NULL, &error),
         &error);
    return equivalent;
}

/* ----------------------------------------------------------- in process */

static uint32_t below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((*seed >> 33) % bound);
}

/* A way from the first state to the last, and a second step from most states. With
 * `choices` some have two steps with one action, and some steps are internal. */
static void make_workflow(struct lts *lts, uint32_t states, bool choices, uint64_t *seed)
{
    enum { ACTIONS = 6 };
    spex_error error;
    must(lts_init(lts, &error), &error);
    for (uint32_t i = 0; i < ACTIONS; i++)
        symbols_intern(&lts->labels, bench_words("action %u", i));
    lts->state_count = states;
    for (uint32_t i = 0; i < states; i++) {
        uint32_t other = below(seed, ACTIONS);
        if (i + 1 < states)
            must(lts_add(lts, i, 1 + i % ACTIONS, i + 1, &error), &error);
        if (other != i % ACTIONS || choices)
            must(lts_add(lts, i, 1 + other, below(seed, states), &error), &error);
        if (choices && i % 8 == 3)
            must(lts_add(lts, i, LTS_INTERNAL, below(seed, states), &error), &error);
    }
}

static double time_small(uint32_t states, bool choices)
{
    enum { PAIRS = 64, ROUNDS = 400 };
    static struct lts left[PAIRS], right[PAIRS];
    uint64_t seed = states;
    double best = 1;
    for (int i = 0; i < PAIRS; i++) {
        uint64_t same = seed;
        make_workflow(&left[i], states, choices, &seed);
        make_workflow(&right[i], states, choices, &same);
        family_shuffle(&right[i], seed);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start = bench_clock();
        for (int i = 0; i < PAIRS; i++)
            if (!compare(&left[i], &right[i]))
                abort();
        double time = (bench_clock() - start) / PAIRS;
        best = time < best ? time : best;
    }
    for (int i = 0; i < PAIRS; i++) {
        lts_release(&left[i]);
        lts_release(&right[i]);
    }
    return best;
}

static void bench_small(void)
{
    static const struct {
        uint32_t states;
        double most;
    } sizes[] = {{16, 3e-6}, {64, 20e-6}};
    bench_title("Full check in process, model against specification, both equivalent");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int choices = 0; choices < 2; choices++) {
            double time = time_small(sizes[i].states, choices);
            bench_row(bench_words("%u + %u states%s", sizes[i].states, sizes[i].states,
                                  choices ? ", choices, internal steps" : ""),
                      bench_words("%.2f us", time * 1e6),
                      bench_words("%.0f us", sizes[i].most * 1e6), time / sizes[i].most,
                      BENCH_AT_MOST, 1);
        }
}

/* -------------------------------------------------------------- reading */

static void append_lines(struct text *text, uint32_t lines, uint32_t labels)
{
    uint64_t seed = 1;
    text_printf(text, "des (0,%u,%u)\n", lines, lines / 3 + 1);
    for (uint32_t i = 0; i < lines; i++)
        text_printf(text, "(%u,\"action_%u(d)\",%u)\n", i / 3, below(&seed, labels),
                    below(&seed, lines / 3));
}

static void bench_reading(void)
{
    static const uint32_t labels[] = {5, 100000};
    uint32_t lines = (uint32_t)bench_size("SPEX_BENCH_TRANSITIONS", 1000000);
    bench_title("Reading .aut, one thread");
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct text text = {0};
        spex_error error;
        double best = 1e9;
        append_lines(&text, lines, labels[i]);
        for (int round = 0; round < 5; round++) {
            struct lts lts;
            double start = bench_processor();
            must(aut_read("bench.aut", text_value(&text), text.length, "tau", &lts, &error),
                 &error);
            double time = bench_processor() - start;
            best = time < best ? time : best;
            lts_release(&lts);
        }
        double rate = (double)text.length / 1e6 / best;
        bench_row(bench_words("%u lines, %u labels", lines, labels[i]),
                  bench_words("%.0f MB/s", rate), "400 MB/s", rate / 400, BENCH_AT_LEAST, 1);
        text_release(&text);
    }
}

/* ------------------------------------------------------------- families */

/* What it takes to get a page depends on the host of a virtual machine, which may have taken it
 * back: whatever this process had once stays with it. */
static void keep_memory(void)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_ARENA_MAX, 1);
}

/* The least that has to be done: transitions put in order of where they lead to. It goes
 * through memory as a comparison does, and tells how that alone grows on this machine. */
static void order_by_target(const struct lts *lts)
{
    const struct lts_transition *steps = lts->transitions;
    uint32_t *places = memory_allocate((size_t)lts->state_count + 1, sizeof *places);
    uint64_t *ordered = memory_resize(NULL, lts->transition_count, sizeof *ordered);
    if (!places || !ordered)
        abort();
    for (size_t i = 0; i < lts->transition_count; i++)
        places[steps[i].to + 1]++;
    for (uint32_t state = 0; state < lts->state_count; state++)
        places[state + 1] += places[state];
    for (size_t i = 0; i < lts->transition_count; i++)
        ordered[places[steps[i].to]++] = (uint64_t)steps[i].label << 32 | steps[i].from;
    free(places);
    free(ordered);
}

/* A family's member and the same with other numbers. */
struct pair {
    struct lts sides[2];
    size_t size;
    double time, bare; /* the best so far */
};

static void make_pair(struct pair *pair, const char *name, uint64_t transitions)
{
    for (int side = 0; side < 2; side++)
        family_make(&pair->sides[side], name, transitions);
    family_shuffle(&pair->sides[1], 1);
    pair->size = pair->sides[0].transition_count + pair->sides[1].transition_count;
    pair->time = pair->bare = 1e9;
}

static void time_pair(struct pair *pair)
{
    double start = bench_processor();
    if (!compare(&pair->sides[0], &pair->sides[1]))
        abort();
    double time = bench_processor() - start;
    pair->time = time < pair->time ? time : pair->time;
    start = bench_processor();
    for (int side = 0; side < 2; side++)
        order_by_target(&pair->sides[side]);
    time = bench_processor() - start;
    pair->bare = time < pair->bare ? time : pair->bare;
}

static void bench_growth(const char *const *name)
{
    enum { ROUNDS = 3 };
    uint64_t most = bench_size("SPEX_BENCH_TRANSITIONS", 1000000);
    keep_memory();
    bench_title("Families: processor time for a member and for one of half the size, and how it\n"
                "grows; below each, how a bare counting sort of its transitions grows");
    for (; *name; name++) {
        struct pair half, whole;
        make_pair(&half, *name, most / 2);
        make_pair(&whole, *name, most);
        for (int round = 0; round < ROUNDS; round++) {
            time_pair(&half);
            time_pair(&whole);
        }
        /* Not every family has a member of each size. */
        double sizes = (double)whole.size / (double)half.size / 2;
        bench_row(bench_words("%s, %zu transitions", *name, whole.size),
                  bench_words("%.0f ms", whole.time * 1e3), bench_words("%.0f ms", half.time * 1e3),
                  whole.time / half.time / sizes, BENCH_AT_MOST, 2.3);
        bench_row("    in order of targets", bench_words("%.0f ms", whole.bare * 1e3),
                  bench_words("%.0f ms", half.bare * 1e3), whole.bare / half.bare / sizes,
                  BENCH_AT_MOST, 0);
        for (int side = 0; side < 2; side++) {
            lts_release(&half.sides[side]);
            lts_release(&whole.sides[side]);
        }
    }
}

/* ---------------------------------------------------------------- a peer */

struct cost {
    double seconds, processor, memory;
};

/* The command's cost; its output is thrown away. */
static bool run(const char *const *arguments, struct cost *cost)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    struct rusage usage;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    double start = bench_clock();
    int failed = posix_spawn(&child, arguments[0], &actions, NULL, (char **)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return false;
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return false;
    cost->seconds = bench_clock() - start;
    cost->processor = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
                      (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
    cost->memory = (double)usage.ru_maxrss / 1024;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The best of several; every other run is the peer's, so that both meet the same weather. */
static bool run_both(const char *const *own, const char *const *peer, struct cost costs[2])
{
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 2; i++) {
            struct cost cost;
            if (!run(i ? peer : own, &cost))
                return false;
            if (round == 0 || cost.processor < costs[i].processor)
                costs[i].processor = cost.processor;
            if (round == 0 || cost.seconds < costs[i].seconds)
                costs[i].seconds = cost.seconds;
            if (round == 0 || cost.memory < costs[i].memory)
                costs[i].memory = cost.memory;
        }
    return true;
}

static void write_lts(const struct lts *lts, const char *path)
{
    struct text text = {0};
    spex_error error;
    must(aut_write(lts, "tau", &text, &error), &error);
    must(file_write(path, true, text_value(&text), text.length, &error), &error);
    text_release(&text);
}

/* In a process of its own: the peak memory of a program counts from that of the process
 * which started it. */
static bool write_family(const char *name, uint64_t transitions, const char *const paths[2])
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        struct lts lts;
        family_make(&lts, name, transitions);
        write_lts(&lts, paths[0]);
        family_shuffle(&lts, 1);
        write_lts(&lts, paths[1]);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void bench_peer_on(const char *name, const char *peer, const char *const paths[2])
{
    uint64_t transitions = bench_size("SPEX_BENCH_TRANSITIONS", 1000000);
    const char *const own_command[] = {"./spex", "compare", paths[0], paths[1], NULL};
    const char *const peer_command[] = {peer, "-ebranching-bisim", paths[0], paths[1], NULL};
    struct cost costs[2];
    if (!write_family(name, transitions, paths) || !run_both(own_command, peer_command, costs)) {
        printf("%s: one of the programs failed\n", name);
        return;
    }
    bench_row(bench_words("%s, processor time", name), bench_words("%.2f s", costs[0].processor),
              bench_words("%.2f s", costs[1].processor), costs[1].processor / costs[0].processor,
              BENCH_AT_LEAST, 5);
    bench_row(bench_words("%s, elapsed", name), bench_words("%.2f s", costs[0].seconds),
              bench_words("%.2f s", costs[1].seconds), costs[1].seconds / costs[0].seconds,
              BENCH_AT_LEAST, 5);
    bench_row(bench_words("%s, peak memory", name), bench_words("%.0f MiB", costs[0].memory),
              bench_words("%.0f MiB", costs[1].memory), costs[0].memory / costs[1].memory,
              BENCH_AT_MOST, 0.5);
}

static void bench_peer(const char *const *name)
{
    const char *peer = getenv("SPEX_PEER_LTSCOMPARE");
    bench_title("spex compare on two .aut files, beside mCRL2's ltscompare -ebranching-bisim");
    if (!peer || !*peer) {
        puts("skipped: SPEX_PEER_LTSCOMPARE does not name the program");
        return;
    }
    char folder[] = "spex-bench-XXXXXX";
    if (!mkdtemp(folder)) {
        perror(folder);
        return;
    }
    char *paths[2] = {file_join(folder, "one.aut"), file_join(folder, "other.aut")};
    for (; *name; name++)
        bench_peer_on(*name, peer, (const char *const *)paths);
    for (int i = 0; i < 2; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    rmdir(folder);
}

/* With names of families as arguments, only these. */
int main(int count, char **arguments)
{
    const char *const *chosen = count > 1 ? (const char *const *)arguments + 1 : families;
    bench_peer(chosen); /* while this process is small */
    if (count == 1) {
        bench_small();
        bench_reading();
    }
    bench_growth(chosen);
    return bench_end();
}
