/* Runs the helper program spex-graphviz for one job: started, fed, read, ended. */
#ifndef GRAPH_WORKER_H
#define GRAPH_WORKER_H

#include "base/text.h"
#include "graph/graph.h"

/* Sends `job`, collects the reply. The helper is gone when this returns, whatever
 * happened. Errors: SYSTEM (not found, crashed, over the budget of `budget` ms),
 * CANCELLED, MEMORY; the message is one short sentence. */
int worker_run(const struct text *job, int budget, const struct layout_options *options,
               struct text *reply, spex_error *error);

/* Whether there is a helper program. */
bool worker_there(void);

/* Appending fields of a job; see protocol.h. */
void job_number(struct text *job, uint64_t number);
void job_text(struct text *job, const char *value);

#endif
