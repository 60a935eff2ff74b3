/*
 * A specification and a model, judged once; and then again and again with a few transitions
 * added to the model. Most often rules decide that in no time, else the full check does: the
 * answers are always its answers. Not changed by being asked, so threads may share it.
 */
#ifndef CHECK_INCREMENTAL_H
#define CHECK_INCREMENTAL_H

#include "check/check.h"

struct incremental;

/* Takes copies. BRANCHING or DIVERGENCE. Free with incremental_free. Errors: MEMORY, USAGE,
 * INTERNAL. */
int incremental_create(struct incremental **incremental, const struct lts *specification,
                       const struct lts *model, enum equivalence equivalence, spex_error *error);
void incremental_free(struct incremental *incremental);

/* States are the model's; numbers beyond them are states that it does not have. */
struct incremental_step {
    uint32_t from;
    const char *action; /* SPEX_INTERNAL: the internal one */
    uint32_t to;
};

/* Whether model and specification are equivalent once all the steps are added, in whatever
 * order; *checked (may be NULL): the full check was needed. Errors: MEMORY, INTERNAL. */
int incremental_ask(const struct incremental *incremental, const struct incremental_step *steps,
                    size_t count, bool *equivalent, bool *checked, spex_error *error);
/* Whether the model with these steps added gets to the state. Errors: MEMORY. */
int incremental_reaches(const struct incremental *incremental, const struct incremental_step *steps,
                        size_t count, uint32_t state, bool *reaches, spex_error *error);

#endif
