#include "model/specification.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

static int text_check(const char *what, const char *value, size_t longest, spex_error *error)
{
    if (!value || !*value)
        return error_set(error, SPEX_ERROR_USAGE, "%s is empty", what);
    size_t length = strnlen(value, longest + 1);
    if (length > longest)
        return error_set(error, SPEX_ERROR_USAGE, "%s is longer than %zu bytes: %.40s…", what,
                         longest, value);
    if (!utf8_valid(value, length))
        return error_set(error, SPEX_ERROR_USAGE, "%s is not UTF-8: %s", what, value);
    return SPEX_OK;
}

int name_check(const char *what, const char *name, spex_error *error)
{
    return text_check(what, name, SPEX_NAME_MAX, error);
}

int identifier_check(const char *identifier, spex_error *error)
{
    return text_check("the instance identifier", identifier, SPEX_IDENTIFIER_MAX, error);
}

int spex_specification_create(spex_specification **specification, const char *name,
                              spex_error *error)
{
    *specification = NULL;
    int status = name_check("the specification's name", name, error);
    if (status)
        return status;
    struct spex_specification *made = memory_allocate(1, sizeof *made);
    if (!made || !(made->name = memory_copy_text(name))) {
        free(made);
        return error_memory(error);
    }
    made->policy.transition_timeout = SPEX_INFINITY;
    made->policy.prune_timeout = SPEX_INFINITY;
    made->policy.accept = SPEX_ACCEPT_DEFAULT;
    *specification = made;
    return SPEX_OK;
}

static void release_policy(spex_policy *policy)
{
    for (size_t i = 0; i < policy->prunable_state_count; i++)
        free((void *)(uintptr_t)policy->prunable_states[i]);
    free((void *)(uintptr_t)policy->prunable_states);
    policy->prunable_states = NULL;
    policy->prunable_state_count = 0;
}

void spex_specification_free(spex_specification *specification)
{
    if (!specification)
        return;
    symbols_release(&specification->states);
    symbols_release(&specification->actions);
    release_policy(&specification->policy);
    free(specification->transitions);
    free(specification->slots);
    free(specification->name);
    free(specification->source);
    free(specification->places);
    free(specification->prunable_places);
    free(specification);
}

/* Where the transition stands in the index, or the free slot where it belongs. */
static size_t slot_of(const struct spex_specification *specification,
                      const struct specification_transition *transition)
{
    size_t mask = specification->slot_count - 1;
    size_t slot = (size_t)XXH3_64bits(transition, sizeof *transition) & mask;
    for (; specification->slots[slot]; slot = (slot + 1) & mask) {
        const struct specification_transition *other =
            &specification->transitions[specification->slots[slot] - 1];
        if (memcmp(other, transition, sizeof *other) == 0)
            break;
    }
    return slot;
}

/* Makes the index large enough for one more transition. */
static bool grow_index(struct spex_specification *specification)
{
    if ((specification->transition_count + 1) * 2 <= specification->slot_count)
        return true;
    size_t bigger = specification->slot_count ? specification->slot_count * 2 : 32;
    while ((specification->transition_count + 1) * 2 > bigger)
        bigger *= 2;
    uint32_t *slots = memory_allocate(bigger, sizeof *slots);
    if (!slots)
        return false;
    free(specification->slots);
    specification->slots = slots;
    specification->slot_count = bigger;
    for (size_t i = 0; i < specification->transition_count; i++)
        slots[slot_of(specification, &specification->transitions[i])] = (uint32_t)i + 1;
    return true;
}

bool specification_has(const struct spex_specification *specification, const char *from,
                       const char *action, const char *to)
{
    struct specification_transition wanted = {
        .from = symbols_find(&specification->states, from),
        .action = symbols_find(&specification->actions, action),
        .to = symbols_find(&specification->states, to),
    };
    return specification->slot_count && wanted.from != SYMBOL_NONE &&
           wanted.action != SYMBOL_NONE && wanted.to != SYMBOL_NONE &&
           specification->slots[slot_of(specification, &wanted)] != 0;
}

int spex_specification_add(spex_specification *specification, const char *from, const char *action,
                           const char *to, spex_error *error)
{
    int status = name_check("the state before the transition", from, error);
    if (!status)
        status = name_check("the action", action, error);
    if (!status)
        status = name_check("the state after the transition", to, error);
    if (status)
        return status;
    struct specification_transition added = {
        .from = symbols_intern(&specification->states, from),
        .action = symbols_intern(&specification->actions, action),
        .to = symbols_intern(&specification->states, to),
    };
    if (added.from == SYMBOL_NONE || added.action == SYMBOL_NONE || added.to == SYMBOL_NONE)
        return error_memory(error);
    if (!grow_index(specification))
        return error_memory(error);
    size_t slot = slot_of(specification, &added);
    if (specification->slots[slot])
        return SPEX_OK;
    if (specification->transition_count >= UINT32_MAX - 1 ||
        !memory_reserve(&specification->transitions, &specification->transition_capacity,
                        specification->transition_count + 1, sizeof added))
        return error_memory(error);
    specification->slots[slot] = (uint32_t)specification->transition_count + 1;
    specification->transitions[specification->transition_count++] = added;
    return SPEX_OK;
}

bool specification_note_state(struct spex_specification *specification, const char *state,
                              struct source_place place)
{
    size_t count = specification->place_count;
    if (count == specification->states.count ||
        strcmp(symbols_name(&specification->states, (uint32_t)count), state) != 0)
        return true;
    if (!memory_reserve(&specification->places, &specification->place_capacity, count + 1,
                        sizeof place))
        return false;
    specification->places[specification->place_count++] = place;
    return true;
}

bool specification_note_prunable(struct spex_specification *specification,
                                 struct source_place place)
{
    if (!memory_reserve(&specification->prunable_places, &specification->prunable_place_capacity,
                        specification->prunable_place_count + 1, sizeof place))
        return false;
    specification->prunable_places[specification->prunable_place_count++] = place;
    return true;
}

int spex_specification_set_policy(spex_specification *specification, const spex_policy *policy,
                                  spex_error *error)
{
    if (policy->transition_timeout < SPEX_INFINITY || policy->prune_timeout < SPEX_INFINITY)
        return error_set(error, SPEX_ERROR_USAGE,
                         "a timeout is a number of milliseconds or SPEX_INFINITY");
    spex_policy copy = *policy;
    size_t count = policy->prunable == SPEX_PRUNABLE_LIST ? policy->prunable_state_count : 0;
    char **states = memory_allocate(count, sizeof *states);
    copy.prunable_states = (const char *const *)states;
    copy.prunable_state_count = 0;
    if (!states)
        return error_memory(error);
    for (size_t i = 0; i < count; i++) {
        int status = name_check("a prunable state", policy->prunable_states[i], error);
        if (!status && !(states[i] = memory_copy_text(policy->prunable_states[i])))
            status = error_memory(error);
        if (status) {
            release_policy(&copy);
            return status;
        }
        copy.prunable_state_count++;
    }
    release_policy(&specification->policy);
    specification->policy = copy;
    return SPEX_OK;
}

struct spex_specification *specification_copy(const struct spex_specification *specification)
{
    spex_specification *copy;
    if (spex_specification_create(&copy, specification->name, NULL) ||
        !symbols_copy(&copy->states, &specification->states) ||
        !symbols_copy(&copy->actions, &specification->actions) ||
        spex_specification_set_policy(copy, &specification->policy, NULL))
        goto failed;
    size_t count = specification->transition_count;
    copy->transitions = memory_allocate(count, sizeof *copy->transitions);
    if (!copy->transitions)
        goto failed;
    if (count)
        memcpy(copy->transitions, specification->transitions, count * sizeof *copy->transitions);
    copy->transition_count = copy->transition_capacity = count;
    if (!grow_index(copy))
        goto failed;
    copy->custom_handler = specification->custom_handler;
    if (specification->source && !(copy->source = memory_copy_text(specification->source)))
        goto failed;
    return copy;
failed:
    spex_specification_free(copy);
    return NULL;
}

const char *spex_specification_name(const spex_specification *specification)
{
    return specification->name;
}

const char *spex_specification_initial(const spex_specification *specification)
{
    return symbols_name(&specification->states, 0);
}

const spex_policy *spex_specification_policy(const spex_specification *specification)
{
    return &specification->policy;
}

bool specification_state_terminal(const struct spex_specification *specification, uint32_t state)
{
    for (size_t i = 0; i < specification->transition_count; i++)
        if (specification->transitions[i].from == state)
            return false;
    return true;
}

bool specification_terminal(const struct spex_specification *specification, const char *state)
{
    uint32_t number = symbols_find(&specification->states, state);
    return number != SYMBOL_NONE && specification_state_terminal(specification, number);
}

bool specification_prunable(const struct spex_specification *specification, const char *state)
{
    const spex_policy *policy = &specification->policy;
    switch (policy->prunable) {
    case SPEX_PRUNABLE_ALL:
        return true;
    case SPEX_PRUNABLE_TERMINAL:
        return specification_terminal(specification, state);
    case SPEX_PRUNABLE_LIST:
        for (size_t i = 0; i < policy->prunable_state_count; i++)
            if (strcmp(policy->prunable_states[i], state) == 0)
                return true;
        return false;
    case SPEX_PRUNABLE_NONE:
    default:
        return false;
    }
}
