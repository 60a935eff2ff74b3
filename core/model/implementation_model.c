#include "model/implementation_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/specification.h"

struct spex_model *model_create(const char *name, bool learning)
{
    struct spex_model *model = memory_allocate(1, sizeof *model);
    if (!model)
        return NULL;
    model->name = memory_copy_text(name);
    model->learning = learning;
    if (!model->name) {
        spex_model_free(model);
        return NULL;
    }
    return model;
}

void spex_model_free(spex_model *model)
{
    if (!model)
        return;
    symbols_release(&model->names);
    free(model->transitions);
    free(model->name);
    free(model->source);
    free(model);
}

static int compare(const struct model_transition *transition, const char *from, const char *action,
                   const char *to)
{
    int order = strcmp(transition->from, from);
    if (!order)
        order = strcmp(transition->action, action);
    return order ? order : strcmp(transition->to, to);
}

/* Where the transition stands or would stand; *found tells which. */
static size_t locate(const struct spex_model *model, const char *from, const char *action,
                     const char *to, bool *found)
{
    size_t low = 0, high = model->transition_count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&model->transitions[middle], from, action, to);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool model_has(const struct spex_model *model, const char *from, const char *action, const char *to)
{
    bool found;
    locate(model, from, action, to, &found);
    return found;
}

int model_add(struct spex_model *model, const char *from, const char *action, const char *to,
              bool *added, spex_error *error)
{
    if (added)
        *added = false;
    int status = name_check("the state before the transition", from, error);
    if (!status)
        status = name_check("the action", action, error);
    if (!status)
        status = name_check("the state after the transition", to, error);
    if (status)
        return status;
    bool found;
    size_t place = locate(model, from, action, to, &found);
    if (found)
        return SPEX_OK;
    uint32_t from_name = symbols_intern(&model->names, from);
    uint32_t action_name = symbols_intern(&model->names, action);
    uint32_t to_name = symbols_intern(&model->names, to);
    if (from_name == SYMBOL_NONE || action_name == SYMBOL_NONE || to_name == SYMBOL_NONE ||
        !memory_reserve(&model->transitions, &model->transition_capacity,
                        model->transition_count + 1, sizeof *model->transitions))
        return error_memory(error);
    memmove(&model->transitions[place + 1], &model->transitions[place],
            (model->transition_count - place) * sizeof *model->transitions);
    model->transitions[place] = (struct model_transition){symbols_name(&model->names, from_name),
                                                          symbols_name(&model->names, action_name),
                                                          symbols_name(&model->names, to_name)};
    model->transition_count++;
    if (added)
        *added = true;
    return SPEX_OK;
}

bool model_remove(struct spex_model *model, const char *from, const char *action, const char *to)
{
    bool found;
    size_t place = locate(model, from, action, to, &found);
    if (!found)
        return false;
    model->transition_count--;
    memmove(&model->transitions[place], &model->transitions[place + 1],
            (model->transition_count - place) * sizeof *model->transitions);
    return true;
}

bool model_one_initial(const struct spex_model *model)
{
    size_t count = 0;
    for (size_t i = 0; i < model->transition_count; i++)
        count += strcmp(model->transitions[i].from, SPEX_NIL) == 0 &&
                 strcmp(model->transitions[i].action, SPEX_INITIALISATION) == 0;
    return count == 1;
}

int model_merge(struct spex_model *model, const struct spex_model *other, spex_error *error)
{
    for (size_t i = 0; i < other->transition_count; i++) {
        const struct model_transition *transition = &other->transitions[i];
        int status =
            model_add(model, transition->from, transition->action, transition->to, NULL, error);
        if (status)
            return status;
    }
    return SPEX_OK;
}

struct spex_model *model_copy(const struct spex_model *model)
{
    struct spex_model *copy = model_create(model->name, model->learning);
    if (!copy)
        return NULL;
    if ((model->source && !(copy->source = memory_copy_text(model->source))) ||
        model_merge(copy, model, NULL)) {
        spex_model_free(copy);
        return NULL;
    }
    copy->content = model->content;
    return copy;
}

const char *spex_model_name(const spex_model *model)
{
    return model->name;
}

bool spex_model_learning(const spex_model *model)
{
    return model->learning;
}

size_t spex_model_transition_count(const spex_model *model)
{
    return model->transition_count;
}

bool spex_model_transition(const spex_model *model, size_t index, const char **from,
                           const char **action, const char **to)
{
    if (index >= model->transition_count)
        return false;
    *from = model->transitions[index].from;
    *action = model->transitions[index].action;
    *to = model->transitions[index].to;
    return true;
}

void spex_models_free(spex_model **models, size_t count)
{
    for (size_t i = 0; i < count; i++)
        spex_model_free(models[i]);
    free(models);
}
