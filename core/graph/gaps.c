/*
 * Rows: in each gap between two ranks every change of column and every label gets
 * its row. Columns are fixed by now, so what must be above what is known:
 *
 *   - where one edge leaves a column (coming from above) and another enters it, the
 *     first must be through before the second begins;
 *   - a label is below the jog of every edge that starts within its columns, and
 *     above the jog of every edge that ends there.
 *
 * These rules are hard. Soft ones only save crossings. Hard rules contradict each
 * other where edges swap columns; then one takes a detour over a free column.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/gap.h"

/* -------------------------------------------------------------------- items */

static uint32_t add_item(struct gap *gap, enum item_kind kind, uint32_t place, int start, int end)
{
    if (gap->failed || !memory_reserve(&gap->items, &gap->item_capacity,
                                       (size_t)gap->item_count + 1, sizeof *gap->items)) {
        gap->failed = true;
        return NONE;
    }
    gap->items[gap->item_count] = (struct item){.kind = kind,
                                                .strand = place,
                                                .start = start,
                                                .end = end,
                                                .left = start < end ? start : end,
                                                .right = start < end ? end : start,
                                                .height = 1,
                                                .row = -1};
    gap->item_of[place][kind] = gap->item_count;
    return gap->item_count++;
}

static void add_jog(struct gap *gap, enum item_kind kind, uint32_t place, int from, int to,
                    const struct jog *jog)
{
    if (from == to)
        return;
    if (jog->second < 0) {
        add_item(gap, kind, place, from, to);
        return;
    }
    add_item(gap, kind, place, from, jog->via);
    add_item(gap, kind + 1, place, jog->via, to);
}

static uint32_t place_of(const struct gap *gap, uint32_t strand)
{
    uint32_t low = 0, high = gap->strand_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (gap->strands[middle] < strand)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void collect_items(struct gap *gap)
{
    gap->item_count = 0;
    for (uint32_t i = 0; i < gap->strand_count; i++)
        for (int kind = 0; kind < ITEM_KINDS; kind++)
            gap->item_of[i][kind] = NONE;
    for (uint32_t i = 0; i < gap->strand_count; i++) {
        const struct strand *strand = gap_strand(gap, i);
        add_jog(gap, ITEM_UP, i, strand->top_x, strand->x, &strand->up);
        if (strand->labelled) {
            const struct caption *caption = &gap->plan->edges[strand->edge].caption;
            uint32_t label = add_item(gap, ITEM_LABEL, i, strand->x, strand->x + caption->width);
            if (label != NONE)
                gap->items[label].height = caption->height;
        }
        if (strand->partner == NONE)
            add_jog(gap, ITEM_DOWN, i, strand->x, strand->bottom_x, &strand->down);
        else if (gap->strands[i] < strand->partner)
            add_item(gap, ITEM_DOWN, i, strand->x, gap->plan->strands[strand->partner].x);
    }
    for (uint32_t i = 0; !gap->failed && i < gap->strand_count; i++) {
        const struct strand *strand = gap_strand(gap, i);
        if (strand->partner != NONE && gap->strands[i] > strand->partner)
            gap->item_of[i][ITEM_DOWN] = gap->item_of[place_of(gap, strand->partner)][ITEM_DOWN];
    }
}

/* Rows next to the boxes that arrowheads need. */
static void keep_clear(struct gap *gap)
{
    for (uint32_t i = 0; i < gap->item_count; i++) {
        struct item *item = &gap->items[i];
        for (uint32_t s = 0; s < gap->strand_count; s++) {
            const struct strand *strand = gap_strand(gap, s);
            bool own = s == item->strand || strand->partner == gap->strands[item->strand];
            if (strand->arrow_top &&
                (own || (item->left <= strand->top_x + 1 && strand->top_x - 1 <= item->right)))
                item->earliest = 1;
            if (strand->arrow_bottom && (own || (item->left <= strand->bottom_x + 1 &&
                                                 strand->bottom_x - 1 <= item->right)))
                item->clearance = 1;
        }
    }
}

/* --------------------------------------------------------------------- rows */

static bool collides(const struct gap *gap, const struct item *item, int row)
{
    for (uint32_t i = 0; i < gap->item_count; i++) {
        const struct item *other = &gap->items[i];
        if (other->row >= 0 && other->row < row + item->height &&
            row < other->row + other->height && item->left <= other->right + 1 &&
            other->left <= item->right + 1)
            return true;
    }
    return false;
}

/* The item to place next: nothing hard holds it back, and as little as possible. */
static uint32_t next_item(const struct gap *gap)
{
    uint32_t best = NONE;
    for (uint32_t i = 0; i < gap->item_count; i++) {
        const struct item *item = &gap->items[i];
        if (item->row >= 0 || item->hard)
            continue;
        if (best == NONE || item->soft < gap->items[best].soft ||
            (item->soft == gap->items[best].soft && item->earliest < gap->items[best].earliest))
            best = i;
    }
    return best;
}

static void settle(struct gap *gap, uint32_t number)
{
    struct item *item = &gap->items[number];
    int row = item->earliest;
    while (collides(gap, item, row))
        row++;
    item->row = row;
    for (size_t r = gap->first_rule[number]; r < gap->first_rule[number + 1]; r++) {
        const struct rule *rule = &gap->rules[r];
        struct item *after = &gap->items[rule->after];
        int least = row + item->height + rule->apart;
        if (rule->hard)
            after->hard--;
        else
            after->soft--;
        if (after->row < 0 && after->earliest < least)
            after->earliest = least;
    }
}

/* Of the items that wait for each other in a circle, one. */
static uint32_t in_circle(const struct gap *gap)
{
    uint32_t at = NONE;
    for (uint32_t i = 0; i < gap->item_count && at == NONE; i++)
        if (gap->items[i].row < 0)
            at = i;
    for (uint32_t steps = 0; at != NONE && steps <= gap->item_count; steps++)
        for (size_t r = 0; r < gap->rule_count; r++) {
            const struct rule *rule = &gap->rules[r];
            if (rule->hard && rule->after == at && gap->items[rule->before].row < 0) {
                at = rule->before;
                break;
            }
        }
    return at;
}

static bool column_used(const struct gap *gap, int column)
{
    for (uint32_t i = 0; i < gap->strand_count; i++) {
        const struct strand *strand = gap_strand(gap, i);
        int end = strand->x;
        if (strand->labelled)
            end += gap->plan->edges[strand->edge].caption.width + 1;
        if (column == strand->top_x || (strand->x <= column && column <= end) ||
            (strand->partner == NONE && column == strand->bottom_x) ||
            (strand->up.second >= 0 && column == strand->up.via) ||
            (strand->down.second >= 0 && column == strand->down.via))
            return true;
    }
    return false;
}

static int free_column(struct gap *gap, int near)
{
    for (int away = 1; away < gap->plan->width; away++) {
        if (near - away >= 0 && !column_used(gap, near - away))
            return near - away;
        if (near + away < gap->plan->width && !column_used(gap, near + away))
            return near + away;
    }
    int column = gap->plan->width + 1;
    while (column_used(gap, column))
        column++;
    return column;
}

static bool detour(struct gap *gap)
{
    uint32_t number = in_circle(gap);
    if (number == NONE)
        return false;
    const struct item *item = &gap->items[number];
    struct strand *strand = gap_strand(gap, item->strand);
    struct jog *jog = item->kind == ITEM_UP ? &strand->up : &strand->down;
    if ((item->kind != ITEM_UP && item->kind != ITEM_DOWN) || jog->second >= 0 ||
        (item->kind == ITEM_DOWN && strand->partner != NONE))
        return false;
    jog->via = free_column(gap, item->start);
    jog->second = 0;
    if (jog->via + 1 > gap->plan->width)
        gap->plan->width = jog->via + 1;
    return true;
}

static int row_of(const struct gap *gap, uint32_t place, enum item_kind kind)
{
    uint32_t item = gap->item_of[place][kind];
    return item == NONE ? -1 : gap->items[item].row;
}

static void take_rows(struct gap *gap)
{
    int height = gap->number + 1 < gap->plan->rank_count ? 1 : 0;
    for (uint32_t i = 0; i < gap->item_count; i++) {
        const struct item *item = &gap->items[i];
        int end = item->row + item->height + item->clearance;
        height = end > height ? end : height;
    }
    gap->plan->gap_height[gap->number] = height;
    for (uint32_t i = 0; i < gap->strand_count; i++) {
        struct strand *strand = gap_strand(gap, i);
        strand->up.first = row_of(gap, i, ITEM_UP);
        strand->up.second = row_of(gap, i, ITEM_UP_AGAIN);
        strand->label_row = row_of(gap, i, ITEM_LABEL);
        strand->down.first = row_of(gap, i, ITEM_DOWN);
        strand->down.second = row_of(gap, i, ITEM_DOWN_AGAIN);
    }
}

/* True: every item has its row. */
static bool settle_all(struct gap *gap)
{
    collect_items(gap);
    if (gap->failed)
        return false;
    keep_clear(gap);
    gap_collect_rules(gap);
    uint32_t settled = 0;
    for (uint32_t next; !gap->failed && (next = next_item(gap)) != NONE; settled++)
        settle(gap, next);
    return !gap->failed && settled == gap->item_count;
}

static int plan_gap(struct gap *gap, spex_error *error)
{
    gap->item_of = memory_allocate(gap->strand_count, sizeof *gap->item_of);
    gap->failed = !gap->item_of;
    int status = SPEX_OK;
    while (!gap->failed && !status && !settle_all(gap))
        if (!gap->failed && !detour(gap))
            status = error_set(error, SPEX_ERROR_INTERNAL,
                               "no rows for the lines below rank %" PRIu32, gap->number);
    if (gap->failed)
        status = error_memory(error);
    if (!status)
        take_rows(gap);
    free(gap->items);
    free(gap->item_of);
    free(gap->rules);
    free(gap->first_rule);
    return status;
}

static void take_columns(struct plan *plan, struct strand *strand)
{
    const struct plan_link *upper = &plan->links[strand->upper];
    const struct plan_node *above = &plan->nodes[upper->upper];
    strand->x = plan->nodes[strand->lane].x;
    strand->top_x = above->kind == NODE_BOX ? above->x + upper->port : above->x;
    strand->bottom_x = strand->x;
    strand->up = strand->down = (struct jog){-1, -1, 0};
    if (strand->lower == NONE)
        return;
    const struct plan_link *lower = &plan->links[strand->lower];
    const struct plan_node *below = &plan->nodes[lower->lower];
    strand->bottom_x = below->kind == NODE_BOX ? below->x + lower->port : below->x;
}

int plan_gaps(struct plan *plan, spex_error *error)
{
    uint32_t *numbers = memory_allocate(plan->strand_count, sizeof *numbers);
    if (!numbers)
        return error_memory(error);
    for (uint32_t i = 0; i < plan->strand_count; i++)
        take_columns(plan, &plan->strands[i]);
    int status = SPEX_OK;
    for (uint32_t g = 0; !status && g < plan->rank_count; g++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < plan->strand_count; i++)
            if (plan->strands[i].gap == g)
                numbers[count++] = i;
        struct gap gap = {.plan = plan, .number = g, .strands = numbers, .strand_count = count};
        status = plan_gap(&gap, error);
    }
    free(numbers);
    return status;
}
