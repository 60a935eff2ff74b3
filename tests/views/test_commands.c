/* Every command of the table, in every view that has it, by its keys and by its name. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/keys.h"
#include "views/commands/script.h"

static bool here(int command, int view)
{
    return command_entry((enum command)command)->views >> view & 1u;
}

static void names_are_unique(void)
{
    for (int i = 0; i < COMMANDS; i++) {
        CU_ASSERT_EQUAL(command_by_name(command_entry((enum command)i)->name), (enum command)i);
        CU_ASSERT(strpbrk(command_entry((enum command)i)->name, " =[]") == NULL);
        CU_ASSERT(*command_entry((enum command)i)->help != '\0');
        CU_ASSERT(command_entry((enum command)i)->views != 0);
    }
}

/* In a view, a key is one of its own commands or one general one. */
static void keys_are_unique(void)
{
    struct keymap keymap;
    CU_ASSERT_FATAL(keymap_open(&keymap));
    for (size_t i = 0; i < keymap.count; i++) {
        const struct binding *binding = &keymap.items[i];
        if (keymap_find(&keymap, binding->view, &binding->key) != binding) {
            fprintf(stderr, "%s is bound twice\n", binding->key.name);
            CU_FAIL("a key that is bound twice");
        }
    }
    for (int i = 0; i < COMMANDS; i++)
        for (int view = 0; view < VIEWS; view++) {
            char key[16];
            keymap_first(&keymap, (enum view_id)view, (enum command)i, key);
            if (here(i, view) && !command_general((enum command)i) && !*key) {
                fprintf(stderr, "%s has no key\n", command_entry((enum command)i)->name);
                CU_FAIL("a command without a key");
            }
        }
    keymap_release(&keymap);
}

/* Where everything can be done: an instance with a history is selected. */
static void open_at(struct screen *screen, const char *directory, int view)
{
    char digit[2] = {(char)('1' + view), '\0'};
    screen_open(screen, directory, false);
    screen_keys(screen, "2 /");
    screen_type(screen, "id=order-stuck");
    screen_keys(screen, "Enter Enter");
    screen_keys(screen, digit);
    CU_ASSERT_EQUAL_FATAL((int)explorer_view(screen->explorer), view);
    screen_text(screen, 80, 24);
}

static void a_command_of_a_view_is_taken_by_it(void)
{
    for (int view = 0; view < VIEW_HELP; view++)
        for (int i = 0; i < COMMANDS; i++) {
            struct screen screen;
            if (!here(i, view) || command_general((enum command)i))
                continue;
            open_at(&screen, screen_project(), view);
            struct explorer *explorer = screen.explorer;
            const struct view_operations *operations = view_operations((enum view_id)view);
            if (!operations->command(explorer, explorer->states[view], (enum command)i)) {
                fprintf(stderr, "%s is not taken in %s\n", command_entry((enum command)i)->name,
                        operations->title);
                CU_FAIL("a command that is not taken");
            }
            explorer_settle(explorer);
            screen_text(&screen, 80, 24);
            screen_close(&screen);
        }
}

/* Whatever it does, nobody is told that there is no such thing. */
static void expect_known(struct screen *screen, int command, int view)
{
    static const char *const refusals[] = {"does nothing here", "is no command of this view",
                                           "There is no command"};
    const char *text = screen_text(screen, 120, 40);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strstr(text, refusals[i])) {
            fprintf(stderr, "%s in %s:\n%s\n", command_entry((enum command)command)->name,
                    view_name((enum view_id)view), text);
            CU_FAIL("a command that is not known");
        }
}

static void every_key_is_known(void)
{
    for (int view = 0; view < VIEW_HELP; view++)
        for (int i = 0; i < COMMANDS; i++) {
            struct screen screen;
            if (!here(i, view))
                continue;
            open_at(&screen, screen_project(), view);
            screen_keys(&screen, command_entry((enum command)i)->keys);
            expect_known(&screen, i, view);
            screen_close(&screen);
        }
}

static void every_name_is_known(void)
{
    for (int view = 0; view < VIEW_HELP; view++) {
        struct screen screen;
        open_at(&screen, screen_project(), view);
        for (int i = 0; i < COMMANDS; i++) {
            if (!here(i, view))
                continue;
            char digit[2] = {(char)('1' + view), '\0'};
            screen_keys(&screen, ":");
            screen_type(&screen, command_entry((enum command)i)->name);
            screen_keys(&screen, "Enter");
            expect_known(&screen, i, view);
            while (screen.explorer->overlay.kind != OVERLAY_NONE)
                screen_keys(&screen, "Esc");
            screen_keys(&screen, digit);
        }
        screen_close(&screen);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"names are unique", names_are_unique},
        {"keys are unique", keys_are_unique},
        {"a command of a view is taken by it", a_command_of_a_view_is_taken_by_it},
        {"every key is known", every_key_is_known},
        {"every name is known", every_name_is_known},
        {0},
    };
    return suite_run("commands", tests, argc, argv);
}
