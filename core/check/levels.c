#include "check/levels.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/sequences.h"

/* A play that takes more rounds than these is read by nobody: it need not be the shortest. */
enum { SHALLOW = 64 };
enum { LARGE = 1 << 16 };
enum { MOST_WORK = 1 << 28, MOST_DEEP_WORK = 1 << 26, MOST_BYTES = 1 << 28 };

/* (block before, label, block after), interned. */
struct observation_key {
    uint32_t before, label, after;
};

struct mark {
    uint32_t round; /* in which it was given */
    uint32_t value;
};

struct levelling {
    struct levels *levels;
    const struct quotient *quotient;
    bool weak, whole;
    struct reverse reverse;
    struct sequences observations;
    struct sequences sets; /* of observations, ascending */
    uint32_t *set_of;      /* of each class: all it can be observed to do */
    uint32_t *reach_of;    /* weak: the blocks that internal steps lead to, also in `sets` */
    uint32_t *key_of;
    uint32_t *changed; /* the classes whose observations changed with the last level */
    uint32_t changed_count;
    bool *is_changed;
    uint32_t *buffer, *scratch; /* a set in the making */
    size_t buffer_count, buffer_capacity, scratch_capacity;
    uint32_t *listed; /* by observation: the number of the last set it was put into */
    size_t listed_capacity;
    struct mark *marks; /* by set: its key in the block at hand */
    size_t mark_capacity;
    uint32_t list, round; /* counters for `listed` and `marks` */
    size_t work;
};

/* ----------------------------------------------------------- the tree */

bool levels_add(struct levels *levels, uint32_t parent, uint32_t level, uint32_t *node)
{
    if (!memory_reserve(&levels->tree, &levels->tree_capacity, levels->tree_count + 1,
                        sizeof *levels->tree))
        return false;
    struct ancestor *tree = levels->tree;
    struct ancestor *fresh = &tree[levels->tree_count];
    *fresh = (struct ancestor){parent, parent, 0, level};
    *node = (uint32_t)levels->tree_count++;
    if (*node == 0)
        return true;
    fresh->depth = tree[parent].depth + 1;
    uint32_t jump = tree[parent].jump;
    if (tree[parent].depth - tree[jump].depth == tree[jump].depth - tree[tree[jump].jump].depth)
        fresh->jump = tree[jump].jump;
    return true;
}

uint32_t levels_block(const struct levels *levels, uint32_t class, uint32_t level)
{
    const struct ancestor *tree = levels->tree;
    uint32_t at = levels->leaf[levels->partition.block_of[class]];
    while (tree[at].level > level)
        at = tree[tree[at].jump].level > level ? tree[at].jump : tree[at].parent;
    return at;
}

static uint32_t climb(const struct ancestor *tree, uint32_t at, uint32_t depth)
{
    while (tree[at].depth > depth)
        at = tree[tree[at].jump].depth >= depth ? tree[at].jump : tree[at].parent;
    return at;
}

uint32_t levels_apart(const struct levels *levels, uint32_t one, uint32_t other)
{
    const struct ancestor *tree = levels->tree;
    one = levels->leaf[levels->partition.block_of[one]];
    other = levels->leaf[levels->partition.block_of[other]];
    if (one == other)
        return 0;
    one = climb(tree, one, tree[other].depth);
    other = climb(tree, other, tree[one].depth);
    while (tree[one].parent != tree[other].parent) {
        bool far = tree[one].jump != tree[other].jump;
        one = far ? tree[one].jump : tree[one].parent;
        other = far ? tree[other].jump : tree[other].parent;
    }
    return tree[one].level;
}

bool levels_hold(struct levels *levels, size_t blocks)
{
    return memory_reserve(&levels->leaf, &levels->leaf_capacity, blocks, sizeof *levels->leaf);
}

bool levels_begin(struct levels *levels, uint32_t class_count)
{
    memset(levels, 0, sizeof *levels);
    return partition_init(&levels->partition, class_count) && levels_hold(levels, 1) &&
           levels_add(levels, 0, 0, &levels->leaf[0]);
}

/* --------------------------------------------------------- observations */

static bool put(struct levelling *levelling, uint32_t observation)
{
    size_t before = levelling->listed_capacity;
    if (!memory_reserve(&levelling->listed, &levelling->listed_capacity, (size_t)observation + 1,
                        sizeof *levelling->listed))
        return false;
    if (levelling->listed_capacity > before)
        memset(levelling->listed + before, 0,
               (levelling->listed_capacity - before) * sizeof *levelling->listed);
    if (levelling->listed[observation] == levelling->list)
        return true;
    levelling->listed[observation] = levelling->list;
    if (!memory_reserve(&levelling->buffer, &levelling->buffer_capacity,
                        levelling->buffer_count + 1, sizeof *levelling->buffer))
        return false;
    levelling->buffer[levelling->buffer_count++] = observation;
    return true;
}

static bool put_key(struct levelling *levelling, uint32_t before, uint32_t label, uint32_t after)
{
    struct observation_key key = {before, label, after};
    uint32_t number;
    /* Memory that is walked in no order takes long when it is large. */
    levelling->work += levelling->observations.count > LARGE ? 16 : 4;
    return sequences_intern(&levelling->observations, &key, sizeof key, &number) &&
           put(levelling, number);
}

static bool put_set(struct levelling *levelling, uint32_t set)
{
    size_t size;
    const uint32_t *observations = sequences_bytes(&levelling->sets, set, &size);
    size_t count = size / sizeof *observations;
    for (size_t i = 0; i < count; i++)
        if (!put(levelling, observations[i]))
            return false;
    levelling->work += count;
    return true;
}

static bool intern_buffer(struct levelling *levelling, uint32_t *set)
{
    if (!memory_reserve(&levelling->scratch, &levelling->scratch_capacity, levelling->buffer_count,
                        sizeof *levelling->scratch))
        return false;
    sort_numbers(levelling->buffer, levelling->scratch, levelling->buffer_count);
    return sequences_intern(&levelling->sets, levelling->buffer,
                            levelling->buffer_count * sizeof *levelling->buffer, set);
}

/* The blocks that internal steps lead to, as observations with the internal action. */
static bool observe_reach(struct levelling *levelling, uint32_t class)
{
    const struct graph *graph = &levelling->quotient->graph;
    levelling->list++;
    levelling->buffer_count = 0;
    bool good = put_key(levelling, 0, LTS_INTERNAL, levelling->levels->partition.block_of[class]);
    for (uint32_t i = graph->first[class]; good && i < graph->first[class + 1]; i++) {
        if (edge_label(graph->edges[i]) != LTS_INTERNAL)
            break;
        good = put_set(levelling, levelling->reach_of[edge_target(graph->edges[i])]);
    }
    return good && intern_buffer(levelling, &levelling->reach_of[class]);
}

/* The label, into each of the blocks that internal steps lead to from the target. */
static bool put_weak_step(struct levelling *levelling, uint32_t label, uint32_t target)
{
    size_t size, count;
    const uint32_t *reach = sequences_bytes(&levelling->sets, levelling->reach_of[target], &size);
    count = size / sizeof *reach;
    for (size_t i = 0; i < count; i++) {
        size_t key_size;
        const struct observation_key *key =
            sequences_bytes(&levelling->observations, reach[i], &key_size);
        if (!put_key(levelling, 0, label, key->after))
            return false;
    }
    levelling->work += count;
    return true;
}

static bool observe_weakly(struct levelling *levelling, uint32_t class)
{
    const struct graph *graph = &levelling->quotient->graph;
    levelling->list++;
    levelling->buffer_count = 0;
    bool good = put_set(levelling, levelling->reach_of[class]);
    for (uint32_t i = graph->first[class]; good && i < graph->first[class + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]), target = edge_target(graph->edges[i]);
        good = label == LTS_INTERNAL ? put_set(levelling, levelling->set_of[target])
                                     : put_weak_step(levelling, label, target);
    }
    return good && intern_buffer(levelling, &levelling->set_of[class]);
}

/* Internal edges lead to smaller numbers: their targets' sets are up to date. */
static bool observe(struct levelling *levelling, uint32_t class)
{
    const struct graph *graph = &levelling->quotient->graph;
    const uint32_t *block_of = levelling->levels->partition.block_of;
    uint32_t own = block_of[class];
    levelling->list++;
    levelling->buffer_count = 0;
    bool good = put_key(levelling, own, LTS_INTERNAL, own);
    for (uint32_t i = graph->first[class]; good && i < graph->first[class + 1]; i++) {
        uint32_t label = edge_label(graph->edges[i]);
        uint32_t target = edge_target(graph->edges[i]);
        if (label != LTS_INTERNAL || block_of[target] != own)
            good = put_key(levelling, own, label, block_of[target]);
        if (good && label == LTS_INTERNAL)
            good = put_set(levelling, levelling->set_of[target]);
    }
    levelling->work += graph->first[class + 1] - graph->first[class] + 1;
    return good && intern_buffer(levelling, &levelling->set_of[class]);
}

static bool exhausted(const struct levelling *levelling)
{
    bool deep = levelling->levels->last >= SHALLOW;
    return levelling->work > (deep ? MOST_DEEP_WORK : MOST_WORK) ||
           levelling->sets.pool_used > MOST_BYTES;
}

/* -------------------------------------------------------------- a level */

static void add_changed(struct levelling *levelling, uint32_t class)
{
    if (levelling->is_changed[class])
        return;
    levelling->is_changed[class] = true;
    levelling->changed[levelling->changed_count++] = class;
}

/* And whoever can get to one of the changed classes internally; these were looked at up to
 * `begin` already. */
static void close_changed(struct levelling *levelling, uint32_t begin)
{
    const struct reverse *reverse = &levelling->reverse;
    for (uint32_t i = begin; i < levelling->changed_count; i++) {
        uint32_t class = levelling->changed[i];
        for (uint32_t j = reverse->first[class]; j < reverse->visible[class]; j++)
            add_changed(levelling, reverse->sources[j]);
        levelling->work += reverse->visible[class] - reverse->first[class] + 1;
    }
}

static void add_sources(struct levelling *levelling, uint32_t class)
{
    const struct reverse *reverse = &levelling->reverse;
    for (uint32_t j = reverse->visible[class]; j < reverse->first[class + 1]; j++)
        add_changed(levelling, reverse->sources[j]);
    levelling->work += reverse->first[class + 1] - reverse->visible[class];
}

/* Whoever has an edge from or into one of the blocks made since `first_new`, and whoever
 * can get there internally; weakly, whoever has one to a class that gets there internally, too.
 * Their sets will hold a block that no other set holds. */
static void collect_changed(struct levelling *levelling, uint32_t first_new)
{
    const struct partition *partition = &levelling->levels->partition;
    for (uint32_t i = 0; i < levelling->changed_count; i++)
        levelling->is_changed[levelling->changed[i]] = false;
    levelling->changed_count = 0;
    for (uint32_t block = first_new; block < partition->block_count; block++)
        for (uint32_t i = partition->blocks[block].begin; i < partition->blocks[block].end; i++) {
            add_changed(levelling, partition->elements[i]);
            if (!levelling->weak)
                add_sources(levelling, partition->elements[i]);
        }
    close_changed(levelling, 0);
    if (!levelling->weak)
        return;
    uint32_t reaching = levelling->changed_count;
    for (uint32_t i = 0; i < reaching; i++)
        add_sources(levelling, levelling->changed[i]);
    close_changed(levelling, reaching);
}

/* Numbers the different sets of the block's marked classes 0, 1, 2, ... */
static bool number_sets(struct levelling *levelling, const struct block *block, uint32_t *count)
{
    const uint32_t *elements = levelling->levels->partition.elements;
    size_t before = levelling->mark_capacity;
    if (!memory_reserve(&levelling->marks, &levelling->mark_capacity, levelling->sets.count,
                        sizeof *levelling->marks))
        return false;
    if (levelling->mark_capacity > before)
        memset(levelling->marks + before, 0,
               (levelling->mark_capacity - before) * sizeof *levelling->marks);
    levelling->round++;
    *count = 0;
    for (uint32_t i = block->marked; i < block->end; i++) {
        struct mark *mark = &levelling->marks[levelling->set_of[elements[i]]];
        if (mark->round != levelling->round)
            *mark = (struct mark){levelling->round, (*count)++};
        levelling->key_of[elements[i]] = mark->value;
    }
    return true;
}

static bool part_block(struct levelling *levelling, uint32_t number, uint32_t level)
{
    struct levels *levels = levelling->levels;
    struct partition *partition = &levels->partition;
    uint32_t keys, first_new = partition->block_count;
    struct block block = partition->blocks[number];
    if (!number_sets(levelling, &block, &keys) ||
        !partition_split(partition, number, levelling->key_of, keys) ||
        !levels_hold(levels, partition->block_count))
        return false;
    if (first_new == partition->block_count)
        return true;
    uint32_t parent = levels->leaf[number];
    for (uint32_t part = first_new - 1; part < partition->block_count; part++)
        if (!levels_add(levels, parent, level, &levels->leaf[part < first_new ? number : part]))
            return false;
    return true;
}

static bool next_level(struct levelling *levelling, uint32_t level)
{
    struct partition *partition = &levelling->levels->partition;
    uint32_t first_new = partition->block_count;
    /* The key of a class is only needed later: it serves as scratch for sorting. */
    sort_numbers(levelling->changed, levelling->key_of, levelling->changed_count);
    for (uint32_t i = 0; levelling->weak && i < levelling->changed_count; i++)
        if (!exhausted(levelling) && !observe_reach(levelling, levelling->changed[i]))
            return false;
    for (uint32_t i = 0; !exhausted(levelling) && i < levelling->changed_count; i++)
        if (levelling->weak ? !observe_weakly(levelling, levelling->changed[i])
                            : !observe(levelling, levelling->changed[i]))
            return false;
    if (exhausted(levelling))
        return true;
    for (uint32_t i = 0; i < levelling->changed_count; i++)
        partition_mark(partition, levelling->changed[i]);
    while (partition->stack_count)
        if (!part_block(levelling, partition->stack[--partition->stack_count], level))
            return false;
    collect_changed(levelling, first_new);
    return true;
}

static bool prepare(struct levelling *levelling)
{
    uint32_t classes = levelling->quotient->graph.state_count;
    struct levels *levels = levelling->levels;
    levelling->set_of = memory_allocate(classes, sizeof *levelling->set_of);
    levelling->reach_of = memory_allocate(classes, sizeof *levelling->reach_of);
    levelling->key_of = memory_allocate(classes, sizeof *levelling->key_of);
    levelling->changed = memory_resize(NULL, classes, sizeof *levelling->changed);
    levelling->is_changed = memory_allocate(classes, sizeof *levelling->is_changed);
    if (!levelling->set_of || !levelling->reach_of || !levelling->key_of || !levelling->changed ||
        !levelling->is_changed ||
        !reverse_build(&levelling->reverse, &levelling->quotient->graph) ||
        !levels_begin(levels, classes))
        return false;
    for (uint32_t class = 0; class < classes; class ++)
        add_changed(levelling, class);
    return true;
}

static int run(struct levelling *levelling, const struct progress *progress, bool *found,
               spex_error *error)
{
    const struct partition *partition = &levelling->levels->partition;
    const uint32_t *initial = levelling->quotient->initial;
    size_t reported = 0;
    for (uint32_t level = 1;; level++) {
        uint32_t blocks = partition->block_count;
        if (!next_level(levelling, level))
            return error_memory(error);
        if (exhausted(levelling))
            return SPEX_OK;
        levelling->levels->last = level;
        if (levelling->whole
                ? partition->block_count == blocks
                : partition->block_of[initial[LEFT]] != partition->block_of[initial[RIGHT]]) {
            *found = true;
            return SPEX_OK;
        }
        if (partition->block_count == blocks)
            return error_set(error, SPEX_ERROR_INTERNAL,
                             "two classes differ and yet nothing tells them apart");
        if (levelling->work - reported >= PROGRESS_INTERVAL) {
            reported = levelling->work;
            int status =
                progress_report(progress, "differences", (double)reported / MOST_WORK, error);
            if (status)
                return status;
        }
    }
}

static int build(struct levelling *levelling, const struct progress *progress, bool *found,
                 spex_error *error)
{
    /* Should memory be out before there is a tree. */
    memset(levelling->levels, 0, sizeof *levelling->levels);
    *found = false;
    int status = prepare(levelling) ? run(levelling, progress, found, error) : error_memory(error);
    reverse_release(&levelling->reverse);
    sequences_release(&levelling->observations);
    sequences_release(&levelling->sets);
    free(levelling->set_of);
    free(levelling->reach_of);
    free(levelling->key_of);
    free(levelling->changed);
    free(levelling->is_changed);
    free(levelling->buffer);
    free(levelling->scratch);
    free(levelling->listed);
    free(levelling->marks);
    if (status || !(*found || levelling->whole))
        levels_release(levelling->levels);
    return status;
}

int levels_build(struct levels *levels, const struct quotient *quotient, bool weak,
                 const struct progress *progress, bool *found, spex_error *error)
{
    struct levelling levelling = {.levels = levels, .quotient = quotient, .weak = weak};
    return build(&levelling, progress, found, error);
}

int levels_build_whole(struct levels *levels, const struct quotient *quotient,
                       const struct progress *progress, spex_error *error)
{
    struct levelling levelling = {.levels = levels, .quotient = quotient, .whole = true};
    bool found;
    return build(&levelling, progress, &found, error);
}

void levels_release(struct levels *levels)
{
    partition_release(&levels->partition);
    free(levels->tree);
    free(levels->leaf);
    memset(levels, 0, sizeof *levels);
}
