#include <string.h>

#include "tests/views/machine.h"
#include "views/graphs/graphs_private.h"

/* A machine that lets its customer choose, and one that chose when the coin fell. */
static const char machine_spec[] = "Specification: Machine\n"
                                   "Transitions:\n"
                                   "idle --[coin]-> paid\n"
                                   "paid --[press]-> ready\n"
                                   "ready --[tea]-> idle\n"
                                   "ready --[coffee]-> idle\n";
static const char machine_model[] = "Specification: Machine\n"
                                    "Learning mode: false\n"
                                    "Transitions:\n"
                                    "coffee only --[coffee]-> idle\n"
                                    "idle --[coin]-> paid\n"
                                    "nil --[__initialisation__]-> idle\n"
                                    "paid --[press]-> coffee only\n"
                                    "paid --[press]-> tea only\n"
                                    "tea only --[tea]-> idle\n";

/* Nothing was learned of it yet. */
static const char siren_spec[] = "Specification: Siren\n"
                                 "Transitions:\n"
                                 "silent --[alarm]-> loud\n"
                                 "loud --[calm]-> silent\n"
                                 "loud --[__internal__]-> silent\n";

const char *machine_project(void)
{
    suite_write("machine/specs/siren.spec", siren_spec, strlen(siren_spec));
    suite_write("machine/specs/machine.spec", machine_spec, strlen(machine_spec));
    suite_write("machine/models/Machine.spex", machine_model, strlen(machine_model));
    screen_project(); /* its environment: time zone, our own layout */
    return suite_scratch_path("machine");
}

void expect_graphs_at(struct screen *screen, const char *left, const char *right)
{
    const struct graphs *graphs = screen->explorer->states[VIEW_GRAPHS];
    ASSERT_TEXT(graphs->panes[LEFT].selected ? graphs->panes[LEFT].selected : "none", left);
    ASSERT_TEXT(graphs->panes[RIGHT].selected ? graphs->panes[RIGHT].selected : "none", right);
}
