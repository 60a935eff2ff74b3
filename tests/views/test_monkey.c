/*
 * Random keys, mouse and sizes, for as long as is wanted: nothing but clean screens. SPEX_SEED
 * chooses another run, which is printed; every second round waits for all work after each
 * event, so that it happens again the same way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/keys.h"

enum { ROUND = 1000, REMEMBERED = 40, MOST_KEYS = 400 };

struct monkey {
    struct screen screen;
    struct random random;
    struct key keys[MOST_KEYS];
    size_t key_count;
    bool settled;
    int64_t now;
    unsigned done;
    char last[REMEMBERED][40]; /* what was done, the newest at done % REMEMBERED */
};

/* Of the whole command table, what lines and menus take, and letters for names. */
static void gather_keys(struct monkey *monkey)
{
    static const char others[] =
        "Left Right Up Down Home End Delete Backspace Enter Enter Enter Tab Esc Esc C-u C-w C-k "
        "C-a "
        "C-e C-g 1 2 3 4 5 6 7 8 9 y n a b o r d e spec: x ~ = : , ( ) \" \\ 表 é F12 U+0000";
    struct text all = {0};
    for (int i = 0; i < COMMANDS; i++)
        text_printf(&all, "%s ", command_entry((enum command)i)->keys);
    text_append(&all, others);
    for (const char *place = text_value(&all); *place && monkey->key_count < MOST_KEYS;) {
        size_t length = strcspn(place, " ");
        struct key key;
        if (!key_parse(place, length, &key, NULL) && strcmp(key.name, "Q") != 0)
            monkey->keys[monkey->key_count++] = key;
        place += length + strspn(place + length, " ");
    }
    text_release(&all);
}

static void fail(const struct monkey *monkey, const char *what)
{
    fprintf(stderr, "%s, after %u events. The last ones:\n", what, monkey->done);
    for (unsigned i = 0; i < REMEMBERED; i++)
        fprintf(stderr, " %s", monkey->last[(monkey->done + 1 + i) % REMEMBERED]);
    fprintf(stderr, "\n");
    CU_FAIL_FATAL("no clean screen");
}

static void check_cell(const struct monkey *monkey, const struct canvas *canvas, int x, int y)
{
    const struct cell *cell = canvas_at(canvas, x, y);
    size_t length = strnlen(cell->text, sizeof cell->text);
    if (cell->role >= ROLE_COUNT)
        fail(monkey, "a cell of no meaning");
    if (length == 1 && cell->text[0] >= ' ' && cell->text[0] <= '~' && cell->width == 1)
        return;
    if (length == 0 && cell->width == 0 && x > 0 && canvas_at(canvas, x - 1, y)->width == 2)
        return;
    if (length == 0 || length == sizeof cell->text || !utf8_valid(cell->text, length) ||
        utf8_grapheme(cell->text, length) != length)
        fail(monkey, "a cell that holds no grapheme");
    int width = utf8_grapheme_width(cell->text, length);
    if (cell->width != (width ? width : 1))
        fail(monkey, "a cell of the wrong width");
    if (cell->width == 2 && (x + 1 == canvas->width || canvas_at(canvas, x + 1, y)->width != 0))
        fail(monkey, "half a wide grapheme");
    struct text visible = {0};
    text_append_visible(&visible, cell->text);
    if (strcmp(text_value(&visible), cell->text) != 0)
        fail(monkey, "a cell that is not printable");
    text_release(&visible);
}

static void check_screen(struct monkey *monkey)
{
    struct canvas *canvas = &monkey->screen.canvas;
    explorer_draw(monkey->screen.explorer, canvas);
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            check_cell(monkey, canvas, x, y);
    if (canvas->cursor_x >= 0 && (canvas->cursor_x > canvas->width || canvas->cursor_y < 0 ||
                                  canvas->cursor_y >= canvas->height))
        fail(monkey, "a cursor outside of the screen");
}

static struct key any_mouse(struct monkey *monkey)
{
    static const char *const names[] = {"Press",   "Press",     "Drag",      "Release",
                                        "WheelUp", "WheelDown", "WheelLeft", "WheelRight"};
    struct canvas *canvas = &monkey->screen.canvas;
    struct key key = key_named(names[random_below(&monkey->random, 8)]);
    key.mouse = true;
    /* One cell outside is what a terminal reports after it became smaller. */
    key.x = (int)random_below(&monkey->random, (uint32_t)canvas->width + 1);
    key.y = (int)random_below(&monkey->random, (uint32_t)canvas->height + 1);
    return key;
}

static void resize(struct monkey *monkey)
{
    static const int usual[][2] = {{80, 24}, {120, 40}, {40, 12}, {20, 6}};
    uint32_t which = random_below(&monkey->random, 6);
    int width = which < 4 ? usual[which][0] : 1 + (int)random_below(&monkey->random, 130);
    int height = which < 4 ? usual[which][1] : 1 + (int)random_below(&monkey->random, 45);
    canvas_resize(&monkey->screen.canvas, width, height);
}

/* Nothing is to be written outside of the scratch folder: no '/' into a line. */
static bool harmless(const struct monkey *monkey, const struct key *key)
{
    return monkey->screen.explorer->overlay.kind == OVERLAY_NONE || strcmp(key->text, "/") != 0;
}

static void act(struct monkey *monkey)
{
    struct explorer *explorer = monkey->screen.explorer;
    char *note = monkey->last[monkey->done % REMEMBERED];
    uint32_t kind = random_below(&monkey->random, 100);
    struct key key = {0};
    if (kind < 3) {
        resize(monkey);
        snprintf(note, 40, "Resize@%dx%d", monkey->screen.canvas.width,
                 monkey->screen.canvas.height);
    } else if (kind < 13) {
        key = any_mouse(monkey);
        snprintf(note, 40, "%s@%d,%d", key.name, key.x, key.y);
    } else {
        key = monkey->keys[random_below(&monkey->random, (uint32_t)monkey->key_count)];
        snprintf(note, 40, "%s", key.name);
    }
    if (*key.name && harmless(monkey, &key))
        explorer_key(explorer, &key);
    monkey->now += random_below(&monkey->random, 400000);
    screen_clock_set(monkey->now);
    explorer_tick(explorer);
    if (monkey->settled || random_below(&monkey->random, 50) == 0)
        explorer_settle(explorer);
}

/* Each round begins with the same project: what was deleted is there again. */
static void begin_round(struct monkey *monkey, unsigned number)
{
    char name[32];
    snprintf(name, sizeof name, "monkey-%u", number);
    monkey->now = SCREEN_NOW;
    screen_clock_set(monkey->now);
    monkey->settled = number % 2 == 0;
    screen_open(&monkey->screen, screen_copy(name), number % 5 == 4);
    monkey->screen.explorer->screen_reader = number % 7 == 6;
    canvas_resize(&monkey->screen.canvas, 80, 24);
}

static void end_round(struct monkey *monkey, unsigned number)
{
    char command[1200], name[32];
    snprintf(name, sizeof name, "monkey-%u", number);
    screen_close(&monkey->screen);
    snprintf(command, sizeof command, "cd / && rm -rf '%s'", suite_scratch_path(name));
    CU_ASSERT_EQUAL(system(command), 0);
    CU_ASSERT_EQUAL(chdir(suite_scratch()), 0);
}

static void nothing_but_clean_screens(void)
{
    const char *chosen = getenv("SPEX_SEED");
    struct monkey monkey = {.random = {chosen ? strtoull(chosen, NULL, 10) : 20260131}};
    unsigned events = suite_count(15000, 1000000);
    printf("monkey: %u events, SPEX_SEED=%llu\n", events, (unsigned long long)monkey.random.state);
    screen_project();
    gather_keys(&monkey);
    for (unsigned round = 0; monkey.done < events; round++) {
        begin_round(&monkey, round);
        for (unsigned i = 0; i < ROUND && monkey.done < events; i++, monkey.done++) {
            act(&monkey);
            check_screen(&monkey);
        }
        end_round(&monkey, round);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"nothing but clean screens", nothing_but_clean_screens},
        {0},
    };
    return suite_run("monkey", tests, argc, argv);
}
