/*
 * A CUnit suite that learns a model: while the tests run the program under test, what it does
 * is written down, and at the end added to MODELS/Turnstile.spex.
 *
 *     learning_test MODELS
 *
 * `spex check` then tells whether a program that does this behaves as its specification says,
 * and `spex coverage` what the tests have never made it do.
 *
 * Build: cc learning_test.c $(pkg-config --cflags --libs spex cunit)
 */
#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>

#include "spex.h"

/* ------------------------------------------------- the program under test */

/* A turnstile lets one person through for each coin, and keeps a second coin. */
struct turnstile {
    const char *name;
    bool open;
    unsigned coins;
};

/* It reports what it does; where to, it was told when it began. */
static spex_manager *reports;

static void turnstile_install(struct turnstile *turnstile, const char *name)
{
    *turnstile = (struct turnstile){.name = name};
    spex_init_or_die(reports, "Turnstile", name, NULL, "locked");
}

static void turnstile_coin(struct turnstile *turnstile)
{
    turnstile->coins++;
    turnstile->open = true;
    spex_transition_or_die(reports, turnstile->name, "coin", "unlocked");
}

static bool turnstile_push(struct turnstile *turnstile)
{
    bool through = turnstile->open;
    turnstile->open = false;
    spex_transition_or_die(reports, turnstile->name, "push", "locked");
    return through;
}

/* --------------------------------------------------------------- its tests */

static void nobody_passes_for_free(void)
{
    struct turnstile turnstile;
    turnstile_install(&turnstile, "north");
    CU_ASSERT_FALSE(turnstile_push(&turnstile));
}

static void a_coin_lets_one_through(void)
{
    struct turnstile turnstile;
    turnstile_install(&turnstile, "south");
    turnstile_coin(&turnstile);
    CU_ASSERT_TRUE(turnstile_push(&turnstile));
    CU_ASSERT_FALSE(turnstile_push(&turnstile));
}

static void a_second_coin_is_kept(void)
{
    struct turnstile turnstile;
    turnstile_install(&turnstile, "east");
    turnstile_coin(&turnstile);
    turnstile_coin(&turnstile);
    CU_ASSERT_EQUAL(turnstile.coins, 2);
    CU_ASSERT_TRUE(turnstile_push(&turnstile));
    CU_ASSERT_FALSE(turnstile_push(&turnstile));
}

/* ---------------------------------------------------------------- learning */

static const char *models; /* the folder */
static spex_test *test;

static int set_up(void)
{
    spex_error error;
    spex_specification *turnstile;
    spex_or_die(spex_test_begin(&test, models, NULL, &error), &error, SPEX_HERE);
    reports = spex_test_manager(test);
    /* Its transitions do not matter here: what is done is learned, whatever it should be. */
    spex_or_die(spex_specification_create(&turnstile, "Turnstile", &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(reports, turnstile, NULL, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(turnstile);
    return 0;
}

/* The model of a run that failed is not to be trusted. */
static int tear_down(void)
{
    spex_error error;
    if (CU_get_number_of_failures())
        spex_test_cancel(test);
    else
        spex_or_die(spex_test_end(test, NULL, NULL, &error), &error, SPEX_HERE);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: learning_test MODELS\n");
        return 2;
    }
    models = argv[1];
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("turnstile", set_up, tear_down);
    CU_add_test(suite, "nobody passes for free", nobody_passes_for_free);
    CU_add_test(suite, "a coin lets one through", a_coin_lets_one_through);
    CU_add_test(suite, "a second coin is kept", a_second_coin_is_kept);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    bool failed = CU_get_number_of_failures() > 0;
    CU_cleanup_registry();
    return failed;
}
