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

void server_lead(struct server *server, struct request *requests)
{
    int64_t next_due = server->next_due;
    server->led = true;
    batch_run(server, requests);
    server->led = false;
    if (server->next_due != next_due)
        mailbox_nudge(&server->mailbox); /* the thread sleeps until what was due before */
    mailbox_leave(&server->mailbox);
}

void *server_run(void *context)
{
    struct server *server = context;
    for (bool ended = false; !ended;) {
        /* Found out before the turn is given away: what it looks at is the turn's. */
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
