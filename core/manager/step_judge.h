/* The models that steps were lately judged by, each with its specification and in the form
 * that the checker judges one step more by in no time. */
#ifndef MANAGER_STEP_JUDGE_H
#define MANAGER_STEP_JUDGE_H

#include "manager/manager.h"

/* Zeroed memory for a server. */
struct step_judge;
struct step_judge *step_judges_make(void);
void step_judges_free(struct step_judge *judges);
/* What needs no check: a step that is learned, that the model has, or that there is no
 * specification to judge by. False: the verdict is step_judge's to find. */
bool step_judged(const struct workflow *workflow, bool learning, const char *from,
                 const char *action, const char *to, spex_verdict *verdict);
/* The step, with the instance's earlier deviations, added to the workflow's model. Errors:
 * MEMORY, INTERNAL. */
int step_judge(struct step_judge *judges, const struct workflow *workflow,
               const struct spex_model *overlay, const char *from, const char *action,
               const char *to, spex_verdict *verdict, spex_error *error);

#endif
