/* All that a class can be observed to do, in terms of the blocks of one level. */
#ifndef CHECK_OBSERVE_H
#define CHECK_OBSERVE_H

#include "check/levels.h"

/*
 * From the class: internal steps to `source`, a step with the label to `middle`, and for weak
 * bisimilarity internal steps on to `target`. `before` and `after` are the blocks of source
 * and target at the level at hand; for weak bisimilarity `before` is always 0.
 */
struct observation {
    uint32_t label, before, after;
    uint32_t distance; /* internal edges up to the source, and one for any behind the middle */
    uint32_t source, middle, target;
    bool stays; /* no step at the source: an internal step that is answered by none; for weak
                   bisimilarity the internal steps up to the source alone */
};

/* Observations, by label and outcome, of each outcome the nearest first. */
struct view {
    struct observation *observations;
    size_t count, capacity;
};

/* What is needed to look; one at a time. */
struct observer {
    const struct quotient *quotient;
    const struct levels *levels;
    bool weak;
    uint32_t *seen; /* by class: the search that saw it */
    uint32_t search;
    uint32_t *queue, *parent;
    struct observation *steps; /* weak: the visible steps of a view in the making */
    size_t step_capacity;
};

/* False when memory is out. */
bool observer_init(struct observer *observer, const struct quotient *quotient,
                   const struct levels *levels, bool weak);
void observer_release(struct observer *observer);
/* With `near` only what it does before it leaves its block. */
bool observe(struct observer *observer, uint32_t class, uint32_t level, bool near,
             struct view *view);

static inline bool same_outcome(const struct observation *one, const struct observation *other)
{
    return one->label == other->label && one->before == other->before && one->after == other->after;
}

/* The observations with this label: from *begin up to *end. */
void view_find(const struct view *view, uint32_t label, size_t *begin, size_t *end);
/* How many different outcomes they have. */
size_t view_count(const struct view *view, uint32_t label);

/* What `attacker` can be observed to do and the other cannot, and how many answers of
 * different outcome there are: the fewest there can be, then the fewest internal steps. */
struct attack {
    enum side attacker;
    struct observation observation;
    size_t answers;
};
/* False where neither has such an observation. */
bool find_attack(const struct view views[2], struct attack *best);

/* Where the attack and an answer to it differ again, the sooner the better for the
 * attacker: at their targets or, with *before, at their sources. The level is that at
 * which these part. */
uint32_t outcome_of(const struct observer *observer, const struct observation *attack,
                    const struct observation *answer, bool *before);

/* The shortest internal route between two classes. False when memory is out. */
bool route_internally(struct observer *observer, uint32_t from, uint32_t to, struct route *route);

#endif
