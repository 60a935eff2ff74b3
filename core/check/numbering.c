/*
 * One who goes along edges waits for memory at every step, as no next state is known before. So
 * many go at once, each from states of its own, and what one asks for comes while the others take
 * their turns. Each goes on from what it met last, along internal edges first, as the search for
 * components will, and gives numbers to a whole piece of its way at a time. A state with many
 * edges is near to none of their targets.
 */
#include "check/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/progress.h"

enum { WALKERS = 32, WAITING = 64, PIECE = 256, WORD = 64 };

#define NOWHERE UINT32_MAX

struct walker {
    uint32_t next, end;        /* where it looks for a state to go on from */
    uint32_t open;             /* the state whose edges it follows next, or NOWHERE */
    uint32_t waiting[WAITING]; /* those it met last; what finds no place here is left to others */
    uint32_t first, after;
    uint32_t met[PIECE], count; /* no numbers yet */
};

struct walk {
    const struct graph *graph;
    uint64_t *seen; /* a bit a state */
    uint32_t *order;
    uint32_t numbered;
    struct walker walkers[WALKERS];
};

static void number_piece(struct walk *walk, struct walker *walker)
{
    memcpy(walk->order + walk->numbered, walker->met, walker->count * sizeof *walker->met);
    walk->numbered += walker->count;
    walker->count = 0;
}

static inline void meet(struct walk *walk, struct walker *walker, uint32_t state)
{
    uint64_t bit = UINT64_C(1) << state % WORD;
    if (walk->seen[state / WORD] & bit)
        return;
    walk->seen[state / WORD] |= bit;
    walker->met[walker->count++] = state;
    if (walker->count == PIECE)
        number_piece(walk, walker);
    if (walker->after - walker->first == WAITING)
        walker->first++;
    walker->waiting[walker->after++ % WAITING] = state;
    __builtin_prefetch(&walk->graph->first[state]);
}

static void follow(struct walk *walk, struct walker *walker)
{
    const struct graph *graph = walk->graph;
    uint32_t begin = graph->first[walker->open], end = graph->first[walker->open + 1];
    for (int internal = 0; internal < 2; internal++)
        for (uint32_t i = end; i-- > begin;)
            if ((edge_label(graph->edges[i]) == LTS_INTERNAL) == internal)
                meet(walk, walker, edge_target(graph->edges[i]));
    walker->open = NOWHERE;
}

/* The next state that nobody has seen; false: there is none left in its own part. */
static bool start(struct walk *walk, struct walker *walker)
{
    for (; walker->next < walker->end; walker->next++) {
        uint64_t unseen = ~walk->seen[walker->next / WORD] >> walker->next % WORD;
        if (unseen & 1) {
            meet(walk, walker, walker->next++);
            return true;
        }
        if (!unseen)
            walker->next |= WORD - 1;
    }
    return false;
}

/* One thing that it can do with the memory it asked for before. */
static bool take_turn(struct walk *walk, struct walker *walker)
{
    const struct graph *graph = walk->graph;
    if (walker->open != NOWHERE) {
        follow(walk, walker);
        return true;
    }
    if (walker->first == walker->after)
        return start(walk, walker);
    uint32_t state = walker->waiting[--walker->after % WAITING];
    if (graph_has_few(graph, state)) {
        walker->open = state;
        __builtin_prefetch(&graph->edges[graph->first[state]]);
    }
    return true;
}

static int go(struct walk *walk, const struct progress *progress, spex_error *error)
{
    uint32_t states = walk->graph->state_count, reported = 0;
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < WALKERS; i++)
            any |= take_turn(walk, &walk->walkers[i]);
        if (walk->numbered - reported < PROGRESS_INTERVAL)
            continue;
        reported = walk->numbered;
        int status = progress_report(progress, "states", (double)reported / states, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

int numbering_near(const struct graph *graph, uint32_t *order, uint32_t *number,
                   const struct progress *progress, spex_error *error)
{
    struct walk *walk = memory_allocate(1, sizeof *walk);
    uint32_t states = graph->state_count;
    if (walk)
        walk->seen = memory_allocate(states / WORD + 1, sizeof *walk->seen);
    if (!walk || !walk->seen) {
        free(walk);
        return error_memory(error);
    }
    walk->graph = graph;
    walk->order = order;
    for (uint32_t i = 0; i < WALKERS; i++) {
        struct walker *walker = &walk->walkers[i];
        walker->next = (uint32_t)((uint64_t)states * i / WALKERS);
        walker->end = (uint32_t)((uint64_t)states * (i + 1) / WALKERS);
        walker->open = NOWHERE;
    }
    int status = go(walk, progress, error);
    for (int i = 0; i < WALKERS; i++)
        number_piece(walk, &walk->walkers[i]);
    free(walk->seen);
    free(walk);
    for (uint32_t i = 0; !status && i < states; i++) {
        if (i + GRAPH_AHEAD < states)
            __builtin_prefetch(&number[order[i + GRAPH_AHEAD]], 1);
        number[order[i]] = i;
    }
    return status;
}
