/* A model beside its specification, transition by transition, by the names of states and actions;
 * whether what differs matters is the checker's to say. */
#ifndef MODEL_MODEL_DIFFERENCE_H
#define MODEL_MODEL_DIFFERENCE_H

#include "model/implementation_model.h"
#include "model/specification.h"

enum difference { IN_BOTH, ONLY_MODEL, ONLY_SPECIFICATION, IN_NEITHER /* it was removed */ };

/* Its texts belong to specification and models. */
struct model_line {
    enum difference difference;
    bool edited; /* not as it was before */
    const char *from, *action, *to;
};

/* First what differs, then what is in both; `before` is the model as it was (both may be NULL:
 * none). *lines is to be freed. Errors: MEMORY. */
int model_lines(const struct spex_specification *specification, const struct spex_model *model,
                const struct spex_model *before, struct model_line **lines, size_t *count,
                spex_error *error);

#endif
