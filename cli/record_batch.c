#include "cli/record_batch.h"

#include <string.h>

#include "manager/manager.h"

static void fill(struct request *request, const struct batch_entry *entry, const char *name)
{
    static const enum request_kind kinds[] = {[RECORD_INIT] = REQUEST_INIT,
                                              [RECORD_TRANSITION] = REQUEST_TRANSITION,
                                              [RECORD_MOCK] = REQUEST_MOCK};
    const struct record *record = &entry->record;
    *request = (struct request){.kind = kinds[record->operation],
                                .specification = record->specification,
                                .identifier = record->identifier,
                                .meta = record->meta,
                                .action = record->action,
                                .state = record->state,
                                .at = record->at,
                                .place = {name, (int)entry->line}};
}

void record_batch_send(struct record_batch *batch, spex_manager *manager, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_entry *entry = &batch->entries[i];
        if (entry->error.status)
            continue;
        entry->request = &batch->requests[count++];
        fill(entry->request, entry, name);
    }
    manager_post(manager, batch->requests, count, &batch->completion);
    batch->sent = true;
}

void record_batch_wait(struct record_batch *batch)
{
    if (batch->sent)
        completion_wait(&batch->completion);
    batch->sent = false;
}

void record_timers(spex_manager *manager)
{
    manager_wake(manager);
}

const spex_error *batch_entry_error(const struct batch_entry *entry)
{
    return entry->request ? &entry->request->error : &entry->error;
}

const spex_observation *batch_entry_observation(const struct batch_entry *entry)
{
    /* Filled in whenever a transition was stored: then there is at least one. */
    bool stored = entry->request && entry->request->observation.transitions;
    return stored ? &entry->request->observation : NULL;
}

void record_batch_clear(struct record_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_entry *entry = &batch->entries[i];
        if (entry->request)
            request_release(entry->request);
        record_release(&entry->record);
        entry->request = NULL;
    }
    batch->count = 0;
}
