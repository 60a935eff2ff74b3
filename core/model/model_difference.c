#include "model/model_difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static bool specified(const struct spex_specification *specification,
                      const struct model_transition *t)
{
    if (strcmp(t->action, SPEX_INITIALISATION) == 0 && strcmp(t->from, SPEX_NIL) == 0)
        return specification->states.count &&
               strcmp(symbols_name(&specification->states, 0), t->to) == 0;
    return specification_has(specification, t->from, t->action, t->to);
}

/* What of one model is specified or not, and whether the other has it. */
struct choice {
    const struct spex_specification *specification;
    const struct spex_model *model, *before; /* each may be NULL */
    struct model_line *lines;
    size_t count;
};

static bool has(const struct spex_model *model, const struct model_transition *t)
{
    return model && model_has(model, t->from, t->action, t->to);
}

static void add(struct choice *choice, bool both)
{
    const struct spex_model *model = choice->model;
    for (size_t i = 0; model && i < model->transition_count; i++) {
        const struct model_transition *t = &model->transitions[i];
        if (specified(choice->specification, t) == both)
            choice->lines[choice->count++] = (struct model_line){
                both ? IN_BOTH : ONLY_MODEL, !has(choice->before, t), t->from, t->action, t->to};
    }
}

/* What was removed, and stands in neither now. */
static void add_removed(struct choice *choice)
{
    const struct spex_model *before = choice->before;
    for (size_t i = 0; before && i < before->transition_count; i++) {
        const struct model_transition *t = &before->transitions[i];
        if (!has(choice->model, t) && !specified(choice->specification, t))
            choice->lines[choice->count++] =
                (struct model_line){IN_NEITHER, true, t->from, t->action, t->to};
    }
}

static void add_missing(struct choice *choice)
{
    const struct spex_specification *specification = choice->specification;
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        struct model_transition named = {symbols_name(&specification->states, t->from),
                                         symbols_name(&specification->actions, t->action),
                                         symbols_name(&specification->states, t->to)};
        if (!has(choice->model, &named))
            choice->lines[choice->count++] =
                (struct model_line){ONLY_SPECIFICATION, has(choice->before, &named), named.from,
                                    named.action, named.to};
    }
}

int model_lines(const struct spex_specification *specification, const struct spex_model *model,
                const struct spex_model *before, struct model_line **lines, size_t *count,
                spex_error *error)
{
    struct choice choice = {specification, model, before, NULL, 0};
    size_t most = specification->transition_count + (model ? model->transition_count : 0) +
                  (before ? before->transition_count : 0);
    *count = 0;
    *lines = choice.lines = memory_allocate(most, sizeof *choice.lines);
    if (!choice.lines)
        return error_memory(error);
    add_removed(&choice);
    add(&choice, false);
    add_missing(&choice);
    add(&choice, true);
    *count = choice.count;
    return SPEX_OK;
}
