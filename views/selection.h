/* The selected specification and instance; reading the instance anew when it changes. */
#ifndef VIEWS_SELECTION_H
#define VIEWS_SELECTION_H

#include "views/explorer.h"

/* The workspace changed: a first specification is selected, the instance read again. */
void selection_follow(struct explorer *explorer);
void selection_release(struct selection *selection);

#endif
