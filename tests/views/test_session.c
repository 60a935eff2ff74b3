/* Where one was the last time. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/session.h"

static const char *state_dir = "state-of-sessions";

/* The screen of tests keeps no session: an explorer of one's own over the same project. */
static void open_session(struct screen *screen, const char *directory)
{
    screen_open(screen, directory, false);
    struct explorer_options options = {.workspace = screen->explorer->workspace->options,
                                       .session = true,
                                       .state_dir = suite_scratch_path(state_dir)};
    explorer_free(screen->explorer);
    screen->explorer = explorer_create(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(screen->explorer);
    explorer_settle(screen->explorer);
}

static void end_with(const char *keys)
{
    struct screen screen;
    open_session(&screen, screen_project());
    screen_keys(&screen, keys);
    screen_close(&screen);
}

/* The only file that is kept; NULL: none. */
static const char *kept_file(void)
{
    static char path[512];
    const char *directory = suite_scratch_path(state_dir), *found = NULL;
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        if (strncmp(entry->d_name, "session-", 8) == 0) {
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            found = path;
        }
    if (listing)
        closedir(listing);
    return found;
}

static void the_next_one_begins_where_the_last_one_ended(void)
{
    struct screen screen;
    open_session(&screen, screen_project());
    screen_keys(&screen, "1 j 2 /");
    screen_type(&screen, "state:paid");
    screen_keys(&screen, "Enter t 4");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "newest change first");
    screen_keys(&screen, "?");
    screen_close(&screen);
    open_session(&screen, screen_project());
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "filter: state:paid");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "newest change first");
    screen_keys(&screen, "Enter");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "order-");
    screen_close(&screen);
    open_session(&screen, screen_project());
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCE);
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "order-");
    screen_keys(&screen, "Esc");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
    ASSERT_TEXT(screen.explorer->selection.specification, "Order");
    screen_keys(&screen, "2");
    ASSERT_CONTAINS(screen_text(&screen, 80, 24), "filter: state:paid");
    /* Ending where each begins keeps nothing. */
    screen_keys(&screen, "/ Esc t 1 1");
    screen_close(&screen);
    CU_ASSERT_PTR_NULL(kept_file());
}

static void each_project_has_its_own(void)
{
    struct screen screen;
    end_with("4");
    open_session(&screen, screen_copy("session-other"));
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
    screen_close(&screen);
    end_with("1");
}

/* The folder of the store comes to be when something is recorded. */
static void a_store_that_is_made_is_the_same_project(void)
{
    struct project_options options = {.specs_dir = (char *)(uintptr_t) "specs",
                                      .impl_models_dir = (char *)(uintptr_t) "models",
                                      .store_dir = (char *)(uintptr_t) "./not-yet"};
    CU_ASSERT_EQUAL_FATAL(chdir(screen_project()), 0);
    char *before = session_path("state", "session.json", &options);
    spex_error error;
    ASSERT_OK(file_make_directory("not-yet", &error), error);
    char *after = session_path("state", "session.json", &options);
    options.specs_dir = (char *)(uintptr_t) "./specs";
    char *other_way = session_path("state", "session.json", &options);
    ASSERT_TEXT(after, before);
    ASSERT_TEXT(other_way, before);
    CU_ASSERT_PTR_NULL(session_path(NULL, "session.json", &options));
    CU_ASSERT_EQUAL(rmdir("not-yet"), 0);
    free(before);
    free(after);
    free(other_way);
}

static void what_is_gone_is_not_missed(void)
{
    struct screen screen;
    const char *directory = screen_copy("session-gone");
    open_session(&screen, directory);
    screen_keys(&screen, "1 G k k 4");
    char *gone = memory_copy_text(screen.explorer->selection.specification);
    screen_close(&screen);
    char command[1200];
    snprintf(command, sizeof command, "rm -rf '%s'/specs/* '%s'/models '%s'/store", directory,
             directory, directory);
    CU_ASSERT_EQUAL(system(command), 0);
    open_session(&screen, directory);
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_GRAPHS);
    screen_text(&screen, 80, 24);
    screen_keys(&screen, "2 1 4 5 6");
    CU_ASSERT_PTR_NOT_NULL(gone);
    free(gone);
    screen_keys(&screen, "1");
    screen_close(&screen);
}

static void damage_is_told_and_nothing_of_it_used(void)
{
    static const char *const damaged[] = {
        "",
        "{",
        "[]",
        "{\"view\": \"graphs\"",
        "{\"view\": 4, \"order\": \"id\", \"descending\": false}",
        "{\"view\": \"nonsense\", \"order\": \"id\", \"descending\": false}",
        "{\"view\": \"graphs\", \"order\": \"colour\", \"descending\": false}",
        "{\"view\": \"graphs\", \"order\": \"id\", \"descending\": false, \"filter\": \"age>\"}",
        "{\"view\": \"graphs\", \"order\": \"id\"}",
        "\xff\xfe",
    };
    end_with("4");
    char *path = memory_copy_text(kept_file());
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct screen screen;
        spex_error error;
        ASSERT_OK(file_replace(path, damaged[i], strlen(damaged[i]), &error), error);
        open_session(&screen, screen_project());
        CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_OVERVIEW);
        ASSERT_CONTAINS(screen_text(&screen, 80, 24), "Beginning anew");
        screen_close(&screen);
    }
    CU_ASSERT_PTR_NULL(kept_file());
    free(path);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"the next one begins where the last one ended",
         the_next_one_begins_where_the_last_one_ended},
        {"each project has its own", each_project_has_its_own},
        {"a store that is made is the same project", a_store_that_is_made_is_the_same_project},
        {"what is gone is not missed", what_is_gone_is_not_missed},
        {"damage is told and nothing of it used", damage_is_told_and_nothing_of_it_used},
        {0},
    };
    return suite_run("session", tests, argc, argv);
}
