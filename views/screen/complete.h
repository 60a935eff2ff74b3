/* Where a name is typed: which known ones may be meant. */
#ifndef VIEWS_COMPLETE_H
#define VIEWS_COMPLETE_H

#include "base/symbols.h"
#include "views/screen/overlay.h"

/* The next one that begins so, round and round. */
void complete_name(const struct symbols *names, struct line_editor *editor);
/* Lists those that begin so, then those that have it inside; none is chosen unasked. The first ones
 * have a detail each. */
void suggest_names(struct overlay *overlay, const struct symbols *names, const char *const *details,
                   uint32_t detail_count, const char *typed);

#endif
