#include "manager/request.h"

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
    pthread_mutex_init(&completion->mutex, NULL);
    pthread_cond_init(&completion->done, NULL);
    completion->pending = pending;
}

void completion_done(struct completion *completion)
{
    pthread_mutex_lock(&completion->mutex);
    if (--completion->pending == 0)
        pthread_cond_signal(&completion->done);
    pthread_mutex_unlock(&completion->mutex);
}

void completion_wait(struct completion *completion)
{
    pthread_mutex_lock(&completion->mutex);
    while (completion->pending)
        pthread_cond_wait(&completion->done, &completion->mutex);
    pthread_mutex_unlock(&completion->mutex);
    pthread_cond_destroy(&completion->done);
    pthread_mutex_destroy(&completion->mutex);
}
