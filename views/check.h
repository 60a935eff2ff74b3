/* What other views ask of the Check view. */
#ifndef VIEWS_CHECK_H
#define VIEWS_CHECK_H

#include "views/explorer.h"

/* To the next step of the reason, or the one before, which both graphs then show. */
void check_walk(struct explorer *explorer, int by);

#endif
