/*
 * What would become of an instance's next steps if they were recorded now. Nothing is: they are
 * judged by what judges recorded ones.
 */
#ifndef MANAGER_SIMULATION_H
#define MANAGER_SIMULATION_H

#include "check/check.h"
#include "model/model.h"
#include "spex.h"

struct simulation;

struct simulated_step {
    char *action, *state; /* the caller's */
    bool judged;          /* what follows holds */
    bool recorded;        /* false: refused, because there is no model */
    bool refused;         /* by the specification's policy; else it is recorded all the same */
    spex_verdict verdict;
};

/* Specification and model (NULL: none) are to outlive it; the instance, with its whole history,
 * and its deviations are taken over, always. Errors: MEMORY. */
int simulation_open(struct simulation **simulation, const struct spex_specification *specification,
                    const struct spex_model *model, spex_instance *instance,
                    struct spex_model *deviations, spex_error *error);
void simulation_close(struct simulation *simulation);
/* Judges those of the steps, in this order, that are not judged yet. Errors: MEMORY, INTERNAL. */
int simulation_judge(struct simulation *simulation, struct simulated_step *steps, size_t count,
                     spex_error *error);

/* The states that a side may be in after history and steps, by what was seen alone; names are
 * the caller's to free with file_list_free. Empty: the side has no such run. */
struct possible_states {
    char **names; /* in the side's order */
    size_t count;
};
int simulation_possible(const struct simulation *simulation, enum side side,
                        const struct simulated_step *steps, size_t count,
                        struct possible_states *states, spex_error *error);

#endif
