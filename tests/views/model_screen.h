/* The Models view with a model opened: what the suites of editing and of files share. */
#ifndef TESTS_VIEWS_MODEL_SCREEN_H
#define TESTS_VIEWS_MODEL_SCREEN_H

#include "tests/views/screen.h"

/* The file of the project's model "Door", and one that follows its specification. */
extern const char model_of_door[], model_of_mended_door[];

void model_screen_write(const char *path, const char *text);
/* Opens the screen on the directory, and in it the model of that specification. */
void model_screen_open(struct screen *screen, const char *directory, const char *name);
/* Adds a transition with the keys. */
void model_screen_add(struct screen *screen, const char *from, const char *action, const char *to);

#endif
