/*
 * What is told to people is replayed first, on the LTSs themselves and label by name, so
 * that a mistake anywhere before becomes an error and not a wrong story.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/explain.h"

struct replay {
    const struct explanation *explanation;
    const struct lts *sides[2];
    const struct graph *steps; /* by side */
    const char *fault;         /* NULL: none yet */
    bool *offers;              /* by label of the side that lacks something */
    uint32_t label_count;
};

/* The states one side may be in. */
struct crowd {
    const struct graph *steps;
    uint32_t *states, *next;
    size_t count;
    uint32_t *seen;
    uint32_t search;
};

static void expect(struct replay *replay, bool holds, const char *what)
{
    if (!holds && !replay->fault)
        replay->fault = what;
}

/* ---------------------------------------------------------------- crowds */

static bool crowd_init(struct crowd *crowd, const struct graph *steps)
{
    memset(crowd, 0, sizeof *crowd);
    crowd->steps = steps;
    crowd->states = memory_resize(NULL, steps->state_count, sizeof *crowd->states);
    crowd->next = memory_resize(NULL, steps->state_count, sizeof *crowd->next);
    crowd->seen = memory_allocate(steps->state_count, sizeof *crowd->seen);
    return crowd->states && crowd->next && crowd->seen;
}

static void crowd_release(struct crowd *crowd)
{
    free(crowd->states);
    free(crowd->next);
    free(crowd->seen);
}

static void crowd_add(struct crowd *crowd, uint32_t *states, size_t *count, uint32_t state)
{
    if (crowd->seen[state] == crowd->search)
        return;
    crowd->seen[state] = crowd->search;
    states[(*count)++] = state;
}

static void crowd_restart(struct crowd *crowd)
{
    if (++crowd->search == 0) {
        memset(crowd->seen, 0, crowd->steps->state_count * sizeof *crowd->seen);
        crowd->search = 1;
    }
}

static void crowd_close(struct crowd *crowd)
{
    const struct graph *steps = crowd->steps;
    for (size_t i = 0; i < crowd->count; i++)
        for (uint32_t j = steps->first[crowd->states[i]]; j < steps->first[crowd->states[i] + 1];
             j++)
            if (edge_label(steps->edges[j]) == LTS_INTERNAL)
                crowd_add(crowd, crowd->states, &crowd->count, edge_target(steps->edges[j]));
}

static void crowd_start(struct crowd *crowd, uint32_t state)
{
    crowd_restart(crowd);
    crowd->count = 0;
    crowd_add(crowd, crowd->states, &crowd->count, state);
    crowd_close(crowd);
}

/* Label SYMBOL_NONE is one the side does not have: nobody is left. */
static void crowd_step(struct crowd *crowd, uint32_t label)
{
    const struct graph *steps = crowd->steps;
    size_t count = 0;
    crowd_restart(crowd);
    for (size_t i = 0; i < crowd->count; i++)
        for (uint32_t j = steps->first[crowd->states[i]]; j < steps->first[crowd->states[i] + 1];
             j++)
            if (edge_label(steps->edges[j]) == label)
                crowd_add(crowd, crowd->next, &count, edge_target(steps->edges[j]));
    uint32_t *swap = crowd->states;
    crowd->states = crowd->next;
    crowd->next = swap;
    crowd->count = count;
    crowd_close(crowd);
}

/* `offered` is just what the crowd can do. */
static void expect_offered(struct replay *replay, const struct crowd *crowd,
                           const uint32_t *offered, size_t count)
{
    const struct graph *steps = crowd->steps;
    for (size_t i = 0; i < crowd->count; i++)
        for (uint32_t j = steps->first[crowd->states[i]]; j < steps->first[crowd->states[i] + 1];
             j++) {
            uint32_t label = edge_label(steps->edges[j]);
            if (label == LTS_INTERNAL)
                continue;
            replay->offers[label] = true;
        }
    for (size_t i = 0; i < count; i++) {
        expect(replay, replay->offers[offered[i]], "an action is named that is not offered");
        replay->offers[offered[i]] = false;
    }
    for (uint32_t label = 0; label < replay->label_count; label++)
        expect(replay, !replay->offers[label], "an action that is offered is not named");
}

/* ----------------------------------------------------------------- paths */

static enum side other_side(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

/* The same label on the other side; SYMBOL_NONE if it has none. */
static uint32_t translate(const struct replay *replay, enum side side, uint32_t label)
{
    if (label == LTS_INTERNAL)
        return LTS_INTERNAL;
    return symbols_find(&replay->sides[other_side(side)]->labels,
                        symbols_name(&replay->sides[side]->labels, label));
}

/* Every step exists, and each starts where the one before ended. Answers where it ends;
 * *before is where it was before its last step. */
static uint32_t expect_path(struct replay *replay, enum side side, const struct path *path,
                            uint32_t start, uint32_t *before)
{
    uint32_t state = start;
    *before = start;
    for (size_t i = 0; i < path->count; i++) {
        const struct lts_transition *step = &path->steps[i];
        bool there = step->from == state && step->from < replay->sides[side]->state_count &&
                     graph_has(&replay->steps[side], step->from, edge_make(step->label, step->to));
        expect(replay, there, "a step does not exist or does not follow the one before");
        if (!there)
            return state;
        *before = state;
        state = step->to;
    }
    return state;
}

/* The first `count` steps have just the visible actions of the other side's path. */
static void expect_same_actions(struct replay *replay, enum side side, size_t count)
{
    const struct path *path = &replay->explanation->path[side];
    const struct path *other = &replay->explanation->path[other_side(side)];
    size_t j = 0;
    for (size_t i = 0; i < count; i++) {
        if (path->steps[i].label == LTS_INTERNAL)
            continue;
        while (j < other->count && other->steps[j].label == LTS_INTERNAL)
            j++;
        expect(replay,
               j < other->count &&
                   translate(replay, side, path->steps[i].label) == other->steps[j].label,
               "the two paths have different actions");
        j++;
    }
    while (j < other->count && other->steps[j].label == LTS_INTERNAL)
        j++;
    expect(replay, j >= other->count, "the two paths have different actions");
}

static void verify_trace(struct replay *replay, struct crowd *crowd)
{
    const struct explanation *explanation = replay->explanation;
    enum side side = explanation->side, other = other_side(side);
    const struct path *path = &explanation->path[side];
    uint32_t before;
    for (int each = LEFT; each <= RIGHT; each++)
        expect_path(replay, (enum side)each, &explanation->path[each], replay->sides[each]->initial,
                    &before);
    expect(replay, path->count && path->steps[path->count - 1].label != LTS_INTERNAL,
           "the trace does not end in an action");
    if (replay->fault)
        return;
    expect_same_actions(replay, side, path->count - 1);
    crowd_start(crowd, replay->sides[other]->initial);
    for (size_t i = 0; i < path->count; i++) {
        if (path->steps[i].label == LTS_INTERNAL)
            continue;
        if (i + 1 == path->count)
            expect_offered(replay, crowd, explanation->offered, explanation->offered_count);
        crowd_step(crowd, translate(replay, side, path->steps[i].label));
    }
    expect(replay, crowd->count == 0, "the other side has the trace as well");
}

static void expect_internal(struct replay *replay, const struct path *path, size_t count)
{
    for (size_t i = 0; i < count && i < path->count; i++)
        expect(replay, path->steps[i].label == LTS_INTERNAL, "a step should be internal");
}

/* One round from states[LEFT], states[RIGHT]; moves them on. */
static void verify_round(struct replay *replay, struct crowd *crowd, const struct round *round,
                         bool last, uint32_t states[2])
{
    enum side attacker = round->attacker, defender = other_side(attacker);
    uint32_t before[2], after[2];
    expect(replay, round->attack.count > 0, "an attack is empty");
    expect(replay, round->answered == !last, "the play does not end where it is decided");
    if (replay->fault)
        return;
    after[attacker] =
        expect_path(replay, attacker, &round->attack, states[attacker], &before[attacker]);
    expect_internal(replay, &round->attack, round->attack.count - 1);
    uint32_t own = round->attack.steps[round->attack.count - 1].label;
    uint32_t label = translate(replay, attacker, own);
    if (last) {
        expect(replay, own != LTS_INTERNAL, "an internal step can always be answered");
        crowd_start(crowd, states[defender]);
        expect_offered(replay, crowd, round->offered, round->offered_count);
        crowd_step(crowd, label);
        expect(replay, crowd->count == 0, "the last attack has an answer");
        return;
    }
    after[defender] =
        expect_path(replay, defender, &round->answer, states[defender], &before[defender]);
    expect_internal(replay, &round->answer, round->answer_before);
    if (round->answer_before == round->answer.count) {
        expect(replay, own == LTS_INTERNAL, "an action is answered by none");
        before[defender] = after[defender];
    } else {
        expect(replay,
               round->answer_before + 1 == round->answer.count &&
                   round->answer.steps[round->answer_before].label == label,
               "an answer is no answer to the attack");
    }
    memcpy(states, round->before ? before : after, 2 * sizeof *states);
}

static void verify_choice(struct replay *replay, struct crowd *crowd)
{
    const struct explanation *explanation = replay->explanation;
    uint32_t states[2], before;
    for (int side = LEFT; side <= RIGHT; side++)
        states[side] = expect_path(replay, (enum side)side, &explanation->path[side],
                                   replay->sides[side]->initial, &before);
    expect(replay, explanation->round_count > 0, "there are no rounds");
    if (!replay->fault)
        expect_same_actions(replay, LEFT, explanation->path[LEFT].count);
    for (size_t i = 0; !replay->fault && i < explanation->round_count; i++)
        verify_round(replay, crowd, &explanation->rounds[i], i + 1 == explanation->round_count,
                     states);
}

int explanation_verify(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const struct graph steps[2], spex_error *error)
{
    struct replay replay = {.explanation = explanation, .sides = {left, right}, .steps = steps};
    bool trace = explanation->kind == EXPLANATION_TRACE;
    enum side last = trace || !explanation->round_count
                         ? explanation->side
                         : explanation->rounds[explanation->round_count - 1].attacker;
    struct crowd crowd;
    int status = SPEX_OK;
    replay.label_count = replay.sides[other_side(last)]->labels.count;
    replay.offers = memory_allocate(replay.label_count, sizeof *replay.offers);
    if (!crowd_init(&crowd, &steps[other_side(last)]) || !replay.offers)
        status = error_memory(error);
    else if (trace)
        verify_trace(&replay, &crowd);
    else
        verify_choice(&replay, &crowd);
    crowd_release(&crowd);
    free(replay.offers);
    if (!status && replay.fault)
        status = error_set(error, SPEX_ERROR_INTERNAL,
                           "the explanation does not replay (%s) and is not shown; the verdict "
                           "stands. Please report this with the two systems",
                           replay.fault);
    return status;
}
