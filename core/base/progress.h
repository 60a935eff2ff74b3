/* How long work says how far it is, and learns that it is not wanted any more. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>

/* Reported now and then; answers false to cancel. `part` is 0 to 1, negative where nobody
 * knows. Where a pointer to it is taken, it may be NULL. */
struct progress {
    bool (*report)(void *context, const char *what, double part);
    void *context;
};

#endif
