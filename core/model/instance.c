#include "model/instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/symbols.h"
#include "base/text.h"

/* The public part first, so that the pointer handed out is the whole. */
struct instance {
    spex_instance public;
    struct symbols texts;
    spex_step *steps;
};

/* A text of the instance's own; NULL stays NULL. */
static bool keep(struct instance *instance, const char *value, const char **place)
{
    *place = NULL;
    if (!value)
        return true;
    uint32_t symbol = symbols_intern(&instance->texts, value);
    if (symbol == SYMBOL_NONE)
        return false;
    *place = symbols_name(&instance->texts, symbol);
    return true;
}

spex_instance *instance_copy(const spex_instance *from)
{
    struct instance *copy = memory_allocate(1, sizeof *copy);
    if (!copy)
        return NULL;
    spex_instance *public = &copy->public;
    *public = *from;
    public->steps = NULL;
    bool kept = keep(copy, from->identifier, &public->identifier) &&
                keep(copy, from->specification, &public->specification) &&
                keep(copy, from->meta, &public->meta) && keep(copy, from->state, &public->state);
    if (kept && from->steps) {
        copy->steps = memory_allocate(from->step_count, sizeof *copy->steps);
        public->steps = copy->steps;
        kept = copy->steps != NULL;
        for (size_t i = 0; kept && i < from->step_count; i++) {
            copy->steps[i] = from->steps[i];
            kept = keep(copy, from->steps[i].action, &copy->steps[i].action) &&
                   keep(copy, from->steps[i].state, &copy->steps[i].state);
        }
    }
    if (!kept) {
        spex_instance_free(public);
        return NULL;
    }
    return public;
}

void spex_instance_free(spex_instance *instance)
{
    if (!instance)
        return;
    struct instance *whole = (struct instance *)instance;
    symbols_release(&whole->texts);
    free(whole->steps);
    free(whole);
}

bool filter_matches(const spex_filter *filter, const spex_instance *instance)
{
    if (!filter)
        return true;
    const char *state = instance->state ? instance->state : "";
    if (filter->specification && strcmp(filter->specification, instance->specification) != 0)
        return false;
    if (filter->state && strcmp(filter->state, state) != 0)
        return false;
    if ((filter->overdue && !instance->overdue) || (filter->deviated && !instance->deviations) ||
        (filter->mocked && !instance->mocked))
        return false;
    return !filter->text || text_contains(instance->identifier, filter->text) ||
           text_contains(instance->specification, filter->text) ||
           text_contains(state, filter->text);
}
