/* States from which every way ends. All that such a state leads to is settled before it is
 * looked at, so one look at each of them finds its class, whatever the graph is like above. */
#ifndef CHECK_FOUNDED_H
#define CHECK_FOUNDED_H

#include "check/check.h"
#include "check/refinement.h"

/* The classes of such states as the first blocks, and what is left, *rest states, as the last one,
 * if there are any: into `block_of`, and how many blocks that are. Places, elements and
 * blocks are not set. Errors: CANCELLED. */
int founded_settle(struct refinement *refinement, uint32_t *rest, const struct progress *progress,
                   spex_error *error);

#endif
