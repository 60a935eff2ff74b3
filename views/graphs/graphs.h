/*
 * The Graphs view: specification and model side by side, drawn as graphs that one moves in.
 * Here is what other views ask of it; graphs_private.h is what its files share.
 */
#ifndef VIEWS_GRAPHS_H
#define VIEWS_GRAPHS_H

#include "views/graphs/graph_pane.h"

/* The graph in focus, or beside it where there is none; NULL: none of the selected specification
 * was shown yet. */
const struct graph_pane *graphs_shown(const struct explorer *explorer);
/* The graphs that are on the screen as text, side by side below their titles, all of each; false:
 * none was shown yet, or memory is out. */
bool graphs_text(const struct explorer *explorer, struct text *text);
/* Both graphs go to these states of the selected specification and its model, and stay
 * there together until somebody moves on; NULL: that side follows the other. `words` say what
 * is shown there; may be NULL. */
void graphs_show(struct explorer *explorer, const char *const states[2], const char *words);

#endif
