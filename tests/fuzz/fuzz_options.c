#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "project/project.h"
#include "tests/fuzz/fuzz.h"

/* spex.ini, read from a file in memory. */
FUZZ_TARGET(options)
{
    struct project_options options;
    spex_error error;
    char path[64];
    int file = memfd_create("spex.ini", 0);
    MUST(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int status = project_options_load(&options, path, &error);
    MUST(!status || status == SPEX_ERROR_SYNTAX || status == SPEX_ERROR_SYSTEM);
    if (!status)
        MUST(options.specs_dir && options.impl_models_dir && options.store_dir);
    project_options_release(&options);
    close(file);
}
