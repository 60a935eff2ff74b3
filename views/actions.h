/* What actions that change the store share: one that is being asked for, overlay by overlay. */
#ifndef VIEWS_ACTIONS_H
#define VIEWS_ACTIONS_H

#include "views/explorer.h"

enum action_kind { ACTION_STEP, ACTION_MOCK, ACTION_DELETE };

/* What is to be done, as far as it is known; each overlay on the way owns one. */
struct action {
    struct explorer *explorer;
    enum action_kind kind;
    char *specification, *identifier, *action, *state;
    bool sure; /* mock: replace an instance that exists */
};

struct action *action_copy(const struct action *from);
void action_free(void *context);
void action_set_text(char **place, const char *value);
/* About the selected instance. */
struct action *action_about_selection(struct explorer *explorer, enum action_kind kind);
/* NULL: not known. */
const struct spex_specification *action_specification(const struct action *action);
/* Does it on the store's lane; takes it over. */
void action_submit(struct action *action);
/* For lines: the state that was typed is the action's last word, and which may be meant. */
void action_state_typed(void *context, const char *text);
void action_suggest_state(void *context, const char *text, struct overlay *overlay);

#endif
