/* Edges bundled, boxes and long edges put into layers. */
#include "graph/plan.h"

#include <stdlib.h>
#include <string.h>

/* Beyond these a picture is no help to anybody, and would take too long. */
enum { MOST_NODES = 20000, MOST_LANES = 2000, MOST_TRANSITIONS = 1 << 20 };

uint32_t plan_add_node(struct plan *plan, enum node_kind kind, uint32_t index, uint32_t layer,
                       double wish)
{
    if (!memory_reserve(&plan->nodes, &plan->node_capacity, (size_t)plan->node_count + 1,
                        sizeof *plan->nodes))
        return NONE;
    plan->nodes[plan->node_count] =
        (struct plan_node){.kind = kind, .index = index, .layer = layer, .wish = wish, .width = 1};
    return plan->node_count++;
}

uint32_t plan_add_link(struct plan *plan, uint32_t upper, uint32_t lower, uint32_t edge)
{
    if (!memory_reserve(&plan->links, &plan->link_capacity, (size_t)plan->link_count + 1,
                        sizeof *plan->links))
        return NONE;
    plan->links[plan->link_count] =
        (struct plan_link){.upper = upper, .lower = lower, .edge = edge};
    return plan->link_count++;
}

bool plan_layer_insert(struct plan *plan, uint32_t layer, uint32_t position, uint32_t node)
{
    struct plan_layer *row = &plan->layers[layer];
    if (!memory_reserve(&row->nodes, &row->capacity, (size_t)row->count + 1, sizeof *row->nodes))
        return false;
    memmove(row->nodes + position + 1, row->nodes + position,
            (row->count - position) * sizeof *row->nodes);
    row->nodes[position] = node;
    row->count++;
    for (uint32_t i = position; i < row->count; i++)
        plan->nodes[row->nodes[i]].position = i;
    return true;
}

void plan_release(struct plan *plan)
{
    for (uint32_t s = 0; plan->names && s < plan->lts->state_count; s++)
        caption_release(&plan->names[s]);
    for (size_t e = 0; plan->edges && e < plan->picture->edge_count; e++)
        caption_release(&plan->edges[e].caption);
    for (uint32_t l = 0; plan->layers && l < plan->layer_count; l++)
        free(plan->layers[l].nodes);
    free(plan->names);
    free(plan->edges);
    free(plan->terminal);
    free(plan->nodes);
    free(plan->links);
    free(plan->strands);
    free(plan->layers);
    free(plan->rank_height);
    free(plan->gap_height);
    free(plan->rank_y);
}

int plan_too_large(const struct plan *plan, spex_error *error)
{
    return error_set(error, SPEX_ERROR_USAGE,
                     "%" PRIu32 " states and %zu transitions are more than a picture can hold; "
                     "show the quotient or the neighbourhood of a state",
                     plan->lts->state_count, plan->lts->transition_count);
}

/* ------------------------------------------------------------------ bundles */

struct sorted_transition {
    struct lts_transition transition;
    uint32_t number;
};

static int compare_transitions(const void *left, const void *right)
{
    const struct sorted_transition *a = left, *b = right;
    if (a->transition.from != b->transition.from)
        return a->transition.from < b->transition.from ? -1 : 1;
    if (a->transition.to != b->transition.to)
        return a->transition.to < b->transition.to ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool same_pair(const struct sorted_transition *a, const struct sorted_transition *b)
{
    return a->transition.from == b->transition.from && a->transition.to == b->transition.to;
}

static int fill_edge(struct picture *picture, const struct sorted_transition *sorted, size_t count,
                     spex_error *error)
{
    struct picture_edge *edge = &picture->edges[picture->edge_count];
    edge->transitions = memory_allocate(count, sizeof *edge->transitions);
    if (!edge->transitions)
        return error_memory(error);
    edge->from = sorted->transition.from;
    edge->to = sorted->transition.to;
    edge->transition_count = count;
    for (size_t i = 0; i < count; i++)
        edge->transitions[i] = sorted[i].number;
    picture->edge_count++;
    return SPEX_OK;
}

/* picture->edges: one for each pair of states with transitions between them. */
static int bundle(struct picture *picture, const struct lts *lts, spex_error *error)
{
    size_t count = lts->transition_count;
    struct sorted_transition *sorted = memory_allocate(count, sizeof *sorted);
    picture->edges = memory_allocate(count, sizeof *picture->edges);
    int status = sorted && picture->edges ? SPEX_OK : error_memory(error);
    for (size_t i = 0; !status && i < count; i++)
        sorted[i] = (struct sorted_transition){lts->transitions[i], (uint32_t)i};
    if (!status && count)
        qsort(sorted, count, sizeof *sorted, compare_transitions);
    for (size_t i = 0, end; !status && i < count; i = end) {
        for (end = i + 1; end < count && same_pair(&sorted[i], &sorted[end]);)
            end++;
        status = fill_edge(picture, &sorted[i], end - i, error);
    }
    free(sorted);
    return status;
}

static void classify(struct plan *plan)
{
    const struct layout_node *nodes = plan->layout->nodes;
    const struct transition_look *looks = plan->options->transitions;
    for (size_t e = 0; e < plan->picture->edge_count; e++) {
        const struct picture_edge *edge = &plan->picture->edges[e];
        uint32_t from = nodes[edge->from].rank, to = nodes[edge->to].rank;
        plan->edges[e].route = edge->from == edge->to ? ROUTE_LOOP
                               : from == to           ? ROUTE_FLAT
                               : from < to            ? ROUTE_DOWN
                                                      : ROUTE_UP;
        plan->edges[e].internal = plan->edges[e].ghost = true;
        for (size_t i = 0; i < edge->transition_count; i++) {
            if (plan->lts->transitions[edge->transitions[i]].label != LTS_INTERNAL)
                plan->edges[e].internal = false;
            if (!looks || !looks[edge->transitions[i]].ghost)
                plan->edges[e].ghost = false;
        }
    }
}

static void find_terminal(struct plan *plan)
{
    const struct state_look *states = plan->options->states;
    const struct transition_look *transitions = plan->options->transitions;
    for (uint32_t s = 0; s < plan->lts->state_count; s++)
        plan->terminal[s] = !states || (!states[s].open && !states[s].ghost);
    for (size_t i = 0; i < plan->lts->transition_count; i++)
        if (!transitions || !transitions[i].ghost)
            plan->terminal[plan->lts->transitions[i].from] = false;
}

/* ------------------------------------------------------------------- layers */

/* Where the label of a long edge takes least room: the gaps it crosses are compared by
 * what their labels need already; next to the source if that does not widen anything. */
static void choose_label_gap(struct plan *plan, size_t number, int *gap_width, int widest)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    struct plan_edge *way = &plan->edges[number];
    uint32_t from = plan->layout->nodes[edge->from].rank, to = plan->layout->nodes[edge->to].rank;
    int need = way->caption.width + 2;
    bool down = way->route == ROUTE_DOWN;
    uint32_t best = down ? from : from - 1;
    uint32_t count = down ? to - from : from - to;
    for (uint32_t i = 0; i < count && gap_width[best] + need > widest; i++) {
        uint32_t gap = down ? from + i : from - 1 - i;
        if (gap_width[gap] < gap_width[best])
            best = gap;
    }
    way->label_gap = best;
    gap_width[best] += need;
}

static int choose_label_gaps(struct plan *plan, spex_error *error)
{
    int *gap_width = memory_allocate(plan->rank_count, sizeof *gap_width);
    if (!gap_width)
        return error_memory(error);
    const struct layout_node *nodes = plan->layout->nodes;
    for (int pass = 0; pass < 2; pass++) {
        int widest = 0;
        for (uint32_t gap = 0; gap < plan->rank_count; gap++)
            widest = gap_width[gap] > widest ? gap_width[gap] : widest;
        for (size_t e = 0; e < plan->picture->edge_count; e++) {
            const struct picture_edge *edge = &plan->picture->edges[e];
            if (plan->edges[e].route > ROUTE_UP)
                continue;
            int64_t span = (int64_t)nodes[edge->to].rank - nodes[edge->from].rank;
            if ((span == 1 || span == -1) == (pass == 0))
                choose_label_gap(plan, e, gap_width, widest);
        }
    }
    free(gap_width);
    return SPEX_OK;
}

static bool add_strand(struct plan *plan, uint32_t edge, uint32_t gap, uint32_t above,
                       uint32_t below, double wish)
{
    uint32_t lane = plan_add_node(plan, NODE_LANE, edge, 2 * gap + 1, wish);
    if (lane == NONE || !memory_reserve(&plan->strands, &plan->strand_capacity,
                                        (size_t)plan->strand_count + 1, sizeof *plan->strands))
        return false;
    uint32_t upper = plan_add_link(plan, above, lane, edge);
    uint32_t lower = plan_add_link(plan, lane, below, edge);
    if (upper == NONE || lower == NONE)
        return false;
    plan->strands[plan->strand_count++] = (struct strand){
        .edge = edge,
        .gap = gap,
        .lane = lane,
        .upper = upper,
        .lower = lower,
        .partner = NONE,
        .labelled = plan->edges[edge].label_gap == gap,
        .arrow_top = plan->edges[edge].route == ROUTE_UP && plan->nodes[above].kind == NODE_BOX,
        .arrow_bottom =
            plan->edges[edge].route == ROUTE_DOWN && plan->nodes[below].kind == NODE_BOX};
    return true;
}

/* The lanes and passes of an edge that leads to another rank. */
static int add_chain(struct plan *plan, uint32_t number, spex_error *error)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    bool down = plan->edges[number].route == ROUTE_DOWN;
    uint32_t upper = down ? edge->from : edge->to, lower = down ? edge->to : edge->from;
    uint32_t first = plan->layout->nodes[upper].rank, last = plan->layout->nodes[lower].rank;
    double start = plan->nodes[upper].wish, end = plan->nodes[lower].wish;
    uint32_t above = upper;
    for (uint32_t rank = first; rank < last; rank++) {
        double length = 2.0 * (last - first);
        double lane = start + (end - start) * (2.0 * (rank - first) + 1) / length;
        double pass = start + (end - start) * (2.0 * (rank - first) + 2) / length;
        uint32_t below =
            rank + 1 == last ? lower : plan_add_node(plan, NODE_PASS, number, 2 * (rank + 1), pass);
        if (below == NONE || !add_strand(plan, number, rank, above, below, lane))
            return error_memory(error);
        if (plan->node_count > MOST_NODES)
            return plan_too_large(plan, error);
        above = below;
    }
    return SPEX_OK;
}

static int add_boxes(struct plan *plan, spex_error *error)
{
    for (uint32_t s = 0; s < plan->lts->state_count; s++)
        if (plan_add_node(plan, NODE_BOX, s, 2 * plan->layout->nodes[s].rank,
                          plan->layout->nodes[s].x) == NONE)
            return error_memory(error);
    return SPEX_OK;
}

static bool allocate(struct plan *plan)
{
    uint32_t states = plan->lts->state_count;
    plan->layer_count = 2 * plan->rank_count;
    plan->edges = memory_allocate(plan->picture->edge_count, sizeof *plan->edges);
    plan->names = memory_allocate(states, sizeof *plan->names);
    plan->terminal = memory_allocate(states, sizeof *plan->terminal);
    plan->layers = memory_allocate(plan->layer_count, sizeof *plan->layers);
    plan->rank_height = memory_allocate(plan->rank_count, sizeof *plan->rank_height);
    plan->gap_height = memory_allocate(plan->rank_count, sizeof *plan->gap_height);
    plan->rank_y = memory_allocate((size_t)plan->rank_count + 1, sizeof *plan->rank_y);
    plan->picture->boxes = memory_allocate(states, sizeof *plan->picture->boxes);
    plan->picture->box_count = plan->picture->boxes ? states : 0;
    return plan->edges && plan->names && plan->terminal && plan->layers && plan->rank_height &&
           plan->gap_height && plan->rank_y && plan->picture->boxes;
}

static int check_gaps(const struct plan *plan, spex_error *error)
{
    uint32_t *lanes = memory_allocate(plan->rank_count, sizeof *lanes);
    if (!lanes)
        return error_memory(error);
    uint32_t most = 0;
    for (uint32_t i = 0; i < plan->strand_count; i++)
        lanes[plan->strands[i].gap]++;
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_FLAT)
            lanes[plan->layout->nodes[plan->picture->edges[e].from].rank] += 2;
    for (uint32_t gap = 0; gap < plan->rank_count; gap++)
        most = lanes[gap] > most ? lanes[gap] : most;
    free(lanes);
    return most > MOST_LANES ? plan_too_large(plan, error) : SPEX_OK;
}

int plan_build(struct plan *plan, spex_error *error)
{
    plan->rank_count = 1;
    for (uint32_t s = 0; s < plan->lts->state_count; s++)
        if (plan->layout->nodes[s].rank >= plan->rank_count)
            plan->rank_count = plan->layout->nodes[s].rank + 1;
    if (plan->rank_count > MOST_NODES || plan->lts->state_count > MOST_NODES ||
        plan->lts->transition_count > MOST_TRANSITIONS)
        return plan_too_large(plan, error);
    int status = bundle(plan->picture, plan->lts, error);
    if (!status && !allocate(plan))
        status = error_memory(error);
    if (status)
        return status;
    classify(plan);
    find_terminal(plan);
    status = plan_captions(plan, error);
    if (!status)
        status = add_boxes(plan, error);
    if (!status)
        status = choose_label_gaps(plan, error);
    for (uint32_t e = 0; !status && e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_DOWN || plan->edges[e].route == ROUTE_UP)
            status = add_chain(plan, e, error);
    if (!status)
        status = check_gaps(plan, error);
    return status;
}
