/* A stored instance as a value of its own: one block, freed with spex_instance_free. */
#ifndef MODEL_INSTANCE_H
#define MODEL_INSTANCE_H

#include "spex.h"

/* A copy in one block, with its texts and (if there are any) steps. NULL when memory is out. */
spex_instance *instance_copy(const spex_instance *instance);

#endif
