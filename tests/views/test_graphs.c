/* The Graphs view: selecting, following, looking; what is marked; what size is shown. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "tests/views/screen.h"

/* ------------------------------------------------------------------ projects */

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    suite_write(path, text, strlen(text));
}

/* A specification and a model of it, given as lines, in a project of their own. */
static const char *pair(const char *directory, const char *specification, const char *model)
{
    struct text text = {0};
    screen_project(); /* sets up what all screens need */
    text_printf(&text, "Specification: Pair\nTransitions:\n%s", specification);
    write_file(directory, "specs/pair.spec", text_value(&text));
    text_clear(&text);
    if (model) {
        text_printf(&text, "Specification: Pair\nLearning mode: false\nTransitions:\n%s", model);
        write_file(directory, "models/Pair.spex", text_value(&text));
    }
    text_release(&text);
    return suite_scratch_path(directory);
}

/* States s0 .. in a ring with chords, more than can be drawn. */
static const char *large(const char *directory, uint32_t states)
{
    struct text text = {0};
    for (uint32_t s = 0; s < states; s++) {
        text_printf(&text, "s%u --[next]-> s%u\n", s, (s + 1) % states);
        if (s % 3 == 0)
            text_printf(&text, "s%u --[jump]-> s%u\n", s, (s * 7 + 3) % states);
    }
    const char *path = pair(directory, text_value(&text), NULL);
    text_release(&text);
    return path;
}

static bool shows(struct screen *screen, const char *part)
{
    return strstr(screen_text(screen, 120, 40), part) != NULL;
}

#define ASSERT_SHOWS(part) ASSERT_CONTAINS(screen_text(&screen, 120, 40), part)

static void select_named(struct screen *screen, const char *name)
{
    screen_keys(screen, "/");
    screen_type(screen, name);
    screen_keys(screen, "Enter");
}

/* -------------------------------------------------------------------- moving */

static void tab_and_enter_follow_transitions(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >"); /* Order */
    select_named(&screen, "paying");
    ASSERT_SHOWS("paying; class B");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("paying ── pay ─▶ paid; ");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("paying ── fail ─▶ basket; ");
    screen_keys(&screen, "Tab Tab");
    ASSERT_SHOWS("paying ── pay ─▶ paid; ");
    screen_keys(&screen, "S-Tab");
    ASSERT_SHOWS("paying ── cancel ─▶ cancelled; ");
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("cancelled; terminal; class D");
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("Nothing leaves cancelled: it is terminal.");
    screen_keys(&screen, "Backspace");
    ASSERT_SHOWS("paying; class B");
    screen_keys(&screen, "Backspace");
    ASSERT_SHOWS("No transition was followed to get here.");
    /* several ways on: the first Enter chooses, the second goes */
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("paying ── pay ─▶ paid; ");
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("paid; class C");
    /* one way on: Enter goes */
    select_named(&screen, "basket");
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("paying; class B");
    screen_close(&screen);
}

static void arrows_go_to_the_next_state(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >");
    ASSERT_SHOWS("basket; initial; class A");
    screen_keys(&screen, "j");
    ASSERT_SHOWS("paying; class B");
    screen_keys(&screen, "Down l");
    ASSERT_SHOWS("cancelled; terminal");
    screen_keys(&screen, "h");
    ASSERT_SHOWS("paid; class C");
    screen_keys(&screen, "G");
    ASSERT_SHOWS("delivered; terminal");
    screen_keys(&screen, "g");
    ASSERT_SHOWS("basket; initial");
    screen_keys(&screen, "Up");
    ASSERT_SHOWS("basket; initial");
    screen_close(&screen);
}

static void both_sides_keep_in_step(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >");
    select_named(&screen, "cancelled");
    ASSERT_SHOWS("▸cancelled D");
    /* the equivalent ones on both sides */
    ASSERT_SHOWS("=cancelled D");
    ASSERT_SHOWS("=refunded D");
    screen_keys(&screen, "o");
    ASSERT_SHOWS("║▸cancelled D ×14 ║");
    ASSERT_SHOWS("║=cancelled D ×14 ║");
    screen_keys(&screen, "Up");
    screen_keys(&screen, "o");
    ASSERT_SHOWS("▸paying B");
    /* not equivalent: the same name at least */
    screen_keys(&screen, "<");
    screen_keys(&screen, "<");
    select_named(&screen, "locked");
    ASSERT_SHOWS("▸locked");
    ASSERT_SHOWS("~locked");
    screen_close(&screen);
}

static void finding_completes_and_can_be_given_up(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > > /");
    screen_type(&screen, "re");
    ASSERT_SHOWS("▸refunded");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("Find the state: refunded");
    screen_keys(&screen, "Esc");
    ASSERT_SHOWS("▸basket");
    screen_keys(&screen, "/");
    screen_type(&screen, "pa");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("paying  paid");
    screen_keys(&screen, "Esc /");
    screen_type(&screen, "nowhere");
    screen_keys(&screen, "Enter");
    ASSERT_SHOWS("No state here is called nowhere.");
    screen_close(&screen);
}

static void mouse(struct screen *screen, const char *name, int x, int y)
{
    struct key key = key_named(name);
    key.mouse = true;
    key.x = x;
    key.y = y;
    explorer_key(screen->explorer, &key);
    explorer_settle(screen->explorer);
}

/* The column and row of the first place where the screen shows the text. */
static bool place_of(struct screen *screen, int width, int height, const char *text, int *x, int *y)
{
    const char *shown = screen_text(screen, width, height), *found = strstr(shown, text);
    *x = *y = 0;
    for (const char *c = shown; found && c < found;) {
        size_t taken = utf8_grapheme(c, strlen(c));
        *x = *c == '\n' ? 0 : *x + utf8_grapheme_width(c, taken);
        *y += *c == '\n';
        c += taken;
    }
    return found != NULL;
}

static void the_mouse_selects_drags_and_scrolls(void)
{
    struct screen screen;
    int x, y, moved_x, moved_y;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >");
    CU_ASSERT_TRUE(place_of(&screen, 120, 40, "shipped", &x, &y));
    mouse(&screen, "Press", x, y);
    ASSERT_SHOWS("▸shipped");
    mouse(&screen, "Release", x, y);
    CU_ASSERT_TRUE(place_of(&screen, 120, 40, "checkout", &x, &y));
    mouse(&screen, "Press", x + 2, y);
    ASSERT_SHOWS("basket ── checkout ─▶ paying");
    mouse(&screen, "Release", x, y);
    /* on a small screen, where there is something to scroll */
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "▸basket", &x, &y));
    mouse(&screen, "WheelDown", x, y);
    CU_ASSERT_TRUE(!place_of(&screen, 80, 24, "▸basket", &moved_x, &moved_y) || moved_y < y);
    mouse(&screen, "WheelUp", x, y);
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "▸basket", &moved_x, &moved_y) && moved_y == y);
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "paying", &x, &y));
    mouse(&screen, "Press", x, y);
    mouse(&screen, "Drag", x, y - 2);
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "▸paying", &moved_x, &moved_y) && moved_y == y - 2);
    mouse(&screen, "Release", x, y - 2);
    mouse(&screen, "Drag", x, y - 6); /* no button: nothing moves */
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "▸paying", &moved_x, &moved_y) && moved_y == y - 2);
    /* a tab is opened, a list scrolled */
    CU_ASSERT_TRUE(place_of(&screen, 80, 24, "Events", &x, &y));
    mouse(&screen, "Press", x, y);
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_EVENTS);
    screen_close(&screen);
}

/* ------------------------------------------------------------------- looking */

static const char long_names[] =
    "the place where it all begins --[a step with a very long name]-> somewhere else altogether\n"
    "somewhere else altogether --[back to where it all began]-> the place where it all begins\n";

static void names_cut_in_the_picture_are_whole_below(void)
{
    struct screen screen;
    screen_open(&screen, pair("long", long_names, NULL), false);
    screen_keys(&screen, "4 v");
    ASSERT_SHOWS("the place where it all …");
    ASSERT_SHOWS("the place where it all begins; initial");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("the place where it all begins ── a step with a very long name ─▶ somewhere else "
                 "altogether");
    screen_keys(&screen, "+");
    ASSERT_SHOWS("│▸the place where it all begins │");
    screen_keys(&screen, "- - - -");
    ASSERT_SHOWS("│▸the… │");
    screen_keys(&screen, "-");
    ASSERT_SHOWS("as short as they get");
    screen_close(&screen);
}

static void fitting_brings_all_into_sight(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >");
    CU_ASSERT_TRUE(strstr(screen_text(&screen, 80, 40), " more ") != NULL);
    struct key fit = key_named("0");
    explorer_key(screen.explorer, &fit);
    const char *text = screen_text(&screen, 80, 40);
    CU_ASSERT_PTR_NULL(strstr(text, " more "));
    ASSERT_CONTAINS(text, "║ delivered D ×26 ║");
    screen_close(&screen);
}

static void a_map_shows_where_one_is(void)
{
    struct screen screen;
    screen_open(&screen, large("map", 60), false);
    screen_keys(&screen, "4 v");
    ASSERT_SHOWS("│▸░");
    screen_keys(&screen, "M");
    CU_ASSERT_FALSE(shows(&screen, "▸░"));
    screen_close(&screen);
}

static void a_wide_box_keeps_its_name_in_sight(void)
{
    struct screen screen;
    struct text text = {0};
    for (int i = 0; i < 16; i++)
        text_printf(&text, "hub --[to the other end %02d]-> end%02d\nend%02d --[back]-> hub\n", i,
                    i, i);
    screen_open(&screen, pair("wide", text_value(&text), NULL), false);
    screen_keys(&screen, "4 v");
    for (int i = 0; i < 12; i++) {
        ASSERT_CONTAINS(screen_text(&screen, 80, 24), "hub");
        screen_keys(&screen, "L");
    }
    text_release(&text);
    screen_close(&screen);
}

/* ---------------------------------------------------------------- difference */

static void what_differs_is_signed_and_ghosted(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "│? unlock ×0");
    ASSERT_CONTAINS(text, "╎? unlock");
    ASSERT_CONTAINS(text, "+ open");
    ASSERT_CONTAINS(text, "? not in the model (1)");
    ASSERT_CONTAINS(text, "+ only in the model (1)");
    screen_keys(&screen, "Tab");
    ASSERT_SHOWS("locked ── unlock ─▶ closed; ? not in the model; never observed");
    screen_keys(&screen, "o Tab");
    ASSERT_SHOWS("; + only in the model; 1 time, first 31 Jan 07:04:04, last");
    screen_close(&screen);
}

/* A state that the model lacks hangs on those it has, with what follows. */
static void missing_states_are_ghosts(void)
{
    struct screen screen;
    screen_open(&screen,
                pair("ghosts",
                     "a --[go]-> b\na --[turn]-> c\nc --[on]-> d\nd --[back]-> a\nb --[end]-> e\n",
                     "a --[go]-> b\nb --[end]-> e\nnil --[__initialisation__]-> a\n"),
                false);
    screen_keys(&screen, "4");
    select_named(&screen, "a");
    const char *text = screen_text(&screen, 120, 40);
    ASSERT_CONTAINS(text, "┌╌╌╌");
    ASSERT_CONTAINS(text, "? turn");
    ASSERT_CONTAINS(text, "? back");
    screen_keys(&screen, "o");
    select_named(&screen, "d");
    screen_keys(&screen, "o");
    select_named(&screen, "d");
    screen_keys(&screen, "o");
    ASSERT_SHOWS("d; a state the model has not; no instance here; 1 in, 1 out");
    screen_close(&screen);
}

/* Other names for equivalent states are no difference. */
static void renamed_states_are_no_difference(void)
{
    struct screen screen;
    screen_open(&screen,
                pair("renamed", "a --[go]-> b\nb --[end]-> c\na --[other]-> z\n",
                     "a --[go]-> x\nx --[end]-> y\nnil --[__initialisation__]-> a\n"),
                false);
    screen_keys(&screen, "4");
    ASSERT_SHOWS("? not in the model (2)"); /* other; go, which leads to another name */
    CU_ASSERT_FALSE(shows(&screen, "? end"));
    CU_ASSERT_FALSE(shows(&screen, "+ end"));
    screen_close(&screen);
}

static void counts_show_instances_and_heat(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "4 > >");
    ASSERT_SHOWS("delivered D ×26");
    ASSERT_SHOWS("│refund ×0");
    CU_ASSERT_FALSE(shows(&screen, "checkout ×"));
    screen_keys(&screen, "#");
    ASSERT_SHOWS("checkout ×57");
    ASSERT_SHOWS("×12 at a label: observed");
    screen_keys(&screen, "#");
    CU_ASSERT_FALSE(shows(&screen, "checkout ×"));
    screen_close(&screen);
}

/* --------------------------------------------------------------------- sizes */

static void what_is_too_large_is_cut_out(void)
{
    struct screen screen;
    screen_open(&screen, large("large", 100000), false);
    screen_keys(&screen, "4 v");
    ASSERT_SHOWS("of 100000 states, 99");
    ASSERT_SHOWS(" not shown: those within");
    ASSERT_SHOWS("▸s0");
    /* any state can be gone to, though it is not in the picture */
    select_named(&screen, "s77777");
    ASSERT_SHOWS("▸s77777");
    screen_keys(&screen, "z z z {");
    ASSERT_SHOWS("of s77777");
    screen_keys(&screen, "{ { { { { { { { {");
    ASSERT_SHOWS("within 1 step of s77777");
    ASSERT_SHOWS("s77778 …");
    /* on over the border */
    screen_keys(&screen, "Tab Enter");
    ASSERT_SHOWS("within 1 step of s777");
    CU_ASSERT_FALSE(shows(&screen, "of s77777"));
    screen_keys(&screen, "Backspace");
    ASSERT_SHOWS("▸s77777");
    screen_keys(&screen, "}");
    ASSERT_SHOWS("within 2 steps of");
    screen_close(&screen);
}

static void a_quotient_stands_for_its_classes(void)
{
    struct screen screen;
    struct text text = {0};
    /* two hundred states in three classes */
    for (int i = 0; i < 99; i++)
        text_printf(&text, "start --[go %d]-> a%d\na%d --[step]-> b%d\n", i % 4, i, i, i);
    screen_open(&screen, pair("quotient", text_value(&text), NULL), false);
    screen_keys(&screen, "4 v");
    ASSERT_SHOWS("quotient: 3 classes of 199 states");
    ASSERT_SHOWS("a0 +98");
    select_named(&screen, "a55");
    ASSERT_SHOWS("▸a0 +98");
    ASSERT_SHOWS("a0 and 98 more");
    screen_keys(&screen, "z");
    CU_ASSERT_FALSE(shows(&screen, "quotient"));
    ASSERT_SHOWS("▸a55");
    text_release(&text);
    screen_close(&screen);
}

/* ------------------------------------------------------------ golden screens */

/* The examples that come with the program: two graphs each. */
static void the_examples(void)
{
    static const char *const names[] = {
        "CircuitBreaker", "Elixir.Shop.Subscription", "MqttQos2Sender", "Order", "TCP",
        "TwoPhaseCommit"};
    struct text command = {0};
    struct screen screen;
    screen_project();
    text_printf(&command, "mkdir -p '%s' && cp -r '%s' '%s/specs' && cp -r '%s' '%s/models'",
                suite_scratch_path("examples"), suite_source("specs"),
                suite_scratch_path("examples"), suite_source("specs/models"),
                suite_scratch_path("examples"));
    CU_ASSERT_EQUAL(system(text_value(&command)), 0);
    text_release(&command);
    screen_open(&screen, suite_scratch_path("examples"), false);
    screen_keys(&screen, "4");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[80];
        snprintf(name, sizeof name, "graphs-example-%zu", i + 1);
        screen_keys(&screen, i ? ">" : "g");
        ASSERT_SHOWS(names[i]);
        screen_golden(&screen, name);
        snprintf(name, sizeof name, "graphs-example-%zu-fit", i + 1);
        screen_text(&screen, 120, 40);
        struct key fit = key_named("0");
        explorer_key(screen.explorer, &fit);
        screen_golden_at(&screen, name, 120, 40);
        screen_keys(&screen, "+ + + +");
        screen_keys(&screen, "-");
    }
    screen_close(&screen);
}

/* Pairs as textbooks have them; models begin with where they are initialised. */
static const struct textbook {
    const char *name, *specification, *model;
} textbook[] = {
    {"internal-step", "p --[a]-> q\nq --[b]-> r\n",
     "p --[a]-> s\ns --[__internal__]-> t\nt --[b]-> u\n"},
    {"early-choice", "p --[coin]-> q\nq --[tea]-> r\nq --[coffee]-> s\n",
     "p --[coin]-> q\np --[coin]-> x\nq --[tea]-> r\nx --[coffee]-> s\n"},
    {"branching-law", "p --[a]-> q\nq --[b]-> r\nq --[c]-> r\n",
     "p --[a]-> q\nq --[__internal__]-> s\nq --[b]-> t\ns --[b]-> t\ns --[c]-> t\n"},
    {"weak-not-branching", "p --[a]-> q\nq --[__internal__]-> s\nq --[c]-> t\ns --[b]-> t\n",
     "p --[a]-> q\np --[a]-> s\nq --[__internal__]-> s\nq --[c]-> t\ns --[b]-> t\n"},
    {"internal-choice", "p --[a]-> q\np --[b]-> r\n",
     "p --[__internal__]-> x\np --[b]-> r\nx --[a]-> q\n"},
    {"divergence", "p --[a]-> q\nq --[__internal__]-> q\nq --[b]-> p\n",
     "p --[a]-> q\nq --[b]-> p\n"},
    {"dead-end", "p --[a]-> q\nq --[a]-> p\n", "p --[a]-> q\nq --[a]-> p\np --[a]-> stuck\n"},
    {"unrolled", "p --[tick]-> p\n", "p --[tick]-> q\nq --[tick]-> r\nr --[tick]-> p\n"},
    {"parallel",
     "p --[one]-> q\np --[two]-> q\np --[three]-> q\np --[__internal__]-> q\nq --[back]-> p\n",
     "p --[one]-> q\np --[two]-> q\np --[four]-> q\nq --[back]-> p\n"},
    {"wide", "開始 --[送信]-> 処理中\n処理中 --[完了]-> 終了\n処理中 --[cafe\xCC\x81]-> 開始\n",
     "開始 --[送信]-> 処理中\n処理中 --[完了]-> 終了\n"},
};

static void textbook_pairs(void)
{
    for (size_t i = 0; i < sizeof textbook / sizeof *textbook; i++) {
        struct screen screen;
        struct text model = {0};
        char directory[80], name[80];
        const char *start = textbook[i].specification;
        text_printf(&model, "nil --[__initialisation__]-> %.*s\n%s", (int)strcspn(start, " "),
                    start, textbook[i].model);
        snprintf(directory, sizeof directory, "textbook-%s", textbook[i].name);
        for (int ascii = 0; ascii < 2; ascii++) {
            screen_open(&screen, pair(directory, start, text_value(&model)), ascii);
            screen_keys(&screen, "4 Tab");
            snprintf(name, sizeof name, "graphs-%s%s", textbook[i].name, ascii ? "-ascii" : "");
            screen_golden_at(&screen, name, 80, 24);
            screen_close(&screen);
        }
        text_release(&model);
    }
}

/* Graphviz hangs, and every key is answered all the same. */
static void a_layout_blocks_no_key(void)
{
    static const char hang[] = "#!/bin/sh\nexec sleep 1000\n";
    struct screen screen;
#ifndef HAVE_GRAPHVIZ
    suite_skip("built without Graphviz");
    return;
#endif
    const char *directory = large("hang", 90);
    write_file("hang", "hang", hang);
    char helper[500];
    snprintf(helper, sizeof helper, "%s/hang", directory);
    CU_ASSERT_EQUAL(chmod(helper, 0755), 0);
    setenv("SPEX_GRAPHVIZ", helper, 1);
    screen_open(&screen, directory, false);
    screen_keys(&screen, "4 v");
    ASSERT_SHOWS("of 90 states");
    /* asked for, a layout may take seconds: nobody waits for it */
    struct key keys[] = {key_named("z"), key_named("Tab"), key_named("Enter"), key_named("j")};
    for (size_t i = 0; i < 4; i++) {
        explorer_key(screen.explorer, &keys[i]);
        explorer_draw(screen.explorer, &screen.canvas);
    }
    struct text text = {0};
    canvas_text(&screen.canvas, &text);
    ASSERT_CONTAINS(text_value(&text), "of 90 states"); /* still the old picture */
    CU_ASSERT_TRUE(jobs_cancel(screen.explorer->jobs));
    explorer_settle(screen.explorer);
    text_release(&text);
    screen_close(&screen);
    setenv("SPEX_GRAPHVIZ", "/nonexistent", 1);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"Tab and Enter follow transitions", tab_and_enter_follow_transitions},
        {"arrows go to the next state", arrows_go_to_the_next_state},
        {"both sides keep in step", both_sides_keep_in_step},
        {"finding completes and can be given up", finding_completes_and_can_be_given_up},
        {"the mouse selects, drags and scrolls", the_mouse_selects_drags_and_scrolls},
        {"names cut in the picture are whole below", names_cut_in_the_picture_are_whole_below},
        {"fitting brings all into sight", fitting_brings_all_into_sight},
        {"a map shows where one is", a_map_shows_where_one_is},
        {"a wide box keeps its name in sight", a_wide_box_keeps_its_name_in_sight},
        {"what differs is signed and ghosted", what_differs_is_signed_and_ghosted},
        {"missing states are ghosts", missing_states_are_ghosts},
        {"renamed states are no difference", renamed_states_are_no_difference},
        {"counts show instances and heat", counts_show_instances_and_heat},
        {"what is too large is cut out", what_is_too_large_is_cut_out},
        {"a quotient stands for its classes", a_quotient_stands_for_its_classes},
        {"the examples", the_examples},
        {"textbook pairs", textbook_pairs},
        {"a layout blocks no key", a_layout_blocks_no_key},
        {NULL, NULL}};
    return suite_run("graphs", tests, argc, argv);
}
