/* Building the tree of a filter; for the files of the filter alone. */
#ifndef MODEL_FILTER_TREE_H
#define MODEL_FILTER_TREE_H

#include "model/filter.h"

/* NULL when memory is out. */
struct filter *filter_node(enum filter_kind kind);
struct filter *filter_test(enum filter_key key, enum filter_comparison comparison);
/* Takes the part over, also when it fails; a part of NULL fails. */
bool filter_add_part(struct filter *filter, struct filter *part);
bool filter_add_name(struct filter *test, const char *name);
bool filter_add_step(struct filter *test, const char *key);
/* The only part in the place of an "and" or "or" of one; NULL of one of none. */
struct filter *filter_simplify(struct filter *filter);

#endif
