#include "import/merge.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/error.h"
#include "base/memory.h"

/* ------------------------------------------------- what was observed */

/* The observed transitions of a batch, counted before the store is told. */
struct observation {
    uint32_t specification, from, action, to; /* in `names` */
    struct observed_transition counted;
};

struct tally {
    struct symbols names;
    struct observation *items;
    size_t count, capacity;
    uint32_t *slots; /* number + 1; 0: free */
    size_t slot_count;
};

static void tally_release(struct tally *tally)
{
    symbols_release(&tally->names);
    free(tally->items);
    free(tally->slots);
}

static size_t tally_slot(const struct tally *tally, const struct observation *wanted)
{
    const uint32_t key[4] = {wanted->specification, wanted->from, wanted->action, wanted->to};
    size_t slot = XXH3_64bits(key, sizeof key) & (tally->slot_count - 1);
    for (; tally->slots[slot]; slot = (slot + 1) & (tally->slot_count - 1)) {
        const struct observation *other = &tally->items[tally->slots[slot] - 1];
        if (other->specification == wanted->specification && other->from == wanted->from &&
            other->action == wanted->action && other->to == wanted->to)
            break;
    }
    return slot;
}

static bool tally_grow(struct tally *tally)
{
    if (tally->count * 2 < tally->slot_count)
        return true;
    size_t count = tally->slot_count ? tally->slot_count * 2 : 256;
    uint32_t *slots = memory_allocate(count, sizeof *slots);
    if (!slots)
        return false;
    free(tally->slots);
    tally->slots = slots;
    tally->slot_count = count;
    for (size_t i = 0; i < tally->count; i++)
        tally->slots[tally_slot(tally, &tally->items[i])] = (uint32_t)i + 1;
    return true;
}

static bool tally_add(struct tally *tally, const char *specification, const char *from,
                      const spex_step *step)
{
    struct observation wanted = {.specification = symbols_intern(&tally->names, specification),
                                 .from = symbols_intern(&tally->names, from),
                                 .action = symbols_intern(&tally->names, step->action),
                                 .to = symbols_intern(&tally->names, step->state)};
    if (wanted.specification == SYMBOL_NONE || wanted.from == SYMBOL_NONE ||
        wanted.action == SYMBOL_NONE || wanted.to == SYMBOL_NONE || !tally_grow(tally))
        return false;
    size_t slot = tally_slot(tally, &wanted);
    if (!tally->slots[slot]) {
        if (!memory_reserve(&tally->items, &tally->capacity, tally->count + 1,
                            sizeof *tally->items))
            return false;
        wanted.counted.first_seen = wanted.counted.last_seen = step->at;
        tally->items[tally->count++] = wanted;
        tally->slots[slot] = (uint32_t)tally->count;
    }
    struct observed_transition *counted = &tally->items[tally->slots[slot] - 1].counted;
    counted->count++;
    counted->learned += step->verdict == SPEX_VERDICT_LEARNED;
    if (step->at < counted->first_seen)
        counted->first_seen = step->at;
    if (step->at > counted->last_seen)
        counted->last_seen = step->at;
    return true;
}

static int tally_write(const struct tally *tally, struct shard *shard, spex_error *error)
{
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < tally->count; i++) {
        const struct observation *item = &tally->items[i];
        struct observed_transition observed = item->counted;
        observed.from = tally->names.names[item->from];
        observed.action = tally->names.names[item->action];
        observed.to = tally->names.names[item->to];
        status =
            shard_observe_many(shard, tally->names.names[item->specification], &observed, error);
    }
    return status;
}

/* ----------------------------------------------------- specifications */

/* Says, once for each specification of the batch that has steps, that a model of it is
 * being learned where no file has one, and has due times computed where nobody could. */
static int note_specifications(struct shard *shard, const struct project *project,
                               const struct tally *tally, spex_error *error)
{
    uint32_t last = SYMBOL_NONE;
    int status = SPEX_OK;
    for (size_t i = 0; !status && i < tally->count; i++) {
        uint32_t symbol = tally->items[i].specification;
        if (symbol == last)
            continue;
        last = symbol;
        const char *name = tally->names.names[symbol];
        const struct project_entry *entry = project ? project_find(project, name) : NULL;
        if (!entry || (!entry->model && !entry->model_error.status))
            status = shard_learn(shard, name, error);
        int64_t fingerprint = 0;
        if (!status && !entry)
            status = shard_fingerprint(shard, name, &fingerprint, error);
        if (!status && fingerprint)
            status = shard_set_fingerprint(shard, name, 0, error);
    }
    return status;
}

/* ---------------------------------------------------------- instances */

struct merging {
    struct target *target;
    const struct project *project;
    struct tally tally;
    struct writer_counts counts;
};

static bool deviates(const spex_step *step)
{
    return step->verdict == SPEX_VERDICT_STILL_EQUIVALENT ||
           step->verdict == SPEX_VERDICT_NOT_EQUIVALENT;
}

/* The state that step `index` (0: the newest) began in; NULL: not known any more. */
static const char *state_before(const spex_instance *instance, size_t index)
{
    if (index + 1 < instance->step_count)
        return instance->steps[index + 1].state;
    return strcmp(instance->steps[index].action, SPEX_INITIALISATION) == 0 ? SPEX_NIL : NULL;
}

/* The history from number `known` + 1 on is observed; what was before was counted then. */
static int write_steps(struct merging *merging, const spex_instance *instance, int64_t key,
                       uint64_t known, spex_error *error)
{
    struct shard *shard = merging->target->shard;
    int status = SPEX_OK;
    for (size_t i = instance->step_count; !status && i-- > 0;) {
        const spex_step *step = &instance->steps[i];
        uint64_t number = instance->step_count - i;
        const char *from = state_before(instance, i);
        if (number > known) {
            merging->counts.transitions++;
            merging->counts.deviations += deviates(step);
        }
        if (merging->target->dry)
            continue;
        status = shard_append(shard, key, number, step, error);
        if (!status && from && deviates(step))
            status = shard_deviate(shard, key, from, step->action, step->state, error);
        if (!status && from && number > known &&
            !tally_add(&merging->tally, instance->specification, from, step))
            status = error_memory(error);
    }
    return status;
}

static int64_t due_of(const struct project *project, const spex_instance *instance)
{
    const struct project_entry *entry =
        project ? project_find(project, instance->specification) : NULL;
    const struct spex_specification *specification = entry ? entry->specification : NULL;
    int64_t due;
    if (!specification || instance->mocked || !instance->state ||
        specification->policy.transition_timeout == SPEX_INFINITY ||
        specification_terminal(specification, instance->state) ||
        __builtin_mul_overflow(specification->policy.transition_timeout, INT64_C(1000), &due) ||
        __builtin_add_overflow(instance->since, due, &due))
        return 0;
    return due > 0 ? due : 1;
}

/* Below 0: what is stored is later, 0: they are the same as far as one can tell. */
static int compare(const spex_instance *instance, int64_t since, uint64_t transitions)
{
    if (instance->since != since)
        return instance->since < since ? -1 : 1;
    return (instance->transitions > transitions) - (instance->transitions < transitions);
}

static int create(struct merging *merging, const spex_instance *instance, uint64_t known,
                  spex_error *error)
{
    int64_t key;
    int status = shard_insert(merging->target->shard, instance, &key, error);
    if (!status && !merging->target->first_key)
        merging->target->first_key = key;
    return status ? status : write_steps(merging, instance, key, known, error);
}

/* What the store of a dry run has. */
static int look_up(struct merging *merging, const char *identifier, struct stored *stored,
                   bool *found, spex_error *error)
{
    spex_instance *instance = NULL;
    *found = false;
    if (!merging->target->reader)
        return SPEX_OK;
    int status = reader_instance(merging->target->reader, identifier, 1, &instance, error);
    if (status == SPEX_ERROR_NOT_FOUND)
        return SPEX_OK;
    if (!status) {
        *found = true;
        *stored = (struct stored){.since = instance->since, .transitions = instance->transitions};
    }
    spex_instance_free(instance);
    return status;
}

static int put(struct merging *merging, const struct batch_item *item, spex_error *error)
{
    struct target *target = merging->target;
    struct writer_counts *counts = &merging->counts;
    spex_instance *instance = item->instance;
    struct stored stored;
    bool found, before = false;
    instance->due = due_of(merging->project, instance);
    int status = shard_find(target->shard, instance->identifier, &stored, &found, error);
    bool ours = found && target->first_key && stored.key >= target->first_key;
    if (!status && !found && target->dry)
        status = look_up(merging, instance->identifier, &stored, &before, error);
    if (status)
        return status;
    int order = found || before ? compare(instance, stored.since, stored.transitions) : 1;
    counts->recovered += item->beyond && (order > 0 || (order == 0 && !ours));
    if (!found && order > 0) {
        *(before ? &counts->extended : &counts->created) += 1;
        return create(merging, instance, before ? stored.transitions : 0, error);
    }
    if (order > 0) {
        *(ours ? &counts->older : &counts->extended) += 1; /* the older one being the stored */
        status = shard_replace(target->shard, stored.key, instance, error);
        return status ? status
                      : write_steps(merging, instance, stored.key, stored.transitions, error);
    }
    *(order == 0 && !ours ? &counts->unchanged : &counts->older) += 1;
    return SPEX_OK;
}

int target_put(struct target *target, const struct project *project, const struct batch *batch,
               struct writer_counts *counts, spex_error *error)
{
    struct merging merging = {.target = target, .project = project, .counts = *counts};
    int64_t first_key = target->first_key;
    int status = shard_begin(target->shard, error);
    if (status)
        return status;
    for (size_t i = 0; !status && i < batch->count; i++)
        status = put(&merging, &batch->items[i], error);
    if (!status)
        status = tally_write(&merging.tally, target->shard, error);
    if (!status)
        status = note_specifications(target->shard, project, &merging.tally, error);
    if (!status)
        status = shard_commit(target->shard, error);
    else
        shard_rollback(target->shard);
    if (status)
        target->first_key = first_key;
    else
        *counts = merging.counts;
    tally_release(&merging.tally);
    return status;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->count; i++)
        spex_instance_free(batch->items[i].instance);
    free(batch->items);
    free(batch);
}
