/* The play in the Check view: round by round, turned round, taken back, left. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/machine.h"
#include "views/check/check_private.h"
#include "views/graphs/graphs_private.h"

static void a_play(void)
{
    struct screen screen;
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5 p");
    screen_golden(&screen, "check-play");
    screen_keys(&screen, "Enter Enter");
    screen_golden(&screen, "check-play-lost");
    screen_keys(&screen, "p f");
    screen_golden(&screen, "check-play-given-up");
    screen_close(&screen);
}

static void a_play_with_the_roles_turned(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > > p");
    screen_golden(&screen, "check-play-attack");
    screen_keys(&screen, "Enter f");
    screen_golden(&screen, "check-play-no-difference");
    screen_close(&screen);
}

static void a_play_in_ascii(void)
{
    screen_golden_of(machine_project(), true, "5 p", "check-play-ascii");
}

static const struct play *play_of(const struct screen *screen)
{
    const struct check_view *view = screen->explorer->states[VIEW_CHECK];
    return view->play;
}

static void the_program_wins_round_by_round(void)
{
    struct screen screen;
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5 p");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Both start");
    ASSERT_CONTAINS(text, "Round 1. From \"idle\", the specification can go coin → paid.");
    ASSERT_CONTAINS(text, "What does the implementation, in \"idle\", do now?");
    expect_graphs_at(&screen, "paid", "idle");
    screen_keys(&screen, "Enter");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Round 2. From \"paid\", the implementation can go press → coffee only.");
    ASSERT_CONTAINS(text, "press → ready");
    expect_graphs_at(&screen, "paid", "coffee only");
    screen_keys(&screen, "Enter");
    expect_graphs_at(&screen, "idle", "coffee only");
    CU_ASSERT_EQUAL(play_of(&screen)->state, PLAY_DECIDED);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "cannot do \"tea\"");
    screen_close(&screen);
}

/* Its model can get to where all is left, to which each of twelve answers lacks something. */
static const char *vendor(void)
{
    struct text specification = {0}, model = {0};
    text_append(&specification, "Specification: Vendor\nTransitions:\nidle --[coin]-> paid\n");
    text_append(&model, "Specification: Vendor\nLearning mode: false\nTransitions:\n"
                        "idle --[coin]-> paid\nnil --[__initialisation__]-> idle\n"
                        "paid --[press]-> all\n");
    for (int i = 0; i < 12; i++) {
        text_printf(&model, "all --[take %d]-> idle\n", i);
        text_printf(&specification, "paid --[press]-> all but %d\n", i);
        text_printf(&model, "paid --[press]-> all but %d\n", i);
        for (int k = 0; k < 12; k++) {
            if (k == i)
                continue;
            text_printf(&specification, "all but %d --[take %d]-> idle\n", i, k);
            text_printf(&model, "all but %d --[take %d]-> idle\n", i, k);
        }
    }
    suite_write("vendor/specs/vendor.spec", text_value(&specification), specification.length);
    suite_write("vendor/models/Vendor.spex", text_value(&model), model.length);
    text_release(&specification);
    text_release(&model);
    screen_project();
    return suite_scratch_path("vendor");
}

static void other_answers_are_folded(void)
{
    struct screen screen;
    screen_open(&screen, vendor(), false);
    screen_keys(&screen, "5");
    /* In the program's own play one answer is enough, the others are below it. */
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▹ 11 other answers");
    screen_keys(&screen, "p Enter");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "press → all but 8");
    ASSERT_CONTAINS(text, "▹ 3 more");
    CU_ASSERT_PTR_NULL(strstr(text, "all but 11"));
    CU_ASSERT_EQUAL(play_choices(play_of(&screen)), 12);
    /* What an answer leads to is seen in the graphs before it is given. */
    screen_keys(&screen, "j j");
    expect_graphs_at(&screen, "all but 2", "all");
    screen_keys(&screen, "j j j j j j j Enter");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▾ 3 more");
    ASSERT_CONTAINS(text, "all but 11");
    screen_keys(&screen, "j j j");
    expect_graphs_at(&screen, "all but 11", "all");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "cannot do \"take 11\"");
    screen_keys(&screen, "u");
    CU_ASSERT_EQUAL(play_choices(play_of(&screen)), 12);
    screen_close(&screen);
}

/* Whatever is answered, it ends with nothing to answer. */
static void whoever_defends_loses(void)
{
    struct random random = {5};
    struct screen screen;
    for (unsigned k = 0; k < suite_count(12, 400); k++) {
        screen_open(&screen, k % 3 ? screen_project() : machine_project(), false);
        screen_keys(&screen, k % 3 == 1 ? "5 > p" : "5 p");
        for (int i = 0; i < 20 && play_of(&screen)->state == PLAY_YOURS; i++) {
            uint32_t down = random_below(&random, (uint32_t)play_choices(play_of(&screen)));
            while (down--)
                screen_keys(&screen, "j");
            screen_keys(&screen, "Enter");
        }
        CU_ASSERT_EQUAL(play_of(&screen)->state, PLAY_DECIDED);
        CU_ASSERT_FALSE(play_of(&screen)->equivalent);
        ASSERT_CONTAINS(screen_text(&screen, 120, 60), "this is the difference");
        screen_close(&screen);
    }
}

/* Whatever is tried, it is answered, and where it is answered both are equivalent again. */
static void whoever_attacks_finds_nothing(void)
{
    struct random random = {7};
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > > p");
    for (unsigned i = 0; i < suite_count(60, 2000); i++) {
        const struct play *play = play_of(&screen);
        size_t choices = play_choices(play);
        CU_ASSERT_TRUE(play->equivalent && replier_equivalent(play->replier, play->now.states[LEFT],
                                                              play->now.states[RIGHT]));
        CU_ASSERT_EQUAL(play->state, choices ? PLAY_YOURS : PLAY_DECIDED);
        if (!choices) {
            ASSERT_CONTAINS(screen_text(&screen, 120, 40), "you found no difference");
            screen_keys(&screen, i % 2 ? "p" : "u u");
            continue;
        }
        for (uint32_t down = random_below(&random, (uint32_t)choices); down > 0; down--)
            screen_keys(&screen, "j");
        screen_keys(&screen, "Enter");
    }
    screen_close(&screen);
}

static void moves_are_taken_back(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "No play is on");
    screen_keys(&screen, "> > p u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "You made no move yet.");
    uint32_t start = play_of(&screen)->now.states[LEFT];
    screen_keys(&screen, "Enter Enter");
    CU_ASSERT_EQUAL(play_moves(play_of(&screen)), 2);
    screen_keys(&screen, "f");
    CU_ASSERT_EQUAL(play_of(&screen)->state, PLAY_OVER);
    screen_keys(&screen, "u");
    CU_ASSERT_EQUAL(play_of(&screen)->state, PLAY_YOURS);
    CU_ASSERT_EQUAL(play_moves(play_of(&screen)), 2);
    screen_keys(&screen, "u u u");
    CU_ASSERT_EQUAL(play_moves(play_of(&screen)), 0);
    CU_ASSERT_EQUAL(play_of(&screen)->now.states[LEFT], start);
    expect_graphs_at(&screen, "basket", "basket");
    screen_close(&screen);
}

static void a_lost_play_goes_on_from_before(void)
{
    struct screen screen;
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5 p f");
    const struct play *play = play_of(&screen);
    CU_ASSERT_EQUAL(play->state, PLAY_DECIDED);
    CU_ASSERT_EQUAL(play_moves(play), 0);
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "The best answer, for");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Here no answer is left");
    screen_keys(&screen, "u");
    CU_ASSERT_EQUAL(play->state, PLAY_YOURS);
    screen_keys(&screen, "Enter");
    CU_ASSERT_TRUE(play_moves(play) > 0);
    screen_keys(&screen, "p");
    CU_ASSERT_EQUAL(play_moves(play_of(&screen)), 0);
    screen_close(&screen);
}

static void a_play_ends_with_what_it_is_about(void)
{
    struct screen screen;
    const char *directory = screen_copy("played");
    spex_error error;
    screen_open(&screen, directory, false);
    screen_keys(&screen, "5 p 6 5");
    CU_ASSERT_PTR_NOT_NULL(play_of(&screen));
    screen_keys(&screen, "> <");
    CU_ASSERT_PTR_NULL(play_of(&screen));
    screen_keys(&screen, "p");
    CU_ASSERT_PTR_NOT_NULL(play_of(&screen));
    /* The model becomes another one while it is played. */
    static const char model[] = "Specification: Door\nLearning mode: false\nTransitions:\n"
                                "nil --[__initialisation__]-> closed\n";
    char *path = file_join(directory, "models/Door.spex");
    ASSERT_OK(file_replace(path, model, strlen(model), &error), error);
    free(path);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    CU_ASSERT_PTR_NULL(play_of(&screen));
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Missing behaviour");
    screen_close(&screen);
    screen_open(&screen, machine_project(), false);
    screen_keys(&screen, "5 > p");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There is nothing to play");
    screen_close(&screen);
}

/* What the graphs were shown at is no longer said of a model that became another one. */
static void graphs_forget_the_reason_of_another_model(void)
{
    struct screen screen;
    const char *directory = screen_copy("shown");
    spex_error error;
    screen_open(&screen, directory, false);
    screen_keys(&screen, "5 p 4");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "What does the implementation");
    static const char model[] = "Specification: Door\nLearning mode: false\nTransitions:\n"
                                "nil --[__initialisation__]-> closed\n";
    char *path = file_join(directory, "models/Door.spex");
    ASSERT_OK(file_replace(path, model, strlen(model), &error), error);
    free(path);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 40), "What does the implementation"));
    screen_close(&screen);
}

/* Its model may become another one while the program is thinking, and nobody looks. */
static void a_play_may_end_unseen(void)
{
    struct screen screen;
    const char *directory = screen_copy("unseen");
    spex_error error;
    struct key play = key_named("p"), models = key_named("6");
    screen_open(&screen, directory, false);
    char *path = file_join(directory, "models/Door.spex");
    screen_keys(&screen, "5");
    for (int i = 0; i < 20; i++) {
        struct text model = {0};
        text_printf(&model,
                    "Specification: Door\nLearning mode: false\nTransitions:\n"
                    "nil --[__initialisation__]-> closed %d\n",
                    i);
        ASSERT_OK(file_replace(path, text_value(&model), model.length, &error), error);
        text_release(&model);
        workspace_refresh(screen.explorer->workspace, REFRESH_ALL);
        explorer_key(screen.explorer, &play);
        explorer_key(screen.explorer, &models);
        explorer_settle(screen.explorer);
        screen_keys(&screen, "5");
        CU_ASSERT_PTR_NULL(play_of(&screen));
    }
    free(path);
    screen_close(&screen);
}

/* It may be left while the program is thinking. */
static void a_play_may_be_left_at_once(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    static const char *const keys[] = {"p", "p", "Enter", "u", "f", ">", "p", "<", "p"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct key key = key_named(keys[i]);
        explorer_key(screen.explorer, &key);
    }
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"a play", a_play},
        {"a play with the roles turned", a_play_with_the_roles_turned},
        {"a play in ASCII", a_play_in_ascii},
        {"the program wins round by round", the_program_wins_round_by_round},
        {"other answers are folded", other_answers_are_folded},
        {"whoever defends loses", whoever_defends_loses},
        {"whoever attacks finds nothing", whoever_attacks_finds_nothing},
        {"moves are taken back", moves_are_taken_back},
        {"a lost play goes on from before", a_lost_play_goes_on_from_before},
        {"a play ends with what it is about", a_play_ends_with_what_it_is_about},
        {"graphs forget the reason of another model", graphs_forget_the_reason_of_another_model},
        {"a play may end unseen", a_play_may_end_unseen},
        {"a play may be left at once", a_play_may_be_left_at_once},
        {0},
    };
    return suite_run("play view", tests, argc, argv);
}
