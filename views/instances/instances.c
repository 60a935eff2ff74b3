/* Instances: the rows of all shards merged; moving about, marking, stepping into one. */
#include "views/instances/instances.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/instances/bulk.h"

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
        instances_keep_text(&instances->cursor_identifier, row->identifier);
    rows_keep(&instances->rows, row && instances->moved ? row->identifier : NULL);
}

/* The cursor stays on its instance, and at the same height of the screen. */
static void find_cursor(struct instances *instances)
{
    struct rows *rows = &instances->rows;
    size_t height = instances->scroll.cursor - instances->scroll.top;
    bool at_top = instances->scroll.top == 0;
    for (size_t i = 0; instances->cursor_identifier && i < rows->count; i++)
        if (strcmp(rows->items[i]->identifier, instances->cursor_identifier) == 0) {
            instances->scroll.cursor = i;
            break;
        }
    instances->scroll.top =
        instances->scroll.cursor > height ? instances->scroll.cursor - height : 0;
    /* Who looks at the first rows sees new ones come in before them. */
    if (at_top && !rows->anchor && instances->scroll.cursor < (size_t)instances->page)
        instances->scroll.top = 0;
}

static void rows_changed(void *context)
{
    struct instances *instances = context;
    struct rows *rows = &instances->rows;
    if (instances->to_last && !rows->searching && rows->at_end) {
        instances->scroll.cursor = rows->count ? rows->count - 1 : 0;
        instances->scroll.top = 0;
        instances->to_last = false;
        instances->moved = true;
    } else if (instances->moved) {
        find_cursor(instances);
    } else {
        instances->scroll.cursor = instances->scroll.top = 0;
    }
    scroll_fit(&instances->scroll, rows->count, (size_t)instances->page);
    remember_cursor(instances);
    rows_around(rows, instances->scroll.cursor);
    enum command waiting = instances->waiting;
    instances->waiting = COMMAND_NONE;
    if (waiting != COMMAND_NONE && explorer_view(instances->explorer) == VIEW_INSTANCES)
        explorer_command(instances->explorer, waiting);
}

/* --------------------------------------------------------------- commands */

static void follow(struct instances *instances)
{
    struct rows *rows = &instances->rows;
    instances->following = !instances->following;
    if (!instances->following) {
        explorer_message(instances->explorer, ROLE_DIM, "The cursor stays where it is put.");
        return;
    }
    instances_reset(instances);
    if (rows->order != ORDER_CHANGED || !rows->descending)
        rows_order(rows, ORDER_CHANGED, true);
    else
        rows_first(rows);
}

static void mark(struct instances *instances)
{
    const spex_instance *row = current(instances);
    if (!row)
        return;
    marks_toggle(&instances->marks, row->identifier);
    instances->following = false;
    instances->moved = true;
    scroll_command(&instances->scroll, COMMAND_DOWN, instances->rows.count,
                   (size_t)instances->page);
    remember_cursor(instances);
    rows_around(&instances->rows, instances->scroll.cursor);
}

static void mark_all(struct instances *instances)
{
    if (marks_any(&instances->marks))
        marks_clear(&instances->marks);
    else if (instances->rows.count)
        marks_everything(&instances->marks);
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
    if (command == COMMAND_FIRST) {
        instances_reset(instances);
        rows_first(rows);
        remember_cursor(instances);
        return true;
    }
    if (command == COMMAND_LAST && !rows->at_end) {
        instances->following = false;
        instances->to_last = true;
        rows_last(rows);
        return true;
    }
    if (!scroll_command(&instances->scroll, command, rows->count, (size_t)instances->page))
        return false;
    instances->following = false;
    instances->moved = true;
    remember_cursor(instances);
    rows_around(rows, instances->scroll.cursor);
    return true;
}

/* What needs a row waits for the first ones, so that typing ahead never fails. */
static bool wait_for_rows(struct instances *instances, enum command command)
{
    bool needs_row = command == COMMAND_OPEN || command == COMMAND_RIGHT ||
                     command == COMMAND_STEP || command == COMMAND_DELETE ||
                     command == COMMAND_INSTANCE || command == COMMAND_GRAPHS ||
                     command == COMMAND_MARK || command == COMMAND_MARK_ALL;
    bool filled = instances->rows.count && !instances->rows.stale;
    if (!needs_row || filled || !rows_loading(&instances->rows))
        return false;
    instances->waiting = command;
    return true;
}

/* The same to all that are marked. False: none is. */
static bool to_marked(struct instances *instances, enum bulk_kind kind)
{
    if (!marks_any(&instances->marks))
        return false;
    bulk_ask(instances->explorer, kind, instances->rows.filter, &instances->marks);
    return true;
}

static bool change(struct explorer *explorer, struct instances *instances, enum command command)
{
    switch (command) {
    case COMMAND_STEP:
        if (select_current(explorer, instances)) {
            explorer->pending = COMMAND_STEP;
            explorer_open(explorer, VIEW_INSTANCE);
        }
        return true;
    case COMMAND_MOCK:
        if (to_marked(instances, BULK_MOCK))
            return true;
        /* From the list one mocks a new instance; an existing one from its own view. */
        explorer_select_instance(explorer, NULL, NULL);
        action_mock(explorer);
        return true;
    case COMMAND_DELETE:
        if (!to_marked(instances, BULK_DELETE) && select_current(explorer, instances))
            action_delete(explorer);
        return true;
    case COMMAND_PRUNE:
        bulk_ask(explorer, BULK_PRUNE, instances->rows.filter, &instances->marks);
        return true;
    default:
        return false;
    }
}

static bool arrange(struct instances *instances, enum command command)
{
    switch (command) {
    case COMMAND_FILTER:
        instances_ask_filter(instances);
        return true;
    case COMMAND_ONLY:
        instances_next_kind(instances);
        return true;
    case COMMAND_SAVED:
        instances_saved(instances);
        return true;
    case COMMAND_ORDER:
        instances_ask_order(instances);
        return true;
    case COMMAND_REVERSE:
        instances_order_by(instances, instances->rows.order);
        return true;
    case COMMAND_FOLLOW:
        follow(instances);
        return true;
    case COMMAND_MARK:
        mark(instances);
        return true;
    case COMMAND_MARK_ALL:
        mark_all(instances);
        return true;
    default:
        return false;
    }
}

static bool instances_command(struct explorer *explorer, void *state, enum command command)
{
    struct instances *instances = state;
    if (wait_for_rows(instances, command) || move(instances, command) ||
        arrange(instances, command) || change(explorer, instances, command))
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
    case COMMAND_GRAPHS:
    case COMMAND_INSTANCE:
        if (current(instances))
            select_current(explorer, instances);
        return false;
    case COMMAND_RELOAD:
        error_clear(&instances->rows.error); /* look again, however long it takes */
        rows_order(&instances->rows, instances->rows.order, instances->rows.descending);
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
    if (explorer->marks_done) {
        explorer->marks_done = false;
        marks_clear(&instances->marks);
    }
    /* Enter on a row of the overview means that specification's instances. */
    if (explorer->scoped && specification) {
        struct text words = {0};
        text_append(&words, "spec:");
        filter_quote(&words, specification, false);
        explorer->scoped = false;
        instances->started = true;
        instances_apply(instances, text_value(&words));
        text_release(&words);
    } else if (!instances->started) {
        instances->started = true;
        instances_apply(instances, instances->first_filter ? instances->first_filter : "");
    } else {
        rows_reload(&instances->rows);
    }
}

/* A press on a column's name orders by it. */
static bool press_header(struct instances *instances, const struct key *key)
{
    static const enum instance_order orders[6] = {ORDER_IDENTIFIER, ORDER_SPECIFICATION,
                                                  ORDER_STATE,      ORDER_CHANGED,
                                                  ORDER_HISTORY,    ORDER_OVERDUE};
    int column = 0;
    if (strcmp(key->name, "Press") != 0 || !instances->rows.count || key->y != instances->header)
        return false;
    while (column < 6 && key->x >= instances->column_ends[column])
        column++;
    if (column < 6)
        instances_order_by(instances, orders[column]);
    return true;
}

static bool instances_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct instances *instances = state;
    size_t before = instances->scroll.cursor;
    if (press_header(instances, key))
        return true;
    instances->scroll.pressed = instances->moved;
    if (!explorer_press(explorer, &instances->scroll, key, instances->rows.count))
        return false;
    if (instances->scroll.cursor == before && instances->moved)
        return true;
    instances->following = false;
    instances->moved = true;
    remember_cursor(instances);
    rows_around(&instances->rows, instances->scroll.cursor);
    return true;
}

static bool instances_tick(struct explorer *explorer, void *state)
{
    struct instances *instances = state;
    (void)explorer;
    return instances->started && rows_tick(&instances->rows);
}

/* The marked ones, a line each, or the one that is selected. */
static bool instances_copy(struct explorer *explorer, void *state, struct text *text)
{
    const struct instances *instances = state;
    const struct marks *marks = &instances->marks;
    (void)explorer;
    for (size_t i = 0; !marks->all && marks->count && i < marks->capacity; i++)
        if (marks->names[i])
            text_printf(text, "%s\n", marks->names[i]);
    if (!text->length && instances->scroll.cursor < instances->rows.count)
        text_append(text, instances->rows.items[instances->scroll.cursor]->identifier);
    return text->length > 0;
}

static void instances_release(void *state)
{
    struct instances *instances = state;
    rows_release(&instances->rows);
    marks_clear(&instances->marks);
    free(instances->cursor_identifier);
    free(instances->typed);
    free(instances->first_filter);
    symbols_release(&instances->meta_paths);
}

const struct view_operations instances_view = {
    .title = "Instances",
    .about = "The instances of all shards, kept up to date while other programs record; a + marks "
             "what just changed. \"for\" is the time since the state was entered. The filter takes "
             "text and conditions like state:paid,running age>2h history>10 meta.customer=42 "
             "action:pay overdue deviated mocked, with or, not and brackets; Tab completes, Up "
             "recalls.",
    .hints = {COMMAND_OPEN, COMMAND_FILTER, COMMAND_ONLY, COMMAND_STEP, COMMAND_MOCK, COMMAND_ORDER,
              COMMAND_MARK, COMMAND_DELETE, COMMAND_FOLLOW, COMMAND_NONE},
    .state_size = sizeof(struct instances),
    .draw = instances_draw,
    .command = instances_command,
    .refresh = instances_refresh,
    .mouse = instances_mouse,
    .copy = instances_copy,
    .tick = instances_tick,
    .release = instances_release,
};
