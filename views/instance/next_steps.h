/* What the selected instance may do from where it is looked at. */
#ifndef VIEWS_NEXT_STEPS_H
#define VIEWS_NEXT_STEPS_H

#include "views/explorer.h"

struct next_step {
    const char *action, *state; /* the snapshot's, all of them */
    const char *only_in;        /* allowed if the specification is in this state, which is not the
                                   instance's; NULL: the instance's own */
    bool model_only;
};

enum { NEXT_LIMIT = 64 };
/* Fills `next` and answers how many there are, each once. */
size_t next_steps(const struct explorer *explorer, struct next_step next[NEXT_LIMIT]);

#endif
