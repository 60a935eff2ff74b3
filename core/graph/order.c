/* The order of boxes and lanes in their layers: the layout's first, then sweeps that
 * are kept only where they save crossings. */
#include <stdlib.h>
#include <string.h>

#include "graph/plan.h"

enum { SWEEPS = 24, SWEEPS_LARGE = 4, LARGE = 4000, TRANSPOSE_ROUNDS = 8 };

struct ordering {
    struct plan *plan;
    /* neighbours of node v above: above[above_first[v] .. above_first[v + 1] - 1]; below alike;
     * flat: boxes of the same rank it has edges with */
    uint32_t *above, *above_first, *below, *below_first, *flat, *flat_first;
    uint32_t *best;   /* positions of the best order so far */
    double *centre;   /* node: where a sweep wants it */
    uint32_t *tree;   /* for counting: a Fenwick tree over the positions of a layer */
    uint32_t *others; /* positions at the other end, sorted */
};

static bool neighbours(struct ordering *ordering)
{
    struct plan *plan = ordering->plan;
    size_t nodes = (size_t)plan->node_count + 2, links = plan->link_count;
    size_t edges = plan->picture->edge_count;
    ordering->above_first = memory_allocate(nodes + 1, sizeof(uint32_t));
    ordering->below_first = memory_allocate(nodes + 1, sizeof(uint32_t));
    ordering->flat_first = memory_allocate(nodes + 1, sizeof(uint32_t));
    ordering->above = memory_allocate(links, sizeof(uint32_t));
    ordering->below = memory_allocate(links, sizeof(uint32_t));
    ordering->flat = memory_allocate(edges * 2, sizeof(uint32_t));
    ordering->best = memory_allocate(nodes, sizeof(uint32_t));
    ordering->centre = memory_allocate(nodes, sizeof(double));
    ordering->tree = memory_allocate(nodes, sizeof(uint32_t));
    ordering->others = memory_allocate(links + 1, sizeof(uint32_t));
    return ordering->above_first && ordering->below_first && ordering->flat_first &&
           ordering->above && ordering->below && ordering->flat && ordering->best &&
           ordering->centre && ordering->tree && ordering->others;
}

static void sum_up(uint32_t *first, uint32_t count)
{
    for (uint32_t v = 0; v < count; v++)
        first[v + 2] += first[v + 1];
}

static void fill_neighbours(struct ordering *ordering)
{
    struct plan *plan = ordering->plan;
    for (uint32_t i = 0; i < plan->link_count; i++) {
        ordering->above_first[plan->links[i].lower + 2]++;
        ordering->below_first[plan->links[i].upper + 2]++;
    }
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_FLAT) {
            ordering->flat_first[plan->picture->edges[e].from + 2]++;
            ordering->flat_first[plan->picture->edges[e].to + 2]++;
        }
    sum_up(ordering->above_first, plan->node_count);
    sum_up(ordering->below_first, plan->node_count);
    sum_up(ordering->flat_first, plan->node_count);
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const struct plan_link *link = &plan->links[i];
        ordering->above[ordering->above_first[link->lower + 1]++] = link->upper;
        ordering->below[ordering->below_first[link->upper + 1]++] = link->lower;
    }
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_FLAT) {
            const struct picture_edge *edge = &plan->picture->edges[e];
            ordering->flat[ordering->flat_first[edge->from + 1]++] = edge->to;
            ordering->flat[ordering->flat_first[edge->to + 1]++] = edge->from;
        }
}

static void release(struct ordering *ordering)
{
    free(ordering->above);
    free(ordering->above_first);
    free(ordering->below);
    free(ordering->below_first);
    free(ordering->flat);
    free(ordering->flat_first);
    free(ordering->best);
    free(ordering->centre);
    free(ordering->tree);
    free(ordering->others);
}

/* ---------------------------------------------------------------- crossings */

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Crossings of the links between this layer and the next. */
static uint64_t crossings_below(struct ordering *ordering, uint32_t layer)
{
    struct plan *plan = ordering->plan;
    uint32_t size = plan->layers[layer + 1].count, seen = 0;
    uint64_t crossings = 0;
    memset(ordering->tree, 0, ((size_t)size + 1) * sizeof *ordering->tree);
    for (uint32_t i = 0; i < plan->layers[layer].count; i++) {
        uint32_t v = plan->layers[layer].nodes[i];
        uint32_t first = ordering->below_first[v], count = ordering->below_first[v + 1] - first;
        for (uint32_t k = 0; k < count; k++)
            ordering->others[k] = plan->nodes[ordering->below[first + k]].position;
        if (count > 1)
            qsort(ordering->others, count, sizeof *ordering->others, compare_numbers);
        for (uint32_t k = 0; k < count; k++) {
            uint32_t not_right = 0; /* links before this one that end left of it or at it */
            for (uint32_t p = ordering->others[k] + 1; p; p &= p - 1)
                not_right += ordering->tree[p];
            crossings += seen++ - not_right;
            for (uint32_t p = ordering->others[k] + 1; p <= size; p += p & (~p + 1))
                ordering->tree[p]++;
        }
    }
    return crossings;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

static uint64_t cost(struct ordering *ordering)
{
    struct plan *plan = ordering->plan;
    uint64_t total = 0;
    for (uint32_t layer = 0; layer + 1 < plan->layer_count; layer++)
        total += crossings_below(ordering, layer);
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_FLAT)
            total += distance(plan->nodes[plan->picture->edges[e].from].position,
                              plan->nodes[plan->picture->edges[e].to].position);
    return total;
}

/* Crossings of the links of two neighbours, `left` being left, minus those after a swap. */
static long pair_gain(const struct plan *plan, const uint32_t *ends, const uint32_t *first,
                      uint32_t left, uint32_t right)
{
    long gain = 0;
    for (uint32_t i = first[left]; i < first[left + 1]; i++)
        for (uint32_t j = first[right]; j < first[right + 1]; j++) {
            uint32_t a = plan->nodes[ends[i]].position, b = plan->nodes[ends[j]].position;
            gain += (a > b) - (a < b);
        }
    return gain;
}

static long flat_gain(const struct ordering *ordering, uint32_t v, bool rightwards)
{
    const struct plan *plan = ordering->plan;
    uint32_t here = plan->nodes[v].position;
    uint32_t there = rightwards ? here + 1 : here - 1;
    long gain = 0;
    for (uint32_t i = ordering->flat_first[v]; i < ordering->flat_first[v + 1]; i++) {
        uint32_t other = plan->nodes[ordering->flat[i]].position;
        if (other != there)
            gain += (long)distance(here, other) - (long)distance(there, other);
    }
    return gain;
}

static bool transpose_layer(struct ordering *ordering, uint32_t layer)
{
    struct plan *plan = ordering->plan;
    struct plan_layer *row = &plan->layers[layer];
    bool changed = false;
    for (uint32_t i = 0; i + 1 < row->count; i++) {
        uint32_t left = row->nodes[i], right = row->nodes[i + 1];
        long gain = pair_gain(plan, ordering->above, ordering->above_first, left, right) +
                    pair_gain(plan, ordering->below, ordering->below_first, left, right) +
                    flat_gain(ordering, left, true) + flat_gain(ordering, right, false);
        if (gain <= 0)
            continue;
        row->nodes[i] = right;
        row->nodes[i + 1] = left;
        plan->nodes[right].position = i;
        plan->nodes[left].position = i + 1;
        changed = true;
    }
    return changed;
}

static void transpose(struct ordering *ordering)
{
    bool changed = true;
    for (int round = 0; changed && round < TRANSPOSE_ROUNDS; round++) {
        changed = false;
        for (uint32_t layer = 0; layer < ordering->plan->layer_count; layer++)
            changed |= transpose_layer(ordering, layer);
    }
}

/* -------------------------------------------------------------------- sweeps */

struct wanted {
    double centre;
    uint32_t node, position;
};

static int compare_wanted(const void *left, const void *right)
{
    const struct wanted *a = left, *b = right;
    if (a->centre != b->centre)
        return a->centre < b->centre ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

/* Sorts a layer by the mean position of the neighbours on one side; nodes without
 * any keep their place. */
static void sort_layer(struct ordering *ordering, uint32_t layer, bool by_above,
                       struct wanted *wanted)
{
    struct plan *plan = ordering->plan;
    struct plan_layer *row = &plan->layers[layer];
    const uint32_t *ends = by_above ? ordering->above : ordering->below;
    const uint32_t *first = by_above ? ordering->above_first : ordering->below_first;
    uint32_t count = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t v = row->nodes[i];
        if (first[v] == first[v + 1])
            continue;
        double sum = 0;
        for (uint32_t k = first[v]; k < first[v + 1]; k++)
            sum += plan->nodes[ends[k]].position;
        wanted[count++] = (struct wanted){sum / (first[v + 1] - first[v]), v, i};
    }
    if (count < 2)
        return;
    qsort(wanted, count, sizeof *wanted, compare_wanted);
    uint32_t next = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t v = row->nodes[i];
        if (first[v] != first[v + 1])
            row->nodes[i] = wanted[next++].node;
    }
    for (uint32_t i = 0; i < row->count; i++)
        plan->nodes[row->nodes[i]].position = i;
}

static void remember(struct ordering *ordering)
{
    for (uint32_t v = 0; v < ordering->plan->node_count; v++)
        ordering->best[v] = ordering->plan->nodes[v].position;
}

static void recall(struct ordering *ordering)
{
    struct plan *plan = ordering->plan;
    for (uint32_t v = 0; v < plan->node_count; v++) {
        plan->nodes[v].position = ordering->best[v];
        plan->layers[plan->nodes[v].layer].nodes[ordering->best[v]] = v;
    }
}

static void sweep(struct ordering *ordering, bool down, struct wanted *wanted)
{
    uint32_t layers = ordering->plan->layer_count;
    for (uint32_t i = 1; i < layers; i++)
        sort_layer(ordering, down ? i : layers - 1 - i, down, wanted);
}

static int improve(struct ordering *ordering, spex_error *error)
{
    struct wanted *wanted = memory_allocate(ordering->plan->node_count, sizeof *wanted);
    if (!wanted)
        return error_memory(error);
    transpose(ordering);
    remember(ordering);
    uint64_t least = cost(ordering);
    int sweeps = ordering->plan->node_count > LARGE ? SWEEPS_LARGE : SWEEPS;
    for (int i = 0; i < sweeps && least; i++) {
        sweep(ordering, i % 2 == 0, wanted);
        transpose(ordering);
        uint64_t now = cost(ordering);
        if (now < least) {
            least = now;
            remember(ordering);
        }
    }
    recall(ordering);
    free(wanted);
    return SPEX_OK;
}

/* --------------------------------------------------------------- first order */

static int compare_boxes(const struct plan *plan, uint32_t a, uint32_t b)
{
    uint32_t left = plan->layout->nodes[a].order, right = plan->layout->nodes[b].order;
    if (left != right)
        return left < right ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* Boxes by the layout's order, what lies between them by its wish. */
static void insert_sorted(struct plan *plan, struct plan_layer *row, uint32_t node)
{
    uint32_t at = row->count;
    const struct plan_node *nodes = plan->nodes;
    if (nodes[node].kind == NODE_BOX)
        while (at && compare_boxes(plan, nodes[row->nodes[at - 1]].index, nodes[node].index) > 0)
            at--;
    else
        while (at && nodes[row->nodes[at - 1]].wish > nodes[node].wish)
            at--;
    plan_layer_insert(plan, nodes[node].layer, at, node); /* room is there */
}

static int first_order(struct plan *plan, spex_error *error)
{
    for (uint32_t v = 0; v < plan->node_count; v++) {
        struct plan_layer *row = &plan->layers[plan->nodes[v].layer];
        if (!memory_reserve(&row->nodes, &row->capacity, (size_t)row->count + 1,
                            sizeof *row->nodes))
            return error_memory(error);
        insert_sorted(plan, row, v);
    }
    return SPEX_OK;
}

int plan_order(struct plan *plan, spex_error *error)
{
    struct ordering ordering = {.plan = plan};
    int status = first_order(plan, error);
    if (!status && !neighbours(&ordering))
        status = error_memory(error);
    if (!status) {
        fill_neighbours(&ordering);
        status = improve(&ordering, error);
    }
    release(&ordering);
    return status;
}
