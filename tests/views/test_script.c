/* Scripts: how keys are written, and screens without a terminal. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/keys.h"
#include "views/commands/script.h"

static struct script parse(const char *text)
{
    struct script script;
    spex_error error = {0};
    ASSERT_OK(script_parse(&script, text, &error), error);
    return script;
}

static void assert_names(const char *text, const char *expected)
{
    struct script script = parse(text);
    struct text names = {0};
    for (size_t i = 0; i < script.count; i++) {
        const struct script_step *step = &script.steps[i];
        const char *name = step->kind == SCRIPT_DUMP ? "(dump)" : step->key.name;
        text_printf(&names, "%s%s", i ? " " : "", name);
    }
    ASSERT_TEXT(text_value(&names), expected);
    text_release(&names);
    script_release(&script);
}

static void keys_are_read_as_they_are_written(void)
{
    assert_names("", "");
    assert_names(" Down  j\n? F5 C-l S-Left dump", "Down j ? F5 C-l S-Left (dump)");
    assert_names("/ \"id~x y\" enter pgdn", "/ i d ~ x Space y Enter PgDn");
    assert_names("\"a\\\"b\\\\c\\d\" é 表 @", "a \" b \\ c \\ d é 表 @");
    struct script script = parse("Press@10,5 Resize@120x40 WheelDown@0,0");
    CU_ASSERT_EQUAL_FATAL(script.count, 3);
    CU_ASSERT(script.steps[0].key.mouse && script.steps[0].key.x == 10 &&
              script.steps[0].key.y == 5);
    CU_ASSERT(script.steps[1].kind == SCRIPT_RESIZE && script.steps[1].width == 120 &&
              script.steps[1].height == 40);
    script_release(&script);
}

static void every_key_of_the_table_is_a_key(void)
{
    for (int i = 0; i < COMMANDS; i++)
        for (const char *place = command_entry((enum command)i)->keys; *place;) {
            size_t length = strcspn(place, " ");
            struct key key;
            spex_error error = {0};
            ASSERT_OK(key_parse(place, length, &key, &error), error);
            CU_ASSERT_EQUAL(strncmp(key.name, place, length), 0);
            place += length + strspn(place + length, " ");
        }
}

static void a_mistake_is_told(void)
{
    static const char *const mistakes[][2] = {
        {"j Dwn", "did you mean Down?"},
        {"hello", "text to be typed stands in double quotes"},
        {"/ \"open", "the double quote before open is not closed"},
        {"\"a\nb\"", "one line of text"},
        {"Press@10", "expected COLUMN,ROW"},
        {"Press@-1,5", "expected COLUMN,ROW"},
        {"Resize@80", "expected Resize@WIDTHxHEIGHT"},
        {"Resize@0x9", "expected Resize@WIDTHxHEIGHT"},
        {"Punch@1,1", "Punch@1,1: before @ expected Press"},
        {"C-m", "C-m is Enter to a terminal"},
        {"C-", "is no key"},
        {"F13", "is no key"},
        {"a\xff", "no UTF-8"},
        {"\x01", "is no key"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct script script;
        spex_error error = {0};
        CU_ASSERT_EQUAL(script_parse(&script, mistakes[i][0], &error), SPEX_ERROR_USAGE);
        ASSERT_CONTAINS(error.message, mistakes[i][1]);
    }
}

static struct text printed;

static void print(const struct canvas *canvas)
{
    canvas_text(canvas, &printed);
}

static void a_script_shows_what_its_keys_did(void)
{
    struct screen screen;
    struct script script =
        parse("2 / \"id=order-stuck\" Enter Enter dump Resize@100x30 4 dump Q 1 dump");
    screen_open(&screen, screen_project(), false);
    canvas_resize(&screen.canvas, 80, 24);
    script_run(&script, screen.explorer, &screen.canvas, print);
    size_t lines = 0;
    for (const char *c = text_value(&printed); *c; c++)
        lines += *c == '\n';
    CU_ASSERT_EQUAL(lines, 24 + 30); /* nothing after quitting */
    ASSERT_CONTAINS(text_value(&printed), "History, 3 steps");
    ASSERT_CONTAINS(text_value(&printed), "Specification");
    text_release(&printed);
    script_release(&script);
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"keys are read as they are written", keys_are_read_as_they_are_written},
        {"every key of the table is a key", every_key_of_the_table_is_a_key},
        {"a mistake is told", a_mistake_is_told},
        {"a script shows what its keys did", a_script_shows_what_its_keys_did},
        {0},
    };
    return suite_run("script", tests, argc, argv);
}
