/*
 * A play: is there a difference? After a "no" the program shows that there is, and somebody
 * defends; after a "yes" somebody attacks, and the program always has an answer.
 */
#ifndef VIEWS_PLAY_H
#define VIEWS_PLAY_H

#include "check/game.h"
#include "check/reply.h"
#include "views/explorer.h"

enum play_state {
    PLAY_THINKING, /* the program's move is being found */
    PLAY_YOURS,    /* an answer or an attack is to be chosen */
    PLAY_DECIDED,  /* the last round has no answer, or there is nothing left to attack with */
    PLAY_OVER,     /* given up */
    PLAY_FAILED
};

struct play_turn {
    struct round round;
    size_t chosen;
    bool by_program; /* not by whoever plays: the beginning, and what was given up */
};

struct play {
    unsigned references;
    struct explorer *explorer;
    void (*moved)(void *context); /* something changed; not called once it is closed */
    void *context;
    char *name;
    uint64_t content;
    enum play_state state;
    bool equivalent; /* who plays attacks */
    spex_error error;
    struct lts sides[2];
    struct game *game;       /* a job's while the program is thinking, and so is: */
    struct replier *replier; /* of equivalent sides */
    struct play_turn *turns;
    size_t turn_count, turn_capacity;
    struct position now;
    struct round round; /* not equivalent: what the program does now, and what can be answered */
    size_t given_up_at; /* turns from here on are the program's; SIZE_MAX: none */
};

/* Steps of a state of one system, as indices of transitions. */
struct step_list {
    const struct lts *lts;
    const uint32_t *steps;
    size_t count;
};
enum { MOST_ORDERED = 64 /* steps of a state; more are left as they are */ };
/* The steps of `list` in the order in which `first` has their actions, what it has not behind. */
void step_list_order(const struct step_list *list, const struct step_list *first,
                     uint32_t ordered[MOST_ORDERED]);

/* NULL: memory is out. */
struct play *play_open(struct explorer *explorer, const struct check *check,
                       void (*moved)(void *context), void *context);
void play_close(struct play *play);
/* How many moves there are to choose from, and one of them. */
size_t play_choices(const struct play *play);
/* When the roles have turned: whose step it is, and which. */
const struct lts_transition *play_attack(const struct play *play, size_t choice, enum side *side);
/* These do nothing while the program is thinking. */
void play_choose(struct play *play, size_t choice);
bool play_can_take_back(const struct play *play);
bool play_take_back(struct play *play);
/* Sees how it ends. */
void play_give_up(struct play *play);
/* How many moves were made by whoever plays. */
size_t play_moves(const struct play *play);

#endif
