/*
 * bench - figures as ratios: what is measured and a yardstick beside it, in the same run,
 * because a figure alone says more about the machine than about the program. `make bench`
 * builds and runs them; nothing here is a test.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds, from any fixed point; and of processor time, all threads of this process. */
double bench_clock(void);
double bench_processor(void);
/* The peak of this process's resident memory, in MiB. */
double bench_memory(void);
/* A whole number from the environment, for sizes: SPEX_BENCH_INSTANCES=10000. */
uint64_t bench_size(const char *name, uint64_t usual);

/* One row: what it is, the figure and its yardstick in words ("12 300/s"), their ratio and
 * the bound it should keep: at most or at least. Without a bound (0) it only informs. */
enum bench_bound { BENCH_AT_MOST, BENCH_AT_LEAST };
void bench_title(const char *title);
void bench_row(const char *what, const char *figure, const char *yardstick, double ratio,
               enum bench_bound bound, double target);
/* printf into one of a few rotating buffers, for the words of a row. */
const char *bench_words(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A last line, "N of M targets reached"; the exit code for main: 0 if all were. */
int bench_end(void);

#endif
