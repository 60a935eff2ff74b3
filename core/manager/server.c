/* The thread of a shard. */
#include <stdlib.h>

#include "base/base.h"
#include "manager/manager.h"

enum { BATCH_REQUESTS = 1024 };

static void answer_woken(struct server *server)
{
    while (server->woken) {
        struct request *request = server->woken;
        server->woken = request->next;
        completion_done(request->completion);
    }
}

void *server_run(void *context)
{
    struct server *server = context;
    for (bool ended = false; !ended;) {
        int64_t wait = server->woken ? 0 : timers_wait(server);
        struct request *requests = mailbox_take(&server->mailbox, BATCH_REQUESTS, wait, &ended);
        if (requests)
            batch_run(server, requests);
        if (!ended)
            timers_run(server);
        if (ended || !timers_busy(server))
            answer_woken(server);
    }
    server_drop(server);
    return NULL;
}
