#include "format/dets_window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

enum { WINDOW_AHEAD = 1 << 18 };

int window_open(struct window *window, const char *path, spex_error *error)
{
    struct stat about;
    *window = (struct window){.path = path, .error = error};
    /* Opening a FIFO would wait. */
    window->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (window->file < 0)
        return error_system(error, "%s", path);
    if (fstat(window->file, &about) < 0 || !S_ISREG(about.st_mode)) {
        close(window->file);
        return error_set(error, SPEX_ERROR_SYNTAX, "%s is no regular file; expected a DETS table",
                         path);
    }
    window->size = (uint64_t)about.st_size;
    return SPEX_OK;
}

void window_close(struct window *window)
{
    close(window->file);
    free(window->bytes);
    *window = (struct window){.file = -1};
}

static bool fill(struct window *window, uint64_t offset, size_t length)
{
    if (!memory_reserve(&window->bytes, &window->capacity, length, 1)) {
        window->status = error_memory(window->error);
        return false;
    }
    window->start = offset;
    window->length = 0;
    while (window->length < length) {
        ssize_t count = pread(window->file, window->bytes + window->length, length - window->length,
                              (off_t)(offset + window->length));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            window->status = error_system(window->error, "%s", window->path);
            return false;
        }
        if (count == 0)
            break;
        window->length += (size_t)count;
    }
    return true;
}

const unsigned char *window_at(struct window *window, uint64_t offset, size_t length, bool ahead)
{
    if (window->status || offset > window->size || length > window->size - offset)
        return NULL;
    bool inside = offset >= window->start && offset - window->start <= window->length &&
                  length <= window->length - (size_t)(offset - window->start);
    if (!inside) {
        size_t wanted = length;
        if (ahead && wanted < WINDOW_AHEAD)
            wanted = window->size - offset < WINDOW_AHEAD ? (size_t)(window->size - offset)
                                                          : WINDOW_AHEAD;
        /* Someone may be cutting the file short. */
        if (!fill(window, offset, wanted) || window->length < length)
            return NULL;
    }
    return window->bytes + (offset - window->start);
}
