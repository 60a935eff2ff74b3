/* Memory runs out at every possible moment: the k-th allocation fails, ours or SQLite's, for
 * every k of each call. The call says so and nothing happened, or it went well; what was
 * acknowledged is there, and afterwards everything works. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/allocations.h"
#include "tests/manager/support.h"

/* ------------------------------------------------------------- settings */

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static void add_named(spex_manager *manager, const char *name)
{
    spex_specification *named;
    spex_error error;
    ASSERT_OK(spex_specification_create(&named, name, &error), error);
    ASSERT_OK(spex_specification_add(named, "a", "go", "b", &error), error);
    ASSERT_OK(spex_specification_add(named, "b", "back", "a", &error), error);
    spex_policy policy = *spex_specification_policy(named);
    policy.prune_timeout = 1000;
    policy.prunable = SPEX_PRUNABLE_ALL;
    if (strcmp(name, "Timed") == 0)
        policy.transition_timeout = 10000;
    ASSERT_OK(spex_specification_set_policy(named, &policy, &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, named, NULL, NULL, &error), error);
    spex_specification_free(named);
}

/* Large enough for its deviations to be judged ahead. */
enum { LARGE = 600 };

static void write_large_model(struct setting *setting)
{
    struct text text = {0};
    text_append(&text, "Specification: Large\nLearning mode: false\nTransitions:\n"
                       "nil --[__initialisation__]-> s0\n");
    for (int i = 0; i < LARGE; i++)
        text_printf(&text, "s%d --[go]-> s%d\n", i, i + 1);
    setting_model(setting, "Large", text_value(&text));
    text_release(&text);
}

static void add_large(spex_manager *manager)
{
    spex_specification *large;
    spex_error error;
    ASSERT_OK(spex_specification_create(&large, "Large", &error), error);
    for (int i = 0; i < LARGE; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "s%d", i);
        snprintf(to, sizeof to, "s%d", i + 1);
        ASSERT_OK(spex_specification_add(large, from, "go", to, &error), error);
    }
    ASSERT_OK(spex_manager_add_specification(manager, large, NULL, NULL, &error), error);
    spex_specification_free(large);
}

static void memory_setting(struct setting *setting, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s-%s", name, allocations_of_sqlite ? "sqlite" : "core");
    setting_init(setting, path, true);
    write_large_model(setting);
    setting->options.distribution_factor = 1;
    setting->options.log = quiet;
}

static void memory_open(struct setting *setting)
{
    setting_open(setting);
    add_named(setting->manager, "Learned");
    add_named(setting->manager, "Timed");
    add_large(setting->manager);
}

/* ---------------------------------------------------------- calls on one */

/* What is known of an instance, or that there is none. */
static const char *whole(struct setting *setting, const char *identifier)
{
    static char texts[4][400];
    static unsigned next;
    char *text = texts[next++ % 4];
    const char *shown = setting_show(setting, identifier);
    snprintf(text, 400, "%s %s", shown,
             strcmp(shown, "none") ? setting_history(setting, identifier) : "");
    return text;
}

typedef int (*operation)(struct setting *setting, const char *identifier, spex_error *error);

static int call_init(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_init(setting->manager, "Order", identifier, "{\"a\":1}", NULL, error);
}

static int call_learn(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_init(setting->manager, "Learned", identifier, NULL, NULL, error);
}

static int call_step(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_transition(setting->manager, identifier, "pay", "paid", error);
}

static int call_deviate(struct setting *setting, const char *identifier, spex_error *error)
{
    /* A state of its own, so that no verdict is known yet. */
    return spex_transition(setting->manager, identifier, "hack", identifier, error);
}

static int call_use_twice(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_init(setting->manager, "Order", identifier, NULL, NULL, error);
}

static int call_mock(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_mock(setting->manager, "Order", identifier, NULL, "paid", error);
}

static int call_delete(struct setting *setting, const char *identifier, spex_error *error)
{
    return spex_delete(setting->manager, identifier, NULL, error);
}

static int call_delete_matching(struct setting *setting, const char *identifier, spex_error *error)
{
    uint64_t deleted;
    return spex_delete_matching(setting->manager, &(spex_filter){.text = identifier}, &deleted,
                                error);
}

static int call_prune(struct setting *setting, const char *identifier, spex_error *error)
{
    (void)identifier;
    uint64_t deleted;
    return spex_prune(setting->manager, false, &deleted, error);
}

/* Whatever becomes of a queued call, half of it does not happen. */
static int call_async(struct setting *setting, const char *identifier, spex_error *error)
{
    int status = spex_transition_async(setting->manager, identifier, "pay", "paid", error);
    if (spex_manager_flush(setting->manager, NULL))
        spex_manager_flush(setting->manager, NULL);
    return status;
}

static const struct {
    const char *name;
    const char *before; /* the specification of the instance that is there, or NULL */
    operation run;
    const char *after; /* "*": the identifier; NULL: as before */
    bool refused;
    bool uncertain; /* success does not tell that it happened */
} operations[] = {
    {"init", NULL, call_init, "basket/1/0 __initialisation__>basket(conforms)", 0, 0},
    {"learn", NULL, call_learn, "a/1/0 __initialisation__>a(learned)", 0, 0},
    {"step", "Order", call_step, "paid/2/0 __initialisation__>basket(conforms) pay>paid(conforms)",
     0, 0},
    {"deviate", "Order", call_deviate,
     "*/2/1 __initialisation__>basket(conforms) hack>*(deviation_not_equivalent)", 1, 0},
    {"judge ahead", "Large", call_deviate,
     "*/2/1 __initialisation__>s0(conforms) hack>*(deviation_not_equivalent)", 1, 0},
    {"use twice", "Order", call_use_twice, NULL, 1, 0},
    {"mock", NULL, call_mock, "paid/0/0/mocked ", 0, 0},
    {"mock over", "Order", call_mock, "paid/0/0/mocked ", 0, 0},
    {"delete", "Order", call_delete, "none ", 0, 0},
    {"delete matching", "Order", call_delete_matching, "none ", 0, 0},
    {"prune", "Learned", call_prune, "none ", 0, 0},
    {"async", "Order", call_async,
     "paid/2/0 __initialisation__>basket(conforms) pay>paid(conforms)", 0, 1},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

/* The text with the identifier for each star. */
static const char *expected_of(const char *pattern, const char *identifier)
{
    static char text[400];
    size_t length = 0;
    for (; *pattern; pattern++) {
        const char *part = *pattern == '*' ? identifier : pattern;
        size_t size = *pattern == '*' ? strlen(identifier) : 1;
        memcpy(text + length, part, size);
        length += size;
    }
    text[length] = '\0';
    return text;
}

/* Returns whether an allocation was to be failed. */
static bool try_operation(struct setting *setting, size_t which, long k)
{
    spex_error error;
    char identifier[32];
    snprintf(identifier, sizeof identifier, "o%zu-%ld", which, k);
    if (operations[which].before)
        ASSERT_OK(
            spex_init(setting->manager, operations[which].before, identifier, NULL, NULL, &error),
            error);
    atomic_fetch_add(&setting->clock.now, 2 * SECOND); /* idle for long enough to be pruned */
    char before[400];
    snprintf(before, sizeof before, "%s", whole(setting, identifier));
    allocations_fail(k);
    int status = operations[which].run(setting, identifier, &error);
    bool hit = allocations_failed();
    const char *after = operations[which].after;
    const char *expected = after ? expected_of(after, identifier) : before;
    const char *is = whole(setting, identifier);
    if (status == SPEX_OK || status == SPEX_ERROR_REFUSED) {
        CU_ASSERT_EQUAL(status, operations[which].refused ? SPEX_ERROR_REFUSED : SPEX_OK);
        if (!operations[which].uncertain || strcmp(is, before) != 0)
            ASSERT_TEXT(is, expected);
    } else {
        CU_ASSERT_TRUE(hit);
        CU_ASSERT_TRUE(status == SPEX_ERROR_MEMORY ||
                       (allocations_of_sqlite && status == SPEX_ERROR_STORE));
        ASSERT_TEXT(is, before);
    }
    if (!hit)
        CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_REFUSED);
    return hit;
}

static void every_call_on_an_instance(void)
{
    struct setting setting;
    memory_setting(&setting, "one");
    memory_open(&setting);
    long tries = 0;
    for (size_t which = 0; which < OPERATIONS; which++) {
        long k = 1;
        /* Statements that are prepared already allocate less: begin with a fresh manager. */
        setting_close(&setting);
        memory_open(&setting);
        for (unsigned calm = 0; calm < 3; k++)
            calm = try_operation(&setting, which, k) ? 0 : calm + 1;
        tries += k;
    }
    printf("     %ld calls, each with another allocation failing\n", tries);
    setting_release(&setting);
}

/* Nobody of the first callers of a manager: opening, with every statement to be prepared. */
static void the_first_call_of_a_manager(void)
{
    struct setting setting;
    memory_setting(&setting, "first");
    memory_open(&setting);
    for (size_t which = 0; which < OPERATIONS; which++)
        for (long k = 1, calm = 0; calm < 2; k = allocations_next(k)) {
            char identifier[32];
            snprintf(identifier, sizeof identifier, "f%zu-%ld", which, k);
            spex_error error;
            if (operations[which].before)
                ASSERT_OK(spex_init(setting.manager, operations[which].before, identifier, NULL,
                                    NULL, &error),
                          error);
            atomic_fetch_add(&setting.clock.now, 2 * SECOND);
            setting_close(&setting);
            memory_open(&setting);
            allocations_fail(k);
            int status = operations[which].run(&setting, identifier, &error);
            calm = allocations_failed() ? 0 : calm + 1;
            const char *after = operations[which].after;
            const char *is = whole(&setting, identifier);
            if ((status == SPEX_OK || status == SPEX_ERROR_REFUSED) && after &&
                !operations[which].uncertain)
                ASSERT_TEXT(is, expected_of(after, identifier));
            if (calm)
                CU_ASSERT_TRUE(status == SPEX_OK || status == SPEX_ERROR_REFUSED);
        }
    setting_release(&setting);
}

/* ---------------------------------------------------------- calls on many */

static bool count_one(const spex_instance *instance, void *user_data)
{
    ++*(unsigned *)user_data;
    return instance->identifier != NULL;
}

typedef int (*question)(struct setting *setting, spex_error *error);

static int ask_get(struct setting *setting, spex_error *error)
{
    spex_instance *instance;
    int status = spex_get(setting->manager, "many-3", &instance, error);
    CU_ASSERT_EQUAL(status == SPEX_OK, instance != NULL);
    spex_instance_free(instance);
    return status;
}

static int ask_all(struct setting *setting, spex_error *error)
{
    unsigned count = 0;
    int status = spex_all(setting->manager, NULL, count_one, &count, error);
    CU_ASSERT_TRUE(status || count == 20);
    return status;
}

static int ask_prune(struct setting *setting, spex_error *error)
{
    uint64_t count;
    return spex_prune(setting->manager, true, &count, error);
}

static int ask_model(struct setting *setting, spex_error *error)
{
    spex_model *model;
    int status = spex_model_get(setting->manager, "Learned", &model, error);
    CU_ASSERT_EQUAL(status == SPEX_OK, model != NULL);
    CU_ASSERT_TRUE(status || spex_model_transition_count(model) == 2);
    spex_model_free(model);
    return status;
}

static int ask_models(struct setting *setting, spex_error *error)
{
    spex_model **models;
    size_t count;
    int status = spex_models_get(setting->manager, &models, &count, error);
    CU_ASSERT_EQUAL(count, status ? 0 : 3);
    spex_models_free(models, count);
    return status;
}

static const char *exported;

static int ask_export(struct setting *setting, spex_error *error)
{
    return spex_models_export(setting->manager, exported, error);
}

static void expect_whole_files(void)
{
    char **paths = NULL;
    size_t count = 0;
    spex_error error;
    if (access(exported, F_OK) == 0)
        ASSERT_OK(file_list(exported, ".spex", &paths, &count, &error), error);
    for (size_t i = 0; i < count; i++) {
        struct spex_model *model;
        ASSERT_OK(model_file_read(paths[i], NULL, &model, &error), error);
        spex_model_free(model);
    }
    file_list_free(paths, count);
}

static int ask_flush(struct setting *setting, spex_error *error)
{
    return spex_manager_flush(setting->manager, error);
}

static void every_question(void)
{
    static const question questions[] = {ask_get,    ask_all,    ask_prune, ask_model,
                                         ask_models, ask_export, ask_flush};
    struct setting setting;
    memory_setting(&setting, "many");
    exported = suite_scratch_path(allocations_of_sqlite ? "exported-sqlite" : "exported");
    memory_open(&setting);
    spex_error error;
    char name[32];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "many-%d", i);
        ASSERT_OK(spex_init(setting.manager, "Learned", name, NULL, NULL, &error), error);
        ASSERT_OK(spex_transition(setting.manager, name, "go", "b", &error), error);
    }
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        setting_close(&setting);
        memory_open(&setting);
        long k = 1;
        for (unsigned calm = 0; calm < 3; k++) {
            allocations_fail(k);
            int status = questions[i](&setting, &error);
            bool hit = allocations_failed();
            calm = hit ? 0 : calm + 1;
            CU_ASSERT_TRUE(hit || !status);
            CU_ASSERT_TRUE(!status || status == SPEX_ERROR_MEMORY || status == SPEX_ERROR_STORE);
            expect_whole_files();
        }
        ASSERT_OK(questions[i](&setting, &error), error);
    }
    setting_release(&setting);
}

/* ------------------------------------------------ managers, timers, runs */

static void opening_and_closing(void)
{
    struct setting setting;
    memory_setting(&setting, "open");
    spex_error error;
    unsigned calm = 0;
    for (long k = 1; calm < 3; k = allocations_next(k)) {
        /* Half of the time there is no store yet. */
        char store[64];
        snprintf(store, sizeof store, "open-%d/store-%ld", allocations_of_sqlite, k & 1 ? 0 : k);
        setting.options.store_dir = suite_scratch_path(store);
        allocations_fail(k);
        int status = spex_manager_open(&setting.manager, &setting.options, &error);
        CU_ASSERT_EQUAL(status == SPEX_OK, setting.manager != NULL);
        if (!status)
            spex_init(setting.manager, "Large", "x", NULL, NULL, &error);
        spex_manager_close(setting.manager);
        setting.manager = NULL;
        calm = allocations_failed() ? 0 : calm + 1;
        setting_open(&setting);
        setting_close(&setting);
    }
    setting_release(&setting);
}

/* Nothing that is due is forgotten or told twice. */
static void timeouts(void)
{
    struct setting setting;
    memory_setting(&setting, "timeouts");
    unsigned calm = 0;
    spex_error error;
    for (long k = 1; calm < 3; k++) {
        memory_open(&setting);
        char name[32];
        snprintf(name, sizeof name, "t-%ld", k);
        ASSERT_OK(spex_init(setting.manager, "Timed", name, NULL, NULL, &error), error);
        witness_take(&setting.witness);
        ASSERT_OK(spex_manager_start(setting.manager, &error), error);
        setting_pass(&setting, 0);
        CU_ASSERT_EQUAL(setting.witness.count, 0);
        allocations_fail(k);
        setting_pass(&setting, 11 * SECOND);
        calm = allocations_failed() ? 0 : calm + 1;
        setting_pass(&setting, SECOND);
        setting_pass(&setting, SECOND);
        CU_ASSERT_EQUAL(setting.witness.count, 1);
        setting_close(&setting);
    }
    setting_release(&setting);
}

static void test_runs(void)
{
    spex_error error;
    unsigned calm = 0;
    const char *store = suite_scratch_path(allocations_of_sqlite ? "runs-1/store" : "runs-0/store");
    for (long k = 1; calm < 3; k = allocations_next(k)) {
        char path[64];
        snprintf(path, sizeof path, "runs-%d/%ld", allocations_of_sqlite, k);
        const char *folder = suite_scratch_path(path);
        spex_test *test = NULL;
        spex_model **added;
        size_t count = 0;
        bool told = false;
        int status = spex_test_begin(&test, folder, store, &error);
        ASSERT_OK(status, error);
        if (k == 1) {
            add_named(spex_test_manager(test), "Learned");
            ASSERT_OK(spex_init(spex_test_manager(test), "Learned", "x", NULL, NULL, &error),
                      error);
        }
        allocations_fail(k);
        status = spex_test_end(test, &added, &count, &error);
        told = allocations_failed();
        calm = told ? 0 : calm + 1;
        spex_models_free(added, count);
        CU_ASSERT_EQUAL(count, status ? 0 : 1);
        snprintf(path, sizeof path, "runs-%d/%ld/Learned.spex", allocations_of_sqlite, k);
        CU_ASSERT_EQUAL(access(suite_scratch_path(path), F_OK) == 0, !status);
        /* Beginning one. */
        allocations_fail(k);
        status = spex_test_begin(&test, folder, store, &error);
        told = allocations_failed();
        calm = told ? 0 : calm;
        CU_ASSERT_EQUAL(status == SPEX_OK, test != NULL);
        CU_ASSERT_TRUE(told || !status);
        spex_test_cancel(test);
    }
}

/* A model that cannot be read for want of memory is read at the next look. */
static void changed_models(void)
{
    struct setting setting;
    memory_setting(&setting, "changed");
    memory_open(&setting);
    setting.witness.accept = 0;
    spex_error error;
    unsigned calm = 0;
    ASSERT_OK(spex_init(setting.manager, "Order", "x", NULL, NULL, &error), error);
    for (long k = 1; calm < 4; k++) {
        bool knows = k % 2;
        setting_model(&setting, "Order",
                      knows ? "Specification: Order\nLearning mode: false\nTransitions:\n"
                              "basket --[hack]-> basket\nnil --[__initialisation__]-> basket\n"
                            : "Specification: Order\nLearning mode: false\nTransitions:\n"
                              "nil --[__initialisation__]-> basket\n");
        atomic_fetch_add(&setting.clock.now, SECOND);
        allocations_fail(k);
        spex_transition(setting.manager, "x", "hack", "basket", &error);
        calm = allocations_failed() ? 0 : calm + 1;
        atomic_fetch_add(&setting.clock.now, SECOND);
        CU_ASSERT_EQUAL(spex_transition(setting.manager, "x", "hack", "basket", &error),
                        knows ? SPEX_OK : SPEX_ERROR_REFUSED);
    }
    setting_release(&setting);
}

/* ------------------------------------------------------------- both of them */

WITH_BOTH(every_call_on_an_instance)
WITH_BOTH(the_first_call_of_a_manager)
WITH_BOTH(every_question)
WITH_BOTH(opening_and_closing)
WITH_BOTH(timeouts)
WITH_BOTH(test_runs)
WITH_BOTH(changed_models)

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"every call on an instance", every_call_on_an_instance_of_core},
        {"every call on an instance, SQLite", every_call_on_an_instance_of_sqlite},
        {"the first call of a manager", the_first_call_of_a_manager_of_core},
        {"the first call of a manager, SQLite", the_first_call_of_a_manager_of_sqlite},
        {"every question", every_question_of_core},
        {"every question, SQLite", every_question_of_sqlite},
        {"opening and closing", opening_and_closing_of_core},
        {"opening and closing, SQLite", opening_and_closing_of_sqlite},
        {"timeouts", timeouts_of_core},
        {"timeouts, SQLite", timeouts_of_sqlite},
        {"test runs", test_runs_of_core},
        {"test runs, SQLite", test_runs_of_sqlite},
        {"changed models", changed_models_of_core},
        {"changed models, SQLite", changed_models_of_sqlite},
        {0},
    };
    allocations_take_over();
    return suite_run("memory", tests, argc, argv);
}
