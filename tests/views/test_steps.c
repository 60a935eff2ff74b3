/* What is said of a step when it is recorded, or not. */
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"

/* Of the Lamp, whose model learns in the store, an instance that was mocked. */
static void open_lamp(struct screen *screen, const char *name)
{
    static const char lamp[] = "Specification: Lantern\nTransitions:\ndark --[light]-> lit\n"
                               "lit --[blow]-> dark\n";
    const char *directory = screen_copy(name);
    char path[100];
    snprintf(path, sizeof path, "%s/specs/lantern.spec", name);
    suite_write(path, lamp, sizeof lamp - 1);
    screen_open(screen, directory, false);
    screen_keys(screen, "1 g");
    while (strcmp(screen->explorer->selection.specification, "Lantern") != 0)
        screen_keys(screen, "j");
    screen_keys(screen, "m");
    screen_type(screen, "l-1");
    screen_keys(screen, "Enter Enter");
}

/* A model that learns takes over whatever comes: that it is not specified is said at the time. */
static void what_is_learned_may_not_be_specified(void)
{
    struct screen screen;
    open_lamp(&screen, "learned");
    screen_keys(&screen, "s 1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Recorded light → lit: the model learned it.");
    screen_keys(&screen, "s End Enter");
    screen_type(&screen, "burn");
    screen_keys(&screen, "Enter");
    screen_type(&screen, "ashes");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24),
                    "Recorded burn → ashes: not specified, but the model learned it.");
    screen_close(&screen);
}

static void an_empty_answer_is_told(void)
{
    struct screen screen;
    open_lamp(&screen, "empty");
    screen_keys(&screen, "s End Enter Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "No action was typed: nothing is written.");
    screen_keys(&screen, "s End Enter");
    screen_type(&screen, "burn");
    screen_keys(&screen, "Enter Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "No state was typed: nothing is written.");
    screen_keys(&screen, "6 a C-u Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing was typed: no transition is added.");
    screen_keys(&screen, "2 F");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "No filter is saved yet");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"what is learned may not be specified", what_is_learned_may_not_be_specified},
        {"an empty answer is told", an_empty_answer_is_told},
        {0},
    };
    return suite_run("steps", tests, argc, argv);
}
