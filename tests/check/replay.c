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

/* The largest systems on which formulas are tried. */
enum { FORMULA_STATES = 1000 };

/* ------------------------------------------------------- sets of states */

static bool counts(enum equivalence equivalence)
{
    return equivalence == EQUIVALENCE_STRONG || equivalence == EQUIVALENCE_TRACE;
}

/* Where internal steps count like any others, nothing is silent. */
static void close_set(const struct lts *lts, bool internal_counts, bool *set)
{
    for (bool changed = !internal_counts; changed;) {
        changed = false;
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (step->label == LTS_INTERNAL && set[step->from] && !set[step->to])
                set[step->to] = changed = true;
        }
    }
}

/* Where the set gets with the action; false if nowhere. */
static bool step_set(const struct lts *lts, bool internal_counts, bool *set, const char *action)
{
    bool *next = calloc(lts->state_count, sizeof *next), any = false;
    close_set(lts, internal_counts, set);
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        const char *name = name_of(lts, step->label);
        if ((name || internal_counts) && set[step->from] && same_name(name, action))
            next[step->to] = any = true;
    }
    close_set(lts, internal_counts, next);
    memcpy(set, next, lts->state_count * sizeof *set);
    free(next);
    return any;
}

static const char *offered_fault(const uint32_t *offered, size_t count, const struct lts *lts,
                                 bool internal_counts, const bool *set)
{
    bool *offers = calloc(lts->labels.count, sizeof *offers);
    const char *fault = NULL;
    for (size_t i = 0; i < lts->transition_count; i++)
        if (set[lts->transitions[i].from])
            offers[lts->transitions[i].label] = true;
    offers[LTS_INTERNAL] &= internal_counts;
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

/* The path's n-th step that counts; NULL if it has no more. */
static const struct lts_transition *nth_step(const struct path *path, bool internal_counts,
                                             size_t n)
{
    for (size_t i = 0; i < path->count; i++)
        if ((internal_counts || path->steps[i].label != LTS_INTERNAL) && n-- == 0)
            return &path->steps[i];
    return NULL;
}

static size_t count_steps(const struct path *path, bool internal_counts)
{
    size_t count = 0;
    for (size_t i = 0; i < path->count; i++)
        count += internal_counts || path->steps[i].label != LTS_INTERNAL;
    return count;
}

static const char *same_steps_fault(const struct explanation *explanation,
                                    const struct lts *sides[2], size_t count)
{
    bool all = counts(explanation->equivalence);
    for (size_t i = 0; i < count; i++) {
        const struct lts_transition *steps[2];
        for (int side = LEFT; side <= RIGHT; side++)
            if (!(steps[side] = nth_step(&explanation->path[side], all, i)))
                return "the paths have different lengths";
        if (!same_name(name_of(sides[LEFT], steps[LEFT]->label),
                       name_of(sides[RIGHT], steps[RIGHT]->label)))
            return "the paths have different actions";
    }
    return NULL;
}

/* The states the other side may be in after `count` steps of the path. */
static bool *follow(const struct explanation *explanation, const struct lts *sides[2], size_t count)
{
    bool all = counts(explanation->equivalence);
    enum side side = explanation->side, other = side == LEFT ? RIGHT : LEFT;
    bool *set = calloc(sides[other]->state_count, sizeof *set);
    set[sides[other]->initial] = true;
    close_set(sides[other], all, set);
    for (size_t i = 0; i < count; i++) {
        const struct lts_transition *step = nth_step(&explanation->path[side], all, i);
        step_set(sides[other], all, set, name_of(sides[side], step->label));
    }
    return set;
}

static const char *trace_fault(const struct explanation *explanation, const struct lts *sides[2])
{
    bool all = counts(explanation->equivalence);
    enum side side = explanation->side, other = side == LEFT ? RIGHT : LEFT;
    const struct path *path = &explanation->path[side];
    size_t steps = count_steps(path, all);
    if (!path->count || nth_step(path, all, steps - 1) != &path->steps[path->count - 1])
        return "trace: does not end in an action";
    if (count_steps(&explanation->path[other], all) != steps - 1)
        return "trace: the other path has another length";
    const char *fault = same_steps_fault(explanation, sides, steps - 1);
    if (fault)
        return fault;
    bool *set = follow(explanation, sides, steps - 1);
    fault = offered_fault(explanation->offered, explanation->offered_count, sides[other], all, set);
    if (!fault &&
        step_set(sides[other], all, set, name_of(sides[side], path->steps[path->count - 1].label)))
        fault = "trace: the other side has it too";
    free(set);
    return fault;
}

/* ------------------------------------------------------------ divergence */

static bool is_cycle(const struct lts *lts, const struct path *cycle, uint32_t start)
{
    uint32_t state = start;
    return cycle->count && run_path(lts, cycle, &state) && state == start &&
           count_steps(cycle, false) == 0;
}

/* Whether internal steps can go on for ever within the set. */
static bool is_endless(const struct lts *lts, const bool *set)
{
    bool *left = calloc(lts->state_count, sizeof *left), any = false;
    memcpy(left, set, lts->state_count * sizeof *left);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t state = 0; state < lts->state_count; state++) {
            bool goes_on = false;
            for (size_t i = 0; left[state] && i < lts->transition_count; i++)
                goes_on |= lts->transitions[i].from == state &&
                           lts->transitions[i].label == LTS_INTERNAL &&
                           left[lts->transitions[i].to];
            changed |= left[state] && !goes_on;
            left[state] &= goes_on;
        }
    }
    for (uint32_t state = 0; state < lts->state_count; state++)
        any |= left[state];
    free(left);
    return any;
}

static const char *divergence_fault(const struct explanation *explanation,
                                    const struct lts *sides[2])
{
    enum side side = explanation->side, other = side == LEFT ? RIGHT : LEFT;
    const struct path *path = &explanation->path[side];
    uint32_t end = sides[side]->initial;
    run_path(sides[side], path, &end);
    if (explanation->equivalence != EQUIVALENCE_DIVERGENCE)
        return "divergence: does not count";
    if (!is_cycle(sides[side], &explanation->cycle, end))
        return "divergence: the cycle is none";
    size_t steps = count_steps(path, false);
    const char *fault = count_steps(&explanation->path[other], false) == steps
                            ? same_steps_fault(explanation, sides, steps)
                            : "divergence: the paths have different lengths";
    bool *set = follow(explanation, sides, steps);
    if (!fault && is_endless(sides[other], set))
        fault = "divergence: the other side can too";
    free(set);
    return fault;
}

/* ---------------------------------------------------------------- rounds */

struct stride {
    const struct path *path, *cycle;
    size_t before_count;
    uint32_t before, after;
};

static bool internal_between(const struct path *path, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (path->steps[i].label != LTS_INTERNAL)
            return false;
    return true;
}

/* Internal steps, one that counts, and for weak bisimilarity internal steps again. */
static bool is_stride(const struct lts *lts, enum equivalence equivalence, uint32_t start,
                      struct stride *stride)
{
    const struct path *path = stride->path;
    size_t before = stride->before_count;
    stride->after = start;
    if (!run_path(lts, path, &stride->after) || before > path->count ||
        !internal_between(path, 0, before))
        return false;
    stride->before = before < path->count ? path->steps[before].from : stride->after;
    if (equivalence == EQUIVALENCE_STRONG && (before || path->count != 1))
        return false;
    if (equivalence == EQUIVALENCE_WEAK) {
        if (before < path->count && !internal_between(path, before + 1, path->count))
            return false;
    } else if (before + 1 < path->count) {
        return false;
    }
    return !stride->cycle->count ||
           (equivalence == EQUIVALENCE_DIVERGENCE && before == path->count &&
            is_cycle(lts, stride->cycle, stride->after));
}

static const char *action_of(const struct lts *lts, const struct stride *stride)
{
    if (stride->before_count == stride->path->count)
        return NULL;
    return name_of(lts, stride->path->steps[stride->before_count].label);
}

static const char *answer_fault(const struct round *round, enum equivalence equivalence,
                                const struct lts *sides[2], const struct stride *attack,
                                const struct defence *answer)
{
    enum side attacker = round->attacker, defender = attacker == LEFT ? RIGHT : LEFT;
    struct stride stride = {&answer->path, &answer->cycle, answer->before_count, 0, 0};
    if (!is_stride(sides[defender], equivalence, round->position.states[defender], &stride))
        return "rounds: the answer is wrong";
    if (!same_name(action_of(sides[attacker], attack), action_of(sides[defender], &stride)) ||
        !stride.cycle->count != !attack->cycle->count)
        return "rounds: the answer is another action";
    if (answer->next.states[attacker] != (answer->before ? attack->before : attack->after) ||
        answer->next.states[defender] != (answer->before ? stride.before : stride.after))
        return "rounds: the next round starts elsewhere";
    if (answer->before && (equivalence == EQUIVALENCE_STRONG || equivalence == EQUIVALENCE_WEAK))
        return "rounds: what was before does not count";
    return NULL;
}

static const char *decision_fault(const struct round *round, enum equivalence equivalence,
                                  const struct lts *sides[2], const struct stride *attack)
{
    bool all = counts(equivalence);
    enum side attacker = round->attacker, defender = attacker == LEFT ? RIGHT : LEFT;
    const struct lts *lts = sides[defender];
    const char *action = action_of(sides[attacker], attack);
    bool *set = calloc(lts->state_count, sizeof *set);
    set[round->position.states[defender]] = true;
    close_set(lts, all, set);
    const char *fault = offered_fault(round->offered, round->offered_count, lts, all, set);
    if (!fault && attack->cycle->count)
        fault = is_endless(lts, set) ? "rounds: it can go on for ever too" : NULL;
    else if (!fault && !action && !all)
        fault = "rounds: decided by an internal step";
    else if (!fault && step_set(lts, all, set, action))
        fault = "rounds: there is an answer";
    free(set);
    return fault;
}

const char *replay_round(const struct round *round, enum equivalence equivalence,
                         const struct lts *left, const struct lts *right)
{
    const struct lts *sides[2] = {left, right};
    struct stride attack = {&round->attack, &round->cycle, round->attack_before, 0, 0};
    const char *fault = NULL;
    if (!is_stride(sides[round->attacker], equivalence, round->position.states[round->attacker],
                   &attack) ||
        (!round->attack.count && !round->cycle.count))
        return "rounds: the attack is wrong";
    for (size_t i = 0; !fault && i < round->answer_count; i++)
        fault = answer_fault(round, equivalence, sides, &attack, &round->answers[i]);
    if (!fault && !round->answer_count)
        fault = decision_fault(round, equivalence, sides, &attack);
    return fault;
}

static const char *choice_fault(const struct explanation *explanation, const struct lts *sides[2])
{
    bool all = counts(explanation->equivalence);
    uint32_t states[2] = {sides[LEFT]->initial, sides[RIGHT]->initial};
    size_t steps = count_steps(&explanation->path[LEFT], all);
    if (!explanation->round_count || explanation->rounds[0].attacker != explanation->side)
        return "rounds: none, or begun by the other side";
    if (steps != count_steps(&explanation->path[RIGHT], all))
        return "rounds: the paths have different lengths";
    const char *fault = same_steps_fault(explanation, sides, steps);
    for (int side = LEFT; side <= RIGHT; side++)
        run_path(sides[side], &explanation->path[side], &states[side]);
    for (size_t i = 0; !fault && i < explanation->round_count; i++) {
        const struct round *round = &explanation->rounds[i];
        if (memcmp(states, round->position.states, sizeof states) != 0)
            return "rounds: one does not start where it should";
        bool last = i + 1 == explanation->round_count;
        if (!round->answer_count != (last && !explanation->rounds_left))
            return "rounds: the last and only the last is unanswered, if it is told to the end";
        if (last && explanation->rounds_left &&
            round->answers->next.rounds != explanation->rounds_left)
            return "rounds: not so many are left";
        fault = replay_round(round, explanation->equivalence, sides[LEFT], sides[RIGHT]);
        if (round->answer_count)
            memcpy(states, round->answers->next.states, sizeof states);
    }
    return fault;
}

const char *replay_fault(const struct explanation *explanation, const struct lts *left,
                         const struct lts *right)
{
    const struct lts *sides[2] = {left, right};
    for (int side = LEFT; side <= RIGHT; side++) {
        uint32_t state = sides[side]->initial;
        if (!run_path(sides[side], &explanation->path[side], &state))
            return "a path is wrong";
    }
    if (explanation->kind != EXPLANATION_CHOICE && explanation->round_count)
        return "rounds where there should be none";
    const char *fault = explanation->kind == EXPLANATION_TRACE ? trace_fault(explanation, sides)
                        : explanation->kind == EXPLANATION_DIVERGENCE
                            ? divergence_fault(explanation, sides)
                            : choice_fault(explanation, sides);
    /* Which is tried from the definition, state by state; larger systems take hours. */
    bool small = left->state_count <= FORMULA_STATES && right->state_count <= FORMULA_STATES;
    if (!fault && explanation->formula && small)
        fault = replay_formula(explanation->formula, left, right);
    const struct explanation *also = explanation->also;
    if (!fault && also &&
        (explanation->kind != EXPLANATION_TRACE || also->kind != EXPLANATION_TRACE || also->also ||
         also->side == explanation->side))
        return "also: not another trace";
    return !fault && also ? replay_fault(also, left, right) : fault;
}

/* --------------------------------------------------------------- formula */

/* Whether the node is true of the state, straight from formula.h: tries everything. */
struct meaning {
    const struct formula *formula;
    const struct lts *lts;
    signed char *known; /* node by state: 0 not yet, 1 true, -1 false */
    bool *silently;     /* state by state */
};

static bool means(const struct meaning *meaning, uint32_t node, uint32_t state);

static bool parts_mean(const struct meaning *meaning, uint32_t first, uint32_t count,
                       uint32_t state)
{
    for (uint32_t i = first; i < first + count; i++) {
        const struct formula_part *part = &meaning->formula->parts[i];
        if (means(meaning, part->node, state) == part->negated)
            return false;
    }
    return true;
}

static bool silently(const struct meaning *meaning, uint32_t from, uint32_t to)
{
    return meaning->silently[from * meaning->lts->state_count + to];
}

/* The step itself, from `source`, which fulfils what comes before. */
static bool step_means(const struct meaning *meaning, const struct formula_node *node,
                       uint32_t source)
{
    const struct lts *lts = meaning->lts;
    enum equivalence equivalence = meaning->formula->equivalence;
    bool weak = equivalence == EQUIVALENCE_WEAK;
    for (uint32_t to = 0; to < lts->state_count; to++) {
        bool reached = node->step == FORMULA_INTERNAL && equivalence != EQUIVALENCE_STRONG &&
                       (weak ? silently(meaning, source, to) : source == to);
        for (size_t i = 0; !reached && i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            const char *name = name_of(lts, step->label);
            bool right =
                node->step == FORMULA_ACTION ? name && same_name(name, node->action) : !name;
            reached = right && step->from == source &&
                      (weak ? silently(meaning, step->to, to) : step->to == to);
        }
        if (reached && parts_mean(meaning, node->after, node->after_count, to))
            return true;
    }
    return false;
}

static bool endless_means(const struct meaning *meaning, const struct formula_node *node,
                          uint32_t source)
{
    const struct lts *lts = meaning->lts;
    bool *set = calloc(lts->state_count, sizeof *set);
    /* What can be reached from the source without leaving where it is true. */
    set[source] = parts_mean(meaning, node->before, node->before_count, source);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (step->label != LTS_INTERNAL || !set[step->from] || set[step->to] ||
                !parts_mean(meaning, node->before, node->before_count, step->to))
                continue;
            set[step->to] = changed = true;
        }
    }
    bool endless = is_endless(lts, set);
    free(set);
    return endless;
}

static bool means(const struct meaning *meaning, uint32_t number, uint32_t state)
{
    const struct formula_node *node = &meaning->formula->nodes[number];
    signed char *known = &meaning->known[number * meaning->lts->state_count + state];
    bool strong = meaning->formula->equivalence == EQUIVALENCE_STRONG;
    for (uint32_t source = 0; !*known && source < meaning->lts->state_count; source++) {
        if (strong ? source != state : !silently(meaning, state, source))
            continue;
        if (node->step == FORMULA_FOREVER
                ? endless_means(meaning, node, source)
                : parts_mean(meaning, node->before, node->before_count, source) &&
                      step_means(meaning, node, source))
            *known = 1;
    }
    if (!*known)
        *known = -1;
    return *known > 0;
}

static bool formula_means(const struct formula *formula, const struct lts *lts)
{
    uint32_t states = lts->state_count;
    struct meaning meaning = {formula, lts, calloc((size_t)formula->node_count * states, 1),
                              calloc((size_t)states * states, sizeof(bool))};
    for (uint32_t state = 0; state < states; state++) {
        meaning.silently[state * states + state] = true;
        close_set(lts, false, meaning.silently + state * states);
    }
    bool is_true = means(&meaning, formula->node_count - 1, lts->initial);
    free(meaning.known);
    free(meaning.silently);
    return is_true;
}

/* Steps inside one another, at most; counted anew. */
static uint32_t depth_of(const struct formula *formula, uint32_t number)
{
    const struct formula_node *node = &formula->nodes[number];
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < node->after_count + node->before_count; i++) {
        uint32_t part =
            i < node->after_count ? node->after + i : node->before + i - node->after_count;
        uint32_t depth = formula->nodes[formula->parts[part].node].depth;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

const char *replay_formula(const struct formula *formula, const struct lts *left,
                           const struct lts *right)
{
    for (uint32_t i = 0; i < formula->node_count; i++) {
        const struct formula_node *node = &formula->nodes[i];
        for (uint32_t k = 0; k < node->after_count; k++)
            if (formula->parts[node->after + k].node >= i)
                return "formula: a part is not before its node";
        for (uint32_t k = 0; k < node->before_count; k++)
            if (formula->parts[node->before + k].node >= i)
                return "formula: a part is not before its node";
        if (node->depth != depth_of(formula, i))
            return "formula: another depth";
    }
    if (formula_means(formula, left) != (formula->side == LEFT))
        return "formula: wrong on the left";
    if (formula_means(formula, right) != (formula->side == RIGHT))
        return "formula: wrong on the right";
    return NULL;
}

/* -------------------------------------------------------- shortest trace */

static uint64_t close_bits(const struct lts *lts, bool internal_counts, uint64_t set)
{
    for (uint64_t old = 0; !internal_counts && old != set;) {
        old = set;
        for (size_t i = 0; i < lts->transition_count; i++) {
            const struct lts_transition *step = &lts->transitions[i];
            if (step->label == LTS_INTERNAL && set >> step->from & 1)
                set |= (uint64_t)1 << step->to;
        }
    }
    return set;
}

static uint64_t step_bits(const struct lts *lts, bool internal_counts, uint64_t set,
                          const char *action)
{
    uint64_t next = 0;
    for (size_t i = 0; i < lts->transition_count; i++) {
        const struct lts_transition *step = &lts->transitions[i];
        const char *name = name_of(lts, step->label);
        if ((name || internal_counts) && set >> step->from & 1 && same_name(name, action))
            next |= (uint64_t)1 << step->to;
    }
    return close_bits(lts, internal_counts, next);
}

struct pair {
    uint64_t sets[2];
    unsigned length;
};

unsigned replay_shortest(const struct lts *left, const struct lts *right,
                         enum equivalence equivalence, enum side side)
{
    const struct lts *sides[2] = {left, right};
    bool all = counts(equivalence);
    struct pair *pairs = malloc(sizeof *pairs);
    size_t count = 1;
    unsigned found = 0;
    pairs[0] = (struct pair){{close_bits(left, all, (uint64_t)1 << left->initial),
                              close_bits(right, all, (uint64_t)1 << right->initial)},
                             0};
    for (size_t i = 0; !found && i < count; i++)
        for (uint32_t label = all ? 0 : 1; !found && label < sides[side]->labels.count; label++) {
            const char *name = name_of(sides[side], label);
            struct pair next = {{step_bits(left, all, pairs[i].sets[LEFT], name),
                                 step_bits(right, all, pairs[i].sets[RIGHT], name)},
                                pairs[i].length + 1};
            if (next.sets[side] && !next.sets[side == LEFT ? RIGHT : LEFT])
                found = next.length;
            bool known = !next.sets[side];
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
