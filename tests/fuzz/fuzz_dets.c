/* Whole DETS tables, with the instances in them. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/dets.h"
#include "import/elixir_instance.h"
#include "tests/fuzz/fuzz.h"

struct reading {
    struct elixir_instance instance;
    uint64_t found, given_up;
};

static const char *take_object(const struct term_reader *term, uint64_t offset, bool beyond,
                               void *context, bool *stop)
{
    struct reading *reading = context;
    (void)beyond;
    (void)stop;
    MUST(offset >= 1336);
    const char *why = elixir_instance_read(&reading->instance, *term);
    reading->found += !why;
    return why;
}

static void give_up(uint64_t offset, const char *why, void *context)
{
    (void)offset;
    MUST(why);
    ((struct reading *)context)->given_up++;
}

FUZZ_TARGET(dets)
{
    struct reading reading = {0};
    struct dets_visitor visitor = {.object = take_object, .given_up = give_up, .context = &reading};
    struct dets_summary summary;
    spex_error error;
    char path[40];
    int file = memfd_create("table", MFD_CLOEXEC);
    MUST(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!dets_read(path, &visitor, &summary, &error)) {
        MUST(summary.objects == reading.found);
        MUST(summary.given_up == reading.given_up);
    }
    elixir_instance_release(&reading.instance);
    close(file);
}
