/* The Models view on the screen. */
#include <string.h>

#include "base/base.h"
#include "views/screen/format.h"
#include "views/models/models.h"

enum { NARROW = 60 };

static const struct {
    const char *sign, *words;
    enum role role;
} kinds[] = {[IN_BOTH] = {" ", "", ROLE_NORMAL},
             [ONLY_MODEL] = {"+", "only in the model", ROLE_BAD},
             [ONLY_SPECIFICATION] = {"?", "not in the model", ROLE_WARNING},
             [IN_NEITHER] = {"-", "removed", ROLE_DIM}};

/* What stands at the end of a line; the sign at its beginning says the rest where room is short. */
static const char *words_of(const struct model_line *line, bool narrow)
{
    if (!line->edited || line->difference == IN_NEITHER)
        return kinds[line->difference].words;
    if (line->difference == ONLY_SPECIFICATION)
        return narrow ? "removed" : "removed, not in the model";
    return line->difference == IN_BOTH || narrow ? "added" : "added, only in the model";
}

static void draw_line(struct canvas *canvas, struct area row, const struct model_line *line,
                      bool selected)
{
    enum role role = selected ? ROLE_SELECTED : kinds[line->difference].role;
    if (selected) {
        canvas_fill(canvas, (struct area){0, row.y, row.x + row.width, 1}, ROLE_SELECTED);
        canvas_put(canvas, 1, row.y, 1, ROLE_SELECTED, canvas_sign(canvas, SIGN_CURSOR));
    }
    const char *words = words_of(line, row.width < NARROW);
    int x = row.x + 2, end = row.x + row.width - (int)strlen(words) - 2;
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
    canvas_put_right(canvas, row.x, row.y, row.width,
                     selected       ? role
                     : line->edited ? ROLE_WARNING
                                    : ROLE_DIM,
                     words);
}

/* The name, the verdict of what is shown, and what of it is not in the file. */
static void draw_title(const struct explorer *explorer, struct canvas *canvas, struct area row)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct model_edit *edit = model_edits_find(explorer->workspace->edits, summary->name);
    struct verdict_words verdict = verdict_of_summary(summary);
    bool running = summary->check && summary->check->running;
    size_t unsaved = model_edit_unsaved(edit);
    const char *model = !summary->entry->model            ? "none"
                        : summary->entry->model->learning ? "learning"
                                                          : "frozen";
    int used = canvas_put(canvas, row.x, row.y, row.width, ROLE_TITLE, summary->name) + 2;
    used += canvas_print(canvas, row.x + used, row.y, row.width - used, ROLE_DIM, "model %s",
                         summary->entry->model_error.status ? "unreadable" : model) +
            2;
    used += canvas_print(canvas, row.x + used, row.y, row.width - used, verdict.role, "%s %s%s",
                         canvas_sign(canvas, verdict.sign), verdict.words, running ? " …" : "") +
            2;
    if (unsaved && row.width >= NARROW)
        canvas_print(canvas, row.x + used, row.y, row.width - used, ROLE_WARNING,
                     "%zu unsaved change%s", unsaved, unsaved == 1 ? "" : "s");
}

static void draw_file(const struct explorer *explorer, struct canvas *canvas, struct area row)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct project_entry *entry = summary->entry;
    const struct model_edit *edit = model_edits_find(explorer->workspace->edits, summary->name);
    if (edit && edit->changed && model_edit_unsaved(edit))
        canvas_put(canvas, row.x, row.y, row.width, ROLE_WARNING,
                   edit->removed
                       ? "The file was removed by somebody else; here is what it was, with your "
                         "changes."
                       : "The file was changed by somebody else; here it is with your changes.");
    else if (entry->model_error.status)
        canvas_put(canvas, row.x, row.y, row.width, ROLE_BAD, entry->model_error.message);
    else if (model_edit_unsaved(edit) && row.width < NARROW)
        canvas_print(canvas, row.x, row.y, row.width, ROLE_WARNING, "%zu unsaved, %s",
                     model_edit_unsaved(edit),
                     entry->model->source ? entry->model->source : "not yet in a file");
    else if (entry->model && entry->model->source)
        canvas_put(canvas, row.x, row.y, row.width, ROLE_DIM, entry->model->source);
    else
        canvas_put(canvas, row.x, row.y, row.width, ROLE_DIM,
                   !entry->model              ? "no model yet; below is what it would have to show"
                   : model_edit_unsaved(edit) ? "not yet in a file"
                                              : "learned in the store, not yet exported to a file");
}

/* Names may differ where what can be done does not. */
static void draw_no_matter(const struct explorer *explorer, const struct models *models,
                           struct canvas *canvas, struct area row)
{
    const struct check *check = explorer_summary(explorer)->check;
    bool equivalent = check && !check->running && !check->status && check->at && check->equivalent;
    size_t count = models_count(explorer, models), differing = 0;
    for (size_t i = 0; i < count; i++)
        differing += models->lines[i].difference == ONLY_MODEL ||
                     models->lines[i].difference == ONLY_SPECIFICATION;
    if (equivalent && differing)
        canvas_put(canvas, row.x, row.y, row.width, ROLE_DIM,
                   row.width < NARROW
                       ? "What differs makes no difference."
                       : "Equivalent all the same: what differs makes no difference to see.");
}

/* Where there is room, why not, as far as it goes; answers its columns. */
static int draw_reason(const struct explorer *explorer, struct canvas *canvas, struct area area)
{
    const struct summary *summary = explorer_summary(explorer);
    const struct check *check = summary->check;
    bool shown = area.width >= 100 && area.height >= 10 && check && !check->status && check->at &&
                 !check->equivalent;
    if (!shown)
        return 0;
    int width = area.width * 2 / 5;
    struct area box = {area.x + area.width - width, area.y, width, area.height};
    canvas_frame(canvas, box, ROLE_FRAME, "Why not");
    canvas_wrap(canvas, (struct area){box.x + 2, box.y + 1, width - 4, box.height - 2}, 0,
                ROLE_NORMAL, text_value(&check->reason));
    return width + 2;
}

void models_draw(struct explorer *explorer, void *state, struct canvas *canvas, struct area area)
{
    struct models *models = state;
    const struct summary *summary = explorer_summary(explorer);
    struct area inner = {area.x + 2, area.y, area.width - 4, area.height};
    if (!summary || !summary->entry || !summary->entry->specification) {
        canvas_wrap(canvas, (struct area){inner.x, inner.y + 1, inner.width, 4}, 0, ROLE_DIM,
                    nothing_selected(explorer));
        return;
    }
    draw_title(explorer, canvas, inner);
    draw_file(explorer, canvas, (struct area){inner.x, inner.y + 1, inner.width, 1});
    draw_no_matter(explorer, models, canvas, (struct area){inner.x, inner.y + 2, inner.width, 1});
    struct area list = {inner.x, inner.y + 3, inner.width, inner.height - 3};
    list.width -= draw_reason(explorer, canvas, list);
    size_t count = models_count(explorer, models);
    /* The last row says how many more there are. */
    bool more = list.height > 3 && count > (size_t)list.height;
    models->rows = list.height - more > 1 ? list.height - more : 1;
    models->scroll.shown = (struct area){0, list.y, list.x + list.width, models->rows};
    if (!count)
        return;
    scroll_fit(&models->scroll, count, (size_t)models->rows);
    for (int row = 0; row < models->rows; row++) {
        size_t index = models->scroll.top + (size_t)row;
        if (index < count)
            draw_line(canvas, (struct area){list.x, list.y + row, list.width, 1},
                      &models->lines[index], index == models->scroll.cursor);
    }
    size_t below = models->scroll.top + (size_t)models->rows;
    if (more && below < count)
        canvas_print(canvas, list.x + 2, list.y + models->rows, list.width - 2, ROLE_DIM,
                     "%s %zu more", canvas_sign(canvas, SIGN_DOWN), count - below);
}
