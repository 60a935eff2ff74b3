/*
 * A screen without a terminal: an explorer over a small project and store made in the
 * scratch directory, with a clock that stands still, keys pressed by name and the
 * canvas compared with a golden file.
 */
#ifndef TESTS_VIEWS_SCREEN_H
#define TESTS_VIEWS_SCREEN_H

#include "tests/suite.h"
#include "views/explorer.h"

/* The moment all of it happens: 2026-01-31 12:00:00 UTC. */
#define SCREEN_NOW INT64_C(1769860800000000)

struct screen {
    struct explorer *explorer;
    struct canvas canvas;
    struct project_options options;
};

/* Opens the explorer on specs/, models/ and store/ below `directory` (in the scratch
 * directory); what it reads at the start has been read when this returns. */
void screen_open(struct screen *screen, const char *directory, bool ascii);
void screen_close(struct screen *screen);
/* Presses the keys, names separated by blanks ("j j Enter C-l"), settling after each. */
void screen_keys(struct screen *screen, const char *keys);
/* Types the text, a character a key. */
void screen_type(struct screen *screen, const char *text);
/* Draws at that size and answers the lines; valid until the next call. */
const char *screen_text(struct screen *screen, int width, int height);
/* Compares with tests/golden/views/NAME-WxH.txt at the four sizes. With the variable
 * SPEX_GOLDEN=write the files are written instead. */
void screen_golden(struct screen *screen, const char *name);
/* At one size only. */
void screen_golden_at(struct screen *screen, const char *name, int width, int height);

/* The golden screens of a project after the keys. */
void screen_golden_of(const char *directory, bool ascii, const char *keys, const char *name);
/* Fails the test where 120x40 does not show, or shows, the text. */
void screen_expect(struct screen *screen, const char *part);
void screen_expect_none(struct screen *screen, const char *part);

/* Shows the instances this filter chooses. */
void screen_filter(struct screen *screen, const char *text);

/* Notices what changed in the project and store, as is done every second. */
void screen_look_again(struct screen *screen);
/* Lets another program do something to the screen's store, and notices. */
void screen_elsewhere(struct screen *screen, void (*call)(spex_manager *manager, int64_t at),
                      int64_t at);

/* The moving clock of everything here; microseconds. */
void screen_clock_set(int64_t now);

/* Makes the project and store all golden screens show. Answers its directory. */
const char *screen_project(void);
/* A copy of it for one test, so that writing does not change the golden ones. */
const char *screen_copy(const char *name);

#endif
