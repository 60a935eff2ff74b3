/* The list of events: choosing from it, and going where it points. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/filter.h"
#include "tests/views/screen.h"
#include "views/events/events.h"

static void keep_quiet(const char *line, void *data)
{
    (void)line;
    (void)data;
}

static int64_t stand_still(void *context)
{
    (void)context;
    return SCREEN_NOW;
}

/* A store with events of all kinds over the last days. */
static void open_eventful(struct screen *screen, const char *name)
{
    spex_error error;
    spex_manager *manager;
    spex_manager_options options;
    const int64_t hour = INT64_C(3600000000);
    screen_open(screen, screen_copy(name), false);
    spex_manager_options_init(&options);
    project_manager_options(&screen->options, &options);
    options.passive = true;
    options.clock = (spex_clock){.wall = stand_still, .monotonic = stand_still};
    options.log = keep_quiet;
    ASSERT_OK(spex_manager_open(&manager, &options, &error), error);
    const struct project *project = &screen->explorer->workspace->snapshot->project;
    for (size_t i = 0; i < project->count; i++)
        if (project->entries[i].specification)
            spex_manager_add_specification(manager, project->entries[i].specification, NULL, NULL,
                                           &error);
    for (int i = 0; i < 30; i++) {
        char identifier[32];
        snprintf(identifier, sizeof identifier, "late-%02d", i);
        int64_t at = SCREEN_NOW - (i + 2) * hour;
        spex_init_at(manager, "Order", identifier, NULL, NULL, at, SPEX_HERE, NULL, NULL);
        spex_transition_at(manager, identifier, "checkout", "paying", at + 1, SPEX_HERE, NULL,
                           NULL);
        spex_transition_at(manager, identifier, "vanish", "lost", at + 2, SPEX_HERE, NULL, NULL);
        spex_transition_at(manager, identifier, "appear", "paid", at + 3, SPEX_HERE, NULL, NULL);
    }
    spex_transition_at(manager, "nobody", "pay", "paid", SCREEN_NOW - hour, SPEX_HERE, NULL, NULL);
    spex_manager_close(manager);
    workspace_refresh(screen->explorer->workspace, REFRESH_ALL);
    explorer_settle(screen->explorer);
    screen_keys(screen, "7");
}

static void filter(struct screen *screen, const char *text)
{
    screen_keys(screen, "/ C-u");
    screen_type(screen, text);
    screen_keys(screen, "Enter");
}

static void events_are_chosen_by_a_filter(void)
{
    struct screen screen;
    open_eventful(&screen, "eventful");
    screen_expect(&screen, "all events");
    screen_expect(&screen,
                  "1 of 63,"); /* 60 deviations, one refused call, and the two there were */
    static const char *const chosen[][2] = {
        {"action:vanish", "1 of 30,"},
        {"reason:identifier_not_found", "1 of 1,"},
        {"reason:deviation action:appear", "1 of 30,"},
        {"deviated", "1 of 61,"},
        {"overdue", "No event matches"},
        {"id=late-07", "1 of 2,"},
        {"age<3h id~late", "1 of 4,"},
        {"spec:Lamp", "1 of 1,"},
        {"state:lost not action:vanish", "1 of 30,"},
        {"nobody or hall", "1 of 2,"},
        {"", "1 of 63,"},
    };
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        filter(&screen, chosen[i][0]);
        screen_expect(&screen, chosen[i][1]);
    }
    screen_close(&screen);
}

static void a_filter_is_helped_and_corrected(void)
{
    struct screen screen;
    open_eventful(&screen, "eventful-help");
    screen_keys(&screen, "/");
    screen_type(&screen, "rea");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "transition");
    screen_keys(&screen, "Tab");
    screen_expect(&screen, "reason:transition_timeout");
    screen_keys(&screen, "C-u");
    screen_type(&screen, "history>3");
    screen_expect(&screen,
                  "there is no key history: expected spec, state, action, id, reason or age");
    screen_keys(&screen, "C-u");
    screen_type(&screen, "reason:nonsense");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "expected a reason or a part of one");
    screen_expect(&screen, "/ reason:nonsense");
    screen_keys(&screen, "C-u");
    screen_type(&screen, "hall");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "filter: hall");
    screen_keys(&screen, "/ C-u");
    screen_type(&screen, "front");
    screen_keys(&screen, "Enter / Up");
    screen_expect(&screen, "/ front");
    screen_keys(&screen, "Up");
    screen_expect(&screen, "/ hall");
    screen_keys(&screen, "Esc");
    screen_expect(&screen, "all events");
    screen_close(&screen);
}

static void enter_goes_to_the_moment(void)
{
    struct screen screen;
    open_eventful(&screen, "eventful-moment");
    filter(&screen, "id=late-07 action:vanish");
    screen_keys(&screen, "Enter");
    CU_ASSERT_EQUAL(explorer_view(screen.explorer), VIEW_INSTANCE);
    ASSERT_TEXT(explorer_travel_state(screen.explorer), "lost");
    screen_expect(&screen, "late-07");
    screen_keys(&screen, "q");
    filter(&screen, "id=late-07 action:appear");
    screen_keys(&screen, "Enter");
    ASSERT_TEXT(explorer_travel_state(screen.explorer), "paid");
    /* By then the instance is read already, and somebody looked at another step. */
    screen_keys(&screen, "[ [ q");
    filter(&screen, "id=late-07 action:vanish");
    screen_keys(&screen, "Enter 4");
    ASSERT_TEXT(explorer_travel_state(screen.explorer), "lost");
    screen_expect(&screen, "1 back");
    screen_keys(&screen, "7");
    filter(&screen, "nobody");
    screen_keys(&screen, "Enter");
    screen_expect(&screen, "nobody");
    screen_close(&screen);
}

static void the_cursor_stays_on_its_event(void)
{
    struct screen screen;
    open_eventful(&screen, "eventful-cursor");
    filter(&screen, "id~late");
    screen_keys(&screen, "j j j");
    const struct text *row = &screen.explorer->selected_row;
    screen_text(&screen, 80, 24);
    char *before = memory_copy_text(text_value(row));
    /* A newer one comes in above. */
    screen_keys(&screen, ":");
    screen_type(&screen, "instance late-03");
    screen_keys(&screen, "Enter s G Enter");
    screen_type(&screen, "again");
    screen_keys(&screen, "Enter");
    screen_type(&screen, "lost");
    screen_keys(&screen, "Enter 7");
    screen_expect(&screen, "5 of 61,");
    screen_text(&screen, 80, 24);
    ASSERT_TEXT(text_value(row), before);
    free(before);
    screen_close(&screen);
}

/* What the two subjects share means the same, and neither takes the other's keys. */
static void keys_belong_to_their_subject(void)
{
    struct filter *filter;
    static const char *const of_events[] = {"reason:timeout", "reason~in_use"},
                             *const of_instances[] = {"meta.x=1", "history>1", "deviations>0"};
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(filter_parse(&filter, of_events[i], NULL, NULL), SPEX_ERROR_SYNTAX);
        CU_ASSERT_EQUAL(filter_parse_for(FILTER_OF_EVENTS, &filter, of_events[i], NULL, NULL),
                        SPEX_OK);
        struct text text = {0};
        filter_print(filter, &text);
        CU_ASSERT(strncmp(text_value(&text), "reason", 6) == 0);
        text_release(&text);
        filter_free(filter);
    }
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(filter_parse_for(FILTER_OF_EVENTS, &filter, of_instances[i], NULL, NULL),
                        SPEX_ERROR_SYNTAX);
        CU_ASSERT_EQUAL(filter_parse(&filter, of_instances[i], NULL, NULL), SPEX_OK);
        filter_free(filter);
    }
    /* Without a sign it is text. */
    CU_ASSERT_EQUAL(filter_parse(&filter, "reason", NULL, NULL), SPEX_OK);
    CU_ASSERT_EQUAL(filter->key, FILTER_TEXT);
    filter_free(filter);
}

/* What does not fit ends in the sign for it, also where only a blank would have. */
static void what_is_cut_says_so(void)
{
    struct screen screen;
    open_eventful(&screen, "eventful-cut");
    filter(&screen, "action:vanish");
    for (int width = 62; width < 90; width++) {
        const char *text = screen_text(&screen, width, 24);
        const char *row = strstr(text, "late-00");
        CU_ASSERT_FATAL(row != NULL);
        struct text line = {0};
        for (const char *c = row; *c && *c != '\n'; c++)
            text_append_char(&line, *c);
        bool whole = strstr(text_value(&line), "vanish → lost") != NULL;
        bool cut = strstr(text_value(&line), "…") != NULL;
        if (whole == cut)
            suite_assert_text(text_value(&line), "either whole or …", __FILE__, __LINE__);
        text_release(&line);
    }
    /* The event below the list: all of it, or the sign. */
    const struct events *events = screen.explorer->states[VIEW_EVENTS];
    const char *message = events->items[events->scroll.cursor].message;
    CU_ASSERT_FATAL(message && strlen(message) > 60);
    const char *last = message + strlen(message) - 5;
    ASSERT_CONTAINS(screen_text(&screen, 40, 24), last);
    const char *text = screen_text(&screen, 30, 12);
    CU_ASSERT(strstr(text, last) == NULL);
    const struct cell *cell = canvas_at(&screen.canvas, 27, 9);
    CU_ASSERT_FATAL(cell != NULL);
    ASSERT_TEXT(cell->text, "…");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"events are chosen by a filter", events_are_chosen_by_a_filter},
        {"a filter is helped and corrected", a_filter_is_helped_and_corrected},
        {"Enter goes to the moment", enter_goes_to_the_moment},
        {"the cursor stays on its event", the_cursor_stays_on_its_event},
        {"keys belong to their subject", keys_belong_to_their_subject},
        {"what is cut says so", what_is_cut_says_so},
        {0},
    };
    return suite_run("events", tests, argc, argv);
}
