/*
 * Changes to models that a session was ended with, by a signal, before they were saved: kept in
 * a file of the project's own, and there again, unsaved, in the next session.
 */
#ifndef VIEWS_UNSAVED_H
#define VIEWS_UNSAVED_H

#include "views/explorer.h"

/* Adds what is unsaved to the file; *names gets the models it is of, "" where there is nothing.
 * Errors: SYSTEM, USAGE (no place to keep it in), MEMORY. */
int unsaved_keep(const struct explorer *explorer, struct text *names, spex_error *error);
/* Once the project's files are read: takes what is kept out of the file. */
void unsaved_restore(struct explorer *explorer);

#endif
