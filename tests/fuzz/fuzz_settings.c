#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "views/commands/settings.h"

/* spex-tui.ini: whatever it says, each mistake is told with its place and quit keeps a key. */
FUZZ_TARGET(settings)
{
    struct settings settings;
    MUST(settings_open(&settings));
    settings.path = strdup("spex-tui.ini");
    MUST(settings_read(&settings, bytes, length));
    MUST(settings.theme < THEMES && settings.colours < COLOUR_CHOICES);
    unsigned lines = 0;
    for (const char *c = text_value(&settings.mistakes); *c; c++)
        lines += *c == '\n';
    MUST(lines == settings.mistake_count);
    for (int view = 0; view < VIEWS; view++) {
        static const enum command ways[] = {COMMAND_QUIT, COMMAND_LEAVE, COMMAND_PROMPT};
        char key[16] = "";
        for (size_t i = 0; !*key && i < 3; i++)
            keymap_first(&settings.keymap, (enum view_id)view, ways[i], key);
        MUST(*key);
    }
    settings_release(&settings);
}
