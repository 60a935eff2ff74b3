/*
 * The Check view's page: sections that open and close, and in them lines to go to. Views
 * of it are drawn from the lines alone, which own all they show.
 *
 *   check.c           the view: moving, what Enter does
 *   check_draw.c      drawing
 *   check_page.c      lines, and what is open
 *   check_reason.c    verdict, extra and missing behaviour, the rounds, the formula
 *   check_coverage.c  what was never seen, and tests that would show it
 *   check_found.c     the instances that did what is extra
 *   check_play.c      playing it oneself
 *   check_sides.c     where both sides are at a line, side by side
 *   check_test.c      a test to write, to the clipboard or a file
 */
#ifndef VIEWS_CHECK_PRIVATE_H
#define VIEWS_CHECK_PRIVATE_H

#include "check/coverage.h"
#include "views/explorer.h"
#include "views/graphs/graph_counts.h"
#include "views/check/play.h"

enum section {
    SECTION_VERDICT,
    SECTION_EXTRA,
    SECTION_MISSING,
    SECTION_ROUNDS,
    SECTION_PLAY,
    SECTION_FORMULA,
    SECTION_COVERAGE,
    SECTIONS
};

/* What Enter does on a line. */
enum line_act {
    ACT_GRAPHS,    /* to the graphs, where the line is */
    ACT_SECTION,   /* its heading: open or close it */
    ACT_FOLD,      /* the same of the lines below; `number` tells the fold */
    ACT_INSTANCES, /* list those that did it */
    ACT_EVENTS,
    ACT_PLAY,   /* begin it */
    ACT_ANSWER, /* in the play: this move; `number`: which */
    ACT_TEST    /* copy it; `number`: of which run of the coverage */
};

struct page_line {
    enum section section;
    enum line_act act;
    uint32_t number;
    enum role role;
    int indent;
    char *text;      /* wrapped where it is wider than the view */
    char *detail;    /* at the right end, if there is room; NULL: none */
    char *places[2]; /* the state of each side there; NULL: none */
    int rows;        /* as wrapped for the page's width */
};

struct check_page {
    struct page_line *lines;
    size_t count, capacity;
    int width; /* that the rows are of; 0: none yet */
};

void page_clear(struct check_page *page);
/* Takes the text over, empties it, and answers the line, which is valid until the next one is
 * added; NULL: memory is out. */
struct page_line *page_add(struct check_page *page, enum section section, enum role role,
                           int indent, struct text *text);
struct page_line *page_say(struct check_page *page, enum section section, enum role role,
                           int indent, const char *words);
/* A line for each line of the text, which is emptied; what it is indented by counts. Answers the
 * first. */
struct page_line *page_add_lines(struct check_page *page, enum section section, struct text *text);
/* At this line the sides are in these states; SYMBOL_NONE: unknown. Before initialisation there
 * is no place. `line` may be NULL. */
void page_place(struct page_line *line, const struct lts *const sides[2], uint32_t left,
                uint32_t right);

/* What the store says of who did what is extra. */
struct found {
    char *name; /* NULL: nothing was asked */
    uint64_t content, version, generation;
    char **identifiers;
    size_t count;
    bool known;
};

/* What the model has shown of the specification. */
struct covered {
    char *name; /* NULL: nothing was asked */
    uint64_t content, generation;
    struct snapshot *snapshot; /* of which it was asked, where there is no model */
    bool known;
    spex_error error; /* status SPEX_OK: the rest holds */
    struct lts specification;
    struct coverage coverage;
    struct path *runs;
    size_t run_count, left;
};

struct check_view {
    struct explorer *explorer; /* NULL: never shown yet */
    char *name;                /* what the sections were opened for */
    uint64_t content;
    unsigned reasons; /* bit 1 << section: there was one when they were */
    bool open[SECTIONS];
    uint32_t *unfolded; /* section << 24 | number */
    size_t unfolded_count, unfolded_capacity;
    struct check_page page;
    size_t cursor;
    int top;     /* the first row that shows, of all rows */
    bool reveal; /* the cursor's line was just opened: what it holds is to show */
    struct area shown;
    struct found found;
    struct covered covered;
    struct play *play; /* NULL: none is on */
    struct counts_query query;
    struct graph_counts *counts; /* NULL: none yet */
};

/* A line for what opens and closes; answers whether it is open. */
bool page_section(struct check_view *view, enum section section, const char *title,
                  const char *detail);
bool page_fold(struct check_view *view, enum section section, uint32_t number, int indent,
               struct text *title);
/* Makes all lines anew. */
void check_make_page(struct check_view *view);

/* ---- check_draw.c */
void check_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area);
/* The line of the cursor; NULL: there is none. */
struct page_line *check_line(struct check_view *view);
/* How many rows a line takes, with a blank one between what is open and the next heading;
 * which row it begins in. As last drawn. */
int check_rows(const struct check_page *page, size_t line);
int check_first_row(const struct check_page *page, size_t line);

/* ---- check_reason.c */
/* The check that says something; NULL: none yet. */
const struct check *check_told(const struct summary *summary);
/* The trace that only this side has; NULL: none. */
const struct explanation *check_trace(const struct check *check, enum side side);
void check_add_verdict(struct check_view *view, const struct summary *summary);
void check_add_reasons(struct check_view *view, const struct check *check);
void check_add_formula(struct check_view *view, const struct check *check);

/* ---- check_coverage.c */
void check_ask_coverage(struct check_view *view, const struct summary *summary);
void check_add_coverage(struct check_view *view, const struct summary *summary);
void covered_release(struct covered *covered);

/* ---- check_found.c */
void check_ask_found(struct check_view *view, const struct summary *summary);
/* Below the trace that is extra. */
void check_add_found(struct check_view *view);
/* Lists them. */
void check_open_found(struct check_view *view);
void found_release(struct found *found);

/* ---- check_play.c */
void check_add_play(struct check_view *view, const struct check *check);
/* Begins, or begins again. */
void check_play(struct check_view *view);
void check_play_choose(struct check_view *view, uint32_t choice);
void check_play_take_back(struct check_view *view);
void check_play_give_up(struct check_view *view);
void check_play_close(struct check_view *view);

/* ---- check_sides.c */
/* Rows that it takes; 0: there is nothing to show. */
int check_sides_height(const struct check *check, const struct page_line *line);
void check_draw_sides(const struct check *check, const struct page_line *line,
                      struct canvas *canvas, struct area area);

/* ---- check_test.c */
/* Asks how, and copies the run or writes it to a file. */
struct test_run;
void check_offer_test(struct explorer *explorer, const struct test_run *run);

#endif
