#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "graph/graph.h"
#include "graph/protocol.h"
#include "tests/graph/examples.h"
#include "tests/suite.h"

enum { BUDGET = 60000 /* ms; generous, for slow machines */, SHORT = 150 };

static const struct layout_options patient = {.budget = BUDGET};
static const struct layout_options impatient = {.budget = SHORT};

static size_t open_files(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* No child is left, running or dead, and no descriptor more than before. */
static void expect_nothing_left(size_t files_before)
{
    int state;
    CU_ASSERT_EQUAL(waitpid(-1, &state, WNOHANG), -1);
    CU_ASSERT_EQUAL(errno, ECHILD);
    CU_ASSERT_EQUAL(open_files(), files_before);
}

/* ---------------------------------------------------------- broken helpers */

static const char *script(const char *name, const char *text)
{
    struct text whole = {0};
    text_printf(&whole, "#!/bin/sh\n%s\n", text);
    const char *path = suite_write(name, whole.data, whole.length);
    chmod(path, 0755);
    text_release(&whole);
    return path;
}

static void layout_falls_back(const char *helper, const struct layout_options *options,
                              const char *why)
{
    struct lts lts;
    struct layout layout;
    struct text out = {0};
    spex_error error = {0};
    size_t files = open_files();
    example_lts(&lts, examples[0].lines);
    setenv("SPEX_GRAPHVIZ", helper, 1);
    if (ASSERT_OK(layout_compute(&layout, &lts, options, &error), error)) {
        CU_ASSERT_TRUE(layout.simple);
        ASSERT_CONTAINS(layout.note, "simple layout: ");
        ASSERT_CONTAINS(layout.note, why);
        CU_ASSERT_TRUE(layout.rank_count > 2);
    }
    expect_nothing_left(files);
    CU_ASSERT_EQUAL(graph_export(&lts, "t", "svg", options, NULL, &out, &error), SPEX_ERROR_SYSTEM);
    ASSERT_CONTAINS(error.message, why);
    CU_ASSERT_EQUAL(out.length, 0);
    expect_nothing_left(files);
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    text_release(&out);
    layout_release(&layout);
    lts_release(&lts);
}

static void helper_missing(void)
{
    layout_falls_back(suite_scratch_path("no such program"), &patient, "missing");
}

static void helper_not_a_program(void)
{
    const char *path = suite_write("not-a-program", "\177ELF garbage", 12);
    chmod(path, 0755);
    layout_falls_back(path, &patient, "cannot be started");
}

static void helper_fails(void)
{
    layout_falls_back(script("fails", "echo out of ink >&2; exit 3"), &patient, "out of ink");
}

static void helper_crashes(void)
{
    layout_falls_back(script("crashes", "cat >/dev/null; kill -SEGV $$"), &patient,
                      "crashed (signal 11)");
}

static void helper_answers_garbage(void)
{
    layout_falls_back(script("garbage", "head -c 100000 /dev/urandom"), &patient, "nonsense");
    layout_falls_back(script("silent", "cat >/dev/null"), &patient, "nonsense");
    layout_falls_back(script("half", "cat >/dev/null; printf '2\\nok\\n999\\n0\\n0\\n'"), &patient,
                      "nonsense");
    layout_falls_back(script("deaf", "exec <&-; exit 0"), &patient, "nonsense");
}

/* These would run for a minute: they are killed, with what they started. */
static void helper_too_slow(void)
{
    layout_falls_back(script("slow", "cat >/dev/null; exec sleep 60"), &impatient,
                      "longer than 150 ms");
    layout_falls_back(script("slow-child", "sleep 60; exit 0"), &impatient, "longer than 150 ms");
    layout_falls_back(script("stubborn", "trap '' TERM INT HUP; sleep 60"), &impatient,
                      "longer than 150 ms");
    layout_falls_back(script("lingers", "exec >&- 2>&- <&-; sleep 60"), &impatient,
                      "longer than 150 ms");
    layout_falls_back(script("endless", "cat >/dev/null; exec yes"), &impatient, "");
}

/* What the helper started ends with it: nobody is left to write to the FIFO. */
static void helper_takes_its_children_along(void)
{
    const char *fifo = suite_scratch_path("fifo");
    struct text commands = {0};
    char late[10];
    CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
    int descriptor = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CU_ASSERT_TRUE(descriptor >= 0);
    text_printf(&commands, "exec 9>'%s'; (sleep 60; echo late >&9)", fifo);
    layout_falls_back(script("parent", text_value(&commands)), &impatient, "longer than 150 ms");
    fcntl(descriptor, F_SETFL, 0);
    CU_ASSERT_EQUAL(read(descriptor, late, sizeof late), 0);
    close(descriptor);
    text_release(&commands);
}

/* More than pipes hold on every stream, and a large job nobody reads. */
static void helper_talks_much(void)
{
    layout_falls_back(script("loud", "cat >/dev/null; head -c 1000000 /dev/zero >&2; "
                                     "head -c 1000000 /dev/zero"),
                      &patient, "nonsense");
    struct lts lts;
    struct layout layout;
    spex_error error = {0};
    lts_init(&lts, &error);
    lts.state_count = 40000;
    setenv("SPEX_GRAPHVIZ", script("rude", "exec <&-; head -c 1000000 /dev/zero"), 1);
    if (ASSERT_OK(layout_compute(&layout, &lts, &patient, &error), error))
        CU_ASSERT_TRUE(layout.simple);
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    layout_release(&layout);
    lts_release(&lts);
}

static bool at_the_third_time(void *context)
{
    int *count = context;
    return ++*count >= 3;
}

static void cancelled_midway(void)
{
    struct lts lts;
    struct layout layout;
    struct text out = {0};
    spex_error error = {0};
    int count = 0;
    struct layout_options options = {BUDGET, at_the_third_time, &count};
    size_t files = open_files();
    example_lts(&lts, examples[0].lines);
    setenv("SPEX_GRAPHVIZ", script("sleepy", "exec sleep 60"), 1);
    CU_ASSERT_EQUAL(layout_compute(&layout, &lts, &options, &error), SPEX_ERROR_CANCELLED);
    CU_ASSERT_PTR_NULL(layout.nodes);
    count = 0;
    CU_ASSERT_EQUAL(graph_export(&lts, NULL, "svg", &options, NULL, &out, &error),
                    SPEX_ERROR_CANCELLED);
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    expect_nothing_left(files);
    text_release(&out);
    lts_release(&lts);
}

/* The real helper, fed by hand with what it must refuse. */
static void helper_refuses_bad_jobs(void)
{
    static const char *const jobs[] = {"",
                                       "15\nspex-graphviz 2\n",
                                       "15\nspex-graphviz 9\n",
                                       "99999999999\n",
                                       "15\nspex-graphviz 2\n6\nlayout\n1000\n0\n0\n0\n3\nend\n",
                                       "15\nspex-graphviz 2\n6\nlayout\n1000\n1\n1\n",
                                       "15\nspex-graphviz 2\n3\nsvg\n1000\n7\nnot dot\n3\nend\n",
                                       "\377\377\377\n\n\n"};
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct text command = {0};
        char reply[200] = "";
        const char *path = suite_write("job", jobs[i], strlen(jobs[i]));
        text_printf(&command, "'%s' <'%s' 2>/dev/null", TEST_HELPER, path);
        FILE *stream = popen(text_value(&command), "r");
        size_t length = fread(reply, 1, sizeof reply - 1, stream);
        CU_ASSERT_EQUAL(pclose(stream), 1 << 8);
        reply[length] = '\0';
        ASSERT_CONTAINS(reply, "5\nerror\n");
        text_release(&command);
    }
}

/* A caller that ignores SIGCHLD or has closed its standard streams works too. */
static void unusual_callers(void)
{
    struct lts lts;
    struct layout layout;
    spex_error error = {0};
    example_lts(&lts, examples[0].lines);
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    if (ASSERT_OK(layout_compute(&layout, &lts, &patient, &error), error))
        CU_ASSERT_FALSE(layout.simple);
    layout_release(&layout);
    signal(SIGCHLD, before);
    int input = dup(0), output = dup(1);
    fflush(stdout);
    close(0);
    close(1);
    int status = layout_compute(&layout, &lts, &patient, &error);
    dup2(input, 0);
    dup2(output, 1);
    close(input);
    close(output);
    if (ASSERT_OK(status, error))
        CU_ASSERT_FALSE(layout.simple);
    layout_release(&layout);
    lts_release(&lts);
}

/* Whichever allocation fails: an error, no process and nothing half made is left. */
static void memory_may_run_out(void)
{
    struct lts lts;
    size_t files = open_files();
    example_lts(&lts, "a --[go]-> b\nb --[\\N]-> \\\n");
    for (int what = 0; what < 2; what++) {
        int status = SPEX_ERROR_MEMORY, refused = 0;
        for (long k = 1; status && k < 1000; k++) {
            struct layout layout = {0};
            struct text out = {0};
            spex_error error = {0};
            memory_fail_after(k);
            status = what ? graph_export(&lts, "t", "svg", &patient, NULL, &out, &error)
                          : layout_compute(&layout, &lts, &patient, &error);
            memory_fail_after(0);
            CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
            refused += status != SPEX_OK;
            layout_release(&layout);
            text_release(&out);
        }
        CU_ASSERT_EQUAL(status, SPEX_OK);
        CU_ASSERT_TRUE(refused > 4);
    }
    expect_nothing_left(files);
    lts_release(&lts);
}

static void graphviz_lays_out(void)
{
    struct lts lts;
    struct layout layout;
    spex_error error = {0};
    size_t files = open_files();
    for (const struct example *example = examples; example->name; example++) {
        example_lts(&lts, example->lines);
        if (ASSERT_OK(layout_compute(&layout, &lts, &patient, &error), error)) {
            CU_ASSERT_FALSE(layout.simple);
            ASSERT_TEXT(layout.note, "");
            CU_ASSERT_EQUAL(layout.nodes[lts.initial].rank, 0);
            for (uint32_t s = 0; s < lts.state_count; s++)
                CU_ASSERT_TRUE(layout.nodes[s].rank < layout.rank_count);
        }
        layout_release(&layout);
        lts_release(&lts);
    }
    expect_nothing_left(files);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"Graphviz lays out", graphviz_lays_out},
        {"helper missing", helper_missing},
        {"helper not a program", helper_not_a_program},
        {"helper fails", helper_fails},
        {"helper crashes", helper_crashes},
        {"helper answers garbage", helper_answers_garbage},
        {"helper too slow", helper_too_slow},
        {"helper takes its children along", helper_takes_its_children_along},
        {"helper talks much", helper_talks_much},
        {"cancelled midway", cancelled_midway},
        {"helper refuses bad jobs", helper_refuses_bad_jobs},
        {"unusual callers", unusual_callers},
        {"memory may run out", memory_may_run_out},
        {NULL, NULL}};
    setenv("SPEX_GRAPHVIZ", TEST_HELPER, 1);
    return suite_run("graphviz", tests, argc, argv);
}
