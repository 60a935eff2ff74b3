#include "cli/line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

/* A whole line of the longest kind, and what was read behind it. */
#define BUFFER_SIZE (2 * LINE_LIMIT)

static int open_file(struct line_reader *reader, const char *path, bool follow, spex_error *error)
{
    struct stat about;
    /* Opening a FIFO would else wait for its first writer, deaf to signals. */
    reader->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reader->file < 0 || fstat(reader->file, &about))
        return error_system(error, "%s", path);
    if (S_ISDIR(about.st_mode))
        return error_set(error, SPEX_ERROR_USAGE, "%s is a folder", path);
    if (follow && !S_ISFIFO(about.st_mode))
        return error_set(error, SPEX_ERROR_USAGE, "--follow wants a FIFO (mkfifo), which %s is not",
                         path);
    if (follow) {
        reader->writer = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
        if (reader->writer < 0)
            return error_system(error, "%s", path);
    }
    return SPEX_OK;
}

int line_reader_open(struct line_reader *reader, const char *path, bool follow, spex_error *error)
{
    int status = SPEX_OK;
    *reader = (struct line_reader){.name = "standard input", .file = STDIN_FILENO, .writer = -1};
    reader->buffer = memory_allocate(BUFFER_SIZE, 1);
    if (!reader->buffer)
        return error_memory(error);
    if (path && strcmp(path, "-") != 0) {
        reader->name = path;
        status = open_file(reader, path, follow, error);
    } else if (follow) {
        status = error_set(error, SPEX_ERROR_USAGE, "--follow wants the name of a FIFO");
    }
    if (status)
        line_reader_close(reader);
    return status;
}

void line_reader_close(struct line_reader *reader)
{
    if (reader->file > STDIN_FILENO)
        close(reader->file);
    if (reader->writer >= 0)
        close(reader->writer);
    free(reader->buffer);
    *reader = (struct line_reader){.file = -1, .writer = -1};
}

size_t line_reader_rest(const struct line_reader *reader)
{
    return reader->skipping ? 0 : reader->end - reader->start;
}

/* Drops what is left of a line that was too long. False: its end is not here yet. */
static bool skip(struct line_reader *reader)
{
    char *from = reader->buffer + reader->start;
    char *newline = memchr(from, '\n', reader->end - reader->start);
    reader->start = newline ? (size_t)(newline + 1 - reader->buffer) : reader->end;
    reader->skipping = !newline;
    return newline != NULL;
}

enum line_state line_reader_next(struct line_reader *reader, const char **bytes, size_t *length)
{
    if (reader->skipping && !skip(reader))
        return LINE_WANTED;
    char *from = reader->buffer + reader->start;
    size_t there = reader->end - reader->start;
    char *newline = there ? memchr(from, '\n', there) : NULL;
    size_t size = newline ? (size_t)(newline - from) : there;
    if (!newline && size <= LINE_LIMIT && (!reader->ended || !size))
        return LINE_WANTED;
    reader->line++;
    if (size > LINE_LIMIT) {
        reader->skipping = true;
        skip(reader);
        return LINE_TOO_LONG;
    }
    reader->start += size + (newline != NULL);
    *bytes = from;
    *length = size;
    return LINE_READY;
}

bool line_reader_idle(const struct line_reader *reader)
{
    struct pollfd now = {.fd = reader->file, .events = POLLIN};
    return !reader->ended && poll(&now, 1, 0) == 0;
}

/* While there is always input, ppoll never lets a signal through. */
static bool signalled(const sigset_t *unblocked, const volatile sig_atomic_t *stopped)
{
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, unblocked, &blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    return *stopped;
}

static void make_room(struct line_reader *reader)
{
    if (!reader->start)
        return;
    memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
}

int line_reader_attach(struct line_reader *reader, const char *name, int file, spex_error *error)
{
    *reader = (struct line_reader){.name = name, .file = file, .writer = -1};
    reader->buffer = memory_allocate(BUFFER_SIZE, 1);
    return reader->buffer ? SPEX_OK : error_memory(error);
}

int line_reader_read(struct line_reader *reader, spex_error *error)
{
    make_room(reader);
    ssize_t count;
    do
        count = read(reader->file, reader->buffer + reader->end, BUFFER_SIZE - reader->end);
    while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN)
        return error_system(error, "%s", reader->name);
    reader->end += count > 0 ? (size_t)count : 0;
    reader->ended = count == 0;
    return SPEX_OK;
}

int line_reader_fill(struct line_reader *reader, const sigset_t *unblocked,
                     const volatile sig_atomic_t *stopped, spex_error *error)
{
    make_room(reader);
    while (!signalled(unblocked, stopped)) {
        struct pollfd wait = {.fd = reader->file, .events = POLLIN};
        if (ppoll(&wait, 1, NULL, unblocked) < 0) {
            if (errno == EINTR)
                continue;
            return error_system(error, "%s", reader->name);
        }
        ssize_t count = read(reader->file, reader->buffer + reader->end, BUFFER_SIZE - reader->end);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (count < 0)
            return error_system(error, "%s", reader->name);
        reader->end += (size_t)count;
        reader->ended = count == 0;
        break;
    }
    return SPEX_OK;
}
