/* The files of models: written when asked, never lost, never written over somebody else's. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "format/format.h"
#include "manager/model_save.h"
#include "tests/views/model_screen.h"
#include "views/models/model_edit.h"
#include "views/unsaved.h"

static unsigned mode_of(const char *path)
{
    struct stat about = {0};
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void saving_keeps_the_file_before(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("saved"), "Door");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Nothing is unsaved here.");
    screen_keys(&screen, "d");
    model_screen_add(&screen, "locked", "unlock", "closed");
    screen_keys(&screen, "W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Wrote Door.spex; the one before is Door.spex~.");
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_mended_door);
    ASSERT_TEXT(suite_content("models/Door.spex~"), model_of_door);
    /* What is saved can be undone, and that saved too. */
    screen_keys(&screen, "u u");
    text = screen_text(&screen, 80, 24);
    ASSERT_CONTAINS(text, "2 unsaved changes");
    ASSERT_CONTAINS(text, "✗ not equivalent");
    screen_keys(&screen, "W");
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
    ASSERT_TEXT(suite_content("models/Door.spex~"), model_of_mended_door);
    screen_keys(&screen, "U W");
    ASSERT_CONTAINS(suite_content("models/Door.spex"), "Transitions:\nclosed --[lock]-> locked\n"
                                                       "closed --[open]-> open\nnil --");
    screen_close(&screen);
}

/* Undone behind a save, and then something else: what was saved is not forgotten. */
static void a_change_in_place_of_a_saved_one(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("instead"), "Door");
    screen_keys(&screen, "d");
    model_screen_add(&screen, "locked", "unlock", "closed");
    screen_keys(&screen, "W u u");
    model_screen_add(&screen, "locked", "kick", "open");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "3 unsaved changes");
    screen_keys(&screen, "W");
    const char *text = suite_content("models/Door.spex");
    ASSERT_CONTAINS(text, "locked --[kick]-> open\nlocked --[open]-> open\nnil --");
    CU_ASSERT_PTR_NULL(strstr(text, "unlock"));
    screen_keys(&screen, "u u u");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "✓ equivalent");
    screen_keys(&screen, "u u W");
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
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
    model_screen_open(&screen, screen_copy("others"), "Door");
    model_screen_add(&screen, "open", "slam", "closed");
    model_screen_write("models/Door.spex", theirs);
    /* Not even seen yet. */
    screen_keys(&screen, "W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Not saved: somebody else has changed");
    ASSERT_CONTAINS(text, "The file was changed by somebody else; here it is with your changes.");
    ASSERT_CONTAINS(text, "? closed  lock → locked");
    ASSERT_CONTAINS(text, "+ open  slam → closed");
    ASSERT_TEXT(suite_content("models/Door.spex"), theirs);
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "The file was changed by somebody else. Write it with your changes? y/n");
    screen_keys(&screen, "n");
    ASSERT_TEXT(suite_content("models/Door.spex"), theirs);
    /* Changed once more while the question stands: who answers has not seen that, whether it
     * was noticed yet or not. */
    for (int noticed = 0; noticed < 2; noticed++) {
        screen_keys(&screen, "W");
        ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Write it with your changes? y/n");
        model_screen_write("models/Door.spex", noticed ? theirs : model_of_mended_door);
        if (noticed)
            screen_look_again(&screen);
        screen_keys(&screen, "y");
        ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Not saved: somebody else has changed");
        ASSERT_TEXT(suite_content("models/Door.spex"), noticed ? theirs : model_of_mended_door);
    }
    screen_keys(&screen, "W y");
    ASSERT_CONTAINS(suite_content("models/Door.spex"),
                    "open --[close]-> closed\nopen --[slam]-> closed");
    ASSERT_TEXT(suite_content("models/Door.spex~"), theirs);
    /* Without changes of one's own there is nothing to ask. */
    model_screen_write("models/Door.spex", model_of_door);
    screen_look_again(&screen);
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else"));
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    ASSERT_CONTAINS(text, "+ locked  open → open");
    /* Nor is a file replaced that came to be meanwhile, or is gone. */
    model_screen_add(&screen, "open", "slam", "closed");
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
    model_screen_open(&screen, suite_scratch_path("removed"), "Door");
    screen_keys(&screen, "d");
    CU_ASSERT_EQUAL(unlink("models/Door.spex"), 0);
    screen_look_again(&screen);
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "The file was removed by somebody else; here is what it was, with your");
    ASSERT_CONTAINS(text, "model frozen");
    ASSERT_CONTAINS(text, "- locked  open → open");
    CU_ASSERT_PTR_NULL(strstr(text, "added"));
    /* What is changed next is a change of that. */
    model_screen_add(&screen, "closed", "open", "open");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has this transition already.");
    model_screen_add(&screen, "locked", "unlock", "closed");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "✓ equivalent");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(
        screen_text(&screen, 120, 24),
        "The file was removed by somebody else. Write it again, with your changes? y/n");
    screen_keys(&screen, "n");
    CU_ASSERT_NOT_EQUAL(access("models/Door.spex", F_OK), 0);
    screen_keys(&screen, "W y");
    text = screen_text(&screen, 120, 24);
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_mended_door);
    CU_ASSERT_EQUAL(mode_of("models/Door.spex"), 0600);
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else"));
    screen_keys(&screen, "u u W");
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
    ASSERT_TEXT(suite_content("models/Door.spex~"), model_of_mended_door);
    screen_close(&screen);
}

/* Somebody who replaces it by removing it first takes nothing away. */
static void a_file_that_comes_back_is_the_one_changed(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("back"), "Door");
    screen_keys(&screen, "d");
    CU_ASSERT_EQUAL(unlink("models/Door.spex"), 0);
    screen_look_again(&screen);
    model_screen_write("models/Door.spex", model_of_mended_door);
    screen_look_again(&screen);
    ASSERT_CONTAINS(screen_text(&screen, 120, 24),
                    "The file was changed by somebody else; here it is with your changes.");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "✓ equivalent");
    model_screen_write("models/Door.spex", model_of_door);
    screen_look_again(&screen);
    const char *text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "somebody else; "));
    ASSERT_CONTAINS(text, "1 unsaved change");
    screen_close(&screen);
}

static void unsaved_changes_are_not_lost_silently(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("unsaved"), "Door");
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
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
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
    model_screen_open(&screen, directory, "Door");
    screen_keys(&screen, "d");
    model_screen_add(&screen, "locked", "unlock", "closed");
    model_screen_add(&screen, "open", "slam", "closed");
    screen_keys(&screen, "u L > f");
    end_session(&screen, "Door, Lamp");
    model_screen_open(&screen, directory, "Door");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "model learning");
    ASSERT_CONTAINS(text, "- locked  open → open");
    ASSERT_CONTAINS(text, "3 unsaved changes");
    ASSERT_CONTAINS(text, "✓ equivalent");
    CU_ASSERT_PTR_NULL(strstr(text, "slam"));
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
    /* Undone, it is as in the file; and as it is again by another signal. */
    screen_keys(&screen, "u > W <");
    CU_ASSERT_PTR_NOT_NULL(strstr(suite_content("models/Lamp.spex"), "Learning mode: false"));
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "2 unsaved changes");
    end_session(&screen, "Door");
    /* Meanwhile somebody did the half of it. */
    model_screen_write("models/Door.spex", model_of_mended_door);
    model_screen_open(&screen, directory, "Door");
    text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    /* Nothing is left, and nothing comes again. */
    end_session(&screen, "");
    model_screen_write("models/Door.spex", model_of_door);
    model_screen_open(&screen, directory, "Door");
    CU_ASSERT_PTR_NULL(strstr(screen_text(&screen, 120, 24), "unsaved"));
    screen_close(&screen);
}

/* It is told where one begins, and what is of a specification that is away waits for it. */
static void what_was_unsaved_waits_for_its_specification(void)
{
    struct screen screen;
    const char *directory = screen_copy("away");
    model_screen_open(&screen, directory, "Door");
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

/* The Lamp's model is learned in the store; freezing writes all that was learned. */
static void freezing_writes_what_was_learned(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("frozen"), "Lamp");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "learned in the store, not yet exported");
    screen_keys(&screen, "L");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This model learns already.");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "model frozen");
    screen_keys(&screen, "f");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "This model is frozen already.");
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "models/Lamp.spex.");
    ASSERT_TEXT(suite_content("models/Lamp.spex"), "Specification: Lamp\n"
                                                   "Learning mode: false\n"
                                                   "Transitions:\n"
                                                   "burning --[off]-> off\n"
                                                   "nil --[__initialisation__]-> off\n"
                                                   "off --[on]-> burning\n");
    CU_ASSERT_NOT_EQUAL(access("models/Lamp.spex~", F_OK), 0);
    screen_keys(&screen, "L W");
    ASSERT_CONTAINS(suite_content("models/Lamp.spex"), "Learning mode: true\n");
    screen_close(&screen);
}

static void what_no_file_could_give_back_is_refused(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("hostile"), "Door");
    model_screen_add(&screen, "open", "a]-> b --[c", "closed");
    const char *text = screen_text(&screen, 120, 24);
    CU_ASSERT_PTR_NULL(strstr(text, "unsaved"));
    model_screen_add(&screen, "open", "close", "closed");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has this transition already.");
    screen_keys(&screen, "g a Tab Tab Esc");
    /* A line that the model does not have cannot be taken away. */
    screen_keys(&screen, "j d");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "The model has no such transition.");
    screen_close(&screen);
}

/* What cannot be written is not saved, not in part, and stays to be saved. */
static void what_cannot_be_written_stays_unsaved(void)
{
    struct screen screen;
    model_screen_open(&screen, screen_copy("unwritten"), "Door");
    CU_ASSERT_EQUAL(mkdir("models/Door.spex~", 0777), 0);
    screen_keys(&screen, "d W");
    const char *text = screen_text(&screen, 120, 24);
    ASSERT_CONTAINS(text, "Not saved: ");
    ASSERT_CONTAINS(text, "Door.spex~");
    ASSERT_CONTAINS(text, "1 unsaved change");
    ASSERT_TEXT(suite_content("models/Door.spex"), model_of_door);
    char **left;
    size_t count;
    spex_error error;
    ASSERT_OK(file_list("models", ".spex", &left, &count, &error), error);
    CU_ASSERT_EQUAL(count, 2);
    file_list_free(left, count);
    CU_ASSERT_EQUAL(rmdir("models/Door.spex~"), 0);
    screen_keys(&screen, "W");
    ASSERT_CONTAINS(screen_text(&screen, 120, 24), "Wrote Door.spex");
    ASSERT_TEXT(suite_content("models/Door.spex~"), model_of_door);
    screen_close(&screen);
}

static void a_link_is_written_through(void)
{
    struct spex_model *model;
    struct model_save save;
    spex_error error;
    const char *folder = suite_scratch_path("linked");
    ASSERT_OK(file_make_directory(folder, &error), error);
    CU_ASSERT_EQUAL(chdir(folder), 0);
    model_screen_write("real.spex", model_of_door);
    CU_ASSERT_EQUAL(symlink("real.spex", "Door.spex"), 0);
    ASSERT_OK(model_read("Door.spex", model_of_door, strlen(model_of_door), &model, &error), error);
    CU_ASSERT_TRUE(model_remove(model, "locked", "open", "open"));
    /* Not what was expected: nothing is written. */
    ASSERT_OK(model_save(model, folder, model->content + 1, 0, &save, &error), error);
    CU_ASSERT_TRUE(save.changed && !save.backup);
    model_save_release(&save);
    ASSERT_TEXT(suite_content("real.spex"), model_of_door);
    ASSERT_OK(model_save(model, folder, model->content, 0, &save, &error), error);
    CU_ASSERT_FALSE(save.changed);
    CU_ASSERT_PTR_NULL(strstr(suite_content("real.spex"), "locked --"));
    ASSERT_TEXT(suite_content("real.spex~"), model_of_door);
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
    model_screen_write("Door.spex", model_of_door);
    ASSERT_OK(model_read("Door.spex", model_of_door, strlen(model_of_door), &model, &error), error);
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
        {"saving keeps the file before", saving_keeps_the_file_before},
        {"a change in place of a saved one", a_change_in_place_of_a_saved_one},
        {"a file that others changed is asked about", a_file_that_others_changed_is_asked_about},
        {"a file that others removed is written again",
         a_file_that_others_removed_is_written_again},
        {"a file that comes back is the one changed", a_file_that_comes_back_is_the_one_changed},
        {"what a signal left unsaved is there again", what_a_signal_left_unsaved_is_there_again},
        {"what was unsaved waits for its specification",
         what_was_unsaved_waits_for_its_specification},
        {"unsaved changes are not lost silently", unsaved_changes_are_not_lost_silently},
        {"freezing writes what was learned", freezing_writes_what_was_learned},
        {"what no file could give back is refused", what_no_file_could_give_back_is_refused},
        {"what cannot be written stays unsaved", what_cannot_be_written_stays_unsaved},
        {"a link is written through", a_link_is_written_through},
        {"a backup is no more readable than the file", a_backup_is_no_more_readable_than_the_file},
        {0},
    };
    return suite_run("model files", tests, argc, argv);
}
