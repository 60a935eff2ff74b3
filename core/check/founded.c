/*
 * After Dovier, Piazza and Policriti. Such a state has the same class as no other state: of two
 * equivalent states both have a way that never ends, or none has. (There are no internal cycles,
 * so a way that never ends has visible steps for ever.)
 */
#include "check/founded.h"

#include <string.h>

#include "base/error.h"
#include "check/progress.h"

/* The states whose edges backwards are followed soon, who has these, and what is known of those. */
static void ask_ahead(const struct refinement *refinement, const uint32_t *later)
{
    enum { FEW = 4, SOURCES = 20, STANDINGS = 10 };
    const struct node *nodes = refinement->nodes, *node = &nodes[later[SOURCES]];
    __builtin_prefetch(&nodes[later[NODE_AHEAD]]);
    __builtin_prefetch(&refinement->sources[node->sources]);
    node = &nodes[later[STANDINGS]];
    for (uint32_t k = node->sources; k < node[1].sources && k < node->sources + FEW; k++)
        __builtin_prefetch(&refinement->standings[refinement->sources[k]], 1);
    keep_asking();
}

/* Into `states`, each behind all that it leads to; answers how many there are. The key of a
 * state is how many of its edges lead to others: 0 for those found. */
static uint32_t find_founded(struct refinement *refinement)
{
    const struct node *nodes = refinement->nodes;
    struct standing *standings = refinement->standings;
    uint32_t *found = refinement->states, count = 0;
    for (uint32_t state = 0; state < refinement->graph->state_count; state++) {
        standings[state].key = nodes[state + 1].first - nodes[state].first;
        if (standings[state].key == 0)
            found[count++] = state;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct node *node = &nodes[found[i]];
        if (i + NODE_AHEAD < count)
            ask_ahead(refinement, found + i);
        for (uint32_t k = node->sources; k < node[1].sources; k++)
            if (--standings[refinement->sources[k]].key == 0)
                found[count++] = refinement->sources[k];
    }
    return count;
}

/* The signature of a state is what it can do, by keys. One whose other steps are all among those
 * of an internal successor is equivalent to that: to the latest one, whose signature has the
 * steps to the others. */
static void find_key(struct refinement *refinement, uint32_t state)
{
    struct signatures *signatures = &refinement->signatures;
    const uint64_t *edges = refinement->graph->edges;
    const struct node *node = &refinement->nodes[state];
    struct standing *standings = refinement->standings;
    uint32_t length = 0, internal = 0, near = 0;
    uint64_t *signature = signatures_room(signatures);
    bool few = node[1].first - node->first <= FEW_EDGES;
    for (uint32_t i = node->first; i < node[1].first; i++) {
        if (i + GRAPH_AHEAD < node[1].first)
            __builtin_prefetch(&standings[edge_target(edges[i + GRAPH_AHEAD])]);
        uint32_t key = standings[edge_target(edges[i])].key;
        uint64_t element = edge_make(edge_label(edges[i]), key);
        near = key > near ? key : near;
        if (few)
            length = insert_edge(signature, length, element);
        else
            signature[length++] = element;
    }
    refinement->work += node[1].first - node->first + 1;
    if (!few)
        length = order_edges(signature, length);
    while (internal < length && edge_label(signature[internal]) == LTS_INTERNAL)
        internal++;
    if (internal) {
        uint32_t latest = edge_target(signature[internal - 1]);
        if (signatures_include(signatures, latest, signature, internal - 1) &&
            signatures_include(signatures, latest, signature + internal, length - internal)) {
            standings[state].key = latest;
            return;
        }
    }
    standings[state].key = signatures_intern(signatures, length, near);
}

static int find_keys(struct refinement *refinement, uint32_t count, const struct progress *progress,
                     spex_error *error)
{
    const struct node *nodes = refinement->nodes;
    const uint32_t *found = refinement->states;
    size_t reported = refinement->work;
    signatures_begin(&refinement->signatures, count, count);
    for (uint32_t i = 0; i < count; i++) {
        if (i + GRAPH_AHEAD < count) {
            __builtin_prefetch(&nodes[found[i + GRAPH_AHEAD]]);
            __builtin_prefetch(&refinement->graph->edges[nodes[found[i + GRAPH_AHEAD / 2]].first]);
        }
        find_key(refinement, found[i]);
        if (refinement->work - reported < PROGRESS_INTERVAL)
            continue;
        reported = refinement->work;
        int status = progress_report(progress, "states", (double)i / count, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

int founded_settle(struct refinement *refinement, uint32_t *rest, const struct progress *progress,
                   spex_error *error)
{
    const struct standing *standings = refinement->standings;
    uint32_t states = refinement->graph->state_count, *block_of = refinement->block_of;
    uint32_t count = find_founded(refinement);
    *rest = states - count;
    if (!count) {
        memset(block_of, 0, states * sizeof *block_of);
        refinement->block_count = 1;
        return SPEX_OK;
    }
    for (uint32_t state = 0; state < states; state++)
        block_of[state] = standings[state].key > 0;
    int status = find_keys(refinement, count, progress, error);
    if (status)
        return status;
    uint32_t keys = refinement->signatures.count;
    for (uint32_t state = 0; state < states; state++)
        block_of[state] = block_of[state] ? keys : standings[state].key;
    refinement->block_count = keys + (*rest > 0);
    return SPEX_OK;
}
