#include "tests/check/replay.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct lts *lts, uint32_t label)
{
    return label == LTS_INTERNAL ? NULL : lts->labels.names[label];
}

static bool same_name(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* ------------------------------------------------------- sets of states */

static void close_set(const struct lts *lts, bool *set)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (step->label == LTS_INTERNAL && set[step->from] && !set[step->to])
                set[step->to] = changed = true;
        }
    }
}

/* Where the set gets with the action; false if nowhere. */
static bool step_set(const struct lts *lts, bool *set, const char *action)
{
    bool *next = calloc(lts->state_count, sizeof *next), any = false;
    close_set(lts, set);
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        const char *name = name_of(lts, step->label);
        if (name && set[step->from] && strcmp(name, action) == 0)
            next[step->to] = any = true;
    }
    close_set(lts, next);
    memcpy(set, next, lts->state_count * sizeof *set);
    free(next);
    return any;
}

static const char *offered_fault(const uint32_t *offered, size_t count, const struct lts *lts,
                                 const bool *set)
{
    bool *offers = calloc(lts->labels.count, sizeof *offers);
    const char *fault = NULL;
    for (size_t i = 0; i < lts->transition_count; i++)
        if (set[lts->transitions[i].from])
            offers[lts->transitions[i].label] = true;
    offers[LTS_INTERNAL] = false;
    for (size_t i = 0; i < count; i++) {
        if (!offers[offered[i]])
            fault = "offered: not there, or twice";
        offers[offered[i]] = false;
    }
    for (uint32_t i = 0; i < lts->labels.count; i++)
        if (offers[i])
            fault = "offered: one is missing";
    free(offers);
    return fault;
}

/* ---------------------------------------------------------------- paths */

static bool has_step(const struct lts *lts, const struct lts_transition *step)
{
    for (size_t i = 0; i < lts->transition_count; i++)
        if (memcmp(&lts->transitions[i], step, sizeof *step) == 0)
            return true;
    return false;
}

/* Runs along the path from *state; false if a step is wrong. */
static bool run_path(const struct lts *lts, const struct path *path, uint32_t *state)
{
    for (size_t i = 0; i < path->count; i++) {
        if (path->steps[i].from != *state || !has_step(lts, &path->steps[i]))
            return false;
        *state = path->steps[i].to;
    }
    return true;
}

/* The name of the path's n-th visible action; NULL if it has no more. */
static const char *nth_action(const struct lts *lts, const struct path *path, size_t n)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->steps[i].label != LTS_INTERNAL && n-- == 0)
            return name_of(lts, path->steps[i].label);
    return NULL;
}

static size_t count_actions(const struct path *path)
{
    size_t count = 0;
    for (size_t i = 0; i < path->count; i++)
        count += path->steps[i].label != LTS_INTERNAL;
    return count;
}

static const char *trace_fault(const struct explanation *explanation, const struct lts *own,
                               const struct lts *other, const struct path *path,
                               const struct path *other_path)
{
    size_t actions = count_actions(path);
    if (!path->count || path->steps[path->count - 1].label == LTS_INTERNAL)
        return "trace: does not end in an action";
    if (count_actions(other_path) != actions - 1)
        return "trace: the other path has another length";
    for (size_t i = 0; i + 1 < actions; i++)
        if (!same_name(nth_action(own, path, i), nth_action(other, other_path, i)))
            return "trace: the other path has other actions";
    bool *set = calloc(other->state_count, sizeof *set);
    const char *fault = NULL;
    set[other->initial] = true;
    close_set(other, set);
    for (size_t i = 0; !fault && i + 1 < actions; i++)
        if (!step_set(other, set, nth_action(own, path, i)))
            fault = "trace: the other side leaves it early";
    if (!fault)
        fault = offered_fault(explanation->offered, explanation->offered_count, other, set);
    if (!fault && step_set(other, set, nth_action(own, path, actions - 1)))
        fault = "trace: the other side has it too";
    free(set);
    return fault;
}

/* ---------------------------------------------------------------- rounds */

static const char *last_round_fault(const struct round *round, const struct lts *own,
                                    const struct lts *other, uint32_t state)
{
    const char *action = name_of(own, round->attack.steps[round->attack.count - 1].label);
    if (!action)
        return "rounds: decided by an internal step";
    bool *set = calloc(other->state_count, sizeof *set);
    set[state] = true;
    close_set(other, set);
    const char *fault = offered_fault(round->offered, round->offered_count, other, set);
    if (!fault && step_set(other, set, action))
        fault = "rounds: there is an answer";
    free(set);
    return fault;
}

static bool internal_up_to(const struct path *path, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (path->steps[i].label != LTS_INTERNAL)
            return false;
    return true;
}

/* Checks the round from `states` (attacker's first) and moves these on. */
static const char *round_fault(const struct round *round, const struct lts *own,
                               const struct lts *other, uint32_t states[2])
{
    uint32_t after[2] = {states[0], states[1]}, before[2];
    size_t last = round->attack.count - 1;
    if (!round->attack.count || !run_path(own, &round->attack, &after[0]) ||
        !internal_up_to(&round->attack, last))
        return "rounds: the attack is wrong";
    before[0] = round->attack.steps[last].from;
    const char *action = name_of(own, round->attack.steps[last].label);
    if (!round->answered)
        return round->answer.count ? "rounds: an answer that is none" : NULL;
    if (!run_path(other, &round->answer, &after[1]) || round->answer_before > round->answer.count ||
        !internal_up_to(&round->answer, round->answer_before))
        return "rounds: the answer is wrong";
    before[1] = after[1];
    if (round->answer_before < round->answer.count) {
        const struct lts_transition *step = &round->answer.steps[round->answer_before];
        if (round->answer_before + 1 != round->answer.count ||
            !same_name(name_of(other, step->label), action))
            return "rounds: the answer is another action";
        before[1] = step->from;
    } else if (action) {
        return "rounds: no answer given as one";
    }
    memcpy(states, round->before ? before : after, sizeof before);
    return NULL;
}

static const char *rounds_fault(const struct explanation *explanation, const struct lts *sides[2],
                                uint32_t states[2], const struct reference *reference)
{
    const char *fault = NULL;
    for (size_t i = 0; !fault && i < explanation->round_count; i++) {
        const struct round *round = &explanation->rounds[i];
        enum side attacker = round->attacker, defender = attacker == LEFT ? RIGHT : LEFT;
        uint32_t pair[2] = {states[attacker], states[defender]};
        if (reference && reference->related[states[LEFT]][reference->shift + states[RIGHT]])
            return "rounds: they go on from states that are equivalent";
        fault = round_fault(round, sides[attacker], sides[defender], pair);
        if (!fault && round->answered != (i + 1 < explanation->round_count))
            fault = "rounds: the last and only the last is unanswered";
        if (!fault && !round->answered)
            fault = last_round_fault(round, sides[attacker], sides[defender], pair[1]);
        states[attacker] = pair[0];
        states[defender] = pair[1];
    }
    return fault;
}

const char *replay_related(const struct explanation *explanation, const struct lts *left,
                           const struct lts *right, const struct reference *reference)
{
    const struct lts *sides[2] = {left, right};
    uint32_t states[2] = {left->initial, right->initial};
    for (int side = LEFT; side <= RIGHT; side++)
        if (!run_path(sides[side], &explanation->path[side], &states[side]))
            return "a path is wrong";
    if (explanation->kind == EXPLANATION_TRACE)
        return explanation->round_count ? "trace: with rounds" : NULL;
    if (!explanation->round_count || explanation->rounds[0].attacker != explanation->side)
        return "rounds: none, or begun by the other side";
    size_t actions = count_actions(&explanation->path[LEFT]);
    if (actions != count_actions(&explanation->path[RIGHT]))
        return "rounds: the paths have different lengths";
    for (size_t i = 0; i < actions; i++)
        if (!same_name(nth_action(left, &explanation->path[LEFT], i),
                       nth_action(right, &explanation->path[RIGHT], i)))
            return "rounds: the paths have different actions";
    return rounds_fault(explanation, sides, states, reference);
}

const char *replay_fault(const struct explanation *explanation, const struct lts *left,
                         const struct lts *right)
{
    const struct lts *sides[2] = {left, right};
    enum side side = explanation->side, other = side == LEFT ? RIGHT : LEFT;
    const char *fault = replay_related(explanation, left, right, NULL);
    if (fault || explanation->kind == EXPLANATION_CHOICE)
        return fault;
    return trace_fault(explanation, sides[side], sides[other], &explanation->path[side],
                       &explanation->path[other]);
}

/* -------------------------------------------------------- shortest trace */

static uint64_t close_bits(const struct lts *lts, uint64_t set)
{
    for (uint64_t old = 0; old != set;) {
        old = set;
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (step->label == LTS_INTERNAL && set >> step->from & 1)
                set |= (uint64_t)1 << step->to;
        }
    }
    return set;
}

static uint64_t step_bits(const struct lts *lts, uint64_t set, const char *action)
{
    uint64_t next = 0;
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        const char *name = name_of(lts, step->label);
        if (name && set >> step->from & 1 && strcmp(name, action) == 0)
            next |= (uint64_t)1 << step->to;
    }
    return close_bits(lts, next);
}

struct pair {
    uint64_t sets[2];
    unsigned length;
};

unsigned replay_shortest(const struct lts *left, const struct lts *right)
{
    const struct lts *sides[2] = {left, right};
    struct pair *pairs = malloc(sizeof *pairs);
    size_t count = 1;
    unsigned found = 0;
    pairs[0] = (struct pair){{close_bits(left, (uint64_t)1 << left->initial),
                              close_bits(right, (uint64_t)1 << right->initial)},
                             0};
    for (size_t i = 0; !found && i < count; i++)
        for (int side = LEFT; !found && side <= RIGHT; side++)
            for (uint32_t label = 1; !found && label < sides[side]->labels.count; label++) {
                const char *name = sides[side]->labels.names[label];
                struct pair next = {{step_bits(left, pairs[i].sets[LEFT], name),
                                     step_bits(right, pairs[i].sets[RIGHT], name)},
                                    pairs[i].length + 1};
                if (!next.sets[LEFT] != !next.sets[RIGHT])
                    found = next.length;
                bool known = !next.sets[LEFT];
                for (size_t j = 0; !known && j < count; j++)
                    known = memcmp(pairs[j].sets, next.sets, sizeof next.sets) == 0;
                if (!known) {
                    pairs = realloc(pairs, (count + 1) * sizeof *pairs);
                    pairs[count++] = next;
                }
            }
    free(pairs);
    return found;
}

/* --------------------------------------------------------- fewest rounds */

struct board {
    const struct lts *sides[2];
    bool silently[2][REFERENCE_STATES][REFERENCE_STATES];
    /* Within so many rounds the attacker wins from (left, right); 0: not known to. */
    unsigned wins[REFERENCE_STATES][REFERENCE_STATES];
};

static bool won(const struct board *board, enum side side, uint32_t own, uint32_t other,
                unsigned rounds)
{
    unsigned needed = side == LEFT ? board->wins[own][other] : board->wins[other][own];
    return needed && needed < rounds;
}

/* Does the step, from a state reached internally, win against every answer of `state`? */
static bool wins_step(const struct board *board, enum side side, const struct lts_transition *step,
                      uint32_t state, unsigned rounds)
{
    enum side other = side == LEFT ? RIGHT : LEFT;
    const struct lts *answerer = board->sides[other];
    const char *action = name_of(board->sides[side], step->label);
    for (uint32_t stay = 0; !action && stay < answerer->state_count; stay++)
        if (board->silently[other][state][stay] && !won(board, side, step->to, stay, rounds) &&
            !won(board, side, step->from, stay, rounds))
            return false;
    for (size_t i = 0; i < answerer->transition_count; i++) {
        const struct lts_transition *answer = &answerer->transitions[i];
        if (board->silently[other][state][answer->from] &&
            same_name(name_of(answerer, answer->label), action) &&
            !won(board, side, step->to, answer->to, rounds) &&
            !won(board, side, step->from, answer->from, rounds))
            return false;
    }
    return true;
}

static bool wins_within(const struct board *board, uint32_t left, uint32_t right, unsigned rounds)
{
    const uint32_t states[2] = {left, right};
    for (int side = LEFT; side <= RIGHT; side++) {
        const struct lts *lts = board->sides[side];
        for (size_t i = 0; i < lts->transition_count; i++)
            if (board->silently[side][states[side]][lts->transitions[i].from] &&
                wins_step(board, (enum side)side, &lts->transitions[i],
                          states[side == LEFT ? RIGHT : LEFT], rounds))
                return true;
    }
    return false;
}

unsigned replay_rounds(const struct lts *left, const struct lts *right)
{
    struct board *board = calloc(1, sizeof *board);
    board->sides[LEFT] = left;
    board->sides[RIGHT] = right;
    for (int side = LEFT; side <= RIGHT; side++)
        for (uint32_t state = 0; state < board->sides[side]->state_count; state++) {
            board->silently[side][state][state] = true;
            close_set(board->sides[side], board->silently[side][state]);
        }
    bool changed = true;
    for (unsigned rounds = 1; changed && !board->wins[left->initial][right->initial]; rounds++) {
        changed = false;
        for (uint32_t i = 0; i < left->state_count; i++)
            for (uint32_t j = 0; j < right->state_count; j++)
                if (!board->wins[i][j] && wins_within(board, i, j, rounds)) {
                    board->wins[i][j] = rounds;
                    changed = true;
                }
    }
    unsigned needed = board->wins[left->initial][right->initial];
    free(board);
    return needed;
}
