/* The models as they stand: files joined with what a store has learned since. */
#ifndef PROJECT_LEARNED_H
#define PROJECT_LEARNED_H

#include "project/project.h"
#include "store/reader.h"

/* What to say of a "no" about a model that learns. */
#define LEARNING_NOT_YET                                                                           \
    "Not yet: this model learns, so that what has not been seen in it may still come. What it "    \
    "does that is not specified stays."

/* A model in learning mode gets every transition the store learned for it; a
 * specification without a model file, for which the store is learning, gets a model.
 * Errors: STORE (the project is unchanged where it failed), MEMORY. */
int project_join_learned(struct project *project, struct reader *reader, spex_error *error);

#endif
