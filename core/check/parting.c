#include "check/parting.h"

#include <stdlib.h>

#include "base/memory.h"

bool parting_init(struct parting *parting, struct slicing *slicing)
{
    size_t states = slicing->graph->state_count;
    *parting = (struct parting){.slicing = slicing};
    parting->reach.found = memory_resize(NULL, states, sizeof *parting->reach.found);
    parting->avoid.found = memory_resize(NULL, states, sizeof *parting->avoid.found);
    parting->reached = memory_allocate(states, sizeof *parting->reached);
    parting->left = memory_resize(NULL, states, sizeof *parting->left);
    parting->left_round = memory_allocate(states, sizeof *parting->left_round);
    parting->marks = memory_allocate(states, sizeof *parting->marks);
    return parting->reach.found && parting->avoid.found && parting->reached && parting->left &&
           parting->left_round && parting->marks;
}

void parting_release(struct parting *parting)
{
    free(parting->reach.found);
    free(parting->avoid.found);
    free(parting->reached);
    free(parting->left);
    free(parting->left_round);
    free(parting->marks);
    free(parting->fresh_bottoms);
    *parting = (struct parting){0};
}

/* ------------------------------------------------------------- searching */

static void find(struct parting *parting, struct search *search, uint32_t state)
{
    search->found[search->count++] = state;
    search->weight += slicing_weight(parting->slicing, state);
}

/* The next internal edge, backwards, from what was found; false: none is left now. */
static bool next_edge(struct parting *parting, struct search *search, uint32_t *source)
{
    const struct slicing *slicing = parting->slicing;
    search->work++;
    while (search->edge == search->edge_end) {
        if (search->looked_at == search->count)
            return false;
        uint32_t state = search->found[search->looked_at++];
        search->edge = slicing->in_first[state];
        search->edge_end = slicing->in_visible[state];
        search->work++;
    }
    *source = slicing->source[slicing->in_edges[search->edge++]];
    return true;
}

/* Where the search for what reaches the target gets its beginnings from. */
struct beginnings {
    const struct target *target;
    uint32_t edge, sibling; /* of the slice; then of its sibling */
    uint32_t next;          /* of the states */
};

static bool next_beginning(const struct parting *parting, struct beginnings *beginnings,
                           uint32_t *state)
{
    const struct slicing *slicing = parting->slicing;
    if (beginnings->target->slice == NONE) {
        if (beginnings->next == beginnings->target->count)
            return false;
        *state = beginnings->target->states[beginnings->next++];
        return true;
    }
    if (beginnings->edge == NONE && beginnings->sibling != NONE) {
        beginnings->edge = slicing->slices[beginnings->sibling].first;
        beginnings->sibling = NONE;
    }
    if (beginnings->edge == NONE)
        return false;
    *state = slicing->source[beginnings->edge];
    beginnings->edge = slicing->links[beginnings->edge].next;
    return true;
}

/* One step; true when all are found. */
static bool step_reach(struct parting *parting, uint32_t block, struct beginnings *beginnings)
{
    uint32_t state;
    if (!next_edge(parting, &parting->reach, &state) &&
        !next_beginning(parting, beginnings, &state))
        return true;
    if (parting->slicing->block_of[state] == block && parting->reached[state] != parting->round) {
        parting->reached[state] = parting->round;
        find(parting, &parting->reach, state);
    }
    return false;
}

static bool is_source(struct parting *parting, const struct target *target, uint32_t state)
{
    const struct slicing *slicing = parting->slicing;
    if (target->slice == NONE)
        return parting_marked(parting, state);
    uint32_t sibling = slicing->slices[target->slice].sibling;
    for (uint32_t edge = slicing->graph->first[state]; edge < slicing->graph->first[state + 1];
         edge++) {
        uint32_t slice = slicing->links[edge].slice;
        parting->avoid.work++;
        if (slice == target->slice || (slice != NONE && slice == sibling))
            return true;
    }
    return false;
}

/* A state avoids the target when all its internal steps lead to such states. One that then
 * has an edge of the target itself will be a bottom state: it is looked at but once so. */
static bool step_avoid(struct parting *parting, uint32_t block, const struct target *target,
                       const uint32_t *avoiding, uint32_t count, uint32_t *begun)
{
    const struct slicing *slicing = parting->slicing;
    struct search *search = &parting->avoid;
    uint32_t state;
    if (!next_edge(parting, search, &state)) {
        if (*begun == count)
            return true;
        state = avoiding[(*begun)++];
        if (target->slice != NONE || !parting_marked(parting, state))
            find(parting, search, state);
        return false;
    }
    if (slicing->block_of[state] != block)
        return false;
    if (parting->left_round[state] != parting->round) {
        parting->left_round[state] = parting->round;
        parting->left[state] = slicing->inner[state];
    }
    if (--parting->left[state] == 0 && !is_source(parting, target, state))
        find(parting, search, state);
    return false;
}

/* --------------------------------------------------------------- parting */

/* Moves what was found to the end of the block, bottom states first; answers where it
 * begins. bottoms[0] and bottoms[1]: where the bottom states of both parts end. */
static uint32_t put_last(struct slicing *slicing, uint32_t block, const struct search *search,
                         uint32_t bottoms[2])
{
    struct cluster cluster = slicing->clusters[block];
    uint32_t *elements = slicing->elements, *positions = slicing->positions;
    uint32_t end = cluster.end;
    bottoms[0] = cluster.bottoms;
    for (uint32_t i = 0; i < search->count; i++) {
        uint32_t state = search->found[i], place = positions[state], other;
        if (place < bottoms[0]) { /* a bottom state makes way for the last of these */
            other = elements[--bottoms[0]];
            elements[place] = other;
            positions[other] = place;
            place = bottoms[0];
        }
        if (place != --end) {
            other = elements[end];
            elements[place] = other;
            positions[other] = place;
        }
        elements[end] = state;
        positions[state] = end;
    }
    bottoms[1] = end;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0, place = bottoms[1]; i < search->count; i++) {
            uint32_t state = search->found[i];
            if ((slicing->inner[state] != 0) != pass)
                continue;
            elements[place] = state;
            positions[state] = place++;
            if (pass == 0)
                bottoms[1] = place;
        }
    return end;
}

static bool lose_inner(struct parting *parting, uint32_t state)
{
    struct slicing *slicing = parting->slicing;
    if (--slicing->inner[state])
        return true;
    slicing_add_bottom(slicing, state);
    return numbers_push(&parting->fresh_bottoms, &parting->fresh_count, &parting->fresh_capacity,
                        state);
}

static bool keep_order(struct parting *parting, uint32_t block, uint32_t fresh)
{
    struct levels *levels = parting->levels;
    if (!levels)
        return true;
    if (!levels_hold(levels, parting->slicing->cluster_count))
        return false;
    uint32_t node = levels->leaf[block], level = ++levels->last;
    return levels_add(levels, node, level, &levels->leaf[block]) &&
           levels_add(levels, node, level, &levels->leaf[fresh]);
}

/* Internal edges from the one part to the other are inside a block no more. Only the
 * states of the block that moved are looked at. */
static bool cut_inner(struct parting *parting, uint32_t moved, uint32_t reaching, uint32_t avoiding)
{
    struct slicing *slicing = parting->slicing;
    const struct graph *graph = slicing->graph;
    struct cluster cluster = slicing->clusters[moved];
    bool good = true;
    for (uint32_t i = cluster.end; good && moved == avoiding && i-- > cluster.begin;) {
        uint32_t state = slicing->elements[i];
        for (uint32_t k = slicing->in_first[state]; good && k < slicing->in_visible[state]; k++) {
            uint32_t source = slicing->source[slicing->in_edges[k]];
            if (slicing->block_of[source] == reaching)
                good = lose_inner(parting, source);
        }
    }
    /* A state that becomes a bottom state changes places with one that was looked at. */
    for (uint32_t i = cluster.begin; good && moved == reaching && i < cluster.end; i++) {
        uint32_t state = slicing->elements[i];
        for (uint32_t edge = graph->first[state]; good && edge < graph->first[state + 1]; edge++)
            if (slicing_label(slicing, edge) != LTS_INTERNAL)
                break;
            else if (slicing->block_of[edge_target(graph->edges[edge])] == avoiding)
                good = lose_inner(parting, state);
    }
    return good;
}

bool part(struct parting *parting, uint32_t block, const struct target *target,
          const uint32_t *avoiding, uint32_t avoiding_count, uint32_t *reaching_block,
          uint32_t *avoiding_block)
{
    struct slicing *slicing = parting->slicing;
    struct search *reach = &parting->reach, *avoid = &parting->avoid;
    struct beginnings beginnings = {target, NONE, NONE, 0};
    uint32_t begun = 0, bottoms[2], fresh;
    bool reached = false, avoided = false;
    if (target->slice != NONE) {
        beginnings.edge = slicing->slices[target->slice].first;
        beginnings.sibling = slicing->slices[target->slice].sibling;
    }
    *reach = (struct search){.found = reach->found};
    *avoid = (struct search){.found = avoid->found};
    parting->round++;
    while (!reached && !avoided)
        if (reach->work <= avoid->work)
            reached = step_reach(parting, block, &beginnings);
        else
            avoided = step_avoid(parting, block, target, avoiding, avoiding_count, &begun);
    parting->work += reach->work + avoid->work;
    const struct search *done = reached ? reach : avoid;
    uint32_t cut = put_last(slicing, block, done, bottoms);
    uint64_t rest = slicing->clusters[block].weight - done->weight;
    if (!slicing_cut(slicing, block, cut, bottoms, done->weight, &fresh) ||
        !keep_order(parting, block, fresh))
        return false;
    parting->work += done->weight < rest ? done->weight : rest;
    bool done_moved = slicing->clusters[fresh].begin == cut;
    *reaching_block = reached == done_moved ? fresh : block;
    *avoiding_block = reached == done_moved ? block : fresh;
    return cut_inner(parting, fresh, *reaching_block, *avoiding_block);
}
