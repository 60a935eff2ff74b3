#include "check/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static int check_sound(const struct lts *lts, const char *which, spex_error *error)
{
    uint32_t states = lts->state_count, labels = lts->labels.count;
    bool sound = lts->initial < states;
    for (size_t i = 0; i < lts->transition_count; i++) { /* without a branch */
        const struct lts_transition *transition = &lts->transitions[i];
        sound &=
            (transition->from < states) & (transition->to < states) & (transition->label < labels);
    }
    if (!sound)
        return error_set(error, SPEX_ERROR_INTERNAL,
                         "the %s system names a state or a label that it does not have", which);
    return SPEX_OK;
}

static int match_labels(struct merged *merged, struct arena *arena, spex_error *error)
{
    const struct symbols *left = &merged->sides[LEFT]->labels;
    const struct symbols *right = &merged->sides[RIGHT]->labels;
    merged->labels[LEFT] = arena_take(arena, left->count, sizeof **merged->labels);
    merged->labels[RIGHT] = arena_take(arena, right->count, sizeof **merged->labels);
    if (!merged->labels[LEFT] || !merged->labels[RIGHT])
        return error_memory(error);
    uint32_t *labels = merged->labels[RIGHT], same = LTS_INTERNAL + 1;
    for (uint32_t i = 0; i < left->count; i++)
        merged->labels[LEFT][i] = i;
    while (same < left->count && same < right->count &&
           strcmp(left->names[same], right->names[same]) == 0)
        same++;
    if (same < right->count) /* most often they are all in the same order */
        symbols_match(left, right, labels);
    merged->label_count = left->count;
    for (uint32_t i = 0; i < right->count; i++)
        if (i < same)
            labels[i] = i;
        else if (labels[i] == SYMBOL_NONE)
            labels[i] = merged->label_count++;
    if (merged->equivalence == EQUIVALENCE_STRONG)
        merged->labels[LEFT][LTS_INTERNAL] = merged->labels[RIGHT][LTS_INTERNAL] =
            merged->label_count++;
    if (merged->equivalence == EQUIVALENCE_DIVERGENCE)
        merged->divergence = merged->label_count++;
    return SPEX_OK;
}

int merge(struct merged *merged, struct arena *arena, const struct lts *left,
          const struct lts *right, enum equivalence equivalence, spex_error *error)
{
    memset(merged, 0, sizeof *merged);
    merged->equivalence = equivalence;
    uint64_t states = (uint64_t)left->state_count + right->state_count;
    uint64_t transitions = (uint64_t)left->transition_count + right->transition_count;
    if (states >= UINT32_MAX - 2 || transitions >= UINT32_MAX)
        return error_set(error, SPEX_ERROR_MEMORY,
                         "the two systems are too large to compare: at most 4294967292 states and "
                         "as many transitions together");
    int status = check_sound(left, "left", error);
    if (!status)
        status = check_sound(right, "right", error);
    if (status)
        return status;
    merged->sides[LEFT] = left;
    merged->sides[RIGHT] = right;
    merged->shift[RIGHT] = left->state_count;
    merged->state_count = (uint32_t)states;
    for (int side = LEFT; side <= RIGHT; side++)
        merged->initial[side] = merged->shift[side] + merged->sides[side]->initial;
    return match_labels(merged, arena, error);
}

uint32_t *merge_own_labels(const struct merged *merged, enum side side)
{
    uint32_t *own = memory_resize(NULL, merged->label_count, sizeof *own);
    if (!own)
        return NULL;
    for (uint32_t i = 0; i < merged->label_count; i++)
        own[i] = SYMBOL_NONE;
    for (uint32_t i = 0; i < merged->sides[side]->labels.count; i++)
        own[merged->labels[side][i]] = i;
    return own;
}
