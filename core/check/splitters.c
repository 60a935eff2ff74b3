/*
 * After Groote, Jansen, Keiren and Wijs, with less machinery. Time m log n: a block becomes a
 * splitter, or is moved out of another, only with at most half of the weight, and what
 * becomes a bottom state does so once.
 */
#include "check/splitters.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/parting.h"
#include "check/progress.h"

/* A bottom state by all the slices that it has edges in. */
struct profile {
    uint64_t hash;
    uint32_t state;
};

struct splitting {
    struct slicing slicing;
    struct parting parting;
    uint32_t *stamps; /* by slice: the last state whose edges were looked at */
    size_t stamp_capacity;
    uint32_t stamp;
    uint32_t *states, *batch; /* room for bottom states */
    size_t state_count, state_capacity, batch_count, batch_capacity;
    uint64_t *order; /* the batch by block */
    size_t order_capacity;
    struct profile *profiles;
    size_t profile_capacity;
    size_t oldest; /* in order: the open constellations before it were looked at */
};

/* ------------------------------------------------------- fresh bottom states */

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 31) * UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return value ^ value >> 32;
}

static bool begin_stamp(struct splitting *splitting)
{
    size_t before = splitting->stamp_capacity;
    if (!memory_reserve(&splitting->stamps, &splitting->stamp_capacity,
                        splitting->slicing.slice_count, sizeof *splitting->stamps))
        return false;
    if (splitting->stamp_capacity > before)
        memset(splitting->stamps + before, 0,
               (splitting->stamp_capacity - before) * sizeof *splitting->stamps);
    splitting->stamp++;
    return true;
}

/* Stamps the slices that the state has edges in, siblings as one; answers how many. */
static bool take_profile(struct splitting *splitting, uint32_t state, uint32_t *units,
                         uint64_t *hash)
{
    const struct slicing *slicing = &splitting->slicing;
    if (!begin_stamp(splitting))
        return false;
    *units = 0;
    *hash = 0;
    for (uint32_t edge = slicing->graph->first[state]; edge < slicing->graph->first[state + 1];
         edge++) {
        uint32_t slice = slicing->links[edge].slice;
        if (slice == NONE || slicing->slices[slice].state == SLICE_FRESH ||
            splitting->stamps[slice] == splitting->stamp)
            continue;
        uint32_t sibling = slicing->slices[slice].sibling;
        splitting->stamps[slice] = splitting->stamp;
        if (sibling != NONE)
            splitting->stamps[sibling] = splitting->stamp;
        ++*units;
        *hash += mix((sibling < slice ? sibling : slice) + UINT64_C(1));
    }
    splitting->parting.work += slicing->graph->first[state + 1] - slicing->graph->first[state] + 1;
    return true;
}

/* All bottom states of the block have the edges that `state` has: where other states of it
 * have more, they part. */
static bool purge(struct splitting *splitting, uint32_t block, uint32_t state)
{
    struct slicing *slicing = &splitting->slicing;
    uint32_t units, reaching, avoiding, slice = NONE, before = NONE;
    uint64_t hash;
    bool again = true;
    while (true) {
        if (again && !take_profile(splitting, state, &units, &hash))
            return false;
        if (again)
            slice = slicing->clusters[block].slices, before = NONE;
        again = false;
        while (slice != NONE && (splitting->stamps[slice] == splitting->stamp ||
                                 slicing->slices[slice].state == SLICE_FRESH)) {
            before = slice;
            slice = slicing->slices[slice].next;
        }
        if (slice == NONE)
            return true;
        const struct cluster *cluster = &slicing->clusters[block];
        struct target target = {.slice = slice};
        if (!part(&splitting->parting, block, &target, slicing->elements + cluster->begin,
                  cluster->bottoms - cluster->begin, &reaching, &avoiding))
            return false;
        again = avoiding != block || (before != NONE && !slicing->slices[before].count);
        block = avoiding;
        if (!again)
            slice = before == NONE ? slicing->clusters[block].slices : slicing->slices[before].next;
    }
}

static int compare_profiles(const void *left, const void *right)
{
    const struct profile *one = left, *other = right;
    if (one->hash != other->hash)
        return one->hash < other->hash ? -1 : 1;
    return (one->state > other->state) - (one->state < other->state);
}

/* Parts the group, all alike, from the block's other bottom states; *block becomes where
 * these are. */
static bool part_group(struct splitting *splitting, uint32_t *block, const struct profile *group,
                       size_t count)
{
    struct slicing *slicing = &splitting->slicing;
    splitting->state_count = 0;
    parting_begin_marks(&splitting->parting);
    for (size_t i = 0; i < count; i++) {
        parting_mark(&splitting->parting, group[i].state);
        if (!numbers_push(&splitting->states, &splitting->state_count, &splitting->state_capacity,
                          group[i].state))
            return false;
    }
    struct cluster cluster = slicing->clusters[*block];
    struct target target = {NONE, splitting->states, (uint32_t)count};
    uint32_t reaching;
    return part(&splitting->parting, *block, &target, slicing->elements + cluster.begin,
                cluster.bottoms - cluster.begin, &reaching, block) &&
           purge(splitting, reaching, group->state);
}

/* These bottom states of the block are fresh: they may lack what the others have. */
static bool settle_block(struct splitting *splitting, uint32_t block, const uint64_t *fresh,
                         size_t count)
{
    const struct slicing *slicing = &splitting->slicing;
    size_t lacking = 0;
    if (!memory_reserve(&splitting->profiles, &splitting->profile_capacity, count,
                        sizeof *splitting->profiles))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct profile profile = {.state = (uint32_t)fresh[i]};
        uint32_t units;
        if (!take_profile(splitting, profile.state, &units, &profile.hash))
            return false;
        if (units != slicing->clusters[block].units)
            splitting->profiles[lacking++] = profile;
    }
    if (!lacking)
        return true;
    bool others =
        slicing->clusters[block].bottoms - slicing->clusters[block].begin > (uint32_t)lacking;
    qsort(splitting->profiles, lacking, sizeof *splitting->profiles, compare_profiles);
    for (size_t i = 0, end; i < lacking; i = end) {
        const struct profile *group = &splitting->profiles[i];
        for (end = i; end < lacking && splitting->profiles[end].hash == group->hash;)
            end++;
        if (end == lacking && !others) /* what is left of the block is theirs */
            return purge(splitting, block, group->state);
        if (!part_group(splitting, &block, group, end - i))
            return false;
    }
    return true;
}

static bool has_edge_in(const struct slicing *slicing, uint32_t state, uint32_t slice)
{
    for (uint32_t edge = slicing->graph->first[state]; edge < slicing->graph->first[state + 1];
         edge++)
        if (slicing->links[edge].slice == slice)
            return true;
    return false;
}

/* A slice of the block that the state has no edge in, though others have. */
static bool find_lacking(struct splitting *splitting, uint32_t state, uint32_t *lacking)
{
    const struct slicing *slicing = &splitting->slicing;
    uint32_t units;
    uint64_t hash;
    if (!take_profile(splitting, state, &units, &hash))
        return false;
    uint32_t slice = slicing->clusters[slicing->block_of[state]].slices;
    while (slice != NONE && (splitting->stamps[slice] == splitting->stamp ||
                             slicing->slices[slice].state == SLICE_FRESH))
        slice = slicing->slices[slice].next;
    *lacking = slice;
    return true;
}

/* Those of the block that have no edge in the slice, from the fresh bottom states listed behind
 * `begin`: all others have one in every slice. */
static bool find_avoiding(struct splitting *splitting, size_t begin, uint32_t block, uint32_t slice)
{
    const struct slicing *slicing = &splitting->slicing;
    struct parting *parting = &splitting->parting;
    uint32_t sibling = slicing->slices[slice].sibling;
    splitting->batch_count = 0;
    parting->work += parting->fresh_count - begin;
    for (size_t i = begin; i < parting->fresh_count; i++) {
        uint32_t state = parting->fresh_bottoms[i];
        if (slicing->block_of[state] == block && !has_edge_in(slicing, state, slice) &&
            (sibling == NONE || !has_edge_in(slicing, state, sibling)) &&
            !numbers_push(&splitting->batch, &splitting->batch_count, &splitting->batch_capacity,
                          state))
            return false;
    }
    return true;
}

/* Until no state is a fresh bottom state, by one slice at a time: a group of them that parts at
 * once, as above, can have all that the others have, but for what will part later. */
static bool settle_in_order(struct splitting *splitting)
{
    const struct slicing *slicing = &splitting->slicing;
    struct parting *parting = &splitting->parting;
    for (size_t i = 0; i < parting->fresh_count; i++) {
        uint32_t state = parting->fresh_bottoms[i], reaching, avoiding;
        struct target target = {.slice = NONE};
        while (true) {
            uint32_t block = slicing->block_of[state];
            if (!find_lacking(splitting, state, &target.slice))
                return false;
            if (target.slice == NONE)
                break;
            if (!find_avoiding(splitting, i, block, target.slice) ||
                !part(parting, block, &target, splitting->batch, (uint32_t)splitting->batch_count,
                      &reaching, &avoiding))
                return false;
        }
    }
    parting->fresh_count = 0;
    return true;
}

/* Until no state is a fresh bottom state. */
static bool settle_bottoms(struct splitting *splitting)
{
    struct parting *parting = &splitting->parting;
    if (parting->levels)
        return settle_in_order(splitting);
    while (parting->fresh_count) {
        size_t count = parting->fresh_count;
        if (!memory_reserve(&splitting->order, &splitting->order_capacity, count,
                            sizeof *splitting->order))
            return false;
        for (size_t i = 0; i < count; i++)
            splitting->order[i] = (uint64_t)splitting->slicing.block_of[parting->fresh_bottoms[i]]
                                      << 32 |
                                  parting->fresh_bottoms[i];
        parting->fresh_count = 0;
        sort_edges(splitting->order, count);
        for (size_t i = 0, end; i < count; i = end) {
            uint32_t block = (uint32_t)(splitting->order[i] >> 32);
            for (end = i; end < count && splitting->order[end] >> 32 == block;)
                end++;
            if (!settle_block(splitting, block, splitting->order + i, end - i))
                return false;
        }
    }
    return true;
}

/* -------------------------------------------------------------- splitters */

/* The sources of the slice's edges, marked; those of them that are bottom states and have
 * no edge in the rest of the slice that it was a part of go to `batch`. */
static bool mark_sources(struct splitting *splitting, uint32_t number, uint32_t *bottoms)
{
    const struct slicing *slicing = &splitting->slicing;
    struct parting *parting = &splitting->parting;
    splitting->state_count = splitting->batch_count = 0;
    *bottoms = 0;
    parting_begin_marks(parting);
    for (uint32_t edge = slicing->slices[number].first; edge != NONE;
         edge = slicing->links[edge].next) {
        uint32_t state = slicing->source[edge];
        parting->work++;
        if (!parting_mark(parting, state))
            continue;
        if (!numbers_push(&splitting->states, &splitting->state_count, &splitting->state_capacity,
                          state))
            return false;
        if (slicing->inner[state])
            continue;
        ++*bottoms;
        if (!slicing->tallies[slicing->links[edge].tally].rest &&
            !numbers_push(&splitting->batch, &splitting->batch_count, &splitting->batch_capacity,
                          state))
            return false;
    }
    return true;
}

/* The rest of the slice in the block where the part is: can all bottom states have it? */
static bool part_by_rest(struct splitting *splitting, uint32_t block, uint32_t rest)
{
    struct parting *parting = &splitting->parting;
    uint32_t reaching, avoiding;
    if (!splitting->batch_count)
        return true;
    for (size_t i = 0; i < parting->fresh_count; i++)
        if (splitting->slicing.block_of[parting->fresh_bottoms[i]] == block &&
            !has_edge_in(&splitting->slicing, parting->fresh_bottoms[i], rest) &&
            !numbers_push(&splitting->batch, &splitting->batch_count, &splitting->batch_capacity,
                          parting->fresh_bottoms[i]))
            return false;
    struct target target = {.slice = rest};
    return part(parting, block, &target, splitting->batch, (uint32_t)splitting->batch_count,
                &reaching, &avoiding);
}

static bool settle_slice(struct splitting *splitting, uint32_t number)
{
    struct slicing *slicing = &splitting->slicing;
    if (!slicing->slices[number].count || slicing->slices[number].state == SLICE_SETTLED)
        return true;
    uint32_t rest = slicing->slices[number].sibling, block = slicing->slices[number].block;
    uint32_t bottoms, avoiding;
    slicing_settle(slicing, number);
    if (!mark_sources(splitting, number, &bottoms))
        return false;
    const struct cluster *cluster = &slicing->clusters[block];
    if (bottoms < cluster->bottoms - cluster->begin) {
        struct target target = {NONE, splitting->states, (uint32_t)splitting->state_count};
        uint32_t whole = block;
        if (!part(&splitting->parting, block, &target, slicing->elements + cluster->begin,
                  cluster->bottoms - cluster->begin, &block, &avoiding))
            return false;
        if (rest != NONE && block != whole) /* it may have moved with the block, or not */
            rest = slicing->slices[rest].partner_round == slicing->move_round
                       ? slicing->slices[rest].partner
                       : NONE;
    }
    if (rest != NONE && slicing->slices[rest].count && !part_by_rest(splitting, block, rest))
        return false;
    return settle_bottoms(splitting);
}

static bool split_once(struct splitting *splitting)
{
    struct slicing *slicing = &splitting->slicing;
    uint32_t block;
    /* In order, first in first out: who can be told apart soon, is soon. */
    size_t next = splitting->parting.levels ? splitting->oldest++ : slicing->open_count - 1;
    uint32_t number = slicing->open[next];
    if (!splitting->parting.levels)
        slicing->open_count--;
    if (!slicing_part(slicing, number, &block))
        return false;
    if (block == NONE)
        return true;
    splitting->parting.work += slicing->clusters[block].weight;
    for (size_t i = 0; i < slicing->pending_count; i++)
        if (!settle_slice(splitting, slicing->pending[i]))
            return false;
    return true;
}

/* At first every bottom state is a fresh one. */
static bool begin(struct splitting *splitting, const struct graph *graph,
                  const struct partition *partition)
{
    struct slicing *slicing = &splitting->slicing;
    struct parting *parting = &splitting->parting;
    struct levels *levels = parting->levels;
    if (!slicing_init(slicing, graph, partition) || !parting_init(parting, slicing))
        return false;
    parting->levels = levels;
    for (uint32_t state = 0; state < graph->state_count; state++)
        if (!slicing->inner[state] && !numbers_push(&parting->fresh_bottoms, &parting->fresh_count,
                                                    &parting->fresh_capacity, state))
            return false;
    return settle_bottoms(splitting);
}

/* The same blocks. */
static bool give_back(const struct slicing *slicing, struct partition *partition)
{
    for (uint32_t block = partition->block_count; block < slicing->cluster_count; block++)
        if (!partition_add(partition))
            return false;
    for (uint32_t block = 0; block < slicing->cluster_count; block++) {
        const struct cluster *cluster = &slicing->clusters[block];
        partition->blocks[block] = (struct block){cluster->begin, cluster->end, cluster->end};
    }
    size_t size = slicing->graph->state_count * sizeof *slicing->elements;
    memcpy(partition->elements, slicing->elements, size);
    memcpy(partition->positions, slicing->positions, size);
    memcpy(partition->block_of, slicing->block_of, size);
    return true;
}

static bool told_apart(const struct slicing *slicing, const uint32_t *apart)
{
    return apart && slicing->block_of[apart[0]] != slicing->block_of[apart[1]];
}

static int run(const struct graph *graph, const uint32_t *apart, const struct progress *progress,
               struct partition *partition, struct levels *levels, spex_error *error)
{
    struct splitting splitting = {.parting.levels = levels};
    struct slicing *slicing = &splitting.slicing;
    uint64_t reported = 0;
    int status = begin(&splitting, graph, partition) ? SPEX_OK : error_memory(error);
    while (!status && splitting.oldest < slicing->open_count && !told_apart(slicing, apart)) {
        if (!split_once(&splitting))
            status = error_memory(error);
        if (!status && splitting.parting.work - reported >= PROGRESS_INTERVAL) {
            reported = splitting.parting.work;
            status = progress_report(progress, "classes",
                                     (double)slicing->cluster_count / graph->state_count, error);
        }
    }
    if (!status && !give_back(slicing, partition))
        status = error_memory(error);
    slicing_release(slicing);
    parting_release(&splitting.parting);
    free(splitting.stamps);
    free(splitting.states);
    free(splitting.batch);
    free(splitting.order);
    free(splitting.profiles);
    return status;
}

int split(const struct graph *graph, const uint32_t *apart, const struct progress *progress,
          struct partition *partition, spex_error *error)
{
    return run(graph, apart, progress, partition, NULL, error);
}

int split_in_order(const struct graph *graph, const uint32_t *apart,
                   const struct progress *progress, struct levels *levels, spex_error *error)
{
    return run(graph, apart, progress, &levels->partition, levels, error);
}
