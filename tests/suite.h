/*
 * What the CUnit programs share: a table of tests, a skip that is counted and says
 * why, places for scratch files. Each program ends with one line of its own results,
 * "NAME: N passed, N failed, N skipped", in tests.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <CUnit/CUnit.h>
#include <stdbool.h>

#include "spex.h"

struct test {
    const char *name;
    void (*run)(void);
};

/* Runs the tests (ended by {0}) and answers the exit code for main. With arguments,
 * only tests whose names contain one of them. */
int suite_run(const char *name, const struct test *tests, int argc, char **argv);

/* Marks the running test as skipped, with the reason; the test then returns. */
void suite_skip(const char *reason);

/* The path of a file of the source tree / of the shared research data. The second
 * answers NULL and skips the test where the data is not there. Valid until the end. */
const char *suite_source(const char *relative);
const char *suite_shared(const char *relative);
/* An empty directory of this test program's own, removed at the end of the program. */
const char *suite_scratch(void);
/* A path inside the scratch directory. */
const char *suite_scratch_path(const char *relative);
/* Writes a file into the scratch directory and answers its path. */
const char *suite_write(const char *relative, const char *bytes, size_t length);
/* What a file contains, "" where there is none; valid until the next call. */
const char *suite_content(const char *path);

/* Fails the test, printing the error, unless status is SPEX_OK. */
#define ASSERT_OK(status, error) suite_assert_ok(status, &(error), __FILE__, __LINE__)
bool suite_assert_ok(int status, const spex_error *error, const char *file, int line);
/* Both as text in the output when they differ. */
#define ASSERT_TEXT(actual, expected) suite_assert_text(actual, expected, __FILE__, __LINE__)
bool suite_assert_text(const char *actual, const char *expected, const char *file, int line);
/* `part` occurs in `whole`. */
#define ASSERT_CONTAINS(whole, part) suite_assert_contains(whole, part, __FILE__, __LINE__)
bool suite_assert_contains(const char *whole, const char *part, const char *file, int line);

/* How often to try what is tried many times: `usual`, or under `make check-long` `many`. */
unsigned suite_count(unsigned usual, unsigned many);

/* The k-th allocation of core from now fails (1: the next one); 0: none. */
void memory_fail_after(long k);
/* Whether it did. */
bool memory_failed(void);

/* A small generator of random numbers: the same sequence for the same seed. */
struct random {
    uint64_t state;
};
uint32_t random_below(struct random *random, uint32_t bound);

#endif
