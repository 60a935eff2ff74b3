/* What the verb `models` does to models. */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "cli/cli.h"

/* `models freeze NAME...` and `models learn NAME...`: the files, with what was learned. */
enum answer models_set_learning(const struct invocation *invocation, bool learning);

#endif
