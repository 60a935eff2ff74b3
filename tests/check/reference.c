#include "tests/check/reference.h"

#include <stdlib.h>
#include <string.h>

struct step {
    uint32_t from, to;
    const char *label; /* NULL: internal */
};

struct both {
    struct step *steps;
    size_t count;
    bool silently[REFERENCE_STATES][REFERENCE_STATES];    /* reached by internal steps */
    bool silently_on[REFERENCE_STATES][REFERENCE_STATES]; /* by one internal step or more */
};

static void take_over(struct both *both, const struct lts *lts, uint32_t shift)
{
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *transition = &lts->transitions[i];
        both->steps[both->count++] = (struct step){
            transition->from + shift, transition->to + shift,
            transition->label == LTS_INTERNAL ? NULL : lts->labels.names[transition->label]};
    }
}

static void close_silently(struct both *both, uint32_t states)
{
    for (size_t i = 0; i < both->count; i++)
        if (!both->steps[i].label)
            both->silently_on[both->steps[i].from][both->steps[i].to] = true;
    for (uint32_t middle = 0; middle < states; middle++)
        for (uint32_t from = 0; from < states; from++)
            for (uint32_t to = 0; both->silently_on[from][middle] && to < states; to++)
                if (both->silently_on[middle][to])
                    both->silently_on[from][to] = true;
    memcpy(both->silently, both->silently_on, sizeof both->silently);
    for (uint32_t i = 0; i < states; i++)
        both->silently[i][i] = true;
}

static bool same_label(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* Can `other` answer the step, given what is still related? */
static bool answered(const struct reference *reference, const struct both *both,
                     enum equivalence equivalence, const struct step *step, uint32_t other)
{
    bool strong = equivalence == EQUIVALENCE_STRONG, weak = equivalence == EQUIVALENCE_WEAK;
    if (!step->label && !strong) {
        if (reference->related[step->to][other])
            return true;
        for (uint32_t after = 0; weak && after < reference->states; after++)
            if (both->silently[other][after] && reference->related[step->to][after])
                return true;
    }
    for (size_t i = 0; i < both->count; i++) {
        const struct step *answer = &both->steps[i];
        if (!same_label(step->label, answer->label) ||
            !(strong ? answer->from == other : both->silently[other][answer->from]))
            continue;
        if (!weak && reference->related[step->from][answer->from] &&
            reference->related[step->to][answer->to])
            return true;
        for (uint32_t after = 0; weak && after < reference->states; after++)
            if (both->silently[answer->to][after] && reference->related[step->to][after])
                return true;
    }
    return false;
}

/* Every way of taking internal steps for ever from the state gets to one that is related to
 * something the other gets to by an internal step or more. (That all of them be related
 * to the other itself looks simpler but is not monotone: no greatest fixed point.) */
static bool diverges_alike(const struct reference *reference, const struct both *both,
                           uint32_t state, uint32_t other)
{
    bool alone[REFERENCE_STATES]; /* goes on for ever and never gets there */
    for (uint32_t i = 0; i < reference->states; i++) {
        alone[i] = true;
        for (uint32_t on = 0; on < reference->states; on++)
            if (both->silently_on[other][on] && reference->related[i][on])
                alone[i] = false;
    }
    for (bool changed = true; changed;) {
        bool goes_on[REFERENCE_STATES] = {false};
        for (size_t i = 0; i < both->count; i++)
            if (!both->steps[i].label && alone[both->steps[i].to])
                goes_on[both->steps[i].from] = true;
        changed = false;
        for (uint32_t i = 0; i < reference->states; i++)
            if (alone[i] && !goes_on[i]) {
                alone[i] = false;
                changed = true;
            }
    }
    return !alone[state];
}

static bool strike_out(struct reference *reference, uint32_t one, uint32_t other)
{
    reference->related[one][other] = reference->related[other][one] = false;
    return true;
}

static bool strike_divergent(struct reference *reference, const struct both *both)
{
    bool changed = false;
    for (uint32_t state = 0; state < reference->states; state++) {
        bool diverges = false;
        for (uint32_t on = 0; on < reference->states; on++)
            if (both->silently[state][on] && both->silently_on[on][on])
                diverges = true;
        for (uint32_t other = 0; diverges && other < reference->states; other++)
            if (reference->related[state][other] && !diverges_alike(reference, both, state, other))
                changed = strike_out(reference, state, other);
    }
    return changed;
}

void reference_relate(struct reference *reference, enum equivalence equivalence,
                      const struct lts *left, const struct lts *right)
{
    struct both *both = calloc(1, sizeof *both);
    both->steps = calloc(left->transition_count + right->transition_count + 1, sizeof *both->steps);
    reference->shift = left->state_count;
    reference->states = left->state_count + right->state_count;
    if (reference->states > REFERENCE_STATES || equivalence == EQUIVALENCE_TRACE ||
        equivalence == EQUIVALENCE_WEAK_TRACE)
        abort();
    take_over(both, left, 0);
    take_over(both, right, left->state_count);
    close_silently(both, reference->states);
    for (uint32_t i = 0; i < reference->states; i++)
        for (uint32_t j = 0; j < reference->states; j++)
            reference->related[i][j] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < both->count; i++)
            for (uint32_t other = 0; other < reference->states; other++)
                if (reference->related[both->steps[i].from][other] &&
                    !answered(reference, both, equivalence, &both->steps[i], other))
                    changed = strike_out(reference, both->steps[i].from, other);
        if (!changed && equivalence == EQUIVALENCE_DIVERGENCE)
            changed = strike_divergent(reference, both);
    }
    free(both->steps);
    free(both);
}

void reference_find(struct reference *reference, const struct lts *left, const struct lts *right)
{
    reference_relate(reference, EQUIVALENCE_BRANCHING, left, right);
}

/* ---------------------------------------------------------------- traces */

/* Sets of states as bits. */
static uint64_t silently(const struct lts *lts, uint64_t set)
{
    for (uint64_t before = 0; before != set;) {
        before = set;
        for (size_t i = 0; i < lts->transition_count; i++)
            if (lts->transitions[i].label == LTS_INTERNAL && set >> lts->transitions[i].from & 1)
                set |= (uint64_t)1 << lts->transitions[i].to;
    }
    return set;
}

static uint64_t after(const struct lts *lts, uint64_t set, const char *label)
{
    uint64_t next = 0;
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        const char *name = step->label == LTS_INTERNAL ? NULL : lts->labels.names[step->label];
        if (set >> step->from & 1 && same_label(name, label))
            next |= (uint64_t)1 << step->to;
    }
    return next;
}

struct set_pair {
    uint64_t sets[2];
};

/* Both sides do the same trace in step; each has to be able to do what the other can. */
static bool same_traces(const struct lts *sides[2], bool visible)
{
    struct set_pair *pairs = malloc(sizeof *pairs);
    size_t count = 1;
    bool same = true;
    for (int side = 0; side < 2; side++) {
        pairs->sets[side] = (uint64_t)1 << sides[side]->initial;
        if (visible)
            pairs->sets[side] = silently(sides[side], pairs->sets[side]);
    }
    for (size_t k = 0; same && k < count; k++)
        for (int side = 0; side < 2; side++)
            for (uint32_t label = visible; same && label < sides[side]->labels.count; label++) {
                const char *name = label == LTS_INTERNAL ? NULL : sides[side]->labels.names[label];
                struct set_pair next;
                for (int i = 0; i < 2; i++) {
                    next.sets[i] = after(sides[i], pairs[k].sets[i], name);
                    if (visible)
                        next.sets[i] = silently(sides[i], next.sets[i]);
                }
                same = !next.sets[0] == !next.sets[1];
                size_t known = 0;
                while (known < count && memcmp(&pairs[known], &next, sizeof next) != 0)
                    known++;
                if (!next.sets[0] || known < count)
                    continue;
                pairs = realloc(pairs, (count + 1) * sizeof *pairs);
                pairs[count++] = next;
            }
    free(pairs);
    return same;
}

bool reference_holds(enum equivalence equivalence, const struct lts *left, const struct lts *right)
{
    if (equivalence == EQUIVALENCE_TRACE || equivalence == EQUIVALENCE_WEAK_TRACE) {
        if (left->state_count > 64 || right->state_count > 64)
            abort();
        return same_traces((const struct lts *[2]){left, right},
                           equivalence == EQUIVALENCE_WEAK_TRACE);
    }
    struct reference *reference = malloc(sizeof *reference);
    reference_relate(reference, equivalence, left, right);
    bool equivalent = reference->related[left->initial][reference->shift + right->initial];
    free(reference);
    return equivalent;
}

bool reference_equivalent(const struct lts *left, const struct lts *right)
{
    return reference_holds(EQUIVALENCE_BRANCHING, left, right);
}
