#include "manager/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void request_release(struct request *request)
{
    free(request->from);
    free(request->to);
    free(request->of);
    free(request->message);
    spex_instance_free(request->instance);
    instance_list_release(&request->list);
    spex_models_free(request->models, request->model_count);
    request->from = request->to = request->of = request->message = NULL;
    request->instance = NULL;
    request->models = NULL;
    request->model_count = 0;
}

void request_reset(struct request *request)
{
    request_release(request);
    memset(&request->error, 0, sizeof request->error);
    memset(&request->observation, 0, sizeof request->observation);
    request->reason = SPEX_REASON_NONE;
    request->deleted = false;
}

void completion_init(struct completion *completion, unsigned pending)
{
    sem_init(&completion->done, 0, pending == 0);
    atomic_init(&completion->pending, pending);
}

/* Who waits may be gone as soon as it is posted. */
void completion_done(struct completion *completion)
{
    if (atomic_fetch_sub(&completion->pending, 1) == 1)
        sem_post(&completion->done);
}

bool completion_sleep(struct completion *completion)
{
    while (sem_wait(&completion->done) < 0 && errno == EINTR)
        ;
    return atomic_load(&completion->pending) == 0;
}

void completion_wake(struct completion *completion)
{
    sem_post(&completion->done);
}

void completion_wait(struct completion *completion)
{
    while (!completion_sleep(completion))
        ;
    completion_release(completion);
}

void completion_release(struct completion *completion)
{
    sem_destroy(&completion->done);
}
