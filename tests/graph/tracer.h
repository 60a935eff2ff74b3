/*
 * Reads a picture as a person would, from its characters alone, and says what is
 * wrong with it as a drawing of an LTS. Shares no code with what drew it.
 */
#ifndef TESTS_GRAPH_TRACER_H
#define TESTS_GRAPH_TRACER_H

#include "graph/graph.h"

/* True: a faithful drawing. Else `complaint` says what is not. */
bool picture_faithful(const struct picture *picture, const struct lts *lts,
                      const struct picture_options *options, char complaint[200]);

#endif
