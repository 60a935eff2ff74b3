/* Do both sides have the same traces of actions? */
#ifndef CHECK_TRACES_H
#define CHECK_TRACES_H

#include "check/quotient.h"

/* Internal edges do not show. Errors: CANCELLED, MEMORY (also where there are too many sets
 * of classes to be told apart). */
int traces_compare(const struct quotient *quotient, const struct progress *progress,
                   bool *equivalent, spex_error *error);

#endif
