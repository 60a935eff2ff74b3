/* The Check view on the canvas: its lines, wrapped, and below them where both sides are. */
#include <inttypes.h>

#include "base/base.h"
#include "views/check/check_private.h"
#include "views/screen/format.h"

/* Columns for the cursor and the sign of what opens; where there is room for both sides. */
enum { INDENT = 4, TALL = 30, WIDE = 100 };

struct page_line *check_line(struct check_view *view)
{
    return view->cursor < view->page.count ? &view->page.lines[view->cursor] : NULL;
}

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
    const struct project_entry *entry = summary->entry;
    uint32_t states = entry_states(entry);
    size_t steps[2] = {entry_steps(entry, LEFT), entry_steps(entry, RIGHT)};
    const char *left = steps[LEFT] == 1 ? "" : "s", *right = steps[RIGHT] == 1 ? "" : "s";
    if (entry->lts)
        canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_DIM,
                     "specification %s, %zu transition%s; implementation %s, %zu transition%s",
                     lts_file_of(summary, LEFT), steps[LEFT], left, lts_file_of(summary, RIGHT),
                     steps[RIGHT], right);
    else
        canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_DIM,
                     "specification %" PRIu32
                     " state%s, %zu transition%s; %s model, %zu transition%s",
                     states, states == 1 ? "" : "s", steps[LEFT], left, model_words(summary),
                     steps[RIGHT], right);
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

int check_rows(const struct check_page *page, size_t line)
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

int check_first_row(const struct check_page *page, size_t line)
{
    int row = 0;
    for (size_t i = 0; i < line; i++)
        row += check_rows(page, i);
    return row + check_rows(page, line) - page->lines[line].rows;
}

/* The row behind what the cursor's section or fold holds. */
static int end_of_opened(const struct check_view *view)
{
    const struct check_page *page = &view->page;
    const struct page_line *opened = &page->lines[view->cursor];
    size_t i = view->cursor + 1;
    while (i < page->count && page->lines[i].act != ACT_SECTION &&
           (opened->act == ACT_SECTION || page->lines[i].indent > opened->indent))
        i++;
    return check_first_row(page, i - 1) + page->lines[i - 1].rows;
}

static void into_sight(struct check_view *view, int height)
{
    int all = 0;
    const struct check_page *page = &view->page;
    for (size_t i = 0; i < page->count; i++)
        all += check_rows(page, i);
    int first = page->count ? check_first_row(page, view->cursor) : 0;
    int last = first + (page->count ? page->lines[view->cursor].rows : 1);
    /* Of a line that is higher than the view the part that shows may be any. */
    bool higher = last - first > height;
    if (higher ? view->top > last - height : view->top > first)
        view->top = higher ? last - height : first;
    if (higher ? view->top < first : view->top + height < last)
        view->top = higher ? first : last - height;
    int end = view->reveal && page->count ? end_of_opened(view) : 0;
    if (view->top + height < end)
        view->top = end - height < first ? end - height : first;
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

/* `below`: whether there is a row to say that there is more. */
static void draw_lines(struct check_view *view, struct canvas *canvas, struct area area, bool below)
{
    const struct check_page *page = &view->page;
    int row = 0;
    canvas_fill(canvas, area, ROLE_NORMAL);
    measure(&view->page, canvas, area);
    into_sight(view, area.height);
    view->shown = area;
    row = -view->top;
    for (size_t i = 0; i < page->count; i++) {
        int rows = check_rows(page, i);
        if (row < area.height && row + rows > 0)
            draw_line(view, canvas, area, row + rows - page->lines[i].rows, &page->lines[i]);
        row += rows;
    }
    if (row > area.height && below)
        canvas_print(canvas, area.x + area.width - 6, area.y + area.height, 7, ROLE_DIM, "%s more",
                     canvas_sign(canvas, SIGN_DOWN));
}

void check_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area)
{
    struct check_view *view = state;
    const struct summary *summary = explorer_summary(explorer);
    struct area inner = {area.x + 2, area.y, area.width - 4, area.height};
    if (!summary || !view->explorer) {
        canvas_put(canvas, inner.x, inner.y + 1, inner.width, ROLE_DIM, nothing_selected(explorer));
        return;
    }
    draw_heading(explorer, summary, canvas, inner);
    /* Of a low window the lines get what the heading can spare. */
    int top = area.height > 10 ? 3 : area.height > 6 ? 2 : 1, below = area.height > 6 ? 1 : 0;
    struct area body = {area.x, inner.y + top, area.width - 1, inner.height - top - below};
    const struct check *check = check_told(summary);
    int sides =
        area.height >= TALL && area.width >= WIDE ? check_sides_height(check, check_line(view)) : 0;
    body.height -= sides;
    draw_lines(view, canvas, body, below);
    if (sides)
        check_draw_sides(check, check_line(view), canvas,
                         (struct area){inner.x, body.y + body.height + 1, inner.width, sides});
}
