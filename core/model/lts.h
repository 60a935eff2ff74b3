/*
 * A labelled transition system: what the checker compares and the graphs draw.
 * States and labels are numbers; label 0 is always the internal action (tau), so
 * an action that is called `i` or `tau` stays visible.
 */
#ifndef MODEL_LTS_H
#define MODEL_LTS_H

#include "base/symbols.h"
#include "model/implementation_model.h"
#include "model/specification.h"
#include "spex.h"

#define LTS_INTERNAL 0u

struct lts_transition {
    uint32_t from;
    uint32_t label;
    uint32_t to;
};

struct lts {
    uint32_t state_count; /* at least 1 */
    uint32_t initial;
    bool initialises;           /* it starts in LTS_BEFORE, before initialisation */
    struct symbols labels;      /* 0: SPEX_INTERNAL */
    struct symbols state_names; /* count 0: unnamed, shown by number; else one a state */
    struct lts_transition *transitions;
    size_t transition_count;
    size_t transition_capacity;
};

/* An LTS with label 0 in place and no states yet. Errors: MEMORY. */
int lts_init(struct lts *lts, spex_error *error);
void lts_release(struct lts *lts);
/* Zero `lts` before; what fails leaves nothing behind. Errors: MEMORY. */
int lts_copy(struct lts *lts, const struct lts *from, spex_error *error);
int lts_add(struct lts *lts, uint32_t from, uint32_t label, uint32_t to, spex_error *error);
/* The label with this name, if there is one, becomes the internal action. Errors: MEMORY (then
 * nothing has changed). */
int lts_hide(struct lts *lts, const char *label, spex_error *error);
/* The label's name for people: the internal action is "τ" (or SPEX_INTERNAL with plain). */
const char *lts_label_name(const struct lts *lts, uint32_t label, bool plain);
/* The state's name; without names its number, written into `buffer`. */
const char *lts_state_name(const struct lts *lts, uint32_t state, char buffer[16]);
/* Names the states by their numbers, if they have no names. Errors: MEMORY (then nothing has
 * changed). */
int lts_name_states(struct lts *lts, spex_error *error);
/* The state with this name (or number, if unnamed); SYMBOL_NONE if there is none. */
uint32_t lts_find_state(const struct lts *lts, const char *name);

/*
 * Both sides of a comparison start before initialisation: state LTS_BEFORE, named
 * "nil", with `__initialisation__` to the initial state (specification) or to every
 * state that instances were initialised at (model). It is a state of its own even
 * where a workflow has a state called nil. With `initialisation` false the LTS
 * starts in the initial state itself; a model must then have exactly one
 * (Errors: USAGE). Errors: MEMORY.
 */
#define LTS_BEFORE 0u
/* Whether the state is that one. */
bool lts_before(const struct lts *lts, uint32_t state);
int lts_from_specification(struct lts *lts, const struct spex_specification *specification,
                           bool initialisation, spex_error *error);
int lts_from_model(struct lts *lts, const struct spex_model *model, bool initialisation,
                   spex_error *error);
/* How many states and transitions people count: without what is before initialisation, where the
 * LTS starts there. */
void lts_size(const struct lts *lts, uint32_t *states, size_t *transitions);
/* The other way: an LTS as a specification, or as a model that does not learn and was initialised
 * in its initial state. `shown`: it will never be written, so that nothing needs to leave its
 * initial state. Errors: USAGE (a name that none can have; a specification whose
 * initial state nothing leaves), MEMORY. */
int lts_to_specification(const struct lts *lts, const char *name, bool shown,
                         struct spex_specification **specification, spex_error *error);
int lts_to_model(const struct lts *lts, const char *name, struct spex_model **model,
                 spex_error *error);

#endif
