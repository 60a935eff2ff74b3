/* One gap between two ranks while its rows are sought; see gaps.c. */
#ifndef GRAPH_GAP_H
#define GRAPH_GAP_H

#include "graph/plan.h"

enum item_kind { ITEM_UP, ITEM_UP_AGAIN, ITEM_LABEL, ITEM_DOWN, ITEM_DOWN_AGAIN, ITEM_KINDS };

struct item {
    enum item_kind kind;
    uint32_t strand;
    int start, end;  /* columns a track comes from and goes to */
    int left, right; /* columns covered */
    int height;
    int earliest, clearance; /* rows kept free above (arrowheads), and below */
    int row;                 /* -1: not yet */
    uint32_t hard, soft;     /* rules that still hold it back */
};

struct rule {
    uint32_t before, after;
    int apart; /* rows between */
    bool hard;
};

struct gap {
    struct plan *plan;
    uint32_t number;
    const uint32_t *strands; /* numbers of the strands of this gap */
    uint32_t strand_count;
    struct item *items;
    uint32_t item_count;
    size_t item_capacity;
    uint32_t (*item_of)[ITEM_KINDS]; /* strand (place in `strands`) -> item; NONE */
    struct rule *rules;              /* by the item before */
    size_t rule_count, rule_capacity;
    size_t *first_rule; /* item i: rules[first_rule[i] .. first_rule[i + 1] - 1] */
    bool failed;
};

static inline struct strand *gap_strand(const struct gap *gap, uint32_t place)
{
    return &gap->plan->strands[gap->strands[place]];
}

/* Fills in rules and first_rule from the items; sets failed when memory is out. */
void gap_collect_rules(struct gap *gap);

#endif
