#include "manager/mailbox.h"

#include <errno.h>
#include <string.h>
#include <time.h>

void mailbox_init(struct mailbox *mailbox, size_t capacity)
{
    memset(mailbox, 0, sizeof *mailbox);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&mailbox->mutex, NULL);
    pthread_cond_init(&mailbox->mail, &attributes);
    pthread_cond_init(&mailbox->space, NULL);
    pthread_condattr_destroy(&attributes);
    mailbox->last = &mailbox->first;
    mailbox->capacity = capacity;
}

void mailbox_release(struct mailbox *mailbox)
{
    pthread_cond_destroy(&mailbox->space);
    pthread_cond_destroy(&mailbox->mail);
    pthread_mutex_destroy(&mailbox->mutex);
}

bool mailbox_put(struct mailbox *mailbox, struct request *request, enum when_full when_full)
{
    pthread_mutex_lock(&mailbox->mutex);
    while (when_full == FULL_WAIT && mailbox->count >= mailbox->capacity && !mailbox->closed)
        pthread_cond_wait(&mailbox->space, &mailbox->mutex);
    bool room = when_full == FULL_IGNORE || mailbox->count < mailbox->capacity;
    bool put = room && !mailbox->closed;
    if (put) {
        request->next = NULL;
        *mailbox->last = request;
        mailbox->last = &request->next;
        if (mailbox->count++ == 0)
            pthread_cond_signal(&mailbox->mail);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return put;
}

static void wait_for_mail(struct mailbox *mailbox, int64_t wait)
{
    if (wait < 0) {
        pthread_cond_wait(&mailbox->mail, &mailbox->mutex);
        return;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait / 1000000);
    until.tv_nsec += (long)(wait % 1000000) * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    if (pthread_cond_timedwait(&mailbox->mail, &mailbox->mutex, &until) == ETIMEDOUT)
        mailbox->nudged = true;
}

struct request *mailbox_take(struct mailbox *mailbox, size_t limit, int64_t wait, bool *ended)
{
    pthread_mutex_lock(&mailbox->mutex);
    while (wait != 0 && !mailbox->first && !mailbox->nudged && !mailbox->closed)
        wait_for_mail(mailbox, wait);
    mailbox->nudged = false;
    struct request *taken = mailbox->first;
    if (taken) {
        struct request *end = taken;
        size_t count = 1;
        for (; count < limit && end->next; count++)
            end = end->next;
        mailbox->first = end->next;
        if (!mailbox->first)
            mailbox->last = &mailbox->first;
        end->next = NULL;
        if (mailbox->count >= mailbox->capacity)
            pthread_cond_broadcast(&mailbox->space);
        mailbox->count -= count;
    }
    *ended = mailbox->closed && !mailbox->first && !taken;
    pthread_mutex_unlock(&mailbox->mutex);
    return taken;
}

void mailbox_nudge(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->nudged = true;
    pthread_cond_signal(&mailbox->mail);
    pthread_mutex_unlock(&mailbox->mutex);
}

void mailbox_close(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->closed = true;
    pthread_cond_broadcast(&mailbox->mail);
    pthread_cond_broadcast(&mailbox->space);
    pthread_mutex_unlock(&mailbox->mutex);
}
