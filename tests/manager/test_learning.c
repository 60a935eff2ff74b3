/* What is learned, and where it goes. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/manager/support.h"

/* ------------------------------------------------------------- helpers */

static const char *folder(const char *name)
{
    const char *path = suite_scratch_path(name);
    spex_error error;
    ASSERT_OK(file_make_directory(path, &error), error);
    return path;
}

/* Scratch stores go where TMPDIR says: into a folder that the test can look into. */
static unsigned entries(const char *directory)
{
    DIR *stream = opendir(directory);
    unsigned count = 0;
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

static void add_specification(spex_manager *manager, const char *name)
{
    spex_specification *specification;
    spex_error error;
    ASSERT_OK(spex_specification_create(&specification, name, &error), error);
    ASSERT_OK(spex_specification_add(specification, "a", "go", "b", &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, specification, NULL, NULL, &error), error);
    spex_specification_free(specification);
}

static void add_order(spex_manager *manager)
{
    spex_error error;
    spex_specification *order = order_specification();
    ASSERT_OK(spex_manager_add_specification(manager, order, NULL, NULL, &error), error);
    spex_specification_free(order);
}

/* ------------------------------------------------------------ test runs */

static void a_test_run_adds_to_the_models(void)
{
    const char *models = folder("run/models"), *temporary = folder("run/tmp");
    setenv("TMPDIR", temporary, 1);
    suite_write("run/models/Order.spex", short_order, strlen(short_order));
    spex_test *test;
    spex_error error;
    ASSERT_OK(spex_test_begin(&test, models, NULL, &error), error);
    CU_ASSERT_EQUAL(entries(temporary), 1);
    spex_manager *manager = spex_test_manager(test);
    add_order(manager);
    add_specification(manager, "Other");
    spex_observation observation;
    ASSERT_OK(spex_init(manager, "Order", "o", NULL, NULL, &error), error);
    ASSERT_OK(spex_transition_at(manager, "o", "pay", "paid", 0, SPEX_HERE, &observation, &error),
              error);
    CU_ASSERT_EQUAL(observation.verdict, SPEX_VERDICT_LEARNED);
    ASSERT_OK(spex_init_async(manager, "Other", "x", NULL, NULL, &error), error);
    /* Mocking is no behaviour. */
    ASSERT_OK(spex_mock(manager, "Order", "m", NULL, "shipped", &error), error);
    spex_model **added;
    size_t count;
    ASSERT_OK(spex_test_end(test, &added, &count, &error), error);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    ASSERT_TEXT(spex_model_name(added[0]), "Order");
    CU_ASSERT_EQUAL(spex_model_transition_count(added[0]), 1);
    const char *from, *action, *to;
    CU_ASSERT_TRUE(spex_model_transition(added[0], 0, &from, &action, &to));
    ASSERT_TEXT(action, "pay");
    ASSERT_TEXT(spex_model_name(added[1]), "Other");
    spex_models_free(added, count);
    ASSERT_TEXT(suite_content(join_path(models, "Order.spex")),
                "Specification: Order\nLearning mode: false\nTransitions:\n"
                "basket --[pay]-> paid\nnil --[__initialisation__]-> basket\n");
    ASSERT_TEXT(suite_content(join_path(models, "Other.spex")),
                "Specification: Other\nLearning mode: false\nTransitions:\n"
                "nil --[__initialisation__]-> a\n");
    CU_ASSERT_EQUAL(entries(models), 2);
    CU_ASSERT_EQUAL(entries(temporary), 0);
    unsetenv("TMPDIR");
}

static void what_is_not_new_leaves_the_file_alone(void)
{
    const char *models = folder("old/models");
    const char *path = suite_write("old/models/odd name.spex", short_order, strlen(short_order));
    struct stat before, after;
    CU_ASSERT_EQUAL(stat(path, &before), 0);
    for (int round = 0; round < 3; round++) {
        /* The third time it is learning, and frozen in place, whatever it is called. */
        static const char learning[] = "Specification: Order\r\nLearning mode: true\r\n"
                                       "Transitions:\r\n\r\n";
        if (round == 2)
            suite_write("old/models/odd name.spex", learning, strlen(learning));
        spex_test *test;
        spex_error error;
        ASSERT_OK(spex_test_begin(&test, models, NULL, &error), error);
        add_order(spex_test_manager(test));
        if (round)
            ASSERT_OK(spex_init(spex_test_manager(test), "Order", "o", NULL, NULL, &error), error);
        spex_model **added;
        size_t count = 7;
        ASSERT_OK(spex_test_end(test, &added, &count, &error), error);
        CU_ASSERT_EQUAL(count, round == 2);
        spex_models_free(added, count);
        CU_ASSERT_EQUAL(stat(path, &after), 0);
        /* Of a file that was replaced the number may be given again. */
        if (round < 2)
            CU_ASSERT_TRUE(after.st_ino == before.st_ino &&
                           after.st_mtim.tv_sec == before.st_mtim.tv_sec &&
                           after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
        ASSERT_TEXT(suite_content(path), short_order);
        CU_ASSERT_EQUAL(entries(models), 1);
    }
}

static void a_test_run_that_failed_writes_nothing(void)
{
    const char *models = suite_scratch_path("cancel/models"), *temporary = folder("cancel/tmp");
    setenv("TMPDIR", temporary, 1);
    spex_test *test;
    spex_error error;
    ASSERT_OK(spex_test_begin(&test, models, NULL, &error), error);
    add_order(spex_test_manager(test));
    ASSERT_OK(spex_init(spex_test_manager(test), "Order", "o", NULL, NULL, &error), error);
    spex_test_cancel(test);
    spex_test_cancel(NULL);
    CU_ASSERT_NOT_EQUAL(access(models, F_OK), 0);
    /* With a model that cannot be read nothing is begun, and nothing left behind. */
    folder("cancel/models");
    suite_write("cancel/models/Bad.spex", "Bad\n", 4);
    CU_ASSERT_EQUAL(spex_test_begin(&test, models, NULL, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_PTR_NULL(test);
    ASSERT_CONTAINS(error.message, "Bad.spex:1");
    CU_ASSERT_EQUAL(spex_test_end(test, NULL, NULL, &error), SPEX_ERROR_USAGE);
    unsetenv("TMPDIR");
    CU_ASSERT_EQUAL(entries(temporary), 0);
}

/* Whatever keeps one model from being written keeps all files as they were. */
static void models_are_written_all_or_none(void)
{
    static const char *const troubles[] = {"hostile", "unsafe", "folder", "spoilt", "full"};
    for (int trouble = 0; trouble < 5; trouble++) {
        char name[64];
        snprintf(name, sizeof name, "none-%s", troubles[trouble]);
        const char *models = folder(name);
        spex_test *test;
        spex_error error;
        ASSERT_OK(spex_test_begin(&test, models, NULL, &error), error);
        spex_manager *manager = spex_test_manager(test);
        add_specification(manager, "Alpha");
        add_order(manager);
        add_specification(manager, "../Outside");
        ASSERT_OK(spex_init(manager, "Alpha", "x", NULL, NULL, &error), error);
        ASSERT_OK(spex_init(manager, "Order", "o", NULL, NULL, &error), error);
        struct rlimit limit, old;
        getrlimit(RLIMIT_FSIZE, &old);
        int status = SPEX_ERROR_USAGE;
        if (trouble == 0)
            ASSERT_OK(spex_transition(manager, "o", "x]-> y --[z", "q", &error), error);
        if (trouble == 1)
            ASSERT_OK(spex_init(manager, "../Outside", "u", NULL, NULL, &error), error);
        if (trouble == 2) {
            mkdir(join_path(models, "Order.spex"), 0777);
            status = SPEX_ERROR_SYSTEM;
        }
        if (trouble == 3) {
            ASSERT_OK(file_replace(join_path(models, "Order.spex"), "?", 1, &error), error);
            status = SPEX_ERROR_SYNTAX;
        }
        if (trouble == 4) {
            signal(SIGXFSZ, SIG_IGN);
            limit = old;
            limit.rlim_cur = 100; /* enough for Alpha */
            for (int i = 0; i < 10; i++) {
                char state[32];
                snprintf(state, sizeof state, "state %d", i);
                ASSERT_OK(spex_transition(manager, "o", "go", state, &error), error);
            }
            spex_model **all; /* opens every shard */
            size_t count;
            ASSERT_OK(spex_models_get(manager, &all, &count, &error), error);
            spex_models_free(all, count);
            setrlimit(RLIMIT_FSIZE, &limit);
            status = SPEX_ERROR_SYSTEM;
        }
        unsigned before = entries(models);
        CU_ASSERT_EQUAL(spex_test_end(test, NULL, NULL, &error), status);
        setrlimit(RLIMIT_FSIZE, &old);
        CU_ASSERT_EQUAL(entries(models), before);
        CU_ASSERT_NOT_EQUAL(access(join_path(models, "Alpha.spex"), F_OK), 0);
    }
}

enum { RUNNERS = 6, STEPS = 50 };

struct runner {
    spex_test *test;
    const char *models;
    int number;
    int failures;
};

/* A program under test with a manager of its own. */
static void *run_program(void *context)
{
    struct runner *runner = context;
    struct fake_clock clock = {.now = START};
    spex_manager_options options;
    spex_manager *manager;
    spex_error error;
    spex_manager_options_init(&options);
    options.store_dir = "/nowhere";
    options.distribution_factor = 7;
    options.clock = fake_clock(&clock);
    spex_test_options(runner->test, &options);
    if (spex_manager_open(&manager, &options, &error)) {
        runner->failures++;
        return NULL;
    }
    add_order(manager);
    char name[32], state[32];
    snprintf(name, sizeof name, "o-%d", runner->number);
    runner->failures += spex_init(manager, "Order", name, NULL, "start", &error) != SPEX_OK;
    for (int i = 0; i < STEPS; i++) {
        snprintf(state, sizeof state, "s-%d-%02d", runner->number % 3, i);
        runner->failures += spex_transition_async(manager, name, "go", state, &error) != SPEX_OK;
    }
    spex_manager_close(manager);
    return NULL;
}

static void several_managers_take_part(void)
{
    const char *models = folder("several");
    spex_test *test;
    spex_error error;
    ASSERT_OK(spex_test_begin(&test, models, NULL, &error), error);
    pthread_t threads[RUNNERS];
    struct runner runners[RUNNERS];
    for (int i = 0; i < RUNNERS; i++) {
        runners[i] = (struct runner){test, models, i, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_program, &runners[i]), 0);
    }
    for (int i = 0; i < RUNNERS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(runners[i].failures, 0);
    }
    spex_model **added;
    size_t count;
    ASSERT_OK(spex_test_end(test, &added, &count, &error), error);
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_EQUAL(spex_model_transition_count(added[0]), 1 + 3 * STEPS);
    spex_models_free(added, count);
}

/* A whole run in a thread: all end at about the same time, into one folder. */
static void *run_alone(void *context)
{
    struct runner *runner = context;
    spex_error error;
    if (spex_test_begin(&runner->test, runner->models, NULL, &error)) {
        runner->failures++;
        return NULL;
    }
    run_program(runner);
    spex_model **added;
    size_t count;
    runner->failures += spex_test_end(runner->test, &added, &count, &error) != SPEX_OK;
    spex_models_free(added, count);
    return NULL;
}

static void runs_that_end_at_once_forget_nothing(void)
{
    const char *models = folder("at-once");
    pthread_t threads[RUNNERS];
    struct runner runners[RUNNERS];
    for (int i = 0; i < RUNNERS; i++) {
        runners[i] = (struct runner){NULL, models, i, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_alone, &runners[i]), 0);
    }
    for (int i = 0; i < RUNNERS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(runners[i].failures, 0);
    }
    spex_model *model;
    spex_error error;
    ASSERT_OK(model_file_read(join_path(models, "Order.spex"), NULL, &model, &error), error);
    CU_ASSERT_EQUAL(spex_model_transition_count(model), 1 + 3 * STEPS);
    spex_model_free(model);
}

static void *end_run(void *context)
{
    struct runner *runner = context;
    spex_error error;
    runner->failures += spex_test_end(runner->test, NULL, NULL, &error) != SPEX_OK;
    return NULL;
}

/* Who has the folder locked may change it before a run that ends looks at it. */
static void a_run_waits_for_the_folder(void)
{
    const char *models = folder("locked"), *path = "locked/Order.spex";
    struct runner runner = {.models = models};
    spex_test *another;
    spex_error error;
    pthread_t thread;
    ASSERT_OK(spex_test_begin(&runner.test, models, NULL, &error), error);
    add_order(spex_test_manager(runner.test));
    ASSERT_OK(spex_init(spex_test_manager(runner.test), "Order", "o", NULL, NULL, &error), error);
    int descriptor = open(models, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_EQUAL(flock(descriptor, LOCK_EX), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, end_run, &runner), 0);
    /* Long enough for one that does not wait. */
    ASSERT_OK(spex_test_begin(&another, models, NULL, &error), error);
    spex_test_cancel(another);
    static const char content[] = "Specification: Order\nLearning mode: false\nTransitions:\n"
                                  "basket --[pay]-> paid\n";
    suite_write(path, content, sizeof content - 1);
    close(descriptor);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(runner.failures, 0);
    ASSERT_TEXT(suite_content(suite_scratch_path(path)),
                "Specification: Order\nLearning mode: false\nTransitions:\n"
                "basket --[pay]-> paid\nnil --[__initialisation__]-> basket\n");
}

/* A store that is named keeps the instances, and what is learned in it counts again. */
static void a_named_store_stays(void)
{
    const char *models = folder("named/models"), *store = suite_scratch_path("named/store");
    spex_error error;
    for (int round = 0; round < 2; round++) {
        spex_test *test;
        ASSERT_OK(spex_test_begin(&test, models, store, &error), error);
        spex_manager *manager = spex_test_manager(test);
        add_order(manager);
        CU_ASSERT_EQUAL(spex_init(manager, "Order", "o", NULL, NULL, &error),
                        round ? SPEX_ERROR_REFUSED : SPEX_OK);
        ASSERT_OK(spex_transition(manager, "o", "step", round ? "two" : "one", &error), error);
        ASSERT_OK(spex_test_end(test, NULL, NULL, &error), error);
    }
    ASSERT_TEXT(suite_content(join_path(models, "Order.spex")),
                "Specification: Order\nLearning mode: false\nTransitions:\n"
                "basket --[step]-> one\nnil --[__initialisation__]-> basket\n"
                "one --[step]-> two\n");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a test run adds to the models", a_test_run_adds_to_the_models},
        {"what is not new leaves the file alone", what_is_not_new_leaves_the_file_alone},
        {"a test run that failed writes nothing", a_test_run_that_failed_writes_nothing},
        {"models are written all or none", models_are_written_all_or_none},
        {"several managers take part", several_managers_take_part},
        {"runs that end at once forget nothing", runs_that_end_at_once_forget_nothing},
        {"a run waits for the folder", a_run_waits_for_the_folder},
        {"a named store stays", a_named_store_stays},
        {0},
    };
    return suite_run("learning", tests, argc, argv);
}
