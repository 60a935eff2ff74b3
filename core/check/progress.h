/* Asking the caller, now and then, whether to go on. */
#ifndef CHECK_PROGRESS_H
#define CHECK_PROGRESS_H

#include "base/error.h"
#include "check/check.h"

/* Errors: CANCELLED. */
static inline int progress_report(const struct progress *progress, const char *what, double part,
                                  spex_error *error)
{
    if (!progress || !progress->report || progress->report(progress->context, what, part))
        return SPEX_OK;
    return error_set(error, SPEX_ERROR_CANCELLED, "the comparison was cancelled");
}

/* How many steps of work lie between two reports. */
enum { PROGRESS_INTERVAL = 1 << 17 };

#endif
