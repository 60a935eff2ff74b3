/* The calls that ask every shard, at once, and combine. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "manager/manager.h"

enum { PAGE = 256 };

/* The first failure is the one that is told. */
static void keep_failure(int *status, const spex_error *failure, spex_error *error)
{
    if (!failure->status || *status)
        return;
    *status = failure->status;
    if (error)
        *error = *failure;
}

static struct request *make_requests(const struct spex_manager *manager, enum request_kind kind,
                                     const struct filter *filter)
{
    struct request *requests = memory_allocate(manager->store.shards, sizeof *requests);
    for (unsigned i = 0; requests && i < manager->store.shards; i++) {
        requests[i].kind = kind;
        requests[i].filter = filter;
        requests[i].limit = PAGE;
    }
    return requests;
}

static int ask_simple(struct spex_manager *manager, enum request_kind kind, spex_error *error)
{
    struct request *requests = make_requests(manager, kind, NULL);
    if (!requests)
        return error_memory(error);
    int status = manager_ask_all(manager, requests, NULL, error);
    free(requests);
    return status;
}

int spex_manager_flush(spex_manager *manager, spex_error *error)
{
    return ask_simple(manager, REQUEST_FLUSH, error);
}

void manager_wake(struct spex_manager *manager)
{
    ask_simple(manager, REQUEST_WAKE, NULL);
}

/* ------------------------------------------------------------ all instances */

/* What a shard gave and the caller has not seen yet. */
struct stream {
    struct request *request;
    size_t next;
};

static const spex_instance *stream_head(const struct stream *stream)
{
    const struct instance_list *list = &stream->request->list;
    return stream->next < list->count ? list->items[stream->next] : NULL;
}

/* Asks for more until there is an instance or the shard ends. */
static int stream_refill(struct spex_manager *manager, struct stream *stream, unsigned shard,
                         spex_error *error)
{
    struct request *request = stream->request;
    int status = SPEX_OK;
    while (!status && !stream_head(stream) && request->list.last) {
        char *after = request->list.last;
        request->list.last = NULL;
        instance_list_release(&request->list);
        request->after = after;
        stream->next = 0;
        status = manager_ask(manager, &manager->servers[shard], request, error);
        request->after = NULL;
        free(after);
    }
    return status;
}

static struct stream *first_stream(struct stream *streams, unsigned count)
{
    struct stream *first = NULL;
    for (unsigned i = 0; i < count; i++) {
        const spex_instance *head = stream_head(&streams[i]);
        if (head && (!first || strcmp(head->identifier, stream_head(first)->identifier) < 0))
            first = &streams[i];
    }
    return first;
}

static int walk(struct spex_manager *manager, struct stream *streams,
                spex_instance_callback callback, void *user_data, int status, spex_error *error)
{
    unsigned shards = manager->store.shards;
    spex_error failure;
    for (unsigned i = 0; i < shards; i++)
        if (stream_refill(manager, &streams[i], i, &failure))
            keep_failure(&status, &failure, error);
    for (struct stream *first; (first = first_stream(streams, shards));) {
        if (!callback(stream_head(first), user_data))
            break;
        first->next++;
        if (stream_refill(manager, first, (unsigned)(first - streams), &failure))
            keep_failure(&status, &failure, error);
    }
    return status;
}

int spex_all(spex_manager *manager, const spex_filter *wanted, spex_instance_callback callback,
             void *user_data, spex_error *error)
{
    unsigned shards = manager->store.shards;
    struct filter *filter;
    int status = filter_create(&filter, wanted, error);
    if (status)
        return status;
    struct request *requests = make_requests(manager, REQUEST_LIST, filter);
    struct stream *streams = memory_allocate(shards, sizeof *streams);
    status =
        requests && streams ? manager_ask_all(manager, requests, NULL, error) : error_memory(error);
    if (!status) {
        for (unsigned i = 0; i < shards; i++) {
            streams[i].request = &requests[i];
            keep_failure(&status, &requests[i].error, error);
        }
        status = walk(manager, streams, callback, user_data, status, error);
    }
    for (unsigned i = 0; requests && i < shards; i++)
        request_release(&requests[i]);
    free(requests);
    free(streams);
    filter_free(filter);
    return status;
}

/* --------------------------------------------------- deleting in sweeps */

/* Sweeps all shards at once, a step at a time, until none has more or the watcher has seen
 * enough. */
static int sweep(struct spex_manager *manager, enum request_kind kind, const struct filter *filter,
                 bool dry, const struct sweep_watch *watch, uint64_t *total, spex_error *error)
{
    unsigned shards = manager->store.shards;
    struct request *requests = make_requests(manager, kind, filter);
    bool *ended = memory_allocate(shards, sizeof *ended);
    uint64_t sum = 0;
    int status = requests && ended ? SPEX_OK : error_memory(error);
    for (bool more = !status; more;) {
        for (unsigned i = 0; i < shards; i++)
            requests[i].dry = dry;
        int asked = manager_ask_all(manager, requests, ended, error);
        if (asked) {
            status = asked;
            break;
        }
        more = false;
        for (unsigned i = 0; i < shards; i++) {
            if (ended[i])
                continue;
            keep_failure(&status, &requests[i].error, error);
            if (!requests[i].error.status)
                sum += requests[i].count;
            requests[i].cursor = requests[i].after_cursor;
            ended[i] = requests[i].error.status || requests[i].cursor < 0;
            more |= !ended[i];
        }
        if (more && watch && !watch->going(watch->context, sum)) {
            status = status ? status : error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
            break;
        }
    }
    free(requests);
    free(ended);
    if (total)
        *total = sum;
    return status;
}

int spex_delete_matching(spex_manager *manager, const spex_filter *wanted, uint64_t *deleted,
                         spex_error *error)
{
    struct filter *filter;
    if (deleted)
        *deleted = 0;
    int status = filter_create(&filter, wanted, error);
    if (!status)
        status = manager_delete_matching(manager, filter, NULL, deleted, error);
    filter_free(filter);
    return status;
}

int manager_delete_matching(struct spex_manager *manager, const struct filter *filter,
                            const struct sweep_watch *watch, uint64_t *deleted, spex_error *error)
{
    return sweep(manager, REQUEST_DELETE_MATCHING, filter, false, watch, deleted, error);
}

int spex_prune(spex_manager *manager, bool dry_run, uint64_t *deleted, spex_error *error)
{
    return sweep(manager, REQUEST_PRUNE, NULL, dry_run, NULL, deleted, error);
}
