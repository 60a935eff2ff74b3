#include "check/reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

struct reply_side {
    const struct lts *lts;
    uint32_t *classes;
    uint32_t *first; /* by state: where its transitions begin in steps[]; one more at the end */
    uint32_t *steps;
    uint32_t *by;  /* by state: the transition it was reached by; SYMBOL_NONE: where one began */
    bool *reached; /* all false between two answers */
    uint32_t *queue;
};

struct replier {
    struct reply_side sides[2];
};

static void side_release(struct reply_side *side)
{
    free(side->classes);
    free(side->first);
    free(side->steps);
    free(side->by);
    free(side->reached);
    free(side->queue);
}

void replier_close(struct replier *replier)
{
    if (!replier)
        return;
    side_release(&replier->sides[LEFT]);
    side_release(&replier->sides[RIGHT]);
    free(replier);
}

/* The transitions by the state they leave. */
static bool side_build(struct reply_side *side, const struct lts *lts)
{
    uint32_t states = lts->state_count;
    side->lts = lts;
    side->classes = memory_allocate(states, sizeof *side->classes);
    side->first = memory_allocate((size_t)states + 1, sizeof *side->first);
    side->steps = memory_allocate(lts->transition_count, sizeof *side->steps);
    side->by = memory_allocate(states, sizeof *side->by);
    side->reached = memory_allocate(states, sizeof *side->reached);
    side->queue = memory_allocate(states, sizeof *side->queue);
    if (!side->classes || !side->first || !side->steps || !side->by || !side->reached ||
        !side->queue)
        return false;
    for (size_t i = 0; i < lts->transition_count; i++)
        side->first[lts->transitions[i].from + 1]++;
    for (uint32_t s = 0; s < states; s++)
        side->first[s + 1] += side->first[s];
    for (uint32_t s = 0; s < states; s++)
        side->queue[s] = side->first[s];
    for (size_t i = 0; i < lts->transition_count; i++)
        side->steps[side->queue[lts->transitions[i].from]++] = (uint32_t)i;
    return true;
}

int replier_open(struct replier **result, const struct lts *left, const struct lts *right,
                 const struct progress *progress, spex_error *error)
{
    struct replier *replier = memory_allocate(1, sizeof *replier);
    uint32_t count;
    *result = NULL;
    if (!replier || !side_build(&replier->sides[LEFT], left) ||
        !side_build(&replier->sides[RIGHT], right)) {
        replier_close(replier);
        return error_memory(error);
    }
    uint32_t *classes[2] = {replier->sides[LEFT].classes, replier->sides[RIGHT].classes};
    int status =
        check_classes(left, right, EQUIVALENCE_BRANCHING, progress, classes, &count, error);
    if (status)
        replier_close(replier);
    else
        *result = replier;
    return status;
}

bool replier_equivalent(const struct replier *replier, uint32_t left, uint32_t right)
{
    const struct reply_side *sides = replier->sides;
    return left < sides[LEFT].lts->state_count && right < sides[RIGHT].lts->state_count &&
           sides[LEFT].classes[left] == sides[RIGHT].classes[right];
}

const uint32_t *replier_steps(const struct replier *replier, enum side side, uint32_t state,
                              size_t *count)
{
    const struct reply_side *own = &replier->sides[side];
    *count = own->first[state + 1] - own->first[state];
    return own->steps + own->first[state];
}

/* The first transition from `state` with that label into a state of the class. */
static bool find_step(const struct reply_side *side, uint32_t state, uint32_t label, uint32_t class,
                      uint32_t *found)
{
    for (uint32_t i = side->first[state]; i < side->first[state + 1]; i++) {
        const struct lts_transition *step = &side->lts->transitions[side->steps[i]];
        if (step->label == label && side->classes[step->to] == class) {
            *found = side->steps[i];
            return true;
        }
    }
    return false;
}

/* As near to `state` as can be: internal steps within its class, told backwards by `by`, then
 * such a step. Answers how many all of these are; 0: there is none. */
static size_t search(struct reply_side *side, uint32_t state, uint32_t label, uint32_t class,
                     uint32_t *found)
{
    size_t head = 0, tail = 0;
    bool done = false;
    uint32_t at = state;
    side->queue[tail++] = state;
    side->reached[state] = true;
    side->by[state] = SYMBOL_NONE;
    while (!done && head < tail) {
        at = side->queue[head++];
        done = find_step(side, at, label, class, found);
        for (uint32_t i = side->first[at]; !done && i < side->first[at + 1]; i++) {
            const struct lts_transition *step = &side->lts->transitions[side->steps[i]];
            if (step->label != LTS_INTERNAL || side->reached[step->to] ||
                side->classes[step->to] != side->classes[state])
                continue;
            side->reached[step->to] = true;
            side->by[step->to] = side->steps[i];
            side->queue[tail++] = step->to;
        }
    }
    for (size_t i = 0; i < tail; i++)
        side->reached[side->queue[i]] = false;
    size_t length = done;
    for (; done && side->by[at] != SYMBOL_NONE; at = side->lts->transitions[side->by[at]].from)
        length++;
    return length;
}

static bool fill_path(const struct reply_side *side, uint32_t last, size_t length,
                      struct path *path)
{
    path->steps = memory_resize(NULL, length, sizeof *path->steps);
    if (!path->steps)
        return false;
    path->count = length;
    for (size_t i = length; i-- > 0;) {
        path->steps[i] = side->lts->transitions[last];
        if (i > 0)
            last = side->by[path->steps[i].from];
    }
    return true;
}

static int answer(struct reply_side *own, struct reply_side *other, uint32_t state,
                  const struct lts_transition *step, struct defence *defence, spex_error *error)
{
    uint32_t class = own->classes[step->to], last;
    uint32_t label = LTS_INTERNAL;
    if (step->label != LTS_INTERNAL)
        label = symbols_find(&other->lts->labels, symbols_name(&own->lts->labels, step->label));
    /* What decides nothing is answered by doing nothing. */
    if (step->label == LTS_INTERNAL && class == other->classes[state])
        return SPEX_OK;
    size_t length = label == SYMBOL_NONE ? 0 : search(other, state, label, class, &last);
    if (!length)
        return error_set(error, SPEX_ERROR_INTERNAL, "equivalent states with different steps");
    if (!fill_path(other, last, length, &defence->path))
        return error_memory(error);
    defence->before_count = length - 1;
    return SPEX_OK;
}

int replier_answer(struct replier *replier, struct position position, enum side attacker,
                   uint32_t transition, struct round *round, spex_error *error)
{
    struct reply_side *own = &replier->sides[attacker];
    enum side defender = attacker == LEFT ? RIGHT : LEFT;
    memset(round, 0, sizeof *round);
    if (!replier_equivalent(replier, position.states[LEFT], position.states[RIGHT]) ||
        transition >= own->lts->transition_count ||
        own->lts->transitions[transition].from != position.states[attacker])
        return error_set(error, SPEX_ERROR_USAGE, "there is no such step to answer");
    const struct lts_transition *step = &own->lts->transitions[transition];
    round->position = position;
    round->attacker = attacker;
    round->attack.steps = memory_resize(NULL, 1, sizeof *round->attack.steps);
    round->answers = memory_allocate(1, sizeof *round->answers);
    if (!round->attack.steps || !round->answers) {
        round_release(round);
        return error_memory(error);
    }
    round->attack.steps[0] = *step;
    round->attack.count = round->answer_count = 1;
    struct defence *defence = round->answers;
    int status =
        answer(own, &replier->sides[defender], position.states[defender], step, defence, error);
    const struct path *path = &defence->path;
    defence->next.states[attacker] = step->to;
    defence->next.states[defender] =
        path->count ? path->steps[path->count - 1].to : position.states[defender];
    if (status)
        round_release(round);
    return status;
}
