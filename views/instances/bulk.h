/*
 * Doing one thing to many instances: a preview of how many of which specification and state
 * they are, a confirmation, and the work itself on the write lane, which tells how far it is
 * and, when it is ended, how far it came.
 */
#ifndef VIEWS_BULK_H
#define VIEWS_BULK_H

#include "model/filter.h"
#include "views/explorer.h"
#include "views/instances/marks.h"

enum bulk_kind { BULK_DELETE, BULK_PRUNE, BULK_MOCK };

/* What is marked among what the filter (NULL: all) chooses; without marks, all of it. Pruning
 * takes those of them whose specification's policy says that they are over. */
void bulk_ask(struct explorer *explorer, enum bulk_kind kind, const struct filter *filter,
              const struct marks *marks);
/* For more than that the number is to be typed. */
#define BULK_TYPED 100

#endif
