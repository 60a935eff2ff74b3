/* Check: is the model branching bisimilar to the specification, and if not, why not. */
#include "views/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "format/format.h"
#include "views/check_page.h"
#include "views/format.h"
#include "views/graphs.h"

enum { INDENT = 4 /* cursor and sign of what opens */, TALL = 30, WIDE = 100 };

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

void check_make_page(struct check_view *view)
{
    const struct summary *summary = explorer_summary(view->explorer);
    const struct check *check = check_told(summary);
    page_clear(&view->page);
    if (!summary)
        return;
    open_sections(view, summary);
    check_add_verdict(view, summary);
    if (check) {
        check_add_reasons(view, check);
        check_add_formula(view, check);
    }
    check_add_coverage(view, summary);
    if (view->cursor >= view->page.count)
        view->cursor = view->page.count ? view->page.count - 1 : 0;
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
    if (!view->explorer)
        view->query =
            (struct counts_query){.explorer = explorer, .ready = counts_ready, .context = view};
    view->explorer = explorer;
    if (!name || !view->query.specification || strcmp(name, view->query.specification) != 0) {
        graph_counts_drop(view->counts);
        view->counts = NULL;
    }
    counts_query_run(&view->query);
    make_again(view);
}

static struct page_line *line_at(struct check_view *view)
{
    return view->cursor < view->page.count ? &view->page.lines[view->cursor] : NULL;
}

/* ----------------------------------------------------------------- drawing */

static void draw_heading(const struct explorer *explorer, const struct summary *summary,
                         struct canvas *canvas, struct area area)
{
    struct verdict_words verdict = verdict_of_summary(summary);
    const struct check *check = summary->check;
    int used = canvas_put(canvas, area.x, area.y, area.width, ROLE_TITLE, summary->name) + 2;
    used += canvas_print(canvas, area.x + used, area.y, area.width - used, verdict.role, "%s %s",
                         canvas_sign(canvas, verdict.sign), verdict.words) +
            2;
    struct text detail = {0};
    if (check && check->running) {
        text_append(&detail, "checking again");
    } else if (check && check->at) {
        char age[DURATION_TEXT_SIZE];
        int64_t past = workspace_now(explorer->workspace) - check->at;
        duration_format_short(past, age);
        if (past < 1000000)
            text_append(&detail, "checked just now");
        else
            text_printf(&detail, "checked %s ago", age);
    }
    canvas_put_right(canvas, area.x + used, area.y, area.width - used, ROLE_DIM,
                     text_value(&detail));
    text_release(&detail);
    if (!summary->entry || !summary->entry->specification || !summary->entry->model)
        return;
    canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_DIM,
                 "specification %u states, %zu transitions; %s model, %zu transitions",
                 summary->entry->specification->states.count,
                 summary->entry->specification->transition_count, model_words(summary),
                 model_steps(summary->entry->model));
}

/* The rows a line's text is wrapped in, and the columns left for its detail. */
static struct area text_area(const struct page_line *line, struct area area)
{
    int indent =
        line->act == ACT_SECTION ? INDENT : INDENT + line->indent + 2 * (line->act == ACT_FOLD);
    if (indent > area.width / 3)
        indent = area.width / 3;
    return (struct area){area.x + indent, area.y, area.width - indent, area.height};
}

/* With a blank row between what is open and the next heading. */
static int rows_of(const struct check_page *page, size_t line)
{
    bool blank = line > 0 && page->lines[line].act == ACT_SECTION &&
                 page->lines[line - 1].act != ACT_SECTION;
    return page->lines[line].rows + blank;
}

static void measure(struct check_page *page, struct canvas *canvas, struct area area)
{
    if (page->width == area.width)
        return;
    page->width = area.width;
    for (size_t i = 0; i < page->count; i++) {
        struct page_line *line = &page->lines[i];
        struct area nowhere = text_area(line, area);
        nowhere.height = 0;
        line->rows = canvas_wrap(canvas, nowhere, 0, ROLE_NORMAL, line->text);
        if (line->rows < 1 || line->act == ACT_SECTION)
            line->rows = 1;
    }
}

/* The row, of all of them, that the line begins in; blank ones before headings left out. */
static int first_row(const struct check_page *page, size_t line)
{
    int row = 0;
    for (size_t i = 0; i < line; i++)
        row += rows_of(page, i);
    return row + rows_of(page, line) - page->lines[line].rows;
}

static void into_sight(struct check_view *view, int height)
{
    int all = 0;
    const struct check_page *page = &view->page;
    for (size_t i = 0; i < page->count; i++)
        all += rows_of(page, i);
    int first = page->count ? first_row(page, view->cursor) : 0;
    int last = first + (page->count ? page->lines[view->cursor].rows : 1);
    /* Of a line that is higher than the view the part that shows may be any. */
    bool higher = last - first > height;
    if (higher ? view->top > last - height : view->top > first)
        view->top = higher ? last - height : first;
    if (higher ? view->top < first : view->top + height < last)
        view->top = higher ? first : last - height;
    if (view->top > all - height)
        view->top = all - height;
    if (view->top < 0 || (view->cursor == 0 && !higher))
        view->top = 0;
}

static void draw_section_sign(const struct check_view *view, struct canvas *canvas, int x, int y,
                              const struct page_line *line, enum role role)
{
    const struct check_page *page = &view->page;
    size_t next = (size_t)(line - page->lines) + 1;
    bool open = line->act == ACT_SECTION
                    ? view->open[line->section]
                    : next < page->count && page->lines[next].indent > line->indent &&
                          page->lines[next].act != ACT_SECTION;
    canvas_put(canvas, x, y, 1, role, canvas_sign(canvas, open ? SIGN_OPEN : SIGN_CLOSED));
}

/* `row` of the area, which may be above it, is the line's first. */
static void draw_line(const struct check_view *view, struct canvas *canvas, struct area area,
                      int row, const struct page_line *line)
{
    bool selected = line == &view->page.lines[view->cursor];
    enum role role = selected ? ROLE_SELECTED : line->role;
    struct area box = text_area(line, area);
    int skip = row < 0 ? -row : 0;
    int rows = line->rows - skip < area.height - (row + skip) ? line->rows - skip
                                                              : area.height - (row + skip);
    box.y = area.y + row + skip;
    box.height = rows;
    if (rows <= 0)
        return;
    if (selected) {
        canvas_fill(canvas, (struct area){area.x, box.y, area.width, rows}, ROLE_SELECTED);
        canvas_put(canvas, area.x, area.y + (row > 0 ? row : 0), 1, role,
                   canvas_sign(canvas, SIGN_CURSOR));
    }
    if ((line->act == ACT_SECTION || line->act == ACT_FOLD) && skip == 0)
        draw_section_sign(view, canvas, box.x - 2, box.y, line, role);
    canvas_wrap(canvas, box, skip, role, line->text);
    int width = utf8_width(line->text);
    int room = box.width - width - 2;
    if (line->detail && line->rows == 1 && room > 8)
        canvas_put_right(canvas, box.x + width + 2, box.y, room, selected ? role : ROLE_DIM,
                         line->detail);
}

static void draw_lines(struct check_view *view, struct canvas *canvas, struct area area)
{
    const struct check_page *page = &view->page;
    int row = 0;
    measure(&view->page, canvas, area);
    into_sight(view, area.height);
    view->shown = area;
    row = -view->top;
    for (size_t i = 0; i < page->count; i++) {
        int rows = rows_of(page, i);
        if (row < area.height && row + rows > 0)
            draw_line(view, canvas, area, row + rows - page->lines[i].rows, &page->lines[i]);
        row += rows;
    }
    if (row > area.height)
        canvas_print(canvas, area.x + area.width - 6, area.y + area.height, 7, ROLE_DIM, "%s more",
                     canvas_sign(canvas, SIGN_DOWN));
}

static void check_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                       struct area area)
{
    struct check_view *view = state;
    const struct summary *summary = explorer_summary(explorer);
    struct area inner = {area.x + 2, area.y, area.width - 4, area.height};
    if (!summary || !view->explorer) {
        canvas_put(canvas, inner.x, inner.y + 1, inner.width, ROLE_DIM, nothing_selected(explorer));
        return;
    }
    draw_heading(explorer, summary, canvas, inner);
    int top = area.height > 10 ? 3 : 2;
    struct area body = {area.x, inner.y + top, area.width - 1, inner.height - top - 1};
    const struct check *check = check_told(summary);
    int sides =
        area.height >= TALL && area.width >= WIDE ? check_sides_height(check, line_at(view)) : 0;
    body.height -= sides;
    draw_lines(view, canvas, body);
    if (sides)
        check_draw_sides(check, line_at(view), canvas,
                         (struct area){inner.x, body.y + body.height + 1, inner.width, sides});
}

/* ------------------------------------------------------------------ moving */

static void show_in_graphs(struct check_view *view)
{
    const struct page_line *line = line_at(view);
    if (line && (line->places[LEFT] || line->places[RIGHT]))
        graphs_show(view->explorer, (const char *const *)line->places, line->text);
}

static bool move(struct check_view *view, enum command command)
{
    const struct page_line *line = line_at(view);
    struct scroll scroll = {view->cursor, 0};
    size_t page = view->shown.height > 1 ? (size_t)view->shown.height : 1;
    if (line && view->page.width) {
        /* What is higher than the view is read to its end first. */
        int first = first_row(&view->page, view->cursor), last = first + line->rows;
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
    struct page_line *line = line_at(view);
    if (!line)
        return;
    if (!open)
        while (view->cursor > 0 && line->act != ACT_SECTION)
            line = &view->page.lines[--view->cursor];
    if (line->act == ACT_FOLD && open)
        toggle_fold(view, line);
    else
        view->open[line->section] = open;
    make_again(view);
}

static void offer_test(struct check_view *view)
{
    const struct page_line *line = line_at(view);
    const struct summary *summary = explorer_summary(view->explorer);
    const struct check *check = check_told(summary);
    const struct explanation *missing = check_trace(check, LEFT);
    const struct covered *covered = &view->covered;
    struct test_run run = {.specification = summary ? summary->name : ""};
    const struct path *path = NULL;
    bool listed = line && line->section == SECTION_COVERAGE && line->act == ACT_TEST;
    if (covered->known && covered->run_count && (listed || !missing)) {
        path = &covered->runs[listed && line->number <= covered->run_count ? line->number - 1 : 0];
        run.lts = &covered->specification;
    } else if (missing) {
        path = &missing->path[LEFT];
        run.lts = &check->sides[LEFT];
    }
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
    const struct page_line *line = line_at(view);
    switch (line ? line->act : ACT_GRAPHS) {
    case ACT_SECTION:
        view->open[line->section] = !view->open[line->section];
        make_again(view);
        break;
    case ACT_FOLD:
        toggle_fold(view, line);
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
    case ACT_GRAPHS:
        show_in_graphs(view);
        explorer_open(view->explorer, VIEW_GRAPHS);
        break;
    }
}

static bool check_command(struct explorer *explorer, void *state, enum command command)
{
    struct check_view *view = state;
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
        row += rows_of(&view->page, i);
        if (wanted >= row)
            continue;
        view->cursor = i;
        show_in_graphs(view);
        if (view->page.lines[i].act == ACT_SECTION || view->page.lines[i].act == ACT_FOLD)
            act(view);
        return true;
    }
    return false;
}

static void check_release(void *state)
{
    struct check_view *view = state;
    page_clear(&view->page);
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
             "them, t copies a test that is missing.",
    .open_word = "open",
    .hints = {COMMAND_OPEN, COMMAND_EXCHANGE, COMMAND_TEST, COMMAND_NEXT_SPECIFICATION,
              COMMAND_MODELS, COMMAND_CHECK, COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct check_view),
    .draw = check_draw,
    .command = check_command,
    .mouse = check_mouse,
    .refresh = check_refresh,
    .release = check_release,
};
