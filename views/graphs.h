/* What other views ask of the Graphs view. */
#ifndef VIEWS_GRAPHS_H
#define VIEWS_GRAPHS_H

#include "views/graph_pane.h"

/* The graph in focus; NULL: none of the selected specification was shown yet. */
const struct graph_pane *graphs_shown(const struct explorer *explorer);

#endif
