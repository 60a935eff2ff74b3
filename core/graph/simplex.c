#include "graph/simplex.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define NO_EDGE SIZE_MAX

struct simplex {
    uint32_t node_count;
    const struct simplex_edge *edges;
    size_t edge_count;
    int *x;
    long work; /* steps left */

    size_t *first;    /* edges of node v: incident[first[v] .. first[v + 1] - 1] */
    size_t *incident; /* edge numbers */

    /* the spanning tree of tight edges */
    bool *in_tree;    /* edge */
    bool *reached;    /* node */
    long *cut;        /* cut value of a tree edge */
    size_t *parent;   /* node: the tree edge towards the root */
    uint32_t *low;    /* node: least number in its subtree */
    uint32_t *number; /* node: postorder number; its subtree is low .. number */
    uint32_t *by_number;
    uint32_t *stack;
    size_t *next; /* node: where the walk over its edges stands */
    size_t leave_from;
};

static uint32_t other_end(const struct simplex_edge *edge, uint32_t node)
{
    return edge->tail == node ? edge->head : edge->tail;
}

static int slack(const struct simplex *simplex, size_t edge)
{
    const struct simplex_edge *e = &simplex->edges[edge];
    return simplex->x[e->head] - simplex->x[e->tail] - e->length;
}

static bool inside(const struct simplex *simplex, uint32_t node, uint32_t subtree)
{
    return simplex->low[subtree] <= simplex->number[node] &&
           simplex->number[node] <= simplex->number[subtree];
}

static bool prepare(struct simplex *simplex)
{
    size_t nodes = simplex->node_count, edges = simplex->edge_count;
    simplex->first = memory_allocate(nodes + 2, sizeof *simplex->first);
    simplex->incident = memory_allocate(edges * 2, sizeof *simplex->incident);
    simplex->in_tree = memory_allocate(edges, sizeof *simplex->in_tree);
    simplex->reached = memory_allocate(nodes, sizeof *simplex->reached);
    simplex->cut = memory_allocate(edges, sizeof *simplex->cut);
    simplex->parent = memory_allocate(nodes, sizeof *simplex->parent);
    simplex->low = memory_allocate(nodes, sizeof *simplex->low);
    simplex->number = memory_allocate(nodes, sizeof *simplex->number);
    simplex->by_number = memory_allocate(nodes, sizeof *simplex->by_number);
    simplex->stack = memory_allocate(nodes, sizeof *simplex->stack);
    simplex->next = memory_allocate(nodes, sizeof *simplex->next);
    if (!simplex->first || !simplex->incident || !simplex->in_tree || !simplex->reached ||
        !simplex->cut || !simplex->parent || !simplex->low || !simplex->number ||
        !simplex->by_number || !simplex->stack || !simplex->next)
        return false;
    for (size_t i = 0; i < edges; i++) {
        simplex->first[simplex->edges[i].tail + 2]++;
        simplex->first[simplex->edges[i].head + 2]++;
    }
    for (size_t v = 0; v < nodes; v++)
        simplex->first[v + 2] += simplex->first[v + 1];
    for (size_t i = 0; i < edges; i++) {
        simplex->incident[simplex->first[simplex->edges[i].tail + 1]++] = i;
        simplex->incident[simplex->first[simplex->edges[i].head + 1]++] = i;
    }
    return true;
}

static void release(struct simplex *simplex)
{
    free(simplex->first);
    free(simplex->incident);
    free(simplex->in_tree);
    free(simplex->reached);
    free(simplex->cut);
    free(simplex->parent);
    free(simplex->low);
    free(simplex->number);
    free(simplex->by_number);
    free(simplex->stack);
    free(simplex->next);
}

/* Everything as far left as the lengths allow. False: there is a cycle. */
static bool leftmost(struct simplex *simplex)
{
    size_t *waiting = simplex->next; /* tails not yet placed */
    uint32_t placed = 0, ready = 0;
    memset(waiting, 0, simplex->node_count * sizeof *waiting);
    for (size_t i = 0; i < simplex->edge_count; i++)
        waiting[simplex->edges[i].head]++;
    for (uint32_t v = 0; v < simplex->node_count; v++) {
        simplex->x[v] = 0;
        if (!waiting[v])
            simplex->stack[ready++] = v;
    }
    while (ready) {
        uint32_t v = simplex->stack[--ready];
        placed++;
        for (size_t k = simplex->first[v]; k < simplex->first[v + 1]; k++) {
            const struct simplex_edge *e = &simplex->edges[simplex->incident[k]];
            if (e->tail != v)
                continue;
            if (simplex->x[e->head] < simplex->x[v] + e->length)
                simplex->x[e->head] = simplex->x[v] + e->length;
            if (--waiting[e->head] == 0)
                simplex->stack[ready++] = e->head;
        }
    }
    return placed == simplex->node_count;
}

/* ------------------------------------------------- the first spanning tree */

/* A heap of edges that leave the tree, least key first. */
struct heap {
    struct heap_entry {
        long key;
        size_t edge;
    } * entries;
    size_t count, capacity;
};

static bool heap_push(struct heap *heap, long key, size_t edge)
{
    if (!memory_reserve(&heap->entries, &heap->capacity, heap->count + 1, sizeof *heap->entries))
        return false;
    size_t i = heap->count++;
    for (; i && heap->entries[(i - 1) / 2].key > key; i = (i - 1) / 2)
        heap->entries[i] = heap->entries[(i - 1) / 2];
    heap->entries[i] = (struct heap_entry){key, edge};
    return true;
}

static void heap_pop(struct heap *heap)
{
    struct heap_entry last = heap->entries[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->entries[child + 1].key < heap->entries[child].key)
            child++;
        if (heap->entries[child].key >= last.key)
            break;
        heap->entries[i] = heap->entries[child];
        i = child;
    }
    if (heap->count)
        heap->entries[i] = last;
}

/* The nodes of the tree move together; instead of moving them all at each step, x
 * of a node in the tree lacks `moved` until the end. */
struct growth {
    struct heap out; /* edges from the tree: slack = key - moved */
    struct heap in;  /* edges into the tree: slack = key + moved */
    long moved;
};

static bool reach(struct simplex *simplex, struct growth *growth, uint32_t node)
{
    simplex->reached[node] = true;
    for (size_t k = simplex->first[node]; k < simplex->first[node + 1]; k++) {
        size_t edge = simplex->incident[k];
        const struct simplex_edge *e = &simplex->edges[edge];
        bool out = e->tail == node;
        if (!simplex->reached[other_end(e, node)] &&
            !heap_push(out ? &growth->out : &growth->in,
                       slack(simplex, edge) + (out ? growth->moved : -growth->moved), edge))
            return false;
    }
    return true;
}

static void drop_reached(const struct simplex *simplex, struct heap *heap)
{
    while (heap->count) {
        const struct simplex_edge *e = &simplex->edges[heap->entries[0].edge];
        if (!simplex->reached[e->tail] || !simplex->reached[e->head])
            return;
        heap_pop(heap);
    }
}

/* Grows the tree by one node: 1; 0 when nothing is left, -1 without memory. */
static int grow(struct simplex *simplex, struct growth *growth)
{
    drop_reached(simplex, &growth->out);
    drop_reached(simplex, &growth->in);
    if (!growth->out.count && !growth->in.count)
        return 0;
    bool out =
        growth->out.count && (!growth->in.count || growth->out.entries[0].key - growth->moved <=
                                                       growth->in.entries[0].key + growth->moved);
    struct heap_entry entry = out ? growth->out.entries[0] : growth->in.entries[0];
    const struct simplex_edge *e = &simplex->edges[entry.edge];
    growth->moved = out ? entry.key : -entry.key;
    uint32_t node = out ? e->head : e->tail;
    simplex->in_tree[entry.edge] = true;
    heap_pop(out ? &growth->out : &growth->in);
    bool good = reach(simplex, growth, node);
    simplex->x[node] -= (int)growth->moved; /* from now on it moves with the tree */
    return good ? 1 : -1;
}

static int first_tree(struct simplex *simplex, spex_error *error)
{
    struct growth growth = {0};
    uint32_t count = 1;
    int grown = reach(simplex, &growth, 0) ? 1 : -1;
    while (grown > 0) {
        grown = grow(simplex, &growth);
        count += grown > 0;
    }
    for (uint32_t v = 0; v < simplex->node_count; v++)
        simplex->x[v] += (int)growth.moved;
    free(growth.out.entries);
    free(growth.in.entries);
    if (grown < 0)
        return error_memory(error);
    if (count != simplex->node_count)
        return error_set(error, SPEX_ERROR_INTERNAL, "a graph to place is not connected");
    return SPEX_OK;
}

/* -------------------------------------------------------- numbers and cuts */

/* Numbers the subtree of `root` in postorder, from `low` on. */
static void number_subtree(struct simplex *simplex, uint32_t root, uint32_t low)
{
    uint32_t depth = 0, number = low;
    simplex->stack[depth++] = root;
    simplex->next[root] = simplex->first[root];
    simplex->low[root] = number;
    while (depth) {
        uint32_t v = simplex->stack[depth - 1];
        if (simplex->next[v] == simplex->first[v + 1]) {
            simplex->number[v] = number;
            simplex->by_number[number++] = v;
            depth--;
            continue;
        }
        size_t edge = simplex->incident[simplex->next[v]++];
        simplex->work--;
        if (!simplex->in_tree[edge] || edge == simplex->parent[v])
            continue;
        uint32_t child = other_end(&simplex->edges[edge], v);
        simplex->parent[child] = edge;
        simplex->low[child] = number;
        simplex->next[child] = simplex->first[child];
        simplex->stack[depth++] = child;
    }
}

/* What edge `edge` of the subtree's root `v` adds to the cut value of v's parent edge. */
static long contribution(const struct simplex *simplex, size_t edge, uint32_t v, bool outwards)
{
    const struct simplex_edge *e = &simplex->edges[edge];
    bool leaves = !inside(simplex, other_end(e, v), v);
    long value = e->weight;
    if (!leaves)
        value = (simplex->in_tree[edge] ? simplex->cut[edge] : 0) - e->weight;
    bool positive = outwards ? e->head == v : e->tail == v;
    return positive != leaves ? value : -value;
}

static void compute_cuts(struct simplex *simplex)
{
    for (uint32_t k = 0; k + 1 < simplex->node_count; k++) {
        uint32_t v = simplex->by_number[k];
        size_t up = simplex->parent[v];
        bool outwards = simplex->edges[up].tail == v;
        long sum = 0;
        for (size_t i = simplex->first[v]; i < simplex->first[v + 1]; i++)
            sum += contribution(simplex, simplex->incident[i], v, outwards);
        simplex->cut[up] = sum;
    }
}

/* ------------------------------------------------------------------ pivots */

/* A tree edge whose cut value is negative, of the first few the worst. */
static size_t leaving_edge(struct simplex *simplex)
{
    enum { LOOKED_AT = 30 };
    size_t worst = NO_EDGE;
    int seen = 0;
    for (size_t step = 0; step < simplex->edge_count && seen < LOOKED_AT; step++) {
        size_t edge = simplex->leave_from;
        simplex->leave_from = edge + 1 < simplex->edge_count ? edge + 1 : 0;
        simplex->work--;
        if (!simplex->in_tree[edge] || simplex->cut[edge] >= 0)
            continue;
        seen++;
        if (worst == NO_EDGE || simplex->cut[edge] < simplex->cut[worst])
            worst = edge;
    }
    return worst;
}

/* The shortest edge that joins both halves again in the other direction. */
static size_t entering_edge(struct simplex *simplex, uint32_t child, bool into)
{
    size_t best = NO_EDGE;
    int least = INT_MAX;
    for (uint32_t k = simplex->low[child]; k <= simplex->number[child]; k++) {
        uint32_t v = simplex->by_number[k];
        for (size_t i = simplex->first[v]; i < simplex->first[v + 1]; i++) {
            size_t edge = simplex->incident[i];
            const struct simplex_edge *e = &simplex->edges[edge];
            simplex->work--;
            if (simplex->in_tree[edge] || (into ? e->head : e->tail) != v ||
                inside(simplex, other_end(e, v), child))
                continue;
            int gap = slack(simplex, edge);
            if (gap < least) {
                least = gap;
                best = edge;
            }
        }
    }
    return best;
}

/* Adds the cut value to the tree path from v up to the subtree that holds w too. */
static uint32_t climb(struct simplex *simplex, uint32_t v, uint32_t w, long cut, bool add)
{
    while (!inside(simplex, w, v)) {
        size_t up = simplex->parent[v];
        bool plus = simplex->edges[up].tail == v ? add : !add;
        simplex->cut[up] += plus ? cut : -cut;
        v = other_end(&simplex->edges[up], v);
        simplex->work--;
    }
    return v;
}

static bool pivot(struct simplex *simplex, size_t leaving)
{
    const struct simplex_edge *e = &simplex->edges[leaving];
    bool into = simplex->number[e->tail] < simplex->number[e->head];
    uint32_t child = into ? e->tail : e->head;
    size_t entering = entering_edge(simplex, child, into);
    if (entering == NO_EDGE)
        return false;
    int shift = slack(simplex, entering);
    if (into)
        shift = -shift;
    for (uint32_t k = simplex->low[child]; shift && k <= simplex->number[child]; k++)
        simplex->x[simplex->by_number[k]] += shift;

    const struct simplex_edge *f = &simplex->edges[entering];
    long cut = simplex->cut[leaving];
    uint32_t common = climb(simplex, f->tail, f->head, cut, true);
    climb(simplex, f->head, f->tail, cut, false);
    simplex->cut[entering] = -cut;
    simplex->cut[leaving] = 0;
    simplex->in_tree[leaving] = false;
    simplex->in_tree[entering] = true;
    number_subtree(simplex, common, simplex->low[common]);
    return true;
}

int simplex_solve(uint32_t node_count, const struct simplex_edge *edges, size_t edge_count,
                  long work, int *x, spex_error *error)
{
    struct simplex simplex = {
        .node_count = node_count, .edges = edges, .edge_count = edge_count, .x = x, .work = work};
    int status = SPEX_OK;
    if (node_count == 0)
        return SPEX_OK;
    if (!prepare(&simplex))
        status = error_memory(error);
    else if (!leftmost(&simplex))
        status = error_set(error, SPEX_ERROR_INTERNAL, "a graph to place has a cycle");
    if (!status)
        status = first_tree(&simplex, error);
    if (!status) {
        simplex.parent[0] = NO_EDGE;
        number_subtree(&simplex, 0, 0);
        compute_cuts(&simplex);
        while (simplex.work > 0) {
            size_t leaving = leaving_edge(&simplex);
            if (leaving == NO_EDGE || !pivot(&simplex, leaving))
                break;
        }
        int least = INT_MAX;
        for (uint32_t v = 0; v < node_count; v++)
            least = x[v] < least ? x[v] : least;
        for (uint32_t v = 0; v < node_count; v++)
            x[v] -= least;
    }
    release(&simplex);
    return status;
}
