/* Every view as text, at four sizes; what keys do to it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/views/screen.h"

/* ------------------------------------------------------------ golden screens */

static void golden(const char *keys, const char *name)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, keys);
    screen_golden(&screen, name);
    screen_close(&screen);
}

static void overview(void)
{
    golden("", "overview");
}

static void overview_of_an_order(void)
{
    golden("j j", "overview-order");
}

static void overview_of_a_bad_file(void)
{
    golden("G", "overview-broken");
}

static void instances(void)
{
    golden("2", "instances");
}

static void overdue_instances(void)
{
    golden("j j Enter o", "instances-overdue");
}

static void instance(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "stuck");
    screen_keys(&screen, "Enter Enter");
    screen_golden(&screen, "instance");
    screen_keys(&screen, "[ [");
    screen_golden(&screen, "instance-past");
    screen_keys(&screen, "s");
    screen_golden(&screen, "instance-step");
    screen_keys(&screen, "Esc m");
    screen_golden(&screen, "instance-mock");
    screen_close(&screen);
}

static void deviating_instance(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "deviated spec:Order");
    screen_keys(&screen, "Enter Enter");
    screen_golden(&screen, "instance-deviated");
    screen_close(&screen);
}

static void graphs(void)
{
    golden("4", "graphs");
}

static void graphs_of_an_order(void)
{
    golden("2 End 3 4", "graphs-order");
}

static void one_graph(void)
{
    golden("4 v", "graphs-specification");
}

static void check(void)
{
    golden("5", "check");
}

static void check_equivalent(void)
{
    golden("5 > >", "check-equivalent");
}

static void models(void)
{
    golden("6", "models");
}

static void events(void)
{
    golden("7", "events");
}

static void export_choices(void)
{
    golden("8", "export");
}

static void help(void)
{
    golden("2 ?", "help");
}

static void everything_in_ascii(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), true);
    static const char *const views[] = {"1", "2", "2 Enter", "4", "5", "6", "7", "8", "?"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        screen_keys(&screen, views[i]);
        const char *text = screen_text(&screen, 80, 24);
        for (const char *c = text; *c; c++)
            if ((unsigned char)*c >= 0x80) {
                suite_assert_text(text, "only ASCII", __FILE__, __LINE__);
                break;
            }
    }
    screen_close(&screen);
}

/* ------------------------------------------------------------------ writing */

static void stepping_records_and_tells_the_verdict(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("stepping"), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "stuck");
    screen_keys(&screen, "Enter s");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "ship → shipped");
    screen_keys(&screen, "Enter");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Recorded ship → shipped: it conforms to the model.");
    ASSERT_CONTAINS(text, "History, 4 steps");
    /* Any action and state is accepted; a deviation is recorded all the same. */
    screen_keys(&screen, "s End Enter");
    screen_type(&screen, "teleport");
    screen_keys(&screen, "Enter");
    screen_type(&screen, "moon");
    screen_keys(&screen, "Enter");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(
        text, "Recorded teleport → moon: a deviation, not equivalent; not accepted by policy.");
    ASSERT_CONTAINS(text, "History, 5 steps");
    ASSERT_CONTAINS(text, "deviated");
    ASSERT_CONTAINS(text, "know this state.");
    screen_close(&screen);
}

static void stepping_by_the_list_of_allowed_steps(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("allowed"), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "stuck");
    screen_keys(&screen, "Enter Enter Tab j Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Recorded refund → refunded: it conforms");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing: this state is");
    screen_close(&screen);
}

static void mocking_asks_before_it_replaces(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("mocking"), false);
    screen_keys(&screen, "j j m");
    screen_type(&screen, "debug-1");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Mock debug-1 (Order) at");
    screen_keys(&screen, "3");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "debug-1 is mocked at paid");
    screen_keys(&screen, "3");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "mocked");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "no history");
    screen_keys(&screen, "1 m");
    screen_type(&screen, "order-stuck");
    screen_keys(&screen, "Enter 1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "order-stuck exists with 3 transitions");
    screen_keys(&screen, "n 2 /");
    screen_type(&screen, "order-stuck");
    screen_keys(&screen, "Enter Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "History, 3 steps");
    screen_close(&screen);
}

static void deleting_asks_first(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("deleting"), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "stuck");
    screen_keys(&screen, "Enter d");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Delete order-stuck with its whole history?");
    screen_keys(&screen, "n");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "order-stuck");
    screen_keys(&screen, "d y");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "No instance matches");
    screen_close(&screen);
}

static void exporting_never_replaces_without_asking(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    const char *path = suite_scratch_path("door.aut");
    screen_keys(&screen, "8 j j j j Enter C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "Wrote");
    char *bytes;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    ASSERT_CONTAINS(bytes, "des (0,4,3)");
    free(bytes);
    screen_keys(&screen, "Enter C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "exists. Replace it?");
    screen_keys(&screen, "n");
    screen_close(&screen);
}

/* --------------------------------------------------------------- moving about */

static void the_cursor_stays_on_its_row(void)
{
    struct screen screen;
    const char *directory = screen_copy("live");
    screen_open(&screen, directory, false);
    screen_keys(&screen, "2 G k k");
    const char *before = screen_text(&screen, 80, 24);
    char line[400];
    const char *cursor = strstr(before, "▸");
    CU_ASSERT_PTR_NOT_NULL_FATAL(cursor);
    snprintf(line, sizeof line, "%.*s", 30, cursor);
    /* Another process puts an instance before all others. */
    spex_manager *manager;
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen.options, &options);
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    ASSERT_OK(spex_mock(manager, "Order", "aaa-first", NULL, "paid", &error), error);
    spex_manager_close(manager);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), line);
    screen_keys(&screen, "g");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "aaa-first");
    screen_close(&screen);
}

static void files_that_change_are_read_again(void)
{
    struct screen screen;
    const char *directory = screen_copy("files");
    screen_open(&screen, directory, false);
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "broken.spec");
    char *path = file_join(directory, "specs/broken.spec");
    const char *mended = "Specification: Mended\nTransitions:\na --[b]-> c\n";
    spex_error error;
    ASSERT_OK(file_replace(path, mended, strlen(mended), &error), error);
    free(path);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Mended");
    screen_close(&screen);
}

static void empty_screens_say_what_to_do(void)
{
    struct screen screen;
    const char *directory = suite_scratch_path("nothing");
    screen_open(&screen, directory, false);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There are no specifications in");
    static const char *const views[] = {"2", "3", "4", "5", "6", "7", "8", "?", "Esc", "q"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        screen_keys(&screen, views[i]);
        CU_ASSERT_TRUE(strlen(screen_text(&screen, 80, 24)) > 60);
    }
    CU_ASSERT_NOT_EQUAL(access("store", F_OK), 0); /* looking creates nothing */
    screen_close(&screen);
}

static void every_size_is_drawn(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    static const char *const views[] = {"1", "2", "Enter", "4", "5", "6", "7", "8", "?", "Esc s"};
    static const int sizes[][2] = {{10, 3}, {1, 1},   {20, 6},   {21, 7},
                                   {30, 8}, {500, 6}, {20, 100}, {79, 23}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        screen_keys(&screen, views[i]);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            screen_text(&screen, sizes[k][0], sizes[k][1]);
    }
    ASSERT_CONTAINS(screen_text(&screen, 10, 3), "too small");
    screen_close(&screen);
}

static void random_keys_do_no_harm(void)
{
    struct random random = {7};
    struct screen screen;
    screen_open(&screen, screen_copy("monkey"), false);
    static const char *const keys[] = {
        "1",         "2",    "3",   "4", "5", "6",   "7",   "8",    "?",    "q",   "Esc",
        "Enter",     "j",    "k",   "h", "l", "g",   "G",   "PgUp", "PgDn", "Tab", "S-Tab",
        "s",         "m",    "d",   "y", "n", "/",   "o",   "t",    "v",    ".",   "[",
        "]",         "<",    ">",   "c", "R", "C-c", "C-l", "a",    "表",   "x",   "Space",
        "Backspace", "Home", "End", ":", "w", "u",   "U",   "W",    "f",    "L"};
    for (int i = 0; i < 3000; i++) {
        const char *key = keys[random_below(&random, sizeof keys / sizeof *keys)];
        if (explorer_view(screen.explorer) == VIEW_OVERVIEW && strcmp(key, "q") == 0)
            continue;
        screen_keys(&screen, key);
        if (i % 16 == 0)
            screen_text(&screen, 20 + (int)random_below(&random, 120),
                        6 + (int)random_below(&random, 50));
    }
    CU_ASSERT_TRUE(strlen(screen_text(&screen, 80, 24)) > 60);
    screen_close(&screen);
}

static void the_prompt_knows_every_command(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, ":");
    screen_type(&screen, "instance order-stuck");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "History, 3 steps");
    screen_keys(&screen, ":");
    screen_type(&screen, "grap");
    screen_keys(&screen, "Tab Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Specification");
    screen_keys(&screen, ":");
    screen_type(&screen, "exprot");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "did you mean export?");
    screen_close(&screen);
}

static void every_command_is_in_the_help(void)
{
    for (int view = 0; view < VIEW_HELP; view++) {
        struct screen screen;
        char digit[2] = {(char)('1' + view), '\0'};
        screen_open(&screen, screen_project(), false);
        screen_keys(&screen, "2 3");
        screen_keys(&screen, digit);
        screen_keys(&screen, "?");
        const char *text = screen_text(&screen, 200, 100);
        for (int i = 0; i < COMMANDS; i++)
            if (command_entry((enum command)i)->views & 1u << view)
                ASSERT_CONTAINS(text, command_entry((enum command)i)->help);
        screen_close(&screen);
    }
}

static void every_command_is_in_the_manual(void)
{
    char *page;
    size_t length;
    spex_error error;
    ASSERT_OK(file_read(suite_source("man/spex-tui.1"), 0, &page, &length, &error), error);
    /* As it reads: without the roff escapes. */
    struct text plain = {0};
    for (const char *c = page; *c; c++)
        if (strncmp(c, "\\(aq", 4) == 0)
            text_append_char(&plain, '\''), c += 3;
        else if (*c == '\\' && (c[1] == '-' || c[1] == '&'))
            text_append(&plain, c[1] == '-' ? "-" : ""), c++;
        else
            text_append_char(&plain, *c);
    for (int i = 0; i < COMMANDS; i++) {
        const struct command_entry *entry = command_entry((enum command)i);
        struct text line = {0};
        text_printf(&line, ".B %s\n.RB ( %s )\n%s", entry->keys, entry->name, entry->help);
        ASSERT_CONTAINS(text_value(&plain), text_value(&line));
        text_release(&line);
    }
    text_release(&plain);
    free(page);
}

/* ------------------------------------------------------------------- pieces */

static void a_canvas_keeps_what_is_wide_whole(void)
{
    struct canvas canvas = {0};
    struct text text = {0};
    canvas_resize(&canvas, 6, 2);
    canvas_put(&canvas, 0, 0, 6, ROLE_NORMAL, "表語x");
    canvas_put(&canvas, 1, 0, 1, ROLE_NORMAL, "a");
    canvas_put(&canvas, 5, 1, 6, ROLE_NORMAL, "表");
    canvas_put(&canvas, 0, 1, 3, ROLE_NORMAL, "\x1b[2J");
    canvas_text(&canvas, &text);
    ASSERT_TEXT(text_value(&text), " a語x\n\\x…  ?\n");
    /* A box that covers half of one takes all of it. */
    canvas_clear(&canvas);
    text_clear(&text);
    canvas_put(&canvas, 0, 0, 6, ROLE_NORMAL, "表語表");
    canvas_fill(&canvas, (struct area){1, 0, 2, 1}, ROLE_NORMAL);
    for (int x = 0; x < 4; x++)
        CU_ASSERT_EQUAL(canvas_at(&canvas, x, 0)->width, 1);
    canvas_text(&canvas, &text);
    ASSERT_TEXT(text_value(&text), "    表\n\n");
    text_release(&text);
    canvas_release(&canvas);
}

static void menus_go_round(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 t Up");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "│▸7 ");
    screen_keys(&screen, "Down");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "│▸1 ");
    screen_keys(&screen, "Esc :");
    screen_type(&screen, "pane");
    screen_keys(&screen, "Up");
    CU_ASSERT_EQUAL(screen.explorer->overlay.cursor + 1, screen.explorer->overlay.item_count);
    screen_keys(&screen, "Down");
    CU_ASSERT_EQUAL(screen.explorer->overlay.cursor, 0);
    screen_close(&screen);
}

static void a_long_message_can_be_read(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "!");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There was no message yet.");
    explorer_message(screen.explorer, ROLE_BAD,
                     "a message of which the most important word stands, as it mostly does, at "
                     "its very end, where no terminal of eighty columns shows it: needle");
    screen_golden_at(&screen, "message-long", 80, 24);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "… ! more");
    CU_ASSERT_PTR_NULL(strstr(text, "needle"));
    screen_keys(&screen, "!");
    screen_golden_at(&screen, "message-whole", 80, 24);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "needle");
    screen_keys(&screen, "j");
    CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
    /* Later too, when it is gone from the screen. */
    screen_keys(&screen, "j k !");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "needle");
    screen_keys(&screen, "Esc");
    /* While a line is typed it stands above it. */
    screen_keys(&screen, "2 /");
    explorer_message(screen.explorer, ROLE_WARNING,
                     "a mistake that takes more words to explain than a single row of a terminal "
                     "with eighty columns has room for: needle");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, " with eighty columns has room for: needle\n /\n");
    screen_keys(&screen, "Esc");
    screen_close(&screen);
}

static void a_long_question_is_shown_whole(void)
{
    struct screen screen;
    struct text question = {0};
    screen_open(&screen, screen_project(), false);
    text_append(&question, "Delete ");
    for (int i = 0; i < 20; i++)
        text_append(&question, "an-identifier-");
    text_append(&question, "17 with its whole history?");
    overlay_question(&screen.explorer->overlay, text_value(&question), &(struct overlay_calls){0});
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "│ its whole history? ");
    ASSERT_CONTAINS(text, "… y/n\n");
    screen_keys(&screen, "y");
    CU_ASSERT_EQUAL(screen.explorer->overlay.kind, OVERLAY_NONE);
    text_release(&question);
    screen_close(&screen);
}

/* Every view once in ASCII, of which what colours and signs mean is left. */
static void views_in_ascii(void)
{
    static const struct {
        const char *keys, *name;
    } views[] = {{"", "overview-ascii"},
                 {"2 /", "instances-ascii"},
                 {"2 / Esc G 3 w", "what-if-ascii"},
                 {"2 t", "instances-sort-ascii"},
                 {"j j 4", "graphs-ascii"},
                 {"6", "models-ascii"},
                 {"7", "events-ascii"},
                 {"8", "export-ascii"},
                 {"2 ?", "help-ascii"},
                 {"2 :", "prompt-ascii"}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct screen screen;
        screen_open(&screen, screen_project(), true);
        screen_keys(&screen, views[i].keys);
        screen_golden_at(&screen, views[i].name, 80, 24);
        const char *text = screen_text(&screen, 80, 24);
        for (const char *c = text; *c; c++)
            if ((unsigned char)*c >= 0x80 && !strstr(text, "表"))
                CU_FAIL("a screen in ASCII that is not");
        screen_close(&screen);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"overview", overview},
        {"overview of an order", overview_of_an_order},
        {"overview of a bad file", overview_of_a_bad_file},
        {"instances", instances},
        {"overdue instances", overdue_instances},
        {"instance", instance},
        {"deviating instance", deviating_instance},
        {"graphs", graphs},
        {"graphs of an order", graphs_of_an_order},
        {"one graph", one_graph},
        {"check", check},
        {"check equivalent", check_equivalent},
        {"models", models},
        {"events", events},
        {"export choices", export_choices},
        {"help", help},
        {"everything in ASCII", everything_in_ascii},
        {"stepping records and tells the verdict", stepping_records_and_tells_the_verdict},
        {"stepping by the list of allowed steps", stepping_by_the_list_of_allowed_steps},
        {"mocking asks before it replaces", mocking_asks_before_it_replaces},
        {"deleting asks first", deleting_asks_first},
        {"exporting never replaces without asking", exporting_never_replaces_without_asking},
        {"the cursor stays on its row", the_cursor_stays_on_its_row},
        {"files that change are read again", files_that_change_are_read_again},
        {"empty screens say what to do", empty_screens_say_what_to_do},
        {"every size is drawn", every_size_is_drawn},
        {"random keys do no harm", random_keys_do_no_harm},
        {"the prompt knows every command", the_prompt_knows_every_command},
        {"every command is in the help", every_command_is_in_the_help},
        {"every command is in the manual", every_command_is_in_the_manual},
        {"menus go round", menus_go_round},
        {"a long message can be read", a_long_message_can_be_read},
        {"a long question is shown whole", a_long_question_is_shown_whole},
        {"views in ASCII", views_in_ascii},
        {"a canvas keeps what is wide whole", a_canvas_keeps_what_is_wide_whole},
        {0},
    };
    return suite_run("views", tests, argc, argv);
}
