/* The Check view: its sections, what they open, the steps that both graphs follow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "tests/views/screen.h"
#include "views/check/check_private.h"
#include "views/graphs/graphs_private.h"

/* A machine that lets its customer choose, and one that chose when the coin fell. */
static const char machine_spec[] = "Specification: Machine\n"
                                   "Transitions:\n"
                                   "idle --[coin]-> paid\n"
                                   "paid --[press]-> ready\n"
                                   "ready --[tea]-> idle\n"
                                   "ready --[coffee]-> idle\n";
static const char machine_model[] = "Specification: Machine\n"
                                    "Learning mode: false\n"
                                    "Transitions:\n"
                                    "coffee only --[coffee]-> idle\n"
                                    "idle --[coin]-> paid\n"
                                    "nil --[__initialisation__]-> idle\n"
                                    "paid --[press]-> coffee only\n"
                                    "paid --[press]-> tea only\n"
                                    "tea only --[tea]-> idle\n";

/* Nothing was learned of it yet. */
static const char siren_spec[] = "Specification: Siren\n"
                                 "Transitions:\n"
                                 "silent --[alarm]-> loud\n"
                                 "loud --[calm]-> silent\n"
                                 "loud --[__internal__]-> silent\n";

static const char *machine(void)
{
    suite_write("machine/specs/siren.spec", siren_spec, strlen(siren_spec));
    suite_write("machine/specs/machine.spec", machine_spec, strlen(machine_spec));
    suite_write("machine/models/Machine.spex", machine_model, strlen(machine_model));
    screen_project(); /* its environment: time zone, our own layout */
    return suite_scratch_path("machine");
}

static void golden(const char *directory, bool ascii, const char *keys, const char *name)
{
    struct screen screen;
    screen_open(&screen, directory, ascii);
    screen_keys(&screen, keys);
    screen_golden(&screen, name);
    screen_close(&screen);
}

/* ----------------------------------------------------------------- as seen */

static void extra_behaviour(void)
{
    golden(screen_project(), false, "5 j j j j j", "check-extra");
}

static void missing_behaviour(void)
{
    golden(screen_project(), false, "5 j j Enter j Enter j j j j j j", "check-missing");
}

static void choices(void)
{
    golden(machine(), false, "5 j j j j j j j j", "check-choices");
}

static void a_formula(void)
{
    golden(machine(), false, "5 j j j Enter j Enter j", "check-formula");
}

static void no_model(void)
{
    golden(machine(), false, "5 >", "check-no-model");
}

static void coverage(void)
{
    golden(screen_project(), false, "5 Enter j Enter G Enter G Enter j j j", "check-coverage");
}

static void in_ascii(void)
{
    golden(screen_project(), true, "5 j j j j j", "check-ascii");
}

static void a_play(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
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
    golden(machine(), true, "5 p", "check-play-ascii");
}

/* ----------------------------------------------------------------- sections */

static void sections_open_and_close(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Extra behaviour");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Missing behaviour");
    screen_keys(&screen, "j j h");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Extra behaviour");
    screen_keys(&screen, "l j j h");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Extra behaviour");
    screen_keys(&screen, "Enter G Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Coverage");
    /* To look elsewhere and come back changes nothing; checked again neither. */
    screen_keys(&screen, "6 5 c");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Coverage");
    screen_keys(&screen, "> <");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▾ Extra behaviour");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "▹ Coverage");
    screen_close(&screen);
}

/* Of what is opened at the lower end of the screen as much shows as there is room for. */
static void what_is_opened_is_seen(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    /* As high as it takes for the last heading to be the last row. */
    int height = 10;
    screen_keys(&screen, "G");
    while (height < 40 && !strstr(screen_text(&screen, 80, height), "▾ Verdict"))
        height++;
    ASSERT_CONTAINS(screen_text(&screen, 80, height), "▹ Coverage");
    CU_ASSERT(strstr(screen_text(&screen, 80, height), "▾ Verdict") != NULL);
    screen_keys(&screen, "Enter");
    const struct check_view *view = screen.explorer->states[VIEW_CHECK];
    screen_text(&screen, 80, height);
    int heading = check_first_row(&view->page, view->cursor), end = 0;
    for (size_t i = 0; i < view->page.count; i++)
        end += check_rows(&view->page, i);
    CU_ASSERT(end > heading + 1);
    CU_ASSERT(view->top <= heading);
    CU_ASSERT(view->top + view->shown.height >= end || view->top == heading);
    /* The heading stays in sight where there is more. */
    screen_keys(&screen, "h l");
    screen_text(&screen, 80, 9);
    CU_ASSERT_EQUAL(view->top, heading);
    /* To move on goes as ever. */
    screen_keys(&screen, "k");
    screen_text(&screen, 80, 9);
    CU_ASSERT(view->top < heading);
    screen_close(&screen);
}

/* All of it can be read where a line is higher than the screen. */
static void a_small_screen_shows_all(void)
{
    static const char *const words[] = {"▾ Verdict", "whatever one", "could be seen", "deviated",
                                        "verdict.",  "▾ Coverage",   "pairs",         "covered"};
    struct screen screen;
    size_t found = 0;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > >");
    for (int i = 0; i < 40 && found < 8; i++) {
        const char *text = screen_text(&screen, 26, 9);
        while (found < 8 && strstr(text, words[found]))
            found++;
        struct key down = key_named("j");
        explorer_key(screen.explorer, &down);
    }
    CU_ASSERT_EQUAL(found, 8);
    screen_keys(&screen, "g");
    ASSERT_CONTAINS(screen_text(&screen, 20, 6), "▸ ▾ Verdict");
    screen_close(&screen);
}

static void a_learning_model_is_not_there_yet(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 >"); /* Lamp */
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "▲ not yet equivalent");
    ASSERT_CONTAINS(text, "Not yet: this model learns,");
    screen_keys(&screen, "<");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "Not yet"));
    screen_close(&screen);
}

/* ------------------------------------------------------------- both graphs */

/* The specification has open before lock, the model's file lock before open. */
static void both_sides_list_their_steps_in_one_order(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "┌─ Specification, closed");
    const char *open = strstr(text, "open → open "), *lock = strstr(text, "lock → locked ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(open);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lock);
    CU_ASSERT_TRUE(open < lock);
    CU_ASSERT_PTR_NOT_NULL(strstr(open + 1, "open → open "));
    CU_ASSERT_TRUE(strstr(open + 1, "open → open ") < lock);
    screen_close(&screen);
}

static void both_graphs_are_at(struct screen *screen, const char *left, const char *right)
{
    const struct graphs *graphs = screen->explorer->states[VIEW_GRAPHS];
    ASSERT_TEXT(graphs->panes[LEFT].selected ? graphs->panes[LEFT].selected : "none", left);
    ASSERT_TEXT(graphs->panes[RIGHT].selected ? graphs->panes[RIGHT].selected : "none", right);
}

static void steps_move_both_graphs(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
    screen_keys(&screen, "5 j j j )");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "Specification, ready");
    ASSERT_CONTAINS(text, "? tea → idle");
    ASSERT_CONTAINS(text, "From here on the two differ.");
    both_graphs_are_at(&screen, "ready", "coffee only");
    /* There, on along the steps, and back. */
    screen_keys(&screen, "x");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▸ready");
    ASSERT_CONTAINS(text, "▸coffee only");
    screen_keys(&screen, "( (");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, ") )");
    both_graphs_are_at(&screen, "ready", "coffee only");
    /* Who moves on in one graph takes the other along, as ever. */
    screen_keys(&screen, "g");
    both_graphs_are_at(&screen, "idle", "idle");
    screen_keys(&screen, "x");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_CHECK);
    screen_close(&screen);
}

static void another_specification_has_its_own_steps(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j j x");
    both_graphs_are_at(&screen, "locked", "locked");
    screen_keys(&screen, "> >");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Order");
    both_graphs_are_at(&screen, "basket", "basket");
    screen_keys(&screen, ")");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This is the last step");
    screen_close(&screen);
}

/* ------------------------------------------------------------ what follows */

static void the_instances_that_did_it(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 j j j j j j j j");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "The instance that did it: front");
    screen_keys(&screen, "Enter");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCES);
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "filter: id=front");
    ASSERT_CONTAINS(text, "Door");
    CU_ASSERT_PTR_NULL(strstr(text, "order-"));
    screen_close(&screen);
}

static void quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static spex_manager *open_store(const struct screen *screen)
{
    spex_manager *manager;
    spex_manager_options options;
    spex_error error;
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    options.log = quiet;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    spex_specification *door;
    ASSERT_OK(spex_specification_load(&door, "specs/door.spec", &error), error);
    ASSERT_OK(spex_manager_add_specification(manager, door, NULL, NULL, &error), error);
    spex_specification_free(door);
    return manager;
}

static void break_in(spex_manager *manager, const char *identifier)
{
    spex_init(manager, "Door", identifier, NULL, "closed", NULL);
    spex_transition(manager, identifier, "lock", "locked", NULL);
    spex_transition(manager, identifier, "open", "open", NULL);
}

/* Whatever they are called, and not those that only did the same action elsewhere. */
static void instances_of_any_name(void)
{
    static const char *const names[] = {"a \"b\" \\ c", "x,y) or (id~z", "line\nbreak \x1b[31m",
                                        "表"};
    struct screen screen;
    screen_open(&screen, screen_copy("named"), false);
    spex_manager *manager = open_store(&screen);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        break_in(manager, names[i]);
    spex_init(manager, "Door", "elsewhere", NULL, "closed", NULL);
    spex_transition(manager, "elsewhere", "open", "open", NULL);
    spex_manager_close(manager);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    screen_keys(&screen, "5");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Instances that did it:");
    screen_keys(&screen, "j j j j j j Enter");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCES);
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "front");
    ASSERT_CONTAINS(text, "a \"b\" \\ c");
    ASSERT_CONTAINS(text, "x,y) or (id~z");
    ASSERT_CONTAINS(text, "line\\n");
    ASSERT_CONTAINS(text, "表");
    CU_ASSERT_PTR_NULL(strstr(text, "elsewhere"));
    screen_close(&screen);
}

static void many_instances(void)
{
    struct screen screen;
    char name[32];
    screen_open(&screen, screen_copy("many"), false);
    spex_manager *manager = open_store(&screen);
    for (int i = 0; i < 110; i++) {
        snprintf(name, sizeof name, "burglar-%03d", i);
        break_in(manager, name);
    }
    spex_manager_close(manager);
    workspace_refresh(screen.explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen.explorer);
    screen_keys(&screen, "5 j j j j j j");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40),
                    "burglar-000, burglar-001, burglar-002, burglar-003, "
                    "burglar-004 and at least 96 more");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "The first 100 of those that did it.");
    screen_keys(&screen, "G");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "burglar-099");
    screen_close(&screen);
}

/* Each line is a record, and the last one is what is missing. */
static void a_test_is_copied_as_records(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 t 1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Copied the records");
    ASSERT_TEXT(
        text_value(&screen.explorer->clipboard),
        "{\"op\":\"init\",\"spec\":\"Door\",\"id\":\"test-1\",\"state\":\"closed\"}\n"
        "{\"op\":\"transition\",\"id\":\"test-1\",\"action\":\"lock\",\"state\":\"locked\"}\n"
        "{\"op\":\"transition\",\"id\":\"test-1\",\"action\":\"unlock\",\"state\":"
        "\"closed\"}\n");
    const char *line = text_value(&screen.explorer->clipboard);
    for (unsigned number = 1; *line; number++) {
        struct record record;
        spex_error error;
        size_t length = strcspn(line, "\n");
        ASSERT_OK(record_read("copied", number, line, length, &record, &error), error);
        record_release(&record);
        line += length + 1;
    }
    screen_close(&screen);
}

static void a_test_is_written_as_c(void)
{
    struct screen screen;
    const char *path = suite_scratch_path("door-test.c");
    char *bytes;
    size_t length;
    spex_error error;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 t 2");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "spex_test_begin(&test");
    screen_keys(&screen, "t 4");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Write to: Door-test.c");
    screen_keys(&screen, "C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    ASSERT_TEXT(bytes, text_value(&screen.explorer->clipboard));
    free(bytes);
    /* It is asked before the file is replaced, and then by the same. */
    screen_keys(&screen, "t 3 C-u");
    screen_type(&screen, path);
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 200, 24), "exists. Replace it?");
    screen_keys(&screen, "y");
    ASSERT_OK(file_read(path, 0, &bytes, &length, &error), error);
    ASSERT_CONTAINS(bytes, "\"action\":\"unlock\"");
    free(bytes);
    screen_close(&screen);
}

static void a_test_of_the_coverage(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5 > G Enter t 1");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "\"spec\":\"Lamp\"");
    ASSERT_CONTAINS(text_value(&screen.explorer->clipboard), "\"action\":\"__internal__\"");
    text_clear(&screen.explorer->clipboard);
    screen_keys(&screen, "> t");
    ASSERT_TEXT(text_value(&screen.explorer->clipboard), "");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "there is no test to write");
    screen_close(&screen);
}

/* ----------------------------------------------------------------- playing */

static const struct play *play_of(const struct screen *screen)
{
    const struct check_view *view = screen->explorer->states[VIEW_CHECK];
    return view->play;
}

static void the_program_wins_round_by_round(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
    screen_keys(&screen, "5 p");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Both start");
    ASSERT_CONTAINS(text, "Round 1. The specification, in \"idle\", goes coin -> paid.");
    ASSERT_CONTAINS(text, "What does the implementation, in \"idle\", do now?");
    both_graphs_are_at(&screen, "paid", "idle");
    screen_keys(&screen, "Enter");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Round 2. The implementation, in \"paid\", goes press -> coffee only.");
    ASSERT_CONTAINS(text, "press -> ready");
    both_graphs_are_at(&screen, "paid", "coffee only");
    screen_keys(&screen, "Enter");
    both_graphs_are_at(&screen, "idle", "coffee only");
    CU_ASSERT_EQUAL(play_of(&screen)->state, PLAY_DECIDED);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "cannot answer \"tea\"");
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
    ASSERT_CONTAINS(text, "press -> all but 8");
    ASSERT_CONTAINS(text, "▹ 3 more");
    CU_ASSERT_PTR_NULL(strstr(text, "all but 11"));
    CU_ASSERT_EQUAL(play_choices(play_of(&screen)), 12);
    /* What an answer leads to is seen in the graphs before it is given. */
    screen_keys(&screen, "j j");
    both_graphs_are_at(&screen, "all but 2", "all");
    screen_keys(&screen, "j j j j j j j Enter");
    text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "▾ 3 more");
    ASSERT_CONTAINS(text, "all but 11");
    screen_keys(&screen, "j j j");
    both_graphs_are_at(&screen, "all but 11", "all");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "cannot answer \"take 11\"");
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
        screen_open(&screen, k % 3 ? screen_project() : machine(), false);
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
    both_graphs_are_at(&screen, "basket", "basket");
    screen_close(&screen);
}

/* The last line of the screen. */
static const char *hints(struct screen *screen)
{
    const char *text = screen_text(screen, 120, 24), *last = text;
    for (const char *c = text; *c; c++)
        if (*c == '\n' && c[1])
            last = c + 1;
    return last;
}

static void expect_hints(struct screen *screen, const char *there, const char *missing)
{
    ASSERT_CONTAINS(hints(screen), there);
    if (strstr(hints(screen), missing))
        suite_assert_text(hints(screen), missing, __FILE__, __LINE__);
}

static void hints_are_those_of_use(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
    screen_keys(&screen, "5");
    expect_hints(&screen, "Enter open", "give-up");
    screen_keys(&screen, "p");
    expect_hints(&screen, "Enter choose  f give-up", "take-back");
    screen_keys(&screen, "Enter");
    expect_hints(&screen, "u take-back", "Enter open");
    screen_keys(&screen, "p f");
    expect_hints(&screen, "u take-back", "give-up");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The play is over: u goes back a move");
    screen_close(&screen);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    expect_hints(&screen, "t test", "give-up");
    screen_keys(&screen, "> > p f");
    expect_hints(&screen, "u take-back", "give-up");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "You gave up already: u goes back");
    screen_close(&screen);
}

/* A test is offered where `t` has one to write, and only there. */
static void a_test_is_offered_where_one_is_missing(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "5");
    size_t with = 0, without = 0;
    for (int i = 0; i < 8; i++) {
        bool offered = strstr(hints(&screen), "t test") != NULL;
        screen_keys(&screen, "t");
        bool menu = screen.explorer->overlay.kind != OVERLAY_NONE;
        CU_ASSERT_EQUAL(offered, menu);
        with += offered;
        without += !offered;
        if (menu)
            screen_keys(&screen, "Esc");
        screen_keys(&screen, ">");
    }
    CU_ASSERT(with > 0 && without > 0);
    screen_close(&screen);
}

static void a_lost_play_goes_on_from_before(void)
{
    struct screen screen;
    screen_open(&screen, machine(), false);
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
    screen_open(&screen, machine(), false);
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
        {"extra behaviour", extra_behaviour},
        {"missing behaviour", missing_behaviour},
        {"choices", choices},
        {"a formula", a_formula},
        {"no model", no_model},
        {"coverage", coverage},
        {"in ASCII", in_ascii},
        {"a play", a_play},
        {"a play with the roles turned", a_play_with_the_roles_turned},
        {"a play in ASCII", a_play_in_ascii},
        {"sections open and close", sections_open_and_close},
        {"what is opened is seen", what_is_opened_is_seen},
        {"a small screen shows all", a_small_screen_shows_all},
        {"steps move both graphs", steps_move_both_graphs},
        {"another specification has its own steps", another_specification_has_its_own_steps},
        {"the instances that did it", the_instances_that_did_it},
        {"instances of any name", instances_of_any_name},
        {"many instances", many_instances},
        {"a test is copied as records", a_test_is_copied_as_records},
        {"a test is written as C", a_test_is_written_as_c},
        {"a test of the coverage", a_test_of_the_coverage},
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
        {"hints are those of use", hints_are_those_of_use},
        {"a test is offered where one is missing", a_test_is_offered_where_one_is_missing},
        {"a learning model is not there yet", a_learning_model_is_not_there_yet},
        {"both sides list their steps in one order", both_sides_list_their_steps_in_one_order},
        {0},
    };
    return suite_run("check view", tests, argc, argv);
}
