/* A specification: a name, transitions in order of first mention, a policy. */
#ifndef MODEL_SPECIFICATION_H
#define MODEL_SPECIFICATION_H

#include "base/symbols.h"
#include "spex.h"

struct specification_transition {
    uint32_t from;
    uint32_t action;
    uint32_t to;
};

/* In the file it was read from; both from 1 on. */
struct source_place {
    unsigned line, column;
};

struct spex_specification {
    char *name;
    struct symbols states;  /* in order of first mention; 0 is the initial one */
    struct symbols actions; /* in order of first mention */
    struct specification_transition *transitions;
    size_t transition_count;
    size_t transition_capacity;
    uint32_t *slots; /* hash index over the transitions: number + 1, 0 free */
    size_t slot_count;
    spex_policy policy;  /* its lists are owned */
    bool custom_handler; /* the source overrides the handler: shown, not run */
    char *source;        /* the file it was read from, or NULL */
    /* Noted by readers, for warnings: where a state occurs first, and each prunable one. */
    struct source_place *places, *prunable_places;
    size_t place_count, place_capacity, prunable_place_count, prunable_place_capacity;
};

/* A name that models, files and screens can carry: not empty, UTF-8, no NUL, not too long. */
int name_check(const char *what, const char *name, spex_error *error);
int identifier_check(const char *identifier, spex_error *error);

/* To be called for both states of each transition when it was added, in this order; and for each
 * prunable state. False: memory is out. */
bool specification_note_state(struct spex_specification *specification, const char *state,
                              struct source_place place);
bool specification_note_prunable(struct spex_specification *specification,
                                 struct source_place place);
struct spex_specification *specification_copy(const struct spex_specification *specification);
bool specification_has(const struct spex_specification *specification, const char *from,
                       const char *action, const char *to);
bool specification_state_terminal(const struct spex_specification *specification, uint32_t state);
/* A state the specification does not know is never terminal, prunable only under "all". */
bool specification_terminal(const struct spex_specification *specification, const char *state);
bool specification_prunable(const struct spex_specification *specification, const char *state);

#endif
