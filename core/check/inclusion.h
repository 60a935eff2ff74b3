/*
 * Are the traces of one class among those of another? One side is followed class by class,
 * the other by the set of all classes it may be in: "whatever this class does from here on,
 * one of that set can do too". A pair whose class is in its set holds, and so does one that
 * follows from a pair with the same class and a smaller set; the sets' moves are made once,
 * when first needed. Pairs are looked at in the order of the shortest trace that may begin
 * with them and that only the one side has, so that the first such trace is a shortest.
 *
 * With levels to guide it, the search knows more of how long that is: two classes that part at
 * a level have the same traces below that length. Pairs that could only end a longer trace than
 * there is are never looked at, which may be all but a few in a hundred.
 */
#ifndef CHECK_INCLUSION_H
#define CHECK_INCLUSION_H

#include "check/graph.h"
#include "check/levels.h"
#include "check/sequences.h"

#define NO_PAIR UINT32_MAX

struct inclusion_question {
    uint32_t one, other; /* the classes that the two sides begin in */
    uint32_t ending;     /* a label that only ends a trace, SYMBOL_NONE: none; ... */
    bool ended;          /* ... and whether it counts, or is as if it were not there */
    size_t most_work;    /* classes and edges to look at; beyond that it stays undecided */
};

enum inclusion_answer { INCLUDED, NOT_INCLUDED, INCLUSION_UNDECIDED };

/* How a pair of a class and a set was come by. */
struct inclusion_pair {
    uint32_t class, set;
    uint32_t parent; /* the pair before it, NO_PAIR: the first */
    uint32_t label;  /* of the edge from the parent's class; an internal one leaves the set */
    uint32_t length; /* in actions, so far */
    uint32_t least;  /* no trace through here that only one side has is shorter */
    bool seen;       /* it was looked at, with this length */
};

/* Pairs to be looked at. */
struct inclusion_entry {
    uint32_t pair, length;
    uint32_t next; /* with the same `least` */
};

struct inclusion {
    const struct graph *graph;
    struct sequences sets;  /* of classes, ascending, closed under internal steps */
    struct inclusion_span { /* moves[begin] up to moves[end] */
        size_t begin, end;
    } * spans; /* of each set */
    size_t span_capacity;
    uint64_t *moves; /* label and set, by label */
    size_t move_count, move_capacity;
    struct inclusion_pair *pairs; /* those to hold */
    uint32_t pair_count;
    size_t pair_capacity;
    struct sequences known; /* class and set of each pair */
    uint32_t *latest;       /* by class: its pair that was put last, NO_PAIR: none */
    uint32_t *earlier;      /* by pair: the one put before it with the same class */
    size_t earlier_capacity;
    struct inclusion_entry *entries;
    uint32_t entry_count;
    size_t entry_capacity;
    struct inclusion_bucket {
        uint32_t first, last;
    } * buckets; /* the entries, by `least` */
    uint32_t bucket_count;
    size_t bucket_capacity;
    const struct levels *levels; /* the guide; NULL: none */
    uint64_t *steps;             /* of a whole set */
    size_t step_capacity;
    uint32_t *members, *scratch; /* a set in the making */
    uint32_t member_count;
    uint32_t *seen; /* by class: the last set that it was put into */
    uint32_t round;
    const struct progress *progress;
    size_t most_work, work, reported;
    bool exceeded; /* it takes more than it may */
};

/* The graph must live as long. Release in any case. False when memory is out. */
bool inclusion_prepare(struct inclusion *inclusion, const struct graph *graph);
void inclusion_release(struct inclusion *inclusion);
/* NOT_INCLUDED: *last is the pair where the class has the edge and the set has no such move.
 * Errors: CANCELLED, MEMORY. */
int inclusion_find(struct inclusion *inclusion, const struct inclusion_question *question,
                   const struct progress *progress, enum inclusion_answer *answer, uint32_t *last,
                   uint64_t *edge, spex_error *error);

/* A set in the making, in `members`. False: the class is in it already. */
void inclusion_begin_set(struct inclusion *inclusion);
bool inclusion_add(struct inclusion *inclusion, uint32_t class);
/* Where a set gets with the label; false: nowhere. For sets of pairs that were looked at. */
bool inclusion_move(const struct inclusion *inclusion, uint32_t set, uint32_t label,
                    uint32_t *target);

#endif
