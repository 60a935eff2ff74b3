/* How the list of instances looks. */
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"
#include "views/instances/filter_completion.h"
#include "views/instances/instances.h"

struct columns {
    int identifier, specification, state, age, transitions, flags;
};

/* All rows are of one specification, whose column says nothing. */
static bool one_specification(const struct filter *filter)
{
    if (filter && filter->kind == FILTER_AND)
        for (size_t i = 0; i < filter->part_count; i++)
            if (one_specification(filter->parts[i]))
                return true;
    return filter && filter->kind == FILTER_TEST && filter->key == FILTER_SPECIFICATION &&
           filter->comparison == FILTER_IS && filter->name_count == 1;
}

static struct columns columns_for(const struct instances *instances, int width)
{
    bool wide = width >= 100;
    struct columns columns = {.age = 5, .state = wide ? 20 : 14};
    int used = columns.age + columns.state;
    if (width >= 56)
        used += columns.flags = wide ? 20 : 11;
    if (width >= 64)
        used += columns.transitions = 7;
    if (!one_specification(instances->rows.filter) && width >= 76)
        used += columns.specification = wide ? 22 : 14;
    columns.identifier = width - used - 4;
    if (columns.identifier < 8)
        columns.identifier = 8;
    return columns;
}

static void draw_cells(struct canvas *canvas, int y, const struct columns *columns,
                       const char *const texts[6], const enum role roles[6])
{
    int x = 3;
    const int widths[6] = {columns->identifier, columns->specification, columns->state,
                           columns->age,        columns->transitions,   columns->flags};
    for (int i = 0; i < 6; i++) {
        if (widths[i] == 0)
            continue;
        if (i == 3 || i == 4)
            canvas_put_right(canvas, x, y, widths[i], roles[i], texts[i]);
        else if (i < 2) /* of a module the last name tells most */
            canvas_put_ends(canvas, x, y, widths[i] - 1, roles[i], texts[i]);
        else
            canvas_put(canvas, x + (i == 5 ? 2 : 0), y, widths[i] - (i == 5 ? 2 : 1), roles[i],
                       texts[i]);
        x += widths[i];
    }
}

/* Beside the row: the cursor, whether it is marked, whether it just changed. */
static void draw_signs(const struct instances *instances, struct canvas *canvas, int y,
                       size_t index, enum role role)
{
    const struct rows *rows = &instances->rows;
    bool selected = index == instances->scroll.cursor;
    if (marks_has(&instances->marks, rows->items[index]->identifier))
        canvas_put(canvas, 0, y, 1, selected ? role : ROLE_KEY, canvas_sign(canvas, SIGN_MARK));
    if (selected)
        canvas_put(canvas, 1, y, 1, role, canvas_sign(canvas, SIGN_CURSOR));
    if (rows->fresh && rows->fresh[index])
        canvas_put(canvas, 2, y, 1, selected ? role : ROLE_ACTION, "+");
}

static void draw_row(const struct instances *instances, struct canvas *canvas, int y,
                     const struct columns *columns, size_t index)
{
    const struct rows *rows = &instances->rows;
    const spex_instance *row = rows->items[index];
    char age[DURATION_TEXT_SIZE], transitions[32];
    struct text flags = {0};
    duration_format_short(workspace_now(instances->explorer->workspace) - row->since, age);
    format_count(row->transitions, true, transitions);
    instance_flags(row, &flags);
    bool fresh = rows->fresh && rows->fresh[index];
    enum role flag = row->deviations ? ROLE_BAD : row->overdue ? ROLE_WARNING : ROLE_DIM;
    enum role roles[6] = {ROLE_NORMAL,
                          ROLE_DIM,
                          fresh ? ROLE_ACTION : ROLE_NORMAL,
                          row->overdue ? ROLE_WARNING : ROLE_DIM,
                          ROLE_DIM,
                          flag};
    if (index == instances->scroll.cursor) {
        canvas_fill(canvas, (struct area){0, y, canvas->width, 1}, ROLE_SELECTED);
        for (int i = 0; i < 6; i++)
            roles[i] = ROLE_SELECTED;
    }
    const char *texts[6] = {row->identifier, row->specification, row->state ? row->state : "-", age,
                            transitions,     text_value(&flags)};
    draw_cells(canvas, y, columns, texts, roles);
    draw_signs(instances, canvas, y, index, ROLE_SELECTED);
    text_release(&flags);
}

/* The column that the order is by has an arrow: where its values rise downwards, up. */
static void draw_header(const struct instances *instances, struct canvas *canvas, int y,
                        const struct columns *columns)
{
    static const char *const titles[6] = {"identifier", "specification", "state",
                                          "for",        "steps",         ""};
    static const int column_of[INSTANCE_ORDERS] = {[ORDER_SPECIFICATION] = 1,
                                                   [ORDER_STATE] = 2,
                                                   [ORDER_CHANGED] = 3,
                                                   [ORDER_HISTORY] = 4,
                                                   [ORDER_OVERDUE] = 5};
    static const enum role roles[6] = {ROLE_HEADER, ROLE_HEADER, ROLE_HEADER,
                                       ROLE_HEADER, ROLE_HEADER, ROLE_HEADER};
    const struct rows *rows = &instances->rows;
    int sorted = column_of[rows->order];
    /* "for" is the longer the earlier the change. */
    bool rising = rows->descending == (rows->order == ORDER_CHANGED);
    struct text title = {0};
    const char *texts[6];
    memcpy(texts, titles, sizeof texts);
    text_printf(&title, "%s%s%s", rows->order == ORDER_OVERDUE ? "due" : titles[sorted],
                sorted < 3 ? " " : "", canvas_sign(canvas, rising ? SIGN_UP : SIGN_DOWN));
    texts[sorted] = text_value(&title);
    draw_cells(canvas, y, columns, texts, roles);
    text_release(&title);
}

static const char *order_words(const struct instances *instances)
{
    static const char *const words[INSTANCE_ORDERS][2] = {
        [ORDER_IDENTIFIER] = {"by identifier", "by identifier, backwards"},
        [ORDER_SPECIFICATION] = {"by specification", "by specification, backwards"},
        [ORDER_STATE] = {"by state", "by state, backwards"},
        [ORDER_CHANGED] = {"longest unchanged first", "newest change first"},
        [ORDER_HISTORY] = {"fewest steps first", "most steps first"},
        [ORDER_OVERDUE] = {"longest overdue first", "never due first"},
    };
    return instances->following ? "following the newest"
                                : words[instances->rows.order][instances->rows.descending];
}

/* "3 marked, 17 of 46, by state" */
static void append_position(const struct instances *instances, struct text *right)
{
    const struct rows *rows = &instances->rows;
    char total[32], number[32];
    format_count(rows->total, false, total);
    if (instances->marks.all && rows->counted)
        format_count(marks_count(&instances->marks, rows->total), false, number);
    else
        format_count(instances->marks.count, false, number);
    if (instances->marks.all && !rows->counted)
        text_append(right, "all marked, ");
    else if (marks_any(&instances->marks))
        text_printf(right, "%s marked, ", number);
    format_count(rows->count, false, number);
    if (rows->searching && rows->error.status == SPEX_ERROR_CANCELLED)
        text_printf(right, "%s found until it was ended, ", number);
    else if (rows->searching && rows->part >= 0)
        text_printf(right, "%s found at %d %%, ", number, (int)(rows->part * 100));
    else if (rows->searching)
        text_printf(right, "%s found so far, ", number);
    format_count(rows->base + instances->scroll.cursor + 1, false, number);
    if (rows->counted && rows->count && rows->base_known)
        text_printf(right, "%s of %s, ", number, total);
    else if (rows->counted)
        text_printf(right, "%s, ", total);
    else if (rows->count && rows->base_known && !rows->searching)
        text_printf(right, "%s of …, ", number);
}

static void draw_title(const struct instances *instances, struct canvas *canvas, int y)
{
    struct text right = {0};
    append_position(instances, &right);
    text_append(&right, order_words(instances));
    int room = canvas->width - 4, width = utf8_width(text_value(&right));
    const char *typed = instances->typed ? instances->typed : "";
    if (*typed)
        canvas_print(canvas, 3, y, room - width - 2, ROLE_ACTION, "filter: %s", typed);
    else
        canvas_put(canvas, 3, y, room - width - 2, ROLE_DIM, "all instances");
    canvas_put_right(canvas, 3, y, room, ROLE_DIM, text_value(&right));
    text_release(&right);
}

static void append_no_match(const struct instances *instances, struct text *text)
{
    const struct workspace *workspace = instances->explorer->workspace;
    const struct filter *filter = instances->rows.filter;
    const char *state = filter_unknown_name(workspace, filter, FILTER_STATE);
    const char *name = filter_unknown_name(workspace, filter, FILTER_SPECIFICATION);
    text_append(text, "No instance matches.\n\n");
    if (name)
        text_printf(text, "There is no specification \"%s\"; Tab completes names.\n\n", name);
    else if (state)
        text_printf(text, "No specification has a state \"%s\"; Tab completes names.\n\n", state);
    text_append(text, "/ changes the filter, Esc while typing clears it, o goes on to the next "
                      "kind.");
}

static void draw_none(const struct instances *instances, struct canvas *canvas, struct area area)
{
    const struct workspace *workspace = instances->explorer->workspace;
    const struct rows *rows = &instances->rows;
    struct text text = {0};
    if (rows_loading(rows) && (rows->stale || rows->searching)) {
        text_append(&text, "Looking …");
    } else if (workspace->store_error.status) {
        text_printf(&text,
                    "%s\n\nA store comes to be when something is recorded:\n\n"
                    "  spex record --store %s <records.jsonl\n\n"
                    "or press m to put a first instance at a state.",
                    workspace->store_error.message, workspace->options.project.store_dir);
    } else if (rows->error.status == SPEX_ERROR_CANCELLED) {
        text_append(&text, "Ended before any was found.\n\nR looks again, / changes the filter.");
    } else if (rows->error.status) {
        text_append(&text, rows->error.message);
    } else if (instances->typed && *instances->typed) {
        append_no_match(instances, &text);
    } else {
        text_append(&text, "No instances yet.\n\nRecord some with spex record, or press m to put "
                           "one at a state.");
    }
    canvas_wrap(canvas, area, 0, ROLE_NORMAL, text_value(&text));
    text_release(&text);
}

/* For presses on the columns' names. */
static void note_columns(struct instances *instances, int y, const struct columns *columns)
{
    const int widths[6] = {columns->identifier, columns->specification, columns->state,
                           columns->age,        columns->transitions,   columns->flags};
    int x = 3;
    for (int i = 0; i < 6; i++)
        instances->column_ends[i] = x += widths[i];
    instances->header = y;
}

void instances_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area)
{
    struct instances *instances = state;
    (void)explorer;
    if (!instances->started)
        return;
    struct columns columns = columns_for(instances, area.width);
    instances->page = area.height - 3 > 1 ? area.height - 3 : 1;
    instances->scroll.shown = (struct area){0, area.y + 3, area.width, instances->page};
    draw_title(instances, canvas, area.y);
    if (instances->rows.count == 0) {
        draw_none(instances, canvas, (struct area){3, area.y + 2, area.width - 6, area.height - 2});
        return;
    }
    draw_header(instances, canvas, area.y + 2, &columns);
    note_columns(instances, area.y + 2, &columns);
    scroll_fit(&instances->scroll, instances->rows.count, (size_t)instances->page);
    for (int row = 0; row < instances->page; row++) {
        size_t index = instances->scroll.top + (size_t)row;
        if (index >= instances->rows.count)
            break;
        draw_row(instances, canvas, area.y + 3 + row, &columns, index);
    }
}
