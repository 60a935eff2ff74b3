#include "base/file_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

enum { WAITING = 1 << 16 };

/* *special: renaming over a pipe or a device would take it away. */
static int look_at(const char *path, bool replace, bool *there, bool *special, spex_error *error)
{
    struct stat about;
    *there = stat(path, &about) == 0;
    if (!*there && lstat(path, &about) == 0)
        return error_set(error, SPEX_ERROR_USAGE, "%s is a link to what is not there", path);
    *special = *there && !S_ISREG(about.st_mode);
    if (*there && S_ISDIR(about.st_mode))
        return error_set(error, SPEX_ERROR_USAGE, "%s is a folder", path);
    if (*there && !*special && !replace)
        return error_set(error, SPEX_ERROR_USAGE, "%s is there already (--force replaces it)",
                         path);
    return SPEX_OK;
}

/* Who opened a pipe that nobody reads would wait for ever. */
static int open_special(const char *path, int *descriptor, spex_error *error)
{
    *descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0 && errno == ENXIO)
        return error_set(error, SPEX_ERROR_USAGE, "%s is a pipe that nobody reads", path);
    if (*descriptor < 0)
        return error_system(error, "cannot write %s", path);
    fcntl(*descriptor, F_SETFL, fcntl(*descriptor, F_GETFL) & ~O_NONBLOCK);
    return SPEX_OK;
}

int file_stream_open(struct file_stream *stream, const char *path, bool replace, spex_error *error)
{
    bool there, special;
    *stream = (struct file_stream){.descriptor = -1, .replace = replace};
    int status = look_at(path, replace, &there, &special, error);
    if (status)
        return status;
    stream->target = there && !special ? realpath(path, NULL) : memory_copy_text(path);
    if (!stream->target)
        return error_system(error, "cannot write %s", path);
    if (!special)
        status = file_stage_begin(stream->target, &stream->staged, &stream->descriptor, error);
    else
        status = open_special(path, &stream->descriptor, error);
    if (status)
        file_stream_drop(stream);
    return status;
}

static int flush(struct file_stream *stream, spex_error *error)
{
    struct text *waiting = &stream->waiting;
    if (waiting->failed)
        return error_memory(error);
    if (file_put(stream->descriptor, text_value(waiting), waiting->length) < 0)
        return error_system(error, "cannot write %s", stream->target);
    text_clear(waiting);
    return SPEX_OK;
}

int file_stream_put(struct file_stream *stream, struct text *text, spex_error *error)
{
    if (text->failed)
        return error_memory(error);
    text_append_bytes(&stream->waiting, text_value(text), text->length);
    stream->written += text->length;
    text_clear(text);
    return stream->waiting.failed || stream->waiting.length >= WAITING ? flush(stream, error)
                                                                       : SPEX_OK;
}

static int finish(struct file_stream *stream, spex_error *error)
{
    bool there, special;
    int descriptor = stream->descriptor;
    stream->descriptor = -1;
    if (!stream->staged)
        return close(descriptor) < 0 ? error_system(error, "cannot write %s", stream->target)
                                     : SPEX_OK;
    char *staged = stream->staged;
    stream->staged = NULL;
    int status = file_stage_end(stream->target, staged, descriptor, error);
    if (status)
        return status;
    /* What came to be while this was written. */
    status = look_at(stream->target, stream->replace, &there, &special, error);
    if (!status)
        return file_publish(staged, stream->target, error);
    file_unstage(staged);
    return status;
}

int file_stream_close(struct file_stream *stream, spex_error *error)
{
    int status = flush(stream, error);
    if (!status)
        status = finish(stream, error);
    file_stream_drop(stream);
    return status;
}

void file_stream_drop(struct file_stream *stream)
{
    if (stream->target && stream->descriptor >= 0)
        close(stream->descriptor);
    file_unstage(stream->staged);
    free(stream->target);
    text_release(&stream->waiting);
    *stream = (struct file_stream){.descriptor = -1};
}

int file_write(const char *path, bool replace, const char *bytes, size_t length, spex_error *error)
{
    struct file_stream stream;
    int status = file_stream_open(&stream, path, replace, error);
    if (status)
        return status;
    if (file_put(stream.descriptor, bytes, length) < 0) {
        status = error_system(error, "cannot write %s", path);
        file_stream_drop(&stream);
        return status;
    }
    return file_stream_close(&stream, error);
}
