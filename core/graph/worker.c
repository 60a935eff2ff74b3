#include "graph/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

extern char **environ;

enum { PROGRAM_PATH = 4096, STEP = 5 /* ms */, MOST_COMPLAINT = 2000 };
#define MOST_REPLY ((size_t)256 << 20)

struct worker {
    pid_t pid;
    int channel;   /* job and reply */
    int complaint; /* what it writes to its standard error */
    const struct text *job;
    size_t sent;
    struct text *reply;
    struct text said; /* the beginning of its complaints */
    int64_t deadline;
    const struct layout_options *options;
};

void job_number(struct text *job, uint64_t number)
{
    text_printf(job, "%llu\n", (unsigned long long)number);
}

void job_text(struct text *job, const char *value)
{
    size_t length = strlen(value);
    job_number(job, length);
    text_append_bytes(job, value, length);
    text_append_char(job, '\n');
}

/* ------------------------------------------------------ finding the program */

static bool executable_at(const char *directory, int length, char path[PROGRAM_PATH])
{
    int written = snprintf(path, PROGRAM_PATH, "%.*s/spex-graphviz", length, directory);
    return written < PROGRAM_PATH && access(path, X_OK) == 0;
}

/* $SPEX_GRAPHVIZ alone if it is set; else beside this program, else where it is installed: in
 * ../libexec/spex, wherever the whole was moved, or where it was configured to be. */
static bool find_program(char path[PROGRAM_PATH])
{
    const char *named = secure_getenv("SPEX_GRAPHVIZ");
    if (named && *named)
        return snprintf(path, PROGRAM_PATH, "%s", named) < PROGRAM_PATH && access(path, X_OK) == 0;
    char self[PROGRAM_PATH];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
        if (executable_at(self, (int)strlen(self), path))
            return true;
        const char *last = strrchr(self, '/');
        /* an uninstalled program that libtool has put a directory deeper */
        if (last && strcmp(last, "/.libs") == 0 && executable_at(self, (int)(last - self), path))
            return true;
        char beside[PROGRAM_PATH];
        int written =
            last ? snprintf(beside, sizeof beside, "%.*s/libexec/spex", (int)(last - self), self)
                 : -1;
        if (written > 0 && written < PROGRAM_PATH && executable_at(beside, written, path))
            return true;
    }
    return executable_at(SPEX_LIBEXECDIR, (int)strlen(SPEX_LIBEXECDIR), path);
}

bool worker_there(void)
{
    char path[PROGRAM_PATH];
    return find_program(path);
}

/* ---------------------------------------------------------------- starting */

static void close_if_open(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

/* Out of the way of the child's standard streams, and closed on exec. */
static bool move_up(int *descriptor)
{
    if (*descriptor > 2)
        return true;
    int moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, 3);
    if (moved < 0)
        return false;
    close(*descriptor);
    *descriptor = moved;
    return true;
}

static bool make_channels(int ours[2], int theirs[2])
{
    int channel[2], complaint[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        return false;
    ours[0] = channel[0];
    theirs[0] = channel[1];
    if (pipe2(complaint, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    ours[1] = complaint[0];
    theirs[1] = complaint[1];
    return move_up(&theirs[0]) && move_up(&theirs[1]);
}

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                  const int theirs[2])
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGALRM);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGTERM);
    int failure = posix_spawn_file_actions_adddup2(actions, theirs[0], 0);
    failure = failure ? failure : posix_spawn_file_actions_adddup2(actions, theirs[0], 1);
    failure = failure ? failure : posix_spawn_file_actions_adddup2(actions, theirs[1], 2);
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
    failure = failure ? failure : posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    failure = failure ? failure : posix_spawnattr_setsigmask(attributes, &none);
    failure = failure ? failure : posix_spawnattr_setsigdefault(attributes, &usual);
    failure = failure ? failure : posix_spawnattr_setpgroup(attributes, 0);
    return failure ? failure
                   : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                              POSIX_SPAWN_SETSIGDEF |
                                                              POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *pid, const char *path, const int theirs[2])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char name[] = "spex-graphviz";
    char *arguments[] = {name, NULL};
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (!failure) {
        failure = set_up(&actions, &attributes, theirs);
        if (!failure)
            failure = posix_spawn(pid, path, &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static int start(struct worker *worker, spex_error *error)
{
    char path[PROGRAM_PATH];
    if (!find_program(path))
        return error_set(error, SPEX_ERROR_SYSTEM, "the helper program spex-graphviz is missing");
    int ours[2] = {-1, -1}, theirs[2] = {-1, -1};
    int failure = make_channels(ours, theirs) ? 0 : errno;
    if (!failure)
        failure = spawn(&worker->pid, path, theirs);
    close_if_open(&theirs[0]);
    close_if_open(&theirs[1]);
    worker->channel = ours[0];
    worker->complaint = ours[1];
    if (failure)
        return error_set(error, SPEX_ERROR_SYSTEM, "spex-graphviz cannot be started: %s",
                         strerror(failure));
    return SPEX_OK;
}

/* ------------------------------------------------------------- conversation */

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool cancelled(const struct worker *worker)
{
    const struct layout_options *options = worker->options;
    return options && options->cancelled && options->cancelled(options->context);
}

static bool again(ssize_t result)
{
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

/* A helper that reads no further (it failed, or is no such program) is not an error here:
 * what it answered decides. */
static void send_some(struct worker *worker)
{
    ssize_t sent = send(worker->channel, worker->job->data + worker->sent,
                        worker->job->length - worker->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (again(sent))
        return;
    worker->sent = sent < 0 ? worker->job->length : worker->sent + (size_t)sent;
    if (worker->sent == worker->job->length)
        shutdown(worker->channel, SHUT_WR);
}

static void hear_complaint(struct worker *worker)
{
    char bytes[512];
    ssize_t length = read(worker->complaint, bytes, sizeof bytes);
    if (length > 0 && worker->said.length < MOST_COMPLAINT)
        text_append_bytes(&worker->said, bytes, (size_t)length);
    if (length == 0 || (length < 0 && !again(length)))
        close_if_open(&worker->complaint);
}

/* False: the reply has ended, or is too long. */
static bool receive_some(struct worker *worker)
{
    char bytes[16384];
    ssize_t length = recv(worker->channel, bytes, sizeof bytes, MSG_DONTWAIT);
    if (length > 0)
        text_append_bytes(worker->reply, bytes, (size_t)length);
    return again(length) ||
           (length > 0 && worker->reply->length <= MOST_REPLY && !worker->reply->failed);
}

static int over_budget(int budget, spex_error *error)
{
    return error_set(error, SPEX_ERROR_SYSTEM, "Graphviz took longer than %d ms", budget);
}

static int converse(struct worker *worker, int budget, spex_error *error)
{
    for (;;) {
        bool sending = worker->sent < worker->job->length;
        struct pollfd events[2] = {
            {.fd = worker->channel, .events = (short)(POLLIN | (sending ? POLLOUT : 0))},
            {.fd = worker->complaint, .events = POLLIN}};
        int64_t left = worker->deadline - now();
        if (cancelled(worker))
            return error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
        if (left <= 0)
            return over_budget(budget, error);
        int ready = poll(events, 2, left < STEP ? (int)left : STEP);
        if (ready < 0 && errno != EINTR)
            return error_system(error, "waiting for spex-graphviz");
        if (ready <= 0)
            continue;
        if (sending && events[0].revents & (POLLOUT | POLLERR | POLLHUP))
            send_some(worker);
        if (events[1].revents)
            hear_complaint(worker);
        if (events[0].revents & (POLLIN | POLLHUP | POLLERR) && !receive_some(worker))
            return worker->reply->failed ? error_memory(error) : SPEX_OK;
    }
}

/* The first line it wrote to its standard error. */
static const char *first_line(struct worker *worker)
{
    if (worker->said.length)
        worker->said.data[strcspn(worker->said.data, "\n")] = '\0';
    return text_value(&worker->said);
}

static int describe_end(struct worker *worker, int state, spex_error *error)
{
    while (worker->complaint >= 0) {
        size_t before = worker->said.length;
        hear_complaint(worker);
        if (worker->said.length == before)
            break;
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0)
        return SPEX_OK;
    if (worker->reply->length && WIFEXITED(state) && WEXITSTATUS(state) == 1)
        return SPEX_OK; /* the reply says what is wrong */
    if (WIFSIGNALED(state))
        return error_set(error, SPEX_ERROR_SYSTEM, "spex-graphviz crashed (signal %d) %s",
                         WTERMSIG(state), first_line(worker));
    return error_set(error, SPEX_ERROR_SYSTEM, "spex-graphviz failed (exit %d) %s",
                     WEXITSTATUS(state), first_line(worker));
}

/* The reply is complete; its process has to end too. */
static int await_end(struct worker *worker, int budget, spex_error *error)
{
    for (;;) {
        int state;
        pid_t ended = waitpid(worker->pid, &state, WNOHANG);
        if (ended < 0 && errno == EINTR)
            continue;
        if (ended != 0)
            worker->pid = -1;
        if (ended < 0) /* the program we are in does not keep its children */
            return SPEX_OK;
        if (ended > 0)
            return describe_end(worker, state, error);
        if (cancelled(worker))
            return error_set(error, SPEX_ERROR_CANCELLED, "cancelled");
        if (now() >= worker->deadline)
            return over_budget(budget, error);
        poll(NULL, 0, 1);
    }
}

/* Ends what is still there, with anything it started: it leads a group of its own. */
static void finish(struct worker *worker)
{
    if (worker->pid > 0) {
        kill(-worker->pid, SIGKILL);
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close_if_open(&worker->channel);
    close_if_open(&worker->complaint);
    text_release(&worker->said);
}

int worker_run(const struct text *job, int budget, const struct layout_options *options,
               struct text *reply, spex_error *error)
{
    struct worker worker = {.pid = -1,
                            .channel = -1,
                            .complaint = -1,
                            .job = job,
                            .reply = reply,
                            .deadline = now() + budget,
                            .options = options};
    if (job->failed)
        return error_memory(error);
    int status = start(&worker, error);
    if (!status)
        status = converse(&worker, budget, error);
    if (!status)
        status = await_end(&worker, budget, error);
    finish(&worker);
    return status;
}
