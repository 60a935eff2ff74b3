/* What the files of the workspace share among themselves: refreshing and checking. */
#ifndef VIEWS_WORKSPACE_INTERNAL_H
#define VIEWS_WORKSPACE_INTERNAL_H

#include "views/workspace/workspace.h"

/* These are the files now, taken over. They are shown, with what is edited in a moment, and what
 * changed is checked; the summaries are to be made then. */
void workspace_take(struct workspace *workspace, struct snapshot *files);
/* Rebuilds the summaries from snapshot, counts and checks, and tells the watcher. */
void workspace_summarise(struct workspace *workspace);
/* Starts a check for every model that changed since it was checked, and forgets the
 * checks of models that are gone. */
void workspace_check_changed(struct workspace *workspace);
void check_free(struct check *check);

#endif
