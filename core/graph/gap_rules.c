/* What must be, and what had better be, above what in a gap; see gaps.c. */
#include <stdlib.h>

#include "graph/gap.h"

static void add_rule(struct gap *gap, uint32_t before, uint32_t after, bool hard, bool share)
{
    if (before == NONE || after == NONE || before == after)
        return;
    if (gap->failed || !memory_reserve(&gap->rules, &gap->rule_capacity, gap->rule_count + 1,
                                       sizeof *gap->rules)) {
        gap->failed = true;
        return;
    }
    /* '+' above '+' would read as one line */
    int apart = share && gap->plan->options->ascii ? 1 : 0;
    gap->rules[gap->rule_count++] = (struct rule){before, after, apart, hard};
    if (hard)
        gap->items[after].hard++;
    else
        gap->items[after].soft++;
}

/* The item that ends the piece of line in the top column, that begins and ends the
 * one in the lane's column, that begins the one in the bottom column. NONE: the
 * piece goes on to the edge of the gap. */
static uint32_t top_end(const uint32_t items[ITEM_KINDS])
{
    return items[ITEM_UP];
}

static uint32_t lane_begin(const uint32_t items[ITEM_KINDS])
{
    return items[ITEM_UP_AGAIN] != NONE ? items[ITEM_UP_AGAIN] : items[ITEM_UP];
}

static uint32_t lane_end(const uint32_t items[ITEM_KINDS])
{
    return items[ITEM_DOWN];
}

static uint32_t bottom_begin(const uint32_t items[ITEM_KINDS])
{
    return items[ITEM_DOWN_AGAIN] != NONE ? items[ITEM_DOWN_AGAIN] : items[ITEM_DOWN];
}

static void own_rules(struct gap *gap, uint32_t place)
{
    const uint32_t *items = gap->item_of[place];
    uint32_t before = NONE;
    for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
        if (items[kind] == NONE)
            continue;
        bool jog = kind != ITEM_LABEL && before != NONE && gap->items[before].kind != ITEM_LABEL;
        add_rule(gap, before, items[kind], true, jog);
        before = items[kind];
    }
}

/* Hard rules between strands a and b: a's pieces of line and b's, and b's label. */
static void hard_rules(struct gap *gap, uint32_t a, uint32_t b)
{
    const struct strand *one = gap_strand(gap, a), *other = gap_strand(gap, b);
    const uint32_t *ones = gap->item_of[a], *others = gap->item_of[b];
    if (one->top_x == other->x)
        add_rule(gap, top_end(ones), lane_begin(others), true, true);
    bool leg = other->partner != NONE;
    if (!leg && one->x == other->bottom_x)
        add_rule(gap, lane_end(ones), bottom_begin(others), true, true);
    if (!leg && one->top_x == other->bottom_x)
        add_rule(gap, top_end(ones), bottom_begin(others), true, true);
    uint32_t label = others[ITEM_LABEL];
    if (label == NONE)
        return;
    int left = gap->items[label].left, right = gap->items[label].right + 1; /* and a space */
    if (left <= one->top_x && one->top_x <= right)
        add_rule(gap, top_end(ones), label, true, false);
    if (one->partner == NONE && left <= one->bottom_x && one->bottom_x <= right)
        add_rule(gap, label, bottom_begin(ones), true, false);
}

static bool overlap(const struct item *a, const struct item *b)
{
    return a->left <= b->right && b->left <= a->right;
}

/* Two tracks that need not cross: the one further ahead goes first. */
static void soft_track_rule(struct gap *gap, uint32_t a, uint32_t b)
{
    const struct item *one = &gap->items[a], *other = &gap->items[b];
    if (!overlap(one, other))
        return;
    bool one_leg = one->kind == ITEM_DOWN && gap_strand(gap, one->strand)->partner != NONE;
    bool other_leg = other->kind == ITEM_DOWN && gap_strand(gap, other->strand)->partner != NONE;
    if (one_leg && other_leg) {
        if (other->left <= one->left && one->right <= other->right)
            add_rule(gap, a, b, false, false);
        return;
    }
    if (one_leg || other_leg) {
        if (one_leg)
            add_rule(gap, a, b, false, false);
        return;
    }
    bool right = one->start < one->end, other_right = other->start < other->end;
    if (right != other_right)
        return;
    bool ahead = one->start > other->start && one->end > other->end;
    bool behind = one->start < other->start && one->end < other->end;
    if (right ? ahead : behind)
        add_rule(gap, a, b, false, false);
}

static void soft_rules(struct gap *gap)
{
    for (uint32_t a = 0; a < gap->item_count; a++)
        for (uint32_t b = 0; b < gap->item_count; b++) {
            const struct item *one = &gap->items[a], *other = &gap->items[b];
            if (one->strand == other->strand || one->kind == ITEM_LABEL ||
                other->kind == ITEM_LABEL)
                continue;
            bool up = one->kind < ITEM_LABEL, other_up = other->kind < ITEM_LABEL;
            if (up == other_up)
                soft_track_rule(gap, a, b);
            else if (up && overlap(one, other))
                add_rule(gap, a, b, false, false);
        }
}

static int compare_rules(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;
    if (a->before != b->before)
        return a->before < b->before ? -1 : 1;
    return a->after < b->after ? -1 : a->after > b->after;
}

static void sort_rules(struct gap *gap)
{
    free(gap->first_rule);
    gap->first_rule = memory_allocate((size_t)gap->item_count + 2, sizeof *gap->first_rule);
    if (!gap->first_rule)
        gap->failed = true;
    if (gap->failed)
        return;
    if (gap->rule_count)
        qsort(gap->rules, gap->rule_count, sizeof *gap->rules, compare_rules);
    for (size_t r = 0; r < gap->rule_count; r++)
        gap->first_rule[gap->rules[r].before + 1]++;
    for (uint32_t i = 0; i < gap->item_count; i++)
        gap->first_rule[i + 1] += gap->first_rule[i];
}

void gap_collect_rules(struct gap *gap)
{
    gap->rule_count = 0;
    for (uint32_t a = 0; a < gap->strand_count; a++)
        own_rules(gap, a);
    for (uint32_t a = 0; a < gap->strand_count; a++)
        for (uint32_t b = 0; b < gap->strand_count; b++)
            if (a != b)
                hard_rules(gap, a, b);
    soft_rules(gap);
    sort_rules(gap);
}
