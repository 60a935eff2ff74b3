#include "model/instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static size_t size_of(const char *value)
{
    return value ? strlen(value) + 1 : 0;
}

/* Copies the text to *place and moves that on; NULL stays NULL. */
static const char *pack(char **place, const char *value)
{
    if (!value)
        return NULL;
    char *copy = *place;
    size_t size = size_of(value);
    memcpy(copy, value, size);
    *place += size;
    return copy;
}

/* The block: the instance, its steps, then all texts. */
spex_instance *instance_copy(const spex_instance *from)
{
    size_t steps = from->steps ? from->step_count : 0;
    size_t texts = size_of(from->identifier) + size_of(from->specification) + size_of(from->meta) +
                   size_of(from->state);
    for (size_t i = 0; i < steps; i++)
        texts += size_of(from->steps[i].action) + size_of(from->steps[i].state);
    if (steps > (SIZE_MAX / 4 - texts) / sizeof *from->steps)
        return NULL;
    spex_instance *copy =
        memory_resize(NULL, sizeof *copy + steps * sizeof *from->steps + texts, 1);
    if (!copy)
        return NULL;
    spex_step *copied_steps = (spex_step *)(copy + 1);
    char *place = (char *)(copied_steps + steps);
    *copy = *from;
    copy->identifier = pack(&place, from->identifier);
    copy->specification = pack(&place, from->specification);
    copy->meta = pack(&place, from->meta);
    copy->state = pack(&place, from->state);
    copy->steps = from->steps ? copied_steps : NULL;
    copy->step_count = steps;
    for (size_t i = 0; i < steps; i++) {
        copied_steps[i] = from->steps[i];
        copied_steps[i].action = pack(&place, from->steps[i].action);
        copied_steps[i].state = pack(&place, from->steps[i].state);
    }
    return copy;
}

void spex_instance_free(spex_instance *instance)
{
    free(instance);
}
