/* An instance as the Elixir library stores it, from the term that holds it. */
#ifndef IMPORT_ELIXIR_INSTANCE_H
#define IMPORT_ELIXIR_INSTANCE_H

#include "base/symbols.h"
#include "format/term.h"
#include "spex.h"

/* Reused from instance to instance; zero-initialise. */
struct elixir_instance {
    spex_instance instance; /* its texts and steps belong to this, until the next one is read */
    bool shortened;         /* the identifier is too long: cut, with a hash of the whole */
    const char *meta_lost;  /* why it has no meta although there was some; or NULL */
    /* -- what they point into */
    struct text identifier, specification, meta, state;
    struct symbols names; /* of actions and states */
    spex_step *steps;
    size_t capacity;
};

/* `term`: {Key, Instance}, gone over before. NULL, or why it is none that can be kept. */
const char *elixir_instance_read(struct elixir_instance *instance, struct term_reader term);
void elixir_instance_release(struct elixir_instance *instance);

#endif
