#include "tests/import/imported.h"

#include <string.h>

#include "base/base.h"

struct import_report import_into(const char *store, bool dry, const struct project *project,
                                 size_t count, const char *const *paths)
{
    struct import_options options = {
        .store_dir = suite_scratch_path(store), .event_limit = 100, .project = project, .dry = dry};
    struct import_report report;
    spex_error error;
    ASSERT_OK(import_run((char *const *)(uintptr_t)paths, count, &options, &report, &error), error);
    return report;
}

struct import_report import_file(const char *store, const char *path)
{
    return import_into(store, false, NULL, 1, &path);
}

struct reader *open_store(const char *store)
{
    struct reader *reader = NULL;
    spex_error error;
    spex_clock clock = clock_system();
    ASSERT_OK(reader_open(&reader, suite_scratch_path(store), &clock, &error), error);
    return reader;
}

spex_instance *get_instance(struct reader *reader, const char *identifier)
{
    spex_instance *instance = NULL;
    spex_error error;
    ASSERT_OK(reader_instance(reader, identifier, 0, &instance, &error), error);
    return instance;
}

void add_order(struct text *term, const char *identifier, size_t steps, int64_t first)
{
    enum { STEPS_MAX = 200 };
    const char *names[2 * STEPS_MAX];
    struct text name = {0};
    for (size_t i = 0; i < steps && i < STEPS_MAX; i++) {
        names[2 * i] = i ? "go" : "__initialisation__";
        names[2 * i + 1] = i % 2 ? "b" : "a";
    }
    etf_binary(&name, identifier, strlen(identifier));
    struct etf_instance instance = {.specification = "Elixir.Order",
                                    .state = steps ? names[2 * steps - 1] : "a",
                                    .identifier = &name,
                                    .steps = names,
                                    .step_count = steps,
                                    .first = first};
    etf_object(term, 1, &instance);
    text_release(&name);
}

const char *write_order(const char *name, const char *identifier, size_t steps, int64_t first)
{
    struct dets_writer writer;
    struct text term = {0};
    const char *path = suite_scratch_path(name);
    CU_ASSERT_TRUE_FATAL(dets_writer_open(&writer, path));
    add_order(&term, identifier, steps, first);
    dets_writer_add(&writer, &term);
    CU_ASSERT_TRUE(dets_writer_close(&writer, true));
    text_release(&term);
    return path;
}
