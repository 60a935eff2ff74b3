/* The mouse: rows, menus, lines, questions, the last row. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/script.h"

/* Presses where the screen shows the text; false: it does not. */
static bool press_on(struct screen *screen, const char *part)
{
    const char *text = screen_text(screen, 80, 24), *found = strstr(text, part);
    if (!found)
        return false;
    struct key key = {.name = "Press", .mouse = true};
    const char *line = text;
    for (const char *c = text; c < found; c++)
        if (*c == '\n') {
            key.y++;
            line = c + 1;
        }
    char *before = memory_copy_bytes(line, (size_t)(found - line));
    key.x = utf8_width(before);
    free(before);
    script_press(screen->explorer, &screen->canvas, &key);
    return true;
}

/* In every list a press puts the cursor on the row, and another one opens it. */
static void a_press_chooses_a_row(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    static const struct {
        const char *keys, *row, *selected;
        enum view_id opened; /* VIEW_HELP: a line to type */
    } cases[] = {{"1 g", "Order  ", "▸ Order  ", VIEW_INSTANCES},
                 {"1 g 6", "closed  open → open", "▸  closed  open → open", VIEW_GRAPHS},
                 {"1 g 7 g", "hall", "▸ 31 Jan 05:00:00", VIEW_INSTANCE},
                 {"1 g 8 g", ".aut", "▸ specification  .aut", VIEW_HELP}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        screen_keys(&screen, cases[i].keys);
        enum view_id view = explorer_view(screen.explorer);
        CU_ASSERT_TRUE(press_on(&screen, cases[i].row));
        CU_ASSERT_EQUAL(explorer_view(screen.explorer), view);
        const char *text = screen_text(&screen, 80, 24);
        ASSERT_CONTAINS(text, cases[i].selected);
        CU_ASSERT_TRUE(press_on(&screen, cases[i].row));
        if (cases[i].opened == VIEW_HELP)
            ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Write to:");
        else
            CU_ASSERT_EQUAL(explorer_view(screen.explorer), cases[i].opened);
    }
    screen_close(&screen);
}

static void a_press_away_from_the_rows_does_nothing(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    for (char view = '1'; view <= '8'; view++) {
        char keys[] = {'1', ' ', view, ' ', 'g', '\0'};
        screen_keys(&screen, keys);
        char *before = memory_copy_text(screen_text(&screen, 80, 24));
        struct key key = {.name = "Press", .mouse = true, .x = 10, .y = 22};
        script_press(screen.explorer, &screen.canvas, &key);
        key.y = 500;
        script_press(screen.explorer, &screen.canvas, &key);
        key.y = -1;
        script_press(screen.explorer, &screen.canvas, &key);
        ASSERT_TEXT(screen_text(&screen, 80, 24), before);
        free(before);
    }
    screen_close(&screen);
}

static void a_press_chooses_in_a_menu(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 t");
    struct key key = {.name = "WheelDown", .mouse = true};
    script_press(screen.explorer, &screen.canvas, &key);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "│▸2 ");
    /* Beside the menu, and on its frame. */
    CU_ASSERT_TRUE(press_on(&screen, "┌─"));
    key = (struct key){.name = "Press", .mouse = true, .x = 1, .y = 12};
    script_press(screen.explorer, &screen.canvas, &key);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "│▸2 ");
    CU_ASSERT_TRUE(press_on(&screen, "3 state"));
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "by state");
    CU_ASSERT_PTR_NULL(strstr(text, "┌─"));
    screen_close(&screen);
}

static void press_at(struct screen *screen, const char *name, int x, int y)
{
    struct key key = key_named(name);
    key.mouse = true;
    key.x = x;
    key.y = y;
    script_press(screen->explorer, &screen->canvas, &key);
}

static void a_press_puts_the_cursor_into_a_line(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "naïve-表x");
    screen_text(&screen, 80, 24);
    /* Each column of "/ naïve-表x", of which one letter takes two, and what lies behind. */
    static const size_t places[] = {0, 1, 2, 4, 5, 6, 7, 7, 10, 11, 11};
    for (int i = 0; i < 11; i++) {
        press_at(&screen, "Press", 3 + i, 22);
        CU_ASSERT_EQUAL(screen.explorer->overlay.editor.cursor, places[i]);
    }
    press_at(&screen, "Press", 3, 22);
    screen_keys(&screen, "Delete");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "/ aïve-表x");
    /* Of a line that is longer than the screen, what shows. */
    screen_keys(&screen, "C-u End");
    for (int i = 0; i < 100; i++)
        screen_type(&screen, "a");
    screen_text(&screen, 80, 24);
    size_t end = screen.explorer->overlay.editor.cursor;
    press_at(&screen, "Press", 5, 22);
    size_t cursor = screen.explorer->overlay.editor.cursor;
    CU_ASSERT_TRUE(cursor > 20 && cursor < end - 60);
    /* Elsewhere nothing happens. */
    press_at(&screen, "Press", 30, 3);
    press_at(&screen, "Press", 79, 22);
    CU_ASSERT_EQUAL(screen.explorer->overlay.editor.cursor, cursor);
    screen_keys(&screen, "Esc");
    screen_close(&screen);
}

static void a_press_answers_a_question(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("press-question"), false);
    screen_keys(&screen, "2 / x Esc g j d");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Delete hall with its whole history? y/n");
    press_at(&screen, "Press", 10, 5);
    CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_QUESTION);
    CU_ASSERT_TRUE(press_on(&screen, "n\n"));
    CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "hall");
    screen_keys(&screen, "d");
    CU_ASSERT_TRUE(press_on(&screen, "y/n"));
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Deleted hall.");
    /* Letting the button go keeps the message. */
    press_at(&screen, "Release", 10, 22);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Deleted hall.");
    screen_keys(&screen, "d");
    CU_ASSERT_TRUE(press_on(&screen, "y yes"));
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Deleted ");
    screen_close(&screen);
}

static void the_last_row_is_pressed_like_keys(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    CU_ASSERT_TRUE(press_on(&screen, "4 graphs"));
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_GRAPHS);
    CU_ASSERT_TRUE(press_on(&screen, "q back"));
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
    screen_keys(&screen, "2 t");
    CU_ASSERT_TRUE(press_on(&screen, "Esc cancel"));
    CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
    screen_close(&screen);
}

static void suggestions_are_pressed_and_turned(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 :");
    for (int i = 0; i < 30; i++)
        press_at(&screen, "WheelDown", 10, 12);
    screen_text(&screen, 80, 24);
    CU_ASSERT_EQUAL(screen.explorer->overlay.cursor, 29);
    press_at(&screen, "WheelUp", 10, 12);
    CU_ASSERT_EQUAL(screen.explorer->overlay.cursor, 28);
    screen_type(&screen, "graphs ");
    screen_text(&screen, 80, 24);
    press_at(&screen, "Press", 4, 19);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "│▸Lamp");
    ASSERT_CONTAINS(text, ": graphs Lamp");
    press_at(&screen, "Press", 4, 19);
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_GRAPHS);
    ASSERT_TEXT(screen.explorer->selection.specification, "Lamp");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a press chooses a row", a_press_chooses_a_row},
        {"a press away from the rows does nothing", a_press_away_from_the_rows_does_nothing},
        {"a press chooses in a menu", a_press_chooses_in_a_menu},
        {"a press puts the cursor into a line", a_press_puts_the_cursor_into_a_line},
        {"a press answers a question", a_press_answers_a_question},
        {"the last row is pressed like keys", the_last_row_is_pressed_like_keys},
        {"suggestions are pressed and turned", suggestions_are_pressed_and_turned},
        {0},
    };
    return suite_run("mouse", tests, argc, argv);
}
