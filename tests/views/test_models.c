/* Editing models: what is changed is checked at once, shown and may be taken back. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/model_save.h"
#include "tests/views/model_screen.h"
#include "views/models/model_edit.h"
#include "views/unsaved.h"

static void the_verdict_follows_what_is_changed(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("verdict"), "Door");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✗ not equivalent");
    /* The first line is what only the model has. */
    screen_keys(&screen, "d");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "1 unsaved change");
    ASSERT_CONTAINS(text, "- locked  open → open");
    ASSERT_CONTAINS(text, "✗ not equivalent");
    model_screen_add(&screen, "locked", "unlock", "closed");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "✓ equivalent");
    ASSERT_CONTAINS(text, "2 unsaved changes");
    ASSERT_CONTAINS(text, "Added. W saves it");
    /* Everywhere, and said there. */
    screen_keys(&screen, "1");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "edited");
    screen_keys(&screen, "6 u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✗ not equivalent");
    screen_keys(&screen, "U");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✓ equivalent");
    screen_keys(&screen, "u u");
    text = screen_text(&screen, 80, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    screen_keys(&screen, "u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "There is nothing to undo.");
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
    screen_close(&screen);
}

static void the_graphs_show_what_is_changed(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("drawn"), "Door");
    model_screen_add(&screen, "locked", "kick", "kaputt");
    screen_keys(&screen, "4 v v");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "kaputt");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Model, frozen, not saved");
    screen_keys(&screen, "6 u 4");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 40), "kaputt"));
    screen_close(&screen);
}

static void what_takes_each_other_back_is_no_change(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("and-back"), "Door");
    model_screen_add(&screen, "locked", "kick", "open");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "1 unsaved change\n");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "This model is frozen already.");
    screen_keys(&screen, "L f");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "1 unsaved change\n");
    screen_keys(&screen, "L g d"); /* its line is the first */
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "1 unsaved change\n");
    screen_keys(&screen, "f");
    const char *text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Nothing is unsaved here.");
    CU_ASSERT_NOT_EQUAL(access("models/Door.spex~", F_OK), 0);
    /* All of it can be undone one by one. */
    screen_keys(&screen, "u u");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "2 unsaved changes");
    screen_keys(&screen, "U U q");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
    /* What is taken back of a file that others changed is a change of that. */
    screen_keys(&screen, "6");
    model_screen_add(&screen, "locked", "unlock", "closed");
    model_screen_write("models/Door.spex", model_of_mended_door);
    screen_look_again(&screen);
    char from[] = "locked", action[] = "unlock", to[] = "closed";
    const struct model_change away = {CHANGE_REMOVE, from, action, to};
    spex_error error;
    ASSERT_OK(model_edit_change(screen.explorer, &away, &error), error);
    explorer_settle(screen.explorer);
    text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "? locked  unlock → closed");
    ASSERT_CONTAINS(text, "3 unsaved changes");
    screen_close(&screen);
}

static void names_are_completed(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("completed"), "Door");
    screen_keys(&screen, "a C-u");
    screen_type(&screen, "lo");
    screen_keys(&screen, "Tab Enter");
    screen_type(&screen, "unl");
    screen_keys(&screen, "Tab");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "locked --[ action: unlock");
    screen_keys(&screen, "Enter C-u");
    screen_type(&screen, "clos");
    screen_keys(&screen, "Tab Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "locked  unlock → closed");
    screen_close(&screen);
}

/* What a field offers is taken by Enter, replaced by typing, and edited by the other keys. */
static void typing_replaces_what_is_offered(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("offered"), "Door");
    screen_keys(&screen, "g j"); /* locked --[unlock]-> closed is missing: offered whole */
    screen_keys(&screen, "a");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "from state: locked");
    screen_type(&screen, "op");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "from state: op\n");
    screen_type(&screen, "en");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "open --[ action: unlock");
    screen_keys(&screen, "Backspace Backspace");
    screen_type(&screen, "x");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "open --[ action: unlox\n");
    screen_keys(&screen, "Enter Home");
    screen_type(&screen, "en");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "to state: enclosed\n");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Added; the specification has no action 'unlox', no state 'enclosed'.");
    model_screen_add(&screen, "open", "unlox", "closed"); /* the model knows it now */
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Added. W saves it");
    screen_close(&screen);
}

/* ------------------------------------------- any changes, in any order */

enum {
    STATES = 3,
    ACTIONS = 2,
    TRANSITIONS = STATES * ACTIONS * STATES,
    LEARNS = 1 << TRANSITIONS
};
static const char *const state_names[STATES] = {"closed", "locked", "open"};
static const char *const action_names[ACTIONS] = {"kick", "look"};

static struct model_change numbered(int number)
{
    return (struct model_change){
        .from = (char *)(uintptr_t)state_names[number / (ACTIONS * STATES)],
        .action = (char *)(uintptr_t)action_names[number / STATES % ACTIONS],
        .to = (char *)(uintptr_t)state_names[number % STATES]};
}

/* A bit a transition, and whether it learns. */
static uint32_t bits_of(const struct spex_model *model)
{
    uint32_t bits = model->learning ? LEARNS : 0;
    for (int i = 0; i < TRANSITIONS; i++) {
        struct model_change t = numbered(i);
        if (model_has(model, t.from, t.action, t.to))
            bits |= 1u << i;
    }
    return bits;
}

static uint32_t bits_of_file(void)
{
    struct spex_model *model = NULL;
    spex_error error;
    const char *bytes = suite_content("models/Door.spex");
    ASSERT_OK(model_read("Door.spex", bytes, strlen(bytes), &model, &error), error);
    uint32_t bits = bits_of(model);
    spex_model_free(model);
    return bits;
}

static uint32_t bits_shown(struct screen *screen)
{
    explorer_settle(screen->explorer);
    return bits_of(workspace_find(screen->explorer->workspace, "Door")->entry->model);
}

/* What there was one after the other, where one is in it, and what of it is saved. */
struct story {
    uint32_t bits[500];
    size_t count, now, saved;
};

/* Behind a save, undoing becomes a change of its own before the next one. */
static void tell(struct story *story, uint32_t bits)
{
    size_t undone = story->now < story->saved ? story->saved - story->now : 0;
    story->count = undone ? story->saved + undone : story->now;
    for (size_t i = 1; i <= undone; i++)
        story->bits[story->saved + i] = story->bits[story->saved - i];
    story->bits[++story->count] = bits;
    story->now = story->count;
}

static void any_change(struct screen *screen, struct story *story, struct random *random)
{
    uint32_t now = story->bits[story->now];
    int number = (int)random_below(random, TRANSITIONS);
    struct model_change change = numbered(number);
    spex_error error;
    bool mode = random_below(random, 5) == 0, on = random_below(random, 2);
    if (mode)
        change = (struct model_change){0};
    change.kind = mode ? (on ? CHANGE_LEARN : CHANGE_FREEZE) : on ? CHANGE_ADD : CHANGE_REMOVE;
    uint32_t bit = mode ? LEARNS : 1u << number;
    int status = model_edit_change(screen->explorer, &change, &error);
    CU_ASSERT_EQUAL(status, !(now & bit) == on ? SPEX_OK : SPEX_ERROR_USAGE);
    if (!status)
        tell(story, on ? now | bit : now & ~bit);
}

static void any_changes_in_any_order(void)
{
    struct random random = {5};
    for (unsigned round = 0; round < suite_count(6, 60); round++) {
        struct screen screen;
        struct story story = {0};
        char name[32];
        snprintf(name, sizeof name, "any-%u", round);
        model_screen_open(&screen, screen_copy(name), "Door");
        story.bits[0] = bits_shown(&screen);
        for (int i = 0; i < 60 && story.count < 200; i++) {
            struct model_edit *edit = model_edits_find(screen.explorer->workspace->edits, "Door");
            unsigned choice = random_below(&random, 10);
            if (choice < 5) {
                any_change(&screen, &story, &random);
            } else if (choice < 8 && edit && story.now) {
                model_edit_go(screen.explorer, edit, --story.now);
            } else if (choice < 9 && edit && story.now < story.count) {
                model_edit_go(screen.explorer, edit, ++story.now);
            } else if (edit && model_edit_unsaved(edit)) {
                model_edit_save(screen.explorer, edit);
                explorer_settle(screen.explorer);
                story.saved = story.now;
                CU_ASSERT_EQUAL(bits_of_file(), story.bits[story.now]);
            }
            if (edit)
                CU_ASSERT_EQUAL(
                    model_edit_unsaved(edit),
                    (size_t)__builtin_popcount(story.bits[story.now] ^ story.bits[story.saved]));
            if (random_below(&random, 3)) /* keys come quicker than what they show */
                CU_ASSERT_EQUAL(bits_shown(&screen), story.bits[story.now]);
        }
        CU_ASSERT_EQUAL(bits_shown(&screen), story.bits[story.now]);
        CU_ASSERT_EQUAL(bits_of_file(), story.bits[story.saved]);
        screen_close(&screen);
    }
}

static void a_sign_is_beside_the_selected_line(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "1 g 6");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "\n ▸+ locked  open → open");
    screen_keys(&screen, "j j");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "\n  + locked  open → open");
    ASSERT_CONTAINS(text, "\n ▸  closed  lock → locked");
    screen_close(&screen);
}

/* Other names, or more of them, and equivalent all the same. */
static void what_makes_no_difference_is_said_to(void)
{
    static const char twice[] = "Specification: Door\n"
                                "Learning mode: false\n"
                                "Transitions:\n"
                                "closed --[lock]-> locked\n"
                                "closed --[open]-> ajar\n"
                                "ajar --[close]-> closed\n"
                                "locked --[unlock]-> closed\n"
                                "nil --[__initialisation__]-> closed\n";
    struct screen screen;
    const char *directory = screen_copy("no-matter");
    CU_ASSERT_EQUAL(chdir(directory), 0);
    model_screen_write("models/Door.spex", twice);
    model_screen_open(&screen, directory, "Door");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "✓ equivalent");
    ASSERT_CONTAINS(text, "+ closed  open → ajar");
    ASSERT_CONTAINS(text, "Equivalent all the same: what differs makes no difference to see.");
    ASSERT_CONTAINS(screen_text(&screen, 40, 12), "What differs makes no difference.\n");
    /* Exported from here is what is seen here. */
    screen_keys(&screen, "e");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "▸ difference     .txt ");
    screen_close(&screen);
}

static void screens(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("screens"), "Door");
    screen_keys(&screen, "d");
    model_screen_add(&screen, "locked", "kick", "open");
    screen_golden(&screen, "models-edited");
    screen_keys(&screen, "a");
    screen_golden_at(&screen, "models-add", 80, 24);
    screen_keys(&screen, "Esc q");
    screen_golden_at(&screen, "models-leave", 80, 24);
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the verdict follows what is changed", the_verdict_follows_what_is_changed},
        {"the graphs show what is changed", the_graphs_show_what_is_changed},
        {"what takes each other back is no change", what_takes_each_other_back_is_no_change},
        {"names are completed", names_are_completed},
        {"typing replaces what is offered", typing_replaces_what_is_offered},
        {"any changes in any order", any_changes_in_any_order},
        {"a sign is beside the selected line", a_sign_is_beside_the_selected_line},
        {"what makes no difference is said to", what_makes_no_difference_is_said_to},
        {"screens", screens},
        {0},
    };
    return suite_run("models", tests, argc, argv);
}
