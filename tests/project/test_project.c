/* Options and what a folder holds. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "project/project.h"
#include "tests/suite.h"

static void clear_environment(void)
{
    static const char *const variables[] = {"SPEX_SPECS_DIR",
                                            "SPEX_IMPL_MODELS_DIR",
                                            "SPEX_STORE_DIR",
                                            "SPEX_DISTRIBUTION_FACTOR",
                                            "SPEX_PRUNE_INTERVAL",
                                            "SPEX_DURABILITY",
                                            "SPEX_CHECK_TRANSITION_TIMEOUTS_ON_START"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
}

/* ----------------------------------------------------------- options */

static void defaults_need_no_file(void)
{
    struct project_options options;
    spex_error error;
    clear_environment();
    CU_ASSERT_EQUAL(chdir(suite_scratch()), 0);
    if (!ASSERT_OK(project_options_load(&options, NULL, &error), error))
        return;
    ASSERT_TEXT(options.specs_dir, "./specs");
    ASSERT_TEXT(options.impl_models_dir, "./spex_impl_models");
    ASSERT_TEXT(options.store_dir, "./spex_store");
    CU_ASSERT_EQUAL(options.distribution_factor, 0);
    CU_ASSERT_TRUE(options.check_transition_timeouts_on_start);
    CU_ASSERT_EQUAL(options.prune_interval, 6 * 3600 * 1000);
    CU_ASSERT_EQUAL(options.durability, SPEX_DURABILITY_NORMAL);
    project_options_release(&options);
    CU_ASSERT_EQUAL(project_options_load(&options, "none/spex.ini", &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "none/spex.ini");
}

static void the_environment_goes_before_the_file(void)
{
    static const char ini[] = "\xEF\xBB\xBF; a comment\r\n[spex]\r\n"
                              "  specs_dir = there\r\n  impl_models_dir=/abs/models\r\n"
                              "\tdistribution_factor: 8\r\n# another\r\n"
                              "check_transition_timeouts_on_start = no\r\n"
                              "prune_interval = infinity ; only at start\r\ndurability = full";
    struct project_options options;
    spex_error error;
    clear_environment();
    const char *path = suite_write("folder/spex.ini", ini, sizeof ini - 1);
    setenv("SPEX_DISTRIBUTION_FACTOR", "3", 1);
    setenv("SPEX_STORE_DIR", "from/environment", 1);
    setenv("SPEX_SPECS_DIR", "", 1);
    int status = project_options_load(&options, path, &error);
    clear_environment();
    if (!ASSERT_OK(status, error))
        return;
    ASSERT_TEXT(options.specs_dir, suite_scratch_path("folder/there"));
    ASSERT_TEXT(options.impl_models_dir, "/abs/models");
    ASSERT_TEXT(options.store_dir, "from/environment");
    CU_ASSERT_EQUAL(options.distribution_factor, 3);
    CU_ASSERT_FALSE(options.check_transition_timeouts_on_start);
    CU_ASSERT_EQUAL(options.prune_interval, SPEX_INFINITY);
    CU_ASSERT_EQUAL(options.durability, SPEX_DURABILITY_FULL);
    ASSERT_OK(project_options_set(&options, "store_dir", "argument", &error), error);
    ASSERT_OK(project_options_set(&options, "distribution_factor", "16", &error), error);
    ASSERT_OK(project_options_set(&options, "event_limit", "77", &error), error);
    /* A wrong value changes nothing. */
    static const char *const wrong[] = {"0", "-1", "1x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_EQUAL(project_options_set(&options, "event_limit", wrong[i], &error),
                        SPEX_ERROR_USAGE);
    spex_manager_options manager = {.mailbox_capacity = 5};
    project_manager_options(&options, &manager);
    ASSERT_TEXT(manager.store_dir, "argument");
    CU_ASSERT_EQUAL(manager.distribution_factor, 16);
    CU_ASSERT_EQUAL(manager.prune_interval, SPEX_INFINITY);
    CU_ASSERT_EQUAL(manager.event_limit, 77);
    CU_ASSERT_EQUAL(manager.mailbox_capacity, 5);
    CU_ASSERT_EQUAL(project_options_set(&options, "stor_dir", "x", &error), SPEX_ERROR_USAGE);
    ASSERT_TEXT(error.message, "unknown option 'stor_dir'; did you mean 'store_dir'?");
    CU_ASSERT_EQUAL(project_options_set(&options, "distribution_factor", "0", &error),
                    SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "expected a positive integer");
    CU_ASSERT_EQUAL(options.distribution_factor, 16);
    project_options_release(&options);
}

static void mistakes_in_options_have_their_place(void)
{
    static const struct {
        const char *bytes, *message;
    } cases[] = {
        {"stor_dir = x\n", ":1:1: unknown option 'stor_dir'; did you mean 'store_dir'?"},
        {"\n[spex]\n distribution_factor =  0\n",
         ":3:25: expected a positive integer, at most 1024 for distribution_factor, found '0'"},
        {"distribution_factor = 4x\n", ":1:23: expected a positive integer"},
        {"distribution_factor = -1\n", ":1:23: expected a positive integer"},
        {"distribution_factor = 99999999999999999999\n", ":1:23: expected a positive integer"},
        {"durability = maximum\n", ":1:14: expected normal or full for durability"},
        {"prune_interval = 6\n", ":1:18: expected a duration"},
        {"check_transition_timeouts_on_start = perhaps\n", ":1:38: expected true or false"},
        {"store_dir =\n", ":1:12: expected a folder for store_dir, found ''"},
        {"store_dir = a\n\nstore_dir = b\n", ":3:1: 'store_dir' stands already in line 1"},
        {"[tui]\ntheme = dark\n", ":2:1: expected no section but [spex]"},
        {"store_dir = a\nwhat is this\nprune_interval = 6\n", ":2:1: expected NAME = VALUE"},
        {"[spex\nstore_dir = a\n", ":1:1: expected NAME = VALUE or [spex]"},
        {"store_dir = \xff\n", ":1:13: expected text in UTF-8"},
    };
    clear_environment();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct project_options options;
        spex_error error = {0};
        const char *path = suite_write("spex.ini", cases[i].bytes, strlen(cases[i].bytes));
        CU_ASSERT_EQUAL(project_options_load(&options, path, &error), SPEX_ERROR_SYNTAX);
        CU_ASSERT_PTR_NULL(options.store_dir);
        ASSERT_CONTAINS(error.message, "spex.ini:");
        ASSERT_CONTAINS(error.message, cases[i].message);
        CU_ASSERT_EQUAL(project_options_load(&options, path, NULL), SPEX_ERROR_SYNTAX);
    }
    struct project_options options;
    spex_error error = {0};
    char line[5000];
    memset(line, 'x', sizeof line);
    memcpy(line, "store_dir = ", 12);
    const char *path = suite_write("spex.ini", line, sizeof line);
    CU_ASSERT_EQUAL(project_options_load(&options, path, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "expected a line of less than");
    path = suite_write("spex.ini", "", 0);
    setenv("SPEX_DURABILITY", "some", 1);
    CU_ASSERT_EQUAL(project_options_load(&options, path, &error), SPEX_ERROR_SYNTAX);
    ASSERT_TEXT(error.message, "the environment variable SPEX_DURABILITY: expected normal or full, "
                               "found 'some'");
    clear_environment();
}

static void changed_options_never_crash(void)
{
    static const char sample[] = "[spex]\nstore_dir = there ; a comment\n\ndistribution_factor: 8\n"
                                 "prune_interval = 5m\n# end\ndurability = full\n";
    struct random random = {11};
    int loaded = 0;
    clear_environment();
    for (int round = 0; round < 2000; round++) {
        char bytes[sizeof sample];
        memcpy(bytes, sample, sizeof sample);
        for (uint32_t i = random_below(&random, 3); i > 0; i--)
            bytes[random_below(&random, sizeof sample)] =
                random_below(&random, 2) ? (char)random_below(&random, 256)
                                         : "\n=:[];# \r"[random_below(&random, 9)];
        const char *path = suite_write("spex.ini", bytes, random_below(&random, sizeof sample));
        struct project_options options;
        spex_error error = {0};
        int status = project_options_load(&options, path, &error);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_SYNTAX);
        CU_ASSERT_TRUE(!status || (error.line > 0 && strstr(error.message, "spex.ini:")));
        loaded += status == SPEX_OK;
        project_options_release(&options);
    }
    CU_ASSERT_TRUE(loaded > 100);
}

/* ----------------------------------------------------------- project */

static void put(const char *relative, const char *bytes)
{
    suite_write(relative, bytes, strlen(bytes));
}

static struct project_options folders(const char *name)
{
    struct project_options options = {0};
    char relative[100];
    snprintf(relative, sizeof relative, "%s/specs", name);
    options.specs_dir = memory_copy_text(suite_scratch_path(relative));
    snprintf(relative, sizeof relative, "%s/models", name);
    options.impl_models_dir = memory_copy_text(suite_scratch_path(relative));
    return options;
}

#define SPEC(name) "Specification: " name "\nTransitions:\na --[x]-> b\n"
#define MODEL(name)                                                                                \
    "Specification: " name "\nLearning mode: true\nTransitions:\nnil --[__initialisation__]-> a\n"

static void nothing_there_is_no_entry(void)
{
    struct project_options options = folders("nowhere");
    struct project project;
    spex_error error;
    ASSERT_OK(project_load(&project, &options, NULL, 0, &error), error);
    CU_ASSERT_EQUAL(project.count, 0);
    CU_ASSERT_PTR_NULL(project_find(&project, "A"));
    project_release(&project);
    project_options_release(&options);
}

static void a_bad_file_hides_nothing(void)
{
    put("p/specs/c.spec", SPEC("C"));
    put("p/specs/a.spec", SPEC("A"));
    put("p/specs/b.spec", "Specification: B\nnonsense\n");
    put("p/specs/z.spec", SPEC("A"));
    put("p/specs/readme.txt", "no specification");
    put("p/models/A.spex", MODEL("A"));
    put("p/models/C.spex", "nonsense\n");
    put("p/models/D.spex", MODEL("Dd"));
    struct project_options options = folders("p");
    struct project project;
    spex_error error;
    if (!ASSERT_OK(project_load(&project, &options, NULL, 0, &error), error))
        return;
    CU_ASSERT_EQUAL(project.count, 5);
    if (project.count == 5) {
        const struct project_entry *entries = project.entries;
        ASSERT_TEXT(entries[0].specification->name, "A");
        ASSERT_TEXT(file_name(entries[0].path), "a.spec");
        CU_ASSERT_PTR_NOT_NULL(entries[0].model);
        CU_ASSERT_EQUAL(entries[0].model_error.status, SPEX_OK);
        ASSERT_TEXT(entries[1].specification->name, "C");
        CU_ASSERT_PTR_NULL(entries[1].model);
        ASSERT_CONTAINS(entries[1].model_error.message, "C.spex:1:1: expected 'Specification:");
        ASSERT_TEXT(file_name(entries[2].path), "D.spex");
        ASSERT_CONTAINS(entries[2].error.message, "a model of the specification Dd");
        ASSERT_TEXT(file_name(entries[3].path), "b.spec");
        ASSERT_CONTAINS(entries[3].error.message, "b.spec:2:1: expected a header");
        ASSERT_TEXT(file_name(entries[4].path), "z.spec");
        ASSERT_CONTAINS(entries[4].error.message, "a.spec and in ");
        ASSERT_CONTAINS(entries[4].error.message, "z.spec");
        CU_ASSERT_PTR_EQUAL(project_find(&project, "A"), &entries[0]);
        CU_ASSERT_PTR_EQUAL(project_find(&project, "C"), &entries[1]);
        CU_ASSERT_PTR_NULL(project_find(&project, "B"));
    }
    project_release(&project);
    project_options_release(&options);
}

static void two_models_of_one_specification_are_named(void)
{
    put("two/specs/order.spec", SPEC("Order"));
    put("two/models/0 copy.spex", MODEL("Order"));
    put("two/models/Order.spex", MODEL("Order"));
    put("two/models/other.spex", MODEL("Order"));
    struct project_options options = folders("two");
    struct project project;
    spex_error error;
    if (!ASSERT_OK(project_load(&project, &options, NULL, 0, &error), error))
        return;
    CU_ASSERT_EQUAL(project.count, 3);
    const struct project_entry *entry = project_find(&project, "Order");
    if (entry && entry->model)
        ASSERT_TEXT(file_name(entry->model->source), "Order.spex");
    for (size_t i = 1; i < project.count; i++) {
        ASSERT_CONTAINS(project.entries[i].error.message, "Order.spex (used) and in");
        ASSERT_CONTAINS(project.entries[i].error.message, i == 1 ? "0 copy.spex" : "other.spex");
    }
    project_release(&project);
    project_options_release(&options);
}

static void files_are_added_once(void)
{
    put("f/specs/a.spec", SPEC("A"));
    put("f/b.spec", SPEC("B"));
    put("f/B.spex", MODEL("B"));
    put("f/models/A.spex", MODEL("A"));
    struct project_options options = folders("f");
    const char *paths[] = {suite_scratch_path("f/b.spec"),
                           suite_scratch_path("f/specs/../specs/a.spec"),
                           suite_scratch_path("f/none.spec"), suite_scratch_path("f/B.spex"),
                           suite_scratch_path("f/models/A.spex")};
    char *files[5];
    for (int i = 0; i < 5; i++)
        files[i] = memory_copy_text(paths[i]);
    struct project project;
    spex_error error;
    if (ASSERT_OK(project_load(&project, &options, files, 5, &error), error)) {
        CU_ASSERT_EQUAL(project.count, 3);
        const struct project_entry *entry = project_find(&project, "B");
        CU_ASSERT_TRUE(entry && entry->model);
        entry = project_find(&project, "A");
        CU_ASSERT_TRUE(entry && entry->model);
        ASSERT_CONTAINS(project.entries[2].error.message, "No such file");
        project_release(&project);
    }
    for (int i = 0; i < 5; i++)
        free(files[i]);
    project_options_release(&options);
}

static void pipes_are_not_waited_for(void)
{
    put("pipes/specs/a.spec", SPEC("A"));
    put("pipes/models/A.spex", MODEL("A"));
    struct project_options options = folders("pipes");
    char *files[] = {memory_copy_text(suite_scratch_path("pipes/pipe.spec")),
                     memory_copy_text(suite_scratch_path("pipes/pipe.spex"))};
    struct project project;
    spex_error error;
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(mkfifo(files[i], 0600), 0);
    alarm(60); /* who waits is ended */
    if (ASSERT_OK(project_load(&project, &options, files, 2, &error), error)) {
        CU_ASSERT_EQUAL(project.count, 3);
        ASSERT_CONTAINS(project.entries[1].error.message, "pipe.spec is not a regular file");
        ASSERT_CONTAINS(project.entries[2].error.message, "pipe.spex is not a regular file");
        project_release(&project);
    }
    alarm(0);
    for (int i = 0; i < 2; i++)
        free(files[i]);
    project_options_release(&options);
}

static void the_fingerprint_follows_the_files(void)
{
    put("print/specs/a.spec", SPEC("A"));
    struct project_options options = folders("print");
    uint64_t first = project_fingerprint(&options, NULL, 0);
    CU_ASSERT_EQUAL(project_fingerprint(&options, NULL, 0), first);
    put("print/models/A.spex", MODEL("A"));
    uint64_t second = project_fingerprint(&options, NULL, 0);
    CU_ASSERT_NOT_EQUAL(second, first);
    const char *path = suite_scratch_path("print/specs/a.spec");
    static const struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
    uint64_t third = project_fingerprint(&options, NULL, 0);
    CU_ASSERT_NOT_EQUAL(third, second);
    CU_ASSERT_EQUAL(rename(path, suite_scratch_path("print/specs/b.spec")), 0);
    CU_ASSERT_NOT_EQUAL(project_fingerprint(&options, NULL, 0), third);
    put("print/specs/notes.txt", "not of interest");
    uint64_t fourth = project_fingerprint(&options, NULL, 0);
    put("print/specs/more.txt", "not of interest");
    CU_ASSERT_EQUAL(project_fingerprint(&options, NULL, 0), fourth);
    project_options_release(&options);
}

static void both_sides_start_before_initialisation(void)
{
    put("l/specs/a.spec", SPEC("A"));
    put("l/specs/b.spec", SPEC("B"));
    put("l/models/A.spex", MODEL("A"));
    struct project_options options = folders("l");
    struct project project;
    spex_error error;
    if (ASSERT_OK(project_load(&project, &options, NULL, 0, &error), error)) {
        struct lts specification, implementation;
        ASSERT_OK(project_lts(&project.entries[0], &specification, &implementation, &error), error);
        CU_ASSERT_EQUAL(specification.state_count, 3);
        CU_ASSERT_EQUAL(implementation.state_count, 2);
        lts_release(&specification);
        lts_release(&implementation);
        ASSERT_OK(project_lts(&project.entries[1], &specification, &implementation, &error), error);
        CU_ASSERT_EQUAL(implementation.state_count, 0);
        lts_release(&specification);
        lts_release(&implementation);
        project_release(&project);
    }
    project_options_release(&options);
}

#define TWO_MODULES                                                                                \
    "defmodule A do\n use Spex.Specification\nend\n"                                               \
    "defmodule B do\n use Spex.Specification\nend\n"

static void elixir_sources_hold_any_number(void)
{
    put("ex/specs/two.ex", TWO_MODULES);
    put("ex/specs/helper.ex", "defmodule Helper do\nend\n");
    put("ex/specs/z.ex", "defmodule A do\n use Spex.Specification\nend\n");
    put("ex/specs/broken.ex", "defmodule C do\n use Spex.Specification\n def_transition :a\nend\n");
    put("ex/named.ex", "defmodule Helper do\nend\n");
    put("ex/models/Elixir.B.spex", MODEL("Elixir.B"));
    struct project_options options = folders("ex");
    char *files[] = {memory_copy_text(suite_scratch_path("ex/named.ex"))};
    struct project project;
    spex_error error;
    if (ASSERT_OK(project_load(&project, &options, files, 1, &error), error)) {
        CU_ASSERT_EQUAL(project.count, 5);
        const struct project_entry *entry = project_find(&project, "Elixir.B");
        CU_ASSERT_TRUE(entry && entry->model);
        CU_ASSERT_PTR_NOT_NULL(project_find(&project, "Elixir.A"));
        ASSERT_CONTAINS(project.entries[2].error.message, "named.ex: expected a module with");
        ASSERT_CONTAINS(project.entries[3].error.message, "broken.ex:3:2: def_transition takes");
        ASSERT_CONTAINS(project.entries[4].error.message, "two.ex and in");
        project_release(&project);
    }
    free(files[0]);
    project_options_release(&options);
}

static void specifications_load_by_path(void)
{
    spex_specification *specification;
    spex_error error;
    const char *path = suite_write("one.spec", SPEC("One"), sizeof SPEC("One") - 1);
    if (ASSERT_OK(spex_specification_load(&specification, path, &error), error))
        ASSERT_TEXT(spex_specification_name(specification), "One");
    spex_specification_free(specification);
    path = suite_write("two.ex", TWO_MODULES, sizeof TWO_MODULES - 1);
    CU_ASSERT_EQUAL(spex_specification_load(&specification, path, &error), SPEX_ERROR_SYNTAX);
    ASSERT_CONTAINS(error.message, "expected one module with `use Spex.Specification`, found 2");
    path = suite_source("tests/data/elixir/library.ex");
    CU_ASSERT_EQUAL(spex_specification_load(&specification, path, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(spex_specification_load(&specification, suite_scratch(), &error),
                    SPEX_ERROR_SYSTEM);
    CU_ASSERT_PTR_NULL(specification);
}

static void memory_may_run_out_anywhere(void)
{
    put("m/specs/a.spec", SPEC("A"));
    put("m/specs/b.spec", "x");
    put("m/models/A.spex", MODEL("A"));
    put("m/models/B.spex", MODEL("B"));
    struct project_options options = folders("m");
    int status = SPEX_ERROR_MEMORY;
    for (long k = 1; status && k < 500; k++) {
        struct project project;
        spex_error error;
        memory_fail_after(k);
        status = project_load(&project, &options, NULL, 0, &error);
        memory_fail_after(0);
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_MEMORY);
        CU_ASSERT_EQUAL(project.count, status ? 0 : 3);
        project_release(&project);
    }
    CU_ASSERT_EQUAL(status, SPEX_OK);
    project_options_release(&options);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"defaults need no file", defaults_need_no_file},
        {"the environment goes before the file", the_environment_goes_before_the_file},
        {"mistakes in options have their place", mistakes_in_options_have_their_place},
        {"changed options never crash", changed_options_never_crash},
        {"nothing there is no entry", nothing_there_is_no_entry},
        {"a bad file hides nothing", a_bad_file_hides_nothing},
        {"two models of one specification are named", two_models_of_one_specification_are_named},
        {"files are added once", files_are_added_once},
        {"pipes are not waited for", pipes_are_not_waited_for},
        {"the fingerprint follows the files", the_fingerprint_follows_the_files},
        {"both sides start before initialisation", both_sides_start_before_initialisation},
        {"Elixir sources hold any number", elixir_sources_hold_any_number},
        {"specifications load by path", specifications_load_by_path},
        {"memory may run out anywhere", memory_may_run_out_anywhere},
        {0},
    };
    return suite_run("project", tests, argc, argv);
}
