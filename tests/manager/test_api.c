/* The public calls as spex.h describes them: what goes in, what comes out, every error. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/manager/support.h"

/* --------------------------------------------------------- specifications */

static void specifications_take_names_and_policies(void)
{
    spex_specification *specification;
    spex_error error;
    CU_ASSERT_EQUAL(spex_specification_create(&specification, "", &error), SPEX_ERROR_USAGE);
    CU_ASSERT_PTR_NULL(specification);
    CU_ASSERT_EQUAL(spex_specification_create(&specification, "\xff", NULL), SPEX_ERROR_USAGE);
    ASSERT_OK(spex_specification_create(&specification, "Lamp", &error), error);
    ASSERT_TEXT(spex_specification_name(specification), "Lamp");
    CU_ASSERT_PTR_NULL(spex_specification_initial(specification));
    CU_ASSERT_EQUAL(spex_specification_policy(specification)->accept, SPEX_ACCEPT_DEFAULT);
    CU_ASSERT_EQUAL(spex_specification_policy(specification)->prune_timeout, SPEX_INFINITY);
    ASSERT_OK(spex_specification_add(specification, "off", "press", "on", &error), error);
    ASSERT_OK(spex_specification_add(specification, "off", "press", "on", &error), error);
    CU_ASSERT_EQUAL(spex_specification_add(specification, "off", NULL, "on", &error),
                    SPEX_ERROR_USAGE);
    ASSERT_TEXT(spex_specification_initial(specification), "off");
    const char *states[] = {"on", ""};
    spex_policy policy = {
        .prunable = SPEX_PRUNABLE_LIST, .prunable_states = states, .prunable_state_count = 2};
    CU_ASSERT_EQUAL(spex_specification_set_policy(specification, &policy, &error),
                    SPEX_ERROR_USAGE);
    policy.prunable_state_count = 1;
    policy.transition_timeout = -2;
    CU_ASSERT_EQUAL(spex_specification_set_policy(specification, &policy, &error),
                    SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_specification_policy(specification)->prunable, SPEX_PRUNABLE_NONE);
    policy.transition_timeout = 5;
    ASSERT_OK(spex_specification_set_policy(specification, &policy, &error), error);
    states[0] = "elsewhere"; /* it was copied */
    ASSERT_TEXT(spex_specification_policy(specification)->prunable_states[0], "on");
    spex_specification_free(specification);
    CU_ASSERT_EQUAL(spex_specification_load(&specification, "/no/such.spec", &error),
                    SPEX_ERROR_SYSTEM);
    CU_ASSERT_PTR_NULL(specification);
    const char *bad = suite_write("bad.spec", "Specification: Bad\na -> b\n", 26);
    CU_ASSERT_EQUAL(spex_specification_load(&specification, bad, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(error.line, 2);
    spex_specification_free(NULL);
}

/* ---------------------------------------------------------------- options */

static void options_come_from_file_and_environment(void)
{
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    ASSERT_TEXT(options.store_dir, "./spex_store");
    CU_ASSERT_EQUAL(options.distribution_factor, 0);
    CU_ASSERT_EQUAL(options.mailbox_capacity, 4096);
    CU_ASSERT_TRUE(options.check_transition_timeouts_on_start);
    const char *bad = suite_write("bad.ini", "durability = lots\n", 18);
    CU_ASSERT_EQUAL(spex_manager_options_load(&options, bad, &error), SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(error.line, 1);
    ASSERT_TEXT(options.store_dir, "./spex_store");
    static const char text[] = "durability = full\nstore_dir = here\nprune_interval = 5m\n";
    const char *good = suite_write("good.ini", text, sizeof text - 1);
    setenv("SPEX_DISTRIBUTION_FACTOR", "7", 1);
    ASSERT_OK(spex_manager_options_load(&options, good, &error), error);
    unsetenv("SPEX_DISTRIBUTION_FACTOR");
    CU_ASSERT_EQUAL(options.durability, SPEX_DURABILITY_FULL);
    CU_ASSERT_EQUAL(options.prune_interval, 300000);
    CU_ASSERT_EQUAL(options.distribution_factor, 7);
    ASSERT_TEXT(options.store_dir, suite_scratch_path("here"));
    spex_manager_options_release(&options);
    spex_manager_options_release(&options);
}

static void a_manager_says_what_it_cannot_open(void)
{
    spex_manager_options options;
    spex_manager *manager;
    spex_error error;
    spex_manager_options_init(&options);
    options.impl_models_dir = suite_scratch_path("none");
    options.store_dir = suite_write("file", "x", 1);
    CU_ASSERT_EQUAL(spex_manager_open(&manager, &options, &error), SPEX_ERROR_STORE);
    CU_ASSERT_PTR_NULL(manager);
    options.store_dir = suite_scratch_path("store");
    options.prune_interval = 0;
    CU_ASSERT_EQUAL(spex_manager_open(&manager, &options, &error), SPEX_ERROR_USAGE);
    options.prune_interval = SPEX_INFINITY;
    options.distribution_factor = 2;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    spex_manager_close(manager);
    options.distribution_factor = 3;
    CU_ASSERT_EQUAL(spex_manager_open(&manager, &options, &error), SPEX_ERROR_STORE);
    ASSERT_CONTAINS(error.message, "reshard");
    options.distribution_factor = 0;
    options.passive = true;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    CU_ASSERT_EQUAL(spex_manager_start(manager, &error), SPEX_ERROR_USAGE);
    spex_manager_close(manager);
    spex_manager_close(NULL);
}

/* ---------------------------------------------------------------- reports */

/* The last place that a handler was given. */
struct seen {
    char file[512];
    int line;
};

static spex_answer see(const spex_report *report, void *user_data)
{
    struct seen *seen = user_data;
    snprintf(seen->file, sizeof seen->file, "%s", report->file ? report->file : "-");
    seen->line = report->line;
    return SPEX_ACCEPT;
}

static void a_handler_sees_where_the_call_was_made(void)
{
    struct setting setting;
    struct seen seen;
    setting_init(&setting, "places", true);
    setting.options.handler = see;
    setting.options.handler_data = &seen;
    setting_open(&setting);
    spex_manager *manager = setting.manager;
    spex_observation observation;
    spex_error error;
    ASSERT_OK(spex_init(manager, "Order", "a", NULL, NULL, &error), error);
    int line = __LINE__ + 1;
    ASSERT_OK(spex_init(manager, "Order", "a", NULL, NULL, &error), error);
    CU_ASSERT_EQUAL(seen.line, line);
    ASSERT_TEXT(seen.file, __FILE__);
    line = __LINE__ + 1;
    ASSERT_OK(spex_transition(manager, "a", "fly", "sky", &error), error);
    CU_ASSERT_EQUAL(seen.line, line);
    line = __LINE__ + 1;
    ASSERT_OK(spex_init_async(manager, "Order", "a", NULL, NULL, &error), error);
    ASSERT_OK(spex_manager_flush(manager, &error), error);
    CU_ASSERT_EQUAL(seen.line, line);
    ASSERT_TEXT(seen.file, __FILE__);
    line = __LINE__ + 1;
    ASSERT_OK(spex_transition_async(manager, "a", "fly", "moon", &error), error);
    ASSERT_OK(spex_manager_flush(manager, &error), error);
    CU_ASSERT_EQUAL(seen.line, line);
    spex_place nowhere = {NULL, 0};
    ASSERT_OK(spex_transition_at(manager, "a", "fly", "sun", 0, nowhere, NULL, &error), error);
    ASSERT_TEXT(seen.file, "-");
    ASSERT_OK(spex_init_async_at(manager, "Order", "b", "{}", "paid", START, nowhere, &error),
              error);
    ASSERT_OK(spex_transition_async_at(manager, "b", "ship", NULL, START + 5, nowhere, &error),
              error);
    spex_instance *instance = spex_get_or_die(manager, "b");
    ASSERT_TEXT(instance->meta, "{}");
    ASSERT_TEXT(instance->state, "shipped");
    CU_ASSERT_EQUAL(instance->since, START + 5);
    spex_instance_free(instance);
    /* Accepted, but stored is nothing. */
    ASSERT_OK(spex_transition_at(manager, "c", "fly", "x", 0, nowhere, &observation, &error),
              error);
    CU_ASSERT_EQUAL(observation.transitions, 0);
    setting_release(&setting);
}

static void reports_are_checked(void)
{
    struct setting setting;
    setting_init(&setting, "checked", true);
    setting_open(&setting);
    spex_manager *manager = setting.manager;
    spex_error error;
    char long_name[SPEX_IDENTIFIER_MAX + 2];
    memset(long_name, 'x', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    const char *const bad[] = {NULL, "", long_name, "\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        spex_instance *instance;
        CU_ASSERT_EQUAL(spex_init(manager, "Order", bad[i], NULL, NULL, &error), SPEX_ERROR_USAGE);
        CU_ASSERT_EQUAL(spex_init_async(manager, "Order", bad[i], NULL, NULL, NULL),
                        SPEX_ERROR_USAGE);
        CU_ASSERT_EQUAL(spex_transition(manager, bad[i], "a", "b", NULL), SPEX_ERROR_USAGE);
        CU_ASSERT_EQUAL(spex_transition_async(manager, bad[i], "a", "b", NULL), SPEX_ERROR_USAGE);
        CU_ASSERT_EQUAL(spex_mock(manager, "Order", bad[i], NULL, "paid", NULL), SPEX_ERROR_USAGE);
        CU_ASSERT_EQUAL(spex_get(manager, bad[i], &instance, NULL), SPEX_ERROR_USAGE);
        CU_ASSERT_PTR_NULL(instance);
        CU_ASSERT_EQUAL(spex_delete(manager, bad[i], NULL, NULL), SPEX_ERROR_USAGE);
    }
    CU_ASSERT_EQUAL(spex_init(manager, "Nothing", "a", NULL, NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "a", "[1]", NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_init(manager, "Order", "a", "{", NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_mock(manager, "Nothing", "a", NULL, NULL, &error), SPEX_ERROR_USAGE);
    ASSERT_OK(spex_mock(manager, "Order", "a", NULL, "paid", &error), error);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", "pay", NULL, &error), SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(
        spex_transition_at(manager, "a", "ship", "shipped", INT64_MAX, SPEX_HERE, NULL, &error),
        SPEX_ERROR_USAGE);
    CU_ASSERT_EQUAL(spex_transition(manager, "a", SPEX_INITIALISATION, "b", &error),
                    SPEX_ERROR_USAGE);
    ASSERT_TEXT(setting_show(&setting, "a"), "paid/0/0/mocked");
    ASSERT_OK(spex_transition(manager, "a", "ship", NULL, &error), error);
    ASSERT_TEXT(setting_show(&setting, "a"), "shipped/1/0");
    setting_release(&setting);
}

/* ------------------------------------------------------- looking, deleting */

struct walk {
    spex_manager *manager;
    struct text seen;
    unsigned limit;
};

/* It looks each one up: a callback may call. */
static bool visit(const spex_instance *instance, void *user_data)
{
    struct walk *walk = user_data;
    spex_instance *whole = spex_get_or_die(walk->manager, instance->identifier);
    text_printf(&walk->seen, "%s%s:%s ", instance->identifier, instance->steps ? "!" : "",
                whole->state);
    spex_instance_free(whole);
    return --walk->limit > 0;
}

static const char *walked(struct setting *setting, const spex_filter *filter, unsigned limit)
{
    static char shown[200];
    struct walk walk = {.manager = setting->manager, .limit = limit};
    ASSERT_OK(spex_all(setting->manager, filter, visit, &walk, &setting->error), setting->error);
    snprintf(shown, sizeof shown, "%s", text_value(&walk.seen));
    text_release(&walk.seen);
    return shown;
}

static void instances_are_listed_and_deleted(void)
{
    struct setting setting;
    setting_init(&setting, "listed", true);
    setting_open(&setting);
    spex_manager *manager = setting.manager;
    spex_error error;
    ASSERT_TEXT(walked(&setting, NULL, 9), "");
    static const char *const names[] = {"e", "d", "c", "b", "a"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ASSERT_OK(spex_init(manager, "Order", names[i], NULL, NULL, &error), error);
    ASSERT_OK(spex_transition(manager, "c", "pay", "paid", &error), error);
    ASSERT_OK(spex_mock(manager, "Lamp", "f", NULL, "on", &error), error);
    ASSERT_TEXT(walked(&setting, NULL, 9), "a:basket b:basket c:paid d:basket e:basket f:on ");
    ASSERT_TEXT(walked(&setting, NULL, 2), "a:basket b:basket ");
    ASSERT_TEXT(walked(&setting, &(spex_filter){.specification = "Lamp"}, 9), "f:on ");
    ASSERT_TEXT(walked(&setting, &(spex_filter){.state = "paid"}, 9), "c:paid ");
    ASSERT_TEXT(walked(&setting, &(spex_filter){.where = "state:paid or mocked"}, 9),
                "c:paid f:on ");
    struct walk unused = {.manager = manager};
    CU_ASSERT_EQUAL(spex_all(manager, &(spex_filter){.where = "state:"}, visit, &unused, &error),
                    SPEX_ERROR_SYNTAX);
    bool deleted = false;
    uint64_t count = 9;
    CU_ASSERT_EQUAL(spex_delete_matching(manager, &(spex_filter){.where = "("}, &count, &error),
                    SPEX_ERROR_SYNTAX);
    CU_ASSERT_EQUAL(count, 0);
    ASSERT_OK(spex_delete(manager, "a", &deleted, &error), error);
    CU_ASSERT_TRUE(deleted);
    ASSERT_OK(spex_delete(manager, "a", &deleted, &error), error);
    CU_ASSERT_FALSE(deleted);
    ASSERT_OK(spex_delete_matching(manager, &(spex_filter){.state = "basket"}, &count, &error),
              error);
    CU_ASSERT_EQUAL(count, 3);
    ASSERT_TEXT(walked(&setting, NULL, 9), "c:paid f:on ");
    ASSERT_OK(spex_delete_matching(manager, NULL, NULL, &error), error);
    ASSERT_TEXT(walked(&setting, NULL, 9), "");
    spex_instance *instance;
    CU_ASSERT_EQUAL(spex_get(manager, "c", &instance, &error), SPEX_ERROR_NOT_FOUND);
    CU_ASSERT_PTR_NULL(instance);
    ASSERT_OK(spex_prune(manager, true, &count, &error), error);
    CU_ASSERT_EQUAL(count, 0);
    setting_release(&setting);
}

/* ---------------------------------------------------------------- models */

static void models_are_listed_and_exported(void)
{
    struct setting setting;
    setting_init(&setting, "exported", false);
    setting_open(&setting);
    spex_manager *manager = setting.manager;
    spex_error error;
    spex_model *model, **models;
    size_t count;
    ASSERT_OK(spex_models_get(manager, &models, &count, &error), error);
    CU_ASSERT_EQUAL(count, 0);
    spex_models_free(models, count);
    CU_ASSERT_EQUAL(spex_model_get(manager, "Order", &model, &error), SPEX_ERROR_NOT_FOUND);
    CU_ASSERT_PTR_NULL(model);
    CU_ASSERT_EQUAL(spex_model_get(manager, "", &model, &error), SPEX_ERROR_USAGE);
    ASSERT_OK(spex_init(manager, "Order", "a", NULL, NULL, &error), error);
    spex_specification *path; /* a name that is no file's */
    ASSERT_OK(spex_specification_create(&path, "../up", &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, path, NULL, NULL, &error), error);
    spex_specification_free(path);
    ASSERT_OK(spex_init(manager, "../up", "b", NULL, "there", &error), error);
    ASSERT_OK(spex_models_get(manager, &models, &count, &error), error);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    ASSERT_TEXT(spex_model_name(models[0]), "../up");
    ASSERT_TEXT(spex_model_name(models[1]), "Order");
    CU_ASSERT_TRUE(spex_model_learning(models[1]));
    CU_ASSERT_EQUAL(spex_model_transition_count(models[1]), 1);
    const char *from, *action, *to;
    CU_ASSERT_TRUE_FATAL(spex_model_transition(models[1], 0, &from, &action, &to));
    ASSERT_TEXT(from, SPEX_NIL);
    ASSERT_TEXT(action, SPEX_INITIALISATION);
    ASSERT_TEXT(to, "basket");
    CU_ASSERT_FALSE(spex_model_transition(models[1], 1, &from, &action, &to));
    spex_models_free(models, count);
    const char *directory = suite_scratch_path("exported/out");
    CU_ASSERT_EQUAL(spex_models_export(manager, directory, &error), SPEX_ERROR_USAGE);
    ASSERT_CONTAINS(error.message, "../up");
    char *bytes;
    size_t length;
    ASSERT_OK(file_read(suite_scratch_path("exported/out/Order.spex"), 0, &bytes, &length, &error),
              error);
    ASSERT_TEXT(bytes, "Specification: Order\nLearning mode: true\nTransitions:\n"
                       "nil --[__initialisation__]-> basket\n");
    free(bytes);
    spex_model_free(NULL);
    setting_release(&setting);
}

/* ------------------------------------------------------- helpers for tests */

/* How the child ended that calls `die`, and what it printed. */
static const char *printed_by(void (*die)(spex_manager *), spex_manager *manager, bool *aborted)
{
    static char output[2000];
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        die(manager);
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t count; length < sizeof output - 1 &&
                        (count = read(ends[0], output + length, sizeof output - 1 - length)) > 0;)
        length += (size_t)count;
    output[length] = '\0';
    close(ends[0]);
    int state;
    waitpid(child, &state, 0);
    *aborted = WIFSIGNALED(state) && WTERMSIG(state) == SIGABRT;
    return output;
}

/* Checked before a shard is asked: the servers' threads are not in the child. */
static void die_of_init(spex_manager *manager)
{
    spex_init_or_die(manager, "Order", "", NULL, NULL);
}
static void die_of_transition(spex_manager *manager)
{
    spex_transition_or_die(manager, "", "pay", "paid");
}
static void die_of_mock(spex_manager *manager)
{
    spex_mock_or_die(manager, "Order", "", NULL, NULL);
}
static void die_of_get(spex_manager *manager)
{
    spex_instance_free(spex_get_or_die(manager, ""));
}

static void or_die_prints_and_aborts(void)
{
    struct setting setting;
    void (*const deaths[])(spex_manager *) = {die_of_init, die_of_transition, die_of_mock,
                                              die_of_get};
    setting_init(&setting, "death", true);
    setting_open(&setting);
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        bool aborted;
        const char *output = printed_by(deaths[i], setting.manager, &aborted);
        CU_ASSERT_TRUE(aborted);
        ASSERT_CONTAINS(output, "test_api.c:");
        ASSERT_CONTAINS(output, "the instance identifier is empty");
    }
    spex_init_or_die(setting.manager, "Order", "a", NULL, NULL);
    spex_transition_or_die(setting.manager, "a", "pay", "paid");
    spex_mock_or_die(setting.manager, "Order", "b", NULL, NULL);
    spex_instance *instance = spex_get_or_die(setting.manager, "b");
    ASSERT_TEXT(instance->state, "basket");
    spex_instance_free(instance);
    spex_instance_free(NULL);
    setting_release(&setting);
}

static void names_are_given(void)
{
    for (int i = 1; i < SPEX_REASON_COUNT; i++)
        CU_ASSERT_TRUE(strlen(spex_reason_name((spex_reason)i)) > 0);
    ASSERT_TEXT(spex_reason_name(SPEX_REASON_TRANSITION_TIMEOUT), "transition_timeout");
    ASSERT_TEXT(spex_verdict_name(SPEX_VERDICT_NOT_EQUIVALENT), "deviation_not_equivalent");
    unsigned numbers[3];
    CU_ASSERT_EQUAL(sscanf(spex_version(), "%u.%u.%u", &numbers[0], &numbers[1], &numbers[2]), 3);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"specifications take names and policies", specifications_take_names_and_policies},
        {"options come from file and environment", options_come_from_file_and_environment},
        {"a manager says what it cannot open", a_manager_says_what_it_cannot_open},
        {"a handler sees where the call was made", a_handler_sees_where_the_call_was_made},
        {"reports are checked", reports_are_checked},
        {"instances are listed and deleted", instances_are_listed_and_deleted},
        {"models are listed and exported", models_are_listed_and_exported},
        {"or_die prints and aborts", or_die_prints_and_aborts},
        {"names are given", names_are_given},
        {0},
    };
    return suite_run("api", tests, argc, argv);
}
