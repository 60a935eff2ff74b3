#include "check/slices.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool numbers_push(uint32_t **numbers, size_t *count, size_t *capacity, uint32_t number)
{
    if (!memory_reserve(numbers, capacity, *count + 1, sizeof **numbers))
        return false;
    (*numbers)[(*count)++] = number;
    return true;
}

/* ---------------------------------------------------------------- slices */

static bool take_number(struct slicing *slicing, uint32_t *number)
{
    if (slicing->reusable) {
        *number = slicing->dead[--slicing->reusable];
        slicing->dead[slicing->reusable] = slicing->dead[--slicing->dead_count];
        return true;
    }
    size_t needed = slicing->slice_count + 1;
    /* Room for all of them to die. */
    if (!memory_reserve(&slicing->slices, &slicing->slice_capacity, needed,
                        sizeof *slicing->slices) ||
        !memory_reserve(&slicing->dead, &slicing->dead_capacity, needed, sizeof *slicing->dead))
        return false;
    *number = (uint32_t)slicing->slice_count++;
    return true;
}

/* A slice of the block without edges as yet. */
static bool add_slice(struct slicing *slicing, uint32_t block, uint32_t label,
                      enum slice_state state, uint32_t *number)
{
    if (!take_number(slicing, number) ||
        (state != SLICE_SETTLED && !numbers_push(&slicing->pending, &slicing->pending_count,
                                                 &slicing->pending_capacity, *number)))
        return false;
    struct cluster *cluster = &slicing->clusters[block];
    slicing->slices[*number] = (struct slice){.block = block,
                                              .label = label,
                                              .first = NONE,
                                              .next = cluster->slices,
                                              .before = NONE,
                                              .sibling = NONE,
                                              .state = state};
    if (cluster->slices != NONE)
        slicing->slices[cluster->slices].before = *number;
    cluster->slices = *number;
    cluster->units += state != SLICE_FRESH;
    return true;
}

static void make_siblings(struct slicing *slicing, uint32_t one, uint32_t other)
{
    slicing->slices[one].sibling = other;
    slicing->slices[other].sibling = one;
    slicing->clusters[slicing->slices[one].block].units--;
}

static void bury(struct slicing *slicing, uint32_t number)
{
    struct slice *slice = &slicing->slices[number];
    struct cluster *cluster = &slicing->clusters[slice->block];
    if (slice->sibling != NONE)
        slicing->slices[slice->sibling].sibling = NONE;
    else
        cluster->units -= slice->state != SLICE_FRESH;
    slice->sibling = NONE;
    if (slice->before != NONE)
        slicing->slices[slice->before].next = slice->next;
    else
        cluster->slices = slice->next;
    if (slice->next != NONE)
        slicing->slices[slice->next].before = slice->before;
    slicing->dead[slicing->dead_count++] = number;
}

static void move_edge(struct slicing *slicing, uint32_t edge, uint32_t to)
{
    struct edge_links *links = &slicing->links[edge];
    uint32_t from = links->slice;
    if (from != NONE) {
        if (links->before != NONE)
            slicing->links[links->before].next = links->next;
        else
            slicing->slices[from].first = links->next;
        if (links->next != NONE)
            slicing->links[links->next].before = links->before;
        if (--slicing->slices[from].count == 0)
            bury(slicing, from);
    }
    struct slice *slice = &slicing->slices[to];
    links->slice = to;
    links->before = NONE;
    links->next = slice->first;
    if (slice->first != NONE)
        slicing->links[slice->first].before = edge;
    slice->first = edge;
    slice->count++;
}

void slicing_settle(struct slicing *slicing, uint32_t number)
{
    struct slice *slice = &slicing->slices[number];
    slicing->clusters[slice->block].units += slice->state == SLICE_FRESH || slice->sibling != NONE;
    if (slice->sibling != NONE)
        slicing->slices[slice->sibling].sibling = NONE;
    slice->sibling = NONE;
    slice->state = SLICE_SETTLED;
}

/* --------------------------------------------------------------- tallies */

static bool new_tally(struct slicing *slicing, uint32_t *number)
{
    if (slicing->spare_count) {
        *number = slicing->spare[--slicing->spare_count];
    } else {
        size_t needed = slicing->tally_count + 1;
        if (!memory_reserve(&slicing->tallies, &slicing->tally_capacity, needed,
                            sizeof *slicing->tallies) ||
            !memory_reserve(&slicing->spare, &slicing->spare_capacity, needed,
                            sizeof *slicing->spare))
            return false;
        *number = (uint32_t)slicing->tally_count++;
    }
    slicing->tallies[*number] = (struct tally){0};
    return true;
}

/* The edge leads into the constellation that is being made: counted apart from now on. */
static bool part_tally(struct slicing *slicing, uint32_t edge)
{
    uint32_t from = slicing->links[edge].tally, to;
    if (slicing->tallies[from].partner_round == slicing->move_round) {
        to = slicing->tallies[from].partner;
    } else {
        if (!new_tally(slicing, &to) || !numbers_push(&slicing->parted, &slicing->parted_count,
                                                      &slicing->parted_capacity, from))
            return false;
        slicing->tallies[from].partner = to;
        slicing->tallies[from].partner_round = slicing->move_round;
    }
    slicing->tallies[from].count--;
    slicing->tallies[to].count++;
    slicing->links[edge].tally = to;
    return true;
}

static void finish_tallies(struct slicing *slicing)
{
    for (size_t i = 0; i < slicing->parted_count; i++) {
        struct tally *tally = &slicing->tallies[slicing->parted[i]];
        slicing->tallies[tally->partner].rest = tally->count > 0;
        if (tally->count == 0)
            slicing->spare[slicing->spare_count++] = slicing->parted[i];
    }
    slicing->parted_count = 0;
}

/* --------------------------------------------------------- constellations */

static bool add_constellation(struct slicing *slicing, uint32_t *number)
{
    if (!memory_reserve(&slicing->constellations, &slicing->constellation_capacity,
                        slicing->constellation_count + 1, sizeof *slicing->constellations))
        return false;
    *number = (uint32_t)slicing->constellation_count++;
    slicing->constellations[*number] = (struct constellation){NONE, 0};
    return true;
}

static bool join(struct slicing *slicing, uint32_t number, uint32_t block)
{
    struct constellation *constellation = &slicing->constellations[number];
    struct cluster *cluster = &slicing->clusters[block];
    cluster->constellation = number;
    cluster->before = NONE;
    cluster->next = constellation->first;
    if (constellation->first != NONE)
        slicing->clusters[constellation->first].before = block;
    constellation->first = block;
    return ++constellation->count != 2 ||
           numbers_push(&slicing->open, &slicing->open_count, &slicing->open_capacity, number);
}

static void leave(struct slicing *slicing, uint32_t block)
{
    struct cluster *cluster = &slicing->clusters[block];
    struct constellation *constellation = &slicing->constellations[cluster->constellation];
    if (cluster->before != NONE)
        slicing->clusters[cluster->before].next = cluster->next;
    else
        constellation->first = cluster->next;
    if (cluster->next != NONE)
        slicing->clusters[cluster->next].before = cluster->before;
    constellation->count--;
}

/* An internal edge that is in no slice gets into the block's slice of such edges. */
static bool move_fresh(struct slicing *slicing, uint32_t edge, uint32_t block)
{
    struct cluster *cluster = &slicing->clusters[block];
    if (cluster->fresh_round != slicing->move_round) {
        if (!add_slice(slicing, block, LTS_INTERNAL, SLICE_FRESH, &cluster->fresh))
            return false;
        cluster->fresh_round = slicing->move_round;
    }
    move_edge(slicing, edge, cluster->fresh);
    return true;
}

static bool move_part(struct slicing *slicing, uint32_t edge)
{
    uint32_t from = slicing->links[edge].slice, to;
    if (slicing->slices[from].partner_round == slicing->move_round) {
        to = slicing->slices[from].partner;
    } else {
        struct slice old = slicing->slices[from];
        if (!add_slice(slicing, old.block, old.label, SLICE_PART, &to))
            return false;
        slicing->slices[from].partner = to;
        slicing->slices[from].partner_round = slicing->move_round;
        make_siblings(slicing, from, to);
    }
    move_edge(slicing, edge, to);
    return true;
}

/* All edges into the block, but for internal ones that stay inside it, and the internal
 * ones from it to the rest of its old constellation. */
static bool part_edges(struct slicing *slicing, uint32_t block)
{
    const struct graph *graph = slicing->graph;
    struct cluster cluster = slicing->clusters[block];
    for (uint32_t i = cluster.begin; i < cluster.end; i++) {
        uint32_t state = slicing->elements[i];
        for (uint32_t k = slicing->in_first[state]; k < slicing->in_first[state + 1]; k++) {
            uint32_t edge = slicing->in_edges[k];
            uint32_t home = slicing->block_of[slicing->source[edge]];
            bool fresh = slicing->links[edge].slice == NONE;
            if (!part_tally(slicing, edge))
                return false;
            if (fresh && home == block)
                continue;
            if (!(fresh ? move_fresh(slicing, edge, home) : move_part(slicing, edge)))
                return false;
        }
    }
    for (uint32_t i = cluster.begin; i < cluster.end; i++) {
        uint32_t state = slicing->elements[i];
        for (uint32_t edge = graph->first[state]; edge < graph->first[state + 1]; edge++)
            if (slicing->links[edge].slice == NONE &&
                slicing->block_of[edge_target(graph->edges[edge])] != block &&
                !move_fresh(slicing, edge, block))
                return false;
    }
    return true;
}

bool slicing_part(struct slicing *slicing, uint32_t number, uint32_t *block)
{
    *block = NONE;
    if (slicing->constellations[number].count < 2)
        return true;
    uint32_t one = slicing->constellations[number].first;
    uint32_t other = slicing->clusters[one].next, fresh;
    *block = slicing->clusters[one].weight <= slicing->clusters[other].weight ? one : other;
    leave(slicing, *block);
    if (slicing->constellations[number].count >= 2 &&
        !numbers_push(&slicing->open, &slicing->open_count, &slicing->open_capacity, number))
        return false;
    if (!add_constellation(slicing, &fresh) || !join(slicing, fresh, *block))
        return false;
    slicing->pending_count = 0;
    slicing->reusable = slicing->dead_count;
    slicing->move_round++;
    if (!part_edges(slicing, *block))
        return false;
    finish_tallies(slicing);
    return true;
}

/* ---------------------------------------------------------------- blocks */

static bool add_cluster(struct slicing *slicing, uint32_t begin, uint32_t end, uint32_t *number)
{
    if (!memory_reserve(&slicing->clusters, &slicing->cluster_capacity, slicing->cluster_count + 1,
                        sizeof *slicing->clusters))
        return false;
    *number = (uint32_t)slicing->cluster_count++;
    slicing->clusters[*number] =
        (struct cluster){.begin = begin, .bottoms = begin, .end = end, .slices = NONE};
    return true;
}

/* The slice of the new block that takes up what moves out of this one. */
static bool find_partner(struct slicing *slicing, uint32_t from, uint32_t block, uint32_t *to)
{
    if (slicing->slices[from].partner_round == slicing->move_round) {
        *to = slicing->slices[from].partner;
        return true;
    }
    struct slice old = slicing->slices[from];
    if (!add_slice(slicing, block, old.label, old.state, to))
        return false;
    slicing->slices[from].partner = *to;
    slicing->slices[from].partner_round = slicing->move_round;
    if (old.twin_round == slicing->move_round)
        make_siblings(slicing, *to, old.twin);
    else if (old.sibling != NONE) {
        slicing->slices[old.sibling].twin = *to;
        slicing->slices[old.sibling].twin_round = slicing->move_round;
    }
    return true;
}

static bool move_states(struct slicing *slicing, uint32_t block)
{
    const struct graph *graph = slicing->graph;
    struct cluster cluster = slicing->clusters[block];
    slicing->move_round++;
    for (uint32_t i = cluster.begin; i < cluster.end; i++) {
        uint32_t state = slicing->elements[i], to;
        slicing->block_of[state] = block;
        for (uint32_t edge = graph->first[state]; edge < graph->first[state + 1]; edge++) {
            uint32_t from = slicing->links[edge].slice;
            if (from == NONE)
                continue;
            if (!find_partner(slicing, from, block, &to))
                return false;
            move_edge(slicing, edge, to);
        }
    }
    return true;
}

bool slicing_cut(struct slicing *slicing, uint32_t block, uint32_t cut, uint32_t bottoms[2],
                 uint64_t weight, uint32_t *fresh)
{
    struct cluster old = slicing->clusters[block];
    if (!add_cluster(slicing, cut, old.end, fresh))
        return false;
    struct cluster *kept = &slicing->clusters[block], *moved = &slicing->clusters[*fresh];
    bool last = weight <= old.weight - weight;
    moved->bottoms = bottoms[1];
    moved->weight = weight;
    kept->end = cut;
    kept->bottoms = bottoms[0];
    kept->weight -= weight;
    if (!last) { /* the ranges change hands */
        struct cluster first = *kept;
        kept->begin = moved->begin, kept->bottoms = moved->bottoms, kept->end = moved->end;
        kept->weight = moved->weight;
        moved->begin = first.begin, moved->bottoms = first.bottoms, moved->end = first.end;
        moved->weight = first.weight;
    }
    return join(slicing, old.constellation, *fresh) && move_states(slicing, *fresh);
}

void slicing_add_bottom(struct slicing *slicing, uint32_t state)
{
    struct cluster *cluster = &slicing->clusters[slicing->block_of[state]];
    uint32_t place = cluster->bottoms++, other = slicing->elements[place];
    uint32_t old = slicing->positions[state];
    slicing->elements[place] = state;
    slicing->positions[state] = place;
    slicing->elements[old] = other;
    slicing->positions[other] = old;
}

/* ------------------------------------------------------------- beginning */

static bool link_backwards(struct slicing *slicing)
{
    const struct graph *graph = slicing->graph;
    size_t states = graph->state_count, edges = graph->first[states];
    slicing->source = memory_resize(NULL, edges, sizeof *slicing->source);
    slicing->in_first = memory_allocate(states + 2, sizeof *slicing->in_first);
    slicing->in_visible = memory_allocate(states + 1, sizeof *slicing->in_visible);
    slicing->in_edges = memory_resize(NULL, edges, sizeof *slicing->in_edges);
    if (!slicing->source || !slicing->in_first || !slicing->in_visible || !slicing->in_edges)
        return false;
    for (uint32_t state = 0; state < states; state++)
        for (uint32_t edge = graph->first[state]; edge < graph->first[state + 1]; edge++) {
            slicing->source[edge] = state;
            slicing->in_first[edge_target(graph->edges[edge]) + 2]++;
        }
    for (size_t i = 2; i < states + 2; i++)
        slicing->in_first[i] += slicing->in_first[i - 1];
    /* Internal edges in the first pass, so that they come first. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t edge = 0; edge < edges; edge++)
            if ((slicing_label(slicing, edge) != LTS_INTERNAL) == pass)
                slicing->in_edges[slicing->in_first[edge_target(graph->edges[edge]) + 1]++] = edge;
        for (uint32_t state = 0; pass == 0 && state < states; state++)
            slicing->in_visible[state] = slicing->in_first[state + 1];
    }
    return true;
}

/* All edges of the block's states with one label are a slice; but internal ones in none. */
static bool slice_block(struct slicing *slicing, uint32_t block, uint32_t *slice_of, uint32_t *seen)
{
    const struct graph *graph = slicing->graph;
    struct cluster cluster = slicing->clusters[block];
    for (uint32_t i = cluster.begin; i < cluster.end; i++) {
        uint32_t state = slicing->elements[i], last = NONE, tally = NONE;
        for (uint32_t edge = graph->first[state]; edge < graph->first[state + 1]; edge++) {
            uint32_t label = slicing_label(slicing, edge);
            if ((label != last || tally == NONE) && !new_tally(slicing, &tally))
                return false;
            last = label;
            slicing->links[edge] = (struct edge_links){NONE, NONE, NONE, tally};
            slicing->tallies[tally].count++;
            if (label == LTS_INTERNAL)
                continue;
            if (seen[label] != block + 1 &&
                !add_slice(slicing, block, label, SLICE_SETTLED, &slice_of[label]))
                return false;
            seen[label] = block + 1;
            move_edge(slicing, edge, slice_of[label]);
        }
    }
    return true;
}

static bool slice_all(struct slicing *slicing)
{
    const struct graph *graph = slicing->graph;
    uint32_t edges = graph->first[graph->state_count], labels = 1;
    for (uint32_t edge = 0; edge < edges; edge++)
        if (slicing_label(slicing, edge) >= labels)
            labels = slicing_label(slicing, edge) + 1;
    uint32_t *slice_of = memory_resize(NULL, labels, sizeof *slice_of);
    uint32_t *seen = memory_allocate(labels, sizeof *seen);
    bool good = slice_of && seen;
    for (uint32_t block = 0; good && block < slicing->cluster_count; block++)
        good = slice_block(slicing, block, slice_of, seen);
    free(slice_of);
    free(seen);
    return good;
}

/* Bottom states to the front of each block. */
static bool take_over(struct slicing *slicing, const struct partition *partition)
{
    const struct graph *graph = slicing->graph;
    uint32_t states = graph->state_count, constellation, block;
    memcpy(slicing->elements, partition->elements, states * sizeof *slicing->elements);
    memcpy(slicing->positions, partition->positions, states * sizeof *slicing->positions);
    memcpy(slicing->block_of, partition->block_of, states * sizeof *slicing->block_of);
    for (uint32_t edge = 0; edge < graph->first[states]; edge++)
        if (slicing_label(slicing, edge) == LTS_INTERNAL)
            slicing->inner[slicing->source[edge]] +=
                slicing->block_of[slicing->source[edge]] ==
                slicing->block_of[edge_target(graph->edges[edge])];
    if (!add_constellation(slicing, &constellation))
        return false;
    for (uint32_t i = 0; i < partition->block_count; i++) {
        struct block old = partition->blocks[i];
        if (!add_cluster(slicing, old.begin, old.end, &block) ||
            !join(slicing, constellation, block))
            return false;
        for (uint32_t k = old.begin; k < old.end; k++) {
            slicing->clusters[block].weight += slicing_weight(slicing, slicing->elements[k]);
            if (slicing->inner[slicing->elements[k]] == 0)
                slicing_add_bottom(slicing, slicing->elements[k]);
        }
    }
    return true;
}

bool slicing_init(struct slicing *slicing, const struct graph *graph,
                  const struct partition *partition)
{
    *slicing = (struct slicing){.graph = graph};
    size_t states = graph->state_count, edges = graph->first[states];
    slicing->links = memory_resize(NULL, edges, sizeof *slicing->links);
    slicing->elements = memory_resize(NULL, states, sizeof *slicing->elements);
    slicing->positions = memory_resize(NULL, states, sizeof *slicing->positions);
    slicing->block_of = memory_resize(NULL, states, sizeof *slicing->block_of);
    slicing->inner = memory_allocate(states, sizeof *slicing->inner);
    return slicing->links && slicing->elements && slicing->positions && slicing->block_of &&
           slicing->inner && link_backwards(slicing) && take_over(slicing, partition) &&
           slice_all(slicing);
}

void slicing_release(struct slicing *slicing)
{
    free(slicing->source);
    free(slicing->in_first);
    free(slicing->in_visible);
    free(slicing->in_edges);
    free(slicing->links);
    free(slicing->slices);
    free(slicing->dead);
    free(slicing->tallies);
    free(slicing->spare);
    free(slicing->parted);
    free(slicing->clusters);
    free(slicing->constellations);
    free(slicing->open);
    free(slicing->pending);
    free(slicing->elements);
    free(slicing->positions);
    free(slicing->block_of);
    free(slicing->inner);
    *slicing = (struct slicing){0};
}
