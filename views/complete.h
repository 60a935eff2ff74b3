/* Tab where a name is typed: the next known one that begins so, round and round. */
#ifndef VIEWS_COMPLETE_H
#define VIEWS_COMPLETE_H

#include "base/symbols.h"
#include "views/line_editor.h"

void complete_name(const struct symbols *names, struct line_editor *editor);

#endif
