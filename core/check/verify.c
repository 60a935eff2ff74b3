/*
 * What is told to people is replayed first, on the LTSs themselves and label by name, so
 * that a mistake anywhere before becomes an error and not a wrong story.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "check/explain.h"
#include "check/formula.h"

struct replay {
    const struct explanation *explanation;
    const struct lts *sides[2];
    const struct graph *steps; /* by side */
    const char *fault;         /* NULL: none yet */
    uint32_t silent;           /* LTS_INTERNAL; SYMBOL_NONE where it is an action as any */
    bool *offers;              /* by label of the side that lacks something */
};

/* The states one side may be in. */
struct crowd {
    const struct graph *steps;
    uint32_t silent;
    uint32_t *states, *next;
    size_t count;
    uint32_t *seen;
    uint32_t search;
    uint32_t *cursor; /* the next edge of a state to be looked at */
};

static void expect(struct replay *replay, bool holds, const char *what)
{
    if (!holds && !replay->fault)
        replay->fault = what;
}

/* ---------------------------------------------------------------- crowds */

static bool crowd_init(struct crowd *crowd, const struct graph *steps, uint32_t silent)
{
    memset(crowd, 0, sizeof *crowd);
    crowd->steps = steps;
    crowd->silent = silent;
    crowd->cursor = memory_resize(NULL, steps->state_count, sizeof *crowd->cursor);
    crowd->states = memory_resize(NULL, steps->state_count, sizeof *crowd->states);
    crowd->next = memory_resize(NULL, steps->state_count, sizeof *crowd->next);
    crowd->seen = memory_allocate(steps->state_count, sizeof *crowd->seen);
    return crowd->states && crowd->next && crowd->seen && crowd->cursor;
}

static void crowd_release(struct crowd *crowd)
{
    free(crowd->states);
    free(crowd->next);
    free(crowd->seen);
    free(crowd->cursor);
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
            if (edge_label(steps->edges[j]) == crowd->silent)
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

/* Whether one of the crowd, which is closed, is on a cycle of internal steps: depth first, with
 * those on the way at the end of `next` and marked by this search, those done by the next. */
static bool crowd_circles(struct crowd *crowd)
{
    const struct graph *steps = crowd->steps;
    crowd_restart(crowd);
    uint32_t done = crowd->search + 1, entered = crowd->search;
    bool found = done == 0; /* four billion searches: never */
    for (size_t i = 0; !found && i < crowd->count; i++) {
        size_t depth = 0;
        if (crowd->seen[crowd->states[i]] == done)
            continue;
        crowd->next[depth++] = crowd->states[i];
        crowd->seen[crowd->states[i]] = entered;
        crowd->cursor[crowd->states[i]] = steps->first[crowd->states[i]];
        while (!found && depth > 0) {
            uint32_t state = crowd->next[depth - 1], edge = crowd->cursor[state]++;
            if (edge == steps->first[state + 1]) {
                crowd->seen[state] = done;
                depth--;
            } else if (edge_label(steps->edges[edge]) == LTS_INTERNAL) {
                uint32_t target = edge_target(steps->edges[edge]);
                found = crowd->seen[target] == entered;
                if (crowd->seen[target] == entered || crowd->seen[target] == done)
                    continue;
                crowd->seen[target] = entered;
                crowd->cursor[target] = steps->first[target];
                crowd->next[depth++] = target;
            }
        }
    }
    crowd->search = done;
    return found;
}

/* `offered` is just what the crowd can do. */
static void expect_offered(struct replay *replay, const struct crowd *crowd, enum side side,
                           const uint32_t *offered, size_t count)
{
    uint32_t label_count = replay->sides[side]->labels.count;
    const struct graph *steps = crowd->steps;
    for (size_t i = 0; i < crowd->count; i++)
        for (uint32_t j = steps->first[crowd->states[i]]; j < steps->first[crowd->states[i] + 1];
             j++) {
            uint32_t label = edge_label(steps->edges[j]);
            if (label != crowd->silent)
                replay->offers[label] = true;
        }
    for (size_t i = 0; i < count; i++) {
        bool there = offered[i] < label_count && replay->offers[offered[i]];
        expect(replay, there, "an action is named that is not offered");
        if (there)
            replay->offers[offered[i]] = false;
    }
    for (uint32_t label = 0; label < label_count; label++) {
        expect(replay, !replay->offers[label], "an action that is offered is not named");
        replay->offers[label] = false;
    }
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
        if (path->steps[i].label == replay->silent)
            continue;
        while (j < other->count && other->steps[j].label == replay->silent)
            j++;
        expect(replay,
               j < other->count &&
                   translate(replay, side, path->steps[i].label) == other->steps[j].label,
               "the two paths have different actions");
        j++;
    }
    while (j < other->count && other->steps[j].label == replay->silent)
        j++;
    expect(replay, j >= other->count, "the two paths have different actions");
}

/* Both paths lead from the initial states to where these end. */
static void expect_paths(struct replay *replay, uint32_t ends[2])
{
    uint32_t before;
    for (int side = LEFT; side <= RIGHT; side++)
        ends[side] = expect_path(replay, (enum side)side, &replay->explanation->path[side],
                                 replay->sides[side]->initial, &before);
}

static void expect_internal(struct replay *replay, const struct path *path, size_t begin,
                            size_t end)
{
    for (size_t i = begin; i < end && i < path->count; i++)
        expect(replay, path->steps[i].label == LTS_INTERNAL, "a step should be internal");
}

static void expect_cycle(struct replay *replay, enum side side, const struct path *cycle,
                         uint32_t start)
{
    uint32_t before;
    expect(replay, cycle->count > 0, "a cycle is empty");
    expect(replay, expect_path(replay, side, cycle, start, &before) == start,
           "a cycle does not end where it began");
    expect_internal(replay, cycle, 0, cycle->count);
}

/* ---------------------------------------------------------------- traces */

/* The other side's states after the first `count` steps of the path. */
static void follow_path(struct replay *replay, struct crowd *crowd, enum side side, size_t count)
{
    const struct path *path = &replay->explanation->path[side];
    crowd_start(crowd, replay->sides[other_side(side)]->initial);
    for (size_t i = 0; i < count; i++)
        if (path->steps[i].label != replay->silent)
            crowd_step(crowd, translate(replay, side, path->steps[i].label));
}

static void verify_trace(struct replay *replay, struct crowd *crowd)
{
    const struct explanation *explanation = replay->explanation;
    enum side side = explanation->side, other = other_side(side);
    const struct path *path = &explanation->path[side];
    uint32_t ends[2];
    expect_paths(replay, ends);
    expect(replay, path->count && path->steps[path->count - 1].label != replay->silent,
           "the trace does not end in an action");
    if (replay->fault)
        return;
    expect_same_actions(replay, side, path->count - 1);
    follow_path(replay, crowd, side, path->count - 1);
    expect_offered(replay, crowd, other, explanation->offered, explanation->offered_count);
    crowd_step(crowd, translate(replay, side, path->steps[path->count - 1].label));
    expect(replay, crowd->count == 0, "the other side has the trace as well");
}

static void verify_divergence(struct replay *replay, struct crowd *crowd)
{
    const struct explanation *explanation = replay->explanation;
    enum side side = explanation->side;
    uint32_t ends[2];
    expect(replay, explanation->equivalence == EQUIVALENCE_DIVERGENCE,
           "divergence does not count here");
    expect_paths(replay, ends);
    expect_cycle(replay, side, &explanation->cycle, ends[side]);
    if (replay->fault)
        return;
    expect_same_actions(replay, side, explanation->path[side].count);
    follow_path(replay, crowd, side, explanation->path[side].count);
    expect(replay, !crowd_circles(crowd), "the other side can take internal steps for ever too");
}

/* ---------------------------------------------------------------- rounds */

/* One side's steps in a round. */
struct move {
    const struct path *path, *cycle;
    size_t before_count;
    uint32_t states[2]; /* before the step that counts, and at the end */
};

/* Internal steps, perhaps one that counts, and where it may be internal ones again. */
static void expect_move(struct replay *replay, enum side side, uint32_t start, struct move *move)
{
    bool weak = replay->explanation->equivalence == EQUIVALENCE_WEAK;
    const struct path *path = move->path;
    uint32_t before;
    expect(replay, move->before_count <= path->count, "a move has not the steps it should have");
    move->states[0] = move->states[1] = expect_path(replay, side, path, start, &before);
    if (replay->fault)
        return;
    if (move->before_count < path->count)
        move->states[0] = path->steps[move->before_count].from;
    expect_internal(replay, path, 0, move->before_count);
    expect(replay, replay->silent == LTS_INTERNAL || move->before_count == 0,
           "a move has internal steps that count as actions");
    if (weak)
        expect_internal(replay, path, move->before_count + 1, path->count);
    else
        expect(replay, move->before_count + 1 >= path->count, "a move goes on behind its step");
    if (!move->cycle->count)
        return;
    expect(replay, replay->explanation->equivalence == EQUIVALENCE_DIVERGENCE,
           "divergence does not count here");
    expect(replay, move->before_count == path->count, "a move goes on for ever behind its step");
    expect_cycle(replay, side, move->cycle, move->states[1]);
}

/* The label of the step that counts, on the other side. */
static uint32_t label_of_move(const struct replay *replay, enum side side, const struct move *move)
{
    if (move->before_count == move->path->count)
        return LTS_INTERNAL;
    return translate(replay, side, move->path->steps[move->before_count].label);
}

static void verify_answer(struct replay *replay, const struct round *round,
                          const struct move *attack, const struct defence *answer)
{
    enum side attacker = round->attacker, defender = other_side(attacker);
    struct move move = {&answer->path, &answer->cycle, answer->before_count, {0, 0}};
    uint32_t label = label_of_move(replay, attacker, attack);
    expect_move(replay, defender, round->position.states[defender], &move);
    if (replay->fault)
        return;
    expect(replay, !move.cycle->count == !attack->cycle->count,
           "going on for ever is answered by a step, or answers one");
    if (move.before_count < move.path->count)
        expect(replay, move.path->steps[move.before_count].label == label,
               "an answer is no answer to the attack");
    else
        expect(replay, label == replay->silent, "an action is answered by none");
    int end = answer->before ? 0 : 1;
    expect(replay,
           answer->next.states[attacker] == attack->states[end] &&
               answer->next.states[defender] == move.states[end],
           "an answer does not lead where it is said to");
    expect(replay, answer->next.rounds > 0 && answer->next.rounds < round->position.rounds,
           "an answer gains time");
}

static void verify_decision(struct replay *replay, struct crowd *crowd, const struct round *round,
                            const struct move *attack)
{
    enum side attacker = round->attacker, defender = other_side(attacker);
    crowd->steps = &replay->steps[defender];
    crowd_start(crowd, round->position.states[defender]);
    expect_offered(replay, crowd, defender, round->offered, round->offered_count);
    if (attack->cycle->count) {
        expect(replay, !crowd_circles(crowd), "the last attack has an answer");
        return;
    }
    uint32_t label = label_of_move(replay, attacker, attack);
    expect(replay, label != replay->silent, "an internal step can always be answered");
    crowd_step(crowd, label);
    expect(replay, crowd->count == 0, "the last attack has an answer");
}

static void verify_round(struct replay *replay, struct crowd *crowd, const struct round *round)
{
    struct move attack = {&round->attack, &round->cycle, round->attack_before, {0, 0}};
    expect_move(replay, round->attacker, round->position.states[round->attacker], &attack);
    expect(replay, round->attack.count + round->cycle.count > 0, "an attack is empty");
    for (size_t i = 0; !replay->fault && i < round->answer_count; i++) {
        verify_answer(replay, round, &attack, &round->answers[i]);
        expect(replay, i == 0 || round->answers[i].next.rounds <= round->answers[i - 1].next.rounds,
               "the best answer does not come first");
    }
    if (!replay->fault && !round->answer_count)
        verify_decision(replay, crowd, round, &attack);
}

/* It is answered if, and so that, rounds are left. */
static void expect_end(struct replay *replay, const struct round *round, uint32_t left)
{
    expect(replay, !round->answer_count == !left, "the play does not end where it is decided");
    expect(replay, !left || !round->answer_count || round->answers->next.rounds <= left,
           "more rounds are left than it is said");
}

static void verify_choice(struct replay *replay, struct crowd *crowd)
{
    const struct explanation *explanation = replay->explanation;
    uint32_t states[2];
    expect_paths(replay, states);
    expect(replay, explanation->round_count > 0, "there are no rounds");
    if (!replay->fault)
        expect_same_actions(replay, LEFT, explanation->path[LEFT].count);
    for (size_t i = 0; !replay->fault && i < explanation->round_count; i++) {
        const struct round *round = &explanation->rounds[i];
        bool last = i + 1 == explanation->round_count;
        expect(replay, memcmp(round->position.states, states, sizeof states) == 0,
               "a round does not go on from the one before");
        expect_end(replay, round, last ? explanation->rounds_left : UINT32_MAX);
        if (!replay->fault)
            verify_round(replay, crowd, round);
        if (!last && !replay->fault)
            memcpy(states, round->answers->next.states, sizeof states);
    }
}

/* --------------------------------------------------------------- formula */

static int verify_formula(struct replay *replay, spex_error *error)
{
    const struct formula *formula = replay->explanation->formula;
    int status = SPEX_OK;
    for (int side = LEFT; !status && side <= RIGHT; side++) {
        const struct lts *lts = replay->sides[side];
        bool *holds = memory_allocate(lts->state_count, sizeof *holds);
        status = holds ? formula_holds(formula, lts, holds, error) : error_memory(error);
        if (!status)
            expect(replay, holds[lts->initial] == (formula->side == (enum side)side),
                   "the formula does not tell the two apart");
        free(holds);
    }
    return status;
}

static int verify(struct replay *replay, spex_error *error)
{
    const struct explanation *explanation = replay->explanation;
    uint32_t most[2] = {replay->sides[LEFT]->labels.count, replay->sides[RIGHT]->labels.count};
    const struct graph *larger = replay->steps[LEFT].state_count > replay->steps[RIGHT].state_count
                                     ? &replay->steps[LEFT]
                                     : &replay->steps[RIGHT];
    struct crowd crowd;
    int status = SPEX_OK;
    replay->offers = memory_allocate(most[LEFT] > most[RIGHT] ? most[LEFT] : most[RIGHT],
                                     sizeof *replay->offers);
    if (!crowd_init(&crowd, larger, replay->silent) || !replay->offers) {
        status = error_memory(error);
    } else {
        crowd.steps = &replay->steps[other_side(explanation->side)];
        if (explanation->kind == EXPLANATION_TRACE)
            verify_trace(replay, &crowd);
        else if (explanation->kind == EXPLANATION_DIVERGENCE)
            verify_divergence(replay, &crowd);
        else
            verify_choice(replay, &crowd);
    }
    crowd_release(&crowd);
    free(replay->offers);
    return status;
}

int explanation_verify(const struct explanation *explanation, const struct lts *left,
                       const struct lts *right, const struct graph steps[2], spex_error *error)
{
    bool internal_counts = explanation->equivalence == EQUIVALENCE_STRONG ||
                           explanation->equivalence == EQUIVALENCE_TRACE;
    struct replay replay = {.explanation = explanation,
                            .sides = {left, right},
                            .steps = steps,
                            .silent = internal_counts ? SYMBOL_NONE : LTS_INTERNAL};
    int status = verify(&replay, error);
    if (!status && explanation->formula)
        status = verify_formula(&replay, error);
    if (!status && replay.fault)
        status = error_set(error, SPEX_ERROR_INTERNAL,
                           "the explanation does not replay (%s) and is not shown; the verdict "
                           "stands. Please report this with the two systems",
                           replay.fault);
    if (!status && explanation->also)
        status = explanation_verify(explanation->also, left, right, steps, error);
    return status;
}
