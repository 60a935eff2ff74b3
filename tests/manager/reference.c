#include "tests/manager/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_REASONS 0xffu

const char *const reference_states[STATES] = {"basket", "paid", "shipped", "refunded", "limbo"};
const char *const reference_actions[ACTIONS] = {
    SPEX_INTERNAL, "pay", "ship", "refund", "hack", "back", SPEX_INITIALISATION};

const struct reference_specification reference_specifications[SPECIFICATIONS] = {
    [ORDER] = {.name = "Order",
               .steps = {{BASKET, PAY, PAID}, {PAID, SHIP, SHIPPED}, {PAID, REFUND, REFUNDED}},
               .step_count = 3,
               .model = MODEL_FROZEN,
               .model_steps = {{BASKET, PAY, PAID},
                               {NO_STATE, INITIALISE, BASKET},
                               {PAID, REFUND, REFUNDED},
                               {PAID, SHIP, SHIPPED}},
               .model_step_count = 4,
               .accept = SPEX_ACCEPT_DEFAULT,
               .transition_timeout = 30000,
               .prune_timeout = 100000,
               .prunable = SPEX_PRUNABLE_TERMINAL},
    [FREE] = {.name = "Free",
              .steps = {{BASKET, PAY, PAID}, {PAID, BACK, BASKET}},
              .step_count = 2,
              .accept = SPEX_ACCEPT_DEFAULT,
              .transition_timeout = SPEX_INFINITY,
              .prune_timeout = 60000,
              .prunable = SPEX_PRUNABLE_ALL},
    [CLOSED] = {.name = "Closed",
                .steps = {{BASKET, PAY, PAID}},
                .step_count = 1,
                .transition_timeout = SPEX_INFINITY,
                .prune_timeout = SPEX_INFINITY,
                .prunable = SPEX_PRUNABLE_ALL},
    [NARROW] = {.name = "Narrow",
                .steps = {{BASKET, PAY, PAID}, {PAID, SHIP, SHIPPED}},
                .step_count = 2,
                .model = MODEL_FROZEN,
                .model_steps = {{BASKET, PAY, PAID}, {NO_STATE, INITIALISE, BASKET}},
                .model_step_count = 2,
                .accept = ALL_REASONS,
                .transition_timeout = 45000,
                .prune_timeout = SPEX_INFINITY,
                .prunable = SPEX_PRUNABLE_NONE},
    [GHOST] = {.name = "Ghost",
               .transition_timeout = SPEX_INFINITY,
               .prune_timeout = SPEX_INFINITY},
};

static const struct reference_specification *specification_of(int number)
{
    return &reference_specifications[number];
}

spex_specification *reference_declare(int number)
{
    const struct reference_specification *of = specification_of(number);
    spex_specification *specification;
    spex_error error = {0};
    spex_or_die(spex_specification_create(&specification, of->name, &error), &error, SPEX_HERE);
    for (unsigned i = 0; i < of->step_count; i++)
        spex_or_die(spex_specification_add(specification, reference_states[of->steps[i].from],
                                           reference_actions[of->steps[i].action],
                                           reference_states[of->steps[i].to], &error),
                    &error, SPEX_HERE);
    spex_policy policy = *spex_specification_policy(specification);
    policy.transition_timeout = of->transition_timeout;
    policy.prune_timeout = of->prune_timeout;
    policy.prunable = of->prunable;
    spex_or_die(spex_specification_set_policy(specification, &policy, &error), &error, SPEX_HERE);
    return specification;
}

static const char *state_name(int state)
{
    return state == NO_STATE ? SPEX_NIL : reference_states[state];
}

bool reference_model_file(int number, struct text *text)
{
    const struct reference_specification *of = specification_of(number);
    if (of->model == MODEL_NONE)
        return false;
    text_printf(text, "Specification: %s\nLearning mode: false\nTransitions:\n", of->name);
    for (unsigned i = 0; i < of->model_step_count; i++)
        text_printf(text, "%s --[%s]-> %s\n", state_name(of->model_steps[i].from),
                    reference_actions[of->model_steps[i].action],
                    reference_states[of->model_steps[i].to]);
    return true;
}

/* ------------------------------------------------------- equivalence */

/* A graph of nil and the states; nil is 0. */
struct graph {
    bool steps[STATES + 1][ACTIONS][STATES + 1];
};

static void graph_add(struct graph *graph, const struct reference_step *step)
{
    graph->steps[step->from + 1][step->action][step->to + 1] = true;
}

static void silently_on(const struct graph *graph, bool reached[STATES + 1])
{
    for (bool changed = true; changed;) {
        changed = false;
        for (int from = 0; from <= STATES; from++)
            for (int to = 0; to <= STATES; to++)
                if (reached[from] && !reached[to] && graph->steps[from][INTERNAL][to])
                    changed = reached[to] = true;
    }
}

static bool reaches(const struct graph *graph, int wanted)
{
    bool reached[STATES + 1] = {true};
    for (bool changed = true; changed;) {
        changed = false;
        for (int from = 0; from <= STATES; from++)
            for (int action = 0; action < ACTIONS; action++)
                for (int to = 0; to <= STATES; to++)
                    if (reached[from] && !reached[to] && graph->steps[from][action][to])
                        changed = reached[to] = true;
    }
    return reached[wanted + 1];
}

typedef bool relation[STATES + 1][STATES + 1];

/* Whether `other` of the other graph can do what the step does, by the definition of
 * branching bisimilarity; `turned`: the graphs have changed sides. */
static bool answers(const struct graph *graph, relation related, bool turned, int from, int action,
                    int to, int other)
{
#define RELATED(mine, yours) (turned ? related[yours][mine] : related[mine][yours])
    if (action == INTERNAL && RELATED(to, other))
        return true;
    bool reached[STATES + 1] = {false};
    reached[other] = true;
    silently_on(graph, reached);
    for (int before = 0; before <= STATES; before++)
        for (int after = 0; after <= STATES; after++)
            if (reached[before] && graph->steps[before][action][after] && RELATED(from, before) &&
                RELATED(to, after))
                return true;
    return false;
#undef RELATED
}

static bool alike(const struct graph *mine, const struct graph *yours, relation related,
                  bool turned, int state, int other)
{
    for (int action = 0; action < ACTIONS; action++)
        for (int to = 0; to <= STATES; to++)
            if (mine->steps[state][action][to] &&
                !answers(yours, related, turned, state, action, to, other))
                return false;
    return true;
}

static bool equivalent(const struct graph *left, const struct graph *right)
{
    relation related;
    memset(related, true, sizeof related);
    for (bool changed = true; changed;) {
        changed = false;
        for (int one = 0; one <= STATES; one++)
            for (int other = 0; other <= STATES; other++)
                if (related[one][other] && (!alike(left, right, related, false, one, other) ||
                                            !alike(right, left, related, true, other, one))) {
                    related[one][other] = false;
                    changed = true;
                }
    }
    return related[0][0];
}

/* --------------------------------------------------------- observing */

static bool deviates(spex_verdict verdict)
{
    return verdict == SPEX_VERDICT_STILL_EQUIVALENT || verdict == SPEX_VERDICT_NOT_EQUIVALENT;
}

static spex_verdict judge(const struct reference_instance *instance, int number,
                          const struct reference_step *step)
{
    const struct reference_specification *of = specification_of(number);
    struct graph wanted = {0}, model = {0};
    if (of->model == MODEL_NONE)
        return SPEX_VERDICT_LEARNED;
    graph_add(&wanted, &(struct reference_step){NO_STATE, INITIALISE, of->steps[0].from});
    for (unsigned i = 0; i < of->step_count; i++)
        graph_add(&wanted, &of->steps[i]);
    for (unsigned i = 0; i < of->model_step_count; i++)
        graph_add(&model, &of->model_steps[i]);
    if (model.steps[step->from + 1][step->action][step->to + 1])
        return SPEX_VERDICT_CONFORMS;
    for (unsigned i = 0; i < instance->count; i++)
        if (deviates(instance->history[i].verdict))
            graph_add(&model, &instance->history[i].step);
    graph_add(&model, step);
    return reaches(&model, step->from) && equivalent(&wanted, &model)
               ? SPEX_VERDICT_STILL_EQUIVALENT
               : SPEX_VERDICT_NOT_EQUIVALENT;
}

static bool terminal(const struct reference_specification *of, int state)
{
    bool known = false;
    for (unsigned i = 0; i < of->step_count; i++) {
        if (of->steps[i].from == state)
            return false;
        known |= of->steps[i].to == state;
    }
    return known;
}

/* A report, and what its handler makes of the answer. */
static struct reference_answer tell(struct reference *reference, const char *identifier,
                                    int specification, spex_reason reason,
                                    struct reference_answer answer)
{
    text_printf(&reference->told, "%s %s\n", spex_reason_name(reason), identifier);
    if (!(specification_of(specification)->accept >> reason & 1)) {
        answer.status = SPEX_ERROR_REFUSED;
        answer.reason = reason;
    }
    return answer;
}

static struct reference_answer observe(struct reference *reference,
                                       struct reference_instance *instance,
                                       const struct reference_step *step, int64_t at)
{
    struct reference_answer answer = {0};
    const struct reference_specification *of = specification_of(instance->specification);
    answer.stored = true;
    answer.verdict = judge(instance, instance->specification, step);
    instance->history[instance->count++] = (struct reference_record){*step, at, answer.verdict};
    instance->there = true;
    instance->mocked = false;
    instance->state = step->to;
    instance->since = at;
    instance->reported = false;
    instance->due = of->transition_timeout == SPEX_INFINITY || terminal(of, step->to)
                        ? 0
                        : at + of->transition_timeout * 1000;
    answer.transitions = instance->count;
    if (answer.verdict == SPEX_VERDICT_LEARNED)
        reference->learned[step->from + 1][step->action][step->to] = true;
    if (deviates(answer.verdict))
        return tell(reference, instance->identifier, instance->specification,
                    answer.verdict == SPEX_VERDICT_STILL_EQUIVALENT ? SPEX_REASON_STILL_EQUIVALENT
                                                                    : SPEX_REASON_NOT_EQUIVALENT,
                    answer);
    return answer;
}

/* Of the one that may not be learned. */
static bool has_no_model(int specification)
{
    return specification == CLOSED;
}

struct reference_answer reference_init(struct reference *reference,
                                       struct reference_instance *instance, int specification,
                                       int state, int64_t at)
{
    struct reference_answer answer = {0};
    if (specification == GHOST)
        return (struct reference_answer){.status = SPEX_ERROR_USAGE};
    if (instance->there)
        return tell(reference, instance->identifier, specification,
                    SPEX_REASON_IDENTIFIER_ALREADY_IN_USE, answer);
    if (has_no_model(specification))
        return tell(reference, instance->identifier, specification, SPEX_REASON_MODEL_NOT_FOUND,
                    answer);
    instance->specification = specification;
    instance->count = 0;
    if (state == NO_STATE)
        state = specification_of(specification)->steps[0].from;
    return observe(reference, instance, &(struct reference_step){NO_STATE, INITIALISE, state}, at);
}

static int only_target(const struct reference_specification *of, int from, int action)
{
    int target = NO_STATE;
    for (unsigned i = 0; i < of->step_count; i++)
        if (of->steps[i].from == from && of->steps[i].action == action)
            target = target == NO_STATE ? of->steps[i].to : STATES;
    return target == STATES ? NO_STATE : target;
}

struct reference_answer reference_transition(struct reference *reference,
                                             struct reference_instance *instance, int action,
                                             int state, int64_t at)
{
    struct reference_answer answer = {0};
    if (!instance->there)
        return tell(reference, instance->identifier, GHOST, SPEX_REASON_IDENTIFIER_NOT_FOUND,
                    answer);
    const struct reference_specification *of = specification_of(instance->specification);
    if (state == NO_STATE)
        state = only_target(of, instance->state, action);
    if (state == NO_STATE || instance->specification == GHOST)
        return (struct reference_answer){.status = SPEX_ERROR_USAGE};
    if (has_no_model(instance->specification))
        return tell(reference, instance->identifier, instance->specification,
                    SPEX_REASON_MODEL_NOT_FOUND, answer);
    return observe(reference, instance, &(struct reference_step){instance->state, action, state},
                   at);
}

struct reference_answer reference_mock(struct reference_instance *instance, int specification,
                                       int state, int64_t at)
{
    if (state == NO_STATE && specification == GHOST)
        return (struct reference_answer){.status = SPEX_ERROR_USAGE};
    instance->there = true;
    instance->specification = specification;
    instance->state = state == NO_STATE ? specification_of(specification)->steps[0].from : state;
    instance->mocked = true;
    instance->since = at;
    instance->due = 0;
    instance->reported = false;
    instance->count = 0;
    return (struct reference_answer){0};
}

/* ----------------------------------------------------- time, and the end */

void reference_time(struct reference *reference, int64_t now)
{
    for (unsigned i = 0; i < reference->count; i++) {
        struct reference_instance *instance = &reference->items[i];
        if (!instance->there || !instance->due || instance->due > now || instance->reported)
            continue;
        instance->reported = true;
        tell(reference, instance->identifier, instance->specification,
             SPEX_REASON_TRANSITION_TIMEOUT, (struct reference_answer){0});
    }
}

unsigned reference_prune(struct reference *reference, int64_t now)
{
    unsigned pruned = 0;
    for (unsigned i = 0; i < reference->count; i++) {
        struct reference_instance *instance = &reference->items[i];
        const struct reference_specification *of = specification_of(instance->specification);
        if (!instance->there || !instance->count || of->prune_timeout == SPEX_INFINITY ||
            now - instance->since <= of->prune_timeout * 1000 ||
            of->prunable == SPEX_PRUNABLE_NONE ||
            (of->prunable == SPEX_PRUNABLE_TERMINAL && !terminal(of, instance->state)))
            continue;
        instance->there = false;
        pruned++;
    }
    return pruned;
}

bool reference_overdue(const struct reference_instance *instance, int64_t now)
{
    return instance->due && instance->due < now;
}

unsigned reference_deviations(const struct reference_instance *instance)
{
    unsigned deviations = 0;
    for (unsigned i = 0; i < instance->count; i++)
        deviations += deviates(instance->history[i].verdict);
    return deviations;
}

void reference_describe(const struct reference_instance *instance, int64_t now, struct text *text)
{
    if (!instance->there) {
        text_append(text, "none");
        return;
    }
    text_printf(text, "%s %s since %lld due %lld deviations %u%s%s:",
                specification_of(instance->specification)->name, reference_states[instance->state],
                (long long)instance->since, (long long)instance->due,
                reference_deviations(instance), instance->mocked ? " mocked" : "",
                reference_overdue(instance, now) ? " overdue" : "");
    for (unsigned i = 0; i < instance->count; i++) {
        const struct reference_record *record = &instance->history[i];
        text_printf(text, " %s>%s %s %lld", reference_actions[record->step.action],
                    reference_states[record->step.to], spex_verdict_name(record->verdict),
                    (long long)record->at);
    }
}
