/*
 * A full-screen program on a terminal of its own, as a person sees it: what it writes is
 * replayed on a grid of characters, so that the time of an event is when it shows.
 */
#ifndef BENCH_SCREEN_H
#define BENCH_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct screen {
    pid_t process;
    int terminal;
    int width, height, x, y;
    int top, bottom;  /* of what scrolls */
    uint32_t *cells;  /* code points */
    uint32_t last;    /* the character written last */
    char pending[64]; /* of a sequence that is not whole yet */
    unsigned held;
    bool over;
};

/* Starts the program, found as execvp does. False: it cannot be. */
bool screen_start(struct screen *screen, const char *const arguments[], int width, int height);
/* Ends it, if it has not ended, and waits. */
void screen_stop(struct screen *screen);
void screen_send(struct screen *screen, const char *keys);
/* Reads what comes until `shows` says so; answers when that was (bench_clock), or 0 when it was
 * not within `seconds`. */
typedef bool (*screen_shows)(const struct screen *screen, void *context);
double screen_wait(struct screen *screen, screen_shows shows, void *context, double seconds);
/* Reads until nothing came for so long. */
void screen_settle(struct screen *screen, double seconds);
/* Whether the text is on the screen, or in a row of it (negative: in any). ASCII only. */
bool screen_has(const struct screen *screen, int row, const char *text);
uint32_t screen_at(const struct screen *screen, int x, int y);
/* The peak of its resident memory in MiB, and its processor time in seconds. */
double screen_memory(const struct screen *screen);
double screen_processor(const struct screen *screen);
/* The processor time of its first thread alone, which is the one that draws. */
double screen_first_thread(const struct screen *screen);

#endif
