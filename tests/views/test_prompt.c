/* The ':' prompt: what it suggests, what its keys do, what it remembers. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tests/views/screen.h"
#include "views/commands/prompt.h"

static void type_at_prompt(struct screen *screen, const char *text)
{
    screen_keys(screen, ":");
    screen_type(screen, text);
}

static void expect(struct screen *screen, const char *part)
{
    ASSERT_CONTAINS(screen_text(screen, 80, 24), part);
}

static void expect_view(struct screen *screen, enum view_id view)
{
    CU_ASSERT_EQUAL(explorer_view(screen->explorer), view);
}

static void all_commands_are_listed(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2 :");
    screen_golden(&screen, "prompt");
    const struct overlay *overlay = &screen.explorer->overlay;
    for (int i = 0; i < COMMANDS; i++) {
        const struct command_entry *entry = command_entry((enum command)i);
        size_t found = 0;
        for (size_t k = 0; k < overlay->item_count; k++)
            found += strcmp(overlay->items[k].label, entry->name) == 0;
        CU_ASSERT_EQUAL(found, (entry->views >> VIEW_INSTANCES) & 1u);
    }
    /* Nothing is chosen yet: Enter does nothing. */
    screen_keys(&screen, "Enter");
    expect_view(&screen, VIEW_INSTANCES);
    screen_close(&screen);
}

/* The first suggestion for what was typed. */
static void assert_first(const char *typed, const char *expected)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    type_at_prompt(&screen, typed);
    const struct overlay *overlay = &screen.explorer->overlay;
    ASSERT_TEXT(overlay->item_count ? overlay->items[0].value : "", expected);
    screen_close(&screen);
}

static void the_best_comes_first(void)
{
    assert_first("ex", "export");   /* begins so */
    assert_first("pane", "pane");   /* before previous-pane */
    assert_first("down", "down");   /* before page-down */
    assert_first("port", "export"); /* a part */
    assert_first("gph", "graphs");  /* letters in this order */
    assert_first("DOT", "export");  /* what it does */
    assert_first("xyzzy", "");
    assert_first("graphs L", "graphs Lamp");
    assert_first("check oo", "check Door");
}

static void tab_goes_through_them(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    type_at_prompt(&screen, "grap");
    screen_keys(&screen, "Tab");
    expect(&screen, ": graphs");
    screen_keys(&screen, "Enter");
    expect_view(&screen, VIEW_GRAPHS);
    /* As far as all agree, then one after the other. */
    type_at_prompt(&screen, "pan-");
    screen_keys(&screen, "Tab");
    expect(&screen, ": pan-left");
    screen_keys(&screen, "Tab");
    expect(&screen, ": pan-down");
    screen_keys(&screen, "S-Tab S-Tab");
    expect(&screen, ": pan-right");
    screen_keys(&screen, "Esc");
    type_at_prompt(&screen, "ins");
    screen_keys(&screen, "Tab");
    expect(&screen, ": instance\n");
    screen_keys(&screen, "Tab");
    expect(&screen, ": instances\n");
    screen_keys(&screen, "Tab S-Tab Down Up Enter");
    expect_view(&screen, VIEW_INSTANCES);
    screen_close(&screen);
}

static void arguments_are_completed_and_used(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    type_at_prompt(&screen, "graphs La");
    screen_keys(&screen, "Enter");
    expect_view(&screen, VIEW_GRAPHS);
    ASSERT_TEXT(screen.explorer->selection.specification, "Lamp");
    screen_keys(&screen, "2"); /* where the row is another one's */
    type_at_prompt(&screen, "graphs Lamp");
    screen_keys(&screen, "Enter");
    ASSERT_TEXT(screen.explorer->selection.specification, "Lamp");
    type_at_prompt(&screen, "find burn");
    expect(&screen, "burning");
    screen_keys(&screen, "Enter");
    expect(&screen, "burning; ");
    screen_keys(&screen, "2");
    type_at_prompt(&screen, "sort sta");
    screen_keys(&screen, "Enter");
    expect(&screen, "by state");
    type_at_prompt(&screen, "filter state:paid");
    screen_keys(&screen, "Enter");
    expect(&screen, "filter: state:paid");
    expect(&screen, "order-stuck");
    type_at_prompt(&screen, "instance stuck");
    screen_keys(&screen, "Tab Enter");
    expect(&screen, "History, 3 steps");
    /* What is not listed is taken as it was typed. */
    type_at_prompt(&screen, "instance order-00");
    screen_keys(&screen, "Enter");
    expect(&screen, "order-00");
    type_at_prompt(&screen, "step pick");
    screen_keys(&screen, "Enter");
    expect(&screen, "There is no pick among these");
    screen_keys(&screen, "Esc");
    type_at_prompt(&screen, "graphs Nowhere");
    screen_keys(&screen, "Enter");
    expect(&screen, "There is no specification Nowhere");
    screen_close(&screen);
}

/* As the filter line does: keys, names, keys of meta. */
static void a_filter_is_completed(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, "2");
    type_at_prompt(&screen, "filter st");
    expect(&screen, "│ state:");
    screen_keys(&screen, "Tab");
    expect(&screen, ": filter state:\n");
    screen_type(&screen, "pai");
    expect(&screen, "│ paid ");
    screen_keys(&screen, "Tab");
    expect(&screen, ": filter state:paid\n");
    /* What may follow is listed, and nothing of it taken. */
    expect(&screen, "│ overdue ");
    screen_type(&screen, "meta.");
    expect(&screen, "│ meta.customer");
    screen_keys(&screen, "Tab");
    screen_type(&screen, "=42");
    screen_keys(&screen, "Enter");
    expect(&screen, "filter: state:paid meta.customer=42");
    expect(&screen, "▸ order-stuck");
    type_at_prompt(&screen, "filter spec:O");
    screen_keys(&screen, "Down Enter");
    expect(&screen, "filter: spec:Order");
    screen_keys(&screen, "7");
    type_at_prompt(&screen, "filter reason:dev");
    expect(&screen, "deviation_not_equivalent");
    screen_keys(&screen, "Esc");
    screen_close(&screen);
}

static void an_action_is_completed(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("prompt-action"), false);
    type_at_prompt(&screen, "instance order-stuck");
    screen_keys(&screen, "Enter s a");
    /* First what can come next, then what there is. */
    const struct overlay *overlay = &screen.explorer->overlay;
    ASSERT_TEXT(overlay->items[0].label, "ship");
    ASSERT_TEXT(overlay->items[0].detail, "→ shipped");
    ASSERT_TEXT(overlay->items[1].label, "refund");
    ASSERT_TEXT(overlay->items[2].label, "checkout");
    CU_ASSERT_PTR_NULL(overlay->items[2].detail);
    CU_ASSERT_EQUAL(overlay->item_count, 8);
    screen_golden_at(&screen, "instance-action", 80, 24);
    screen_type(&screen, "re");
    screen_keys(&screen, "Tab Enter");
    expect(&screen, "refund leads to state: refunded");
    screen_keys(&screen, "C-u");
    screen_type(&screen, "can");
    expect(&screen, "│ cancelled");
    screen_keys(&screen, "Down Enter");
    expect(&screen, "Recorded refund → cancelled");
    /* What nothing knows is taken as it was typed, also the beginning of a name. */
    screen_keys(&screen, "s a");
    screen_type(&screen, "re");
    screen_keys(&screen, "Enter");
    expect(&screen, "re leads to state:");
    screen_keys(&screen, "Esc");
    /* A simulated step is asked for the same way. */
    screen_keys(&screen, "w s a");
    screen_type(&screen, "pay");
    screen_keys(&screen, "Tab Enter");
    expect(&screen, "pay leads to state: paid");
    screen_keys(&screen, "Enter");
    expect(&screen, "Simulated pay → paid");
    screen_close(&screen);
}

static void a_step_is_chosen_by_its_name(void)
{
    struct screen screen;
    screen_open(&screen, screen_copy("prompt-step"), false);
    type_at_prompt(&screen, "instance order-stuck");
    screen_keys(&screen, "Enter");
    type_at_prompt(&screen, "step ");
    expect(&screen, "refund  refunded");
    screen_type(&screen, "ship");
    screen_keys(&screen, "Enter");
    expect(&screen, "Recorded ship → shipped");
    screen_close(&screen);
}

static void what_was_typed_is_kept(void)
{
    struct screen screen;
    screen_open(&screen, screen_project(), false);
    type_at_prompt(&screen, "models Door");
    screen_keys(&screen, "Enter");
    type_at_prompt(&screen, "events");
    screen_keys(&screen, "Enter");
    screen_close(&screen);
    screen_open(&screen, screen_project(), false);
    screen_keys(&screen, ": Up Up");
    expect(&screen, ": models Door");
    screen_keys(&screen, "Down");
    expect(&screen, ": events");
    screen_keys(&screen, "Up Enter");
    expect_view(&screen, VIEW_MODELS);
    ASSERT_TEXT(screen.explorer->selection.specification, "Door");
    screen_close(&screen);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"all commands are listed", all_commands_are_listed},
        {"the best comes first", the_best_comes_first},
        {"Tab goes through them", tab_goes_through_them},
        {"arguments are completed and used", arguments_are_completed_and_used},
        {"a filter is completed", a_filter_is_completed},
        {"an action is completed", an_action_is_completed},
        {"a step is chosen by its name", a_step_is_chosen_by_its_name},
        {"what was typed is kept", what_was_typed_is_kept},
        {0},
    };
    return suite_run("prompt", tests, argc, argv);
}
