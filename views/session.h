/*
 * Where one was: view, specification, instance, filter and order, kept for each project in a
 * small JSON file, so that the next session begins there.
 */
#ifndef VIEWS_SESSION_H
#define VIEWS_SESSION_H

#include "store/reader.h"
#include "views/explorer.h"

/* The project's own file of that name ("session.json") below `directory`, free(); NULL: there can
 * be none. */
char *session_path(const char *directory, const char *name, const struct project_options *project);
/* Goes where the last session ended. What is no such file is told, and nothing of it used. */
void session_restore(struct explorer *explorer);
/* Nothing is kept of a session that ends where each begins. */
void session_keep(const struct explorer *explorer);

/* ---- session_read.c */
struct session_kept {
    const char *view_name, *specification, *instance, *filter, *order_name;
    int descending;
    enum view_id view;
    enum instance_order order;
    struct json_t *root; /* whose the texts are */
};
/* Released in any case. Errors: SYNTAX with the place, MEMORY. */
int session_read(struct session_kept *kept, const char *path, const char *bytes, size_t length,
                 spex_error *error);
void session_kept_release(struct session_kept *kept);

#endif
