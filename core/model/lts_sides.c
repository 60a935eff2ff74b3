/* An LTS as a specification or as a model: states without names are called by their numbers. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/lts.h"

/* -------------------------------------------------------- a specification */

static int add_step(struct spex_specification *specification, const struct lts *lts, size_t index,
                    spex_error *error)
{
    const struct lts_transition *step = &lts->transitions[index];
    char from[16], to[16];
    return spex_specification_add(specification, lts_state_name(lts, step->from, from),
                                  lts_label_name(lts, step->label, true),
                                  lts_state_name(lts, step->to, to), error);
}

/* In a file the first transition has to leave the initial state; the others keep their order. */
static int add_first(struct spex_specification *specification, const struct lts *lts,
                     spex_error *error)
{
    size_t first = 0;
    while (first < lts->transition_count && lts->transitions[first].from != lts->initial)
        first++;
    if (first < lts->transition_count)
        return add_step(specification, lts, first, error);
    return first ? error_set(error, SPEX_ERROR_USAGE,
                             "nothing leaves the initial state: a specification cannot say that")
                 : SPEX_OK;
}

static int name_initial(struct spex_specification *specification, const struct lts *lts,
                        spex_error *error)
{
    char initial[16];
    return symbols_intern(&specification->states, lts_state_name(lts, lts->initial, initial)) ==
                   SYMBOL_NONE
               ? error_memory(error)
               : SPEX_OK;
}

int lts_to_specification(const struct lts *lts, const char *name, bool shown,
                         struct spex_specification **specification, spex_error *error)
{
    int status = spex_specification_create(specification, name, error);
    if (!status)
        status = shown ? name_initial(*specification, lts, error)
                       : add_first(*specification, lts, error);
    for (size_t i = 0; !status && i < lts->transition_count; i++)
        status = add_step(*specification, lts, i, error);
    if (status) {
        spex_specification_free(*specification);
        *specification = NULL;
    }
    return status;
}

/* ---------------------------------------------------------------- a model */

static int compare_steps(const void *left, const void *right, void *context)
{
    const struct lts *lts = context;
    const struct lts_transition *one = left, *other = right;
    char buffers[2][16];
    int order = strcmp(lts_state_name(lts, one->from, buffers[0]),
                       lts_state_name(lts, other->from, buffers[1]));
    if (!order)
        order =
            strcmp(lts_label_name(lts, one->label, true), lts_label_name(lts, other->label, true));
    return order ? order
                 : strcmp(lts_state_name(lts, one->to, buffers[0]),
                          lts_state_name(lts, other->to, buffers[1]));
}

/* In the model's own order, in which nothing has to make room for what comes. */
static int add_sorted(struct spex_model *model, const struct lts *lts, spex_error *error)
{
    size_t count = lts->transition_count;
    struct lts_transition *steps = memory_allocate(count, sizeof *steps);
    char from[16], to[16];
    if (!steps)
        return error_memory(error);
    if (count) {
        memcpy(steps, lts->transitions, count * sizeof *steps);
        qsort_r(steps, count, sizeof *steps, compare_steps, (void *)(uintptr_t)lts);
    }
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < count; i++)
        status = model_add(model, lts_state_name(lts, steps[i].from, from),
                           lts_label_name(lts, steps[i].label, true),
                           lts_state_name(lts, steps[i].to, to), NULL, error);
    free(steps);
    return status;
}

int lts_to_model(const struct lts *lts, const char *name, struct spex_model **model,
                 spex_error *error)
{
    char initial[16];
    *model = model_create(name, false);
    int status = *model ? add_sorted(*model, lts, error) : error_memory(error);
    if (!status)
        status = model_add(*model, SPEX_NIL, SPEX_INITIALISATION,
                           lts_state_name(lts, lts->initial, initial), NULL, error);
    if (status) {
        spex_model_free(*model);
        *model = NULL;
    }
    return status;
}
