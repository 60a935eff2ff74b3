/* What the overview says beside the rows' figures. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"

static void a_misspelt_state_is_told(void)
{
    static const char specification[] =
        "Specification: Door\nTransitions:\nclosed --[open]-> ajar\najar --[push]-> opne\n"
        "open --[close]-> closed\n";
    const char *directory = screen_copy("misspelt");
    suite_write("misspelt/specs/door.spec", specification, sizeof specification - 1);
    struct screen screen;
    screen_open(&screen, directory, false);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Door ▲");
    ASSERT_CONTAINS(text, "door.spec:4:17: the state 'opne' occurs only here");
    CU_ASSERT_PTR_NULL(strstr(text, "Order ▲"));
    ASSERT_CONTAINS(screen_text(&screen, 40, 12), "Door ▲");
    screen_close(&screen);
    screen_open(&screen, directory, true);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Door !");
    screen_close(&screen);
}

/* The folder above the one that was meant. */
static void models_without_specifications_are_one_message(void)
{
    const char *directory = screen_copy("above");
    char command[600];
    snprintf(command, sizeof command, "mkdir '%s/deep' && mv '%s/specs' '%s/deep/specs'", directory,
             directory, directory);
    CU_ASSERT_EQUAL(system(command), 0);
    snprintf(command, sizeof command, "mv '%s/deep' '%s/specs'; rm -r '%s/store'", directory,
             directory, directory);
    CU_ASSERT_EQUAL(system(command), 0);
    struct screen screen;
    screen_open(&screen, directory, false);
    CU_ASSERT_EQUAL(screen.explorer->workspace->summary_count, 0);
    const char *text = screen_text(&screen, 200, 60);
    ASSERT_CONTAINS(text, "There are no specifications in ");
    ASSERT_CONTAINS(text, ": name specs/specs with --specs, or the project specs without it.");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a misspelt state is told", a_misspelt_state_is_told},
        {"models without specifications are one message",
         models_without_specifications_are_one_message},
        {0},
    };
    return suite_run("overview", tests, argc, argv);
}
