/* What each step of an imported history is, by the models and specifications of a project. */
#ifndef IMPORT_JUDGE_H
#define IMPORT_JUDGE_H

#include "project/project.h"
#include "spex.h"

struct judge;

/* `project` may be NULL: everything is learned. NULL when memory is out. */
struct judge *judge_create(const struct project *project);
void judge_free(struct judge *judge);
/* Sets the verdicts of the steps, and from them the deviations. Errors: MEMORY. */
int judge_instance(struct judge *judge, spex_instance *instance, spex_step *steps,
                   spex_error *error);

#endif
