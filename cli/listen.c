/*
 * record --listen: a Unix socket that many programs report on. One thread reads from
 * whoever has something to say and is not behind with reading its replies; the lines of all
 * go into common batches, those of one program in their order.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/recording.h"

enum {
    CONNECTIONS_MAX = 1000,
    BACKLOG = 128,
    REPLIES_MAX = 1 << 20, /* bytes waiting for a program that does not read */
    LAST_PATIENCE = 2000,  /* ms for replies to be taken at the end */
    HANDED_OVER = 3        /* the first descriptor of a service manager */
};

struct connection {
    struct line_reader lines;
    struct text replies; /* not written yet */
    size_t written;      /* of them */
    bool wants_replies;
    bool gone;        /* it hung up: nothing more is written to it */
    unsigned pending; /* lines that are not answered yet */
    struct listener *listener;
};

struct listener {
    const char *path;
    int socket;
    bool ours; /* bound by this program, which then removes it */
    struct stat file;
    struct recording *recording;
    struct connection *connections[CONNECTIONS_MAX];
    struct pollfd polled[CONNECTIONS_MAX + 1];
    size_t count;
    bool full; /* the system has no more descriptors for now */
};

/* -------------------------------------------------------------- the socket */

/* Whether a program answers at the address. */
static bool answers(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool answered =
        probe >= 0 && (connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 ||
                       errno != ECONNREFUSED);
    if (probe >= 0)
        close(probe);
    return answered;
}

static int bind_private(struct listener *listener, const struct sockaddr_un *address)
{
    mode_t before = umask(0177);
    int result = bind(listener->socket, (const struct sockaddr *)address, sizeof *address);
    int number = errno;
    umask(before);
    errno = number;
    return result;
}

/* Gives the socket its name, which nothing else may have that is alive. */
static int place(struct listener *listener, const char *made, const struct sockaddr_un *address,
                 spex_error *error)
{
    const char *path = address->sun_path;
    struct stat about;
    int result = link(made, path);
    if (result < 0 && errno == EEXIST) {
        if (lstat(path, &about) == 0 && !S_ISSOCK(about.st_mode))
            return error_set(error, SPEX_ERROR_USAGE, "%s is there and is no socket", path);
        if (answers(address))
            return error_set(error, SPEX_ERROR_USAGE, "another program listens on %s", path);
        unlink(path);
        result = link(made, path);
    }
    listener->ours = result == 0 && lstat(path, &listener->file) == 0;
    return result < 0 ? error_system(error, "%s", path) : SPEX_OK;
}

/* Made beside its place: whoever sees the socket can connect to it. */
static int bind_path(struct listener *listener, const char *path, spex_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX}, made = {.sun_family = AF_UNIX};
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    int length =
        snprintf(made.sun_path, sizeof made.sun_path, "%.*s.%ld", folder, path, (long)getpid());
    if (!*path || strlen(path) >= sizeof address.sun_path || length >= (int)sizeof made.sun_path)
        return error_set(error, SPEX_ERROR_USAGE,
                         "--listen wants a path of 1 to %zu bytes, which is all a socket's address "
                         "can hold",
                         sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path));
    listener->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->socket < 0)
        return error_system(error, "%s", path);
    unlink(made.sun_path);
    if (bind_private(listener, &made) < 0)
        return error_system(error, "%s", path);
    int status = listen(listener->socket, BACKLOG) < 0
                     ? error_system(error, "%s", path)
                     : place(listener, made.sun_path, &address, error);
    unlink(made.sun_path);
    return status;
}

/* Whether the service manager that started this program has opened the socket already. */
static bool handed_over(void)
{
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    struct stat about;
    return process && count && strtol(process, NULL, 10) == (long)getpid() &&
           strcmp(count, "1") == 0 && fstat(HANDED_OVER, &about) == 0 && S_ISSOCK(about.st_mode);
}

/* Says "READY=1" and the like to the service manager, if there is one. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    if (*path == '@')
        address.sun_path[0] = '\0';
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (manager < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    sendto(manager, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    close(manager);
}

int listener_open(struct listener **opened, const char *path, spex_error *error)
{
    *opened = NULL;
    struct listener *listener = memory_allocate(1, sizeof *listener);
    if (!listener)
        return error_memory(error);
    listener->path = path;
    listener->socket = -1;
    int status = SPEX_OK;
    if (handed_over())
        listener->socket = HANDED_OVER;
    else
        status = bind_path(listener, path, error);
    if (status)
        listener_close(listener);
    else
        *opened = listener;
    return status;
}

/* Somebody may have put another socket in its place. */
static void remove_socket(const struct listener *listener)
{
    struct stat about;
    if (listener->ours && lstat(listener->path, &about) == 0 &&
        about.st_ino == listener->file.st_ino && about.st_dev == listener->file.st_dev)
        unlink(listener->path);
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    remove_socket(listener);
    if (listener->socket >= 0)
        close(listener->socket);
    free(listener);
}

/* ------------------------------------------------------------ connections */

static void accept_one(struct listener *listener)
{
    int file = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file < 0) {
        /* Until a connection ends. */
        listener->full = listener->count > 0 && (errno == EMFILE || errno == ENFILE);
        return;
    }
    struct connection *connection = memory_allocate(1, sizeof *connection);
    if (!connection || line_reader_attach(&connection->lines, listener->path, file, NULL)) {
        free(connection);
        close(file);
        return;
    }
    connection->listener = listener;
    connection->wants_replies = option_given(listener->recording->invocation, "replies");
    listener->connections[listener->count++] = connection;
}

static void free_connection(struct connection *connection)
{
    text_release(&connection->replies);
    line_reader_close(&connection->lines);
    free(connection);
}

static size_t waiting(const struct connection *connection)
{
    return connection->replies.length - connection->written;
}

static void write_replies(struct connection *connection)
{
    while (!connection->gone && waiting(connection)) {
        ssize_t count = send(connection->lines.file, connection->replies.data + connection->written,
                             waiting(connection), MSG_NOSIGNAL);
        if (count > 0)
            connection->written += (size_t)count;
        else if (errno != EINTR) {
            connection->gone = errno != EAGAIN;
            break;
        }
    }
    if (connection->gone || !waiting(connection)) {
        text_clear(&connection->replies);
        connection->written = 0;
    } else if (connection->written > REPLIES_MAX) {
        memmove(connection->replies.data, connection->replies.data + connection->written,
                waiting(connection) + 1);
        connection->replies.length -= connection->written;
        connection->written = 0;
    }
}

static void note_answer(const struct batch_entry *entry, const char *reply)
{
    struct connection *connection = entry->owner;
    connection->pending--;
    if (connection->wants_replies && !connection->gone)
        text_append(&connection->replies, reply);
    /* Without memory for a reply it must not get the ones behind it. */
    connection->gone |= connection->replies.failed;
}

/* ------------------------------------------------------------------ lines */

/* The only line that is no record. */
static bool asks_for_replies(const char *bytes, size_t length)
{
    static const char wanted[] = "{\"op\":\"replies\"}";
    size_t matched = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r')
            continue;
        if (matched == sizeof wanted - 1 || bytes[i] != wanted[matched])
            return false;
        matched++;
    }
    return matched == sizeof wanted - 1;
}

static void take_lines(struct connection *connection)
{
    struct recording *recording = connection->listener->recording;
    const char *bytes = NULL;
    size_t length = 0;
    enum line_state state;
    while ((state = line_reader_next(&connection->lines, &bytes, &length)) != LINE_WANTED) {
        if (state == LINE_READY && asks_for_replies(bytes, length)) {
            connection->wants_replies = true;
            continue;
        }
        /* A full batch is sent within, and its answers come back: count before. */
        uint64_t before = recording->records;
        connection->pending++;
        recording_take(recording, &connection->lines, connection, state, bytes, length);
        if (recording->records == before)
            connection->pending--; /* a blank line */
    }
}

static void read_connection(struct connection *connection)
{
    spex_error error;
    if (line_reader_read(&connection->lines, &error)) {
        connection->lines.ended = true;
        connection->gone = true;
    }
    take_lines(connection);
}

static bool over(const struct connection *connection)
{
    return connection->lines.ended && !connection->pending &&
           (connection->gone || !waiting(connection));
}

/* Replies that can be written are; connections that are over go. */
static void tidy(struct listener *listener)
{
    size_t kept = 0;
    for (size_t i = 0; i < listener->count; i++) {
        struct connection *connection = listener->connections[i];
        write_replies(connection);
        if (over(connection))
            free_connection(connection);
        else
            listener->connections[kept++] = connection;
    }
    listener->full &= kept == listener->count;
    listener->count = kept;
}

/* -------------------------------------------------------------------- loop */

/* What there is to wait for; who is behind with its replies is not read from. */
static size_t fill_polled(struct listener *listener)
{
    for (size_t i = 0; i < listener->count; i++) {
        const struct connection *connection = listener->connections[i];
        bool reads = !connection->lines.ended && waiting(connection) < REPLIES_MAX;
        bool writes = waiting(connection) > 0;
        listener->polled[i] =
            (struct pollfd){.fd = reads || writes ? connection->lines.file : -1,
                            .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0))};
    }
    bool accepts = listener->count < CONNECTIONS_MAX && !listener->full;
    listener->polled[listener->count] =
        (struct pollfd){.fd = accepts ? listener->socket : -1, .events = POLLIN};
    return listener->count + 1;
}

static void serve_ready(struct listener *listener)
{
    size_t count = listener->count;
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = listener->connections[i];
        short events = listener->polled[i].revents;
        if (events & (POLLERR | POLLNVAL))
            connection->gone = connection->lines.ended = true;
        else if (!connection->lines.ended && events & (POLLIN | POLLHUP))
            read_connection(connection);
    }
    if (listener->polled[count].revents)
        accept_one(listener);
}

/* What has arrived by now is taken, nothing after it. */
static void read_rest(struct listener *listener)
{
    for (size_t i = 0; i < listener->count; i++) {
        struct connection *connection = listener->connections[i];
        size_t before = 0;
        for (int rounds = 0; rounds < 64 && !connection->lines.ended; rounds++) {
            before = connection->lines.end;
            read_connection(connection);
            if (connection->lines.end == before && connection->lines.start == 0)
                break;
        }
        connection->lines.ended = true;
        /* A line without an end may be half a record, and then is none. */
        take_lines(connection);
    }
}

static void finish(struct listener *listener)
{
    notify("STOPPING=1");
    remove_socket(listener);
    listener->ours = false;
    read_rest(listener);
    recording_finish(listener->recording);
    tidy(listener);
    /* Not for ever: who does not read has no claim to an answer. */
    for (int patience = 0; listener->count && patience < LAST_PATIENCE / 100; patience++) {
        size_t count = fill_polled(listener) - 1;
        if (poll(listener->polled, (nfds_t)count, 100) < 0)
            break;
        tidy(listener);
    }
    while (listener->count > 0)
        free_connection(listener->connections[--listener->count]);
}

/* While there is always something ready, ppoll never lets a signal through. */
static bool stopped(const struct recording *recording)
{
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, &recording->signals, &blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    return recording_stopped;
}

void listener_serve(struct listener *listener, struct recording *recording)
{
    static const struct timespec at_once = {0};
    listener->recording = recording;
    recording->answered = note_answer;
    recording->replies = true; /* made for everybody, kept for those who asked */
    notify("READY=1");
    while (!stopped(recording)) {
        bool busy = recording->filling->count || recording->working->count;
        size_t count = fill_polled(listener);
        int ready =
            ppoll(listener->polled, (nfds_t)count, busy ? &at_once : NULL, &recording->signals);
        if (ready < 0 && errno != EINTR)
            break;
        if (ready > 0)
            serve_ready(listener);
        else if (ready == 0)
            recording_finish(recording);
        tidy(listener);
    }
    finish(listener);
    recording->answered = NULL;
    recording->replies = false;
    /* That programs report nonsense is theirs, not a failure of this one. */
    if (recording->answer != ANSWER_BROKEN)
        recording->answer = ANSWER_YES;
}
