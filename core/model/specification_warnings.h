/*
 * What is no mistake of a specification's form but looks like one of its author: a state that
 * is probably misspelt, one that cannot be reached, a prunable one that does not occur.
 */
#ifndef MODEL_SPECIFICATION_WARNINGS_H
#define MODEL_SPECIFICATION_WARNINGS_H

#include "model/specification.h"

struct specification_warnings {
    spex_error *items; /* by place, which is that of the source where a reader noted it */
    size_t count;
    size_t more; /* found beyond those */
};

/* Errors: MEMORY. */
int specification_warnings_find(const struct spex_specification *specification,
                                struct specification_warnings *warnings, spex_error *error);
void specification_warnings_release(struct specification_warnings *warnings);

#endif
