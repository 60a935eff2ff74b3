#include "tests/views/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "views/commands/script.h"

static _Atomic int64_t clock_now = SCREEN_NOW; /* lanes read it too */

void screen_clock_set(int64_t now)
{
    clock_now = now;
}

static int64_t read_clock(void *context)
{
    (void)context;
    return clock_now;
}

static spex_clock screen_clock(void)
{
    return (spex_clock){.wall = read_clock, .monotonic = read_clock, .context = NULL};
}

static void die(const spex_error *error)
{
    fprintf(stderr, "%s\n", error->message);
    exit(99);
}

/* Relative, so that every run shows the same paths. */
static void use_directory(struct project_options *options, const char *directory)
{
    spex_error error;
    if (file_make_directory(directory, &error) || chdir(directory) ||
        project_options_load(options, NULL, &error) ||
        project_options_set(options, "specs_dir", "specs", &error) ||
        project_options_set(options, "impl_models_dir", "models", &error) ||
        project_options_set(options, "store_dir", "store", &error))
        die(&error);
}

void screen_open(struct screen *screen, const char *directory, bool ascii)
{
    memset(screen, 0, sizeof *screen);
    use_directory(&screen->options, directory);
    struct explorer_options options = {
        .workspace = {.project = screen->options, .clock = screen_clock()},
        .ascii = ascii,
        .config_dir = suite_scratch_path("config"),
        .state_dir = suite_scratch_path("state")};
    screen->explorer = explorer_create(&options);
    if (!screen->explorer)
        exit(99);
    explorer_settle(screen->explorer);
}

void screen_close(struct screen *screen)
{
    explorer_free(screen->explorer);
    canvas_release(&screen->canvas);
    project_options_release(&screen->options);
}

void screen_keys(struct screen *screen, const char *keys)
{
    if (!screen->canvas.cells)
        canvas_resize(&screen->canvas, 80, 24);
    while (*keys) {
        char name[16];
        size_t length = strcspn(keys, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, keys);
        struct key key = key_named(name);
        script_press(screen->explorer, &screen->canvas, &key);
        keys += length + strspn(keys + length, " ");
    }
}

void screen_type(struct screen *screen, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        size_t taken;
        struct key key = {0};
        utf8_next(text + i, length - i, &taken);
        memcpy(key.text, text + i, taken);
        memcpy(key.name, text + i, taken);
        script_press(screen->explorer, &screen->canvas, &key);
        i += taken;
    }
}

const char *screen_text(struct screen *screen, int width, int height)
{
    static struct text text; /* one screen at a time */
    canvas_resize(&screen->canvas, width, height);
    script_draw(screen->explorer, &screen->canvas);
    text_clear(&text);
    canvas_text(&screen->canvas, &text);
    return text_value(&text);
}

void screen_golden_at(struct screen *screen, const char *name, int width, int height)
{
    const char *write = getenv("SPEX_GOLDEN");
    char file[128];
    snprintf(file, sizeof file, "tests/golden/views/%s-%dx%d.txt", name, width, height);
    const char *shown = screen_text(screen, width, height);
    const char *path = suite_source(file);
    spex_error error;
    if (write && strcmp(write, "write") == 0) {
        ASSERT_OK(file_replace(path, shown, strlen(shown), &error), error);
        return;
    }
    char *expected = NULL;
    size_t length;
    if (suite_assert_ok(file_read(path, 0, &expected, &length, &error), &error, file, 0))
        suite_assert_text(shown, expected, file, 0);
    free(expected);
}

void screen_golden(struct screen *screen, const char *name)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {40, 12}, {200, 60}};
    for (int i = 0; i < 4; i++)
        screen_golden_at(screen, name, sizes[i][0], sizes[i][1]);
    canvas_resize(&screen->canvas, 80, 24);
    explorer_draw(screen->explorer, &screen->canvas);
}

/* ------------------------------------------------------------- the project */

static const char order_spec[] = "# an order, from basket to doorstep\n"
                                 "Specification: Order\n"
                                 "Transition timeout: 1h\n"
                                 "Prune timeout: 2d\n"
                                 "Prunable states: terminal\n"
                                 "Transitions:\n"
                                 "basket --[checkout]-> paying\n"
                                 "paying --[pay]-> paid\n"
                                 "paying --[fail]-> basket\n"
                                 "paying --[cancel]-> cancelled\n"
                                 "paid --[ship]-> shipped\n"
                                 "paid --[refund]-> refunded\n"
                                 "shipped --[deliver]-> delivered\n"
                                 "shipped --[lose]-> refunded\n";

static const char order_model[] = "Specification: Order\n"
                                  "Learning mode: false\n"
                                  "Transitions:\n"
                                  "basket --[checkout]-> paying\n"
                                  "nil --[__initialisation__]-> basket\n"
                                  "paid --[refund]-> refunded\n"
                                  "paid --[ship]-> shipped\n"
                                  "paying --[cancel]-> cancelled\n"
                                  "paying --[fail]-> basket\n"
                                  "paying --[pay]-> paid\n"
                                  "shipped --[deliver]-> delivered\n"
                                  "shipped --[lose]-> refunded\n";

static const char door_spec[] = "Specification: Door\n"
                                "Transitions:\n"
                                "closed --[open]-> open\n"
                                "open --[close]-> closed\n"
                                "closed --[lock]-> locked\n"
                                "locked --[unlock]-> closed\n";

/* Opens although it is locked; was never seen unlocked. */
static const char door_model[] = "Specification: Door\n"
                                 "Learning mode: false\n"
                                 "Transitions:\n"
                                 "closed --[lock]-> locked\n"
                                 "closed --[open]-> open\n"
                                 "locked --[open]-> open\n"
                                 "nil --[__initialisation__]-> closed\n"
                                 "open --[close]-> closed\n";

static const char lamp_spec[] = "Specification: Lamp\n"
                                "Transitions:\n"
                                "off --[on]-> burning\n"
                                "burning --[off]-> off\n"
                                "burning --[__internal__]-> broken\n";

static void file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "project/%s", name);
    suite_write(path, text, strlen(text));
}

static void record(spex_manager *manager, const char *specification, const char *identifier,
                   const char *meta, const char *steps, int64_t hours_ago)
{
    int64_t at = SCREEN_NOW - hours_ago * INT64_C(3600000000);
    spex_init_at(manager, specification, identifier, meta, NULL, at, SPEX_HERE, NULL, NULL);
    while (*steps) {
        char action[64], state[64];
        int used = 0;
        if (sscanf(steps, "%63[^>]>%63s%n", action, state, &used) != 2)
            exit(99);
        at += INT64_C(61000000);
        spex_transition_at(manager, identifier, action, state, at, SPEX_HERE, NULL, NULL);
        steps += used;
        steps += strspn(steps, " ");
    }
}

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void fill(const struct project_options *options)
{
    spex_error error;
    spex_manager *manager;
    spex_manager_options manager_options;
    struct project project;
    spex_manager_options_init(&manager_options);
    project_manager_options(options, &manager_options);
    manager_options.passive = true;
    manager_options.clock = screen_clock();
    manager_options.log = quiet;
    if (spex_manager_open(&manager, &manager_options, &error))
        die(&error);
    project_load(&project, options, NULL, 0, &error);
    for (size_t i = 0; i < project.count; i++)
        if (project.entries[i].specification &&
            spex_manager_add_specification(manager, project.entries[i].specification, NULL, NULL,
                                           &error))
            die(&error);
    char identifier[32];
    for (int i = 0; i < 40; i++) {
        snprintf(identifier, sizeof identifier, "order-%02d", i);
        record(manager, "Order", identifier, NULL,
               i % 3 ? "checkout>paying pay>paid ship>shipped deliver>delivered"
                     : "checkout>paying fail>basket checkout>paying cancel>cancelled",
               i + 1);
    }
    record(manager, "Order", "order-stuck", "{\"customer\":42}", "checkout>paying pay>paid", 26);
    record(manager, "Order", "order-strange", NULL, "checkout>paying ship>shipped", 3);
    record(manager, "Order", "naïve \"表\" \x1b[31m", NULL, "checkout>paying", 0);
    record(manager, "Door", "front", NULL, "open>open close>closed lock>locked open>open", 5);
    record(manager, "Lamp", "hall", NULL, "on>burning off>off", 7);
    if (spex_mock(manager, "Order", "order-mock", NULL, "paid", &error))
        die(&error);
    spex_manager_close(manager);
    project_release(&project);
}

const char *screen_project(void)
{
    static bool made;
    const char *directory = suite_scratch_path("project");
    if (made)
        return directory;
    made = true;
    setenv("TZ", "UTC", 1);
    /* Our own layout, so that pictures do not depend on Graphviz and its version. */
    setenv("SPEX_GRAPHVIZ", "/nonexistent", 1);
    file("specs/order.spec", order_spec);
    file("specs/door.spec", door_spec);
    file("specs/lamp.spec", lamp_spec);
    file("specs/broken.spec", "Specification: Broken\nTransitons:\n");
    file("models/Order.spex", order_model);
    file("models/Door.spex", door_model);
    struct project_options options = {0};
    use_directory(&options, directory);
    fill(&options);
    project_options_release(&options);
    return directory;
}

const char *screen_copy(const char *name)
{
    char command[1200];
    const char *copy = suite_scratch_path(name);
    snprintf(command, sizeof command, "cp -r '%s' '%s'", screen_project(), copy);
    CU_ASSERT_EQUAL(system(command), 0);
    return copy;
}

void screen_golden_of(const char *directory, bool ascii, const char *keys, const char *name)
{
    struct screen screen;
    screen_open(&screen, directory, ascii);
    screen_keys(&screen, keys);
    screen_golden(&screen, name);
    screen_close(&screen);
}

void screen_expect(struct screen *screen, const char *part)
{
    ASSERT_CONTAINS(screen_text(screen, 120, 40), part);
}

void screen_expect_none(struct screen *screen, const char *part)
{
    const char *text = screen_text(screen, 120, 40);
    if (strstr(text, part))
        suite_assert_text(text, part, __FILE__, __LINE__);
    CU_ASSERT_PTR_NULL(strstr(text, part));
}

void screen_look_again(struct screen *screen)
{
    workspace_refresh(screen->explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen->explorer);
}

void screen_elsewhere(struct screen *screen, void (*call)(spex_manager *manager, int64_t at),
                      int64_t at)
{
    spex_manager *manager;
    spex_manager_options options;
    struct project project;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    ASSERT_OK(project_load(&project, &screen->options, NULL, 0, &error), error);
    for (size_t i = 0; i < project.count; i++)
        if (project.entries[i].specification)
            ASSERT_OK(spex_manager_add_specification(manager, project.entries[i].specification,
                                                     NULL, NULL, &error),
                      error);
    call(manager, at);
    spex_manager_close(manager);
    project_release(&project);
    screen_look_again(screen);
}

void screen_filter(struct screen *screen, const char *text)
{
    screen_keys(screen, "2 / C-u");
    screen_type(screen, text);
    screen_keys(screen, "Enter");
}
