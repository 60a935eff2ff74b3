/* Editing models: what is changed is checked at once, written when asked, and never lost or
 * written over somebody else's without a question. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/model_save.h"
#include "tests/views/screen.h"
#include "views/models/model_edit.h"
#include "views/unsaved.h"

/* A file below the project, or "" where there is none; valid until the next. */
static const char *content(const char *path)
{
    static char *bytes;
    size_t length;
    spex_error error;
    free(bytes);
    bytes = NULL;
    return file_read(path, 0, &bytes, &length, &error) ? "" : bytes;
}

static void write_file(const char *path, const char *text)
{
    spex_error error;
    ASSERT_OK(file_replace(path, text, strlen(text), &error), error);
}

static unsigned mode_of(const char *path)
{
    struct stat about = {0};
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void look_again(struct screen *screen)
{
    workspace_refresh(screen->explorer->workspace, REFRESH_CHANGED);
    explorer_settle(screen->explorer);
}

static void open_model(struct screen *screen, const char *directory, const char *name)
{
    screen_open(screen, directory, false);
    screen_keys(screen, ":");
    screen_type(screen, "models ");
    screen_type(screen, name);
    screen_keys(screen, "Enter");
}

static void add(struct screen *screen, const char *from, const char *action, const char *to)
{
    const char *const parts[] = {from, action, to};
    screen_keys(screen, "a");
    for (int i = 0; i < 3; i++) {
        screen_keys(screen, "C-u");
        screen_type(screen, parts[i]);
        screen_keys(screen, "Enter");
    }
}

static const char door[] = "Specification: Door\n"
                           "Learning mode: false\n"
                           "Transitions:\n"
                           "closed --[lock]-> locked\n"
                           "closed --[open]-> open\n"
                           "locked --[open]-> open\n"
                           "nil --[__initialisation__]-> closed\n"
                           "open --[close]-> closed\n";

static const char mended[] = "Specification: Door\n"
                             "Learning mode: false\n"
                             "Transitions:\n"
                             "closed --[lock]-> locked\n"
                             "closed --[open]-> open\n"
                             "locked --[unlock]-> closed\n"
                             "nil --[__initialisation__]-> closed\n"
                             "open --[close]-> closed\n";

static void the_verdict_follows_what_is_changed(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("verdict"), "Door");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✗ not equivalent");
    /* The first line is what only the model has. */
    screen_keys(&screen, "d");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "1 unsaved change");
    ASSERT_CONTAINS(text, "- locked  open → open");
    ASSERT_CONTAINS(text, "✗ not equivalent");
    add(&screen, "locked", "unlock", "closed");
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
    ASSERT_TEXT(content("models/Door.spex"), door);
    screen_close(&screen);
}

static void the_graphs_show_what_is_changed(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("drawn"), "Door");
    add(&screen, "locked", "kick", "kaputt");
    screen_keys(&screen, "4 v v");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "kaputt");
    ASSERT_CONTAINS(screen_text(&screen, 120, 40), "Model, frozen, not saved");
    screen_keys(&screen, "6 u 4");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 40), "kaputt"));
    screen_close(&screen);
}

static void saving_keeps_the_file_before(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("saved"), "Door");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing is unsaved here.");
    screen_keys(&screen, "d");
    add(&screen, "locked", "unlock", "closed");
    screen_keys(&screen, "W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Wrote Door.spex; the one before is Door.spex~.");
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    ASSERT_TEXT(content("models/Door.spex"), mended);
    ASSERT_TEXT(content("models/Door.spex~"), door);
    /* What is saved can be undone, and that saved too. */
    screen_keys(&screen, "u u");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "2 unsaved changes");
    ASSERT_CONTAINS(text, "✗ not equivalent");
    screen_keys(&screen, "W");
    ASSERT_TEXT(content("models/Door.spex"), door);
    ASSERT_TEXT(content("models/Door.spex~"), mended);
    screen_keys(&screen, "U W");
    ASSERT_CONTAINS(content("models/Door.spex"), "Transitions:\nclosed --[lock]-> locked\n"
                                                 "closed --[open]-> open\nnil --");
    screen_close(&screen);
}

/* Undone behind a save, and then something else: what was saved is not forgotten. */
static void a_change_in_place_of_a_saved_one(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("instead"), "Door");
    screen_keys(&screen, "d");
    add(&screen, "locked", "unlock", "closed");
    screen_keys(&screen, "W u u");
    add(&screen, "locked", "kick", "open");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "3 unsaved changes");
    screen_keys(&screen, "W");
    const char *text = content("models/Door.spex");
    ASSERT_CONTAINS(text, "locked --[kick]-> open\nlocked --[open]-> open\nnil --");
    CU_ASSERT_PTR_NULL(strstr(text, "unlock"));
    screen_keys(&screen, "u u u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✓ equivalent");
    screen_keys(&screen, "u u W");
    ASSERT_TEXT(content("models/Door.spex"), door);
    screen_close(&screen);
}

static void a_file_that_others_changed_is_asked_about(void)
{
    static const char theirs[] = "Specification: Door\n"
                                 "Learning mode: false\n"
                                 "Transitions:\n"
                                 "closed --[open]-> open\n"
                                 "nil --[__initialisation__]-> closed\n"
                                 "open --[close]-> closed\n";
    struct screen screen;
    open_model(&screen, screen_copy("others"), "Door");
    add(&screen, "open", "slam", "closed");
    write_file("models/Door.spex", theirs);
    /* Not even seen yet. */
    screen_keys(&screen, "W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Not saved: somebody else has changed");
    ASSERT_CONTAINS(text, "The file was changed by somebody else; here it is with your changes.");
    ASSERT_CONTAINS(text, "? closed  lock → locked");
    ASSERT_CONTAINS(text, "+ open  slam → closed");
    ASSERT_TEXT(content("models/Door.spex"), theirs);
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "The file was changed by somebody else. Write it with your changes? y/n");
    screen_keys(&screen, "n");
    ASSERT_TEXT(content("models/Door.spex"), theirs);
    /* Changed once more while the question stands: who answers has not seen that, whether it
     * was noticed yet or not. */
    for (int noticed = 0; noticed < 2; noticed++) {
        screen_keys(&screen, "W");
        ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Write it with your changes? y/n");
        write_file("models/Door.spex", noticed ? theirs : mended);
        if (noticed)
            look_again(&screen);
        screen_keys(&screen, "y");
        ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Not saved: somebody else has changed");
        ASSERT_TEXT(content("models/Door.spex"), noticed ? theirs : mended);
    }
    screen_keys(&screen, "W y");
    ASSERT_CONTAINS(content("models/Door.spex"), "open --[close]-> closed\nopen --[slam]-> closed");
    ASSERT_TEXT(content("models/Door.spex~"), theirs);
    /* Without changes of one's own there is nothing to ask. */
    write_file("models/Door.spex", door);
    look_again(&screen);
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else"));
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    ASSERT_CONTAINS(text, "+ locked  open → open");
    /* Nor is a file replaced that came to be meanwhile, or is gone. */
    add(&screen, "open", "slam", "closed");
    CU_ASSERT_EQUAL(unlink("models/Door.spex"), 0);
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Not saved: somebody else has removed");
    CU_ASSERT_NOT_EQUAL(access("models/Door.spex", F_OK), 0);
    screen_close(&screen);
}

/* What is edited is still there: its transitions, and that it does not learn. */
static void a_file_that_others_removed_is_written_again(void)
{
    struct screen screen;
    screen_copy("removed");
    CU_ASSERT_EQUAL(chmod(suite_scratch_path("removed/models/Door.spex"), 0600), 0);
    open_model(&screen, suite_scratch_path("removed"), "Door");
    screen_keys(&screen, "d");
    CU_ASSERT_EQUAL(unlink("models/Door.spex"), 0);
    look_again(&screen);
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "The file was removed by somebody else; here is what it was, with your");
    ASSERT_CONTAINS(text, "model frozen");
    ASSERT_CONTAINS(text, "- locked  open → open");
    CU_ASSERT_PTR_NULL(strstr(text, "added"));
    /* What is changed next is a change of that. */
    add(&screen, "closed", "open", "open");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has this transition already.");
    add(&screen, "locked", "unlock", "closed");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "✓ equivalent");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(
        screen_text(&screen, 120, 24),
        "The file was removed by somebody else. Write it again, with your changes? y/n");
    screen_keys(&screen, "n");
    CU_ASSERT_NOT_EQUAL(access("models/Door.spex", F_OK), 0);
    screen_keys(&screen, "W y");
    text = screen_text(&screen, 120, 24);
    ASSERT_TEXT(content("models/Door.spex"), mended);
    CU_ASSERT_EQUAL(mode_of("models/Door.spex"), 0600);
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else"));
    screen_keys(&screen, "u u W");
    ASSERT_TEXT(content("models/Door.spex"), door);
    ASSERT_TEXT(content("models/Door.spex~"), mended);
    screen_close(&screen);
}

/* Somebody who replaces it by removing it first takes nothing away. */
static void a_file_that_comes_back_is_the_one_changed(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("back"), "Door");
    screen_keys(&screen, "d");
    CU_ASSERT_EQUAL(unlink("models/Door.spex"), 0);
    look_again(&screen);
    write_file("models/Door.spex", mended);
    look_again(&screen);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "The file was changed by somebody else; here it is with your changes.");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "✓ equivalent");
    write_file("models/Door.spex", door);
    look_again(&screen);
    const char *text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else; "));
    ASSERT_CONTAINS(text, "1 unsaved change");
    screen_close(&screen);
}

static void unsaved_changes_are_not_lost_silently(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("unsaved"), "Door");
    screen_keys(&screen, "d q");
    const char *text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "Unsaved changes to the model of Door");
    screen_keys(&screen, "Esc");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "1 unsaved change");
    screen_keys(&screen, "q 2");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
    screen_keys(&screen, "Q");
    CU_ASSERT_EQUAL(screen.explorer->effect, EFFECT_NONE);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24),
                    "Quit and lose what is unsaved of the model of Door? y/n");
    screen_keys(&screen, "n q");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Quit and lose");
    struct key yes = key_named("y");
    CU_ASSERT_EQUAL(explorer_key(screen.explorer, &yes), EFFECT_QUIT);
    /* Other specifications' changes stay while one looks on. */
    screen_keys(&screen, "6 >");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 80, 24), "unsaved"));
    screen_keys(&screen, "<");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "1 unsaved change");
    screen_keys(&screen, "q 3");
    struct key quit = key_named("Q");
    CU_ASSERT_EQUAL(explorer_key(screen.explorer, &quit), EFFECT_QUIT);
    ASSERT_TEXT(content("models/Door.spex"), door);
    screen_close(&screen);
}

/* What a signal does. */
static void end_session(struct screen *screen, const char *expected)
{
    struct text names = {0};
    spex_error error;
    ASSERT_OK(unsaved_keep(screen->explorer, &names, &error), error);
    ASSERT_TEXT(text_value(&names), expected);
    text_release(&names);
    screen_close(screen);
}

static void what_a_signal_left_unsaved_is_there_again(void)
{
    struct screen screen;
    const char *directory = screen_copy("ended");
    open_model(&screen, directory, "Door");
    screen_keys(&screen, "d");
    add(&screen, "locked", "unlock", "closed");
    add(&screen, "open", "slam", "closed");
    screen_keys(&screen, "u L > f");
    end_session(&screen, "Door, Lamp");
    open_model(&screen, directory, "Door");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "model learning");
    ASSERT_CONTAINS(text, "- locked  open → open");
    ASSERT_CONTAINS(text, "3 unsaved changes");
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "slam"));
    ASSERT_TEXT(content("models/Door.spex"), door);
    /* Undone, it is as in the file; and as it is again by another signal. */
    screen_keys(&screen, "u > W <");
    CU_ASSERT_PTR_NOT_NULL(strstr(content("models/Lamp.spex"), "Learning mode: false"));
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "2 unsaved changes");
    end_session(&screen, "Door");
    /* Meanwhile somebody did the half of it. */
    write_file("models/Door.spex", mended);
    open_model(&screen, directory, "Door");
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    /* Nothing is left, and nothing comes again. */
    end_session(&screen, "");
    write_file("models/Door.spex", door);
    open_model(&screen, directory, "Door");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 24), "unsaved"));
    screen_close(&screen);
}

/* It is told where one begins, and what is of a specification that is away waits for it. */
static void what_was_unsaved_waits_for_its_specification(void)
{
    struct screen screen;
    const char *directory = screen_copy("away");
    open_model(&screen, directory, "Door");
    screen_keys(&screen, "d > f");
    end_session(&screen, "Door, Lamp");
    CU_ASSERT_EQUAL(rename("specs/door.spec", "door.away"), 0);
    screen_open(&screen, directory, false);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "Changes to Lamp, unsaved when the last session ended, are here again.");
    end_session(&screen, "Lamp");
    CU_ASSERT_EQUAL(rename("door.away", "specs/door.spec"), 0);
    screen_open(&screen, directory, false);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Changes to Door, Lamp, unsaved when");
    screen_close(&screen);
}

static void what_takes_each_other_back_is_no_change(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("and-back"), "Door");
    add(&screen, "locked", "kick", "open");
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
    add(&screen, "locked", "unlock", "closed");
    write_file("models/Door.spex", mended);
    look_again(&screen);
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

/* The Lamp's model is learned in the store; freezing writes all that was learned. */
static void freezing_writes_what_was_learned(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("frozen"), "Lamp");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "learned in the store, not yet exported");
    screen_keys(&screen, "L");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This model learns already.");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "model frozen");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This model is frozen already.");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "models/Lamp.spex.");
    ASSERT_TEXT(content("models/Lamp.spex"), "Specification: Lamp\n"
                                             "Learning mode: false\n"
                                             "Transitions:\n"
                                             "burning --[off]-> off\n"
                                             "nil --[__initialisation__]-> off\n"
                                             "off --[on]-> burning\n");
    CU_ASSERT_NOT_EQUAL(access("models/Lamp.spex~", F_OK), 0);
    screen_keys(&screen, "L W");
    ASSERT_CONTAINS(content("models/Lamp.spex"), "Learning mode: true\n");
    screen_close(&screen);
}

static void what_no_file_could_give_back_is_refused(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("hostile"), "Door");
    add(&screen, "open", "a]-> b --[c", "closed");
    const char *text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    add(&screen, "open", "close", "closed");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has this transition already.");
    screen_keys(&screen, "g a Tab Tab Esc");
    /* A line that the model does not have cannot be taken away. */
    screen_keys(&screen, "j d");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has no such transition.");
    screen_close(&screen);
}

static void names_are_completed(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("completed"), "Door");
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
    open_model(&screen, screen_copy("offered"), "Door");
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
    add(&screen, "open", "unlox", "closed"); /* the model knows it now */
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Added. W saves it");
    screen_close(&screen);
}

/* What cannot be written is not saved, not in part, and stays to be saved. */
static void what_cannot_be_written_stays_unsaved(void)
{
    struct screen screen;
    open_model(&screen, screen_copy("unwritten"), "Door");
    CU_ASSERT_EQUAL(mkdir("models/Door.spex~", 0777), 0);
    screen_keys(&screen, "d W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Not saved: ");
    ASSERT_CONTAINS(text, "Door.spex~");
    ASSERT_CONTAINS(text, "1 unsaved change");
    ASSERT_TEXT(content("models/Door.spex"), door);
    char **left;
    size_t count;
    spex_error error;
    ASSERT_OK(file_list("models", ".spex", &left, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2);
    file_list_free(left, count);
    CU_ASSERT_EQUAL(rmdir("models/Door.spex~"), 0);
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Wrote Door.spex");
    ASSERT_TEXT(content("models/Door.spex~"), door);
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
    const char *bytes = content("models/Door.spex");
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
        open_model(&screen, screen_copy(name), "Door");
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
    write_file("models/Door.spex", twice);
    open_model(&screen, directory, "Door");
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
    open_model(&screen, screen_copy("screens"), "Door");
    screen_keys(&screen, "d");
    add(&screen, "locked", "kick", "open");
    screen_golden(&screen, "models-edited");
    screen_keys(&screen, "a");
    screen_golden_at(&screen, "models-add", 80, 24);
    screen_keys(&screen, "Esc q");
    screen_golden_at(&screen, "models-leave", 80, 24);
    screen_close(&screen);
}

/* ------------------------------------------------------------------- pieces */

static void a_link_is_written_through(void)
{
    struct spex_model *model;
    struct model_save save;
    spex_error error;
    const char *folder = suite_scratch_path("linked");
    ASSERT_OK(file_make_directory(folder, &error), error);
    CU_ASSERT_EQUAL(chdir(folder), 0);
    write_file("real.spex", door);
    CU_ASSERT_EQUAL(symlink("real.spex", "Door.spex"), 0);
    ASSERT_OK(model_read("Door.spex", door, strlen(door), &model, &error), error);
    CU_ASSERT_TRUE(model_remove(model, "locked", "open", "open"));
    /* Not what was expected: nothing is written. */
    ASSERT_OK(model_save(model, folder, model->content + 1, 0, &save, &error), error);
    CU_ASSERT_TRUE(save.changed && !save.backup);
    model_save_release(&save);
    ASSERT_TEXT(content("real.spex"), door);
    ASSERT_OK(model_save(model, folder, model->content, 0, &save, &error), error);
    CU_ASSERT_FALSE(save.changed);
    CU_ASSERT_PTR_NULL(strstr(content("real.spex"), "locked --"));
    ASSERT_TEXT(content("real.spex~"), door);
    struct stat about;
    CU_ASSERT_EQUAL(lstat("Door.spex", &about), 0);
    CU_ASSERT_TRUE(S_ISLNK(about.st_mode));
    model_save_release(&save);
    spex_model_free(model);
}

/* Also where an older backup could be read by all. */
static void a_backup_is_no_more_readable_than_the_file(void)
{
    static const unsigned modes[] = {0600, 0640, 0664, 0600};
    struct spex_model *model;
    struct model_save save;
    spex_error error;
    const char *folder = suite_scratch_path("modes");
    ASSERT_OK(file_make_directory(folder, &error), error);
    CU_ASSERT_EQUAL(chdir(folder), 0);
    write_file("Door.spex", door);
    ASSERT_OK(model_read("Door.spex", door, strlen(door), &model, &error), error);
    uint64_t expected = model->content;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        model->learning = !model->learning;
        CU_ASSERT_EQUAL(chmod("Door.spex", modes[i]), 0);
        ASSERT_OK(model_save(model, folder, expected, 0, &save, &error), error);
        CU_ASSERT_FALSE(save.changed);
        CU_ASSERT_EQUAL(mode_of("Door.spex"), modes[i]);
        CU_ASSERT_EQUAL(mode_of("Door.spex~"), modes[i]);
        expected = save.content;
        model_save_release(&save);
    }
    spex_model_free(model);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the verdict follows what is changed", the_verdict_follows_what_is_changed},
        {"the graphs show what is changed", the_graphs_show_what_is_changed},
        {"saving keeps the file before", saving_keeps_the_file_before},
        {"a change in place of a saved one", a_change_in_place_of_a_saved_one},
        {"a file that others changed is asked about", a_file_that_others_changed_is_asked_about},
        {"a file that others removed is written again",
         a_file_that_others_removed_is_written_again},
        {"a file that comes back is the one changed", a_file_that_comes_back_is_the_one_changed},
        {"what a signal left unsaved is there again", what_a_signal_left_unsaved_is_there_again},
        {"what was unsaved waits for its specification",
         what_was_unsaved_waits_for_its_specification},
        {"what takes each other back is no change", what_takes_each_other_back_is_no_change},
        {"unsaved changes are not lost silently", unsaved_changes_are_not_lost_silently},
        {"freezing writes what was learned", freezing_writes_what_was_learned},
        {"what no file could give back is refused", what_no_file_could_give_back_is_refused},
        {"names are completed", names_are_completed},
        {"typing replaces what is offered", typing_replaces_what_is_offered},
        {"what cannot be written stays unsaved", what_cannot_be_written_stays_unsaved},
        {"any changes in any order", any_changes_in_any_order},
        {"a sign is beside the selected line", a_sign_is_beside_the_selected_line},
        {"what makes no difference is said to", what_makes_no_difference_is_said_to},
        {"screens", screens},
        {"a link is written through", a_link_is_written_through},
        {"a backup is no more readable than the file", a_backup_is_no_more_readable_than_the_file},
        {0},
    };
    return suite_run("models", tests, argc, argv);
}
