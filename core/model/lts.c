#include "model/lts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

int lts_init(struct lts *lts, spex_error *error)
{
    memset(lts, 0, sizeof *lts);
    if (symbols_intern(&lts->labels, SPEX_INTERNAL) != LTS_INTERNAL)
        return error_memory(error);
    return SPEX_OK;
}

void lts_release(struct lts *lts)
{
    symbols_release(&lts->labels);
    symbols_release(&lts->state_names);
    free(lts->transitions);
    memset(lts, 0, sizeof *lts);
}

int lts_copy(struct lts *lts, const struct lts *from, spex_error *error)
{
    lts->state_count = from->state_count;
    lts->initial = from->initial;
    lts->initialises = from->initialises;
    lts->transitions = memory_allocate(from->transition_count, sizeof *lts->transitions);
    if (!lts->transitions || !symbols_copy(&lts->labels, &from->labels) ||
        !symbols_copy(&lts->state_names, &from->state_names)) {
        lts_release(lts);
        return error_memory(error);
    }
    if (from->transition_count)
        memcpy(lts->transitions, from->transitions,
               from->transition_count * sizeof *lts->transitions);
    lts->transition_count = lts->transition_capacity = from->transition_count;
    return SPEX_OK;
}

int lts_add(struct lts *lts, uint32_t from, uint32_t label, uint32_t to, spex_error *error)
{
    if (from == SYMBOL_NONE || label == SYMBOL_NONE || to == SYMBOL_NONE ||
        !memory_reserve(&lts->transitions, &lts->transition_capacity, lts->transition_count + 1,
                        sizeof *lts->transitions))
        return error_memory(error);
    lts->transitions[lts->transition_count++] = (struct lts_transition){from, label, to};
    return SPEX_OK;
}

int lts_hide(struct lts *lts, const char *label, spex_error *error)
{
    uint32_t hidden = symbols_find(&lts->labels, label);
    struct symbols labels = {0};
    if (hidden == SYMBOL_NONE || hidden == LTS_INTERNAL)
        return SPEX_OK;
    for (uint32_t i = 0; i < lts->labels.count; i++)
        if (i != hidden && symbols_intern(&labels, lts->labels.names[i]) == SYMBOL_NONE) {
            symbols_release(&labels);
            return error_memory(error);
        }
    symbols_release(&lts->labels);
    lts->labels = labels;
    for (size_t i = 0; i < lts->transition_count; i++) {
        uint32_t *number = &lts->transitions[i].label;
        *number = *number == hidden ? LTS_INTERNAL : *number - (*number > hidden);
    }
    return SPEX_OK;
}

const char *lts_label_name(const struct lts *lts, uint32_t label, bool plain)
{
    if (label == LTS_INTERNAL && !plain)
        return "τ";
    return symbols_name(&lts->labels, label);
}

const char *lts_state_name(const struct lts *lts, uint32_t state, char buffer[16])
{
    if (lts->state_names.count)
        return symbols_name(&lts->state_names, state);
    snprintf(buffer, 16, "%" PRIu32, state);
    return buffer;
}

int lts_name_states(struct lts *lts, spex_error *error)
{
    char number[16];
    struct symbols names = {0};
    if (lts->state_names.count)
        return SPEX_OK;
    for (uint32_t state = 0; state < lts->state_count; state++)
        if (symbols_intern(&names, lts_state_name(lts, state, number)) == SYMBOL_NONE) {
            symbols_release(&names);
            return error_memory(error);
        }
    lts->state_names = names;
    return SPEX_OK;
}

uint32_t lts_find_state(const struct lts *lts, const char *name)
{
    if (lts->state_names.count)
        return symbols_find(&lts->state_names, name);
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    if (end == name || *end || number >= lts->state_count)
        return SYMBOL_NONE;
    return (uint32_t)number;
}

/* A name no state of the workflow has, for the state before initialisation. */
static uint32_t intern_before(struct lts *lts, const struct symbols *taken)
{
    char name[64] = SPEX_NIL;
    for (unsigned i = 0; taken && symbols_find(taken, name) != SYMBOL_NONE; i++)
        snprintf(name, sizeof name, "before initialisation%.*s", (int)i % 32,
                 "''''''''''''''''''''''''''''''''");
    return symbols_intern(&lts->state_names, name);
}

int lts_from_specification(struct lts *lts, const struct spex_specification *specification,
                           bool initialisation, spex_error *error)
{
    int status = lts_init(lts, error);
    uint32_t shift = 0;
    bool named_start = initialisation || specification->states.count == 0;
    if (!status && named_start && intern_before(lts, &specification->states) == SYMBOL_NONE)
        status = error_memory(error);
    if (!status && named_start) {
        shift = 1;
        if (specification->states.count)
            status = lts_add(lts, LTS_BEFORE, symbols_intern(&lts->labels, SPEX_INITIALISATION), 1,
                             error);
    }
    if (!status && !named_start && !symbols_copy(&lts->state_names, &specification->states))
        status = error_memory(error);
    for (uint32_t i = 0; !status && named_start && i < specification->states.count; i++)
        if (symbols_intern(&lts->state_names, specification->states.names[i]) == SYMBOL_NONE)
            status = error_memory(error);
    uint32_t *labels = memory_allocate(specification->actions.count, sizeof *labels);
    if (!status && !labels)
        status = error_memory(error);
    for (uint32_t i = 0; !status && i < specification->actions.count; i++)
        labels[i] = SYMBOL_NONE;
    for (size_t i = 0; !status && i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        uint32_t *label = &labels[t->action];
        if (*label == SYMBOL_NONE)
            *label = symbols_intern(&lts->labels, specification->actions.names[t->action]);
        status = lts_add(lts, t->from + shift, *label, t->to + shift, error);
    }
    free(labels);
    lts->state_count = lts->state_names.count;
    lts->initialises = initialisation;
    lts->initial = 0;
    if (status)
        lts_release(lts);
    return status;
}

static bool is_initialisation(const struct model_transition *transition)
{
    return strcmp(transition->action, SPEX_INITIALISATION) == 0 &&
           strcmp(transition->from, SPEX_NIL) == 0;
}

/* A model's names are interned, so the same name is the same pointer: those met last are
 * not looked up again. */
enum { RECENT = 64 };
struct recent {
    const char *names[RECENT];
    uint32_t numbers[RECENT];
};

static uint32_t intern_recent(struct recent *recent, struct symbols *symbols, const char *name)
{
    size_t slot = ((uintptr_t)name >> 3) % RECENT;
    if (recent->names[slot] != name) {
        recent->numbers[slot] = symbols_intern(symbols, name);
        recent->names[slot] = recent->numbers[slot] == SYMBOL_NONE ? NULL : name;
    }
    return recent->numbers[slot];
}

/* The states of a model, without the one before initialisation, initialised ones first;
 * ends[2 * i], ends[2 * i + 1]: where transition i comes from and leads to. */
static int collect_states(struct symbols *states, const struct spex_model *model, uint32_t *ends,
                          spex_error *error)
{
    struct recent recent = {0};
    for (int initialisations = 1; initialisations >= 0; initialisations--)
        for (size_t i = 0; i < model->transition_count; i++) {
            const struct model_transition *t = &model->transitions[i];
            if (is_initialisation(t) != (initialisations == 1))
                continue;
            if (!initialisations)
                ends[2 * i] = intern_recent(&recent, states, t->from);
            ends[2 * i + 1] = intern_recent(&recent, states, t->to);
            if (ends[2 * i] == SYMBOL_NONE || ends[2 * i + 1] == SYMBOL_NONE)
                return error_memory(error);
        }
    return SPEX_OK;
}

static int name_states(struct lts *lts, const struct symbols *states, bool initialisation,
                       spex_error *error)
{
    if (!initialisation)
        return symbols_copy(&lts->state_names, states) ? SPEX_OK : error_memory(error);
    if (intern_before(lts, states) == SYMBOL_NONE)
        return error_memory(error);
    for (uint32_t i = 0; i < states->count; i++)
        if (symbols_intern(&lts->state_names, states->names[i]) == SYMBOL_NONE)
            return error_memory(error);
    return SPEX_OK;
}

static int add_model_transitions(struct lts *lts, const struct spex_model *model,
                                 bool initialisation, const uint32_t *ends, spex_error *error)
{
    struct recent recent = {0};
    uint32_t shift = initialisation ? 1 : 0;
    for (size_t i = 0; i < model->transition_count; i++) {
        const struct model_transition *t = &model->transitions[i];
        bool first = is_initialisation(t);
        if (first && !initialisation)
            continue;
        int status = lts_add(lts, first ? LTS_BEFORE : ends[2 * i] + shift,
                             intern_recent(&recent, &lts->labels, t->action),
                             ends[2 * i + 1] + shift, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

int lts_from_model(struct lts *lts, const struct spex_model *model, bool initialisation,
                   spex_error *error)
{
    struct symbols states = {0};
    uint32_t *ends = memory_allocate(model->transition_count, 2 * sizeof *ends);
    int status = lts_init(lts, error);
    if (!status && !ends)
        status = error_memory(error);
    if (!status)
        status = collect_states(&states, model, ends, error);
    size_t starts = 0;
    for (size_t i = 0; i < model->transition_count; i++)
        starts += is_initialisation(&model->transitions[i]);
    if (!status && !initialisation && starts != 1)
        status = error_set(error, SPEX_ERROR_USAGE,
                           "the model of %s has %zu initial states; to compare it without its "
                           "initialisation it must have exactly one",
                           model->name, starts);
    if (!status)
        status = name_states(lts, &states, initialisation, error);
    if (!status)
        status = add_model_transitions(lts, model, initialisation, ends, error);
    lts->state_count = lts->state_names.count;
    lts->initialises = initialisation;
    lts->initial = 0; /* collect_states puts the initialised ones first */
    symbols_release(&states);
    free(ends);
    if (status)
        lts_release(lts);
    return status;
}

bool lts_before(const struct lts *lts, uint32_t state)
{
    return lts->initialises && state == LTS_BEFORE;
}

void lts_size(const struct lts *lts, uint32_t *states, size_t *transitions)
{
    *states = lts->state_count - lts->initialises;
    *transitions = lts->transition_count;
    for (size_t i = 0; lts->initialises && i < lts->transition_count; i++)
        *transitions -= lts->transitions[i].from == LTS_BEFORE;
}
