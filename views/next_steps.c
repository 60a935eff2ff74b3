#include "views/next_steps.h"

#include <string.h>

#include "base/base.h"
#include "views/what_if.h"

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

static void add_specified(struct list *list, const struct spex_specification *specification,
                          const char *state, const char *only_in)
{
    uint32_t from = symbols_find(&specification->states, state);
    for (size_t i = 0; from != SYMBOL_NONE && i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        if (t->from == from)
            add(list, (struct next_step){.action = symbols_name(&specification->actions, t->action),
                                         .state = symbols_name(&specification->states, t->to),
                                         .only_in = only_in});
    }
}

size_t next_steps(const struct explorer *explorer, struct next_step next[NEXT_LIMIT])
{
    struct list list = {next, 0};
    const struct summary *summary = explorer_summary(explorer);
    const char *state = explorer_travel_state(explorer);
    if (!summary || !summary->entry || !summary->entry->specification || !state)
        return 0;
    const struct what_if *what_if = what_if_shown(explorer);
    const struct possible_states *possible = what_if ? &what_if->possible[LEFT] : NULL;
    add_specified(&list, summary->entry->specification, state, NULL);
    for (size_t i = 0; possible && i < possible->count; i++)
        if (strcmp(possible->names[i], state) != 0)
            add_specified(&list, summary->entry->specification, possible->names[i],
                          possible->names[i]);
    const struct spex_model *model = summary->entry->model;
    for (size_t i = 0; model && i < model->transition_count; i++) {
        const struct model_transition *t = &model->transitions[i];
        if (strcmp(t->from, state) == 0 && strcmp(t->action, SPEX_INITIALISATION) != 0)
            add(&list, (struct next_step){.action = t->action, .state = t->to, .model_only = true});
    }
    return list.count;
}
