/*
 * The Check view: verdict, the reason of a "no", the play, coverage. Here is what other views
 * ask of it; check_private.h is what its files share.
 */
#ifndef VIEWS_CHECK_H
#define VIEWS_CHECK_H

#include "views/explorer.h"

/* To the next step of the reason, or the one before, which both graphs then show. */
void check_walk(struct explorer *explorer, int by);

#endif
