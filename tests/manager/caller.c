#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/manager/caller.h"

void caller_init(struct caller *caller, unsigned number, uint64_t seed)
{
    memset(caller, 0, sizeof *caller);
    caller->number = number;
    caller->random.state = seed;
    caller->reference.items = caller->instances;
    caller->reference.count = OWN;
    for (unsigned i = 0; i < OWN; i++)
        snprintf(caller->instances[i].identifier, sizeof caller->instances[i].identifier,
                 "own-%u-%u", number, i);
}

bool caller_problem(struct caller *caller, const char *what, const char *got, const char *expected)
{
    if (!caller->problem[0])
        snprintf(caller->problem, sizeof caller->problem,
                 "caller %u: %s: got '%.200s', expected '%.200s'", caller->number, what, got,
                 expected);
    return false;
}

static bool same_number(struct caller *caller, const char *what, int64_t got, int64_t expected)
{
    char one[32], other[32];
    snprintf(one, sizeof one, "%lld", (long long)got);
    snprintf(other, sizeof other, "%lld", (long long)expected);
    return got == expected || caller_problem(caller, what, one, other);
}

static void compare_answer(struct caller *caller, const char *what, int status,
                           const spex_error *error, const spex_observation *observation,
                           const struct reference_answer *expected)
{
    if (status == SPEX_OK || status != expected->status || status == SPEX_ERROR_REFUSED) {
        same_number(caller, what, status, expected->status);
        if (status == SPEX_ERROR_REFUSED)
            same_number(caller, what, error->reason, expected->reason);
    }
    same_number(caller, what, (int64_t)observation->transitions, (int64_t)expected->transitions);
    if (expected->stored)
        same_number(caller, what, observation->verdict, expected->verdict);
}

/* The instance as the library gives it, in the words of the reference. */
static void describe(const spex_instance *instance, struct text *text)
{
    text_printf(text, "%s %s since %lld due %lld deviations %llu%s%s:", instance->specification,
                instance->state, (long long)instance->since, (long long)instance->due,
                (unsigned long long)instance->deviations, instance->mocked ? " mocked" : "",
                instance->overdue ? " overdue" : "");
    for (size_t i = instance->step_count; i-- > 0;)
        text_printf(text, " %s>%s %s %lld", instance->steps[i].action, instance->steps[i].state,
                    spex_verdict_name(instance->steps[i].verdict),
                    (long long)instance->steps[i].at);
}

void caller_compare_instance(struct caller *caller, const struct reference_instance *instance)
{
    struct text is = {0}, expected = {0};
    spex_instance *found;
    spex_error error;
    int status = spex_get(caller->manager, instance->identifier, &found, &error);
    if (status == SPEX_ERROR_NOT_FOUND)
        text_append(&is, "none");
    else if (status)
        text_append(&is, error.message);
    else
        describe(found, &is);
    spex_instance_free(found);
    reference_describe(instance, caller->now, &expected);
    if (strcmp(text_value(&is), text_value(&expected)) != 0)
        caller_problem(caller, instance->identifier, text_value(&is), text_value(&expected));
    text_release(&is);
    text_release(&expected);
}

static int below(struct caller *caller, unsigned bound)
{
    return (int)random_below(&caller->random, bound);
}

static const char *state_or_null(int state)
{
    return state == NO_STATE ? NULL : reference_states[state];
}

/* A little before now, so that nothing is due within a round. */
static int64_t random_time(struct caller *caller)
{
    return below(caller, 3) ? caller->now : caller->now - below(caller, 20 * SECOND);
}

static void random_init(struct caller *caller, struct reference_instance *instance)
{
    static const int choices[] = {ORDER, ORDER, ORDER, FREE, FREE, CLOSED, NARROW, NARROW, GHOST};
    int specification = choices[below(caller, sizeof choices / sizeof *choices)];
    int state = below(caller, 4) ? NO_STATE : below(caller, STATES);
    int64_t at = random_time(caller);
    bool async = !below(caller, 3);
    struct reference_answer expected =
        reference_init(&caller->reference, instance, specification, state, at);
    const char *name = reference_specifications[specification].name;
    spex_error error = {0};
    spex_observation observation = {0};
    if (!caller->manager)
        return;
    if (async) {
        int status = spex_init_async_at(caller->manager, name, instance->identifier, NULL,
                                        state_or_null(state), at, SPEX_HERE, &error);
        same_number(caller, "init_async", status, SPEX_OK);
        return;
    }
    int status = spex_init_at(caller->manager, name, instance->identifier, NULL,
                              state_or_null(state), at, SPEX_HERE, &observation, &error);
    compare_answer(caller, "init", status, &error, &observation, &expected);
}

static void random_transition(struct caller *caller, struct reference_instance *instance)
{
    int action = below(caller, INITIALISE);
    int state = below(caller, 4) ? below(caller, STATES) : NO_STATE;
    /* Half of the time what the specification says, so that instances get somewhere. */
    const struct reference_specification *of =
        &reference_specifications[instance->there ? instance->specification : ORDER];
    if (of->step_count && below(caller, 2)) {
        const struct reference_step *step = &of->steps[below(caller, of->step_count)];
        action = step->action;
        state = below(caller, 3) ? step->to : NO_STATE;
    }
    int64_t at = random_time(caller);
    bool async = !below(caller, 3);
    if (instance->count == HISTORY)
        return;
    struct reference_answer expected =
        reference_transition(&caller->reference, instance, action, state, at);
    const char *name = reference_actions[action];
    spex_error error = {0};
    spex_observation observation = {0};
    if (!caller->manager)
        return;
    if (async) {
        int status = spex_transition_async_at(caller->manager, instance->identifier, name,
                                              state_or_null(state), at, SPEX_HERE, &error);
        same_number(caller, "transition_async", status, SPEX_OK);
        return;
    }
    int status = spex_transition_at(caller->manager, instance->identifier, name,
                                    state_or_null(state), at, SPEX_HERE, &observation, &error);
    compare_answer(caller, "transition", status, &error, &observation, &expected);
}

static void random_mock(struct caller *caller, struct reference_instance *instance)
{
    int specification = below(caller, SPECIFICATIONS);
    int state = below(caller, 4) ? below(caller, STATES) : NO_STATE;
    struct reference_answer expected = reference_mock(instance, specification, state, caller->now);
    spex_error error;
    if (caller->manager)
        same_number(caller, "mock",
                    spex_mock(caller->manager, reference_specifications[specification].name,
                              instance->identifier, NULL, state_or_null(state), &error),
                    expected.status);
}

static void random_delete(struct caller *caller, struct reference_instance *instance)
{
    bool there = instance->there, deleted = false;
    spex_error error;
    instance->there = false;
    if (!caller->manager)
        return;
    same_number(caller, "delete",
                spex_delete(caller->manager, instance->identifier, &deleted, &error), SPEX_OK);
    same_number(caller, "delete", deleted, there);
}

/* The filter that only the caller's own instances match. */
static bool matches(const struct reference_instance *instance, const spex_filter *filter,
                    int64_t now)
{
    return instance->there &&
           (!filter->state || strcmp(filter->state, reference_states[instance->state]) == 0) &&
           (!filter->specification ||
            strcmp(filter->specification, reference_specifications[instance->specification].name) ==
                0) &&
           (!filter->deviated || reference_deviations(instance)) &&
           (!filter->mocked || instance->mocked) &&
           (!filter->overdue || reference_overdue(instance, now));
}

static spex_filter random_filter(struct caller *caller, char prefix[16])
{
    spex_filter filter = {.text = prefix};
    snprintf(prefix, 16, "OWN-%u-", caller->number);
    if (below(caller, 2))
        filter.state = reference_states[below(caller, STATES)];
    if (!below(caller, 3))
        filter.specification = reference_specifications[below(caller, SPECIFICATIONS)].name;
    filter.deviated = !below(caller, 4);
    filter.mocked = !below(caller, 4);
    filter.overdue = !below(caller, 4);
    return filter;
}

static void random_delete_matching(struct caller *caller)
{
    char prefix[16];
    spex_filter filter = random_filter(caller, prefix);
    uint64_t expected = 0, deleted = 0;
    spex_error error;
    for (unsigned i = 0; i < OWN; i++)
        if (matches(&caller->instances[i], &filter, caller->now)) {
            caller->instances[i].there = false;
            expected++;
        }
    if (!caller->manager)
        return;
    same_number(caller, "delete_matching",
                spex_delete_matching(caller->manager, &filter, &deleted, &error), SPEX_OK);
    same_number(caller, "delete_matching", (int64_t)deleted, (int64_t)expected);
}

static bool append_identifier(const spex_instance *instance, void *user_data)
{
    text_printf(user_data, "%s %s\n", instance->identifier, instance->state);
    return true;
}

static void random_all(struct caller *caller)
{
    char prefix[16];
    spex_filter filter = random_filter(caller, prefix);
    struct text is = {0}, expected = {0};
    spex_error error;
    for (unsigned i = 0; i < OWN; i++)
        if (matches(&caller->instances[i], &filter, caller->now))
            text_printf(&expected, "%s %s\n", caller->instances[i].identifier,
                        reference_states[caller->instances[i].state]);
    if (caller->manager) {
        same_number(caller, "all",
                    spex_all(caller->manager, &filter, append_identifier, &is, &error), SPEX_OK);
        if (strcmp(text_value(&is), text_value(&expected)) != 0)
            caller_problem(caller, "all", text_value(&is), text_value(&expected));
    }
    text_release(&is);
    text_release(&expected);
}

/* What this caller was told is learned is in the model already. */
static void random_model(struct caller *caller)
{
    if (!caller->manager)
        return;
    spex_model *model;
    spex_error error;
    int status = spex_model_get(caller->manager, "Free", &model, &error);
    for (int from = 0; from <= STATES; from++)
        for (int action = 0; action < ACTIONS; action++)
            for (int to = 0; to < STATES; to++) {
                if (!caller->reference.learned[from][action][to])
                    continue;
                const char *name = from ? reference_states[from - 1] : SPEX_NIL;
                if (status ||
                    !model_has(model, name, reference_actions[action], reference_states[to]))
                    caller_problem(caller, "model_get", status ? error.message : "nothing", name);
            }
    spex_model_free(model);
}

/* A step of an instance that others step too. */
static void random_shared(struct caller *caller)
{
    unsigned shared = (unsigned)below(caller, SHARED);
    char name[32];
    snprintf(name, sizeof name, "shared-%u", shared);
    /* Never twice, and different from all others'. */
    int64_t at = START - 3600 * SECOND + caller->number * SECOND + caller->stamp++;
    if (!caller->manager)
        return;
    spex_observation observation = {0};
    spex_error error;
    int status = spex_transition_at(caller->manager, name, "back", "paid", at, SPEX_HERE,
                                    &observation, &error);
    if (!same_number(caller, "shared", status, SPEX_OK) || caller->note_count == NOTES)
        return;
    caller->notes[caller->note_count++] = (struct note){shared, observation.transitions, at};
}

void caller_call(struct caller *caller)
{
    struct reference_instance *instance = &caller->instances[below(caller, OWN)];
    int choice = below(caller, 100);
    if (choice < 20)
        random_init(caller, instance);
    else if (choice < 62)
        random_transition(caller, instance);
    else if (choice < 68)
        random_mock(caller, instance);
    else if (choice < 72)
        random_delete(caller, instance);
    else if (choice < 74)
        random_delete_matching(caller);
    else if (choice < 78)
        random_all(caller);
    else if (choice < 80)
        random_model(caller);
    else if (choice < 90)
        random_shared(caller);
    else if (caller->manager)
        caller_compare_instance(caller, instance);
}
