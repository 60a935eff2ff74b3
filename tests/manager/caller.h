/* One of those who call a manager at random, beside the reference that says what must be
 * answered: each has instances of its own, others all callers share. */
#ifndef TESTS_MANAGER_CALLER_H
#define TESTS_MANAGER_CALLER_H

#include "tests/manager/reference.h"
#include "tests/manager/support.h"

enum { OWN = 8, SHARED = 4, NOTES = 4096 };

/* A step of a shared instance that was acknowledged: by its time, which nobody else uses. */
struct note {
    unsigned shared;
    uint64_t number; /* the place in the history that was answered */
    int64_t at;
};

struct caller {
    spex_manager *manager; /* NULL: the reference alone */
    struct random random;
    unsigned number;
    int64_t now;
    struct reference_instance instances[OWN];
    struct reference reference;
    struct note notes[NOTES];
    unsigned note_count;
    int64_t stamp;
    char problem[600];
};

void caller_init(struct caller *caller, unsigned number, uint64_t seed);
/* One call, chosen at random, compared with the reference. */
void caller_call(struct caller *caller);
void caller_compare_instance(struct caller *caller, const struct reference_instance *instance);
/* Keeps the first thing that differed; answers false. */
bool caller_problem(struct caller *caller, const char *what, const char *got, const char *expected);

#endif
