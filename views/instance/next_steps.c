#include "views/instance/next_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instance/what_if.h"

struct list {
    struct next_step *next;
    size_t count;
};

static void add(struct list *list, struct next_step step)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->next[i].action, step.action) == 0 &&
            strcmp(list->next[i].state, step.state) == 0)
            return;
    if (list->count < NEXT_LIMIT)
        list->next[list->count++] = step;
}

/* From the instance's own state, or (`own` false) from the others that are possible. */
static void add_specified(struct list *list, const struct spex_specification *specification,
                          const bool *from, uint32_t state, bool own)
{
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        if (own ? t->from == state : from[t->from] && t->from != state)
            add(list, (struct next_step){
                          .action = symbols_name(&specification->actions, t->action),
                          .state = symbols_name(&specification->states, t->to),
                          .only_in = own ? NULL : symbols_name(&specification->states, t->from)});
    }
}

static void add_possible(struct list *list, const struct spex_specification *specification,
                         const struct what_if *what_if, uint32_t state)
{
    const struct possible_states *possible = &what_if->possible[LEFT];
    bool *from = memory_allocate(specification->states.count, sizeof *from);
    for (size_t i = 0; from && i < possible->count; i++) {
        uint32_t number = symbols_find(&specification->states, possible->names[i]);
        if (number != SYMBOL_NONE)
            from[number] = true;
    }
    if (from)
        add_specified(list, specification, from, state, false);
    free(from);
}

size_t next_steps(const struct explorer *explorer, struct next_step next[NEXT_LIMIT])
{
    struct list list = {next, 0};
    const struct summary *summary = explorer_summary(explorer);
    const char *state = explorer_travel_state(explorer);
    if (!summary || !summary->entry || !summary->entry->specification || !state)
        return 0;
    const struct spex_specification *specification = summary->entry->specification;
    const struct what_if *what_if = what_if_shown(explorer);
    uint32_t own = symbols_find(&specification->states, state);
    if (own != SYMBOL_NONE)
        add_specified(&list, specification, NULL, own, true);
    if (what_if)
        add_possible(&list, specification, what_if, own);
    const struct spex_model *model = summary->entry->model;
    for (size_t i = 0; model && i < model->transition_count; i++) {
        const struct model_transition *t = &model->transitions[i];
        if (strcmp(t->from, state) == 0 && strcmp(t->action, SPEX_INITIALISATION) != 0)
            add(&list, (struct next_step){.action = t->action, .state = t->to, .model_only = true});
    }
    return list.count;
}
