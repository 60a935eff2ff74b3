/* States from which every way ends. All that such a state leads to is settled before it is
 * looked at, so one look at each of them finds its class, whatever the graph is like above. */
#ifndef CHECK_FOUNDED_H
#define CHECK_FOUNDED_H

#include "check/check.h"
#include "check/refinement.h"

/* From one block with every state marked, in the queue: afterwards each class of such states is
 * a block, and the other states are one, all of them marked, in the queue unless there is no
 * need to look at them. Errors: CANCELLED, MEMORY. */
int founded_settle(struct refinement *refinement, const struct progress *progress,
                   spex_error *error);

#endif
