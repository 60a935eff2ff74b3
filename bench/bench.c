#include "bench/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static unsigned targets, reached;

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double bench_clock(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double bench_processor(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

uint64_t bench_size(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    char *end;
    uint64_t value = text ? strtoull(text, &end, 10) : 0;
    return text && end != text && !*end && value ? value : usual;
}

void bench_title(const char *title)
{
    printf("\n%s\n%-46s %18s %18s %8s  %s\n", title, "", "measured", "yardstick", "ratio",
           "target");
}

void bench_row(const char *what, const char *figure, const char *yardstick, double ratio,
               enum bench_bound bound, double target)
{
    printf("%-46s %18s %18s %8.2f", what, figure, yardstick, ratio);
    if (target > 0) {
        bool met = bound == BENCH_AT_MOST ? ratio <= target : ratio >= target;
        printf("  %s %-5.3g %s", bound == BENCH_AT_MOST ? "<=" : ">=", target, met ? "" : "MISSED");
        targets++;
        reached += met;
    }
    putchar('\n');
    fflush(stdout);
}

const char *bench_words(const char *format, ...)
{
    static char buffers[8][64];
    static unsigned next;
    char *buffer = buffers[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffers[0], format, arguments);
    va_end(arguments);
    return buffer;
}

int bench_end(void)
{
    printf("\n%u of %u targets reached\n", reached, targets);
    return reached == targets ? 0 : 1;
}
