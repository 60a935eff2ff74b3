/* What views export to files: shaped as the command prints it, whole or not at all, and never
 * over what is there without a question. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file_stream.h"
#include "tests/views/screen.h"
#include "views/export/export_rows.h"

/* Enter on the choice, and the path. */
static const char *export_to(struct screen *screen, const char *name)
{
    const char *path = suite_scratch_path(name);
    screen_keys(screen, "Enter C-u");
    screen_type(screen, path);
    screen_keys(screen, "Enter");
    return path;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void instances_as_filtered_and_ordered(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "spec:Order state:paid");
    screen_keys(&screen, "Enter T e");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text,
                    "▸ instances      .json     JSON, as the list has them: spec:Order state:paid");
    const char *path = export_to(&screen, "paid.json");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "Wrote");
    ASSERT_TEXT(suite_content(path),
                "[{\"id\":\"order-stuck\",\"spec\":\"Order\",\"state\":\"paid\","
                "\"meta\":{\"customer\":42},\"mocked\":false,"
                "\"since\":\"2026-01-30T10:02:02.000Z\",\"transitions\":3},\n"
                " {\"id\":\"order-mock\",\"spec\":\"Order\",\"state\":\"paid\",\"meta\":null,"
                "\"mocked\":true,\"since\":\"2026-01-31T12:00:00.000Z\",\"transitions\":0}]\n");
    /* And the other way around. */
    screen_keys(&screen, "2 T e");
    suite_content(export_to(&screen, "diap.json"));
    const char *other = suite_content(suite_scratch_path("diap.json"));
    CU_ASSERT_TRUE(strstr(other, "order-mock") < strstr(other, "order-stuck"));
    /* Nothing is an empty list. */
    screen_keys(&screen, "2 /");
    screen_keys(&screen, "C-u");
    screen_type(&screen, "state:nowhere");
    screen_keys(&screen, "Enter e");
    ASSERT_TEXT(suite_content(export_to(&screen, "none.json")), "[]\n");
    screen_close(&screen);
}

/* More than some pages: each once, in order. */
static void many_instances_page_by_page(void)
{
    enum { MANY = 2500 };
    struct screen screen;
    screen_open(&screen, screen_copy("many"), false);
    spex_manager *manager;
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen.options, &options);
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    for (int i = 0; i < MANY; i++) {
        char identifier[32];
        snprintf(identifier, sizeof identifier, "many-%05d", i);
        ASSERT_OK(spex_mock(manager, "Door", identifier, NULL, "open", &error), error);
    }
    spex_manager_close(manager);
    screen_keys(&screen, "2 /");
    screen_type(&screen, "spec:Door id~many-");
    screen_keys(&screen, "Enter e");
    const char *path = export_to(&screen, "many.json");
    json_t *rows = json_load_file(path, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(json_array_size(rows), MANY);
    const char *before = "";
    for (size_t i = 0; i < MANY; i++) {
        const char *identifier = json_string_value(json_object_get(json_array_get(rows, i), "id"));
        CU_ASSERT_TRUE(strcmp(before, identifier) < 0);
        before = identifier;
    }
    json_decref(rows);
    screen_close(&screen);
}

static void what_is_cancelled_leaves_nothing(void)
{
    struct screen screen;
    struct file_stream stream;
    struct job job = {.lane = LANE_WORK};
    struct export_rows rows = {.job = &job};
    spex_error error;
    const char *path = suite_scratch_path("cancelled.json");
    screen_open(&screen, screen_project(), false);
    CU_ASSERT_TRUE(export_rows_take(&rows, screen.explorer));
    atomic_store(&job.cancelled, true);
    ASSERT_OK(file_stream_open(&stream, path, false, &error), error);
    CU_ASSERT_EQUAL(export_write_instances(&rows, &stream, &error), SPEX_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(export_write_events(&rows, &stream, &error), SPEX_ERROR_CANCELLED);
    char *staged = memory_copy_text(stream.staged);
    file_stream_drop(&stream);
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    CU_ASSERT_NOT_EQUAL(access(staged, F_OK), 0);
    free(staged);
    export_rows_release(&rows);
    screen_close(&screen);
}

static void progress_is_told(void)
{
    struct screen screen;
    struct file_stream stream;
    struct job job = {.lane = LANE_WORK, .part = -1};
    struct export_rows rows = {.job = &job};
    spex_error error;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2");
    CU_ASSERT_TRUE(export_rows_take(&rows, screen.explorer));
    CU_ASSERT_EQUAL(rows.total, 46);
    ASSERT_OK(file_stream_open(&stream, suite_scratch_path("progress.json"), false, &error), error);
    ASSERT_OK(export_write_instances(&rows, &stream, &error), error);
    CU_ASSERT_EQUAL(rows.count, 46);
    CU_ASSERT_EQUAL(atomic_load(&job.part), 1.0);
    ASSERT_OK(file_stream_close(&stream, &error), error);
    CU_ASSERT_EQUAL(count_lines(suite_content(suite_scratch_path("progress.json"))), 46);
    export_rows_release(&rows);
    screen_close(&screen);
}

static void a_damaged_shard_makes_it_partial(void)
{
    struct screen screen;
    const char *directory = screen_copy("partial");
    char *shard = file_join(directory, "store/shard-2.db"), *log;
    spex_error error;
    ASSERT_OK(file_replace(shard, "nonsense", 8, &error), error);
    free(shard);
    log = file_join(directory, "store/shard-2.db-wal");
    unlink(log);
    free(log);
    screen_open(&screen, directory, false);
    screen_keys(&screen, "2 e");
    const char *path = export_to(&screen, "partial.json");
    ASSERT_CONTAINS(screen_text(&screen, 300, 24), "but not all: ");
    ASSERT_CONTAINS(screen_text(&screen, 300, 24), "shard 2");
    json_t *rows = json_load_file(path, 0, NULL);
    CU_ASSERT_TRUE(json_array_size(rows) > 20 && json_array_size(rows) < 46);
    json_decref(rows);
    screen_close(&screen);
}

/* The view reads the newest 2000 steps; the file gets all. */
static void an_instance_with_its_whole_history(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("whole"), false);
    spex_manager *manager;
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen.options, &options);
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    for (int i = 0; i < 1100; i++) {
        ASSERT_OK(spex_transition(manager, "hall", "on", "burning", &error), error);
        ASSERT_OK(spex_transition(manager, "hall", "off", "off", &error), error);
    }
    spex_manager_close(manager);
    screen_keys(&screen, ":");
    screen_type(&screen, "instance hall");
    screen_keys(&screen, "Enter e");
    json_t *whole = json_load_file(export_to(&screen, "hall.json"), 0, NULL);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(whole, "history")), 2203);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(whole, "state")), "off");
    json_decref(whole);
    screen_close(&screen);
}

static void all_events(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "7 e");
    json_t *events = json_load_file(export_to(&screen, "events.json"), 0, NULL);
    CU_ASSERT_TRUE(json_array_size(events) >= 2);
    size_t deviations = 0, index;
    json_t *event;
    json_array_foreach(events, index, event)
    {
        const char *reason = json_string_value(json_object_get(event, "reason"));
        deviations += reason && strcmp(reason, "deviation_not_equivalent") == 0;
        CU_ASSERT_PTR_NOT_NULL(json_object_get(event, "at"));
        CU_ASSERT_PTR_NOT_NULL(json_object_get(event, "message"));
    }
    CU_ASSERT_EQUAL(deviations, 1);
    size_t all = json_array_size(events);
    json_decref(events);
    /* Those that are shown. */
    screen_keys(&screen, "7 / C-u");
    screen_type(&screen, "order-strange");
    screen_keys(&screen, "Enter e");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "JSON, newest first: order-strange");
    events = json_load_file(export_to(&screen, "some-events.json"), 0, NULL);
    CU_ASSERT_TRUE(json_array_size(events) > 0 && json_array_size(events) < all);
    json_decref(events);
    screen_close(&screen);
}

/* Also where one went on from the exports by a number. */
static void what_is_shown_comes_first(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 e 4 e");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "▸ graph ");
    screen_keys(&screen, "5 e");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "▸ check ");
    screen_keys(&screen, "q");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Missing behaviour");
    screen_close(&screen);
}

static void the_check_and_the_difference(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 e j");
    json_t *check = json_load_file(export_to(&screen, "check.json"), 0, NULL);
    CU_ASSERT_TRUE(json_is_false(json_object_get(check, "equivalent")));
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(check, "equivalence")), "branching");
    json_t *right = json_object_get(check, "right");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(right, "file")), "models/Door.spex");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(right, "transitions")), 4);
    CU_ASSERT_PTR_NOT_NULL(json_object_get(check, "explanation"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(check, "reason")), "unlock"));
    json_decref(check);
    screen_keys(&screen, "j");
    ASSERT_TEXT(suite_content(export_to(&screen, "difference.txt")),
                "+ locked --[open]-> open\n"
                "? locked --[unlock]-> closed\n"
                "  closed --[lock]-> locked\n"
                "  closed --[open]-> open\n"
                "  nil --[__initialisation__]-> closed\n"
                "  open --[close]-> closed\n");
    screen_keys(&screen, "j");
    json_t *difference = json_load_file(export_to(&screen, "difference.json"), 0, NULL);
    json_t *lines = json_object_get(difference, "transitions");
    CU_ASSERT_EQUAL(json_array_size(lines), 6);
    json_t *first = json_array_get(lines, 0), *second = json_array_get(lines, 1);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(first, "in")), "model");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(first, "action")), "open");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "in")), "specification");
    json_decref(difference);
    screen_close(&screen);
}

/* Of the exported lines those with `part`, or "". */
static const char *line_with(const char *lines, const char *part)
{
    static char line[500];
    const char *found = strstr(lines, part);
    const char *begin = found;
    while (begin && begin > lines && begin[-1] != '\n')
        begin--;
    snprintf(line, sizeof line, "%.*s", found ? (int)strcspn(begin, "\n") : 0, found ? begin : "");
    return line;
}

static void both_graphs_as_on_the_screen(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4"); /* Door */
    screen_text(&screen, 120, 40);
    screen_keys(&screen, "e");
    const char *both = suite_content(export_to(&screen, "both.txt"));
    ASSERT_CONTAINS(line_with(both, "Specification"), "Model, frozen");
    /* What differs is in both, each at its side. */
    const char *line = line_with(both, "? unlock");
    ASSERT_CONTAINS(line, "? unlock");
    CU_ASSERT_PTR_NOT_NULL(strstr(strstr(line, "? unlock") + 1, "? unlock"));
    CU_ASSERT_PTR_NOT_NULL(strstr(both, "+ open"));
    CU_ASSERT_PTR_NULL(strstr(both, " \n"));
    size_t rows = count_lines(both);
    /* One of them. */
    screen_keys(&screen, "4 v");
    screen_text(&screen, 120, 40);
    screen_keys(&screen, "e");
    const char *left = suite_content(export_to(&screen, "left.txt"));
    CU_ASSERT_EQUAL(strncmp(left, "Specification\n\n", 15), 0);
    CU_ASSERT_PTR_NULL(strstr(left, "Model"));
    CU_ASSERT_TRUE(count_lines(left) <= rows);
    screen_keys(&screen, "4 v");
    screen_text(&screen, 120, 40);
    screen_keys(&screen, "e");
    const char *right = suite_content(export_to(&screen, "right.txt"));
    CU_ASSERT_EQUAL(strncmp(right, "Model, frozen\n\n", 15), 0);
    ASSERT_CONTAINS(right, "+ open");
    /* Where there is room for one only, it is the one in focus. */
    screen_keys(&screen, "4 v o");
    screen_text(&screen, 40, 12);
    screen_keys(&screen, "e");
    const char *one = suite_content(export_to(&screen, "narrow.txt"));
    CU_ASSERT_EQUAL(strncmp(one, "Specification\n\n", 15), 0);
    CU_ASSERT_PTR_NULL(strstr(one, "Model"));
    screen_close(&screen);
}

/* What is beside a graph in place of another. */
static void a_graph_without_a_model(void)
{
    struct screen screen;
    const char *directory = screen_copy("alone");
    char *model = file_join(directory, "models/Order.spex");
    unlink(model);
    free(model);
    screen_open(&screen, directory, false);
    screen_keys(&screen, ":");
    screen_type(&screen, "graphs Order");
    screen_keys(&screen, "Enter o");
    screen_text(&screen, 120, 40);
    screen_keys(&screen, "e");
    const char *both = suite_content(export_to(&screen, "alone.txt"));
    ASSERT_CONTAINS(line_with(both, "Specification"), "Model");
    ASSERT_CONTAINS(both, "paying");
    ASSERT_CONTAINS(both, "no model");
    screen_close(&screen);
}

static void nothing_is_replaced_without_a_question(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    const char *path = suite_write("mine.json", "mine\n", 5);
    screen_keys(&screen, "2 e");
    export_to(&screen, "mine.json");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "exists. Replace it?");
    screen_keys(&screen, "n");
    ASSERT_TEXT(suite_content(path), "mine\n");
    export_to(&screen, "mine.json");
    screen_keys(&screen, "y");
    ASSERT_CONTAINS(suite_content(path), "\"id\":\"order-stuck\"");
    screen_close(&screen);
}

/* ------------------------------------------------------------------- pieces */

static void what_came_to_be_meanwhile_is_not_replaced(void)
{
    struct file_stream stream;
    struct text text = {0};
    spex_error error;
    const char *path = suite_scratch_path("meanwhile");
    ASSERT_OK(file_stream_open(&stream, path, false, &error), error);
    text_append(&text, "ours");
    ASSERT_OK(file_stream_put(&stream, &text, &error), error);
    CU_ASSERT_EQUAL(text.length, 0);
    suite_write("meanwhile", "theirs", 6);
    CU_ASSERT_EQUAL(file_stream_close(&stream, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "is there already");
    ASSERT_TEXT(suite_content(path), "theirs");
    ASSERT_OK(file_stream_open(&stream, path, true, &error), error);
    for (int i = 0; i < 100000; i++) {
        text_append(&text, "12345\n");
        if (file_stream_put(&stream, &text, &error))
            break;
    }
    ASSERT_TEXT(suite_content(path), "theirs"); /* not yet */
    CU_ASSERT_EQUAL(stream.written, 600000);
    ASSERT_OK(file_stream_close(&stream, &error), error);
    CU_ASSERT_EQUAL(strlen(suite_content(path)), 600000);
    /* A folder cannot be written. */
    CU_ASSERT_EQUAL(file_stream_open(&stream, suite_scratch(), true, &error), SPEX_ERROR_USAGE);
    text_release(&text);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"instances as filtered and ordered", instances_as_filtered_and_ordered},
        {"many instances page by page", many_instances_page_by_page},
        {"what is cancelled leaves nothing", what_is_cancelled_leaves_nothing},
        {"progress is told", progress_is_told},
        {"a damaged shard makes it partial", a_damaged_shard_makes_it_partial},
        {"an instance with its whole history", an_instance_with_its_whole_history},
        {"all events", all_events},
        {"what is shown comes first", what_is_shown_comes_first},
        {"the check and the difference", the_check_and_the_difference},
        {"both graphs as on the screen", both_graphs_as_on_the_screen},
        {"a graph without a model", a_graph_without_a_model},
        {"nothing is replaced without a question", nothing_is_replaced_without_a_question},
        {"what came to be meanwhile is not replaced", what_came_to_be_meanwhile_is_not_replaced},
        {0},
    };
    return suite_run("exports", tests, argc, argv);
}
