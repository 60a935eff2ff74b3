/* Check: is the model branching bisimilar to the specification, and if not, why not. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "views/explorer.h"
#include "views/format.h"

struct check_view {
    int skip;
    int lines, height;
};

static void verdict_text(const struct summary *summary, struct text *text)
{
    const struct project_entry *entry = summary->entry;
    const struct check *check = summary->check;
    if (!entry)
        text_append(text, "Only the store speaks of this specification: there is no file to check "
                          "against.");
    else if (!entry->specification)
        text_append(text, entry->error.message);
    else if (entry->model_error.status)
        text_append(text, entry->model_error.message);
    else if (!entry->model)
        text_printf(text,
                    "There is no implementation model to check yet.\n\nIt is learned from what "
                    "is recorded: record a run of the program or of its tests with spex record, "
                    "then export it with spex models export, or put %s.spex into the folder of "
                    "models.",
                    summary->name);
    else if (!check || (!check->at && !check->status))
        text_append(text, "Checking …");
    else if (check->status)
        text_printf(text, "%s\n\nc checks again.", check->error.message);
    else if (check->equivalent)
        text_append(text, "The implementation model and the specification are branching "
                          "bisimilar: whatever one can do, the other can do too, at every "
                          "point, and internal steps make no difference that could be seen.");
    else
        text_append(text, text_value(&check->reason));
    if (entry && entry->model && summary->deviated) {
        char number[32];
        format_count(summary->deviated, false, number);
        text_printf(text,
                    "\n\n%s instance%s deviated from the model when they were recorded; 7 shows "
                    "where.%s",
                    number, summary->deviated == 1 ? "" : "s",
                    entry->model->learning ? ""
                                           : " A frozen model stays as it is, so that does not "
                                             "change this verdict.");
    }
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
    canvas_print(canvas, area.x, area.y + 1, area.width, ROLE_DIM,
                 "specification %u states, %zu transitions; %s model, %zu transitions",
                 summary->entry->specification->states.count,
                 summary->entry->specification->transition_count, model_words(summary),
                 model_steps(summary->entry->model));
}

static void check_draw(struct explorer *explorer, void *state, struct canvas *canvas,
                       struct area area)
{
    struct check_view *view = state;
    const struct summary *summary = explorer_summary(explorer);
    struct area inner = {area.x + 2, area.y, area.width - 4, area.height};
    if (!summary) {
        canvas_put(canvas, inner.x, inner.y + 1, inner.width, ROLE_DIM, nothing_selected(explorer));
        return;
    }
    draw_heading(explorer, summary, canvas, inner);
    struct text text = {0};
    verdict_text(summary, &text);
    struct area body = {inner.x, inner.y + 3, inner.width, inner.height - 3};
    view->height = body.height;
    view->lines = canvas_wrap(canvas, body, view->skip, ROLE_NORMAL, text_value(&text));
    if (view->lines > view->skip + body.height)
        canvas_print(canvas, area.width - 8, area.y + area.height - 1, 7, ROLE_DIM, "%s more",
                     canvas_sign(canvas, SIGN_DOWN));
    text_release(&text);
}

static bool check_command(struct explorer *explorer, void *state, enum command command)
{
    struct check_view *view = state;
    if (command == COMMAND_NEXT_SPECIFICATION || command == COMMAND_PREVIOUS_SPECIFICATION ||
        command == COMMAND_RIGHT || command == COMMAND_LEFT) {
        bool next = command == COMMAND_NEXT_SPECIFICATION || command == COMMAND_RIGHT;
        explorer_move_specification(explorer, next ? 1 : -1);
        view->skip = 0;
        return true;
    }
    if (command == COMMAND_OPEN) {
        explorer_open(explorer, VIEW_GRAPHS);
        return true;
    }
    int most = view->lines > view->height ? view->lines - view->height : 0;
    struct scroll scroll = {(size_t)view->skip, (size_t)view->skip};
    size_t page = view->height > 1 ? (size_t)view->height : 1;
    if (!scroll_command(&scroll, command, (size_t)most + 1, page))
        return false;
    view->skip = (int)scroll.cursor;
    return true;
}

const struct view_operations check_view = {
    .title = "Check",
    .about = "Whether the implementation model is branching bisimilar to its specification: "
             "checked by itself whenever a file or what was learned changes, and by c. After a "
             "\"no\" the shortest reason, step by step.",
    .open_word = "graphs",
    .hints = {COMMAND_OPEN, COMMAND_NEXT_SPECIFICATION, COMMAND_PREVIOUS_SPECIFICATION,
              COMMAND_MODELS, COMMAND_CHECK, COMMAND_EXPORT, COMMAND_NONE},
    .state_size = sizeof(struct check_view),
    .draw = check_draw,
    .command = check_command,
};
