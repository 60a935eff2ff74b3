/* Tables as the Elixir library wrote them, and how an import joins with what is there. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/term.h"
#include "tests/import/imported.h"

/* ------------------------------------ real tables against Elixir's own account of them */

enum column {
    COLUMN_FILE,
    COLUMN_HASH,
    COLUMN_SPECIFICATION,
    COLUMN_IDENTIFIER,
    COLUMN_STATE,
    COLUMN_COUNT,
    COLUMN_STEPS,
    COLUMN_META,
    COLUMNS
};

/* The steps as the account has them: `:go>:a@2026-11-20T18:13:30.179244Z ...`. */
static void append_steps(struct text *text, const spex_instance *instance)
{
    for (size_t i = instance->step_count; i-- > 0;) {
        const spex_step *step = &instance->steps[i];
        char time[TIME_TEXT_SIZE];
        if (text->length)
            text_append_char(text, ' ');
        term_append_atom(step->action, strlen(step->action), false, text);
        text_append_char(text, '>');
        term_append_atom(step->state, strlen(step->state), false, text);
        time_format(step->at / 1000000 * 1000000, time);
        time[19] = '\0';
        text_printf(text, "@%s.%06dZ", time, (int)(step->at % 1000000));
    }
}

static void compare_row(struct reader *reader, char *const columns[COLUMNS])
{
    struct text steps = {0}, state = {0};
    if (strlen(columns[COLUMN_IDENTIFIER]) > SPEX_IDENTIFIER_MAX)
        return; /* one of them: it is cut */
    spex_instance *instance = get_instance(reader, columns[COLUMN_IDENTIFIER]);
    if (!instance) {
        CU_FAIL("not there");
        return;
    }
    CU_ASSERT_EQUAL(strncmp(instance->specification, "Elixir.", 7), 0);
    ASSERT_TEXT(instance->specification + 7, columns[COLUMN_SPECIFICATION]);
    append_steps(&steps, instance);
    ASSERT_TEXT(text_value(&steps), columns[COLUMN_STEPS]);
    if (instance->state)
        term_append_atom(instance->state, strlen(instance->state), false, &state);
    ASSERT_TEXT(instance->state ? text_value(&state) : "nil", columns[COLUMN_STATE]);
    CU_ASSERT_EQUAL(instance->mocked, instance->state && !instance->step_count);
    CU_ASSERT_EQUAL(instance->meta == NULL, strcmp(columns[COLUMN_META], "nil") == 0);
    CU_ASSERT_EQUAL(instance->transitions, instance->step_count);
    text_release(&steps);
    text_release(&state);
    spex_instance_free(instance);
}

/* How many rows; each is in the store. */
static size_t compare_account(const char *store, const char *path)
{
    char *bytes = NULL, *rest, *line;
    size_t length, rows = 0;
    spex_error error;
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    struct reader *reader = open_store(store);
    rest = bytes;
    strsep(&rest, "\n"); /* the names of the columns */
    while ((line = strsep(&rest, "\n")) && *line) {
        char *columns[COLUMNS] = {0};
        for (size_t i = 0; i < COLUMNS; i++)
            columns[i] = strsep(&line, "\t");
        CU_ASSERT_PTR_NOT_NULL_FATAL(columns[COLUMNS - 1]);
        compare_row(reader, columns);
        rows++;
    }
    reader_close(reader);
    free(bytes);
    return rows;
}

/* Imports the folder's tables; false: the data is not here. */
static bool import_sample(const char *folder, const char *store, struct import_report *report)
{
    char **paths, name[100];
    size_t count;
    spex_error error;
    snprintf(name, sizeof name, "data/dets/%s", folder);
    const char *path = suite_shared(name);
    if (!path)
        return false;
    ASSERT_OK(import_find_tables(path, &paths, &count, &error), error);
    *report = import_into(store, false, NULL, count, (const char *const *)paths);
    file_list_free(paths, count);
    return true;
}

static void check_sample(const char *folder, const char *account, size_t instances,
                         size_t in_account, uint64_t recovered)
{
    struct import_report report;
    char name[100];
    if (!import_sample(folder, folder, &report))
        return;
    CU_ASSERT_EQUAL(report.found, instances);
    CU_ASSERT_EQUAL(report.created, instances);
    CU_ASSERT_EQUAL(report.recovered, recovered);
    CU_ASSERT_EQUAL(report.note_total, 0);
    import_report_release(&report);
    snprintf(name, sizeof name, "data/dets/%s/%s", folder, account);
    CU_ASSERT_EQUAL(compare_account(folder, suite_shared(name)), in_account);
    CU_ASSERT_TRUE(import_sample(folder, folder, &report));
    CU_ASSERT_EQUAL(report.unchanged, instances);
    CU_ASSERT_EQUAL(report.created + report.extended + report.older + report.transitions, 0);
    import_report_release(&report);
}

static void closed_table_of_otp_25(void)
{
    check_sample("small", "expected.tsv", 58, 58, 0);
}

static void closed_table_of_otp_27(void)
{
    check_sample("small_otp27", "expected.tsv", 58, 58, 0);
}

static void table_killed_idle(void)
{
    check_sample("killed_idle", "expected.tsv", 580, 580, 0);
}

static void table_killed_busy(void)
{
    check_sample("killed_busy", "expected_after_otp_repair.tsv", 600, 595, 5);
}

static void kinds_of_instances_and_meta(void)
{
    struct import_report report;
    if (!import_sample("small", "kinds", &report))
        return;
    CU_ASSERT_EQUAL(report.mocked, 3);
    CU_ASSERT_EQUAL(report.uninitialised, 3);
    CU_ASSERT_EQUAL(report.shortened, 1);
    import_report_release(&report);
    struct reader *reader = open_store("kinds");
    spex_instance *mocked = get_instance(reader, "{:mock, 2}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mocked);
    CU_ASSERT_TRUE(mocked->mocked);
    ASSERT_TEXT(mocked->meta, "{\"at\":\"~U[2024-02-29 12:34:56.789012Z]\",\"reason\":\"mock\"}");
    spex_instance_free(mocked);
    reader_close(reader);
}

/* --------------------------------------------------------- joining */

static void check_order(const char *store, const char *identifier, uint64_t steps, int64_t since)
{
    struct reader *reader = open_store(store);
    spex_instance *instance = get_instance(reader, identifier);
    if (instance) {
        CU_ASSERT_EQUAL(instance->transitions, steps);
        CU_ASSERT_EQUAL(instance->step_count, steps);
        CU_ASSERT_EQUAL(instance->since, since);
        CU_ASSERT_TRUE(steps == 0 || instance->steps[0].at == since);
    }
    spex_instance_free(instance);
    reader_close(reader);
}

static uint64_t observed(const char *store, const char *action)
{
    struct observed_transition *list = NULL;
    size_t count = 0;
    spex_error error;
    uint64_t sum = 0;
    struct reader *reader = open_store(store);
    ASSERT_OK(reader_observed(reader, "Elixir.Order", &list, &count, &error), error);
    for (size_t i = 0; i < count; i++)
        sum += strcmp(list[i].action, action) == 0 ? list[i].count : 0;
    observed_free(list, count);
    reader_close(reader);
    return sum;
}

static void later_copy_counts_in_any_order(void)
{
    const char *left_over = write_order("left.dets", "twice", 9, 1000000);
    const char *current = write_order("current.dets", "twice", 3, 50000000);
    const char *const forward[] = {left_over, current}, *const backward[] = {current, left_over};
    struct import_report report = import_into("forward", false, NULL, 2, forward);
    CU_ASSERT_EQUAL(report.found, 2);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_EQUAL(report.older, 1);
    import_report_release(&report);
    check_order("forward", "\"twice\"", 3, 52000000);
    report = import_into("backward", false, NULL, 2, backward);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_EQUAL(report.older, 1);
    import_report_release(&report);
    check_order("backward", "\"twice\"", 3, 52000000);
    report = import_into("backward", false, NULL, 2, forward);
    CU_ASSERT_EQUAL(report.unchanged, 1);
    CU_ASSERT_EQUAL(report.older, 1);
    import_report_release(&report);
    check_order("backward", "\"twice\"", 3, 52000000);
}

static void another_import_takes_what_is_longer(void)
{
    struct import_report report =
        import_file("again", write_order("before.dets", "order", 3, 1000000));
    CU_ASSERT_EQUAL(report.transitions, 3);
    import_report_release(&report);
    report = import_file("again", write_order("after.dets", "order", 5, 1000000));
    CU_ASSERT_EQUAL(report.extended, 1);
    CU_ASSERT_EQUAL(report.transitions, 2);
    import_report_release(&report);
    check_order("again", "\"order\"", 5, 5000000);
    CU_ASSERT_EQUAL(observed("again", SPEX_INITIALISATION), 1);
    CU_ASSERT_EQUAL(observed("again", "go"), 4);
    report = import_file("again", suite_scratch_path("before.dets"));
    CU_ASSERT_EQUAL(report.older, 1);
    import_report_release(&report);
    check_order("again", "\"order\"", 5, 5000000);
}

static void dry_run_changes_nothing(void)
{
    const char *path = write_order("dry.dets", "order", 4, 1000000);
    const char *const twice[] = {path, path};
    struct import_report report = import_into("dry", true, NULL, 2, twice);
    CU_ASSERT_EQUAL(report.created, 1);
    CU_ASSERT_EQUAL(report.older, 1);
    CU_ASSERT_EQUAL(report.transitions, 4);
    import_report_release(&report);
    struct reader *reader = NULL;
    spex_error error;
    spex_clock clock = clock_system();
    CU_ASSERT_EQUAL(reader_open(&reader, suite_scratch_path("dry"), &clock, &error),
                    SPEX_ERROR_NOT_FOUND);
    report = import_file("dry", write_order("dry-before.dets", "order", 3, 1000000));
    import_report_release(&report);
    report = import_into("dry", true, NULL, 1, &path);
    CU_ASSERT_EQUAL(report.extended, 1);
    CU_ASSERT_EQUAL(report.transitions, 1);
    import_report_release(&report);
    check_order("dry", "\"order\"", 3, 3000000);
}

static void steps_are_judged_by_the_projects_models(void)
{
    static const char specification[] = "Specification: Elixir.Order\nTransitions:\n"
                                        "a --[go]-> b\nb --[go]-> a\nb --[__internal__]-> b\n";
    static const char model[] = "Specification: Elixir.Order\nLearning mode: false\nTransitions:\n"
                                "nil --[__initialisation__]-> a\na --[go]-> b\nb --[go]-> a\n";
    suite_write("judged-specs/order.spec", specification, sizeof specification - 1);
    suite_write("judged-models/Elixir.Order.spex", model, sizeof model - 1);
    struct project_options options = {
        .specs_dir = (char *)(uintptr_t)suite_scratch_path("judged-specs"),
        .impl_models_dir = (char *)(uintptr_t)suite_scratch_path("judged-models")};
    struct project project;
    spex_error error;
    ASSERT_OK(project_load(&project, &options, NULL, 0, &error), error);
    struct dets_writer writer;
    struct text term = {0}, name = {0};
    const char *path = suite_scratch_path("judged.dets");
    static const char *const steps[] = {"__initialisation__", "a", "go",   "b",
                                        "__internal__",       "b", "jump", "a"};
    etf_binary(&name, "odd", 3);
    struct etf_instance odd = {.specification = "Elixir.Order",
                               .state = "a",
                               .identifier = &name,
                               .steps = steps,
                               .step_count = 4};
    etf_object(&term, 2, &odd);
    CU_ASSERT_TRUE_FATAL(dets_writer_open(&writer, path));
    dets_writer_add(&writer, &term);
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    struct import_report report = import_into("judged", false, &project, 1, &path);
    CU_ASSERT_EQUAL(report.deviations, 2);
    import_report_release(&report);
    struct reader *reader = open_store("judged");
    spex_instance *instance = get_instance(reader, "\"odd\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(instance);
    CU_ASSERT_EQUAL(instance->deviations, 2);
    CU_ASSERT_EQUAL(instance->steps[0].verdict, SPEX_VERDICT_NOT_EQUIVALENT);
    CU_ASSERT_EQUAL(instance->steps[1].verdict, SPEX_VERDICT_STILL_EQUIVALENT);
    CU_ASSERT_EQUAL(instance->steps[2].verdict, SPEX_VERDICT_CONFORMS);
    spex_instance_free(instance);
    reader_close(reader);
    project_release(&project);
    text_release(&term);
    text_release(&name);
}

static void many_instances_in_several_segments(void)
{
    enum { MANY = 3000 };
    struct dets_writer writer;
    const char *path = suite_scratch_path("many.dets");
    CU_ASSERT_TRUE_FATAL(dets_writer_open(&writer, path));
    for (int i = 0; i < MANY; i++) {
        struct text term = {0};
        char identifier[32];
        snprintf(identifier, sizeof identifier, "order-%d", i);
        add_order(&term, identifier, 1 + (size_t)i % 3, INT64_C(1000000) * i);
        dets_writer_add(&writer, &term);
        text_release(&term);
    }
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    struct import_report report = import_file("many", path);
    CU_ASSERT_EQUAL(report.created, MANY);
    CU_ASSERT_TRUE(report.files[0].summary.closed);
    CU_ASSERT_FALSE(report.files[0].summary.scanned);
    CU_ASSERT_EQUAL(report.transitions, 2 * MANY);
    import_report_release(&report);
    check_order("many", "\"order-2999\"", 3, INT64_C(2999000000 + 2000000));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a closed table of OTP 25", closed_table_of_otp_25},
        {"a closed table of OTP 27", closed_table_of_otp_27},
        {"a table killed while idle", table_killed_idle},
        {"a table killed while busy", table_killed_busy},
        {"mocked and never initialised are told apart, meta is JSON", kinds_of_instances_and_meta},
        {"of two copies the later one counts, in any order", later_copy_counts_in_any_order},
        {"another import takes what is longer", another_import_takes_what_is_longer},
        {"a dry run changes nothing", dry_run_changes_nothing},
        {"steps are judged by the project's models", steps_are_judged_by_the_projects_models},
        {"many instances in several segments", many_instances_in_several_segments},
        {0}};
    return suite_run("import_tables", tests, argc, argv);
}
