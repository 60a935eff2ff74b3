/* The end of a test run: what was learned goes into the model files, which learn no more. */
#ifndef MANAGER_SETTLE_H
#define MANAGER_SETTLE_H

#include "spex.h"

/* Merges what all shards learned into the models of `directory`, each written with learning
 * off to the file it came from or to DIRECTORY/<specification>.spex. A model that has it all
 * and is frozen already keeps its file. Other programs that do the same wait meanwhile. All
 * files are written aside before the first one is replaced, so after an error they are as
 * they were (but for a folder that breaks in between). *added: for each model that grew, a model of
 * what is new, whose `source` is the file; freed with spex_models_free. Errors: SYNTAX (a
 * model file), USAGE (a name that would not read back), SYSTEM, STORE, MEMORY. */
int models_settle(struct spex_manager *manager, const char *directory, struct spex_model ***added,
                  size_t *count, spex_error *error);

#endif
