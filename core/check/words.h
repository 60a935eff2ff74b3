/* The pieces that explanations in words are put together from. */
#ifndef CHECK_WORDS_H
#define CHECK_WORDS_H

#include "base/text.h"
#include "check/explanation.h"

/* Longer lists are cut in the middle, or at the end. */
enum { FIRST_STEPS = 14, LAST_STEPS = 6, MOST_NAMES = 12, INLINE_STEPS = 8 };

struct printer {
    struct text *text;
    const struct explanation *explanation;
    const struct lts *sides[2];
    const char *names[2];
    bool internal_counts; /* an internal step is a step like any other */
    bool unicode;         /* arrows that are more than ASCII */
};

static inline enum side other_side(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

/* "the specification", but file names as they are. */
void print_side(struct printer *printer, enum side side, bool first);
void print_state(struct printer *printer, enum side side, uint32_t state);
void print_arrow(struct printer *printer);
void print_quoted_state(struct printer *printer, enum side side, uint32_t state);
/* "pay", with quotes around it if so asked; "an internal step" without. */
void print_action(struct printer *printer, enum side side, uint32_t label, bool quoted);
/* The step at `begin`, or the run of internal ones; answers how many steps that was. */
size_t print_step(struct printer *printer, enum side side, const struct path *path, size_t begin);
/* The first `count` steps, a line each, numbered; internal ones in a row as one. */
void print_steps(struct printer *printer, enum side side, const struct path *path, size_t count);
/* All on one line: "a -> s, (internally) -> t". */
void print_path(struct printer *printer, enum side side, const struct path *path);
void print_offered(struct printer *printer, enum side side, const uint32_t *offered, size_t count);
/* `start in "basket", do pay, ship`: the actions of the first `count` steps, or the last few
 * of them. False where there are none. */
bool print_actions(struct printer *printer, enum side side, const struct path *path, size_t count,
                   const char *verb);
uint32_t path_end(const struct printer *printer, enum side side, const struct path *path);

/* ---- EXPLANATION_TRACE; printer->explanation is it, or what `also` is */
/* What it is about; its last step; where the other side is then; what to test. */
void print_trace_title(struct printer *printer, bool besides);
void print_trace_end(struct printer *printer);
void print_trace_other(struct printer *printer);
/* Of behaviour that the specification has alone, else nothing. */
void print_trace_test(struct printer *printer);

/* ---- EXPLANATION_CHOICE */
void print_choice(struct printer *printer);
/* What differs; how it begins, false: at once; the attack; the best answer, or that there is
 * none. */
void print_choice_title(struct printer *printer);
bool print_choice_start(struct printer *printer);
void print_attack(struct printer *printer, const struct round *round);
void print_reply(struct printer *printer, const struct round *round);
/* What is not told of a play that is not told to its end, else nothing. */
void print_choice_rest(struct printer *printer);
/* "a -> s, (internally) -> t", or that it stays in its state. */
void print_move(struct printer *printer, enum side side, uint32_t state, const struct path *path,
                const struct path *cycle);

/* ---- any */
/* All of it. */
void print_explanation(struct printer *printer);
/* In words and as a formula; there must be one. */
void print_formula(struct printer *printer);
/* What still holds; nothing if that is not known, or was said before. */
void print_holding(struct printer *printer);

#endif
