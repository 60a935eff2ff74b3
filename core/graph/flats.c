/* Edges between boxes of one rank: straight over where they are neighbours, else a
 * leg down from each, joined on a track below. */
#include <stdlib.h>

#include "graph/plan.h"

enum { MOST_LINES_BESIDE = 2 };

static bool has_loop(const struct plan *plan, uint32_t state)
{
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_LOOP && plan->picture->edges[e].from == state)
            return true;
    return false;
}

/* Whether the space between box `left` and the next thing in its layer is taken. */
static bool beside_taken(const struct plan *plan, uint32_t left)
{
    for (size_t e = 0; e < plan->picture->edge_count; e++) {
        const struct picture_edge *edge = &plan->picture->edges[e];
        if (plan->edges[e].route != ROUTE_BESIDE)
            continue;
        uint32_t from = plan->nodes[edge->from].position, to = plan->nodes[edge->to].position;
        if ((edge->from == left && from < to) || (edge->to == left && to < from))
            return true;
    }
    return false;
}

static bool fits_beside(const struct plan *plan, size_t number)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    uint32_t from = plan->nodes[edge->from].position, to = plan->nodes[edge->to].position;
    uint32_t left = from < to ? edge->from : edge->to, right = from < to ? edge->to : edge->from;
    return plan->nodes[left].position + 1 == plan->nodes[right].position &&
           plan->edges[number].caption.height <= MOST_LINES_BESIDE && right != plan_initial(plan) &&
           !has_loop(plan, left) && !beside_taken(plan, left);
}

/* Where in the lanes' layer a leg of `state` belongs: at the right end of its lanes
 * if it turns right, else at their left end; legs already there stay inside. */
static uint32_t leg_position(const struct plan *plan, uint32_t state, bool to_the_right)
{
    const struct plan_layer *row = &plan->layers[plan->nodes[state].layer + 1];
    uint32_t place = plan->nodes[state].position, position = to_the_right ? 0 : row->count;
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const struct plan_link *link = &plan->links[i];
        const struct plan_node *upper = &plan->nodes[link->upper],
                               *lower = &plan->nodes[link->lower];
        if (upper->layer != plan->nodes[state].layer)
            continue;
        bool own_leg = link->upper == state && plan->edges[link->edge].route == ROUTE_FLAT;
        bool left_of = upper->position < place || (upper->position == place && !own_leg);
        bool right_of = upper->position > place || (upper->position == place && !own_leg);
        if (to_the_right && left_of && lower->position + 1 > position)
            position = lower->position + 1;
        if (!to_the_right && right_of && lower->position < position)
            position = lower->position;
    }
    return position;
}

static uint32_t add_leg(struct plan *plan, uint32_t number, uint32_t state, bool to_the_right)
{
    uint32_t layer = plan->nodes[state].layer + 1;
    uint32_t position = leg_position(plan, state, to_the_right);
    uint32_t lane = plan_add_node(plan, NODE_LANE, number, layer, 0);
    if (lane == NONE || !plan_layer_insert(plan, layer, position, lane))
        return NONE;
    uint32_t upper = plan_add_link(plan, state, lane, number);
    if (upper == NONE || !memory_reserve(&plan->strands, &plan->strand_capacity,
                                         (size_t)plan->strand_count + 1, sizeof *plan->strands))
        return NONE;
    const struct picture_edge *edge = &plan->picture->edges[number];
    plan->strands[plan->strand_count] = (struct strand){.edge = number,
                                                        .gap = layer / 2,
                                                        .lane = lane,
                                                        .upper = upper,
                                                        .lower = NONE,
                                                        .partner = NONE,
                                                        .labelled = state == edge->from,
                                                        .arrow_top = state == edge->to};
    return plan->strand_count++;
}

static int add_legs(struct plan *plan, uint32_t number, spex_error *error)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    bool right = plan->nodes[edge->from].position < plan->nodes[edge->to].position;
    uint32_t first = add_leg(plan, number, edge->from, right);
    uint32_t second = first == NONE ? NONE : add_leg(plan, number, edge->to, !right);
    if (second == NONE)
        return error_memory(error);
    plan->strands[first].partner = second;
    plan->strands[second].partner = first;
    return SPEX_OK;
}

static uint32_t span(const struct plan *plan, size_t number)
{
    const struct picture_edge *edge = &plan->picture->edges[number];
    uint32_t from = plan->nodes[edge->from].position, to = plan->nodes[edge->to].position;
    return from < to ? to - from : from - to;
}

/* The shortest first, so that the longer ones run outside of them. */
int plan_flats(struct plan *plan, spex_error *error)
{
    uint32_t longest = 0;
    for (size_t e = 0; e < plan->picture->edge_count; e++)
        if (plan->edges[e].route == ROUTE_FLAT) {
            if (fits_beside(plan, e))
                plan->edges[e].route = ROUTE_BESIDE;
            else if (span(plan, e) > longest)
                longest = span(plan, e);
        }
    int status = SPEX_OK;
    for (uint32_t length = 1; !status && length <= longest; length++)
        for (uint32_t e = 0; !status && e < plan->picture->edge_count; e++)
            if (plan->edges[e].route == ROUTE_FLAT && span(plan, e) == length)
                status = add_legs(plan, e, error);
    return status;
}
