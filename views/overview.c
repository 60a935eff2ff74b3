/* Overview: a row a specification, and below it what is worth knowing about the chosen one. */
#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/screen/format.h"

struct overview {
    struct scroll scroll;
    int rows; /* of the list when last drawn */
};

/* Columns, from the left; those that do not fit a narrow screen are left out. */
struct columns {
    int name, states, transitions, instances, overdue, deviated, model, verdict;
};

static struct columns columns_for(int width)
{
    struct columns columns = {.instances = 10, .overdue = 8, .verdict = width >= 56 ? 20 : 2};
    int used = columns.instances + columns.overdue + columns.verdict + 2;
    if (width >= 62)
        used += columns.deviated = 9;
    if (width >= 90)
        used += columns.model = 11;
    if (width >= 96)
        used += columns.states = 7, used += columns.transitions = 7;
    columns.name = width - used - 4;
    if (columns.name < 8)
        columns.name = 8;
    return columns;
}

static void draw_header(struct canvas *canvas, int y, const struct columns *columns)
{
    const struct {
        int width;
        const char *title;
    } cells[] = {{columns->states, "states"},
                 {columns->transitions, "trans"},
                 {columns->instances, "instances"},
                 {columns->overdue, "overdue"},
                 {columns->deviated, "deviated"}};
    int x = 3;
    canvas_put(canvas, x, y, columns->name, ROLE_HEADER, "specification");
    x += columns->name;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        canvas_put_right(canvas, x, y, cells[i].width, ROLE_HEADER, cells[i].title);
        x += cells[i].width;
    }
    x += 2;
    canvas_put(canvas, x, y, columns->model, ROLE_HEADER, "model");
    if (columns->verdict > 2)
        canvas_put(canvas, x + columns->model, y, columns->verdict, ROLE_HEADER, "verdict");
}

static enum role shown(enum role role, bool selected)
{
    return selected ? ROLE_SELECTED : role;
}

static void draw_row(struct canvas *canvas, int y, const struct columns *columns,
                     const struct summary *summary, bool selected)
{
    int x = 3, width = canvas->width;
    if (selected) {
        canvas_fill(canvas, (struct area){0, y, width, 1}, ROLE_SELECTED);
        canvas_put(canvas, 1, y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
    }
    if (summary->entry && !summary->entry->specification) {
        int used = canvas_put(canvas, x, y, columns->name - 1, shown(ROLE_NORMAL, selected),
                              summary->name);
        x += used < columns->name - 1 ? columns->name : used + 1;
        /* The row begins with the file's name: the path need not be said again. */
        const char *message = summary->entry->error.message;
        size_t path = strlen(summary->entry->path);
        if (strncmp(message, summary->entry->path, path) == 0 && message[path] == ':')
            message += path + 1;
        canvas_print(canvas, x, y, width - x - 1, shown(ROLE_BAD, selected), "%s %s",
                     canvas_sign(canvas, SIGN_BAD), message);
        return;
    }
    bool specified = summary->entry && summary->entry->specification;
    bool doubtful = summary->entry && summary->entry->warnings.count;
    int used = canvas_put_ends(canvas, x, y, columns->name - (doubtful ? 3 : 1),
                               shown(ROLE_NORMAL, selected), summary->name);
    if (doubtful)
        canvas_put(canvas, x + used + 1, y, 1, shown(ROLE_WARNING, selected),
                   canvas_sign(canvas, SIGN_WARNING));
    x += columns->name;
    const struct {
        int width;
        uint64_t number;
        enum role role;
    } cells[] = {
        {columns->states, specified ? entry_states(summary->entry) : 0, ROLE_DIM},
        {columns->transitions, specified ? entry_steps(summary->entry, LEFT) : 0, ROLE_DIM},
        {columns->instances, summary->instances, ROLE_NORMAL},
        {columns->overdue, summary->overdue, summary->overdue ? ROLE_WARNING : ROLE_DIM},
        {columns->deviated, summary->deviated, summary->deviated ? ROLE_BAD : ROLE_DIM},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char number[32];
        format_count(cells[i].number, true, number);
        canvas_put_right(canvas, x, y, cells[i].width, shown(cells[i].role, selected), number);
        x += cells[i].width;
    }
    x += 2;
    struct verdict_words verdict = verdict_of_summary(summary);
    canvas_put(canvas, x, y, columns->model, shown(ROLE_DIM, selected), model_words(summary));
    x += columns->model;
    canvas_put(canvas, x, y, 1, shown(verdict.role, selected), canvas_sign(canvas, verdict.sign));
    if (columns->verdict > 2)
        canvas_put(canvas, x + 2, y, columns->verdict - 2, shown(verdict.role, selected),
                   verdict.words);
}

/* ------------------------------------------------- about the chosen row */

static void policy_words(const struct spex_specification *specification, struct text *text)
{
    const spex_policy *policy = &specification->policy;
    char duration[DURATION_TEXT_SIZE];
    if (policy->transition_timeout >= 0) {
        duration_format(policy->transition_timeout, duration);
        text_printf(text, "; overdue after %s", duration);
    } else {
        text_append(text, "; never overdue");
    }
    static const char *const prunable[] = {"", "all", "terminal", "some"};
    if (policy->prune_timeout >= 0 && policy->prunable != SPEX_PRUNABLE_NONE) {
        duration_format(policy->prune_timeout, duration);
        text_printf(text, ", %s states pruned after %s", prunable[policy->prunable], duration);
    }
    if (specification->custom_handler)
        text_append(text, ", custom handler in the source, not run here");
}

static void draw_attention(struct canvas *canvas, struct area area, int *y,
                           const struct summary *summary)
{
    char number[32];
    if (summary->overdue) {
        format_count(summary->overdue, false, number);
        canvas_print(canvas, area.x, (*y)++, area.width, ROLE_WARNING,
                     "%s %s overdue: Enter, then o", canvas_sign(canvas, SIGN_WARNING), number);
    }
    if (summary->deviated) {
        format_count(summary->deviated, false, number);
        canvas_print(canvas, area.x, (*y)++, area.width, ROLE_BAD,
                     "%s %s deviated from the model: Enter, then o twice",
                     canvas_sign(canvas, SIGN_BAD), number);
    }
}

/* What looks like a mistake in the file. */
static int draw_warnings(struct canvas *canvas, struct area area,
                         const struct specification_warnings *warnings)
{
    struct text text = {0};
    for (size_t i = 0; i < warnings->count; i++)
        text_printf(&text, "%s%s %s", i ? "\n" : "", canvas_sign(canvas, SIGN_WARNING),
                    warnings->items[i].message);
    if (warnings->more)
        text_printf(&text, "\nand %zu more like these: spex check", warnings->more);
    int used = warnings->count ? canvas_wrap(canvas, area, 0, ROLE_WARNING, text_value(&text)) : 0;
    text_release(&text);
    return used;
}

static void draw_details(struct canvas *canvas, struct area area, const struct summary *summary)
{
    int y = area.y, bottom = area.y + area.height;
    const struct project_entry *entry = summary->entry;
    if (!entry) {
        canvas_wrap(canvas, area, 0, ROLE_NORMAL,
                    "The store has instances of this specification, but no file in the folder "
                    "of specifications describes it.");
        return;
    }
    if (!entry->specification) {
        canvas_wrap(canvas, area, 0, ROLE_BAD, entry->error.message);
        return;
    }
    const struct spex_specification *specification = entry->specification;
    struct text line = {0};
    uint32_t states = entry_states(entry);
    size_t steps = entry_steps(entry, LEFT), model = entry->model ? entry_steps(entry, RIGHT) : 0;
    text_printf(&line, "%" PRIu32 " state%s, %zu transition%s, starts in %s", states,
                states == 1 ? "" : "s", steps, steps == 1 ? "" : "s",
                specification->states.count ? symbols_name(&specification->states, 0) : "nothing");
    if (!entry->lts)
        policy_words(specification, &line);
    y += canvas_wrap(canvas, (struct area){area.x, y, area.width, bottom - y}, 0, ROLE_DIM,
                     text_value(&line));
    text_release(&line);
    if (y < bottom)
        draw_attention(canvas, (struct area){area.x, y, area.width, bottom - y}, &y, summary);
    if (y < bottom)
        y += draw_warnings(canvas, (struct area){area.x, y, area.width, bottom - y},
                           &entry->warnings);
    const struct check *check = summary->check;
    if (entry->model_error.status && y < bottom) {
        canvas_wrap(canvas, (struct area){area.x, y, area.width, bottom - y}, 0, ROLE_BAD,
                    entry->model_error.message);
    } else if (check && check->reason.length && y < bottom) {
        int used = canvas_wrap(canvas, (struct area){area.x, y, area.width, bottom - y - 1}, 0,
                               ROLE_NORMAL, text_value(&check->reason));
        if (used > bottom - y - 1)
            canvas_print(canvas, area.x, bottom - 1, area.width, ROLE_DIM,
                         "%s 5 shows the whole reason", canvas_sign(canvas, SIGN_CUT));
    } else if (check && !check->status && check->equivalent && y < bottom) {
        canvas_print(canvas, area.x, y, area.width, ROLE_GOOD,
                     "%s the %s model (%zu transition%s) is equivalent to it",
                     canvas_sign(canvas, SIGN_GOOD), model_words(summary), model,
                     model == 1 ? "" : "s");
    } else if (!entry->model && y < bottom) {
        canvas_put(canvas, area.x, y, area.width, ROLE_DIM,
                   entry->lts
                       ? "Name a second LTS file, to see how they differ: spex-tui A.aut B.aut"
                       : "No model yet: record a run of the program, or its tests, to learn one.");
    }
}

static void draw_empty(const struct explorer *explorer, struct canvas *canvas, struct area area)
{
    const struct project_options *options = &explorer->workspace->options.project;
    struct text text = {0};
    if (!explorer->workspace->snapshot) {
        text_append(&text, "Reading …");
    } else {
        project_lacking(&explorer->workspace->snapshot->project, options, &text);
        if (text.length)
            *text.data = 'T';
        text_append(&text, ".\n\nOr write one there, for example order.spec:\n\n"
                           "  Specification: Order\n  Transitions:\n"
                           "  basket --[checkout]-> paid\n  paid --[ship]-> shipped\n\n"
                           "It appears here by itself.");
    }
    canvas_wrap(canvas, (struct area){area.x + 3, area.y + 2, area.width - 6, area.height - 2}, 0,
                ROLE_NORMAL, text_value(&text));
    text_release(&text);
}

static void draw_store_line(const struct explorer *explorer, struct canvas *canvas, int y)
{
    const struct workspace *workspace = explorer->workspace;
    const struct project_options *options = &workspace->options.project;
    struct text text = {0};
    text_printf(&text, "specifications %s   models %s   store %s", options->specs_dir,
                options->impl_models_dir, options->store_dir);
    if (workspace->store_error.status == SPEX_ERROR_NOT_FOUND)
        text_append(&text, workspace->store_seen ? " (removed: m makes another)"
                                                 : " (none yet: m makes one)");
    canvas_put(canvas, 3, y, canvas->width - 4, ROLE_DIM, text_value(&text));
    text_release(&text);
}

static void overview_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                          struct area area)
{
    struct overview *overview = state;
    const struct workspace *workspace = explorer->workspace;
    size_t count = workspace->summary_count;
    draw_store_line(explorer, canvas, area.y);
    if (count == 0) {
        draw_empty(explorer, canvas, area);
        return;
    }
    struct columns columns = columns_for(area.width);
    draw_header(canvas, area.y + 2, &columns);
    int list = area.height - 3;
    int details = list > 12 ? list / 2 : 0;
    if (details > 0 && (int)count < list - details)
        details = list - (int)count;
    int rows = list - details;
    overview->rows = rows;
    overview->scroll.shown = (struct area){0, area.y + 3, area.width, rows};
    scroll_fit(&overview->scroll, count, (size_t)rows);
    for (int row = 0; row < rows && overview->scroll.top + (size_t)row < count; row++) {
        size_t index = overview->scroll.top + (size_t)row;
        draw_row(canvas, area.y + 3 + row, &columns, &workspace->summaries[index],
                 index == overview->scroll.cursor);
    }
    if (details > 3) {
        int y = area.y + 3 + rows + 1;
        const struct summary *summary = &workspace->summaries[overview->scroll.cursor];
        canvas_rule(canvas, 1, y, area.width - 2, ROLE_FRAME);
        canvas_print(canvas, 3, y, area.width - 6, ROLE_TITLE, " %s ", summary->name);
        draw_details(canvas, (struct area){3, y + 1, area.width - 6, area.y + area.height - y - 1},
                     summary);
    }
}

static void follow_cursor(struct explorer *explorer, const struct overview *overview)
{
    const struct workspace *workspace = explorer->workspace;
    if (overview->scroll.cursor < workspace->summary_count)
        explorer_select_specification(explorer, workspace->summaries[overview->scroll.cursor].name);
}

static bool overview_command(struct explorer *explorer, void *state, enum command command)
{
    struct overview *overview = state;
    const struct workspace *workspace = explorer->workspace;
    size_t rows = overview->rows > 0 ? (size_t)overview->rows : 1;
    if (scroll_command(&overview->scroll, command, workspace->summary_count, rows)) {
        follow_cursor(explorer, overview);
        return true;
    }
    switch (command) {
    case COMMAND_OPEN:
    case COMMAND_RIGHT:
        if (!workspace->summary_count)
            return true;
        follow_cursor(explorer, overview);
        if (workspace->summaries[overview->scroll.cursor].entry &&
            !workspace->summaries[overview->scroll.cursor].entry->specification)
            explorer_message(explorer, ROLE_WARNING,
                             "This file cannot be read; mend it and it appears by itself.");
        else {
            explorer->scoped = true;
            explorer_open(explorer, VIEW_INSTANCES);
        }
        return true;
    case COMMAND_MOCK:
        follow_cursor(explorer, overview);
        action_mock(explorer);
        return true;
    default:
        return false;
    }
}

static bool overview_mouse(struct explorer *explorer, void *state, const struct key *key)
{
    struct overview *overview = state;
    size_t before = overview->scroll.cursor;
    if (!explorer_press(explorer, &overview->scroll, key, explorer->workspace->summary_count))
        return false;
    if (overview->scroll.cursor != before)
        follow_cursor(explorer, overview);
    return true;
}

static bool overview_copy(struct explorer *explorer, void *state, struct text *text)
{
    (void)state;
    const struct summary *summary = explorer_summary(explorer);
    text_append(text, summary ? summary->name : "");
    return summary != NULL;
}

static void overview_refresh(struct explorer *explorer, void *state)
{
    struct overview *overview = state;
    const struct workspace *workspace = explorer->workspace;
    for (size_t i = 0; explorer->selection.specification && i < workspace->summary_count; i++)
        if (strcmp(workspace->summaries[i].name, explorer->selection.specification) == 0) {
            overview->scroll.pressed &= overview->scroll.cursor == i;
            overview->scroll.cursor = i;
        }
}

const struct view_operations overview_view = {
    .title = "Overview",
    .about = "A row a specification: how many instances there are, which are overdue or left the "
             "allowed behaviour, and whether the implementation model is still equivalent.",
    .hints = {COMMAND_OPEN, COMMAND_CHECK, COMMAND_GRAPHS, COMMAND_MOCK, COMMAND_EVENTS,
              COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct overview),
    .draw = overview_draw,
    .command = overview_command,
    .mouse = overview_mouse,
    .copy = overview_copy,
    .refresh = overview_refresh,
};
