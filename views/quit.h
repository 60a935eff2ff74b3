/* The end, asked about where something would be lost. */
#ifndef VIEWS_QUIT_H
#define VIEWS_QUIT_H

#include "views/explorer.h"

void quit(struct explorer *explorer);

#endif
