/* Instances: the rows of all shards merged; filter as one types, order, step into one. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"
#include "views/rows.h"

struct instances {
    struct explorer *explorer;
    struct rows rows;
    struct scroll scroll;
    int page;
    char *cursor_identifier; /* what the cursor is on, over reloads */
    char *typed;             /* the filter as typed */
    bool started, to_last;
    enum command waiting; /* asked for before there were rows; COMMAND_NONE: nothing */
};

static void keep_text(char **place, const char *value)
{
    char *copy = value ? memory_copy_text(value) : NULL;
    free(*place);
    *place = copy;
}

static const spex_instance *current(const struct instances *instances)
{
    return instances->scroll.cursor < instances->rows.count
               ? instances->rows.items[instances->scroll.cursor]
               : NULL;
}

static void remember_cursor(struct instances *instances)
{
    const spex_instance *row = current(instances);
    if (row)
        keep_text(&instances->cursor_identifier, row->identifier);
}

/* New rows: the cursor stays on its instance, and at the same height of the screen. */
static void rows_changed(void *context)
{
    struct instances *instances = context;
    struct rows *rows = &instances->rows;
    size_t height = instances->scroll.cursor - instances->scroll.top;
    bool at_top = instances->scroll.top == 0;
    if (instances->to_last) {
        instances->scroll.cursor = rows->count ? rows->count - 1 : 0;
        instances->to_last = false;
    } else {
        for (size_t i = 0; instances->cursor_identifier && i < rows->count; i++)
            if (strcmp(rows->items[i]->identifier, instances->cursor_identifier) == 0) {
                instances->scroll.cursor = i;
                break;
            }
    }
    instances->scroll.top =
        instances->scroll.cursor > height ? instances->scroll.cursor - height : 0;
    /* Who looks at the first rows sees new ones come in before them. */
    if (at_top && !rows->anchor && instances->scroll.cursor < (size_t)instances->page)
        instances->scroll.top = 0;
    scroll_fit(&instances->scroll, rows->count, (size_t)instances->page);
    remember_cursor(instances);
    enum command waiting = instances->waiting;
    instances->waiting = COMMAND_NONE;
    if (waiting != COMMAND_NONE && explorer_view(instances->explorer) == VIEW_INSTANCES)
        explorer_command(instances->explorer, waiting);
}

static void apply(struct instances *instances, const char *typed)
{
    struct filter *filter;
    spex_error error;
    if (filter_parse(&filter, typed, NULL, &error)) {
        explorer_message(instances->explorer, ROLE_WARNING, "%s", error.message);
        return;
    }
    if (instances->explorer->overlay.kind == OVERLAY_LINE)
        text_clear(&instances->explorer->message); /* what was wrong with it before */
    keep_text(&instances->typed, typed);
    instances->scroll = (struct scroll){0};
    keep_text(&instances->cursor_identifier, NULL);
    rows_filter(&instances->rows, filter);
}

/* ---------------------------------------------------------------- drawing */

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
        used += columns.transitions = 6;
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
        else if (i == 0)
            canvas_put_ends(canvas, x, y, widths[i] - 1, roles[i], texts[i]);
        else
            canvas_put(canvas, x + (i == 5 ? 2 : 0), y, widths[i] - (i == 5 ? 2 : 1), roles[i],
                       texts[i]);
        x += widths[i];
    }
}

static void draw_row(const struct instances *instances, struct canvas *canvas, int y,
                     const struct columns *columns, const spex_instance *row, bool selected)
{
    char age[DURATION_TEXT_SIZE], transitions[32];
    struct text flags = {0};
    duration_format_short(workspace_now(instances->explorer->workspace) - row->since, age);
    format_count(row->transitions, true, transitions);
    instance_flags(row, &flags);
    enum role flag = row->deviations ? ROLE_BAD : row->overdue ? ROLE_WARNING : ROLE_DIM;
    enum role roles[6] = {
        ROLE_NORMAL, ROLE_DIM, ROLE_NORMAL, row->overdue ? ROLE_WARNING : ROLE_DIM, ROLE_DIM, flag};
    if (selected) {
        canvas_fill(canvas, (struct area){0, y, canvas->width, 1}, ROLE_SELECTED);
        canvas_put(canvas, 1, y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
        for (int i = 0; i < 6; i++)
            roles[i] = ROLE_SELECTED;
    }
    const char *texts[6] = {row->identifier, row->specification, row->state ? row->state : "-", age,
                            transitions,     text_value(&flags)};
    draw_cells(canvas, y, columns, texts, roles);
    text_release(&flags);
}

static void draw_title(const struct instances *instances, struct canvas *canvas, int y)
{
    const struct rows *rows = &instances->rows;
    static const char *const orders[] = {"by identifier", "newest change first",
                                         "longest unchanged first"};
    char total[32], position[32];
    struct text right = {0};
    format_count(rows->total, false, total);
    format_count(rows->base + instances->scroll.cursor + 1, false, position);
    if (rows->counted && rows->count && rows->base_known)
        text_printf(&right, "%s of %s", position, total);
    else if (rows->counted)
        text_printf(&right, "%s", total);
    int order = rows->order == ORDER_IDENTIFIER ? 0 : rows->descending ? 1 : 2;
    text_printf(&right, "%s%s", right.length ? ", " : "", orders[order]);
    int room = canvas->width - 4, width = utf8_width(text_value(&right));
    const char *typed = instances->typed ? instances->typed : "";
    if (*typed)
        canvas_print(canvas, 3, y, room - width - 2, ROLE_ACTION, "filter: %s", typed);
    else
        canvas_put(canvas, 3, y, room - width - 2, ROLE_DIM, "all instances");
    canvas_put_right(canvas, 3, y, room, ROLE_DIM, text_value(&right));
    text_release(&right);
}

static void draw_none(const struct instances *instances, struct canvas *canvas, struct area area)
{
    const struct workspace *workspace = instances->explorer->workspace;
    const struct rows *rows = &instances->rows;
    struct text text = {0};
    if (rows->loading && !rows->counted) {
        text_append(&text, "Reading …");
    } else if (workspace->store_error.status) {
        text_printf(&text,
                    "%s\n\nA store comes to be when something is recorded:\n\n"
                    "  spex record --store %s <records.jsonl\n\n"
                    "or press m to put a first instance at a state.",
                    workspace->store_error.message, workspace->options.project.store_dir);
    } else if (rows->error.status) {
        text_append(&text, rows->error.message);
    } else if (instances->typed && *instances->typed) {
        text_append(&text, "No instance matches.\n\n/ changes the filter, Esc while typing clears "
                           "it, o goes on to the next kind.");
    } else {
        text_append(&text, "No instances yet.\n\nRecord some with spex record, or press m to put "
                           "one at a state.");
    }
    canvas_wrap(canvas, area, 0, ROLE_NORMAL, text_value(&text));
    text_release(&text);
}

static void instances_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                           struct area area)
{
    struct instances *instances = state;
    (void)explorer;
    if (!instances->started)
        return;
    struct columns columns = columns_for(instances, area.width);
    instances->page = area.height - 3 > 1 ? area.height - 3 : 1;
    draw_title(instances, canvas, area.y);
    if (instances->rows.count == 0) {
        draw_none(instances, canvas, (struct area){3, area.y + 2, area.width - 6, area.height - 2});
        return;
    }
    static const char *const titles[6] = {"identifier", "specification", "state",
                                          "for",        "steps",         ""};
    static const enum role roles[6] = {ROLE_HEADER, ROLE_HEADER, ROLE_HEADER,
                                       ROLE_HEADER, ROLE_HEADER, ROLE_HEADER};
    draw_cells(canvas, area.y + 2, &columns, titles, roles);
    scroll_fit(&instances->scroll, instances->rows.count, (size_t)instances->page);
    for (int row = 0; row < instances->page; row++) {
        size_t index = instances->scroll.top + (size_t)row;
        if (index >= instances->rows.count)
            break;
        draw_row(instances, canvas, area.y + 3 + row, &columns, instances->rows.items[index],
                 index == instances->scroll.cursor);
    }
}

/* --------------------------------------------------------------- commands */

static void filter_changed(void *context, const char *text)
{
    apply(context, text);
}

static void filter_cancelled(void *context)
{
    apply(context, "");
}

static void filter_complete(void *context, struct line_editor *editor)
{
    struct instances *instances = context;
    const struct workspace *workspace = instances->explorer->workspace;
    const char *typed = text_value(&editor->text), *word = strrchr(typed, ' ');
    word = word ? word + 1 : typed;
    if (strncmp(word, "spec:", 5) != 0)
        return;
    for (size_t i = 0; i < workspace->summary_count; i++) {
        const char *name = workspace->summaries[i].name;
        if (strncmp(name, word + 5, strlen(word + 5)) != 0 || strpbrk(name, " \"\\"))
            continue;
        struct text value = {0};
        text_append_bytes(&value, typed, (size_t)(word - typed));
        text_printf(&value, "spec:%s ", name);
        line_editor_set(editor, text_value(&value));
        text_release(&value);
        apply(instances, text_value(&editor->text));
        return;
    }
}

/* overdue, deviated, mocked, all, in turn: a word of the filter like any other. */
static void next_kind(struct instances *instances)
{
    static const enum filter_key next[] = {[FILTER_KEYS] = FILTER_OVERDUE,
                                           [FILTER_OVERDUE] = FILTER_DEVIATED,
                                           [FILTER_DEVIATED] = FILTER_MOCKED,
                                           [FILTER_MOCKED] = FILTER_KEYS};
    const struct filter *filter = instances->rows.filter;
    struct text words = {0};
    struct filter *other = filter_with_flag(filter_copy(filter), next[filter_flag(filter)]);
    filter_print(other, &words);
    filter_free(other);
    apply(instances, text_value(&words));
    text_release(&words);
}

static void next_order(struct instances *instances)
{
    const struct rows *rows = &instances->rows;
    keep_text(&instances->cursor_identifier, NULL);
    instances->scroll = (struct scroll){0};
    if (rows->order == ORDER_IDENTIFIER)
        rows_order(&instances->rows, ORDER_CHANGED, true);
    else if (rows->descending)
        rows_order(&instances->rows, ORDER_CHANGED, false);
    else
        rows_order(&instances->rows, ORDER_IDENTIFIER, false);
}

static bool select_current(struct explorer *explorer, const struct instances *instances)
{
    const spex_instance *row = current(instances);
    if (!row) {
        explorer_message(explorer, ROLE_WARNING, "There is no instance to choose here.");
        return false;
    }
    explorer_select_instance(explorer, row->identifier, row->specification);
    return true;
}

static bool move(struct instances *instances, enum command command)
{
    struct rows *rows = &instances->rows;
    if (command == COMMAND_FIRST && rows->anchor) {
        keep_text(&instances->cursor_identifier, NULL);
        instances->scroll = (struct scroll){0};
        rows_first(rows);
        return true;
    }
    if (command == COMMAND_LAST && !rows->at_end) {
        instances->to_last = true;
        rows_last(rows);
        return true;
    }
    if (!scroll_command(&instances->scroll, command, rows->count, (size_t)instances->page))
        return false;
    remember_cursor(instances);
    rows_around(rows, instances->scroll.cursor);
    return true;
}

/* What needs a row waits for the first ones, so that typing ahead never fails. */
static bool wait_for_rows(struct instances *instances, enum command command)
{
    bool needs_row = command == COMMAND_OPEN || command == COMMAND_RIGHT ||
                     command == COMMAND_STEP || command == COMMAND_DELETE ||
                     command == COMMAND_INSTANCE || command == COMMAND_GRAPHS;
    bool filled = instances->rows.count && !instances->rows.stale;
    if (!needs_row || filled || !instances->rows.loading)
        return false;
    instances->waiting = command;
    return true;
}

static bool instances_command(struct explorer *explorer, void *state, enum command command)
{
    struct instances *instances = state;
    if (wait_for_rows(instances, command))
        return true;
    if (move(instances, command))
        return true;
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_RIGHT:
        if (select_current(explorer, instances))
            explorer_open(explorer, VIEW_INSTANCE);
        return true;
    case COMMAND_LEFT:
        explorer_command(explorer, COMMAND_BACK);
        return true;
    case COMMAND_FILTER: {
        struct overlay_calls calls = {.changed = filter_changed,
                                      .cancelled = filter_cancelled,
                                      .complete = filter_complete,
                                      .escape = "clear",
                                      .context = instances};
        /* What is typed next is a word of its own. */
        struct text typed = {0};
        text_append(&typed, instances->typed ? instances->typed : "");
        if (typed.length && typed.data[typed.length - 1] != ' ')
            text_append_char(&typed, ' ');
        overlay_line(&explorer->overlay, "/", text_value(&typed), &calls);
        text_release(&typed);
        return true;
    }
    case COMMAND_ONLY:
        next_kind(instances);
        return true;
    case COMMAND_ORDER:
        next_order(instances);
        return true;
    case COMMAND_STEP:
        if (select_current(explorer, instances)) {
            explorer->pending = COMMAND_STEP;
            explorer_open(explorer, VIEW_INSTANCE);
        }
        return true;
    case COMMAND_MOCK:
        /* From the list one mocks a new instance; an existing one from its own view. */
        explorer_select_instance(explorer, NULL, NULL);
        action_mock(explorer);
        return true;
    case COMMAND_DELETE:
        if (select_current(explorer, instances))
            action_delete(explorer);
        return true;
    case COMMAND_GRAPHS:
    case COMMAND_INSTANCE:
        if (current(instances))
            select_current(explorer, instances);
        return false;
    default:
        return false;
    }
}

static void instances_refresh(struct explorer *explorer, void *state)
{
    struct instances *instances = state;
    const char *specification = explorer->selection.specification;
    if (!instances->started) {
        instances->explorer = instances->rows.explorer = explorer;
        instances->rows.changed = rows_changed;
        instances->rows.context = instances;
        instances->page = 1;
        instances->waiting = COMMAND_NONE;
    }
    /* Enter on a row of the overview means that specification's instances. */
    if (explorer->scoped && specification) {
        struct text words = {0};
        text_append(&words, "spec:");
        filter_quote(&words, specification, false);
        explorer->scoped = false;
        instances->started = true;
        apply(instances, text_value(&words));
        text_release(&words);
    } else if (!instances->started) {
        instances->started = true;
        apply(instances, "");
    } else {
        rows_reload(&instances->rows);
    }
}

static void instances_release(void *state)
{
    struct instances *instances = state;
    rows_release(&instances->rows);
    free(instances->cursor_identifier);
    free(instances->typed);
}

const struct view_operations instances_view = {
    .title = "Instances",
    .about = "The instances of all shards, kept up to date while other programs record. \"for\" is "
             "the time since the state was entered. The filter takes text and the words "
             "spec:NAME state:NAME overdue deviated mocked.",
    .hints = {COMMAND_OPEN, COMMAND_FILTER, COMMAND_ONLY, COMMAND_STEP, COMMAND_MOCK, COMMAND_ORDER,
              COMMAND_DELETE, COMMAND_GRAPHS, COMMAND_NONE},
    .state_size = sizeof(struct instances),
    .draw = instances_draw,
    .command = instances_command,
    .refresh = instances_refresh,
    .release = instances_release,
};
