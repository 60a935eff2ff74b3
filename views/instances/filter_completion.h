/* Tab in a filter: keys, names of specifications, states and actions, keys of meta. */
#ifndef VIEWS_FILTER_COMPLETION_H
#define VIEWS_FILTER_COMPLETION_H

#include "base/symbols.h"
#include "model/filter.h"
#include "views/explorer.h"

/* Adds the paths of the keys in a meta object, "meta.address.city", as far as there is room. */
void filter_learn_meta(struct symbols *paths, const char *meta);
/* Calls for each word that may be meant where the text ends, in order, with the text as it is with
 * that word. */
void filter_suggest(const struct explorer *explorer, enum filter_subject subject,
                    const struct symbols *meta_paths, const char *typed,
                    void (*call)(void *context, const char *word, const char *whole),
                    void *context);
/* Completes what ends at the cursor as far as it is the same in all that begin so, and where
 * that is no further shows them as a message. */
void filter_complete(struct explorer *explorer, enum filter_subject subject,
                     const struct symbols *meta_paths, struct line_editor *editor);

/* A name of this key, FILTER_SPECIFICATION or FILTER_STATE, that the filter asks for and that
 * neither a specification nor the store knows; NULL: none. It lives as long as the filter. */
const char *filter_unknown_name(const struct workspace *workspace, const struct filter *filter,
                                enum filter_key key);

#endif
