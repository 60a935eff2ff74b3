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
    mailbox->taken = true;
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
    bool put = room && !mailbox->closed, first = false;
    if (put) {
        request->next = NULL;
        *mailbox->last = request;
        mailbox->last = &request->next;
        /* Who has the turn looks into the mailbox before giving it away. */
        first = mailbox->count++ == 0 && !mailbox->taken;
    }
    pthread_mutex_unlock(&mailbox->mutex);
    if (first)
        pthread_cond_signal(&mailbox->mail);
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

/* Up to `limit` from the front, or as long as they are led. */
static struct request *take(struct mailbox *mailbox, size_t limit, bool led)
{
    struct request *taken = mailbox->first, *end = NULL;
    size_t count = 0;
    for (struct request *next = taken; next && count < limit && (!led || next->led); count++) {
        end = next;
        next = next->next;
    }
    if (!end)
        return NULL;
    mailbox->first = end->next;
    if (!mailbox->first)
        mailbox->last = &mailbox->first;
    end->next = NULL;
    if (mailbox->count >= mailbox->capacity)
        pthread_cond_broadcast(&mailbox->space);
    mailbox->count -= count;
    return taken;
}

struct request *mailbox_take(struct mailbox *mailbox, size_t limit, int64_t wait, bool *ended)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->taken = false;
    if (wait == 0)
        mailbox->nudged = true;
    while (mailbox->taken || (!mailbox->first && !mailbox->nudged && !mailbox->closed))
        wait_for_mail(mailbox, mailbox->nudged ? -1 : wait);
    mailbox->taken = true;
    mailbox->nudged = false;
    struct request *taken = take(mailbox, limit, false);
    *ended = mailbox->closed && !mailbox->first && !taken;
    pthread_mutex_unlock(&mailbox->mutex);
    return taken;
}

bool mailbox_enter(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    bool entered = !mailbox->taken && !mailbox->first && !mailbox->nudged && !mailbox->closed;
    if (entered)
        mailbox->taken = true;
    pthread_mutex_unlock(&mailbox->mutex);
    return entered;
}

void mailbox_leave(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    struct request *first = mailbox->first;
    bool wanted = first || mailbox->nudged || mailbox->closed;
    bool led = first && first->led && !mailbox->nudged;
    mailbox->taken = led;
    pthread_mutex_unlock(&mailbox->mutex);
    if (led)
        completion_wake(first->completion);
    else if (wanted)
        pthread_cond_signal(&mailbox->mail);
}

struct request *mailbox_take_led(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    struct request *taken = take(mailbox, SIZE_MAX, true);
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
