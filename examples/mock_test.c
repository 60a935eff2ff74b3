/*
 * Unit tests that begin in the middle: a parcel is put into the state that a test is about,
 * without the way there, and then takes one step.
 *
 *     mock_test MODELS
 *
 * MODELS has a Parcel.spex that learns no more, so that a step too many is noticed: the last
 * test is about a mistake of its own program.
 *
 * Build: cc mock_test.c $(pkg-config --cflags --libs spex cunit)
 */
#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spex.h"

/* ------------------------------------------------- the program under test */

/* The courier rings. A parcel that nobody takes goes back to where it was packed. */
static int ring(spex_manager *manager, const char *parcel, bool somebody_home, spex_error *error)
{
    return somebody_home ? spex_transition(manager, parcel, "deliver", "delivered", error)
                         : spex_transition(manager, parcel, "nobody home", "packed", error);
}

/* --------------------------------------------------------------- its tests */

static spex_manager *manager;

static void check_state(const char *parcel, const char *state, spex_verdict verdict)
{
    spex_instance *instance = spex_get_or_die(manager, parcel);
    CU_ASSERT_STRING_EQUAL(instance->state, state);
    CU_ASSERT_EQUAL_FATAL(instance->step_count, 1); /* nothing before the step of the test */
    CU_ASSERT_EQUAL(instance->steps[0].verdict, verdict);
    spex_instance_free(instance);
}

static void somebody_takes_it(void)
{
    spex_error error;
    spex_mock_or_die(manager, "Parcel", "p", NULL, "on the road");
    CU_ASSERT_EQUAL(ring(manager, "p", true, &error), SPEX_OK);
    check_state("p", "delivered", SPEX_VERDICT_CONFORMS);
}

/* A mock takes the place of what has the name, so that tests need no tidying up. */
static void nobody_is_home(void)
{
    spex_error error;
    spex_mock_or_die(manager, "Parcel", "p", "{\"weight\":3}", "on the road");
    CU_ASSERT_EQUAL(ring(manager, "p", false, &error), SPEX_OK);
    check_state("p", "packed", SPEX_VERDICT_CONFORMS);
}

static void what_is_not_on_the_road_cannot_be_delivered(void)
{
    spex_error error;
    spex_mock_or_die(manager, "Parcel", "p", NULL, "packed");
    CU_ASSERT_EQUAL(ring(manager, "p", true, &error), SPEX_ERROR_REFUSED);
    CU_ASSERT_EQUAL(error.reason, SPEX_REASON_NOT_EQUIVALENT);
    check_state("p", "delivered", SPEX_VERDICT_NOT_EQUIVALENT);
}

/* ----------------------------------------------------------------- setting */

static const char *models;
static char store[] = "/tmp/spex-mock-XXXXXX";

static void keep_quiet(const char *line, void *data)
{
    (void)line, (void)data;
}

static int set_up(void)
{
    static const char *const transitions[][3] = {{"packed", "hand over", "on the road"},
                                                 {"on the road", "nobody home", "packed"},
                                                 {"on the road", "deliver", "delivered"}};
    spex_error error;
    spex_specification *parcel;
    spex_manager_options options;
    if (!mkdtemp(store))
        return 1;
    spex_or_die(spex_specification_create(&parcel, "Parcel", &error), &error, SPEX_HERE);
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
        spex_or_die(spex_specification_add(parcel, transitions[i][0], transitions[i][1],
                                           transitions[i][2], &error),
                    &error, SPEX_HERE);
    spex_manager_options_init(&options);
    options.store_dir = store;
    options.impl_models_dir = models;
    options.distribution_factor = 1;
    options.log = keep_quiet; /* the tests look at what calls answer */
    spex_or_die(spex_manager_open(&manager, &options, &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(manager, parcel, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(parcel);
    return 0;
}

static int tear_down(void)
{
    static const char *const files[] = {"store.ini", "shard-1.db", "shard-1.db-wal",
                                        "shard-1.db-shm", "shard-1.lock"};
    spex_manager_close(manager);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", store, files[i]);
        unlink(path);
    }
    return rmdir(store);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: mock_test MODELS\n");
        return 2;
    }
    models = argv[1];
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("courier", set_up, tear_down);
    CU_add_test(suite, "somebody takes it", somebody_takes_it);
    CU_add_test(suite, "nobody is home", nobody_is_home);
    CU_add_test(suite, "what is not on the road cannot be delivered",
                what_is_not_on_the_road_cannot_be_delivered);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    bool failed = CU_get_number_of_failures() > 0;
    CU_cleanup_registry();
    return failed;
}
