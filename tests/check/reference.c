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
    bool silently[REFERENCE_STATES][REFERENCE_STATES]; /* reached by internal steps */
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
    for (uint32_t i = 0; i < states; i++)
        both->silently[i][i] = true;
    for (size_t i = 0; i < both->count; i++)
        if (!both->steps[i].label)
            both->silently[both->steps[i].from][both->steps[i].to] = true;
    for (uint32_t middle = 0; middle < states; middle++)
        for (uint32_t from = 0; from < states; from++)
            for (uint32_t to = 0; both->silently[from][middle] && to < states; to++)
                if (both->silently[middle][to])
                    both->silently[from][to] = true;
}

static bool same_label(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* Can `other` answer the step, given what is still related? */
static bool answered(const struct reference *reference, const struct both *both,
                     const struct step *step, uint32_t other)
{
    if (!step->label && reference->related[step->to][other])
        return true;
    for (size_t i = 0; i < both->count; i++) {
        const struct step *answer = &both->steps[i];
        if (both->silently[other][answer->from] && same_label(step->label, answer->label) &&
            reference->related[step->from][answer->from] &&
            reference->related[step->to][answer->to])
            return true;
    }
    return false;
}

void reference_find(struct reference *reference, const struct lts *left, const struct lts *right)
{
    struct both *both = calloc(1, sizeof *both);
    both->steps = calloc(left->transition_count + right->transition_count + 1, sizeof *both->steps);
    reference->shift = left->state_count;
    reference->states = left->state_count + right->state_count;
    if (reference->states > REFERENCE_STATES)
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
            for (uint32_t other = 0; other < reference->states; other++) {
                uint32_t state = both->steps[i].from;
                if (!reference->related[state][other] ||
                    answered(reference, both, &both->steps[i], other))
                    continue;
                reference->related[state][other] = reference->related[other][state] = false;
                changed = true;
            }
    }
    free(both->steps);
    free(both);
}

bool reference_equivalent(const struct lts *left, const struct lts *right)
{
    struct reference *reference = malloc(sizeof *reference);
    reference_find(reference, left, right);
    bool equivalent = reference->related[left->initial][reference->shift + right->initial];
    free(reference);
    return equivalent;
}
