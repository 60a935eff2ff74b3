#include <string.h>

#include "base/base.h"
#include "tests/views/model_screen.h"

const char model_of_door[] = "Specification: Door\n"
                             "Learning mode: false\n"
                             "Transitions:\n"
                             "closed --[lock]-> locked\n"
                             "closed --[open]-> open\n"
                             "locked --[open]-> open\n"
                             "nil --[__initialisation__]-> closed\n"
                             "open --[close]-> closed\n";

const char model_of_mended_door[] = "Specification: Door\n"
                                    "Learning mode: false\n"
                                    "Transitions:\n"
                                    "closed --[lock]-> locked\n"
                                    "closed --[open]-> open\n"
                                    "locked --[unlock]-> closed\n"
                                    "nil --[__initialisation__]-> closed\n"
                                    "open --[close]-> closed\n";

void model_screen_write(const char *path, const char *text)
{
    spex_error error;
    ASSERT_OK(file_replace(path, text, strlen(text), &error), error);
}

void model_screen_open(struct screen *screen, const char *directory, const char *name)
{
    screen_open(screen, directory, false);
    screen_keys(screen, ":");
    screen_type(screen, "models ");
    screen_type(screen, name);
    screen_keys(screen, "Enter");
}

void model_screen_add(struct screen *screen, const char *from, const char *action, const char *to)
{
    const char *const parts[] = {from, action, to};
    screen_keys(screen, "a");
    for (int i = 0; i < 3; i++) {
        screen_keys(screen, "C-u");
        screen_type(screen, parts[i]);
        screen_keys(screen, "Enter");
    }
}
