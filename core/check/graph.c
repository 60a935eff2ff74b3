#include "check/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

bool graph_begin(struct graph *graph, uint32_t state_count)
{
    graph->state_count = state_count;
    graph->edges = NULL;
    graph->first = memory_allocate((size_t)state_count + 2, sizeof *graph->first);
    return graph->first != NULL;
}

/* Afterwards first[s + 1] is where the next edge of s goes; once all are put, it is
 * where the edges of s + 1 begin. */
void graph_begin_edges(struct graph *graph)
{
    for (size_t i = 2; i < (size_t)graph->state_count + 2; i++)
        graph->first[i] += graph->first[i - 1];
}

bool graph_allocate(struct graph *graph)
{
    graph_begin_edges(graph);
    graph->edges =
        memory_resize(NULL, graph->first[(size_t)graph->state_count + 1], sizeof *graph->edges);
    return graph->edges != NULL;
}

uint32_t order_edges(uint64_t *edges, uint32_t count)
{
    uint32_t kept = 0;
    sort_edges(edges, count);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || edges[i] != edges[i - 1])
            edges[kept++] = edges[i];
    return kept;
}

void graph_finish(struct graph *graph)
{
    uint32_t kept = 0;
    for (uint32_t state = 0, begin = 0; state < graph->state_count; state++) {
        uint32_t end = graph->first[state + 1], count = end - begin;
        uint64_t *edges = graph->edges + kept;
        if (kept < begin)
            memmove(edges, graph->edges + begin, count * sizeof *edges);
        graph->first[state] = kept;
        kept += order_edges(edges, count);
        begin = end;
    }
    graph->first[graph->state_count] = kept;
}

void graph_release(struct graph *graph)
{
    free(graph->first);
    free(graph->edges);
    memset(graph, 0, sizeof *graph);
}

int graph_of_lts(struct graph *graph, const struct lts *lts, spex_error *error)
{
    if (!graph_begin(graph, lts->state_count))
        return error_memory(error);
    for (size_t i = 0; i < lts->transition_count; i++)
        graph_count(graph, lts->transitions[i].from);
    if (!graph_allocate(graph)) {
        graph_release(graph);
        return error_memory(error);
    }
    for (size_t i = 0; i < lts->transition_count; i++)
        graph_put(graph, lts->transitions[i].from,
                  edge_make(lts->transitions[i].label, lts->transitions[i].to));
    graph_finish(graph);
    return SPEX_OK;
}

bool graph_has(const struct graph *graph, uint32_t source, uint64_t edge)
{
    uint32_t low = graph->first[source], high = graph->first[source + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (graph->edges[middle] == edge)
            return true;
        if (graph->edges[middle] < edge)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool reverse_build(struct reverse *reverse, const struct graph *graph)
{
    size_t states = graph->state_count, edges = graph->first[states];
    reverse->first = memory_allocate(states + 1, sizeof *reverse->first);
    reverse->visible = memory_allocate(states, sizeof *reverse->visible);
    reverse->sources = memory_resize(NULL, edges, sizeof *reverse->sources);
    if (!reverse->first || !reverse->visible || !reverse->sources) {
        reverse_release(reverse);
        return false;
    }
    for (size_t i = 0; i < edges; i++) {
        reverse->first[edge_target(graph->edges[i])]++;
        if (edge_label(graph->edges[i]) == LTS_INTERNAL)
            reverse->visible[edge_target(graph->edges[i])]++;
    }
    for (size_t i = 0, begin = 0; i <= states; i++) {
        size_t count = reverse->first[i];
        reverse->first[i] = (uint32_t)begin;
        if (i < states)
            reverse->visible[i] += (uint32_t)begin;
        begin += count;
    }
    /* `first` and `visible` serve as cursors and are set back: internal edges fill
     * first .. visible, visible ones go from the next state's start downwards. */
    for (uint32_t source = graph->state_count; source-- > 0;)
        for (uint32_t i = graph->first[source]; i < graph->first[source + 1]; i++) {
            uint32_t target = edge_target(graph->edges[i]);
            bool internal = edge_label(graph->edges[i]) == LTS_INTERNAL;
            uint32_t *cursor = internal ? &reverse->visible[target] : &reverse->first[target + 1];
            reverse->sources[--*cursor] = source;
        }
    /* Now visible[s] is where the edges of s begin, first[s + 1] where its visible ones do. */
    for (size_t i = 0; i < states; i++) {
        uint32_t begin = reverse->visible[i];
        reverse->visible[i] = reverse->first[i + 1];
        reverse->first[i] = begin;
    }
    reverse->first[states] = (uint32_t)edges;
    return true;
}

void reverse_release(struct reverse *reverse)
{
    free(reverse->first);
    free(reverse->visible);
    free(reverse->sources);
    memset(reverse, 0, sizeof *reverse);
}

static void insert_edges(uint64_t *edges, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t edge = edges[i];
        size_t place = i;
        for (; place > 0 && edges[place - 1] > edge; place--)
            edges[place] = edges[place - 1];
        edges[place] = edge;
    }
}

static unsigned bits_of(uint64_t number) /* which is not 0 */
{
    return 64 - (unsigned)__builtin_clzll(number);
}

/* By the highest of the bits in which they differ, in place, then each part by itself: in as few
 * rounds as leave some four to eight edges in each part, and as many bits in each round. */
static void part_edges(uint64_t *edges, size_t count)
{
    enum { MOST_BITS = 9, FEW_BITS = 3, LINE = 64 / sizeof *edges };
    uint64_t differing = 0;
    for (size_t i = 1; i < count; i++)
        differing |= edges[i] ^ edges[0];
    if (!differing)
        return;
    unsigned significant = bits_of(differing), wanted = bits_of(count) - FEW_BITS;
    wanted = wanted < significant ? wanted : significant;
    unsigned rounds = (wanted + MOST_BITS - 1) / MOST_BITS;
    unsigned bits = (wanted + rounds - 1) / rounds, shift = significant - bits;
    size_t ends[1 << MOST_BITS], places[1 << MOST_BITS], parts = (size_t)1 << bits;
    memset(ends, 0, parts * sizeof *ends);
    for (size_t i = 0; i < count; i++)
        ends[edges[i] >> shift & (parts - 1)]++;
    for (size_t part = 0, begin = 0; part < parts; part++) {
        places[part] = begin;
        ends[part] = begin += ends[part];
    }
    for (size_t part = 0; part < parts; part++)
        while (places[part] < ends[part]) {
            uint64_t edge = edges[places[part]];
            for (size_t home; (home = edge >> shift & (parts - 1)) != part;) {
                uint64_t other = edges[places[home]];
                __builtin_prefetch(&edges[places[home] + LINE], 1);
                edges[places[home]++] = edge;
                edge = other;
            }
            edges[places[part]++] = edge;
        }
    for (size_t part = 0, begin = 0; shift && part < parts; begin = ends[part++])
        sort_edges(edges + begin, ends[part] - begin);
}

void sort_edges(uint64_t *edges, size_t count)
{
    if (count <= FEW_EDGES) {
        insert_edges(edges, count);
        return;
    }
    bool sorted = true;
    for (size_t i = 1; sorted && i < count; i++)
        sorted = edges[i - 1] <= edges[i];
    if (!sorted)
        part_edges(edges, count);
}

/* One pass of a radix sort; false when all numbers agree in this byte. */
static bool sort_by_byte(const uint32_t *from, uint32_t *to, size_t count, unsigned shift)
{
    size_t places[256] = {0};
    for (size_t i = 0; i < count; i++)
        places[from[i] >> shift & 255]++;
    if (places[from[0] >> shift & 255] == count)
        return false;
    for (size_t i = 0, begin = 0; i < 256; i++) {
        size_t size = places[i];
        places[i] = begin;
        begin += size;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & 255]++] = from[i];
    return true;
}

void sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t count)
{
    enum { SHORT = 48 };
    if (count <= SHORT) {
        for (size_t i = 1; i < count; i++) {
            uint32_t number = numbers[i];
            size_t place = i;
            for (; place > 0 && numbers[place - 1] > number; place--)
                numbers[place] = numbers[place - 1];
            numbers[place] = number;
        }
        return;
    }
    uint32_t *from = numbers, *to = scratch;
    for (unsigned shift = 0; shift < 32; shift += 8)
        if (sort_by_byte(from, to, count, shift)) {
            uint32_t *swap = from;
            from = to;
            to = swap;
        }
    if (from != numbers)
        memcpy(numbers, from, count * sizeof *numbers);
}
