/* A machine that lets its customer choose beside one that chose when the coin fell, and a
 * siren of which nothing was learned yet. */
#ifndef TESTS_VIEWS_MACHINE_H
#define TESTS_VIEWS_MACHINE_H

#include "tests/views/screen.h"

/* Makes the project and answers its directory. */
const char *machine_project(void);
/* Fails the test unless these states are selected in the two graphs. */
void expect_graphs_at(struct screen *screen, const char *left, const char *right);

#endif
