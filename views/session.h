/*
 * Where one was: view, specification, instance, filter and order, kept for each project in a
 * small JSON file, so that the next session begins there.
 */
#ifndef VIEWS_SESSION_H
#define VIEWS_SESSION_H

#include "views/explorer.h"

/* The project's own file of that name ("session.json") below `directory`, free(); NULL: there can
 * be none. */
char *session_path(const char *directory, const char *name, const struct project_options *project);
/* Goes where the last session ended. What is no such file is told, and nothing of it used. */
void session_restore(struct explorer *explorer);
/* Nothing is kept of a session that ends where each begins. */
void session_keep(const struct explorer *explorer);

#endif
