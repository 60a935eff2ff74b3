/* A file of any size through a window of bounded size; numbers most significant byte first. */
#ifndef FORMAT_DETS_WINDOW_H
#define FORMAT_DETS_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spex.h"

struct window {
    const char *path;
    int file;
    uint64_t size;
    unsigned char *bytes;
    size_t capacity;
    uint64_t start; /* of what is in it */
    size_t length;
    spex_error *error;
    int status; /* what ended the reading: SYSTEM, MEMORY */
};

int window_open(struct window *window, const char *path, spex_error *error);
void window_close(struct window *window);
/* The bytes at this offset, valid until the next call; NULL where the file ends before, or
 * after a failure, which is in `status`. `ahead`: what follows is wanted next. */
const unsigned char *window_at(struct window *window, uint64_t offset, size_t length, bool ahead);

static inline uint32_t window_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

#endif
