/* Models: the difference between an implementation model and its specification, as a list. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"

enum difference { IN_BOTH, ONLY_MODEL, ONLY_SPECIFICATION };

/* Its texts belong to the snapshot. */
struct line {
    enum difference difference;
    const char *from, *action, *to;
};

struct models {
    struct snapshot *snapshot; /* what the lines are of */
    const struct project_entry *entry;
    struct line *lines; /* first what differs, then what is in both */
    size_t count;
    struct scroll scroll;
    int rows;
};

static bool specified(const struct spex_specification *specification,
                      const struct model_transition *t)
{
    if (strcmp(t->action, SPEX_INITIALISATION) == 0 && strcmp(t->from, SPEX_NIL) == 0)
        return specification->states.count &&
               strcmp(symbols_name(&specification->states, 0), t->to) == 0;
    return specification_has(specification, t->from, t->action, t->to);
}

static void add_of_model(struct models *models, const struct project_entry *entry,
                         enum difference difference)
{
    const struct spex_model *model = entry->model;
    for (size_t i = 0; model && i < model->transition_count; i++) {
        const struct model_transition *t = &model->transitions[i];
        if (specified(entry->specification, t) == (difference == IN_BOTH))
            models->lines[models->count++] = (struct line){difference, t->from, t->action, t->to};
    }
}

static void make_lines(struct models *models, const struct project_entry *entry)
{
    const struct spex_specification *specification = entry->specification;
    const struct spex_model *model = entry->model;
    models->lines =
        memory_allocate(specification->transition_count + (model ? model->transition_count : 0),
                        sizeof *models->lines);
    models->count = 0;
    if (!models->lines)
        return;
    add_of_model(models, entry, ONLY_MODEL);
    for (size_t i = 0; i < specification->transition_count; i++) {
        const struct specification_transition *t = &specification->transitions[i];
        struct line line = {ONLY_SPECIFICATION, symbols_name(&specification->states, t->from),
                            symbols_name(&specification->actions, t->action),
                            symbols_name(&specification->states, t->to)};
        if (!model || !model_has(model, line.from, line.action, line.to))
            models->lines[models->count++] = line;
    }
    add_of_model(models, entry, IN_BOTH);
}

static void draw_line(struct canvas *canvas, struct area row, const struct line *line,
                      bool selected)
{
    static const struct {
        const char *sign, *words;
        enum role role;
    } kinds[] = {[IN_BOTH] = {" ", "", ROLE_NORMAL},
                 [ONLY_MODEL] = {"+", "only in the model", ROLE_BAD},
                 [ONLY_SPECIFICATION] = {"?", "not in the model", ROLE_WARNING}};
    enum role role = selected ? ROLE_SELECTED : kinds[line->difference].role;
    if (selected)
        canvas_fill(canvas, row, ROLE_SELECTED);
    int words = (int)strlen(kinds[line->difference].words);
    int x = row.x + 2, end = row.x + row.width - words - 2;
    canvas_put(canvas, row.x, row.y, 1, role, kinds[line->difference].sign);
    enum role dim = selected ? role : ROLE_DIM;
    bool starts = strcmp(line->action, SPEX_INITIALISATION) == 0;
    bool internal = strcmp(line->action, SPEX_INTERNAL) == 0;
    if (starts) {
        x += canvas_put(canvas, x, row.y, end - x, dim, "starts in ");
    } else {
        x += canvas_put(canvas, x, row.y, end - x, role, line->from);
        x += canvas_print(canvas, x, row.y, end - x, dim, "  ");
        x += canvas_put(canvas, x, row.y, end - x, selected || internal ? dim : ROLE_ACTION,
                        internal ? (canvas->ascii ? "tau (internal)" : "τ (internal)")
                                 : line->action);
        x += canvas_print(canvas, x, row.y, end - x, dim, " %s ", canvas_sign(canvas, SIGN_ARROW));
    }
    canvas_put(canvas, x, row.y, end - x, role, line->to);
    canvas_put_right(canvas, row.x, row.y, row.width, selected ? role : ROLE_DIM,
                     kinds[line->difference].words);
}

static const struct project_entry *shown_entry(const struct explorer *explorer)
{
    const struct summary *summary = explorer_summary(explorer);
    return summary && summary->entry && summary->entry->specification ? summary->entry : NULL;
}

static void models_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                        struct area area)
{
    struct models *models = state;
    const struct project_entry *entry = shown_entry(explorer);
    struct area inner = {area.x + 2, area.y, area.width - 4, area.height};
    if (!entry) {
        canvas_wrap(canvas, (struct area){inner.x, inner.y + 1, inner.width, 4}, 0, ROLE_DIM,
                    nothing_selected(explorer));
        return;
    }
    const struct summary *summary = explorer_summary(explorer);
    struct verdict_words verdict = verdict_of_summary(summary);
    int used = canvas_put(canvas, inner.x, inner.y, inner.width, ROLE_TITLE, summary->name) + 2;
    used += canvas_print(canvas, inner.x + used, inner.y, inner.width - used, ROLE_DIM, "model %s",
                         model_words(summary)) +
            2;
    canvas_print(canvas, inner.x + used, inner.y, inner.width - used, verdict.role, "%s %s",
                 canvas_sign(canvas, verdict.sign), verdict.words);
    if (entry->model && entry->model->source)
        canvas_put(canvas, inner.x, inner.y + 1, inner.width, ROLE_DIM, entry->model->source);
    else
        canvas_put(canvas, inner.x, inner.y + 1, inner.width, ROLE_DIM,
                   entry->model ? "learned in the store, not yet exported to a file"
                                : "no model yet; below is what it would have to show");
    models->rows = inner.height - 3 > 1 ? inner.height - 3 : 1;
    scroll_fit(&models->scroll, models->count, (size_t)models->rows);
    for (int row = 0; row < models->rows; row++) {
        size_t index = models->scroll.top + (size_t)row;
        if (index < models->count)
            draw_line(canvas, (struct area){inner.x, inner.y + 3 + row, inner.width, 1},
                      &models->lines[index], index == models->scroll.cursor);
    }
}

static bool models_command(struct explorer *explorer, void *state, enum command command)
{
    struct models *models = state;
    switch (command) {
    case COMMAND_NEXT_SPECIFICATION:
    case COMMAND_RIGHT:
        explorer_move_specification(explorer, 1);
        return true;
    case COMMAND_PREVIOUS_SPECIFICATION:
    case COMMAND_LEFT:
        explorer_move_specification(explorer, -1);
        return true;
    case COMMAND_OPEN:
        explorer_open(explorer, VIEW_GRAPHS);
        return true;
    default:
        return scroll_command(&models->scroll, command, models->count,
                              models->rows > 0 ? (size_t)models->rows : 1);
    }
}

static void models_release(void *state)
{
    struct models *models = state;
    free(models->lines);
    snapshot_drop(models->snapshot);
}

static void models_refresh(struct explorer *explorer, void *state)
{
    struct models *models = state;
    const struct project_entry *entry = shown_entry(explorer);
    if (entry == models->entry && models->snapshot == explorer->workspace->snapshot)
        return;
    models_release(models);
    models->snapshot = snapshot_keep(explorer->workspace->snapshot);
    models->entry = entry;
    models->lines = NULL;
    models->count = 0;
    if (entry)
        make_lines(models, entry);
}

const struct view_operations models_view = {
    .title = "Models",
    .about = "The implementation model beside its specification, transition by transition: first "
             "what only the model has (+), then what it has not (?), then what both have. "
             "Names are compared here; whether the difference matters, the check (c) says.",
    .open_word = "graphs",
    .hints = {COMMAND_OPEN, COMMAND_NEXT_SPECIFICATION, COMMAND_PREVIOUS_SPECIFICATION,
              COMMAND_CHECK, COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct models),
    .draw = models_draw,
    .command = models_command,
    .refresh = models_refresh,
    .release = models_release,
};
