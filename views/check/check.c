/* Check: is the model branching bisimilar to the specification, and if not, why not. */
#include "views/check/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "views/check/check_private.h"
#include "views/graphs/graphs.h"
#include "views/screen/format.h"

/* ---------------------------------------------------------------- the page */

/* Which sections there are reasons for, a bit each. */
static unsigned reasons_of(const struct check *check)
{
    unsigned reasons = 1u << SECTION_VERDICT;
    const struct explanation *explanation = check ? check->explanation : NULL;
    if (check_trace(check, RIGHT))
        reasons |= 1u << SECTION_EXTRA;
    if (check_trace(check, LEFT))
        reasons |= 1u << SECTION_MISSING;
    if (explanation && explanation->kind == EXPLANATION_CHOICE)
        reasons |= 1u << SECTION_ROUNDS;
    return reasons;
}

/* At first the verdict and the simplest of its reasons; after a "yes" what is not covered. */
static void open_sections(struct check_view *view, const struct summary *summary)
{
    const struct check *check = check_told(summary);
    unsigned reasons = reasons_of(check);
    uint64_t content = summary->check ? summary->check->content : 0;
    bool same = view->name && strcmp(view->name, summary->name) == 0 && view->content == content &&
                view->reasons == reasons;
    if (same)
        return;
    check_play_close(view);
    free(view->name);
    view->name = memory_copy_text(summary->name);
    view->content = content;
    view->reasons = reasons;
    view->unfolded_count = view->cursor = 0;
    view->top = 0;
    memset(view->open, 0, sizeof view->open);
    view->open[SECTION_VERDICT] = true;
    for (int section = SECTION_EXTRA; section <= SECTION_ROUNDS; section++)
        if (reasons & 1u << section) {
            view->open[section] = true;
            return;
        }
    view->open[SECTION_COVERAGE] = !check || check->equivalent;
}

/* The cursor's line, counted from the heading of its section. */
static size_t offset_in_section(const struct check_view *view, enum section *section)
{
    size_t heading = view->cursor;
    *section = view->page.lines[view->cursor].section;
    while (heading > 0 && view->page.lines[heading].act != ACT_SECTION)
        heading--;
    return view->cursor - heading;
}

/* To the same line, as far as there still is one. */
static void put_cursor(struct check_view *view, enum section section, size_t offset)
{
    view->cursor = 0;
    for (size_t i = 0; i < view->page.count; i++)
        if (view->page.lines[i].section == section) {
            view->cursor = i;
            if (!offset--)
                return;
        }
}

void check_make_page(struct check_view *view)
{
    const struct summary *summary = explorer_summary(view->explorer);
    const struct check *check = check_told(summary);
    enum section section = SECTION_VERDICT;
    size_t offset = 0;
    if (summary)
        open_sections(view, summary);
    if (view->cursor < view->page.count)
        offset = offset_in_section(view, &section);
    page_clear(&view->page);
    if (!summary)
        return;
    check_add_verdict(view, summary);
    if (check) {
        check_add_reasons(view, check);
        check_add_play(view, check);
        check_add_formula(view, check);
    }
    check_add_coverage(view, summary);
    put_cursor(view, section, offset);
}

static void make_again(struct check_view *view)
{
    const struct summary *summary = explorer_summary(view->explorer);
    if (summary)
        open_sections(view, summary);
    check_ask_found(view, summary);
    check_ask_coverage(view, summary);
    check_make_page(view);
}

static void counts_ready(void *context, struct graph_counts *counts)
{
    struct check_view *view = context;
    graph_counts_drop(view->counts);
    view->counts = counts;
    check_make_page(view);
}

static void check_refresh(struct explorer *explorer, void *state)
{
    struct check_view *view = state;
    const char *name = explorer->selection.specification;
    if (!view->explorer) {
        view->explorer = explorer;
        view->query =
            (struct counts_query){.explorer = explorer, .ready = counts_ready, .context = view};
    }
    if (!name || !view->query.specification || strcmp(name, view->query.specification) != 0) {
        graph_counts_drop(view->counts);
        view->counts = NULL;
    }
    counts_query_run(&view->query);
    make_again(view);
}

/* ------------------------------------------------------------------ moving */

static void show_in_graphs(struct check_view *view)
{
    const struct page_line *line = check_line(view);
    if (line && (line->places[LEFT] || line->places[RIGHT]))
        graphs_show(view->explorer, (const char *const *)line->places, line->text);
}

static bool move(struct check_view *view, enum command command)
{
    const struct page_line *line = check_line(view);
    struct scroll scroll = {.cursor = view->cursor};
    size_t page = view->shown.height > 1 ? (size_t)view->shown.height : 1;
    if (line && view->page.width) {
        /* What is higher than the view is read to its end first. */
        int first = check_first_row(&view->page, view->cursor), last = first + line->rows;
        if (command == COMMAND_DOWN && view->top + view->shown.height < last) {
            view->top++;
            return true;
        }
        if (command == COMMAND_UP && view->top > first && line->rows > view->shown.height) {
            view->top--;
            return true;
        }
    }
    if (!scroll_command(&scroll, command, view->page.count, page))
        return false;
    if (scroll.cursor != view->cursor) {
        view->cursor = scroll.cursor;
        show_in_graphs(view);
    }
    return true;
}

void check_walk(struct explorer *explorer, int by)
{
    struct check_view *view = explorer->states[VIEW_CHECK];
    check_refresh(explorer, view);
    const struct check_page *page = &view->page;
    size_t at = view->cursor;
    do
        at = by > 0 ? at + 1 : at - 1; /* -1 is beyond the end too */
    while (at < page->count && !(page->lines[at].places[LEFT] && page->lines[at].places[RIGHT]));
    if (at >= page->count) {
        explorer_message(explorer, ROLE_DIM,
                         by > 0 ? "This is the last step of what the check has to tell."
                                : "This is the first step of what the check has to tell.");
        return;
    }
    view->cursor = at;
    show_in_graphs(view);
}

/* -------------------------------------------------------- opening, closing */

static void toggle_fold(struct check_view *view, const struct page_line *line)
{
    uint32_t fold = (uint32_t)line->section << 24 | line->number;
    for (size_t i = 0; i < view->unfolded_count; i++)
        if (view->unfolded[i] == fold) {
            view->unfolded[i] = view->unfolded[--view->unfolded_count];
            return;
        }
    if (memory_reserve(&view->unfolded, &view->unfolded_capacity, view->unfolded_count + 1,
                       sizeof *view->unfolded))
        view->unfolded[view->unfolded_count++] = fold;
}

/* Left and right, as in a tree. */
static void open_or_close(struct check_view *view, bool open)
{
    struct page_line *line = check_line(view);
    if (!line)
        return;
    if (!open)
        while (view->cursor > 0 && line->act != ACT_SECTION)
            line = &view->page.lines[--view->cursor];
    if (line->act == ACT_FOLD && open)
        toggle_fold(view, line);
    else
        view->open[line->section] = open;
    view->reveal = true;
    make_again(view);
}

/* What is missing, from the cursor's line if that is about a test; NULL: nothing. */
static const struct path *missing_path(const struct check_view *view, const struct lts **lts)
{
    const struct page_line *line =
        view->cursor < view->page.count ? &view->page.lines[view->cursor] : NULL;
    const struct check *check = check_told(explorer_summary(view->explorer));
    const struct explanation *missing = check_trace(check, LEFT);
    const struct covered *covered = &view->covered;
    bool listed = line && line->section == SECTION_COVERAGE && line->act == ACT_TEST;
    if (covered->known && covered->run_count && (listed || !missing)) {
        *lts = &covered->specification;
        return &covered->runs[listed && line->number <= covered->run_count ? line->number - 1 : 0];
    }
    *lts = missing ? &check->sides[LEFT] : NULL;
    return missing ? &missing->path[LEFT] : NULL;
}

static void offer_test(struct check_view *view)
{
    const struct summary *summary = explorer_summary(view->explorer);
    struct test_run run = {.specification = summary ? summary->name : ""};
    const struct path *path = missing_path(view, &run.lts);
    if (!path) {
        explorer_message(view->explorer, ROLE_DIM,
                         "Nothing is known to be missing: there is no test to write.");
        return;
    }
    run.steps = path->steps;
    run.count = path->count;
    check_offer_test(view->explorer, &run);
}

static void act(struct check_view *view)
{
    const struct page_line *line = check_line(view);
    switch (line ? line->act : ACT_GRAPHS) {
    case ACT_SECTION:
        view->open[line->section] = !view->open[line->section];
        view->reveal = true;
        make_again(view);
        break;
    case ACT_FOLD:
        toggle_fold(view, line);
        view->reveal = true;
        make_again(view);
        break;
    case ACT_INSTANCES:
        check_open_found(view);
        break;
    case ACT_EVENTS:
        explorer_open(view->explorer, VIEW_EVENTS);
        break;
    case ACT_TEST:
        offer_test(view);
        break;
    case ACT_PLAY:
        check_play(view);
        break;
    case ACT_ANSWER:
        check_play_choose(view, line->number);
        break;
    case ACT_GRAPHS:
        show_in_graphs(view);
        explorer_open(view->explorer, VIEW_GRAPHS);
        break;
    }
}

static bool check_command(struct explorer *explorer, void *state, enum command command)
{
    struct check_view *view = state;
    view->reveal = false;
    switch (command) {
    case COMMAND_NEXT_SPECIFICATION:
    case COMMAND_PREVIOUS_SPECIFICATION:
        explorer_move_specification(explorer, command == COMMAND_NEXT_SPECIFICATION ? 1 : -1);
        return true;
    case COMMAND_LEFT:
    case COMMAND_RIGHT:
        open_or_close(view, command == COMMAND_RIGHT);
        return true;
    case COMMAND_OPEN:
        act(view);
        return true;
    case COMMAND_TEST:
        offer_test(view);
        return true;
    case COMMAND_PLAY:
        check_play(view);
        return true;
    case COMMAND_TAKE_BACK:
        check_play_take_back(view);
        return true;
    case COMMAND_GIVE_UP:
        check_play_give_up(view);
        return true;
    case COMMAND_EXCHANGE:
        show_in_graphs(view);
        explorer_open(explorer, VIEW_GRAPHS);
        return true;
    case COMMAND_STEP_ON:
    case COMMAND_STEP_BACK:
        check_walk(explorer, command == COMMAND_STEP_ON ? 1 : -1);
        return true;
    default:
        return move(view, command);
    }
}

/* A press chooses a line; a heading opens or closes. */
static bool check_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct check_view *view = state;
    const struct area *shown = &view->shown;
    (void)explorer;
    if (strcmp(key->name, "Press") != 0 || key->y < shown->y || key->y >= shown->y + shown->height)
        return false;
    int wanted = key->y - shown->y + view->top, row = 0;
    for (size_t i = 0; i < view->page.count; i++) {
        row += check_rows(&view->page, i);
        if (wanted >= row)
            continue;
        view->cursor = i;
        view->reveal = false;
        show_in_graphs(view);
        if (view->page.lines[i].act == ACT_SECTION || view->page.lines[i].act == ACT_FOLD)
            act(view);
        return true;
    }
    return false;
}

static const char *check_hint(const struct explorer *explorer, const void *state,
                              enum command command)
{
    const struct check_view *view = state;
    const struct play *play = view->play;
    const struct summary *summary = explorer_summary(explorer);
    const struct lts *lts;
    switch (command) {
    case COMMAND_PLAY:
        return check_told(summary) ? NULL : "";
    case COMMAND_CHECK:
        return summary && summary->check ? NULL : "";
    case COMMAND_EXCHANGE:
    case COMMAND_MODELS:
        return nothing_selected(explorer) ? "" : NULL;
    case COMMAND_OPEN:
        return view->cursor < view->page.count && view->page.lines[view->cursor].act == ACT_ANSWER
                   ? "choose"
                   : NULL;
    case COMMAND_TAKE_BACK:
        return play && play_can_take_back(play) ? NULL : "";
    case COMMAND_GIVE_UP:
        return play && play->state == PLAY_YOURS ? NULL : "";
    case COMMAND_TEST:
        return view->explorer && missing_path(view, &lts) ? NULL : "";
    default:
        return NULL;
    }
}

static void check_release(void *state)
{
    struct check_view *view = state;
    page_clear(&view->page);
    check_play_close(view);
    found_release(&view->found);
    covered_release(&view->covered);
    counts_query_release(&view->query);
    graph_counts_drop(view->counts);
    free(view->unfolded);
    free(view->name);
}

const struct view_operations check_view = {
    .title = "Check",
    .about = "Whether the implementation model is branching bisimilar to its specification: "
             "checked by itself whenever a file or what was learned changes, and by c. Sections "
             "open and close with Enter. Going along the steps of a reason moves both graphs to "
             "where the two sides are then; x goes there and back. Enter on the instances lists "
             "them, t copies a test that is missing. p plays: the program shows the difference "
             "round by round, or, where there is none, answers whatever you try.",
    .open_word = "open",
    .hint = check_hint,
    .hints = {COMMAND_OPEN, COMMAND_TAKE_BACK, COMMAND_GIVE_UP, COMMAND_EXCHANGE, COMMAND_PLAY,
              COMMAND_TEST, COMMAND_NEXT_SPECIFICATION, COMMAND_MODELS, COMMAND_CHECK,
              COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct check_view),
    .draw = check_draw,
    .command = check_command,
    .mouse = check_mouse,
    .refresh = check_refresh,
    .release = check_release,
};
