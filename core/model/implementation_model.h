/* An implementation model: what was observed of one specification's instances. */
#ifndef MODEL_IMPLEMENTATION_MODEL_H
#define MODEL_IMPLEMENTATION_MODEL_H

#include "base/symbols.h"
#include "spex.h"

struct model_transition {
    const char *from; /* interned in `names` */
    const char *action;
    const char *to;
};

/* The transitions are a set, kept in byte order of (from, action, to).
 * Initialisations are among them as `nil --[__initialisation__]-> S`. */
struct spex_model {
    char *name;
    bool learning;
    struct symbols names;
    struct model_transition *transitions;
    size_t transition_count;
    size_t transition_capacity;
    char *source;     /* the file it was read from, or NULL */
    uint64_t content; /* a hash of that file's bytes; 0: there is none */
};

/* Free with spex_model_free; NULL when memory is out. */
struct spex_model *model_create(const char *name, bool learning);
struct spex_model *model_copy(const struct spex_model *model);
/* Adds to the set; *added (may be NULL) tells whether it was new. Errors: USAGE, MEMORY. */
int model_add(struct spex_model *model, const char *from, const char *action, const char *to,
              bool *added, spex_error *error);
bool model_has(const struct spex_model *model, const char *from, const char *action,
               const char *to);
bool model_remove(struct spex_model *model, const char *from, const char *action, const char *to);
/* Whether instances were initialised at exactly one state; else it has no initial state of
 * its own. */
bool model_one_initial(const struct spex_model *model);
/* Takes over every transition of `other`. */
int model_merge(struct spex_model *model, const struct spex_model *other, spex_error *error);

#endif
