/* spex-tui.ini: keys, choices, and what is said of mistakes; what follows on the screen. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/script.h"
#include "views/commands/settings.h"

static struct settings load(const char *file)
{
    static unsigned number;
    char name[64], directory[32];
    struct settings settings;
    snprintf(directory, sizeof directory, "settings-%u", number++);
    snprintf(name, sizeof name, "%s/spex-tui.ini", directory);
    suite_write(name, file, strlen(file));
    CU_ASSERT_FATAL(settings_load(&settings, suite_scratch_path(directory)));
    return settings;
}

static enum command command_of(const struct settings *settings, enum view_id view, const char *key)
{
    struct key pressed = key_named(key);
    return keymap_command(&settings->keymap, view, &pressed);
}

static void without_a_file_the_table_holds(void)
{
    struct settings settings;
    CU_ASSERT_FATAL(settings_load(&settings, suite_scratch_path("nowhere")));
    CU_ASSERT(!settings.there && settings.mouse && settings.session && !settings.mistake_count);
    for (int i = 0; i < COMMANDS; i++)
        for (int view = 0; view < VIEWS; view++) {
            const struct command_entry *entry = command_entry((enum command)i);
            char key[16], first[16];
            if (!(entry->views & 1u << view) || command_general((enum command)i))
                continue;
            keymap_first(&settings.keymap, (enum view_id)view, (enum command)i, key);
            snprintf(first, sizeof first, "%.*s", (int)strcspn(entry->keys, " "), entry->keys);
            ASSERT_TEXT(key, first);
        }
    settings_release(&settings);
}

static void views_stand_in_the_order_of_their_commands(void)
{
    for (int view = 0; view < VIEW_HELP; view++) {
        char title[32];
        snprintf(title, sizeof title, "%s", view_operations((enum view_id)view)->title);
        title[0] = (char)(title[0] + 32);
        ASSERT_TEXT(view_name((enum view_id)view), title);
    }
    ASSERT_TEXT(view_name(VIEW_HELP), "help");
}

static void keys_are_changed(void)
{
    struct settings settings = load("# mine\n"
                                    "[keys]\n"
                                    "quit = Q C-q\n"
                                    "step = F9 ; of all views that have it\n"
                                    "down = J\n"
                                    "longer = =\n"
                                    "[keys.instances]\n"
                                    "delete = F7\n"
                                    "step = F8\n"
                                    "quit = d\n");
    ASSERT_TEXT(text_value(&settings.mistakes), "");
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "C-q"), COMMAND_QUIT);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "J"), COMMAND_DOWN);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "j"), COMMAND_NONE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_GRAPHS, "J"), COMMAND_PAN_DOWN); /* view first */
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_GRAPHS, "="), COMMAND_LONGER);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_GRAPHS, "+"), COMMAND_NONE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCE, "F9"), COMMAND_STEP);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCE, "d"), COMMAND_DELETE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "F8"), COMMAND_STEP);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "F9"), COMMAND_NONE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "F7"), COMMAND_DELETE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "d"), COMMAND_QUIT);
    settings_release(&settings);
}

static void keys_change_places(void)
{
    struct settings settings = load("[keys.instances]\nstep = m\nmock = s\nprune =\n");
    ASSERT_TEXT(text_value(&settings.mistakes), "");
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "m"), COMMAND_STEP);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "s"), COMMAND_MOCK);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "P"), COMMAND_NONE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCE, "s"), COMMAND_STEP);
    settings_release(&settings);
}

static void choices_are_made(void)
{
    struct settings settings = load("[theme]\nname = high-contrast\ncolours = true\n"
                                    "[screen]\nmouse = off\nascii = on\nscreen-reader = on\n"
                                    "[session]\nkeep = off\n");
    ASSERT_TEXT(text_value(&settings.mistakes), "");
    CU_ASSERT_EQUAL(settings.theme, THEME_HIGH_CONTRAST);
    CU_ASSERT_EQUAL(settings.colours, COLOURS_TRUE);
    CU_ASSERT(!settings.mouse && settings.ascii && settings.screen_reader && !settings.session);
    settings_release(&settings);
}

static void a_mistake_is_told_and_the_rest_holds(void)
{
    static const struct {
        const char *file, *told;
    } mistakes[] = {
        {"[keys]\nqiut = x\nhelp = F11\n", "spex-tui.ini:2:1: spex-tui has no command 'qiut'; did "
                                           "you mean 'quit'?"},
        {"[keys.models]\ndelete = x\n[keys]\nhelp = F11\n", ":2:1: the view models has no command "
                                                            "'delete'"},
        {"[keys]\nhelp = F11\nquit = Strg-q\n", ":3:8: Strg-q is no key"},
        {"[keys]\nquit = C-m\nhelp = F11\n", ":2:8: C-m is Enter to a terminal"},
        {"[keys]\nhelp = F11\nquit = Q\nquit = x\n", ":4:1: 'quit' stands already in line 3"},
        {"[keys]\nhelp = F11\nquit = F11\n",
         ":3:1: F11 is the key of help already (line 2), everywhere"},
        {"[keys]\nhelp = F11\n[keys.instances]\nstep = d\n",
         ":4:1: step takes d from delete, which has no key left in instances"},
        {"[keys.instance]\nmock = s\n[keys]\nhelp = F11\n", ":2:1: mock takes s from step"},
        {"[keys]\nhelp = F11\nquit = a b c d e f g h i\n", "at most 8 keys"},
        {"[colours]\nx = y\n[keys]\nhelp = F11\n", ":2:1: unknown section 'colours'"},
        {"[keys.instnces]\nstep = x\n[keys]\nhelp = F11\n", "did you mean 'keys.instances'?"},
        {"[theme]\nname = drak\n[keys]\nhelp = F11\n",
         ":2:8: expected dark, light, high-contrast or none, found 'drak'; did you mean 'dark'?"},
        {"[theme]\ncolour = 8\n[keys]\nhelp = F11\n", "unknown option 'colour'; did you mean"},
        {"[screen]\nmouse = maybe\n[keys]\nhelp = F11\n", "expected off or on, found 'maybe'"},
        {"nonsense\n[keys]\nhelp = F11\n", ":1:1: expected NAME = VALUE or [SECTION]"},
        {"[keys\n[keys]\nhelp = F11\n", ":1:1: this section is not closed"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct settings settings = load(mistakes[i].file);
        ASSERT_CONTAINS(text_value(&settings.mistakes), mistakes[i].told);
        CU_ASSERT_EQUAL(settings.mistake_count, 1);
        CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "F11"), COMMAND_HELP);
        settings_release(&settings);
    }
    struct settings settings = load("[keys]\nquit = \xff\n");
    CU_ASSERT_EQUAL(settings.mistake_count, 1);
    settings_release(&settings);
    suite_write("settings-folder/spex-tui.ini/x", "", 0);
    CU_ASSERT_FATAL(settings_load(&settings, suite_scratch_path("settings-folder")));
    CU_ASSERT_EQUAL(settings.mistake_count, 1);
    settings_release(&settings);
}

/* What stands between .RS and .RE below the heading, without the roff escapes. */
static void example_of_the_manual(struct text *file)
{
    char *page;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(suite_source("man/spex-tui.1"), 0, &page, &length, &error), error);
    const char *heading = strstr(page, "\n.SH CONFIGURATION\n");
    const char *start = heading ? strstr(heading, "\n.RS\n") : NULL;
    const char *end = start ? strstr(start, "\n.RE\n") : NULL;
    CU_ASSERT_FATAL(end != NULL);
    for (const char *c = start + 5; c <= end; c++)
        if (c[0] != '\\' || c[1] != '-')
            text_append_char(file, *c);
    free(page);
}

static void the_example_of_the_manual_is_loaded(void)
{
    struct text file = {0};
    example_of_the_manual(&file);
    struct settings settings = load(text_value(&file));
    ASSERT_TEXT(text_value(&settings.mistakes), "");
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "C-q"), COMMAND_QUIT);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCE, "F9"), COMMAND_STEP);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "D"), COMMAND_DELETE);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_INSTANCES, "P"), COMMAND_NONE);
    CU_ASSERT_EQUAL(settings.theme, THEME_LIGHT);
    CU_ASSERT(!settings.mouse && settings.ascii && settings.screen_reader && !settings.session);
    settings_release(&settings);
    text_release(&file);
}

/* Whatever the file says, there is a key to quit with, in each view. */
static void there_is_always_a_way_out(void)
{
    struct settings settings = load("[keys]\nquit =\nleave =\nback =\nprompt =\nhelp = F11\n");
    ASSERT_CONTAINS(text_value(&settings.mistakes),
                    "spex-tui.ini:5:1: this leaves no key to quit with, as quit, leave and prompt "
                    "have none: Q stays the key of quit");
    CU_ASSERT_EQUAL(settings.mistake_count, 1);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_HELP, "Q"), COMMAND_QUIT);
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_HELP, "F11"), COMMAND_HELP);
    settings_release(&settings);
    /* In one view only, where another command took the key. */
    settings = load("[keys]\nleave =\nprompt =\n[keys.models]\nadd = Q\n");
    ASSERT_CONTAINS(text_value(&settings.mistakes), ":3:1: this leaves no key to quit with");
    CU_ASSERT_EQUAL(command_of(&settings, VIEW_MODELS, "Q"), COMMAND_QUIT);
    settings_release(&settings);
    /* One of them is enough. */
    static const char *const enough[] = {"[keys]\nquit =\nleave =\nback =\n",
                                         "[keys]\nquit =\nprompt =\nback =\n",
                                         "[keys]\nleave =\nprompt =\nback =\nquit = F9\n"};
    for (size_t i = 0; i < sizeof enough / sizeof *enough; i++) {
        settings = load(enough[i]);
        ASSERT_TEXT(text_value(&settings.mistakes), "");
        CU_ASSERT_EQUAL(command_of(&settings, VIEW_OVERVIEW, "Q"), COMMAND_NONE);
        settings_release(&settings);
    }
}

static void any_file_is_read_without_harm(void)
{
    static const char *const pieces[] = {
        "[keys]",    "[keys.",     "instances]", "\n",    "quit", " = ",  "x",       "C-", "theme",
        "[theme]\n", "name",       "=",          "dark",  "\xff", "\r\n", "; y",     "#",  "Space",
        "\t",        "delete = d", "[screen]",   "mouse", " off", "\x01", "step = s"};
    struct random random = {7};
    unsigned rounds = suite_count(2000, 200000);
    for (unsigned i = 0; i < rounds; i++) {
        struct text file = {0};
        for (uint32_t k = random_below(&random, 30); k > 0; k--)
            text_append(&file, pieces[random_below(&random, sizeof pieces / sizeof *pieces)]);
        const char *path = suite_write("settings-any/spex-tui.ini", text_value(&file), file.length);
        struct settings settings;
        CU_ASSERT_FATAL(settings_load(&settings, suite_scratch_path("settings-any")));
        /* Every mistake says where. */
        for (const char *line = text_value(&settings.mistakes); *line;) {
            CU_ASSERT_EQUAL(strncmp(line, path, strlen(path)), 0);
            line = strchr(line, '\n') + 1;
        }
        settings_release(&settings);
        text_release(&file);
    }
}

/* ---------------------------------------------------------------- the screen */

static void open_with(struct screen *screen, struct settings *settings, bool reader)
{
    screen_open(screen, screen_project(), false);
    screen->explorer->keymap = &settings->keymap;
    screen->explorer->screen_reader = reader;
}

static void the_screen_shows_the_keys_there_are(void)
{
    struct screen screen;
    struct settings settings = load("[keys]\nhelp = F11\n[keys.instances]\nfilter = F9 C-w\n");
    open_with(&screen, &settings, false);
    screen_keys(&screen, "2");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "F9 filter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "F11 help");
    screen_keys(&screen, "F9");
    screen_type(&screen, "state:paid");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "filter: state:paid");
    screen_keys(&screen, "F11");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "F9 C-w        filter");
    screen_close(&screen);
    settings_release(&settings);
}

/* Also in what a view says by itself. */
static void words_name_the_keys_there_are(void)
{
    struct screen screen;
    struct settings settings = load("[keys]\nstep = F9\ngraphs = F4\n");
    open_with(&screen, &settings, false);
    screen_keys(&screen, ":");
    screen_type(&screen, "instance order-mock");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "no history. F9 records its first step.");
    screen_close(&screen);
    settings_release(&settings);
    settings = load("[keys]\nstep =\ngraphs = F4\n");
    open_with(&screen, &settings, false);
    screen_keys(&screen, "8 g");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "(open F4 first)");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "history (choose an instance first)");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "No graph of this specification");
    screen_keys(&screen, "Esc :");
    screen_type(&screen, "instance order-mock");
    screen_keys(&screen, "Enter");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "no history. ");
    CU_ASSERT(strstr(text, "records its first") == NULL);
    screen_close(&screen);
    settings_release(&settings);
}

static void mistakes_are_shown_first(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    struct explorer_options options = {.workspace = screen.explorer->workspace->options,
                                       .mistakes = "spex-tui.ini:2:1: unknown\nand another\n"};
    explorer_free(screen.explorer);
    screen.explorer = explorer_create(&options);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "spex-tui.ini:2:1: unknown");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "any key go on");
    screen_keys(&screen, "2 2");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "all instances");
    screen_close(&screen);
}

static void who_listens_hears_every_view(void)
{
    struct screen screen;
    struct settings settings = load("");
    open_with(&screen, &settings, true);
    static const char *const views[] = {"1", "2", "2 j Enter", "4",  "5",
                                        "6", "7", "8",         "? ", "q s"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        screen_keys(&screen, views[i]);
        const char *text = screen_text(&screen, 80, 24);
        static const char *const drawn[] = {"─", "│", "┌", "▸", "●", "░", "▪", "✓", "◆", "▲"};
        for (size_t k = 0; k < sizeof drawn / sizeof *drawn; k++)
            if (strstr(text, drawn[k]))
                suite_assert_text(text, drawn[k], __FILE__, __LINE__);
    }
    screen_keys(&screen, "Esc 2 j j");
    screen_golden_at(&screen, "reader-instances", 80, 24);
    const struct cell *cell =
        canvas_at(&screen.canvas, screen.canvas.cursor_x, screen.canvas.cursor_y);
    CU_ASSERT_FATAL(cell != NULL);
    CU_ASSERT_EQUAL(cell->role, ROLE_SELECTED);
    struct text row = {0};
    canvas_row(&screen.canvas, screen.canvas.cursor_y, &row);
    ASSERT_CONTAINS(text_value(&row), "> order-00");
    text_release(&row);
    screen_keys(&screen, "d");
    screen_text(&screen, 80, 24);
    CU_ASSERT_EQUAL(screen.canvas.cursor_y, 22); /* at the question */
    screen_keys(&screen, "Esc 4 Tab");
    screen_golden_at(&screen, "reader-graphs", 80, 24);
    screen_close(&screen);
    settings_release(&settings);
}

/* -------------------------------------------------------------- the clipboard */

static void expect_copied(struct screen *screen, const char *keys, const char *expected)
{
    screen_keys(screen, keys);
    struct key copy = key_named("y");
    CU_ASSERT_EQUAL(script_press(screen->explorer, &screen->canvas, &copy), EFFECT_COPY);
    ASSERT_TEXT(text_value(&screen->explorer->clipboard), expected);
}

static void what_is_selected_is_copied(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    expect_copied(&screen, "1 g j", "Lamp");
    expect_copied(&screen, "2 g j", "hall");
    expect_copied(&screen, "j", "naïve \"表\" \\x1B[31m"); /* nothing that a shell would do */
    expect_copied(&screen, "Enter", "naïve \"表\" \\x1B[31m");
    expect_copied(&screen, "2 g Space", "front");
    expect_copied(&screen, "1 g 4", "locked");
    screen_keys(&screen, "6");
    struct key copy = key_named("y");
    CU_ASSERT_EQUAL(script_press(screen.explorer, &screen.canvas, &copy), EFFECT_COPY);
    CU_ASSERT(screen.explorer->clipboard.length > 0);
    screen_close(&screen);
}

/* What a view offers to copy goes the same way: its lines stay, and nothing in them does harm. */
static void what_is_copied_is_harmless_and_no_more_than_fits(void)
{
    enum { TOO_MUCH = 70000 };
    struct screen screen;
    char *much = memory_allocate(TOO_MUCH + 1, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(much);
    memset(much, 'x', TOO_MUCH);
    screen_open(&screen, screen_project(), false);
    explorer_copy(screen.explorer, "the lines", "one\x1b[2J\n\nt\u202ewo\r\n");
    ASSERT_TEXT(text_value(&screen.explorer->clipboard), "one\\x1B[2J\n\nt\\u{202E}wo\\r\n");
    CU_ASSERT_EQUAL(screen.explorer->effect, EFFECT_COPY);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Copied the lines");
    screen.explorer->effect = EFFECT_NONE;
    explorer_copy(screen.explorer, "all of it", much);
    CU_ASSERT_EQUAL(screen.explorer->effect, EFFECT_NONE);
    ASSERT_TEXT(text_value(&screen.explorer->clipboard), "");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24),
                    "Too much for a clipboard (70000 bytes, at most 65536): write it to a file.");
    screen_close(&screen);
    free(much);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"without a file the table holds", without_a_file_the_table_holds},
        {"views stand in the order of their commands", views_stand_in_the_order_of_their_commands},
        {"keys are changed", keys_are_changed},
        {"keys change places", keys_change_places},
        {"choices are made", choices_are_made},
        {"there is always a way out", there_is_always_a_way_out},
        {"a mistake is told and the rest holds", a_mistake_is_told_and_the_rest_holds},
        {"the example of the manual is loaded", the_example_of_the_manual_is_loaded},
        {"any file is read without harm", any_file_is_read_without_harm},
        {"the screen shows the keys there are", the_screen_shows_the_keys_there_are},
        {"words name the keys there are", words_name_the_keys_there_are},
        {"mistakes are shown first", mistakes_are_shown_first},
        {"who listens hears every view", who_listens_hears_every_view},
        {"what is selected is copied", what_is_selected_is_copied},
        {"what is copied is harmless and no more than fits",
         what_is_copied_is_harmless_and_no_more_than_fits},
        {0},
    };
    return suite_run("settings", tests, argc, argv);
}
