/*
 * What if: steps of an instance that are simulated, undone and done again, judged as the
 * manager would judge them; then kept, which records them, or dropped. Before that nothing
 * is written. There is one at a time; it stays while one looks at other things.
 *
 *   what_if.c       the steps, and what the keys do to them
 *   what_if_job.c   judging them, off the loop
 *   what_if_keep.c  recording them
 */
#ifndef VIEWS_WHAT_IF_H
#define VIEWS_WHAT_IF_H

#include "manager/simulation.h"
#include "views/explorer.h"
#include "views/screen/format.h"

struct what_if_base;

struct what_if {
    struct explorer *explorer;
    char *identifier, *specification;
    char *start;               /* the instance's state when it began; NULL: not initialised */
    uint64_t transitions;      /* and how many it had taken */
    int64_t since;             /* and since when it had been there */
    uint64_t generation;       /* grows with every change: what was asked before is of the past */
    struct what_if_base *base; /* what steps are judged by */
    struct simulated_step *steps;
    size_t count, capacity;
    size_t taken;                       /* those behind were undone */
    struct possible_states possible[2]; /* of the sides, after what is taken */
    bool known;                         /* they are of what is taken */
    bool keeping;                       /* on their way to the store */
    bool lost;        /* keeping found the instance elsewhere or gone: no step follows any more */
    spex_error error; /* why they cannot be judged */
};

/* Of the selected instance; NULL: nothing is simulated of it. */
struct what_if *what_if_shown(const struct explorer *explorer);
/* The state that the simulated steps lead to; NULL: not initialised. */
const char *what_if_state(const struct what_if *what_if);
/* The instance took steps of its own since, or is otherwise not what it was. */
bool what_if_overtaken(const struct what_if *what_if);
/* Says that the instance is gone of which something is simulated; false: it is not. */
bool what_if_tell_deleted(struct explorer *explorer);
void what_if_free(struct what_if *what_if);

/* Begins one; where there is one, offers to keep or drop it. */
void what_if_toggle(struct explorer *explorer);
/* One step more, in place of what was undone. */
void what_if_step(struct what_if *what_if, const char *action, const char *state);
/* Undoes, or does again, until so many are taken. */
void what_if_go(struct what_if *what_if, size_t taken);
/* Undo, redo, keep; what_if, which toggles. False: nothing of this. */
bool what_if_command(struct explorer *explorer, enum command command);
/* Asks before steps are lost; false: there is nothing to lose. */
bool what_if_leave(struct explorer *explorer);
void what_if_drop(struct explorer *explorer);

/* ---- what_if_job.c: what is not judged yet, and the possible states */
void what_if_judge(struct what_if *what_if);
/* The files may have changed: then all is judged again. */
void what_if_refresh(struct explorer *explorer);
void what_if_base_drop(struct what_if_base *base);
/* ---- what_if_keep.c: asks, then records what is taken, up to the first that is refused */
void what_if_keep(struct what_if *what_if);

/* ---- what_if_draw.c */
/* In place of what is known of the instance: two lines, or three. */
void what_if_draw_facts(const struct what_if *what_if, struct canvas *canvas, struct area area);
/* What is made of a step, as a line for people. */
struct verdict_words what_if_verdict(const struct what_if *what_if, size_t index);
void what_if_words(const struct what_if *what_if, size_t index, struct text *text);

#endif
