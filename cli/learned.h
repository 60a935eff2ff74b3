/* What a test run added to the models, told. */
#ifndef CLI_LEARNED_H
#define CLI_LEARNED_H

#include "base/text.h"
#include "spex.h"

/* Lines for people. */
void learned_lines(struct text *text, spex_model *const *added, size_t count);
/* A further field of an object: ,"learned":[{"spec","file","added":[{"from","action","to"}]}] */
void learned_json(struct text *text, spex_model *const *added, size_t count);

#endif
