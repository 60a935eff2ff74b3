#include "import/judge.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/error.h"
#include "base/memory.h"
#include "manager/manager.h"
#include "store/shard.h"

/* Deviations repeat from instance to instance. */
enum { SLOTS = 4096 };

struct judged {
    XXH128_hash_t hash;
    bool used;
    spex_verdict verdict;
};

struct judge {
    const struct project *project;
    struct judged slots[SLOTS];
};

struct judge *judge_create(const struct project *project)
{
    struct judge *judge = memory_allocate(1, sizeof *judge);
    if (judge)
        judge->project = project;
    return judge;
}

void judge_free(struct judge *judge)
{
    free(judge);
}

static const struct project_entry *find_entry(const struct judge *judge, const char *name)
{
    return judge->project ? project_find(judge->project, name) : NULL;
}

static XXH128_hash_t hash_text(XXH128_hash_t seed, const char *text)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(text, strlen(text) + 1, seed.low64);
    hash.high64 ^= seed.high64 * UINT64_C(0x9e3779b97f4a7c15);
    return hash;
}

static XXH128_hash_t hash_step(const struct project_entry *entry, const struct spex_model *overlay,
                               const char *from, const spex_step *step)
{
    XXH128_hash_t hash = hash_text((XXH128_hash_t){0}, entry->specification->name);
    for (size_t i = 0; i < overlay->transition_count; i++) {
        hash = hash_text(hash, overlay->transitions[i].from);
        hash = hash_text(hash, overlay->transitions[i].action);
        hash = hash_text(hash, overlay->transitions[i].to);
    }
    return hash_text(hash_text(hash_text(hash, from), step->action), step->state);
}

/* The verdict of a step that the model does not have; `overlay` are those before it. */
static int judge_deviation(struct judge *judge, const struct project_entry *entry,
                           const struct spex_model *overlay, const char *from, bool first,
                           spex_step *step, spex_error *error)
{
    step->verdict = SPEX_VERDICT_NOT_EQUIVALENT;
    if (!entry->specification || overlay->transition_count >= SHARD_OVERLAY_MAX)
        return SPEX_OK;
    XXH128_hash_t hash = hash_step(entry, overlay, from, step);
    struct judged *slot = &judge->slots[hash.low64 % SLOTS];
    if (slot->used && XXH128_isEqual(slot->hash, hash)) {
        step->verdict = slot->verdict;
        return SPEX_OK;
    }
    struct spex_model *model = model_copy(overlay);
    int status = model ? model_merge(model, entry->model, error) : error_memory(error);
    if (!status)
        status = model_add(model, from, step->action, step->state, NULL, error);
    if (!status)
        status = judge_model(entry->specification, model, from, first, &step->verdict, error);
    spex_model_free(model);
    if (!status)
        *slot = (struct judged){hash, true, step->verdict};
    return status;
}

int judge_instance(struct judge *judge, spex_instance *instance, spex_step *steps,
                   spex_error *error)
{
    const struct project_entry *entry = find_entry(judge, instance->specification);
    if (!entry || !entry->model || entry->model->learning)
        return SPEX_OK;
    struct spex_model *overlay = NULL;
    const char *from = SPEX_NIL;
    int status = SPEX_OK;
    for (size_t i = instance->step_count; !status && i-- > 0;) {
        spex_step *step = &steps[i];
        bool oldest = i + 1 == instance->step_count;
        bool first = strcmp(step->action, SPEX_INITIALISATION) == 0;
        step->verdict = SPEX_VERDICT_CONFORMS;
        /* Where the first step after a mock came from is not known any more. */
        bool known = !oldest || first;
        if (known && !model_has(entry->model, from, step->action, step->state)) {
            if (!overlay && !(overlay = model_create(instance->specification, false)))
                return error_memory(error);
            status = judge_deviation(judge, entry, overlay, from, oldest, step, error);
            if (!status && overlay->transition_count < SHARD_OVERLAY_MAX)
                status = model_add(overlay, from, step->action, step->state, NULL, error);
            instance->deviations++;
        }
        from = step->state;
    }
    spex_model_free(overlay);
    return status;
}
