#include "tests/suite.h"

#include <CUnit/Basic.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

static const char *skipped; /* the reason, while a test runs */
static char scratch[256];
static struct symbols paths; /* everything handed out, until the end */

static const char *keep(char *path)
{
    uint32_t symbol = symbols_intern(&paths, path);
    free(path);
    return symbols_name(&paths, symbol);
}

void suite_skip(const char *reason)
{
    skipped = reason;
}

unsigned suite_count(unsigned usual, unsigned many)
{
    return getenv("SPEX_LONG") ? many : usual;
}

const char *suite_source(const char *relative)
{
    return keep(file_join(SPEX_SOURCE_DIR, relative));
}

const char *suite_shared(const char *relative)
{
    const char *shared = getenv("SPEX_SHARED");
    char *beside = file_join(SPEX_SOURCE_DIR, "../shared");
    const char *path = keep(file_join(shared ? shared : beside, relative));
    free(beside);
    if (access(path, R_OK) == 0)
        return path;
    suite_skip("the shared research data is not beside this checkout");
    return NULL;
}

const char *suite_scratch(void)
{
    if (!scratch[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(scratch, sizeof scratch, "%.200s/spex-test-XXXXXX", base ? base : "/tmp");
        if (!mkdtemp(scratch)) {
            perror(scratch);
            exit(99);
        }
    }
    return scratch;
}

const char *suite_scratch_path(const char *relative)
{
    return keep(file_join(suite_scratch(), relative));
}

const char *suite_write(const char *relative, const char *bytes, size_t length)
{
    const char *path = suite_scratch_path(relative);
    char *directory = memory_copy_text(path);
    char *slash = strrchr(directory, '/');
    *slash = '\0';
    spex_error error;
    if (file_make_directory(directory, &error) || file_replace(path, bytes, length, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(99);
    }
    free(directory);
    return path;
}

const char *suite_content(const char *path)
{
    static char *bytes;
    size_t length;
    spex_error error;
    free(bytes);
    bytes = NULL;
    return file_read(path, 0, &bytes, &length, &error) ? "" : bytes;
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)where;
    if (type == FTW_DP)
        chmod(path, 0700);
    return remove(path);
}

static atomic_long allocations_left;

void memory_fail_after(long k)
{
    atomic_store(&allocations_left, k);
}

bool memory_failed(void)
{
    return atomic_load(&allocations_left) < 0;
}

bool memory_refused(void)
{
    if (atomic_load_explicit(&allocations_left, memory_order_relaxed) <= 0)
        return false;
    long left = atomic_fetch_sub(&allocations_left, 1);
    if (left == 1)
        atomic_store(&allocations_left, -1);
    return left == 1;
}

bool suite_assert_ok(int status, const spex_error *error, const char *file, int line)
{
    char condition[1200];
    snprintf(condition, sizeof condition, "status %d: %s", status, status ? error->message : "");
    return CU_assertImplementation(status == SPEX_OK, (unsigned)line, condition, file, "",
                                   CU_FALSE);
}

bool suite_assert_text(const char *actual, const char *expected, const char *file, int line)
{
    bool same = actual && expected && strcmp(actual, expected) == 0;
    if (!same)
        fprintf(stderr, "%s:%d:\n--- got\n%s\n--- expected\n%s\n---\n", file, line,
                actual ? actual : "(NULL)", expected ? expected : "(NULL)");
    return CU_assertImplementation(same, (unsigned)line, "texts are equal", file, "", CU_FALSE);
}

bool suite_assert_contains(const char *whole, const char *part, const char *file, int line)
{
    bool there = whole && strstr(whole, part);
    if (!there)
        fprintf(stderr, "%s:%d: no \"%s\" in:\n%s\n", file, line, part, whole ? whole : "(NULL)");
    return CU_assertImplementation(there, (unsigned)line, "text contains", file, "", CU_FALSE);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    /* splitmix64 */
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return bound ? (uint32_t)((z ^ (z >> 31)) % bound) : 0;
}

static bool chosen(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]))
            return true;
    return argc <= 1;
}

int suite_run(const char *name, const struct test *tests, int argc, char **argv)
{
    unsigned passed = 0, failed = 0, skips = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry())
        return 99;
    CU_pSuite suite = CU_add_suite(name, NULL, NULL);
    for (const struct test *test = tests; test->name; test++) {
        if (!chosen(test->name, argc, argv))
            continue;
        CU_pTest registered = CU_add_test(suite, test->name, test->run);
        skipped = NULL;
        CU_run_test(suite, registered);
        bool bad = CU_get_number_of_failures() > 0;
        if (bad) {
            failed++;
            printf("FAIL %s: %s\n", name, test->name);
            CU_basic_show_failures(CU_get_failure_list());
            printf("\n");
        } else if (skipped) {
            skips++;
            printf("SKIP %s: %s (%s)\n", name, test->name, skipped);
        } else {
            passed++;
            printf("ok   %s: %s\n", name, test->name);
        }
    }
    CU_cleanup_registry();
    if (scratch[0])
        nftw(scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    symbols_release(&paths);
    printf("%s: %u passed, %u failed, %u skipped\n", name, passed, failed, skips);
    return failed ? 1 : 0;
}
