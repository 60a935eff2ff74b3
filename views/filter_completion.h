/* Tab in a filter: keys, names of specifications, states and actions, keys of meta. */
#ifndef VIEWS_FILTER_COMPLETION_H
#define VIEWS_FILTER_COMPLETION_H

#include "base/symbols.h"
#include "model/filter.h"
#include "views/explorer.h"

/* Adds the paths of the keys in a meta object, "meta.address.city", as far as there is room. */
void filter_learn_meta(struct symbols *paths, const char *meta);
/* Completes what ends at the cursor as far as it is the same in all that begin so, and where
 * that is no further shows them as a message. */
void filter_complete(struct explorer *explorer, enum filter_subject subject,
                     const struct symbols *meta_paths, struct line_editor *editor);

#endif
